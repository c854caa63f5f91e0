// Poisson spikes: those of the step from t_n to t_n+1 are drawn with step index n and arrive at t_n+1 +
// delay.
#include "engine/inputs/poisson.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <map>

#include "engine/inputs/arrivals.hpp"
#include "engine/inputs/fields.hpp"
#include "engine/inputs/poisson_law.hpp"
#include "engine/inputs/window.hpp"
#include "program/bulk.hpp"

namespace hillock::engine {
namespace {

// Steps first <= n < last, in each of which rates act for the same times (ms): as a rule those of one row for
// all of the step.
struct Stretch {
  struct Part {
    std::size_t row = 0;
    double length = 0;
  };
  std::int64_t first = 0, last = 0;
  std::vector<Part> parts;
};

// Each draw costs time in proportion beyond the table of the law.
constexpr double most_spikes_per_step = 1e6;

// Targets that follow one another, with one law and one stream.
struct Run {
  std::size_t first = 0, count = 0;  // targets
  std::size_t neuron = 0;            // of the first target
  std::uint64_t index = 0;           // of its draws
  std::size_t law = 0;
  base::Stream stream;
  bool same_weight = true;
};

// The spikes of four steps, for which a block of random words is enough, are drawn at once.
class Poisson final : public SpikeInput {
 public:
  explicit Poisson(const InputData& data);
  bool deliver(std::int64_t step, std::span<double> arrivals) override;
  void rewind() override {
    SpikeInput::rewind();
    current_ = 0;
  }
  std::unique_ptr<SpikeInput> part(std::int64_t first, std::int64_t end) const override {
    auto result = std::make_unique<Poisson>(*this);
    const auto [from, count] = result->targets_.keep(first, end);
    result->law_of_ = part_of(law_of_, from, count);
    result->keep_used_laws();
    result->find_runs();
    return result;
  }

 private:
  static constexpr std::int64_t together = 1024;  // their words stay in the nearest cache
  struct Number {
    std::size_t target = 0;
    std::int64_t spikes = 0;
  };

  void take_rates(const InputData& data);
  void take_courses(const InputData& data);
  void add_row(std::size_t row, double start, double stop, const base::TimeGrid& grid);
  void add_part(std::int64_t first, std::int64_t last, Stretch::Part part);
  void keep_used_laws();
  void find_laws();
  void find_runs();
  std::int64_t copies(std::int64_t spikes, const base::Stream& stream, std::uint64_t index,
                      std::uint64_t step) const;
  void draw_block(std::uint64_t block);
  void draw_run(const Run& run, std::uint64_t block);

  WeightedTargets targets_;
  std::size_t columns_ = 0;          // laws at a time: distinct rates, or courses
  std::vector<double> rates_;        // [row][columns_], 1/ms; rows follow one another in time
  std::vector<std::size_t> law_of_;  // for each target
  std::vector<Stretch> stretches_;
  std::size_t current_ = 0;
  // Of the stretch in which spikes were last drawn.
  static constexpr auto no_stretch = std::numeric_limits<std::size_t>::max();
  std::size_t laws_of_ = no_stretch;
  std::vector<double> means_;
  std::vector<PoissonLaw> laws_;
  std::int64_t delay_;  // steps
  bool shared_;
  double copy_;  // probability
  base::Streams streams_;

