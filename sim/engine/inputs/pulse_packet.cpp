// Volleys of spikes: all their times are drawn at the beginning, as those of a file are read.
#include "engine/inputs/pulse_packet.hpp"

#include <fmt/core.h>

#include "base/diagnostics.hpp"
#include "engine/inputs/fields.hpp"
#include "engine/inputs/spike_file.hpp"

namespace hillock::engine {

namespace {

constexpr double most_spikes = 1e8;  // that are listed, 24 bytes each

}  // namespace

std::unique_ptr<SpikeInput> make_pulse_packet(const InputData& data) {
  InputData listed = data;
  std::vector<double> times, ids;
  const bool shared = is_set(data, "shared");
  const double delay = number_or(data, "delay", 0);
  const double spread = data.value("spread");
  const auto number = static_cast<std::uint64_t>(data.value("number"));
  const std::vector<double>& packets = data.lists.at("times");
  const std::vector<std::int64_t> targets = target_neurons(data);
  const double all =
      static_cast<double>(targets.size()) * static_cast<double>(packets.size()) * static_cast<double>(number);
  if (all > most_spikes)
    throw base::UserError(fmt::format("input '{}': {:.3g} spikes in its volleys", data.name, all),
                          fmt::format("give at most {:.0e}", most_spikes));
  for (const std::int64_t target : targets) {
    const auto neuron = static_cast<std::uint64_t>(target);
    const base::Stream& stream = data.streams.stream_of(neuron);
    const std::uint64_t index = shared ? 0 : data.streams.index_of(neuron);
    for (std::uint64_t i = 0; i < packets.size() * number; ++i) {
      const double time = packets[i / number] + spread * stream.normal(index, i);
      if (time + delay < 0) continue;
      times.push_back(time);
      ids.push_back(static_cast<double>(target));
    }
  }
  listed.lists["times"] = std::move(times);
  listed.lists["node_ids"] = std::move(ids);
  return make_spike_file(listed);
}

}  // namespace hillock::engine
