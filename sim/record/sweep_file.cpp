// The table of a sweep, row by row as points finish; spikes and traces end to end.
#include "record/sweep_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "base/text.hpp"
#include "record/apart.hpp"
#include "record/file_head.hpp"
#include "record/hdf5_read.hpp"
#include "record/own_traces.hpp"
#include "record/spike_group.hpp"

namespace hillock::record {

using base::IoError;

namespace {

constexpr hsize_t chunk_failures = 64;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

// A table column of as many rows as there are points, all there from the beginning.
template <class T>
H5::DataSet create_rows(H5::Group& group, const std::string& name, hsize_t rows, T fill) {
  H5::DSetCreatPropList properties;
  properties.setFillValue(memory_type<T>(), &fill);
  require(H5Pset_alloc_time(properties.getId(), H5D_ALLOC_TIME_EARLY), "H5Pset_alloc_time");
  return group.createDataSet(name, file_type<T>(), H5::DataSpace(1, &rows), properties);
}

template <class T>
void write_rows_at(H5::DataSet& set, hsize_t at, const std::vector<T>& values) {
  const hsize_t count = values.size();
  H5::DataSpace place = set.getSpace();
  place.selectHyperslab(H5S_SELECT_SET, &count, &at);
  set.write(values.data(), memory_type<T>(), H5::DataSpace(1, &count), place);
}

H5::DataSet write_words(H5::Group& group, const std::string& name, const std::vector<std::string>& words) {
  const H5::StrType type = words_type(words);
  const hsize_t rows = words.size();
  H5::DataSet set = group.createDataSet(name, type, H5::DataSpace(1, &rows));
  set.write(padded_words(words, type.getSize()).data(), type);
  return set;
}

H5::StrType reason_type() {
  H5::StrType type(H5::PredType::C_S1, longest_reason);
  type.setStrpad(H5T_STR_NULLPAD);
  return type;
}

// How many of the ascending runs of a data set lie before `next`.
std::uint64_t rows_before(const H5::DataSet& runs, std::int64_t next) {
  const auto all = read_rows<std::int64_t>(runs, 0, rows(runs));
  return static_cast<std::uint64_t>(std::ranges::lower_bound(all, next) - all.begin());
}

// The path, once what is left there has been found to be of the same sweep. This is read before it is locked:
// closing a file that one reads ends the lock that one has on it.
const std::string& checked(const std::string& path, const SweepLayout& layout) {
  ReadableFile file(path + ".partial");
  file.reading("of which sweep it is",
               [&] { require_same_sweep(file.file().openGroup("/"), file.path(), layout); });
  return path;
}

}  // namespace

std::int64_t SweepLayout::table_bytes() const {
  // run, seed and measures of 8 bytes each, and the status of one
  std::size_t row = 8 + 8 + 1 + 8 * measures.size() + (repeats.empty() ? 0 : 8);
  for (const SweepColumn& column : columns)
    row += column.words.empty() ? 8 : words_type(column.words).getSize();
  return points() * static_cast<std::int64_t>(row);
}

std::int64_t SweepLayout::trace_bytes() const {
  std::int64_t bytes = 0;
  for (const engine::ReportLayout& report : reports)
    bytes += points() * report.frames * report.values_per_frame() * std::ssize(report.variables) *
             (report.float64 ? 8 : 4);
  return bytes;
}

SweepFile::SweepFile(const std::string& path, Start start, bool replace, const SweepLayout& layout,
                     std::unique_ptr<SweepSource> source)
    : layout_(layout),
      output_(start == Start::anew ? OutputFile(path) : OutputFile::existing(checked(path, layout))),
      replace_(replace),
      source_(std::move(source)),
      file_(output_, start == Start::anew ? WritableFile::Mode::create : WritableFile::Mode::open) {
  if (start == Start::resume) {
    open_all();
    return;
  }
  file_.doing("writing the head of the file", [&] { create_all(); });
  file_.flush("flushing the head of the file");
  // Its kind comes last: who finds it finds all of the head.
  file_.doing("writing the head of the file", [&] { set_text(root_, "hillock_kind", "sweep"); });
  file_.flush("flushing the head of the file");
}

void SweepFile::create_all() {
  root_ = file_.file().openGroup("/");
  write_head(root_, layout_.facts);
  // It stays: a retry that is killed when it is whole, but not renamed yet, may still replace what it
  // retries.
  if (source_) set_number<std::int8_t>(root_, "retry", 1);
  std::vector<std::string> names, lengths;
  for (const SweepColumn& column : layout_.columns) names.push_back(column.name);
  for (const std::int64_t length : layout_.grid) lengths.push_back(std::to_string(length));
  set_text(root_, "sweep_parameters", base::join(names, " "));
  if (!lengths.empty()) set_text(root_, "sweep_grid", base::join(lengths, " "));
  write_meta(root_, layout_.facts);
  create_table();
  if (!layout_.spikes.empty()) {
    H5::Group spikes = file_.file().createGroup("spikes");
    for (const engine::SpikeLayout& one : layout_.spikes) create_spikes(one, spikes);
  }
  if (!layout_.reports.empty()) {
    H5::Group reports = file_.file().createGroup("report");
    for (const engine::ReportLayout& one : layout_.reports) create_report(one, reports);
  }
  H5::Group failures = file_.file().createGroup("failures");
  failed_runs_ = create_growing(failures, "run", file_type<std::int64_t>(), {chunk_failures, 0, 0, 0});
  const hsize_t nothing = 0, unlimited = H5S_UNLIMITED;
  H5::DSetCreatPropList chunked;
  chunked.setChunk(1, &chunk_failures);
  reasons_ = failures.createDataSet("reason", reason_type(), H5::DataSpace(1, &nothing, &unlimited), chunked);
}

void SweepFile::create_table() {
  const auto rows = static_cast<hsize_t>(layout_.points());
  std::vector<std::int64_t> runs(rows);
  for (std::size_t i = 0; i < rows; ++i) runs[i] = static_cast<std::int64_t>(i);
  run_ = write_values<std::int64_t>(root_, "run", runs);
  set_text(run_, "long_name", "number of the point");
  make_scale(run_, "run");
  const auto label = [&](H5::DataSet& set, const std::string& unit, const std::string& long_name) {
    set_text(set, "units", unit);
    set_text(set, "long_name", long_name);
    attach_scale(set, run_, 0);
  };
  for (const SweepColumn& column : layout_.columns) {
    H5::DataSet set = column.words.empty() ? write_values<double>(root_, column.name, column.numbers)
                                           : write_words(root_, column.name, column.words);
    set_text(set, "path", column.path);
    label(set, column.words.empty() ? column.unit : "1", column.path.empty() ? "case" : column.path);
  }
  if (!layout_.repeats.empty()) {
    H5::DataSet repeat = write_values<std::int64_t>(root_, "repeat", layout_.repeats);
    label(repeat, "1", "number of the repetition");
  }
  H5::DataSet seeds = write_values<std::uint64_t>(root_, "seed", layout_.seeds);
  label(seeds, "1", "seed of all random numbers of the point");
  status_ = create_rows<std::int8_t>(root_, "status", rows, -1);
  label(status_, "1", "0: done, 1: failed (see /failures), -1: not run");
  for (const SweepMeasure& measure : layout_.measures) {
    measures_.push_back(create_rows<double>(root_, measure.name, rows, none));
    label(measures_.back(), measure.unit, measure.long_name);
  }
}

void SweepFile::create_spikes(const engine::SpikeLayout& layout, H5::Group& group) {
  H5::Group own = group.createGroup(layout.population);
  Spikes& spikes = spikes_.emplace_back();
  spikes.timestamps = create_growing(own, "timestamps", file_type<double>(), {chunk_spikes, 0, 0, 0});
  spikes.node_ids = create_growing(own, "node_ids", file_type<std::uint64_t>(), {chunk_spikes, 0, 0, 0});
  spikes.run = create_growing(own, "run", file_type<std::int64_t>(), {chunk_spikes, 0, 0, 0});
  set_text(spikes.timestamps, "units", "ms");
  set_text(spikes.run, "long_name", "number of the point; its spikes follow one another");
  set_number<std::int64_t>(own, "neurons", layout.neurons);
}

void SweepFile::create_report(const engine::ReportLayout& layout, H5::Group& group) {
  H5::Group own = group.createGroup(layout.group);
  Report& report = reports_.emplace_back();
  report.frames = static_cast<hsize_t>(layout.frames);
  report.neurons = static_cast<hsize_t>(layout.values_per_frame());
  std::vector<double> times(report.frames);
  for (std::size_t k = 0; k < times.size(); ++k) times[k] = static_cast<double>(k) * layout.interval;
  std::vector<std::int64_t> neurons = layout.neurons;
  if (layout.pooled()) neurons = {0};
  std::vector<std::int64_t> runs(static_cast<std::size_t>(layout_.points()));
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i] = static_cast<std::int64_t>(i);
  H5::DataSet run = write_values<std::int64_t>(own, "run", runs);
  H5::DataSet time = write_values<double>(own, "time", times);
  H5::DataSet neuron = write_values<std::int64_t>(own, "neuron", neurons);
  set_text(time, "units", "ms");
  set_text(neuron, "long_name", "index in the population " + layout.population);
  make_scale(run, "run");
  make_scale(time, "time");
  make_scale(neuron, "neuron");
  // A chunk is what a point has of a variable, or a part that HDF5 can hold, which is less than 4 GB.
  constexpr hsize_t most_values = hsize_t{1} << 28;
  const hsize_t wide = std::clamp<hsize_t>(report.neurons, 1, most_values);
  const std::array<hsize_t, 3> extent{runs.size(), report.frames, report.neurons},
      chunk{1, std::min(report.frames, most_values / wide), wide};
  H5::DSetCreatPropList properties;
  properties.setChunk(3, chunk.data());
  if (layout.deflate > 0) {
    properties.setShuffle();
    properties.setDeflate(static_cast<unsigned>(layout.deflate));
  }
  properties.setFillValue(memory_type<double>(), &none);
  for (const engine::ReportVariable& variable : layout.variables) {
    H5::DataSet& set = report.variables.emplace_back(
        own.createDataSet(variable.name, layout.float64 ? file_type<double>() : file_type<float>(),
                          H5::DataSpace(3, extent.data()), properties));
    set_text(set, "units", variable.unit);
    set_text(set, "long_name", variable.long_name);
    attach_scale(set, run, 0);
    attach_scale(set, time, 1);
    attach_scale(set, neuron, 2);
  }
}

