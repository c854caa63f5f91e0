// `hillock features`: spike statistics and features of action potentials, as table, CSV or JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/feature_facts.hpp"
#include "cli/feature_text.hpp"

namespace hillock::cli {
namespace {

using base::UserError;

double milliseconds(const std::string& option, const std::string& text) {
  std::string problem;
  const auto quantity = base::parse_quantity(text, &problem);
  if (!quantity)
    throw UserError(option + " " + text + ": " + problem, "write for instance " + option + " '50 ms'");
  if (quantity->dimension != base::dimension::time)
    throw UserError(option + " " + text + " is " + quantity->dimension.describe() + ", expected a time",
                    "write for instance " + option + " '50 ms'");
  return quantity->value;
}

std::int64_t neuron_index(const std::string& text) {
  const auto value = base::parse_number(base::trim(text));
  if (!value || *value < 0 || *value != std::floor(*value) || *value > 1e15)
    throw UserError("--neurons: '" + text + "' is not the index of a neuron",
                    "write for instance --neurons 0..9 or --neurons 0,5,7");
  return static_cast<std::int64_t>(*value);
}

// "0..9", "3", "0,5,10..12".
std::vector<std::int64_t> neuron_list(const std::string& text) {
  constexpr std::int64_t most = 10000000;
  std::vector<std::int64_t> neurons;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const std::size_t dots = part.find("..");
    const std::int64_t first = neuron_index(part.substr(0, dots));
    const std::int64_t last = dots == std::string::npos ? first : neuron_index(part.substr(dots + 2));
    if (last < first || last - first >= most)
      throw UserError("--neurons: '" + part + "' is not a range of neurons",
                      "write for instance --neurons 0..9");
    for (std::int64_t neuron = first; neuron <= last; ++neuron) neurons.push_back(neuron);
    begin = end + 1;
  }
  std::ranges::sort(neurons);
  neurons.erase(std::unique(neurons.begin(), neurons.end()), neurons.end());
  return neurons;
}

void add_setting(const std::string& text, analysis::Settings& settings) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos)
    throw UserError("--setting " + text + " has no value", "write for instance --setting Threshold=-10");
  analysis::set(settings, base::trim(text.substr(0, equals)), base::trim(text.substr(equals + 1)));
}

FeatureRequest request_of(const Arguments& arguments) {
  FeatureRequest request;
  request.populations = arguments.populations;
  if (!arguments.neurons.empty()) request.neurons = neuron_list(arguments.neurons);
  if (!arguments.start.empty()) request.start = milliseconds("--start", arguments.start);
  if (!arguments.stop.empty()) request.stop = milliseconds("--stop", arguments.stop);
  if (!arguments.bin.empty()) request.bin = milliseconds("--bin", arguments.bin);
  if (!(request.bin > 0))
    throw UserError("--bin " + arguments.bin + " is not positive", "write for instance --bin '5 ms'");
  for (const std::string& name : arguments.features) request.chosen.push_back(&analysis::find_feature(name));
  for (const std::string& text : arguments.feature_settings) add_setting(text, request.settings);
  return request;
}

}  // namespace

int features(const Arguments& arguments, Console& console) {
  if (arguments.list) {
    console.out(feature_list());
    return 0;
  }
  if (arguments.path.empty())
    throw UserError("hillock features needs FILE",
                    "An output file, complete or partial; see hillock features --help");
  if (arguments.csv && arguments.json)
    throw UserError("--csv and --json are given, and only one can be printed", "leave one of them out");
  const FeatureRequest request = request_of(arguments);
  const FileFacts facts = feature_facts(arguments.path, request);
  if (arguments.json)
    console.out(feature_json(facts, request).text() + "\n");
  else
    console.out(arguments.csv ? feature_csv(facts) : feature_table(facts, !request.chosen.empty()));
  return 0;
}

}  // namespace hillock::cli
