// Loads configs and models from text, and gives what is found as it would be printed.
#pragma once
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/config.hpp"

namespace loading {

namespace fs = std::filesystem;

// A model file, of a cell without a spike rule.
constexpr const char* quiet_model = R"(name: quiet
summary: a cell without a spike rule
source: made up
inputs: {I: mV/ms}
state: {V: {init: 0 mV}}
equations: {dV/dt: I - V / 1 ms}
)";

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    static std::atomic<int> count{0};
    path_ = fs::temp_directory_path() /
            ("hillock-config-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
  }
  // A text without this folder's path.
  std::string shorten(std::string text) const {
    return remove_all(remove_all(std::move(text), path_.string() + "/"),
                      fs::path(HILLOCK_SOURCE_DIR).string() + "/");
  }

 private:
  static std::string remove_all(std::string text, const std::string& what) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what))
      text.erase(at, what.size());
    return text;
  }
  fs::path path_;
};

// What most configs of the tests begin with.
inline const std::string simulation = "simulation: {duration: 10 ms, dt: 0.1 ms}\n";

inline hillock::config::Options options(std::vector<std::string> settings = {}) {
  return {std::move(settings), {std::string(HILLOCK_SOURCE_DIR) + "/models"}};
}

inline std::unique_ptr<hillock::model::Experiment> load(const Folder& folder, const std::string& text,
                                                        std::vector<std::string> settings = {}) {
  folder.write("test.yaml", text);
  return hillock::config::load(folder.path("test.yaml"), options(std::move(settings)));
}

inline std::unique_ptr<hillock::model::Experiment> load(const std::string& text,
                                                        std::vector<std::string> settings = {}) {
  const Folder folder;
  auto experiment = load(folder, text, std::move(settings));
  return experiment;
}

// All that is reported about a config, or "" if it loads.
inline std::string findings(const Folder& folder, const std::string& text,
                            std::vector<std::string> settings = {}) {
  try {
    load(folder, text, std::move(settings));
  } catch (const hillock::base::Error& error) {
    return folder.shorten(error.what());
  }
  return "";
}

inline std::string findings(const std::string& text, std::vector<std::string> settings = {}) {
  return findings(Folder(), text, std::move(settings));
}

inline std::string model_findings(const std::string& text) {
  const Folder folder;
  folder.write("cell.yaml", text);
  std::deque<hillock::base::Source> sources;
  try {
    hillock::config::load_model(folder.path("cell.yaml"), {std::string(HILLOCK_SOURCE_DIR) + "/models"},
                                sources);
  } catch (const hillock::base::Error& error) {
    return folder.shorten(error.what());
  }
  return "";
}

// A neuron model and a receptor model that load, for changes that do not.
inline const std::string neuron = R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)";
inline const std::string receptor = R"(name: syn
kind: receptor
weight: {unit: nS, min: 0 nS}
params:
  tau: {default: 5 ms}
  E_rev: {default: 0 mV}
state:
  g: {init: 0 nS}
equations:
  dg/dt: -g / tau
on_spike:
  g: g + weight
current: g * (E_rev - V)
)";

// The text with the first of each pair replaced by the second, wherever it stands.
inline std::string changed(std::string text,
                           const std::vector<std::pair<std::string, std::string>>& changes) {
  for (const auto& [from, to] : changes)
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  return text;
}

}  // namespace loading
