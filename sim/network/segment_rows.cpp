// Rows in which delays repeat: segments of the synapses of one delay.
#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "network/row_store.hpp"

namespace hillock::network {

namespace {

// A word of a row is a synapse. The synapses of a segment are followed by a header of the next segment: how
// many synapses it has, and in the upper half how many steps later it is due (0: there is none). More than
// half a header counts have one of their own behind it, and 0 in its place.
template <class Format>
using HeaderOf = std::conditional_t<sizeof(typename Format::Word) == 8, std::uint64_t, std::uint32_t>;

template <class Format>
class SegmentRows final : public RowStore<Format, SegmentRows<Format>> {
  friend RowStore<Format, SegmentRows<Format>>;
  using Base = RowStore<Format, SegmentRows<Format>>;
  using Base::calendar_, Base::copies_, Base::end_source_, Base::first_source_, Base::in_degrees_,
      Base::rows_, Base::steps_ahead_, Base::synapses_, Base::weights_, Base::no_place;
  using typename Base::Row;
  using typename Base::Word;
  using Header = HeaderOf<Format>;
  static constexpr std::uint32_t header = sizeof(Header) / sizeof(Word);  // words
  static constexpr int half = sizeof(Header) * 4;                         // bits

 public:
  explicit SegmentRows(SynapsesPlan plan)
      : Base(plan),
        delays_(std::move(plan.delays)),
        place_of_(static_cast<std::size_t>(delays_.back()) + 1, 0) {
    for (std::size_t i = 0; i < delays_.size(); ++i)
      place_of_[static_cast<std::size_t>(delays_[i])] = static_cast<std::uint32_t>(i);
    cursors_ = LargeArray<std::uint32_t>(rows_.size() * delays_.size());
    if (cursors_.size() > 0) std::memset(cursors_.data(), 0, cursors_.bytes());
  }

  void count(std::span<const Synapse> synapses) override {
    find_cells(synapses);
    for (std::size_t i = 0; i < synapses.size(); ++i) {
      ++cursors_[cells_[i]];
      ++in_degrees_[synapses[i].target];
    }
    synapses_ += std::ssize(synapses);
  }

  // From the number of synapses of each source and delay to the place of the first of them.
  void lay_out() override {
    const auto synapses = static_cast<std::size_t>(synapses_);
    std::size_t words = synapses, segments = 0;
    for (std::size_t i = 0; i < cursors_.size(); ++i) {
      if (cursors_[i] == 0) continue;
      words += cursors_[i] > most_counted ? 2 * header : header;
      ++segments;
    }
    this->check_places(words);
    words_ = LargeArray<Word>(words + most_copied);  // which are copied four at a time
    std::uint32_t next = 0;
    for (std::uint32_t source = first_source_; source < end_source_; ++source) {
      weights_.begin_row(source, next);
      next = lay_out_row(source, next);
    }
    // Of rows of short segments, all that are copied are read at once.
    if (segments > 0 && synapses / segments < most_copied) {
      words_ahead_ = std::clamp(this->words_ahead(words), line, 16 * line);
      this->allow_copies();
    }
  }

  void put(std::span<const Synapse> synapses) override {
    find_cells(synapses);
    for (std::size_t i = 0; i < synapses.size(); ++i) {
      cells_[i] = cursors_[cells_[i]]++;
      __builtin_prefetch(&words_[cells_[i]], 1);
    }
    for (std::size_t i = 0; i < synapses.size(); ++i)
      words_[cells_[i]] = Format::pack(synapses[i].target, synapses[i].quanta);
  }

  void finish(std::int64_t most, std::int64_t spikes_in_a_step) override {
    cursors_ = {};
    place_of_ = {};
    this->find_width_of_sums(most, spikes_in_a_step);
    cells_ = {};
  }

  std::int64_t bytes() const override {
    return this->bytes_of_rows() + static_cast<std::int64_t>(words_.bytes() + cursors_.bytes());
  }

 private:
  static constexpr Header most_counted = (Header{1} << half) - 1;
  static constexpr std::uint32_t most_copied = Lists<Word>::most_at_once;  // synapses of a segment
  static constexpr std::size_t line = 64 / sizeof(Word);

  Header header_at(std::uint32_t at) const {
    Header found;
    std::memcpy(&found, &words_[at], sizeof found);
    return found;
  }
  void put_header(std::uint32_t at, Header value) { std::memcpy(&words_[at], &value, sizeof value); }

