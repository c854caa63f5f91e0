// Features of action potentials for Python: the list of them, and their values on a trace.
#pragma once
#include <nanobind/nanobind.h>

namespace hillock::python {

void bind_features(nanobind::module_& module);

}  // namespace hillock::python
