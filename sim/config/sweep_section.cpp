// Reads `sweep`: axes of listed values, ranges, laws and cases.
#include "config/sweep_section.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/math.hpp"
#include "base/text.hpp"
#include "base/time_grid.hpp"
#include "config/at_section.hpp"
#include "config/reader.hpp"
#include "config/sections.hpp"
#include "config/value_laws.hpp"

namespace hillock::config {
namespace {

constexpr std::array<std::pair<std::string_view, Combination>, 5> combinations{
    {{"grid", Combination::grid},
     {"zip", Combination::zip},
     {"random", Combination::random},
     {"latin_hypercube", Combination::latin_hypercube},
     {"sobol", Combination::sobol}}};

constexpr std::string_view forms_of_values =
    "a list, {from: a, to: b, count: n}, {from: a, to: b, step: s}, a law with a count "
    "({normal: [mean, sd], count: n}) or {cases: {NAME: {PATH: value}}}";

class SweepReader {
 public:
  SweepReader(Reader& reader, const model::SimulationSpec& simulation)
      : reader_(reader), simulation_(simulation) {}

  using Paths = std::map<std::string, base::Place>;

  SweepSpec read(const Node& node) {
    spec_.place = node.place;
    if (!reader_.map(node, "sweep")) return spec_;
    const std::vector<std::string> keys{"parameters", "combine", "count", "repeat", "where", "after", "keep"};
    reader_.keys(node, "'sweep'", keys);
    read_combination(node);
    const Node* parameters = node.find("parameters");
    const bool repeats = node.find("repeat") != nullptr && spec_.combination == Combination::grid;
    if (parameters != nullptr)
      read_parameters(*parameters);
    else if (!repeats)
      reader_.error(node.place, "'sweep' needs 'parameters', what is varied, or 'repeat'",
                    "write for example 'parameters: {simulation.seed: [1, 2, 3]}'");
    if (const Node* repeat = node.find("repeat"))
      spec_.repeat = reader_.whole(*repeat, "repeat", 1, most_points).value_or(1);
    if (const Node* where = node.find("where")) spec_.where = *where;
    if (const Node* after = node.find("after")) read_after(*after);
    if (const Node* keep = node.find("keep")) read_keep(*keep);
    check_lengths();
    check_seeds(spec_.axes);
    check_paths(spec_.axes, {});
    return spec_;
  }

 private:
  void read_combination(const Node& node) {
    if (const Node* combine = node.find("combine")) {
      if (const std::optional<std::string> word = reader_.choice(*combine, "combine", words_of_combine()))
        spec_.combination =
            std::ranges::find(combinations, *word, [](const auto& pair) { return pair.first; })->second;
    }
    const Node* count = node.find("count");
    const bool draws = draws_points(spec_.combination);
    if (count != nullptr && !draws)
      reader_.error(count->place, "'count' belongs to points that are drawn; these are listed",
                    "write 'combine: random', latin_hypercube or sobol, or leave 'count' out");
    if (count != nullptr)
      spec_.count = reader_.whole(*count, "count", 1, most_points).value_or(1);
    else if (draws)
      reader_.error(node.find("combine")->place, "points that are drawn need 'count', their number",
                    "write for example 'count: 100'");
  }

  void read_after(const Node& node) {
    const std::optional<double> time = reader_.value(node, "after", base::dimension::time);
    if (!time || !check_on_grid(reader_, *time, simulation_, node.place, "after")) return;
    if (*time < 0 || *time >= simulation_.duration)
      return reader_.error(node.place, "'after' must lie inside of the run, before " +
                                           base::format_time(simulation_.duration) + ", got " +
                                           node.describe());
    spec_.after = *base::TimeGrid{simulation_.dt, 0}.step_of(*time);
  }

  void read_keep(const Node& node) {
    const std::vector<std::string> words{"summary", "spikes", "traces"};
    std::vector<Node> items = node.is_sequence() ? node.items : std::vector<Node>{node};
    for (const Node& item : items) {
      const std::optional<std::string> word = reader_.choice(item, "keep", words);
      spec_.spikes = spec_.spikes || word == "spikes";
      spec_.traces = spec_.traces || word == "traces";
    }
  }

