// The step loop: inputs, populations, recording, in the order of one step of time.
#include "engine/simulation.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "base/diagnostics.hpp"
#include "base/wall_time.hpp"
#include "program/kernel.hpp"

namespace hillock::engine {

namespace {

constexpr std::size_t spike_block = 1 << 14;
constexpr std::int64_t steps_in_cache = 16;

using base::seconds_since;

std::vector<std::int64_t> sizes_of_a_point(const SimulationPlan& plan) {
  std::vector<std::int64_t> sizes;
  for (const auto& population : plan.populations) sizes.push_back(population->size() / plan.points);
  return sizes;
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
      frames_(plan_.reports, layout_.reports),
      rates_(plan_.reports, layout_.reports, plan_.grid),
      weights_(plan_.weights, layout_.weights, plan_.grid.dt),
      stops_(plan_.stops, sizes_of_a_point(plan_), plan_.points, plan_.grid),
      exchange_(plan_),
      choice_(plan_.threads, most_threads()),
      profiler_(plan_.populations.size(), false) {
  for (std::size_t i = 0; i < layout_.spikes.size(); ++i)
    spike_buffers_.push_back({static_cast<int>(i), {}, {}});
  for (std::size_t i = 0; i < plan_.snippets.size(); ++i)
    snippets_.emplace_back(plan_.snippets[i], layout_.snippets[i], static_cast<int>(i), plan_.grid.steps);
  spike_counts_.assign(plan_.populations.size(), 0);
  find_edges();
  divide();
}

// Inputs cut steps only where spike times are interpolated.
void Simulation::find_edges() {
  edges_.clear();
  edges_.resize(plan_.populations.size());
  for (const CurrentSource& source : plan_.currents)
    if (plan_.populations[source.population]->plan().interpolated)
      std::ranges::copy(source.input->edges(), std::back_inserter(edges_[source.population]));
  for (std::vector<double>& edges : edges_) {
    std::ranges::sort(edges);
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  }
}

// The grid point of the next plan that takes over.
std::int64_t Simulation::next_change() const {
  return changed_ < plan_.changes.size() ? plan_.changes[changed_].from
                                         : std::numeric_limits<std::int64_t>::max();
}

void Simulation::take_over_changes(Recorder& recorder) {
  weights_.hand_over(step_, recorder);  // the frame at the change itself has the new ones
  while (next_change() <= step_) exchange(plan_.changes[changed_++]);
}

// What changes are parameters and inputs; what happened so far stays: states, frames and spikes. The other
// plan is left with what was there before.
void Simulation::exchange(SimulationPlan& other) {
  over_ = true;
  parts_.clear();  // they point at what goes
  for (std::size_t p = 0; p < plan_.populations.size(); ++p)
    other.populations[p]->take_over(*plan_.populations[p]);
  std::swap(plan_.populations, other.populations);
  std::swap(plan_.currents, other.currents);
  std::swap(plan_.spikes, other.spikes);
  std::swap(plan_.reports, other.reports);
  for (std::size_t i = 0; i < snippets_.size(); ++i) {
    std::swap(plan_.snippets[i], other.snippets[i]);
    snippets_[i].take_over(plan_.snippets[i]);
  }
  for (const SpikeSource& source : plan_.spikes) source.input->rewind();
  if (other.network) {
    other.network = exchange_.exchange(plan_, std::move(*other.network), step_);
    weights_.read(exchange_.network());
  }
  find_edges();
  divide();
  for (const auto& part : parts_) {
    part->watch(profiler_.on());
    part->set_conductances();
  }
  over_ = false;
}

void Simulation::refuse_if_over() const {
  if (over_)
    throw base::UserError("a change of this simulation has failed, so it cannot go on",
                          "make a new simulation, of a config whose changes can be made");
}

void Simulation::hand_over_spikes(Recorder& recorder, std::size_t spikes) {
  SpikeBlock& buffer = spike_buffers_[spikes];
  if (buffer.times.empty()) return;
  recorder.write(std::move(buffer));
  buffer = {static_cast<int>(spikes), {}, {}};
}

void Simulation::hand_over_all(Recorder& recorder) {
  for (std::size_t i = 0; i < frames_.reports(); ++i)
    if (!frames_.empty(i)) recorder.write(frames_.take(i));
  for (std::size_t i = 0; i < rates_.size(); ++i)
    if (!rates_.empty(i)) recorder.write(rates_.take(i));
  for (std::size_t i = 0; i < spike_buffers_.size(); ++i) hand_over_spikes(recorder, i);
  for (Snippets& snippets : snippets_)
    if (snippets.changed()) recorder.write(snippets.take());
  weights_.hand_over(step_, recorder);
  recorder.advance(time());
}

// Brings the observed arrays up to date where means and windows around spikes need them at this step.
void Simulation::observe_together() {
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    if (!plan_.populations[p]->plan().observe) continue;
    bool wanted = std::ranges::any_of(
        snippets_, [&](const Snippets& snippets) { return snippets.population() == static_cast<int>(p); });
    for (std::size_t i = 0; i < frames_.reports(); ++i)
      wanted = wanted || (frames_.plan(i).population == static_cast<int>(p) && frames_.of_all(i) &&
                          frames_.due(i, step_));
    if (!wanted) continue;
    each_part([this, p](Part& part) { part.observe(p, step_); });
    if (const auto failure = first_failure()) raise(*failure);
    profiler_.recorded(p);
  }
}

void Simulation::record_pooled(std::size_t report) {
  const ReportPlan& plan = plan_.reports[report];
  network::Population& population = *plan_.populations[plan.population];
  for (std::size_t v = 0; v < plan.arrays.size(); ++v)
    if (const auto too_large = frames_.put_pooled(report, v, step_, population.gathered(plan.arrays[v])))
      raise({step_, StepFailure::Doing::record, report, {}, too_large->value});
  profiler_.recorded(static_cast<std::size_t>(plan.population));
}

// What is recorded of neurons of different parts: means, sums and windows around spikes.
void Simulation::record_together(Recorder& recorder) {
  if (recorded_ == step_) return;
  profiler_.start();
  observe_together();
  for (std::size_t i = 0; i < frames_.reports(); ++i)
    if (frames_.of_all(i) && frames_.due(i, step_)) record_pooled(i);
  for (Snippets& snippets : snippets_) {
    snippets.sample(*plan_.populations[snippets.population()], plan_.grid, step_);
    if (snippets.full()) recorder.write(snippets.take());
    profiler_.recorded(static_cast<std::size_t>(snippets.population()));
  }
  recorded_ = step_;
}

// The next grid point at which neurons of different parts are looked at, or there is no room for frames.
std::int64_t Simulation::next_meeting() const {
  if (!snippets_.empty() || exchange_.junctions() != nullptr) return step_ + 1;
  std::int64_t next = frames_.room_until();
  if (const auto* transmissions = exchange_.transmissions())
    next = std::min(next, step_ + transmissions->least_delay());
  if (const network::Network* network = exchange_.network())
    next = std::min(next, step_ + network->least_delay());
  for (std::size_t i = 0; i < frames_.reports(); ++i)
    if (frames_.of_all(i)) next = std::min(next, (step_ / frames_.plan(i).every + 1) * frames_.plan(i).every);
  return next;
}

// All frames before step_ are there, and of the first `with_next` reports that at step_ too.
void Simulation::complete_frames(Recorder& recorder, std::size_t with_next) {
  for (std::size_t i = 0; i < frames_.reports(); ++i) {
    if (frames_.is_rate(i)) continue;
    frames_.complete(i, i < with_next ? step_ + 1 : step_);
    if (frames_.full(i)) recorder.write(frames_.take(i));
    profiler_.recorded(static_cast<std::size_t>(plan_.reports[i].population));
  }
}

// Frame 0 of a run without steps.
void Simulation::record_first(Recorder& recorder) {
  record_together(recorder);
  for (const auto& part : parts_) part->record(0);
  if (const auto failure = first_failure()) raise(*failure);
  complete_frames(recorder, frames_.reports());
  weights_.hand_over(1, recorder);
}

std::optional<StepFailure> Simulation::first_failure() const {
  std::optional<StepFailure> first;
  for (const auto& part : parts_)
    if (part->failure() && (!first || part->failure()->before(*first))) first = part->failure();
  return first;
}

void Simulation::raise(const StepFailure& failure) {
  if (failure.doing == StepFailure::Doing::record) {
    const ReportLayout& report = layout_.reports[failure.index];
    throw base::NumericsError(
        fmt::format("population '{}': a recorded value of report '{}' is {:.3g}, more than float32 holds\n"
                    "  write dtype: float64 in its record, and check the inputs",
                    report.population, report.group, failure.value));
  }
  for (const auto& part : parts_)
    if (part->failure() && !failure.before(*part->failure()))
      throw base::NumericsError(part->explain(failure));
  throw base::InternalError("a failure that belongs to no part");
}

// Arrivals at time 0 come before the first step.
void Simulation::start() {
  const auto see_voltages = [this] {
    for (const auto& part : parts_) part->show_voltages();
    for (const auto& part : parts_) part->see_voltages();
  };
  see_voltages();
  for (const auto& part : parts_) part->begin();
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    std::optional<StepFailure> first;
    Part* failed = nullptr;
    for (const auto& part : parts_)
      if (const auto failure = part->deliver_at_zero(p))
        if (const StepFailure found{0, StepFailure::Doing::step, p, *failure}; !first || found.before(*first))
          first = found, failed = part.get();
    if (first) throw base::NumericsError(failed->explain(*first));
  }
  see_voltages();
  for (const auto& part : parts_) part->send_values(0);
  if (const auto failure = first_failure()) raise(*failure);
}

// The step of the neurons that have gap junctions, taken until their voltages have settled; take_block() ends
// it. Where it fails, so does take_block(), after what comes before.
void Simulation::relax() {
  profiler_.start();
  for (int round = 0; round <= network::Junctions::most_rounds; ++round) {
    each_part([this, round](Part& part) { part.relax(step_, round); });
    profiler_.block(parts_, team_->size());
    network::Junctions::Change largest;
    for (const auto& part : parts_) {
      if (part->change().value > largest.value) largest = part->change();
      if (!part->unsettled()) continue;
      if (round == 1) return;
      const StepFailure& failure = *part->unsettled();  // by the voltages that others had in the round before
      throw base::NumericsError(fmt::format(
          "gap junctions: the voltages do not settle in the step from {:.12g} ms on: neuron {} of population "
          "'{}' has no finite state in round {}\n"
          "  take a smaller dt, or smaller conductances",
          time(), failure.failure.neuron, plan_.populations[failure.index]->name(), round));
    }
    if (round > 0 && largest.value <= network::Junctions::settled_change) return;
    if (round == network::Junctions::most_rounds)
      throw base::NumericsError(fmt::format(
          "gap junctions: the voltages do not settle in the step from {:.12g} ms on: V of neuron {} of "
          "population '{}' still changes by {:.3g} in round {}\n"
          "  take a smaller dt, or smaller conductances",
          time(), largest.neuron, plan_.populations[largest.population]->name(), largest.value, round));
  }
}

// All parts from step_ to `end`, or to the first failure, or to where a condition ends the run: a part that
// is alone sees that itself, several must meet after each step.
void Simulation::take_block(std::int64_t end, Recorder& recorder) {
  const bool coupled = exchange_.junctions() != nullptr;
  const bool meet = stops_.any() && (parts_.size() > 1 || coupled);
  if (meet) end = step_ + 1;
  profiler_.start();
  each_part([this, end](Part& part) { part.take_steps(step_, end, ends_at_); });
  if (coupled && !first_failure() && (stops_.any() || exchange_.transmissions() != nullptr)) {
    each_part([](Part& part) { part.show_voltages(); });
    each_part([](Part& part) {
      part.see_voltages();
      part.reach();
    });
  }
  profiler_.block(parts_, team_->size());
  exchange_.turn(parts_.front()->reached());
  const std::optional<StepFailure> failure = first_failure();
  step_ = failure ? failure->step : parts_.front()->reached();
  if (meet && !failure) stops_.look(step_, parts_);
  using Doing = StepFailure::Doing;
  const std::size_t with_next = !failure || failure->doing == Doing::observe ? 0
                                : failure->doing == Doing::record            ? failure->index
                                                                             : frames_.reports();
  complete_frames(recorder, with_next);
  // Where threads meet after each step or few, that can wait: one thread does it.
  const bool meets_often = exchange_.network() != nullptr || exchange_.junctions() != nullptr ||
                           exchange_.transmissions() != nullptr;
  const bool can_wait = meets_often && !stops_.any() && snippets_.empty();
  if (failure || !can_wait || step_ - kept_until_ >= 64) keep_spikes(recorder, failure);
  if (failure) raise(*failure);
}

// Brings the spikes of all parts into the order of steps, and within these of (time, neuron). A single thread
// would have met no spikes from the failure on.
void Simulation::keep_spikes(Recorder& recorder, const std::optional<StepFailure>& failure) {
  constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    const bool stepped = failure && failure->doing == StepFailure::Doing::step && p < failure->index;
    const std::int64_t last = failure ? failure->step - (stepped ? 0 : 1) : none - 1;
    if (parts_.size() == 1) {  // in order already
      const auto& [spikes, steps] = parts_.front()->spikes(p);
      std::size_t begin = 0;
      for (const PartSpikes::Step& step : steps) {
        if (step.step > last) break;
        keep_spikes(recorder, p, step.step, std::span(spikes).subspan(begin, step.end - begin));
        begin = step.end;
      }
    } else {
      merge_spikes(recorder, p, last);
    }
    for (const auto& part : parts_) part->spikes(p).clear();
    profiler_.recorded(p);
  }
  rates_.complete(step_);
  for (std::size_t i = 0; i < rates_.size(); ++i)
    if (rates_.full(i)) recorder.write(rates_.take(i));
  kept_until_ = step_;
}

