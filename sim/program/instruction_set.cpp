// What this CPU offers, and the flush-to-zero mode of this thread.
#include "program/kernel.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hillock::program {

bool available(InstructionSet isa) {
#if defined(__x86_64__)
  // The compiler's check asks the operating system too (XGETBV), not the CPU alone.
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  switch (isa) {
    case InstructionSet::generic:
      return true;
    case InstructionSet::avx2:
      return avx2;
    case InstructionSet::avx512:
      return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  }
#endif
  return isa == InstructionSet::generic;
}

InstructionSet best_instruction_set() {
  if (available(InstructionSet::avx512)) return InstructionSet::avx512;
  return available(InstructionSet::avx2) ? InstructionSet::avx2 : InstructionSet::generic;
}

std::string_view name(InstructionSet isa) {
  switch (isa) {
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::avx512:
      return "avx512";
    case InstructionSet::generic:
      break;
  }
  return "generic";
}

#if defined(__x86_64__)

FlushToZero::FlushToZero() : saved_(_mm_getcsr()) {
  constexpr unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
  _mm_setcsr(static_cast<unsigned>(saved_) | flush_to_zero | denormals_are_zero);
}

FlushToZero::~FlushToZero() { _mm_setcsr(static_cast<unsigned>(saved_)); }

#elif defined(__aarch64__)

FlushToZero::FlushToZero() {
  asm volatile("mrs %0, fpcr" : "=r"(saved_));
  asm volatile("msr fpcr, %0" : : "r"(saved_ | (std::uint64_t{1} << 24)));  // FZ: inputs and results
}

FlushToZero::~FlushToZero() { asm volatile("msr fpcr, %0" : : "r"(saved_)); }

#else

FlushToZero::FlushToZero() = default;
FlushToZero::~FlushToZero() = default;

#endif

}  // namespace hillock::program
