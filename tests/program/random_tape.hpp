// Random tapes over all operations, and data with awkward values, for tests that compare back ends bit for
// bit.
#pragma once
#include <bit>
#include <cstdint>
#include <iterator>
#include <limits>
#include <vector>

#include "program/expr.hpp"
#include "program/kernel.hpp"
#include "program/nodes.hpp"

namespace hillock::test {

// A small reproducible generator.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  std::uint64_t bits() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  int below(std::size_t n) { return static_cast<int>(bits() % n); }
  bool coin() { return (bits() & 1) != 0; }
  double unit() { return static_cast<double>(bits() >> 12) * 0x1p-52; }

  // Ordinary values mostly; now and then infinities, NaN, zeros, huge and tiny numbers, below the normal
  // range too, and the places where the functions change their ways, or the next number on either side.
  double value() {
    switch (below(8)) {
      case 0:
        return awkward[below(std::size(awkward))];
      case 1: {
        const double edge = edges[below(std::size(edges))] * (coin() ? 1 : -1);
        return std::bit_cast<double>(std::bit_cast<std::uint64_t>(edge) +
                                     static_cast<std::uint64_t>(below(3)) - 1);
      }
      case 2:
        return (unit() - 0.5) * 2e3;
      case 3:
        return (unit() - 0.5) * 1e-3;
      default:
        return (unit() - 0.5) * 8;
    }
  }

 private:
  static constexpr double awkward[] = {0.0,
                                       -0.0,
                                       inf,
                                       -inf,
                                       std::numeric_limits<double>::quiet_NaN(),
                                       1e308,
                                       -1e308,
                                       1e-308,
                                       -1e-310,
                                       5e-324,
                                       0x1p-1022,
                                       0x1p-1021,
                                       0x1.fffffffffffffp1023,
                                       1.0,
                                       -1.0,
                                       0x1p53,
                                       1e20,
                                       -1e20,
                                       1e-20};
  // exp's range, tanh's, sinh's, exprel's; log's and pow's mantissa; sin's range and reduction; the
  // quantile's parts.
  static constexpr double edges[] = {0x1.62e42fefa39efp+9,
                                     0x1.6232bdd7abcd2p+9,
                                     745.2,
                                     800,
                                     22,
                                     712,
                                     720,
                                     100,
                                     0x1.6a09e667f3bcdp-1,
                                     0x1.6a09e667f3bcdp+0,
                                     1,
                                     2,
                                     64,
                                     0x1p45,
                                     0x1p52,
                                     0x1p-27,
                                     0x1p-54,
                                     0x1.921fb54442d18p+0,
                                     0x1.921fb54442d18p-1,
                                     0x1.921fb54442d18p+30,
                                     0.075,
                                     0.925,
                                     0x1.8e06be1d9d4c6p-37,
                                     0.5,
                                     0x1p-1022};
  std::uint64_t state_;
};

constexpr int tape_arrays = 9, tape_parameters = 5, tape_step_values = 2, tape_streams = 2, tape_masks = 4;

// Grows a tape: each new expression takes its operands from the older ones.
class RandomTape {
 public:
  RandomTape(program::Tape& tape, std::uint64_t seed) : tape_(tape), dice_(seed) {
    for (int i = 0; i < tape_arrays; ++i) numbers_.push_back(program::array(tape, i));
    for (int i = 0; i < tape_parameters; ++i) numbers_.push_back(program::parameter(tape, i));
    for (int i = 0; i < tape_step_values; ++i) numbers_.push_back(program::step_value(tape, i));
    for (int i = 0; i < tape_streams; ++i)
      numbers_.push_back(program::uniform(tape, i, dice_.below(2), dice_.coin()));
    masks_.push_back(number() < number());
  }

  void grow(int operations) {
    for (int i = 0; i < operations; ++i) add_one();
  }

  // So many values and half as many masks, all of which are needed again after the last of them: more than
  // the registers hold.
  void press(int width) {
    std::vector<program::Expr> values;
    std::vector<program::Mask> conditions;
    for (int i = 0; i < width; ++i)
      values.push_back(arithmetic(recent(), number()) +
                       program::array(tape_, dice_.below(tape_arrays)) * (i + 0.5));
    for (int i = 0; i < width / 2; ++i)
      conditions.push_back(condition(values[static_cast<std::size_t>(i)], number()));
    program::Expr sum = recent(), product = number();
    for (std::size_t i = values.size(); i-- > 0;) {
      sum = sum * 0.75 + values[i];
      product = select(conditions[i / 2 % conditions.size()], product - values[i], product * 0.5);
    }
    for (std::size_t i = 0; i < values.size(); ++i) product = max(product, values[i] - sum);
    numbers_.push_back(sum);
    numbers_.push_back(product);
    masks_.insert(masks_.end(), conditions.begin(), conditions.end());
  }

