// Combines the axes of a sweep to points.
#include "sweep/points.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "base/random.hpp"
#include "base/text.hpp"
#include "lang/evaluate.hpp"
#include "lang/expression.hpp"

namespace hillock::sweep {

namespace {

using config::Assignment;
using config::Combination;
using config::Node;
using config::SweepAxis;
using config::SweepChoice;
using config::SweepSpec;

// A point while it is put together: what it sets, and the case of each axis of cases.
struct Draft {
  std::vector<Assignment> settings;
  std::map<std::string, std::string> cases;
};

double choices_of(const std::vector<SweepAxis>& axes, Combination combination) {
  double product = 1;
  for (const SweepAxis& axis : axes) {
    double sum = 0;
    for (const SweepChoice& choice : axis.choices) sum += choices_of(choice.nested, Combination::grid);
    if (combination == Combination::zip) return sum;
    product *= sum;
  }
  return product;
}

void take(const SweepAxis& axis, std::size_t choice, Draft& draft) {
  const SweepChoice& taken = axis.choices[choice];
  draft.settings.insert(draft.settings.end(), taken.settings.begin(), taken.settings.end());
  if (axis.cases) draft.cases[axis.name] = taken.name;
}

// The drafts of a grid, the first axis slowest.
class Grid {
 public:
  explicit Grid(std::vector<Draft>& drafts) : drafts_(drafts) {}
  void add(std::vector<const SweepAxis*> axes) { add(std::move(axes), {}); }

 private:
  void add(std::vector<const SweepAxis*> axes, const Draft& so_far) {
    if (axes.empty()) {
      drafts_.push_back(so_far);
      return;
    }
    const SweepAxis& axis = *axes.front();
    for (std::size_t i = 0; i < axis.choices.size(); ++i) {
      Draft draft = so_far;
      take(axis, i, draft);
      std::vector<const SweepAxis*> rest;
      for (const SweepAxis& nested : axis.choices[i].nested) rest.push_back(&nested);
      rest.insert(rest.end(), axes.begin() + 1, axes.end());
      add(std::move(rest), draft);
    }
  }

  std::vector<Draft>& drafts_;
};

// Points in the unit cube, point by point: where each axis is drawn.
class Cube {
 public:
  Cube(const SweepSpec& spec, std::uint64_t seed)
      : count_(static_cast<std::size_t>(spec.count)), axes_(spec.axes.size()), places_(count_ * axes_) {
    if (spec.combination == Combination::sobol) {
      sobol();
      return;
    }
    for (std::size_t a = 0; a < axes_; ++a) {
      const auto stream = base::Stream::of(seed, "sweep." + spec.axes[a].name);
      if (spec.combination == Combination::random)
        for (std::size_t i = 0; i < count_; ++i) at(i, a) = stream.uniform(i, 0);
      else
        latin_hypercube(stream, a);
    }
  }
  double& at(std::size_t point, std::size_t axis) { return places_[point * axes_ + axis]; }

 private:
  // One point in each of `count` equal intervals of each axis, in an order that is drawn (McKay, Beckman &
  // Conover 1979, doi:10.2307/1268522).
  void latin_hypercube(const base::Stream& stream, std::size_t axis) {
    std::vector<std::size_t> order(count_);
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(stream.uniform(i, 1), i); });
    for (std::size_t i = 0; i < count_; ++i)
      at(i, axis) = (static_cast<double>(order[i]) + stream.uniform(i, 0)) / static_cast<double>(count_);
  }

  // Sobol's sequence with the direction numbers of Joe & Kuo 2008 (doi:10.1137/070709359), its first point
  // (0, 0 ...) left out; numbers lie in the middle of their intervals of 2^-52.
  void sobol() {
    boost::random::sobol sequence(axes_);
    for (double& place : places_) place = (static_cast<double>(sequence() >> 12) + 0.5) * 0x1p-52;
  }

  std::size_t count_, axes_;
  std::vector<double> places_;
};

// The value of an axis at this place between 0 and 1.
void draw(const SweepAxis& axis, double place, Draft& draft, base::Diagnostics& diagnostics) {
  if (!axis.law) {
    const auto choices = axis.choices.size();
    return take(axis, std::min(static_cast<std::size_t>(place * static_cast<double>(choices)), choices - 1),
                draft);
  }
  const model::Values& law = *axis.law;
  const double value = axis.logarithmic ? config::between_in_logarithm(law.numbers[0], law.numbers[1], place)
                                        : model::quantile(law, place, diagnostics).value_or(0);
  draft.settings.push_back(
      {axis.name, axis.place, config::scalar(base::format_quantity(value, law.dimension), law.place)});
}

