// Writes edges as they come, and their indices at the end.
#include "record/edge_group.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "record/hdf5_read.hpp"

namespace hillock::record {

namespace {

constexpr hsize_t fewest_in_chunk = 64, most_in_chunk = 32768;
constexpr std::uint64_t indexed_at_once = std::uint64_t{1} << 22;  // edges whose ids are in memory
constexpr std::uint64_t read_at_once = std::uint64_t{1} << 18;

using Range = std::array<std::uint64_t, 2>;  // begin and end

// Of so many rows as there are likely to be: a chunk takes its whole place in the file.
hsize_t chunk_of(double rows) {
  return static_cast<hsize_t>(
      std::clamp(rows, static_cast<double>(fewest_in_chunk), static_cast<double>(most_in_chunk)));
}

H5::DataSet growing(H5::Group& group, const char* name, const H5::DataType& type, double rows,
                    const char* unit = nullptr) {
  H5::DataSet set = create_growing(group, name, type, {chunk_of(rows), 0, 0, 0});
  if (unit != nullptr) set_text(set, "units", unit);
  return set;
}

// A data set of ranges: [neuron or edge, bound].
H5::DataSet ranges(H5::Group& group, const char* name, H5::DataSet& rows, H5::DataSet& bound,
                   std::uint64_t count) {
  H5::DataSet set = create_growing(group, name, file_type<std::uint64_t>(),
                                   {chunk_of(static_cast<double>(count)), 2, 2, 0});
  attach_scale(set, rows, 0);
  attach_scale(set, bound, 1);
  return set;
}

void put(H5::DataSet& set, std::uint64_t at, const std::vector<Range>& rows) {
  if (!rows.empty()) append_rows(set, memory_type<std::uint64_t>(), at, rows.size(), 2, rows.data());
}

H5::DataSet write_nodes(H5::Group& group, const engine::EdgeEnd& end) {
  std::vector<std::int64_t> nodes(static_cast<std::size_t>(end.size));
  std::iota(nodes.begin(), nodes.end(), std::int64_t{0});
  H5::DataSet set = write_values<std::int64_t>(group, "node", nodes);
  set_text(set, "long_name", "index in the population " + end.name);
  make_scale(set, "node");
  return set;
}

}  // namespace

EdgeGroup::EdgeGroup(WritableFile& file, H5::Group& edges, const engine::EdgeLayout& layout)
    : file_(file),
      layout_(layout),
      place_("/edges/" + layout.group),
      of_source_(static_cast<std::size_t>(layout.source.size)),
      of_target_(static_cast<std::size_t>(layout.target.size)) {
  file.doing("creating " + place_, [&] {
    group_ = edges.createGroup(layout.group);
    set_text(group_, "connection", layout.connection);
    const auto ids = [&](const char* name, const engine::EdgeEnd& end) {
      H5::DataSet set = growing(group_, name, file_type<std::uint64_t>(), layout.expected);
      set_text(set, "node_population", end.name);
      return set;
    };
    index_ = growing(group_, "edge_group_index", file_type<std::uint64_t>(), layout.expected);
    make_scale(index_, "edge_group_index");
    sources_ = ids("source_node_id", layout.source);
    targets_ = ids("target_node_id", layout.target);
    H5::Group values = group_.createGroup("0");
    weights_ =
        growing(values, "syn_weight", file_type<double>(), layout.expected, layout.weight_unit.c_str());
    delays_ = growing(values, "delay", file_type<double>(), layout.expected, "ms");
    for (H5::DataSet* set : {&sources_, &targets_, &weights_, &delays_}) attach_scale(*set, index_, 0);
  });
}

void EdgeGroup::count(const engine::EdgeBlock& block) {
  for (const std::uint64_t source : block.sources) ++of_source_.at(source);
  for (const std::uint64_t target : block.targets) ++of_target_.at(target);
}

void EdgeGroup::append(const engine::EdgeBlock& block) {
  const std::size_t size = block.sources.size();
  if (block.targets.size() != size || block.weights.size() != size || block.delays.size() != size)
    throw base::InternalError("a block of edges for " + place_ + " has unequal numbers of values");
  if (!std::ranges::is_sorted(block.targets))
    throw base::InternalError("edges for " + place_ + " are not in order of their targets");
  count(block);
  std::vector<std::uint64_t> index(size);
  std::iota(index.begin(), index.end(), written_);
  const auto add = [&](H5::DataSet& set, const H5::DataType& type, const void* values) {
    if (size > 0) append_rows(set, type, written_, size, 0, values);
  };
  file_.doing("writing " + place_, [&] {
    add(sources_, memory_type<std::uint64_t>(), block.sources.data());
    add(targets_, memory_type<std::uint64_t>(), block.targets.data());
    add(index_, memory_type<std::uint64_t>(), index.data());
    add(weights_, memory_type<double>(), block.weights.data());
    add(delays_, memory_type<double>(), block.delays.data());
  });
  written_ += size;
  if (block.last) finish();
}

void EdgeGroup::finish() {
  file_.doing("writing the indices of " + place_, [&] {
    write_zeros("edge_type_id");
    write_zeros("edge_group_id");
    H5::Group indices = group_.createGroup("indices");
    bound_ = write_values<std::int64_t>(indices, "bound", std::array<std::int64_t, 2>{0, 1});
    make_scale(bound_, "bound");
    write_index_of_targets(indices);
    write_index_of_sources(indices);
  });
}

// All edges are of one type and in one group; what is never written is 0, and takes no room.
void EdgeGroup::write_zeros(const std::string& name) {
  const hsize_t size = written_;
  H5::DataSet set = group_.createDataSet(name, file_type<std::uint64_t>(), H5::DataSpace(1, &size));
  attach_scale(set, index_, 0);
}

// The edges onto a target follow one another: one range each. A target without any has none.
void EdgeGroup::write_index_of_targets(H5::Group& indices) {
  H5::Group group = indices.createGroup("target_to_source");
  H5::DataSet nodes = write_nodes(group, layout_.target);
  std::vector<Range> of_node(of_target_.size()), of_edges(of_target_.size());
  std::uint64_t begin = 0;
  for (std::size_t target = 0; target < of_target_.size(); ++target) {
    if (of_target_[target] == 0) continue;
    of_node[target] = {target, target + 1};
    of_edges[target] = {begin, begin + of_target_[target]};
    begin += of_target_[target];
  }
  H5::DataSet to_ranges = ranges(group, "node_id_to_ranges", nodes, bound_, of_node.size()),
              to_edges = ranges(group, "range_to_edge_id", nodes, bound_, of_edges.size());
  put(to_ranges, 0, of_node);
  put(to_edges, 0, of_edges);
}

// The edges of a source lie apart: one range each, by the source. They are found by reading the sources back,
// as often as it takes for those whose ids are in memory to be few.
void EdgeGroup::write_index_of_sources(H5::Group& indices) {
  H5::Group group = indices.createGroup("source_to_target");
  H5::DataSet nodes = write_nodes(group, layout_.source);
  std::vector<Range> of_node(of_source_.size());
  std::uint64_t begin = 0;
  for (std::size_t source = 0; source < of_source_.size(); ++source) {
    if (of_source_[source] > 0) of_node[source] = {begin, begin + of_source_[source]};
    begin += of_source_[source];
  }
  H5::DataSet to_ranges = ranges(group, "node_id_to_ranges", nodes, bound_, of_node.size()),
              to_edges = ranges(group, "range_to_edge_id", index_, bound_, written_);
  put(to_ranges, 0, of_node);
  std::uint64_t at = 0;
  for (std::size_t first = 0, end = 0; first < of_source_.size(); first = end) {
    std::uint64_t edges = 0;
    while (end < of_source_.size() && (end == first || edges + of_source_[end] <= indexed_at_once))
      edges += of_source_[end++];
    write_ids_of_sources(to_edges, first, end, at);
    at += edges;
  }
}

// Of the sources first <= i < end, at row `at`.
void EdgeGroup::write_ids_of_sources(H5::DataSet& to_edges, std::size_t first, std::size_t end,
                                     std::uint64_t at) {
  std::vector<std::uint64_t> next(end - first);
  std::uint64_t edges = 0;
  for (std::size_t source = first; source < end; ++source) {
    next[source - first] = edges;
    edges += of_source_[source];
  }
  std::vector<Range> of_edges(edges);
  for (std::uint64_t begin = 0; begin < written_ && edges > 0; begin += read_at_once) {
    const std::uint64_t count = std::min(read_at_once, written_ - begin);
    const auto sources = read_rows<std::uint64_t>(sources_, begin, count);
    for (std::uint64_t k = 0; k < count; ++k)
      if (sources[k] >= first && sources[k] < end)
        of_edges[next[sources[k] - first]++] = {begin + k, begin + k + 1};
  }
  put(to_edges, at, of_edges);
}

void EdgeGroups::append(const engine::EdgeBlock& block) {
  if (block.edges != static_cast<int>(complete_)) throw base::InternalError("edges come out of order");
  if (complete_ == 0 && !group_)
    file_.doing("creating /edges", [&] { edges_ = create_unnamed_group(file_.file()); });
  if (!group_) group_ = std::make_unique<EdgeGroup>(file_, edges_, layouts_.at(complete_));
  group_->append(block);
  if (!block.last) return;
  group_.reset();
  if (++complete_ < layouts_.size()) return;
  file_.flush("flushing the edges");
  file_.doing("naming /edges", [&] { name_group(edges_, file_.file().openGroup("/"), "edges"); });
  file_.flush("flushing the edges");
  close();
}

void EdgeGroups::close() {
  group_.reset();
  edges_.close();
}

}  // namespace hillock::record
