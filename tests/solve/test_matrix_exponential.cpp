// Propagators of linear systems against their closed forms.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "solve/matrix_exponential.hpp"

using namespace hillock::solve;

namespace {

bool close(double value, double expected, double relative) {
  return std::fabs(value - expected) <= relative * std::fabs(expected);
}

// (exp(-h/a) - exp(-h/b)) / (1/b - 1/a): what a unit current that decays with b leaves behind a leak of a.
double difference_of_exponentials(double a, double b, double h) {
  const double x = h * (1 / b - 1 / a);
  const double ratio = x == 0 ? 1 : std::expm1(x) / x;  // exp(-h/a) - exp(-h/b) = exp(-h/b) expm1(x)
  return h * std::exp(-h / b) * ratio;
}

}  // namespace

TEST_CASE("the exponential of a leak keeps its digits from the shortest to the longest step") {
  for (int decade = -6; decade <= 3; ++decade)
    for (const double mantissa : {1.0, 2.7, 9.9}) {
      const double h = mantissa * std::pow(10.0, decade);
      const std::vector<double> M{-1.0};
      CHECK(close(exponential_minus_identity(M, 1, h)[0], std::expm1(-h), 1e-13));
    }
}

TEST_CASE("a decaying current behind a leak follows its closed form, also when the time constants meet") {
  const double tau_m = 10;
  for (const double tau_s : {0.5, 2.0, 9.0, 10 - 1e-3, 10 - 1e-6, 10 - 1e-9, 10.0, 10 + 1e-9, 40.0})
    for (const double h : {1e-5, 1e-3, 0.1, 1.0, 5.0}) {
      const std::vector<double> M{-1 / tau_s, 0, 1, -1 / tau_m};  // (i, V)
      const auto D = exponential_minus_identity(M, 2, h);
      CHECK(D[1] == 0);
      CHECK(close(D[0], std::expm1(-h / tau_s), 1e-13));
      CHECK(close(D[2], difference_of_exponentials(tau_m, tau_s, h), 1e-13));
      CHECK(close(D[3], std::expm1(-h / tau_m), 1e-13));
    }
}

TEST_CASE("an oscillator turns by its angle, over many periods as well") {
  for (const double angle : {1e-6, 0.1, 1.0, 20.0, 1000.0}) {
    const std::vector<double> M{0, 1, -1, 0};
    const auto D = exponential_minus_identity(M, 2, angle);
    const double tolerance = 1e-15 * std::max(1.0, angle);  // of the angle itself
    CHECK(std::fabs(D[0] - (std::cos(angle) - 1)) < 10 * tolerance);
    CHECK(std::fabs(D[1] - std::sin(angle)) < 10 * tolerance);
    CHECK(std::fabs(D[2] + std::sin(angle)) < 10 * tolerance);
  }
}

TEST_CASE("a chain of integrators gives the powers of the step") {
  const std::vector<double> M{0, 0, 0, 1, 0, 0, 0, 1, 0};
  for (const double h : {1e-6, 0.1, 3.0}) {
    const auto D = exponential_minus_identity(M, 3, h);
    CHECK(close(D[3], h, 1e-15));
    CHECK(close(D[6], h * h / 2, 1e-15));
    CHECK(D[0] == 0);
  }
}

TEST_CASE("a fast state does not take digits from a slow one") {
  const std::vector<double> M{-1e3, 0, 0, -1e-3};
  const auto D = exponential_minus_identity(M, 2, 1.0);
  CHECK(close(D[0], -1, 1e-15));
  CHECK(close(D[3], std::expm1(-1e-3), 1e-13));
}

TEST_CASE("a matrix that is not finite gives NaN everywhere, so that the run stops") {
  const std::vector<double> M{std::numeric_limits<double>::infinity(), 0, 0, -1};
  for (const double value : exponential_minus_identity(M, 2, 0.1)) CHECK(std::isnan(value));
  for (const double value : noise_covariance(M, std::vector<double>{1, 0}, 2, 0.1)) CHECK(std::isnan(value));
}

TEST_CASE("white noise behind a leak builds up the variance of an Ornstein-Uhlenbeck process") {
  for (const double tau : {0.1, 10.0, 1e4})
    for (const double h : {1e-4, 0.1, 10.0, 1000.0}) {
      const double sigma = 3;
      const auto Q = noise_covariance(std::vector<double>{-1 / tau}, std::vector<double>{sigma}, 1, h);
      CHECK(close(Q[0], -sigma * sigma * tau / 2 * std::expm1(-2 * h / tau), 1e-13));
    }
}

TEST_CASE("the integral of white noise has variance h^3/3 and its increment covariance h^2/2") {
  for (const double h : {1e-5, 0.1, 7.0}) {
    const auto Q = noise_covariance(std::vector<double>{0, 0, 1, 0}, std::vector<double>{1, 0}, 2, h);
    CHECK(close(Q[0], h, 1e-14));
    CHECK(close(Q[1], h * h / 2, 1e-14));
    CHECK(close(Q[2], h * h / 2, 1e-14));
    CHECK(close(Q[3], h * h * h / 3, 1e-14));
  }
}

TEST_CASE("two steps of h build up the covariance of one step of 2h") {
  const std::vector<double> M{-0.5, 0.1, 1.0, -0.07}, b{0.3, -0.2};
  for (const double h : {0.01, 1.0, 30.0}) {
    const auto once = noise_covariance(M, b, 2, h), twice = noise_covariance(M, b, 2, 2 * h);
    auto P = exponential_minus_identity(M, 2, h);
    P[0] += 1, P[3] += 1;
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j) {
        double expected = once[i * 2 + j];
        for (int k = 0; k < 2; ++k)
          for (int l = 0; l < 2; ++l) expected += P[i * 2 + k] * once[k * 2 + l] * P[j * 2 + l];
        CHECK(twice[i * 2 + j] == doctest::Approx(expected).epsilon(1e-12));
      }
  }
}

TEST_CASE(
    "a Cholesky factor gives its matrix back, and a state that repeats another has no noise of its own") {
  const std::vector<double> Q{4, 2, 6, 2, 5, 3, 6, 3, 9};  // row 2 is 1.5 times row 0
  const auto L = cholesky(Q, 3);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      double product = 0;
      for (int k = 0; k < 3; ++k) product += L[i * 3 + k] * L[j * 3 + k];
      CHECK(product == doctest::Approx(Q[i * 3 + j]).epsilon(1e-14));
      if (j > i) CHECK(L[i * 3 + j] == 0);
    }
  CHECK(L[8] == 0);
  for (const double value : cholesky(std::vector<double>(9, 0.0), 3)) CHECK(value == 0);
}
