// Writing HDF5: files, attributes and data sets, with errors as IoError; a thin layer over the library's C++
// classes.
#pragma once
#include <H5Cpp.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "record/file_driver.hpp"
#include "record/output_file.hpp"

namespace hillock::record {

// While it lives, errors of the HDF5 library in this thread are collected instead of printed.
class ErrorCollector {
 public:
  ErrorCollector();
  ErrorCollector(const ErrorCollector&) = delete;
  ErrorCollector& operator=(const ErrorCollector&) = delete;
  ~ErrorCollector();
  // The innermost reason of the last failed call: "wrong fractal heap header signature".
  const std::string& reason() const { return reason_; }

 private:
  std::string reason_;
  H5E_auto2_t former_ = nullptr;
  void* former_data_ = nullptr;
};

// Opens files without a lock of the library's, so that others may read while we write; in the earliest
// format.
H5::FileAccPropList access_without_lock();

// H5Cpp's classes throw, the C functions return negative numbers: makes those throw too.
void require(herr_t status, const char* what);

// A file open for writing through our driver: a full disk shows as IoError from `doing`, never as a fault of
// the library.
class WritableFile {
 public:
  enum class Mode { create, open };
  // The output must outlive this. Throws IoError.
  WritableFile(OutputFile& output, Mode mode);
  WritableFile(const WritableFile&) = delete;
  WritableFile& operator=(const WritableFile&) = delete;
  // Closes without a word; everything opened from the file must be closed before.
  ~WritableFile();

  H5::H5File& file() { return *file_; }
  bool failed() const { return failed_; }

  // Runs work() and throws IoError "x.h5.partial: no space left on device (while WHAT)" if the library or the
  // disk failed.
  template <std::invocable Work>
  void doing(const std::string& what, Work work) {
    try {
      work();
    } catch (const H5::Exception& error) {
      fail(what, error.getDetailMsg());
    }
    check(what);
  }

  void flush(const std::string& what);
  // Throws IoError if something had to be written and could not be.
  void close();

 private:
  void check(const std::string& what);
  [[noreturn]] void fail(const std::string& what, const std::string& detail);

  OutputFile& output_;
  ErrorCollector errors_;
  DriverState state_;
  hid_t driver_ = -1;
  std::unique_ptr<H5::H5File> file_;
  bool failed_ = false;
};

// The type in which numbers of T lie in files (little endian) and in memory.
template <class T>
const H5::PredType& file_type();
template <class T>
const H5::PredType& memory_type();
template <>
const H5::PredType& file_type<float>();
template <>
const H5::PredType& file_type<double>();
template <>
const H5::PredType& file_type<std::int8_t>();
template <>
const H5::PredType& file_type<std::uint8_t>();
template <>
const H5::PredType& file_type<std::uint32_t>();
template <>
const H5::PredType& file_type<std::int64_t>();
template <>
const H5::PredType& file_type<std::uint64_t>();
template <>
const H5::PredType& memory_type<float>();
template <>
const H5::PredType& memory_type<double>();
template <>
const H5::PredType& memory_type<std::int8_t>();
template <>
const H5::PredType& memory_type<std::uint8_t>();
template <>
const H5::PredType& memory_type<std::uint32_t>();
template <>
const H5::PredType& memory_type<std::int64_t>();
template <>
const H5::PredType& memory_type<std::uint64_t>();

// A string type of fixed length and ASCII tag: the only kind that every reader takes.
H5::StrType text_type(std::string_view text);

// A type for words of one length, that of the longest, which every reader takes; and the words so long that
// they fill it.
H5::StrType words_type(const std::vector<std::string>& words);
std::string padded_words(const std::vector<std::string>& words, std::size_t length);

// Sets a text attribute, replacing one of that name.
void set_text(H5::H5Object& object, const std::string& name, std::string_view text);

// Sets a scalar attribute; one of that name is overwritten in place.
template <class T>
void set_number(H5::H5Object& object, const std::string& name, T value) {
  const H5::Attribute attribute =
      object.attrExists(name) ? object.openAttribute(name)
                              : object.createAttribute(name, file_type<T>(), H5::DataSpace(H5S_SCALAR));
  attribute.write(memory_type<T>(), &value);
}

// A group that no name leads to yet: what is in it is in the file once it is named, and is dropped if it
// never is.
H5::Group create_unnamed_group(H5::H5File& file);
void name_group(const H5::Group& group, const H5::Group& parent, const std::string& name);

// Creates the scalar text data set `name`.
void write_text(H5::Group& group, const std::string& name, std::string_view text);

// Creates a data set of fixed size with these values.
template <class T>
H5::DataSet write_values(H5::Group& group, const std::string& name, std::span<const T> values) {
  const hsize_t size = values.size();
  H5::DataSet set = group.createDataSet(name, file_type<T>(), H5::DataSpace(1, &size));
  set.write(values.data(), memory_type<T>());
  return set;
}

// How a growing data set is laid out: chunks of rows x columns; columns 0 means one-dimensional.
struct Growth {
  hsize_t chunk_rows = 1;
  hsize_t columns = 0;
  hsize_t chunk_columns = 0;
  int deflate = 0;  // 0: no filter
};

// What a growing data set holds where nothing was written: no number that a run records. A reader that looks
// at a moment in which the index of the data set changes can meet it in a file that is being written.
template <class T>
inline constexpr T unwritten = std::numeric_limits<T>::has_quiet_NaN ? std::numeric_limits<T>::quiet_NaN()
                                                                     : std::numeric_limits<T>::max();

// Creates an empty data set that grows along its first dimension.
H5::DataSet create_growing(H5::Group& group, const std::string& name, const H5::DataType& type,
                           const Growth& growth);

// Writes `rows` rows at row `at`, extending the data set. columns as in Growth.
void append_rows(H5::DataSet& set, const H5::DataType& type, hsize_t at, hsize_t rows, hsize_t columns,
                 const void* values);

// Makes a data set a dimension scale, and attaches a scale to a dimension of a data set (netCDF-4's
// coordinates).
void make_scale(H5::DataSet& scale, const std::string& name);
void attach_scale(H5::DataSet& set, H5::DataSet& scale, unsigned dimension);

}  // namespace hillock::record
