// The extension module behind the Python package.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "base/units.hpp"
#include "cli/command_line.hpp"
#include "cli/shipped_models.hpp"
#include "cli/version.hpp"
#include "errors.hpp"
#include "features.hpp"
#include "recorded.hpp"
#include "session.hpp"
#include "statistics.hpp"
#include "sweep.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using namespace hillock;

std::string models(const std::vector<std::string>& folders) {
  const cli::ModelShelf shelf = cli::shipped_models(folders);
  cli::Json json = cli::Json::Array{};
  for (const model::Model& model : shelf.models) json.push(cli::json_of(model));
  return json.text();
}

std::string one_model(const std::string& word, const std::vector<std::string>& folders) {
  cli::ModelShelf shelf;
  return cli::json_of(cli::find_model(word, shelf, folders)).text();
}

// A time as a config writes it, in ms.
double time_of(const std::string& text) {
  std::string problem;
  const std::optional<base::Quantity> quantity = base::parse_quantity(text, &problem);
  if (!quantity) throw base::UserError("'" + text + "': " + problem);
  if (quantity->dimension != base::dimension::time)
    throw base::UserError("'" + text + "' is not a time", "write for instance '100 ms'");
  return quantity->value;
}

int main_program(const std::vector<std::string>& words) {
  std::vector<std::string> kept = words;
  std::vector<char*> arguments;
  for (std::string& word : kept) arguments.push_back(word.data());
  const nb::gil_scoped_release released;
  return cli::main(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

NB_MODULE(_hillock, module) {
  module.doc() = "hillock's C++ side; use it through the package hillock.";
  module.attr("version") = cli::version;
  hillock::python::translate_errors();
  hillock::python::bind_recorded(module);
  hillock::python::bind_session(module);
  hillock::python::bind_features(module);
  hillock::python::bind_statistics(module);
  hillock::python::bind_sweep(module);
  module.def("models", models, "model_folders"_a,
             "The shipped models, as `hillock models --json` prints them.");
  module.def("model", one_model, "name"_a, "model_folders"_a);
  module.def("time_of", time_of, "text"_a, "\"100 ms\" in ms.");
  module.def("main", main_program, "words"_a, "The command line.");
}