  static std::uint32_t synapses_in(const RowPart& segment) { return segment.count; }
  bool go_on(RowPart& segment, std::int64_t& due) const {
    std::uint32_t at = segment.first + segment.count;
    const Header next = header_at(at);
    if (next == 0) return false;
    at += header;
    auto count = static_cast<std::uint32_t>(next & most_counted);
    if (count == 0) {
      count = static_cast<std::uint32_t>(header_at(at));
      at += header;
    }
    segment = {at, count};
    due += static_cast<std::int64_t>(next >> half);
    return true;
  }

  // Where the cursors of some synapses stand. They lie anywhere, so they are fetched ahead.
  void find_cells(std::span<const Synapse> synapses) {
    cells_.resize(synapses.size());
    for (std::size_t i = 0; i < synapses.size(); ++i) {
      cells_[i] = (synapses[i].source - first_source_) * delays_.size() +
                  place_of_[static_cast<std::size_t>(synapses[i].delay)];
      __builtin_prefetch(&cursors_[cells_[i]], 1);
    }
  }

  // Returns the place behind the row.
  std::uint32_t lay_out_row(std::uint32_t source, std::uint32_t next) {
    std::uint32_t* const counts = cursors_.data() + (source - first_source_) * delays_.size();
    Row& row = this->row(source) = {};
    std::uint32_t last = no_place;  // the header of the next segment
    std::int32_t last_delay = 0;
    for (std::size_t i = 0; i < delays_.size(); ++i) {
      const std::uint32_t count = counts[i];
      const std::int32_t delay = delays_[i];
      if (count == 0) continue;
      if (last == no_place) {
        row = {next, count, static_cast<std::uint32_t>(delay)};
      } else {
        const bool fits = count <= most_counted;
        put_header(last, static_cast<Header>(delay - last_delay) << half | (fits ? count : 0));
        if (!fits) put_header(std::exchange(next, next + header), count);
      }
      counts[i] = next;
      last = next + count;
      put_header(last, 0);
      last_delay = delay;
      next = last + header;
    }
    return next;
  }

  bool copies_from(const RowPart& segment) const { return words_ahead_ > 0 && segment.count <= most_copied; }

  // In rows of short segments, those that are due soon are copied to these steps: to come back for each would
  // cost more, since a row lies anywhere in memory.
  template <class Sum>
  void visit(RowPart segment, std::int64_t step, std::size_t weight, Sum* sums) {
    add_words<Format>(&words_[segment.first], segment.count, weights_.quanta(weight), sums);
    std::int64_t due = step;
    while (go_on(segment, due)) {
      if (!copies_from(segment) || due >= step + steps_ahead_) return calendar_.add(segment, due);
      copies_[weight].add(this->place_of_copies(due), &words_[segment.first], segment.count);
    }
  }

  // Inlined, since GCC takes a function that only prefetches for one without effect, and leaves out its
  // calls.
  [[gnu::always_inline]] void fetch(const RowPart& segment) const {
    const Word* const first = words_.data() + segment.first;
    const Word* const last = first + std::max<std::size_t>(segment.count + header, words_ahead_);
    for (const Word* at = first; at < last + line - 1; at += line) __builtin_prefetch(at);
  }

  std::vector<std::int32_t> delays_;
  std::vector<std::uint32_t> place_of_;  // of a delay; while it is built
  LargeArray<std::uint32_t> cursors_;    // [source - first_source_, delay]; while it is built
  std::vector<std::size_t> cells_;       // of the synapses at hand
  LargeArray<Word> words_;
  std::size_t words_ahead_ = 0;  // that are read of a row at once, at least
};

}  // namespace

std::unique_ptr<Synapses> make_segment_rows(SynapsesPlan plan) {
  if (plan.format == RowFormat::constant) return std::make_unique<SegmentRows<ConstantWord>>(std::move(plan));
  if (plan.format == RowFormat::narrow) return std::make_unique<SegmentRows<NarrowWord>>(std::move(plan));
  return std::make_unique<SegmentRows<WideWord>>(std::move(plan));
}

int bytes_of_header(RowFormat format) {
  return format == RowFormat::constant ? sizeof(HeaderOf<ConstantWord>)
         : format == RowFormat::narrow ? sizeof(HeaderOf<NarrowWord>)
                                       : sizeof(HeaderOf<WideWord>);
}

}  // namespace hillock::network
