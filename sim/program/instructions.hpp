// The interpreter's instructions: loops over the neurons of a chunk, written over a set of operations O.
//
// O is what base/functions.hpp asks for, and: width (lanes), load, store, mask_bits(Mask) -> unsigned (bit i:
// lane i), mask_from_bits(unsigned), lane_numbers() -> 0, 1, ... and multiply_words(Bits, Bits) (32 x 32 ->
// 64 bits of the lower halves). O must be a type of the instruction set's own namespace, so that no two units
// share an instance of these templates; and nothing here may use the standard library's inline functions,
// whose instances are shared.
#pragma once
#include <cstdint>

#include "base/functions.hpp"
#include "program/draws.hpp"
#include "program/instruction_table.hpp"

namespace hillock::program {

template <class O>
struct Instructions {
  using Number = typename O::Number;
  using Bits = typename O::Bits;
  using Mask = typename O::Mask;
  using Library = base::Functions<O>;
  static constexpr int width = O::width;

  // An operand with one value per neuron, and one with the same value for all.
  struct PerNeuron {
    const double* values;
    explicit PerNeuron(const void* p) : values(static_cast<const double*>(p)) {}
    Number operator()(std::int64_t i) const { return O::load(values + i); }
  };
  struct Shared {
    Number value;
    explicit Shared(const void* p) : value(O::set(*static_cast<const double*>(p))) {}
    Number operator()(std::int64_t) const { return value; }
  };
  struct Absent {
    explicit Absent(const void*) {}
    Number operator()(std::int64_t) const { return O::set(0); }
  };

  template <class F, class A, class B, class C>
  static void numbers(void* result, const void* a, const void* b, const void* c, std::int64_t lanes) {
    const A x(a);
    const B y(b);
    const C z(c);
    double* out = static_cast<double*>(result);
#pragma GCC unroll 4
    for (std::int64_t i = 0; i < lanes; i += width) O::store(out + i, F::of(x(i), y(i), z(i)));
  }

  template <class F, class A, class B>
  static void comparison(void* result, const void* a, const void* b, const void*, std::int64_t lanes) {
    const A x(a);
    const B y(b);
    std::uint8_t* out = static_cast<std::uint8_t*>(result);
    for (std::int64_t i = 0; i < lanes; i += 8) {
      unsigned bits = 0;
      for (int j = 0; j < 8; j += width) bits |= O::mask_bits(F::of(x(i + j), y(i + j))) << j;
      out[i / 8] = static_cast<std::uint8_t>(bits);
    }
  }

  template <class B, class C>
  static void select(void* result, const void* a, const void* b, const void* c, std::int64_t lanes) {
    const std::uint8_t* condition = static_cast<const std::uint8_t*>(a);
    const B y(b);
    const C z(c);
    double* out = static_cast<double*>(result);
    for (std::int64_t i = 0; i < lanes; i += 8) {
      const unsigned bits = condition[i / 8];
      for (int j = 0; j < 8; j += width) {
        const Mask mask = O::mask_from_bits(bits >> j);
        O::store(out + i + j, O::select(mask, y(i + j), z(i + j)));
      }
    }
  }

  static void logical_and(void* result, const void* a, const void* b, const void*, std::int64_t lanes) {
    for (std::int64_t i = 0; i < lanes / 8; ++i)
      byte(result)[i] = static_cast<std::uint8_t>(byte(a)[i] & byte(b)[i]);
  }
  static void logical_or(void* result, const void* a, const void* b, const void*, std::int64_t lanes) {
    for (std::int64_t i = 0; i < lanes / 8; ++i)
      byte(result)[i] = static_cast<std::uint8_t>(byte(a)[i] | byte(b)[i]);
  }
  static void logical_not(void* result, const void* a, const void*, const void*, std::int64_t lanes) {
    for (std::int64_t i = 0; i < lanes / 8; ++i) byte(result)[i] = static_cast<std::uint8_t>(~byte(a)[i]);
  }
  static void copy_mask(void* result, const void* a, const void*, const void*, std::int64_t lanes) {
    for (std::int64_t i = 0; i < lanes / 8; ++i) byte(result)[i] = byte(a)[i];
  }
  // a: a number, 1 or 0.
  static void fill_mask(void* result, const void* a, const void*, const void*, std::int64_t lanes) {
    const std::uint8_t all = *static_cast<const double*>(a) != 0 ? 0xff : 0;
    for (std::int64_t i = 0; i < lanes / 8; ++i) byte(result)[i] = all;
  }

