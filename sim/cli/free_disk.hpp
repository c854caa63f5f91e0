// Whether a run's traces fit on the disk.
#pragma once
#include <cstdint>
#include <string>

namespace hillock::cli {

// Throws ResourceError if the disk of `path` has less than this free.
void check_free_disk(const std::string& path, std::int64_t file_bytes);

}  // namespace hillock::cli
