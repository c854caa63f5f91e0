// Rows of synapses in 4 or 8 bytes each, and the calendar of their next segments.
#include "network/synapses.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/diagnostics.hpp"
#include "program/bulk.hpp"

namespace hillock::network {

namespace {

// A word of a row. The synapses of a segment are followed by a word on the next segment: how many synapses it
// has, and in the upper half how many steps later it is due (0: there is none). More than half a word counts
// have a word of their own behind it, and 0 in its place.
struct Narrow {
  using Word = std::uint32_t;
  static constexpr int half = 16;
  static Word pack(std::uint32_t target, std::int32_t quanta) {
    return target | static_cast<Word>(quanta) << 16;
  }
  static std::uint32_t target(Word word) { return word & 0xffff; }
  static std::int32_t quanta(Word word) { return static_cast<std::int32_t>(word) >> 16; }
};

struct Wide {
  using Word = std::uint64_t;
  static constexpr int half = 32;
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

 public:
  Rows(std::int64_t sources, std::int64_t targets, const std::vector<std::int32_t>& delays)
      : sources_(static_cast<std::size_t>(sources)),
        targets_(targets),
        delays_(delays),
        place_of_(static_cast<std::size_t>(delays.back()) + 1, 0),
        in_degrees_(static_cast<std::size_t>(targets), 0),
        rows_(sources_),
        calendar_(static_cast<std::size_t>(delays.back()) + 1) {
    static_assert(sizeof(Row) == row_bytes);
    for (std::size_t i = 0; i < delays_.size(); ++i)
      place_of_[static_cast<std::size_t>(delays_[i])] = static_cast<std::uint32_t>(i);
    const std::size_t cells = sources_ * delays_.size();
    cursors_ = LargeArray<std::uint32_t>(cells);
    if (cells > 0) std::memset(cursors_.data(), 0, cursors_.bytes());
    for (std::size_t source = 0; source < sources_; ++source) rows_[source] = {no_row, 0, 0};
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
    std::size_t words = static_cast<std::size_t>(synapses_);
    for (std::size_t i = 0; i < cursors_.size(); ++i)
      words += cursors_[i] > 0 ? 1 + (cursors_[i] > most_counted ? 1 : 0) : 0;
    if (words >= no_row)
      throw base::ResourceError(
          "a block of neurons has more than 4e9 synapses at one receptor; take more "
          "threads, so that there are more blocks");
    words_ = LargeArray<Word>(words);
    std::uint32_t next = 0;
    for (std::size_t source = 0; source < sources_; ++source) {
      const std::uint32_t before = std::exchange(next, lay_out_row(source, next));
      if (next == before) continue;
      if (end_row_ == 0) first_row_ = static_cast<std::uint32_t>(source);
      end_row_ = static_cast<std::uint32_t>(source) + 1;
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
    const std::uint32_t in_degree = in_degrees_.empty() ? 0 : *std::ranges::max_element(in_degrees_);
    in_degrees_ = {};
    cells_ = {};
    const double largest =
        static_cast<double>(in_degree) * static_cast<double>(most) * static_cast<double>(spikes_in_a_step);
    if (largest < 0x1p31)
      sums32_.assign(static_cast<std::size_t>(targets_), 0);
    else if (largest < 0x1p63)
      sums64_.assign(static_cast<std::size_t>(targets_), 0);
    else
      throw base::ResourceError(
          "the weights that can arrive at a neuron in one step are too many to be "
          "summed; give it fewer synapses");
  }

  void send(std::span<const std::uint32_t> sources, std::int64_t step, std::int64_t now) override {
    constexpr std::size_t ahead = 8;
    const auto has_row = [this](std::uint32_t source) { return source >= first_row_ && source < end_row_; };
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (i + ahead < sources.size() && has_row(sources[i + ahead]))
        __builtin_prefetch(&rows_[sources[i + ahead]]);
      if (!has_row(sources[i])) continue;
      const Row& row = rows_[sources[i]];
      if (row.first == no_row) continue;
      Segment segment{row.first, row.count};
      std::int64_t due = step + row.delay;
      while (due <= now) {  // only where a run goes on from what had been sent before
        const std::int64_t later = go_on(segment);
        if (later == 0) break;
        due += later;
      }
      if (due > now) put_off(segment, due);
    }
  }

