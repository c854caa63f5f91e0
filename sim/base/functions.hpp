// One algorithm for each elementary function, written once over a set of operations: plain doubles, SIMD
// batches, ...
//
// Every instance executes the same IEEE operations in the same order, without branches, so all give the same
// bits. Operations (called O) has types Number (double lanes), Bits (64-bit lanes), Mask, and static
// functions
//   set(double) set_bits(uint64) add subtract multiply divide square_root
//   multiply_add(a, b, c) = a*b + c   negative_multiply_add(a, b, c) = c - a*b    (one rounding)
//   minimum(a, b) = a < b ? a : b     maximum(a, b) = a > b ? a : b               (b if either is NaN)
//   absolute negate less less_equal equal both either invert select(mask, a, b)
//   bits(Number) number(Bits) add_bits and_bits or_bits xor_bits shift_left<n> shift_right<n> (logical)
//   lookup(const double (&table)[8], Bits) by the three lowest bits
// and, where the CPU has an instruction for it, scale(m, n): m 2^floor(n), infinite above the range of
// doubles, 0 below the normal one.
// exp, sinh, cosh, tanh, sigmoid, exprel and its reciprocal give what is not finite only where x is not or an
// operation raised its exception flag; so does normal_quantile between 0 and 1. Numbers below the normal
// range count as zero; NaN propagates (but pow(x, 0) = pow(1, y) = 1, as IEEE 754 has it).
#pragma once
#include <cstdint>
#include <limits>

#include "base/function_coefficients.hpp"

namespace hillock::base {

template <class O>
struct Functions {
  using Number = typename O::Number;
  using Bits = typename O::Bits;
  using Mask = typename O::Mask;

  // Within 1.2 ulp. 0 below ln(2^-1022), infinite above ln(2^1024).
  static Number exp(Number x) {
    if constexpr (requires { O::scale(x, x); }) {
      const Reduced e = reduce(O::minimum(O::set(800), O::maximum(O::set(-800), x)));
      return O::scale(exp_mantissa(e), e.whole);
    }
    const Reduced e = reduce(x);
    const Number scaled = O::number(O::add_bits(O::bits(exp_mantissa(e)), exponent_of(e)));
    const Number overflowed = O::multiply(x, O::set(overflow));  // with its flag; keeps NaN
    const Number result = O::select(O::less_equal(x, O::set(largest_exponent)), scaled, overflowed);
    return O::select(O::less(x, O::set(smallest_exponent)), O::set(0), result);
  }

  // Within 1 ulp. x = 2^k m, sqrt(1/2) <= m < sqrt(2), f = m - 1, s = f/(2 + f):
  // log m = 2 atanh s = f - (f^2/2 - s (f^2/2 + s^2 P(s^2))).
  static Number log(Number x) {
    const Scaled v = split_scale(x);
    const Number f = O::subtract(v.mantissa, O::set(1));
    const Number s = O::divide(f, O::add(v.mantissa, O::set(1)));
    const Number z = O::multiply(s, s);
    const Number half_square = O::multiply(O::set(0.5), O::multiply(f, f));
    const Number series = O::multiply(z, polynomial(z, coefficients::log_polynomial));
    const Number low = O::multiply_add(s, O::add(half_square, series),
                                       O::multiply(v.exponent, O::set(coefficients::ln2_low)));
    const Number rest = O::subtract(f, O::subtract(half_square, low));
    const Number result = O::multiply_add(v.exponent, O::set(coefficients::ln2_high), rest);
    return log_specials(x, result);
  }

  // Within 1 ulp: exp(y log|x|) with the logarithm and the product in two parts each.
  static Number pow(Number x, Number y) {
    const Number a = O::absolute(x);
    const Pair logarithm = two_part_log(a);
    const Number high = O::multiply(y, logarithm.high);
    const Number low =
        O::multiply_add(y, logarithm.low, O::negate(O::negative_multiply_add(y, logarithm.high, high)));
    const Number limited = O::minimum(O::set(800), O::maximum(O::set(-800), high));
    const Mask inside = O::less(O::absolute(high), O::set(800));
    const Number magnitude = exp_of_pair(limited, O::select(inside, low, O::set(0)));
    return pow_specials(x, y, magnitude);
  }

