// The step loop: inputs, populations, recording, in the order of one step of time.
#include "engine/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/diagnostics.hpp"
#include "base/wall_time.hpp"
#include "program/kernel.hpp"

namespace hillock::engine {

namespace {

constexpr std::int64_t frame_block_bytes = 1 << 18;
constexpr std::size_t spike_block = 1 << 14;

using base::seconds_since;

}  // namespace

Simulation::Simulation(SimulationPlan plan, const RunLayout& layout)
    : plan_(std::move(plan)), layout_(layout) {
  for (const ReportLayout& report : layout_.reports) {
    FrameBuffer buffer;
    const std::int64_t bytes_per_frame =
        std::max<std::int64_t>(1, report.values_per_frame() * (report.float64 ? 8 : 4) *
                                      static_cast<std::int64_t>(report.variables.size()));
    buffer.capacity = std::max<std::int64_t>(1, frame_block_bytes / bytes_per_frame);
    (report.float64 ? buffer.values64.resize(report.variables.size())
                    : buffer.values32.resize(report.variables.size()));
    frame_buffers_.push_back(std::move(buffer));
  }
  for (std::size_t i = 0; i < layout_.spikes.size(); ++i)
    spike_buffers_.push_back({static_cast<int>(i), {}, {}});
  for (std::size_t i = 0; i < plan_.snippets.size(); ++i)
    snippets_.emplace_back(plan_.snippets[i], layout_.snippets[i], static_cast<int>(i), plan_.grid.steps);
  spike_counts_.assign(plan_.populations.size(), 0);
  edges_.resize(plan_.populations.size());
  for (const CurrentSource& source : plan_.currents)
    if (plan_.populations[source.population]->plan().interpolated)
      std::ranges::copy(source.input->edges(), std::back_inserter(edges_[source.population]));
  for (std::vector<double>& edges : edges_) {
    std::ranges::sort(edges);
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  }
  arrived_.assign(plan_.populations.size(), false);
  for (std::size_t p = 0; p < plan_.populations.size(); ++p)
    refresh_.emplace_back([this, p](double offset) {
      for (const CurrentSource& source : plan_.currents)
        if (source.population == static_cast<int>(p))
          source.input->begin_step(step_, offset, plan_.populations[p]->step_values());
    });
}

void Simulation::begin_step() {
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    plan_.populations[p]->begin_step(step_, time());
    refresh_[p](0.0);
  }
}

namespace {

// Variable after variable; values behind `per_variable` belong to a frame that was not completed, and are
// dropped.
template <class Number>
void move_whole_frames(std::vector<std::vector<Number>>& variables, std::int64_t per_variable,
                       std::vector<Number>& block) {
  for (std::vector<Number>& values : variables) {
    block.insert(block.end(), values.begin(), values.begin() + per_variable);
    values.clear();
  }
}

}  // namespace

void Simulation::hand_over_frames(Recorder& recorder, std::size_t report) {
  FrameBuffer& buffer = frame_buffers_[report];
  if (buffer.frames == 0) return;
  FrameBlock block;
  block.report = static_cast<int>(report);
  block.first_frame = buffer.first_frame;
  block.frames = buffer.frames;
  const std::int64_t per_variable = buffer.frames * layout_.reports[report].values_per_frame();
  move_whole_frames(buffer.values64, per_variable, block.values64);
  move_whole_frames(buffer.values32, per_variable, block.values32);
  buffer.first_frame += buffer.frames;
  buffer.frames = 0;
  recorder.write(std::move(block));
}

void Simulation::hand_over_spikes(Recorder& recorder, std::size_t spikes) {
  SpikeBlock& buffer = spike_buffers_[spikes];
  if (buffer.times.empty()) return;
  recorder.write(std::move(buffer));
  buffer = {static_cast<int>(spikes), {}, {}};
}

