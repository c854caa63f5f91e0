// A population: the state arrays of its neurons and the kernels that step them.
#include "network/population.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
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

}  // namespace

Population::Population(PopulationPlan plan, program::InterpreterOptions options)
    : plan_(std::move(plan)), mask_(base::padded(plan_.size)) {
  for (std::size_t slot = 0; slot < plan_.slots.arrays.size(); ++slot) {
    const auto given = plan_.initial.find(static_cast<int>(slot));
    arrays_.push_back(
        filled(plan_.size, given == plan_.initial.end() ? std::vector<double>{0.0} : given->second));
  }
  for (base::AlignedArray<double>& array : arrays_) array_pointers_.push_back(array.data());
  mask_pointer_ = mask_.data();
  step_values_.assign(plan_.slots.step_values.size(), 0.0);
  step_kernel_ = kernel(plan_.step, options);
  if (plan_.events) events_kernel_ = kernel(*plan_.events, options);
  if (plan_.observe) observe_kernel_ = kernel(*plan_.observe, options);
  if (plan_.deliver) deliver_kernel_ = kernel(*plan_.deliver, options);
  if (plan_.reset) reset_.emplace(*plan_.reset);
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
                                                    program::InterpreterOptions options) const {
  return program::make_interpreter(program, binding(program), plan_.size, options);
}

std::int64_t Population::run(const program::Kernel& kernel, std::int64_t step) {
  program::Call call;
  call.arrays = array_pointers_;
  call.masks = {&mask_pointer_, 1};
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

std::optional<NonFinite> Population::deliver_at_zero() {
  if (!deliver_kernel_ || plan_.size == 0) return std::nullopt;
  const std::int64_t failed = run(*deliver_kernel_, 0);
  if (failed >= 0) return NonFinite{failed, 0.0, false};
  return std::nullopt;
}

void Population::clear_arrivals() {
  for (const int slot : plan_.arrivals) std::ranges::fill(arrays_[slot].span(), 0.0);
}

void Population::observe() {
  if (observe_kernel_ && plan_.size > 0) run(*observe_kernel_, 0);
}

void Population::collect_spikes(double time, std::vector<Spike>& spikes) const {
  const std::int64_t bytes = base::padded(plan_.size) / 8;
  for (std::int64_t word = 0; word < bytes; word += 8) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, mask_pointer_ + word,
                static_cast<std::size_t>(std::min<std::int64_t>(8, bytes - word)));
    for (; bits != 0; bits &= bits - 1)
      spikes.push_back({time, static_cast<std::uint64_t>(word * 8 + std::countr_zero(bits))});
  }
}

std::optional<NonFinite> Population::step(std::int64_t step, double t_n, double dt,
                                          std::span<const double> edges,
                                          const std::function<void(double)>& refresh,
                                          std::vector<Spike>& spikes) {
  if (plan_.size == 0) return std::nullopt;
  const double t_end = t_n + dt;
  if (plan_.mode == StepMode::whole) {
    const std::int64_t failed = run(*step_kernel_, step);
    if (failed >= 0) return NonFinite{failed, t_end, false};
    if (plan_.step.masks > 0) collect_spikes(t_end, spikes);
    return std::nullopt;
  }
  const std::size_t first_spike = spikes.size();
  const bool all_single = plan_.mode == StepMode::adaptive || !edges.empty();
  if (plan_.mode == StepMode::cut) {
    // Without a cut the kernel's result stands; single neurons start again from the old arrays.
    if (!all_single) {
      std::memset(mask_pointer_, 0, static_cast<std::size_t>(base::padded(plan_.size) / 8));
      const std::int64_t failed = run(*step_kernel_, step);
      if (failed >= 0) return NonFinite{failed, t_end, false};
    }
    std::vector<Spike> cut;
    if (!all_single) collect_spikes(t_end, cut);
    for (std::int64_t k = 0, n = all_single ? plan_.size : static_cast<std::int64_t>(cut.size()); k < n;
         ++k) {
      const std::int64_t neuron = all_single ? k : static_cast<std::int64_t>(cut[k].neuron);
      if (const auto failure = advance_single(neuron, t_n, dt, edges, refresh, spikes)) return failure;
    }
    for (const auto& [now, next] : plan_.next) {
      std::swap(arrays_[now], arrays_[next]);
      std::swap(array_pointers_[now], array_pointers_[next]);
    }
  } else {
    for (std::int64_t neuron = 0; neuron < plan_.size; ++neuron)
      if (const auto failure = advance_single(neuron, t_n, dt, edges, refresh, spikes)) return failure;
  }
  if (!edges.empty()) refresh(edges.back());
  std::memset(mask_pointer_, 0, static_cast<std::size_t>(base::padded(plan_.size) / 8));
  const std::int64_t failed = run(*events_kernel_, step);
  if (failed >= 0) return NonFinite{failed, t_end, false};
  if (plan_.events->masks > 0) collect_spikes(t_end, spikes);
  std::ranges::sort(spikes.begin() + static_cast<std::ptrdiff_t>(first_spike), spikes.end(),
                    [](const Spike& a, const Spike& b) {
                      return a.time != b.time ? a.time < b.time : a.neuron < b.neuron;
                    });
  return std::nullopt;
}

