// Lists in pieces: each gives back what was added to it, in order, whatever happens to the others.
#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "network/lists.hpp"

using namespace hillock;
using network::Lists;

namespace {

template <class Item>
std::vector<Item> all_of(const Lists<Item>& lists, std::size_t list) {
  std::vector<Item> found;
  lists.each(list, [&](const Item* items, std::size_t count) {
    CHECK(count > 0);
    found.insert(found.end(), items, items + count);
  });
  return found;
}

template <class Item>
void check_length(int length) {
  CAPTURE(length);
  Lists<Item> lists(3);
  for (int repeat = 0; repeat < 2; ++repeat) {
    std::vector<Item> expected;
    for (int i = 0; i < length; ++i) {
      expected.push_back(static_cast<Item>(7 * i + repeat));
      lists.add(1, expected.back());
      if (i % 3 == 0) lists.add(2, static_cast<Item>(i));
    }
    CHECK(all_of(lists, 1) == expected);
    CHECK(lists.size(1) == expected.size());
    CHECK(lists.empty(1) == (length == 0));
    CHECK(lists.empty(0));
    CHECK(all_of(lists, 2).size() == static_cast<std::size_t>((length + 2) / 3));
    lists.clear();
    CHECK((lists.empty(1) && lists.empty(2)));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("lists of any length hold what was added, also in memory that was used before", Item,
                   std::uint16_t, std::uint32_t, std::uint64_t) {
  // A piece of 512 bytes holds 248, 124 or 62.
  for (const int length : {0, 1, 61, 62, 63, 123, 124, 125, 247, 248, 249, 500, 10000})
    check_length<Item>(length);
}

TEST_CASE_TEMPLATE("many lists that are added to by one and by several, and cleared at any time, stay apart",
                   Item, std::uint16_t, std::uint32_t, std::uint64_t) {
  std::mt19937_64 dice(5);
  Lists<Item> lists(40);
  std::vector<std::vector<Item>> expected(lists.count());
  std::size_t bytes = 0;
  for (int round = 0; round < 60000; ++round) {
    const std::size_t list = dice() % lists.count();
    const auto count = static_cast<std::size_t>(1 + dice() % Lists<Item>::most_at_once);
    Item items[Lists<Item>::most_at_once + 3];
    for (Item& item : items) item = static_cast<Item>(dice());
    if (dice() % 50 == 0) {
      CHECK(all_of(lists, list) == expected[list]);
      CHECK(lists.size(list) == expected[list].size());
      lists.clear(list);
      expected[list].clear();
    } else if (dice() % 2 == 0) {
      lists.add(list, items[0]);
      expected[list].push_back(items[0]);
    } else {
      lists.add(list, items, count);
      expected[list].insert(expected[list].end(), items, items + count);
    }
    if (round == 30000) bytes = lists.bytes();
  }
  for (std::size_t list = 0; list < lists.count(); ++list) CHECK(all_of(lists, list) == expected[list]);
  CHECK(lists.bytes() < 2 * bytes);  // what was cleared is used again
}
