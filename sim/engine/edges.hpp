// The synapses of connections as they are recorded: in order of (target, source).
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/recorder.hpp"
#include "network/network.hpp"

namespace hillock::engine {

using TakeEdgeBlock = std::function<void(EdgeBlock)>;

// The synapses of one layout onto chosen targets, or onto all if none are named, in order of (target,
// source): in pieces of some hundred thousand, of which the last says so. `targets` ascending, `dt` in ms.
// `network` may be null: then there are no synapses. Ends early when `stop` is set; that may be null.
void each_block_of_edges(const network::Network* network, const EdgeLayout& layout,
                         std::span<const std::int64_t> targets, double dt, const std::atomic<bool>* stop,
                         const TakeEdgeBlock& take);

// All synapses of each layout, each as above.
void hand_over_edges(const network::Network* network, const std::vector<EdgeLayout>& layouts, double dt,
                     const std::atomic<bool>* stop, const TakeEdgeBlock& take);

}  // namespace hillock::engine