  void read_parameters(const Node& parameters) {
    if (reader_.map(parameters, "'parameters' of 'sweep'")) spec_.axes = read_axes(parameters, false);
    if ((parameters.is_map() || parameters.is_null()) && parameters.entries.empty())
      reader_.error(parameters.place, "'parameters' of 'sweep' names nothing: a sweep needs a point",
                    "write for example 'parameters: {simulation.seed: [1, 2, 3]}'");
  }

  std::vector<SweepAxis> read_axes(const Node& parameters, bool nested) {
    std::vector<SweepAxis> axes;
    for (const Entry& entry : parameters.entries) {
      SweepAxis axis;
      axis.name = entry.key;
      axis.place = entry.place;
      if (read_axis(entry.value, nested, axis)) axes.push_back(std::move(axis));
    }
    return axes;
  }

  bool read_axis(const Node& node, bool nested, SweepAxis& axis) {
    const std::size_t before = reader_.diagnostics().all().size();
    if (node.is_sequence()) {
      for (const Node& item : node.items) axis.choices.push_back({"", {{axis.name, axis.place, item}}, {}});
      if (node.items.empty())
        reader_.error(node.place, base::quoted(axis.name) + " has no values: the sweep would have no points",
                      "list at least one value, or remove it");
    } else if (node.is_map() && node.find("cases") != nullptr) {
      read_cases(node, nested, axis);
    } else if (node.is_map() && (node.find("from") != nullptr || node.find("to") != nullptr)) {
      read_range(node, axis);
    } else if (node.is_map() && is_law(node)) {
      read_law(node, axis);
    } else {
      reader_.error(node.place, base::quoted(axis.name) + " must be " + std::string(forms_of_values) +
                                    ", got " + node.describe());
    }
    return reader_.diagnostics().all().size() == before;
  }

  // {cases: {RS: {populations.cell.params.a: 0.02, ...}, FS: {...}}}: a list in a case is an axis of its own.
  void read_cases(const Node& node, bool nested, SweepAxis& axis) {
    axis.cases = true;
    const std::vector<std::string> keys{"cases"};
    reader_.keys(node, base::quoted(axis.name), keys);
    reader_.name(axis.name, axis.place, "cases");
    const Node& cases = *node.find("cases");
    if (!reader_.map(cases, "'cases' of " + base::quoted(axis.name))) return;
    if (cases.entries.empty())
      reader_.error(cases.place, base::quoted(axis.name) + " has no cases: the sweep would have no points");
    for (const Entry& entry : cases.entries) {
      SweepChoice choice;
      choice.name = entry.key;
      if (!reader_.map(entry.value, "the case " + base::quoted(entry.key))) continue;
      Node inner = entry.value;
      inner.entries.clear();
      for (const Entry& setting : entry.value.entries) {
        const bool varied = setting.value.is_sequence() ||
                            (setting.value.is_map() && (setting.value.find("from") != nullptr ||
                                                        setting.value.find("cases") != nullptr));
        if (varied)
          inner.entries.push_back(setting);
        else
          choice.settings.push_back({setting.key, setting.place, setting.value});
      }
      if (!inner.entries.empty() && (nested || spec_.combination != Combination::grid))
        reader_.error(inner.entries.front().place,
                      base::quoted(inner.entries.front().key) + " varies inside a case" +
                          (nested ? " of a case" : ", which needs 'combine: grid'"),
                      "give it one value there, or write the cases out");
      else
        choice.nested = read_axes(inner, true);
      axis.choices.push_back(std::move(choice));
    }
  }

  struct Ends {
    base::Quantity from, to;
  };

