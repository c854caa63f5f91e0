// Arrays of hundreds of megabytes: on huge pages where the system gives them, each page touched first by who
// fills it.
#pragma once
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace hillock::network {

// Not initialised.
template <class T>
class LargeArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  LargeArray() = default;
  explicit LargeArray(std::size_t size) : size_(size) {
    if (size == 0) return;
    const std::size_t page = bytes() < huge_page ? std::max<std::size_t>(64, alignof(T)) : huge_page;
    data_.reset(static_cast<T*>(std::aligned_alloc(page, (bytes() + page - 1) / page * page)));
    if (data_ == nullptr) throw std::bad_alloc();
    if (page == huge_page) ::madvise(data_.get(), bytes() / huge_page * huge_page, MADV_HUGEPAGE);
  }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return size_ * sizeof(T); }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }

 private:
  static constexpr std::size_t huge_page = std::size_t{2} << 20;
  struct Free {
    void operator()(T* data) const { std::free(data); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace hillock::network