void Simulation::hand_over_all(Recorder& recorder) {
  for (std::size_t i = 0; i < frame_buffers_.size(); ++i) hand_over_frames(recorder, i);
  for (std::size_t i = 0; i < spike_buffers_.size(); ++i) hand_over_spikes(recorder, i);
  for (Snippets& snippets : snippets_)
    if (snippets.changed()) recorder.write(snippets.take());
  recorder.advance(time());
}

namespace {

// A value as the file holds it; what is finite stays so.
template <class Number>
Number stored(double value, const ReportLayout& layout) {
  const auto result = static_cast<Number>(value);
  if (std::isfinite(value) && !std::isfinite(result))
    throw base::NumericsError(
        fmt::format("population '{}': a recorded value of report '{}' is {:.3g}, more than float32 holds\n"
                    "  write dtype: float64 in its record, and check the inputs",
                    layout.population, layout.group, value));
  return result;
}

// Appends one frame of an array: chosen neurons, or their mean.
template <class Number>
void append(std::vector<Number>& to, std::span<const double> from, const ReportLayout& layout) {
  if (!layout.mean) {
    for (const std::int64_t neuron : layout.neurons) to.push_back(stored<Number>(from[neuron], layout));
    return;
  }
  double sum = 0;
  if (layout.neurons.empty())
    for (const double value : from) sum += value;
  else
    for (const std::int64_t neuron : layout.neurons) sum += from[neuron];
  const std::size_t n = layout.neurons.empty() ? from.size() : layout.neurons.size();
  to.push_back(stored<Number>(sum / static_cast<double>(n), layout));
}

}  // namespace

// Brings the observed arrays up to date where they are recorded at this step.
void Simulation::observe_recorded() {
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    const bool framed = std::ranges::any_of(plan_.reports, [&](const ReportPlan& report) {
      return report.population == static_cast<int>(p) && step_ % report.every == 0;
    });
    const bool sampled = std::ranges::any_of(
        snippets_, [&](const Snippets& snippets) { return snippets.population() == static_cast<int>(p); });
    if (framed || sampled) check(*plan_.populations[p], plan_.populations[p]->observe(time()));
  }
}

void Simulation::sample_snippets(Recorder& recorder) {
  for (Snippets& snippets : snippets_) {
    snippets.sample(*plan_.populations[snippets.population()], plan_.grid, step_);
    if (snippets.full()) recorder.write(snippets.take());
  }
}

void Simulation::record_frames(Recorder& recorder) {
  if (recorded_ == step_) return;
  observe_recorded();
  for (std::size_t i = 0; i < plan_.reports.size(); ++i) {
    const ReportPlan& report = plan_.reports[i];
    if (step_ % report.every != 0) continue;
    FrameBuffer& buffer = frame_buffers_[i];
    const network::Population& population = *plan_.populations[report.population];
    for (std::size_t v = 0; v < report.arrays.size(); ++v) {
      const std::span<const double> values = population.array(report.arrays[v]);
      layout_.reports[i].float64 ? append(buffer.values64[v], values, layout_.reports[i])
                                 : append(buffer.values32[v], values, layout_.reports[i]);
    }
    if (++buffer.frames == buffer.capacity) hand_over_frames(recorder, i);
  }
  sample_snippets(recorder);
  recorded_ = step_;
}

void Simulation::deliver(std::int64_t step) {
  for (const SpikeSource& source : plan_.spikes)
    if (source.input->deliver(step, plan_.populations[source.population]->array(source.arrivals)))
      arrived_[source.population] = true;
}

void Simulation::clear_arrivals(std::size_t p) {
  if (arrived_[p]) plan_.populations[p]->clear_arrivals();
  arrived_[p] = false;
}

void Simulation::check(network::Population& population,
                       const std::optional<network::Failure>& failure) const {
  if (failure) throw base::NumericsError(population.explain(*failure, plan_.grid.dt));
}

