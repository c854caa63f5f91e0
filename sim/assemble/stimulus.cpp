// The window of each current, as its fields give it.
#include "assemble/stimulus.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "model/input_types.hpp"

namespace hillock::assemble {
namespace {

std::span<const double> numbers_of(const model::InputSpec& input, const std::string& field) {
  const auto found = input.fields.find(field);
  if (found == input.fields.end()) return {};
  const auto* values = std::get_if<model::Values>(&found->second);
  return values == nullptr ? std::span<const double>{} : std::span<const double>(values->numbers);
}

double number_of(const model::InputSpec& input, const std::string& field, double otherwise) {
  const auto numbers = numbers_of(input, field);
  return numbers.empty() ? otherwise : numbers[0];
}

// From the first time with a current to the last at which it becomes 0, nothing if it never flows.
std::optional<StimulusWindow> window_of_steps(std::span<const double> times,
                                              std::span<const double> amplitudes, double duration) {
  std::optional<StimulusWindow> window;
  for (std::size_t i = 0; i < std::min(times.size(), amplitudes.size()); ++i) {
    if (amplitudes[i] == 0) continue;
    if (!window) window = StimulusWindow{times[i], duration};
    window->stop = i + 1 < times.size() ? times[i + 1] : duration;
  }
  return window;
}

std::optional<StimulusWindow> window_of(const model::InputSpec& input, double duration) {
  if (input.has("amplitudes"))
    return window_of_steps(numbers_of(input, "times"), numbers_of(input, "amplitudes"), duration);
  const double start = number_of(input, "start", 0);
  double stop = number_of(input, "stop", duration);
  if (input.has("width") && input.has("count"))
    stop = start + (number_of(input, "count", 1) - 1) * number_of(input, "period", 0) +
           number_of(input, "width", 0);
  return StimulusWindow{start, std::min(stop, duration)};
}

bool targets(const model::InputSpec& input, int population) {
  return std::ranges::any_of(input.targets, [&](const model::Slice& slice) {
    return slice.population == population && slice.count() > 0;
  });
}

}  // namespace

StimulusWindow stimulus_window(const model::Experiment& experiment, int population) {
  const double duration = experiment.simulation.duration;
  std::optional<StimulusWindow> joined;
  for (const model::InputSpec& input : experiment.inputs) {
    const model::InputType* type = model::input_type(input.type);
    if (type == nullptr || type->spikes || !targets(input, population)) continue;
    const auto window = window_of(input, duration);
    if (!window || window->start >= window->stop || (window->start <= 0 && window->stop >= duration))
      continue;
    joined =
        joined ? StimulusWindow{std::min(joined->start, window->start), std::max(joined->stop, window->stop)}
               : *window;
  }
  return joined.value_or(StimulusWindow{0, duration});
}

}  // namespace hillock::assemble
