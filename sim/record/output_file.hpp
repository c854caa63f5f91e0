// The file a run writes: NAME.partial while it grows, locked against a second writer, NAME once it is
// complete.
#pragma once
#include <string>

namespace hillock::record {

// What the system calls this errno, in words that do not depend on the locale: "no space left on device".
std::string system_text(int error);

// The folder of a path: "results" of "results/x.h5", "." of "x.h5".
std::string folder_of(const std::string& path);

// Throws IoError if nothing can be written to `path` (before any work is done): the folder is missing, is a
// file or is read-only; the path is a folder or a device; another process writes it now; or, with
// explicit_out and without force, the file exists. Without explicit_out the name was hillock's own choice:
// its folder is made if need be, and an old result may be replaced.
void check_output(const std::string& path, bool explicit_out, bool force);

// Owns the descriptor and the lock of PATH.partial.
class OutputFile {
 public:
  // Creates PATH.partial empty, taking over what a dead process left there. Throws IoError, with the pid if a
  // living process holds it.
  explicit OutputFile(std::string path);
  // Locks PATH.partial as it is, for recovery. Throws IoError.
  static OutputFile existing(std::string path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }
  const std::string& partial_path() const { return partial_path_; }

  // Waits until everything is on the disk. Throws IoError.
  void sync();
  // Gives the complete file its final name, durably; an existing file is replaced only if `replace`. Throws
  // IoError; the data stay in PATH.partial then.
  void publish(bool replace);
  // Ends the lock. Throws IoError if the system reports a late failure.
  void close() { close(partial_path_); }

 private:
  void close(const std::string& name);
  OutputFile(std::string path, bool create);
  std::string path_, partial_path_;
  int descriptor_ = -1;
};

}  // namespace hillock::record
