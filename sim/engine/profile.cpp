// Where the time of a run goes.
#include "engine/profile.hpp"

#include <algorithm>

namespace hillock::engine {

Profiler::Profiler(std::size_t populations, bool on)
    : watch_(on), record_(populations), parts_(populations) {}

Profile Profiler::result(double total) const {
  Profile profile;
  profile.total = total;
  if (!on()) return profile;
  const auto ticks = static_cast<double>(std::max<std::int64_t>(1, StopWatch::now() - begin_));
  const auto seconds = [&](double part) { return total * part / ticks; };
  double sum = 0;
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    std::array<double, phases> population = parts_[p];
    population[static_cast<std::size_t>(Phase::record)] += static_cast<double>(record_[p]);
    for (double& part : population) sum += part = seconds(part);
    profile.populations.push_back(population);
  }
  profile.connections = seconds(connections_);
  profile.output = seconds(static_cast<double>(output_));
  profile.wait = seconds(wait_);
  profile.other = total - sum - profile.connections - profile.output - profile.wait;
  return profile;
}

}  // namespace hillock::engine
