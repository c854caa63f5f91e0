// A figure as data, before it has a place on paper: panels above one another, each with axes and what is
// drawn between them, in the units of the axes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/plot/ticks.hpp"

namespace hillock::cli {

enum class Mark {
  line,     // through x, y; NaN interrupts it
  dots,     // at x, y
  bars,     // an upright stroke at each x, y
  above,    // an upright stroke at each x, above the panel
  stairs,   // y[k] from x[k] to x[k + 1]
  area,     // stairs, filled down to 0
  rule,     // across the panel at each x
  band,     // filled from `low` to y at each x
  tiles,    // a rectangle at each x, y, in the colour of its value; one that is NaN is shaded
  blots,    // a dot at each x, y, in the colour of its value
  crosses,  // at x, y
};

constexpr int colours = 6;  // after them they begin again
constexpr int ink = -1;     // the colour of texts

struct Series {
  Mark mark = Mark::line;
  int colour = 0;     // or ink
  std::string label;  // in the legend; none if empty
  std::vector<double> x, y;
  std::vector<double> low{};          // of a band
  std::vector<double> value{};        // of tiles and blots, on the colour bar
  std::vector<Range> wide{}, high{};  // of tiles: from where to where each lies
  double height = 1;                  // of bars, in units of y; at least 1.2 and at most 8 pt are drawn
};

struct Axis {
  std::string label;  // "V (mV)"
  Range range;
  int most_ticks = 6;
  bool whole = false;          // ticks at whole numbers only
  std::optional<Ticks> ticks;  // instead of round ones
  bool logarithmic = false;    // both ends of the range are above 0
};

struct Panel {
  std::string name;  // for readers that see no picture
  Axis x, y;
  std::vector<Series> series;
  std::string side;             // beside the panel, in the colour of its first series
  std::optional<Axis> bar;      // beside the panel: what the colours of tiles and blots stand for
  std::string legend;           // above what the labels of the series say
  std::optional<Range> shaded;  // a stretch of x
  double share = 1;             // of the height of all panels
  bool joined = false;          // to the next one, which has the same x axis and shows it
};

struct Figure {
  std::string title, subtitle;
  std::vector<Panel> panels;
  std::vector<std::string> notes;  // below: what was left out
  double width = 0, height = 0;    // mm; height 0: as the panels need
  double panel_height = 0;         // mm: of one with a share of 1, if the height is 0
  bool dark = false;
};

// The figure as SVG, with texts as text in the fonts of papers. The same figure gives the same bytes. What is
// outside of the axes is not drawn, and no series grows beyond what paper can show.
std::string svg(const Figure& figure);

// The width (mm) below which names and numbers leave no room for the panels between them.
double least_width(const Figure& figure);

// The height (mm) below which the panels of a figure would run into one another.
double least_height(const Figure& figure);

// The colours of a figure on white or on a dark ground: told apart by all kinds of colour vision (after Okabe
// and Ito 2008).
struct Palette {
  std::string_view ground, ink, faint, shade;
  std::string_view series[colours];
};
const Palette& palette(bool dark);

}  // namespace hillock::cli
