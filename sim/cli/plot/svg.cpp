// Gives the panels their places, and writes axes, series and texts in the order in which they cover one
// another.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "base/math.hpp"
#include "cli/plot/colour_map.hpp"
#include "cli/plot/figure.hpp"
#include "cli/plot/path.hpp"
#include "cli/plot/text_layout.hpp"
#include "cli/shown/markup.hpp"

namespace hillock::cli {
namespace {

constexpr double points_per_mm = 72 / 25.4;
constexpr double title_size = 9, label_size = 8, tick_size = 7;  // pt
constexpr double edge = 5;                                       // of the paper, pt
constexpr double tick_length = 3, between_panels = 9;
constexpr double narrowest = 40;  // panel, pt

constexpr double bar_width = 7;  // pt

// Where a value lies on an axis, from 0 at its low end to 1.
double part_of(double value, const Axis& axis) {
  const Range range = axis.range;
  if (!axis.logarithmic) return (value - range.low) / (range.high - range.low);
  return base::log(value / range.low) / base::log(range.high / range.low);
}

double pixel(double value, const Axis& axis, double from, double to) {
  return from + part_of(value, axis) * (to - from);
}

Ticks ticks_of(const Axis& axis, int most) {
  if (axis.ticks) return *axis.ticks;
  if (axis.logarithmic) return logarithmic_ticks(axis.range.low, axis.range.high, most);
  return round_ticks(axis.range.low, axis.range.high, most, axis.whole);
}

// A panel and its place.
struct Placed {
  const Panel& panel;
  Box box;
  double x(double value) const { return pixel(value, panel.x, box.left, box.right()); }
  double y(double value) const { return pixel(value, panel.y, box.bottom(), box.top); }
  Ticks x_ticks() const { return ticks_of(panel.x, std::clamp(static_cast<int>(box.width / 32), 2, 11)); }
  Ticks y_ticks() const {
    return ticks_of(panel.y, std::clamp(static_cast<int>(box.height / 14), 2, panel.y.most_ticks));
  }
  Ticks bar_ticks() const {
    return ticks_of(*panel.bar, std::clamp(static_cast<int>(box.height / 14), 2, panel.bar->most_ticks));
  }
};

class Drawing {
 public:
  explicit Drawing(const Figure& figure)
      : figure_(figure),
        colours_(palette(figure.dark)),
        width_(figure.width * points_per_mm),
        height_(figure.height > 0 ? figure.height * points_per_mm : needed_height()) {}

  // pt.
  double least_height() const { return around() + 20 * static_cast<double>(figure_.panels.size()); }

  // pt: with what stands to the left and right of the panels.
  double least_width() {
    place_panels();
    return width_ - placed_.front().box.width + narrowest;
  }

  std::string text() {
    place_panels();
    begin();
    add_text(edge, edge + title_size, "start", title_size, colours_.ink,
             fitting(figure_.title, width_ - 2 * edge, title_size), " font-weight=\"bold\"");
    add_text(edge, edge + title_size + 10, "start", tick_size, colours_.faint,
             fitting(figure_.subtitle, width_ - 2 * edge, tick_size));
    for (std::size_t k = 0; k < placed_.size(); ++k) add_panel(k);
    add_y_labels();
    add_notes();
    return std::move(text_) + "</svg>\n";
  }

 private:
  // Places --------------------------------------------------------------------------

  std::vector<std::string> note_lines() const {
    std::vector<std::string> lines;
    for (const std::string& note : figure_.notes)
      for (std::string& line : wrapped(note, width_ - 2 * edge, tick_size)) lines.push_back(std::move(line));
    return lines;
  }

  double gaps() const {
    double sum = 0;
    for (const Panel& panel : figure_.panels) sum += panel.joined ? between_panels : below_axis;
    return sum;
  }

  double shares() const {
    double sum = 0;
    for (const Panel& panel : figure_.panels) sum += panel.share;
    return sum;
  }

  // What is around the panels, and the notes below them.
  double around() const {
    return above_panels + gaps() + edge + 9 * static_cast<double>(note_lines().size());
  }

  double needed_height() const { return around() + shares() * figure_.panel_height * points_per_mm; }

