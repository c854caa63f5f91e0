// Finds the models that a config names: shipped ones by name, the user's own by path.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"
#include "config/document.hpp"
#include "model/experiment.hpp"
#include "model/model.hpp"

namespace hillock::config {

class Library {
 public:
  // Models and their texts are kept in the experiment, whose folder relative paths begin in. `texts`: see
  // Options::model_texts.
  Library(model::Experiment& experiment, std::vector<std::string> folders, const std::string& texts,
          base::Diagnostics& diagnostics);
  // The models that were found without errors, by kind and word.
  using Found = std::map<std::pair<model::Kind, std::string>, const model::Model*>;
  const Found& found() const { return found_; }
  // Has these, which must outlive the experiment, without reading them again.
  void add(const Found& found) { found_.insert(found.begin(), found.end()); }

  // The model that the word under `model:` names; nullptr after an error. A file is read once; its errors are
  // reported once.
  const model::Model* find(const Node& word, model::Kind kind);

 private:
  const model::Model* look_up(const Node& word, model::Kind kind);
  std::string path_of(const Node& word);
  void report_kind(const Node& word, model::Kind found);
  std::string path_of_shipped(const Node& word, model::Kind kind);
  const model::Model* load(const std::string& path, const std::string& shown, const base::Place& place);
  const model::Model* next_given(const std::string& name, const base::Place& place);
  const model::Model* add(const std::string& key, const std::string& shown, std::string text);
  // The text of the model that one in `file` is like.
  const base::Source* find_other(const Node& word, const base::Source& file);

  model::Experiment& experiment_;
  std::vector<std::string> folders_;
  std::vector<std::string> given_;  // texts of models, instead of files
  std::size_t given_used_ = 0;
  base::Diagnostics& diagnostics_;
  Found found_;
  std::map<std::string, const model::Model*> read_;  // by path or word; nullptr: with errors
};

// The paths of all shipped models below the folders, sorted; of two of one name the first folder's.
std::vector<std::string> shipped_models(const std::vector<std::string>& folders);

}  // namespace hillock::config
