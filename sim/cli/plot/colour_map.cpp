// Between the colours of the table, components change in proportion.
#include "cli/plot/colour_map.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace hillock::cli {
namespace {

int component(std::string_view colour, std::size_t which) {
  int value = 0;
  std::from_chars(colour.data() + 1 + 2 * which, colour.data() + 3 + 2 * which, value, 16);
  return value;
}

}  // namespace

std::string mapped_colour(double place) {
  const double step = std::round(255 * std::clamp(place, 0.0, 1.0)) / 255;
  const double at = step * static_cast<double>(colour_map.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(at), colour_map.size() - 2);
  const double part = at - static_cast<double>(below);
  const auto mixed = [&](std::size_t which) {
    const int low = component(colour_map.at(below), which), high = component(colour_map.at(below + 1), which);
    return static_cast<int>(std::lround(low + part * (high - low)));
  };
  return fmt::format("#{:02x}{:02x}{:02x}", mixed(0), mixed(1), mixed(2));
}

}  // namespace hillock::cli
