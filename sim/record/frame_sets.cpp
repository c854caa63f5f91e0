// Writes values over time in chunks of whole frames of about 256 KiB.
#include "record/frame_sets.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/diagnostics.hpp"
#include "record/hdf5_read.hpp"

namespace hillock::record {

namespace {

constexpr std::int64_t chunk_bytes = 256 * 1024;
constexpr std::int64_t widest_chunk = 1 << 20;  // values; wider frames are cut into columns of chunks

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

std::vector<std::string> variables_in(const H5::Group& group) {
  std::vector<std::string> names = member_names(group, H5O_TYPE_DATASET);
  constexpr std::array<std::string_view, 6> beside{"time",    "neuron",         "data",
                                                   "synapse", "source_node_id", "target_node_id"};
  std::erase_if(names, [&](const std::string& name) {
    const auto variable = text_attribute(group.openDataSet(name), "variable");
    return variable ? *variable != name : std::ranges::find(beside, name) != beside.end();
  });
  return names;
}

FrameSets::FrameSets(WritableFile& file, const std::string& place, const FrameShape& shape)
    : file_(file), place_(place), shape_(shape) {
  const std::int64_t value_bytes = shape.float64 ? 8 : 4;
  frame_bytes_ = shape.columns.value_or(1) * value_bytes;
  chunk_frames_ =
      std::clamp<std::int64_t>(chunk_bytes / frame_bytes_, 1, std::max<std::int64_t>(shape.frames, 1));
}

void FrameSets::create_time(H5::Group& group) {
  const auto rows = static_cast<hsize_t>(chunk_frames_);
  time_ = create_growing(group, "time", file_type<double>(), {rows, 0, 0, shape_.deflate});
  set_text(time_, "units", "ms");
  make_scale(time_, "time");
}

void FrameSets::create_variable(H5::Group& group, const engine::ReportVariable& variable,
                                H5::DataSet* columns) {
  Growth growth{static_cast<hsize_t>(chunk_frames_), 0, 0, shape_.deflate};
  if (shape_.columns) {
    const std::int64_t parts = (*shape_.columns + widest_chunk - 1) / widest_chunk;
    growth.columns = static_cast<hsize_t>(*shape_.columns);
    growth.chunk_columns = static_cast<hsize_t>((*shape_.columns + parts - 1) / parts);
  }
  H5::DataSet& set = variables_.emplace_back(create_growing(
      group, variable.name, shape_.float64 ? file_type<double>() : file_type<float>(), growth));
  names_.push_back(variable.name);
  waiting_values_.emplace_back();
  set_text(set, "units", variable.unit);
  set_text(set, "long_name", variable.long_name);
  set_text(set, "variable", variable.name);
  attach_scale(set, time_, 0);
  if (columns != nullptr) attach_scale(set, *columns, 1);
}

void FrameSets::create_mapping(H5::Group& mapping) {
  H5::DataSet field = write_values<std::int64_t>(mapping, "time_field", std::array<std::int64_t, 3>{0, 1, 2});
  make_scale(field, "time_field");
  mapping_time_ = write_values<double>(mapping, "time", std::array<double, 3>{0, 0, shape_.interval});
  set_text(mapping_time_, "units", "ms");
  attach_scale(mapping_time_, field, 0);
}

void FrameSets::append(const engine::FrameValues& block) {
  const std::size_t variables = variables_.size();
  const std::size_t values = shape_.float64 ? block.values64.size() : block.values32.size();
  if (block.first_frame != written_ + waiting_ ||
      values != variables * static_cast<std::size_t>(block.frames * shape_.columns.value_or(1)))
    throw base::InternalError("a block of " + place_ +
                              " does not follow the last one, or has another size than its frames");
  const auto* data = shape_.float64 ? reinterpret_cast<const std::byte*>(block.values64.data())
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

void FrameSets::write_waiting(bool end) {
  if (waiting_ > 0 && (end || shape_.deflate == 0)) put_waiting();
}

void FrameSets::put_waiting() {
  std::vector<const std::byte*> values;
  for (const auto& waiting : waiting_values_) values.push_back(waiting.data());
  put(std::exchange(waiting_, 0), values);
  for (auto& waiting : waiting_values_) waiting.clear();
}

void FrameSets::put(std::int64_t frames, const std::vector<const std::byte*>& values) {
  const auto rows = static_cast<hsize_t>(frames), at = static_cast<hsize_t>(written_);
  const auto columns = static_cast<hsize_t>(shape_.columns.value_or(0));
  const H5::DataType& type = shape_.float64 ? memory_type<double>() : memory_type<float>();
  for (std::size_t v = 0; v < variables_.size(); ++v)
    file_.doing("writing " + place_ + "/" + names_[v],
                [&] { append_rows(variables_[v], type, at, rows, columns, values[v]); });
  put_times(frames);
}

void FrameSets::put_times(std::int64_t frames) {
  std::vector<double> times(static_cast<std::size_t>(frames));
  for (std::size_t i = 0; i < times.size(); ++i) {
    times[i] = static_cast<double>(written_ + static_cast<std::int64_t>(i)) * shape_.interval;
    summed_ += shape_.interval;
  }
  file_.doing("writing " + place_ + "/time", [&] {
    append_rows(time_, memory_type<double>(), static_cast<hsize_t>(written_), times.size(), 0, times.data());
  });
  written_ += frames;
}

void FrameSets::trust() {
  const std::array<double, 3> range{0, open_end(written_, shape_.interval, summed_), shape_.interval};
  file_.doing("writing " + place_ + "/mapping/time",
              [&] { mapping_time_.write(range.data(), memory_type<double>()); });
}

}  // namespace hillock::record
