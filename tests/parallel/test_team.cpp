// Teams of threads: everyone works once in each round, what was written is seen, errors reach the caller.
#include <doctest/doctest.h>

#include <numeric>
#include <stdexcept>
#include <vector>

#include "base/diagnostics.hpp"
#include "parallel/team.hpp"

using hillock::parallel::Team;

TEST_CASE("each index works once in each round, and all have met before the next") {
  for (const int size : {1, 2, 3, 5, 8}) {
    CAPTURE(size);
    Team team(size);
    REQUIRE(team.size() == size);
    std::vector<int> rounds(static_cast<std::size_t>(size)), seen(static_cast<std::size_t>(size));
    constexpr int many = 500;
    for (int round = 0; round < many; ++round) {
      // Reads what its neighbour wrote in the round before.
      team.run([&](int index) { seen[index] = rounds[(index + 1) % size]; });
      for (const int count : seen) REQUIRE(count == round);
      team.run([&](int index) { ++rounds[index]; });
    }
    CHECK(std::accumulate(rounds.begin(), rounds.end(), 0) == size * many);
  }
}

TEST_CASE("an error of a thread reaches the caller, of several that of the lowest index; the team goes on") {
  Team team(4);
  const auto message = [&](auto fails) {
    try {
      team.run([&](int index) {
        if (fails(index)) throw std::runtime_error(std::to_string(index));
      });
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message([](int index) { return index == 3; }) == "3");
  CHECK(message([](int index) { return index >= 1; }) == "1");
  CHECK(message([](int) { return true; }) == "0");
  CHECK(message([](int) { return false; }).empty());
}

TEST_CASE("a team may be let go without work, and waits asleep between rounds that are far apart") {
  { const Team idle(3); }
  Team team(2);
  std::vector<int> rounds(2);
  for (int round = 0; round < 3; ++round) {
    team.run([&](int index) { ++rounds[index]; });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(rounds == std::vector<int>{3, 3});
}

TEST_CASE("at least one processor may be used") { CHECK(hillock::parallel::available_processors() >= 1); }