  // Within 1.7 ulp: with E = exp(2|x|) - 1, tanh |x| = E/(E + 2), corrected by what rounding took from
  // quotient and divisor; 1 from |x| = 22 on.
  static Number tanh(Number x) {
    const Number a = O::minimum(O::set(22), O::absolute(x));
    const Number e = precise_expm1<0>(O::add(a, a));
    const Pair divisor = two_sum(O::set(2), e);
    const Number inverse = O::divide(O::set(1), divisor.high);
    const Number quotient = O::multiply(e, inverse);
    const Number error = O::negative_multiply_add(quotient, divisor.high, e);
    const Number remainder = O::negative_multiply_add(quotient, divisor.low, error);
    return with_sign_of(x, O::multiply_add(remainder, inverse, quotient));
  }

  // With E = (exp|x| - 1)/16: sinh |x| = 8 (E + E/(16 E + 1)).
  static Number sinh(Number x) {
    const Number a = O::minimum(O::set(712), O::absolute(x));
    const Number e = precise_expm1<4>(a);
    const Number sum = O::add(e, O::divide(e, O::multiply_add(O::set(16), e, O::set(1))));
    return with_sign_of(x, O::multiply(O::set(8), sum));
  }

  // With E = exp|x|/16: cosh x = 8 (E + 1/(256 E)).
  static Number cosh(Number x) {
    const Number a = O::minimum(O::set(712), O::absolute(x));
    const Reduced e = reduce(a);
    const Number power = scaled_power<4>(e);
    const Number high = O::multiply_add(power, exp_tail(e.r, e.r, coefficients::exp_polynomial), power);
    return O::multiply(O::set(8), O::add(high, O::divide(O::set(1.0 / 256), high)));
  }

  // Within 1 ulp for |x| <= 2^45 (about 3.5e13, where doubles are 0.008 apart); NaN beyond and for
  // infinities.
  static Number sin(Number x) {
    const Number result = sine_of_quadrant(x, 0);
    return O::select(O::less(O::absolute(x), O::set(0x1p-27)), x, result);
  }
  static Number cos(Number x) { return sine_of_quadrant(x, 1); }

  static Number sigmoid(Number x) { return O::divide(O::set(1), O::add(O::set(1), exp(O::negate(x)))); }

  // (exp(x) - 1)/x, 1 at 0; within 9 ulp.
  static Number exprel(Number x) {
    const Number limited = divisor(x);
    return O::multiply(O::divide(quick_expm1(limited), limited), O::set(0x1p16));
  }

  // x/(exp(x) - 1), 1 at 0; within 9 ulp.
  static Number reciprocal_exprel(Number x) {
    const Number limited = divisor(x);
    return O::multiply(O::divide(limited, quick_expm1(limited)), O::set(0x1p-16));
  }

  // Inverse of the standard normal distribution function: algorithm AS 241, PPND16, relative error about
  // 1e-16 (Wichura 1988, Appl. Statist. 37:477, doi:10.2307/2347330). -inf at 0, inf at 1, NaN outside.
  static Number normal_quantile(Number p) {
    const Number q = O::subtract(p, O::set(0.5));
    const Mask central = O::less_equal(O::absolute(q), O::set(0.425));
    const Number tail = O::minimum(O::subtract(O::set(1), p), p);
    const Number root = O::square_root(O::negate(log(tail)));
    const Mask near = O::less_equal(root, O::set(5));
    const Number outer = O::subtract(root, O::select(near, O::set(1.6), O::set(5)));
    const Number r = O::select(central, O::negative_multiply_add(q, q, O::set(0.180625)), outer);
    Number numerator = O::set(0), denominator = O::set(0);
    for (int i = 7; i >= 0; --i) {
      const Number a = O::select(near, O::set(quantile_near[0][i]), O::set(quantile_far[0][i]));
      const Number b = O::select(near, O::set(quantile_near[1][i]), O::set(quantile_far[1][i]));
      numerator = O::multiply_add(numerator, r, O::select(central, O::set(quantile_central[0][i]), a));
      denominator = O::multiply_add(denominator, r, O::select(central, O::set(quantile_central[1][i]), b));
    }
    const Number ratio = O::divide(numerator, denominator);
    const Number outside = O::select(O::equal(root, O::set(infinity)), O::set(infinity), ratio);
    return O::select(central, O::multiply(q, ratio), with_sign_of(q, outside));
  }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  static constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  static constexpr double smallest = std::numeric_limits<double>::min();
  static constexpr double largest_exponent = 0x1.62e42fefa39efp+9;  // exp of the next double overflows
  static constexpr double overflow =
      0x1p1023 / 354;  // the least exponent of which exp overflows, times this, does
  static constexpr double smallest_exponent =
      -0x1.6232bdd7abcd2p+9;                       // exp of the next below is below the normal range
  static constexpr double round_shift = 0x1.8p52;  // adding it rounds to a whole number, in the lowest bits
  static constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

