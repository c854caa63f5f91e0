// Features of a pair of postsynaptic potentials: the stimulus begins with the first and ends with the second.
#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/features.hpp"

namespace hillock::analysis {
namespace {

using Values = std::vector<double>;

struct Extremes {
  double lowest = 0, highest = 0;  // mV, above the first sample
};

std::optional<Extremes> extremes(const Trace& trace, std::size_t from, std::size_t until) {
  if (from >= until) return std::nullopt;
  const auto [lowest, highest] = std::ranges::minmax(trace.V.subspan(from, until - from));
  return Extremes{lowest - trace.V[from], highest - trace.V[from]};
}

Values amplitude(const Measured& m) {
  const auto found = extremes(m.trace, m.marks.stimulus, m.trace.at(m.trace.stimulus_stop));
  if (!found) return {};
  return {-found->lowest > found->highest ? found->lowest : found->highest};
}

// On top of what is left of the first, and in its direction: what is left decays meanwhile, and may so change
// V by more than a second potential that is weak.
Values second_amplitude(const Measured& m) {
  const Values first = amplitude(m);
  const double stop = m.trace.stimulus_stop, end = stop + (stop - m.trace.stimulus_start);
  const auto& time = m.trace.time;
  if (end - time.back() > 1.5 * (time.back() - time[time.size() - 2]))
    return {};  // it is not there as a whole
  const auto found = extremes(m.trace, m.trace.at(stop), m.trace.at(end));
  if (first.empty() || !found) return {};
  return {first[0] < 0 ? found->lowest : found->highest};
}

}  // namespace

std::span<const Feature> synaptic_potential_features() {
  static const auto table = std::to_array<Feature>({
      {"PSP_amplitude",
       "mV",
       false,
       "largest deviation within the stimulus from V at its start, with its sign; of neurons that do not "
       "fire from its start on",
       amplitude,
       {},
       true},
      {"second_PSP_amplitude",
       "mV",
       false,
       "largest deviation from V at the end of the stimulus in the direction of PSP_amplitude, within a time "
       "as "
       "long as the stimulus, if the trace has all of that",
       second_amplitude,
       {},
       true},
      {"paired_pulse_ratio",
       "1",
       false,
       "second_PSP_amplitude over PSP_amplitude",
       [](const Measured& m) {
         const Values first = amplitude(m), second = second_amplitude(m);
         return first.empty() || second.empty() || first[0] == 0 ? Values{} : Values{second[0] / first[0]};
       },
       {},
       true},
  });
  return table;
}

}  // namespace hillock::analysis
