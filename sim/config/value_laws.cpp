// Values per neuron, and what their laws must hold.
#include "config/value_laws.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "config/paths.hpp"

namespace hillock::config {
namespace {

using model::Law;
using model::Values;

struct LawWord {
  std::string_view word;
  Law law;
  std::string_view first, second;  // what its numbers are
};

constexpr std::array<LawWord, 5> laws{{{"linspace", Law::linspace, "first", "last"},
                                       {"uniform", Law::uniform, "lower end", "upper end"},
                                       {"normal", Law::normal, "mean", "standard deviation"},
                                       {"lognormal", Law::lognormal, "median", "sigma"},
                                       {"exponential", Law::exponential, "mean", ""}}};

constexpr std::string_view all_forms =
    "a value, a list, {linspace: [a, b]}, {uniform: [a, b]}, {normal: [mean, sd]}, {lognormal: [median, "
    "sigma]}, {exponential: mean} or {file: PATH, dataset: NAME, unit: UNIT}";

const LawWord* law_of(const Node& map) {
  for (const LawWord& law : laws)
    if (map.find(law.word) != nullptr) return &law;
  return nullptr;
}

class ValuesReader {
 public:
  ValuesReader(Reader& reader, std::string_view what, const Accepted& accepted, const ValueContext& context)
      : reader_(reader), what_(what), accepted_(accepted), context_(context) {}

  std::optional<Values> read(const Node& node) {
    values_.place = node.place;
    bool fine = false;
    if (node.is_map())
      fine = read_map(node);
    else if (node.is_sequence())
      fine = read_items(node, what_, Law::list) && check_count(node);
    else
      fine = add(node, what_);
    return fine ? std::optional<Values>(values_) : std::nullopt;
  }

  std::optional<Values> read_plain_list(const Node& node) {
    values_.place = node.place;
    values_.law = Law::list;
    const bool fine = node.is_sequence() ? read_items(node, what_, Law::list) : add(node, what_);
    return fine ? std::optional<Values>(values_) : std::nullopt;
  }

 private:
  bool fail(const base::Place& place, const std::string& message, std::string remedy = {}) {
    reader_.error(place, what_ + message, std::move(remedy));
    return false;
  }

  // One number; the first one decides among the accepted dimensions.
  bool add(const Node& node, std::string_view what) {
    const Accepted same({values_.dimension}, ", as its first value");
    const std::optional<base::Quantity> found =
        reader_.quantity(node, what, have_dimension_ ? same : accepted_);
    if (!found) return false;
    values_.dimension = found->dimension;
    have_dimension_ = true;
    values_.numbers.push_back(found->value);
    return true;
  }

  bool read_items(const Node& node, std::string_view what, Law law) {
    values_.law = law;
    bool fine = true;
    for (const Node& item : node.items) fine = add(item, what) && fine;
    return fine;
  }

  bool check_count(const Node& node) {
    const auto given = static_cast<std::int64_t>(node.items.size());
    if (given == context_.neurons) return true;
    return fail(node.place,
                " has " + std::to_string(given) + (given == 1 ? " value" : " values") + " for " +
                    std::to_string(context_.neurons) + " " + context_.of,
                "give one value for all, or one for each");
  }

  bool read_map(const Node& node) {
    const bool in_file = !context_.file.empty() && (node.find("column") || node.find("dataset"));
    if (node.find("file") != nullptr || in_file) return read_file(node);
    const LawWord* law = law_of(node);
    if (law == nullptr)
      return fail(node.place, " must be " + std::string(all_forms) + ", got a map" +
                                  (node.entries.empty() ? "" : " with " + base::quoted(node.entries[0].key)));
    const std::vector<std::string> keys{std::string(law->word), "min", "max"};
    const std::size_t problems = reader_.diagnostics().all().size();
    reader_.keys(node, "a value by '" + std::string(law->word) + "'", keys);
    return read_numbers(*law, *node.find(law->word)) && read_bounds(*law, node) &&
           reader_.diagnostics().all().size() == problems;
  }

  bool read_numbers(const LawWord& law, const Node& node) {
    values_.law = law.law;
    if (law.second.empty()) return add(node, what_) && check_law(node);
    if (!node.is_sequence() || node.items.size() != 2)
      return fail(node.place, ": '" + std::string(law.word) + "' must be a list of two, [" +
                                  std::string(law.first) + ", " + std::string(law.second) + "], got " +
                                  (node.is_sequence() ? "a list of " + std::to_string(node.items.size())
                                                      : node.describe()));
    if (!add(node.items[0], what_)) return false;
    if (law.law != Law::lognormal) return add(node.items[1], what_) && check_law(node);
    const std::optional<double> sigma =
        reader_.value(node.items[1], what_ + ": sigma", base::dimension::none);
    if (!sigma) return false;
    values_.numbers.push_back(*sigma);
    return check_law(node);
  }

