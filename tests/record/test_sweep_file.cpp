// The file of a sweep: created, filled point by point, gone on with, and refused where it is another's.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "record/hdf5_read.hpp"
#include "record/sample.hpp"
#include "record/sweep_file.hpp"

namespace hillock::record {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t points = 6, frames = 3;

// 3 x 2 points of which spikes of two populations and a trace of two neurons are kept.
SweepLayout sweep_layout() {
  SweepLayout layout;
  layout.columns = {{"amplitude", "inputs.step.amplitude", "pA", {1, 1, 2, 2, none, none}, {}},
                    {"model", "populations.cell.model", "", {}, {"lif", "adex", "lif", "adex", "lif", ""}}};
  layout.seeds = {7, 8, 7, 8, 7, 18446744073709551615ULL};
  layout.repeats = {0, 1, 0, 1, 0, 1};
  layout.grid = {3, 2};
  layout.measures = {{"rate", "Hz", "spikes per second"}, {"cv", "1", "variation"}};
  layout.spikes = {{"exc"}, {"inh"}};
  layout.facts.texts = {{"config", "sweep: {}\n"}, {"models", "name: lif\n"}};
  layout.facts.words = {{"hillock_version", "0.1.0"}};
  engine::ReportLayout report;
  report.group = report.population = "exc";
  report.variables = {{"V", "mV", "membrane potential"}};
  report.neurons = {0, 4};
  report.interval = 0.5;
  report.frames = frames;
  layout.reports = {report};
  return layout;
}

// The result of a point, any that tells all apart; the fourth failed.
PointResult sample_point(std::int64_t number) {
  PointResult result;
  const auto value = static_cast<double>(number);
  if (number == 3) {
    result.status = PointStatus::failed;
    result.reason = "V is not finite";
    return result;
  }
  result.status = PointStatus::done;
  result.measures = {10 * value, none};
  result.spikes.resize(2);
  for (std::int64_t k = 0; k < number; ++k) {
    result.spikes[0].times.push_back(static_cast<double>(k) + value / 8);
    result.spikes[0].node_ids.push_back(static_cast<std::uint64_t>(k));
  }
  result.traces.resize(1);
  for (std::int64_t k = 0; k < 2 * frames; ++k)
    result.traces[0].values32.push_back(static_cast<float>(100 * number + k));
  return result;
}

std::vector<PointResult> sample_points(std::int64_t first, std::int64_t end) {
  std::vector<PointResult> all;
  for (std::int64_t i = first; i < end; ++i) all.push_back(sample_point(i));
  return all;
}

template <class T>
std::vector<T> values(const std::string& path, const std::string& name) {
  ReadableFile file(path);
  return file.reading(name, [&] {
    const H5::DataSet set = file.file().openDataSet(name);
    std::size_t size = 1;
    for (const hsize_t extent : shape(set)) size *= extent;
    std::vector<T> all(size);
    if (size > 0) set.read(all.data(), memory_type<T>());
    return all;
  });
}

// Everything in the file is what the sample has, of the first `stored` points.
void check_whole(const std::string& path) {
  std::vector<double> rates{0, 10, 20, none, 40, 50}, times;
  std::vector<std::int64_t> runs;
  for (const std::int64_t number : {0, 1, 2, 4, 5})
    for (std::int64_t k = 0; k < number; ++k) {
      times.push_back(static_cast<double>(k) + static_cast<double>(number) / 8);
      runs.push_back(number);
    }
  const auto found = values<double>(path, "rate");
  REQUIRE(found.size() == rates.size());
  for (std::size_t i = 0; i < rates.size(); ++i)
    CHECK((found[i] == rates[i] || (i == 3 && std::isnan(found[i]))));
  CHECK(values<std::int8_t>(path, "status") == std::vector<std::int8_t>{0, 0, 0, 1, 0, 0});
  CHECK(values<std::int64_t>(path, "run") == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
  CHECK(values<std::uint64_t>(path, "seed") == sweep_layout().seeds);
  CHECK(values<double>(path, "spikes/exc/timestamps") == times);
  CHECK(values<std::int64_t>(path, "spikes/exc/run") == runs);
  CHECK(values<double>(path, "spikes/inh/timestamps").empty());
  const auto trace = values<float>(path, "report/exc/V");
  REQUIRE(trace.size() == 6 * 2 * frames);
  for (std::int64_t i = 0; i < points; ++i)
    for (std::int64_t k = 0; k < 2 * frames; ++k) {
      const float value = trace[static_cast<std::size_t>(i * 2 * frames + k)];
      CHECK((i == 3 ? std::isnan(value) : value == static_cast<float>(100 * i + k)));
    }
  const auto failures = read_failures(path);
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].run == 3);
  CHECK(failures[0].reason == "V is not finite");
}

