// Distances of spike trains: against the integral that defines them, and what holds for any two trains.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "analysis/spike_distance.hpp"

namespace {

using hillock::analysis::coincidence_factor;
using hillock::analysis::van_rossum_distance;
using Train = std::vector<double>;

// sqrt(1/tau * integral of (f - g)^2), each train a sum of exponentials, by the rectangle rule.
double integrated(const Train& one, const Train& other, double tau) {
  constexpr double dt = 0.001;
  const auto filtered = [&](const Train& train, double t) {
    double sum = 0;
    for (const double spike : train)
      if (spike <= t) sum += std::exp(-(t - spike) / tau);
    return sum;
  };
  double integral = 0;
  for (double t = dt / 2; t < 200; t += dt)
    integral += dt * std::pow(filtered(one, t) - filtered(other, t), 2);
  return std::sqrt(integral / tau);
}

TEST_CASE("van Rossum's distance is the integral that defines it") {
  const Train one{10, 12.5, 30}, other{9, 31, 33, 60};
  CHECK(van_rossum_distance(one, other, 5) == doctest::Approx(integrated(one, other, 5)).epsilon(1e-4));
  CHECK(van_rossum_distance(one, {}, 12) == doctest::Approx(integrated(one, {}, 12)).epsilon(1e-4));
}

TEST_CASE("van Rossum's distance is one: symmetrical, 0 for the same train, and no way round is shorter") {
  const Train a{10, 20, 30}, b{11, 19}, c{5, 50};
  CHECK(van_rossum_distance(a, b, 10) == van_rossum_distance(b, a, 10));
  CHECK(van_rossum_distance(a, a, 10) == doctest::Approx(0));
  CHECK(van_rossum_distance({}, {}, 10) == 0);
  CHECK(van_rossum_distance(a, c, 10) <= van_rossum_distance(a, b, 10) + van_rossum_distance(b, c, 10));
}

TEST_CASE("a spike more makes sqrt(1/2), one that is moved far 1, and with a long tau the numbers count") {
  CHECK(van_rossum_distance(Train{10, 500}, Train{10}, 5) == doctest::Approx(std::sqrt(0.5)));
  CHECK(van_rossum_distance(Train{10}, Train{500}, 5) == doctest::Approx(1));
  CHECK(van_rossum_distance(Train{10, 20, 30, 40}, Train{15}, 1e9) == doctest::Approx(3 / std::sqrt(2)));
}

TEST_CASE("all spikes within the precision make 1, as many as by chance 0") {
  const Train recorded{100, 200, 300, 400};
  CHECK(coincidence_factor(recorded, recorded, 1000, 2) == doctest::Approx(1));
  CHECK(coincidence_factor(Train{101, 198.5, 301.9, 399}, recorded, 1000, 2) == doctest::Approx(1));
  CHECK(coincidence_factor({}, recorded, 1000, 2) == 0);
  // One of four where 4 * 4 spikes/s * 4 ms = 0.064 are expected: (1 - 0.064) / 4 / (1 - 0.016).
  CHECK(coincidence_factor(Train{101, 250, 350, 450}, recorded, 1000, 2) ==
        doctest::Approx((1 - 0.064) / 4 / (1 - 0.016)));
  CHECK(std::isnan(coincidence_factor({}, {}, 1000, 2)));
}

TEST_CASE("a spike coincides with one other spike at most") {
  const Train burst{100, 101, 102};
  CHECK(coincidence_factor(burst, Train{101}, 1000, 2) ==
        doctest::Approx((1 - 2 * 2 * 0.003) / 2 / (1 - 2 * 2 * 0.003)));
}

}  // namespace