void SweepFile::open_all() {
  file_.doing("reading what is done", [&] {
    root_ = file_.file().openGroup("/");
    run_ = root_.openDataSet("run");
    status_ = root_.openDataSet("status");
    for (const SweepMeasure& measure : layout_.measures) measures_.push_back(root_.openDataSet(measure.name));
    for (const engine::SpikeLayout& layout : layout_.spikes) {
      const H5::Group own = file_.file().openGroup("spikes/" + layout.population);
      spikes_.push_back(
          {own.openDataSet("timestamps"), own.openDataSet("node_ids"), own.openDataSet("run"), 0});
    }
    for (const engine::ReportLayout& layout : layout_.reports) {
      const H5::Group own = file_.file().openGroup("report/" + layout.group);
      Report& report = reports_.emplace_back();
      report.frames = static_cast<hsize_t>(layout.frames);
      report.neurons = static_cast<hsize_t>(layout.values_per_frame());
      for (const engine::ReportVariable& variable : layout.variables)
        report.variables.push_back(own.openDataSet(variable.name));
    }
    failed_runs_ = file_.file().openDataSet("failures/run");
    reasons_ = file_.file().openDataSet("failures/reason");
    std::vector<std::int8_t> status(static_cast<std::size_t>(layout_.points()));
    status_.read(status.data(), memory_type<std::int8_t>());
    next_ = std::ranges::find(status, std::int8_t{-1}) - status.begin();
    failed_ = std::count(status.begin(), status.begin() + next_, std::int8_t{1});
    set_text(root_, "status", "running");
    forget_unfinished();
  });
  file_.flush("flushing what is done");
}

