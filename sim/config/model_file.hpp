// Reads a model file: from its tree to a checked Model.
#pragma once
#include "base/diagnostics.hpp"
#include "base/source.hpp"
#include "config/like_model.hpp"
#include "model/model.hpp"

namespace hillock::config {

// The model that a text describes, checked; usable if no error was reported. `like: NAME` takes everything
// from another model, merges maps key by key, and replaces the rest; its text is written out then.
model::Model read_model(const base::Source& source, const FindOther& find_other,
                        base::Diagnostics& diagnostics);

}  // namespace hillock::config
