// A file is what it says after each single write to it: what a killed run leaves, and what a reader meets.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>

#include "record/hdf5_file.hpp"
#include "record/hdf5_read.hpp"
#include "record/recover.hpp"
#include "record/run_file.hpp"
#include "record/run_info.hpp"
#include "record/run_writer.hpp"
#include "record/sample.hpp"
#include "record/spike_file.hpp"
#include "record/spike_group.hpp"

namespace hillock::record {
namespace {

// A call that changed a file: bytes at a place, or, without bytes, a new size.
struct Change {
  off_t place = 0;
  std::vector<char> bytes;
  bool truncates = false;
};

std::mutex journal_mutex;
std::vector<Change>* journal = nullptr;  // where changes are noted, if anywhere

const pid_t test_process = getpid();
int changes_left = -1;  // until a child of this process is killed; negative: it is not

void note(Change change) {
  if (changes_left >= 0 && getpid() != test_process && changes_left-- == 0) kill(getpid(), SIGKILL);
  const std::lock_guard lock(journal_mutex);
  if (journal != nullptr) journal->push_back(std::move(change));
}

}  // namespace
}  // namespace hillock::record

// These take the place of the C library's in this program.
extern "C" ssize_t pwrite(int descriptor, const void* bytes, std::size_t size, off_t place) {
  const auto* first = static_cast<const char*>(bytes);
  hillock::record::note({place, {first, first + size}, false});
  return syscall(SYS_pwrite64, descriptor, bytes, size, place);
}

extern "C" int ftruncate(int descriptor, off_t size) noexcept {
  hillock::record::note({size, {}, true});
  return static_cast<int>(syscall(SYS_ftruncate, descriptor, size));
}

