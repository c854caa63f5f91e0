// Keeps everything that is recorded in memory, each variable and each list of spikes in one piece.
#include "engine/memory_recorder.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

namespace hillock::engine {

namespace {

constexpr std::int64_t first_frames = 1 << 12;  // where the whole run is not reserved at once
constexpr std::int64_t first_snippets = 1 << 8;

std::size_t bytes_per_frame(const ReportLayout& report) {
  return static_cast<std::size_t>(report.values_per_frame()) *
         (report.float64 ? sizeof(double) : sizeof(float));
}

void append(const FrameValues& block, MemoryRecorder::Frames& to) {
  const auto* values = to.float64 ? reinterpret_cast<const std::byte*>(block.values64.data())
                                  : reinterpret_cast<const std::byte*>(block.values32.data());
  for (Column& variable : to.variables) {
    variable.append(values, block.frames);
    values += to.row_bytes * static_cast<std::size_t>(block.frames);
  }
  std::vector<double> times(static_cast<std::size_t>(block.frames));
  for (std::size_t k = 0; k < times.size(); ++k)
    times[k] = static_cast<double>(block.first_frame + static_cast<std::int64_t>(k)) * to.interval;
  to.times.append(times.data(), block.frames);
}

void shorten(MemoryRecorder::Frames& frames, std::int64_t rows) {
  frames.times.shorten(rows);
  for (Column& variable : frames.variables) variable.shorten(rows);
}

}  // namespace

Column::Column(std::size_t row_bytes, std::int64_t rows)
    : row_bytes_(row_bytes),
      room_(std::max<std::int64_t>(1, rows)),
      memory_(std::make_unique_for_overwrite<std::byte[]>(row_bytes * static_cast<std::size_t>(room_))) {}

void Column::append(const void* rows, std::int64_t count) {
  if (count == 0) return;
  if (rows_ + count > room_) {
    room_ = std::max(2 * room_, rows_ + count);
    auto larger = std::make_unique_for_overwrite<std::byte[]>(row_bytes_ * static_cast<std::size_t>(room_));
    std::memcpy(larger.get(), memory_.get(), row_bytes_ * static_cast<std::size_t>(rows_));
    outgrown_.push_back(std::exchange(memory_, std::move(larger)));
  }
  std::memcpy(memory_.get() + row_bytes_ * static_cast<std::size_t>(rows_), rows,
              row_bytes_ * static_cast<std::size_t>(count));
  rows_ += count;
}

// What was handed out keeps its rows, so others go elsewhere.
void Column::shorten(std::int64_t rows) {
  if (rows >= rows_) return;
  auto copy = std::make_unique_for_overwrite<std::byte[]>(row_bytes_ * static_cast<std::size_t>(room_));
  std::memcpy(copy.get(), memory_.get(), row_bytes_ * static_cast<std::size_t>(rows));
  outgrown_.push_back(std::exchange(memory_, std::move(copy)));
  rows_ = rows;
}

MemoryRecorder::Mark MemoryRecorder::mark() const {
  Mark mark;
  for (const Frames& report : reports_) mark.reports.push_back(report.times.rows());
  for (const Spikes& spikes : spikes_) mark.spikes.push_back(spikes.times.rows());
  for (const Snippets& snippets : snippets_) {
    mark.snippets.push_back(snippets.times.rows());
    mark.left_out.emplace_back(snippets.left_out_at_start, snippets.left_out_at_end);
  }
  for (const Weights& weights : weights_) mark.weights.push_back(weights.frames.times.rows());
  mark.time = time_;
  return mark;
}

void MemoryRecorder::go_back(const Mark& mark) {
  for (std::size_t i = 0; i < reports_.size(); ++i) shorten(reports_[i], mark.reports.at(i));
  for (std::size_t i = 0; i < weights_.size(); ++i) shorten(weights_[i].frames, mark.weights.at(i));
  for (std::size_t i = 0; i < spikes_.size(); ++i)
    for (Column* column : {&spikes_[i].times, &spikes_[i].neurons}) column->shorten(mark.spikes.at(i));
  for (std::size_t i = 0; i < snippets_.size(); ++i) {
    Snippets& snippets = snippets_[i];
    for (Column* column : {&snippets.times, &snippets.sampled_at, &snippets.neurons})
      column->shorten(mark.snippets.at(i));
    for (Column& variable : snippets.variables) variable.shorten(mark.snippets[i]);
    std::tie(snippets.left_out_at_start, snippets.left_out_at_end) = mark.left_out.at(i);
  }
  time_ = mark.time;
}

double MemoryRecorder::bytes_planned(const RunLayout& layout) {
  double bytes = 0;
  for (const ReportLayout& report : layout.reports)
    bytes += static_cast<double>(report.frames) *
             (static_cast<double>(bytes_per_frame(report) * report.variables.size()) + sizeof(double));
  for (const WeightLayout& weights : layout.weights) bytes += weights.bytes();
  return bytes;
}

MemoryRecorder::Frames MemoryRecorder::room_for(std::size_t values_per_frame, std::size_t variables,
                                                std::int64_t frames, double interval, bool float64) const {
  if (!reserve_) frames = std::min(frames, first_frames);
  const std::size_t row_bytes = values_per_frame * (float64 ? sizeof(double) : sizeof(float));
  Frames room{float64, row_bytes, interval, Column(sizeof(double), frames), {}};
  for (std::size_t v = 0; v < variables; ++v) room.variables.emplace_back(row_bytes, frames);
  return room;
}

MemoryRecorder::MemoryRecorder(const RunLayout& layout, bool reserve)
    : reserve_(reserve), weight_layouts_(layout.weights) {
  for (const ReportLayout& report : layout.reports)
    reports_.push_back(room_for(static_cast<std::size_t>(report.values_per_frame()), report.variables.size(),
                                report.frames, report.interval, report.float64));
  for (const WeightLayout& weights : layout.weights)
    weights_.push_back({false, {}, {}, room_for(0, 1, 1, weights.interval, weights.float64)});
  for (std::size_t i = 0; i < layout.spikes.size(); ++i)
    spikes_.push_back({Column(sizeof(double), first_frames), Column(sizeof(std::uint64_t), first_frames)});
  for (const SnippetLayout& layout_of : layout.snippets) {
    const std::size_t row_bytes = layout_of.offsets.size() * (layout_of.float64 ? 8 : 4);
    Snippets kept{Column(8, first_snippets), Column(8, first_snippets), Column(8, first_snippets), {}, 0, 0};
    for (std::size_t v = 0; v < layout_of.variables.size(); ++v)
      kept.variables.emplace_back(row_bytes, first_snippets);
    snippets_.push_back(std::move(kept));
  }
}

void MemoryRecorder::write(FrameBlock block) {
  append(block, reports_.at(static_cast<std::size_t>(block.report)));
}

// How many synapses there are is known from here on. Who goes on from before the beginning has the same ones.
void MemoryRecorder::write(WeightColumns columns) {
  const auto i = static_cast<std::size_t>(columns.weights);
  if (weights_.at(i).begun) return;
  const WeightLayout& layout = weight_layouts_[i];
  Frames room = room_for(columns.sources.size(), 1, layout.frames, layout.interval, layout.float64);
  weights_[i] = {true, std::move(columns.sources), std::move(columns.targets), std::move(room)};
}

void MemoryRecorder::write(WeightBlock block) {
  append(block, weights_.at(static_cast<std::size_t>(block.weights)).frames);
}

void MemoryRecorder::write(SpikeBlock block) {
  Spikes& spikes = spikes_.at(static_cast<std::size_t>(block.spikes));
  spikes.times.append(block.times.data(), static_cast<std::int64_t>(block.times.size()));
  spikes.neurons.append(block.node_ids.data(), static_cast<std::int64_t>(block.node_ids.size()));
}

void MemoryRecorder::write(SnippetBlock block) {
  Snippets& snippets = snippets_.at(static_cast<std::size_t>(block.snippets));
  const auto count = static_cast<std::int64_t>(block.times.size());
  snippets.times.append(block.times.data(), count);
  snippets.sampled_at.append(block.sampled_at.data(), count);
  snippets.neurons.append(block.node_ids.data(), count);
  const std::size_t variables = snippets.variables.size();
  for (std::size_t v = 0; v < variables; ++v) {
    if (block.values64.empty())
      snippets.variables[v].append(block.values32.data() + v * block.values32.size() / variables, count);
    else
      snippets.variables[v].append(block.values64.data() + v * block.values64.size() / variables, count);
  }
  snippets.left_out_at_start = block.left_out_at_start;
  snippets.left_out_at_end = block.left_out_at_end;
}

}  // namespace hillock::engine
