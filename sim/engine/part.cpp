// What one thread steps: the order of inputs, arrivals and populations in a step.
#include "engine/part.hpp"

#include <algorithm>
#include <tuple>

#include "program/exception_flags.hpp"

namespace hillock::engine {

bool StepFailure::before(const StepFailure& other) const {
  const auto order = [](const StepFailure& one) { return std::tuple(one.step, one.doing, one.index); };
  if (order(*this) != order(other)) return order(*this) < order(other);
  return failure.before(other.failure);
}

// Alone, a part takes the spike inputs as they are.
Part::Part(int index, int parts, const SimulationPlan& plan, const std::vector<std::vector<double>>& edges,
           Frames& frames, SpikeExchange& exchange)
    : plan_(plan),
      edges_(edges),
      frames_(frames),
      exchange_(exchange),
      network_(exchange.network()),
      junctions_(exchange.junctions()),
      transmissions_(exchange.transmissions()),
      index_(index) {
  const std::size_t populations = plan.populations.size();
  if (network_ != nullptr) {
    first_block_ = exchange.first_block(index);
    end_block_ = exchange.first_block(index + 1);
  }
  for (const auto& population : plan.populations) ranges_.push_back(&population->range(index));
  currents_.resize(populations);
  for (const CurrentSource& source : plan.currents)
    currents_[static_cast<std::size_t>(source.population)].push_back(source.input.get());
  for (const SpikeSource& source : plan.spikes) {
    const auto p = static_cast<std::size_t>(source.population);
    if (parts > 1)
      inputs_.push_back(source.input->part(range(p).first(), range(p).first() + range(p).count()));
    sources_.push_back({p, source.arrivals, parts > 1 ? inputs_.back().get() : source.input.get()});
  }
  arrived_ = base::AlignedArray<char>(std::ssize(ranges_));
  spikes_.resize(populations);
  ticks_ = base::AlignedArray<PhaseTicks>(std::ssize(ranges_));
  holding_.resize(plan.stops.size());
  // The way back leads to states, not to what is on its way.
  if (network_ == nullptr && junctions_ == nullptr && transmissions_ == nullptr &&
      std::ranges::all_of(ranges_, [](const auto* range) { return range->flags_tell(); }))
    attempts_ = 8;
  for (std::size_t p = 0; p < populations; ++p)
    refresh_.emplace_back([this, p](double offset) { set_inputs(p, offset); });
}

void Part::set_conductances() {
  for (std::size_t p = 0; p < ranges_.size() && junctions_ != nullptr; ++p)
    junctions_->set_conductances(p, range(p));
}

void Part::set_inputs(std::size_t p, double offset) {
  for (const CurrentInput* input : currents_[p]) input->begin_step(step_, offset, range(p).step_values());
}

void Part::begin_step_of(std::size_t p) {
  range(p).begin_step(step_, plan_.grid.time(step_));
  set_inputs(p, 0.0);
}

void Part::begin() {
  watch_.start();
  step_ = 0;
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) begin_step_of(p);
  deliver(0);
}

void Part::send_on(std::int64_t step) {
  watch_.start();
  for (int block = first_block_; block < end_block_; ++block) exchange_.send_on(block, step);
  watch_.lap(network_ticks_);
}

// First of all that arrives: sums are floating-point numbers from here on, whose order counts.
void Part::deliver_from_network(std::int64_t step) {
  for (int block = first_block_; block < end_block_; ++block)
    network_->deliver(
        block, step, *sums_, [this](std::size_t p, int slot) { return range(p).array(slot); },
        [this](std::size_t p) { arrived_[p] = 1; });
  watch_.lap(network_ticks_);
}

void Part::deliver(std::int64_t step) {
  if (network_ != nullptr) deliver_from_network(step);
  for (std::size_t p = 0; p < ranges_.size() && transmissions_ != nullptr; ++p)
    if (transmissions_->deliver(p, range(p), step)) arrived_[static_cast<std::int64_t>(p)] = 1;
  for (const Source& source : sources_) {
    if (step < source.input->silent_until()) continue;
    const std::int64_t size = plan_.populations[source.population]->size();
    const std::span arrivals(range(source.population).array(source.arrivals), static_cast<std::size_t>(size));
    if (source.input->deliver(step, arrivals)) arrived_[source.population] = 1;
    watch_.lap(ticks(source.population, Phase::deliver));
  }
}