// A kill may have left spikes, reasons and traces of points that are not marked as done.
void SweepFile::forget_unfinished() {
  for (Spikes& spikes : spikes_) {
    spikes.count = rows_before(spikes.run, next_);
    for (H5::DataSet* set : {&spikes.timestamps, &spikes.node_ids, &spikes.run}) shorten(*set, spikes.count);
  }
  const std::uint64_t failures = rows_before(failed_runs_, next_);
  shorten(failed_runs_, failures);
  shorten(reasons_, failures);
  forget_own_traces(root_, next_);
}

void SweepFile::write_rows(std::size_t measure, const std::vector<PointResult>& points) {
  std::vector<double> values;
  for (const PointResult& point : points)
    values.push_back(point.status == PointStatus::done ? point.measures.at(measure) : none);
  write_rows_at(measures_[measure], static_cast<hsize_t>(next_), values);
}

void SweepFile::write_spikes(const std::vector<PointResult>& points) {
  for (std::size_t s = 0; s < spikes_.size(); ++s) {
    std::vector<double> times;
    std::vector<std::uint64_t> ids;
    std::vector<std::int64_t> runs;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (points[i].spikes.empty()) continue;
      const engine::SpikeBlock& block = points[i].spikes.at(s);
      times.insert(times.end(), block.times.begin(), block.times.end());
      ids.insert(ids.end(), block.node_ids.begin(), block.node_ids.end());
      runs.insert(runs.end(), block.times.size(), next_ + static_cast<std::int64_t>(i));
    }
    if (times.empty()) continue;
    Spikes& to = spikes_[s];
    append_rows(to.timestamps, memory_type<double>(), to.count, times.size(), 0, times.data());
    append_rows(to.node_ids, memory_type<std::uint64_t>(), to.count, ids.size(), 0, ids.data());
    append_rows(to.run, memory_type<std::int64_t>(), to.count, runs.size(), 0, runs.data());
    to.count += times.size();
  }
}

