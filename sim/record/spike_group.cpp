// Gathers spikes and writes them many at a time.
#include "record/spike_group.hpp"

namespace hillock::record {
namespace {

constexpr std::size_t gathered_spikes = 16384;  // written as soon as so many wait

// SONATA's way to say in which order the spikes stand.
void set_sorting(H5::Group& group) {
  H5::EnumType type(H5::PredType::STD_U8LE);
  std::uint8_t code = 0;
  for (const char* name : {"none", "by_id", "by_time"}) {
    type.insert(name, &code);
    ++code;
  }
  const std::uint8_t by_time = 2;
  group.createAttribute("sorting", type, H5::DataSpace(H5S_SCALAR)).write(type, &by_time);
}

}  // namespace

std::optional<std::array<double, 2>> recorded_spikes(const H5::Group& group) {
  if (!group.attrExists("recorded")) return std::nullopt;
  const H5::Attribute attribute = group.openAttribute("recorded");
  if (attribute.getTypeClass() != H5T_FLOAT || attribute.getSpace().getSimpleExtentNpoints() != 2)
    return std::nullopt;
  std::array<double, 2> recorded{};
  attribute.read(memory_type<double>(), recorded.data());
  return recorded;
}

void set_recorded_spikes(H5::Group& group, double time, std::uint64_t count) {
  const std::array<double, 2> recorded{time, static_cast<double>(count)};
  const hsize_t two = 2;
  const H5::Attribute attribute =
      group.attrExists("recorded")
          ? group.openAttribute("recorded")
          : group.createAttribute("recorded", file_type<double>(), H5::DataSpace(1, &two));
  attribute.write(memory_type<double>(), recorded.data());
}

SpikeGroup::SpikeGroup(WritableFile& file, const engine::SpikeLayout& layout)
    : file_(file), place_("/spikes/" + layout.population) {
  file.doing("creating " + place_, [&] {
    group_ = file.file().createGroup(place_);
    set_sorting(group_);
    set_recorded_spikes(group_, 0, 0);
    if (layout.neurons > 0) set_number<std::int64_t>(group_, "neurons", layout.neurons);
    timestamps_ = create_growing(group_, "timestamps", file_type<double>(), {chunk_spikes, 0, 0, 0});
    set_text(timestamps_, "units", "ms");
    make_scale(timestamps_, "timestamps");
    ids_ = create_growing(group_, "node_ids", file_type<std::uint64_t>(), {chunk_spikes, 0, 0, 0});
    attach_scale(ids_, timestamps_, 0);
  });
}

void SpikeGroup::append(const engine::SpikeBlock& block) {
  if (block.times.size() != block.node_ids.size())
    throw base::InternalError("a block of spikes for " + place_ + " has unequal numbers of times and ids");
  for (const double time : block.times) {
    if (!(time >= last_time_))
      throw base::InternalError("spikes for " + place_ + " are not in order of time");
    last_time_ = time;
  }
  times_.insert(times_.end(), block.times.begin(), block.times.end());
  node_ids_.insert(node_ids_.end(), block.node_ids.begin(), block.node_ids.end());
  if (times_.size() >= gathered_spikes) write_waiting();
}

void SpikeGroup::write_waiting() {
  if (times_.empty()) return;
  file_.doing("writing " + place_, [&] {
    append_rows(timestamps_, memory_type<double>(), written_, times_.size(), 0, times_.data());
    append_rows(ids_, memory_type<std::uint64_t>(), written_, times_.size(), 0, node_ids_.data());
  });
  written_ += times_.size();
  times_.clear();
  node_ids_.clear();
}

void SpikeGroup::trust(double time) {
  file_.doing("writing " + place_, [&] { set_recorded_spikes(group_, time, written_); });
}

}  // namespace hillock::record
