// Memory with machine code: never writable and executable at once.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace hillock::program::jit {

// No file lies behind it, so that limits and faults of files do not reach it.
class ExecutableMemory {
 public:
  // Throws base::ResourceError if the system does not give it.
  explicit ExecutableMemory(std::span<const std::uint8_t> code);
  ~ExecutableMemory();
  ExecutableMemory(const ExecutableMemory&) = delete;
  ExecutableMemory& operator=(const ExecutableMemory&) = delete;
  const void* address() const { return address_; }
  std::int64_t bytes() const {
    return (static_cast<std::int64_t>(size_) + 4095) / 4096 * 4096;
  }  // whole pages

 private:
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace hillock::program::jit