  bool deliver(std::int64_t step) override {
    std::vector<std::uint64_t>& events = calendar_[place(step)];
    if (events.empty()) return false;
    if (sums32_.empty())
      deliver_to(sums64_.data(), events, step);
    else
      deliver_to(sums32_.data(), events, step);
    events.clear();
    return true;
  }

  void take(std::int64_t first, std::int64_t count, double quantum, double* arrivals) override {
    if (!sums32_.empty()) return bulk_.take_counts(sums32_.data() + first, count, quantum, arrivals);
    std::int64_t* const sums = sums64_.data() + first;
    for (std::int64_t i = 0; i < count; ++i) arrivals[i] += quantum * static_cast<double>(sums[i]);
    std::fill_n(sums, count, 0);
  }

  void forget() override {
    for (std::vector<std::uint64_t>& events : calendar_) events.clear();
    std::ranges::fill(sums32_, 0);
    std::ranges::fill(sums64_, 0);
  }

  std::int64_t synapses() const override { return synapses_; }

  std::int64_t bytes() const override {
    std::size_t total = words_.bytes() + cursors_.bytes() + rows_.bytes() +
                        sums32_.size() * sizeof(std::int32_t) + sums64_.size() * sizeof(std::int64_t);
    for (const auto& events : calendar_)
      total += sizeof(std::vector<std::uint64_t>) + events.capacity() * sizeof(std::uint64_t);
    return static_cast<std::int64_t>(total);
  }

  std::vector<Synapse> of_source(std::uint32_t source) const override {
    std::vector<Synapse> all;
    const Row& row = rows_[source];
    if (row.first == no_row) return all;
    Segment segment{row.first, row.count};
    auto delay = static_cast<std::int32_t>(row.delay);
    while (true) {
      for (std::uint32_t i = segment.first; i < segment.first + segment.count; ++i)
        all.push_back({source, Format::target(words_[i]), delay, Format::quanta(words_[i])});
      const std::int64_t later = go_on(segment);
      if (later == 0) return all;
      delay += static_cast<std::int32_t>(later);
    }
  }

 private:
  struct Row {
    std::uint32_t first, count, delay;  // of its first segment
  };
  struct Segment {
    std::uint32_t first = 0, count = 0;  // of its synapses
  };
  static constexpr Word most_counted = (Word{1} << Format::half) - 1;

  // Goes from a segment to the next; returns how many steps later that is due, and 0 if there is none.
  std::int64_t go_on(Segment& segment) const {
    std::uint32_t at = segment.first + segment.count;
    const Word next = words_[at];
    if (next == 0) return 0;
    auto count = static_cast<std::uint32_t>(next & most_counted);
    if (count == 0) count = static_cast<std::uint32_t>(words_[++at]);
    segment = {at + 1, count};
    return static_cast<std::int64_t>(next >> Format::half);
  }

  // Where the cursors of some synapses stand. They lie anywhere, so they are fetched ahead.
  void find_cells(std::span<const Synapse> synapses) {
    cells_.resize(synapses.size());
    for (std::size_t i = 0; i < synapses.size(); ++i) {
      cells_[i] =
          synapses[i].source * delays_.size() + place_of_[static_cast<std::size_t>(synapses[i].delay)];
      __builtin_prefetch(&cursors_[cells_[i]], 1);
    }
  }
  std::size_t place(std::int64_t step) const { return static_cast<std::size_t>(step) % calendar_.size(); }
  void put_off(const Segment& segment, std::int64_t due) {
    calendar_[place(due)].push_back(segment.first | std::uint64_t{segment.count} << 32);
  }