  std::optional<Ends> read_ends(const Node& node, const SweepAxis& axis) {
    const Node* from = node.find("from");
    const Node* to = node.find("to");
    if (from == nullptr || to == nullptr) {
      reader_.error(node.place, base::quoted(axis.name) + ": a range needs 'from' and 'to'",
                    "write for example {from: 0 pA, to: 500 pA, count: 11}");
      return std::nullopt;
    }
    const std::optional<base::Quantity> first = reader_.any_quantity(*from, axis.name + ": from");
    if (!first) return std::nullopt;
    const std::optional<base::Quantity> last =
        reader_.quantity(*to, axis.name + ": to", Accepted({first->dimension}, ", as its 'from'"));
    if (!last) return std::nullopt;
    return Ends{*first, *last};
  }

  void read_range(const Node& node, SweepAxis& axis) {
    const bool draws = draws_points(spec_.combination);
    const std::vector<std::string> keys =
        draws ? std::vector<std::string>{"from", "to", "log"}
              : std::vector<std::string>{"from", "to", "count", "step", "log"};
    const std::size_t before = reader_.diagnostics().all().size();
    reader_.keys(node, "a range" + std::string(draws ? " that points are drawn from" : ""), keys);
    const std::optional<Ends> ends = read_ends(node, axis);
    const Node* log = node.find("log");
    const bool logarithmic = log != nullptr && reader_.flag(*log, axis.name + ": log").value_or(false);
    if (!ends || reader_.diagnostics().all().size() != before) return;
    if (logarithmic && !(ends->from.value * ends->to.value > 0))
      return reader_.error(log->place, axis.name + ": a logarithmic range needs ends of one sign, neither 0");
    if (draws) return draw_range(*ends, logarithmic, node, axis);
    const Node* count = node.find("count");
    const Node* step = node.find("step");
    if ((count == nullptr) == (step == nullptr))
      return reader_.error(node.place, base::quoted(axis.name) + ": a range needs either 'count' or 'step'",
                           "write for example {from: 0 pA, to: 500 pA, count: 11}");
    if (step != nullptr && logarithmic)
      return reader_.error(step->place, axis.name + ": a logarithmic range has no 'step'",
                           "give its 'count'");
    if (count != nullptr) {
      if (const auto number = reader_.whole(*count, axis.name + ": count", 1, most_points))
        add_range(*ends, *number, logarithmic, node, axis);
    } else {
      add_steps(*ends, *step, node, axis);
    }
  }

  void draw_range(const Ends& ends, bool logarithmic, const Node& node, SweepAxis& axis) {
    model::Values law;
    law.law = model::Law::uniform;
    law.dimension = ends.from.dimension;
    law.place = node.place;
    law.numbers = {std::min(ends.from.value, ends.to.value), std::max(ends.from.value, ends.to.value)};
    axis.law = std::move(law);
    axis.logarithmic = logarithmic;
  }

  void add(double value, const base::Dimension& dimension, const Node& node, SweepAxis& axis) {
    // The text reads back to the same bits.
    Node written = scalar(base::format_quantity(value, dimension), node.place);
    axis.choices.push_back({"", {{axis.name, axis.place, std::move(written)}}, {}});
  }

  // Both ends are exact, and whole numbers between whole numbers.
  void add_range(const Ends& ends, std::int64_t count, bool logarithmic, const Node& node, SweepAxis& axis) {
    const double from = ends.from.value, to = ends.to.value, parts = static_cast<double>(count - 1);
    for (std::int64_t i = 0; i < count; ++i) {
      const double behind = static_cast<double>(i), before = parts - behind;
      const double between = logarithmic ? between_in_logarithm(from, to, behind / parts)
                                         : (from * before + to * behind) / parts;
      add(i == 0 ? from : i == count - 1 ? to : between, ends.from.dimension, node, axis);
    }
  }

