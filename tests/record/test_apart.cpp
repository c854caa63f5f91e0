// Work in a child process: what it throws comes back, and its crashes stay there.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "base/diagnostics.hpp"
#include "record/apart.hpp"
#include "record/sample.hpp"

namespace hillock::record {
namespace {

TEST_CASE("work apart that succeeds is no error, and leaves no trace in memory") {
  int value = 1;
  CHECK(io_error([&] { run_apart("x.h5", [&] { value = 2; }); }) == "no error");
  CHECK(value == 1);
  CHECK(tried_apart("x.h5", [&] { return value + 1; }) == 2);
}

TEST_CASE("what work apart throws comes back as its text") {
  CHECK(io_error([] { run_apart("x.h5", [] { throw base::IoError("x.h5: no data set 'V'"); }); }) ==
        "x.h5: no data set 'V'");
  CHECK(io_error([] { run_apart("x.h5", [] { throw 1; }); }) == "x.h5 cannot be read");
}

TEST_CASE("a child that dies or gives up is an error with the name of the file") {
  CHECK(io_error([] { run_apart("x.h5", [] { raise(SIGKILL); }); }) ==
        "x.h5 is damaged: reading it finds no end");
  CHECK(io_error([] { run_apart("x.h5", [] { raise(SIGTERM); }); }) ==
        "x.h5 is damaged: the HDF5 library crashes on it");
  CHECK(io_error([] { run_apart("x.h5", [] { _exit(1); }); }) ==
        "x.h5 is damaged: the HDF5 library gives up on it");
}

}  // namespace
}  // namespace hillock::record