void SweepFile::write_traces(std::vector<PointResult>& points) {
  for (std::size_t i = 0; i < points.size(); ++i)
    if (!points[i].own_reports.empty())
      write_own_traces(file_, next_ + static_cast<std::int64_t>(i), points[i]);
  for (std::size_t r = 0; r < reports_.size(); ++r) {
    Report& report = reports_[r];
    const std::size_t size = report.frames * report.neurons;
    const std::array<hsize_t, 3> count{1, report.frames, report.neurons};
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (points[i].traces.empty() || !points[i].own_reports.empty()) continue;
      const PointTraces& traces = points[i].traces.at(r);
      const std::array<hsize_t, 3> start{static_cast<hsize_t>(next_) + i, 0, 0};
      for (std::size_t v = 0; v < report.variables.size(); ++v) {
        H5::DataSpace place = report.variables[v].getSpace();
        place.selectHyperslab(H5S_SELECT_SET, count.data(), start.data());
        const H5::DataSpace memory(3, count.data());
        if (layout_.reports[r].float64)
          report.variables[v].write(traces.values64.data() + v * size, memory_type<double>(), memory, place);
        else
          report.variables[v].write(traces.values32.data() + v * size, memory_type<float>(), memory, place);
      }
    }
  }
}

void SweepFile::write_failures(const std::vector<PointResult>& points) {
  std::vector<std::int64_t> runs;
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].status != PointStatus::failed) continue;
    runs.push_back(next_ + static_cast<std::int64_t>(i));
    reasons.push_back(points[i].reason);
  }
  if (runs.empty()) return;
  const hsize_t before = shape(failed_runs_).at(0);
  append_rows(failed_runs_, memory_type<std::int64_t>(), before, runs.size(), 0, runs.data());
  append_rows(reasons_, reason_type(), before, runs.size(), 0, padded_words(reasons, longest_reason).data());
  failed_ += static_cast<std::int64_t>(runs.size());
}

