// Chooses the loops of an instruction set.
#include "program/bulk.hpp"

#include "base/diagnostics.hpp"

namespace hillock::program {

Bulk bulk(InstructionSet isa) {
  if (!available(isa))
    throw base::InternalError("this CPU has no " + std::string(name(isa)) + " instructions");
#if defined(__x86_64__)
  if (isa == InstructionSet::avx512) return avx512::bulk();
  if (isa == InstructionSet::avx2) return avx2::bulk();
#endif
  return generic::bulk();
}

}  // namespace hillock::program
