// Rows in which delays repeat: segments of the synapses of one delay.
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "base/diagnostics.hpp"
#include "network/large_array.hpp"
#include "network/row_words.hpp"

namespace hillock::network {

namespace {

// A word of a row is a synapse. The synapses of a segment are followed by a header of the next segment: how
// many synapses it has, and in the upper half how many steps later it is due (0: there is none). More than
// half a header counts have one of their own behind it, and 0 in its place.
template <class Format>
using HeaderOf = std::conditional_t<sizeof(typename Format::Word) == 8, std::uint64_t, std::uint32_t>;

constexpr std::uint32_t no_row = std::numeric_limits<std::uint32_t>::max();

template <class Format>
class SegmentRows final : public Synapses {
  using Word = typename Format::Word;
  using Header = HeaderOf<Format>;
  static constexpr std::uint32_t header = sizeof(Header) / sizeof(Word);  // words
  static constexpr int half = sizeof(Header) * 4;                         // bits

 public:
  explicit SegmentRows(SynapsesPlan plan)
      : first_source_(plan.first_source),
        end_source_(plan.end_source),
        targets_(plan.targets),
        delays_(std::move(plan.delays)),
        weights_(std::move(plan.weights)),
        place_of_(static_cast<std::size_t>(delays_.back()) + 1, 0),
        in_degrees_(static_cast<std::size_t>(targets_), 0),
        rows_(end_source_ - first_source_),
        calendar_(delays_.back()),
        copies_steps_(std::bit_ceil(std::min<std::uint32_t>(delays_.back(), most_copied_before))) {
    static_assert(sizeof(Row) == row_bytes);
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
    if (words >= no_row)
      throw base::ResourceError(
          "a block of neurons has too many synapses at one receptor: " + std::to_string(synapses_) +
          ", which take " + std::to_string(words) + " words, and " + std::to_string(no_row - 1) +
          " can be counted; take more threads, so that there are more blocks");
    words_ = LargeArray<Word>(words + most_copied);  // which are copied four at a time
    std::uint32_t next = 0;
    for (std::uint32_t source = first_source_; source < end_source_; ++source) {
      weights_.begin_row(source, next);
      next = lay_out_row(source, next);
    }
    // Of rows of short segments, all that are copied are read at once.
    if (segments > 0 && synapses / segments < most_copied) {
      const std::size_t steps = calendar_.steps(), copied = static_cast<std::size_t>(copies_steps_);
      words_ahead_ = std::clamp(words / rows_.size() * std::min(copied, steps) / steps, line, 16 * line);
      for (std::size_t i = 0; i < weights_.count(); ++i) copies_.emplace_back(copied);
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
    wide_sums_ = need_wide_sums(in_degrees_, most, spikes_in_a_step);
    in_degrees_ = {};
    cells_ = {};
  }

  void send(std::span<const std::uint32_t> sources, std::int64_t step, std::int64_t now) override {
    constexpr std::size_t ahead = 8;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (i + ahead < sources.size() && has_row(sources[i + ahead]))
        __builtin_prefetch(&row(sources[i + ahead]));
      if (!has_row(sources[i])) continue;
      const Row& row = this->row(sources[i]);
      if (row.first == no_row) continue;
      RowPart segment{row.first, row.count};
      std::int64_t due = step + row.delay;
      bool any = true;
      while (any && due <= now) any = go_on(segment, due);  // where a run goes on from what had been sent
      if (any) calendar_.add(segment, due);
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
    std::size_t total = words_.bytes() + cursors_.bytes() + rows_.bytes() + calendar_.bytes();
    for (const Lists<Word>& copies : copies_) total += copies.bytes();
    return static_cast<std::int64_t>(total);
  }

  std::vector<Synapse> of_source(std::uint32_t source) const override {
    std::vector<Synapse> all;
    if (!has_row(source)) return all;
    const Row& row = this->row(source);
    if (row.first == no_row) return all;
    const std::int32_t of_row = weights_.quanta(weights_.at(row.first));
    RowPart segment{row.first, row.count};
    std::int64_t delay = row.delay;
    do {
      for (std::uint32_t i = segment.first; i < segment.first + segment.count; ++i)
        all.push_back({source, Format::target(words_[i]), static_cast<std::int32_t>(delay),
                       quanta_of<Format>(words_[i], of_row)});
    } while (go_on(segment, delay));
    return all;
  }

 private:
  struct Row {
    std::uint32_t first, count, delay;  // of its first segment
  };
  static constexpr Header most_counted = (Header{1} << half) - 1;
  static constexpr std::uint32_t most_copied = Lists<Word>::most_at_once;  // synapses of a segment
  // Steps before they are due: the ends of more copies would leave the nearer caches.
  static constexpr std::int64_t most_copied_before = 512;
  static constexpr std::size_t line = 64 / sizeof(Word);

  std::size_t copies_place(std::int64_t step) const {
    return static_cast<std::size_t>(step & (copies_steps_ - 1));
  }

  bool has_row(std::uint32_t source) const { return source >= first_source_ && source < end_source_; }
  const Row& row(std::uint32_t source) const { return rows_[source - first_source_]; }
  Header header_at(std::uint32_t at) const {
    Header found;
    std::memcpy(&found, &words_[at], sizeof found);
    return found;
  }
  void put_header(std::uint32_t at, Header value) { std::memcpy(&words_[at], &value, sizeof value); }

  // Goes from a segment to the next, and from when it is due to when that is. Returns whether there is one.
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
    Row& row = rows_[source - first_source_] = {no_row, 0, 0};
    std::uint32_t last = no_row;  // the header of the next segment
    std::int32_t last_delay = 0;
    for (std::size_t i = 0; i < delays_.size(); ++i) {
      const std::uint32_t count = counts[i];
      const std::int32_t delay = delays_[i];
      if (count == 0) continue;
      if (last == no_row) {
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

  // Goes on in the row of a segment that was delivered. In rows of short segments, those that are due soon
  // are copied to these steps: to come back for each would cost more, since a row lies anywhere in memory.
  void go_on_later(RowPart segment, std::int64_t step, std::size_t weight) {
    std::int64_t due = step;
    while (go_on(segment, due)) {
      if (!copies_from(segment) || due >= step + copies_steps_) return calendar_.add(segment, due);
      copies_[weight].add(copies_place(due), &words_[segment.first], segment.count);
    }
  }

  // Inlined, since GCC takes a function that only prefetches for one without effect, and leaves out its
  // calls.
  [[gnu::always_inline]] void fetch(const RowPart& segment) const {
    const Word* const first = words_.data() + segment.first;
    const Word* const last = first + std::max<std::size_t>(segment.count + header, words_ahead_);
    for (const Word* at = first; at < last + line - 1; at += line) __builtin_prefetch(at);
  }

  // Segments are fetched a few events ahead: they lie anywhere. Returns whether anything arrives.
  template <class Sum>
  bool deliver_to(Sum* const sums, std::int64_t step) {
    constexpr std::size_t ahead = 10;
    const Word* const words = words_.data();
    const std::span<const RowPart> segments = calendar_.take(step);
    std::size_t arriving = 0;
    for (const RowPart& segment : segments) arriving += segment.count;
    for (const Lists<Word>& copies : copies_) arriving += copies.size(copies_place(step));
    touched_ = touch_sums(sums, targets_, arriving);
    for (std::size_t k = 0; k < std::min(ahead, segments.size()); ++k) fetch(segments[k]);
    for (std::size_t k = 0; k < segments.size(); ++k) {
      if (k + ahead < segments.size()) fetch(segments[k + ahead]);
      const std::size_t weight = weights_.at(segments[k].first);
      add_words<Format>(words + segments[k].first, segments[k].count, weights_.quanta(weight), sums);
      go_on_later(segments[k], step, weight);
    }
    for (std::size_t weight = 0; weight < copies_.size(); ++weight) {
      const std::size_t list = copies_place(step);
      const std::int32_t of_row = weights_.quanta(weight);
      copies_[weight].each(
          list, [&](const Word* at, std::size_t count) { add_words<Format>(at, count, of_row, sums); });
      copies_[weight].clear(list);
    }
    return arriving > 0;
  }

  std::uint32_t first_source_, end_source_;
  std::int64_t targets_;
  std::vector<std::int32_t> delays_;
  RowWeights weights_;
  std::vector<std::uint32_t> place_of_;  // of a delay; while it is built
  std::int64_t synapses_ = 0;
  LargeArray<std::uint32_t> cursors_;  // [source - first_source_, delay]; while it is built
  std::vector<std::uint32_t> in_degrees_;
  std::vector<std::size_t> cells_;  // of the synapses at hand
  LargeArray<Row> rows_;            // [source - first_source_]
  LargeArray<Word> words_;
  std::size_t words_ahead_ = 0;  // that are read of a row at once, at least
  std::int64_t touched_ = 0;     // what has been loaded must be of use
  Calendar calendar_;            // of segments
  std::int64_t copies_steps_;    // a power of two
  // [of weights_], [step % copies_steps_] of each. Segments that come later in a row than the one that is
  // due, and soon. Nothing: none are copied.
  std::vector<Lists<Word>> copies_;
  bool wide_sums_ = false;
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
