// Where neurons are, and what depends on two neurons: on the distance between them, and on their indices.
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

// A value for two neurons. Of arrays, 0 is their distance, 1 and 2 are the indices of source and target, and
// 3 becomes the value.
struct PairFunction {
  static constexpr int distance = 0, source = 1, target = 2, value = 3;

  std::unique_ptr<program::Kernel> kernel;
  bool of_distance = false;  // it reads array 0
  bool of_indices = false;   // it reads array 1 or 2
};

struct Geometry {
  std::vector<Positions> positions;  // per population
  std::vector<PairFunction> functions;
};

// Evaluates one of the functions for many pairs of two populations.
class FunctionOfPairs {
 public:
  static constexpr std::int64_t most = 256;

  FunctionOfPairs(const Geometry& geometry, int function, int sources, int targets);
  const PairFunction& function() const { return function_; }
  double apart(std::int64_t source, std::int64_t target) const {
    return distance(from_, source, to_, target);
  }
  // Another pair, of at most that many; `distance`: of a function that is of it.
  void add(std::int64_t source, std::int64_t target) {
    add(source, target, function_.of_distance ? apart(source, target) : 0);
  }
  void add(std::int64_t source, std::int64_t target, double distance);
  std::int64_t size() const { return size_; }
  // Of the pairs that were added since the last call; valid until the next one.
  std::span<const double> values();

 private:
  const PairFunction& function_;
  const Positions &from_, &to_;
  std::unique_ptr<program::Runner> runner_;
  std::int64_t size_ = 0;
  base::AlignedArray<double> distances_, sources_, targets_, values_;
};

}  // namespace hillock::network
