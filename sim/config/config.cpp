// Loads a config: text, tree, --set, likes, vars, sections; all findings are thrown together.
#include "config/config.hpp"

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "config/at_section.hpp"
#include "config/document.hpp"
#include "config/library.hpp"
#include "config/reader.hpp"
#include "config/sections.hpp"

namespace hillock::config {
namespace {

namespace fs = std::filesystem;

void check_sections(Reader& reader, const Node& root, bool sweeps, model::Experiment& experiment) {
  const std::vector<std::string> known{"vars",        "simulation",    "populations", "inputs",
                                       "connections", "gap_junctions", "record",      "analysis",
                                       "at",          "stop_when",     "sweep",       "search"};
  reader.keys(root, "a config", known);
  for (const char* section : {"sweep", "search"})
    if (!sweeps && root.find(section) != nullptr)
      experiment.notes.push_back("'" + std::string(section) + "' is ignored by run");
}

void warn_of_nothing_recorded(const Node& root, const model::Experiment& experiment,
                              base::Diagnostics& diagnostics) {
  bool something = !experiment.analysis.empty();
  for (const model::RecordSpec& record : experiment.record)
    something = something || record.spikes || !record.variables.empty();
  for (const model::ConnectionRecordSpec& record : experiment.connection_record)
    something = something || record.edges || record.weight;
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
  read_gap_junctions(reader, root, experiment);
  read_connections(reader, root, experiment);  // that may carry the current of gap junctions
  read_record(reader, root, experiment);
  read_analysis(reader, root, experiment);
  read_stop_when(reader, root, experiment);
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
    if (const Protocol* protocol = protocol_of(*root)) write_out_for(*protocol, *root, diagnostics);
    root_ = *root;
    Library library(*experiment_, options_.model_folders, options_.model_texts, diagnostics);
    read(*root, library, *experiment_, diagnostics);
    models_ = library.found();
    if (!diagnostics.has_errors())
      read_changes(*root, read_at(*root, experiment_->simulation, diagnostics), *experiment_, diagnostics);
    if (options_.sweeps) read_what_varies(*root, diagnostics);
  }
  diagnostics.throw_if_errors();
  experiment_->warnings = diagnostics.all();
}

// A run has no sweep; what the user wrote of one stays, for the note on it.
void Template::write_out_for(const Protocol& protocol, Node& root, base::Diagnostics& diagnostics) {
  const bool swept = root.find("sweep") != nullptr;
  write_out(protocol, root, diagnostics);
  if (options_.sweeps) return;
  if (!swept) std::erase_if(root.entries, [](const Entry& entry) { return entry.key == "sweep"; });
  const bool varies = std::ranges::any_of(
      protocol.fields, [](const ProtocolField& field) { return field.kind == ProtocolFieldKind::axis; });
  if (varies)
    experiment_->notes.push_back(std::string("'search': run takes the first point of ") + protocol.name);
}

void Template::read_what_varies(const Node& root, base::Diagnostics& diagnostics) {
  const Node* sweep = root.find("sweep");
  const Node* search = root.find("search");
  if (sweep == nullptr && search == nullptr) return;
  base::Diagnostics reported;  // those of `vars` are known from the other sections
  const Variables variables = read_variables(root.find("vars"), reported);
  Reader reader(diagnostics, variables);
  sweep_ = sweep == nullptr ? SweepSpec{} : read_sweep(reader, *sweep, experiment_->simulation);
  if (search == nullptr) return;
  if (search->find("fit") != nullptr)
    sweep_->fit = read_fit(reader, *search, *experiment_);
  else
    sweep_->search = read_search(reader, *search);
  check_searched(*sweep_, diagnostics);
}

void Template::read(const Node& root, Library& library, model::Experiment& experiment,
                    base::Diagnostics& diagnostics) const {
  Node resolved = root;
  resolve_likes(resolved, diagnostics);
  read_sections(resolved, options_.sweeps, library, experiment, diagnostics);
}

// Each change is the config with all that was set until then.
void Template::read_changes(const Node& root, const std::vector<ChangeSpec>& changes,
                            model::Experiment& experiment, base::Diagnostics& diagnostics) const {
  Node now = root;
  std::erase_if(now.entries, [](const Entry& entry) { return entry.key == "at"; });
  for (const ChangeSpec& spec : changes) {
    const std::size_t before = diagnostics.errors();
    for (const Assignment& setting : spec.settings)
      if (Node* node = find_setting(now, setting, diagnostics)) *node = setting.value;
    auto then = std::make_unique<model::Experiment>();
    then->path = experiment.path;
    then->name = experiment.name;
    then->folder = experiment.folder;
    then->simulation.seeds = experiment.simulation.seeds;
    Library library(*then, options_.model_folders, options_.model_texts, diagnostics);
    library.add(models_);
    base::Diagnostics own;
    read(now, library, *then, own);
    for (const base::Diagnostic& finding : own.all())
      if (finding.severity == base::Severity::error) diagnostics.add(finding);
    if (diagnostics.errors() == before) check_change(experiment, *then, spec, diagnostics);
    if (diagnostics.has_errors()) return;  // later changes would say the same
    experiment.changes.push_back({spec.step, std::move(then)});
  }
}

std::unique_ptr<model::Experiment> Template::variant(std::span<const Assignment> assignments,
                                                     std::int64_t from) const {
  auto experiment = std::make_unique<model::Experiment>();
  experiment->path = experiment_->path;
  experiment->name = experiment_->name;
  experiment->folder = experiment_->folder;
  base::Diagnostics diagnostics;
  Node root = root_;
  if (from == 0)
    for (const Assignment& assignment : assignments)
      if (Node* node = find_setting(root, assignment, diagnostics)) *node = assignment.value;
  Library library(*experiment, options_.model_folders, options_.model_texts, diagnostics);
  library.add(models_);
  read(root, library, *experiment, diagnostics);
  if (!diagnostics.has_errors()) {
    std::vector<ChangeSpec> changes = read_at(root, experiment->simulation, diagnostics);
    if (from > 0) add_change(assignments, from, changes);
    read_changes(root, changes, *experiment, diagnostics);
  }
  diagnostics.throw_if_errors();
  experiment->warnings = diagnostics.all();
  return experiment;
}

}  // namespace hillock::config
