// Makes the points of sweeps that are written as text, and gives what is found as it would be printed.
#pragma once
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/config.hpp"
#include "config/sweep_section.hpp"
#include "sweep/points.hpp"

namespace sweeping {

namespace config = hillock::config;
namespace sweep = hillock::sweep;

inline const std::string base =
    "vars: {w: 2}\n"
    "simulation: {duration: 10 ms, dt: 0.1 ms, seed: 5}\n"
    "populations: {cell: {size: 2, model: lif}}\n"
    "inputs: {step: {type: dc, target: cell, amplitude: 1 pA}, more: {type: dc, target: cell, amplitude: 1 "
    "pA}}\n";

inline config::Template read(const std::string& text) {
  return {text, "config.yaml", ".", {{}, config::default_model_folders(), {}, true}};
}

// The points of `base` with this section, which begins in line 5.
inline sweep::Points points(const std::string& section,
                            const std::set<std::string>& taken = {"seed", "rate"}) {
  const config::Template whole = read(base + section);
  hillock::base::Diagnostics unheard;
  const config::Variables variables = config::read_variables(whole.document().find("vars"), unheard);
  const config::SweepSpec spec = *whole.sweep();
  sweep::Points all = sweep::all_points(spec, variables, 5, taken);
  sweep::check_paths(whole, all, spec.after);
  return all;
}

// The names of the columns: "amplitude tau_m".
inline std::string names(const sweep::Points& all) {
  std::vector<std::string> list;
  for (const sweep::Column& column : all.columns) list.push_back(column.name);
  return hillock::base::join(list, " ");
}

// One point after the other, its labels in order of the columns: "1 10; 1 20".
inline std::string labels(const sweep::Points& all) {
  std::vector<std::string> lines;
  for (const sweep::Point& point : all.points) {
    std::vector<std::string> words;
    for (std::size_t c = 0; c < all.columns.size(); ++c)
      words.push_back(all.columns[c].numeric ? fmt::format("{}", point.labels[c].number)
                                             : point.labels[c].word);
    lines.push_back(hillock::base::join(words, " "));
  }
  return hillock::base::join(lines, "; ");
}

// The numbers of one column.
inline std::vector<double> numbers(const sweep::Points& all, std::size_t column) {
  std::vector<double> list;
  for (const sweep::Point& point : all.points) list.push_back(point.labels[column].number);
  return list;
}

// What the UserError of a section says.
inline std::string error(const std::string& section, const std::set<std::string>& taken = {"seed", "rate"}) {
  try {
    points(section, taken);
  } catch (const hillock::base::UserError& found) {
    return found.what();
  }
  return "no error";
}

}  // namespace sweeping
