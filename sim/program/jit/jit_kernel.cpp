// The kernel that runs native code.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/aligned.hpp"
#include "base/diagnostics.hpp"
#include "program/bound_program.hpp"
#include "program/jit/lowering.hpp"
#include "program/jit/native_code.hpp"
#include "program/kernel.hpp"

namespace hillock::program {
namespace {

using namespace jit;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// Several groups of lanes at a time hide the latency of each other's chains, unless they push too much out of
// the registers. `eight` takes 8 neurons a round, which is the least, for the sake of masks, and all that
// AVX2's registers are enough for.
Body main_body(const ActionList& list, const Target& target, const Body& eight) {
  if (!target.wide) return eight;
  struct Choice {
    int streams;
    std::size_t least;  // instructions for each one that only moves
  };
  for (const Choice choice : {Choice{4, 8}, Choice{2, 3}}) {
    Body body = allocate(list, target, choice.streams);
    if (choice.least * static_cast<std::size_t>(body.spilling) < body.code.size()) return body;
  }
  return eight;
}

class JitKernel final : public Kernel {
 public:
  JitKernel(const Program& program, const Binding& binding, std::int64_t neurons, InstructionSet isa)
      : streams_(binding.streams),
        parameters_(bind_parameters(program, binding, neurons)),
        shared_(share(program, parameters_)),
        repeats_(isa == InstructionSet::avx512 ? 1 : 4) {
    Lowered lowered = lower(program, shared_, streams_, isa);
    layout_ = lowered.values;
    const Target registers = target(isa);
    const Body eight = allocate(lowered.list, registers, 8 / registers.lanes());
    code_.emplace(lowered.list, registers, main_body(lowered.list, registers, eight), eight);
    for (const int slot : lowered.list.parameters) per_neuron_.push_back(parameters_[index(slot)].data());
    for (const Output& output : program.outputs)
      if (output.mask) written_masks_.push_back(output.slot);
  }

  std::int64_t run(const Call& call) const override {
    if (call.count <= 0) return -1;
    alignas(64) double near[near_values];  // not initialised: filled as far as it is read
    const std::int64_t size = repeats_ * layout_.size;
    double* const values = size > near_values ? far_values(size) : near;
    fill(call, values);
    Frame frame;
    frame.arrays = call.arrays.data();
    frame.masks = call.masks.data();
    frame.parameters = per_neuron_.data();
    frame.values = values;
    frame.first_index = call.first_index;
    const std::int64_t bad = run_frame(frame, call.first, call.first + call.count);
    if (bad < 0 && call.count % 8 != 0) {
      const auto valid = static_cast<std::uint8_t>((1u << (call.count % 8)) - 1);
      for (const int mask : written_masks_) call.masks[index(mask)][(call.first + call.count) / 8] &= valid;
    }
    return bad;
  }

 private:
  static constexpr std::int64_t near_values = 1024;  // hardly any step shares more

  // For those that do; a function of its own, so that the others do not ask for the thread's array.
  static double* far_values(std::int64_t size) {
    thread_local std::vector<double> far;
    if (index(size) > far.size()) far.resize(index(size));
    return far.data();
  }

  void fill(const Call& call, double* values) const {
    const auto table = static_cast<std::int64_t>(shared_.table.size());
    shared_.fill(call, streams_, values);
    values[layout_.step_low] = std::bit_cast<double>(call.step & 0xffffffff);
    values[layout_.step_high] = std::bit_cast<double>(call.step >> 32);
    if (repeats_ == 1) return;
    for (std::int64_t i = table + 1; i >= 0; --i) std::fill_n(values + repeats_ * i, repeats_, values[i]);
  }

  // Behind the last neuron the guard does not count: there the 8 neurons are run again without it.
  std::int64_t run_frame(Frame& frame, std::int64_t first, std::int64_t end) const {
    const std::int64_t all = first + base::padded(end - first);
    while (first < all) {
      limit(frame, first, all);
      const std::int64_t held = code_->run(frame);
      if (held < 0) return -1;
      const std::int64_t bad = first_bad(frame, held);
      if (bad < end) return bad;
      limit(frame, held, held + 8);
      frame.ignore_guard = 1;
      code_->run(frame);
      frame.ignore_guard = 0;
      first = held + 8;
    }
    return -1;
  }

  void limit(Frame& frame, std::int64_t begin, std::int64_t end) const {
    frame.begin = begin;
    frame.end = end;
    frame.loop_end = begin + (end - begin) / code_->width() * code_->width();
    std::fill(std::begin(frame.guard), std::end(frame.guard), std::uint8_t{0});
  }

  std::int64_t first_bad(const Frame& frame, std::int64_t held) const {
    for (std::size_t group = 0; group < std::size(frame.guard); ++group)
      if (frame.guard[group] != 0)
        return held + code_->lanes() * static_cast<std::int64_t>(group) +
               std::countr_zero(frame.guard[group]);
    return held;
  }

  std::vector<base::Stream> streams_;
  ParameterValues parameters_;
  SharedValues shared_;
  int repeats_;  // of each value in the table
  ValueLayout layout_;
  std::vector<const double*> per_neuron_;
  std::optional<NativeCode> code_;
  std::vector<int> written_masks_;
};

}  // namespace

bool has_native_code(InstructionSet isa) {
  return isa != InstructionSet::generic && available(isa) && can_execute();
}

std::unique_ptr<Kernel> make_jit(const Program& program, const Binding& binding, std::int64_t neurons,
                                 InstructionSet isa) {
  if (isa == InstructionSet::generic || !available(isa))
    throw base::InternalError("there is no native code for " + std::string(name(isa)) + " instructions here");
  return std::make_unique<JitKernel>(program, binding, neurons, isa);
}

}  // namespace hillock::program
