// Rows in which delays hardly repeat: each synapse with its delay, in order of delay.
#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <utility>

#include "base/diagnostics.hpp"
#include "network/large_array.hpp"
#include "network/row_words.hpp"

namespace hillock::network {

namespace {

// A spike comes back to its row every few hundred steps: what is due until then is copied to lists of these
// steps. To come back for each synapse would cost more, since a row lies anywhere in memory.
template <class Format>
class PairRows final : public Synapses {
  using Word = typename Format::Word;

 public:
  explicit PairRows(SynapsesPlan plan)
      : first_source_(plan.first_source),
        end_source_(plan.end_source),
        targets_(plan.targets),
        weights_(std::move(plan.weights)),
        in_degrees_(static_cast<std::size_t>(targets_), 0),
        rows_(end_source_ - first_source_),
        calendar_(plan.delays.back()),
        steps_ahead_(std::bit_ceil(std::min<std::uint64_t>(calendar_.steps(), most_ahead))) {
    for (std::size_t i = 0; i < weights_.count(); ++i) copies_.emplace_back(steps_ahead_);
    for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i] = {};
  }

  void count(std::span<const Synapse> synapses) override {
    for (const Synapse& synapse : synapses) {
      ++rows_[synapse.source - first_source_].count;
      ++in_degrees_[synapse.target];
    }
    synapses_ += std::ssize(synapses);
  }

  void lay_out() override {
    if (synapses_ >= std::numeric_limits<std::uint32_t>::max())
      throw base::ResourceError(
          "a block of neurons has too many synapses at one receptor: " + std::to_string(synapses_) +
          ", and " + std::to_string(std::numeric_limits<std::uint32_t>::max() - 1) +
          " can be counted; take more threads, so that there are more blocks");
    pairs_ = LargeArray<Pair>(static_cast<std::size_t>(synapses_));
    std::uint32_t next = 0;
    for (std::uint32_t source = first_source_; source < end_source_; ++source) {
      Row& row = rows_[source - first_source_];
      row.first = next;
      weights_.begin_row(source, next);
      next += std::exchange(row.count, 0);
    }
    const std::size_t in_a_row = static_cast<std::size_t>(synapses_) / std::max<std::size_t>(1, rows_.size()),
                      steps = calendar_.steps();
    pairs_ahead_ =
        std::min<std::size_t>(in_a_row * std::min<std::size_t>(steps_ahead_, steps) / steps, 16 * line);
  }

  void put(std::span<const Synapse> synapses) override {
    for (const Synapse& synapse : synapses) {
      Row& row = rows_[synapse.source - first_source_];
      pairs_[row.first + row.count++] = {Format::pack(synapse.target, synapse.quanta),
                                         static_cast<Word>(synapse.delay)};
    }
  }

  void finish(std::int64_t most, std::int64_t spikes_in_a_step) override {
    wide_sums_ = need_wide_sums(in_degrees_, most, spikes_in_a_step);
    in_degrees_ = {};
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      Row& row = rows_[i];
      std::sort(&pairs_[row.first], &pairs_[row.first] + row.count,
                [](const Pair& one, const Pair& other) { return one.delay < other.delay; });
      if (row.count > 0) row.delay = static_cast<std::uint32_t>(pairs_[row.first].delay);
    }
  }