  bool check_law(const Node& node) {
    const std::vector<double>& n = values_.numbers;
    const auto shown = [&](double value) { return base::format_quantity(value, values_.dimension); };
    if (values_.law == Law::uniform && n[0] > n[1])
      return fail(node.place,
                  ": 'uniform' from " + shown(n[0]) + " to " + shown(n[1]) + " ends before it begins",
                  "write the smaller value first");
    if (values_.law == Law::normal && n[1] < 0)
      return fail(node.place, ": the standard deviation must not be negative, got " + shown(n[1]));
    if (values_.law == Law::lognormal && n[0] <= 0)
      return fail(node.place, ": the median of 'lognormal' must be positive, got " + shown(n[0]));
    if (values_.law == Law::lognormal && n[1] < 0)
      return fail(node.place, ": sigma of 'lognormal' must not be negative, got " + base::number(n[1]));
    if (values_.law == Law::exponential && n[0] <= 0)
      return fail(node.place, ": the mean of 'exponential' must be positive, got " + shown(n[0]));
    return true;
  }

  bool read_bounds(const LawWord& law, const Node& node) {
    const Node* min = node.find("min");
    const Node* max = node.find("max");
    if (min == nullptr && max == nullptr) return true;
    if (values_.law == Law::linspace)
      return fail((min != nullptr ? min : max)->place,
                  ": 'linspace' is not drawn, so it takes no 'min' or 'max'");
    const Accepted same({values_.dimension}, fmt::format(", as its '{}'", law.word));
    if (min != nullptr && !bound(*min, "min", same, values_.lower)) return false;
    if (max != nullptr && !bound(*max, "max", same, values_.upper)) return false;
    if (values_.lower < values_.upper) return true;
    return fail(node.place, ": 'min' must be below 'max', got " +
                                base::format_quantity(values_.lower, values_.dimension) + " and " +
                                base::format_quantity(values_.upper, values_.dimension));
  }

  bool bound(const Node& node, std::string_view word, const Accepted& same, double& to) {
    const std::optional<base::Quantity> found =
        reader_.quantity(node, what_ + ": " + std::string(word), same);
    if (found) to = found->value;
    return found.has_value();
  }

  bool read_file(const Node& node) {
    values_.law = Law::file;
    const Node* file = node.find("file");
    std::vector<std::string> keys{"dataset", "column", "unit"};
    if (file != nullptr) keys.insert(keys.begin(), "file");
    const std::size_t problems = reader_.diagnostics().all().size();
    reader_.keys(node, "values from a file", keys);
    values_.file = context_.file;
    if (file != nullptr)
      if (const std::optional<std::string> path = reader_.word(*file, what_ + ": file"))
        values_.file = data_file(*path, context_.folder, file->place, reader_.diagnostics()).value_or("");
    const Node* dataset = node.find("dataset");
    const Node* column = node.find("column");
    if ((dataset == nullptr) == (column == nullptr))
      return fail(
          node.place, " from a file needs either 'dataset' (HDF5) or 'column' (CSV)",
          file == nullptr ? "name one of them" : "write for example {file: values.csv, column: V, unit: mV}");
    values_.dataset = reader_.word(dataset != nullptr ? *dataset : *column, what_).value_or("");
    return read_unit(node) && reader_.diagnostics().all().size() == problems;
  }

  bool read_unit(const Node& node) {
    const Node* unit = node.find("unit");
    if (unit == nullptr && !context_.unit_of_dataset.empty() && node.find("dataset") != nullptr)
      return take_unit(*base::parse_unit(context_.unit_of_dataset), node);
    const bool plain = std::find(accepted_.dimensions.begin(), accepted_.dimensions.end(),
                                 base::dimension::none) != accepted_.dimensions.end();
    if (unit == nullptr) {
      values_.dimension = base::dimension::none;
      return plain || fail(node.place, " from a file needs 'unit', the unit of its numbers",
                           "write for example unit: " + accepted_.example_unit());
    }
    std::string problem;
    const std::optional<base::Unit> parsed =
        unit->is_scalar() ? base::parse_unit(unit->text, &problem) : std::nullopt;
    if (!parsed)
      return fail(unit->place,
                  ": " + (problem.empty() ? "'unit' must be a unit, got " + unit->describe() : problem));
    return take_unit(*parsed, *unit);
  }

  bool take_unit(const base::Unit& unit, const Node& node) {
    if (std::find(accepted_.dimensions.begin(), accepted_.dimensions.end(), unit.dimension) ==
        accepted_.dimensions.end())
      return fail(node.place, " needs " + accepted_.describe() + ", got " + unit.dimension.describe());
    const std::optional<double> scale =
        base::to_internal("1", base::Unit{unit.dimension, unit.power_of_ten, false});
    if (!scale || unit.celsius)
      return fail(node.place, ": the unit " + node.describe() + " cannot be used for a file",
                  "write its numbers in K");
    values_.file_scale = *scale;
    values_.dimension = unit.dimension;
    return true;
  }

  Reader& reader_;
  std::string what_;
  const Accepted& accepted_;
  const ValueContext& context_;
  Values values_;
  bool have_dimension_ = false;
};

}  // namespace

bool is_law(const Node& node) {
  return node.is_map() && (node.find("file") != nullptr || law_of(node) != nullptr);
}

std::optional<Values> read_values(Reader& reader, const Node& node, std::string_view what,
                                  const Accepted& accepted, const ValueContext& context) {
  return ValuesReader(reader, what, accepted, context).read(node);
}

std::optional<Values> read_list(Reader& reader, const Node& node, std::string_view what,
                                const Accepted& accepted) {
  return ValuesReader(reader, what, accepted, {}).read_plain_list(node);
}

}  // namespace hillock::config
