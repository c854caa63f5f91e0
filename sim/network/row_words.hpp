// Synapses in words of 2, 4 or 8 bytes.
#pragma once
#include <cstddef>
#include <cstdint>

namespace hillock::network {

// A synapse in 2 bytes: words do not weigh, rows do.
struct ConstantWord {
  using Word = std::uint16_t;
  static constexpr bool weighs = false;
  static Word pack(std::uint32_t target, std::int32_t) { return static_cast<Word>(target); }
  static std::uint32_t target(Word word) { return word; }
};

struct NarrowWord {
  using Word = std::uint32_t;
  static constexpr bool weighs = true;
  static Word pack(std::uint32_t target, std::int32_t quanta) {
    return target | static_cast<Word>(quanta) << 16;
  }
  static std::uint32_t target(Word word) { return word & 0xffff; }
  static std::int32_t quanta(Word word) { return static_cast<std::int32_t>(word) >> 16; }
};

struct WideWord {
  using Word = std::uint64_t;
  static constexpr bool weighs = true;
  static Word pack(std::uint32_t target, std::int32_t quanta) {
    return target | static_cast<Word>(static_cast<std::uint32_t>(quanta)) << 32;
  }
  static std::uint32_t target(Word word) { return static_cast<std::uint32_t>(word); }
  static std::int32_t quanta(Word word) { return static_cast<std::int32_t>(word >> 32); }
};

template <class Format>
std::int32_t quanta_of(typename Format::Word word, std::int32_t of_row) {
  if constexpr (Format::weighs) return Format::quanta(word);
  return of_row;
}

// Adds words to sums. Four loads come before four sums, since the compiler must take it that they may be the
// same memory.
template <class Format, class Sum>
void add_words(const typename Format::Word* at, std::size_t count, std::int32_t of_row, Sum* sums) {
  using Word = typename Format::Word;
  const auto add_one = [=](Word word) { sums[Format::target(word)] += quanta_of<Format>(word, of_row); };
  const Word* const end = at + count;
  for (; end - at >= 4; at += 4) {
    const Word a = at[0], b = at[1], c = at[2], d = at[3];
    add_one(a), add_one(b), add_one(c), add_one(d);
  }
  for (; at < end; ++at) add_one(*at);
}

}  // namespace hillock::network
