// Programs with and without their guard.
#include "program/program.hpp"

#include <utility>

#include "program/passes.hpp"

namespace hillock::program {

Program without_guard(Program program) {
  program.guard = -1;
  return program;
}

std::vector<bool> live_nodes(const Program& program) {
  std::vector<int> roots;
  for (const Output& output : program.outputs) roots.push_back(output.node);
  if (program.guard >= 0) roots.push_back(program.guard);
  return needed_by(program.step, roots);
}

}  // namespace hillock::program
