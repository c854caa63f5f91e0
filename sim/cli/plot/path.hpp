// Curves as the path data of SVG: positions in hundredths of a point, and no more of them than can be seen.
#pragma once
#include <string>
#include <vector>

namespace hillock::cli {

struct Point {
  double x = 0, y = 0;  // pt; NaN where there is none
};

struct Box {
  double left = 0, top = 0, width = 0, height = 0;  // pt
  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

// "12.34", "-.5", "7": a length in pt, rounded to hundredths.
std::string length(double pt);

// A line through the points; points that are not finite interrupt it, a point alone is a dot of the line's
// width. Points in the middle of a straight stretch are left out.
std::string path_of(const std::vector<Point>& points);

// Upright strokes of a height, centred on the points, and one where several fall within a tenth of a
// point.
std::string strokes_of(const std::vector<Point>& points, double height);

}  // namespace hillock::cli