  // Returns the place behind the row.
  std::uint32_t lay_out_row(std::size_t source, std::uint32_t next) {
    std::uint32_t* const counts = cursors_.data() + source * delays_.size();
    std::uint32_t last = no_row;  // the word on the next segment
    std::int32_t last_delay = 0;
    for (std::size_t i = 0; i < delays_.size(); ++i) {
      const std::uint32_t count = counts[i];
      const std::int32_t delay = delays_[i];
      if (count == 0) continue;
      if (last == no_row) {
        rows_[source] = {next, count, static_cast<std::uint32_t>(delay)};
      } else {
        words_[last] = static_cast<Word>(delay - last_delay) << Format::half;
        if (count <= most_counted)
          words_[last] |= count;
        else
          words_[next++] = count;
      }
      counts[i] = next;
      last = next + count;
      words_[last] = 0;
      last_delay = delay;
      next = last + 1;
    }
    return next;
  }

  // Segments are fetched a few events ahead: they lie anywhere. Four loads come before four sums, since the
  // compiler must take it that they may be the same memory.
  template <class Sum>
  void deliver_to(Sum* const sums, const std::vector<std::uint64_t>& events, std::int64_t step) {
    constexpr std::size_t ahead = 10, line = 64 / sizeof(Word);
    const Word* const words = words_.data();
    const auto fetch = [&](std::uint64_t event) {
      const Word* const first = words + static_cast<std::uint32_t>(event);
      const Word* const last = first + 1 + (event >> 32);  // with the word on the next segment
      for (const Word* at = first; at < last + line - 1; at += line) __builtin_prefetch(at);
    };
    const auto add = [sums](Word word) { sums[Format::target(word)] += Format::quanta(word); };
    const std::size_t count = events.size();
    for (std::size_t k = 0; k < std::min(ahead, count); ++k) fetch(events[k]);
    for (std::size_t k = 0; k < count; ++k) {
      if (k + ahead < count) fetch(events[k + ahead]);
      Segment segment{static_cast<std::uint32_t>(events[k]), static_cast<std::uint32_t>(events[k] >> 32)};
      const Word* at = words + segment.first;
      const Word* const end = at + segment.count;
      for (; at + 4 <= end; at += 4) {
        const Word a = at[0], b = at[1], c = at[2], d = at[3];
        add(a), add(b), add(c), add(d);
      }
      for (; at < end; ++at) add(*at);
      if (const std::int64_t later = go_on(segment); later > 0) put_off(segment, step + later);
    }
  }

  std::size_t sources_;
  std::int64_t targets_;
  std::vector<std::int32_t> delays_;
  std::vector<std::uint32_t> place_of_;  // of a delay; while it is built
  std::int64_t synapses_ = 0;
  LargeArray<std::uint32_t> cursors_;  // [source, delay]; while it is built
  std::vector<std::uint32_t> in_degrees_;
  std::vector<std::size_t> cells_;  // of the synapses at hand
  LargeArray<Row> rows_;
  std::uint32_t first_row_ = 0, end_row_ = 0;  // no other source has one
  LargeArray<Word> words_;
  // [step % its length]: place of a segment, and its number of synapses in the upper half.
  std::vector<std::vector<std::uint64_t>> calendar_;
  program::Bulk bulk_ = program::bulk();
  std::vector<std::int32_t> sums32_;  // one of the two, per target
  std::vector<std::int64_t> sums64_;
};

}  // namespace

std::unique_ptr<Synapses> make_synapses(bool wide, std::int64_t sources, std::int64_t targets,
                                        const std::vector<std::int32_t>& delays) {
  if (wide) return std::make_unique<Rows<Wide>>(sources, targets, delays);
  return std::make_unique<Rows<Narrow>>(sources, targets, delays);
}

}  // namespace hillock::network