// Those of all parts up to the step `last`.
void Simulation::merge_spikes(Recorder& recorder, std::size_t p, std::int64_t last) {
  constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
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
    const network::StepMode mode = plan_.populations[p]->plan().mode;
    if (mode == network::StepMode::cut || mode == network::StepMode::adaptive)
      std::sort(spikes_.begin(), spikes_.end());
    keep_spikes(recorder, p, step, spikes_);
  }
}

void Simulation::keep_spikes(Recorder& recorder, std::size_t p, std::int64_t step,
                             std::span<const network::Spike> spikes) {
  if (stops_.some_stopped()) {
    kept_.clear();
    std::ranges::copy_if(spikes, std::back_inserter(kept_), [&](const network::Spike& spike) {
      return stops_.keeps(p, spike.neuron, step + 1);
    });
    spikes = kept_;
  }
  spike_counts_[p] += std::ssize(spikes);
  rates_.add(p, step, spikes);
  for (Snippets& snippets : snippets_)
    if (snippets.population() == static_cast<int>(p)) snippets.add(spikes, step + 1);
  for (std::size_t k = 0; k < plan_.spike_plans.size(); ++k) {
    const SpikePlan& plan = plan_.spike_plans[k];
    if (plan.population != static_cast<int>(p)) continue;
    SpikeBlock& buffer = spike_buffers_[k];
    for (const network::Spike& spike : spikes) {
      if (!plan.keep.empty() && !plan.keep[spike.neuron]) continue;
      buffer.times.push_back(spike.time);
      buffer.node_ids.push_back(spike.neuron);
    }
    if (buffer.times.size() >= spike_block) hand_over_spikes(recorder, k);
  }
}

