// What Python wants to know while a run goes on without the interpreter's lock: signals, and how far it is.
#include "watch.hpp"

namespace nb = nanobind;

namespace hillock::python {

engine::RunOptions Watch::options() {
  engine::RunOptions options;
  options.stop = &stop_;
  options.progress = [this](const engine::Progress& progress) { look(progress); };
  return options;
}

void Watch::look(const engine::Progress& progress) {
  if (stop_) return;
  const nb::gil_scoped_acquire lock;
  try {
    if (PyErr_CheckSignals() != 0) {
      reason_ = "SIGINT";
      throw nb::python_error();
    }
    if (!progress_.is_none()) progress_(progress.step, progress.steps);
  } catch (nb::python_error& error) {
    error_.emplace(std::move(error));
    stop_ = true;
  }
}

void Watch::raise_if_stopped() {
  if (error_) throw std::move(*error_);
}

}  // namespace hillock::python
