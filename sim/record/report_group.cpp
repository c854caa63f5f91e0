// Writes a report in chunks of whole frames of about 256 KiB.
#include "record/report_group.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hillock::record {

using base::InternalError;

namespace {

constexpr std::int64_t chunk_bytes = 256 * 1024;
constexpr std::int64_t widest_chunk = 1 << 20;  // values; wider frames are cut into columns of chunks

const std::array<const char*, 4> names_in_use{"time", "neuron", "mapping", "data"};

}  // namespace

double open_end(std::int64_t frames, double interval, double summed) {
  const double end = static_cast<double>(frames) * interval;
  return summed < end - 1e-6 ? end - interval / 2 : end;
}

double open_end(std::int64_t frames, double interval) {
  double summed = 0;
  for (std::int64_t i = 0; i < frames; ++i) summed += interval;
  return open_end(frames, interval, summed);
}

std::int64_t frames_before(double end, double interval) {
  if (!(end > 0) || !(interval > 0) || !(end / interval <= 9e15)) return 0;  // both may be infinite
  return static_cast<std::int64_t>(std::ceil(end / interval - 0.25));
}

ReportGroup::ReportGroup(WritableFile& file, const engine::ReportLayout& layout, const std::string& parent)
    : file_(file), layout_(layout), place_(parent + "/report/" + layout.group) {
  if (layout.variables.empty() || layout.values_per_frame() == 0 || !(layout.interval > 0))
    throw InternalError("report '" + layout.group + "' has no variable, no neuron or no interval");
  const std::int64_t value_bytes = layout.float64 ? 8 : 4;
  frame_bytes_ = layout.values_per_frame() * value_bytes;
  chunk_frames_ =
      std::clamp<std::int64_t>(chunk_bytes / frame_bytes_, 1, std::max<std::int64_t>(layout.frames, 1));
  waiting_values_.resize(layout.variables.size());
  file.doing("creating " + place_, [&] {
    H5::Group group = file.file().createGroup(place_);
    set_number<double>(group, "stimulus_start_ms", layout.stimulus_start);
    set_number<double>(group, "stimulus_stop_ms", layout.stimulus_stop);
    create_variables(group);
    create_mapping(group);
  });
}

void ReportGroup::create_variables(H5::Group& group) {
  const auto rows = static_cast<hsize_t>(chunk_frames_);
  time_ = create_growing(group, "time", file_type<double>(), {rows, 0, 0, layout_.deflate});
  set_text(time_, "units", "ms");
  make_scale(time_, "time");
  Growth growth{rows, 0, 0, layout_.deflate};
  if (!layout_.pooled()) {
    neuron_ = write_values<std::int64_t>(group, "neuron", layout_.neurons);
    set_text(neuron_, "long_name", "index in the population " + layout_.population);
    make_scale(neuron_, "neuron");
    const std::int64_t columns = layout_.values_per_frame();
    const std::int64_t parts = (columns + widest_chunk - 1) / widest_chunk;
    growth.columns = static_cast<hsize_t>(columns);
    growth.chunk_columns = static_cast<hsize_t>((columns + parts - 1) / parts);
  }
  for (const auto& variable : layout_.variables) {
    if (std::find(names_in_use.begin(), names_in_use.end(), variable.name) != names_in_use.end())
      throw base::UserError("a variable named '" + variable.name +
                                "' cannot be recorded: in the file this name means something else",
                            "rename it in the model");
    H5::DataSet& set = variables_.emplace_back(create_growing(
        group, variable.name, layout_.float64 ? file_type<double>() : file_type<float>(), growth));
    set_text(set, "units", variable.unit);
    set_text(set, "long_name", variable.long_name);
    set_text(set, "variable", variable.name);
    attach_scale(set, time_, 0);
    if (!layout_.pooled()) attach_scale(set, neuron_, 1);
  }
  if (layout_.pooled() || layout_.float64 || layout_.deflate > 0) return;
  // What SONATA's readers look for; they take uncompressed float32 only.
  const auto& all = layout_.variables;
  const bool has_V = std::any_of(all.begin(), all.end(), [](const auto& v) { return v.name == "V"; });
  group.link(H5L_TYPE_SOFT, has_V ? "V" : all.front().name, "data");
}