  void add_steps(const Ends& ends, const Node& step, const Node& node, SweepAxis& axis) {
    const std::optional<base::Quantity> size =
        reader_.quantity(step, axis.name + ": step", Accepted({ends.from.dimension}, ", as its 'from'"));
    if (!size) return;
    const double steps = (ends.to.value - ends.from.value) / size->value;
    if (size->value == 0 || steps < 0)
      return reader_.error(step.place, axis.name + ": the step does not lead from 'from' to 'to'",
                           "give it the sign of to - from");
    if (!(steps < static_cast<double>(most_points)))
      return reader_.error(step.place, fmt::format("{}: the range has {:.3g} values; at most {} are possible",
                                                   axis.name, steps, most_points));
    const double nearest = std::nearbyint(steps);
    const bool ends_there = std::abs(steps - nearest) < 1e-9 * std::max(1.0, steps);
    const auto last = static_cast<std::int64_t>(ends_there ? nearest : std::floor(steps));
    for (std::int64_t i = 0; i <= last; ++i)
      add(ends_there && i == last ? ends.to.value : ends.from.value + static_cast<double>(i) * size->value,
          ends.from.dimension, node, axis);
  }

  // {normal: [-55 mV, 2 mV], count: 20}
  void read_law(const Node& node, SweepAxis& axis) {
    if (node.find("file") != nullptr)
      return reader_.error(node.place, axis.name + ": values of a sweep do not come from a file",
                           "list them, or draw them");
    Node law = node;
    std::erase_if(law.entries, [](const Entry& entry) { return entry.key == "count"; });
    const Node* first = &law.entries.front().value;
    for (const Entry& entry : law.entries)
      if (entry.key != "min" && entry.key != "max") first = &entry.value;
    if (first->is_sequence() && !first->items.empty()) first = &first->items.front();
    const std::optional<base::Quantity> quantity = reader_.any_quantity(*first, axis.name);
    if (!quantity) return;
    const Node* count = node.find("count");
    const bool draws = draws_points(spec_.combination);
    if (draws && count != nullptr)
      return reader_.error(count->place, axis.name + ": how many points are drawn stands beside 'combine'",
                           "remove this 'count'");
    if (!draws && count == nullptr)
      return reader_.error(node.place,
                           axis.name + ": a law needs 'count', the number of values drawn from it",
                           "write for example {normal: [-55 mV, 2 mV], count: 20}");
    const auto number = draws ? 1 : reader_.whole(*count, axis.name + ": count", 1, most_points);
    const auto values = read_values(reader_, law, axis.name, Accepted({quantity->dimension}, ""),
                                    {number.value_or(1), "values", ""});
    if (!number || !values) return;
    if (draws && values->law == model::Law::linspace)
      return reader_.error(node.place, axis.name + ": points are not drawn from a linspace",
                           "write {from: a, to: b}, which is uniform between its ends");
    if (draws) {
      axis.law = *values;
      return;
    }
    const std::array<std::uint64_t, 1> seeds{simulation_.seeds.front()};
    for (const double value :
         model::expand(*values, *number, {seeds, "sweep." + axis.name}, {}, reader_.diagnostics()))
      add(value, values->dimension, node, axis);
  }

  // Zipped axes go together value by value; points that are drawn take what has no inner axes.
  void check_lengths() {
    if (spec_.combination != Combination::zip || spec_.axes.empty()) return;
    const SweepAxis& first = spec_.axes.front();
    for (const SweepAxis& axis : spec_.axes)
      if (axis.choices.size() != first.choices.size())
        reader_.error(axis.place,
                      fmt::format("zipped parameters need as many values each: '{}' has {}, '{}' has {}",
                                  first.name, first.choices.size(), axis.name, axis.choices.size()),
                      "give them the same number of values, or write 'combine: grid'");
  }

  // Each path must have an effect: no later axis may set it again, or what it lies in, nor an inner one.
  void check_paths(const std::vector<SweepAxis>& axes, Paths known) {
    for (const SweepAxis& axis : axes) {
      Paths own = known;
      if (!axis.cases) check_path(axis.name, axis.place, own);
      for (const SweepChoice& choice : axis.choices) {
        if (!axis.cases) break;
        Paths of_choice = known;
        for (const Assignment& setting : choice.settings) check_path(setting.path, setting.place, of_choice);
        check_paths(choice.nested, of_choice);
        for (const SweepAxis& inner : choice.nested) of_choice.emplace(inner.name, inner.place);
        own.merge(of_choice);
      }
      known = std::move(own);
    }
  }

