// Whatever stands under `path`, `file` or `from_file` may name a file.
#include "cli/data_files.hpp"

#include <fmt/core.h>

#include <array>
#include <boost/crc.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>

namespace hillock::cli {
namespace {

namespace fs = std::filesystem;
using config::Node;

bool names_file(std::string_view path) {
  const std::string_view key = path.substr(path.rfind('.') + 1);
  return key == "path" || key == "file" || key == "from_file";
}

void collect(const Node& node, std::string_view path, std::set<std::string>& names) {
  if (node.is_scalar() && names_file(path)) names.insert(node.text);
  for (const Node& item : node.items) collect(item, path, names);
  for (const config::Entry& entry : node.entries) collect(entry.value, entry.key, names);
}

std::string line_of(const std::string& name, const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  boost::crc_32_type crc;
  std::uint64_t bytes = 0;
  std::array<char, 1 << 16> block;
  while (file.read(block.data(), block.size()).gcount() > 0) {
    crc.process_bytes(block.data(), static_cast<std::size_t>(file.gcount()));
    bytes += static_cast<std::uint64_t>(file.gcount());
  }
  if (!file.is_open() || file.bad()) throw base::IoError(path.string() + ": cannot be read");
  return fmt::format("{}: {} bytes, CRC-32 {:08x}\n", name, bytes, crc.checksum());
}

}  // namespace

std::string data_files_text(const config::Template& config, const sweep::Points& points) {
  std::set<std::string> names;
  collect(config.document(), "", names);
  for (const sweep::Point& point : points.points)
    for (const config::Assignment& setting : point.settings) collect(setting.value, setting.path, names);
  std::string text;
  std::error_code problem;
  for (const std::string& name : names)
    if (const fs::path path = fs::path(config.experiment().folder) / name; fs::is_regular_file(path, problem))
      text += line_of(name, path);
  return text;
}

}  // namespace hillock::cli
