// Draws from Philox over a set of operations (see base/functions.hpp), as base/random.hpp defines them.
#pragma once
#include <cstdint>

namespace hillock::program {

// Philox 4x32-10 with one block per lane; a uniform draw in (0, 1) of its half `lane`. O has
// multiply_words(Bits, Bits) too: 32 x 32 -> 64 bits of the lower halves. Only the lower halves of the step's
// words count.
template <class O, int lane>
typename O::Number uniform(typename O::Bits index, typename O::Bits step_low, typename O::Bits step_high,
                           std::uint64_t key) {
  using Bits = typename O::Bits;
  Bits c0 = index, c1 = O::template shift_right<32>(index);
  Bits c2 = step_low, c3 = step_high;
  std::uint32_t key_0 = static_cast<std::uint32_t>(key), key_1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    // Only the lower halves of the words count; what stands above is cut at the end.
    const Bits product_0 = O::multiply_words(c0, O::set_bits(0xD2511F53));
    const Bits product_1 = O::multiply_words(c2, O::set_bits(0xCD9E8D57));
    c0 = O::xor_bits(O::xor_bits(O::template shift_right<32>(product_1), c1), O::set_bits(key_0));
    c2 = O::xor_bits(O::xor_bits(O::template shift_right<32>(product_0), c3), O::set_bits(key_1));
    c1 = product_1;
    c3 = product_0;
    key_0 += 0x9E3779B9U;
    key_1 += 0xBB67AE85U;
  }
  const Bits low = O::and_bits(lane == 0 ? c0 : c2, O::set_bits(0xffffffff));
  const Bits bits = O::or_bits(low, O::template shift_left<32>(lane == 0 ? c1 : c3));
  // The upper 52 bits as a number: put below the exponent of 2^52.
  const Bits raised = O::or_bits(O::template shift_right<12>(bits), O::set_bits(0x4330000000000000));
  const typename O::Number whole = O::subtract(O::number(raised), O::set(0x1p52));
  return O::multiply(O::add(whole, O::set(0.5)), O::set(0x1p-52));
}

}  // namespace hillock::program
