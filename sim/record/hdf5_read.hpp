// Reading HDF5 files that anyone may have written or damaged: every failure is an IoError that names the
// file.
#pragma once
#include <H5Cpp.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "record/hdf5_file.hpp"

namespace hillock::record {

// A file open for reading, with no lock taken. Every failure of the library becomes an IoError that names the
// file.
class ReadableFile {
 public:
  // Throws IoError if the path is missing, a folder, unreadable or no HDF5 file.
  explicit ReadableFile(const std::string& path);
  H5::H5File& file() { return *file_; }
  const std::string& path() const { return path_; }

  // Runs work() and returns its value; a failure is "x.h5: WHAT cannot be read: ..., the file is damaged".
  template <std::invocable Work>
  auto reading(const std::string& what, Work work) {
    try {
      return work();
    } catch (const H5::Exception& error) {
      const std::string& reason = errors_.reason();
      damaged(what, reason.empty() ? error.getDetailMsg() : reason);
    } catch (const std::bad_alloc&) {
      damaged(what, "it claims more than the memory holds");
    } catch (const std::length_error&) {
      damaged(what, "it claims more than the memory holds");
    } catch (const std::out_of_range&) {
      damaged(what, "a data set in it has fewer dimensions than expected");
    }
  }
  // Throws IoError "x.h5: WHAT cannot be read, the file is damaged: DETAIL".
  [[noreturn]] void damaged(const std::string& what, const std::string& detail) const;

 private:
  std::string path_;
  ErrorCollector errors_;
  std::unique_ptr<H5::H5File> file_;
};

// A scalar attribute read as text or number; nothing if it is missing or of another class.
std::optional<std::string> text_attribute(const H5::H5Object& object, const std::string& name);
std::optional<double> number_attribute(const H5::H5Object& object, const std::string& name);
std::optional<std::uint64_t> integer_attribute(const H5::H5Object& object, const std::string& name);

// The names of the groups or data sets in a group, in alphabetical order.
std::vector<std::string> member_names(const H5::Group& group, H5O_type_t type);

// The population whose `what` (spikes, edges) are to be read of those there are: the wanted one, or the only
// one.
std::string chosen_population(const std::string& path, const std::string& what, const std::string& wanted,
                              const std::vector<std::string>& populations);

// Whether every part of the path exists and ends in a group or data set.
bool has_group(const H5::Group& group, const std::string& name);
bool has_data_set(const H5::Group& group, const std::string& name);

// The extents of a data set.
std::vector<hsize_t> shape(const H5::DataSet& set);
// Throws H5::DataSetIException if the extents, one that is 0 taken as 1, claim more values than the file can
// hold.
void require_room(const H5::DataSet& set);
// The length of a data set of one dimension. Throws as require_room, and if it has more dimensions or none.
std::uint64_t rows(const H5::DataSet& set);
// `count` rows of a data set of one dimension, from `first` on; that they are there is the caller's.
template <class Number>
std::vector<Number> read_rows(const H5::DataSet& set, hsize_t first, hsize_t count) {
  std::vector<Number> values(count);
  if (count == 0) return values;
  H5::DataSpace place = set.getSpace();
  place.selectHyperslab(H5S_SELECT_SET, &count, &first);
  set.read(values.data(), memory_type<Number>(), H5::DataSpace(1, &count), place);
  return values;
}

// Cuts off what lies behind so many rows.
void shorten(H5::DataSet& set, std::uint64_t rows);

// The scalar text data set `name`; nothing if it is missing or no text.
std::optional<std::string> read_text(const H5::Group& group, const std::string& name);

// Opens the data set `name` for its numbers. Throws IoError if it is missing (naming those that are there),
// holds something else than numbers, lies in another file, or claims more values than the file can hold.
H5::DataSet open_numbers(ReadableFile& file, const std::string& name);

// All numbers of a data set of any rank, the last dimension running fastest.
std::vector<double> read_numbers(ReadableFile& file, const std::string& name);

// The paths of the data sets of numbers in a file, in alphabetical order; at most 20.
std::vector<std::string> list_numbers(ReadableFile& file);

}  // namespace hillock::record
