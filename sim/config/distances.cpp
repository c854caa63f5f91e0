// Functions of the distance d, by name or as an expression, with what they come to over all distances.
#include "config/distances.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"
#include "config/input_rules.hpp"
#include "lang/check.hpp"
#include "lang/evaluate.hpp"
#include "lang/parser.hpp"

namespace hillock::config {
namespace {

using model::DistanceFunction;
using model::PositionSpec;

constexpr int looked_at = 1024;  // distances at which a function is looked at

struct Kernel {
  const char* name;
  const char* text;  // of its size s and its height
};
constexpr std::array<Kernel, 4> kernels{{{"constant", "{height}"},
                                         {"exponential", "{height} * exp(-d / ({size}))"},
                                         {"gaussian", "{height} * exp(-(d / ({size}))^2 / 2)"},
                                         {"linear", "{height} * max(0, 1 - d / ({size}))"}}};

double value_at(const lang::Expression& expression, double d) {
  return lang::evaluate(expression, [d](std::string_view) { return d; });
}

// The value below which half of all lies; pairs of a value and its share.
double median_of(std::vector<std::pair<double, double>> values) {
  std::ranges::sort(values);
  double all = 0, below = 0;
  for (const auto& [value, share] : values) all += share;
  for (const auto& [value, share] : values)
    if ((below += share) >= all / 2) return value;
  return 0;
}

std::vector<std::string> kernel_names() {
  std::vector<std::string> names;
  for (const Kernel& kernel : kernels) names.emplace_back(kernel.name);
  return names;
}

}  // namespace

std::optional<double> positive_length(Reader& reader, const Node& node, const std::string& what) {
  const auto length = reader.value(node, what, base::dimension::length);
  if (!length || *length > 0) return length;
  reader.error(node.place,
               what + " must be positive, got " + base::format_quantity(*length, base::dimension::length));
  return std::nullopt;
}

bool DistanceReader::takes(const Node& node) const {
  if (!node.is_scalar() || !is_expression(node)) return false;
  const auto& first = experiment_.populations[static_cast<std::size_t>(spec_.sources.front().population)];
  if (reader_.variables().contains("d") && !first.positions) return false;
  base::Diagnostics unread;
  const auto expression = parse_after_equals(node, unread);
  if (!expression) return false;
  const std::vector<std::string> names = lang::names_of(*expression);
  return std::ranges::find(names, "d") != names.end();
}

bool DistanceReader::positions_are_there(const base::Place& place) {
  const auto population = [&](const model::Slice& slice) -> const model::PopulationSpec& {
    return experiment_.populations[static_cast<std::size_t>(slice.population)];
  };
  const PositionSpec* first = nullptr;
  for (const std::vector<model::Slice>* ends : {&spec_.sources, &spec_.targets})
    for (const model::Slice& slice : *ends) {
      const model::PopulationSpec& one = population(slice);
      if (one.size == 0) continue;
      if (!one.positions) {
        reader_.error(place, "population '" + one.name + "' has no positions, so there is no distance d",
                      "write for example 'positions: {uniform: [1 mm, 1 mm]}' in it");
        return false;
      }
      if (first == nullptr) first = &*one.positions;
      const bool same_space = first->extent.size() == one.positions->extent.size() &&
                              first->periodic == one.positions->periodic &&
                              (!first->periodic || first->extent == one.positions->extent);
      if (same_space) continue;
      reader_.error(place,
                    "the positions of population '" + one.name + "' are in another space than those of '" +
                        population(spec_.sources.front()).name + "'",
                    "give both as many axes, and where they are periodic the same extents");
      return false;
    }
  return true;
}

std::optional<DistanceFunction> DistanceReader::checked(std::optional<lang::Expression> expression,
                                                        const Node& node, const std::string& what,
                                                        const base::Dimension& dimension) {
  if (reader_.variables().contains("d")) {
    reader_.error(node.place, "d is the distance between two neurons here, but vars has a 'd' too",
                  "give the variable another name");
    return std::nullopt;
  }
  if (!expression || !replace_variables(*expression, reader_.variables())) return std::nullopt;
  lang::Scope scope;
  scope.dimension_of = [](std::string_view name) {
    return name == "d" ? std::optional(base::dimension::length) : std::nullopt;
  };
  scope.names = {"d"};
  for (const auto& [name, value] : reader_.variables()) scope.names.push_back(name);
  if (!lang::check_as(*expression, dimension, what, scope, reader_.diagnostics())) return std::nullopt;
  double reach = 0;
  for (const model::Slice& source : spec_.sources)
    for (const model::Slice& target : spec_.targets) {
      const auto &from = experiment_.populations[static_cast<std::size_t>(source.population)].positions,
                 &to = experiment_.populations[static_cast<std::size_t>(target.population)].positions;
      if (from && to) reach = std::max(reach, farthest(*from, *to));
    }
  DistanceFunction function;
  std::vector<std::pair<double, double>> sizes;  // of values, and how many pairs have about these distances
  for (int k = 0; k <= looked_at; ++k) {
    const double d = reach * k / looked_at;
    const double value = value_at(*expression, d);
    sizes.emplace_back(std::abs(value), pairs_at(d));
    if (!std::isfinite(value)) {
      reader_.error(node.place,
                    what + " is not finite at d = " + base::format_quantity(d, base::dimension::length),
                    "does it divide by 0?");
      return std::nullopt;
    }
    function.least = k == 0 ? value : std::min(function.least, value);
    function.most = k == 0 ? value : std::max(function.most, value);
  }
  function.expression = std::move(*expression);
  function.typical = median_of(std::move(sizes));
  return function;
}

// How many pairs are joined at a distance, up to a factor: as space has it, and the kernel.
double DistanceReader::pairs_at(double d) const {
  if (d > spec_.within) return 0;
  const auto& positions =
      experiment_.populations[static_cast<std::size_t>(spec_.sources.front().population)].positions;
  double pairs = spec_.probability_at ? value_at(spec_.probability_at->expression, d) : 1;
  for (std::size_t axis = 1; positions && axis < positions->extent.size(); ++axis) pairs *= d;
  return pairs;
}

std::optional<DistanceFunction> DistanceReader::function(const Node& node, const std::string& what,
                                                         const base::Dimension& dimension) {
  if (!positions_are_there(node.place)) return std::nullopt;
  return checked(parse_after_equals(node, reader_.diagnostics()), node, what, dimension);
}

bool DistanceReader::is_probability(const DistanceFunction& function, const base::Place& place) {
  if (function.least >= 0 && function.most <= 1) return true;
  const double wrong = function.least < 0 ? function.least : function.most;
  reader_.error(place, fmt::format("distance: a probability lies between 0 and 1, got {:.4g}", wrong),
                "scale the function of d, or cut it: min(1, ...)");
  return false;
}

std::optional<DistanceFunction> DistanceReader::named_kernel(const Node& node, const std::string& name,
                                                             const Node& size) {
  const auto kernel = std::ranges::find(kernels, std::string_view(name), &Kernel::name);
  const bool constant = name == "constant";
  const auto value =
      constant ? reader_.value(size, name, base::dimension::none) : positive_length(reader_, size, name);
  if (!value) return std::nullopt;
  double height = constant ? *value : 1;
  if (const Node* most = node.find("max"); most != nullptr) {
    if (constant) {
      reader_.error(most->place, "a constant kernel has no 'max'", "write 'constant: 0.3'");
      return std::nullopt;
    }
    const auto given = reader_.value(*most, "max", base::dimension::none);
    if (!given) return std::nullopt;
    height = *given;
  }
  const std::string text =
      fmt::format(fmt::runtime(kernel->text), fmt::arg("height", base::number(height)),
                  fmt::arg("size", base::format_quantity(*value, base::dimension::length)));
  return checked(lang::parse(text, node.place, reader_.diagnostics()), node, "distance",
                 base::dimension::none);
}

std::optional<DistanceFunction> DistanceReader::kernel(const Node& node, double& within) {
  if (!positions_are_there(node.place)) return std::nullopt;
  std::optional<DistanceFunction> function;
  if (node.is_scalar() && is_expression(node)) {
    function =
        checked(parse_after_equals(node, reader_.diagnostics()), node, "distance", base::dimension::none);
  } else if (node.is_map()) {
    std::vector<std::string> kinds = kernel_names();
    kinds.emplace_back("probability");
    std::vector<std::string> keys = kinds;
    keys.insert(keys.end(), {"max", "within"});
    reader_.keys(node, "distance", keys);
    int given = 0;
    for (const Entry& entry : node.entries) {
      const bool free = entry.key == "probability";
      if (free && node.find("max") != nullptr) {
        reader_.error(node.find("max")->place, "a probability of your own has no 'max'",
                      "write it as a factor");
        return std::nullopt;
      }
      if (free && !entry.value.is_scalar()) {
        reader_.error(entry.value.place, "probability is a function of d, got " + entry.value.describe(),
                      "write for example 'probability: 0.3 * exp(-d / 100 um)'");
        return std::nullopt;
      }
      if (!free && std::ranges::find(kernels, std::string_view(entry.key), &Kernel::name) == kernels.end())
        continue;
      if (++given > 1) break;
      function =
          free ? checked(is_expression(entry.value) ? parse_after_equals(entry.value, reader_.diagnostics())
                                                    : lang::parse(entry.value.text, entry.value.place,
                                                                  reader_.diagnostics(), entry.value.further),
                         entry.value, "probability", base::dimension::none)
               : named_kernel(node, entry.key, entry.value);
      if (!function) return std::nullopt;
    }
    if (given != 1) {
      reader_.error(node.place, given == 0 ? "distance has no kernel" : "distance has several kernels",
                    base::listed("write one of", kinds));
      return std::nullopt;
    }
    if (const Node* reach = node.find("within"); reach != nullptr) {
      const auto length = positive_length(reader_, *reach, "within");
      if (!length) return std::nullopt;
      within = *length;
    }
  } else {
    reader_.error(
        node.place, "distance needs a kernel, got " + node.describe(),
        "write for example {distance: {gaussian: 100 um, max: 0.3}}, or a function of the distance: "
        "{distance: \"= 0.3 * exp(-d / 100 um)\"}");
  }
  if (!function || !is_probability(*function, node.place)) return std::nullopt;
  return function;
}

}  // namespace hillock::config
