// Rows of synapses in words of 2, 4 or 8 bytes, and the calendar of their next segments.
#include "network/synapses.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "base/diagnostics.hpp"
#include "network/large_array.hpp"
#include "network/lists.hpp"

namespace hillock::network {

namespace {

// A word of a row is a synapse. The synapses of a segment are followed by a header of the next segment: how
// many synapses it has, and in the upper half how many steps later it is due (0: there is none). More than
// half a header counts have one of their own behind it, and 0 in its place.
//
// Where most segments have one synapse, a row is pairs of words instead: a synapse, and how many steps later
// the next one is due. A segment is then what is left of its row.
struct Constant {
  using Word = std::uint16_t;
  using Header = std::uint32_t;
  static constexpr bool weighs = false;  // words do not, rows do
  static Word pack(std::uint32_t target, std::int32_t) { return static_cast<Word>(target); }
  static std::uint32_t target(Word word) { return word; }
};

struct Narrow {
  using Word = std::uint32_t;
  using Header = std::uint32_t;
  static constexpr bool weighs = true;
  static Word pack(std::uint32_t target, std::int32_t quanta) {
    return target | static_cast<Word>(quanta) << 16;
  }
  static std::uint32_t target(Word word) { return word & 0xffff; }
  static std::int32_t quanta(Word word) { return static_cast<std::int32_t>(word) >> 16; }
};

struct Wide {
  using Word = std::uint64_t;
  using Header = std::uint64_t;
  static constexpr bool weighs = true;
  static Word pack(std::uint32_t target, std::int32_t quanta) {
    return target | static_cast<Word>(static_cast<std::uint32_t>(quanta)) << 32;
  }
  static std::uint32_t target(Word word) { return static_cast<std::uint32_t>(word); }
  static std::int32_t quanta(Word word) { return static_cast<std::int32_t>(word >> 32); }
};

constexpr std::uint32_t no_row = std::numeric_limits<std::uint32_t>::max();

template <class Format>
class Rows final : public Synapses {
  using Word = typename Format::Word;
  using Header = typename Format::Header;
  static constexpr std::uint32_t header = sizeof(Header) / sizeof(Word);  // words
  static constexpr int half = sizeof(Header) * 4;                         // bits

 public:
  explicit Rows(SynapsesPlan plan)
      : first_source_(plan.first_source),
        end_source_(plan.end_source),
        targets_(plan.targets),
        delays_(std::move(plan.delays)),
        weights_(std::move(plan.weights)),
        place_of_(static_cast<std::size_t>(delays_.back()) + 1, 0),
        in_degrees_(static_cast<std::size_t>(targets_), 0),
        rows_(end_source_ - first_source_),
        calendar_(static_cast<std::size_t>(delays_.back()) + 1),
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
    pairs_ = 2 * segments > synapses && 2 * synapses < no_row;
    if (pairs_) words = 2 * synapses;
    if (words >= no_row)
      throw base::ResourceError(
          "a block of neurons has too many synapses at one receptor: " + std::to_string(synapses_) +
          ", which take " + std::to_string(words) + " words, and " + std::to_string(no_row - 1) +
          " can be counted; take more threads, so that there are more blocks");
    words_ = LargeArray<Word>(words + most_copied);  // which are copied four at a time
    std::uint32_t next = 0;
    std::size_t weight = 0;
    for (std::uint32_t source = first_source_; source < end_source_; ++source) {
      if (weight < weights_.size() && weights_[weight].first == source) weights_[weight++].first = next;
      next = pairs_ ? lay_out_pairs(source, next) : lay_out_row(source, next);
    }
    // Of rows of short segments, all that are copied are read at once.
    if (segments > 0 && synapses / segments < most_copied) {
      const std::size_t steps = calendar_.count(), copied = static_cast<std::size_t>(copies_steps_);
      words_ahead_ = std::clamp(words / rows_.size() * std::min(copied, steps) / steps, line, 16 * line);
      for (std::size_t i = 0; i < std::max<std::size_t>(1, weights_.size()); ++i)
        copies_.emplace_back(copied);
    }
  }

  void put(std::span<const Synapse> synapses) override {
    const std::uint32_t step = pairs_ ? 2 : 1;
    find_cells(synapses);
    for (std::size_t i = 0; i < synapses.size(); ++i) {
      cells_[i] = std::exchange(cursors_[cells_[i]], cursors_[cells_[i]] + step);
      __builtin_prefetch(&words_[cells_[i]], 1);
    }
    for (std::size_t i = 0; i < synapses.size(); ++i)
      words_[cells_[i]] = Format::pack(synapses[i].target, synapses[i].quanta);
  }

  void finish(std::int64_t most, std::int64_t spikes_in_a_step) override {
    cursors_ = {};
    place_of_ = {};
    const std::uint32_t in_degree = in_degrees_.empty() ? 0 : *std::ranges::max_element(in_degrees_);
    in_degrees_ = {};
    cells_ = {};
    const double largest =
        static_cast<double>(in_degree) * static_cast<double>(most) * static_cast<double>(spikes_in_a_step);
    wide_sums_ = largest >= 0x1p31;
    if (largest >= 0x1p63)
      throw base::ResourceError(
          "the weights that can arrive at a neuron in one step are too many to be "
          "summed; give it fewer synapses");
  }

