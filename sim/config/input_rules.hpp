// What the fields of an input must hold together: signs, the grid, and which fields go with which.
#pragma once
#include "config/reader.hpp"
#include "lang/expression.hpp"
#include "model/experiment.hpp"
#include "model/input_types.hpp"

namespace hillock::config {

void check_input(Reader& reader, const model::InputSpec& input, const model::InputType& type,
                 const model::Experiment& experiment);

// Puts the values of `vars` in place of their names; false if one of them has no value.
bool replace_variables(lang::Expression& expression, const Variables& variables);

}  // namespace hillock::config
