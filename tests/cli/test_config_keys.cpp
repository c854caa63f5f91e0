// The table behind the schema and the reference says what configs accept, no more and no less.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/config_keys.hpp"
#include "cli/version.hpp"
#include "config/config.hpp"
#include "config/protocols.hpp"

namespace hillock::cli {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The remedies of the errors that a config with these lines gets.
std::vector<std::string> remedies(const std::string& text) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("hillock-keys-" + std::to_string(getpid()) + ".yaml"))
          .string();
  std::ofstream(path) << text;
  std::vector<std::string> found;
  try {
    config::load(path, {{}, {HILLOCK_SOURCE_DIR "/models"}, {}, true});
  } catch (const base::UserError& error) {
    for (const base::Diagnostic& one : error.diagnostics()) found.push_back(one.message + " | " + one.remedy);
  }
  std::filesystem::remove(path);
  return found;
}

// The keys that a config lists as valid where `zzz` stands.
std::set<std::string> accepted(const std::string& text) {
  for (const std::string& remedy : remedies(text)) {
    const std::size_t at = remedy.find("valid keys: ");
    if (remedy.find("'zzz'") == std::string::npos || at == std::string::npos) continue;
    std::set<std::string> keys;
    std::istringstream words(remedy.substr(at + 12));
    for (std::string word; words >> word;)
      keys.insert(word.back() == ',' ? word.substr(0, word.size() - 1) : word);
    return keys;
  }
  return {};
}

std::set<std::string> in_table(const std::string& parent) {
  std::set<std::string> keys;
  for (const ConfigKey& key : config_keys()) {
    const std::string path = key.path;
    if (!path.starts_with(parent)) continue;
    const std::string name = path.substr(parent.size());
    if (!name.empty() && name.find('.') == std::string::npos && name != "NAME") keys.insert(name);
  }
  return keys;
}

const std::string head = "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif}}\n";

}  // namespace

TEST_CASE("the table has the sections of a config") { CHECK(in_table("") == accepted(head + "zzz: 1\n")); }

TEST_CASE("the table has the keys of simulation") {
  CHECK(in_table("simulation.") == accepted("simulation: {duration: 1 ms, dt: 0.1 ms, zzz: 1}\n"));
}

TEST_CASE("the table has the keys of a population") {
  CHECK(in_table("populations.NAME.") ==
        accepted("simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif, zzz: 1}}\n"));
}

TEST_CASE("the table has the keys of a receptor") {
  std::set<std::string> keys = accepted(
      "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif, receptors: {r: {model: "
      "delta, zzz: 1}}}}\n");
  CHECK(in_table("populations.NAME.receptors.NAME.") == keys);
}

TEST_CASE("the table has the keys of an analysis") {
  CHECK(in_table("analysis.NAME.") == accepted(head + "analysis: {cell: {zzz: 1}}\n"));
}

TEST_CASE("the table has the keys of a condition that stops a run") {
  CHECK(in_table("stop_when.NAME.") == accepted(head + "stop_when: {cell: {zzz: 1}}\n"));
}

TEST_CASE("the table has the keys of a sweep") {
  CHECK(in_table("sweep.") == accepted(head + "sweep: {parameters: {simulation.seed: [1]}, zzz: 1}\n"));
}

TEST_CASE("the table has the keys of a search") {
  CHECK(in_table("search.") == accepted(head + "search: {zzz: 1}\n"));
  CHECK(in_table("search.bisection.") == accepted(head + "search: {bisection: {zzz: 1}}\n"));
  CHECK(in_table("search.fit.") == accepted(head + "search: {fit: {zzz: 1}}\n"));
  CHECK(in_table("search.fit.parameters.NAME.") ==
        accepted(head + "search: {fit: {parameters: {vars.x: {zzz: 1}}}}\n"));
  CHECK(in_table("search.fit.to.") == accepted(head + "search: {fit: {to: {zzz: 1}}}\n"));
  CHECK(in_table("search.fit.to.features.NAME.NAME.") ==
        accepted(head + "search: {fit: {to: {features: {cell: {rate: {zzz: 1}}}}}}\n"));
  CHECK(in_table("search.fit.to.trace.") == accepted(head + "search: {fit: {to: {trace: {zzz: 1}}}}\n"));
  CHECK(in_table("search.fit.to.spikes.") == accepted(head + "search: {fit: {to: {spikes: {zzz: 1}}}}\n"));
}

TEST_CASE("the table has the keys of each protocol") {
  for (const config::Protocol& protocol : config::protocols()) {
    const std::string name = protocol.name;
    CAPTURE(name);
    CHECK(in_table("search." + name + ".") == accepted(head + "search: {" + name + ": {zzz: 1}}\n"));
  }
}

TEST_CASE("the methods of the table are those that configs accept") {
  std::string all;
  for (const char* word : method_words()) {
    all += (all.empty() ? "" : ", ") + std::string(word);
    CAPTURE(word);
    for (const std::string& remedy : remedies("simulation: {duration: 1 ms, dt: 0.1 ms, method: " +
                                              std::string(word) + "}\npopulations: {cell: {model: lif}}\n"))
      CHECK(remedy.find("method") == std::string::npos);
  }
  const std::vector<std::string> found =
      remedies("simulation: {duration: 1 ms, dt: 0.1 ms, method: zzz}\npopulations: {cell: {model: lif}}\n");
  REQUIRE(found.size() == 1);
  CHECK_MESSAGE(found[0].find(all) != std::string::npos, found[0]);
}

TEST_CASE("each key stands behind the map that it belongs to") {
  std::set<std::string> seen;
  for (const ConfigKey& key : config_keys()) {
    const std::string path = key.path;
    CAPTURE(path);
    const std::size_t dot = path.rfind('.');
    if (dot != std::string::npos) CHECK(seen.count(path.substr(0, dot)) == 1);
    CHECK(seen.insert(path).second);
    CHECK(*key.doc != '\0');
  }
}

TEST_CASE("the version is CMake's") {
  CHECK(read(HILLOCK_SOURCE_DIR "/CMakeLists.txt")
            .find(std::string("project(hillock VERSION ") + version + " ") != std::string::npos);
}

}  // namespace hillock::cli