  // exp_table 2^-16: above ln(2^1024), where exprel is finite still, the powers stay so.
  struct LowTable {
    double entries[8];
    constexpr LowTable() : entries{} {
      for (int i = 0; i < 8; ++i) entries[i] = coefficients::exp_table[i] * 0x1p-16;
    }
  };
  static constexpr LowTable low_table{};

  // x = whole ln2 + r + r_low, |r| <= ln2/16; exp(x) = 2^floor(whole) power exp(r + r_low).
  struct Reduced {
    Number whole;  // a multiple of 1/8
    Bits eighths;  // 8 whole in the lowest bits, two's complement
    Number power;  // 2^((eighths mod 8)/8)
    Number r, r_low;
  };

  // A number in two parts: high + low.
  struct Pair {
    Number high, low;
  };

  // x = 2^exponent mantissa, sqrt(1/2) <= mantissa < sqrt(2), for normal positive x.
  struct Scaled {
    Number mantissa, exponent;
  };

  template <int n>
  [[gnu::always_inline]] static Number polynomial(Number x, const double (&coefficient)[n]) {
    Number result = O::set(coefficient[n - 1]);
    for (int i = n - 2; i >= 0; --i) result = O::multiply_add(result, x, O::set(coefficient[i]));
    return result;
  }

  // The same by pairs of terms: a shorter chain.
  template <int n>
  [[gnu::always_inline]] static Number polynomial(Number x, Number square, const double (&coefficient)[n]) {
    const auto pair = [&](int i) {
      return i + 1 < n ? O::multiply_add(O::set(coefficient[i + 1]), x, O::set(coefficient[i]))
                       : O::set(coefficient[i]);
    };
    Number result = pair((n - 1) / 2 * 2);
    for (int i = (n - 1) / 2 * 2 - 2; i >= 0; i -= 2) result = O::multiply_add(result, square, pair(i));
    return result;
  }

  [[gnu::always_inline]] static Number with_sign_of(Number x, Number magnitude) {
    return O::number(O::or_bits(O::bits(magnitude), O::and_bits(O::bits(x), O::set_bits(sign_bit))));
  }

  [[gnu::always_inline]] static Reduced reduce(Number x) {
    const Number shifted =
        O::multiply_add(x, O::set(coefficients::eighths_per_ln2 / 8), O::set(round_shift / 8));
    const Number whole = O::subtract(shifted, O::set(round_shift / 8));
    const Number first = O::negative_multiply_add(whole, O::set(coefficients::ln2_eighth_high * 8), x);
    const Number r = O::negative_multiply_add(whole, O::set(coefficients::ln2_eighth_low * 8), first);
    const Number r_low =
        O::negative_multiply_add(whole, O::set(coefficients::ln2_eighth_low * 8), O::subtract(first, r));
    const Bits eighths = O::bits(shifted);
    return {whole, eighths, O::lookup(coefficients::exp_table, eighths), r, r_low};
  }

  // eighths div 8, where doubles have their exponent.
  [[gnu::always_inline]] static Bits exponent_of(const Reduced& e) {
    return O::template shift_left<49>(O::and_bits(e.eighths, O::set_bits(~std::uint64_t{7})));
  }

  [[gnu::always_inline]] static Number exp_mantissa(const Reduced& e) {
    return O::multiply_add(e.power, exp_tail(e.r, e.r, coefficients::exp_polynomial), e.power);
  }

  // exp(r + low) - 1 - r = r^2 P(r) + low
  template <int n>
  [[gnu::always_inline]] static Number exp_tail(Number r, Number low, const double (&p)[n]) {
    const Number square = O::multiply(r, r);
    return O::multiply_add(square, polynomial(r, square, p), low);
  }

  // power 2^(eighths div 8 - down), by adding to the exponent field.
  template <int down>
  [[gnu::always_inline]] static Number scaled_power(const Reduced& e) {
    const std::uint64_t removed = std::uint64_t{8 * down};
    const Bits lowered = O::add_bits(e.eighths, O::set_bits(std::uint64_t{0} - removed));
    const Bits whole = O::and_bits(lowered, O::set_bits(~std::uint64_t{7}));
    return O::number(O::add_bits(O::bits(e.power), O::template shift_left<49>(whole)));
  }

