// Figures: ticks, path data, and that what is drawn is where the axes say.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "cli/plot/colour_map.hpp"
#include "cli/plot/figure.hpp"
#include "cli/plot/path.hpp"
#include "cli/plot/text_layout.hpp"
#include "cli/plot/ticks.hpp"

namespace hillock::cli {
namespace {

using Labels = std::vector<std::string>;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST_CASE("ticks are multiples of 1, 2 or 5 times a power of ten, within the range") {
  CHECK(round_ticks(0, 200, 5).labels == Labels{"0", "50", "100", "150", "200"});
  CHECK(round_ticks(0.3, 1.1, 5).labels == Labels{"0.4", "0.6", "0.8", "1.0"});
  CHECK(round_ticks(-83.2, 61, 4).labels == Labels{"\xE2\x88\x92"
                                                   "50",
                                                   "0", "50"});
  CHECK(round_ticks(0, 0.02, 4).labels == Labels{"0", "0.01", "0.02"});
}

TEST_CASE("an axis of any size has at most as many ticks as asked for, and at least two where one fits") {
  for (int power = -300; power <= 300; power += 7)
    for (const double mantissa : {1.0, 1.3, 2.0, 3.7, 4.9, 5.0, 8.1, 9.99}) {
      const double span = mantissa * std::pow(10.0, power);
      for (const int most : {2, 5, 11})
        for (const double low : {0.0, -0.37 * span, 0.61 * span}) {
          CAPTURE(span);
          CAPTURE(low);
          CAPTURE(most);
          const Ticks ticks = round_ticks(low, low + span, most);
          CHECK(ticks.values.size() <= static_cast<std::size_t>(most));
          CHECK(ticks.values.size() >= (most == 2 ? 1U : 2U));
          CHECK(ticks.labels.size() == ticks.values.size());
          for (const double value : ticks.values) {
            CHECK(value >= low - 1e-8 * span);
            CHECK(value <= low + span * (1 + 1e-8));
          }
        }
    }
}

TEST_CASE("ticks of a logarithmic axis are powers of ten, or 1, 2 and 5 times them") {
  CHECK(logarithmic_ticks(1, 100, 8).labels == Labels{"1", "2", "5", "10", "20", "50", "100"});
  CHECK(logarithmic_ticks(1, 100, 4).labels == Labels{"1", "10", "100"});
  CHECK(logarithmic_ticks(0.001, 1e4, 4).labels == Labels{"0.01", "1", "100", "10000"});
  CHECK(logarithmic_ticks(0.3, 3, 6).labels == Labels{"0.5", "1", "2"});
  CHECK(logarithmic_ticks(1.1, 1.4, 4).labels == Labels{"1.1", "1.2", "1.3", "1.4"});
}

// OKLab's lightness of an sRGB colour (Ottosson 2020).
double lightness(const std::string& colour) {
  double linear[3];
  for (std::size_t k = 0; k < 3; ++k) {
    const double value = std::stoi(colour.substr(1 + 2 * k, 2), nullptr, 16) / 255.0;
    linear[k] = value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  }
  const auto [r, g, b] = linear;
  return 0.2104542553 * std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) +
         0.7936177850 * std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) -
         0.0040720468 * std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
}

TEST_CASE("the colours of maps grow evenly in lightness, and have an end on both sides") {
  for (int k = 0; k <= 64; ++k) {
    CAPTURE(k);
    CHECK(lightness(mapped_colour(k / 64.0)) == doctest::Approx(0.30 + 0.62 * k / 64).epsilon(0.02));
  }
  CHECK(mapped_colour(-3) == colour_map.front());
  CHECK(mapped_colour(3) == colour_map.back());
}

TEST_CASE("numbers of many digits are written with a power of ten") {
  CHECK(round_ticks(0, 4e9, 3).labels == Labels{"0", "2e9", "4e9"});
  CHECK(round_ticks(0, 2e-9, 3).labels == Labels{"0", "1e-9", "2e-9"});
}

TEST_CASE("whole numbers only, if an axis counts") {
  CHECK(round_ticks(-0.5, 0.5, 6, true).labels == Labels{"0"});
  CHECK(round_ticks(-0.5, 2.5, 6, true).labels == Labels{"0", "1", "2"});
}

TEST_CASE("a range without ends or extent has no ticks") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(round_ticks(1, 1, 5).values.empty());
  CHECK(round_ticks(2, 1, 5).values.empty());
  CHECK(round_ticks(nan, 1, 5).values.empty());
  CHECK(round_ticks(1e17, 1e17 + 64, 5).values.empty());  // neighbouring ticks would be one number
}

