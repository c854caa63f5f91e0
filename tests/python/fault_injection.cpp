// Preloaded into hillock by the fault tests: lets the N-th call of one function on an output file fail with a
// given errno. FAULT_CALL: open, pwrite, fsync, ftruncate, rename, close, or mprotect, where it would make
// memory executable; FAULT_AT: N, from 1; FAULT_ERRNO; FAULT_ONCE: only that call, not the later ones;
// FAULT_KILL: it kills the process instead. FAULT_COUNT: a file that holds the number of calls so far.
// FAULT_SHORT: pread and pwrite move half of what they are asked for, and every third call is interrupted
// before it has moved anything; the files with this name and .reads or .writes hold how many were cut short
// or interrupted so far.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<int> calls{0};

bool names_output(const char* path) { return std::strstr(path, ".h5") != nullptr; }

// Whether the descriptor is an output file of hillock.
bool is_output(int descriptor) {
  char link[64], target[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t length = readlink(link, target, sizeof target - 1);
  if (length <= 0) return false;
  target[length] = '\0';
  return names_output(target);
}

void write_number(const char* path, int number) {
  if (FILE* file = std::fopen(path, "w")) {
    std::fprintf(file, "%d", number);
    std::fclose(file);
  }
}

// Counts the call; whether it is to fail, with errno set.
bool fails(const char* function) {
  const char* chosen = std::getenv("FAULT_CALL");
  if (chosen == nullptr || std::strcmp(chosen, function) != 0) return false;
  const int number = ++calls;
  if (const char* count = std::getenv("FAULT_COUNT")) write_number(count, number);
  const char* at = std::getenv("FAULT_AT");
  if (at == nullptr) return false;
  const int wanted = std::atoi(at);
  if (std::getenv("FAULT_ONCE") != nullptr ? number != wanted : number < wanted) return false;
  if (std::getenv("FAULT_KILL") != nullptr) std::raise(SIGKILL);
  errno = std::atoi(std::getenv("FAULT_ERRNO"));
  return true;
}

// Transfers in one direction, and those of them that moved less than they were asked for.
struct Transfers {
  const char* name;
  std::atomic<int> calls{0}, faults{0};
};
Transfers reads{".reads"}, writes{".writes"};

// How much of this many bytes one call moves; 0: it is interrupted.
size_t moved(Transfers& transfers, int descriptor, size_t size) {
  const char* const counts = std::getenv("FAULT_SHORT");
  if (counts == nullptr || !is_output(descriptor)) return size;
  const bool interrupted = ++transfers.calls % 3 == 0;
  const size_t part = interrupted ? 0 : (size + 1) / 2;
  if (part < size) {
    char path[4096];
    std::snprintf(path, sizeof path, "%s%s", counts, transfers.name);
    write_number(path, ++transfers.faults);
  }
  if (interrupted) errno = EINTR;
  return part;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  if (names_output(path) && (flags & O_CREAT) != 0 && fails("open")) return -1;
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return next<int (*)(const char*, int, ...)>("open")(path, flags, mode);
}
ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  if (is_output(descriptor) && fails("pwrite")) return -1;
  const size_t part = moved(writes, descriptor, size);
  if (part == 0 && size > 0) return -1;
  return next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite")(descriptor, data, part, offset);
}
ssize_t pread(int descriptor, void* data, size_t size, off_t offset) {
  const size_t part = moved(reads, descriptor, size);
  if (part == 0 && size > 0) return -1;
  return next<ssize_t (*)(int, void*, size_t, off_t)>("pread")(descriptor, data, part, offset);
}
ssize_t pread64(int descriptor, void* data, size_t size, off64_t offset) {
  const size_t part = moved(reads, descriptor, size);
  if (part == 0 && size > 0) return -1;
  return next<ssize_t (*)(int, void*, size_t, off64_t)>("pread64")(descriptor, data, part, offset);
}
ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
  if (is_output(descriptor) && fails("pwrite")) return -1;
  const size_t part = moved(writes, descriptor, size);
  if (part == 0 && size > 0) return -1;
  return next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64")(descriptor, data, part, offset);
}
int fsync(int descriptor) {
  if (is_output(descriptor) && fails("fsync")) return -1;
  return next<int (*)(int)>("fsync")(descriptor);
}
int fdatasync(int descriptor) {
  if (is_output(descriptor) && fails("fsync")) return -1;
  return next<int (*)(int)>("fdatasync")(descriptor);
}
int ftruncate(int descriptor, off_t size) {
  if (is_output(descriptor) && fails("ftruncate")) return -1;
  return next<int (*)(int, off_t)>("ftruncate")(descriptor, size);
}
int ftruncate64(int descriptor, off64_t size) {
  if (is_output(descriptor) && fails("ftruncate")) return -1;
  return next<int (*)(int, off64_t)>("ftruncate64")(descriptor, size);
}
int rename(const char* from, const char* to) {
  if (names_output(to) && fails("rename")) return -1;
  return next<int (*)(const char*, const char*)>("rename")(from, to);
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  if (names_output(to) && fails("rename")) return -1;
  return next<int (*)(int, const char*, int, const char*)>("renameat")(from_folder, from, to_folder, to);
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  if (names_output(to) && fails("rename")) return -1;
  return next<int (*)(int, const char*, int, const char*, unsigned)>("renameat2")(from_folder, from,
                                                                                  to_folder, to, flags);
}
int link(const char* from, const char* to) {
  if (names_output(to) && fails("rename")) return -1;
  return next<int (*)(const char*, const char*)>("link")(from, to);
}
int mprotect(void* memory, size_t size, int protection) noexcept {
  if ((protection & PROT_EXEC) != 0 && fails("mprotect")) return -1;
  return next<int (*)(void*, size_t, int)>("mprotect")(memory, size, protection);
}
// The descriptor is closed also when the call says that it failed, as in Linux.
int close(int descriptor) {
  const bool failing = is_output(descriptor) && fails("close");
  const int error = errno;
  const int result = next<int (*)(int)>("close")(descriptor);
  if (!failing) return result;
  errno = error;
  return -1;
}

}  // extern "C"
