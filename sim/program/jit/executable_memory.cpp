// Written first, and made executable when it can be written no more.
#include "program/jit/executable_memory.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/diagnostics.hpp"

namespace hillock::program::jit {

ExecutableMemory::ExecutableMemory(std::span<const std::uint8_t> code) : size_(code.size()) {
  void* const memory = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int error = memory == MAP_FAILED ? errno : 0;
  if (error == 0) {
    std::memcpy(memory, code.data(), size_);
    if (::mprotect(memory, size_, PROT_READ | PROT_EXEC) != 0) {
      error = errno;
      ::munmap(memory, size_);
    }
  }
  if (error != 0)
    throw base::ResourceError(std::string("the system gives no executable memory (") + std::strerror(error) +
                              "); choose --backend interpreter");
  address_ = memory;
}

ExecutableMemory::~ExecutableMemory() { ::munmap(address_, size_); }

}  // namespace hillock::program::jit
