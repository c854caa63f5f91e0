// Loads a config: text, tree, --set, likes, vars, sections; all findings are thrown together.
#include "config/config.hpp"

#include <array>
#include <filesystem>

#include "base/text.hpp"
#include "config/document.hpp"
#include "config/library.hpp"
#include "config/reader.hpp"
#include "config/sections.hpp"

namespace hillock::config {
namespace {

namespace fs = std::filesystem;

// Sections that belong to the language, but to later versions.
struct LaterSection {
  const char* name;
  const char* needs;
};
constexpr std::array<LaterSection, 5> later{{{"connections", "networks"},
                                             {"gap_junctions", "networks"},
                                             {"at", "changes during a run"},
                                             {"stop_when", "stop conditions"},
                                             {"search", "searches"}}};

void check_sections(Reader& reader, const Node& root, bool sweeps, model::Experiment& experiment) {
  const std::vector<std::string> known{"vars",   "simulation", "populations", "inputs",
                                       "record", "analysis",   "sweep"};
  Node others = root;
  std::erase_if(others.entries, [&](const Entry& entry) {
    for (const LaterSection& section : later) {
      if (entry.key != section.name) continue;
      reader.error(entry.place,
                   "'" + entry.key + "' needs " + section.needs + ", which hillock 0.1 does not have yet",
                   "remove it");
      return true;
    }
    return false;
  });
  reader.keys(others, "a config", known);
  if (!sweeps && root.find("sweep") != nullptr) experiment.notes.push_back("'sweep' is ignored by run");
}

void warn_of_nothing_recorded(const Node& root, const model::Experiment& experiment,
                              base::Diagnostics& diagnostics) {
  bool something = !experiment.analysis.empty();
  for (const model::RecordSpec& record : experiment.record)
    something = something || record.spikes || !record.variables.empty();
  if (something) return;
  const Entry* section = root.entry("record");
  diagnostics.warning(section != nullptr ? section->place : root.place, "nothing is recorded",
                      "write for example 'record: {cell: [V, spikes]}'");
}

// The text that was run: as written, or, with --set, printed anew from the tree.
std::string text_as_run(const Node& root, const std::string& text, const std::vector<std::string>& settings) {
  if (settings.empty()) return text;
  std::string out = "# as run:";
  for (const std::string& setting : settings) out += " --set '" + base::printable(setting) + "'";
  return out + "\n" + print_document(root);
}

void read_sections(const Node& root, bool sweeps, Library& library, model::Experiment& experiment,
                   base::Diagnostics& diagnostics) {
  const Variables variables = read_variables(root.find("vars"), diagnostics);
  Reader reader(diagnostics, variables);
  check_sections(reader, root, sweeps, experiment);
  const bool timed = read_simulation(reader, root, experiment.simulation);
  if (!timed) experiment.simulation.dt = experiment.simulation.duration = 0;  // unknown to what follows
  read_populations(reader, root, library, experiment);
  read_inputs(reader, root, experiment);
  read_record(reader, root, experiment);
  read_analysis(reader, root, experiment);
  if (!sweeps || root.find("sweep") == nullptr) warn_of_nothing_recorded(root, experiment, diagnostics);
}

}  // namespace

std::unique_ptr<model::Experiment> load(const std::string& path, const Options& options) {
  std::error_code problem;
  return load_text(read_text(path), path, fs::absolute(path, problem).parent_path().string(), options);
}

std::unique_ptr<model::Experiment> load_text(std::string text, const std::string& name,
                                             const std::string& folder, const Options& options) {
  return Template(std::move(text), name, folder, options).take();
}

Template::Template(std::string text, const std::string& name, const std::string& folder,
                   const Options& options)
    : options_(options), experiment_(std::make_unique<model::Experiment>()) {
  experiment_->path = name;
  experiment_->name = fs::path(name).stem().string();
  experiment_->folder = folder;
  const base::Source& source = experiment_->sources.emplace_back(base::Source{name, std::move(text)});
  base::Diagnostics diagnostics;
  std::optional<Node> root = read_document(source, "hillock config", diagnostics);
  if (root && !root->is_map()) {
    diagnostics.error(root->place, "this is not a hillock config: it must be a map, got " + root->describe(),
                      "write for example 'simulation: {duration: 1 s, dt: 0.1 ms}'");
    root.reset();
  }
  if (root) {
    apply_settings(*root, options.settings, experiment_->sources, diagnostics);
    experiment_->text = text_as_run(*root, source.text, options.settings);
    root_ = *root;
    resolve_likes(*root, diagnostics);
    Library library(*experiment_, options_.model_folders, options_.model_texts, diagnostics);
    read_sections(*root, options_.sweeps, library, *experiment_, diagnostics);
    models_ = library.found();
    if (const Node* sweep = root->find("sweep"); sweep != nullptr && options_.sweeps) {
      base::Diagnostics reported;  // those of `vars` are known from the other sections
      const Variables variables = read_variables(root->find("vars"), reported);
      Reader reader(diagnostics, variables);
      sweep_ = read_sweep(reader, *sweep, experiment_->simulation.seeds.front());
    }
  }
  diagnostics.throw_if_errors();
  experiment_->warnings = diagnostics.all();
}

std::unique_ptr<model::Experiment> Template::variant(std::span<const Assignment> assignments) const {
  auto experiment = std::make_unique<model::Experiment>();
  experiment->path = experiment_->path;
  experiment->name = experiment_->name;
  experiment->folder = experiment_->folder;
  base::Diagnostics diagnostics;
  Node root = root_;
  for (const Assignment& assignment : assignments)
    if (Node* node = find_setting(root, assignment, diagnostics)) *node = assignment.value;
  resolve_likes(root, diagnostics);
  Library library(*experiment, options_.model_folders, options_.model_texts, diagnostics);
  library.add(models_);
  read_sections(root, options_.sweeps, library, *experiment, diagnostics);
  diagnostics.throw_if_errors();
  experiment->warnings = diagnostics.all();
  return experiment;
}

}  // namespace hillock::config