  std::vector<Run> runs_;
  program::Bulk bulk_ = program::bulk();
  // Of the steps of a block: places as program::Bulk has them, and the numbers that they leave open.
  std::size_t drawn_stretch_ = 0;
  std::uint64_t drawn_block_ = std::numeric_limits<std::uint64_t>::max();
  std::size_t stride_ = 0;
  std::vector<std::uint8_t> places_;  // [4][stride_]
  std::array<std::vector<Number>, 4> numbers_;
  std::vector<std::uint32_t> words_;  // [4][together]
};

Poisson::Poisson(const InputData& data)
    : targets_(data),
      delay_(arrival_step(0, number_or(data, "delay", 0), data.grid)),
      shared_(is_set(data, "shared")),
      copy_(shared_ ? number_or(data, "copy", 1) : 1),
      streams_(data.streams) {
  data.lists.count("values") == 0 ? take_rates(data) : take_courses(data);
  find_runs();
}

// One row, with a column for each distinct rate.
void Poisson::take_rates(const InputData& data) {
  std::map<double, std::size_t> law_of_rate;
  const std::vector<double>& rates = data.values.at("rate");
  for (std::size_t k = 0; k < targets_.neurons.size(); ++k) {
    const double rate = value_of(rates, k) / copy_;
    refuse_more_spikes(data, rate, most_spikes_per_step, copy_ < 1 ? " of the process that is copied" : "");
    const auto [entry, is_new] = law_of_rate.try_emplace(rate, rates_.size());
    if (is_new) rates_.push_back(rate);
    law_of_.push_back(entry->second);
  }
  columns_ = rates_.size();
  add_row(0, number_or(data, "start", 0), number_or(data, "stop", std::numeric_limits<double>::infinity()),
          data.grid);
}

// A row for each time, with one column for all targets or one for each.
void Poisson::take_courses(const InputData& data) {
  const std::vector<double>& times = data.lists.at("times");
  rates_ = data.lists.at("values");
  columns_ = is_set(data, "per_target") ? targets_.neurons.size() : 1;
  for (double& rate : rates_) {
    rate /= copy_;
    refuse_more_spikes(data, rate, most_spikes_per_step, copy_ < 1 ? " of the process that is copied" : "");
  }
  for (std::size_t k = 0; k < targets_.neurons.size(); ++k) law_of_.push_back(columns_ == 1 ? 0 : k);
  const double start = number_or(data, "start", 0);
  const double stop = number_or(data, "stop", std::numeric_limits<double>::infinity());
  for (std::size_t row = 0; row < times.size(); ++row)
    add_row(row, std::max(start, times[row]), row + 1 < times.size() ? std::min(stop, times[row + 1]) : stop,
            data.grid);
}

// A step that an edge cuts gets its share of the rate.
void Poisson::add_row(std::size_t row, double start, double stop, const base::TimeGrid& grid) {
  start = std::max(0.0, start);
  if (!(start < stop)) return;
  const Edge from(start, grid), to(stop, grid);
  const auto end_of = [&](std::int64_t step) { return grid.time(step + 1); };
  if (from.step() < from.next_step())
    add_part(from.step(), from.next_step(), {row, std::min(stop, end_of(from.step())) - start});
  add_part(from.next_step(), to.step(), {row, grid.dt});
  if (to.step() < to.next_step() && to.step() >= from.next_step())
    add_part(to.step(), to.next_step(), {row, stop - grid.time(to.step())});
}

void Poisson::add_part(std::int64_t first, std::int64_t last, Stretch::Part part) {
  if (first >= last || !(part.length > 0)) return;
  if (!stretches_.empty() && stretches_.back().first == first && stretches_.back().last == last)
    stretches_.back().parts.push_back(part);
  else
    stretches_.push_back({first, last, {part}});
}

void Poisson::keep_used_laws() {
  const std::size_t none = columns_;
  std::vector<std::size_t> place(columns_, none), used;
  for (std::size_t& law : law_of_) {
    if (place[law] == none) {
      place[law] = used.size();
      used.push_back(law);
    }
    law = place[law];
  }
  std::vector<double> rates;
  for (std::size_t row = 0; row < rates_.size(); row += columns_)
    for (const std::size_t law : used) rates.push_back(rates_[row + law]);
  rates_ = std::move(rates);
  columns_ = used.size();
  laws_of_ = no_stretch;
  laws_.clear();
}

// Those of the present stretch; what is as it was stays.
void Poisson::find_laws() {
  if (laws_of_ == current_) return;
  laws_of_ = current_;
  for (std::size_t law = 0; law < columns_; ++law) {
    double mean = 0;
    for (const auto& [row, length] : stretches_[current_].parts)
      mean += rates_[row * columns_ + law] * length;
    if (law == laws_.size()) {
      laws_.emplace_back(mean);
      means_.resize(law + 1);
    } else if (mean != means_[law]) {
      laws_[law] = PoissonLaw(mean);
    }
    means_[law] = mean;
  }
}

void Poisson::find_runs() {
  runs_.clear();
  drawn_block_ = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t k = 0; k < law_of_.size(); ++k) {
    const auto neuron = static_cast<std::uint64_t>(targets_.neurons[k]);
    const base::Stream& stream = streams_.stream_of(neuron);
    const std::uint64_t index = streams_.index_of(neuron);
    if (!runs_.empty()) {
      Run& last = runs_.back();
      if (last.law == law_of_[k] && last.neuron + last.count == neuron && last.index + last.count == index &&
          last.stream.key == stream.key) {
        ++last.count;
        last.same_weight = last.same_weight && targets_.weights[k] == targets_.weights[last.first];
        continue;
      }
    }
    runs_.push_back({k, 1, neuron, index, law_of_[k], stream});
  }
  if (shared_) return;
  constexpr auto width = static_cast<std::size_t>(program::bulk_width);
  stride_ = (law_of_.size() / width + 2) * width;  // a run may write bulk_width places too many
  places_.assign(4 * stride_, 0);
  words_.assign(4 * together, 0);
}

bool Poisson::deliver(std::int64_t step, std::span<double> arrivals) {
  const std::int64_t drawn = step - 1 - delay_;
  while (current_ < stretches_.size() && drawn >= stretches_[current_].last) ++current_;
  if (current_ == stretches_.size() || drawn < stretches_[current_].first) return false;
  find_laws();
  const auto n = static_cast<std::uint64_t>(drawn);
  if (shared_) {
    for (const Run& run : runs_) {
      const std::int64_t spikes = laws_[run.law].draw(run.stream, 0, n);
      for (std::size_t k = 0; k < run.count; ++k)
        arrivals[run.neuron + k] +=
            targets_.weights[run.first + k] *
            static_cast<double>(copy_ < 1 ? copies(spikes, run.stream, run.index + k, n) : spikes);
    }
    return true;
  }
  if (current_ != drawn_stretch_ || n / 4 != drawn_block_) draw_block(n / 4);
  for (const Run& run : runs_)
    bulk_.add_places(places_.data() + n % 4 * stride_ + run.first, static_cast<std::int64_t>(run.count),
                     static_cast<double>(laws_[run.law].first_place()), targets_.weights.data() + run.first,
                     run.same_weight, arrivals.data() + run.neuron);
  for (const Number& number : numbers_[n % 4])
    arrivals[static_cast<std::size_t>(targets_.neurons[number.target])] +=
        targets_.weights[number.target] * static_cast<double>(number.spikes);
  return true;
}

// How many of the shared spikes of a step a target gets. Draw i + 1 is that of spike i; 0 stands for the
// spikes.
std::int64_t Poisson::copies(std::int64_t spikes, const base::Stream& stream, std::uint64_t index,
                             std::uint64_t step) const {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < spikes; ++i)
    count += stream.uniform(index + ((static_cast<std::uint64_t>(i) + 1) << 40), step) < copy_ ? 1 : 0;
  return count;
}