std::optional<network::Failure> Part::deliver_at_zero(std::size_t p) {
  const auto failure = range(p).deliver_at_zero();
  clear_arrivals(p);
  return failure;
}

void Part::relax(std::int64_t step, int round) {
  watch_.start();
  step_ = step;
  change_ = {};
  unsettled_.reset();
  // All polynomials first: also where a population fails, those of the others are of this round.
  for (std::size_t p = 0; p < ranges_.size(); ++p) {
    if (!is_coupled(p)) continue;
    if (round == 0)
      junctions_->begin(p, range(p), plan_.grid.dt);
    else
      junctions_->gather(p, range(p), round, plan_.grid.dt);
  }
  for (std::size_t p = 0; p < ranges_.size(); ++p) {
    if (!is_coupled(p)) continue;
    if (round == 0) {
      begin_step_of(p);
    } else {
      if (const auto failure = range(p).advance_coupled(plan_.grid, step_)) {
        unsettled_ = {step_, StepFailure::Doing::step, p, *failure};
        return;
      }
      if (const auto change = junctions_->publish(p, range(p), round); change.value > change_.value)
        change_ = change;
    }
    watch_.lap(ticks(p, Phase::integrate));
  }
}

void Part::show_voltages() {
  for (std::size_t p = 0; p < ranges_.size(); ++p)
    if (is_coupled(p)) junctions_->show(p, range(p));
}

void Part::see_voltages() {
  for (std::size_t p = 0; p < ranges_.size(); ++p)
    if (is_coupled(p)) junctions_->see(p, range(p));
}

bool Part::reach() {
  if (!send_values(step_)) return false;
  if (!holding_.empty()) find_holding();
  return true;
}

bool Part::send_values(std::int64_t step) {
  step_ = step;
  for (std::size_t p = 0; p < ranges_.size() && transmissions_ != nullptr; ++p) {
    if (!transmissions_->from(p)) continue;
    if (transmissions_->observed(p) && !observe_now(p)) return false;
    transmissions_->send(p, range(p), step);
    watch_.lap(network_ticks_);
  }
  return true;
}

void Part::clear_arrivals(std::size_t p) {
  if (arrived_[p] != 0) range(p).clear_arrivals();
  arrived_[p] = 0;
}

// Where inputs of a population change inside the present step, as offsets from t_n.
void Part::find_edges_inside(std::size_t p) {
  const std::vector<double>& edges = edges_[p];
  const double t_n = plan_.grid.time(step_), t_end = plan_.grid.time(step_ + 1);
  const double tolerance = 1e-9 * plan_.grid.dt;
  for (auto edge = std::ranges::upper_bound(edges, t_n + tolerance);
       edge != edges.end() && *edge < t_end - tolerance; ++edge)
    inside_.push_back(*edge - t_n);
}

void Part::take_steps(std::int64_t step, std::int64_t end, const std::function<bool(std::int64_t)>& ends_at) {
  if (network_ != nullptr) send_on(step);
  const bool guarded = end - step < steps_worth_keeping || attempts_ == 0 || ends_at;
  if (guarded || !take_unguarded(step, end)) take_all(step, end, ends_at);
}

// Without guards, while the processor's exception flags say that all is finite. False where they do not, or
// where it fails: then all is as it was, for guards to find the first failure. Flags may also come from what
// a model does not use of its results, so after some attempts in vain there are no more.
bool Part::take_unguarded(std::int64_t step, std::int64_t end) {
  for (network::NeuronRange* range : ranges_)
    if (!range->keep()) return false;
  program::clear_exception_flags();
  for (network::NeuronRange* range : ranges_) range->guard(false);
  take_all(step, end, nullptr);
  for (network::NeuronRange* range : ranges_) range->guard(true);
  if (!failure_ && !program::exceptions_flagged()) return true;
  --attempts_;
  for (network::NeuronRange* range : ranges_) range->go_back();
  for (const Source& source : sources_) source.input->rewind();
  std::ranges::fill(arrived_.span(), 0);
  for (PartSpikes& spikes : spikes_) spikes.clear();
  return false;
}

