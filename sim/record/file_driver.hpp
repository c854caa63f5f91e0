// The file driver under HDF5 while hillock writes: it keeps the file readable at every moment, and remembers
// the first error of the disk and hides it from the library.
#pragma once
#include <hdf5.h>

#include "record/held_blocks.hpp"

namespace hillock::record {

// What driver and owner share.
//
// HDF5 writes its metadata in any order, in the middle of a run too. So metadata is held back until the
// library flushes, and then written in an order in which the file can be read after each block: a kill, a
// full disk or a reader in the middle of it meets a file whose trusted part is whole. Data goes to the disk
// at once; nothing that is there already leads to it.
//
// HDF5 1.10 crashes while it tidies up after a failed write (faults 65). So the first failure is noted in
// `error` and from then on everything is held: the library sees a file without faults and closes cleanly, and
// the owner asks `error` after each step. The little that is written between the failure and the closing is
// all that `held` grows by.
struct DriverState {
  explicit DriverState(int open_descriptor) : descriptor(open_descriptor) {}
  int descriptor = -1;    // open for reading and writing; owned by someone else
  int error = 0;          // errno of the first write or truncation that failed, 0 if none
  haddr_t allocated = 0;  // where the library's allocations end; a killed run's file may be longer
  HeldBlocks held;
};

// Registers the driver with the library; H5FDunregister ends it. Returns a negative id on failure.
hid_t register_file_driver();

// Makes files opened with this access list go through the driver (id) to the state, which must outlive them.
herr_t use_file_driver(hid_t access_list, hid_t driver, DriverState& state);

}  // namespace hillock::record
