// Models that are like others: `like:` in a model file.
#pragma once
#include <functional>

#include "base/diagnostics.hpp"
#include "base/source.hpp"
#include "config/document.hpp"

namespace hillock::config {

// The text of the model that the word under `like:` in `file` names; nullptr after an error.
using FindOther = std::function<const base::Source*(const Node& word, const base::Source& file)>;

// Replaces `like:` in the tree of the model in `file` by all that the other model has and this one does not
// say, for as many as are like one another. Returns whether the tree is whole; errors are reported.
bool write_out_like(Node& root, const base::Source& file, const FindOther& find_other,
                    base::Diagnostics& diagnostics);

}  // namespace hillock::config
