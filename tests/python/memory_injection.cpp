// Preloaded into hillock by the fault tests: lets the N-th allocation since main() began fail. MEMORY_AT: N,
// from 1; MEMORY_ONCE: only that one, not the later ones; MEMORY_COUNT: a file of 8 bytes that holds the
// number of allocations so far. Allocations that the HDF5 library makes itself neither fail nor count: it
// crashes on some.
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

extern "C" void* __libc_malloc(std::size_t);
extern "C" void* __libc_calloc(std::size_t, std::size_t);
extern "C" void* __libc_realloc(void*, std::size_t);
extern "C" void* __libc_memalign(std::size_t, std::size_t);

namespace {

struct Range {
  std::uintptr_t begin, end;
};
Range left_alone[16];  // the code of HDF5 and of what it calls
int ranges = 0;
std::atomic<long> own_count{0};
std::atomic<long>* calls = &own_count;
long wanted = 0;
bool once = false;
std::atomic<bool> started{false};

int note_library(dl_phdr_info* info, std::size_t, void*) {
  const char* slash = std::strrchr(info->dlpi_name, '/');
  const char* name = slash != nullptr ? slash + 1 : info->dlpi_name;
  bool leave = false;
  for (const char* start : {"libhdf5_serial.so", "libhdf5_serial_hl.so", "libhdf5.so", "libhdf5_hl.so",
                            "libz.so", "libsz.so", "libaec.so", "ld-linux"})
    leave = leave || std::strncmp(name, start, std::strlen(start)) == 0;
  for (int k = 0; leave && k < info->dlpi_phnum && ranges < 16; ++k) {
    const ElfW(Phdr)& part = info->dlpi_phdr[k];
    if (part.p_type == PT_LOAD && (part.p_flags & PF_X) != 0)
      left_alone[ranges++] = {info->dlpi_addr + part.p_vaddr, info->dlpi_addr + part.p_vaddr + part.p_memsz};
  }
  return 0;
}

void begin() {
  dl_iterate_phdr(note_library, nullptr);
  if (const char* path = std::getenv("MEMORY_COUNT")) {
    const int file = open(path, O_RDWR);
    void* const memory = mmap(nullptr, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory != MAP_FAILED) calls = static_cast<std::atomic<long>*>(memory);
    close(file);
  }
  if (const char* at = std::getenv("MEMORY_AT")) wanted = std::atol(at);
  once = std::getenv("MEMORY_ONCE") != nullptr;
  started = true;
}

bool fails(const void* caller) {
  if (!started) return false;
  const auto place = reinterpret_cast<std::uintptr_t>(caller);
  for (int k = 0; k < ranges; ++k)
    if (left_alone[k].begin <= place && place < left_alone[k].end) return false;
  const long number = ++*calls;
  if (wanted == 0 || (once ? number != wanted : number < wanted)) return false;
  errno = ENOMEM;
  return true;
}

int (*program)(int, char**, char**) = nullptr;

int begin_and_run(int argc, char** argv, char** environment) {
  begin();
  return program(argc, argv, environment);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) { return fails(__builtin_return_address(0)) ? nullptr : __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) {
  return fails(__builtin_return_address(0)) ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  return fails(__builtin_return_address(0)) ? nullptr : __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return fails(__builtin_return_address(0)) ? nullptr : __libc_memalign(alignment, size);
}
// Of the C library's own; without this HDF5's copies of strings would seem to be made by the C library.
char* strdup(const char* text) {
  if (fails(__builtin_return_address(0))) return nullptr;
  const std::size_t size = std::strlen(text) + 1;
  void* const copy = __libc_malloc(size);
  return copy != nullptr ? static_cast<char*>(std::memcpy(copy, text, size)) : nullptr;
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  if (fails(__builtin_return_address(0))) return ENOMEM;
  *memory = __libc_memalign(alignment, size);
  return *memory != nullptr ? 0 : ENOMEM;
}

int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv, void (*first)(),
                      void (*last)(), void (*loader)(), void* stack) {
  using Start = int (*)(int (*)(int, char**, char**), int, char**, void (*)(), void (*)(), void (*)(), void*);
  program = main;
  return reinterpret_cast<Start>(dlsym(RTLD_NEXT, "__libc_start_main"))(begin_and_run, argc, argv, first,
                                                                        last, loader, stack);
}

}  // extern "C"
