// Blocks are cut where others are laid over them; their order follows from HDF5's earliest format.
#include "record/held_blocks.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>
#include <tuple>

namespace hillock::record {
namespace {

// What a block is in the earliest format, by its signature (HDF5 File Format Specification, version 3.0,
// III). In the order in which blocks are written: a reader finds chunks from object header over the nodes of
// a tree down to its leaves. When a leaf is split, its second half is a new block; its parent must know that
// before the leaf loses it. Object headers, which say how many rows there are, follow when the rows can be
// found. Members of groups are found through a tree and tables of symbols, which name them by places in a
// heap.
enum class Kind { fresh, superblock, chunk_tree, other, group_tree, symbol_table };

bool has_signature(std::span<const std::byte> bytes, std::string_view signature) {
  return bytes.size() > 5 && std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

Kind kind(haddr_t address, std::span<const std::byte> bytes, bool on_disk) {
  if (address == 0) return Kind::superblock;
  if (!on_disk) return Kind::fresh;
  if (has_signature(bytes, "TREE")) return bytes[4] == std::byte{1} ? Kind::chunk_tree : Kind::group_tree;
  if (has_signature(bytes, "SNOD")) return Kind::symbol_table;
  return Kind::other;
}

// How far a node is above the leaves of its tree.
int level(Kind kind, std::span<const std::byte> bytes) {
  const bool node = kind == Kind::chunk_tree || kind == Kind::group_tree;
  return node ? std::to_integer<int>(bytes[5]) : 0;
}

}  // namespace

// The first block that ends behind the address.
HeldBlocks::Blocks::iterator HeldBlocks::first_behind(haddr_t address) {
  auto found = blocks_.upper_bound(address);
  if (found == blocks_.begin()) return found;
  const auto before = std::prev(found);
  return before->first + before->second.size() > address ? before : found;
}

void HeldBlocks::put(haddr_t address, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const auto found = first_behind(address);
  if (found != blocks_.end() && found->first <= address &&
      address + bytes.size() <= found->first + found->second.size()) {
    std::ranges::copy(bytes, found->second.begin() + static_cast<std::ptrdiff_t>(address - found->first));
    return;
  }
  clear(address, address + bytes.size());
  blocks_.emplace(address, std::vector<std::byte>(bytes.begin(), bytes.end()));
}

void HeldBlocks::cut(haddr_t address, haddr_t size) {
  const haddr_t most = std::numeric_limits<haddr_t>::max();
  const haddr_t end = size > most - address ? most : address + size;
  clear(address, end);
  on_disk_.erase(on_disk_.lower_bound(address), on_disk_.lower_bound(end));
}

void HeldBlocks::clear(haddr_t address, haddr_t end) {
  for (auto found = first_behind(address); found != blocks_.end() && found->first < end;) {
    const haddr_t begin = found->first;
    std::vector<std::byte> bytes = std::move(found->second);
    found = blocks_.erase(found);
    if (begin + bytes.size() > end)
      blocks_.emplace(
          end, std::vector<std::byte>(bytes.begin() + static_cast<std::ptrdiff_t>(end - begin), bytes.end()));
    if (begin < address) {
      bytes.resize(address - begin);
      blocks_.emplace(begin, std::move(bytes));
    }
  }
}

void HeldBlocks::overlay(haddr_t address, std::span<std::byte> bytes) const {
  const haddr_t end = address + bytes.size();
  auto found = blocks_.upper_bound(address);
  if (found != blocks_.begin()) --found;
  for (; found != blocks_.end() && found->first < end; ++found) {
    const haddr_t from = std::max(address, found->first);
    const haddr_t to = std::min(end, found->first + found->second.size());
    if (from < to)
      std::memcpy(bytes.data() + (from - address), found->second.data() + (from - found->first), to - from);
  }
}

std::vector<haddr_t> HeldBlocks::safe_order() const {
  std::vector<std::tuple<Kind, int, haddr_t>> order;
  for (const auto& [address, bytes] : blocks_) {
    const Kind what = kind(address, bytes, address < found_ || on_disk_.contains(address));
    order.emplace_back(what, -level(what, bytes), address);
  }
  std::ranges::sort(order);
  std::vector<haddr_t> addresses;
  for (const auto& place : order) addresses.push_back(std::get<haddr_t>(place));
  return addresses;
}

void HeldBlocks::written(haddr_t address) {
  blocks_.erase(address);
  on_disk_.insert(address);
}

}  // namespace hillock::record
