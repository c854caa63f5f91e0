// hillock's exceptions and findings as Python objects.
#pragma once
#include <nanobind/nanobind.h>

#include <span>

#include "base/diagnostics.hpp"

namespace hillock::python {

// A tuple of hillock.Diagnostic.
nanobind::tuple findings(std::span<const base::Diagnostic> diagnostics);

// From now on each base::Error that leaves a function becomes the Python exception of its kind.
void translate_errors();

}  // namespace hillock::python
