// Loads models from the folders beside the program and describes them as JSON.
#include "cli/shipped_models.hpp"

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "config/config.hpp"
#include "config/library.hpp"
#include "config/paths.hpp"

namespace hillock::cli {
namespace {

std::string file_stem(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return name.substr(0, name.rfind('.'));
}

// The receptors that it brings are looked up where a population has them.
void check_receptors(const model::Model& model, const std::string& path,
                     const std::vector<std::string>& folders) {
  if (model.receptors.empty()) return;
  for (const model::Parameter& parameter : model.parameters)
    if (!parameter.default_value) return;  // each config gives it
  const std::filesystem::path file(path);
  const std::filesystem::path folder = file.parent_path();
  config::load_text(
      "simulation: {duration: 1 ms, dt: 0.1 ms, spike_times: interpolated}\npopulations:\n  cell:\n    "
      "model: \"./" +
          file.filename().string() + "\"\nrecord: {}\n",
      (folder / "config").string(), folder.empty() ? "." : folder.string(), {{}, folders});
}

Json quantity(const std::string& name, const base::Dimension& dimension, const std::string& doc) {
  Json json;
  json["name"] = name;
  json["unit"] = dimension.user_unit();
  json["doc"] = doc;
  return json;
}

}  // namespace

ModelShelf shipped_models() { return shipped_models(config::default_model_folders()); }

ModelShelf shipped_models(const std::vector<std::string>& folders) {
  ModelShelf shelf;
  for (const std::string& path : config::shipped_models(folders))
    shelf.models.push_back(config::load_model(path, folders, shelf.sources));
  if (shelf.models.empty())
    throw base::IoError("no models were found beside the program; HILLOCK_MODELS may name their folder");
  std::sort(shelf.models.begin(), shelf.models.end(), [](const model::Model& a, const model::Model& b) {
    return std::pair(a.kind, a.name) < std::pair(b.kind, b.name);
  });
  return shelf;
}

model::Model find_model(const std::string& word, ModelShelf& shelf) {
  return find_model(word, shelf, config::default_model_folders());
}

model::Model find_model(const std::string& word, ModelShelf& shelf, const std::vector<std::string>& folders) {
  if (config::is_path(word)) {
    model::Model model = config::load_model(word, folders, shelf.sources);
    check_receptors(model, word, folders);
    return model;
  }
  std::vector<std::string> names;
  for (const std::string& path : config::shipped_models(folders)) {
    if (file_stem(path) == word) return config::load_model(path, folders, shelf.sources);
    names.push_back(file_stem(path));
  }
  const std::string near = base::did_you_mean(word, names);
  throw base::UserError("'" + word + "' is not a model", near.empty()
                                                             ? "the models are: " + base::join(names, ", ") +
                                                                   "; a file of your own is named by its path"
                                                             : near);
}

std::string kind_name(model::Kind kind) { return kind == model::Kind::neuron ? "neuron" : "receptor"; }

std::string default_text(const model::Parameter& parameter) {
  return parameter.default_value ? parameter.default_value->text : "";
}

Json json_of(const model::Model& model) {
  Json json;
  json["name"] = model.name;
  json["kind"] = kind_name(model.kind);
  json["summary"] = model.summary;
  json["source"] = model.source;
  json["params"] = Json::Array{};
  for (const model::Parameter& parameter : model.parameters) {
    Json one = quantity(parameter.name, parameter.dimension, parameter.doc);
    one["default"] = parameter.default_value ? Json(default_text(parameter)) : Json();
    json["params"].push(std::move(one));
  }
  json["state"] = Json::Array{};
  for (const model::State& state : model.states) {
    Json one = quantity(state.name, state.dimension, state.doc);
    one["init"] = state.init.text;
    json["state"].push(std::move(one));
  }
  json["derived"] = Json::Array{};
  for (const model::Definition& derived : model.derived)
    json["derived"].push(quantity(derived.name, derived.dimension, derived.doc));
  if (model.kind == model::Kind::neuron) {
    json["inputs"] = Json::Array{};
    for (const model::InputSite& site : model.inputs)
      json["inputs"].push(quantity(site.name, site.dimension, ""));
  } else {
    json["weight_unit"] = model.weight.user_unit();
  }
  return json;
}

}  // namespace hillock::cli
