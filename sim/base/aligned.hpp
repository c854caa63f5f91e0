// Arrays that SIMD kernels read: 64-byte aligned, length padded to a multiple of 8 values.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <utility>

namespace hillock::base {

constexpr std::int64_t simd_width = 8;
constexpr std::int64_t padded(std::int64_t n) { return (n + simd_width - 1) / simd_width * simd_width; }

// A fixed-size array of T, zeroed; throws std::bad_alloc. The padding behind size() may be read and written.
template <class T>
class AlignedArray {
 public:
  AlignedArray() = default;
  explicit AlignedArray(std::int64_t size, T fill = T{}) : size_(size) {
    if (bytes() == 0) return;
    data_ = static_cast<T*>(std::aligned_alloc(64, static_cast<std::size_t>(bytes())));
    if (data_ == nullptr) throw std::bad_alloc();
    for (std::int64_t i = 0; i < padded(size); ++i) data_[i] = fill;
  }
  AlignedArray(AlignedArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  AlignedArray& operator=(AlignedArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  AlignedArray(const AlignedArray&) = delete;
  AlignedArray& operator=(const AlignedArray&) = delete;
  ~AlignedArray() { std::free(data_); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::int64_t size() const { return size_; }
  std::int64_t bytes() const { return (padded(size_) * std::int64_t{sizeof(T)} + 63) / 64 * 64; }
  T& operator[](std::int64_t i) { return data_[i]; }
  const T& operator[](std::int64_t i) const { return data_[i]; }
  std::span<T> span() { return {data_, static_cast<std::size_t>(size_)}; }
  std::span<const T> span() const { return {data_, static_cast<std::size_t>(size_)}; }

 private:
  T* data_ = nullptr;
  std::int64_t size_ = 0;
};

}  // namespace hillock::base
