// Reads spikes, checks them row by row and puts them in order.
#include "record/spike_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "record/apart.hpp"
#include "record/columns.hpp"
#include "record/csv.hpp"
#include "record/hdf5_read.hpp"

namespace hillock::record {

using base::IoError;

namespace {

// Checks the numbers of all rows; where(i) is the place of row i in the file.
template <class Where>
SpikeFile checked(const std::vector<double>& times, const std::vector<double>& ids, Where where) {
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!std::isfinite(times[i]))
      throw IoError(where(i) + ": the spike time " + base::number(times[i]) + " is not a finite number");
    if (times[i] < 0) throw IoError(where(i) + ": the spike time " + base::number(times[i]) + " is negative");
    if (!(ids[i] >= 0 && ids[i] < 9007199254740992.0) || ids[i] != std::floor(ids[i]))
      throw IoError(where(i) + ": the node id " + base::number(ids[i]) + " is not a whole number from 0 on");
  }
  std::vector<std::size_t> order(times.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(times[a], ids[a]) < std::pair(times[b], ids[b]);
  });
  SpikeFile spikes;
  spikes.times.reserve(order.size());
  spikes.node_ids.reserve(order.size());
  for (const std::size_t i : order) {
    const auto id = static_cast<std::uint64_t>(ids[i]);
    if (!spikes.times.empty() && spikes.times.back() == times[i] && spikes.node_ids.back() == id)
      ++spikes.duplicates;
    spikes.times.push_back(times[i]);
    spikes.node_ids.push_back(id);
  }
  return spikes;
}

void check_unit(ReadableFile& file, const std::string& timestamps) {
  const auto unit =
      file.reading(timestamps, [&] { return text_attribute(file.file().openDataSet(timestamps), "units"); });
  if (unit && *unit != "ms" && *unit != "millisecond" && *unit != "milliseconds")
    throw IoError(file.path() + ": " + timestamps + " is in '" + *unit + "', expected ms");
}

SpikeFile from_hdf5(const std::string& path, const std::string& wanted) {
  ReadableFile file(path);
  std::vector<std::string> populations;
  bool old_layout = false;
  file.reading("/spikes", [&] {
    const H5::Group root = file.file().openGroup("/");
    if (!has_group(root, "spikes")) throw IoError(path + " has no group /spikes, expected SONATA's spikes");
    old_layout = has_data_set(root, "spikes/timestamps") && has_data_set(root, "spikes/gids");
    populations = member_names(root.openGroup("spikes"), H5O_TYPE_GROUP);
  });
  if (!old_layout && populations.empty()) throw IoError(path + ": the group /spikes has no population");
  const std::string folder =
      old_layout ? "/spikes/" : "/spikes/" + chosen_population(path, "spikes", wanted, populations) + "/";
  const std::string timestamps = folder + "timestamps", ids = folder + (old_layout ? "gids" : "node_ids");
  const std::vector<double> times = read_numbers(file, timestamps), nodes = read_numbers(file, ids);
  check_unit(file, timestamps);
  if (times.size() != nodes.size())
    throw IoError(path + ": " + timestamps + " has " + std::to_string(times.size()) + " values, " + ids +
                  " has " + std::to_string(nodes.size()));
  SpikeFile spikes = checked(times, nodes, [&](std::size_t row) {
    return path + ": " + folder + ", row " + std::to_string(row) + " (from 0)";
  });
  spikes.populations = std::move(populations);
  return spikes;
}

template <std::size_t n>
std::optional<std::size_t> find_any(const CsvTable& table, const std::array<const char*, n>& names) {
  const auto& header = table.header();
  for (std::size_t column = 0; column < header.size(); ++column)
    if (std::find(names.begin(), names.end(), header[column]) != names.end()) return column;
  return std::nullopt;
}

SpikeFile from_text(const std::string& path, const std::string& wanted) {
  const CsvTable table(path);
  auto id = find_any(table, std::array{"node_id", "node_ids", "gid", "gids", "id", "neuron"});
  auto time = find_any(table, std::array{"time", "times", "timestamp", "timestamps", "t"});
  const auto group = find_any(table, std::array{"population"});
  if (!id && !time && table.columns() == 2) {
    id = 0;
    time = 1;
  }
  if (!id || !time)
    throw IoError(path + ": expected two columns, node_id and time, or a header that names them");
  const std::vector<double> all_times = table.numbers(*time), all_ids = table.numbers(*id);
  std::vector<std::string> populations;
  std::vector<std::size_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  if (group) {
    for (const std::size_t row : rows) populations.emplace_back(table.cell(row, *group));
    std::sort(populations.begin(), populations.end());
    populations.erase(std::unique(populations.begin(), populations.end()), populations.end());
    const std::string name = chosen_population(path, "spikes", wanted, populations);
    std::erase_if(rows, [&](std::size_t row) { return table.cell(row, *group) != name; });
  }
  std::vector<double> times, ids;
  for (const std::size_t row : rows) {
    times.push_back(all_times[row]);
    ids.push_back(all_ids[row]);
  }
  SpikeFile spikes = checked(
      times, ids, [&](std::size_t i) { return path + ": row " + std::to_string(table.line(rows[i])); });
  spikes.populations = std::move(populations);
  return spikes;
}

}  // namespace

SpikeFile read_spikes(const std::string& path, const std::string& population) {
  if (!is_hdf5(path)) return from_text(path, population);
  return tried_apart(path, [&] { return from_hdf5(path, population); });
}

}  // namespace hillock::record