  void send(std::span<const std::uint32_t> sources, std::int64_t step, std::int64_t now) override {
    constexpr std::size_t ahead = 8;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (i + ahead < sources.size() && has_row(sources[i + ahead]))
        __builtin_prefetch(&row(sources[i + ahead]));
      if (!has_row(sources[i])) continue;
      RowPart part{row(sources[i]).first, row(sources[i]).count};
      std::int64_t due = step + row(sources[i]).delay;
      while (part.count > 0 && due <= now) {  // where a run goes on from what had been sent
        part = {part.first + 1, part.count - 1};
        if (part.count > 0) due = step + static_cast<std::int64_t>(pairs_[part.first].delay);
      }
      if (part.count > 0) calendar_.add(part, due);
    }
  }

  bool deliver(std::int64_t step, Sums& sums) override {
    return sums.wide() ? deliver_to(sums.at<std::int64_t>(), step)
                       : deliver_to(sums.at<std::int32_t>(), step);
  }
  bool needs_wide_sums() const override { return wide_sums_; }

  void forget() override {
    calendar_.clear();
    for (Lists<Word>& copies : copies_) copies.clear();
  }

  std::int64_t synapses() const override { return synapses_; }

  std::int64_t bytes() const override {
    std::size_t total = pairs_.bytes() + rows_.bytes() + calendar_.bytes();
    for (const Lists<Word>& copies : copies_) total += copies.bytes();
    return static_cast<std::int64_t>(total);
  }

  std::vector<Synapse> of_source(std::uint32_t source) const override {
    std::vector<Synapse> all;
    if (!has_row(source)) return all;
    const std::int32_t of_row = weights_.quanta(weights_.at(row(source).first));
    for (std::uint32_t i = 0; i < row(source).count; ++i) {
      const Pair& pair = pairs_[row(source).first + i];
      all.push_back({source, Format::target(pair.synapse), static_cast<std::int32_t>(pair.delay),
                     quanta_of<Format>(pair.synapse, of_row)});
    }
    return all;
  }

 private:
  struct Pair {
    Word synapse, delay;  // steps
  };
  struct Row {
    std::uint32_t first, count, delay;  // of its first synapse
  };
  static_assert(sizeof(Row) == row_bytes);
  // The ends of more lists would leave the nearer caches.
  static constexpr std::uint64_t most_ahead = 512;
  static constexpr std::size_t line = 64 / sizeof(Pair);

  bool has_row(std::uint32_t source) const { return source >= first_source_ && source < end_source_; }
  const Row& row(std::uint32_t source) const { return rows_[source - first_source_]; }

  // Inlined, since GCC takes a function that only prefetches for one without effect, and leaves out its
  // calls.
  [[gnu::always_inline]] void fetch(const RowPart& part) const {
    const Pair* const first = pairs_.data() + part.first;
    const Pair* const last = first + std::min<std::size_t>(part.count, pairs_ahead_);
    for (const Pair* at = first; at < last + line; at += line) __builtin_prefetch(at);
  }

  // Copies what is due soon to the lists of these steps, and puts off the rest.
  void go_on(const RowPart& part, std::int64_t step) {
    const Pair* at = pairs_.data() + part.first;
    const Pair* const end = at + part.count;
    const std::int64_t sent = step - static_cast<std::int64_t>(at->delay);
    const std::uint64_t behind = static_cast<std::uint64_t>(at->delay) + steps_ahead_;
    const std::uint64_t mask = steps_ahead_ - 1;
    Lists<Word>& copies = copies_[weights_.at(part.first)];
    for (; at < end && at->delay < behind; ++at)
      copies.add((static_cast<std::uint64_t>(sent) + at->delay) & mask, at->synapse);
    if (at < end)
      calendar_.add({static_cast<std::uint32_t>(at - pairs_.data()), static_cast<std::uint32_t>(end - at)},
                    sent + static_cast<std::int64_t>(at->delay));
  }

  template <class Sum>
  bool deliver_to(Sum* const sums, std::int64_t step) {
    constexpr std::size_t ahead = 10;
    const std::span<const RowPart> parts = calendar_.take(step);
    for (std::size_t k = 0; k < std::min(ahead, parts.size()); ++k) fetch(parts[k]);
    for (std::size_t k = 0; k < parts.size(); ++k) {
      if (k + ahead < parts.size()) fetch(parts[k + ahead]);
      go_on(parts[k], step);
    }
    const std::size_t list = static_cast<std::size_t>(step) & (steps_ahead_ - 1);
    std::size_t arriving = 0;
    for (const Lists<Word>& copies : copies_) arriving += copies.size(list);
    touched_ = touch_sums(sums, targets_, arriving);
    for (std::size_t weight = 0; weight < copies_.size(); ++weight) {
      const std::int32_t of_row = weights_.quanta(weight);
      copies_[weight].each(
          list, [&](const Word* at, std::size_t count) { add_words<Format>(at, count, of_row, sums); });
      copies_[weight].clear(list);
    }
    return arriving > 0;
  }

  std::uint32_t first_source_, end_source_;
  std::int64_t targets_;
  RowWeights weights_;
  std::int64_t synapses_ = 0;
  std::vector<std::uint32_t> in_degrees_;  // while it is built
  LargeArray<Row> rows_;                   // [source - first_source_]
  LargeArray<Pair> pairs_;
  std::size_t pairs_ahead_ = 0;  // that are read of a row at once
  std::int64_t touched_ = 0;     // what has been loaded must be of use
  Calendar calendar_;
  std::uint64_t steps_ahead_;        // a power of two
  std::vector<Lists<Word>> copies_;  // [of weights_], [step % steps_ahead_] of each
  bool wide_sums_ = false;
};

}  // namespace

std::unique_ptr<Synapses> make_pair_rows(SynapsesPlan plan) {
  if (plan.format == RowFormat::constant) return std::make_unique<PairRows<ConstantWord>>(std::move(plan));
  if (plan.format == RowFormat::narrow) return std::make_unique<PairRows<NarrowWord>>(std::move(plan));
  return std::make_unique<PairRows<WideWord>>(std::move(plan));
}

}  // namespace hillock::network
