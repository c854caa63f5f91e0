// What Python wants to know while a run goes on without the interpreter's lock: signals, and how far it is.
#pragma once
#include <nanobind/nanobind.h>

#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "engine/simulation.hpp"

namespace hillock::python {

// About ten times a second the step loop takes the interpreter's lock, lets Python handle its signals and
// calls `progress(step, steps)`, if it is not None. What these raise stops the run and is kept for
// raise_if_stopped().
class Watch {
 public:
  explicit Watch(nanobind::object progress) : progress_(std::move(progress)) {}
  Watch(const Watch&) = delete;  // options() points at it
  Watch& operator=(const Watch&) = delete;

  engine::RunOptions options();
  // Why the run was stopped, for its file; empty if it was not, or by Python's own choice.
  const std::string& reason() const { return reason_; }
  void raise_if_stopped();

 private:
  void look(const engine::Progress& progress);

  nanobind::object progress_;
  std::atomic<bool> stop_{false};
  std::optional<nanobind::python_error> error_;
  std::string reason_;
};

}  // namespace hillock::python