void Part::take_all(std::int64_t step, std::int64_t end, const std::function<bool(std::int64_t)>& ends_at) {
  failure_.reset();
  watch_.start();
  next_record_ = step;
  for (step_ = step; step_ < end;) {
    if (!(step_ < next_record_ || record_now()) || !take_step()) return;
    ++step_;
    if (junctions_ == nullptr && !reach()) return;  // with junctions, parts meet before
    if (ends_at && ends_at(step_)) return;
  }
}

// At the present grid point, with the inputs that flow from there on, as they are recorded.
void Part::find_holding() {
  for (std::size_t i = 0; i < plan_.stops.size(); ++i) {
    const StopPlan& stop = plan_.stops[i];
    if (stop.of_spikes) continue;
    const auto p = static_cast<std::size_t>(stop.population);
    if (plan_.populations[p]->plan().conditions[stop.condition].step_values > 0) begin_step_of(p);
    holding_[i].clear();
    range(p).find_holding(stop.condition, holding_[i]);
    watch_.lap(ticks(p, Phase::record));
  }
}

// False where it fails.
bool Part::take_step() {
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    begin_step_of(p);
    watch_.lap(ticks(p, Phase::inputs));
  }
  deliver(step_ + 1);
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    inside_.clear();
    if (!edges_[p].empty()) find_edges_inside(p);
    auto& [spikes, steps] = spikes_[p];
    const std::size_t before = spikes.size();
    if (unsettled_ && unsettled_->index == p) {
      failure_ = unsettled_;
      return false;
    }
    const auto failure = range(p).step(plan_.grid, step_, inside_, refresh_[p], spikes);
    if (failure) {
      spikes.resize(before);
      failure_ = {step_, StepFailure::Doing::step, p, *failure};
      return false;
    }
    clear_arrivals(p);
    if (spikes.size() > before) {
      steps.push_back({step_, spikes.size()});
      if (network_ != nullptr) {
        std::vector<std::uint32_t>& sources = exchange_.outbox(index_).at(step_ + 1);
        for (std::size_t i = before; i < spikes.size(); ++i)
          sources.push_back(network_->source(p, spikes[i].neuron));
      }
    }
    watch_.lap(ticks(p, Phase::integrate));
  }
  return true;
}

void Part::observe(std::size_t p, std::int64_t step) {
  failure_.reset();
  step_ = step;
  observe_now(p);
}

// False where it fails.
bool Part::observe_now(std::size_t p) {
  begin_step_of(p);
  if (const auto failure = range(p).observe(plan_.grid.time(step_)))
    failure_ = {step_, StepFailure::Doing::observe, p, *failure};
  return !failure_;
}

void Part::record(std::int64_t step) {
  failure_.reset();
  watch_.start();
  step_ = step;
  record_now();
}

// Means and sums are left to who has all neurons. False where it fails.
bool Part::record_now() {
  next_record_ = frames_.next_due(step_);
  const auto due = [&](std::size_t report) {
    return frames_.of_neurons(report) && frames_.due(report, step_);
  };
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    if (!plan_.populations[p]->plan().observe) continue;
    for (std::size_t report = 0; report < frames_.reports(); ++report) {
      if (frames_.plan(report).population != static_cast<int>(p) || !due(report)) continue;
      if (!observe_now(p)) return false;
      watch_.lap(ticks(p, Phase::record));
      break;
    }
  }
  for (std::size_t report = 0; report < frames_.reports(); ++report) {
    if (!due(report)) continue;
    const auto p = static_cast<std::size_t>(frames_.plan(report).population);
    const network::NeuronRange& neurons = range(p);
    const auto too_large = frames_.put(report, step_, neurons.first(), neurons.first() + neurons.count(),
                                       [&](int slot) -> const double* { return neurons.array(slot); });
    if (too_large) {
      const network::Failure failure{too_large->neuron, 0, {}, static_cast<int>(too_large->variable)};
      failure_ = {step_, StepFailure::Doing::record, report, failure, too_large->value};
      return false;
    }
    watch_.lap(ticks(p, Phase::record));
  }
  return true;
}

std::string Part::explain(const StepFailure& failure) {
  return range(failure.index).explain(failure.failure, plan_.grid.dt);
}

}  // namespace hillock::engine
