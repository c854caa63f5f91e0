// Encodes instructions with asmjit's assembler; registers are given already.
#include "program/jit/native_code.hpp"

#include <asmjit/asmjit.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <string>

#include "base/diagnostics.hpp"

namespace hillock::program::jit {
namespace {

using namespace asmjit;  // NOLINT: the names of instructions and registers

// Memory that is written through one mapping and run through another.
JitRuntime& runtime() {
  static JitRuntime instance = [] {
    JitAllocator::CreateParams parameters;
    parameters.options = JitAllocatorOptions::kUseDualMapping;
    return JitRuntime(&parameters);
  }();
  return instance;
}

class Failure : public ErrorHandler {
 public:
  void handleError(Error, const char* message, BaseEmitter*) override {
    throw base::InternalError(std::string("native code cannot be written: ") + message);
  }
};

// Addresses in the pool of constants.
struct Pool {
  bool wide;
  int rows;
  std::int32_t row(int number) const { return number * (wide ? 64 : 32); }
  std::int32_t constant(int number) const { return row(rows) + number * (wide ? 8 : 32); }
};

class Encoder {
 public:
  Encoder(CodeHolder& code, const ActionList& list, const Target& target, std::uint64_t pool_address)
      : a_(&code), wide_(target.wide), pool_{target.wide, static_cast<int>(list.rows.size())} {
    pin(list);
    begin_ = a_.newLabel();
    leave_ = a_.newLabel();
    pool_address_ = pool_address;
  }

  void function(const Body& main, const Body& rest) {
    const int spills = std::max(main.spills, rest.spills);
    prologue(spills);
    const Label tail = a_.newLabel(), done = a_.newLabel();
    a_.cmp(index_, field(offsetof(Frame, loop_end)));
    a_.jge(tail);
    loop(main);
    a_.bind(tail);
    if (rest.streams < main.streams) {
      a_.cmp(index_, field(offsetof(Frame, end)));
      a_.jge(done);
      once(rest);
    }
    a_.bind(done);
    a_.mov(x86::rax, -1);
    a_.bind(leave_);
    epilogue();
    for (const Exit& exit : exits_) write_exit(exit);
  }

 private:
  // Where the guard leaves a body, and where that goes on.
  struct Exit {
    Label at, back;
    std::vector<Place> guards;  // one for each group of lanes
  };

  static constexpr std::array<x86::Gp, 7> pinnable{x86::rbx, x86::r10, x86::r11, x86::r12,
                                                   x86::r13, x86::r14, x86::r15};
  const x86::Gp frame_ = x86::rdi, pool_base_ = x86::rsi, values_ = x86::rdx, index_ = x86::rcx;
  const x86::Gp scratch_ = x86::rax, scratch_2_ = x86::r8, address_ = x86::r9;

  // The arrays and parameters that are read or written keep their addresses in registers, as many as fit.
  void pin(const ActionList& list) {
    const auto add = [&](const Place& place) {
      if (pinned_.size() < pinnable.size() && std::ranges::find(pinned_, place) == pinned_.end())
        pinned_.push_back(place);
    };
    for (const Sink& sink : list.sinks)
      if (!sink.mask) add({Place::Kind::array, sink.slot});
    for (const Item& item : list.items) {
      if (item.action == Action::load) add({Place::Kind::array, item.detail});
      if (item.action == Action::parameter) add({Place::Kind::parameter, item.detail});
    }
  }

  x86::Mem field(std::size_t offset) const {
    return x86::qword_ptr(frame_, static_cast<std::int32_t>(offset));
  }

