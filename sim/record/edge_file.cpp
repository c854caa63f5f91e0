// Finds edges in HDF5 and text files, and the values that belong to each.
#include "record/edge_file.hpp"

#include <algorithm>
#include <cmath>
#include <map>
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

// One population of SONATA's edges.
class SonataEdges {
 public:
  SonataEdges(ReadableFile& file, const std::string& wanted) : file_(file) {
    const auto populations = file.reading("/edges", [&] {
      const H5::Group root = file.file().openGroup("/");
      if (!has_group(root, "edges")) return std::vector<std::string>{};
      return member_names(root.openGroup("edges"), H5O_TYPE_GROUP);
    });
    if (populations.empty())
      throw IoError(file.path() + " has no group /edges with a population, as SONATA has");
    folder_ = "/edges/" + chosen_population(file.path(), "edges", wanted, populations);
  }

  EdgeFile read(const std::vector<std::string>& names) {
    EdgeFile edges;
    edges.place = file_.path() + ": " + folder_;
    edges.sources = numbers("source_node_id");
    edges.targets = numbers("target_node_id");
    count_ = edges.sources.size();
    require_as_many("target_node_id", edges.targets);
    if (!names.empty()) find_groups();
    for (const std::string& name : names) edges.values.push_back(values_of(name));
    return edges;
  }

 private:
  std::vector<double> numbers(const std::string& name) { return finite(folder_ + "/" + name); }

  std::vector<double> finite(const std::string& name) {
    std::vector<double> found = read_numbers(file_, name);
    const auto wrong = std::ranges::find_if_not(found, [](double value) { return std::isfinite(value); });
    if (wrong == found.end()) return found;
    throw IoError(file_.path() + ": " + name + ", row " + std::to_string(wrong - found.begin()) +
                  " (from 0): " + base::number(*wrong) + " is not a finite number");
  }

  void require_as_many(const std::string& name, const std::vector<double>& found) const {
    if (found.size() == count_) return;
    throw IoError(file_.path() + ": " + folder_ + "/source_node_id has " + std::to_string(count_) +
                  " values, " + folder_ + "/" + name + " has " + std::to_string(found.size()));
  }

  bool has(const std::string& name) {
    return file_.reading(
        folder_, [&] { return has_data_set(file_.file().openGroup("/"), folder_.substr(1) + "/" + name); });
  }

  // Which group has the values of an edge, and at which place; where that is not said, all are in group 0 in
  // the order of the edges.
  void find_groups() {
    if (!has("edge_group_id")) return;
    groups_ = numbers("edge_group_id");
    places_ = numbers("edge_group_index");
    require_as_many("edge_group_id", groups_);
    require_as_many("edge_group_index", places_);
  }

  const std::vector<double>& of_group(std::map<double, std::vector<double>>& known, double group,
                                      const std::string& name) {
    const auto found = known.find(group);
    if (found != known.end()) return found->second;
    return known[group] = finite(folder_ + "/" + base::number(group) + "/" + name);
  }

  std::vector<double> values_of(const std::string& name) {
    std::map<double, std::vector<double>> known;
    if (groups_.empty()) {
      std::vector<double> values = count_ == 0 ? std::vector<double>{} : of_group(known, 0, name);
      require_as_many("0/" + name, values);
      return values;
    }
    std::vector<double> values(count_);
    for (std::size_t edge = 0; edge < count_; ++edge) {
      const std::vector<double>& group = of_group(known, groups_[edge], name);
      const double place = places_[edge];
      if (!(place >= 0 && place < static_cast<double>(group.size())) || place != std::floor(place))
        throw IoError(file_.path() + ": " + folder_ + "/edge_group_index, row " + std::to_string(edge) +
                      " (from 0): " + name + " of group " + base::number(groups_[edge]) + " has " +
                      base::counted(std::ssize(group), "value") + ", there is none at " +
                      base::number(place));
      values[edge] = group[static_cast<std::size_t>(place)];
    }
    return values;
  }

  ReadableFile& file_;
  std::string folder_;
  std::size_t count_ = 0;
  std::vector<double> groups_, places_;
};

EdgeFile from_text(const std::string& path, const EdgeNames& names) {
  if (!names.population.empty())
    throw IoError(path + " is text, which has one population of edges: leave 'population' out");
  const CsvTable table(path);
  EdgeFile edges;
  edges.place = path;
  edges.sources = table.numbers(table.find(names.source));
  edges.targets = table.numbers(table.find(names.target));
  for (const std::string& name : names.values) edges.values.push_back(table.numbers(table.find(name)));
  for (std::size_t row = 0; row < table.rows(); ++row) edges.lines.push_back(table.line(row));
  return edges;
}

}  // namespace

std::string EdgeFile::row(std::size_t edge) const {
  if (!lines.empty()) return place + ": row " + std::to_string(lines[edge]);
  return place + ", edge " + std::to_string(edge) + " (from 0)";
}

EdgeFile read_edges(const std::string& path, const EdgeNames& names) {
  if (!is_hdf5(path)) return from_text(path, names);
  return tried_apart(path, [&] {
    ReadableFile file(path);
    return SonataEdges(file, names.population).read(names.values);
  });
}

}  // namespace hillock::record
