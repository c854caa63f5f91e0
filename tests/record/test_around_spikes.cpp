// What is written around spikes: every value, its labels, and what is left of it when the run is killed.
#include <doctest/doctest.h>

#include <filesystem>

#include "record/hdf5_read.hpp"
#include "record/recover.hpp"
#include "record/run_reader.hpp"
#include "record/run_writer.hpp"
#include "record/sample.hpp"

namespace hillock::record {
namespace {

// The sample run, with V and w of neurons 0 and 7 from 0.5 ms before to 2 ms after each spike.
engine::RunLayout layout_with_windows(double duration, bool float64 = false) {
  engine::RunLayout layout = sample_layout(duration);
  layout.reports.resize(2);
  engine::SnippetLayout snippets;
  snippets.group = snippets.population = "exc";
  snippets.variables = {{"V", "mV", "membrane potential"}, {"w", "pA", "adaptation current"}};
  snippets.neurons = {0, 7};
  for (int k = -1; k <= 4; ++k) snippets.offsets.push_back(0.5 * k);
  snippets.float64 = float64;
  layout.snippets = {snippets};
  return layout;
}

constexpr std::int64_t window = 2;  // ms after a spike

double value_at(double time, std::size_t sample, std::uint64_t neuron, int variable) {
  return sample_value(static_cast<std::int64_t>(time) * 8 + static_cast<std::int64_t>(sample),
                      static_cast<std::int64_t>(neuron), variable);
}

// Windows that ended between two whole ms: those of the spikes in (from - window, to - window].
engine::SnippetBlock sample_snippets(const engine::SnippetLayout& layout, std::int64_t from,
                                     std::int64_t to) {
  engine::SnippetBlock block;
  const auto ended = [](std::int64_t time) { return std::max<std::int64_t>(0, time - window - 1); };
  const engine::SpikeBlock spikes = sample_spikes(ended(from), ended(to));
  block.times = block.sampled_at = spikes.times;
  block.node_ids = spikes.node_ids;
  for (int v = 0; v < static_cast<int>(layout.variables.size()); ++v)
    for (std::size_t i = 0; i < spikes.times.size(); ++i)
      for (std::size_t k = 0; k < layout.offsets.size(); ++k) {
        const double value = value_at(spikes.times[i], k, spikes.node_ids[i], v);
        layout.float64 ? block.values64.push_back(value)
                       : block.values32.push_back(static_cast<float>(value));
      }
  block.left_out_at_end = 2 * std::min(to, window + 1);
  return block;
}

// Hands over the run in stretches of `stretch` ms up to `until` ms.
void write_windows(engine::Recorder& recorder, const engine::RunLayout& layout, std::int64_t until,
                   std::int64_t stretch) {
  for (std::int64_t t = 0; t < until; t += stretch) {
    const std::int64_t end = std::min(t + stretch, until);
    for (int r = 0; r < static_cast<int>(layout.reports.size()); ++r) {
      const double interval = layout.reports[static_cast<std::size_t>(r)].interval;
      const auto frame = [&](std::int64_t time) {
        return static_cast<std::int64_t>(std::ceil(static_cast<double>(time) / interval - 1e-6));
      };
      recorder.write(sample_block(layout, r, frame(t), frame(end) - frame(t)));
    }
    recorder.write(sample_spikes(t, end));
    recorder.write(sample_snippets(layout.snippets[0], t, end));
    recorder.advance(static_cast<double>(end));
  }
}

// All values of the file, and how many spikes it holds.
std::size_t check_values(const std::string& path, std::size_t spikes, bool float64 = false) {
  RunReader reader(path);
  REQUIRE(reader.info().around_spikes.size() == 1);
  const SnippetInfo& info = reader.info().around_spikes[0];
  CHECK(info.count == spikes);
  CHECK(info.trusted == spikes);
  CHECK(info.offsets == std::vector<double>{-0.5, 0, 0.5, 1, 1.5, 2});
  const engine::SpikeBlock expected = sample_spikes(0, static_cast<std::int64_t>(spikes / 2));
  std::size_t wrong = 0;
  for (int v = 0; v < 2; ++v) {
    const AroundSpikes found = reader.around_spikes(info, v == 0 ? "V" : "w");
    CHECK(found.times == expected.times);
    CHECK(found.sampled_at == expected.times);
    CHECK(found.node_ids == expected.node_ids);
    for (std::size_t i = 0; i < found.values.size(); ++i)
      for (std::size_t k = 0; k < info.offsets.size(); ++k) {
        const double value = value_at(expected.times[i], k, expected.node_ids[i], v);
        wrong += found.values[i][k] != (float64 ? value : static_cast<double>(static_cast<float>(value)));
      }
  }
  return wrong;
}

TEST_CASE("values around spikes are written as they came, with their labels") {
  for (const bool float64 : {false, true}) {
    const TemporaryFolder folder;
    const engine::RunLayout layout = layout_with_windows(2000, float64);
    {
      RunWriter writer(folder / "run.h5", false, layout);
      write_windows(writer, layout, 2000, 7);
      writer.finish(engine::RunEnd::complete, 2000, "", {});
    }
    CHECK(check_values(folder / "run.h5", 2 * (2000 - window - 1), float64) == 0);
    const RunInfo info = read_info(folder / "run.h5");
    const SnippetInfo& snippets = info.around_spikes.at(0);
    CHECK(snippets.left_out_at_start == 0);
    CHECK(snippets.left_out_at_end == 6);
    CHECK(snippets.end == 2000);
    CHECK(snippets.variables.at(0).name == "V");
    CHECK(snippets.variables.at(0).unit == "mV");
    CHECK(snippets.variables.at(1).long_name == "adaptation current");
    CHECK(snippets.variables.at(1).float64 == float64);
    ReadableFile file(folder / "run.h5");
    const H5::Group group = file.file().openGroup("/around_spikes/exc");
    CHECK(integer_attribute(group, "left_out_at_end") == 6);
    CHECK(integer_attribute(group, "neurons") == 2);
    for (const char* name : {"timestamps", "sampled_at", "offset"})
      CHECK(text_attribute(group.openDataSet(name), "units") == "ms");
  }
}

TEST_CASE("a file without windows around spikes has no place for them") {
  const TemporaryFolder folder;
  {
    RunWriter writer(folder / "run.h5", false, sample_layout());
    writer.finish(engine::RunEnd::complete, 0, "", {});
  }
  ReadableFile file(folder / "run.h5");
  CHECK_FALSE(has_group(file.file().openGroup("/"), "around_spikes"));
}

TEST_CASE("a block of another size than its spikes is our own mistake") {
  const TemporaryFolder folder;
  const engine::RunLayout layout = layout_with_windows(50);
  RunWriter writer(folder / "run.h5", false, layout);
  engine::SnippetBlock block = sample_snippets(layout.snippets[0], 0, 10);
  block.values32.pop_back();
  CHECK_THROWS_AS(
      [&] {
        writer.write(block);
        writer.finish(engine::RunEnd::complete, 10, "", {});
      }(),
      base::InternalError);
}

// Kills a process that writes for ever, flushing at each stretch.
void kill_windows(const std::string& path, int milliseconds) {
  write_and_kill(milliseconds, [&](auto begun) {
    const engine::RunLayout layout = layout_with_windows(1e6);
    RunWriter writer(path, false, layout, {std::size_t{1} << 20, 0.002});
    begun();
    write_windows(writer, layout, 1000000, 7);
  });
}

TEST_CASE(
    "of a run killed at a random moment, windows that ended before the common end are kept, all right") {
  const TemporaryFolder folder;
  std::uint64_t most = 0;
  for (int trial = 0; trial < trials(30); ++trial) {
    const std::string path = folder / ("run" + std::to_string(trial) + ".h5");
    kill_windows(path, 210 * trial / trials(30));
    const Recovered recovered = recover(path + ".partial", false);
    const auto until = static_cast<std::int64_t>(recovered.until + 1e-9);
    const std::int64_t ended = std::max<std::int64_t>(0, until - window - 1);
    CHECK(check_values(path, static_cast<std::size_t>(2 * ended)) == 0);
    const SnippetInfo snippets = read_info(path).around_spikes.at(0);
    CHECK(snippets.end == recovered.until);
    CHECK(snippets.left_out_at_end >= static_cast<std::uint64_t>(2 * std::min(until, window + 1)));
    CHECK(recovered.parts.back().name == "/around_spikes/exc");
    CHECK(recovered.parts.back().kept == snippets.count);
    most = std::max(most, snippets.count);
  }
  CHECK(most > 0);
}

TEST_CASE("windows that reach over the common end are cut, and counted") {
  const TemporaryFolder folder;
  const engine::RunLayout layout = layout_with_windows(50);
  {
    RunWriter writer(folder / "run.h5", false, layout);
    write_windows(writer, layout, 40, 20);
    writer.finish(engine::RunEnd::interrupted, 20, "said to have stopped earlier", {});
  }
  const Recovered recovered = recover(folder / "run.h5.partial", false);
  CHECK(recovered.until == 20);
  CHECK(check_values(folder / "run.h5", 2 * (20 - window - 1)) == 0);
  const SnippetInfo snippets = read_info(folder / "run.h5").around_spikes.at(0);
  CHECK(snippets.left_out_at_end == 6 + 2 * 20);  // all that had been seen
  CHECK(recovered.parts.back().dropped == 2 * 20);
}

}  // namespace
}  // namespace hillock::record
