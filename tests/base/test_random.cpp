// Philox against its published vectors, streams against an independent computation, and the laws of the
// draws.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>

#include "base/random.hpp"

using namespace hillock::base;

using Words = std::array<std::uint32_t, 4>;

TEST_CASE("Philox 4x32-10 gives the known answers of Random123") {
  // kat_vectors of Random123 1.14 (Salmon et al. 2011, doi:10.1145/2063384.2063405)
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("the keys of streams stay what they are for ever") {
  // computed from the recipe above Stream::of with Python's integers
  CHECK(Stream::of(0, "").key == 0xa706dd2f4d197e6fULL);
  CHECK(Stream::of(1, "inputs.kick").key == 0x37788cdd8d4b0b10ULL);
  CHECK(Stream::of(1, "inputs.kick.poisson").key == 0x2cfe818e97a0be0bULL);
  CHECK(Stream::of(UINT64_MAX, "populations.exc").key == 0x29f5145fe6276d66ULL);
}

TEST_CASE("seed and every letter of the name change about half of the key's bits") {
  double flipped = 0;
  int pairs = 0;
  std::set<std::uint64_t> keys;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (int i = 0; i < 50; ++i) {
      const std::string name = "populations.p" + std::to_string(i);
      const std::uint64_t key = Stream::of(seed, name).key;
      keys.insert(key);
      flipped += std::popcount(key ^ Stream::of(seed + 1, name).key);
      flipped += std::popcount(key ^ Stream::of(seed, name + "0").key);
      pairs += 2;
    }
  }
  CHECK(keys.size() == 2500);
  CHECK(flipped / pairs == doctest::Approx(32).epsilon(0.01));
  CHECK(Stream::of(1, std::string("a\0", 2)).key != Stream::of(1, "a").key);
}

TEST_CASE("a draw is a function of index, step and lane") {
  const Stream stream = Stream::of(1, "x");
  const Words words = philox(
      {7, 1, 9, 0}, {static_cast<std::uint32_t>(stream.key), static_cast<std::uint32_t>(stream.key >> 32)});
  CHECK(stream.bits(7 + (1ULL << 32), 9, 0) == (words[0] | std::uint64_t{words[1]} << 32));
  CHECK(stream.bits(7 + (1ULL << 32), 9, 1) == (words[2] | std::uint64_t{words[3]} << 32));
  CHECK(stream.uniform(7 + (1ULL << 32), 9, 1) ==
        (static_cast<double>(stream.bits(7 + (1ULL << 32), 9, 1) >> 12) + 0.5) / 0x1p52);
}

TEST_CASE("uniform draws have the moments of the uniform law and no correlation between neighbours") {
  const Stream stream = Stream::of(3, "moments");
  constexpr int n = 200000;
  double sum = 0, squares = 0, products = 0, lanes = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    const double u = stream.uniform(i, 5) - 0.5;
    sum += u;
    squares += u * u;
    products += u * (stream.uniform(i + 1, 5) - 0.5);
    lanes += u * (stream.uniform(i, 5, 1) - 0.5);
    CHECK((u > -0.5 && u < 0.5));
  }
  const double sigma = 1 / std::sqrt(12.0 * n);  // of the mean
  CHECK(std::fabs(sum / n) < 4 * sigma);
  CHECK(std::fabs(squares / n - 1.0 / 12) < 4 / std::sqrt(180.0 * n));
  CHECK(std::fabs(products / n) < 4 / (12 * std::sqrt(double{n})));
  CHECK(std::fabs(lanes / n) < 4 / (12 * std::sqrt(double{n})));
}

TEST_CASE("normal draws have the moments of the normal law") {
  const Stream stream = Stream::of(4, "normal");
  constexpr int n = 200000;
  double sum = 0, squares = 0, cubes = 0, fourths = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    const double z = stream.normal(i, 0, static_cast<int>(i % 2));
    sum += z;
    squares += z * z;
    cubes += z * z * z;
    fourths += z * z * z * z;
  }
  const double root = std::sqrt(double{n});
  CHECK(std::fabs(sum / n) < 4 / root);
  CHECK(std::fabs(squares / n - 1) < 4 * std::sqrt(2.0) / root);
  CHECK(std::fabs(cubes / n) < 4 * std::sqrt(15.0) / root);
  CHECK(std::fabs(fourths / n - 3) < 4 * std::sqrt(96.0) / root);
}
