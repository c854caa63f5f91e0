// Encodes instructions with Xbyak; registers are given already.
#include "program/jit/native_code.hpp"

#include <xbyak/xbyak.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <deque>
#include <iterator>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"

namespace hillock::program::jit {
namespace {

using Xbyak::Address;
using Xbyak::Operand;
using Xbyak::Opmask;
using Xbyak::Reg64;
using Xbyak::RegExp;
using Xbyak::Xmm;
using Xbyak::Ymm;
using Xbyak::Zmm;

// Bytes of the code, more than it takes: no instruction here is longer than 16, and a store of a mask takes
// nine.
std::size_t most_bytes(const Body& main, const Body& rest) {
  std::size_t instructions = 0;
  for (const Body* body : {&main, &rest}) {
    instructions += body->before.size();
    for (const Instruction& i : body->code) instructions += i.kind == Instruction::Kind::store_mask ? 9 : 3;
  }
  return 16 * instructions + 2048;
}

class Encoder : private Xbyak::CodeGenerator {
 public:
  Encoder(std::vector<std::uint8_t>& code, const ActionList& list, const Target& target, const void* pool)
      : CodeGenerator(code.size(), code.data()),
        target_(target),
        wide_(target.wide),
        rows_(static_cast<int>(list.rows.size())),
        pool_(pool) {
    pin(list);
  }

  std::size_t size() const { return getSize(); }

  void function(const Body& main, const Body& rest) {
    prologue(std::max(main.spills, rest.spills));
    Xbyak::Label tail, done;
    cmp(index_, field(offsetof(Frame, loop_end)));
    jge(tail, T_NEAR);
    loop(main, offsetof(Frame, loop_end));
    L(tail);
    if (rest.streams < main.streams) {
      cmp(index_, field(offsetof(Frame, end)));
      jge(done, T_NEAR);
      loop(rest, offsetof(Frame, end));
    }
    L(done);
    mov(rax, -1);
    L(leave_);
    epilogue();
    for (Exit& exit : exits_) write_exit(exit);
    ready();
  }

 private:
  // Where the guards leave a body, and where that goes on.
  struct Exit {
    Xbyak::Label at, back;
    std::vector<Place> guards;  // one for each stream
  };

  // The arrays, parameters and masks that are read or written keep their addresses in registers, as many as
  // fit.
  void pin(const ActionList& list) {
    const auto add = [&](const Place& place) {
      if (pinned_.size() < pinnable_.size() && std::ranges::find(pinned_, place) == pinned_.end())
        pinned_.push_back(place);
    };
    for (const Sink& sink : list.sinks)
      add({sink.mask ? Place::Kind::mask_array : Place::Kind::array, sink.slot});
    for (const Item& item : list.items) {
      if (item.action == Action::load) add({Place::Kind::array, item.detail});
      if (item.action == Action::parameter) add({Place::Kind::parameter, item.detail});
    }
  }

  Address field(std::size_t offset) const { return qword[frame_ + offset]; }

  void prologue(int spills) {
    for (const Reg64& saved : {rbp, rbx, r12, r13, r14, r15}) push(saved);
    mov(rbp, rsp);
    if (spills > 0) {
      and_(rsp, -64);
      sub(rsp, 64 * spills);
    }
    mov(pool_base_, reinterpret_cast<std::uint64_t>(pool_));
    mov(values_, field(offsetof(Frame, values)));
    mov(index_, field(offsetof(Frame, begin)));
    for (std::size_t i = 0; i < pinned_.size(); ++i) load_address(pinned_[i], pinnable_[i]);
  }

  void epilogue() {
    mov(rsp, rbp);
    for (const Reg64& saved : {r15, r14, r13, r12, rbx, rbp}) pop(saved);
    vzeroupper();
    ret();
  }

  void load_address(const Place& place, const Reg64& to) {
    mov(to, field(place.kind == Place::Kind::array       ? offsetof(Frame, arrays)
                  : place.kind == Place::Kind::parameter ? offsetof(Frame, parameters)
                                                         : offsetof(Frame, masks)));
    mov(to, qword[to + 8 * place.number]);
  }

  void loop(const Body& body, std::size_t end) {
    for (const Instruction& instruction : body.before) write(instruction);
    align(32);
    Xbyak::Label again;
    L(again);
    round(body);
    add(index_, body.streams * lanes());
    cmp(index_, field(end));
    jl(again, T_NEAR);
  }

