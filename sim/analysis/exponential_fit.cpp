// Regression of logarithms, and a golden section search for the resting potential.
#include "analysis/exponential_fit.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/math.hpp"

namespace hillock::analysis {
namespace {

struct Line {
  double slope = 0, squares = 0;  // of the deviations from it
};

Line regression(std::span<const double> x, std::span<const double> y) {
  const auto n = static_cast<double>(x.size());
  double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / n;
    mean_y += y[i] / n;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  Line line{xy / xx, 0};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double deviation = y[i] - mean_y - line.slope * (x[i] - mean_x);
    line.squares += deviation * deviation;
  }
  return line;
}

std::optional<double> time_of(double slope) {
  if (!(slope < 0 || slope > 0)) return std::nullopt;
  return -1 / slope;
}

}  // namespace

std::optional<double> decay_time(std::span<const double> time, std::span<const double> V, double reference) {
  if (V.size() < 2) return std::nullopt;
  std::vector<double> logarithms;
  for (const double potential : V) {
    if (potential == reference) return std::nullopt;
    logarithms.push_back(base::log(std::fabs(potential - reference)));
  }
  return time_of(regression(time, logarithms).slope);
}

std::optional<double> decay_time_to_unknown_rest(std::span<const double> time, std::span<const double> V) {
  if (V.size() < 2) return std::nullopt;
  std::vector<double> logarithms(V.size());
  const auto line_for = [&](double x) {
    for (std::size_t i = 0; i < V.size(); ++i) logarithms[i] = base::log(std::fabs(V[i] - V.back()) + x);
    return regression(time, logarithms);
  };
  const auto cost = [&](double x) {
    const double squares = line_for(x).squares;
    const auto [least, most] = std::ranges::minmax(logarithms);
    return squares / ((most - least) * (most - least));
  };
  const double golden = (std::sqrt(5.0) - 1) / 2;
  double low = 0, high = 5;  // mV
  double left = high - golden * (high - low), right = low + golden * (high - low);
  double cost_left = cost(left), cost_right = cost(right);
  while (high - low > 1e-9) {
    if (cost_left < cost_right) {
      high = std::exchange(right, left);
      cost_right = cost_left;
      left = high - golden * (high - low);
      cost_left = cost(left);
    } else {
      low = std::exchange(left, right);
      cost_left = cost_right;
      right = low + golden * (high - low);
      cost_right = cost(right);
    }
  }
  return time_of(line_for((low + high) / 2).slope);
}

}  // namespace hillock::analysis
