// Counter-based random numbers: a draw is a function of (seed, stream name, index, step), never of order,
// thread or rank.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace hillock::base {

// Philox 4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405): 4 words from a 128-bit counter and a
// 64-bit key.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

// A stream of draws for one named purpose of one named object, e.g. ("inputs.kick", "poisson").
struct Stream {
  std::uint64_t key = 0;

  // key = a hash of seed and name. The hash is fixed for ever: changing it changes every published run.
  static Stream of(std::uint64_t seed, std::string_view name);

  // Uniform in (0, 1), both ends excluded: (upper 52 bits + 1/2) * 2^-52 of bits(), exact in double
  // arithmetic (with 53 bits the largest value would round to 1). `index` is the neuron (or draw), `step` the
  // time step, `lane` tells apart the two doubles of one Philox block (0 or 1).
  double uniform(std::uint64_t index, std::uint64_t step, int lane = 0) const;
  double normal(std::uint64_t index, std::uint64_t step,
                int lane = 0) const;  // normal_quantile(uniform(...))
  // Philox at counter (index low, index high, step low, step high) and key (key low, key high).
  std::array<std::uint32_t, 4> words(std::uint64_t index, std::uint64_t step) const;
  // Words 2*lane (low half) and 2*lane + 1 (high half) of words(index, step).
  std::uint64_t bits(std::uint64_t index, std::uint64_t step, int lane = 0) const;
};

// The draws of the neurons of a population. The neurons of a stack belong to several points, one after the
// other: each point has a stream of its own, and counts its neurons from 0.
struct Streams {
  std::vector<Stream> points;  // at least one
  std::uint64_t neurons = 0;   // of each point, where there are several

  Streams(Stream one = {}) : points{one} {}
  // `neurons` are those of all points together.
  static Streams of(std::span<const std::uint64_t> seeds, std::string_view name, std::int64_t neurons);

  bool stacked() const { return points.size() > 1; }
  const Stream& stream_of(std::uint64_t neuron) const { return points[stacked() ? neuron / neurons : 0]; }
  std::uint64_t index_of(std::uint64_t neuron) const { return stacked() ? neuron % neurons : neuron; }
};

}  // namespace hillock::base
