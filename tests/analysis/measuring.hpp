// One feature of a trace, where it has one value or the first counts.
#pragma once
#include <array>
#include <cmath>

#include "analysis/features.hpp"

namespace hillock::analysis {

inline double value(const Trace& trace, const char* name, const Settings& settings = {}) {
  const std::array<const Feature*, 1> chosen{&find_feature(name)};
  const auto found = measure(trace, settings, chosen)[0];
  return found.empty() ? std::nan("") : found.at(0);
}

}  // namespace hillock::analysis
