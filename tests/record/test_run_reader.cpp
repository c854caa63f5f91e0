// A run's file read piece by piece: columns, times, spikes, stimulus; of complete, partial and damaged files.
#include <doctest/doctest.h>

#include <filesystem>

#include "record/run_reader.hpp"
#include "record/run_writer.hpp"
#include "record/sample.hpp"
#include "record/spike_group.hpp"

namespace hillock::record {
namespace {

std::string complete_run(const TemporaryFolder& folder, engine::RunLayout layout = sample_layout()) {
  RunWriter writer(folder / "run.h5", false, layout);
  write_sample(writer, layout, 50, 10);
  writer.finish(engine::RunEnd::complete, 50, "", {});
  return folder / "run.h5";
}

TEST_CASE("a data set of too few dimensions is an error that names the file and the place") {
  const TemporaryFolder folder;
  const std::string path = complete_run(folder);
  {
    H5::H5File file(path, H5F_ACC_RDWR, H5::FileCreatPropList::DEFAULT, access_without_lock());
    file.unlink("/report/exc/time");
    file.createDataSet("/report/exc/time", H5::PredType::IEEE_F64LE, H5::DataSpace(H5S_SCALAR));
  }
  CHECK(io_error([&] { read_info(path); }) == path +
                                                  ": /report/exc cannot be read, the file is damaged: a data "
                                                  "set in it has fewer dimensions than expected");
}

TEST_CASE("columns are those asked for, in the order asked for, as doubles") {
  const TemporaryFolder folder;
  RunReader reader(complete_run(folder));
  const ReportInfo* exc = reader.report_of("exc", "V");
  REQUIRE(exc != nullptr);
  CHECK(exc->group == "exc");
  CHECK(reader.neurons(*exc) == std::vector<std::int64_t>{0, 2, 5});
  const auto g = reader.columns(*exc, "g_ampa", std::vector<std::size_t>{2, 0});
  REQUIRE(g.size() == 2);
  REQUIRE(g[0].size() == 500);
  for (std::int64_t k : {0, 1, 250, 499}) {
    CHECK(g[0][static_cast<std::size_t>(k)] ==
          static_cast<double>(static_cast<float>(sample_value(k, 2, 1))));
    CHECK(g[1][static_cast<std::size_t>(k)] ==
          static_cast<double>(static_cast<float>(sample_value(k, 0, 1))));
  }
  const ReportInfo* wide = reader.report_of("exc", "w");  // float64, compressed
  REQUIRE(wide != nullptr);
  CHECK(wide->group == "exc.w");
  CHECK(reader.columns(*wide, "w", std::vector<std::size_t>{1})[0][249] == sample_value(249, 1, 0));
  CHECK(reader.times(*wide)[249] == 249 * 0.2);
  CHECK(reader.report_of("exc", "I") == nullptr);
  CHECK(reader.report_of("inh", "V") == nullptr);
  CHECK(reader.populations() == std::vector<std::string>{"exc", "inh"});
}

TEST_CASE("a variable may have the name of what stands beside weights over time") {
  const TemporaryFolder folder;
  engine::RunLayout layout = sample_layout();
  layout.reports[2].variables = {{"synapse", "nS", "conductance of a synapse"}};
  const RunReader reader(complete_run(folder, layout));
  const ReportInfo* report = reader.report_of("exc", "synapse");
  REQUIRE(report != nullptr);
  CHECK(report->group == "exc.w");
  REQUIRE(report->variables.size() == 1);
  CHECK(report->variables[0].unit == "nS");
}

TEST_CASE("a range of frames is cut to those that are there") {
  const TemporaryFolder folder;
  RunReader reader(complete_run(folder));
  const ReportInfo* exc = reader.report_of("exc", "V");
  REQUIRE(exc != nullptr);
  const auto V = reader.columns(*exc, "V", std::vector<std::size_t>{1}, {490, 100});
  REQUIRE(V[0].size() == 10);
  CHECK(V[0][0] == static_cast<double>(static_cast<float>(sample_value(490, 1, 0))));
  CHECK(reader.times(*exc, {490, 100}).front() == 490 * 0.1);
  CHECK(reader.times(*exc, {500, 1}).empty());
  CHECK(reader.times(*exc, {10000, 1}).empty());
}

TEST_CASE("a report with columns over many chunks is read whole, whatever columns are asked for") {
  const TemporaryFolder folder;
  engine::RunLayout layout = sample_layout();
  layout.reports.resize(1);
  layout.reports[0].neurons.clear();
  for (std::int64_t i = 0; i < 5000; ++i) layout.reports[0].neurons.push_back(i);  // 13 frames a chunk
  RunReader reader(complete_run(folder, layout));
  const ReportInfo* exc = reader.report_of("exc", "V");
  REQUIRE(exc != nullptr);
  const std::vector<std::size_t> columns{4999, 17, 30, 18, 2500};
  const auto V = reader.columns(*exc, "V", columns);
  for (std::size_t k = 0; k < columns.size(); ++k)
    for (std::int64_t frame = 0; frame < 500; ++frame)
      if (const auto expected = static_cast<double>(
              static_cast<float>(sample_value(frame, static_cast<std::int64_t>(columns[k]), 0)));
          V[k][static_cast<std::size_t>(frame)] != expected) {
        CAPTURE(frame);
        REQUIRE(V[k][static_cast<std::size_t>(frame)] == expected);
      }
}

TEST_CASE("spikes come with the number of recorded neurons, if the file says it") {
  const TemporaryFolder folder;
  engine::RunLayout layout = sample_layout();
  layout.spikes[0].neurons = 9;
  RunReader reader(complete_run(folder, layout));
  const Spikes exc = reader.spikes("exc");
  CHECK(exc.neurons == 9);
  REQUIRE(exc.times.size() == 100);
  CHECK(exc.times.back() == 50);
  CHECK(exc.node_ids.back() == 7);
  CHECK(reader.spikes("inh").times.empty());
  CHECK(reader.spikes("inh").neurons == 0);
  CHECK(io_error([&] { reader.spikes("E"); }) ==
        folder / "run.h5" + ": no spikes of population 'E' were recorded");
}

TEST_CASE("the stimulus is what the layout says") {
  const TemporaryFolder folder;
  engine::RunLayout layout = sample_layout();
  layout.reports[0].stimulus_start = 12.5;
  layout.reports[0].stimulus_stop = 40;
  RunReader reader(complete_run(folder, layout));
  const RunReader::Stimulus stimulus = reader.stimulus(*reader.report_of("exc", "V"));
  CHECK(stimulus.start == 12.5);
  CHECK(stimulus.stop == 40);
}

TEST_CASE("of a partial file what was flushed is read, also while it is being written") {
  const TemporaryFolder folder;
  const engine::RunLayout layout = sample_layout();
  RunWriter writer(folder / "run.h5", false, layout);
  write_sample(writer, layout, 20, 10);
  writer.finish(engine::RunEnd::interrupted, 20, "SIGTERM", {});
  RunReader reader(folder / "run.h5.partial");
  CHECK(reader.times(*reader.report_of("exc", "V")).size() == 200);
  CHECK(reader.spikes("exc").times.back() == 20);
}

TEST_CASE("what is damaged is an error that names file and place") {
  const TemporaryFolder folder;
  const std::string path = complete_run(folder);
  {
    H5::H5File file(path, H5F_ACC_RDWR);
    file.openGroup("/report/exc").unlink("V");
    file.openGroup("/report/exc").unlink("time");
    const hsize_t one = 1;
    file.openGroup("/report/exc").createDataSet("V", H5::PredType::NATIVE_FLOAT, H5::DataSpace(1, &one));
  }
  RunReader reader(path);
  const ReportInfo* exc = reader.report_of("exc", "V");
  REQUIRE(exc != nullptr);
  CHECK(io_error([&] { reader.columns(*exc, "V", std::vector<std::size_t>{0}); }) ==
        path + ": /report/exc/V cannot be read, the file is damaged: its shape is not that of its report");
  CHECK(io_error([&] { RunReader(folder / "none.h5"); }) == folder / "none.h5" + ": no such file");
  const std::string partial = folder / "left.h5.partial";
  std::filesystem::rename(path, partial);
  CHECK(io_error([&] { RunReader(folder / "left.h5"); }) ==
        folder / "left.h5" + ": no such file; " + partial + ", which an unfinished run left, is there");
}

TEST_CASE("what a file says it holds and does not is an error, not a number") {
  const TemporaryFolder folder;
  const std::string path = complete_run(folder);
  const auto say = [&](const char* status, std::uint64_t spikes) {
    H5::H5File file(path, H5F_ACC_RDWR, H5::FileCreatPropList::DEFAULT, access_without_lock());
    H5::Group root = file.openGroup("/"), group = file.openGroup("/spikes/exc");
    set_number<std::int8_t>(root, "complete", 0);
    set_text(root, "status", status);
    set_recorded_spikes(group, 50, spikes);
    const hsize_t extent = spikes;
    for (const char* name : {"timestamps", "node_ids"}) group.openDataSet(name).extend(&extent);
  };
  say("interrupted", 100);
  CHECK(RunReader(path).spikes("exc").times.size() == 100);
  say("interrupted", 10000);
  CHECK(io_error([&] { RunReader(path).spikes("exc"); }) ==
        path +
            ": /spikes/exc/timestamps cannot be read, the file is damaged: a part of it was never written");
  say("running", 10000);
  CHECK(io_error([&] { RunReader(path).spikes("exc"); }) ==
        path +
            ": /spikes/exc/timestamps was being written while it was read; try again, or, if its run was "
            "killed, hillock recover " +
            path);
}

}  // namespace
}  // namespace hillock::record