std::vector<Draft> drafts_of(const SweepSpec& spec, std::uint64_t seed, base::Diagnostics& diagnostics) {
  std::vector<Draft> drafts;
  if (spec.combination == Combination::grid) {
    std::vector<const SweepAxis*> axes;
    for (const SweepAxis& axis : spec.axes) axes.push_back(&axis);
    Grid(drafts).add(std::move(axes));
  } else if (spec.combination == Combination::zip) {
    drafts.resize(spec.axes.front().choices.size());
    for (const SweepAxis& axis : spec.axes)
      for (std::size_t i = 0; i < drafts.size(); ++i) take(axis, i, drafts[i]);
  } else {
    Cube cube(spec, seed);
    drafts.resize(static_cast<std::size_t>(spec.count));
    for (std::size_t i = 0; i < drafts.size(); ++i)
      for (std::size_t a = 0; a < spec.axes.size(); ++a)
        draw(spec.axes[a], cube.at(i, a), drafts[i], diagnostics);
  }
  return drafts;
}

// Cases have the name they were given.
void check_names(const SweepSpec& spec, const std::set<std::string>& taken, base::Diagnostics& diagnostics) {
  const auto check = [&](const std::vector<SweepAxis>& axes, const auto& inner) -> void {
    for (const SweepAxis& axis : axes) {
      if (axis.cases && taken.count(axis.name) != 0)
        diagnostics.error(axis.place, base::quoted(axis.name) + " is the name of a column of results",
                          "give these cases another name");
      for (const SweepChoice& choice : axis.choices) inner(choice.nested, inner);
    }
  };
  check(spec.axes, check);
}

std::vector<Column> columns_of(const std::vector<Draft>& drafts, const std::set<std::string>& taken) {
  std::vector<Column> columns;
  std::set<std::string> paths, cases;
  for (const Draft& draft : drafts) {
    for (const auto& [name, value] : draft.cases)
      if (cases.insert(name).second) columns.push_back({name, "", false, {}});
    for (const Assignment& setting : draft.settings)
      if (paths.insert(setting.path).second) columns.push_back({"", setting.path, false, {}});
  }
  name_columns(columns, taken);
  return columns;
}

const Assignment* setting_of(const Draft& draft, const std::string& path) {
  const auto found =
      std::ranges::find(draft.settings.rbegin(), draft.settings.rend(), path, &Assignment::path);
  return found == draft.settings.rend() ? nullptr : &*found;
}

std::string word_of(const Node& node) {
  return node.is_scalar() ? node.text : std::string(base::trim(config::print_document(node)));
}

// The value that a draft sets as a number, if it is one. An expression is none where its vars may vary with
// it.
std::optional<base::Quantity> number_of(const Draft& draft, const Assignment& setting,
                                        const config::Variables& variables) {
  if (config::is_expression(setting.value) && std::ranges::any_of(draft.settings, [](const Assignment& one) {
        return one.path == "vars" || one.path.starts_with("vars.");
      }))
    return std::nullopt;
  return config::number_of(setting.value, variables);
}

// Labels of one column: numbers if all values are numbers of one dimension, otherwise words.
void label(const std::vector<Draft>& drafts, const config::Variables& variables, std::size_t index,
           Points& all) {
  Column& column = all.columns[index];
  std::vector<std::optional<base::Quantity>> numbers(drafts.size());
  column.numeric = !column.path.empty();
  bool first = true;
  for (std::size_t i = 0; i < drafts.size() && column.numeric; ++i) {
    const Assignment* setting = setting_of(drafts[i], column.path);
    if (setting == nullptr) continue;
    numbers[i] = number_of(drafts[i], *setting, variables);
    if (numbers[i] && first) column.dimension = numbers[i]->dimension;
    column.numeric = numbers[i] && numbers[i]->dimension == column.dimension;
    first = false;
  }
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    Label& to = all.points[i].labels.emplace_back();
    if (column.numeric) {
      if (numbers[i]) to.number = numbers[i]->value;
    } else if (column.path.empty()) {
      const auto found = drafts[i].cases.find(column.name);
      if (found != drafts[i].cases.end()) to.word = found->second;
    } else if (const Assignment* setting = setting_of(drafts[i], column.path)) {
      to.word = word_of(setting->value);
    }
  }
}

// `where`: a condition on the columns that are numbers.
void filter(const Node& where, Points& all, base::Diagnostics& diagnostics) {
  std::vector<config::NamedNumber> names;
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t c = 0; c < all.columns.size(); ++c) {
    const Column& column = all.columns[c];
    if (!column.numeric) continue;
    names.push_back({column.name, column.dimension});
    places[column.name] = c;
  }
  const auto condition = config::read_condition(where, "where", "tau_m < 20 ms", names, diagnostics);
  if (!condition) return;
  for (const std::string& name : lang::names_of(*condition)) {
    const std::size_t column = places.find(name)->second;
    if (std::ranges::any_of(all.points,
                            [&](const Point& point) { return std::isnan(point.labels[column].number); }))
      return diagnostics.error(where.place,
                               fmt::format("'where' asks for '{}', which not all points set", name),
                               "give it a value in every case");
  }
  std::erase_if(all.points, [&](const Point& point) {
    return !lang::evaluate_condition(
        *condition, [&](std::string_view name) { return point.labels[places.find(name)->second].number; });
  });
  if (all.points.empty())
    diagnostics.error(where.place, "'where' takes out every point: the sweep would have none",
                      "loosen the condition");
}