  // What stands to the right of a panel of about this height.
  static double width_beside(const Placed& placed) {
    const Panel& panel = placed.panel;
    if (panel.bar) {
      double labels = 0;
      for (const std::string& label : placed.bar_ticks().labels)
        labels = std::max(labels, text_width(label, tick_size));
      return 8 + bar_width + tick_length + 2 + labels + 4 + label_size;
    }
    double width = std::max(text_width(panel.side, tick_size), text_width(panel.legend, tick_size));
    for (const Series& series : panel.series)
      if (!series.label.empty()) width = std::max(width, 13 + text_width(series.label, tick_size));
    return width == 0 ? 6 : width + 8;
  }

  void place_panels() {
    double right = 0;
    const double height = height_ - around();
    double left = 0, from = above_panels;
    for (const Panel& panel : figure_.panels) {
      const double own = std::max(10.0, height * panel.share / shares());
      placed_.push_back({panel, {0, from, 1, own}});
      for (const std::string& label : placed_.back().y_ticks().labels)
        left = std::max(left, text_width(label, tick_size));
      right = std::max(right, width_beside(placed_.back()));
      from += own + (panel.joined ? between_panels : below_axis);
    }
    left += edge + label_size + 6 + tick_length + 2;
    for (Placed& placed : placed_) {
      placed.box.left = left;
      placed.box.width = width_ - edge - right - left;
    }
  }

  // Elements ------------------------------------------------------------------------

  void begin() {
    text_ = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}mm\" height=\"{}mm\" viewBox=\"0 0 {} {}\" "
        "role=\"img\" font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\">\n",
        length(figure_.width), length(height_ / points_per_mm), length(width_), length(height_));
    text_ += "<title>" + markup(figure_.title) + "</title>\n<desc>" + markup(figure_.subtitle);
    for (const Panel& panel : figure_.panels) text_ += "\n" + markup(panel.name);
    for (const std::string& note : figure_.notes) text_ += "\n" + markup(note);
    text_ += fmt::format("</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n", colours_.ground);
  }