  void prologue(int spills) {
    for (const x86::Gp& saved : {x86::rbp, x86::rbx, x86::r12, x86::r13, x86::r14, x86::r15}) a_.push(saved);
    a_.mov(x86::rbp, x86::rsp);
    if (spills > 0) {
      a_.and_(x86::rsp, -64);
      a_.sub(x86::rsp, 64 * spills);
    }
    a_.mov(pool_base_, pool_address_);
    a_.mov(values_, field(offsetof(Frame, values)));
    a_.mov(index_, field(offsetof(Frame, begin)));
    for (std::size_t i = 0; i < pinned_.size(); ++i) load_address(pinned_[i], pinnable[i]);
  }

  void epilogue() {
    a_.mov(x86::rsp, x86::rbp);
    for (const x86::Gp& saved : {x86::r15, x86::r14, x86::r13, x86::r12, x86::rbx, x86::rbp}) a_.pop(saved);
    a_.vzeroupper();
    a_.ret();
  }

  void load_address(const Place& place, const x86::Gp& to) {
    a_.mov(to, field(place.kind == Place::Kind::array ? offsetof(Frame, arrays) : offsetof(Frame, parameters)));
    a_.mov(to, x86::qword_ptr(to, 8 * place.number));
  }

  void loop(const Body& body) {
    for (const Instruction& instruction : body.before) write(instruction);
    const Label again = a_.newLabel();
    a_.align(AlignMode::kCode, 32);
    a_.bind(again);
    once_without_loads(body);
    a_.add(index_, body.streams * lanes());
    a_.cmp(index_, field(offsetof(Frame, loop_end)));
    a_.jl(again);
  }

  void once(const Body& body) {
    for (const Instruction& instruction : body.before) write(instruction);
    once_without_loads(body);
  }

  void once_without_loads(const Body& body) {
    Exit exit;
    for (std::size_t i = 0; i < body.code.size(); ++i) {
      const Instruction& instruction = body.code[i];
      if (instruction.kind != Instruction::Kind::guard) {
        write(instruction);
        continue;
      }
      if (exit.guards.empty()) exit.at = a_.newLabel(), exit.back = a_.newLabel();
      exit.guards.push_back(instruction.a);
      if (wide_)
        a_.kortestb(mask(instruction.a), mask(instruction.a));
      else
        a_.vtestpd(ymm(instruction.a), ymm(instruction.a));
      a_.jnz(exit.at);
      const bool last = i + 1 == body.code.size() || body.code[i + 1].kind != Instruction::Kind::guard;
      if (last) a_.bind(exit.back);
    }
    if (!exit.guards.empty()) exits_.push_back(exit);
  }

  void write_exit(const Exit& exit) {
    a_.bind(exit.at);
    for (std::size_t s = 0; s < exit.guards.size(); ++s) {
      const auto place = static_cast<std::int32_t>(offsetof(Frame, guard) + s);
      if (wide_)
        a_.kmovb(scratch_.r32(), mask(exit.guards[s]));
      else
        a_.vmovmskpd(scratch_.r32(), ymm(exit.guards[s]));
      a_.mov(x86::byte_ptr(frame_, place), scratch_.r8());
    }
    a_.cmp(field(offsetof(Frame, ignore_guard)), 0);
    a_.jne(exit.back);
    a_.mov(x86::rax, index_);
    a_.jmp(leave_);
  }

  // Operands ------------------------------------------------------------------

  int lanes() const { return wide_ ? 8 : 4; }
  static x86::Ymm ymm(const Place& place) { return x86::Ymm(static_cast<std::uint32_t>(place.number)); }
  static x86::Zmm zmm(const Place& place) { return x86::Zmm(static_cast<std::uint32_t>(place.number)); }
  // k0 cannot select lanes.
  static x86::KReg mask(const Place& place) { return x86::KReg(static_cast<std::uint32_t>(place.number + 1)); }
  x86::Vec vector(const Place& place) const {
    return wide_ ? zmm(place).as<x86::Vec>() : ymm(place).as<x86::Vec>();
  }

  x86::Mem whole(const x86::Gp& base, std::int32_t offset) const {
    return wide_ ? x86::zmmword_ptr(base, offset) : x86::ymmword_ptr(base, offset);
  }

