// The spikes of a population that a picture shows: all of a few, stretches of very many; rates of all of
// them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "record/run_reader.hpp"

namespace hillock::cli {

// ms; spikes at `stop` belong to it.
struct TimeWindow {
  double start = 0, stop = 0;
};

struct ShownSpikes {
  record::Spikes spikes;
  std::uint64_t count = 0;    // in the window, shown or not
  std::vector<double> edges;  // ms
  std::vector<double> rates;  // 1/s per neuron, between two edges
  std::string note;           // what was left out, for people; may be empty
};

struct SpikeBudget {
  std::uint64_t spikes = 200'000;   // up to which all are shown
  std::uint64_t sampled = 200'000;  // shown of more, in stretches from all over the window
  int bins = 200;                   // of the rates at most, where all spikes are shown
};

// At most so many bins of a window: of 1, 2 or 5 times a power of ten in ms, each of whole steps of time (dt,
// ms) so that none has room for more spikes than another. The last one may be shorter.
std::vector<double> rate_edges(TimeWindow window, double dt, int most);

// The rates of spikes (ms, ascending) in bins that have their later edge, not their earlier one, as spikes
// lie at the ends of steps: 1/s per neuron.
std::vector<double> rates_between(const std::vector<double>& edges, const std::vector<double>& times,
                                  double dt, std::uint64_t neurons);

// Throws IoError, also if no spikes of the population were recorded.
ShownSpikes shown_spikes(record::RunReader& reader, const std::string& population, TimeWindow window,
                         const SpikeBudget& budget);

// Which spikes lie in the window.
record::FrameRange spikes_within(record::RunReader& reader, const std::string& population, TimeWindow window);

}  // namespace hillock::cli
