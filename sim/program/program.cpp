// What of a program counts.
#include "program/program.hpp"

#include <utility>

#include "program/operations.hpp"

namespace hillock::program {

Program without_guard(Program program) {
  program.guard = -1;
  return program;
}

std::vector<bool> live_nodes(const Program& program) {
  std::vector<bool> live(program.step.size(), false);
  const auto need = [&](int node) { live[static_cast<std::size_t>(node)] = true; };
  for (const Output& output : program.outputs) need(output.node);
  if (program.guard >= 0) need(program.guard);
  for (std::size_t i = program.step.size(); i-- > 0;)
    if (live[i]) for_operands(program.step[i], need);
  return live;
}

}  // namespace hillock::program