// Runs follow one another, so what is written behind the end of one is overwritten by the next.
void Poisson::draw_block(std::uint64_t block) {
  for (std::vector<Number>& numbers : numbers_) numbers.clear();
  for (const Run& run : runs_) draw_run(run, block);
  drawn_stretch_ = current_;
  drawn_block_ = block;
}

void Poisson::draw_run(const Run& run, std::uint64_t block) {
  const PoissonLaw& law = laws_[run.law];
  for (std::size_t begin = 0; begin < run.count; begin += together) {
    const std::size_t count = std::min<std::size_t>(together, run.count - begin);
    bulk_.words(run.stream.key, run.index + begin, block, false, static_cast<std::int64_t>(count),
                words_.data(), together);
    for (std::size_t step = 0; step < 4; ++step) {
      std::uint8_t* const places = places_.data() + step * stride_ + run.first + begin;
      const std::uint32_t* const words = words_.data() + step * together;
      bulk_.places(law.places(), words, static_cast<std::int64_t>(count), places);
      const std::uint8_t* open = places;
      while ((open = static_cast<const std::uint8_t*>(
                  std::memchr(open, program::undecided, static_cast<std::size_t>(places + count - open))))) {
        const auto i = static_cast<std::size_t>(open++ - places);
        const std::optional<std::int64_t> number = law.number_of_word(words[i]);
        if (number && *number - law.first_place() < program::undecided)
          places[i] = static_cast<std::uint8_t>(*number - law.first_place());
        else
          numbers_[step].push_back(
              {run.first + begin + i,
               number ? *number : law.draw(run.stream, run.index + begin + i, 4 * block + step)});
      }
    }
  }
}

}  // namespace

std::unique_ptr<SpikeInput> make_poisson(const InputData& data) { return std::make_unique<Poisson>(data); }

}  // namespace hillock::engine
