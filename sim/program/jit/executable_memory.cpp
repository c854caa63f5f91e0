// Two mappings of one piece of memory that has no name in any folder.
#include "program/jit/executable_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/diagnostics.hpp"

namespace hillock::program::jit {
namespace {

[[noreturn]] void refuse(int error) {
  throw base::ResourceError(std::string("the system gives no executable memory (") + std::strerror(error) +
                            "); choose --backend interpreter");
}

// Closes the descriptor when it goes.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

ExecutableMemory::ExecutableMemory(std::span<const std::uint8_t> code) : size_(code.size()) {
  const Descriptor memory{::memfd_create("hillock", MFD_CLOEXEC)};
  if (memory.number < 0 || ::ftruncate(memory.number, static_cast<off_t>(size_)) != 0) refuse(errno);
  void* const writable = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, memory.number, 0);
  if (writable == MAP_FAILED) refuse(errno);
  std::memcpy(writable, code.data(), size_);
  ::munmap(writable, size_);
  address_ = ::mmap(nullptr, size_, PROT_READ | PROT_EXEC, MAP_SHARED, memory.number, 0);
  if (address_ == MAP_FAILED) refuse(errno);
}

ExecutableMemory::~ExecutableMemory() { ::munmap(address_, size_); }

}  // namespace hillock::program::jit
