// A simulation that Python drives: loaded, prepared, run in slices or into a file.
#include "session.hpp"

#include <fmt/format.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "base/text.hpp"
#include "cli/check_facts.hpp"
#include "cli/free_disk.hpp"
#include "cli/profile_text.hpp"
#include "cli/provenance.hpp"
#include "config/config.hpp"
#include "engine/edges.hpp"
#include "errors.hpp"
#include "model/recordable.hpp"
#include "record/output_file.hpp"
#include "watch.hpp"

namespace nb = nanobind;

namespace hillock::python {

namespace {

using engine::RunEnd;

// An array of Python's that owns these values.
template <class T>
nb::object array_of(std::vector<T> values) {
  auto owned = std::make_unique<std::vector<T>>(std::move(values));
  const std::size_t size = owned->size();
  T* const data = owned->data();
  nb::capsule owner(owned.release(),
                    [](void* vector) noexcept { delete static_cast<std::vector<T>*>(vector); });
  return nb::ndarray<nb::numpy, T>(data, 1, &size, owner).cast();
}

void add_units(const model::Model& model, const std::string& prefix, PopulationInfo& info) {
  for (const model::Parameter& parameter : model.parameters)
    info.parameter_units[prefix + parameter.name] = parameter.dimension.unit();
}

PopulationInfo info_of(const model::PopulationSpec& spec, const program::Slots& slots) {
  PopulationInfo info{spec.name, spec.model->name, spec.size, {}, {}, {}, false};
  for (const model::Recordable& one : model::recordables(spec)) {
    const bool of_receptor = one.kind == model::RecordableKind::receptor_state;
    if (!of_receptor && one.kind != model::RecordableKind::state) continue;
    const std::string array =
        of_receptor ? spec.receptors[static_cast<std::size_t>(one.receptor)].name + "." + one.part : one.part;
    const int slot = program::Slots::find(slots.arrays, array);
    if (slot >= 0) info.states.push_back({one.name, one.dimension.unit(), one.doc, slot});
  }
  add_units(*spec.model, "", info);
  for (const model::ReceptorSpec& receptor : spec.receptors)
    add_units(*receptor.model, receptor.name + ".", info);
  return info;
}

std::vector<PopulationInfo> infos_of(const model::Experiment& experiment, engine::Simulation& simulation) {
  std::vector<PopulationInfo> infos;
  for (std::size_t p = 0; p < experiment.populations.size(); ++p)
    infos.push_back(info_of(experiment.populations[p], simulation.population(p).plan().slots));
  for (const model::RecordSpec& record : experiment.record) {
    if (!record.spikes) continue;
    infos[static_cast<std::size_t>(record.population)].spikes = true;
    infos[static_cast<std::size_t>(record.population)].spike_neurons = record.spike_neurons;
  }
  return infos;
}

}  // namespace

Session::Session(std::unique_ptr<model::Experiment> experiment)
    : experiment_(std::move(experiment)),
      prepared_(assemble::prepare(*experiment_)),
      parameters_(prepared_.layout.facts.texts.at("parameters")),
      populations_(infos_of(*experiment_, *prepared_.simulation)) {
  cli::add_facts(prepared_.layout.facts, *experiment_, prepared_, program::KernelOptions{});
}

std::uint64_t Session::next_number() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::string Session::stopped_by() const {
  const std::optional<engine::Stopped> stopped = prepared_.simulation->stopped();
  return stopped ? stopped->by : "";
}

nb::object Session::state(std::size_t population, std::size_t state) {
  busy_.refuse();
  const int slot = populations_.at(population).states.at(state).slot;
  const std::span<double> values = prepared_.simulation->population(population).array(slot);
  const std::size_t size = values.size();
  return nb::ndarray<nb::numpy, double>(values.data(), 1, &size, nb::find(*this)).cast();
}

std::vector<ConnectionInfo> Session::connections() const {
  std::vector<ConnectionInfo> infos;
  for (const model::ConnectionSpec& spec : experiment_->connections)
    infos.push_back({spec.name, spec.receptor, spec.weight.dimension.user_unit()});
  return infos;
}

std::vector<SynapseArrays> Session::synapses(const std::string& connection) {
  const Busy::Turn turn(busy_);
  std::vector<SynapseArrays> all;
  const network::Network* network = prepared_.simulation->network();
  if (network == nullptr) return all;
  for (std::size_t k = 0; k < network->plan().connections.size(); ++k) {
    const network::Connection& one = network->plan().connections[k];
    if (one.name != connection) continue;
    network::Network::Table table;
    {
      const nb::gil_scoped_release released;
      table = network->table(k);
    }
    all.push_back({populations_.at(static_cast<std::size_t>(one.wiring.sources.population)).name,
                   populations_.at(static_cast<std::size_t>(one.wiring.targets.population)).name,
                   array_of(std::move(table.sources)), array_of(std::move(table.targets)),
                   array_of(std::move(table.weights)), array_of(std::move(table.delays))});
  }
  return all;
}

// States may have been set to anything since the last slice.
void Session::check_states() const {
  for (std::size_t p = 0; p < populations_.size(); ++p) {
    for (const StateInfo& state : populations_[p].states) {
      const std::span<const double> values = prepared_.simulation->population(p).array(state.slot);
      const auto wrong = std::ranges::find_if_not(values, [](double value) { return std::isfinite(value); });
      if (wrong != values.end())
        throw base::UserError(fmt::format("{} of neuron {} of population '{}' was set to {}", state.name,
                                          wrong - values.begin(), populations_[p].name, base::number(*wrong)),
                              "set it to a finite number, in " + state.unit);
    }
  }
}

std::map<std::string, double> Session::profile_of(const engine::RunResult& result) const {
  std::vector<std::string> names;
  for (const PopulationInfo& population : populations_) names.push_back(population.name);
  return cli::profile_numbers(result.profile, names);
}

std::map<std::string, double> Session::run(std::int64_t until, Recorded& recorded, nb::object progress,
                                           bool profile) {
  const Busy::Turn turn(busy_), recording(recorded.busy());
  Watch watch(std::move(progress));
  engine::RunOptions options = watch.options();
  options.profile = profile;
  engine::RunResult result;
  {
    const nb::gil_scoped_release released;
    check_states();
    result = prepared_.simulation->run_until(until, recorded.recorder(), options);
  }
  watch.raise_if_stopped();
  return profile ? profile_of(result) : std::map<std::string, double>{};
}

SavedState Session::snapshot(Recorded& recorded) {
  const Busy::Turn turn(busy_), recording(recorded.busy());
  return {prepared_.simulation->snapshot(), recorded.mark(), number_};
}

void Session::restore(const SavedState& state, Recorded& recorded) {
  const Busy::Turn turn(busy_), recording(recorded.busy());
  if (state.session != number_)
    throw base::UserError("this snapshot is of another simulation", "take one of this simulation");
  prepared_.simulation->restore(state.snapshot);
  recorded.go_back(state.recorded);
}

void Session::write_run(record::RunWriter& writer, const engine::RunOptions& options, const Watch& watch,
                        std::map<std::string, double> numbers) {
  const auto begin = std::chrono::steady_clock::now();
  const auto add = [&] {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const double model_seconds = prepared_.simulation->time() / 1000;
    numbers["wall_simulate_s"] = seconds;
    numbers["real_time_factor"] = model_seconds > 0 ? seconds / model_seconds : 0;
    numbers["peak_rss_bytes"] = cli::peak_memory_bytes();
    numbers["threads"] = prepared_.simulation->threads();
  };
  assemble::AnalysingRecorder recorder(writer, prepared_.analysis);
  const auto write_analysis = [&] {
    for (engine::AnalysisTable& table : recorder.analysis().tables(prepared_.simulation->time()))
      writer.write(std::move(table));
  };
  try {
    engine::hand_over_edges(prepared_.simulation->network(), prepared_.layout.edges,
                            prepared_.simulation->grid().dt, options.stop,
                            [&](engine::EdgeBlock block) { writer.write(std::move(block)); });
    const engine::RunResult result = prepared_.simulation->run(recorder, options);
    add();
    if (options.profile) numbers.merge(profile_of(result));
    write_analysis();
    const std::string reason = result.end == RunEnd::complete ? stopped_by() : watch.reason();
    writer.finish(result.end, prepared_.simulation->time(), reason, numbers);
  } catch (const base::NumericsError& error) {
    add();
    write_analysis();
    writer.finish(RunEnd::failed, prepared_.simulation->time(), error.what(), numbers);
    throw;
  }
}

void Session::run_to_file(const std::string& path, bool replace, nb::object progress, bool profile) {
  const Busy::Turn turn(busy_);
  Watch watch(std::move(progress));
  engine::RunOptions options = watch.options();
  options.profile = profile;
  {
    const nb::gil_scoped_release released;
    cli::check_free_disk(path, prepared_.estimate.file_bytes);
    record::RunWriter writer(path, replace, prepared_.layout);
    const double build = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    write_run(writer, options, watch, {{"wall_build_s", build}});
  }
  watch.raise_if_stopped();
}

namespace {

using Words = std::vector<std::string>;

void bind_infos(nb::module_& module) {
  nb::class_<StateInfo>(module, "StateInfo", "A state of neurons or receptors.")
      .def_ro("name", &StateInfo::name)
      .def_ro("unit", &StateInfo::unit)
      .def_ro("doc", &StateInfo::doc);
  nb::class_<PopulationInfo>(module, "PopulationInfo", "What is known of a population.")
      .def_ro("name", &PopulationInfo::name)
      .def_ro("model", &PopulationInfo::model)
      .def_ro("size", &PopulationInfo::size)
      .def_ro("states", &PopulationInfo::states)
      .def_ro("parameter_units", &PopulationInfo::parameter_units)
      .def_ro("spikes", &PopulationInfo::spikes)
      .def_ro("spike_neurons", &PopulationInfo::spike_neurons);
}

void bind_connections(nb::module_& module) {
  nb::class_<ConnectionInfo>(module, "ConnectionInfo", "A connection of the config.")
      .def_ro("name", &ConnectionInfo::name)
      .def_ro("receptor", &ConnectionInfo::receptor)
      .def_ro("unit", &ConnectionInfo::unit);
  nb::class_<SynapseArrays>(module, "SynapseArrays", "Synapses of one source and one target.")
      .def_ro("source", &SynapseArrays::source)
      .def_ro("target", &SynapseArrays::target)
      .def_prop_ro(
          "sources", [](const SynapseArrays& self) { return self.sources; },
          nb::sig("def sources(self) -> numpy.typing.NDArray[typing.Any]"))
      .def_prop_ro(
          "targets", [](const SynapseArrays& self) { return self.targets; },
          nb::sig("def targets(self) -> numpy.typing.NDArray[typing.Any]"))
      .def_prop_ro(
          "weights", [](const SynapseArrays& self) { return self.weights; },
          nb::sig("def weights(self) -> numpy.typing.NDArray[typing.Any]"))
      .def_prop_ro(
          "delays", [](const SynapseArrays& self) { return self.delays; },
          nb::sig("def delays(self) -> numpy.typing.NDArray[typing.Any]"));
}

std::unique_ptr<Session> load(const std::string& path, const Words& settings, const Words& folders) {
  const nb::gil_scoped_release released;
  return std::make_unique<Session>(config::load(path, {settings, folders}));
}

std::unique_ptr<Session> load_text(const std::string& text, const std::string& name,
                                   const std::string& folder, const Words& settings, const Words& folders) {
  const nb::gil_scoped_release released;
  return std::make_unique<Session>(config::load_text(text, name, folder, {settings, folders}));
}

}  // namespace

void bind_session(nb::module_& module) {
  bind_infos(module);
  bind_connections(module);
  nb::class_<SavedState>(module, "SavedState", "The state of a simulation between two slices.")
      .def_prop_ro("step", [](const SavedState& self) { return self.snapshot.step; });
  nb::class_<Session>(module, "Session", "A prepared simulation.")
      .def_prop_ro("populations", &Session::populations)
      .def_prop_ro("parameters", &Session::parameters, "resolved values as YAML, in internal units")
      .def_prop_ro("name", [](const Session& self) { return self.experiment().name; })
      .def_prop_ro("notes", [](const Session& self) { return self.experiment().notes; })
      .def_prop_ro(
          "warnings",
          [](const Session& self) { return findings(cli::warnings_of(self.experiment(), self.prepared())); },
          nb::sig("def warnings(self) -> tuple[typing.Any, ...]"))
      .def_prop_ro("step", &Session::step)
      .def_prop_ro("steps", &Session::steps)
      .def_prop_ro("stopped_by", &Session::stopped_by, "the condition that has ended the run, or nothing")
      .def_prop_ro(
          "dt", [](const Session& self) { return self.experiment().simulation.dt; }, "ms")
      .def_prop_ro(
          "facts",
          [](const Session& self) { return cli::check_facts(self.experiment(), self.prepared()).text(); },
          "what `hillock check --json` prints")
      .def(
          "recorded",
          [](const Session& self, bool reserve) {
            return std::make_unique<Recorded>(self.prepared().layout, self.prepared().analysis, reserve);
          },
          nb::arg("reserve"), "Room for what a run records.")
      .def("state", &Session::state, nb::arg("population"), nb::arg("state"),
           nb::sig("def state(self, population: int, state: int) -> numpy.typing.NDArray[typing.Any]"))
      .def_prop_ro("connections", &Session::connections)
      .def("synapses", &Session::synapses, nb::arg("connection"))
      .def("run", &Session::run, nb::arg("until"), nb::arg("recorded"), nb::arg("progress").none(),
           nb::arg("profile"),
           "Runs to the step `until`; progress(step, steps) is called about ten times a second.")
      .def("snapshot", &Session::snapshot, nb::arg("recorded"))
      .def("restore", &Session::restore, nb::arg("state"), nb::arg("recorded"))
      .def("run_to_file", &Session::run_to_file, nb::arg("path"), nb::arg("replace"),
           nb::arg("progress").none(), nb::arg("profile"));
  module.def("load", load, nb::arg("path"), nb::arg("settings"), nb::arg("model_folders"));
  module.def("load_text", load_text, nb::arg("text"), nb::arg("name"), nb::arg("folder"), nb::arg("settings"),
             nb::arg("model_folders"));
  module.def(
      "check_output", [](const std::string& path, bool force) { record::check_output(path, true, force); },
      nb::arg("path"), nb::arg("force"));
}

}  // namespace hillock::python
