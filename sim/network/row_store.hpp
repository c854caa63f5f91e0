// What rows of synapses have in common, however they are laid out: who has one, its weight, and the spikes
// that are on their way along it.
#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"
#include "network/large_array.hpp"
#include "network/lists.hpp"
#include "network/row_words.hpp"
#include "network/synapses.hpp"

namespace hillock::network {

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
  // While nothing is on its way.
  static std::size_t bytes_for(std::int64_t most_delay) {
    return (static_cast<std::size_t>(most_delay) + 1) * Lists<RowPart>::bytes_of_list();
  }

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

// `Own` is the class of a layout, with
//   go_on(part, due): from a part of a row to the next one, and from when it is due to when that is; whether
//     there is one
//   synapses_in(part): that are due with it
//   fetch(part): prefetches what visit() reads
//   visit(part, step, weight, sums): what is due of a row at this step; what is due later is copied ahead or
//     put off
template <class Format, class Own>
class RowStore : public Synapses {
 public:
  void send(std::span<const std::uint32_t> sources, std::int64_t step, std::int64_t now) override {
    constexpr std::size_t ahead = 8;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (i + ahead < sources.size() && has_row(sources[i + ahead]))
        __builtin_prefetch(&row(sources[i + ahead]));
      if (!has_row(sources[i])) continue;
      const Row& row = this->row(sources[i]);
      if (row.count == 0) continue;
      RowPart part{row.first, row.count};
      std::int64_t due = step + row.delay;
      bool any = true;
      while (any && due <= now) any = own().go_on(part, due);  // where a run goes on from what had been sent
      if (any) calendar_.add(part, due);
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

 protected:
  using Word = typename Format::Word;
  struct Row {
    std::uint32_t first, count, delay;  // of its first part
  };
  static_assert(sizeof(Row) == row_bytes);
  static constexpr std::uint32_t no_place = std::numeric_limits<std::uint32_t>::max();

  explicit RowStore(SynapsesPlan& plan)
      : first_source_(plan.first_source),
        end_source_(plan.end_source),
        targets_(plan.targets),
        weights_(std::move(plan.weights)),
        in_degrees_(static_cast<std::size_t>(targets_), 0),
        rows_(end_source_ - first_source_),
        calendar_(plan.delays.back()),
        steps_ahead_(static_cast<std::int64_t>(
            std::bit_ceil(std::min<std::size_t>(calendar_.steps(), most_steps_ahead)))) {}

  bool has_row(std::uint32_t source) const { return source >= first_source_ && source < end_source_; }
  Row& row(std::uint32_t source) { return rows_[source - first_source_]; }
  const Row& row(std::uint32_t source) const { return rows_[source - first_source_]; }

  // Places are counted in 32 bits.
  void check_places(std::size_t words) const {
    if (words >= no_place)
      throw base::ResourceError(
          "a block of neurons has too many synapses at one receptor: " + std::to_string(synapses_) +
          ", which take " + std::to_string(words) + " places, and " + std::to_string(no_place - 1) +
          " can be counted; take more threads, so that there are more blocks");
  }

  // From now on what is due soon can be copied.
  void allow_copies() {
    for (std::size_t i = 0; i < weights_.count(); ++i)
      copies_.emplace_back(static_cast<std::size_t>(steps_ahead_));
  }
  std::size_t place_of_copies(std::int64_t step) const {
    return static_cast<std::size_t>(step & (steps_ahead_ - 1));
  }
  // How many of the words of a row, on average, are due while copies can be made.
  std::size_t words_ahead(std::size_t words) const {
    const std::size_t steps = calendar_.steps();
    return words / std::max<std::size_t>(1, rows_.size()) *
           std::min(static_cast<std::size_t>(steps_ahead_), steps) / steps;
  }

  void find_width_of_sums(std::int64_t most, std::int64_t spikes_in_a_step) {
    wide_sums_ = need_wide_sums(in_degrees_, most, spikes_in_a_step);
    in_degrees_ = {};
  }

  std::int64_t bytes_of_rows() const {
    std::size_t total = rows_.bytes() + calendar_.bytes();
    for (const Lists<Word>& copies : copies_) total += copies.bytes();
    return static_cast<std::int64_t>(total);
  }

  std::uint32_t first_source_, end_source_;
  std::int64_t targets_;
  RowWeights weights_;
  std::int64_t synapses_ = 0;
  std::vector<std::uint32_t> in_degrees_;  // while it is built
  LargeArray<Row> rows_;                   // [source - first_source_]; not initialised
  Calendar calendar_;
  std::int64_t steps_ahead_;  // a power of two
  // [of weights_], [step % steps_ahead_] of each: what comes later in a row than what is due, and soon.
  // Nothing: none are copied.
  std::vector<Lists<Word>> copies_;

 private:
  // The ends of more lists of copies would leave the nearer caches.
  static constexpr std::size_t most_steps_ahead = 512;

  Own& own() { return static_cast<Own&>(*this); }
  const Own& own() const { return static_cast<const Own&>(*this); }

  // Parts are fetched a few events ahead: they lie anywhere. Returns whether anything arrives.
  template <class Sum>
  bool deliver_to(Sum* const sums, std::int64_t step) {
    constexpr std::size_t ahead = 10;
    const std::span<const RowPart> parts = calendar_.take(step);
    const std::size_t list = place_of_copies(step);
    std::size_t arriving = 0;
    for (const RowPart& part : parts) arriving += own().synapses_in(part);
    for (const Lists<Word>& copies : copies_) arriving += copies.size(list);
    touched_ = touch_sums(sums, targets_, arriving);
    for (std::size_t k = 0; k < std::min(ahead, parts.size()); ++k) own().fetch(parts[k]);
    for (std::size_t k = 0; k < parts.size(); ++k) {
      if (k + ahead < parts.size()) own().fetch(parts[k + ahead]);
      own().visit(parts[k], step, weights_.at(parts[k].first), sums);
    }
    for (std::size_t weight = 0; weight < copies_.size(); ++weight) {
      const std::int32_t of_row = weights_.quanta(weight);
      copies_[weight].each(
          list, [&](const Word* at, std::size_t count) { add_words<Format>(at, count, of_row, sums); });
      copies_[weight].clear(list);
    }
    return arriving > 0;
  }

  std::int64_t touched_ = 0;  // what has been loaded must be of use
  bool wide_sums_ = false;
};

// By how often delays repeat in a row: see RowLayout.
std::unique_ptr<Synapses> make_segment_rows(SynapsesPlan plan);
std::unique_ptr<Synapses> make_pair_rows(SynapsesPlan plan);

}  // namespace hillock::network
