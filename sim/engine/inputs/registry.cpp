// One line per input type: its name and the function that makes it.
#include "engine/inputs/registry.hpp"

#include <map>

#include "base/diagnostics.hpp"
#include "engine/inputs/chirp.hpp"
#include "engine/inputs/dc.hpp"
#include "engine/inputs/file.hpp"
#include "engine/inputs/gamma.hpp"
#include "engine/inputs/noise.hpp"
#include "engine/inputs/ou.hpp"
#include "engine/inputs/poisson.hpp"
#include "engine/inputs/pulse_packet.hpp"
#include "engine/inputs/ramp.hpp"
#include "engine/inputs/regular.hpp"
#include "engine/inputs/sine.hpp"
#include "engine/inputs/spike_file.hpp"
#include "engine/inputs/spikes.hpp"
#include "engine/inputs/steps.hpp"
#include "engine/inputs/voltage_clamp.hpp"
#include "engine/inputs/waveform.hpp"
#include "engine/inputs/white_noise.hpp"

namespace hillock::engine {
namespace {

template <class Input>
using Factories = std::map<std::string, std::unique_ptr<Input> (*)(const InputData&)>;

const Factories<CurrentInput>& currents() {
  static const Factories<CurrentInput> table = {
      {"dc", make_dc},
      {"steps", make_steps},
      {"ramp", make_ramp},
      {"sine", make_sine},
      {"chirp", make_chirp},
      {"waveform", make_waveform},
      {"white_noise", make_white_noise},
      {"noise", make_noise},
      {"ou", make_ou},
      {"file", make_file},
      {"voltage_clamp", make_voltage_clamp},
  };
  return table;
}

const Factories<SpikeInput>& spike_sources() {
  static const Factories<SpikeInput> table = {
      {"spikes", make_spikes}, {"regular", make_regular},           {"poisson", make_poisson},
      {"gamma", make_gamma},   {"pulse_packet", make_pulse_packet}, {"spike_file", make_spike_file},
  };
  return table;
}

template <class Input>
std::vector<std::string> names(const Factories<Input>& table) {
  std::vector<std::string> found;
  for (const auto& [name, factory] : table) found.push_back(name);
  return found;
}

template <class Input>
std::unique_ptr<Input> make(const Factories<Input>& table, const std::string& type, const InputData& data) {
  const auto found = table.find(type);
  if (found == table.end())
    throw base::InternalError("input '" + data.name + "' has the type '" + type +
                              "', which is not registered");
  return found->second(data);
}

}  // namespace

std::unique_ptr<CurrentInput> make_current_input(const std::string& type, const InputData& data) {
  return make(currents(), type, data);
}
std::unique_ptr<SpikeInput> make_spike_input(const std::string& type, const InputData& data) {
  return make(spike_sources(), type, data);
}
std::vector<std::string> current_input_types() { return names(currents()); }
std::vector<std::string> spike_input_types() { return names(spike_sources()); }

}  // namespace hillock::engine