// The clock is looked at about every 5 ms, however long a step takes; less often where that spares the steps
// in between their guards, or lets parts take the steps of a delay, or some, while their states are in the
// cache.
void Simulation::look(Pace& pace, Recorder& recorder, const RunOptions& options) {
  const double wall = seconds_since(pace.begin), passed = wall - pace.last_look;
  const std::int64_t steps = step_ - pace.looked_at;
  choice_.measured(steps, passed);
  const double per_step = std::max(1e-9, passed / static_cast<double>(steps));
  pace.last_look = wall;
  pace.looked_at = step_;
  const auto steps_in = [per_step](double time) { return static_cast<std::int64_t>(time / per_step); };
  const std::int64_t most = std::min<std::int64_t>(steps_in(0.05), 256);  // what is kept costs 0.4 % of these
  const auto* network = exchange_.network();
  const std::int64_t together = network == nullptr ? steps_in_cache : network->least_delay();
  const std::int64_t least =
      most >= steps_worth_keeping ? most : std::clamp<std::int64_t>(steps_in(0.25), 1, together);
  pace.next_look = step_ + std::clamp<std::int64_t>(steps_in(0.005), least, 1024);
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
  kept_until_ = step_;
  const auto interrupted = [&] {
    return options.stop != nullptr && options.stop->load(std::memory_order_relaxed);
  };
  while (step_ < until && !interrupted() && !all_stopped()) {
    if (next_change() <= step_) {
      keep_spikes(recorder, std::nullopt);
      take_over_changes(recorder);
    }
    if (exchange_.junctions() != nullptr) relax();
    record_together(recorder);
    take_block(std::min({until, pace.next_look, next_meeting(), next_change()}), recorder);
    if (step_ == pace.next_look) {
      keep_spikes(recorder, std::nullopt);
      look(pace, recorder, options);
    }
  }
  keep_spikes(recorder, std::nullopt);
  if (step_ == plan_.grid.steps || all_stopped()) rates_.end(step_);
}

