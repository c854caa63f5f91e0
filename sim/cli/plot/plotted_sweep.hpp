// A sweep's table and which part of it a figure shows: measures over one or two of the parameters, the others
// apart.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cli/plot/figure.hpp"
#include "record/sweep_reader.hpp"

namespace hillock::cli {

struct SweepRequest {
  std::vector<std::string> axes, measures;  // empty: the figure's own choice
};

// A parameter with numbers, and the different ones that it takes.
struct SweepAxisView {
  const record::SweepVariable* parameter = nullptr;
  std::vector<double> values;             // ascending
  bool logarithmic = false;               // they are a geometric range
  std::size_t index(double value) const;  // of one of them
};

// Points in which all parameters but those of the axes are the same.
struct SweepGroup {
  std::string
      label;  // "10", or "tau_m = 10 ms, method = rk4" where several parameters are no axes; may be empty
  std::vector<std::size_t> points;
};

struct SweepView {
  std::vector<SweepAxisView> axes;  // one or two
  std::vector<const record::SweepVariable*> measures;
  std::string apart;  // what the labels of the groups are values of: "tau_m (ms)"; may be empty
  std::vector<SweepGroup> groups;
  bool curves = true;              // whether the points of a group follow one another on the first axis
  std::vector<std::string> notes;  // what is not shown
};

// Throws UserError, naming what there is, for what the table has not.
SweepView view_of(const record::SweepTable& table, const SweepRequest& request);

// The figure of a sweep: curves over one parameter, a map over two. Throws UserError as view_of does.
void add_sweep(const record::SweepTable& table, const SweepRequest& request, Figure& figure);

// Panels of a view with one axis: a curve for each group, with its spread.
void add_curves(const record::SweepTable& table, const SweepView& view, Figure& figure);
// Panels of a view with two axes: a map for each measure and group.
void add_maps(const record::SweepTable& table, const SweepView& view, Figure& figure);

// The finite values of a measure among points that are done.
std::vector<double> values_of(const record::SweepTable& table, const record::SweepVariable& measure,
                              const std::vector<std::size_t>& points);
double mean_of(const std::vector<double>& values);  // NaN of none

}  // namespace hillock::cli
