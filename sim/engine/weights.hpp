// Weights of connections over time: the frames of each layout, from the weights that the network has.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/recorder.hpp"
#include "network/network.hpp"

namespace hillock::engine {

// Frame k is that of the grid point k * every. Weights change only where the network is exchanged, and then
// read() is called: so the present ones are kept, and frames between two exchanges are made of them when they
// are handed over. Synapses that change by themselves have to be read at each frame.
class Weights {
 public:
  // `every`: steps between the frames of each layout; `dt` in ms. The layouts must outlive it.
  Weights(const std::vector<std::int64_t>& every, const std::vector<WeightLayout>& layouts, double dt);

  bool empty() const { return all_.empty(); }
  bool begun() const { return begun_; }
  // Hands over which synapses the columns are, and reads their weights. `network` may be null: there are
  // none. Throws NumericsError where a weight is more than its frames can hold.
  void begin(const network::Network* network, Recorder& recorder);
  // The weights are those of this network from here on; nothing before begin(). Throws as begin() does.
  void read(const network::Network* network);
  // The frames of all grid points before this one, those that were handed over before left out.
  void hand_over(std::int64_t step, Recorder& recorder);

  // Of each layout the frame that comes next.
  std::vector<std::int64_t> next_frames() const;
  void set_next_frames(const std::vector<std::int64_t>& frames);

 private:
  struct Present {
    std::int64_t every = 1, next_frame = 0;
    std::vector<double> values64;  // of each column; one of the two is used
    std::vector<float> values32;
  };
  void read(std::size_t layout, const network::Network* network, WeightColumns* columns);

  const std::vector<WeightLayout>& layouts_;
  double dt_;  // ms
  std::vector<Present> all_;
  bool begun_ = false;
};

}  // namespace hillock::engine
