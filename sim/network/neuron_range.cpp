// A range of the neurons of a population: how its steps are taken.
#include "network/neuron_range.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>

#include "network/population.hpp"

namespace hillock::network {

namespace {

// Calls function(i) for every bit i of a mask from `first`, a multiple of 8, on, in order. Bits behind the
// last neuron are 0, and bytes may be read beyond it.
template <class Function>
void for_each_set(const base::AlignedArray<std::uint8_t>& mask, std::int64_t first, std::int64_t count,
                  Function function) {
  const std::int64_t end = (first + base::padded(count)) / 8;
  for (std::int64_t byte = first / 8; byte < end; byte += 8) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, mask.data() + byte, sizeof bits);
    for (; bits != 0; bits &= bits - 1) function(byte * 8 + std::countr_zero(bits));
  }
}

}  // namespace

// Masks are its own, so that no byte of them belongs to two threads.
NeuronRange::NeuronRange(Population& population, std::int64_t first, std::int64_t count, bool alone)
    : population_(population),
      plan_(population.plan_),
      first_(first),
      count_(count),
      arrays_(population.arrays_),
      spiked_((first + base::padded(count)) / 8 + 8),  // and one that reading by eights may reach
      invalid_((first + base::padded(count)) / 8 + 8),
      masks_{spiked_.data(), invalid_.data()},
      step_values_(static_cast<std::int64_t>(plan_.slots.step_values.size())) {
  if (!alone && count > 0) take_own_memory();
  if (count == 0) return;  // many small populations and threads make many of these
  const auto runner = [](const std::unique_ptr<program::Kernel>& kernel) {
    return kernel ? kernel->runner() : nullptr;
  };
  step_ = runner(population.step_kernel_);
  events_ = runner(population.events_kernel_);
  observe_ = runner(population.observe_kernel_);
  deliver_ = runner(population.deliver_kernel_);
  for (const auto& kernel : population.condition_kernels_) conditions_.push_back(kernel->runner());
  if (plan_.integrator) integrator_ = plan_.integrator->clone();
  if (plan_.reset) reset_.emplace(*plan_.reset);
  single_arrays_.resize(arrays_.size());
  single_parameters_.assign(plan_.slots.parameters.size(), 0.0);
  for (const auto& [slot, values] : plan_.parameters)
    if (values.size() == 1) single_parameters_[slot] = values[0];
  if (!flags_tell()) return;
  std::set<int> left(plan_.arrivals.begin(), plan_.arrivals.end());
  for (const auto& [now, next] : plan_.next) left.insert(next);
  for (int slot = 0; slot < std::max(plan_.step.arrays, plan_.events ? plan_.events->arrays : 0); ++slot)
    if (!left.contains(slot)) kept_slots_.push_back(slot);
  kept_ = base::AlignedArray<double>(std::ssize(kept_slots_) * base::padded(count));
}

// With some room behind it, into which a processor may fetch ahead.
void NeuronRange::take_own_memory() {
  constexpr std::int64_t room = 1024 / sizeof(double);
  const std::int64_t arrays = std::ssize(arrays_), distance = distance_of_arrays(count_, arrays);
  own_ = base::AlignedArray<double>(distance * arrays + room);
  for (std::int64_t slot = 0; slot < arrays; ++slot)
    arrays_[static_cast<std::size_t>(slot)] = own_.data() + slot * distance - first_;
  load();
}

bool NeuronRange::flags_tell() const {
  const auto tell = [](const std::unique_ptr<program::Kernel>& kernel) {
    return !kernel || kernel->flags_tell();
  };
  return plan_.mode != StepMode::adaptive && tell(population_.step_kernel_) &&
         tell(population_.events_kernel_);
}

