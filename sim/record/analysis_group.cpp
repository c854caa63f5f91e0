// Writes what was measured of a population.
#include "record/analysis_group.hpp"

#include <map>

namespace hillock::record {
namespace {

H5::DataSet write_labelled(H5::Group& group, const engine::AnalysisValues& values) {
  H5::DataSet set;
  if (values.axis.empty()) {
    set = group.createDataSet(values.name, file_type<double>(), H5::DataSpace(H5S_SCALAR));
    set.write(values.values.data(), memory_type<double>());
  } else {
    set = write_values<double>(group, values.name, values.values);
  }
  set_text(set, "units", values.unit);
  set_text(set, "long_name", values.long_name);
  return set;
}

}  // namespace

void write_analysis(H5::Group& analysis, const engine::AnalysisTable& table) {
  H5::Group group = analysis.createGroup(table.population);
  std::map<std::string, H5::DataSet> scales;
  H5::DataSet& neuron = scales["neuron"] = write_values<std::int64_t>(group, "neuron", table.neurons);
  set_text(neuron, "long_name", "index in the population " + table.population);
  make_scale(neuron, "neuron");
  for (const engine::AnalysisValues& axis : table.axes) {
    H5::DataSet& scale = scales[axis.name] = write_labelled(group, axis);
    make_scale(scale, axis.name);
  }
  for (const engine::AnalysisValues& values : table.values) {
    H5::DataSet set = write_labelled(group, values);
    if (!values.axis.empty()) attach_scale(set, scales.at(values.axis), 0);
  }
  for (const auto& [name, value] : table.numbers) set_number<double>(group, name, value);
  if (!table.note.empty()) set_text(group, "note", table.note);
}

}  // namespace hillock::record
