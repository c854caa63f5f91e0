// Distances, and functions of pairs by their kernels.
#include "network/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

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

FunctionOfPairs::FunctionOfPairs(const Geometry& geometry, int function, int sources, int targets)
    : function_(geometry.functions[static_cast<std::size_t>(function)]),
      from_(geometry.positions[static_cast<std::size_t>(sources)]),
      to_(geometry.positions[static_cast<std::size_t>(targets)]),
      runner_(function_.kernel->runner()),
      distances_(most),
      sources_(most),
      targets_(most),
      values_(most) {}

void FunctionOfPairs::add(std::int64_t source, std::int64_t target, double distance) {
  distances_.data()[size_] = distance;
  sources_.data()[size_] = static_cast<double>(source);
  targets_.data()[size_] = static_cast<double>(target);
  ++size_;
}

std::span<const double> FunctionOfPairs::values() {
  const std::array<double*, 4> arrays{distances_.data(), sources_.data(), targets_.data(), values_.data()};
  program::Call call;
  call.arrays = arrays;
  call.count = size_;
  const program::FlushToZero flush;
  runner_->run(call);
  return values_.span().first(static_cast<std::size_t>(std::exchange(size_, 0)));
}

}  // namespace hillock::network
