// Runs work on files that may be damaged in a child process, so that a fault of the HDF5 library cannot take
// hillock with it.
#pragma once
#include <functional>
#include <string>

namespace hillock::record {

// Runs work() in a child process and waits for its end. Throws what it threw as IoError; IoError too if it
// crashed (damaged files make HDF5 do that) or found no end. Nothing that work() stores in memory is seen
// outside. To be called before threads are started.
void run_apart(const std::string& path, const std::function<void()>& work);

// Runs work() apart first and, when it got through that, here, for its value.
template <class Work>
auto tried_apart(const std::string& path, Work work) {
  run_apart(path, [&] { (void)work(); });
  return work();
}

}  // namespace hillock::record
