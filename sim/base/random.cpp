// Counter-based random numbers: Philox 4x32-10, and streams keyed by a hash of seed and name.
#include "base/random.hpp"

#include "base/math.hpp"

namespace hillock::base {

namespace {

constexpr std::uint64_t golden = 0x9E3779B97F4A7C15ULL;  // 2^64 divided by the golden ratio

// A bijection of 64-bit words in which every input bit flips every output bit with probability 1/2
// (the finaliser of SplitMix64: Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195; constants of
// Stafford's mix 13).
std::uint64_t mix(std::uint64_t word) {
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9ULL;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EBULL;
  return word ^ (word >> 31);
}

std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t product_1 = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {high(product_1) ^ counter[1] ^ key[0], low(product_1), high(product_0) ^ counter[3] ^ key[1],
               low(product_0)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

// key_0 = mix(seed + golden); each 8 bytes of the name (first byte lowest, the last padded with zeros):
// key = mix((key xor bytes) + golden); at the end key = mix((key xor length) + golden).
Stream Stream::of(std::uint64_t seed, std::string_view name) {
  std::uint64_t key = mix(seed + golden);
  for (std::size_t start = 0; start < name.size(); start += 8) {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < 8 && start + i < name.size(); ++i)
      bytes |= std::uint64_t{static_cast<unsigned char>(name[start + i])} << (8 * i);
    key = mix((key ^ bytes) + golden);
  }
  return {mix((key ^ name.size()) + golden)};
}

std::array<std::uint32_t, 4> Stream::words(std::uint64_t index, std::uint64_t step) const {
  return philox({low(index), high(index), low(step), high(step)}, {low(key), high(key)});
}

std::uint64_t Stream::bits(std::uint64_t index, std::uint64_t step, int lane) const {
  const auto four = words(index, step);
  const std::size_t first = lane == 0 ? 0 : 2;
  return four[first] | std::uint64_t{four[first + 1]} << 32;
}

double Stream::uniform(std::uint64_t index, std::uint64_t step, int lane) const {
  return (static_cast<double>(bits(index, step, lane) >> 12) + 0.5) * 0x1p-52;
}

double Stream::normal(std::uint64_t index, std::uint64_t step, int lane) const {
  return normal_quantile(uniform(index, step, lane));
}

Streams Streams::of(std::span<const std::uint64_t> seeds, std::string_view name, std::int64_t neurons) {
  Streams streams;
  streams.points.clear();
  for (const std::uint64_t seed : seeds) streams.points.push_back(Stream::of(seed, name));
  streams.neurons = static_cast<std::uint64_t>(neurons) / seeds.size();
  return streams;
}

}  // namespace hillock::base
