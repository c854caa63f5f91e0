// Features of action potentials for Python: the list of them, and their values on a trace.
#include "features.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "analysis/features.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace hillock::python {

namespace {

using Numbers = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

std::span<const double> span_of(const Numbers& numbers) { return {numbers.data(), numbers.shape(0)}; }

// values[k][...] of the feature names[k]; times in ms, V in mV, I in nA or uA/cm2, or nothing.
std::vector<std::vector<double>> measure(const Numbers& time, const Numbers& V, const Numbers& I,
                                         const std::vector<std::string>& names, double stimulus_start,
                                         double stimulus_stop,
                                         const std::map<std::string, std::string>& settings) {
  const nb::gil_scoped_release released;
  std::vector<const analysis::Feature*> chosen;
  for (const std::string& name : names) chosen.push_back(&analysis::find_feature(name));
  analysis::Settings checked;
  for (const auto& [name, value] : settings) analysis::set(checked, name, value);
  return analysis::measure({span_of(time), span_of(V), stimulus_start, stimulus_stop, span_of(I)}, checked,
                           chosen);
}

}  // namespace

void bind_features(nb::module_& module) {
  nb::class_<analysis::Feature>(module, "Feature", "A feature by eFEL's name and definition.")
      .def_ro("name", &analysis::Feature::name)
      .def_ro("unit", &analysis::Feature::unit)
      .def_ro("unit_of_density", &analysis::Feature::unit_of_density,
              "the unit where the current is a density; empty where none is needed")
      .def_ro("per_spike", &analysis::Feature::per_spike, "one value per action potential, or one per trace")
      .def_ro("doc", &analysis::Feature::doc);
  module.def("feature_list", [] {
    const std::span<const analysis::Feature> all = analysis::features();
    return std::vector<analysis::Feature>(all.begin(), all.end());
  });
  module.def("measure", measure, "time"_a, "V"_a, "I"_a, "names"_a, "stimulus_start"_a, "stimulus_stop"_a,
             "settings"_a);
}

}  // namespace hillock::python
