// Gathers values around spikes and writes many spikes at a time.
#include "record/snippet_group.hpp"

#include <algorithm>

#include "record/spike_group.hpp"

namespace hillock::record {

using base::InternalError;

namespace {

constexpr std::size_t snippet_chunk_bytes = 64 * 1024;  // of values
constexpr std::size_t gathered_bytes = 256 * 1024;      // written as soon as so much waits

std::uint64_t whole(double value) {
  return value >= 0 && value < 9e15 ? static_cast<std::uint64_t>(value) : 0;
}

}  // namespace

RecordedSnippets recorded_snippets(const H5::Group& group) {
  if (!group.attrExists("recorded")) return {};
  const H5::Attribute attribute = group.openAttribute("recorded");
  if (attribute.getTypeClass() != H5T_FLOAT || attribute.getSpace().getSimpleExtentNpoints() != 4) return {};
  std::array<double, 4> recorded{};
  attribute.read(memory_type<double>(), recorded.data());
  return {recorded[0], whole(recorded[1]), whole(recorded[2]), whole(recorded[3])};
}

void set_recorded_snippets(H5::Group& group, const RecordedSnippets& recorded) {
  const std::array<double, 4> values{recorded.time, static_cast<double>(recorded.count),
                                     static_cast<double>(recorded.left_out_at_start),
                                     static_cast<double>(recorded.left_out_at_end)};
  const hsize_t four = 4;
  const H5::Attribute attribute =
      group.attrExists("recorded")
          ? group.openAttribute("recorded")
          : group.createAttribute("recorded", file_type<double>(), H5::DataSpace(1, &four));
  attribute.write(memory_type<double>(), values.data());
  set_number<std::uint64_t>(group, "left_out_at_start", recorded.left_out_at_start);
  set_number<std::uint64_t>(group, "left_out_at_end", recorded.left_out_at_end);
}

SnippetGroup::SnippetGroup(WritableFile& file, const engine::SnippetLayout& layout)
    : file_(file),
      layout_(layout),
      place_("/around_spikes/" + layout.group),
      row_bytes_(layout.offsets.size() * (layout.float64 ? 8 : 4)) {
  if (layout.variables.empty() || layout.offsets.empty())
    throw InternalError(place_ + " has no variable or no window");
  values_.resize(layout.variables.size());
  file.doing("creating " + place_, [&] { create(); });
}

void SnippetGroup::create() {
  group_ = file_.file().createGroup(place_);
  set_recorded_snippets(group_, {});
  set_number<std::int64_t>(group_, "neurons", static_cast<std::int64_t>(layout_.neurons.size()));
  timestamps_ = create_growing(group_, "timestamps", file_type<double>(), {chunk_spikes, 0, 0, 0});
  set_text(timestamps_, "units", "ms");
  set_text(timestamps_, "long_name", "times of the spikes");
  make_scale(timestamps_, "timestamps");
  ids_ = create_growing(group_, "node_ids", file_type<std::uint64_t>(), {chunk_spikes, 0, 0, 0});
  set_text(ids_, "long_name", "index in the population " + layout_.population);
  attach_scale(ids_, timestamps_, 0);
  sampled_set_ = create_growing(group_, "sampled_at", file_type<double>(), {chunk_spikes, 0, 0, 0});
  set_text(sampled_set_, "units", "ms");
  set_text(sampled_set_, "long_name", "time of the sample at offset 0: the grid point at or after the spike");
  attach_scale(sampled_set_, timestamps_, 0);
  offset_ = write_values<double>(group_, "offset", layout_.offsets);
  set_text(offset_, "units", "ms");
  set_text(offset_, "long_name", "time of a sample minus sampled_at");
  make_scale(offset_, "offset");
  const std::size_t rows = std::clamp<std::size_t>(snippet_chunk_bytes / row_bytes_, 1, chunk_spikes);
  const std::size_t columns = layout_.offsets.size();
  for (const engine::ReportVariable& variable : layout_.variables) {
    H5::DataSet& set = variables_.emplace_back(create_growing(
        group_, variable.name, layout_.float64 ? file_type<double>() : file_type<float>(),
        {rows, columns, std::min(columns, snippet_chunk_bytes / (layout_.float64 ? 8 : 4)), 0}));
    set_text(set, "units", variable.unit);
    set_text(set, "long_name", variable.long_name);
    attach_scale(set, timestamps_, 0);
    attach_scale(set, offset_, 1);
  }
}

void SnippetGroup::append(const engine::SnippetBlock& block) {
  const std::size_t spikes = block.times.size(), variables = values_.size();
  const std::size_t values = layout_.float64 ? block.values64.size() : block.values32.size();
  if (block.node_ids.size() != spikes || block.sampled_at.size() != spikes ||
      values != variables * spikes * layout_.offsets.size())
    throw InternalError("a block for " + place_ + " has another size than its spikes");
  for (const double time : block.times) {
    if (!(time >= last_time_)) throw InternalError("spikes for " + place_ + " are not in order of time");
    last_time_ = time;
  }
  times_.insert(times_.end(), block.times.begin(), block.times.end());
  sampled_at_.insert(sampled_at_.end(), block.sampled_at.begin(), block.sampled_at.end());
  node_ids_.insert(node_ids_.end(), block.node_ids.begin(), block.node_ids.end());
  const auto* from = layout_.float64 ? reinterpret_cast<const std::byte*>(block.values64.data())
                                     : reinterpret_cast<const std::byte*>(block.values32.data());
  for (std::vector<std::byte>& waiting : values_) {
    waiting.insert(waiting.end(), from, from + spikes * row_bytes_);
    from += spikes * row_bytes_;
  }
  left_out_at_start_ = static_cast<std::uint64_t>(block.left_out_at_start);
  left_out_at_end_ = static_cast<std::uint64_t>(block.left_out_at_end);
  if (values_.front().size() * variables >= gathered_bytes) write_waiting();
}

void SnippetGroup::write_waiting() {
  if (times_.empty()) return;
  const std::size_t spikes = times_.size(), columns = layout_.offsets.size();
  const H5::DataType& type = layout_.float64 ? memory_type<double>() : memory_type<float>();
  file_.doing("writing " + place_, [&] {
    append_rows(timestamps_, memory_type<double>(), written_, spikes, 0, times_.data());
    append_rows(ids_, memory_type<std::uint64_t>(), written_, spikes, 0, node_ids_.data());
    append_rows(sampled_set_, memory_type<double>(), written_, spikes, 0, sampled_at_.data());
    for (std::size_t v = 0; v < variables_.size(); ++v)
      append_rows(variables_[v], type, written_, spikes, columns, values_[v].data());
  });
  written_ += spikes;
  times_.clear();
  sampled_at_.clear();
  node_ids_.clear();
  for (std::vector<std::byte>& waiting : values_) waiting.clear();
}

void SnippetGroup::trust(double time) {
  file_.doing("writing " + place_, [&] {
    set_recorded_snippets(group_, {time, written_, left_out_at_start_, left_out_at_end_});
  });
}

}  // namespace hillock::record