  // Philox 4x32-10 as in base/random.hpp, one block per lane. a: DrawPosition, b: the stream's key.
  template <int lane>
  static void draw(void* result, const void* a, const void* b, const void*, std::int64_t lanes) {
    const DrawPosition at = *static_cast<const DrawPosition*>(a);
    const std::uint64_t key = *static_cast<const std::uint64_t*>(b);
    double* out = static_cast<double*>(result);
    const Bits step_low = O::set_bits(at.step & 0xffffffff), step_high = O::set_bits(at.step >> 32);
    for (std::int64_t i = 0; i < lanes; i += width) {
      const Bits index =
          O::add_bits(O::lane_numbers(), O::set_bits(at.index + static_cast<std::uint64_t>(i)));
      O::store(out + i, uniform<O, lane>(index, step_low, step_high, SharedKey<O>(key)));
    }
  }

  // The same where neurons have keys and indices of their own. b: keys, c: indices, both as bits of numbers.
  template <int lane>
  static void draw_each(void* result, const void* a, const void* b, const void* c, std::int64_t lanes) {
    const DrawPosition at = *static_cast<const DrawPosition*>(a);
    const PerNeuron keys(b), indices(c);
    double* out = static_cast<double*>(result);
    const Bits step_low = O::set_bits(at.step & 0xffffffff), step_high = O::set_bits(at.step >> 32);
    for (std::int64_t i = 0; i < lanes; i += width)
      O::store(out + i,
               uniform<O, lane>(O::bits(indices(i)), step_low, step_high, LaneKeys<O>(O::bits(keys(i)))));
  }

  static InstructionTable table() {
    InstructionTable t;
    t.copy = numbers<Copy, PerNeuron, Absent, Absent>;
    t.fill = numbers<Copy, Shared, Absent, Absent>;
    t.copy_mask = copy_mask;
    t.fill_mask = fill_mask;
    t.draw[0] = draw<0>;
    t.draw[1] = draw<1>;
    t.draw_each[0] = draw_each<0>;
    t.draw_each[1] = draw_each<1>;
    t.operation = operation;
    return t;
  }

 private:
  static std::uint8_t* byte(void* p) { return static_cast<std::uint8_t*>(p); }
  static const std::uint8_t* byte(const void* p) { return static_cast<const std::uint8_t*>(p); }

  struct Copy {
    static Number of(Number a, Number, Number) { return a; }
  };
  struct Add {
    static Number of(Number a, Number b, Number) { return O::add(a, b); }
  };
  struct Subtract {
    static Number of(Number a, Number b, Number) { return O::subtract(a, b); }
  };
  struct Multiply {
    static Number of(Number a, Number b, Number) { return O::multiply(a, b); }
  };
  struct Divide {
    static Number of(Number a, Number b, Number) { return O::divide(a, b); }
  };
  struct Minimum {
    static Number of(Number a, Number b, Number) { return O::minimum(a, b); }
  };
  struct Maximum {
    static Number of(Number a, Number b, Number) { return O::maximum(a, b); }
  };
  struct Power {
    static Number of(Number a, Number b, Number) { return Library::pow(a, b); }
  };
  struct FusedAdd {
    static Number of(Number a, Number b, Number c) { return O::multiply_add(a, b, c); }
  };
  struct FusedSubtract {
    static Number of(Number a, Number b, Number c) { return O::multiply_add(a, b, O::negate(c)); }
  };
  struct FusedFrom {
    static Number of(Number a, Number b, Number c) { return O::negative_multiply_add(a, b, c); }
  };
  struct Less {
    static Mask of(Number a, Number b) { return O::less(a, b); }
  };
  struct LessEqual {
    static Mask of(Number a, Number b) { return O::less_equal(a, b); }
  };
  struct Equal {
    static Mask of(Number a, Number b) { return O::equal(a, b); }
  };
  template <Number (*function)(Number)>
  struct Unary {
    static Number of(Number a, Number, Number) { return function(a); }
  };

