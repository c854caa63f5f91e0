// Statistics of spikes whose values are known: regular, identical, alternating and silent trains; Fourier
// transforms.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "analysis/counts.hpp"
#include "analysis/population_statistics.hpp"
#include "analysis/spectrum.hpp"
#include "analysis/synchrony.hpp"

namespace hillock::analysis {
namespace {

using Complex = std::complex<double>;
using Values = std::vector<double>;

Values regular(double first, double interval, int count) {
  Values spikes;
  for (int k = 0; k < count; ++k) spikes.push_back(first + k * interval);
  return spikes;
}

TEST_CASE("a regular train has its rate and no variation, an alternating one a known one") {
  CHECK(mean_rate(regular(5, 10, 10), {0, 100}) == 100);
  const Values same = intervals(regular(5, 10, 10));
  CHECK(same == Values(9, 10));
  CHECK(cv(same).value() == 0);
  CHECK(cv2(same).value() == 0);
  CHECK(lv(same).value() == 0);
  const Values alternating{10, 30, 10, 30};  // mean 20, deviation 10, (b - a)/(a + b) = +-1/2
  CHECK(cv(alternating).value() == 0.5);
  CHECK(cv2(alternating).value() == 1);
  CHECK(lv(alternating).value() == 0.75);
  CHECK_FALSE(cv(Values{10}).has_value());
  CHECK_FALSE(cv2(Values{}).has_value());
  CHECK_FALSE(lv(Values{10}).has_value());
}

TEST_CASE("the phase of a time counts from the last spike, in the interval before it") {
  const Values spikes{10, 30, 50, 66, 90};
  CHECK(phase(spikes, 55).value() == 0.25);
  CHECK(phase(spikes, 50).value() == 0);  // the spike at the time itself is the last one
  CHECK(phase(spikes, 100).value() == doctest::Approx(10.0 / 24));
  CHECK(phase(spikes, 300).value() == doctest::Approx(210.0 / 24));  // it has stopped firing
  CHECK_FALSE(phase(spikes, 29).has_value());
  CHECK_FALSE(phase({}, 29).has_value());
}

TEST_CASE("the phase shift is positive where the next spike comes early") {
  const Values spikes{10, 30, 50, 66, 90};
  CHECK(phase_shift(spikes, 35).value() == 0);
  CHECK(phase_shift(spikes, 50).value() == 0.2);
  CHECK(phase_shift(spikes, 65).value() == 0.2);
  CHECK(phase_shift(spikes, 66).value() == -0.5);
  CHECK_FALSE(phase_shift(spikes, 90).has_value());
  CHECK_FALSE(phase_shift(spikes, 29).has_value());
}

TEST_CASE("the spikes around the start of a window need not lie in it") {
  const auto found = statistics({{10, 30, 46}, {20, 28, 38}, {25}}, {31, 40}, 1, 5);
  CHECK(found.trains[0].spikes == 0);
  CHECK(found.trains[0].phase.value() == doctest::Approx(0.05));
  CHECK(found.trains[0].phase_shift.value() == doctest::Approx(0.2));
  CHECK(found.trains[1].phase.value() == doctest::Approx(0.375));
  CHECK(found.trains[1].phase_shift.value() == doctest::Approx(-0.25));
  CHECK_FALSE(found.trains[2].phase.has_value());
  CHECK(found.phase.value() == doctest::Approx(0.2125));  // over the neurons that have one
  CHECK(found.phase_shift.value() == doctest::Approx(-0.025));
  CHECK_FALSE(statistics({{25}}, {31, 40}, 1, 5).phase_shift.has_value());
}

TEST_CASE("the Fano factor is variance over mean of the numbers of spikes") {
  CHECK(fano_factor({Values(1), Values(3)}).value() == 0.5);
  CHECK(fano_factor({Values(2), Values(2)}).value() == 0);
  CHECK_FALSE(fano_factor({{}, {}}).has_value());
  CHECK_FALSE(fano_factor({}).has_value());
}

TEST_CASE("a spike on the border of two bins belongs to the later one, also when rounding puts it before") {
  const Counts counts = count_spikes({{0, 0.3, 0.5999999999999999, 0.9, 1.2}}, {0, 1.2}, 0.3);
  CHECK(counts.bins == 4);
  CHECK(population_counts(counts) == Values{1, 1, 1, 1});  // that at the end lies behind the last bin
  CHECK(count_spikes({{}}, {0, 1}, 0.3).bins == 3);        // the rest of the window is left out
}

TEST_CASE("histograms count intervals from 0 on") {
  CHECK(histogram(Values{0, 4.9, 5, 12}, 5) == std::vector<std::int64_t>{2, 1, 1});
  CHECK(histogram(Values{}, 5).empty());
}

TEST_CASE("correlation is 1 with oneself, -1 with one's opposite, and not defined for the silent") {
  const SpikeTrains trains{{1, 3, 5}, {0.5, 2.5, 4.5}, {1, 3, 5}, {}};
  const Counts counts = count_spikes(trains, {0, 6}, 1);
  const auto matrix = correlations(counts);
  CHECK(matrix[0][2] == doctest::Approx(1));
  CHECK(matrix[0][1] == doctest::Approx(-1));
  CHECK(matrix[1][0] == matrix[0][1]);
  CHECK(matrix[1][1] == 1);
  CHECK(std::isnan(matrix[3][3]));
  CHECK(std::isnan(matrix[0][3]));
  CHECK(mean_correlation(counts).value() == doctest::Approx((-1 - 1 + 1) / 3.0));
  CHECK_FALSE(mean_correlation(count_spikes({{1}, {}}, {0, 6}, 1)).has_value());
}

TEST_CASE("the autocorrelogram of a regular train has its pairs at multiples of its interval") {
  const Counts counts = count_spikes({regular(0, 2, 5), regular(1, 2, 5)}, {0, 12}, 1);
  CHECK(autocorrelogram(counts, 4) == Values{6, 0, 8, 0, 10, 0, 8, 0, 6});
  CHECK(autocorrelogram(count_spikes({{1, 1.5}}, {0, 12}, 1), 1) == Values{0, 4, 0});  // two in one bin
}

TEST_CASE("spike contrast needs two trains and an interval") {
  CHECK_FALSE(spike_contrast({{10, 20}}, {0, 100}).has_value());
  CHECK_FALSE(spike_contrast({{10}, {20}}, {0, 100}).has_value());
  CHECK_FALSE(spike_contrast({{10, 12}, {10, 12}}, {0, 15}).has_value());  // bins would be shorter than 10 ms
  const Values bursts{100, 300, 500, 700, 900};
  CHECK(spike_contrast({bursts, bursts, bursts}, {0, 1000}).value() == doctest::Approx(1));
}

TEST_CASE("the Fourier transform of any length is its definition") {
  for (const std::size_t n : {1, 2, 3, 4, 5, 7, 12, 16, 31, 64, 97, 100}) {
    std::vector<Complex> x(n);
    for (std::size_t k = 0; k < n; ++k)
      x[k] = {std::sin(static_cast<double>(k * k + 1)), std::cos(static_cast<double>(3 * k))};
    const std::vector<Complex> found = fourier(x);
    REQUIRE(found.size() == n);
    for (std::size_t k = 0; k < n; ++k) {
      Complex sum = 0;
      for (std::size_t j = 0; j < n; ++j)
        sum += x[j] * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(j * k % n) /
                                          static_cast<double>(n));
      CAPTURE(n);
      CHECK(std::abs(found[k] - sum) < 1e-13 * static_cast<double>(n));
    }
  }
}

TEST_CASE("the power of a sine stands at its frequency, and sums up to its variance") {
  Values signal(4500);  // segments of 1000 samples
  for (std::size_t k = 0; k < signal.size(); ++k)
    signal[k] = 3 + 2 * std::sin(2 * std::numbers::pi * 0.05 * static_cast<double>(k));
  const Spectrum spectrum = power_spectrum(signal, 1000);
  REQUIRE(spectrum.power.size() == 501);
  CHECK(spectrum.frequency[1] == 1);
  CHECK(std::max_element(spectrum.power.begin(), spectrum.power.end()) - spectrum.power.begin() == 50);
  double sum = 0;
  for (const double power : spectrum.power) sum += power * spectrum.frequency[1];
  CHECK(sum == doctest::Approx(2).epsilon(1e-9));
  CHECK(power_spectrum(Values(7, 1), 1000).power.empty());
}

TEST_CASE("statistics of a population leave out what lies outside of the window") {
  const PopulationStatistics found = statistics({{5, 15, 25, 95}, {50, 60}, {}}, {10, 60}, 5, 2);
  CHECK(found.neurons == 3);
  CHECK(found.spikes == 4);
  CHECK(found.trains[0].spikes == 2);
  CHECK(found.rate == doctest::Approx(1000 * 4 / 50.0 / 3));
  CHECK(found.ISI_histogram == std::vector<std::int64_t>{0, 0, 2});
  CHECK_FALSE(found.cv.has_value());
}

}  // namespace
}  // namespace hillock::analysis
