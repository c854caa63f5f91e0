// A body of instructions as machine code.
#pragma once
#include <cstdint>
#include <optional>

#include "base/aligned.hpp"
#include "program/jit/allocation.hpp"
#include "program/jit/executable_memory.hpp"

namespace hillock::program::jit {

// What one call of native code works on.
struct Frame {
  double* const* arrays = nullptr;
  std::uint8_t* const* masks = nullptr;
  const double* const* parameters = nullptr;  // of those that differ between neurons
  const double* values = nullptr;             // AVX2: each four times
  std::int64_t begin = 0, end = 0;            // neurons, in multiples of 8
  std::int64_t loop_end = 0;      // up to which the main loop goes: begin plus a multiple of its width
  std::uint64_t first_index = 0;  // index for draws of neuron 0
  std::int64_t ignore_guard = 0;  // 1: go on where the guard holds
  std::uint8_t guard[2] = {};     // in 8 neurons where it held: a bit for each lane of each stream
};

// Whether the system gives executable memory; asked once.
bool can_execute();

class NativeCode {
 public:
  // Writes the code: a loop over `main`, and one over `rest` for what is left if a round of it takes more
  // than 8 neurons. Throws base::ResourceError if the system gives no executable memory.
  NativeCode(const ActionList& list, const Target& target, const Body& main, const Body& rest);

  // -1, or the first neuron of a round for one of which the guard held: nothing from it on was stored.
  // Frame::guard is set where the round is of 8 neurons; a round of more leaves it 0.
  std::int64_t run(Frame& frame) const { return function_(&frame); }
  std::int64_t width() const { return width_; }  // neurons in a round of the loop, a power of two
  int lanes() const { return lanes_; }
  std::int64_t bytes() const { return pool_.bytes() + memory_->bytes(); }

 private:
  using Function = std::int64_t (*)(Frame*);
  base::AlignedArray<double> pool_;  // rows, then constants
  std::int64_t width_ = 0;
  int lanes_ = 0;
  std::optional<ExecutableMemory> memory_;
  Function function_ = nullptr;
};

}  // namespace hillock::program::jit
