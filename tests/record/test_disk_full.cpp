// A disk that fails in the middle of a run: an error that names file and cause, a partial file, and no crash.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <optional>

#include "record/run_info.hpp"
#include "record/run_writer.hpp"
#include "record/sample.hpp"

namespace hillock::record {
namespace {

// Writes the sample under a limit of `bytes` for the file; 0: every call said the same, once it had failed.
int write_limited(const std::string& path, rlim_t bytes, std::int64_t duration) {
  const rlimit limit{bytes, bytes};
  if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
  const std::string cause =
      path + ".partial: file too large (the limit set by ulimit -f, or of the file system) (while ";
  std::optional<RunWriter> writer;
  const engine::RunLayout layout = sample_layout(static_cast<double>(duration));
  std::string first = io_error([&] {
    writer.emplace(path, false, layout, RunWriter::Options{std::size_t{1} << 20, 0.0});
  });
  if (!writer) return first.starts_with(cause) ? 0 : 3;
  first = io_error([&] {
    write_sample(*writer, layout, duration, 7);
    writer->finish(engine::RunEnd::complete, static_cast<double>(duration), "", {});
  });
  if (!first.starts_with(cause)) return 4;
  if (!writer->hdf5_failed()) return 5;
  if (io_error([&] { writer->advance(2000); }) != first) return 6;
  if (io_error([&] { writer->write(sample_spikes(0, 1)); }) != first) return 7;
  if (io_error([&] { writer->finish(engine::RunEnd::failed, 2000, "disk", {}); }) != first) return 8;
  writer.reset();
  return std::filesystem::exists(path) || !std::filesystem::exists(path + ".partial") ? 9 : 0;
}

TEST_CASE("a file that cannot grow ends in an error at whatever byte it happens, never in a crash") {
  const TemporaryFolder folder;
  for (rlim_t bytes = 0; bytes < 300000; bytes += 3011)
    CHECK_MESSAGE(in_child([&] {
                    return write_limited(folder / ("run" + std::to_string(bytes) + ".h5"), bytes, 2000);
                  }) == 0,
                  bytes);
}

TEST_CASE("what was flushed before the disk was full can be read") {
  const TemporaryFolder folder;
  const std::string path = folder / "run.h5";
  REQUIRE(in_child([&] { return write_limited(path, 1200000, 8000); }) == 0);
  const RunInfo info = read_info(path + ".partial");
  CHECK(info.status == "running");
  CHECK(info.recorded_until > 0);
  CHECK(info.recorded_until < 8000);
}

}  // namespace
}  // namespace hillock::record