  // x, where it is no divisor something as good: for both of these the quotient is the same.
  [[gnu::always_inline]] static Number divisor(Number x) {
    const Number tiny = O::set(0x1p-300);
    return O::select(O::less(O::absolute(x), tiny), tiny, O::minimum(O::set(720), x));
  }

  // (exp(x) - 1) 2^-16 for x <= 720, within 8 ulp; below -100 as there. With the power p and the tail t =
  // exp(r) - 1 - r it is (p - 1) + p r + p t; what the table's entry lacks is left out.
  [[gnu::always_inline]] static Number quick_expm1(Number x) {
    const Reduced e = reduce(O::maximum(O::set(-100), x));
    const Number entry = O::lookup(low_table.entries, e.eighths);
    Number power;
    if constexpr (requires { O::scale(x, x); })
      power = O::scale(entry, e.whole);
    else
      power = O::number(O::add_bits(O::bits(entry), exponent_of(e)));
    const Number square = O::multiply(e.r, e.r);
    const Number tail = O::multiply(square, polynomial(e.r, square, coefficients::exp_polynomial));
    const Number head = O::multiply_add(power, e.r, O::subtract(power, O::set(0x1p-16)));
    return O::multiply_add(power, tail, head);
  }

  // (exp(x) - 1) 2^-down for -110 <= x <= 712 (and what scaling by `down` allows above), within 0.6 ulp. With
  // the power p and the tail t = exp(r + ...) - 1 - r, where what the table's entry lacks is added, it is (p
  // - 1) + p r + p t; beside 0 the first two terms nearly cancel, so they are summed exactly.
  template <int down>
  [[gnu::always_inline]] static Number precise_expm1(Number x) {
    const Reduced e = reduce(x);
    const Number power = scaled_power<down>(e);
    const Number product = O::multiply(power, e.r);
    const Number excess = O::negative_multiply_add(power, e.r, product);
    const Pair sum = fast_two_sum(O::subtract(power, O::set(unit<down>)), product);
    return O::add(sum.high, O::multiply_add(power, expm1_tail(e), O::subtract(sum.low, excess)));
  }

  [[gnu::always_inline]] static Number expm1_tail(const Reduced& e) {
    const Number rest = O::add(e.r_low, O::lookup(coefficients::exp_table_rest, e.eighths));
    return exp_tail(e.r, rest, coefficients::expm1_polynomial);
  }

  template <int down>
  static constexpr double unit = 1.0 / static_cast<double>(std::uint64_t{1} << down);

  // The exponent field counts from sqrt(1/2) if the bits of 1/sqrt(2) are subtracted and those of 1 added.
  [[gnu::always_inline]] static Scaled split_scale(Number x) {
    constexpr std::uint64_t lowest = 0x3fe6a09e667f3bcd, one = 0x3ff0000000000000;
    const Bits moved = O::add_bits(O::bits(x), O::set_bits(one - lowest));
    const Bits fraction = O::and_bits(moved, O::set_bits(0x000fffffffffffff));
    const Number mantissa = O::number(O::add_bits(fraction, O::set_bits(lowest)));
    const Bits field =
        O::or_bits(O::template shift_right<52>(moved), O::set_bits(0x4330000000000000));  // 2^52 + field
    return {mantissa, O::subtract(O::number(field), O::set(0x1p52 + 1023))};
  }

  [[gnu::always_inline]] static Number log_specials(Number x, Number result) {
    const Number defined = O::select(O::less(x, O::set(infinity)), result, x);  // inf and NaN as they are
    const Mask negative = O::less_equal(x, O::set(-smallest));
    const Number below = O::select(negative, O::set(not_a_number), O::set(-infinity));
    return O::select(O::less(x, O::set(smallest)), below, defined);
  }

  [[gnu::always_inline]] static Pair fast_two_sum(Number larger, Number smaller) {
    const Number sum = O::add(larger, smaller);
    return {sum, O::subtract(smaller, O::subtract(sum, larger))};
  }

  [[gnu::always_inline]] static Pair two_sum(Number a, Number b) {
    const Number sum = O::add(a, b);
    const Number b_part = O::subtract(sum, a);
    return {sum, O::add(O::subtract(a, O::subtract(sum, b_part)), O::subtract(b, b_part))};
  }

