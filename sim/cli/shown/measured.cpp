// Reads the values that have the length of the list of neurons.
#include "cli/shown/measured.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hillock::cli {
namespace {

// Over axes of their own, whose length may be the number of neurons by chance.
constexpr std::array<std::string_view, 3> over_other_axes{"ISI_histogram", "autocorrelogram", "spectrum"};

}  // namespace

std::optional<MeasuredDuringRun> measured_during_run(record::RunReader& reader,
                                                     const std::string& population) {
  const auto& all = reader.info().analysis;
  const auto found = std::ranges::find(all, population, &record::AnalysisInfo::population);
  if (found == all.end()) return std::nullopt;
  MeasuredDuringRun measured;
  measured.note = found->note;
  for (const double neuron : reader.analysis(population, "neuron"))
    measured.neurons.push_back(static_cast<std::int64_t>(neuron));
  for (const record::ReportInfo::Variable& variable : found->values) {
    if (variable.shape.size() != 1 || variable.shape.front() != measured.neurons.size()) continue;
    if (std::ranges::find(over_other_axes, variable.name) != over_other_axes.end()) continue;
    measured.of_neurons.push_back(
        {variable.name, variable.unit, variable.long_name, reader.analysis(population, variable.name)});
  }
  return measured;
}

}  // namespace hillock::cli
