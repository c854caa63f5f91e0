// Reads the flags, and finds out which programs they are enough for.
#include "program/exception_flags.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "program/operations.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hillock::program {

namespace {

std::size_t index(int i) { return static_cast<std::size_t>(i); }

// !(|x| < infinity)
bool looks_for_what_is_not_finite(const Program& program) {
  const auto at = [&](int node) { return program.step[index(node)]; };
  const Node opposite = at(program.guard);
  if (opposite.op != Op::logical_not || at(opposite.a).op != Op::less) return false;
  const Node size = at(at(opposite.a).a), limit = at(at(opposite.a).b);
  return size.op == Op::absolute && limit.op == Op::constant &&
         limit.value == std::numeric_limits<double>::infinity();
}

// Whether a node is finite, or one of its operands is not, or computing it raises a flag. Functions that
// choose an infinity or NaN as a constant raise none.
bool flagged(const Node& node, const Program& program, const ParameterValues& parameters) {
  const auto finite = [](double value) { return std::isfinite(value); };
  switch (node.op) {
    case Op::constant:
      return finite(node.value);
    case Op::parameter:
      return std::ranges::all_of(parameters[index(node.a)], finite);
    case Op::normal_quantile:
      return program.step[index(node.a)].op == Op::uniform;  // neither 0 nor 1
    case Op::external:
    case Op::log:
    case Op::pow:
    case Op::sin:
    case Op::cos:
      return false;
    default:
      return true;
  }
}

}  // namespace

bool flags_tell(const Program& program, const ParameterValues& parameters) {
  if (program.guard < 0 || !has_exception_flags() || !looks_for_what_is_not_finite(program)) return false;
  const std::vector<bool> live = live_nodes(without_guard(program));
  for (std::size_t i = 0; i < live.size(); ++i)
    if (live[i] && !flagged(program.step[i], program, parameters)) return false;
  return true;
}

bool has_exception_flags() {
  static const bool answer = [] {
    const volatile double huge = std::numeric_limits<double>::max();
    clear_exception_flags();
    const bool before = exceptions_flagged();
    [[maybe_unused]] const volatile double infinite = huge * huge;
    return !before && exceptions_flagged();
  }();
  return answer;
}

#if defined(__x86_64__)

namespace {

constexpr unsigned invalid = 0x01, division_by_zero = 0x04, overflow = 0x08;
constexpr unsigned looked_at = invalid | division_by_zero | overflow;

}  // namespace

void clear_exception_flags() { _mm_setcsr(_mm_getcsr() & ~looked_at); }
bool exceptions_flagged() { return (_mm_getcsr() & looked_at) != 0; }

#else

void clear_exception_flags() {}
bool exceptions_flagged() { return true; }

#endif

}  // namespace hillock::program