using Start = SweepFile::Start;

TEST_CASE("points that are appended in any portions make the same file, which gets its name at the end") {
  const TemporaryFolder folder;
  for (const std::int64_t portion : {1, 2, 4, 6}) {
    const std::string path = folder / ("sweep" + std::to_string(portion) + ".h5");
    SweepFile file(path, Start::anew, false, sweep_layout());
    CHECK(file.next() == 0);
    for (std::int64_t i = 0; i < points; i += portion) {
      file.append(sample_points(i, std::min(points, i + portion)));
      CHECK(file.next() == std::min(points, i + portion));
    }
    CHECK(file.failures() == 1);
    CHECK(is_sweep(path + ".partial"));
    CHECK(!std::filesystem::exists(path));
    file.finish("complete", {{"wall_simulate_s", 0.5}});
    CHECK(!std::filesystem::exists(path + ".partial"));
    CHECK(is_sweep(path));
    check_whole(path);
  }
}

TEST_CASE("a file that was left goes on behind the last point that is marked as done") {
  const TemporaryFolder folder;
  for (std::int64_t first = 0; first <= points; ++first) {
    const std::string path = folder / ("sweep" + std::to_string(first) + ".h5");
    {
      SweepFile file(path, Start::anew, false, sweep_layout());
      file.append(sample_points(0, first));
      if (first % 2 == 0) file.finish("interrupted", {});
    }
    if (std::filesystem::exists(path)) continue;  // it had all points
    SweepFile file(path, Start::resume, false, sweep_layout());
    CHECK(file.next() == first);
    CHECK(file.failures() == (first > 3 ? 1 : 0));
    file.append(sample_points(first, points));
    file.finish("complete", {});
    check_whole(path);
  }
}

