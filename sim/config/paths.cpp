// Keeps the paths of a config under its folder.
#include "config/paths.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/text.hpp"

namespace hillock::config {

namespace fs = std::filesystem;

bool is_path(const std::string& word) {
  return word.find('/') != std::string::npos || word.ends_with(".yaml") || word.ends_with(".yml");
}

std::optional<std::string> inside(const std::string& path, const std::string& folder,
                                  const base::Place& place, base::Diagnostics& diagnostics) {
  const auto refuse = [&](const std::string& why) {
    diagnostics.error(place, base::quoted(path) + " " + why,
                      "put the file into the config's folder, or below, and name it from there");
    return std::nullopt;
  };
  if (path.empty()) return refuse("is not a path");
  if (fs::path(path).is_absolute())
    return refuse("is an absolute path; paths inside a config are relative to it");
  std::error_code problem;
  const fs::path root = fs::weakly_canonical(folder, problem);
  if (problem) return refuse("cannot be followed: " + problem.message());
  const fs::path target = fs::weakly_canonical(root / path, problem);
  if (problem) return refuse("cannot be followed: " + problem.message());
  const auto [end, unused] = std::mismatch(root.begin(), root.end(), target.begin(), target.end());
  if (end != root.end()) return refuse("leads out of the config's folder");
  return target.string();
}

std::optional<std::string> data_file(const std::string& path, const std::string& folder,
                                     const base::Place& place, base::Diagnostics& diagnostics) {
  const std::optional<std::string> target = inside(path, folder, place, diagnostics);
  std::error_code problem;
  if (!target || fs::is_regular_file(*target, problem)) return target;
  const bool something = fs::exists(*target, problem);
  diagnostics.error(place, base::quoted(path) + (something ? " is not a file" : " does not exist"),
                    "paths are relative to the config's folder");
  return std::nullopt;
}

}  // namespace hillock::config