bool NeuronRange::keep() {
  const std::int64_t size = base::padded(count_);
  double* to = kept_.data();
  double zero = 0;  // stays so: a finite value times zero is 0
  kept_arrays_ = arrays_;
  for (const int slot : kept_slots_) {
    const double* const from = arrays_[slot] + first_;
    std::copy_n(from, size, to);
    double sums[8] = {};
    for (std::int64_t i = 0; i < size; i += 8)
      for (int k = 0; k < 8; ++k) sums[k] += from[i + k] * 0.0;
    for (const double sum : sums) zero += sum;
    to += size;
  }
  return zero == 0.0;
}

void NeuronRange::go_back() {
  const std::int64_t size = base::padded(count_);
  arrays_ = kept_arrays_;
  for (std::size_t k = 0; k < kept_slots_.size(); ++k)
    std::copy_n(kept_.data() + static_cast<std::int64_t>(k) * size, size, arrays_[kept_slots_[k]] + first_);
  clear_arrivals();
}

std::int64_t NeuronRange::run(program::Runner& runner, std::int64_t step) {
  program::Call call;
  call.arrays = arrays_;
  call.masks = masks_;
  call.step_values = step_values_.span();
  call.step = static_cast<std::uint64_t>(step);
  call.first = first_;
  call.count = count_;
  call.guarded = guarded_ || (&runner != step_.get() && &runner != events_.get());
  return runner.run(call);
}

void NeuronRange::begin_step(std::int64_t step, double t_n) {
  if (plan_.time >= 0) step_values_[plan_.time] = t_n;
  if (plan_.decide >= 0)
    step_values_[plan_.decide] = plan_.decide_every <= 0 || (step + 1) % plan_.decide_every == 0 ? 1.0 : 0.0;
  if (plan_.offset >= 0) step_values_[plan_.offset] = 0.0;
}

std::optional<Failure> NeuronRange::deliver_at_zero() {
  if (!deliver_) return std::nullopt;
  const std::int64_t failed = run(*deliver_, 0);
  if (failed >= 0) return Failure{failed, 0.0};
  return without_answer(*plan_.deliver, 0.0, 1);
}

// The first neuron whose spike rule has no answer.
std::optional<Failure> NeuronRange::without_answer(const program::Program& program, double t,
                                                   int stage) const {
  if (program.masks < 2) return std::nullopt;
  std::int64_t first = -1;
  for_each_set(invalid_, first_, count_, [&](std::int64_t i) { first = first < 0 ? i : first; });
  if (first < 0) return std::nullopt;
  return Failure{first, t, Failure::Kind::no_decision, stage};
}

void NeuronRange::clear_arrivals() {
  for (const int slot : plan_.arrivals) std::fill_n(arrays_[slot] + first_, count_, 0.0);
}

std::optional<Failure> NeuronRange::observe(double t) {
  if (!observe_) return std::nullopt;
  const std::int64_t failed = run(*observe_, 0);
  if (failed >= 0) return Failure{failed, t, Failure::Kind::observed};
  return std::nullopt;
}

// The spikes of the last step have been taken from the mask.
void NeuronRange::find_holding(std::size_t condition, std::vector<std::int64_t>& neurons) {
  if (count_ == 0) return;
  run(*conditions_[condition], 0);
  for_each_set(spiked_, first_, count_, [&](std::int64_t i) { neurons.push_back(i); });
}

std::optional<Failure> NeuronRange::step(const base::TimeGrid& grid, std::int64_t step,
                                         std::span<const double> edges, const Refresh& refresh,
                                         std::vector<Spike>& spikes) {
  const bool whole = plan_.mode == StepMode::whole;
  const auto begun = static_cast<std::ptrdiff_t>(spikes.size());
  if (count_ == 0) {
    if (!whole) swap_next();
    return std::nullopt;
  }
  const double t_end = grid.time(step + 1);
  if (plan_.mode == StepMode::coupled)
    swap_next();
  else if (!whole)
    if (const auto failure = advance({grid.time(step), t_end, grid.dt, edges, refresh}, step, spikes))
      return failure;
  const program::Program& program = whole ? plan_.step : *plan_.events;
  const std::int64_t failed = run(whole ? *step_ : *events_, step);
  if (failed >= 0)
    return Failure{
        failed, t_end,
        reset_is_to_blame(failed, step, grid.dt) ? Failure::Kind::reset : Failure::Kind::not_finite, 2};
  if (const auto failure = without_answer(program, t_end, 3)) return failure;
  if (program.masks > 0)
    for_each_set(spiked_, first_, count_, [&](std::int64_t i) {
      spikes.push_back({t_end, static_cast<std::uint64_t>(i)});
    });
  if (!whole && plan_.mode != StepMode::coupled) std::sort(spikes.begin() + begun, spikes.end());
  return std::nullopt;
}

