// Exponentials whose arguments are small multiples of one another are computed from one.
#pragma once
#include <vector>

#include "program/node_builder.hpp"

namespace hillock::program {

// Copies the nodes of `from` to `to`, and returns the new number of each. Where, for the roots, exp, exprel
// or its reciprocal read slope*x + offset of the same x, with literals, and one slope is k times another (k
// <= 16), they read exp(slope*x + offset)^k of the smaller one, times a literal. Relative error: about 1.2 k
// + 3 units in the last place for exp, and beside 0, where exp(x) - 1 loses digits, at most 5e-14 for exprel
// and its reciprocal.
std::vector<int> share_exponentials(const NodeBuilder& from, const std::vector<int>& roots, NodeBuilder& to,
                                    const Passes& passes);

}  // namespace hillock::program
