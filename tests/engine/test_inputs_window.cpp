// Tests when inputs act: edges on and off the grid, half-open windows, pieces.
#include <doctest/doctest.h>

#include <limits>

#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

const base::TimeGrid grid{0.1, 100000};
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST_CASE("an edge on the grid is compared by its step, whatever the rounding of the quotient") {
  for (std::int64_t step = 0; step < 20000; ++step) {
    const double decimal = static_cast<double>(step) / 10;  // the double nearest to the decimal time
    const Edge edge(decimal, grid);
    REQUIRE(edge.step() == step);
    REQUIRE(edge.next_step() == step);
    REQUIRE_FALSE(edge.reached(step - 1, 0));
    REQUIRE(edge.reached(step, 0));
  }
}

TEST_CASE("a window contains its start and not its stop") {
  const Window window(0.3, 0.7, grid);
  for (std::int64_t step = -2; step < 12; ++step) CHECK(window.contains(step, 0) == (step >= 3 && step < 7));
  CHECK(window.edges().size() == 2);
  CHECK(window.edges()[0] == grid.time(3));
  CHECK(window.edges()[1] == grid.time(7));
}

TEST_CASE("a window without end lasts for ever, and has one edge") {
  const Window window(0.3, infinity, grid);
  CHECK(window.contains(std::int64_t{1} << 60, 0));
  CHECK_FALSE(window.contains(2, 0));
  CHECK(window.edges() == std::vector<double>{grid.time(3)});
}

TEST_CASE("an edge off the grid cuts its step within 1e-9 dt") {
  const Window window(0.24, 0.56, grid);
  CHECK_FALSE(window.contains(2, 0));
  CHECK_FALSE(window.contains(2, 0.04 - 1e-9));
  CHECK(window.contains(2, 0.04 - 1e-11));
  CHECK(window.contains(2, 0.04));
  CHECK(window.contains(3, 0));
  CHECK(window.contains(5, 0));
  CHECK(window.contains(5, 0.06 - 1e-9));
  CHECK_FALSE(window.contains(5, 0.06 - 1e-11));
  CHECK_FALSE(window.contains(6, 0));
  CHECK(Edge(0.24, grid).next_step() == 3);
}

TEST_CASE("edges outside of the run are left out, coinciding ones merged") {
  CHECK(Window(-5, 1e9, grid).edges().empty());
  CHECK(merged({1, 3}, {0.5, 3, 4}) == std::vector<double>{0.5, 1, 3, 4});
}

TEST_CASE("the piece that acts is the last that has begun") {
  const Pieces pieces({0.3, 0.65, 0.7}, grid);
  CHECK(pieces.find(2, 0) == -1);
  CHECK(pieces.find(3, 0) == 0);
  CHECK(pieces.find(6, 0) == 0);
  CHECK(pieces.find(6, 0.05) == 1);
  CHECK(pieces.find(7, 0) == 2);
  CHECK(pieces.find(70000, 0) == 2);
  CHECK(Pieces({}, grid).find(5, 0) == -1);
}

}  // namespace
}  // namespace hillock::engine
