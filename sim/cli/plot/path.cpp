// Positions are rounded first and then written as steps from one to the next, so that no error adds up.
#include "cli/plot/path.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstdint>

namespace hillock::cli {
namespace {

constexpr double furthest = 1e6;  // pt: beyond, nothing is on any paper

// Hundredths of a point.
struct Spot {
  std::int64_t x = 0, y = 0;
  auto operator<=>(const Spot&) const = default;
};

bool has_place(const Point& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

std::int64_t hundredths(double pt) { return std::llround(100 * std::clamp(pt, -furthest, furthest)); }

Spot spot_of(const Point& point) { return {hundredths(point.x), hundredths(point.y)}; }

std::string decimal(std::int64_t value) {
  std::string text = fmt::format("{:03}", std::abs(value));
  text.insert(text.size() - 2, ".");
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  if (text.starts_with("0.")) text.erase(0, 1);
  return value < 0 ? "-" + text : text;
}

void add_pair(std::string& text, char command, std::int64_t x, std::int64_t y) {
  if (command == 'l' && x == 0)
    text += "v" + decimal(y);
  else if (command == 'l' && y == 0)
    text += "h" + decimal(x);
  else
    text += command + decimal(x) + "," + decimal(y);
}

// Whether `between` lies on the straight way from `from` to `to`.
bool on_the_way(Spot from, Spot between, Spot to) {
  const Spot a{between.x - from.x, between.y - from.y}, b{to.x - between.x, to.y - between.y};
  return a.x * b.y == a.y * b.x && a.x * b.x + a.y * b.y >= 0;
}

void add_stretch(std::string& text, const std::vector<Spot>& spots) {
  if (spots.empty()) return;
  add_pair(text, 'M', spots[0].x, spots[0].y);
  if (spots.size() == 1) text += "h0";
  for (std::size_t k = 1; k < spots.size(); ++k)
    add_pair(text, 'l', spots[k].x - spots[k - 1].x, spots[k].y - spots[k - 1].y);
}

}  // namespace

std::string length(double pt) { return decimal(hundredths(pt)); }

std::string path_of(const std::vector<Point>& points) {
  std::string text;
  std::vector<Spot> stretch;
  for (const Point& point : points) {
    if (!has_place(point)) {
      add_stretch(text, stretch);
      stretch.clear();
      continue;
    }
    const Spot spot = spot_of(point);
    if (!stretch.empty() && stretch.back() == spot) continue;
    if (stretch.size() > 1 && on_the_way(stretch[stretch.size() - 2], stretch.back(), spot))
      stretch.back() = spot;
    else
      stretch.push_back(spot);
  }
  add_stretch(text, stretch);
  return text;
}

std::string strokes_of(const std::vector<Point>& points, double height) {
  std::vector<Spot> spots;
  for (const Point& point : points)
    if (has_place(point)) spots.push_back(spot_of({point.x, point.y - height / 2}));
  constexpr std::int64_t apart = 10;  // strokes of one height that are nearer look like one
  std::ranges::sort(spots, {}, [](Spot spot) { return std::pair(spot.y, spot.x); });
  const auto same = [](Spot a, Spot b) { return a.y == b.y && a.x / apart == b.x / apart; };
  spots.erase(std::unique(spots.begin(), spots.end(), same), spots.end());
  const std::string stroke = "v" + decimal(hundredths(height));
  std::string text;
  for (const Spot& spot : spots) {
    add_pair(text, 'M', spot.x, spot.y);
    text += stroke;
  }
  return text;
}

}  // namespace hillock::cli
