// What rows of synapses are made of: words of 2, 4 or 8 bytes, weights of whole rows, and a calendar.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "network/lists.hpp"
#include "network/synapses.hpp"

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

// Of constant format: which weight a row has, by its place. Of others: one, 0.
class RowWeights {
 public:
  explicit RowWeights(std::vector<WeightOfSources> weights) : weights_(std::move(weights)) {}
  // Sources in ascending order, each with the place where its row begins.
  void begin_row(std::uint32_t source, std::uint32_t place) {
    if (placed_ < weights_.size() && weights_[placed_].first == source) weights_[placed_++].first = place;
  }
  std::size_t count() const { return weights_.empty() ? 1 : weights_.size(); }
  std::size_t at(std::uint32_t place) const {
    std::size_t found = count() - 1;
    while (found > 0 && weights_[found].first > place) --found;
    return found;
  }
  std::int32_t quanta(std::size_t weight) const { return weights_.empty() ? 0 : weights_[weight].quanta; }

 private:
  std::vector<WeightOfSources> weights_;  // `first` is a place, of the first `placed_`
  std::size_t placed_ = 0;
};

// A part of a row, by the places of its words.
struct RowPart {
  std::uint32_t first = 0, count = 0;
};

// Which parts of rows are due at each step.
class Calendar {
 public:
  explicit Calendar(std::int64_t most_delay) : lists_(static_cast<std::size_t>(most_delay) + 1) {}
  void add(RowPart part, std::int64_t due) { lists_.add(place(due), part); }
  // Those of a step, which are gone then. Valid until the next call.
  std::span<const RowPart> take(std::int64_t step) {
    taken_.clear();
    lists_.each(place(step), [&](const RowPart* parts, std::size_t count) {
      taken_.insert(taken_.end(), parts, parts + count);
    });
    lists_.clear(place(step));
    return taken_;
  }
  void clear() { lists_.clear(); }
  std::size_t steps() const { return lists_.count(); }
  std::size_t bytes() const { return lists_.bytes(); }

 private:
  std::size_t place(std::int64_t step) const { return static_cast<std::size_t>(step) % lists_.count(); }
  Lists<RowPart> lists_;
  std::vector<RowPart> taken_;
};

// Between steps, sums have left the nearer caches. Where most lines of them are needed, to read one after the
// other is several times faster than to wait for each. Returns what must be kept, or nothing is read.
template <class Sum>
std::int64_t touch_sums(const Sum* sums, std::int64_t targets, std::size_t synapses) {
  constexpr std::int64_t line = 64 / sizeof(Sum);
  Sum all = 0;
  if (synapses >= static_cast<std::uint64_t>(targets / line))
    for (std::int64_t i = 0; i < targets; i += line) all ^= sums[i];
  return all;
}

// Whether more may arrive at a neuron in one step than 32 bits hold, where a weight has at most so many
// quanta. Throws ResourceError where 64 would not do.
bool need_wide_sums(std::span<const std::uint32_t> in_degrees, std::int64_t most,
                    std::int64_t spikes_in_a_step);

// By how often delays repeat in a row: see RowLayout.
std::unique_ptr<Synapses> make_segment_rows(SynapsesPlan plan);
std::unique_ptr<Synapses> make_pair_rows(SynapsesPlan plan);

}  // namespace hillock::network