  template <Number (*function)(Number)>
  static Function unary() {
    return numbers<Unary<function>, PerNeuron, Absent, Absent>;
  }

  template <class F>
  static Function binary(Shape shape) {
    if (shape.a_shared) return numbers<F, Shared, PerNeuron, Absent>;
    return shape.b_shared ? numbers<F, PerNeuron, Shared, Absent> : numbers<F, PerNeuron, PerNeuron, Absent>;
  }

  template <class F>
  static Function compare(Shape shape) {
    if (shape.a_shared) return comparison<F, Shared, PerNeuron>;
    return shape.b_shared ? comparison<F, PerNeuron, Shared> : comparison<F, PerNeuron, PerNeuron>;
  }

  template <class F, class C>
  static Function ternary_with(Shape shape) {
    if (shape.a_shared && shape.b_shared) return numbers<F, Shared, Shared, C>;
    if (shape.a_shared) return numbers<F, Shared, PerNeuron, C>;
    return shape.b_shared ? numbers<F, PerNeuron, Shared, C> : numbers<F, PerNeuron, PerNeuron, C>;
  }

  template <class F>
  static Function ternary(Shape shape) {
    return shape.c_shared ? ternary_with<F, Shared>(shape) : ternary_with<F, PerNeuron>(shape);
  }

  static Function choose(Shape shape) {
    if (shape.b_shared) return shape.c_shared ? select<Shared, Shared> : select<Shared, PerNeuron>;
    return shape.c_shared ? select<PerNeuron, Shared> : select<PerNeuron, PerNeuron>;
  }

  static Function operation(Op op, Shape shape) {
    switch (op) {
      case Op::add:
        return binary<Add>(shape);
      case Op::subtract:
        return binary<Subtract>(shape);
      case Op::multiply:
        return binary<Multiply>(shape);
      case Op::divide:
        return binary<Divide>(shape);
      case Op::minimum:
        return binary<Minimum>(shape);
      case Op::maximum:
        return binary<Maximum>(shape);
      case Op::pow:
        return binary<Power>(shape);
      case Op::fused_add:
        return ternary<FusedAdd>(shape);
      case Op::fused_subtract:
        return ternary<FusedSubtract>(shape);
      case Op::fused_from:
        return ternary<FusedFrom>(shape);
      case Op::less:
        return compare<Less>(shape);
      case Op::less_equal:
        return compare<LessEqual>(shape);
      case Op::equal:
        return compare<Equal>(shape);
      case Op::logical_and:
        return logical_and;
      case Op::logical_or:
        return logical_or;
      case Op::logical_not:
        return logical_not;
      case Op::select:
        return choose(shape);
      default:
        return unary_operation(op);
    }
  }

  static Function unary_operation(Op op) {
    switch (op) {
      case Op::negate:
        return unary<O::negate>();
      case Op::absolute:
        return unary<O::absolute>();
      case Op::square_root:
        return unary<O::square_root>();
      case Op::exp:
        return unary<Library::exp>();
      case Op::log:
        return unary<Library::log>();
      case Op::tanh:
        return unary<Library::tanh>();
      case Op::sinh:
        return unary<Library::sinh>();
      case Op::cosh:
        return unary<Library::cosh>();
      case Op::sin:
        return unary<Library::sin>();
      case Op::cos:
        return unary<Library::cos>();
      case Op::exprel:
        return unary<Library::exprel>();
      case Op::reciprocal_exprel:
        return unary<Library::reciprocal_exprel>();
      case Op::normal_quantile:
        return unary<Library::normal_quantile>();
      default:
        return nullptr;
    }
  }
};

}  // namespace hillock::program