namespace hillock::record {
namespace {

constexpr std::uint64_t spikes_per_stretch = 4096;  // a chunk

engine::SpikeBlock spikes_of(int stretch) {
  engine::SpikeBlock block;
  for (std::uint64_t k = 0; k < spikes_per_stretch; ++k) {
    block.times.push_back(stretch + static_cast<double>(k + 1) / spikes_per_stretch);
    block.node_ids.push_back(k);
  }
  return block;
}

engine::EdgeLayout edges_called(const std::string& group) {
  engine::EdgeLayout layout;
  layout.group = layout.connection = group;
  layout.source = {0, "exc", 100};
  layout.target = {0, "exc", 50};
  layout.weight_unit = "pA";
  return layout;
}

// From neuron k % 100 to neuron k / 1000, k = first ... first + 9999, with the weight k.
engine::EdgeBlock edges_from(int layout, std::uint64_t first) {
  engine::EdgeBlock block;
  block.edges = layout;
  for (std::uint64_t k = first; k < first + 10000; ++k) {
    block.sources.push_back(k % 100);
    block.targets.push_back(k / 1000);
    block.weights.push_back(static_cast<double>(k));
    block.delays.push_back(1.5);
  }
  block.last = first == 40000;
  return block;
}

constexpr std::int64_t frames_of_weights = 8;

engine::WeightLayout weights_of(const std::string& group) {
  engine::WeightLayout layout;
  layout.edges = edges_called(group);
  layout.frames = frames_of_weights;
  layout.interval = 1;
  layout.float64 = true;
  return layout;
}

engine::WeightColumns columns_of(int layout) {
  engine::WeightColumns columns;
  columns.weights = layout;
  for (std::uint64_t k = 0; k < 5000; ++k) {
    columns.sources.push_back(k % 100);
    columns.targets.push_back(k / 100);
  }
  return columns;
}

// A frame whose values are its number.
engine::WeightBlock weights_at(int layout, std::int64_t frame) {
  engine::WeightBlock block;
  block.weights = layout;
  block.first_frame = frame;
  block.frames = 1;
  block.values64.assign(5000, static_cast<double>(frame));
  return block;
}

engine::SnippetLayout snippets_of_exc() {
  engine::SnippetLayout snippets;
  snippets.group = snippets.population = "exc";
  snippets.variables = {{"V", "mV", "membrane potential"}};
  snippets.neurons = {0};
  snippets.offsets = {0};
  return snippets;
}

// A population that fires so often that the tree of its chunks splits several times.
std::vector<Change> changes_of_a_run(const std::string& path, int stretches,
                                     const std::vector<engine::EdgeLayout>& edges = {},
                                     const std::vector<engine::WeightLayout>& weights = {}) {
  std::vector<Change> changes;
  {
    const std::lock_guard lock(journal_mutex);
    journal = &changes;
  }
  {
    engine::RunLayout layout = sample_layout(1e6);
    layout.reports.clear();
    layout.edges = edges;
    layout.weights = weights;
    if (!edges.empty()) layout.snippets = {snippets_of_exc()};
    RunWriter writer(path, false, layout, {std::size_t{1} << 20, 0.0});
    for (int one = 0; one < static_cast<int>(edges.size()); ++one)
      for (std::uint64_t first = 0; first < 50000; first += 10000) writer.write(edges_from(one, first));
    for (int one = 0; one < static_cast<int>(weights.size()); ++one) writer.write(columns_of(one));
    for (int stretch = 0; stretch < stretches; ++stretch) {
      writer.write(spikes_of(stretch));
      for (int one = 0; one < static_cast<int>(weights.size()); ++one) writer.write(weights_at(one, stretch));
      writer.advance(stretch + 1);
    }
    writer.finish(engine::RunEnd::interrupted, stretches, "", {});
  }
  const std::lock_guard lock(journal_mutex);
  journal = nullptr;
  return changes;
}

void apply(const Change& change, int descriptor) {
  if (change.truncates)
    REQUIRE(syscall(SYS_ftruncate, descriptor, change.place) == 0);
  else
    REQUIRE(syscall(SYS_pwrite64, descriptor, change.bytes.data(), change.bytes.size(), change.place) ==
            static_cast<ssize_t>(change.bytes.size()));
}

// Under a sanitizer reading takes many times as long, and what it looks for does not hang on each single
// change.
constexpr std::size_t changes_per_check = trials(6) == 6 ? 1 : 6;

// Makes the changes one by one in a file of their own; after each, check(path) tells how far the file can be
// read, or -1, which never falls. Returns how far in the end.
template <class Check>
std::int64_t replayed(const std::vector<Change>& changes, const std::string& path, Check check) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  REQUIRE(descriptor >= 0);
  std::int64_t reached = -1;
  std::size_t since_check = 0;
  for (const Change& change : changes) {
    apply(change, descriptor);
    if (++since_check < changes_per_check && &change != &changes.back()) continue;
    since_check = 0;
    const std::int64_t count = check(path);
    CHECK(count >= reached);
    reached = count;
  }
  close(descriptor);
  return reached;
}

// One value of each chunk within what the file says is there, compared; gives how many that are. -1: no file
// yet.
std::int64_t checked_spikes(const std::string& path) {
  std::unique_ptr<ReadableFile> file;
  try {
    file = std::make_unique<ReadableFile>(path);
  } catch (const base::IoError&) {
    return -1;
  }
  return file->reading("/spikes/exc", [&] {
    const H5::Group group = file->file().openGroup("/spikes/exc");
    const auto count = static_cast<std::uint64_t>(recorded_spikes(group).value()[1]);
    for (const char* name : {"timestamps", "node_ids"}) {
      const H5::DataSet set = group.openDataSet(name);
      REQUIRE(shape(set).at(0) >= count);
      const hsize_t chunks = count / spikes_per_stretch, first = 7, step = spikes_per_stretch;
      if (chunks == 0) continue;
      std::vector<double> values(chunks);
      H5::DataSpace place = set.getSpace();
      place.selectHyperslab(H5S_SELECT_SET, &chunks, &first, &step);
      set.read(values.data(), memory_type<double>(), H5::DataSpace(1, &chunks), place);
      std::size_t wrong = 0;
      for (std::size_t k = 0; k < chunks; ++k)
        wrong += values[k] != (name[0] == 'n' ? 7.0 : static_cast<double>(k) + 8.0 / spikes_per_stretch);
      CHECK(wrong == 0);
    }
    return static_cast<std::int64_t>(count);
  });
}

TEST_CASE("after each single write the file can be read up to where it says") {
  const TemporaryFolder folder;
  constexpr int stretches = 140;
  const std::vector<Change> changes = changes_of_a_run(folder / "run.h5", stretches);
  REQUIRE(changes.size() > 5 * stretches);
  const auto reached = replayed(changes, folder / "replayed.h5", checked_spikes);
  CHECK(reached == stretches * static_cast<std::int64_t>(spikes_per_stretch));
}

// How many groups of edges there are; each must have all of them, and their indices.
std::size_t checked_edges(const std::string& path) {
  std::unique_ptr<ReadableFile> file;
  try {
    file = std::make_unique<ReadableFile>(path);
  } catch (const base::IoError&) {
    return 0;
  }
  return file->reading("/edges", [&]() -> std::size_t {
    const H5::Group root = file->file().openGroup("/");
    if (!has_group(root, "edges")) return 0;
    const std::vector<std::string> groups = member_names(root.openGroup("edges"), H5O_TYPE_GROUP);
    for (const std::string& name : groups) {
      const H5::Group group = root.openGroup("edges/" + name);
      const H5::DataSet weights = group.openDataSet("0/syn_weight"),
                        ids = group.openDataSet("indices/source_to_target/range_to_edge_id"),
                        targets = group.openDataSet("indices/target_to_source/range_to_edge_id");
      REQUIRE(rows(weights) == 50000);
      CHECK(read_rows<double>(weights, 49998, 2) == std::vector<double>{49998, 49999});
      REQUIRE(shape(ids) == std::vector<hsize_t>{50000, 2});
      REQUIRE(shape(targets) == std::vector<hsize_t>{50, 2});
    }
    return groups.size();
  });
}

TEST_CASE("after each single write there are all edges or none") {
  const TemporaryFolder folder;
  std::vector<engine::EdgeLayout> edges;  // so many that their list is split
  for (int k = 0; k < 10; ++k) edges.push_back(edges_called("connection_" + std::to_string(k)));
  const std::vector<Change> changes = changes_of_a_run(folder / "run.h5", 20, edges);
  std::size_t there = 0;
  const auto reached = replayed(changes, folder / "replayed.h5", [&](const std::string& path) {
    const std::size_t groups = checked_edges(path);
    CHECK((groups == 0 || groups == edges.size()));
    CHECK(groups >= there);
    there = groups;
    return checked_spikes(path);
  });
  CHECK(reached == 20 * static_cast<std::int64_t>(spikes_per_stretch));
  CHECK(there == edges.size());
}

// How many frames of weights can be trusted; they are right. -1 if none of their groups is there.
std::int64_t checked_weights(const std::string& path, std::size_t groups) {
  RunInfo info;
  try {
    info = read_info(path);
  } catch (const base::IoError&) {
    return -1;
  }
  if (info.weights.empty()) return -1;
  REQUIRE(info.weights.size() == groups);
  std::uint64_t least = frames_of_weights;
  ReadableFile file(path);
  for (const WeightsInfo& weights : info.weights) {
    CHECK(weights.synapses == 5000);
    CHECK(weights.source == "exc");
    const std::uint64_t frames = trusted_frames(weights.report);
    least = std::min(least, frames);
    const H5::DataSet set = file.file().openDataSet("/connections/" + weights.report.group + "/weight");
    for (std::uint64_t frame = 0; frame < frames; ++frame) {
      const std::array<hsize_t, 2> start{frame, 0}, count{1, 5000};
      H5::DataSpace space = set.getSpace();
      space.selectHyperslab(H5S_SELECT_SET, count.data(), start.data());
      std::vector<double> values(5000);
      set.read(values.data(), memory_type<double>(), H5::DataSpace(2, count.data()), space);
      CHECK(values == std::vector<double>(5000, static_cast<double>(frame)));
    }
  }
  return static_cast<std::int64_t>(least);
}

TEST_CASE("after each single write weights say whose they are, and are right as far as they are trusted") {
  const TemporaryFolder folder;
  std::vector<engine::WeightLayout> weights;
  for (int k = 0; k < 3; ++k) weights.push_back(weights_of("connection_" + std::to_string(k)));
  const std::vector<Change> changes = changes_of_a_run(folder / "run.h5", frames_of_weights, {}, weights);
  const auto reached = replayed(changes, folder / "replayed.h5", [&](const std::string& path) {
    return checked_weights(path, weights.size());
  });
  CHECK(reached == frames_of_weights);
}

TEST_CASE("a recovery cuts weights to the end that all parts have") {
  const TemporaryFolder folder;
  engine::RunLayout layout = sample_layout(1e6);
  layout.reports.clear();
  layout.weights = {weights_of("ee")};
  {
    RunFile run(folder / "run.h5", false, layout);
    run.append(columns_of(0));
    for (int stretch = 0; stretch < 5; ++stretch) {
      run.append(weights_at(0, stretch));
      run.append(spikes_of(stretch));
      run.flush(stretch + 1);
    }
    run.append(weights_at(0, 5));
    run.append(weights_at(0, 6));
  }
  {
    H5::H5File file(folder / "run.h5.partial", H5F_ACC_RDWR, H5::FileCreatPropList::DEFAULT,
                    access_without_lock());
    H5::Group root = file.openGroup("/");
    set_number<double>(root, "recorded_until_ms", 2.5);
  }
  CHECK(recover(folder / "run.h5.partial", false).until == 2.5);
  const RunInfo info = read_info(folder / "run.h5");
  REQUIRE(info.weights.size() == 1);
  CHECK(info.weights[0].report.frames == 3);
  CHECK(trusted_frames(info.weights[0].report) == 3);
}

TEST_CASE("edges that were not all handed over are not in the file") {
  const TemporaryFolder folder;
  engine::RunLayout layout = sample_layout();
  layout.edges = {edges_called("ee")};
  RunWriter writer(folder / "run.h5", false, layout);
  writer.write(edges_from(0, 0));
  writer.finish(engine::RunEnd::interrupted, 0, "", {});
  CHECK(checked_edges(folder / "run.h5.partial") == 0);
  CHECK(read_info(folder / "run.h5.partial").edges.empty());
}

// What is left of a run killed after 140 ms, which says that it is to be trusted up to `until` only, in the
// middle of a chunk.
void leave_much_to_cut(const TemporaryFolder& folder, const std::string& path, double until) {
  engine::RunLayout layout = sample_layout(1e6);
  layout.reports.clear();
  RunFile run(folder / "killed.h5", false, layout);
  for (int stretch = 0; stretch < 140; ++stretch) {
    run.append(spikes_of(stretch));
    run.flush(stretch + 1);
  }
  std::filesystem::copy_file(folder / "killed.h5.partial", path);
  // Data that were written and not flushed.
  std::filesystem::resize_file(path, std::filesystem::file_size(path) + 100000);
  H5::H5File file(path, H5F_ACC_RDWR, H5::FileCreatPropList::DEFAULT, access_without_lock());
  H5::Group root = file.openGroup("/");
  set_number<double>(root, "recorded_until_ms", until);
}

// Gives whether it was killed.
bool recover_until_change(const std::string& path, int change) {
  changes_left = change;
  const std::string error = io_error([&] { recover(path, false); });
  changes_left = -1;
  return error != "no error";
}

TEST_CASE("a recovery killed at any of its writes can be done again, with the same result") {
  const TemporaryFolder folder;
  const std::string path = folder / "run.h5.partial", original = folder / "original";
  leave_much_to_cut(folder, original, 3.5);
  const std::uint64_t expected = 7 * spikes_per_stretch / 2;
  int change = 0;
  for (bool killed = true; killed; ++change) {
    CAPTURE(change);
    std::filesystem::copy_file(original, path);
    killed = recover_until_change(path, change);
    if (killed) CHECK(recover(path, false).until == 3.5);
    const SpikeFile spikes = read_spikes(folder / "run.h5", "exc");
    REQUIRE(spikes.times.size() == expected);
    std::size_t wrong = 0;
    for (std::size_t k = 0; k < expected; ++k)
      wrong += spikes.times[k] != static_cast<double>(k + 1) / spikes_per_stretch ||
               spikes.node_ids[k] != k % spikes_per_stretch;
    CHECK(wrong == 0);
    std::filesystem::remove(folder / "run.h5");
  }
  CHECK(change > 8);
}

}  // namespace
}  // namespace hillock::record
