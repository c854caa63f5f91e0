// Finds divisions that are 0/0 at a finite V, such as (V + 40 mV)/(1 - exp(-(V + 40 mV)/10 mV)): they give
// NaN if V gets there.
#pragma once
#include <functional>
#include <string_view>

#include "base/diagnostics.hpp"
#include "model/model.hpp"

namespace hillock::assemble {

// Warns of each such division in the model's equations and derived quantities, for V from -200 to 200 (mV, or
// no unit). `value_of` gives all other names but those of derived quantities.
void warn_of_singularities(const model::Model& model, const std::function<double(std::string_view)>& value_of,
                           base::Diagnostics& diagnostics);

}  // namespace hillock::assemble
