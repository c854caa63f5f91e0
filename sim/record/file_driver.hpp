// The file driver under HDF5 while hillock writes: it remembers the first error of the disk and hides it from
// the library.
#pragma once
#include <hdf5.h>

#include <cstddef>
#include <vector>

namespace hillock::record {

// What driver and owner share. HDF5 1.10 crashes while it tidies up after a failed write (faults 65). So the
// first failure is noted in `error` and that and all later writes go to memory: the library sees a file
// without faults and closes cleanly, and the owner asks `error` after each step. The little that is written
// between the failure and the closing is all that `kept` grows by.
struct DriverState {
  explicit DriverState(int open_descriptor) : descriptor(open_descriptor) {}
  int descriptor = -1;  // open for reading and writing; owned by someone else
  int error = 0;        // errno of the first write or truncation that failed, 0 if none

  struct Kept {
    haddr_t address;
    std::vector<std::byte> bytes;
  };
  std::vector<Kept> kept;  // in the order written
};

// Registers the driver with the library; H5FDunregister ends it. Returns a negative id on failure.
hid_t register_file_driver();

// Makes files opened with this access list go through the driver (id) to the state, which must outlive them.
herr_t use_file_driver(hid_t access_list, hid_t driver, DriverState& state);

}  // namespace hillock::record
