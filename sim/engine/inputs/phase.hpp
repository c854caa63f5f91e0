// The angle of a sine at an absolute time, without loss of digits in long runs.
#pragma once

namespace hillock::engine {

constexpr double two_pi = 6.283185307179586476925286766559;

// A number as the sum of two of 26 bits, so that products of parts are exact (Dekker 1971,
// doi:10.1007/BF01397083).
struct Split {
  double high = 0, low = 0;
};
constexpr Split split(double x) {
  const double scaled = 134217729.0 * x;  // 2^27 + 1
  const double high = scaled - (scaled - x);
  return {high, x - high};
}

// frequency * time but for whole turns, of which few remain, for frequency = f_high + f_low (1/ms), time =
// t_high + t_low (ms) and up to 2^51 turns. Every product is exact, so that fusing products and sums cannot
// change a bit: plain doubles (T = double) and tapes (T = program::Expr) agree.
template <class T>
T turns(T f_high, T f_low, T t_high, T t_low) {
  const T shift = 0x1.8p52;  // adding it rounds to a whole number
  const T product = f_high * t_high;
  const T whole = (product + shift) - shift;
  return (product - whole) + (f_high * t_low + (f_low * t_high + f_low * t_low));
}

}  // namespace hillock::engine