std::int64_t SweepFile::to_run() const {
  std::int64_t count = 0;
  for (std::int64_t point = next_; point < layout_.points(); ++point) count += known(point) ? 0 : 1;
  return count;
}

void SweepFile::append(std::vector<PointResult> points) {
  if (points.empty()) return;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (const std::int64_t point = next_ + static_cast<std::int64_t>(i); known(point))
      points[i] = source_->result(point);
  file_.doing("writing points", [&] {
    for (std::size_t m = 0; m < measures_.size(); ++m) write_rows(m, points);
    write_spikes(points);
    write_traces(points);
    write_failures(points);
  });
  file_.flush("flushing points");
  file_.doing("writing which points are done", [&] {
    std::vector<std::int8_t> status;
    for (const PointResult& point : points) status.push_back(static_cast<std::int8_t>(point.status));
    write_rows_at(status_, static_cast<hsize_t>(next_), status);
  });
  file_.flush("flushing which points are done");
  next_ += static_cast<std::int64_t>(points.size());
}

void SweepFile::finish(const std::string& status, const std::map<std::string, double>& numbers) {
  const bool complete = next_ == layout_.points();
  file_.doing("writing the end of the file", [&] {
    H5::Group meta = file_.file().openGroup("meta");
    for (const auto& [name, value] : numbers) set_number<double>(meta, name, value);
    set_text(root_, "status", status);
    set_number<std::int8_t>(root_, "complete", complete ? 1 : 0);
  });
  file_.flush("flushing the end of the file");
  run_.close();
  status_.close();
  failed_runs_.close();
  reasons_.close();
  measures_.clear();
  spikes_.clear();
  reports_.clear();
  root_.close();
  file_.close();
  output_.sync();
  if (complete)
    output_.publish(replace_);
  else
    output_.close();
}

std::vector<SweepFailure> read_failures(const std::string& path) {
  ReadableFile file(path);
  return read_failures(file);
}

std::vector<SweepFailure> read_failures(ReadableFile& file) {
  return file.reading("/failures", [&] {
    const H5::DataSet run = file.file().openDataSet("failures/run"),
                      reason = file.file().openDataSet("failures/reason");
    const auto runs = read_rows<std::int64_t>(run, 0, std::min(rows(run), rows(reason)));
    std::string reasons(rows(reason) * longest_reason, '\0');
    std::vector<SweepFailure> failures;
    if (runs.empty()) return failures;
    reason.read(reasons.data(), reason_type());
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const std::string padded_reason = reasons.substr(i * longest_reason, longest_reason);
      failures.push_back({runs[i], padded_reason.substr(0, padded_reason.find('\0'))});
    }
    return failures;
  });
}

bool is_retry(const std::string& path) {
  ReadableFile file(path);
  return file.reading("its head", [&] { return file.file().openGroup("/").attrExists("retry"); });
}

bool is_sweep(const std::string& path) {
  try {
    return tried_apart(path, [&] {
      ReadableFile file(path);
      return file.reading("its head", [&] {
        return text_attribute(file.file().openGroup("/"), "hillock_kind").value_or("") == "sweep";
      });
    });
  } catch (const IoError&) {
    return false;
  }
}

}  // namespace hillock::record
