// Values around spikes: a ring of the last steps, and the spikes whose window is not over yet.
#include "engine/snippets.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/diagnostics.hpp"

namespace hillock::engine {

Snippets::Snippets(SnippetPlan plan, const SnippetLayout& layout, int index, std::int64_t steps)
    : plan_(std::move(plan)),
      layout_(layout),
      steps_(steps),
      length_(plan_.before + plan_.after + 1),
      contiguous_(layout.neurons.back() - layout.neurons.front() + 1 ==
                  static_cast<std::int64_t>(layout.neurons.size())) {
  block_.snippets = index;
  const std::size_t values = static_cast<std::size_t>(length_) * layout.neurons.size();
  const std::size_t variables = layout.variables.size();
  if (layout.float64) {
    ring64_.assign(variables, std::vector<double>(values));
    values64_.resize(variables);
  } else {
    ring32_.assign(variables, std::vector<float>(values));
    values32_.resize(variables);
  }
}

template <class Number>
void Snippets::fill(std::vector<std::vector<Number>>& rings, network::Population& population,
                    std::size_t row) {
  const std::vector<std::int64_t>& neurons = layout_.neurons;
  for (std::size_t v = 0; v < rings.size(); ++v) {
    const double* from = population.gathered(plan_.arrays[v]).data();
    Number* to = rings[v].data() + row * neurons.size();
    if (contiguous_) {
      from += neurons.front();
      for (std::size_t i = 0; i < neurons.size(); ++i) to[i] = static_cast<Number>(from[i]);
    } else {
      for (std::size_t i = 0; i < neurons.size(); ++i) to[i] = static_cast<Number>(from[neurons[i]]);
    }
  }
}

template <class Number>
void Snippets::copy_out(const std::vector<std::vector<Number>>& rings, std::vector<std::vector<Number>>& to,
                        const Waiting& spike) const {
  const auto neurons = static_cast<std::int64_t>(layout_.neurons.size());
  for (std::size_t v = 0; v < rings.size(); ++v)
    for (std::int64_t step = spike.step - plan_.before; step <= spike.step + plan_.after;
         step += plan_.every) {
      const Number value = rings[v][static_cast<std::size_t>(step % length_ * neurons + spike.column)];
      if (!std::isfinite(value))  // it was a finite double
        throw base::NumericsError(fmt::format(
            "population '{}': {} of neuron {} around its spike at {} ms is more than float32 holds\n"
            "  write dtype: float64 in its record, and check the inputs",
            layout_.population, layout_.variables[v].name, layout_.neurons[spike.column], spike.time));
      to[v].push_back(value);
    }
}

void Snippets::complete(const base::TimeGrid& grid, const Waiting& spike) {
  layout_.float64 ? copy_out(ring64_, values64_, spike) : copy_out(ring32_, values32_, spike);
  block_.times.push_back(spike.time);
  block_.sampled_at.push_back(grid.time(spike.step));
  block_.node_ids.push_back(static_cast<std::uint64_t>(layout_.neurons[spike.column]));
}

void Snippets::sample(network::Population& population, const base::TimeGrid& grid, std::int64_t step) {
  const auto row = static_cast<std::size_t>(step % length_);
  layout_.float64 ? fill(ring64_, population, row) : fill(ring32_, population, row);
  while (!waiting_.empty() && waiting_.front().step + plan_.after == step) {
    complete(grid, waiting_.front());
    waiting_.pop_front();
  }
}

void Snippets::add(std::span<const network::Spike> spikes, std::int64_t step) {
  for (const network::Spike& spike : spikes) {
    const auto neuron = static_cast<std::int64_t>(spike.neuron);
    const auto found = std::ranges::lower_bound(layout_.neurons, neuron);
    if (found == layout_.neurons.end() || *found != neuron) continue;
    if (step < plan_.before)
      ++left_out_at_start_;
    else if (step + plan_.after >= steps_)
      ++left_out_at_end_;
    else
      waiting_.push_back({step, spike.time, found - layout_.neurons.begin()});
  }
}

bool Snippets::full() const { return std::ssize(block_.times) * layout_.bytes_per_spike() >= block_bytes; }

bool Snippets::changed() const {
  return !block_.times.empty() || told_start_ != left_out_at_start_ ||
         told_end_ != left_out_at_end_ + static_cast<std::int64_t>(waiting_.size());
}

namespace {

// Variable after variable; values behind `per_variable` belong to a spike that was not completed, and are
// dropped.
template <class Number>
void move_whole(std::vector<std::vector<Number>>& variables, std::size_t per_variable,
                std::vector<Number>& block) {
  for (std::vector<Number>& values : variables) {
    block.insert(block.end(), values.begin(), values.begin() + static_cast<std::ptrdiff_t>(per_variable));
    values.clear();
  }
}

}  // namespace

SnippetBlock Snippets::take() {
  told_start_ = block_.left_out_at_start = left_out_at_start_;
  told_end_ = block_.left_out_at_end = left_out_at_end_ + static_cast<std::int64_t>(waiting_.size());
  const std::size_t per_variable = block_.times.size() * layout_.offsets.size();
  move_whole(values32_, per_variable, block_.values32);
  move_whole(values64_, per_variable, block_.values64);
  const int index = block_.snippets;
  SnippetBlock taken = std::exchange(block_, {});
  block_.snippets = index;
  return taken;
}

std::int64_t ring_bytes(const SnippetPlan& plan, const SnippetLayout& layout) {
  return (plan.before + plan.after + 1) * static_cast<std::int64_t>(layout.neurons.size()) *
         static_cast<std::int64_t>(layout.variables.size()) * (layout.float64 ? 8 : 4);
}

}  // namespace hillock::engine