  void round(const Body& body) {
    mov(byte_, index_);
    shr(byte_, 3);
    Exit* exit = nullptr;
    for (auto next = body.code.begin(); next != body.code.end(); ++next) {
      if (next->kind != Instruction::Kind::guard) {
        write(*next);
        continue;
      }
      if (exit == nullptr) exit = &exits_.emplace_back();
      const Place first = next->a;
      exit->guards.push_back(first);
      if (wide_ && std::next(next) != body.code.end() && std::next(next)->kind == Instruction::Kind::guard)
        exit->guards.push_back((++next)->a);
      if (wide_)
        kortestb(mask(first), mask(exit->guards.back()));
      else
        vtestpd(ymm(first), ymm(first));
      jnz(exit->at, T_NEAR);
      if (std::ssize(exit->guards) == body.streams) L(exit->back);
    }
  }

  // Only a body of 8 neurons tells for which of them its guards held, and can go on.
  void write_exit(Exit& exit) {
    L(exit.at);
    mov(rax, index_);
    if (std::ssize(exit.guards) > target_.together()) return jmp(leave_, T_NEAR);
    for (std::size_t s = 0; s < exit.guards.size(); ++s) {
      if (wide_)
        kmovb(address_.cvt32(), mask(exit.guards[s]));
      else
        vmovmskpd(address_.cvt32(), ymm(exit.guards[s]));
      mov(byte[frame_ + offsetof(Frame, guard) + s], address_.cvt8());
    }
    cmp(field(offsetof(Frame, ignore_guard)), 0);
    je(leave_, T_NEAR);
    jmp(exit.back, T_NEAR);
  }

  // Operands ------------------------------------------------------------------

  int lanes() const { return target_.lanes(); }
  static Ymm ymm(const Place& place) { return Ymm(place.number); }
  // k0 cannot select lanes.
  static Opmask mask(const Place& place) { return Opmask(place.number + 1); }
  // Xbyak tells the width of a vector by its value, so that one type serves for both.
  Ymm vector(const Place& place) const {
    return wide_ ? static_cast<Ymm>(Zmm(place.number)) : Ymm(place.number);
  }

  Address whole(const RegExp& at) const { return wide_ ? zword[at] : yword[at]; }
  // One number for all lanes.
  Address repeated(const RegExp& at) const { return wide_ ? ptr_b[at] : yword[at]; }

  Reg64 address_of(const Place& place) {
    const auto found = std::ranges::find(pinned_, place);
    if (found != pinned_.end()) return pinnable_[static_cast<std::size_t>(found - pinned_.begin())];
    load_address(place, address_);
    return address_;
  }

  // Where a place in memory is; a value for all lanes is one number there (AVX-512) or one for each lane.
  RegExp at(const Place& place, int stream) {
    const int row = wide_ ? 64 : 32, number = wide_ ? 8 : 32;
    switch (place.kind) {
      case Place::Kind::constant:
        return pool_base_ + (row * rows_ + number * place.number);
      case Place::Kind::row:
        return pool_base_ + row * place.number;
      case Place::Kind::value:
        return values_ + number * place.number;
      case Place::Kind::array:
      case Place::Kind::parameter:
        return address_of(place) + index_ * 8 + 8 * lanes() * stream;
      default:
        return rsp + 64 * place.number;
    }
  }

  static bool for_all_lanes(const Place& place) {
    return place.kind == Place::Kind::constant || place.kind == Place::Kind::value;
  }

  // Calls encode(operand) with the register or the memory.
  template <class Encode>
  void with(const Place& place, int stream, Encode encode) {
    if (place.kind == Place::Kind::vector)
      encode(static_cast<const Operand&>(vector(place)));
    else
      encode(static_cast<const Operand&>(for_all_lanes(place) ? repeated(at(place, stream))
                                                              : whole(at(place, stream))));
  }

  // Instructions --------------------------------------------------------------

  void write(const Instruction& i) {
    switch (i.kind) {
      case Instruction::Kind::load:
        return load(i);
      case Instruction::Kind::spill:
        if (i.a.kind == Place::Kind::mask)
          kmovb(byte[at(i.result, 0)], mask(i.a));
        else
          vmovupd(whole(at(i.result, 0)), vector(i.a));
        return;
      case Instruction::Kind::move:
        vmovapd(vector(i.result), vector(i.a));
        return;
      case Instruction::Kind::store:
        vmovupd(whole(at({Place::Kind::array, i.detail}, i.stream)), vector(i.a));
        return;
      case Instruction::Kind::store_mask:
        return store_mask(i);
      default:
        return operate(i);
    }
  }

