// Rows in which delays hardly repeat: each synapse with its delay, in order of delay.
#include <algorithm>
#include <limits>
#include <utility>

#include "network/row_store.hpp"

namespace hillock::network {

namespace {

// A spike comes back to its row every few hundred steps: what is due until then is copied to lists of these
// steps. To come back for each synapse would cost more, since a row lies anywhere in memory.
template <class Format>
class PairRows final : public RowStore<Format, PairRows<Format>> {
  friend RowStore<Format, PairRows<Format>>;
  using Base = RowStore<Format, PairRows<Format>>;
  using Base::calendar_, Base::copies_, Base::end_source_, Base::first_source_, Base::in_degrees_,
      Base::rows_, Base::steps_ahead_, Base::synapses_, Base::weights_;
  using typename Base::Row;
  using typename Base::Word;

 public:
  explicit PairRows(SynapsesPlan plan) : Base(plan) {
    for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i] = {};
  }

  void count(std::span<const Synapse> synapses) override {
    for (const Synapse& synapse : synapses) {
      ++this->row(synapse.source).count;
      ++in_degrees_[synapse.target];
    }
    synapses_ += std::ssize(synapses);
  }

  void lay_out() override {
    this->check_places(static_cast<std::size_t>(synapses_));
    pairs_ = LargeArray<Pair>(static_cast<std::size_t>(synapses_));
    std::uint32_t next = 0;
    for (std::uint32_t source = first_source_; source < end_source_; ++source) {
      Row& row = this->row(source);
      row.first = next;
      weights_.begin_row(source, next);
      next += std::exchange(row.count, 0);
    }
    pairs_ahead_ = std::min(this->words_ahead(static_cast<std::size_t>(synapses_)), 16 * line);
    this->allow_copies();
  }

  void put(std::span<const Synapse> synapses) override {
    for (const Synapse& synapse : synapses) {
      Row& row = this->row(synapse.source);
      pairs_[row.first + row.count++] = {Format::pack(synapse.target, synapse.quanta),
                                         static_cast<Word>(synapse.delay)};
    }
  }

  void finish(std::int64_t most, std::int64_t spikes_in_a_step) override {
    this->find_width_of_sums(most, spikes_in_a_step);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      Row& row = rows_[i];
      Pair* const first = pairs_.data() + row.first;
      std::sort(first, first + row.count,
                [](const Pair& one, const Pair& other) { return one.delay < other.delay; });
      if (row.count > 0) row.delay = static_cast<std::uint32_t>(first->delay);
    }
  }

  std::int64_t bytes() const override {
    return this->bytes_of_rows() + static_cast<std::int64_t>(pairs_.bytes());
  }

 private:
  struct Pair {
    Word synapse, delay;  // steps
  };
  static_assert(longest_delay <= std::numeric_limits<decltype(Pair::delay)>::max());
  static constexpr std::size_t line = 64 / sizeof(Pair);

  // A part is one synapse and what is left of its row.
  static std::uint32_t synapses_in(const RowPart&) { return 1; }
  bool go_on(RowPart& part, std::int64_t& due) const {
    if (part.count == 1) return false;
    due += static_cast<std::int64_t>(pairs_[part.first + 1].delay - pairs_[part.first].delay);
    part = {part.first + 1, part.count - 1};
    return true;
  }

  // Inlined, since GCC takes a function that only prefetches for one without effect, and leaves out its
  // calls.
  [[gnu::always_inline]] void fetch(const RowPart& part) const {
    const Pair* const first = pairs_.data() + part.first;
    const Pair* const last = first + std::min<std::size_t>(part.count, pairs_ahead_);
    for (const Pair* at = first; at < last + line; at += line) __builtin_prefetch(at);
  }

  // What is due at this step is copied, too: the list of it is read after all visits.
  template <class Sum>
  void visit(const RowPart& part, std::int64_t step, std::size_t weight, Sum*) {
    const Pair* at = pairs_.data() + part.first;
    const Pair* const end = at + part.count;
    const std::int64_t sent = step - static_cast<std::int64_t>(at->delay);
    const std::uint64_t behind =
        static_cast<std::uint64_t>(at->delay) + static_cast<std::uint64_t>(steps_ahead_);
    Lists<Word>& copies = copies_[weight];
    for (; at < end && at->delay < behind; ++at)
      copies.add(this->place_of_copies(sent + static_cast<std::int64_t>(at->delay)), at->synapse);
    if (at < end)
      calendar_.add({static_cast<std::uint32_t>(at - pairs_.data()), static_cast<std::uint32_t>(end - at)},
                    sent + static_cast<std::int64_t>(at->delay));
  }

  LargeArray<Pair> pairs_;
  std::size_t pairs_ahead_ = 0;  // that are read of a row at once
};

}  // namespace

std::unique_ptr<Synapses> make_pair_rows(SynapsesPlan plan) {
  if (plan.format == RowFormat::constant) return std::make_unique<PairRows<ConstantWord>>(std::move(plan));
  if (plan.format == RowFormat::narrow) return std::make_unique<PairRows<NarrowWord>>(std::move(plan));
  return std::make_unique<PairRows<WideWord>>(std::move(plan));
}

}  // namespace hillock::network
