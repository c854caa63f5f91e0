// Blocks held back: what they hold, and the order in which they go to the disk.
#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <string_view>

#include "record/held_blocks.hpp"

namespace hillock::record {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

TEST_CASE("what is held is the last that was put there and not cut, byte for byte") {
  constexpr std::size_t size = 200;
  std::mt19937 draw(1);
  for (int round = 0; round < 50; ++round) {
    HeldBlocks held;
    std::vector<std::optional<std::byte>> expected(size);
    for (int step = 0; step < 40; ++step) {
      const std::size_t address = draw() % size, count = draw() % (size - address) / 2;
      if (draw() % 3 == 0) {
        held.cut(address, count);
        std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(address), count, std::nullopt);
      } else {
        std::vector<std::byte> bytes(count);
        for (std::size_t i = 0; i < count; ++i) expected[address + i] = bytes[i] = std::byte(draw() % 256);
        held.put(address, bytes);
      }
      const std::size_t from = draw() % size, length = draw() % (size - from);
      std::vector<std::byte> seen(length, std::byte{0xEE});
      held.overlay(from, seen);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < length; ++i)
        wrong += seen[i] != expected[from + i].value_or(std::byte{0xEE});
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("a cut to the end of the file takes all behind an address") {
  HeldBlocks held;
  held.put(10, bytes_of("abcdef"));
  held.put(100, bytes_of("xyz"));
  held.cut(13, HADDR_MAX);
  REQUIRE(held.safe_order() == std::vector<haddr_t>{10});
  CHECK(held.block(10).size() == 3);
}

TEST_CASE("what nothing leads to goes first, and what leads to it follows from below") {
  using namespace std::string_view_literals;
  HeldBlocks held;
  const auto chunk_node = [](char level) { return std::string("TREE\1") + level + std::string(10, 'x'); };
  const auto put_all = [&] {
    held.put(0, bytes_of("\211HDF superblock"));
    held.put(1000, bytes_of(chunk_node(0)));
    held.put(2000, bytes_of(chunk_node(1)));
    held.put(3000, bytes_of("SNOD and its entries"));
    held.put(4000, bytes_of("TREE\0\0 of a group"sv));
    held.put(5000, bytes_of("\1\0 object header"sv));
    held.put(6000, bytes_of(chunk_node(2)));
  };
  put_all();
  CHECK(held.safe_order() == std::vector<haddr_t>{1000, 2000, 3000, 4000, 5000, 6000, 0});
  for (const haddr_t address : held.safe_order()) held.written(address);
  CHECK(held.safe_order().empty());
  put_all();
  held.put(500, bytes_of("TREE\1\0 never written"sv));
  CHECK(held.safe_order() == std::vector<haddr_t>{500, 0, 6000, 2000, 1000, 5000, 4000, 3000});
}

TEST_CASE("what lies in a file that was opened is led to, and what is put behind it goes first") {
  HeldBlocks held;
  held.found_on_disk(2000);
  held.put(0, bytes_of("\211HDF superblock"));
  held.put(96, bytes_of("an object header"));
  held.put(2000, bytes_of("its continuation"));
  CHECK(held.safe_order() == std::vector<haddr_t>{2000, 0, 96});
}

TEST_CASE("metadata where data or nothing was in between is new") {
  HeldBlocks held;
  for (const haddr_t address : {100, 200}) held.put(address, bytes_of("an object header"));
  for (const haddr_t address : held.safe_order()) held.written(address);
  held.cut(200, 16);
  for (const haddr_t address : {100, 200}) held.put(address, bytes_of("an object header"));
  CHECK(held.safe_order() == std::vector<haddr_t>{200, 100});
}

}  // namespace
}  // namespace hillock::record
