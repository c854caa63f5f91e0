// What `hillock sweep` does, with Python's signals and Python's progress.
#include "sweep.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/wall_time.hpp"
#include "cli/provenance.hpp"
#include "cli/version.hpp"
#include "config/config.hpp"
#include "config/sweep_section.hpp"
#include "errors.hpp"
#include "record/output_file.hpp"
#include "record/sweep_file.hpp"
#include "sweep/run_points.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace hillock::python {
namespace {

using Words = std::vector<std::string>;

// Runs the points in a thread of their own, while this one asks Python ten times a second for signals, and
// tells it how far they are. What Python raises stops the points that run, and is raised when they have
// ended.
class PointWatch {
 public:
  explicit PointWatch(nb::object progress) : progress_(std::move(progress)) {}

  // Calls work(options) without the interpreter's lock. Throws what it throws, or what Python raised.
  template <class Work>
  void run(int threads, Work work) {
    sweep::RunOptions options;
    options.threads = threads;
    options.stop = &stop_;
    options.progress = [this](const sweep::Progress& progress) { done_ = progress.done; };
    std::packaged_task<void()> task([&] { work(options); });
    std::future<void> end = task.get_future();
    std::jthread worker(std::move(task));
    while (end.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) look();
    end.get();
    if (error_) throw std::move(*error_);
  }

 private:
  void look() {
    if (stop_) return;
    const nb::gil_scoped_acquire lock;
    try {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      if (const std::int64_t done = done_; !progress_.is_none() && done > 0) progress_(done);
    } catch (nb::python_error& error) {
      error_.emplace(std::move(error));
      stop_ = true;
    }
  }

  nb::object progress_;
  std::atomic<bool> stop_{false};
  std::atomic<std::int64_t> done_{0};
  std::optional<nb::python_error> error_;
};

class Sweep {
 public:
  Sweep(std::string text, const std::string& name, const std::string& folder, const Words& settings,
        const Words& folders)
      : config_(std::move(text), name, folder, {settings, folders, {}, true}) {
    if (config_.sweep() == nullptr && config_.search() == nullptr)
      throw base::UserError(name + " has no section 'sweep' or 'search'", "hillock.run runs it");
    base::Diagnostics unheard;  // the template has reported them
    const config::Variables variables = config::read_variables(config_.vars(), unheard);
    const model::Experiment& experiment = config_.experiment();
    const std::uint64_t seed = experiment.simulation.seeds.front();
    if (config_.sweep() != nullptr)
      task_.sweep = config::read_sweep(*config_.sweep(), config_.vars(), experiment.simulation);
    if (config_.search() != nullptr) task_.search = config::read_search(*config_.search(), config_.vars());
    points_ = sweep::all_points(task_.sweep, variables, seed, sweep::taken_names(config_, task_));
    sweep::check_paths(config_, points_, task_.sweep.after);
    if (task_.search) config_.variant(std::vector{task_.search->at(task_.search->to)}, task_.sweep.after);
    layout_ = sweep::layout_of(config_, task_, points_);
    engine::RunFacts& facts = layout_.facts;
    facts.texts["config"] = experiment.text;
    facts.texts["models"] = cli::model_sources(experiment);
    facts.words["hillock_version"] = cli::version;
    facts.words["cpu"] = cli::cpu_name();
    facts.seed = seed;
    facts.duration = experiment.simulation.duration;
    facts.dt = experiment.simulation.dt;
  }

  std::int64_t points() const { return layout_.points(); }
  nb::tuple warnings() const { return findings(config_.experiment().warnings); }

  // Goes on with PATH.partial if it holds a part of this sweep, unless `force`. What is done before a signal
  // stays in it.
  void run(const std::string& path, bool force, int threads, nb::object progress) {
    PointWatch watch(std::move(progress));
    const nb::gil_scoped_release released;
    watch.run(threads, [&](const sweep::RunOptions& options) {
      const auto begin = base::Clock::now();
      record::check_output(path, true, force);
      const bool left = !force && record::is_sweep(path + ".partial");
      record::SweepFile file(path, left ? record::SweepFile::Start::resume : record::SweepFile::Start::anew,
                             force, layout_);
      const bool complete = sweep::run_points(config_, task_, points_, layout_, file, options);
      file.finish(complete ? "complete" : "interrupted", {{"wall_simulate_s", base::seconds_since(begin)}});
    });
  }

 private:
  config::Template config_;
  sweep::Task task_;
  sweep::Points points_;
  record::SweepLayout layout_;
};

std::unique_ptr<Sweep> load_sweep(const std::optional<std::string>& text, const std::string& name,
                                  const std::string& folder, const Words& settings, const Words& folders) {
  const nb::gil_scoped_release released;
  return std::make_unique<Sweep>(text ? *text : config::read_text(name), name, folder, settings, folders);
}

}  // namespace

void bind_sweep(nb::module_& module) {
  nb::class_<Sweep>(module, "Sweep", "All points of a config's sweep.")
      .def_prop_ro("points", &Sweep::points)
      .def_prop_ro("warnings", &Sweep::warnings, nb::sig("def warnings(self) -> tuple[typing.Any, ...]"))
      .def("run", &Sweep::run, "path"_a, "force"_a, "threads"_a, "progress"_a.none(),
           "Runs what PATH.partial does not hold; progress(done) is called ten times a second.");
  module.def("load_sweep", load_sweep, "text"_a.none(), "name"_a, "folder"_a, "settings"_a, "model_folders"_a,
             "`text`: of a dict; otherwise `name` is the file.");
}

}  // namespace hillock::python