  // a*b of two pairs, to about 2^-104.
  [[gnu::always_inline]] static Pair multiply_pairs(Pair a, Pair b) {
    const Number high = O::multiply(a.high, b.high);
    const Number error =
        O::negate(O::negative_multiply_add(a.high, b.high, high));  // a.high b.high - high, exactly
    const Number cross = O::multiply_add(a.high, b.low, O::multiply(a.low, b.high));
    return {high, O::add(error, cross)};
  }

  // log a for a >= 0 to about 2^-67 relative. With s = f/(2 + f) in two parts: log m = 2 s + s s^2 (A +
  // tail), where the first coefficient A too has two parts, and the tail is so small that its rounding does
  // not matter.
  [[gnu::always_inline]] static Pair two_part_log(Number a) {
    const Scaled v = split_scale(a);
    const Number f = O::subtract(v.mantissa, O::set(1));
    const Pair g = fast_two_sum(O::set(1), v.mantissa);
    const Number s_high = O::divide(f, g.high);
    const Number remainder =
        O::negative_multiply_add(s_high, g.low, O::negative_multiply_add(s_high, g.high, f));
    const Pair s{s_high, O::divide(remainder, g.high)};
    const Pair z = multiply_pairs(s, s);
    Number tail = O::set(coefficients::log_polynomial[7]);
    for (int i = 6; i >= 1; --i)
      tail = O::multiply_add(tail, z.high, O::set(coefficients::log_polynomial[i]));
    Pair series = fast_two_sum(O::set(coefficients::log_polynomial[0]), O::multiply(tail, z.high));
    series.low = O::add(series.low, O::set(coefficients::log_polynomial_rest));
    const Pair cubic = multiply_pairs(s, multiply_pairs(z, series));
    const Pair sum = fast_two_sum(O::add(s.high, s.high), cubic.high);
    const Number sum_low = O::add(sum.low, O::add(O::add(s.low, s.low), cubic.low));
    const Pair total = fast_two_sum(O::multiply(v.exponent, O::set(coefficients::ln2_high)), sum.high);
    const Number rest = O::multiply_add(v.exponent, O::set(coefficients::ln2_low), sum_low);
    const Pair result = fast_two_sum(total.high, O::add(total.low, rest));
    const Mask none = O::less(a, O::set(smallest));
    const Mask finite = O::less(a, O::set(infinity));
    const Mask regular = O::both(O::invert(none), finite);
    const Number high = O::select(none, O::set(-infinity), O::select(finite, result.high, a));
    return {high, O::select(regular, result.low, O::set(0))};
  }

  // exp(high + low), |high| <= 800. Scaled in two steps of which only the last can overflow; what would fall
  // below the normal range is set to 0 before it.
  [[gnu::always_inline]] static Number exp_of_pair(Number high, Number low) {
    const Reduced e = reduce(high);
    const Number r = O::add(e.r, low);
    const Number rest = O::add(e.r_low, O::lookup(coefficients::exp_table_rest, e.eighths));
    const Number mantissa =
        O::multiply_add(e.power, exp_tail(r, O::add(r, rest), coefficients::exp_polynomial), e.power);
    const Mask large = O::less(O::set(0), high);
    constexpr std::uint64_t down = std::uint64_t{0} - (std::uint64_t{512} << 52),
                            up = std::uint64_t{512} << 52;
    const Bits moved = O::bits(O::select(large, O::number(O::set_bits(down)), O::number(O::set_bits(up))));
    const Number scaled = O::number(O::add_bits(O::add_bits(O::bits(mantissa), exponent_of(e)), moved));
    const Mask none = O::both(O::invert(large), O::less(scaled, O::set(0x1p-510)));
    const Number result = O::multiply(scaled, O::select(large, O::set(0x1p512), O::set(0x1p-512)));
    return O::select(none, O::set(0), result);
  }

  [[gnu::always_inline]] static Mask whole(Number magnitude) {
    const Number rounded = O::subtract(O::add(magnitude, O::set(0x1p52)), O::set(0x1p52));
    return O::either(O::equal(rounded, magnitude), O::less_equal(O::set(0x1p52), magnitude));
  }