  // One number for all lanes.
  x86::Mem repeated(const x86::Gp& base, std::int32_t wide_offset, std::int32_t offset) const {
    return wide_ ? x86::qword_ptr(base, wide_offset)._1to8() : x86::ymmword_ptr(base, offset);
  }

  x86::Gp address_of(const Place& place) {
    const auto found = std::ranges::find(pinned_, place);
    if (found != pinned_.end()) return pinnable[static_cast<std::size_t>(found - pinned_.begin())];
    load_address(place, address_);
    return address_;
  }

  x86::Mem per_neuron(const Place& place, int stream) {
    const x86::Gp base = address_of(place);
    const std::int32_t offset = 8 * lanes() * stream;
    return wide_ ? x86::zmmword_ptr(base, index_, 3, offset) : x86::ymmword_ptr(base, index_, 3, offset);
  }

  x86::Mem memory(const Place& place, int stream) {
    switch (place.kind) {
      case Place::Kind::constant:
        return repeated(pool_base_, pool_.constant(place.number), pool_.constant(place.number));
      case Place::Kind::row:
        return whole(pool_base_, pool_.row(place.number));
      case Place::Kind::value:
        return repeated(values_, 8 * place.number, 32 * place.number);
      case Place::Kind::array:
      case Place::Kind::parameter:
        return per_neuron(place, stream);
      default:
        return whole(x86::rsp, 64 * place.number);
    }
  }

  Operand operand(const Place& place, int stream) {
    if (place.kind == Place::Kind::vector) return vector(place);
    if (place.kind == Place::Kind::mask) return mask(place);
    return memory(place, stream);
  }

  // Instructions --------------------------------------------------------------

  void write(const Instruction& i) {
    switch (i.kind) {
      case Instruction::Kind::load:
        return load(i);
      case Instruction::Kind::spill:
        if (i.a.kind == Place::Kind::mask)
          a_.kmovb(x86::byte_ptr(x86::rsp, 64 * i.result.number), mask(i.a));
        else
          a_.emit(x86::Inst::kIdVmovapd, memory(i.result, 0), vector(i.a));
        return;
      case Instruction::Kind::move:
        a_.emit(x86::Inst::kIdVmovapd, vector(i.result), vector(i.a));
        return;
      case Instruction::Kind::store:
        a_.emit(x86::Inst::kIdVmovupd, per_neuron({Place::Kind::array, i.detail}, i.stream), vector(i.a));
        return;
      case Instruction::Kind::store_mask:
        return store_mask(i);
      default:
        return operate(i);
    }
  }

  void load(const Instruction& i) {
    if (i.result.kind == Place::Kind::mask) {
      a_.kmovb(mask(i.result), x86::byte_ptr(x86::rsp, 64 * i.a.number));
      return;
    }
    x86::Mem from = memory(i.a, i.stream);
    const bool one = wide_ && (i.a.kind == Place::Kind::constant || i.a.kind == Place::Kind::value);
    if (one) from.resetBroadcast();
    a_.emit(one ? x86::Inst::kIdVbroadcastsd : x86::Inst::kIdVmovupd, vector(i.result), from);
  }

  void store_mask(const Instruction& i) {
    a_.mov(address_, field(offsetof(Frame, masks)));
    a_.mov(address_, x86::qword_ptr(address_, 8 * i.detail));
    a_.mov(scratch_2_, index_);
    a_.shr(scratch_2_, 3);
    const std::int32_t group = i.stream * lanes() / 8;
    if (wide_) {
      a_.kmovb(x86::byte_ptr(address_, scratch_2_, 0, group), mask(i.a));
      return;
    }
    a_.add(address_, scratch_2_);
    a_.vmovmskpd(scratch_.r32(), ymm(i.a));
    a_.vmovmskpd(scratch_2_.r32(), ymm(i.b));
    a_.shl(scratch_2_.r32(), 4);
    a_.or_(scratch_.r32(), scratch_2_.r32());
    a_.mov(x86::byte_ptr(address_, group), scratch_.r8());
  }

