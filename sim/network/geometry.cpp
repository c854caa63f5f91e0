// Distances, and functions of them by their kernels.
#include "network/geometry.hpp"

#include <algorithm>
#include <cmath>

namespace hillock::network {

double distance(const Positions& here, std::int64_t a, const Positions& there, std::int64_t b) {
  const std::array<double, 3>&from = here.places[static_cast<std::size_t>(a)],
                           &to = there.places[static_cast<std::size_t>(b)];
  double squares = 0;
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(here.axes); ++axis) {
    double apart = std::abs(from[axis] - to[axis]);
    if (here.period[axis] > 0) apart = std::min(apart, here.period[axis] - apart);
    squares += apart * apart;
  }
  return std::sqrt(squares);
}

FunctionOfDistance::FunctionOfDistance(const program::Kernel& kernel)
    : runner_(kernel.runner()), distances_(most), values_(most) {}

std::span<const double> FunctionOfDistance::operator()(std::span<const double> distances) {
  const auto count = std::ssize(distances);
  std::ranges::copy(distances, distances_.data());
  const std::array<double*, 2> arrays{distances_.data(), values_.data()};
  program::Call call;
  call.arrays = arrays;
  call.count = count;
  const program::FlushToZero flush;
  runner_->run(call);
  return values_.span().first(static_cast<std::size_t>(count));
}

}  // namespace hillock::network
