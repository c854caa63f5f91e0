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
#include "cli/sweep_plan.hpp"
#include "config/config.hpp"
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
    if (!config_.sweep())
      throw base::UserError(name + " has no section 'sweep' or 'search'", "hillock.run runs it");
    plan_ = cli::plan_sweep(config_, {});
  }

  std::int64_t points() const { return plan_.layout.points(); }
  nb::tuple warnings() const { return findings(plan_.warnings); }

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
                             force, plan_.layout);
      const bool complete =
          sweep::run_points(config_, *config_.sweep(), plan_.points, plan_.layout, file, options);
      file.finish(complete ? "complete" : "interrupted", {{"wall_simulate_s", base::seconds_since(begin)}});
    });
  }

 private:
  config::Template config_;
  cli::SweepPlan plan_;
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