std::optional<Failure> NeuronRange::advance_coupled(const base::TimeGrid& grid, std::int64_t step) {
  if (count_ == 0) return std::nullopt;
  const std::int64_t failed = run(*step_, step);
  if (failed >= 0) return Failure{failed, grid.time(step + 1)};
  return std::nullopt;
}

// A kernel advances all neurons; those whose step is cut, and all where inputs change inside the step or the
// step size adapts, are advanced one by one from where they were.
std::optional<Failure> NeuronRange::advance(const Cut& cut, std::int64_t step, std::vector<Spike>& spikes) {
  std::optional<Failure> failure;
  const auto single = [&](std::int64_t neuron) {
    if (!failure) failure = advance_single(neuron, cut, spikes);
  };
  if (plan_.mode == StepMode::adaptive || !cut.edges.empty()) {
    for (std::int64_t neuron = first_; neuron < first_ + count_; ++neuron) single(neuron);
    if (!cut.edges.empty()) cut.refresh(cut.edges.back());
  } else {
    const std::int64_t failed = run(*step_, step);
    if (failed >= 0) return Failure{failed, cut.t_end};
    if (plan_.step.masks > 0) for_each_set(spiked_, first_, count_, single);
  }
  if (failure) return failure;
  swap_next();
  return std::nullopt;
}

void NeuronRange::swap_next() {
  for (const auto& [now, next] : plan_.next) std::swap(arrays_[now], arrays_[next]);
}

void NeuronRange::load() {
  if (own_.size() == 0) return;
  for (std::size_t slot = 0; slot < arrays_.size(); ++slot)
    std::copy_n(population_.arrays_[slot] + first_, base::padded(count_), arrays_[slot] + first_);
}

void NeuronRange::settle() {
  if (own_.size() > 0)
    for (std::size_t slot = 0; slot < arrays_.size(); ++slot)
      std::copy_n(arrays_[slot] + first_, base::padded(count_), population_.arrays_[slot] + first_);
  if (own_.size() > 0 || count_ == 0) return;
  for (const auto& [now, next] : plan_.next) {
    if (arrays_[now] == population_.arrays_[now]) continue;
    std::copy_n(arrays_[now] + first_, base::padded(count_), arrays_[next] + first_);
    std::swap(arrays_[now], arrays_[next]);
  }
}

std::int64_t NeuronRange::bytes() const {
  std::int64_t total =
      own_.bytes() + spiked_.bytes() + invalid_.bytes() + step_values_.bytes() + kept_.bytes();
  for (const auto* runner : {&step_, &events_, &observe_, &deliver_})
    if (*runner) total += (*runner)->bytes();
  for (const auto& runner : conditions_) total += runner->bytes();
  return total;
}

void NeuronRange::load_single(std::int64_t neuron) {
  for (std::size_t slot = 0; slot < arrays_.size(); ++slot) single_arrays_[slot] = arrays_[slot][neuron];
  for (const auto& [slot, values] : population_.varying_) single_parameters_[slot] = (*values)[neuron];
}

void NeuronRange::store_single(std::int64_t neuron) {
  for (std::size_t slot = 0; slot < arrays_.size(); ++slot) arrays_[slot][neuron] = single_arrays_[slot];
}

