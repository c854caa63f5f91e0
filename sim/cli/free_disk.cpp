// Whether a run's traces fit on the disk.
#include "cli/free_disk.hpp"

#include <fmt/core.h>
#include <sys/statvfs.h>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "record/output_file.hpp"

namespace hillock::cli {

void check_free_disk(const std::string& path, std::int64_t file_bytes) {
  struct statvfs disk {};
  if (statvfs(record::folder_of(path).c_str(), &disk) != 0) return;  // check_output has looked at the folder
  const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  if (static_cast<double>(file_bytes) > free)
    throw base::ResourceError(
        fmt::format("{} would take {}, and its disk has {} free; record fewer neurons or variables, or with "
                    "a longer 'every'",
                    path, human_bytes(static_cast<double>(file_bytes)), human_bytes(free)));
}

}  // namespace hillock::cli
