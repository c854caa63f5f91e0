// Reads the config in the file, with the models in the file in the place of model files.
#include "cli/plot/origin.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/diagnostics.hpp"
#include "config/config.hpp"

namespace hillock::cli {

using base::UserError;

Origin origin_of(const PlottedRun& run, const std::string& population) {
  const auto text = run.info().texts.find("config");
  const std::string remedy = fmt::format(
      "record the current, for example record: {{{}: [I, spikes]}}, and name it with --variable I",
      population);
  if (text == run.info().texts.end())
    throw UserError(run.info().path + " does not hold the config of its run, which says the currents",
                    remedy);
  const std::filesystem::path folder = std::filesystem::absolute(run.info().path).parent_path();
  const auto models = run.info().texts.find("models");
  Origin origin;
  try {
    origin.experiment = config::load_text(
        text->second, run.info().path + "/meta/config", folder.string(),
        {{}, config::default_model_folders(), models == run.info().texts.end() ? "" : models->second});
  } catch (const UserError& error) {
    throw UserError(fmt::format("the currents cannot be taken from the config in {}: {}", run.info().path,
                                error.diagnostics().front().message),
                    remedy);
  }
  const auto& all = origin.experiment->populations;
  const auto found = std::ranges::find(all, population, &model::PopulationSpec::name);
  if (found == all.end())
    throw UserError(fmt::format("the config in {} has no population '{}'", run.info().path, population),
                    remedy);
  origin.population = static_cast<int>(found - all.begin());
  return origin;
}

}  // namespace hillock::cli
