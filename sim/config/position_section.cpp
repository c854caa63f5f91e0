// `positions` of a population: where its neurons are.
#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "config/distances.hpp"

namespace hillock::config {
namespace {

using model::PositionSpec;

class PositionReader {
 public:
  PositionReader(Reader& reader, const model::PopulationSpec& population)
      : reader_(reader), name_(base::quoted(population.name)), size_(population.size) {}

  std::optional<PositionSpec> read(const Node& node) {
    if (!reader_.map(node, "'positions'")) return std::nullopt;
    const std::vector<std::string> keys{"grid", "extent", "uniform", "list", "periodic"};
    reader_.keys(node, "positions", keys);
    spec_.place = node.place;
    const Node *grid = node.find("grid"), *uniform = node.find("uniform"), *list = node.find("list");
    const int given = (grid != nullptr ? 1 : 0) + (uniform != nullptr ? 1 : 0) + (list != nullptr ? 1 : 0);
    if (given != 1) {
      reader_.error(node.place, "positions need one of 'grid', 'uniform' and 'list'",
                    "write for example {grid: [20, 20], extent: [1 mm, 1 mm]}, {uniform: [1 mm, 1 mm]} or "
                    "{list: [[0 um, 0 um], [50 um, 0 um]]}");
      return std::nullopt;
    }
    const Node* extent = node.find("extent");
    if (extent != nullptr && grid == nullptr) {
      reader_.error(extent->place, "extent is that of a grid",
                    "write {grid: [20, 20], extent: [1 mm, 1 mm]}");
      return std::nullopt;
    }
    const bool fine = grid != nullptr      ? read_grid(*grid, extent)
                      : uniform != nullptr ? read_extent(*uniform, "uniform", PositionSpec::Kind::uniform)
                                           : read_listed(*list);
    if (const Node* periodic = node.find("periodic"))
      spec_.periodic = reader_.flag(*periodic, "periodic").value_or(false);
    if (fine && spec_.periodic && spec_.kind == PositionSpec::Kind::list) {
      reader_.error(node.find("periodic")->place, "listed positions have no extent to be periodic over",
                    "take a grid, or positions drawn by 'uniform'");
      return std::nullopt;
    }
    return fine ? std::optional(std::move(spec_)) : std::nullopt;
  }

 private:
  bool axes(const Node& node, const std::string& what, const std::string& example) {
    if (node.is_sequence() && !node.items.empty() && node.items.size() <= 3) return true;
    reader_.error(node.place, what + " has a value for each of one to three axes, got " + node.describe(),
                  "write for example '" + what + ": " + example + "'");
    return false;
  }

  bool read_extent(const Node& node, const std::string& what, PositionSpec::Kind kind) {
    spec_.kind = kind;
    if (!axes(node, what, "[1 mm, 1 mm]")) return false;
    for (const Node& item : node.items) {
      const auto length = positive_length(reader_, item, what);
      if (!length) return false;
      spec_.extent.push_back(*length);
    }
    return true;
  }

  bool read_grid(const Node& node, const Node* extent) {
    if (!axes(node, "grid", "[20, 20]")) return false;
    std::int64_t cells = 1;
    for (const Node& item : node.items) {
      const auto count = reader_.whole(item, "grid", 1, std::int64_t{1} << 20);
      if (!count) return false;
      spec_.grid.push_back(*count);
      cells *= *count;
    }
    if (cells != size_) {
      reader_.error(node.place,
                    "the grid has " + base::counted(cells, "place") + " for the " +
                        base::counted(size_, "neuron") + " of " + name_,
                    "write 'size: " + std::to_string(cells) + "', or another grid");
      return false;
    }
    if (extent == nullptr) {
      reader_.error(node.place, "the grid has no 'extent'",
                    "write how long it is along each axis, for example 'extent: [1 mm, 1 mm]'");
      return false;
    }
    if (!read_extent(*extent, "extent", PositionSpec::Kind::grid)) return false;
    if (spec_.extent.size() == spec_.grid.size()) return true;
    reader_.error(extent->place, "extent has " + base::counted(std::ssize(spec_.extent), "value") +
                                     ", but the grid has " + std::to_string(spec_.grid.size()));
    return false;
  }

  bool read_listed(const Node& node) {
    spec_.kind = PositionSpec::Kind::list;
    if (!node.is_sequence() || std::ssize(node.items) != size_) {
      reader_.error(node.place,
                    "list needs a position for each of the " + base::counted(size_, "neuron") + " of " +
                        name_ + ", got " +
                        (node.is_sequence() ? std::to_string(node.items.size()) : node.describe()),
                    "write for example [[0 um, 0 um], [50 um, 0 um]]");
      return false;
    }
    for (const Node& item : node.items) {
      if (!axes(item, "list", "[[0 um, 50 um], ...]")) return false;
      std::array<double, 3> place{};
      for (std::size_t axis = 0; axis < item.items.size(); ++axis) {
        const auto value = reader_.value(item.items[axis], "a position", base::dimension::length);
        if (!value) return false;
        place[axis] = *value;
      }
      if (spec_.list.empty()) spec_.extent.assign(item.items.size(), 0.0);
      if (item.items.size() != spec_.extent.size()) {
        reader_.error(item.place, "this position has another number of axes than the first one");
        return false;
      }
      spec_.list.push_back(place);
    }
    return true;
  }

  Reader& reader_;
  std::string name_;  // as it is quoted: several populations may have the same positions by 'like'
  std::int64_t size_;
  PositionSpec spec_;
};

// The lowest and highest place along an axis.
std::pair<double, double> span_of(const PositionSpec& spec, std::size_t axis) {
  if (spec.kind != PositionSpec::Kind::list) return {-spec.extent[axis] / 2, spec.extent[axis] / 2};
  std::pair<double, double> span{0, 0};
  if (!spec.list.empty()) span = {spec.list.front()[axis], spec.list.front()[axis]};
  for (const auto& place : spec.list)
    span = {std::min(span.first, place[axis]), std::max(span.second, place[axis])};
  return span;
}

}  // namespace

std::optional<PositionSpec> read_positions(Reader& reader, const Node& node,
                                           const model::PopulationSpec& population) {
  return PositionReader(reader, population).read(node);
}

double farthest(const PositionSpec& a, const PositionSpec& b) {
  double squares = 0;
  for (std::size_t axis = 0; axis < a.extent.size(); ++axis) {
    const auto [low, high] = span_of(a, axis);
    const auto [from, to] = span_of(b, axis);
    const double apart = a.periodic ? a.extent[axis] / 2 : std::max(high - from, to - low);
    squares += apart * apart;
  }
  return std::sqrt(squares);
}

}  // namespace hillock::config
