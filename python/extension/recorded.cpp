// What a run has recorded in memory, for NumPy to look at without copying.
#include "recorded.hpp"

#include <fmt/format.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <unistd.h>

#include <initializer_list>
#include <stdexcept>

#include "base/diagnostics.hpp"
#include "cli/console.hpp"

namespace nb = nanobind;

namespace hillock::python {

namespace {

void check_memory(const engine::RunLayout& layout) {
  const double needed = engine::MemoryRecorder::bytes_planned(layout);
  const double there =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  if (needed > there)
    throw base::ResourceError(
        fmt::format("what is recorded would take {} of memory, {} are there; write it to a file with out=, "
                    "or record fewer neurons or variables, or with a longer 'every'",
                    cli::human_bytes(needed), cli::human_bytes(there)));
}

template <class Number>
nb::object array(const void* data, std::initializer_list<std::size_t> shape, nb::handle owner) {
  return nb::ndarray<nb::numpy, const Number>(data, shape.size(), shape.begin(), owner).cast();
}

}  // namespace

Busy::Turn::Turn(Busy& busy) : busy_(busy) {
  if (busy_.now_.exchange(true)) throw std::runtime_error("the simulation runs in another thread");
}

void Busy::refuse() const {
  if (now_) throw std::runtime_error("the simulation runs in another thread");
}

Recorded::Recorded(const engine::RunLayout& layout, const std::vector<assemble::AnalysisPlan>& analysis,
                   bool reserve)
    : layout_(layout),
      memory_((reserve ? check_memory(layout) : void(), layout), reserve),
      analysing_(memory_, analysis) {}

std::vector<engine::AnalysisTable> Recorded::analysis() const {
  busy_.refuse();
  const nb::gil_scoped_release released;
  return analysing_.analysis().tables(memory_.time());
}

template <class Number>
nb::object Recorded::view(const engine::Column& column) const {
  return array<Number>(column.data(), {static_cast<std::size_t>(column.rows())}, nb::find(*this));
}

nb::object Recorded::times(std::size_t report) const {
  busy_.refuse();
  return view<double>(memory_.times(report));
}

nb::object Recorded::neurons(std::size_t report) const {
  const std::vector<std::int64_t>& neurons = layout_.reports.at(report).neurons;
  return array<std::int64_t>(neurons.data(), {neurons.size()}, nb::find(*this));
}

nb::object Recorded::values(std::size_t report, std::size_t variable) const {
  busy_.refuse();
  const engine::ReportLayout& layout = layout_.reports.at(report);
  const engine::Column& column = memory_.variable(report, variable);
  if (layout.pooled()) return layout.float64 ? view<double>(column) : view<float>(column);
  const auto frames = static_cast<std::size_t>(column.rows());
  const auto neurons = static_cast<std::size_t>(layout.values_per_frame());
  return layout.float64 ? array<double>(column.data(), {frames, neurons}, nb::find(*this))
                        : array<float>(column.data(), {frames, neurons}, nb::find(*this));
}

nb::object Recorded::spike_times(std::size_t spikes) const {
  busy_.refuse();
  return view<double>(memory_.spike_times(spikes));
}

nb::object Recorded::spike_neurons(std::size_t spikes) const {
  busy_.refuse();
  return view<std::uint64_t>(memory_.spike_neurons(spikes));
}

nb::object Recorded::snippet_times(std::size_t snippets) const {
  busy_.refuse();
  return view<double>(memory_.snippets(snippets).times);
}

nb::object Recorded::snippet_samples(std::size_t snippets) const {
  busy_.refuse();
  return view<double>(memory_.snippets(snippets).sampled_at);
}

nb::object Recorded::snippet_neurons(std::size_t snippets) const {
  busy_.refuse();
  return view<std::uint64_t>(memory_.snippets(snippets).neurons);
}

nb::object Recorded::snippet_offsets(std::size_t snippets) const {
  const std::vector<double>& offsets = layout_.snippets.at(snippets).offsets;
  return array<double>(offsets.data(), {offsets.size()}, nb::find(*this));
}

nb::object Recorded::snippet_values(std::size_t snippets, std::size_t variable) const {
  busy_.refuse();
  const engine::SnippetLayout& layout = layout_.snippets.at(snippets);
  const engine::Column& column = memory_.snippets(snippets).variables.at(variable);
  const auto spikes = static_cast<std::size_t>(column.rows());
  const std::size_t samples = layout.offsets.size();
  return layout.float64 ? array<double>(column.data(), {spikes, samples}, nb::find(*this))
                        : array<float>(column.data(), {spikes, samples}, nb::find(*this));
}

std::pair<std::int64_t, std::int64_t> Recorded::snippets_left_out(std::size_t snippets) const {
  busy_.refuse();
  const engine::MemoryRecorder::Snippets& found = memory_.snippets(snippets);
  return {found.left_out_at_start, found.left_out_at_end};
}

nb::object Recorded::weight_times(std::size_t weights) const {
  busy_.refuse();
  return view<double>(memory_.weights(weights).frames.times);
}

nb::object Recorded::weight_values(std::size_t weights) const {
  busy_.refuse();
  const engine::MemoryRecorder::Weights& found = memory_.weights(weights);
  const engine::Column& column = found.frames.variables.front();
  const auto frames = static_cast<std::size_t>(column.rows());
  const std::size_t synapses = found.sources.size();
  return found.frames.float64 ? array<double>(column.data(), {frames, synapses}, nb::find(*this))
                              : array<float>(column.data(), {frames, synapses}, nb::find(*this));
}

nb::object Recorded::weight_sources(std::size_t weights) const {
  busy_.refuse();
  const std::vector<std::uint64_t>& sources = memory_.weights(weights).sources;
  return array<std::uint64_t>(sources.data(), {sources.size()}, nb::find(*this));
}

nb::object Recorded::weight_targets(std::size_t weights) const {
  busy_.refuse();
  const std::vector<std::uint64_t>& targets = memory_.weights(weights).targets;
  return array<std::uint64_t>(targets.data(), {targets.size()}, nb::find(*this));
}

namespace {

nb::object copy_of(const std::vector<double>& values) {
  const std::size_t size = values.size();
  return nb::cast(nb::ndarray<nb::numpy, const double>(values.data(), 1, &size), nb::rv_policy::copy);
}

void bind_analysis(nb::module_& module) {
  nb::class_<engine::AnalysisValues>(module, "AnalysisValues", "A quantity that was measured during a run.")
      .def_ro("name", &engine::AnalysisValues::name)
      .def_ro("unit", &engine::AnalysisValues::unit)
      .def_ro("long_name", &engine::AnalysisValues::long_name)
      .def_ro("axis", &engine::AnalysisValues::axis,
              "neuron, the name of an axis, or nothing: a single value")
      .def_prop_ro(
          "values", [](const engine::AnalysisValues& self) { return copy_of(self.values); },
          nb::sig("def values(self) -> numpy.typing.NDArray[typing.Any]"));
  nb::class_<engine::AnalysisTable>(module, "AnalysisTable",
                                    "What was measured of a population during a run.")
      .def_ro("population", &engine::AnalysisTable::population)
      .def_ro("neurons", &engine::AnalysisTable::neurons)
      .def_ro("axes", &engine::AnalysisTable::axes)
      .def_ro("values", &engine::AnalysisTable::values)
      .def_ro("numbers", &engine::AnalysisTable::numbers)
      .def_ro("note", &engine::AnalysisTable::note);
}

void bind_snippets(nb::class_<Recorded>& recorded) {
  recorded.def_prop_ro("around_spikes", [](const Recorded& self) { return self.layout().snippets; })
      .def("snippet_times", &Recorded::snippet_times, nb::arg("snippets"),
           nb::sig("def snippet_times(self, snippets: int) -> numpy.typing.NDArray[typing.Any]"))
      .def("snippet_samples", &Recorded::snippet_samples, nb::arg("snippets"),
           nb::sig("def snippet_samples(self, snippets: int) -> numpy.typing.NDArray[typing.Any]"))
      .def("snippet_neurons", &Recorded::snippet_neurons, nb::arg("snippets"),
           nb::sig("def snippet_neurons(self, snippets: int) -> numpy.typing.NDArray[typing.Any]"))
      .def("snippet_offsets", &Recorded::snippet_offsets, nb::arg("snippets"),
           nb::sig("def snippet_offsets(self, snippets: int) -> numpy.typing.NDArray[typing.Any]"))
      .def("snippet_values", &Recorded::snippet_values, nb::arg("snippets"), nb::arg("variable"),
           nb::sig("def snippet_values(self, snippets: int, variable: int) -> "
                   "numpy.typing.NDArray[typing.Any]"))
      .def("snippets_left_out", &Recorded::snippets_left_out, nb::arg("snippets"),
           "Spikes whose window reaches over the start, and over the end, of the run so far.");
}

void bind_weights(nb::module_& module, nb::class_<Recorded>& recorded) {
  using Layout = engine::WeightLayout;
  nb::class_<Layout>(module, "WeightLayout", "Weights of a connection between two populations over time.")
      .def_prop_ro("group", [](const Layout& self) { return self.edges.group; })
      .def_prop_ro("connection", [](const Layout& self) { return self.edges.connection; })
      .def_prop_ro("source", [](const Layout& self) { return self.edges.source.name; })
      .def_prop_ro("target", [](const Layout& self) { return self.edges.target.name; })
      .def_prop_ro("unit", [](const Layout& self) { return self.edges.weight_unit; })
      .def_ro("interval", &Layout::interval, "ms between frames");
  recorded.def_prop_ro("weights", [](const Recorded& self) { return self.layout().weights; })
      .def("weight_times", &Recorded::weight_times, nb::arg("weights"),
           nb::sig("def weight_times(self, weights: int) -> numpy.typing.NDArray[typing.Any]"))
      .def("weight_values", &Recorded::weight_values, nb::arg("weights"),
           nb::sig("def weight_values(self, weights: int) -> numpy.typing.NDArray[typing.Any]"))
      .def("weight_sources", &Recorded::weight_sources, nb::arg("weights"),
           nb::sig("def weight_sources(self, weights: int) -> numpy.typing.NDArray[typing.Any]"))
      .def("weight_targets", &Recorded::weight_targets, nb::arg("weights"),
           nb::sig("def weight_targets(self, weights: int) -> numpy.typing.NDArray[typing.Any]"));
}

}  // namespace

void bind_recorded(nb::module_& module) {
  bind_analysis(module);
  nb::class_<engine::ReportVariable>(module, "ReportVariable", "One variable of a report.")
      .def_ro("name", &engine::ReportVariable::name)
      .def_ro("unit", &engine::ReportVariable::unit)
      .def_ro("long_name", &engine::ReportVariable::long_name);
  nb::class_<engine::ReportLayout>(module, "ReportLayout", "Variables of the same neurons at the same times.")
      .def_ro("group", &engine::ReportLayout::group)
      .def_ro("population", &engine::ReportLayout::population)
      .def_ro("variables", &engine::ReportLayout::variables)
      .def_prop_ro("pooled", &engine::ReportLayout::pooled)
      .def_ro("interval", &engine::ReportLayout::interval, "ms between frames")
      .def_ro("stimulus_start", &engine::ReportLayout::stimulus_start, "ms")
      .def_ro("stimulus_stop", &engine::ReportLayout::stimulus_stop, "ms");
  nb::class_<engine::NodeLayout>(module, "NodeLayout", "Where the neurons of a population are.")
      .def_ro("population", &engine::NodeLayout::population)
      .def_ro("axes", &engine::NodeLayout::axes, "um: [axis][neuron]");
  nb::class_<engine::SnippetLayout>(module, "SnippetLayout",
                                    "Variables of the same neurons in the same window around their spikes.")
      .def_ro("group", &engine::SnippetLayout::group)
      .def_ro("population", &engine::SnippetLayout::population)
      .def_ro("variables", &engine::SnippetLayout::variables);
  nb::class_<Recorded> recorded(module, "Recorded",
                                "What a run has recorded in memory. Arrays are views, read-only.");
  bind_snippets(recorded);
  bind_weights(module, recorded);
  recorded.def_prop_ro("nodes", [](const Recorded& self) { return self.layout().nodes; })
      .def_prop_ro("reports", [](const Recorded& self) { return self.layout().reports; })
      .def_prop_ro(
          "spikes",
          [](const Recorded& self) {
            std::vector<std::string> populations;
            for (const engine::SpikeLayout& one : self.layout().spikes) populations.push_back(one.population);
            return populations;
          },
          "populations whose spikes are recorded")
      .def_prop_ro("texts", [](const Recorded& self) { return self.layout().facts.texts; })
      .def_prop_ro("words", [](const Recorded& self) { return self.layout().facts.words; })
      .def_prop_ro("seed", [](const Recorded& self) { return self.layout().facts.seed; })
      .def_prop_ro(
          "duration", [](const Recorded& self) { return self.layout().facts.duration; }, "ms")
      .def_prop_ro(
          "dt", [](const Recorded& self) { return self.layout().facts.dt; }, "ms")
      .def_prop_ro("time", &Recorded::time, "ms: everything before it is here")
      .def_prop_ro(
          "analysed",
          [](const Recorded& self) {
            std::vector<std::string> populations;
            for (const assemble::AnalysisPlan& one : self.plans()) populations.push_back(one.population);
            return populations;
          },
          "populations of which something is measured during the run")
      .def("analysis", &Recorded::analysis, "What was measured of each of them so far.")
      .def("times", &Recorded::times, nb::arg("report"),
           nb::sig("def times(self, report: int) -> numpy.typing.NDArray[typing.Any]"))
      .def("neurons", &Recorded::neurons, nb::arg("report"),
           nb::sig("def neurons(self, report: int) -> numpy.typing.NDArray[typing.Any]"))
      .def("values", &Recorded::values, nb::arg("report"), nb::arg("variable"),
           nb::sig("def values(self, report: int, variable: int) -> numpy.typing.NDArray[typing.Any]"))
      .def("spike_times", &Recorded::spike_times, nb::arg("spikes"),
           nb::sig("def spike_times(self, spikes: int) -> numpy.typing.NDArray[typing.Any]"))
      .def("spike_neurons", &Recorded::spike_neurons, nb::arg("spikes"),
           nb::sig("def spike_neurons(self, spikes: int) -> numpy.typing.NDArray[typing.Any]"));
}

}  // namespace hillock::python