TEST_CASE("a single value gets room around it") {
  CHECK(with_margin({-65, -65}).low == -71.5);
  CHECK(with_margin({0, 0}).high == 1);
  CHECK(with_margin({0, 10}).high == 10.5);
}

TEST_CASE("a path has its points in hundredths, without those that lie on the way") {
  CHECK(path_of({{0, 0}, {1, 1}, {2, 2}, {3, 0}}) == "M0,0l2,2l1,-2");
  CHECK(path_of({{1.004, 2}, {1.006, 2.5}}) == "M1,2l.01,.5");
  CHECK(path_of({{0, 0}, {5, 0}, {5, 4}}) == "M0,0h5v4");
  CHECK(path_of({{0, 0}, {5, 0}, {2, 0}}) == "M0,0h5h-3");  // a way back is no way on
}

TEST_CASE("what is no number interrupts a path, and a point alone is a dot") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(path_of({{0, 0}, {1, 1}, {2, nan}, {3, 3}}) == "M0,0l1,1M3,3h0");
  CHECK(path_of({{nan, 1}}).empty());
  CHECK(path_of({}).empty());
}

TEST_CASE("rounding does not add up along a path") {
  std::vector<Point> points;
  for (int k = 0; k <= 3000; ++k) points.push_back({k * 0.333, k % 2 * 1.0});
  double x = 0;
  const std::string text = path_of(points);
  for (std::size_t at = text.find('l'); at != std::string::npos; at = text.find('l', at + 1))
    x += std::stod(text.substr(at + 1, text.find(',', at) - at - 1));
  CHECK(x == doctest::Approx(999).epsilon(1e-9));
}

TEST_CASE("strokes that fall on one another are drawn once") {
  CHECK(strokes_of({{1, 5}, {1.01, 5}, {2, 5}, {1, 9}}, 4) == "M1,3v4M2,3v4M1,7v4");
}

TEST_CASE("texts are broken at spaces, and cut in their middle") {
  CHECK(wrapped("ab cd ef", 5 * 0.556 * 10, 10) == Labels{"ab cd", "ef"});
  CHECK(fitting("abcdefghij", 100, 10) == "abcdefghij");
  CHECK(fitting("abcdefghij", 5 * 0.556 * 10, 10) == "ab\xE2\x80\xA6ij");
}

Figure small() {
  Figure figure;
  figure.title = "a<b&c.h5";
  figure.width = 90;
  figure.height = 60;
  Panel panel;
  panel.name = "V over time";
  panel.x.label = "time (ms)";
  panel.x.range = {0, 10};
  panel.y.label = "V (mV)";
  panel.y.range = {-80, 40};
  panel.series.push_back({Mark::line, 0, "", {0, 5, 10}, {-65, 30, -65}});
  figure.panels.push_back(panel);
  return figure;
}

TEST_CASE("a figure is the same text each time, in mm, with its texts escaped") {
  const std::string text = svg(small());
  CHECK(text == svg(small()));
  CHECK(text.find("width=\"90mm\" height=\"60mm\"") != std::string::npos);
  CHECK(text.find("<title>a&lt;b&amp;c.h5</title>") != std::string::npos);
  CHECK(text.find("a<b") == std::string::npos);
  CHECK(text.ends_with("</svg>\n"));
}

TEST_CASE("dark and light figures differ in their colours alone") {
  Figure dark = small();
  dark.dark = true;
  std::string text = svg(dark);
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1))
      text.replace(at, from.size(), to);
  };
  CHECK(text != svg(small()));
  replace(palette(true).ground, palette(false).ground);
  replace(palette(true).ink, palette(false).ink);
  replace(palette(true).series[0], palette(false).series[0]);
  CHECK(text == svg(small()));
}

TEST_CASE("panels that are joined show one time axis, and one label for one quantity") {
  Figure figure = small();
  figure.panels.push_back(figure.panels.front());
  figure.panels.front().joined = true;
  const std::string text = svg(figure);
  CHECK(count(text, ">time (ms)<") == 1);
  CHECK(count(text, ">V (mV)<") == 1);
  figure.panels.front().joined = false;
  CHECK(count(svg(figure), ">time (ms)<") == 2);
}

TEST_CASE("a figure too small for its panels, and one of nothing but NaN, are still figures") {
  Figure figure = small();
  figure.height = 5;
  figure.panels.front().series.front().y = {std::nan(""), std::nan(""), std::nan("")};
  const std::string text = svg(figure);
  CHECK(text.find("nan") == std::string::npos);
  CHECK(text.find("height=\"-") == std::string::npos);
}

}  // namespace
}  // namespace hillock::cli
