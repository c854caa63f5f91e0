// Columns are read a row of chunks at a time, so that no chunk is fetched twice.
#include "record/run_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "record/apart.hpp"

namespace hillock::record {
namespace {

// Columns first ... last of a data set, with hardly any between them that are not wanted.
struct Stretch {
  std::size_t first = 0, last = 0;
  std::vector<std::size_t> wanted;  // indices into the list of columns asked for
};

std::vector<Stretch> stretches(std::span<const std::size_t> columns) {
  constexpr std::size_t widest_gap = 16;
  std::vector<std::size_t> order(columns.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::ranges::sort(order, {}, [&](std::size_t k) { return columns[k]; });
  std::vector<Stretch> found;
  for (const std::size_t k : order) {
    if (found.empty() || columns[k] > found.back().last + widest_gap)
      found.push_back({columns[k], columns[k], {}});
    found.back().last = columns[k];
    found.back().wanted.push_back(k);
  }
  return found;
}

hsize_t rows_of_chunk(const H5::DataSet& set) {
  const H5::DSetCreatPropList properties = set.getCreatePlist();
  if (properties.getLayout() != H5D_CHUNKED) return 4096;
  std::array<hsize_t, 2> chunk{};
  if (properties.getChunk(2, chunk.data()) != 2 || chunk[0] == 0) return 4096;
  return chunk[0];
}

// Goes through frames of the columns of a data set, a row of its chunks at a time.
class ColumnReading {
 public:
  ColumnReading(const H5::DataSet& set, std::span<const std::size_t> columns, FrameRange range)
      : set_(set), columns_(columns), parts_(stretches(columns)), range_(range) {}

  // The values, [column][frame].
  std::vector<std::vector<double>> values() {
    std::vector<std::vector<double>> values(columns_.size(), std::vector<double>(range_.count));
    go(&values);
    return values;
  }
  // Reads all and keeps nothing.
  void try_it() { go(nullptr); }

 private:
  void go(std::vector<std::vector<double>>* values) {
    const bool single = set_.getTypeClass() == H5T_FLOAT && set_.getFloatType().getSize() == 4;
    const hsize_t rows = rows_of_chunk(set_);
    for (std::uint64_t done = 0; done < range_.count;) {
      const hsize_t row = range_.first + done;
      const hsize_t next = std::min<hsize_t>(rows - row % rows, range_.count - done);
      for (const Stretch& part : parts_)
        single ? read_rows(row, next, part, done, values, singles_)
               : read_rows(row, next, part, done, values, doubles_);
      done += next;
    }
  }

  // Reads rows of a stretch into values[wanted][at ...].
  template <class Number>
  void read_rows(hsize_t row, hsize_t rows, const Stretch& part, std::size_t at,
                 std::vector<std::vector<double>>* values, std::vector<Number>& block) {
    const hsize_t width = part.last - part.first + 1;
    const std::array<hsize_t, 2> start{row, part.first}, count{rows, width};
    H5::DataSpace place = set_.getSpace();
    place.selectHyperslab(H5S_SELECT_SET, count.data(), start.data());
    block.resize(rows * width);
    set_.read(block.data(), memory_type<Number>(), H5::DataSpace(2, count.data()), place);
    if (values == nullptr) return;
    for (const std::size_t k : part.wanted) {
      const Number* from = block.data() + (columns_[k] - part.first);
      double* to = (*values)[k].data() + at;
      for (hsize_t r = 0; r < rows; ++r) to[r] = static_cast<double>(from[r * width]);
    }
  }

  const H5::DataSet& set_;
  std::span<const std::size_t> columns_;
  std::vector<Stretch> parts_;
  FrameRange range_;
  std::vector<float> singles_;  // one of the two is used, for one block after the other
  std::vector<double> doubles_;
};

// Those of the frames asked for that are there.
FrameRange clipped(FrameRange frames, std::uint64_t trusted) {
  const std::uint64_t first = std::min(frames.first, trusted);
  return {first, std::min(frames.count, trusted - first)};
}

// Some numbers of a data set of one dimension. Throws IoError if it cannot be read or holds fewer.
template <class Number>
std::vector<Number> read_range(ReadableFile& file, const std::string& name, FrameRange range) {
  const H5::DataSet set = open_numbers(file, name);
  return file.reading(name, [&] {
    const std::uint64_t length = rows(set);
    if (length < range.first || length - range.first < range.count)
      file.damaged(name, "it is shorter than what it belongs to");
    return read_rows<Number>(set, range.first, range.count);
  });
}

template <class Number>
bool has_unwritten(std::span<const Number> values) {
  if constexpr (std::numeric_limits<Number>::has_quiet_NaN)
    return std::ranges::any_of(values, [](Number value) { return std::isnan(value); });
  else
    return std::ranges::find(values, unwritten<Number>) != values.end();
}

}  // namespace

template <class Number>
void RunReader::check_written(const std::string& place, std::span<const Number> values) const {
  if (info_.complete || !has_unwritten(values)) return;
  if (info_.status != "running") file_.damaged(place, "a part of it was never written");
  throw base::IoError(
      path_ + ": " + place +
      " was being written while it was read; try again, or, if its run was killed, hillock recover " + path_);
}

RunReader::RunReader(const std::string& path) : path_(path), info_(read_info(path)), file_(path) {}

std::vector<std::string> RunReader::populations() const {
  std::set<std::string> names;
  for (const SpikesInfo& spikes : info_.spikes) names.insert(spikes.population);
  for (const ReportInfo& report : info_.reports) names.insert(population_of(report));
  for (const AnalysisInfo& analysis : info_.analysis) names.insert(analysis.population);
  return {names.begin(), names.end()};
}

const ReportInfo* RunReader::report_of(const std::string& population, const std::string& variable) const {
  for (const ReportInfo& report : info_.reports) {
    if (report.neurons == 0 || population_of(report) != population) continue;
    if (std::ranges::find(report.variables, variable, &ReportInfo::Variable::name) != report.variables.end())
      return &report;
  }
  return nullptr;
}

std::vector<double> RunReader::times(const ReportInfo& report, FrameRange frames) {
  const std::string place = "/report/" + report.group + "/time";
  const FrameRange range = clipped(frames, trusted_frames(report));
  return tried_apart(path_, [&] {
    const std::vector<double> times = read_range<double>(file_, place, range);
    check_written<double>(place, times);
    return times;
  });
}

std::vector<std::int64_t> RunReader::neurons(const ReportInfo& report) {
  const std::string place = "/report/" + report.group + "/neuron";
  return tried_apart(path_, [&] { return read_range<std::int64_t>(file_, place, {0, report.neurons}); });
}

std::vector<std::vector<double>> RunReader::columns(const ReportInfo& report, const std::string& variable,
                                                    std::span<const std::size_t> columns, FrameRange frames) {
  const std::string place = "/report/" + report.group + "/" + variable;
  const FrameRange range = clipped(frames, trusted_frames(report));
  if (report.neurons == 0) {
    const std::vector<double> pooled =
        tried_apart(path_, [&] { return read_range<double>(file_, place, range); });
    check_written<double>(place, pooled);
    return std::vector<std::vector<double>>(columns.size(), pooled);
  }
  const auto with_set = [&](auto work) {
    const H5::DataSet set = open_numbers(file_, place);
    return file_.reading(place, [&] {
      const std::vector<hsize_t> extents = shape(set);
      if (extents.size() != 2 || extents[0] < range.first + range.count || extents[1] != report.neurons)
        file_.damaged(place, "its shape is not that of its report");
      return work(ColumnReading(set, columns, range));
    });
  };
  // Apart, all is read and nothing kept: most of the time goes into laying out the columns.
  run_apart(path_, [&] { with_set([](ColumnReading reading) { reading.try_it(); }); });
  const std::vector<std::vector<double>> values =
      with_set([](ColumnReading reading) { return reading.values(); });
  for (const std::vector<double>& column : values) check_written<double>(place, column);
  return values;
}

RunReader::Stimulus RunReader::stimulus(const ReportInfo& report) {
  const std::string place = "/report/" + report.group;
  return file_.reading(place, [&] {
    const H5::Group group = file_.file().openGroup(place);
    return Stimulus{number_attribute(group, "stimulus_start_ms").value_or(0),
                    number_attribute(group, "stimulus_stop_ms").value_or(info_.duration)};
  });
}

std::vector<double> RunReader::analysis(const std::string& population, const std::string& name) {
  const std::string place = "/analysis/" + population + "/" + name;
  return tried_apart(path_, [&] { return read_numbers(file_, place); });
}

Spikes RunReader::spikes(const std::string& population, FrameRange range) {
  const auto found = std::ranges::find(info_.spikes, population, &SpikesInfo::population);
  if (found == info_.spikes.end())
    throw base::IoError(path_ + ": no spikes of population '" + population + "' were recorded");
  const std::string place = "/spikes/" + population;
  const FrameRange chosen = clipped(range, found->trusted);
  return tried_apart(path_, [&] {
    Spikes found_spikes{read_range<double>(file_, place + "/timestamps", chosen),
                        read_range<std::uint64_t>(file_, place + "/node_ids", chosen), 0};
    found_spikes.neurons = file_.reading(
        place, [&] { return integer_attribute(file_.file().openGroup(place), "neurons").value_or(0); });
    check_written<double>(place + "/timestamps", found_spikes.times);
    check_written<std::uint64_t>(place + "/node_ids", found_spikes.node_ids);
    return found_spikes;
  });
}

AroundSpikes RunReader::around_spikes(const SnippetInfo& snippets, const std::string& variable) {
  const std::string place = "/around_spikes/" + snippets.group;
  return tried_apart(path_, [&] {
    const std::uint64_t spikes = snippets.trusted, samples = snippets.offsets.size();
    AroundSpikes all{read_range<double>(file_, place + "/timestamps", {0, spikes}),
                     read_range<std::uint64_t>(file_, place + "/node_ids", {0, spikes}),
                     read_range<double>(file_, place + "/sampled_at", {0, spikes}),
                     {}};
    const H5::DataSet values = open_numbers(file_, place + "/" + variable);
    all.values = file_.reading(place + "/" + variable, [&] {
      const std::vector<hsize_t> extents = shape(values);
      if (extents.size() != 2 || extents[0] < spikes || extents[1] != samples)
        file_.damaged(place + "/" + variable, "its shape is not that of its spikes and offsets");
      std::vector<std::size_t> columns(samples);
      std::iota(columns.begin(), columns.end(), std::size_t{0});
      const std::vector<std::vector<double>> by_offset = ColumnReading(values, columns, {0, spikes}).values();
      std::vector<std::vector<double>> by_spike(spikes, std::vector<double>(samples));
      for (std::uint64_t i = 0; i < spikes; ++i)
        for (std::uint64_t k = 0; k < samples; ++k) by_spike[i][k] = by_offset[k][i];
      return by_spike;
    });
    check_written<double>(place + "/timestamps", all.times);
    check_written<std::uint64_t>(place + "/node_ids", all.node_ids);
    check_written<double>(place + "/sampled_at", all.sampled_at);
    for (const std::vector<double>& row : all.values) check_written<double>(place + "/" + variable, row);
    return all;
  });
}

}  // namespace hillock::record
