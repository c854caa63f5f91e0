// Where the time of a run went, for people and for files.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "engine/profile.hpp"

namespace hillock::cli {

// A table: one line per part of the work with its seconds, its share, and the seconds of each population.
// `build` and `closing`: what passed before the first step and after the last (s); what is written then
// counts as recording.
std::string profile_table(const engine::Profile& profile, const std::vector<std::string>& populations,
                          double build, double closing);

// Numbers for /meta: profile_integrate_s, of one population profile_integrate_s.NAME, ... Those without a
// population add up to wall_simulate_s.
std::map<std::string, double> profile_numbers(const engine::Profile& profile,
                                              const std::vector<std::string>& populations);

}  // namespace hillock::cli
