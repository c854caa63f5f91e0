// The frames of all reports between the step loop and the recorder.
#include "engine/frames.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hillock::engine {

namespace {

// A value as the file holds it. False if it is finite and would not be so there.
template <class Number>
bool store(double value, Number& to) {
  to = static_cast<Number>(value);
  return std::isfinite(to) || !std::isfinite(value);
}

// Values of the columns from `column` on, as long as their neurons are before `end`.
template <class Number>
std::optional<TooLarge> store_row(const double* values, const std::vector<std::int64_t>& neurons,
                                  std::size_t column, std::int64_t end, Number* row) {
  for (; column < neurons.size() && neurons[column] < end; ++column)
    if (!store(values[neurons[column]], row[column]))
      return TooLarge{0, neurons[column], values[neurons[column]]};
  return std::nullopt;
}

// Variable after variable, whole frames alone.
template <class Number>
std::vector<Number> whole_frames(const std::vector<std::vector<Number>>& variables, std::int64_t values) {
  std::vector<Number> block;
  for (const std::vector<Number>& variable : variables)
    block.insert(block.end(), variable.begin(), variable.begin() + values);
  return block;
}

}  // namespace

Frames::Frames(const std::vector<ReportPlan>& plans, const std::vector<ReportLayout>& layouts)
    : plans_(plans), layouts_(layouts) {
  for (const ReportLayout& layout : layouts) {
    Buffer& buffer = buffers_.emplace_back();
    if (layout.pooling == Pooling::rate) continue;
    const std::int64_t width = layout.values_per_frame();
    const std::size_t variables = layout.variables.size();
    const std::int64_t bytes_per_frame =
        width * (layout.float64 ? 8 : 4) * static_cast<std::int64_t>(variables);
    buffer.capacity = std::max<std::int64_t>(1, block_bytes / std::max<std::int64_t>(1, bytes_per_frame));
    const auto values = static_cast<std::size_t>(buffer.capacity * width);
    layout.float64 ? buffer.values64.assign(variables, std::vector<double>(values))
                   : buffer.values32.assign(variables, std::vector<float>(values));
  }
}

std::int64_t Frames::next_due(std::int64_t step) const {
  std::int64_t next = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = 0; i < reports(); ++i)
    if (of_neurons(i)) next = std::min(next, (step / plans_[i].every + 1) * plans_[i].every);
  return next;
}

std::int64_t Frames::room_until() const {
  std::int64_t step = std::numeric_limits<std::int64_t>::max();
  for (std::size_t r = 0; r < buffers_.size(); ++r)
    if (!is_rate(r))
      step = std::min(step, (buffers_[r].first_frame + buffers_[r].capacity) * plans_[r].every);
  return step;
}

std::optional<TooLarge> Frames::put(std::size_t report, std::size_t variable, std::int64_t step,
                                    std::int64_t first, std::int64_t end, const double* values) {
  const std::vector<std::int64_t>& neurons = layouts_[report].neurons;
  const auto column = static_cast<std::size_t>(std::ranges::lower_bound(neurons, first) - neurons.begin());
  Buffer& buffer = buffers_[report];
  const std::size_t row =
      static_cast<std::size_t>(step / plans_[report].every - buffer.first_frame) * neurons.size();
  auto too_large = layouts_[report].float64
                       ? store_row(values, neurons, column, end, buffer.values64[variable].data() + row)
                       : store_row(values, neurons, column, end, buffer.values32[variable].data() + row);
  if (too_large) too_large->variable = variable;
  return too_large;
}

std::optional<TooLarge> Frames::put_pooled(std::size_t report, std::size_t variable, std::int64_t step,
                                           std::span<const double> values) {
  const std::vector<std::int64_t>& neurons = layouts_[report].neurons;
  double sum = 0;
  if (neurons.empty())
    for (const double value : values) sum += value;
  else
    for (const std::int64_t neuron : neurons) sum += values[static_cast<std::size_t>(neuron)];
  const auto number = static_cast<double>(neurons.empty() ? values.size() : neurons.size());
  const double pooled = layouts_[report].pooling == Pooling::sum ? sum : sum / number;
  Buffer& buffer = buffers_[report];
  const auto frame = static_cast<std::size_t>(step / plans_[report].every - buffer.first_frame);
  const bool fits = layouts_[report].float64 ? store(pooled, buffer.values64[variable][frame])
                                             : store(pooled, buffer.values32[variable][frame]);
  return fits ? std::nullopt : std::optional(TooLarge{variable, 0, pooled});
}

void Frames::complete(std::size_t report, std::int64_t step) {
  const std::int64_t every = plans_[report].every, before = (step + every - 1) / every;
  buffers_[report].frames = std::max(buffers_[report].frames, before - buffers_[report].first_frame);
}

FrameBlock Frames::take(std::size_t report) {
  Buffer& buffer = buffers_[report];
  FrameBlock block;
  block.report = static_cast<int>(report);
  block.first_frame = buffer.first_frame;
  block.frames = buffer.frames;
  const std::int64_t values = buffer.frames * layouts_[report].values_per_frame();
  block.values64 = whole_frames(buffer.values64, values);
  block.values32 = whole_frames(buffer.values32, values);
  buffer.first_frame += buffer.frames;
  buffer.frames = 0;
  return block;
}

}  // namespace hillock::engine