  // Signs, and the cases where the magnitude exp(y log|x|) is not the answer.
  [[gnu::always_inline]] static Number pow_specials(Number x, Number y, Number magnitude) {
    const Number a = O::absolute(x), b = O::absolute(y);
    const Mask whole_y = whole(b);
    const Mask odd = O::both(whole_y, O::invert(whole(O::multiply(b, O::set(0.5)))));
    Number result = O::select(odd, with_sign_of(x, magnitude), magnitude);
    const Mask negative = O::both(O::less_equal(x, O::set(-smallest)), O::less(O::set(-infinity), x));
    result = O::select(O::both(negative, O::invert(whole_y)), O::set(not_a_number), result);
    const Mask ordered = O::both(O::equal(x, x), O::equal(y, y));
    result = O::select(ordered, result, O::add(x, y));
    const Mask one_to_infinity = O::both(O::equal(a, O::set(1)), O::equal(b, O::set(infinity)));
    const Mask one =
        O::either(O::either(O::equal(x, O::set(1)), O::less(b, O::set(smallest))), one_to_infinity);
    return O::select(one, O::set(1), result);
  }

  // sin(x + quadrants pi/2). x - n pi/2 is formed in two parts with pi/2 in three: the first product is exact
  // with the fused operation (Cody & Waite), so the reduction is good to 2^-100 however near x comes to a
  // multiple of pi/2.
  [[gnu::always_inline]] static Number sine_of_quadrant(Number x, std::uint64_t quadrants) {
    const Number shifted = O::multiply_add(x, O::set(coefficients::two_over_pi), O::set(round_shift));
    const Number n = O::subtract(shifted, O::set(round_shift));
    const Number first = O::negative_multiply_add(n, O::set(coefficients::half_pi[0]), x);
    const Number second = O::multiply(n, O::set(coefficients::half_pi[1]));
    const Number second_low =
        O::negative_multiply_add(n, O::set(coefficients::half_pi[1]), second);  // negated
    const Pair difference = two_sum(first, O::negate(second));
    const Number rest = O::negative_multiply_add(n, O::set(coefficients::half_pi[2]), second_low);
    const Pair reduced = fast_two_sum(difference.high, O::add(difference.low, rest));
    const Number high = reduced.high, low = reduced.low;
    const Number z = O::multiply(high, high);
    // sin(high + low) = high + (high z S(z) + low (1 - z/2))
    const Number half = O::multiply(O::set(0.5), z);
    const Number slope = O::subtract(O::set(1), half);
    const Number cubic = O::multiply(O::multiply(high, z), polynomial(z, coefficients::sin_polynomial));
    const Number sine = O::add(high, O::multiply_add(low, slope, cubic));
    // cos(high + low) = (1 - z/2) + (rounding of 1 - z/2 + z^2 C(z) - high low)
    const Number rounding = O::subtract(O::subtract(O::set(1), slope), half);
    const Number quartic = O::multiply(O::multiply(z, z), polynomial(z, coefficients::cos_polynomial));
    const Number tail = O::add(rounding, O::negative_multiply_add(high, low, quartic));
    const Number cosine = O::add(slope, tail);
    const Bits quadrant = O::add_bits(O::bits(shifted), O::set_bits(quadrants));
    const Bits odd = O::and_bits(quadrant, O::set_bits(1));
    const Number one_if_odd = O::number(O::or_bits(odd, O::set_bits(0x4330000000000000)));  // 2^52 + odd
    const Number value = O::select(O::equal(one_if_odd, O::set(0x1p52)), sine, cosine);
    const Bits sign = O::template shift_left<62>(O::and_bits(quadrant, O::set_bits(2)));
    const Number result = O::number(O::xor_bits(O::bits(value), sign));
    return O::select(O::less_equal(O::absolute(x), O::set(0x1p45)), result, O::set(not_a_number));
  }

  // Coefficients of AS 241, lowest first: numerator and denominator for |p - 0.5| <= 0.425, for tails with
  // sqrt(-log p) <= 5, and for the rest.
  static constexpr double quantile_central[2][8] = {
      {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
       4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3},
      {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
       2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}};
  static constexpr double quantile_near[2][8] = {
      {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
       1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2,
       7.74545014278341407640e-4},
      {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
       1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
       1.05075007164441684324e-9}};
  static constexpr double quantile_far[2][8] = {
      {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
       2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
       2.71155556874348757815e-5, 2.01033439929228813265e-7},
      {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
       7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
       2.04426310338993978564e-15}};
};

}  // namespace hillock::base
