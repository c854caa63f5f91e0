// Draws from Philox over a set of operations (see base/functions.hpp), as base/random.hpp defines them.
#pragma once
#include <cstdint>

namespace hillock::program {

// What the two words of a key grow by from round to round.
constexpr std::uint32_t key_growth[2] = {0x9E3779B9, 0xBB67AE85};

// The same key for all lanes.
template <class O>
struct SharedKey {
  explicit SharedKey(std::uint64_t key)
      : low_(static_cast<std::uint32_t>(key)), high_(static_cast<std::uint32_t>(key >> 32)) {}
  typename O::Bits low() const { return O::set_bits(low_); }
  typename O::Bits high() const { return O::set_bits(high_); }
  void grow() {
    low_ += key_growth[0];
    high_ += key_growth[1];
  }

 private:
  std::uint32_t low_, high_;
};

// A key for each lane. Only the lower halves of its words count.
template <class O>
struct LaneKeys {
  explicit LaneKeys(typename O::Bits key) : low_(key), high_(O::template shift_right<32>(key)) {}
  typename O::Bits low() const { return low_; }
  typename O::Bits high() const { return high_; }
  void grow() {
    low_ = O::add_bits(low_, O::set_bits(key_growth[0]));
    high_ = O::add_bits(high_, O::set_bits(key_growth[1]));
  }

 private:
  typename O::Bits low_, high_;
};

// The words of a block per lane, in the lower halves; what stands above is anything.
template <class O>
struct PhiloxBlock {
  typename O::Bits c0, c1, c2, c3;
};

// Philox 4x32-10 with one block per lane. O has multiply_words(Bits, Bits) too: 32 x 32 -> 64 bits of the
// lower halves. Only the lower halves of the step's words count.
template <class O, class Key>
PhiloxBlock<O> philox(typename O::Bits index, typename O::Bits step_low, typename O::Bits step_high,
                      Key key) {
  using Bits = typename O::Bits;
  Bits c0 = index, c1 = O::template shift_right<32>(index);
  Bits c2 = step_low, c3 = step_high;
  for (int round = 0; round < 10; ++round) {
    const Bits product_0 = O::multiply_words(c0, O::set_bits(0xD2511F53));
    const Bits product_1 = O::multiply_words(c2, O::set_bits(0xCD9E8D57));
    c0 = O::xor_bits(O::xor_bits(O::template shift_right<32>(product_1), c1), key.low());
    c2 = O::xor_bits(O::xor_bits(O::template shift_right<32>(product_0), c3), key.high());
    c1 = product_1;
    c3 = product_0;
    key.grow();
  }
  return {c0, c1, c2, c3};
}

// A uniform draw in (0, 1) of each lane's block: its half `lane`.
template <class O, int lane, class Key>
typename O::Number uniform(typename O::Bits index, typename O::Bits step_low, typename O::Bits step_high,
                           Key key) {
  using Bits = typename O::Bits;
  const auto [c0, c1, c2, c3] = philox<O>(index, step_low, step_high, key);
  const Bits low = O::and_bits(lane == 0 ? c0 : c2, O::set_bits(0xffffffff));
  const Bits bits = O::or_bits(low, O::template shift_left<32>(lane == 0 ? c1 : c3));
  // The upper 52 bits as a number: put below the exponent of 2^52.
  const Bits raised = O::or_bits(O::template shift_right<12>(bits), O::set_bits(0x4330000000000000));
  const typename O::Number whole = O::subtract(O::number(raised), O::set(0x1p52));
  return O::multiply(O::add(whole, O::set(0.5)), O::set(0x1p-52));
}

}  // namespace hillock::program
