// Reads the section `sweep` and makes its points.
#include "cli/sweep_plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "base/text.hpp"
#include "cli/data_files.hpp"
#include "cli/provenance.hpp"
#include "cli/version.hpp"
#include "sweep/fit.hpp"
#include "sweep/run_points.hpp"

namespace hillock::cli {
namespace {

namespace fs = std::filesystem;

// "amplitude=5 pA": the number of the column, and what its value must be.
void keep_only(const std::string& only, sweep::Points& points) {
  const std::size_t equals = only.find('=');
  if (equals == std::string::npos)
    throw base::UserError("--only " + base::quoted(only) + " has no '='", "write --only 'AXIS=VALUE'");
  const std::string name = only.substr(0, equals),
                    value(base::trim(std::string_view(only).substr(equals + 1)));
  const auto column = std::ranges::find(points.columns, name, &sweep::Column::name);
  if (column == points.columns.end()) {
    std::vector<std::string> names;
    for (const sweep::Column& one : points.columns) names.push_back(one.name);
    const std::string guess = base::did_you_mean(name, names);
    throw base::UserError("--only: the sweep has no parameter " + base::quoted(name),
                          guess.empty() ? base::listed("it has", names) : guess);
  }
  const auto index = static_cast<std::size_t>(column - points.columns.begin());
  std::optional<double> number;
  if (column->numeric) {
    std::string problem;
    const auto quantity = base::parse_quantity(value, &problem);
    if (!quantity) throw base::UserError("--only " + name + ": " + problem);
    if (quantity->dimension != column->dimension)
      throw base::UserError("--only " + name + " needs " + column->dimension.describe() + ", got " +
                            quantity->dimension.describe());
    number = quantity->value;
  }
  std::erase_if(points.points, [&](const sweep::Point& point) {
    const sweep::Label& label = point.labels[index];
    return number ? !(std::abs(label.number - *number) <= 1e-9 * std::abs(*number)) : label.word != value;
  });
  points.grid.clear();
  if (points.points.empty())
    throw base::UserError("--only " + base::quoted(only) + " leaves no point",
                          "take one of the values of the sweep");
}

void add_facts(const model::Experiment& experiment, engine::RunFacts& facts) {
  facts.texts["config"] = experiment.text;
  facts.texts["models"] = model_sources(experiment);
  facts.words["hillock_version"] = version;
  facts.words["cpu"] = cpu_name();
  facts.seed = experiment.simulation.seeds.front();
  facts.duration = experiment.simulation.duration;
  facts.dt = experiment.simulation.dt;
}

}  // namespace

config::Template read_template(const Arguments& arguments) {
  std::error_code problem;
  const std::string folder = fs::absolute(arguments.path, problem).parent_path().string();
  return config::Template(config::read_text(arguments.path), arguments.path, folder,
                          {arguments.settings, config::default_model_folders(), {}, true});
}

SweepPlan plan_sweep(const config::Template& config, const std::vector<std::string>& only) {
  base::Diagnostics unheard;  // the template has reported them
  const config::Variables variables = config::read_variables(config.document().find("vars"), unheard);
  const model::Experiment& experiment = config.experiment();
  SweepPlan plan;
  plan.layout = sweep::layout_of(config, *config.sweep(), plan.warnings);
  plan.points = sweep::all_points(*config.sweep(), variables, experiment.simulation.seeds.front(),
                                  sweep::taken_names(plan.layout));
  sweep::check_paths(config, plan.points, config.sweep()->after);
  if (const auto& search = config.sweep()->search)  // its path is wrong where its last value is
    config.variant(std::vector{search->at(search->to)}, config.sweep()->after);
  sweep::check_fit(config, plan.points);
  for (const std::string& one : only) keep_only(one, plan.points);
  sweep::add_points(config, *config.sweep(), plan.points, plan.layout);
  add_facts(experiment, plan.layout.facts);
  if (std::string files = data_files_text(config, plan.points); !files.empty())
    plan.layout.facts.texts["data_files"] = std::move(files);
  return plan;
}

std::string failures_text(const std::vector<record::SweepFailure>& failures) {
  constexpr std::size_t most_reasons = 10, most_points = 5;
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> reasons;
  for (const record::SweepFailure& failure : failures) {
    const auto known = std::ranges::find(reasons, failure.reason, &decltype(reasons)::value_type::first);
    if (known == reasons.end())
      reasons.push_back({failure.reason, {failure.run}});
    else
      known->second.push_back(failure.run);
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(most_reasons, reasons.size()); ++i) {
    const auto& [reason, runs] = reasons[i];
    std::vector<std::string> numbers;
    for (std::size_t k = 0; k < std::min(most_points, runs.size()); ++k)
      numbers.push_back(std::to_string(runs[k]));
    const std::string more =
        runs.size() > most_points ? fmt::format(" and {} more", runs.size() - most_points) : "";
    text += fmt::format("  {} {}{}: {}\n", runs.size() == 1 ? "point" : "points", base::join(numbers, ", "),
                        more, reason);
  }
  if (reasons.size() > most_reasons)
    text += fmt::format("  and points that failed for {} other reasons; /failures in the file has all\n",
                        reasons.size() - most_reasons);
  return text;
}

}  // namespace hillock::cli
