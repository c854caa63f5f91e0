// Looks models up in the folders of shipped models and in the config's folder.
#include "config/library.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <new>
#include <system_error>

#include "base/text.hpp"
#include "config/config.hpp"
#include "config/model_file.hpp"
#include "config/paths.hpp"

namespace hillock::config {

namespace fs = std::filesystem;

namespace {

std::string subfolder(model::Kind kind) { return kind == model::Kind::neuron ? "neurons" : "receptors"; }
std::string kind_word(model::Kind kind) { return kind == model::Kind::neuron ? "neuron" : "receptor"; }

bool has_errors_since(const base::Diagnostics& diagnostics, std::size_t start) {
  const auto& all = diagnostics.all();
  return std::any_of(all.begin() + static_cast<std::ptrdiff_t>(start), all.end(),
                     [](const base::Diagnostic& d) { return d.severity == base::Severity::error; });
}

// A folder that could not be listed for want of memory is not one without models.
void check_memory(const std::error_code& problem) {
  if (problem == std::errc::not_enough_memory) throw std::bad_alloc();
}

// Names of the models of a kind -> paths; the first folder wins.
std::map<std::string, std::string> models_of(const std::vector<std::string>& folders, model::Kind kind) {
  std::map<std::string, std::string> found;
  for (const std::string& folder : folders) {
    std::error_code problem;
    const fs::directory_iterator files(fs::path(folder) / subfolder(kind), problem);
    check_memory(problem);
    for (const fs::directory_entry& file : files)
      if (file.path().extension() == ".yaml")
        found.emplace(file.path().stem().string(), file.path().string());
  }
  return found;
}

// What stands between lines `---`, without parts of comments alone: a model may begin with such a line.
std::vector<std::string> parts_of(const std::string& texts) {
  std::vector<std::string> parts;
  std::string part;
  bool something = false;
  const auto close = [&] {
    if (something) parts.push_back(part);
    if (something) part.clear();
    something = false;
  };
  for (std::size_t begin = 0; begin < texts.size();) {
    const std::size_t end = std::min(texts.find('\n', begin), texts.size());
    const std::string line = texts.substr(begin, end - begin);
    if (line == "---") {
      close();
    } else {
      part += line + "\n";
      const std::string_view word = base::trim(line);
      something = something || !(word.empty() || word.front() == '#');
    }
    begin = end + 1;
  }
  close();
  return parts;
}

const base::Source* source_at(const std::string& path, const std::string& shown, const base::Place& place,
                              std::deque<base::Source>& sources, base::Diagnostics& diagnostics) {
  try {
    return &sources.emplace_back(base::Source{shown, read_text(path)});
  } catch (const base::IoError& problem) {
    diagnostics.error(place, problem.what());
    return nullptr;
  }
}

// The text of a shipped model that another one is like.
const base::Source* shipped_source(const Node& word, const std::vector<std::string>& folders,
                                   std::deque<base::Source>& sources, base::Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const model::Kind kind : {model::Kind::neuron, model::Kind::receptor})
    for (const auto& [name, path] : models_of(folders, kind)) {
      if (name == word.text) return source_at(path, path, word.place, sources, diagnostics);
      names.push_back(name);
    }
  const std::string guess = base::did_you_mean(word.text, names);
  diagnostics.error(word.place, "there is no model " + word.describe() + " to be like",
                    (guess.empty() ? "" : guess + " ") +
                        "`hillock models` lists them; a model of your own is named by its path");
  return nullptr;
}

}  // namespace

Library::Library(model::Experiment& experiment, std::vector<std::string> folders, const std::string& texts,
                 base::Diagnostics& diagnostics)
    : experiment_(experiment),
      folders_(std::move(folders)),
      given_(parts_of(texts)),
      diagnostics_(diagnostics) {}

const model::Model* Library::find(const Node& word, model::Kind kind) {
  const std::pair key(kind, word.is_scalar() ? word.text : "");
  if (const auto known = found_.find(key); known != found_.end()) return known->second;
  const model::Model* model = look_up(word, kind);
  if (model != nullptr) found_[key] = model;
  return model;
}

const model::Model* Library::look_up(const Node& word, model::Kind kind) {
  if (!word.is_scalar() || word.text.empty()) {
    diagnostics_.error(word.place, "'model' must be the name or path of a " + kind_word(kind) +
                                       " model, got " + word.describe());
    return nullptr;
  }
  const bool by_path = is_path(word.text);
  const auto from_file = [&]() -> const model::Model* {
    const std::string path = by_path ? path_of(word) : path_of_shipped(word, kind);
    if (path.empty()) return nullptr;
    const std::string shown =
        by_path ? (fs::path(experiment_.path).parent_path() / word.text).lexically_normal().string() : path;
    return load(path, shown, word.place);
  };
  const std::string name = by_path ? fs::path(word.text).lexically_normal().string() : word.text;
  const model::Model* found = given_.empty() ? from_file() : next_given(name, word.place);
  if (found == nullptr || found->kind == kind) return found;
  report_kind(word, found->kind);
  return nullptr;
}

