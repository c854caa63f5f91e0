// Makes a file that a killed run left behind usable again.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace hillock::record {

// What recover() did.
struct Recovered {
  struct Part {
    std::string name;        // "/report/exc", "/spikes/exc"
    std::uint64_t kept = 0;  // frames or spikes
    std::uint64_t dropped = 0;
  };
  std::string path;    // the file's new name
  std::string status;  // what the file said before: running, interrupted, failed; complete: only the renaming
                       // was missing
  double until = 0;    // ms: all parts reach up to here
  std::vector<Part> parts;
};

// Cuts all parts of NAME.partial to the common length that was flushed for certain, marks the file as
// recovered and renames it to NAME. Throws IoError, leaving the file as it is, if the path does not end in
// .partial, NAME exists (without force), a living process writes the file, it is not hillock's, or it cannot
// be read.
Recovered recover(const std::string& partial_path, bool force);

}  // namespace hillock::record
