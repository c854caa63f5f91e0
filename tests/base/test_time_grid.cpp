// The time grid: which times lie on it, and their neighbours.
#include <doctest/doctest.h>

#include <limits>

#include "base/source.hpp"
#include "base/time_grid.hpp"

using namespace hillock::base;

TEST_CASE("a time that is a multiple of dt is on the grid for every common pair of decimals") {
  // int(delay/dt) is wrong for 64 of 236 such pairs (0.3/0.1 gives 2)
  int checked = 0;
  for (const double dt : {0.1, 0.05, 0.025, 0.01, 0.2, 0.001}) {
    const TimeGrid grid{dt, 0};
    for (std::int64_t n = 0; n < 100000; n += 7) {
      REQUIRE(grid.step_of(static_cast<double>(n) * dt) == n);
      ++checked;
    }
  }
  CHECK(checked > 80000);
  CHECK(TimeGrid{0.1, 0}.step_of(0.3) == 3);
  CHECK(TimeGrid{0.1, 0}.step_of(-0.3) == -3);
  CHECK(TimeGrid{0.1, 0}.step_of(1e7) == 100000000);
}

TEST_CASE("a time off the grid has no step") {
  CHECK_FALSE(TimeGrid{0.1, 0}.step_of(0.35));
  CHECK_FALSE(TimeGrid{0.1, 0}.step_of(0.3 + 1e-9));
  CHECK_FALSE(TimeGrid{0.1, 0}.step_of(1e300));
  CHECK_FALSE(TimeGrid{0.1, 0}.step_of(std::numeric_limits<double>::quiet_NaN()));
  CHECK_FALSE(TimeGrid{0.0, 0}.step_of(1.0));
}

TEST_CASE("the neighbours of a time are the decimal multiples of dt around it") {
  CHECK(TimeGrid{0.1, 0}.neighbours(0.35) == std::pair(0.3, 0.4));
  CHECK(TimeGrid{0.1, 0}.neighbours(1000.27) == std::pair(1000.2, 1000.3));
  CHECK(TimeGrid{0.025, 0}.neighbours(0.08) == std::pair(0.075, 0.1));
  CHECK(TimeGrid{0.1, 0}.neighbours(-0.35) == std::pair(-0.4, -0.3));
  CHECK(TimeGrid{1.0 / 3, 0}.neighbours(0.5).second == doctest::Approx(2.0 / 3));
}

TEST_CASE("a time of more than 2^53 steps is told from one between two steps") {
  const TimeGrid grid{0.1, 0};
  CHECK(grid.too_many_steps("start", 0.35).empty());
  CHECK(grid.too_many_steps("start", 9e14).empty());
  CHECK(grid.too_many_steps("start", std::numeric_limits<double>::quiet_NaN()).empty());
  CHECK(grid.too_many_steps("start", 1e300) ==
        "start/dt is 1e+301 steps; the most is 9007199254740992 (2^53)");
  CHECK(grid.too_many_steps("stop", -1e300) ==
        "stop/dt is -1e+301 steps; the most is 9007199254740992 (2^53)");
  CHECK(grid.too_many_steps("stop", 1e308) ==
        "stop/dt is more than 1e308 steps; the most is 9007199254740992 (2^53)");
}

TEST_CASE("time is step times dt") {
  const TimeGrid grid{0.1, 10000000};
  CHECK(grid.duration() == 1000000.0);
  CHECK(grid.time(3) == 3 * 0.1);
}

TEST_CASE("lines of a source are found by number") {
  const Source source{"a", "one\r\ntwo\n\nfour"};
  CHECK(source.line(1) == "one");
  CHECK(source.line(2) == "two");
  CHECK(source.line(3).empty());
  CHECK(source.line(4) == "four");
  CHECK(source.line(5).empty());
  CHECK(source.line(0).empty());
}
