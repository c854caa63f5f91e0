// Metadata that HDF5 has written and the disk has not got yet, and the order in which it is safe to write it.
#pragma once
#include <hdf5.h>

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <vector>

namespace hillock::record {

// Blocks of bytes by their address in the file; no two overlap.
class HeldBlocks {
 public:
  // The file that was opened has allocated so many bytes: what is put among them may replace what is led to.
  void found_on_disk(haddr_t size) { found_ = size; }
  // Holds these bytes; they replace what was held for their place.
  void put(haddr_t address, std::span<const std::byte> bytes);
  // Forgets what is held for this place: data, or nothing, is there now.
  void cut(haddr_t address, haddr_t size);
  // Lays what is held for this place over the bytes read from the disk.
  void overlay(haddr_t address, std::span<std::byte> bytes) const;

  // Addresses in an order such that a file cut off after any number of these blocks is the old file or a part
  // of the new one: first what nothing leads to yet, then what leads there.
  std::vector<haddr_t> safe_order() const;
  std::span<const std::byte> block(haddr_t address) const { return blocks_.at(address); }
  // The disk has this block now.
  void written(haddr_t address);

 private:
  using Blocks = std::map<haddr_t, std::vector<std::byte>>;
  Blocks::iterator first_behind(haddr_t address);
  void clear(haddr_t address, haddr_t end);

  Blocks blocks_;
  haddr_t found_ = 0;          // where the allocations of the file ended that was opened
  std::set<haddr_t> on_disk_;  // addresses of blocks that were written since
};

}  // namespace hillock::record
