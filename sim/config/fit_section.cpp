// Reads `search: fit`.
#include "config/fit_section.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "config/fit_targets.hpp"
#include "config/sweep_section.hpp"

namespace hillock::config {

namespace {

constexpr const char* example_of_parameters =
    "write for example parameters: {populations.cell.params.g_L: {from: 2 nS, to: 40 nS, log: true}}";

class FitReader {
 public:
  FitReader(Reader& reader, const model::Experiment& experiment) : reader_(reader), experiment_(experiment) {}

  FitSpec read(const Node& search) {
    const std::vector<std::string> one{"fit"};
    if (const Entry* other = search.entry("bisection"))
      reader_.error(other->place, "'search' has both 'bisection' and 'fit'", "write a config for each");
    else
      reader_.keys(search, "'search'", one);
    const Node& fit = *search.find("fit");
    spec_.place = search.entry("fit")->place;
    if (!reader_.map(fit, "'fit'")) return spec_;
    const std::vector<std::string> keys{"parameters", "to", "runs", "tolerance", "candidates", "restarts"};
    reader_.keys(fit, "'fit'", keys);
    const Node* parameters = fit.find("parameters");
    if (parameters == nullptr)
      reader_.error(spec_.place, "'fit' needs 'parameters': what is fitted", example_of_parameters);
    else if (reader_.map(*parameters, "'parameters' of 'fit'"))
      read_parameters(*parameters);
    const Node* to = fit.find("to");
    if (to == nullptr)
      reader_.error(spec_.place, "'fit' needs 'to': what it is fitted to", example_of_targets);
    else if (reader_.map(*to, "'to'"))
      read_targets(reader_, *to, experiment_, spec_);
    read_limits(fit);
    return spec_;
  }

 private:
  void read_parameters(const Node& parameters) {
    if (parameters.entries.empty())
      reader_.error(parameters.place, "'parameters' of 'fit' names nothing", example_of_parameters);
    for (const Entry& entry : parameters.entries)
      if (reader_.map(entry.value, base::quoted(entry.key))) read_parameter(entry);
  }

  void read_parameter(const Entry& entry) {
    const std::vector<std::string> keys{"from", "to", "log"};
    reader_.keys(entry.value, base::quoted(entry.key), keys);
    const Node* from = entry.value.find("from");
    const Node* to = entry.value.find("to");
    if (from == nullptr || to == nullptr)
      return reader_.error(entry.place, base::quoted(entry.key) + " needs the bounds 'from' and 'to'",
                           example_of_parameters);
    FittedParameter parameter;
    parameter.path = entry.key;
    parameter.place = entry.place;
    const auto lower = reader_.any_quantity(*from, entry.key + ": from");
    if (!lower) return;
    const auto upper =
        reader_.quantity(*to, entry.key + ": to", Accepted({lower->dimension}, ", as its 'from'"));
    const Node* log = entry.value.find("log");
    if (log != nullptr) parameter.logarithmic = reader_.flag(*log, entry.key + ": log").value_or(false);
    if (!upper) return;
    parameter.dimension = lower->dimension;
    parameter.from = lower->value;
    parameter.to = upper->value;
    if (!(parameter.from < parameter.to))
      return reader_.error(to->place,
                           entry.key + ": 'to' must lie above 'from', " +
                               base::format_quantity(parameter.from, parameter.dimension) + ", got " +
                               base::format_quantity(parameter.to, parameter.dimension),
                           "give a range to search in");
    if (parameter.logarithmic && !(parameter.from > 0))
      return reader_.error(from->place,
                           entry.key + ": the logarithm needs bounds above 0, got " +
                               base::format_quantity(parameter.from, parameter.dimension),
                           "begin higher, or leave 'log' out");
    spec_.parameters.push_back(std::move(parameter));
  }

  void read_limits(const Node& fit) {
    const auto whole = [&](const char* key, std::int64_t least, std::int64_t most, std::int64_t& to) {
      if (const Node* node = fit.find(key)) to = reader_.whole(*node, key, least, most).value_or(to);
    };
    whole("candidates", 4, 10'000, spec_.candidates);
    whole("runs", 4, 100'000'000, spec_.runs);
    whole("restarts", 0, 20, spec_.restarts);
    if (spec_.candidates > spec_.runs)
      reader_.error(fit.find("candidates")->place,
                    "'runs', " + std::to_string(spec_.runs) +
                        ", are fewer than the candidates of one generation, " +
                        std::to_string(spec_.candidates),
                    "allow more runs");
    if (const Node* node = fit.find("tolerance"))
      spec_.tolerance = read_positive(reader_, *node, "tolerance", base::dimension::none).value_or(1);
  }

  Reader& reader_;
  const model::Experiment& experiment_;
  FitSpec spec_;
};

}  // namespace

double FittedParameter::value(double part) const {
  if (part <= 0) return from;
  if (part >= 1) return to;
  const double between = logarithmic ? between_in_logarithm(from, to, part) : from + (to - from) * part;
  return std::clamp(between, from, to);
}

std::vector<Assignment> FitSpec::at(std::span<const double> places) const {
  std::vector<Assignment> all;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const FittedParameter& parameter = parameters[i];
    const std::string text = base::format_quantity(parameter.value(places[i]), parameter.dimension);
    all.push_back({parameter.path, parameter.place, scalar(text, parameter.place)});
  }
  return all;
}

FitSpec read_fit(Reader& reader, const Node& search, const model::Experiment& experiment) {
  return FitReader(reader, experiment).read(search);
}

}  // namespace hillock::config
