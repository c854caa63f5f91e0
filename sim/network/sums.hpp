// What arrives at the neurons of a block, summed in whole numbers.
#pragma once
#include <cstdint>
#include <vector>

#include "network/large_array.hpp"
#include "program/bulk.hpp"

namespace hillock::network {

// Quanta that arrive at one kind of receptor, at so many grid points at once as there is room for: whole
// numbers, so that their order cannot change a bit. All are 0 before they are added up, and after they have
// been taken, so that one after the other many blocks may use the same memory, while it is in the cache.
class Sums {
 public:
  Sums() = default;
  // For up to `targets` neurons of a block, at `steps` grid points that follow one another; in 8 bytes if
  // `wide`, else in 4.
  Sums(std::int64_t targets, std::int64_t steps, bool wide);

  bool wide() const { return wide_; }
  template <class Sum>
  Sum* at(std::int64_t step) {
    if constexpr (sizeof(Sum) == 4)
      return narrow_sums_.data() + place(step) * targets_;
    else
      return wide_sums_.data() + place(step) * targets_;
  }
  // Whether something arrives at a grid point.
  bool any(std::int64_t step) const { return any_[static_cast<std::size_t>(place(step))] != 0; }
  void set_any(std::int64_t step, bool any) { any_[static_cast<std::size_t>(place(step))] = any; }
  // Adds quantum * sum to arrivals[0 .. count - 1] for the neurons from `first` on, and sets the sums to 0.
  void take(std::int64_t step, std::int64_t first, std::int64_t count, double quantum, double* arrivals);
  void clear();

 private:
  std::int64_t place(std::int64_t step) const { return step % steps_; }

  std::int64_t targets_ = 0, steps_ = 1;
  bool wide_ = false;
  LargeArray<std::int32_t> narrow_sums_;  // [step % steps_][target], one of the two
  LargeArray<std::int64_t> wide_sums_;
  std::vector<char> any_;  // [step % steps_]
  program::Bulk bulk_ = program::bulk();
};

}  // namespace hillock::network
