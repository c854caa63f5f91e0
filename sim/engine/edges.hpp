// The synapses of connections, handed over to be recorded.
#pragma once
#include <atomic>
#include <functional>
#include <vector>

#include "engine/recorder.hpp"
#include "network/network.hpp"

namespace hillock::engine {

using TakeEdgeBlock = std::function<void(EdgeBlock)>;

// All synapses of each layout, in order of (target, source), in pieces of some hundred thousand; the last
// block of a layout says so. `network` may be null: then there are none. `dt` in ms. Ends early when `stop`
// is set.
void hand_over_edges(const network::Network* network, const std::vector<EdgeLayout>& layouts, double dt,
                     const std::atomic<bool>* stop, const TakeEdgeBlock& take);

}  // namespace hillock::engine