// Only where nothing is nested do the points fill a grid.
std::vector<std::int64_t> grid_of(const SweepSpec& spec) {
  std::vector<std::int64_t> grid;
  if (spec.combination != Combination::grid || spec.where) return grid;
  for (const SweepAxis& axis : spec.axes) {
    for (const SweepChoice& choice : axis.choices)
      if (!choice.nested.empty() || axis.cases) return {};
    grid.push_back(std::ssize(axis.choices));
  }
  return grid;
}

}  // namespace

void check_paths(const config::Template& config, const Points& points, std::int64_t after) {
  constexpr std::size_t most_tried = 64;
  const std::size_t count = points.points.size(), tried = std::min(count, most_tried);
  for (const Column& column : points.columns) {
    std::optional<base::UserError> refused;
    const auto accepts = [&](const std::vector<Assignment>& settings) {
      try {
        config.variant(settings, after);
        return true;
      } catch (const base::UserError& error) {
        refused = error;
        return false;
      }
    };
    // With the point's other values, which it may need, or without them, which may be what is wrong.
    const auto accepted = [&](const Point& point) {
      std::vector<Assignment> own;
      for (const Assignment& setting : point.settings)
        if (setting.path == column.path) own.push_back(setting);
      return accepts(point.settings) || accepts(own);
    };
    bool any = column.path.empty();
    for (std::size_t i = 0; i < tried && !any; ++i)
      any = accepted(points.points[tried == 1 ? 0 : i * (count - 1) / (tried - 1)]);
    if (!any) throw *refused;
  }
}

std::string end_of_path(const std::string& path, std::size_t parts) {
  std::size_t begin = path.size();
  for (; parts > 0 && begin != std::string::npos && begin > 0; --parts) begin = path.rfind('.', begin - 1);
  std::string end = path.substr(begin == std::string::npos || begin == 0 ? 0 : begin + 1);
  std::ranges::replace_if(  // of "at.20 ms.set.vars.x" too a name that can be written everywhere
      end, [](char c) { return !base::is_letter(c) && !base::is_digit(c) && c != '_'; }, '_');
  return end;
}

std::string unit_of_column(const base::Dimension& dimension) {
  return dimension == base::dimension::frequency ? "Hz" : dimension.unit();
}

double in_unit_of_column(double value, const base::Dimension& dimension) {
  if (dimension != base::dimension::frequency || !std::isfinite(value)) return value;
  return base::parse_number(base::number_scaled(value, 3)).value_or(1000 * value);  // 0.07/ms is 70 Hz
}

void name_columns(std::vector<Column>& columns, const std::set<std::string>& taken) {
  const auto unique = [&](const std::string& name) {
    return taken.count(name) == 0 && std::ranges::count(columns, name, &Column::name) == 1;
  };
  for (std::size_t parts = 1; parts < 12; ++parts) {
    std::vector<std::string> names;
    bool done = true;
    for (Column& column : columns)
      if (!column.path.empty() && (parts == 1 || !unique(column.name))) names.push_back(column.path);
    for (Column& column : columns)
      if (std::ranges::find(names, column.path) != names.end()) column.name = end_of_path(column.path, parts);
    for (const Column& column : columns) done = done && (column.path.empty() || unique(column.name));
    if (done) return;
  }
}

double count_points(const SweepSpec& spec) {
  const double points = config::draws_points(spec.combination) ? static_cast<double>(spec.count)
                                                               : choices_of(spec.axes, spec.combination);
  return points * static_cast<double>(spec.repeat);
}

Points all_points(const SweepSpec& spec, const config::Variables& variables, std::uint64_t seed,
                  const std::set<std::string>& taken) {
  base::Diagnostics diagnostics;
  if (const double count = count_points(spec); count > static_cast<double>(config::most_points)) {
    diagnostics.error(spec.place,
                      fmt::format("this sweep would have {:.3g} points; at most {} are possible", count,
                                  config::most_points),
                      "take fewer values, or draw points with 'combine: sobol' and 'count'");
    diagnostics.throw_if_errors();
  }
  check_names(spec, taken, diagnostics);
  const std::vector<Draft> drafts = drafts_of(spec, seed, diagnostics);
  diagnostics.throw_if_errors();
  Points all;
  all.columns = columns_of(drafts, taken);
  for (const Draft& draft : drafts) all.points.push_back({draft.settings, {}, 0});
  for (std::size_t c = 0; c < all.columns.size(); ++c) label(drafts, variables, c, all);
  if (spec.where) filter(*spec.where, all, diagnostics);
  diagnostics.throw_if_errors();
  all.grid = grid_of(spec);
  if (spec.repeat == 1) return all;
  std::vector<Point> once = std::move(all.points);
  all.points.clear();
  for (const Point& point : once)
    for (std::int64_t r = 0; r < spec.repeat; ++r) {
      all.points.push_back(point);
      all.points.back().repeat = static_cast<std::uint64_t>(r);
    }
  return all;
}

}  // namespace hillock::sweep
