// Statistics of spike trains for Python.
#pragma once
#include <nanobind/nanobind.h>

namespace hillock::python {

void bind_statistics(nanobind::module_& module);

}  // namespace hillock::python
