// Functions of two neurons, by name or as an expression, with what they come to over all pairs.
#include "config/distances.hpp"

#include <fmt/core.h>

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

using model::PairFunction;
using model::PositionSpec;

constexpr double looked_at = 1 << 18;  // pairs at which a function is looked at, about, at most
// At so many distances, of functions of the distance alone and of one or two indices too.
constexpr int distances_alone = 1024, distances_of_two = 256, distances_of_three = 64;

struct Kernel {
  const char* name;
  const char* text;  // of its size s and its height
};
constexpr std::array<Kernel, 4> kernels{{{"constant", "{height}"},
                                         {"exponential", "{height} * exp(-d / ({size}))"},
                                         {"gaussian", "{height} * exp(-(d / ({size}))^2 / 2)"},
                                         {"linear", "{height} * max(0, 1 - d / ({size}))"}}};

// The value below which half of all lies; pairs of a value and its share.
double median_of(std::vector<std::pair<double, double>> values) {
  std::ranges::sort(values);
  double all = 0, below = 0;
  for (const auto& [value, share] : values) all += share;
  for (const auto& [value, share] : values)
    if ((below += share) >= all / 2) return value;
  return 0;
}

// All indices from first to last, or so many of them, the ends included.
std::vector<double> indices(std::int64_t first, std::int64_t last, std::int64_t most) {
  const std::int64_t count = std::min(last - first + 1, most);
  std::vector<double> chosen;
  for (std::int64_t k = 0; k < count; ++k)
    chosen.push_back(static_cast<double>(count == 1 ? first : first + (last - first) * k / (count - 1)));
  return chosen;
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

bool PairFunctionReader::d_is_distance() const {
  return !reader_.variables().contains("d") || population(spec_.sources.front()).positions;
}

PairFunctionReader::Uses PairFunctionReader::uses_of(const lang::Expression& expression) const {
  Uses uses;
  for (const std::string& name : lang::names_of(expression)) {
    uses.d = uses.d || (name == "d" && d_is_distance());
    uses.source = uses.source || name == "source";
    uses.target = uses.target || name == "target";
  }
  return uses;
}

bool PairFunctionReader::takes(const Node& node) const {
  if (!node.is_scalar() || !is_expression(node)) return false;
  base::Diagnostics unread;
  const auto expression = parse_after_equals(node, unread);
  if (!expression) return false;
  const Uses uses = uses_of(*expression);
  return uses.d || uses.source || uses.target;
}

bool PairFunctionReader::positions_are_there(const base::Place& place) {
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

bool PairFunctionReader::names_are_free(const Uses& uses, const base::Place& place) {
  const auto taken = [&](bool used, const char* name, const char* meaning) {
    if (!used || !reader_.variables().contains(name)) return false;
    reader_.error(place, fmt::format("{0} is {1} here, but vars has a '{0}' too", name, meaning),
                  "give the variable another name");
    return true;
  };
  return !taken(uses.d, "d", "the distance between two neurons") &&
         !taken(uses.source, "source", "the index of the source neuron") &&
         !taken(uses.target, "target", "the index of the target neuron");
}

double PairFunctionReader::value_at(const lang::Expression& expression, const Pair& pair) {
  return lang::evaluate(expression, [&](std::string_view name) {
    return name == "d" ? pair.d : name == "source" ? pair.source : pair.target;
  });
}

// No pair is farther apart.
double PairFunctionReader::reach() const {
  double reach = 0;
  for (const model::Slice& source : spec_.sources)
    for (const model::Slice& target : spec_.targets) {
      const auto &from = population(source).positions, &to = population(target).positions;
      if (from && to) reach = std::max(reach, farthest(*from, *to));
    }
  return reach;
}

// All of them where they are not too many; none where nobody is there to be joined. Indices next to one
// another are always among them, as functions are often largest or smallest there.
std::vector<PairFunctionReader::Pair> PairFunctionReader::pairs_to_look_at(const Uses& uses) const {
  const auto ends = [](const std::vector<model::Slice>& all, bool used) {
    std::vector<model::Slice> some;
    std::ranges::copy_if(all, std::back_inserter(some),
                         [](const model::Slice& one) { return one.count() > 0; });
    if (!used && some.size() > 1) some.resize(1);  // it is the same for all
    return some;
  };
  const std::vector<model::Slice> sources = ends(spec_.sources, uses.source),
                                  targets = ends(spec_.targets, uses.target);
  const int axes = (uses.d ? 1 : 0) + (uses.source ? 1 : 0) + (uses.target ? 1 : 0);
  const int steps = axes == 3 ? distances_of_three : axes == 2 ? distances_of_two : distances_alone;
  const double farthest_apart = reach();
  std::vector<double> distances{0};
  for (int k = 1; uses.d && k <= steps; ++k) distances.push_back(farthest_apart * k / steps);
  const auto parts = static_cast<double>(std::max<std::size_t>(1, sources.size() * targets.size()));
  const double of_pairs = looked_at / parts / static_cast<double>(distances.size());
  const auto most =
      static_cast<std::int64_t>(uses.source && uses.target ? std::sqrt(of_pairs) : of_pairs) + 1;
  std::vector<Pair> pairs;
  const auto add = [&](double source, double target) {
    for (const double d : distances) pairs.push_back({d, source, target});
  };
  for (const model::Slice& from : sources)
    for (const model::Slice& to : targets) {
      const std::vector<double> ends_there =
          uses.target ? indices(to.first, to.last, most) : std::vector{0.0};
      for (const double source : uses.source ? indices(from.first, from.last, most) : std::vector{0.0}) {
        for (const double target : ends_there) add(source, target);
        for (const double target : {source - 1, source, source + 1})
          if (uses.source && uses.target && std::ssize(ends_there) < to.count() &&
              target >= static_cast<double>(to.first) && target <= static_cast<double>(to.last))
            add(source, target);
      }
    }
  return pairs;
}

std::optional<PairFunction> PairFunctionReader::checked(std::optional<lang::Expression> expression,
                                                        const Node& node, const std::string& what,
                                                        const base::Dimension& dimension) {
  if (!expression) return std::nullopt;
  const Uses uses = uses_of(*expression);
  if (!names_are_free(uses, node.place) || !replace_variables(*expression, reader_.variables()))
    return std::nullopt;
  lang::Scope scope;
  scope.dimension_of = [](std::string_view name) -> std::optional<base::Dimension> {
    if (name == "d") return base::dimension::length;
    if (name == "source" || name == "target") return base::dimension::none;
    return std::nullopt;
  };
  scope.names = {"d", "source", "target"};
  for (const auto& [name, value] : reader_.variables()) scope.names.push_back(name);
  if (!lang::check_as(*expression, dimension, what, scope, reader_.diagnostics())) return std::nullopt;
  PairFunction function;
  std::vector<std::pair<double, double>> sizes;  // of values, and how many pairs are about so far apart
  for (const Pair& pair : pairs_to_look_at(uses)) {
    const double value = value_at(*expression, pair);
    if (!std::isfinite(value)) {
      std::vector<std::string> at;
      if (uses.d) at.push_back("d = " + base::format_quantity(pair.d, base::dimension::length));
      if (uses.source) at.push_back("source = " + base::number(pair.source));
      if (uses.target) at.push_back("target = " + base::number(pair.target));
      reader_.error(node.place, what + " is not finite at " + base::join(at, ", "), "does it divide by 0?");
      return std::nullopt;
    }
    function.least = sizes.empty() ? value : std::min(function.least, value);
    function.most = sizes.empty() ? value : std::max(function.most, value);
    sizes.emplace_back(std::abs(value), pairs_at(pair));
  }
  function.expression = std::move(*expression);
  function.typical = median_of(std::move(sizes));
  return function;
}

// How many pairs are joined at a distance, up to a factor: as space has it, and the kernel.
double PairFunctionReader::pairs_at(const Pair& pair) const {
  if (pair.d > spec_.within) return 0;
  const auto& positions = population(spec_.sources.front()).positions;
  double pairs = spec_.probability_at ? value_at(spec_.probability_at->expression, pair) : 1;
  for (std::size_t axis = 1; positions && axis < positions->extent.size(); ++axis) pairs *= pair.d;
  return pairs;
}

std::optional<PairFunction> PairFunctionReader::function(const Node& node, const std::string& what,
                                                         const base::Dimension& dimension) {
  auto expression = parse_after_equals(node, reader_.diagnostics());
  if (!expression || (uses_of(*expression).d && !positions_are_there(node.place))) return std::nullopt;
  return checked(std::move(expression), node, what, dimension);
}

std::optional<PairFunction> PairFunctionReader::probability(const Node& node, const std::string& what) {
  auto found = function(node, what, base::dimension::none);
  if (found && !is_probability(*found, what, node.place)) return std::nullopt;
  return found;
}

bool PairFunctionReader::is_probability(const PairFunction& function, const std::string& what,
                                        const base::Place& place) {
  if (function.least >= 0 && function.most <= 1) return true;
  const double wrong = function.least < 0 ? function.least : function.most;
  reader_.error(place, fmt::format("{}: a probability lies between 0 and 1, got {:.4g}", what, wrong),
                lang::depends_on(function.expression, "d") ? "scale the function of d, or cut it: min(1, ...)"
                                                           : "scale the function, or cut it: min(1, ...)");
  return false;
}

std::optional<PairFunction> PairFunctionReader::named_kernel(const Node& node, const std::string& name,
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

std::optional<PairFunction> PairFunctionReader::kernel(const Node& node, double& within) {
  if (!positions_are_there(node.place)) return std::nullopt;
  std::optional<PairFunction> function;
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
  if (!function || !is_probability(*function, "distance", node.place)) return std::nullopt;
  return function;
}

}  // namespace hillock::config
