// A population: the state arrays of its neurons and the kernels that step them.
#include "network/population.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/diagnostics.hpp"

namespace hillock::network {

namespace {

// A fill for one array: the given values, and in the padding the last of them, so that idle lanes compute
// what a real neuron does.
base::AlignedArray<double> filled(std::int64_t size, const std::vector<double>& values) {
  base::AlignedArray<double> array(size, values.size() == 1 ? values[0] : 0.0);
  if (values.size() > 1)
    for (std::int64_t i = 0; i < base::padded(size); ++i) array[i] = values[std::min(i, size - 1)];
  return array;
}

// Calls function(i) for every bit i of a mask of n neurons, in order.
template <class Function>
void for_each_set(const base::AlignedArray<std::uint8_t>& mask, std::int64_t n, Function function) {
  const std::int64_t bytes = base::padded(n) / 8;
  for (std::int64_t byte = 0; byte < bytes; byte += 8) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, mask.data() + byte, static_cast<std::size_t>(std::min<std::int64_t>(8, bytes - byte)));
    for (; bits != 0; bits &= bits - 1) function(byte * 8 + std::countr_zero(bits));
  }
}

}  // namespace

Population::Population(PopulationPlan plan, program::KernelOptions options)
    : plan_(std::move(plan)), spiked_(base::padded(plan_.size)), invalid_(base::padded(plan_.size)) {
  for (std::size_t slot = 0; slot < plan_.slots.arrays.size(); ++slot) {
    const auto given = plan_.initial.find(static_cast<int>(slot));
    arrays_.push_back(
        filled(plan_.size, given == plan_.initial.end() ? std::vector<double>{0.0} : given->second));
  }
  for (base::AlignedArray<double>& array : arrays_) array_pointers_.push_back(array.data());
  home_ = array_pointers_;
  masks_ = {spiked_.data(), invalid_.data()};
  step_values_.assign(plan_.slots.step_values.size(), 0.0);
  step_kernel_ = kernel(plan_.step, options);
  if (plan_.events) events_kernel_ = kernel(*plan_.events, options);
  if (plan_.observe) observe_kernel_ = kernel(*plan_.observe, options);
  if (plan_.deliver) deliver_kernel_ = kernel(*plan_.deliver, options);
  if (plan_.reset) reset_.emplace(*plan_.reset);
  single_arrays_.resize(arrays_.size());
  single_parameters_.assign(plan_.slots.parameters.size(), 0.0);
  for (const auto& [slot, values] : plan_.parameters) {
    if (values.size() == 1) single_parameters_[slot] = values[0];
    if (values.size() > 1) varying_.emplace_back(slot, &values);
  }
}

program::Binding Population::binding(const program::Program& program) const {
  program::Binding result;
  for (int slot = 0; slot < program.parameters; ++slot) {
    const auto given = plan_.parameters.find(slot);
    result.parameters.push_back(given == plan_.parameters.end() ? std::vector<double>{0.0} : given->second);
  }
  for (int slot = 0; slot < program.streams; ++slot) {
    const auto given = plan_.streams.find(slot);
    result.streams.push_back(given == plan_.streams.end() ? base::Stream{} : given->second);
  }
  return result;
}

std::unique_ptr<program::Kernel> Population::kernel(const program::Program& program,
                                                    program::KernelOptions options) const {
  return program::make_kernel(program, binding(program), plan_.size, options);
}

std::int64_t Population::run(const program::Kernel& kernel, std::int64_t step) {
  program::Call call;
  call.arrays = array_pointers_;
  call.masks = masks_;
  call.step_values = step_values_;
  call.step = static_cast<std::uint64_t>(step);
  call.count = plan_.size;
  return kernel.run(call);
}

void Population::begin_step(std::int64_t step, double t_n) {
  if (plan_.time >= 0) step_values_[plan_.time] = t_n;
  if (plan_.decide >= 0)
    step_values_[plan_.decide] = plan_.decide_every <= 0 || (step + 1) % plan_.decide_every == 0 ? 1.0 : 0.0;
  if (plan_.offset >= 0) step_values_[plan_.offset] = 0.0;
}

std::optional<Failure> Population::deliver_at_zero() {
  if (!deliver_kernel_ || plan_.size == 0) return std::nullopt;
  const std::int64_t failed = run(*deliver_kernel_, 0);
  if (failed >= 0) return Failure{failed, 0.0};
  return without_answer(*plan_.deliver, 0.0);
}

// The first neuron whose spike rule has no answer.
std::optional<Failure> Population::without_answer(const program::Program& program, double t) const {
  if (program.masks < 2) return std::nullopt;
  std::int64_t first = -1;
  for_each_set(invalid_, plan_.size, [&](std::int64_t i) { first = first < 0 ? i : first; });
  if (first < 0) return std::nullopt;
  return Failure{first, t, Failure::Kind::no_decision};
}

void Population::clear_arrivals() {
  for (const int slot : plan_.arrivals) std::ranges::fill(arrays_[slot].span(), 0.0);
}

std::optional<Failure> Population::observe(double t) {
  if (!observe_kernel_ || plan_.size == 0) return std::nullopt;
  const std::int64_t failed = run(*observe_kernel_, 0);
  if (failed >= 0) return Failure{failed, t, Failure::Kind::observed};
  return std::nullopt;
}

