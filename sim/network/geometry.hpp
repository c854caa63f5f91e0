// Where neurons are, and what depends on the distance between them.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/aligned.hpp"
#include "program/kernel.hpp"

namespace hillock::network {

// Of the neurons of a population, on `axes` axes.
struct Positions {
  int axes = 0;  // 0: they have none
  std::vector<std::array<double, 3>> places;
  std::array<double, 3> period{};  // 0: an axis that does not close upon itself
};

double distance(const Positions& here, std::int64_t a, const Positions& there, std::int64_t b);

struct Geometry {
  std::vector<Positions> positions;                         // per population
  std::vector<std::unique_ptr<program::Kernel>> functions;  // of a distance, array 0, to a value, array 1
};

// Evaluates a function of the distance many times.
class FunctionOfDistance {
 public:
  static constexpr std::int64_t most = 256;

  explicit FunctionOfDistance(const program::Kernel& kernel);
  // Of at most that many distances, that stay as they are; valid until the next call.
  std::span<const double> operator()(std::span<const double> distances);

 private:
  std::unique_ptr<program::Runner> runner_;
  base::AlignedArray<double> distances_, values_;
};

}  // namespace hillock::network
