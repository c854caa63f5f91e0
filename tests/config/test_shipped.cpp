// The shipped models and configs load without a finding.
#include <doctest/doctest.h>

#include <filesystem>

#include "config/config.hpp"

namespace fs = std::filesystem;
using namespace hillock;

namespace {
const std::string source_folder = HILLOCK_SOURCE_DIR;
}

TEST_CASE("every shipped model file loads") {
  int found = 0;
  for (const fs::directory_entry& file : fs::recursive_directory_iterator(source_folder + "/models")) {
    if (file.path().extension() != ".yaml") continue;
    CAPTURE(file.path().string());
    std::deque<base::Source> sources;
    const model::Model model = config::load_model(file.path().string(), {source_folder + "/models"}, sources);
    CHECK(model.name == file.path().stem().string());
    CHECK_FALSE(model.summary.empty());
    CHECK_FALSE(model.source.empty());
    ++found;
  }
  CHECK(found >= 11);
}

TEST_CASE("every shipped config loads without a warning") {
  int found = 0;
  for (const fs::directory_entry& file : fs::directory_iterator(source_folder + "/configs")) {
    if (file.path().extension() != ".yaml") continue;
    CAPTURE(file.path().string());
    const auto experiment = config::load(file.path().string(), {{}, {source_folder + "/models"}});
    CHECK(experiment->name == file.path().stem().string());
    CHECK(experiment->warnings.empty());
    CHECK(!experiment->populations.empty());
    ++found;
  }
  CHECK(found >= 8);
}