  void load(const Instruction& i) {
    const RegExp from = at(i.a, i.stream);
    if (i.result.kind == Place::Kind::mask)
      kmovb(mask(i.result), byte[from]);
    else if (wide_ && for_all_lanes(i.a))
      vbroadcastsd(vector(i.result), qword[from]);
    else
      vmovupd(vector(i.result), whole(from));
  }

  void store_mask(const Instruction& i) {
    if (!wide_) {
      vmovmskpd(eax, ymm(i.a));
      vmovmskpd(address_.cvt32(), ymm(i.b));
      shl(address_.cvt32(), 4);
      or_(eax, address_.cvt32());
    }
    const Reg64 from = address_of({Place::Kind::mask_array, i.detail});
    const Address to = byte[from + byte_ + i.stream * lanes() / 8];
    wide_ ? kmovb(to, mask(i.a)) : mov(to, al);
  }

  void operate(const Instruction& i) {
    Ymm result = i.result.kind == Place::Kind::vector ? vector(i.result) : Ymm(0);
    if (i.mask.is_register()) {
      result.setOpmaskIdx(mask(i.mask).getIdx());
      result.setZero();
    }
    switch (i.action) {
      case Action::fused_add:
      case Action::fused_subtract:
      case Action::fused_from:
        return with(i.c, i.stream, [&](const Operand& c) { fused(i, result, vector(i.b), c); });
      case Action::square_root:
        return with(i.a, i.stream, [&](const Operand& a) { vsqrtpd(result, a); });
      case Action::shift_left:
        return vpsllq(result, vector(i.a), static_cast<std::uint8_t>(i.detail));
      case Action::shift_right:
        return vpsrlq(result, vector(i.a), static_cast<std::uint8_t>(i.detail));
      case Action::double_words:
        return vpshufd(result, vector(i.a), 0xa0);
      case Action::neuron_index:
        return neuron_index(i, result);
      case Action::not_finite:
        return not_finite(i);
      case Action::both:
      case Action::second_only:
      case Action::either:
      case Action::invert:
        if (wide_) return mask_logic(i);
        break;
      default:
        break;
    }
    with(i.b, i.stream, [&](const Operand& b) { of_two(i, result, b); });
  }

  void fused(const Instruction& i, const Ymm& result, const Ymm& b, const Operand& c) {
    using Encode = void (CodeGenerator::*)(const Xmm&, const Xmm&, const Operand&);
    constexpr Encode add[] = {&CodeGenerator::vfmadd132pd, &CodeGenerator::vfmadd213pd,
                              &CodeGenerator::vfmadd231pd};
    constexpr Encode subtract[] = {&CodeGenerator::vfmsub132pd, &CodeGenerator::vfmsub213pd,
                                   &CodeGenerator::vfmsub231pd};
    constexpr Encode from[] = {&CodeGenerator::vfnmadd132pd, &CodeGenerator::vfnmadd213pd,
                               &CodeGenerator::vfnmadd231pd};
    const auto form = static_cast<std::size_t>(i.form) - 1;
    const Encode encode = i.action == Action::fused_add        ? add[form]
                          : i.action == Action::fused_subtract ? subtract[form]
                                                               : from[form];
    (this->*encode)(result, b, c);
  }

  void not_finite(const Instruction& i) {
    constexpr std::uint8_t quiet_nan = 0x01, infinity = 0x08, minus_infinity = 0x10, signalling_nan = 0x80;
    constexpr std::uint8_t classes = quiet_nan | infinity | minus_infinity | signalling_nan;
    vfpclasspd(mask(i.result), Zmm(i.a.number), classes);
  }

  void neuron_index(const Instruction& i, const Ymm& result) {
    mov(rax, field(offsetof(Frame, first_index)));
    lea(rax, ptr[rax + index_ + lanes() * i.stream]);
    if (wide_) {
      vpbroadcastq(Zmm(i.result.number), rax);
    } else {
      vmovq(Xmm(i.result.number), rax);
      vpbroadcastq(result, Xmm(i.result.number));
    }
    vpaddq(result, result, whole(at(i.a, 0)));
  }

  void mask_logic(const Instruction& i) {
    if (i.action == Action::invert)
      knotb(mask(i.result), mask(i.a));
    else if (i.action == Action::both)
      kandb(mask(i.result), mask(i.a), mask(i.b));
    else if (i.action == Action::second_only)
      kandnb(mask(i.result), mask(i.a), mask(i.b));
    else
      korb(mask(i.result), mask(i.a), mask(i.b));
  }