void Library::report_kind(const Node& word, model::Kind found) {
  const bool receptor = found == model::Kind::receptor;
  diagnostics_.error(word.place,
                     word.describe() + " is a " + kind_word(found) + " model, but a " +
                         (receptor ? "neuron" : "receptor") + " model is needed here",
                     receptor ? "receptor models stand under 'receptors' of a population"
                              : "neuron models stand under 'model' of a population");
}

std::string Library::path_of(const Node& word) {
  return data_file(word.text, experiment_.folder, word.place, diagnostics_).value_or("");
}

std::string Library::path_of_shipped(const Node& word, model::Kind kind) {
  const std::map<std::string, std::string> models = models_of(folders_, kind);
  if (const auto found = models.find(word.text); found != models.end()) return found->second;
  const model::Kind other = kind == model::Kind::neuron ? model::Kind::receptor : model::Kind::neuron;
  if (models_of(folders_, other).count(word.text) != 0) {
    report_kind(word, other);
    return "";
  }
  std::vector<std::string> names;
  for (const auto& [name, path] : models) names.push_back(name);
  const std::string guess = base::did_you_mean(word.text, names);
  const std::string known =
      names.empty() ? "no " + kind_word(kind) + " models were found; HILLOCK_MODELS may name their folder"
                    : "`hillock models` lists them; a model of your own is named by its path";
  diagnostics_.error(word.place, "there is no " + kind_word(kind) + " model " + word.describe(),
                     (guess.empty() ? "" : guess + " ") + known);
  return "";
}

const model::Model* Library::load(const std::string& path, const std::string& shown,
                                  const base::Place& place) {
  const auto seen = read_.find(path);
  if (seen != read_.end()) return seen->second;
  read_[path] = nullptr;
  std::string text;
  try {
    text = read_text(path);
  } catch (const base::IoError& problem) {
    diagnostics_.error(place, problem.what());
    return nullptr;
  }
  return add(path, shown, std::move(text));
}

const model::Model* Library::next_given(const std::string& name, const base::Place& place) {
  const auto seen = read_.find(name);
  if (seen != read_.end()) return seen->second;
  if (given_used_ < given_.size()) return add(name, name, given_[given_used_++]);
  diagnostics_.error(place, "the text of model '" + name + "' is not there");
  return nullptr;
}

const model::Model* Library::add(const std::string& key, const std::string& shown, std::string text) {
  const base::Source& source = experiment_.sources.emplace_back(base::Source{shown, std::move(text)});
  const std::size_t start = diagnostics_.all().size();
  const FindOther find_other = [this](const Node& word, const base::Source& file) {
    return this->find_other(word, file);
  };
  model::Model& model = experiment_.models.emplace_back(read_model(source, find_other, diagnostics_));
  read_[key] = has_errors_since(diagnostics_, start) ? nullptr : &model;
  return read_[key];
}

// A path begins in the folder of the file, and stays below the config's.
const base::Source* Library::find_other(const Node& word, const base::Source& file) {
  if (!is_path(word.text)) return shipped_source(word, folders_, experiment_.sources, diagnostics_);
  const fs::path shown = (fs::path(file.name).parent_path() / word.text).lexically_normal();
  const std::optional<std::string> path =
      data_file(fs::path(word.text).is_absolute()
                    ? word.text
                    : shown.lexically_relative(fs::path(experiment_.path).parent_path()).string(),
                experiment_.folder, word.place, diagnostics_);
  if (!path) return nullptr;
  return source_at(*path, shown.string(), word.place, experiment_.sources, diagnostics_);
}

model::Model load_model(const std::string& path, const std::vector<std::string>& folders,
                        std::deque<base::Source>& sources) {
  const base::Source& source = sources.emplace_back(base::Source{path, read_text(path)});
  base::Diagnostics diagnostics;
  const FindOther find_other = [&](const Node& word, const base::Source& file) {
    if (!is_path(word.text)) return shipped_source(word, folders, sources, diagnostics);
    const std::string other = (fs::path(file.name).parent_path() / word.text).lexically_normal().string();
    return source_at(other, other, word.place, sources, diagnostics);
  };
  model::Model model = read_model(source, find_other, diagnostics);
  diagnostics.throw_if_errors();
  return model;
}

std::vector<std::string> shipped_models(const std::vector<std::string>& folders) {
  std::vector<std::string> paths;
  for (const model::Kind kind : {model::Kind::neuron, model::Kind::receptor})
    for (const auto& [name, path] : models_of(folders, kind)) paths.push_back(path);
  return paths;
}

std::vector<std::string> default_model_folders() {
  if (const char* named = std::getenv("HILLOCK_MODELS"); named != nullptr && *named != '\0') return {named};
  std::error_code problem;
  const fs::path program = fs::read_symlink("/proc/self/exe", problem);
  check_memory(problem);
  if (problem) return {};
  const fs::path beside = program.parent_path();
  const std::array<fs::path, 4> candidates{beside / "../models", beside / "../../models",
                                           beside / "../../../models", beside / "../share/hillock/models"};
  std::vector<std::string> folders;
  for (const fs::path& candidate : candidates)
    if (fs::is_directory(candidate / "neurons", problem))
      folders.push_back(candidate.lexically_normal().string());
  return folders;
}

}  // namespace hillock::config