// Arrivals at time 0 come before the first step.
void Simulation::start() {
  begin_step();
  deliver(0);
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    check(*plan_.populations[p], plan_.populations[p]->deliver_at_zero());
    clear_arrivals(p);
  }
}

// Where inputs of a population change inside the present step, as offsets from t_n.
void Simulation::find_edges_inside(std::size_t p) {
  inside_.clear();
  const double t_n = time(), t_end = plan_.grid.time(step_ + 1), tolerance = 1e-9 * plan_.grid.dt;
  const std::vector<double>& edges = edges_[p];
  for (auto edge = std::ranges::upper_bound(edges, t_n + tolerance);
       edge != edges.end() && *edge < t_end - tolerance; ++edge)
    inside_.push_back(*edge - t_n);
}

void Simulation::step_populations(Recorder& recorder) {
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    network::Population& population = *plan_.populations[p];
    find_edges_inside(p);
    check(population, population.step(plan_.grid, step_, inside_, refresh_[p], spikes_));
    clear_arrivals(p);
    if (!spikes_.empty()) keep_spikes(recorder, p);
  }
}

void Simulation::keep_spikes(Recorder& recorder, std::size_t p) {
  spike_counts_[p] += static_cast<std::int64_t>(spikes_.size());
  for (Snippets& snippets : snippets_)
    if (snippets.population() == static_cast<int>(p)) snippets.add(spikes_, step_ + 1);
  for (std::size_t k = 0; k < plan_.spike_plans.size(); ++k) {
    const SpikePlan& plan = plan_.spike_plans[k];
    if (plan.population != static_cast<int>(p)) continue;
    SpikeBlock& buffer = spike_buffers_[k];
    for (const network::Spike& spike : spikes_) {
      if (!plan.keep.empty() && !plan.keep[spike.neuron]) continue;
      buffer.times.push_back(spike.time);
      buffer.node_ids.push_back(spike.neuron);
    }
    if (buffer.times.size() >= spike_block) hand_over_spikes(recorder, k);
  }
}

// The clock is looked at about every 5 ms, however long a step takes.
void Simulation::take_steps(std::int64_t until, Recorder& recorder, const RunOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  double last_look = 0, last_report = 0;
  std::int64_t looked_at = step_, next_look = step_ + 1;
  const auto stopped = [&] {
    return options.stop != nullptr && options.stop->load(std::memory_order_relaxed);
  };
  while (step_ < until && !stopped()) {
    begin_step();
    record_frames(recorder);
    deliver(step_ + 1);
    step_populations(recorder);
    ++step_;
    if (step_ < next_look) continue;
    const double wall = seconds_since(begin);
    const double per_step = std::max(1e-9, (wall - last_look) / static_cast<double>(step_ - looked_at));
    last_look = wall;
    looked_at = step_;
    next_look = step_ + std::clamp<std::int64_t>(static_cast<std::int64_t>(0.005 / per_step), 1, 1024);
    if (wall - last_report < 0.1) continue;
    last_report = wall;
    if (options.progress) options.progress({step_, plan_.grid.steps, wall});
    hand_over_all(recorder);
  }
}

RunResult Simulation::run_until(std::int64_t until, Recorder& recorder, const RunOptions& options) {
  const program::FlushToZero flush;
  const auto begin = std::chrono::steady_clock::now();
  until = std::min(until, plan_.grid.steps);
  RunResult result;
  try {
    if (!started_) start();
    started_ = true;
    if (plan_.grid.steps == 0) record_frames(recorder);
    take_steps(until, recorder, options);
  } catch (const base::NumericsError&) {
    hand_over_all(recorder);
    throw;
  }
  hand_over_all(recorder);
  for (const auto& population : plan_.populations) population->settle();
  result.end = step_ < until ? RunEnd::interrupted : RunEnd::complete;
  result.steps_done = step_;
  result.simulate_seconds = seconds_since(begin);
  result.spike_counts = spike_counts_;
  return result;
}

}  // namespace hillock::engine
