// Exponentials whose arguments are small multiples of one another are computed from one.
#pragma once
#include <vector>

#include "program/node_builder.hpp"

namespace hillock::program {

// Copies the nodes of `from` to `to`, and returns the new number of each. Where, for the roots, exp, exprel
// or its reciprocal read slope*x + offset of the same x, with literals, and one slope is k times another (k
// <= 16), they read exp(slope*x + offset)^k of the smaller one, times a literal. Beside what the rounding of
// the argument costs in any form, the relative error of exp is about 1.2 k + 3 units in the last place, and
// that of exprel and its reciprocal, where exp(x) - 1 loses digits, up to 16 times as much; exprel is
// infinite from 709.8 on, not from 716. All other arguments that are slope*x + offset with literals become
// one operation.
std::vector<int> share_exponentials(const NodeBuilder& from, const std::vector<int>& roots, NodeBuilder& to,
                                    const Passes& passes);

}  // namespace hillock::program
