// `hillock models`: the list of models, or the page of one.
#include <fmt/core.h>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/shipped_models.hpp"

namespace hillock::cli {

int models(const Arguments& arguments, Console& console) {
  if (!arguments.path.empty()) {
    ModelShelf shelf;
    const model::Model model = find_model(arguments.path, shelf);
    console.out(arguments.json ? json_of(model).text() + "\n" : model::model_page(model));
    return 0;
  }
  const ModelShelf shelf = shipped_models();
  if (arguments.json) {
    Json json = Json::Array{};
    for (const model::Model& model : shelf.models) json.push(json_of(model));
    console.out(json.text() + "\n");
    return 0;
  }
  std::size_t width = 0;
  for (const model::Model& model : shelf.models) width = std::max(width, model.name.size());
  for (const model::Model& model : shelf.models)
    console.out(fmt::format("{:{}}  {:8}  {}\n", model.name, width, kind_name(model.kind), model.summary));
  return 0;
}

}  // namespace hillock::cli
