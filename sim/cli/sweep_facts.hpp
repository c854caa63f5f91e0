// What `hillock check` says about a sweep.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/json.hpp"
#include "config/config.hpp"
#include "program/kernel.hpp"
#include "record/sweep_file.hpp"

namespace hillock::cli {

struct SweepFacts {
  struct Axis {
    std::string name, unit;   // unit of a path whose values are numbers
    std::int64_t length = 0;  // values; 0: they are drawn
    std::string first, last;  // as text, of those that the points have
  };
  std::vector<Axis> axes;
  std::string combination;
  std::int64_t repeat = 1, points = 0;  // all points, repetitions included
  std::vector<std::string> searched;    // the paths of what is searched for or fitted
  bool fits = false;
  std::int64_t runs = 1;  // of each point, of a fit at most
  std::vector<std::string> kept, measures;
  std::int64_t table_bytes = 0, trace_bytes = 0;
  bool spikes = false;            // come on top, and are not known beforehand
  std::optional<double> seconds;  // estimated; nothing if the first points fail
};

// Makes the points, and runs some of them for a moment. Throws UserError.
SweepFacts sweep_facts(const config::Template& config, const program::KernelOptions& kernels);

std::string text_of(const SweepFacts& facts);
Json json_of(const SweepFacts& facts);

}  // namespace hillock::cli