  void send(std::span<const std::uint32_t> sources, std::int64_t step, std::int64_t now) override {
    constexpr std::size_t ahead = 8;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (i + ahead < sources.size() && has_row(sources[i + ahead]))
        __builtin_prefetch(&row(sources[i + ahead]));
      if (!has_row(sources[i])) continue;
      const Row& row = this->row(sources[i]);
      if (row.first == no_row) continue;
      Segment segment{row.first, row.count};
      std::int64_t due = step + row.delay;
      bool any = true;
      while (any && due <= now) any = go_on(segment, due);  // where a run goes on from what had been sent
      if (any) put_off(segment, due);
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
    const std::int32_t quanta = quanta_of(weight_at(row.first));
    Segment segment{row.first, row.count};
    std::int64_t delay = row.delay;
    do {
      for (std::uint32_t i = segment.first; i < segment.first + synapses_of(segment); ++i)
        all.push_back({source, Format::target(words_[i]), static_cast<std::int32_t>(delay),
                       quanta_of(words_[i], quanta)});
    } while (go_on(segment, delay));
    return all;
  }

 private:
  struct Row {
    std::uint32_t first, count, delay;  // of its first segment
  };
  struct Segment {
    std::uint32_t first = 0, count = 0;  // of its synapses; of pairs: of all synapses that are left
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

  // Which of weights_ a place in words_ has, where words do not weigh.
  std::size_t weight_at(std::uint32_t at) const {
    std::size_t found = weights_.empty() ? 0 : weights_.size() - 1;
    while (found > 0 && weights_[found].first > at) --found;
    return found;
  }
  std::int32_t quanta_of(std::size_t weight) const { return weights_.empty() ? 0 : weights_[weight].quanta; }
  static std::int32_t quanta_of(Word word, std::int32_t of_row) {
    if constexpr (Format::weighs) return Format::quanta(word);
    return of_row;
  }

  std::uint32_t synapses_of(const Segment& segment) const { return pairs_ ? 1 : segment.count; }