std::optional<Stopped> Simulation::stopped(std::size_t point) const {
  const StopState& state = stops_.points()[point];
  if (state.step < 0) return std::nullopt;
  return Stopped{state.step, plan_.grid.time(state.step), plan_.stops[state.stop].text};
}

RunResult Simulation::run_until(std::int64_t until, Recorder& recorder, const RunOptions& options) {
  refuse_if_over();
  const program::FlushToZero flush;
  for (const auto& population : plan_.populations) population->distribute();
  Pace pace{step_, step_ + 1};    // what it takes to start threads counts, as slices may be short
  const TeamOfRun at_end{team_};  // between slices no thread is left, so the process may be forked
  profiler_ = Profiler(plan_.populations.size(), options.profile);
  set_threads();
  for (const auto& part : parts_) part->set_conductances();
  until = std::min(until, plan_.grid.steps);
  RunResult result;
  try {
    if (!weights_.begun()) weights_.begin(exchange_.network(), recorder);
    if (!started_) start();
    started_ = true;
    if (plan_.grid.steps == 0) record_first(recorder);
    take_steps(until, pace, recorder, options);
  } catch (const base::NumericsError&) {
    keep_spikes(recorder, std::nullopt);
    for (const auto& population : plan_.populations) population->settle();
    hand_over_all(recorder);
    throw;
  }
  profiler_.start();
  hand_over_all(recorder);
  profiler_.output();
  for (const auto& population : plan_.populations) population->settle();
  result.end = step_ < until && !all_stopped() ? RunEnd::interrupted : RunEnd::complete;
  result.steps_done = step_;
  result.simulate_seconds = seconds_since(pace.begin);
  result.spike_counts = spike_counts_;
  result.profile = profiler_.result(result.simulate_seconds);
  return result;
}

}  // namespace hillock::engine
