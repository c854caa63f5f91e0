// A constant current: its gate is open from start to stop.
#include "engine/inputs/dc.hpp"

#include "engine/inputs/gated.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {

std::unique_ptr<CurrentInput> make_dc(const InputData& data) { return std::make_unique<Gated<Window>>(data); }

}  // namespace hillock::engine
