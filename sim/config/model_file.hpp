// Reads a model file: from its tree to a checked Model.
#pragma once
#include "base/diagnostics.hpp"
#include "base/source.hpp"
#include "model/model.hpp"

namespace hillock::config {

// The model that a text describes, checked; usable if no error was reported.
model::Model read_model(const base::Source& source, base::Diagnostics& diagnostics);

}  // namespace hillock::config