  void add_text(double x, double y, std::string_view anchor, double size, std::string_view colour,
                std::string_view text, std::string_view more = "") {
    if (text.empty()) return;
    text_ +=
        fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" font-size=\"{}\" fill=\"{}\"{}>{}</text>\n",
                    length(x), length(y), anchor, length(size), colour, more, markup(text));
  }

  void add_path(std::string_view data, std::string_view colour, double width, std::string_view more = "",
                std::string_view title = "") {
    if (data.empty()) return;
    text_ += fmt::format("<path fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{} d=\"{}\"", colour,
                         length(width), more, data);
    text_ += title.empty() ? std::string("/>\n") : "><title>" + markup(title) + "</title></path>\n";
  }

  void add_dot(const Point& point, std::string_view colour) {
    text_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"1.8\" fill=\"{}\"/>\n", length(point.x),
                         length(point.y), colour);
  }

  std::string_view colour_of(const Series& series) const {
    return series.colour < 0 ? colours_.ink : colours_.series[series.colour % colours];
  }

  // Panels --------------------------------------------------------------------------

  void add_panel(std::size_t k) {
    const Placed& placed = placed_[k];
    const Box& box = placed.box;
    text_ += fmt::format("<g aria-label=\"{}\">\n", markup(placed.panel.name));
    text_ += fmt::format(
        "<clipPath id=\"panel{}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>\n", k + 1,
        length(box.left), length(box.top - 1), length(box.width + 1), length(box.height + 1.5));
    text_ += fmt::format("<g clip-path=\"url(#panel{})\">\n", k + 1);
    add_shade(placed);
    for (const Series& series : placed.panel.series)
      if (series.mark != Mark::above) add_series(placed, series);
    text_ += "</g>\n";
    for (const Series& series : placed.panel.series)
      if (series.mark == Mark::above) add_above(placed, series);
    add_axes(placed);
    add_beside(placed);
    text_ += "</g>\n";
  }

  void add_shade(const Placed& placed) {
    if (!placed.panel.shaded) return;
    const double from = std::max(placed.box.left, placed.x(placed.panel.shaded->low));
    const double to = std::min(placed.box.right(), placed.x(placed.panel.shaded->high));
    if (from < to)
      text_ +=
          fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n", length(from),
                      length(placed.box.top), length(to - from), length(placed.box.height), colours_.shade);
  }

  static std::vector<Point> points_of(const Placed& placed, const Series& series) {
    std::vector<Point> points(series.x.size());
    for (std::size_t k = 0; k < points.size(); ++k)
      points[k] = {placed.x(series.x[k]), placed.y(series.y[k])};
    return points;
  }

  static std::vector<Point> stairs_of(const Placed& placed, const Series& series, bool closed) {
    std::vector<Point> points;
    const double ground = placed.y(0);
    if (series.y.empty()) return points;
    points.push_back({placed.x(series.x[0]), ground});
    for (std::size_t k = 0; k < series.y.size(); ++k) {
      points.push_back({placed.x(series.x[k]), placed.y(series.y[k])});
      points.push_back({placed.x(series.x[k + 1]), placed.y(series.y[k])});
    }
    points.push_back({placed.x(series.x[series.y.size()]), ground});
    if (!closed) points.erase(points.begin());
    if (!closed) points.pop_back();
    return points;
  }

  void add_series(const Placed& placed, const Series& series) {
    const std::string_view colour = colour_of(series);
    constexpr std::string_view round = " stroke-linejoin=\"round\" stroke-linecap=\"round\"";
    switch (series.mark) {
      case Mark::line:
        return add_path(path_of(points_of(placed, series)), colour, 0.8, round, series.label);
      case Mark::dots:
        for (const Point& point : points_of(placed, series))
          if (std::isfinite(point.x) && std::isfinite(point.y)) add_dot(point, colour);
        return;
      case Mark::bars:
        return add_bars(placed, series);
      case Mark::area:
        text_ += fmt::format("<path fill=\"{}\" fill-opacity=\".25\" d=\"{}\"/>\n", colour,
                             path_of(stairs_of(placed, series, true)));
        [[fallthrough]];
      case Mark::stairs:
        return add_path(path_of(stairs_of(placed, series, false)), colour, 0.8, " stroke-linejoin=\"round\"",
                        series.label);
      case Mark::rule:
        for (const double x : series.x)
          add_path(path_of({{placed.x(x), placed.box.top}, {placed.x(x), placed.box.bottom()}}), colour, 0.8,
                   " stroke-dasharray=\"3 2\"", series.label);
        return;
      case Mark::band:
        return add_band(placed, series);
      case Mark::tiles:
        return add_tiles(placed, series);
      case Mark::blots:
        for (std::size_t k = 0; k < series.x.size(); ++k)
          if (std::isfinite(series.value[k]))
            add_dot({placed.x(series.x[k]), placed.y(series.y[k])},
                    mapped_colour(part_of(series.value[k], *placed.panel.bar)));
        return;
      case Mark::crosses:
        return add_crosses(placed, series);
      case Mark::above:
        return;
    }
  }

  // Each stretch without a gap by itself.
  void add_band(const Placed& placed, const Series& series) {
    std::vector<Point> upper, lower;
    const auto close = [&] {
      upper.insert(upper.end(), lower.rbegin(), lower.rend());
      if (!upper.empty())
        text_ += fmt::format("<path fill=\"{}\" fill-opacity=\".2\" d=\"{}\"/>\n", colour_of(series),
                             path_of(upper) + "Z");
      upper.clear();
      lower.clear();
    };
    for (std::size_t k = 0; k < series.x.size(); ++k) {
      if (!std::isfinite(series.y[k]) || !std::isfinite(series.low[k])) {
        close();
        continue;
      }
      upper.push_back({placed.x(series.x[k]), placed.y(series.y[k])});
      lower.push_back({placed.x(series.x[k]), placed.y(series.low[k])});
    }
    close();
  }

  // One path for all tiles of a colour.
  void add_tiles(const Placed& placed, const Series& series) {
    std::map<std::string, std::string, std::less<>> paths;
    for (std::size_t k = 0; k < series.x.size(); ++k) {
      const std::string colour = std::isfinite(series.value[k])
                                     ? mapped_colour(part_of(series.value[k], *placed.panel.bar))
                                     : std::string(colours_.shade);
      const double left = placed.x(series.wide[k].low), right = placed.x(series.wide[k].high),
                   low = placed.y(series.high[k].low), high = placed.y(series.high[k].high);
      paths[colour] += path_of({{left, low}, {right, low}, {right, high}, {left, high}}) + "Z";
    }
    for (const auto& [colour, data] : paths)
      text_ += fmt::format("<path fill=\"{}\" shape-rendering=\"crispEdges\" d=\"{}\"/>\n", colour, data);
  }

  void add_crosses(const Placed& placed, const Series& series) {
    constexpr double arm = 2;
    std::string data;
    for (std::size_t k = 0; k < series.x.size(); ++k) {
      const double x = placed.x(series.x[k]), y = placed.y(series.y[k]);
      data += path_of({{x - arm, y - arm}, {x + arm, y + arm}});
      data += path_of({{x - arm, y + arm}, {x + arm, y - arm}});
    }
    add_path(data, colour_of(series), 0.8, "", series.label);
  }

  void add_bars(const Placed& placed, const Series& series) {
    const double height = std::clamp(placed.y(0) - placed.y(series.height), 1.2, 8.0);
    add_path(strokes_of(points_of(placed, series), height), colour_of(series),
             std::clamp(height / 5, 0.4, 0.8), "", series.label);
  }

  void add_above(const Placed& placed, const Series& series) {
    constexpr double height = 4;
    std::vector<Point> points;
    for (const double x : series.x) points.push_back({placed.x(x), placed.box.top - 1.5 - height / 2});
    add_path(strokes_of(points, height), colour_of(series), 0.7, "", series.label);
  }

  // Axes ----------------------------------------------------------------------------

  void add_axes(const Placed& placed) {
    const Box& box = placed.box;
    const bool shows_x = !placed.panel.joined;
    std::string lines = path_of({{box.left, box.top}, {box.left, box.bottom()}});
    const Ticks y = placed.y_ticks();
    for (std::size_t k = 0; k < y.values.size(); ++k) {
      const double at = placed.y(y.values[k]);
      lines += path_of({{box.left - tick_length, at}, {box.left, at}});
      add_text(box.left - tick_length - 2, at + 0.36 * tick_size, "end", tick_size, colours_.ink,
               y.labels[k]);
    }
    if (shows_x) {
      lines += path_of({{box.left, box.bottom()}, {box.right(), box.bottom()}});
      const Ticks x = placed.x_ticks();
      for (std::size_t k = 0; k < x.values.size(); ++k) {
        const double at = placed.x(x.values[k]);
        lines += path_of({{at, box.bottom()}, {at, box.bottom() + tick_length}});
        add_text(at, box.bottom() + tick_length + 2 + 0.72 * tick_size, "middle", tick_size, colours_.ink,
                 x.labels[k]);
      }
      add_text(box.left + box.width / 2, box.bottom() + tick_length + 12 + 0.72 * label_size, "middle",
               label_size, colours_.ink, placed.panel.x.label);
    }
    add_path(lines, colours_.ink, 0.6, " stroke-linecap=\"square\"");
  }

  // Panels that follow one another with one label share it.
  void add_y_labels() {
    for (std::size_t first = 0, last = 0; first < placed_.size(); first = last + 1) {
      last = first;
      while (last + 1 < placed_.size() && placed_[last].panel.joined &&
             placed_[last + 1].panel.y.label == placed_[first].panel.y.label)
        ++last;
      const double middle = (placed_[first].box.top + placed_[last].box.bottom()) / 2;
      const double x = edge + 0.8 * label_size;
      add_text(x, middle, "middle", label_size, colours_.ink, placed_[first].panel.y.label,
               fmt::format(" transform=\"rotate(-90 {} {})\"", length(x), length(middle)));
    }
  }

  // The legend, or the name of the only series.
  void add_beside(const Placed& placed) {
    const Box& box = placed.box;
    if (placed.panel.bar) return add_bar(placed);
    double y = box.top + tick_size;
    if (!placed.panel.legend.empty()) {
      add_text(box.right() + 8, y, "start", tick_size, colours_.faint, placed.panel.legend);
      y += 10;
    }
    for (const Series& series : placed.panel.series) {
      if (series.label.empty()) continue;
      const std::vector<Point> sample{{box.right() + 8, y - 2.5}, {box.right() + 17, y - 2.5}};
      if (series.mark == Mark::dots)
        add_dot({box.right() + 12.5, y - 2.5}, colour_of(series));
      else
        add_path(path_of(sample), colour_of(series), 1.4,
                 series.mark == Mark::rule ? " stroke-dasharray=\"3 2\"" : "");
      add_text(box.right() + 20, y, "start", tick_size, colours_.ink, series.label);
      y += 10;
    }
    if (!placed.panel.side.empty())
      add_text(box.right() + 8, box.top + box.height / 2 + 0.36 * tick_size, "start", tick_size,
               colour_of(placed.panel.series.at(0)), placed.panel.side);
  }

  // The colour bar, its ticks and its label.
  void add_bar(const Placed& placed) {
    constexpr int steps = 64;
    const Box& box = placed.box;
    const Axis& bar = *placed.panel.bar;
    const double left = box.right() + 8;
    for (int k = 0; k < steps; ++k) {
      const double bottom = box.bottom() - box.height * k / steps, height = box.height / steps;
      text_ += fmt::format(
          "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" shape-rendering=\"crispEdges\"/>\n",
          length(left), length(bottom - height), length(bar_width), length(height),
          mapped_colour((k + 0.5) / steps));
    }
    const Ticks ticks = placed.bar_ticks();
    std::string lines;
    double widest = 0;
    for (std::size_t k = 0; k < ticks.values.size(); ++k) {
      const double at = pixel(ticks.values[k], bar, box.bottom(), box.top);
      lines += path_of({{left + bar_width, at}, {left + bar_width + tick_length, at}});
      add_text(left + bar_width + tick_length + 2, at + 0.36 * tick_size, "start", tick_size, colours_.ink,
               ticks.labels[k]);
      widest = std::max(widest, text_width(ticks.labels[k], tick_size));
    }
    add_path(lines, colours_.ink, 0.6);
    const double x = left + bar_width + tick_length + 2 + widest + 2 + label_size;
    const double middle = box.top + box.height / 2;
    add_text(x, middle, "middle", label_size, colours_.ink, fitting(bar.label, box.height + 40, label_size),
             fmt::format(" transform=\"rotate(-90 {} {})\"", length(x), length(middle)));
  }

  void add_notes() {
    const std::vector<std::string> lines = note_lines();
    double y = height_ - edge - 9 * static_cast<double>(lines.size()) + tick_size;
    for (const std::string& line : lines) {
      add_text(edge, y, "start", tick_size, colours_.faint, line);
      y += 9;
    }
  }

  static constexpr double above_panels = edge + title_size + 20;                   // pt
  static constexpr double below_axis = tick_length + tick_size + label_size + 12;  // pt: ticks and labels

  const Figure& figure_;
  const Palette& colours_;
  double width_, height_;  // pt
  std::vector<Placed> placed_;
  std::string text_;
};

}  // namespace

const Palette& palette(bool dark) {
  static constexpr Palette light_colours{"#ffffff",
                                         "#1b1f24",
                                         "#5b6570",
                                         "#eceff2",
                                         {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#3b8fc4"}};
  static constexpr Palette dark_colours{"#14181d",
                                        "#e8ebee",
                                        "#a3adb8",
                                        "#262d35",
                                        {"#56b4e9", "#e69f00", "#2fc79a", "#e39cc6", "#f0e442", "#9ccdf0"}};
  return dark ? dark_colours : light_colours;
}

std::string svg(const Figure& figure) { return Drawing(figure).text(); }

double least_width(const Figure& figure) { return Drawing(figure).least_width() / points_per_mm; }

double least_height(const Figure& figure) { return Drawing(figure).least_height() / points_per_mm; }

}  // namespace hillock::cli
