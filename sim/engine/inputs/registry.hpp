// The input types by name. To add one: a pair of files, one line in registry.cpp, and its fields in
// model/input_types.cpp.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// The input of this type. Throws InternalError for a type that is not registered, UserError for data that do
// not fit.
std::unique_ptr<CurrentInput> make_current_input(const std::string& type, const InputData& data);
std::unique_ptr<SpikeInput> make_spike_input(const std::string& type, const InputData& data);

// The registered names, in order.
std::vector<std::string> current_input_types();
std::vector<std::string> spike_input_types();

}  // namespace hillock::engine