std::optional<Failure> NeuronRange::advance_single(std::int64_t neuron, const Cut& cut,
                                                   std::vector<Spike>& spikes) {
  load_single(neuron);
  if (const auto failure = take_parts(neuron, cut, spikes)) {
    store_single(neuron);  // the last finite values
    return failure;
  }
  if (plan_.mode == StepMode::adaptive)
    store_single(neuron);
  else if (plan_.has_reset || !cut.edges.empty())  // otherwise the spike changes nothing: the kernel's result
    for (const auto& [now, next] : plan_.next) arrays_[next][neuron] = single_arrays_[now];
  return std::nullopt;
}

// Parts end where a hold ends, an input changes, or the neuron spikes.
std::optional<Failure> NeuronRange::take_parts(std::int64_t neuron, const Cut& cut,
                                               std::vector<Spike>& spikes) {
  constexpr int most_parts = 10000;
  const double dt = cut.dt, tolerance = program::hold_tolerance * dt;
  if (!cut.edges.empty()) cut.refresh(0.0);
  // On the grid `events` counts the hold; here it then covers the whole step or none of it.
  double hold = plan_.hold >= 0 ? single_arrays_[plan_.hold] : 0.0;
  if (hold <= program::hold_ends_now) hold = 0.0;
  double at = 0;
  auto edge = cut.edges.begin();
  for (int parts = 0; parts == 0 || at < dt - tolerance; ++parts) {
    if (parts == most_parts) return Failure{neuron, cut.t_n + at, Failure::Kind::too_many, 1};
    while (edge != cut.edges.end() && *edge <= at + tolerance) ++edge;
    double end = edge == cut.edges.end() ? dt : *edge;
    const bool held = hold > 0, counted = held && plan_.interpolated;
    if (counted && at + hold * dt < end - tolerance) end = at + hold * dt;
    const program::Advanced advanced = integrator_->advance(
        single_arrays_, {single_parameters_, step_values(), at, end, held, plan_.watch && !held});
    if (!advanced.finite)
      return Failure{neuron, cut.t_n + advanced.failed_at,
                     advanced.undecided   ? Failure::Kind::no_decision
                     : advanced.too_small ? Failure::Kind::too_small
                                          : Failure::Kind::not_finite,
                     1};
    if (counted) {
      hold -= (advanced.offset - at) / dt;
      if (hold <= program::hold_tolerance)
        hold = advanced.offset >= dt - tolerance ? program::hold_ends_now : 0.0;
    }
    at = advanced.offset;
    // A reset at t_n+1 itself comes after delivery: `events` decides.
    if (advanced.crossed && !(reset_ && at >= dt - tolerance)) {
      spikes.push_back(
          {std::min(cut.t_n + advanced.crossing, cut.t_end), static_cast<std::uint64_t>(neuron)});
      if (reset_) {
        const std::optional<double> begun = reset_single(at);
        if (!begun) return Failure{neuron, cut.t_n + at, Failure::Kind::reset, 1};
        hold = *begun;
      }
    }
    if (edge != cut.edges.end() && at >= *edge - tolerance) cut.refresh(*edge);
  }
  if (plan_.hold >= 0 && plan_.interpolated) single_arrays_[plan_.hold] = hold;
  return std::nullopt;
}

// Resets the loaded neuron at this offset; returns the hold that begins, steps, or nothing where a state
// would not be finite.
std::optional<double> NeuronRange::reset_single(double offset) {
  if (plan_.offset >= 0) step_values_[plan_.offset] = offset;
  reset_->set_parameters(std::span(single_parameters_).first(plan_.reset->parameters));
  if (!reset_->run(std::span(single_arrays_).first(plan_.reset->arrays), {},
                   step_values().first(plan_.reset->step_values)))
    return std::nullopt;
  return plan_.hold >= 0 ? single_arrays_[plan_.hold] : 0.0;
}

}  // namespace hillock::network
