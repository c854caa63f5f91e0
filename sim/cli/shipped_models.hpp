// The models that hillock ships, loaded; and one model by name or path.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "base/source.hpp"
#include "cli/json.hpp"
#include "model/model.hpp"

namespace hillock::cli {

// Models with the texts their places point at.
struct ModelShelf {
  std::deque<base::Source> sources;
  std::vector<model::Model> models;  // neurons, then receptors, each by name
};

// The models in these folders. Throws UserError if a shipped model is wrong, IoError if it cannot be read or
// there is none.
ModelShelf shipped_models(const std::vector<std::string>& folders);
ModelShelf shipped_models();  // beside the program

// A word with a '/' or the ending .yaml is a path; any other is looked up among the shipped models. Throws
// UserError, with a suggestion.
model::Model find_model(const std::string& word, ModelShelf& shelf, const std::vector<std::string>& folders);
model::Model find_model(const std::string& word, ModelShelf& shelf);

// "neuron", "receptor".
std::string kind_name(model::Kind kind);

// "-65 mV" for a literal, otherwise the expression; empty: must be given.
std::string default_text(const model::Parameter& parameter);

// Name, kind, summary, source, parameters, states, derived quantities with their units.
Json json_of(const model::Model& model);

}  // namespace hillock::cli