  void check_path(const std::string& path, const base::Place& place, Paths& known) {
    check_varied(path, place, spec_.after, reader_.diagnostics());
    for (const auto& [other, other_place] : known)
      if (other == path || other.starts_with(path + "."))
        return reader_.error(place,
                             fmt::format("this overwrites '{}', which varies at {}:{}", other,
                                         other_place.line, other_place.column),
                             "vary it in one place");
    known.emplace(path, place);
  }

  // The r-th repetition adds r to a seed: of 1 and 2 some would come twice.
  void check_seeds(const std::vector<SweepAxis>& axes) {
    if (spec_.repeat == 1) return;
    for (const SweepAxis& axis : axes)
      for (const SweepChoice& choice : axis.choices) {
        for (const Assignment& setting : choice.settings)
          if (setting.path == "simulation.seed")
            return reader_.error(setting.place, "simulation.seed is varied, and 'repeat' varies it too",
                                 "leave 'repeat' out, and list as many seeds");
        check_seeds(choice.nested);
      }
  }

  Reader& reader_;
  const model::SimulationSpec& simulation_;
  SweepSpec spec_;
};

}  // namespace

void check_varied(const std::string& path, const base::Place& place, std::int64_t after,
                  base::Diagnostics& diagnostics) {
  for (const std::string section : {"sweep", "search"})
    if (path == section || path.starts_with(section + "."))
      diagnostics.error(place, base::quoted(path) + " says how points are made, and is none of their values",
                        "vary what the other sections say");
  if (path == "simulation.threads")
    diagnostics.error(place, "the results of a point do not depend on 'simulation.threads'",
                      "take it out; hillock bench measures times");
  if (after > 0) check_changeable(path, place, diagnostics);
}

bool draws_points(Combination combination) {
  return combination != Combination::grid && combination != Combination::zip;
}

void check_searched(const SweepSpec& spec, base::Diagnostics& diagnostics) {
  // Whether one of the paths lies below the other, or is the same.
  const auto overlap = [](const std::string& one, const std::string& other) {
    return (one + ".").starts_with(other + ".") || (other + ".").starts_with(one + ".");
  };
  const auto varies = [&](const std::vector<SweepAxis>& axes, const std::string& path,
                          const auto& inner) -> bool {
    return std::ranges::any_of(axes, [&](const SweepAxis& axis) {
      return (!axis.cases && overlap(axis.name, path)) ||
             std::ranges::any_of(axis.choices, [&](const SweepChoice& choice) {
               return std::ranges::any_of(
                          choice.settings,
                          [&](const Assignment& setting) { return overlap(setting.path, path); }) ||
                      inner(choice.nested, path, inner);
             });
    });
  };
  const auto check = [&](const std::string& path, const base::Place& place, const std::string& what) {
    check_varied(path, place, spec.after, diagnostics);
    if (varies(spec.axes, path, varies))
      diagnostics.error(place, "the sweep has values of " + base::quoted(path) + ", and " + what,
                        "take it out of one of the two");
  };
  if (spec.search) check(spec.search->path, spec.search->place, "the search looks for one");
  if (!spec.fit) return;
  for (const FittedParameter& parameter : spec.fit->parameters)
    check(parameter.path, parameter.place, "the fit looks for one");
}

double between_in_logarithm(double from, double to, double part) {
  return from * base::exp(part * base::log(to / from));
}

std::string word_of(Combination combination) {
  return std::string(
      std::ranges::find(combinations, combination, [](const auto& pair) { return pair.second; })->first);
}

std::vector<std::string> words_of_combine() {
  std::vector<std::string> words;
  for (const auto& [word, combination] : combinations) words.emplace_back(word);
  return words;
}

SweepSpec read_sweep(Reader& reader, const Node& sweep, const model::SimulationSpec& simulation) {
  return SweepReader(reader, simulation).read(sweep);
}

std::optional<base::Quantity> number_of(const Node& value, const Variables& variables) {
  if (!value.is_scalar()) return std::nullopt;
  base::Diagnostics unheard;  // what is no number is a word
  return Reader(unheard, variables).any_quantity(value, "");
}

}  // namespace hillock::config