void ReportGroup::create_mapping(H5::Group& group) {
  H5::Group mapping = group.createGroup("mapping");
  if (!layout_.pooled()) {
    const auto count = layout_.neurons.size();
    std::vector<std::uint64_t> ids(layout_.neurons.begin(), layout_.neurons.end()), pointers(count + 1);
    for (std::size_t i = 0; i <= count; ++i) pointers[i] = i;
    H5::DataSet node_ids = write_values<std::uint64_t>(mapping, "node_ids", ids);
    set_number<std::uint8_t>(node_ids, "sorted", 1);
    make_scale(node_ids, "node_ids");
    for (const char* name : {"index_pointers", "index_pointer"}) {  // the guide's name and bmtk's
      H5::DataSet set = write_values<std::uint64_t>(mapping, name, pointers);
      make_scale(set, name);
    }
    H5::DataSet element_ids =
        write_values<std::uint32_t>(mapping, "element_ids", std::vector<std::uint32_t>(count, 0));
    attach_scale(element_ids, node_ids, 0);
    H5::DataSet positions = write_values<float>(mapping, "element_pos", std::vector<float>(count, 0.5F));
    attach_scale(positions, node_ids, 0);
  }
  H5::DataSet field = write_values<std::int64_t>(mapping, "time_field", std::array<std::int64_t, 3>{0, 1, 2});
  make_scale(field, "time_field");
  mapping_time_ = write_values<double>(mapping, "time", std::array<double, 3>{0, 0, layout_.interval});
  set_text(mapping_time_, "units", "ms");
  attach_scale(mapping_time_, field, 0);
}

void ReportGroup::append(const engine::FrameBlock& block) {
  const std::size_t variables = layout_.variables.size();
  const std::size_t values = layout_.float64 ? block.values64.size() : block.values32.size();
  if (block.first_frame != written_ + waiting_ ||
      values != variables * static_cast<std::size_t>(block.frames * layout_.values_per_frame()))
    throw InternalError("a block of report '" + layout_.group +
                        "' does not follow the last one, or has another size than its frames");
  const auto* data = layout_.float64 ? reinterpret_cast<const std::byte*>(block.values64.data())
                                     : reinterpret_cast<const std::byte*>(block.values32.data());
  std::vector<const std::byte*> from(variables);
  for (std::int64_t taken = 0; taken < block.frames;) {
    for (std::size_t v = 0; v < variables; ++v)
      from[v] = data + (static_cast<std::int64_t>(v) * block.frames + taken) * frame_bytes_;
    const std::int64_t left = block.frames - taken;
    const std::int64_t to_border = chunk_frames_ - (written_ + waiting_) % chunk_frames_;
    if (waiting_ == 0 && left >= to_border) {  // straight from the block, up to its last full chunk
      const std::int64_t frames = to_border + (left - to_border) / chunk_frames_ * chunk_frames_;
      put(frames, from);
      taken += frames;
      continue;
    }
    const std::int64_t frames = std::min(left, to_border);
    for (std::size_t v = 0; v < variables; ++v)
      waiting_values_[v].insert(waiting_values_[v].end(), from[v], from[v] + frames * frame_bytes_);
    waiting_ += frames;
    taken += frames;
    if (frames == to_border) put_waiting();
  }
}

void ReportGroup::write_waiting(bool end) {
  if (waiting_ > 0 && (end || layout_.deflate == 0)) put_waiting();
}

void ReportGroup::put_waiting() {
  std::vector<const std::byte*> values;
  for (const auto& waiting : waiting_values_) values.push_back(waiting.data());
  put(std::exchange(waiting_, 0), values);
  for (auto& waiting : waiting_values_) waiting.clear();
}

void ReportGroup::put(std::int64_t frames, const std::vector<const std::byte*>& values) {
  const auto rows = static_cast<hsize_t>(frames), at = static_cast<hsize_t>(written_);
  const auto columns = layout_.pooled() ? hsize_t{0} : static_cast<hsize_t>(layout_.values_per_frame());
  const H5::DataType& type = layout_.float64 ? memory_type<double>() : memory_type<float>();
  for (std::size_t v = 0; v < variables_.size(); ++v)
    file_.doing("writing " + place_ + "/" + layout_.variables[v].name,
                [&] { append_rows(variables_[v], type, at, rows, columns, values[v]); });
  put_times(frames);
}

void ReportGroup::put_times(std::int64_t frames) {
  std::vector<double> times(static_cast<std::size_t>(frames));
  for (std::size_t i = 0; i < times.size(); ++i) {
    times[i] = static_cast<double>(written_ + static_cast<std::int64_t>(i)) * layout_.interval;
    summed_ += layout_.interval;
  }
  file_.doing("writing " + place_ + "/time", [&] {
    append_rows(time_, memory_type<double>(), static_cast<hsize_t>(written_), times.size(), 0, times.data());
  });
  written_ += frames;
}

void ReportGroup::trust() {
  const std::array<double, 3> range{0, open_end(written_, layout_.interval, summed_), layout_.interval};
  file_.doing("writing " + place_ + "/mapping/time",
              [&] { mapping_time_.write(range.data(), memory_type<double>()); });
}

}  // namespace hillock::record
