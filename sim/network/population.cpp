// A population: the state arrays of its neurons and the kernels that step them.
#include "network/population.hpp"

#include <algorithm>
#include <utility>

#include "base/diagnostics.hpp"

namespace hillock::network {

// The distance between so many arrays, in numbers. A processor takes a load for one that must wait for a
// store where the lowest 12 bits of their addresses are the same. Arrays that lie within a page together
// differ in these as they are; of others the same neuron is an odd multiple of 512 bytes apart, so that it
// has eight different places in eight arrays in a row.
std::int64_t distance_of_arrays(std::int64_t neurons, std::int64_t arrays) {
  constexpr std::int64_t page = 4096 / sizeof(double), apart = 512 / sizeof(double);
  const std::int64_t least = base::padded(neurons);
  if (arrays * least <= page) return least;
  const std::int64_t unit = least < page ? apart : page;
  return ((least + unit - 1) / unit * unit / apart | 1) * apart;
}

namespace {

// Fills an array with the given values, and the padding with the last of them, so that idle lanes compute
// what a real neuron does.
void fill(std::span<double> array, std::int64_t neurons, const std::vector<double>& values) {
  for (std::int64_t i = 0; i < std::ssize(array); ++i)
    array[static_cast<std::size_t>(i)] =
        values[static_cast<std::size_t>(values.size() == 1 ? 0 : std::min(i, neurons - 1))];
}

}  // namespace

std::vector<std::int64_t> cut_in_ranges(std::int64_t size, int ranges, std::int64_t offset) {
  const std::int64_t blocks = range_blocks(size);
  std::vector<std::int64_t> bounds{0};
  for (int i = 1; i <= ranges; ++i)
    bounds.push_back(
        std::min(size, (i * blocks + (i < ranges ? offset % ranges : 0)) / ranges * range_block));
  return bounds;
}

Population::Population(PopulationPlan plan, program::KernelOptions options) : plan_(std::move(plan)) {
  const std::int64_t arrays = std::ssize(plan_.slots.arrays);
  const std::int64_t distance = distance_of_arrays(plan_.size, arrays);
  memory_ = base::AlignedArray<double>(distance * arrays);
  for (std::size_t slot = 0; slot < plan_.slots.arrays.size(); ++slot) {
    arrays_.push_back(memory_.data() + static_cast<std::int64_t>(slot) * distance);
    if (const auto given = plan_.initial.find(static_cast<int>(slot)); given != plan_.initial.end())
      fill({arrays_.back(), index(base::padded(plan_.size))}, plan_.size, given->second);
  }
  step_kernel_ = kernel(plan_.step, options);
  if (plan_.events) events_kernel_ = kernel(*plan_.events, options);
  if (plan_.observe) observe_kernel_ = kernel(*plan_.observe, options);
  if (plan_.deliver) deliver_kernel_ = kernel(*plan_.deliver, options);
  for (const program::Program& condition : plan_.conditions)
    condition_kernels_.push_back(kernel(condition, options));
  for (const auto& [slot, values] : plan_.parameters)
    if (values.size() > 1) varying_.emplace_back(slot, &values);
  divide(1);
}

void Population::divide(std::span<const std::int64_t> bounds) {
  if (!ranges_.empty()) settle();
  ranges_.clear();
  ranges_.reserve(bounds.size() - 1);
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i)
    ranges_.emplace_back(*this, bounds[i], bounds[i + 1] - bounds[i], bounds.size() == 2);
}

void Population::settle() {
  for (NeuronRange& range : ranges_) range.settle();
}

void Population::distribute() {
  for (NeuronRange& range : ranges_) range.load();
}

std::span<const double> Population::gathered(int slot) {
  if (ranges_.size() == 1) return array(slot);
  double* const home = arrays_[static_cast<std::size_t>(slot)];
  for (const NeuronRange& range : ranges_)
    if (range.count() > 0)
      std::copy_n(range.array(slot) + range.first(), range.count(), home + range.first());
  return {home, index(plan_.size)};
}

std::span<double> Population::array(int slot) {
  double* const home = arrays_[static_cast<std::size_t>(slot)];
  return {ranges_.size() == 1 ? ranges_.front().array(slot) : home, index(plan_.size)};
}

void Population::take_over(Population& before) {
  const std::vector<std::string>& names = before.plan_.slots.arrays;
  if (plan_.slots.arrays != names || plan_.size != before.plan_.size)
    throw base::InternalError("a population takes over the states of another kind of population");
  for (Population* one : {this, &before}) {
    one->settle();
    one->ranges_.clear();
  }
  std::swap(memory_, before.memory_);
  std::swap(arrays_, before.arrays_);
  for (Population* one : {this, &before}) one->divide(1);
}

void Population::set(std::string_view name, std::span<const double> values) {
  const auto found = std::ranges::find(plan_.slots.arrays, name);
  if (found == plan_.slots.arrays.end() || plan_.size == 0) return;
  if (values.empty() || plan_.size % std::ssize(values) != 0)
    throw base::InternalError("an array of a population is set to values of other neurons");
  settle();
  double* const array = arrays_[static_cast<std::size_t>(found - plan_.slots.arrays.begin())];
  for (std::int64_t i = 0; i < base::padded(plan_.size); ++i)
    array[i] = values[index(std::min(i, plan_.size - 1)) % values.size()];
  distribute();
}

program::Binding Population::binding(const program::Program& program) const {
  program::Binding result;
  for (int slot = 0; slot < program.parameters; ++slot) {
    const auto given = plan_.parameters.find(slot);
    result.parameters.push_back(given == plan_.parameters.end() ? std::vector<double>{0.0} : given->second);
  }
  for (int slot = 0; slot < program.streams; ++slot) {
    const auto given = plan_.streams.find(slot);
    result.streams.push_back(given == plan_.streams.end() ? base::Streams{} : given->second);
  }
  return result;
}

std::unique_ptr<program::Kernel> Population::kernel(const program::Program& program,
                                                    program::KernelOptions options) const {
  return program::make_kernel(program, binding(program), plan_.size, options);
}

std::int64_t Population::bytes() const {
  std::int64_t total = memory_.bytes();
  for (const auto* given : {&plan_.parameters, &plan_.initial})
    for (const auto& [slot, values] : *given) total += std::ssize(values) * std::int64_t{sizeof(double)};
  for (const auto* kernel : {&step_kernel_, &events_kernel_, &observe_kernel_, &deliver_kernel_})
    if (*kernel) total += (*kernel)->bytes();
  for (const auto& kernel : condition_kernels_) total += kernel->bytes();
  for (const NeuronRange& range : ranges_) total += range.bytes();
  return total;
}

}  // namespace hillock::network