TEST_CASE("a file that is killed as it grows can be gone on with") {
  const TemporaryFolder folder;
  for (const int milliseconds : {0, 1, 2, 4, 8}) {
    const std::string path = folder / ("killed" + std::to_string(milliseconds) + ".h5");
    write_and_kill(milliseconds, [&](const auto& begun) {
      SweepFile file(path, Start::anew, false, sweep_layout());
      begun();
      for (std::int64_t i = 0; i < points; ++i) {
        file.append(sample_points(i, i + 1));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      std::this_thread::sleep_for(std::chrono::seconds(10));
    });
    SweepFile file(path, Start::resume, false, sweep_layout());
    file.append(sample_points(file.next(), points));
    file.finish("complete", {});
    check_whole(path);
  }
}

TEST_CASE("rows of points that are not marked as done are forgotten") {
  const TemporaryFolder folder;
  const std::string path = folder / "sweep.h5";
  { SweepFile(path, Start::anew, false, sweep_layout()).append(sample_points(0, points)); }
  {
    OutputFile output = OutputFile::existing(path);
    WritableFile file(output, WritableFile::Mode::open);
    const std::vector<std::int8_t> status{0, 0, -1, -1, -1, -1};
    file.file().openDataSet("status").write(status.data(), memory_type<std::int8_t>());
  }
  SweepFile file(path, Start::resume, false, sweep_layout());
  CHECK(file.next() == 2);
  CHECK(file.failures() == 0);
  file.append(sample_points(2, points));
  file.finish("complete", {});
  check_whole(path);
}

TEST_CASE("what was left of another sweep is refused, and stays as it is") {
  const TemporaryFolder folder;
  const std::string path = folder / "sweep.h5";
  { SweepFile(path, Start::anew, false, sweep_layout()).append(sample_points(0, 2)); }
  const auto refused = [&](const std::function<void(SweepLayout&)>& change) {
    SweepLayout layout = sweep_layout();
    change(layout);
    const std::string found = io_error([&] { SweepFile(path, Start::resume, false, layout); });
    const std::string
        begin = path + ".partial is of a sweep with another ",
        end = ": its points are not those of this config; --force begins anew, --out gives another name";
    REQUIRE(found.starts_with(begin));
    REQUIRE(found.ends_with(end));
    return found.substr(begin.size(), found.size() - begin.size() - end.size());
  };
  CHECK(refused([](SweepLayout& layout) { layout.facts.texts["config"] = "sweep: {repeat: 2}\n"; }) ==
        "config");
  CHECK(refused([](SweepLayout& layout) { layout.facts.texts["models"] = "name: adex\n"; }) ==
        "text of its models");
  CHECK(refused([](SweepLayout& layout) { layout.facts.words["hillock_version"] = "0.2.0"; }) ==
        "version of hillock");
  CHECK(refused([](SweepLayout& layout) { layout.seeds.pop_back(); }) == "number of points");
  CHECK(refused([](SweepLayout& layout) { layout.seeds[0] = 9; }) == "set of seeds");
  CHECK(refused([](SweepLayout& layout) { layout.columns[0].numbers[2] = 3; }) == "set of points");
  CHECK(refused([](SweepLayout& layout) { layout.columns[0].numbers[2] = none; }) == "set of points");
  CHECK(refused([](SweepLayout& layout) { layout.columns[1].words[0] = "lof"; }) == "set of points");
  CHECK(refused([](SweepLayout& layout) { layout.columns[1].words[0] = "hodgkin_huxley"; }) ==
        "set of points");
  CHECK(refused([](SweepLayout& layout) { layout.columns[1].name = "other"; }) == "set of points");
  SweepFile file(path, Start::resume, false, sweep_layout());
  CHECK(file.next() == 2);
}

TEST_CASE("a file of which a part is lost is no sweep or an error, never a crash") {
  const TemporaryFolder folder;
  const std::string path = folder / "sweep.h5", whole = folder / "whole.h5";
  { SweepFile(path, Start::anew, false, sweep_layout()).append(sample_points(0, 4)); }
  std::filesystem::rename(path + ".partial", whole);
  const auto size = std::filesystem::file_size(whole);
  for (std::uintmax_t part = 0; part < size; part += 997) {
    std::filesystem::copy_file(whole, path + ".partial", std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(path + ".partial", part);
    CHECK(in_child([&] {
            if (!is_sweep(path + ".partial")) return 0;
            return io_error([&] { SweepFile(path, Start::resume, false, sweep_layout()); }) == "no error" ? 1
                                                                                                          : 0;
          }) == 0);
  }
}

TEST_CASE("two processes do not write the file of one sweep, new or gone on with") {
  const TemporaryFolder folder;
  const std::string path = folder / "sweep.h5";
  const std::string pid = std::to_string(getpid());
  for (const Start start : {Start::anew, Start::resume}) {
    const SweepFile file(path, start, false, sweep_layout());
    for (const Start second : {Start::anew, Start::resume})
      CHECK(in_child([&] {
              const std::string found = io_error([&] { SweepFile(path, second, false, sweep_layout()); });
              return found.find("is being written by process " + pid) == std::string::npos ? 1 : 0;
            }) == 0);
  }
}

TEST_CASE("of a trace of more than 4 GB a chunk has a part") {
  const TemporaryFolder folder;
  SweepLayout layout = sweep_layout();
  layout.reports[0].frames = 3'000'000;
  layout.reports[0].neurons.resize(1000);
  std::iota(layout.reports[0].neurons.begin(), layout.reports[0].neurons.end(), 0);
  SweepFile file(folder / "sweep.h5", Start::anew, false, layout);
  file.append({sample_point(3)});
  file.finish("interrupted", {});
  ReadableFile written(folder / "sweep.h5.partial");
  const H5::DataSet set = written.file().openDataSet("report/exc/V");
  std::array<hsize_t, 3> chunk{};
  set.getCreatePlist().getChunk(3, chunk.data());
  CHECK(shape(set) == std::vector<hsize_t>{points, 3'000'000, 1000});
  CHECK(chunk[0] == 1);
  CHECK(chunk[1] * chunk[2] * sizeof(double) < std::uint64_t{1} << 32);
  CHECK(chunk[2] == 1000);
}

TEST_CASE("a long reason is cut, whole letters only") {
  const TemporaryFolder folder;
  const std::string path = folder / "sweep.h5";
  SweepFile file(path, Start::anew, false, sweep_layout());
  std::vector<PointResult> all = sample_points(0, points);
  all[3].reason = std::string(longest_reason - 1, 'x') + "\xC2\xB5";
  file.append(std::move(all));
  file.finish("complete", {});
  CHECK(read_failures(path).at(0).reason == std::string(longest_reason - 1, 'x'));
}

}  // namespace
}  // namespace hillock::record
