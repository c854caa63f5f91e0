// Reads a model file: from its tree to a checked Model.
#pragma once
#include <functional>

#include "base/diagnostics.hpp"
#include "base/source.hpp"
#include "config/document.hpp"
#include "model/model.hpp"

namespace hillock::config {

// The text of the model that the word under `like:` in `file` names; nullptr after an error.
using FindOther = std::function<const base::Source*(const Node& word, const base::Source& file)>;

// The model that a text describes, checked; usable if no error was reported. `like: NAME` takes everything
// from another model, merges maps key by key, and replaces the rest; its text is written out then.
model::Model read_model(const base::Source& source, const FindOther& find_other,
                        base::Diagnostics& diagnostics);

}  // namespace hillock::config