  // Goes from a segment to the next, and from when it is due to when that is. Returns whether there is one.
  bool go_on(Segment& segment, std::int64_t& due) const {
    if (pairs_) return go_on_in_pairs(segment, due);
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
  bool go_on_in_pairs(Segment& segment, std::int64_t& due) const {
    if (segment.count == 1) return false;
    due += static_cast<std::int64_t>(words_[segment.first + 1]);
    segment = {segment.first + 2, segment.count - 1};
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
  std::size_t place(std::int64_t step) const { return static_cast<std::size_t>(step) % calendar_.count(); }
  static Segment segment_of(std::uint64_t event) {
    return {static_cast<std::uint32_t>(event), static_cast<std::uint32_t>(event >> 32)};
  }
  void put_off(const Segment& segment, std::int64_t due) {
    calendar_.add(place(due), segment.first | std::uint64_t{segment.count} << 32);
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

  std::uint32_t lay_out_pairs(std::uint32_t source, std::uint32_t next) {
    std::uint32_t* const counts = cursors_.data() + (source - first_source_) * delays_.size();
    Row& row = rows_[source - first_source_] = {no_row, 0, 0};
    std::int32_t last_delay = 0;
    for (std::size_t i = 0; i < delays_.size(); ++i) {
      const std::uint32_t count = std::exchange(counts[i], next);
      if (count == 0) continue;
      if (row.first == no_row)
        row = {next, 0, static_cast<std::uint32_t>(delays_[i])};
      else
        words_[next - 1] = static_cast<Word>(delays_[i] - last_delay);
      for (std::uint32_t k = 0; k < count; ++k) words_[next + 2 * k + 1] = 0;
      row.count += count;
      last_delay = delays_[i];
      next += 2 * count;
    }
    return next;
  }

  bool copies_from(const Segment& segment) const { return words_ahead_ > 0 && segment.count <= most_copied; }

  // Goes on in the row of a segment that was delivered. In rows of short segments, those that are due soon
  // are copied to these steps: to come back for each would cost more, since a row lies anywhere in memory.
  void go_on_later(Segment segment, std::int64_t step, std::size_t weight) {
    std::int64_t due = step;
    if (pairs_) {
      Lists<Word>& copies = copies_[weight];
      while (go_on_in_pairs(segment, due)) {
        if (due >= step + copies_steps_) return put_off(segment, due);
        copies.add(copies_place(due), words_[segment.first]);
      }
      return;
    }
    while (go_on(segment, due)) {
      if (!copies_from(segment) || due >= step + copies_steps_) return put_off(segment, due);
      copies_[weight].add(copies_place(due), &words_[segment.first], segment.count);
    }
  }

  // Four loads come before four sums, since the compiler must take it that they may be the same memory.
  template <class Sum>
  static void add(const Word* at, std::size_t count, std::int32_t quanta, Sum* const sums) {
    const auto add_one = [=](Word word) { sums[Format::target(word)] += quanta_of(word, quanta); };
    const Word* const end = at + count;
    for (; end - at >= 4; at += 4) {
      const Word a = at[0], b = at[1], c = at[2], d = at[3];
      add_one(a), add_one(b), add_one(c), add_one(d);
    }
    for (; at < end; ++at) add_one(*at);
  }

  // Between steps, sums have left the nearer caches. Where most lines of them are needed, to read one after
  // the other is several times faster than to wait for each.
  template <class Sum>
  void touch_sums(std::int64_t step, const Sum* sums) {
    constexpr std::int64_t line_of_sums = 64 / sizeof(Sum);
    std::size_t synapses = 0;
    for (const std::uint64_t event : events_) synapses += synapses_of(segment_of(event));
    for (const Lists<Word>& copies : copies_) synapses += copies.size(copies_place(step));
    if (synapses < static_cast<std::uint64_t>(targets_ / line_of_sums)) return;
    Sum all = 0;
    for (std::int64_t i = 0; i < targets_; i += line_of_sums) all ^= sums[i];
    touched_ = all;
  }

  // Inlined, since GCC takes a function that only prefetches for one without effect, and leaves out its
  // calls.
  [[gnu::always_inline]] void fetch(std::uint64_t event) const {
    const Word* const first = words_.data() + static_cast<std::uint32_t>(event);
    const std::size_t synapses = synapses_of(segment_of(event));
    const Word* const last = first + std::max<std::size_t>(synapses + header, words_ahead_);
    for (const Word* at = first; at < last + line - 1; at += line) __builtin_prefetch(at);
  }

  // Segments are fetched a few events ahead: they lie anywhere. Returns whether anything arrives.
  template <class Sum>
  bool deliver_to(Sum* const sums, std::int64_t step) {
    constexpr std::size_t ahead = 10;
    const Word* const words = words_.data();
    events_.clear();
    calendar_.each(place(step), [&](const std::uint64_t* events, std::size_t n) {
      events_.insert(events_.end(), events, events + n);
    });
    calendar_.clear(place(step));
    const std::size_t count = events_.size();
    bool any = count > 0;
    touch_sums(step, sums);
    for (std::size_t k = 0; k < std::min(ahead, count); ++k) fetch(events_[k]);
    for (std::size_t k = 0; k < count; ++k) {
      if (k + ahead < count) fetch(events_[k + ahead]);
      const Segment segment = segment_of(events_[k]);
      const std::size_t weight = weight_at(segment.first);
      add(words + segment.first, synapses_of(segment), quanta_of(weight), sums);
      go_on_later(segment, step, weight);
    }
    for (std::size_t weight = 0; weight < copies_.size(); ++weight) {
      const std::size_t list = copies_place(step);
      any = any || !copies_[weight].empty(list);
      const std::int32_t quanta = quanta_of(weight);
      copies_[weight].each(list, [&](const Word* at, std::size_t n) { add(at, n, quanta, sums); });
      copies_[weight].clear(list);
    }
    return any;
  }

  std::uint32_t first_source_, end_source_;
  std::int64_t targets_;
  std::vector<std::int32_t> delays_;
  std::vector<WeightOfSources> weights_;  // once it is laid out: `first` is a place in words_
  std::vector<std::uint32_t> place_of_;   // of a delay; while it is built
  std::int64_t synapses_ = 0;
  LargeArray<std::uint32_t> cursors_;  // [source - first_source_, delay]; while it is built
  std::vector<std::uint32_t> in_degrees_;
  std::vector<std::size_t> cells_;  // of the synapses at hand
  LargeArray<Row> rows_;            // [source - first_source_]
  LargeArray<Word> words_;
  std::size_t words_ahead_ = 0;  // that are read of a row at once, at least
  std::int64_t touched_ = 0;     // what has been loaded must be of use
  // [step % its count]: place of a segment, and its `count` in the upper half.
  Lists<std::uint64_t> calendar_;
  std::vector<std::uint64_t> events_;  // of the step at hand
  std::int64_t copies_steps_;          // a power of two
  // [of weights_], [step % copies_steps_] of each. Segments that come later in a row than the one that is
  // due, and soon. Nothing: none are copied.
  std::vector<Lists<Word>> copies_;
  bool pairs_ = false;
  bool wide_sums_ = false;
};

}  // namespace

std::unique_ptr<Synapses> make_synapses(SynapsesPlan plan) {
  if (plan.format == RowFormat::constant) return std::make_unique<Rows<Constant>>(std::move(plan));
  if (plan.format == RowFormat::narrow) return std::make_unique<Rows<Narrow>>(std::move(plan));
  return std::make_unique<Rows<Wide>>(std::move(plan));
}

int bytes_of_synapse(RowFormat format) {
  return format == RowFormat::constant ? sizeof(Constant::Word)
         : format == RowFormat::narrow ? sizeof(Narrow::Word)
                                       : sizeof(Wide::Word);
}

int bytes_of_header(RowFormat format) {
  return format == RowFormat::constant ? sizeof(Constant::Header)
         : format == RowFormat::narrow ? sizeof(Narrow::Header)
                                       : sizeof(Wide::Header);
}

}  // namespace hillock::network
