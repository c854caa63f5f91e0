// What a run writes is read back value by value; what it refuses it says.
#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <optional>

#include "base/diagnostics.hpp"
#include "record/columns.hpp"
#include "record/frame_sets.hpp"
#include "record/output_file.hpp"
#include "record/run_info.hpp"
#include "record/run_writer.hpp"
#include "record/sample.hpp"
#include "record/spike_file.hpp"

namespace hillock::record {
namespace {

void write_whole(const std::string& path, bool replace = false, std::int64_t stretch = 7) {
  const engine::RunLayout layout = sample_layout();
  RunWriter writer(path, replace, layout);
  write_sample(writer, layout, 50, stretch);
  writer.finish(engine::RunEnd::complete, 50, "", {{"wall_simulate_s", 1.5}});
}

void check_values(const std::string& path, const engine::RunLayout& layout, int report, int variable,
                  std::int64_t frames) {
  const auto& shape = layout.reports[static_cast<std::size_t>(report)];
  const std::string name =
      "/report/" + shape.group + "/" + shape.variables[static_cast<std::size_t>(variable)].name;
  const Columns columns = read_columns(path, name);
  REQUIRE(static_cast<std::int64_t>(columns.values.size()) == shape.values_per_frame());
  std::int64_t wrong = 0;
  for (std::size_t j = 0; j < columns.values.size(); ++j) {
    REQUIRE(static_cast<std::int64_t>(columns.values[j].size()) == frames);
    for (std::int64_t k = 0; k < frames; ++k) {
      const double value = sample_value(k, static_cast<std::int64_t>(j), variable);
      const double expected = shape.float64 ? value : static_cast<double>(static_cast<float>(value));
      wrong += columns.values[j][static_cast<std::size_t>(k)] != expected;
    }
  }
  CHECK_MESSAGE(wrong == 0, name);
}

std::string contents(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_CASE("every value of a run is read back, whatever the stretches it was handed over in") {
  const TemporaryFolder folder;
  const engine::RunLayout layout = sample_layout();
  for (const std::int64_t stretch : {1, 7, 50}) {
    const std::string path = folder / ("run" + std::to_string(stretch) + ".h5");
    write_whole(path, false, stretch);
    check_values(path, layout, 0, 0, 500);
    check_values(path, layout, 0, 1, 500);
    check_values(path, layout, 1, 0, 100);
    check_values(path, layout, 2, 0, 250);
    const std::vector<double> time = read_column(path, "/report/exc/time");
    REQUIRE(time.size() == 500);
    CHECK(time[3] == 3 * 0.1);
    CHECK(time[499] == 499 * 0.1);
    const SpikeFile spikes = read_spikes(path, "exc");
    CHECK(spikes.times == sample_spikes(0, 50).times);
    CHECK(spikes.node_ids == sample_spikes(0, 50).node_ids);
    CHECK(read_spikes(path, "inh").times.empty());
  }
}

TEST_CASE("a report of many chunks is read back when blocks and chunks do not meet") {
  const TemporaryFolder folder;
  engine::RunLayout layout = sample_layout();
  layout.reports.resize(1);
  layout.spikes.clear();
  for (std::int64_t j = 0; j < 997; ++j) layout.reports[0].neurons.push_back(6 + j);
  for (const int deflate : {0, 1}) {
    layout.reports[0].deflate = deflate;
    const std::string path = folder / ("wide" + std::to_string(deflate) + ".h5");
    RunWriter writer(path, false, layout, {std::size_t{1} << 20, 0.0});  // a flush at each advance
    std::int64_t written = 0;
    for (const std::int64_t frames : {1, 64, 65, 66, 3, 131, 170}) {
      writer.write(sample_block(layout, 0, written, frames));
      written += frames;
      writer.advance(0.1 * static_cast<double>(written));
    }
    writer.finish(engine::RunEnd::complete, 50, "", {});
    check_values(path, layout, 0, 0, 500);
    check_values(path, layout, 0, 1, 500);
  }
}

TEST_CASE("a finished file says what it holds and how the run ended") {
  const TemporaryFolder folder;
  const std::string path = folder / "run.h5";
  write_whole(path);
  CHECK_FALSE(std::filesystem::exists(path + ".partial"));
  const RunInfo info = read_info(path);
  CHECK(info.kind == "run");
  CHECK(info.format == "1.0");
  CHECK(info.version == "0.1.0");
  CHECK(info.status == "complete");
  CHECK(info.complete);
  CHECK(info.reason.empty());
  CHECK_FALSE(info.stopped_at);
  CHECK(info.recorded_until == 50);
  CHECK(info.seed == 18446744073709551557ULL);
  CHECK(info.duration == 50);
  CHECK(info.dt == 0.1);
  CHECK(info.texts.at("config") == sample_layout().facts.texts.at("config"));
  CHECK(info.words.at("cpu") == "test");
  CHECK(info.numbers.at("wall_build_s") == 0.25);
  CHECK(info.numbers.at("wall_simulate_s") == 1.5);
  CHECK(info.bytes == std::filesystem::file_size(path));
  REQUIRE(info.reports.size() == 3);
  CHECK(info.reports[0].group == "exc");
  CHECK(info.reports[0].frames == 500);
  CHECK(info.reports[0].neurons == 3);
  CHECK(info.reports[0].interval == 0.1);
  CHECK(info.reports[0].end == 50);
  REQUIRE(info.reports[0].variables.size() == 2);
  CHECK(info.reports[0].variables[1].name == "g_ampa");
  CHECK(info.reports[0].variables[1].unit == "nS");
  CHECK(info.reports[0].variables[1].shape == std::vector<std::uint64_t>{500, 3});
  CHECK(info.reports[1].neurons == 0);
  CHECK(info.reports[1].variables[0].shape == std::vector<std::uint64_t>{100});
  CHECK(info.reports[2].variables[0].float64);
  CHECK(info.reports[2].variables[0].compressed);
  REQUIRE(info.spikes.size() == 2);
  CHECK(info.spikes[0].population == "exc");
  CHECK(info.spikes[0].count == 100);
  CHECK(info.spikes[1].count == 0);
}

TEST_CASE("an interrupted run stays partial and says when and why it stopped") {
  const TemporaryFolder folder;
  const std::string path = folder / "run.h5";
  const engine::RunLayout layout = sample_layout();
  {
    RunWriter writer(path, false, layout);
    write_sample(writer, layout, 21, 7);
    writer.finish(engine::RunEnd::interrupted, 21, "stopped by SIGINT", {});
    CHECK_FALSE(writer.hdf5_failed());
  }
  CHECK_FALSE(std::filesystem::exists(path));
  const RunInfo info = read_info(path + ".partial");
  CHECK(info.status == "interrupted");
  CHECK_FALSE(info.complete);
  CHECK(info.stopped_at == 21);
  CHECK(info.reason == "stopped by SIGINT");
  CHECK(info.reports[0].frames == 210);
  CHECK(info.reports[0].end == doctest::Approx(21));
  check_values(path + ".partial", layout, 2, 0, 105);
}

TEST_CASE("a writer that is dropped leaves a partial file marked as failed") {
  const TemporaryFolder folder;
  const engine::RunLayout layout = sample_layout();
  {
    RunWriter writer(folder / "run.h5", false, layout);
    write_sample(writer, layout, 14, 7);
  }
  const RunInfo info = read_info(folder / "run.h5.partial");
  CHECK(info.status == "failed");
  CHECK(info.reason == "the run ended before its file was closed");
  CHECK(info.stopped_at == 14);
}

TEST_CASE("an old result is replaced only on request, and only when the new one is complete") {
  const TemporaryFolder folder;
  const std::string path = folder / "run.h5";
  std::ofstream(path) << "old";
  CHECK(io_error([&] { RunWriter::check_output(path, true, false); }) ==
        path + " exists; add --force to replace it, or choose another name with --out");
  CHECK_NOTHROW(RunWriter::check_output(path, true, true));
  CHECK_NOTHROW(RunWriter::check_output(path, false, false));
  {
    const engine::RunLayout layout = sample_layout();
    RunWriter writer(path, true, layout);
    write_sample(writer, layout, 50, 7);
    CHECK(contents(path) == "old");
    writer.finish(engine::RunEnd::complete, 50, "", {});
  }
  CHECK(read_info(path).complete);
}

TEST_CASE("a file that appears while the run goes on is not overwritten") {
  const TemporaryFolder folder;
  const std::string path = folder / "run.h5";
  const engine::RunLayout layout = sample_layout();
  RunWriter writer(path, false, layout);
  write_sample(writer, layout, 50, 7);
  std::ofstream(path) << "other";
  CHECK(io_error([&] { writer.finish(engine::RunEnd::complete, 50, "", {}); }) ==
        path + " has appeared while this file was written; the new data are kept in " + path + ".partial");
  CHECK(contents(path) == "other");
  CHECK(read_info(path + ".partial").complete);
}

TEST_CASE("an output that cannot be written is refused before the run") {
  const TemporaryFolder folder;
  const auto refused = [](const std::string& path) {
    return io_error([&] { RunWriter::check_output(path, true, false); });
  };
  const std::string missing = folder / "nowhere/run.h5";
  CHECK(refused(missing) ==
        missing + ": the folder '" + (folder / "nowhere") + "' does not exist; create it first");
  std::ofstream(folder / "file") << "x";
  const std::string below_file = folder / "file/run.h5";
  CHECK(refused(below_file) == below_file + ": '" + (folder / "file") + "' is a file, expected a folder");
  const std::string deeper = folder / "file/deeper/run.h5";
  CHECK(refused(deeper) == deeper + ": the folder '" + (folder / "file/deeper") +
                               "' cannot be used: a part of the path is a file, not a folder");
  CHECK(refused(folder.path()) == folder.path() + " is a folder, expected the name of a file");
  CHECK(refused("") == "'' is not the name of a file; expected for instance results/run.h5");
  CHECK(refused(folder / "") ==
        "'" + (folder / "") + "' is not the name of a file; expected for instance results/run.h5");
  CHECK(refused("..") == "'..' is not the name of a file; expected for instance results/run.h5");
  CHECK(refused("/dev/full") == "/dev/full is not a regular file; HDF5 needs a file on a disk");
  const std::string long_name = folder / (std::string(300, 'x') + ".h5");
  CHECK(io_error([&] { RunWriter(long_name, false, sample_layout()); }) ==
        long_name + ".partial: the name is too long (while creating it)");
}

TEST_CASE("the folder of a default name is created") {
  const TemporaryFolder folder;
  CHECK_NOTHROW(RunWriter::check_output(folder / "results/run.h5", false, false));
  CHECK(std::filesystem::is_directory(folder / "results"));
}

TEST_CASE("a second process is told the pid of the first, and takes over from a dead one") {
  const TemporaryFolder folder;
  const std::string path = folder / "run.h5";
  {
    const engine::RunLayout layout = sample_layout();
    std::optional<RunWriter> writer(std::in_place, path, false, layout);
    const std::string expected = path + ".partial is being written by process " + std::to_string(getpid()) +
                                 "; wait for it, or choose another name with --out";
    CHECK(in_child([&] {
            const bool checked = io_error([&] { RunWriter::check_output(path, true, false); }) == expected;
            const bool opened = io_error([&] { OutputFile output(path); }) == expected;
            return checked && opened ? 0 : 1;
          }) == 0);
    write_sample(*writer, layout, 50, 7);
    writer->finish(engine::RunEnd::complete, 50, "", {});  // unharmed by the others
  }
  CHECK(read_info(path).complete);
  const std::string killed = folder / "killed.h5";
  CHECK(in_child([&] {
          const engine::RunLayout layout = sample_layout();
          RunWriter writer(killed, false, layout);
          return raise(SIGKILL);
        }) == 128 + SIGKILL);
  REQUIRE(std::filesystem::exists(killed + ".partial"));
  CHECK_NOTHROW(RunWriter::check_output(killed, true, false));
  write_whole(killed);
  CHECK(read_info(killed).complete);
}

TEST_CASE("the open end is lowered where SONATA's reader would ask for a frame too many") {
  // First numbers of frames at which added-up intervals fall short (docs/output_files.md).
  CHECK(open_end(536350, 0.2) == 536350 * 0.2);
  CHECK(open_end(536351, 0.2) == 536351 * 0.2 - 0.1);
  for (const double interval : {0.01, 0.025, 0.1, 0.2, 1.0 / 3.0, 5.0})
    for (const std::int64_t frames : {0, 1, 2, 1000, 536351, 3255843}) {
      const double end = open_end(frames, interval);
      CHECK(frames_before(end, interval) == frames);
      std::int64_t asked_for = 0;  // as libsonata counts
      for (double t = 0; t < end - 1e-6; t += interval) ++asked_for;
      CHECK(asked_for == frames);
    }
}

TEST_CASE("blocks that do not fit the layout are a defect, not a file") {
  const TemporaryFolder folder;
  const engine::RunLayout layout = sample_layout();
  RunWriter writer(folder / "run.h5", false, layout);
  writer.write(sample_block(layout, 0, 3, 5));
  CHECK_THROWS_WITH_AS(writer.finish(engine::RunEnd::complete, 50, "", {}),
                       "internal error: a block of /report/exc does not follow the last one, or has another "
                       "size than its frames",
                       base::InternalError);
  CHECK_FALSE(std::filesystem::exists(folder / "run.h5"));
}

}  // namespace
}  // namespace hillock::record