  void operate(const Instruction& i) {
    switch (i.action) {
      case Action::fused_add:
      case Action::fused_subtract:
      case Action::fused_from:
        a_.emit(fused(i.action, i.form), vector(i.result), operand(i.b, i.stream), operand(i.c, i.stream));
        return;
      case Action::square_root:
        a_.emit(x86::Inst::kIdVsqrtpd, vector(i.result), operand(i.a, i.stream));
        return;
      case Action::shift_left:
      case Action::shift_right:
        a_.emit(i.action == Action::shift_left ? x86::Inst::kIdVpsllq : x86::Inst::kIdVpsrlq, vector(i.result),
                vector(i.a), Imm(i.detail));
        return;
      case Action::double_words:
        a_.emit(x86::Inst::kIdVpshufd, vector(i.result), vector(i.a), Imm(0xa0));
        return;
      case Action::blend_words:
        a_.emit(x86::Inst::kIdVpblendd, vector(i.result), vector(i.a), operand(i.b, i.stream), Imm(0xaa));
        return;
      case Action::neuron_index:
        return neuron_index(i);
      case Action::less:
      case Action::less_equal:
      case Action::equal:
        return compare(i);
      case Action::both:
      case Action::either:
      case Action::invert:
        return logic(i);
      case Action::select:
        return select(i);
      default:
        a_.emit(binary(i.action), vector(i.result), operand(i.a, i.stream), operand(i.b, i.stream));
    }
  }

  void neuron_index(const Instruction& i) {
    a_.mov(scratch_, field(offsetof(Frame, first_index)));
    a_.lea(scratch_, x86::ptr(scratch_, index_, 0, lanes() * i.stream));
    if (wide_) {
      a_.vpbroadcastq(zmm(i.result), scratch_);
    } else {
      a_.vmovq(ymm(i.result).xmm(), scratch_);
      a_.vpbroadcastq(ymm(i.result), ymm(i.result).xmm());
    }
    a_.emit(x86::Inst::kIdVpaddq, vector(i.result), vector(i.result), memory(i.a, 0));
  }

  void compare(const Instruction& i) {
    // Ordered, without a signal for NaN.
    const int predicate = i.action == Action::less ? 17 : i.action == Action::less_equal ? 18 : 0;
    const Operand result = wide_ ? Operand(mask(i.result)) : Operand(ymm(i.result));
    a_.emit(x86::Inst::kIdVcmppd, result, vector(i.a), operand(i.b, i.stream), Imm(predicate));
  }

  void logic(const Instruction& i) {
    if (wide_ && i.action == Action::invert) {
      a_.knotb(mask(i.result), mask(i.a));
    } else if (wide_) {
      a_.emit(i.action == Action::both ? x86::Inst::kIdKandb : x86::Inst::kIdKorb, mask(i.result), mask(i.a),
              mask(i.b));
    } else {
      const InstId id = i.action == Action::both     ? x86::Inst::kIdVandpd
                        : i.action == Action::either ? x86::Inst::kIdVorpd
                                                     : x86::Inst::kIdVxorpd;
      a_.emit(id, vector(i.result), vector(i.a), operand(i.b, i.stream));
    }
  }

  void select(const Instruction& i) {
    if (wide_)
      a_.k(mask(i.a)).emit(x86::Inst::kIdVblendmpd, vector(i.result), vector(i.c), operand(i.b, i.stream));
    else
      a_.emit(x86::Inst::kIdVblendvpd, vector(i.result), vector(i.c), operand(i.b, i.stream), vector(i.a));
  }

