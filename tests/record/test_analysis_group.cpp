// What was measured during a run, as /analysis of its file.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "record/hdf5_read.hpp"
#include "record/run_info.hpp"
#include "record/run_writer.hpp"
#include "record/sample.hpp"

namespace hillock::record {

namespace {

engine::AnalysisTable table() {
  engine::AnalysisTable made;
  made.population = "exc";
  made.neurons = {0, 2};
  made.axes.push_back({"lag", "ms", "distance of two spikes", "lag", {-5, 0, 5}});
  made.values.push_back({"AP_amplitude",
                         "mV",
                         "peak above onset",
                         "neuron",
                         {80.25, std::numeric_limits<double>::quiet_NaN()}});
  made.values.push_back({"autocorrelogram", "1", "pairs of spikes", "lag", {1, 4, 1}});
  made.values.push_back({"correlation", "1", "of counts", "", {0.5}});
  made.numbers = {{"bin_ms", 5}};
  made.note = "one neuron is silent";
  return made;
}

void write_run(const std::string& path, engine::RunEnd end) {
  RunWriter writer(path, false, sample_layout());
  writer.write(table());
  writer.finish(end, 0, "", {});
}

}  // namespace

TEST_CASE("what was measured is in the file with units, scales and attributes") {
  const TemporaryFolder folder;
  write_run(folder / "run.h5", engine::RunEnd::complete);
  const RunInfo info = read_info(folder / "run.h5");
  REQUIRE(info.analysis.size() == 1);
  CHECK(info.analysis[0].population == "exc");
  CHECK(info.analysis[0].note == "one neuron is silent");
  REQUIRE(info.analysis[0].values.size() == 3);  // axes are no values
  CHECK(info.analysis[0].values[0].name == "AP_amplitude");
  CHECK(info.analysis[0].values[0].unit == "mV");
  CHECK(info.analysis[0].values[0].float64);
  CHECK(info.analysis[0].values[2].name == "correlation");
  CHECK(info.analysis[0].values[2].shape.empty());
  ReadableFile file(folder / "run.h5");
  CHECK(read_numbers(file, "/analysis/exc/neuron") == std::vector<double>{0, 2});
  CHECK(read_numbers(file, "/analysis/exc/autocorrelogram") == std::vector<double>{1, 4, 1});
  CHECK(read_numbers(file, "/analysis/exc/lag") == std::vector<double>{-5, 0, 5});
  CHECK(std::isnan(read_numbers(file, "/analysis/exc/AP_amplitude")[1]));
  CHECK(number_attribute(file.file().openGroup("/analysis/exc"), "bin_ms") == 5);
}

TEST_CASE("an interrupted run has what was measured, a run without analysis has no such group") {
  const TemporaryFolder folder;
  write_run(folder / "run.h5", engine::RunEnd::interrupted);
  CHECK(read_info(folder / "run.h5.partial").analysis.size() == 1);
  RunWriter writer(folder / "plain.h5", false, sample_layout());
  writer.finish(engine::RunEnd::complete, 0, "", {});
  ReadableFile file(folder / "plain.h5");
  CHECK_FALSE(file.file().nameExists("analysis"));
}

}  // namespace hillock::record
