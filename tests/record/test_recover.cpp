// A run killed at any moment leaves a file that recovery cuts to what is right.
#include <doctest/doctest.h>

#include <array>
#include <exception>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "record/columns.hpp"
#include "record/recover.hpp"
#include "record/run_info.hpp"
#include "record/run_writer.hpp"
#include "record/sample.hpp"
#include "record/spike_file.hpp"

namespace hillock::record {
namespace {

// Kills a process that writes the sample for ever, flushing at each stretch.
void kill_sample(const std::string& path, int milliseconds, bool compressed) {
  write_and_kill(milliseconds, [&](auto begun) {
    engine::RunLayout layout = sample_layout(1e6);
    if (!compressed) layout.reports.resize(2);
    RunWriter writer(path, false, layout, {std::size_t{1} << 20, 0.002});
    begun();
    write_sample(writer, layout, 1000000, 7);
  });
}

std::size_t wrong_values(const std::string& path, const engine::RunLayout& layout, int report) {
  const auto& shape = layout.reports[static_cast<std::size_t>(report)];
  std::size_t wrong = 0;
  for (std::size_t v = 0; v < shape.variables.size(); ++v) {
    const Columns columns = read_columns(path, "/report/" + shape.group + "/" + shape.variables[v].name);
    for (std::size_t j = 0; j < columns.values.size(); ++j)
      for (std::size_t k = 0; k < columns.values[j].size(); ++k) {
        const double value =
            sample_value(static_cast<std::int64_t>(k), static_cast<std::int64_t>(j), static_cast<int>(v));
        wrong +=
            columns.values[j][k] != (shape.float64 ? value : static_cast<double>(static_cast<float>(value)));
      }
  }
  const std::vector<double> time = read_column(path, "/report/" + shape.group + "/time");
  for (std::size_t k = 0; k < time.size(); ++k) wrong += time[k] != static_cast<double>(k) * shape.interval;
  return wrong;
}

void check_recovered(const std::string& path, const Recovered& recovered) {
  const engine::RunLayout layout = sample_layout(1e6);
  const RunInfo info = read_info(path);
  REQUIRE(info.status == "recovered");
  REQUIRE_FALSE(info.complete);
  REQUIRE(info.recorded_until == recovered.until);
  for (std::size_t r = 0; r < info.reports.size(); ++r) {
    const ReportInfo& report = info.reports[r];
    const auto frames = static_cast<std::uint64_t>(std::ceil(recovered.until / report.interval - 1e-6));
    REQUIRE(report.frames == frames);
    for (const auto& variable : report.variables) REQUIRE(variable.shape.at(0) == frames);
    REQUIRE(wrong_values(path, layout, static_cast<int>(r)) == 0);
  }
  const SpikeFile spikes = read_spikes(path, "exc");
  const engine::SpikeBlock expected = sample_spikes(0, static_cast<std::int64_t>(recovered.until + 1e-9));
  REQUIRE(spikes.times == expected.times);
  REQUIRE(spikes.node_ids == expected.node_ids);
}

// Moments cannot be repeated: the file of one at which something threw stays in the current folder.
struct KeptOnFailure {
  std::string path, name;
  int thrown = std::uncaught_exceptions();
  ~KeptOnFailure() {
    std::error_code ignored;
    if (std::uncaught_exceptions() > thrown)
      std::filesystem::copy_file(path, name, std::filesystem::copy_options::overwrite_existing, ignored);
  }
};

TEST_CASE(
    "a run killed at a random moment is recovered: all parts end at one time, and every value is right") {
  const TemporaryFolder folder;
  double longest = 0;
  for (int trial = 0; trial < trials(30); ++trial) {
    const std::string path = folder / ("run" + std::to_string(trial) + ".h5");
    kill_sample(path, 210 * trial / trials(30), trial % 3 == 0);
    REQUIRE(std::filesystem::exists(path + ".partial"));
    const std::string killed = folder / "killed.h5.partial";
    std::filesystem::copy_file(path + ".partial", killed, std::filesystem::copy_options::overwrite_existing);
    const KeptOnFailure kept{killed, "killed_run.h5.partial"};
    const Recovered recovered = recover(path + ".partial", false);
    REQUIRE(recovered.path == path);
    REQUIRE(recovered.status == "running");
    REQUIRE_FALSE(std::filesystem::exists(path + ".partial"));
    check_recovered(path, recovered);
    longest = std::max(longest, recovered.until);
  }
  CHECK(longest > 0);
}

// A partial file of 21 ms; gives its path.
std::string interrupted_run(const TemporaryFolder& folder) {
  const engine::RunLayout layout = sample_layout();
  RunWriter writer(folder / "run.h5", false, layout);
  write_sample(writer, layout, 21, 7);
  writer.finish(engine::RunEnd::interrupted, 21, "stopped by SIGINT", {});
  return folder / "run.h5.partial";
}

TEST_CASE("an interrupted run is recovered whole and keeps its reason") {
  const TemporaryFolder folder;
  const Recovered recovered = recover(interrupted_run(folder), false);
  CHECK(recovered.status == "interrupted");
  CHECK(recovered.until == doctest::Approx(21));
  REQUIRE(recovered.parts.size() == 5);
  CHECK(recovered.parts[0].name == "/report/exc");
  CHECK(recovered.parts[0].kept == 210);
  CHECK(recovered.parts[0].dropped == 0);
  CHECK(recovered.parts[3].name == "/spikes/exc");
  CHECK(recovered.parts[3].kept == 42);
  const RunInfo info = read_info(folder / "run.h5");
  CHECK(info.status == "recovered");
  CHECK(info.reason == "stopped by SIGINT");
}

TEST_CASE("a run that failed keeps the states from which its last step failed, where all reports have them") {
  for (const int reports_at_end : {3, 1}) {
    CAPTURE(reports_at_end);
    const TemporaryFolder folder;
    {
      const engine::RunLayout layout = sample_layout();
      RunWriter writer(folder / "run.h5", false, layout);
      write_sample(writer, layout, 21, 7);
      for (int report = 0; report < reports_at_end; ++report) {
        const double interval = layout.reports[static_cast<std::size_t>(report)].interval;
        writer.write(sample_block(layout, report, std::llround(21 / interval), 1));
      }
      writer.finish(engine::RunEnd::failed, 21, "V is not finite", {});
    }
    const Recovered recovered = recover(folder / "run.h5.partial", false);
    CHECK(recovered.status == "failed");
    CHECK(recovered.until == doctest::Approx(21));
    const std::uint64_t more = reports_at_end == 3 ? 1 : 0;
    CHECK(recovered.parts.at(0).kept == 210 + more);
    CHECK(recovered.parts.at(0).dropped == 1 - more);
    CHECK(recovered.parts.at(1).kept == 42 + more);
    CHECK(recovered.parts.at(2).kept == 105 + more);
    CHECK(recovered.parts.at(3).kept == 42);
    for (int report = 0; report < 3; ++report)
      CHECK(wrong_values(folder / "run.h5", sample_layout(), report) == 0);
    CHECK(read_info(folder / "run.h5").status == "recovered");
  }
}

TEST_CASE("a complete file that only lacks its name gets it") {
  const TemporaryFolder folder;
  const std::string path = folder / "run.h5";
  {
    const engine::RunLayout layout = sample_layout();
    RunWriter writer(path, false, layout);
    write_sample(writer, layout, 50, 7);
    writer.finish(engine::RunEnd::complete, 50, "", {});
  }
  std::filesystem::rename(path, path + ".partial");
  const Recovered recovered = recover(path + ".partial", false);
  CHECK(recovered.status == "complete");
  CHECK(recovered.parts.empty());
  CHECK(read_info(path).complete);
}

TEST_CASE("files that are nothing to recover are refused as they are") {
  const TemporaryFolder folder;
  const auto refused = [](const std::string& path) { return io_error([&] { recover(path, false); }); };
  CHECK(refused(folder / "run.h5") ==
        (folder / "run.h5") +
            " does not end in .partial, so there is nothing to recover: only files of unfinished runs do");
  CHECK(refused(folder / "none.h5.partial") == (folder / "none.h5.partial") + ": no such file");
  std::ofstream(folder / "text.h5.partial") << "not HDF5 at all";
  CHECK(refused(folder / "text.h5.partial") ==
        (folder / "text.h5.partial") + " is not an HDF5 file, or is damaged: file signature not found");
  std::ofstream(folder / "empty.h5.partial");
  CHECK(refused(folder / "empty.h5.partial") ==
        (folder / "empty.h5.partial") + " is empty, expected an HDF5 file");
  const std::string partial = interrupted_run(folder);
  std::ofstream(folder / "run.h5") << "other";
  CHECK(refused(partial) == (folder / "run.h5") + " exists; add --force to replace it");
  CHECK(read_info(partial).status == "interrupted");
  CHECK(recover(partial, true).path == folder / "run.h5");
  const std::string again = partial + ": no such file; " + (folder / "run.h5") +
                            ", which has been recovered already or is of a run that has ended, is there";
  CHECK(refused(partial) == again);
  CHECK(io_error([&] { recover(partial, true); }) == again);
}

TEST_CASE("a file that is being written is not recovered under the writer's hands") {
  const TemporaryFolder folder;
  const engine::RunLayout layout = sample_layout();
  RunWriter writer(folder / "run.h5", false, layout);
  const std::string partial = folder / "run.h5.partial";
  const std::string expected = partial + " is being written by process " + std::to_string(getpid()) +
                               "; it can be recovered when that has ended";
  CHECK(in_child([&] { return io_error([&] { recover(partial, false); }) == expected ? 0 : 1; }) == 0);
}

}  // namespace
}  // namespace hillock::record
