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
#include "program/exception_flags.hpp"
#include "program/jit/lowering.hpp"
#include "program/jit/native_code.hpp"
#include "program/kernel.hpp"

namespace hillock::program {
namespace {

using namespace jit;

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
        stacked_(add_stacked_draws(streams_, neurons, parameters_)),
        shared_(share(program, parameters_, stacked_.any())),
        repeats_(isa == InstructionSet::avx512 ? 1 : 4) {
    const Lowered lowered = lower(program, shared_, streams_, stacked_, isa);
    layout_ = lowered.values;
    write(lowered.list, isa, code_);
    for (const int slot : lowered.list.parameters) per_neuron_.push_back(parameters_[index(slot)].data());
    if (program::flags_tell(program, parameters_))
      write(lower(without_guard(program), shared_, streams_, stacked_, isa).list, isa, unguarded_);
    for (const Output& output : program.outputs)
      if (output.mask) written_masks_.push_back(output.slot);
  }

  std::unique_ptr<Runner> runner() const override;
  bool flags_tell() const override { return unguarded_.has_value(); }
  std::int64_t bytes() const override {
    return program::bytes(parameters_) + code_->bytes() + (unguarded_ ? unguarded_->bytes() : 0);
  }

 private:
  friend class JitRunner;

  static void write(const ActionList& list, InstructionSet isa, std::optional<NativeCode>& code) {
    const Target registers = target(isa);
    const Body eight = allocate(list, registers, 8 / registers.lanes());
    code.emplace(list, registers, main_body(list, registers, eight), eight);
  }

  std::vector<base::Streams> streams_;
  ParameterValues parameters_;
  StackedDraws stacked_;
  SharedValues shared_;
  int repeats_;  // of each value in the table
  ValueLayout layout_;
  std::vector<const double*> per_neuron_;
  std::optional<NativeCode> code_, unguarded_;
  std::vector<int> written_masks_;
};

class JitRunner final : public Runner {
 public:
  explicit JitRunner(const JitKernel& kernel)
      : kernel_(kernel), code_(*kernel.code_), values_(kernel.repeats_ * kernel.layout_.size) {
    frame_.parameters = kernel.per_neuron_.data();
    frame_.values = values_.data();
  }

  std::int64_t run(const Call& call) override {
    if (call.count <= 0) return -1;
    fill(call);
    frame_.arrays = call.arrays.data();
    frame_.masks = call.masks.data();
    frame_.first_index = call.first_index;
    const std::int64_t end = call.first + call.count;
    const std::int64_t bad = call.guarded ? run_frame(call.first, end) : run_unguarded(call.first, end);
    if (bad < 0 && call.count % 8 != 0) {
      const auto valid = static_cast<std::uint8_t>((1u << (call.count % 8)) - 1);
      for (const int mask : kernel_.written_masks_)
        call.masks[index(mask)][(call.first + call.count) / 8] &= valid;
    }
    return bad;
  }
  std::int64_t bytes() const override { return values_.bytes(); }

 private:
  void fill(const Call& call) {
    const int repeats = kernel_.repeats_;
    double* const values = values_.data();
    const auto repeat = [&](std::int64_t i) { std::fill_n(values + repeats * i, repeats, values[i]); };
    const auto table = static_cast<std::int64_t>(kernel_.shared_.table.size());
    if (!filled_ || !kernel_.shared_.current(call, values, repeats)) {
      kernel_.shared_.fill(call, kernel_.streams_, values);
      for (std::int64_t i = repeats == 1 ? 0 : table; i-- > 0;) repeat(i);
      filled_ = true;
      finite_ = kernel_.shared_.finite(values, repeats);
    }
    if (kernel_.streams_.empty()) return;
    set(kernel_.layout_.step_low, call.step & 0xffffffff);
    set(kernel_.layout_.step_high, call.step >> 32);
  }

  void set(int place, std::uint64_t word) {
    std::fill_n(values_.data() + kernel_.repeats_ * place, kernel_.repeats_, std::bit_cast<double>(word));
  }

  std::int64_t run_unguarded(std::int64_t first, std::int64_t end) {
    if (!finite_) return first;
    limit(first, first + base::padded(end - first), *kernel_.unguarded_);
    return kernel_.unguarded_->run(frame_);
  }

  // Behind the last neuron the guard does not count: there the 8 neurons are run again without it.
  std::int64_t run_frame(std::int64_t first, std::int64_t end) {
    const std::int64_t all = first + base::padded(end - first);
    while (first < all) {
      limit(first, all, code_);
      std::int64_t held = code_.run(frame_);
      if (held >= 0 && frame_.guard[0] == 0 && frame_.guard[1] == 0) {  // in a round of more: in which 8?
        limit(held, all, code_);
        frame_.loop_end = held;
        held = code_.run(frame_);
      }
      if (held < 0) return -1;
      const std::int64_t bad = first_bad(held);
      if (bad < end) return bad;
      limit(held, held + 8, code_);
      frame_.ignore_guard = 1;
      code_.run(frame_);
      frame_.ignore_guard = 0;
      first = held + 8;
    }
    return -1;
  }

  void limit(std::int64_t begin, std::int64_t end, const NativeCode& code) {
    frame_.begin = begin;
    frame_.end = end;
    frame_.loop_end = begin + ((end - begin) & -code.width());
    std::fill(std::begin(frame_.guard), std::end(frame_.guard), std::uint8_t{0});
  }

  std::int64_t first_bad(std::int64_t held) const {
    for (std::size_t group = 0; group < std::size(frame_.guard); ++group)
      if (frame_.guard[group] != 0)
        return held + code_.lanes() * static_cast<std::int64_t>(group) +
               std::countr_zero(frame_.guard[group]);
    return held;
  }

  const JitKernel& kernel_;
  const NativeCode& code_;
  base::AlignedArray<double> values_;  // the table that all neurons share, then the step
  bool filled_ = false;
  bool finite_ = true;  // what depends on step values is
  Frame frame_;
};

std::unique_ptr<Runner> JitKernel::runner() const { return std::make_unique<JitRunner>(*this); }

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