  // All with a register a and anything as b.
  void of_two(const Instruction& i, const Ymm& result, const Operand& b) {
    if (i.action == Action::select) return select(i, result, b);
    const Ymm a = vector(i.a);
    switch (i.action) {
      case Action::less:
      case Action::less_equal:
      case Action::equal:
        return compare(i, a, b);
      case Action::add:
        return vaddpd(result, a, b);
      case Action::subtract:
        return vsubpd(result, a, b);
      case Action::multiply:
        return vmulpd(result, a, b);
      case Action::divide:
        return vdivpd(result, a, b);
      case Action::minimum:
        return vminpd(result, a, b);
      case Action::maximum:
        return vmaxpd(result, a, b);
      case Action::scale:
        return vscalefpd(Zmm(i.result.number), Zmm(i.a.number), b);
      case Action::add_bits:
        return vpaddq(result, a, b);
      case Action::multiply_words:
        return vpmuludq(result, a, b);
      default:
        return bitwise(i, result, a, b);
    }
  }

  void bitwise(const Instruction& i, const Ymm& result, const Ymm& a, const Operand& b) {
    switch (i.action) {
      case Action::and_bits:
      case Action::both:
        return vandpd(result, a, b);
      case Action::second_only:
        return vandnpd(result, a, b);
      case Action::or_bits:
      case Action::either:
        return vorpd(result, a, b);
      case Action::xor_bits:
      case Action::invert:
        return vxorpd(result, a, b);
      case Action::blend_words:
        return vpblendd(result, a, b, 0xaa);
      case Action::permute:
        return wide_ ? vpermpd(result, a, b) : vpermd(result, a, b);
      default:
        throw base::InternalError("an action has no instruction");
    }
  }

  void compare(const Instruction& i, const Ymm& a, const Operand& b) {
    // Without a signal for NaN: 17, 18 and 0 are ordered, 4 more is the opposite.
    const int ordered = i.action == Action::less ? 17 : i.action == Action::less_equal ? 18 : 0;
    const auto predicate = static_cast<std::uint8_t>(ordered + 4 * i.detail);
    if (!wide_) return vcmppd(ymm(i.result), a, b, predicate);
    vcmppd(i.mask.is_register() ? mask(i.result) | mask(i.mask) : mask(i.result), a, b, predicate);
  }

  void select(const Instruction& i, const Ymm& result, const Operand& b) {
    if (wide_)
      vblendmpd(Zmm(i.result.number) | mask(i.a), vector(i.c), b);
    else
      vblendvpd(result, vector(i.c), b, ymm(i.a));
  }

  const Reg64 frame_ = rdi, pool_base_ = rsi, values_ = rdx, index_ = rcx, byte_ = r8, address_ = r9;
  const std::array<Reg64, 7> pinnable_{rbx, r10, r11, r12, r13, r14, r15};
  Target target_;
  bool wide_;
  int rows_;
  const void* pool_;
  std::vector<Place> pinned_;
  std::deque<Exit> exits_;  // labels stay where they are
  Xbyak::Label leave_;
};

base::AlignedArray<double> make_pool(const ActionList& list, bool wide) {
  const std::size_t row = wide ? 8 : 4, repeats = wide ? 1 : 4;
  std::vector<double> values;
  for (const Row& bits : list.rows)
    for (std::size_t k = 0; k < row; ++k) values.push_back(std::bit_cast<double>(bits[k]));
  for (const std::uint64_t bits : list.constants)
    values.insert(values.end(), repeats, std::bit_cast<double>(bits));
  base::AlignedArray<double> pool(std::ssize(values));
  std::ranges::copy(values, pool.data());
  return pool;
}

}  // namespace

bool can_execute() {
  static const bool answer = [] {
    try {
      constexpr std::uint8_t return_at_once = 0xc3;
      const ExecutableMemory memory({&return_at_once, 1});
      return true;
    } catch (const base::ResourceError&) {
      return false;
    }
  }();
  return answer;
}

NativeCode::NativeCode(const ActionList& list, const Target& target, const Body& main, const Body& rest)
    : pool_(make_pool(list, target.wide)), width_(target.lanes() * main.streams), lanes_(target.lanes()) {
  std::vector<std::uint8_t> code(most_bytes(main, rest));
  try {
    Encoder encoder(code, list, target, pool_.data());
    encoder.function(main, rest);
    code.resize(encoder.size());
  } catch (const Xbyak::Error& error) {
    throw base::InternalError(std::string("native code cannot be written: ") + error.what());
  }
  memory_.emplace(code);
  const void* const address = memory_->address();
  std::memcpy(&function_, &address, sizeof function_);
}

}  // namespace hillock::program::jit
