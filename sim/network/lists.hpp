// Lists of what is due at each step: written one here, one there, and read whole, once.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "network/large_array.hpp"

namespace hillock::network {

// Chains of short pieces of one large memory. What was just read is written again while it is in the nearest
// cache, hundreds of ends do not each need a page of their own, and thousands of lists that were long once
// do not keep what they took.
template <class Item>
class Lists {
 public:
  static constexpr std::size_t most_at_once = 16;

  explicit Lists(std::size_t count) : ends_(count, nullptr), chains_(count) {}
  std::size_t count() const { return ends_.size(); }
  static constexpr std::size_t bytes_of_list() { return sizeof(Item*) + sizeof(Chain); }  // while it is empty

  void add(std::size_t list, Item item) {
    Item*& end = ends_[list];
    if (room(end) == 0) [[unlikely]]
      end = lengthen(list);
    *end++ = item;
  }
  // Between one and most_at_once. May read up to 3 items more than there are.
  void add(std::size_t list, const Item* from, std::size_t count) {
    Item*& end = ends_[list];
    if (room(end) < most_at_once) [[unlikely]]
      end = lengthen(list);
    for (std::size_t i = 0; i < count; i += 4) std::memcpy(end + i, from + i, 4 * sizeof(Item));
    end += count;
  }

  bool empty(std::size_t list) const { return chains_[list].first == nullptr; }
  std::size_t size(std::size_t list) const {
    const Chain& chain = chains_[list];
    return empty(list) ? 0 : chain.before + static_cast<std::size_t>(ends_[list] - chain.last->items);
  }

  // Calls use(items, count) for each piece of a list.
  template <class Use>
  void each(std::size_t list, Use use) const {
    for (const Piece* piece = chains_[list].first; piece != nullptr; piece = piece->next) {
      if (piece->next != nullptr)
        for (std::size_t i = 0; i < sizeof(Piece); i += 64)
          __builtin_prefetch(reinterpret_cast<const char*>(piece->next) + i);
      const Item* const end = piece == chains_[list].last ? ends_[list] : piece->end;
      use(static_cast<const Item*>(piece->items), static_cast<std::size_t>(end - piece->items));
    }
  }
  void clear(std::size_t list) noexcept {
    for (Piece* piece = chains_[list].first; piece != nullptr; piece = piece->next) free_.push_back(piece);
    chains_[list] = {};
    ends_[list] = nullptr;
  }
  void clear() noexcept {
    for (std::size_t list = 0; list < count(); ++list) clear(list);
  }

  std::size_t bytes() const {
    std::size_t total = count() * bytes_of_list() + free_.capacity() * sizeof(Piece*);
    for (const LargeArray<Piece>& pieces : memory_) total += pieces.bytes();
    return total;
  }

 private:
  static constexpr std::size_t piece_bytes = 512;
  struct alignas(piece_bytes) Piece {
    Piece* next;
    Item* end;  // of its items, once it is not the last
    Item items[(piece_bytes - 2 * sizeof(void*)) / sizeof(Item)];
  };
  static_assert(sizeof(Piece) == piece_bytes);
  struct Chain {
    Piece *first = nullptr, *last = nullptr;
    std::size_t before = 0;  // items in the pieces before the last
  };

  // Behind the end of a piece the next one begins, so the address alone says how much room there is.
  static std::size_t room(const Item* end) {
    return -reinterpret_cast<std::uintptr_t>(end) % piece_bytes / sizeof(Item);
  }
  // Returns where the new piece begins.
  Item* lengthen(std::size_t list) {
    if (free_.empty()) allocate();
    Piece* const piece = free_.back();
    free_.pop_back();
    piece->next = nullptr;
    Chain& chain = chains_[list];
    chain.before = size(list);
    if (chain.last == nullptr) {
      chain.first = piece;
    } else {
      chain.last->end = ends_[list];
      chain.last->next = piece;
    }
    chain.last = piece;
    return piece->items;
  }
  // Twice as many as before, up to four megabytes. All of them have room in free_, so that clear() cannot
  // fail.
  void allocate() {
    const std::size_t pieces = memory_.empty() ? 32 : std::min<std::size_t>(8192, 2 * memory_.back().size());
    memory_.emplace_back(pieces);
    std::size_t all = 0;
    for (const LargeArray<Piece>& each : memory_) all += each.size();
    free_.reserve(all);
    for (std::size_t i = pieces; i-- > 0;) free_.push_back(&memory_.back()[i]);
  }

  std::vector<Item*> ends_;  // of the last piece of each list: all that most additions look at
  std::vector<Chain> chains_;
  std::vector<LargeArray<Piece>> memory_;
  std::vector<Piece*> free_;
};

}  // namespace hillock::network