  static InstId fused(Action action, Form form) {
    const InstId add[] = {x86::Inst::kIdVfmadd132pd, x86::Inst::kIdVfmadd213pd, x86::Inst::kIdVfmadd231pd};
    const InstId subtract[] = {x86::Inst::kIdVfmsub132pd, x86::Inst::kIdVfmsub213pd, x86::Inst::kIdVfmsub231pd};
    const InstId from[] = {x86::Inst::kIdVfnmadd132pd, x86::Inst::kIdVfnmadd213pd, x86::Inst::kIdVfnmadd231pd};
    const auto number = static_cast<std::size_t>(form) - 1;
    return action == Action::fused_add ? add[number] : action == Action::fused_subtract ? subtract[number] : from[number];
  }

  InstId binary(Action action) const {
    switch (action) {
      case Action::add:
        return x86::Inst::kIdVaddpd;
      case Action::subtract:
        return x86::Inst::kIdVsubpd;
      case Action::multiply:
        return x86::Inst::kIdVmulpd;
      case Action::divide:
        return x86::Inst::kIdVdivpd;
      case Action::minimum:
        return x86::Inst::kIdVminpd;
      case Action::maximum:
        return x86::Inst::kIdVmaxpd;
      case Action::and_bits:
        return wide_ ? x86::Inst::kIdVpandq : x86::Inst::kIdVandpd;
      case Action::or_bits:
        return wide_ ? x86::Inst::kIdVporq : x86::Inst::kIdVorpd;
      case Action::xor_bits:
        return wide_ ? x86::Inst::kIdVpxorq : x86::Inst::kIdVxorpd;
      case Action::add_bits:
        return x86::Inst::kIdVpaddq;
      case Action::multiply_words:
        return x86::Inst::kIdVpmuludq;
      case Action::permute:
        return wide_ ? x86::Inst::kIdVpermpd : x86::Inst::kIdVpermd;
      default:
        throw base::InternalError("an action has no instruction");
    }
  }

  x86::Assembler a_;
  bool wide_;
  Pool pool_;
  std::uint64_t pool_address_ = 0;
  std::vector<Place> pinned_;
  std::vector<Exit> exits_;
  Label begin_, leave_;
};

base::AlignedArray<double> make_pool(const ActionList& list, bool wide) {
  const std::size_t row = wide ? 8 : 4, repeats = wide ? 1 : 4;
  base::AlignedArray<double> pool(
      static_cast<std::int64_t>(list.rows.size() * row + list.constants.size() * repeats));
  double* next = pool.data();
  for (const Row& bits : list.rows)
    for (std::size_t k = 0; k < row; ++k) *next++ = std::bit_cast<double>(bits[k]);
  for (const std::uint64_t bits : list.constants)
    for (std::size_t k = 0; k < repeats; ++k) *next++ = std::bit_cast<double>(bits);
  return pool;
}

}  // namespace

bool can_execute() {
  static const bool answer = [] {
    CodeHolder code;
    code.init(runtime().environment());
    x86::Assembler assembler(&code);
    assembler.ret();
    void (*function)() = nullptr;
    if (runtime().add(&function, &code) != kErrorOk) return false;
    function();
    runtime().release(function);
    return true;
  }();
  return answer;
}

NativeCode::NativeCode(const ActionList& list, const Target& target, const Body& main, const Body& rest)
    : pool_(make_pool(list, target.wide)), width_(target.lanes() * main.streams), lanes_(target.lanes()) {
  Failure failure;
  CodeHolder code;
  code.init(runtime().environment());
  code.setErrorHandler(&failure);
  Encoder encoder(code, list, target, reinterpret_cast<std::uint64_t>(pool_.data()));
  encoder.function(main, rest);
  bytes_ = code.codeSize();
  if (runtime().add(&function_, &code) != kErrorOk)
    throw base::InternalError("the system gives no executable memory; run with --backend interpreter");
}

NativeCode::~NativeCode() { runtime().release(function_); }

}  // namespace hillock::program::jit
