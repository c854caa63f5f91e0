// Configs that are given as text: like the file, with another name in messages.
#include <doctest/doctest.h>

#include "loading.hpp"

using namespace hillock;

namespace {

const std::string config = R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: ./own.yaml}}
record: {cell: [V]}
)";

TEST_CASE("a text is loaded as its file would be, with paths from the folder given") {
  const loading::Folder folder;
  folder.write("own.yaml", loading::neuron);
  const auto experiment = config::load_text(config, "dict", folder.path(""), loading::options());
  CHECK(experiment->text == config);
  CHECK(experiment->path == "dict");
  CHECK(experiment->name == "dict");
  CHECK(experiment->simulation.steps == 100);
  CHECK(experiment->populations.at(0).model->name == "cell");
}

TEST_CASE("messages about a text name it as they would its file") {
  const loading::Folder folder;
  try {
    config::load_text("simulation: {duration: 10 ms, dt: 0.1}\n", "dict", folder.path(""),
                      loading::options());
    FAIL("it was accepted");
  } catch (const base::UserError& error) {
    CHECK(error.diagnostics().at(0).file == "dict");
    CHECK(error.diagnostics().back().line == 1);
    CHECK(error.diagnostics().back().column == 35);
  }
}

}  // namespace