  // Stores to some arrays and masks; among them arrays copied to other arrays.
  void finish(bool with_guard) {
    for (int i = 0; i < tape_arrays; ++i) {
      if (dice_.below(5) == 0) continue;
      const bool copy = dice_.below(4) == 0;
      program::store(tape_, i, copy ? program::array(tape_, dice_.below(tape_arrays)) : recent());
    }
    for (int i = 0; i < tape_masks; ++i) program::store(tape_, i, mask());
    if (!with_guard) return;
    if (dice_.coin())
      program::guard(tape_, program::array(tape_, 0) > program::Expr(3.5) && mask());
    else
      program::guard(tape_, !(abs(recent()) < std::numeric_limits<double>::infinity()));
  }

 private:
  program::Expr number() {
    if (dice_.below(6) == 0) return program::Expr(dice_.value());
    return numbers_[static_cast<std::size_t>(dice_.below(numbers_.size()))];
  }
  program::Expr recent() {
    const std::size_t n = numbers_.size();
    return numbers_[n - 1 - static_cast<std::size_t>(dice_.below(n < 8 ? n : 8))];
  }
  program::Mask mask() { return masks_[static_cast<std::size_t>(dice_.below(masks_.size()))]; }

  void add_one() {
    const program::Expr a = dice_.coin() ? recent() : number(), b = number();
    const int kind = dice_.below(30);
    if (kind < 14) {
      numbers_.push_back(arithmetic(a, b));
    } else if (kind < 24) {
      numbers_.push_back(function(a, b));
    } else if (kind < 28) {
      masks_.push_back(condition(a, b));
    } else {
      numbers_.push_back(chosen(a, b));
    }
  }

  // Some of them with 0 in the other lanes, for which there are instructions.
  program::Expr chosen(program::Expr a, program::Expr b) {
    switch (dice_.below(3)) {
      case 0:
        return select(mask(), arithmetic(a, b), 0.0);
      case 1:
        return select(mask(), 0.0, arithmetic(a, b));
      default:
        return select(mask(), a, b);
    }
  }

  program::Expr arithmetic(program::Expr a, program::Expr b) {
    const auto choices = {
        a + b, a - b, a * b, a / b, -a, abs(a), min(a, b), max(a, b), a * b + number(), a - b * number()};
    return choices.begin()[dice_.below(choices.size())];
  }

  program::Expr function(program::Expr a, program::Expr b) {
    const auto choices = {sqrt(a), exp(a), log(a), pow(a, b),  tanh(a),   sinh(a),
                          cosh(a), sin(a), cos(a), sigmoid(a), exprel(a), normal_quantile(sigmoid(a))};
    return choices.begin()[dice_.below(choices.size())];
  }

  program::Mask condition(program::Expr a, program::Expr b) {
    const auto choices = {a < b, a <= b, a == b, mask() && mask(), mask() || mask(), !mask()};
    return choices.begin()[dice_.below(choices.size())];
  }

  program::Tape& tape_;
  Dice dice_;
  std::vector<program::Expr> numbers_;
  std::vector<program::Mask> masks_;
};

// Arrays, parameters and step values for one comparison.
struct Data {
  std::int64_t neurons = 0;
  std::vector<std::vector<double>> arrays;  // padded to multiples of 8
  std::vector<std::vector<std::uint8_t>> masks;
  std::vector<double> step_values;
  program::Binding binding;

  Data(std::uint64_t seed, std::int64_t n, bool parameters_per_neuron) : neurons(n) {
    Dice dice(seed);
    const std::size_t padded = static_cast<std::size_t>((n + 7) / 8 * 8);
    for (int i = 0; i < tape_arrays; ++i) {
      arrays.emplace_back(padded);
      for (double& x : arrays.back()) x = dice.value();
    }
    for (int i = 0; i < tape_masks; ++i) masks.emplace_back(padded / 8, std::uint8_t{0xa5});
    for (int i = 0; i < tape_step_values; ++i) step_values.push_back(dice.value());
    for (int i = 0; i < tape_parameters; ++i) {
      const bool each = parameters_per_neuron && dice.below(3) != 0;
      std::vector<double> values(each ? static_cast<std::size_t>(n) : 1);
      for (double& x : values) x = dice.value();
      binding.parameters.push_back(values);
    }
    for (int i = 0; i < tape_streams; ++i) binding.streams.push_back(base::Stream{dice.bits()});
  }
};

}  // namespace hillock::test
