// The step loop: inputs, populations, recording, in the order of one step of time.
#include "engine/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "base/diagnostics.hpp"
#include "base/wall_time.hpp"
#include "program/kernel.hpp"

namespace hillock::engine {

namespace {

constexpr std::int64_t frame_block_bytes = 1 << 18;
constexpr std::size_t spike_block = 1 << 14;

using base::seconds_since;

// Who has no neurons has nothing to do. Unasked, no more threads are taken than there are processors.
int most_threads(const SimulationPlan& plan) {
  std::int64_t blocks = 0;
  for (const auto& population : plan.populations)
    blocks = std::max(blocks, network::range_blocks(population->size()));
  const auto most = static_cast<int>(std::min<std::int64_t>(blocks, std::numeric_limits<int>::max()));
  return plan.threads > 0 ? most : std::min(most, parallel::available_processors());
}

// Lets the threads go.
struct TeamOfRun {
  std::optional<parallel::Team>& team;
  explicit TeamOfRun(std::optional<parallel::Team>& of_run) : team(of_run) {}
  TeamOfRun(const TeamOfRun&) = delete;
  TeamOfRun& operator=(const TeamOfRun&) = delete;
  ~TeamOfRun() { team.reset(); }
};

}  // namespace

Simulation::Simulation(SimulationPlan plan, const RunLayout& layout)
    : plan_(std::move(plan)),
      layout_(layout),
      choice_(plan_.threads, most_threads(plan_)),
      profiler_(plan_.populations.size(), false) {
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
  find_edges();
  divide(choice_.threads());
}

// Inputs cut steps only where spike times are interpolated.
void Simulation::find_edges() {
  edges_.resize(plan_.populations.size());
  for (const CurrentSource& source : plan_.currents)
    if (plan_.populations[source.population]->plan().interpolated)
      std::ranges::copy(source.input->edges(), std::back_inserter(edges_[source.population]));
  for (std::vector<double>& edges : edges_) {
    std::ranges::sort(edges);
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  }
}

void Simulation::divide(int parts) {
  parts_.clear();
  std::int64_t blocks = 0;
  for (const auto& population : plan_.populations) {
    population->divide(parts, blocks);
    blocks += network::range_blocks(population->size());
  }
  for (int i = 0; i < parts; ++i) parts_.push_back(std::make_unique<Part>(i, parts, plan_, edges_));
}

// As many threads and parts as were chosen.
void Simulation::set_threads() {
  const int threads = choice_.threads();
  if (static_cast<int>(parts_.size()) != threads) divide(threads);
  if (!team_ || team_->size() != threads) team_.emplace(threads);
  for (const auto& part : parts_) part->watch(profiler_.on());
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
    if (!plan_.populations[p]->plan().observe) continue;
    const bool framed = std::ranges::any_of(plan_.reports, [&](const ReportPlan& report) {
      return report.population == static_cast<int>(p) && step_ % report.every == 0;
    });
    const bool sampled = std::ranges::any_of(
        snippets_, [&](const Snippets& snippets) { return snippets.population() == static_cast<int>(p); });
    if (!framed && !sampled) continue;
    team_->run([this, p](int i) {
      const program::FlushToZero flush;
      parts_[static_cast<std::size_t>(i)]->observe(p, step_);
    });
    if (const auto failure = first_failure()) raise(*failure);
    profiler_.recorded(p);
  }
}

void Simulation::record_frame(Recorder& recorder, std::size_t i) {
  const ReportPlan& report = plan_.reports[i];
  FrameBuffer& buffer = frame_buffers_[i];
  const network::Population& population = *plan_.populations[report.population];
  for (std::size_t v = 0; v < report.arrays.size(); ++v) {
    const std::span<const double> values = population.array(report.arrays[v]);
    layout_.reports[i].float64 ? append(buffer.values64[v], values, layout_.reports[i])
                               : append(buffer.values32[v], values, layout_.reports[i]);
  }
  if (++buffer.frames == buffer.capacity) hand_over_frames(recorder, i);
  profiler_.recorded(static_cast<std::size_t>(report.population));
}

void Simulation::record_frames(Recorder& recorder) {
  if (recorded_ == step_) return;
  profiler_.start();
  observe_recorded();
  for (std::size_t i = 0; i < plan_.reports.size(); ++i)
    if (step_ % plan_.reports[i].every == 0) record_frame(recorder, i);
  for (Snippets& snippets : snippets_) {
    snippets.sample(*plan_.populations[snippets.population()], plan_.grid, step_);
    if (snippets.full()) recorder.write(snippets.take());
    profiler_.recorded(static_cast<std::size_t>(snippets.population()));
  }
  recorded_ = step_;
}

// The next grid point at which something of all neurons is looked at. Between these, spikes are all that
// leaves a part.
std::int64_t Simulation::next_frame() const {
  if (!snippets_.empty()) return step_ + 1;
  std::int64_t next = plan_.grid.steps;
  for (const ReportPlan& report : plan_.reports)
    next = std::min(next, (step_ / report.every + 1) * report.every);
  return next;
}

std::optional<StepFailure> Simulation::first_failure() const {
  std::optional<StepFailure> first;
  for (const auto& part : parts_)
    if (part->failure() && (!first || part->failure()->before(*first))) first = part->failure();
  return first;
}

void Simulation::raise(const StepFailure& failure) {
  for (const auto& part : parts_)
    if (part->failure() && !failure.before(*part->failure()))
      throw base::NumericsError(part->explain(failure));
  throw base::InternalError("a failure that belongs to no part");
}

