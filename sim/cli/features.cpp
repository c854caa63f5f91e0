// `hillock features`: spike statistics and features of action potentials, as table, CSV or JSON.
#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/feature_facts.hpp"
#include "cli/feature_text.hpp"
#include "cli/option_values.hpp"
#include "record/sweep_file.hpp"

namespace hillock::cli {
namespace {

using base::UserError;

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
  if (record::is_sweep(arguments.path))
    throw UserError(
        arguments.path + " is of a sweep: its points were measured while they ran",
        "hillock info lists the measures, the section 'analysis' of the config says which are taken");
  const FeatureRequest request = request_of(arguments);
  const FileFacts facts = feature_facts(arguments.path, request);
  for (const std::string& sentence : facts.left_out) console.message(sentence + "\n");
  if (arguments.json)
    console.out(feature_json(facts, request).text() + "\n");
  else
    console.out(arguments.csv ? feature_csv(facts) : feature_table(facts, !request.chosen.empty()));
  return 0;
}

}  // namespace hillock::cli
