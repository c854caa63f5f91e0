// Names, lock and final renaming of the file a run writes.
#include "record/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/diagnostics.hpp"

namespace hillock::record {

using base::IoError;

namespace {

// The lock is a record lock on one byte far behind any data: HDF5's readers take flock() locks or none, so
// they are not kept out, and the kernel names the pid that holds it and drops it when that process dies.
struct flock lock_request(short type) {
  struct flock request {};
  request.l_type = type;
  request.l_whence = SEEK_SET;
  request.l_start = off_t{1} << 60;
  request.l_len = 1;
  return request;
}

constexpr const char* choose_another = "wait for it, or choose another name with --out";

[[noreturn]] void refuse_second_writer(const std::string& partial_path, pid_t pid, const char* remedy) {
  const std::string who = pid > 0 ? "process " + std::to_string(pid) : "a process on another machine";
  throw IoError(partial_path + " is being written by " + who + "; " + remedy);
}

// Whether the descriptor is still the file of this name (another process may have renamed it between open and
// lock).
bool still_named(int descriptor, const std::string& path) {
  struct stat opened {
  }, named{};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

int open_locked(const std::string& path, bool create) {
  for (;;) {
    const int descriptor =
        ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0), 0666);
    if (descriptor < 0)
      throw IoError(path + ": " + system_text(errno) + (create ? " (while creating it)" : ""));
    struct flock request = lock_request(F_WRLCK);
    if (::fcntl(descriptor, F_SETLK, &request) != 0) {
      const bool held = errno == EACCES || errno == EAGAIN;
      request = lock_request(F_WRLCK);
      if (held && ::fcntl(descriptor, F_GETLK, &request) == 0) {
        ::close(descriptor);
        if (request.l_type == F_UNLCK) continue;  // released in this moment
        refuse_second_writer(path, request.l_pid,
                             create ? choose_another : "it can be recovered when that has ended");
      }
      // File systems without locks: go on, as the user can see to it that nobody else writes here.
    }
    if (still_named(descriptor, path)) return descriptor;
    ::close(descriptor);
  }
}

void check_free(const std::string& partial_path) {
  const int descriptor = ::open(partial_path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return;
    throw IoError(partial_path + ": " + system_text(errno));
  }
  struct flock request = lock_request(F_WRLCK);
  const bool held = ::fcntl(descriptor, F_GETLK, &request) == 0 && request.l_type != F_UNLCK;
  ::close(descriptor);
  if (held) refuse_second_writer(partial_path, request.l_pid, choose_another);
}

void check_folder(const std::string& path, bool make) {
  const std::string folder = folder_of(path);
  std::error_code error;
  if (make) std::filesystem::create_directories(folder, error);
  struct stat found {};
  if (::stat(folder.c_str(), &found) != 0) {
    if (errno == ENOENT)
      throw IoError(path + ": the folder '" + folder + "' does not exist; create it first");
    throw IoError(path + ": the folder '" + folder + "' cannot be used: " + system_text(errno));
  }
  if (!S_ISDIR(found.st_mode)) throw IoError(path + ": '" + folder + "' is a file, expected a folder");
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw IoError(path + ": the folder '" + folder + "' cannot be written: " + system_text(errno));
}

void sync_folder(const std::string& path) {
  const int folder = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;  // a folder may be writable and not readable
  const int error = ::fsync(folder) == 0 ? 0 : errno;
  ::close(folder);
  if (error == 0 || error == EINVAL || error == ENOTSUP) return;  // file systems that cannot
  throw IoError(path + ": " + system_text(error) + " (while writing its name to the disk)");
}

}  // namespace

std::string system_text(int error) {
  switch (error) {
    case ENOSPC:
      return "no space left on device";
    case EDQUOT:
      return "disk quota exceeded";
    case EFBIG:
      return "file too large (the limit set by ulimit -f, or of the file system)";
    case EIO:
      return "input/output error of the device";
    case EROFS:
      return "read-only file system";
    case EACCES:
      return "permission denied";
    case EPERM:
      return "operation not permitted";
    case ENOENT:
      return "no such file";
    case EISDIR:
      return "is a folder";
    case ENOTDIR:
      return "a part of the path is a file, not a folder";
    case ENAMETOOLONG:
      return "the name is too long";
    case ELOOP:
      return "a symbolic link, expected a file";
    case EINVAL:
      return "not possible on this file system";
    case EMFILE:
      return "too many open files";
    default:
      return "system error " + std::to_string(error);
  }
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

void check_output(const std::string& path, bool explicit_out, bool force) {
  const std::string name = path.substr(path.rfind('/') + 1);
  if (name.empty() || name == "." || name == "..")
    throw IoError("'" + path + "' is not the name of a file; expected for instance results/run.h5");
  check_folder(path, !explicit_out);
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) throw IoError(path + " is a folder, expected the name of a file");
    if (!S_ISREG(found.st_mode)) throw IoError(path + " is not a regular file; HDF5 needs a file on a disk");
    if (explicit_out && !force)
      throw IoError(path + " exists; add --force to replace it, or choose another name with --out");
  }
  check_free(path + ".partial");
}

OutputFile::OutputFile(std::string path, bool create)
    : path_(std::move(path)),
      partial_path_(path_ + ".partial"),
      descriptor_(open_locked(partial_path_, create)) {}

OutputFile::OutputFile(std::string path) : OutputFile(std::move(path), true) {
  if (::ftruncate(descriptor_, 0) == 0) return;
  const int error = errno;
  ::close(std::exchange(descriptor_, -1));
  throw IoError(partial_path_ + ": " + system_text(error) + " (while creating it)");
}

OutputFile OutputFile::existing(std::string path) { return OutputFile(std::move(path), false); }

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      partial_path_(std::move(other.partial_path_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void OutputFile::sync() {
  if (::fsync(descriptor_) != 0)
    throw IoError(partial_path_ + ": " + system_text(errno) + " (while writing the last of it to the disk)");
}

void OutputFile::publish(bool replace) {
  if (!replace) {
    // Atomic where the file system knows it; otherwise looked up just before.
    if (::renameat2(AT_FDCWD, partial_path_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0) {
      sync_folder(path_);
      return close(path_);
    }
    if (errno == EEXIST || (errno == EINVAL && ::access(path_.c_str(), F_OK) == 0))
      throw IoError(path_ + " has appeared while this file was written; the new data are kept in " +
                    partial_path_);
    if (errno != EINVAL && errno != ENOSYS)
      throw IoError(partial_path_ + ": " + system_text(errno) + " (while renaming it to " + path_ + ")");
  }
  if (std::rename(partial_path_.c_str(), path_.c_str()) != 0)
    throw IoError(partial_path_ + ": " + system_text(errno) + " (while renaming it to " + path_ + ")");
  sync_folder(path_);
  close(path_);
}

void OutputFile::close(const std::string& name) {
  if (descriptor_ >= 0 && ::close(std::exchange(descriptor_, -1)) != 0)
    throw IoError(name + ": " + system_text(errno) + " (while closing it)");
}

}  // namespace hillock::record
