// From YAML text to a checked Experiment; every finding of a file is reported at once.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/at_section.hpp"
#include "config/composition.hpp"
#include "config/library.hpp"
#include "config/protocols.hpp"
#include "config/sweep_section.hpp"
#include "model/experiment.hpp"

namespace hillock::config {

struct Options {
  std::vector<std::string> settings;  // --set PATH=VALUE
  std::vector<std::string>
      model_folders;  // where shipped models are looked up: each with neurons/ and receptors/ below
  // The sources of all models in the order in which the config first names them, parted by lines `---`, as
  // the file of a run holds them: if there are any, no model is looked up.
  std::string model_texts = {};
  bool sweeps = false;  // whether `sweep` is read, too: then nothing need be recorded
};

// Reads, merges, checks. Throws UserError with all findings; IoError if the file cannot be read.
std::unique_ptr<model::Experiment> load(const std::string& path, const Options& options);

// The same for a text that is in no file: `name` stands in messages where a path would, and paths in the
// config begin in `folder`. Throws UserError.
std::unique_ptr<model::Experiment> load_text(std::string text, const std::string& name,
                                             const std::string& folder, const Options& options);

// A config that is read once, and of which variants with other values are made.
class Template {
 public:
  // As load_text().
  Template(std::string text, const std::string& name, const std::string& folder, const Options& options);
  // The config as it stands.
  const model::Experiment& experiment() const { return *experiment_; }
  std::unique_ptr<model::Experiment> take() && { return std::move(experiment_); }
  // What is varied and searched for; nothing if there is no section `sweep` or `search`, or they were not to
  // be read.
  const std::optional<SweepSpec>& sweep() const { return sweep_; }
  // As it was written, with --set.
  const Node& document() const { return root_; }
  // The config with these values at these paths, from the beginning or from a grid point on. It may be used
  // while this lives; several threads may ask at once. Throws UserError.
  std::unique_ptr<model::Experiment> variant(std::span<const Assignment> assignments,
                                             std::int64_t from = 0) const;

 private:
  void read(const Node& root, Library& library, model::Experiment& experiment,
            base::Diagnostics& diagnostics) const;
  void write_out_for(const Protocol& protocol, Node& root, base::Diagnostics& diagnostics);
  void read_what_varies(const Node& root, base::Diagnostics& diagnostics);
  void read_changes(const Node& root, const std::vector<ChangeSpec>& changes, model::Experiment& experiment,
                    base::Diagnostics& diagnostics) const;

  Options options_;
  std::unique_ptr<model::Experiment> experiment_;
  Node root_;  // with its protocol written out, before `like:` is resolved
  std::optional<SweepSpec> sweep_;
  Library::Found models_;
};

// Reads and checks one model file; throws UserError, IoError. `sources` keeps its text alive. `folders`:
// where the shipped models are that it may be like.
model::Model load_model(const std::string& path, const std::vector<std::string>& folders,
                        std::deque<base::Source>& sources);

// Folders with the shipped models, found beside the program (build tree and installed tree) or from
// HILLOCK_MODELS.
std::vector<std::string> default_model_folders();

}  // namespace hillock::config