// Arrivals at time 0 come before the first step.
void Simulation::start() {
  for (const auto& part : parts_) {
    part->begin_step(0);
    part->deliver(0);
  }
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    std::optional<StepFailure> first;
    Part* failed = nullptr;
    for (const auto& part : parts_)
      if (const auto failure = part->deliver_at_zero(p))
        if (const StepFailure found{0, p, *failure}; !first || found.before(*first))
          first = found, failed = part.get();
    if (first) throw base::NumericsError(failed->explain(*first));
  }
}

// All parts from step_ to `end`, or to the first failure.
void Simulation::take_block(std::int64_t end, Recorder& recorder) {
  profiler_.start();
  team_->run([this, end](int i) {
    const program::FlushToZero flush;
    parts_[static_cast<std::size_t>(i)]->take_steps(step_, end);
  });
  profiler_.block(parts_);
  const std::optional<StepFailure> failure = first_failure();
  keep_spikes(recorder, failure);
  step_ = failure ? failure->step : end;
  if (failure) raise(*failure);
}

// Brings the spikes of all parts into the order of steps, and within these of (time, neuron). A single thread
// would have met no spikes from the failure on.
void Simulation::keep_spikes(Recorder& recorder, const std::optional<StepFailure>& failure) {
  constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    const std::int64_t last = failure ? failure->step - (p < failure->population ? 0 : 1) : none - 1;
    cursors_.assign(parts_.size(), {});
    while (true) {
      std::int64_t step = none;
      for (std::size_t i = 0; i < parts_.size(); ++i) {
        const auto& steps = parts_[i]->spikes(p).steps;
        if (cursors_[i].step < steps.size()) step = std::min(step, steps[cursors_[i].step].step);
      }
      if (step > last) break;
      spikes_.clear();
      for (std::size_t i = 0; i < parts_.size(); ++i) {
        const auto& [spikes, steps] = parts_[i]->spikes(p);
        auto& [next, begin] = cursors_[i];
        if (next == steps.size() || steps[next].step != step) continue;
        const std::size_t stop = steps[next++].end;
        spikes_.insert(spikes_.end(), spikes.begin() + begin,
                       spikes.begin() + static_cast<std::ptrdiff_t>(stop));
        begin = static_cast<std::ptrdiff_t>(stop);
      }
      if (parts_.size() > 1 && plan_.populations[p]->plan().mode != network::StepMode::whole)
        std::ranges::sort(spikes_);
      keep_spikes(recorder, p, step);
    }
    for (const auto& part : parts_) part->spikes(p).clear();
    profiler_.recorded(p);
  }
}

void Simulation::keep_spikes(Recorder& recorder, std::size_t p, std::int64_t step) {
  spike_counts_[p] += static_cast<std::int64_t>(spikes_.size());
  for (Snippets& snippets : snippets_)
    if (snippets.population() == static_cast<int>(p)) snippets.add(spikes_, step + 1);
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
void Simulation::look(Pace& pace, Recorder& recorder, const RunOptions& options) {
  const double wall = seconds_since(pace.begin), passed = wall - pace.last_look;
  const std::int64_t steps = step_ - pace.looked_at;
  choice_.measured(steps, passed);
  const double per_step = std::max(1e-9, passed / static_cast<double>(steps));
  pace.last_look = wall;
  pace.looked_at = step_;
  pace.next_look = step_ + std::clamp<std::int64_t>(static_cast<std::int64_t>(0.005 / per_step), 1, 1024);
  if (choice_.threads() != team_->size()) {
    set_threads();
    pace.next_look = step_ + 1;
  }
  if (wall - pace.last_report < 0.1) return;
  pace.last_report = wall;
  if (options.progress) options.progress({step_, plan_.grid.steps, wall});
  profiler_.start();
  hand_over_all(recorder);
  profiler_.output();
}

void Simulation::take_steps(std::int64_t until, Pace& pace, Recorder& recorder, const RunOptions& options) {
  const auto stopped = [&] {
    return options.stop != nullptr && options.stop->load(std::memory_order_relaxed);
  };
  while (step_ < until && !stopped()) {
    record_frames(recorder);
    take_block(std::min({until, pace.next_look, next_frame()}), recorder);
    if (step_ == pace.next_look) look(pace, recorder, options);
  }
}

RunResult Simulation::run_until(std::int64_t until, Recorder& recorder, const RunOptions& options) {
  const program::FlushToZero flush;
  Pace pace{step_, step_ + 1};  // what it takes to start threads counts, as slices may be short
  const TeamOfRun at_end{team_};  // between slices no thread is left, so the process may be forked
  profiler_ = Profiler(plan_.populations.size(), options.profile);
  set_threads();
  until = std::min(until, plan_.grid.steps);
  RunResult result;
  try {
    if (!started_) start();
    started_ = true;
    if (plan_.grid.steps == 0) record_frames(recorder);
    take_steps(until, pace, recorder, options);
  } catch (const base::NumericsError&) {
    for (const auto& population : plan_.populations) population->settle();
    hand_over_all(recorder);
    throw;
  }
  profiler_.start();
  hand_over_all(recorder);
  profiler_.output();
  for (const auto& population : plan_.populations) population->settle();
  result.end = step_ < until ? RunEnd::interrupted : RunEnd::complete;
  result.steps_done = step_;
  result.simulate_seconds = seconds_since(pace.begin);
  result.spike_counts = spike_counts_;
  result.profile = profiler_.result(result.simulate_seconds);
  return result;
}

}  // namespace hillock::engine
