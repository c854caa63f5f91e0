// Writes the head of a file.
#include "record/file_head.hpp"

#include "record/hdf5_file.hpp"

namespace hillock::record {

void write_head(H5::Group& root, const engine::RunFacts& facts) {
  set_text(root, "hillock_format", "1.0");
  const auto program = facts.words.find("hillock_version");
  set_text(root, "hillock_version", program == facts.words.end() ? "" : program->second);
  set_number<std::uint64_t>(root, "seed", facts.seed);
  set_number<std::int8_t>(root, "complete", 0);
  set_text(root, "status", "running");
}

void write_meta(H5::Group& root, const engine::RunFacts& facts) {
  H5::Group meta = root.createGroup("meta");
  for (const auto& [name, text] : facts.texts) write_text(meta, name, text);
  for (const auto& [name, word] : facts.words) set_text(meta, name, word);
  for (const auto& [name, number] : facts.numbers) set_number<double>(meta, name, number);
  set_number<double>(meta, "duration_ms", facts.duration);
  set_number<double>(meta, "dt_ms", facts.dt);
}

}  // namespace hillock::record