void Population::load(std::int64_t neuron, std::vector<double>& arrays) const {
  arrays.resize(arrays_.size());
  for (std::size_t slot = 0; slot < arrays_.size(); ++slot) arrays[slot] = arrays_[slot][neuron];
}

void Population::parameters_of(std::int64_t neuron, std::vector<double>& parameters) const {
  parameters.assign(plan_.slots.parameters.size(), 0.0);
  for (const auto& [slot, values] : plan_.parameters)
    parameters[slot] = values.size() == 1 ? values[0] : values[neuron];
}

// One neuron through one step in parts: they end where a hold ends, an input changes, or the neuron spikes.
std::optional<NonFinite> Population::advance_single(std::int64_t neuron, double t_n, double dt,
                                                    std::span<const double> edges,
                                                    const std::function<void(double)>& refresh,
                                                    std::vector<Spike>& spikes) {
  load(neuron, single_arrays_);
  parameters_of(neuron, single_parameters_);
  std::size_t edge = 0;
  if (!edges.empty()) refresh(0.0);
  double hold = plan_.hold >= 0 ? single_arrays_[plan_.hold] : 0.0;
  if (hold <= program::hold_ends_now) hold = 0.0;
  // On the grid the hold is counted in steps by `events`; here it covers the whole step or none of it.
  const bool timed_hold = plan_.interpolated;
  const double tolerance = 1e-12 * dt;
  double at = 0;
  for (int parts = 0; at < dt - tolerance || parts == 0; ++parts) {
    if (parts > 10000) return NonFinite{neuron, t_n + at, true};  // spikes faster than any time scale
    double end = dt;
    if (timed_hold && hold > 0 && at + hold < dt - tolerance) end = at + hold;
    while (edge < edges.size() && edges[edge] <= at + tolerance) ++edge;
    if (edge < edges.size()) end = std::min(end, edges[edge]);
    const bool held = hold > 0;
    program::IntegratorCall call{single_parameters_, step_values_, at, end, held, plan_.watch && !held};
    const program::Advanced advanced = plan_.integrator->advance(single_arrays_, call);
    if (!advanced.finite) return NonFinite{neuron, t_n + advanced.failed_at, advanced.too_small};
    if (held && timed_hold) {
      hold -= advanced.offset - at;
      if (hold <= tolerance) hold = advanced.offset >= dt - tolerance ? program::hold_ends_now : 0.0;
    }
    at = advanced.offset;
    if (advanced.crossed) {
      spikes.push_back({t_n + at, static_cast<std::uint64_t>(neuron)});
      if (reset_) {
        if (plan_.offset >= 0) step_values_[plan_.offset] = at;
        reset_->set_parameters(std::span(single_parameters_).first(plan_.reset->parameters));
        reset_->run(std::span(single_arrays_).first(plan_.reset->arrays), {},
                    std::span(step_values_).first(plan_.reset->step_values));
        hold = plan_.hold >= 0 ? single_arrays_[plan_.hold] : 0.0;
      }
    }
    if (edge < edges.size() && at >= edges[edge] - tolerance) refresh(edges[edge]);
  }
  if (plan_.hold >= 0 && timed_hold) single_arrays_[plan_.hold] = hold;
  if (plan_.mode == StepMode::cut)
    for (const auto& [now, next] : plan_.next) arrays_[next][neuron] = single_arrays_[now];
  else
    for (std::size_t slot = 0; slot < arrays_.size(); ++slot) arrays_[slot][neuron] = single_arrays_[slot];
  return std::nullopt;
}

std::int64_t Population::bytes() const {
  std::int64_t total = mask_.size();
  for (const base::AlignedArray<double>& array : arrays_) total += array.size() * 8;
  for (const auto& [slot, values] : plan_.parameters) total += static_cast<std::int64_t>(values.size()) * 8;
  return total;
}

}  // namespace hillock::network