std::optional<Failure> Population::step(const base::TimeGrid& grid, std::int64_t step,
                                        std::span<const double> edges, const Refresh& refresh,
                                        std::vector<Spike>& spikes) {
  spikes.clear();
  if (plan_.size == 0) return std::nullopt;
  const bool whole = plan_.mode == StepMode::whole;
  const Cut cut{grid.time(step), grid.time(step + 1), grid.dt, edges, refresh};
  if (!whole)
    if (const auto failure = advance(cut, step, spikes)) return failure;
  const program::Program& program = whole ? plan_.step : *plan_.events;
  const std::int64_t failed = run(whole ? *step_kernel_ : *events_kernel_, step);
  if (failed >= 0)
    return Failure{
        failed, cut.t_end,
        reset_is_to_blame(failed, step, grid.dt) ? Failure::Kind::reset : Failure::Kind::not_finite};
  if (const auto failure = without_answer(program, cut.t_end)) return failure;
  if (program.masks > 0)
    for_each_set(spiked_, plan_.size, [&](std::int64_t i) {
      spikes.push_back({cut.t_end, static_cast<std::uint64_t>(i)});
    });
  if (!whole)
    std::ranges::sort(spikes, [](const Spike& a, const Spike& b) {
      return a.time != b.time ? a.time < b.time : a.neuron < b.neuron;
    });
  return std::nullopt;
}

// A kernel advances all neurons; those whose step is cut, and all where inputs change inside the step or the
// step size adapts, are advanced one by one from where they were.
std::optional<Failure> Population::advance(const Cut& cut, std::int64_t step, std::vector<Spike>& spikes) {
  std::optional<Failure> failure;
  const auto single = [&](std::int64_t neuron) {
    if (!failure) failure = advance_single(neuron, cut, spikes);
  };
  if (plan_.mode == StepMode::adaptive || !cut.edges.empty()) {
    for (std::int64_t neuron = 0; neuron < plan_.size; ++neuron) single(neuron);
    if (!cut.edges.empty()) cut.refresh(cut.edges.back());
  } else {
    const std::int64_t failed = run(*step_kernel_, step);
    if (failed >= 0) return Failure{failed, cut.t_end};
    if (plan_.step.masks > 0) for_each_set(spiked_, plan_.size, single);
  }
  if (failure) return failure;
  for (const auto& [now, next] : plan_.next) swap_arrays(now, next);
  return std::nullopt;
}

void Population::settle() {
  for (const auto& [now, next] : plan_.next) {
    if (array_pointers_[now] == home_[now]) continue;
    std::copy_n(array_pointers_[now], base::padded(plan_.size), array_pointers_[next]);
    swap_arrays(now, next);
  }
}

void Population::swap_arrays(int a, int b) {
  std::swap(arrays_[a], arrays_[b]);
  std::swap(array_pointers_[a], array_pointers_[b]);
}

void Population::load_single(std::int64_t neuron) {
  for (std::size_t slot = 0; slot < arrays_.size(); ++slot) single_arrays_[slot] = arrays_[slot][neuron];
  for (const auto& [slot, values] : varying_) single_parameters_[slot] = (*values)[neuron];
}

void Population::store_single(std::int64_t neuron) {
  for (std::size_t slot = 0; slot < arrays_.size(); ++slot) arrays_[slot][neuron] = single_arrays_[slot];
}

std::optional<Failure> Population::advance_single(std::int64_t neuron, const Cut& cut,
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
std::optional<Failure> Population::take_parts(std::int64_t neuron, const Cut& cut,
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
    if (parts == most_parts) return Failure{neuron, cut.t_n + at, Failure::Kind::too_many};
    while (edge != cut.edges.end() && *edge <= at + tolerance) ++edge;
    double end = edge == cut.edges.end() ? dt : *edge;
    const bool held = hold > 0, counted = held && plan_.interpolated;
    if (counted && at + hold * dt < end - tolerance) end = at + hold * dt;
    const program::Advanced advanced = plan_.integrator->advance(
        single_arrays_, {single_parameters_, step_values_, at, end, held, plan_.watch && !held});
    if (!advanced.finite)
      return Failure{neuron, cut.t_n + advanced.failed_at,
                     advanced.undecided   ? Failure::Kind::no_decision
                     : advanced.too_small ? Failure::Kind::too_small
                                          : Failure::Kind::not_finite};
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
        if (!begun) return Failure{neuron, cut.t_n + at, Failure::Kind::reset};
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
std::optional<double> Population::reset_single(double offset) {
  if (plan_.offset >= 0) step_values_[plan_.offset] = offset;
  reset_->set_parameters(std::span(single_parameters_).first(plan_.reset->parameters));
  if (!reset_->run(std::span(single_arrays_).first(plan_.reset->arrays), {},
                   std::span(step_values_).first(plan_.reset->step_values)))
    return std::nullopt;
  return plan_.hold >= 0 ? single_arrays_[plan_.hold] : 0.0;
}

std::int64_t Population::bytes() const {
  std::int64_t total = spiked_.size() + invalid_.size();
  for (const base::AlignedArray<double>& array : arrays_) total += array.size() * 8;
  for (const auto& [slot, values] : plan_.parameters) total += static_cast<std::int64_t>(values.size()) * 8;
  return total;
}

}  // namespace hillock::network
