// Truncated and altered HDF5 files: an error that names the file, or values; never a crash, never a hang.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <fstream>
#include <random>

#include "record/columns.hpp"
#include "record/hdf5_read.hpp"
#include "record/recover.hpp"
#include "record/run_info.hpp"
#include "record/run_reader.hpp"
#include "record/run_writer.hpp"
#include "record/sample.hpp"
#include "record/spike_file.hpp"

namespace hillock::record {
namespace {

std::string contents_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// A partial file, small enough that most of its bytes matter.
std::string small_run(const TemporaryFolder& folder) {
  engine::RunLayout layout = sample_layout(3);
  RunWriter writer(folder / "run.h5", false, layout);
  write_sample(writer, layout, 3, 1);
  writer.finish(engine::RunEnd::interrupted, 3, "", {});
  return contents_of(folder / "run.h5.partial");
}

void read_reports(const std::string& path) {
  RunReader reader(path);
  for (const ReportInfo& report : reader.info().reports) {
    reader.stimulus(report);
    reader.times(report);
    if (report.neurons == 0) continue;
    reader.neurons(report);
    for (const ReportInfo::Variable& variable : report.variables)
      reader.columns(report, variable.name, std::vector<std::size_t>{0});
  }
  for (const SpikesInfo& spikes : reader.info().spikes) reader.spikes(spikes.population);
}

// Reads the file in every way there is. 0: each gave a value or an error that names the file.
int read_everything(const std::string& path) {
  const rlimit seconds{20, 20}, no_core{0, 0};
  setrlimit(RLIMIT_CPU, &seconds);
  setrlimit(RLIMIT_CORE, &no_core);
  const auto named = [&](const std::string& error) {
    return error == "no error" || error.find(path.substr(0, path.size() - 8)) != std::string::npos;
  };
  if (!named(io_error([&] { read_info(path); }))) return 1;
  for (const char* name :
       {"/report/exc/V", "/report/exc.w/w", "/report/exc.mean/V", "/report/exc/neuron", ""})
    if (!named(io_error([&] { read_columns(path, name); }))) return 2;
  for (const char* population : {"exc", "inh", ""})
    if (!named(io_error([&] { read_spikes(path, population); }))) return 3;
  if (!named(io_error([&] { read_reports(path); }))) return 5;
  if (!named(io_error([&] { recover(path, true); }))) return 4;
  return 0;
}

int damaged_child(const TemporaryFolder& folder, const std::string& bytes) {
  const std::string path = folder / "damaged.h5.partial";
  std::ofstream(path, std::ios::binary) << bytes;
  const int code = in_child([&] { return read_everything(path); });
  std::filesystem::remove(folder / "damaged.h5");
  return code;
}

TEST_CASE("a truncated file is an error or its readable part, never a crash") {
  const TemporaryFolder folder;
  const std::string whole = small_run(folder);
  std::mt19937_64 random(1);
  for (int trial = 0; trial < trials(60); ++trial) {
    const std::size_t size = random() % whole.size();
    CHECK_MESSAGE(damaged_child(folder, whole.substr(0, size)) == 0, size);
  }
}

TEST_CASE("a file with altered bytes is an error or values, never a crash") {
  const TemporaryFolder folder;
  const std::string whole = small_run(folder);
  std::mt19937_64 random(2);
  for (int trial = 0; trial < trials(80); ++trial) {
    std::string bytes = whole;
    std::string where;
    for (std::uint64_t flips = 1 + random() % 4; flips > 0; --flips) {
      const std::size_t at = random() % bytes.size();
      bytes[at] = static_cast<char>(random() & 0xff);
      where += std::to_string(at) + " ";
    }
    CHECK_MESSAGE(damaged_child(folder, bytes) == 0, where);
  }
}

TEST_CASE("texts of variable length that were never written are empty") {
  const TemporaryFolder folder;
  const std::string path = folder / "texts.h5";
  {
    H5::H5File file(path, H5F_ACC_TRUNC);
    const H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
    const H5::DataSpace one(H5S_SCALAR);
    file.createAttribute("never", type, one);
    file.createAttribute("once", type, one).write(type, std::string("as written"));
    file.createDataSet("never", type, one);
    file.createDataSet("once", type, one).write(std::string("in a data set"), type);
  }
  const H5::H5File file(path, H5F_ACC_RDONLY);
  CHECK(text_attribute(file, "never") == "");
  CHECK(text_attribute(file, "once") == "as written");
  CHECK(read_text(file.openGroup("/"), "never") == "");
  CHECK(read_text(file.openGroup("/"), "once") == "in a data set");
}

}  // namespace
}  // namespace hillock::record
