// What arrives at the neurons of a block, summed in whole numbers.
#pragma once
#include <cstdint>

#include "network/large_array.hpp"
#include "program/bulk.hpp"

namespace hillock::network {

// Quanta that arrive at one kind of receptor at one grid point: whole numbers, so that their order cannot
// change a bit. All are 0 before they are added up, and after they have been taken, so that the blocks of a
// thread may use the same memory, which so stays in the cache.
class Sums {
 public:
  // For up to `targets` neurons of a block; in 8 bytes if `wide`, else in 4.
  Sums(std::int64_t targets, bool wide);

  bool wide() const { return wide_sums_.size() > 0; }
  template <class Sum>
  Sum* at() {
    if constexpr (sizeof(Sum) == 4)
      return narrow_sums_.data();
    else
      return wide_sums_.data();
  }
  // Adds quantum * sum to arrivals[0 .. count - 1] for the neurons from `first` on, and sets the sums to 0.
  void take(std::int64_t first, std::int64_t count, double quantum, double* arrivals);

 private:
  LargeArray<std::int32_t> narrow_sums_;  // one of the two
  LargeArray<std::int64_t> wide_sums_;
  program::Bulk bulk_ = program::bulk();
};

}  // namespace hillock::network
