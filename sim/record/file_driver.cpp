// An HDF5 file driver on a descriptor we own; see the header for when it writes what.
#include "record/file_driver.hpp"

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <span>

namespace hillock::record {
namespace {

// HDF5 fills in `base`; `eof` is where the bytes end.
struct DriverFile {
  H5FD_t base;
  DriverState* state;
  haddr_t eof;
};

DriverFile& mine(H5FD_t* file) { return *reinterpret_cast<DriverFile*>(file); }
const DriverFile& mine(const H5FD_t* file) { return *reinterpret_cast<const DriverFile*>(file); }

H5FD_t* open_file(const char*, unsigned flags, hid_t access_list, haddr_t) {
  const void* info = H5Pget_driver_info(access_list);
  if (!info) return nullptr;
  DriverState* state = nullptr;
  std::memcpy(&state, info, sizeof state);
  if ((flags & H5F_ACC_TRUNC) && ::ftruncate(state->descriptor, 0) != 0) {
    state->error = errno;
    return nullptr;
  }
  struct stat found {};
  if (::fstat(state->descriptor, &found) != 0) return nullptr;
  auto file = std::make_unique<DriverFile>();
  file->state = state;
  file->eof = static_cast<haddr_t>(found.st_size);
  return &file.release()->base;
}

int compare(const H5FD_t* a, const H5FD_t* b) {
  const DriverState *first = mine(a).state, *second = mine(b).state;
  if (first == second) return 0;
  return std::less<>()(first, second) ? -1 : 1;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  if (flags)
    *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA |
             H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t allocated_end(const H5FD_t* file, H5FD_mem_t) { return mine(file).state->allocated; }

herr_t set_allocated_end(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  mine(file).state->allocated = address;
  return 0;
}

haddr_t file_end(const H5FD_t* file, H5FD_mem_t) { return mine(file).eof; }

herr_t get_handle(H5FD_t* file, hid_t, void** handle) {
  *handle = &mine(file).state->descriptor;
  return 0;
}

herr_t read_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* buffer) {
  const DriverState& state = *mine(file).state;
  auto* bytes = static_cast<std::byte*>(buffer);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        ::pread(state.descriptor, bytes + done, size - done, static_cast<off_t>(address + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  std::memset(bytes + done, 0,
              size - done);  // behind the end of the file there are zeros, as the library expects
  state.held.overlay(address, {bytes, size});
  return 0;
}

// Writes all bytes; returns 0 or the errno.
int write_all(int descriptor, haddr_t address, const std::byte* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::pwrite(descriptor, bytes, size, static_cast<off_t>(address));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return ENOSPC;
    bytes += count;
    address += static_cast<haddr_t>(count);
    size -= static_cast<std::size_t>(count);
  }
  return 0;
}

herr_t write_bytes(H5FD_t* file, H5FD_mem_t kind, hid_t, haddr_t address, std::size_t size,
                   const void* buffer) {
  DriverState& state = *mine(file).state;
  const auto* bytes = static_cast<const std::byte*>(buffer);
  if (kind == H5FD_MEM_DRAW && state.error == 0) {
    state.held.cut(address, size);
    state.error = write_all(state.descriptor, address, bytes, size);
  }
  if (kind != H5FD_MEM_DRAW || state.error != 0) state.held.put(address, {bytes, size});
  mine(file).eof = std::max(mine(file).eof, address + size);
  return 0;
}

// The rest stays held where a write fails.
void write_held(DriverState& state) {
  for (const haddr_t address : state.held.safe_order()) {
    if (state.error != 0) return;
    const std::span<const std::byte> block = state.held.block(address);
    state.error = write_all(state.descriptor, address, block.data(), block.size());
    if (state.error == 0) state.held.written(address);
  }
}

// The superblock says how long the file is, and a shorter one cannot be opened: the file grows before, and
// shrinks after the superblock has been written.
herr_t truncate(H5FD_t* file, hid_t, hbool_t) {
  DriverFile& own = mine(file);
  DriverState& state = *own.state;
  if (state.allocated == own.eof) return 0;
  if (state.allocated < own.eof) {
    state.held.cut(state.allocated, own.eof - state.allocated);
    write_held(state);
  }
  if (state.error == 0 && ::ftruncate(state.descriptor, static_cast<off_t>(state.allocated)) != 0)
    state.error = errno;
  own.eof = state.allocated;
  return 0;
}

herr_t flush(H5FD_t* file, hid_t, hbool_t) {
  write_held(*mine(file).state);
  return 0;
}

herr_t close_file(H5FD_t* file) {
  const std::unique_ptr<DriverFile> owned(&mine(file));
  write_held(*owned->state);
  return 0;
}

}  // namespace

hid_t register_file_driver() {
  H5FD_class_t driver{};
#if H5_VERSION_GE(1, 13, 0)
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(512);  // the first number left to users
#endif
  driver.name = "hillock";
  driver.maxaddr = (haddr_t{1} << (8 * sizeof(off_t) - 1)) - 1;
  driver.fc_degree = H5F_CLOSE_STRONG;
  driver.fapl_size = sizeof(DriverState*);
  driver.open = open_file;
  driver.close = close_file;
  driver.cmp = compare;
  driver.query = query;
  driver.get_eoa = allocated_end;
  driver.set_eoa = set_allocated_end;
  driver.get_eof = file_end;
  driver.get_handle = get_handle;
  driver.read = read_bytes;
  driver.write = write_bytes;
  driver.truncate = truncate;
  driver.flush = flush;
  const H5FD_mem_t map[] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(map), std::end(map), driver.fl_map);
  return H5FDregister(&driver);
}

herr_t use_file_driver(hid_t access_list, hid_t driver, DriverState& state) {
  DriverState* pointer = &state;
  return H5Pset_driver(access_list, driver, &pointer);
}

}  // namespace hillock::record
