// Sweeps from Python: all points of a config, into a file.
#pragma once
#include <nanobind/nanobind.h>

namespace hillock::python {

void bind_sweep(nanobind::module_& module);

}  // namespace hillock::python
