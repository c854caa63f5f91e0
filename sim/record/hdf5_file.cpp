// Opening, closing, attributes and data sets; how the library's errors become ours.
#include "record/hdf5_file.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <array>

namespace hillock::record {

using base::IoError;

namespace {

herr_t note_reason(unsigned, const H5E_error2_t* error, void* data) {
  auto& reason = *static_cast<std::string*>(data);
  if (reason.empty() && error->desc && *error->desc) reason = error->desc;
  return 0;
}

herr_t collect(hid_t stack, void* data) {
  auto& reason = *static_cast<std::string*>(data);
  reason.clear();
  return H5Ewalk2(stack, H5E_WALK_UPWARD, note_reason, data);
}

}  // namespace

void require(herr_t status, const char* what) {
  if (status < 0) throw H5::Exception(what, what);
}

H5::FileAccPropList access_without_lock() {
  H5::FileAccPropList access;
  access.setLibverBounds(H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
#if H5_VERSION_GE(1, 10, 7)
  require(H5Pset_file_locking(access.getId(), false, true), "H5Pset_file_locking");
#endif
  return access;
}

ErrorCollector::ErrorCollector() {
  H5Eget_auto2(H5E_DEFAULT, &former_, &former_data_);
  H5Eset_auto2(H5E_DEFAULT, collect, &reason_);
}

ErrorCollector::~ErrorCollector() { H5Eset_auto2(H5E_DEFAULT, former_, former_data_); }

WritableFile::WritableFile(OutputFile& output, Mode mode) : output_(output), state_(output.descriptor()) {
  driver_ = register_file_driver();
  try {
    doing(mode == Mode::create ? "creating it" : "opening it", [&] {
      H5::FileAccPropList access = access_without_lock();
      require(driver_ < 0 ? -1 : use_file_driver(access.getId(), driver_, state_), "the file driver");
      file_ = std::make_unique<H5::H5File>(output.partial_path(),
                                           mode == Mode::create ? H5F_ACC_TRUNC : H5F_ACC_RDWR,
                                           H5::FileCreatPropList::DEFAULT, access);
      if (mode == Mode::open) state_.held.found_on_disk(state_.allocated);
    });
  } catch (...) {
    file_.reset();
    if (driver_ >= 0) H5FDunregister(driver_);
    throw;
  }
}

WritableFile::~WritableFile() {
  try {
    if (file_) file_->close();
  } catch (const H5::Exception&) {
    failed_ = true;
  }
  file_.reset();
  if (driver_ >= 0) H5FDunregister(driver_);
}

void WritableFile::flush(const std::string& what) {
  doing(what, [&] { file_->flush(H5F_SCOPE_GLOBAL); });
}

void WritableFile::close() {
  doing("closing it", [&] { file_->close(); });
  file_.reset();
}

void WritableFile::check(const std::string& what) {
  if (state_.error == 0) return;
  failed_ = true;
  throw IoError(output_.partial_path() + ": " + system_text(state_.error) + " (while " + what + ")");
}

void WritableFile::fail(const std::string& what, const std::string& detail) {
  failed_ = true;
  check(what);
  const std::string& reason = errors_.reason();
  throw IoError(output_.partial_path() + ": HDF5 failed while " + what + ": " +
                (reason.empty() ? detail : reason));
}

template <>
const H5::PredType& file_type<float>() {
  return H5::PredType::IEEE_F32LE;
}
template <>
const H5::PredType& file_type<double>() {
  return H5::PredType::IEEE_F64LE;
}
template <>
const H5::PredType& file_type<std::int8_t>() {
  return H5::PredType::STD_I8LE;
}
template <>
const H5::PredType& file_type<std::uint8_t>() {
  return H5::PredType::STD_U8LE;
}
template <>
const H5::PredType& file_type<std::uint32_t>() {
  return H5::PredType::STD_U32LE;
}
template <>
const H5::PredType& file_type<std::int64_t>() {
  return H5::PredType::STD_I64LE;
}
template <>
const H5::PredType& file_type<std::uint64_t>() {
  return H5::PredType::STD_U64LE;
}
template <>
const H5::PredType& memory_type<float>() {
  return H5::PredType::NATIVE_FLOAT;
}
template <>
const H5::PredType& memory_type<double>() {
  return H5::PredType::NATIVE_DOUBLE;
}
template <>
const H5::PredType& memory_type<std::int8_t>() {
  return H5::PredType::NATIVE_INT8;
}
template <>
const H5::PredType& memory_type<std::uint8_t>() {
  return H5::PredType::NATIVE_UINT8;
}
template <>
const H5::PredType& memory_type<std::uint32_t>() {
  return H5::PredType::NATIVE_UINT32;
}
template <>
const H5::PredType& memory_type<std::int64_t>() {
  return H5::PredType::NATIVE_INT64;
}
template <>
const H5::PredType& memory_type<std::uint64_t>() {
  return H5::PredType::NATIVE_UINT64;
}

H5::StrType text_type(std::string_view text) {
  H5::StrType type(H5::PredType::C_S1, std::max<std::size_t>(text.size(), 1));
  type.setStrpad(H5T_STR_NULLPAD);
  return type;
}

H5::StrType words_type(const std::vector<std::string>& words) {
  std::size_t longest = 1;
  for (const std::string& word : words) longest = std::max(longest, word.size());
  H5::StrType type(H5::PredType::C_S1, longest);
  type.setStrpad(H5T_STR_NULLPAD);
  return type;
}

// All words at this length: filled with zeros, or cut, but not within a character of UTF-8.
std::string padded_words(const std::vector<std::string>& words, std::size_t length) {
  const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; };
  std::string all;
  all.reserve(words.size() * length);
  for (const std::string& word : words) {
    std::size_t kept = std::min(length, word.size());
    while (kept < word.size() && kept > 0 && continues(word[kept])) --kept;
    all.append(word, 0, kept);
    all.append(length - kept, '\0');
  }
  return all;
}

void set_text(H5::H5Object& object, const std::string& name, std::string_view text) {
  if (object.attrExists(name)) object.removeAttr(name);
  const H5::StrType type = text_type(text);
  object.createAttribute(name, type, H5::DataSpace(H5S_SCALAR)).write(type, text.empty() ? "" : text.data());
}

H5::Group create_unnamed_group(H5::H5File& file) {
  const hid_t id = H5Gcreate_anon(file.getId(), H5P_DEFAULT, H5P_DEFAULT);
  require(id < 0 ? -1 : 0, "H5Gcreate_anon");
  H5::Group group;
  group.setId(id);
  H5Idec_ref(id);  // setId has counted it, too
  return group;
}

void name_group(const H5::Group& group, const H5::Group& parent, const std::string& name) {
  require(H5Olink(group.getId(), parent.getId(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), "H5Olink");
}

void write_text(H5::Group& group, const std::string& name, std::string_view text) {
  const H5::StrType type = text_type(text);
  group.createDataSet(name, type, H5::DataSpace(H5S_SCALAR)).write(text.empty() ? "" : text.data(), type);
}

namespace {

void set_fill(H5::DSetCreatPropList& properties, const H5::DataType& type) {
  if (type.getClass() == H5T_FLOAT)
    properties.setFillValue(memory_type<double>(), &unwritten<double>);
  else
    properties.setFillValue(memory_type<std::uint64_t>(), &unwritten<std::uint64_t>);
}

}  // namespace

H5::DataSet create_growing(H5::Group& group, const std::string& name, const H5::DataType& type,
                           const Growth& growth) {
  const int rank = growth.columns > 0 ? 2 : 1;
  const std::array<hsize_t, 2> extent{0, growth.columns}, limit{H5S_UNLIMITED, growth.columns},
      chunk{growth.chunk_rows, growth.chunk_columns};
  H5::DSetCreatPropList properties;
  properties.setChunk(rank, chunk.data());
  if (growth.deflate > 0) {
    properties.setShuffle();
    properties.setDeflate(static_cast<unsigned>(growth.deflate));
  }
  set_fill(properties, type);
  return group.createDataSet(name, type, H5::DataSpace(rank, extent.data(), limit.data()), properties);
}

void append_rows(H5::DataSet& set, const H5::DataType& type, hsize_t at, hsize_t rows, hsize_t columns,
                 const void* values) {
  const int rank = columns > 0 ? 2 : 1;
  const std::array<hsize_t, 2> extent{at + rows, columns}, count{rows, columns}, start{at, 0};
  set.extend(extent.data());
  H5::DataSpace target = set.getSpace();
  target.selectHyperslab(H5S_SELECT_SET, count.data(), start.data());
  set.write(values, type, H5::DataSpace(rank, count.data()), target);
}

void make_scale(H5::DataSet& scale, const std::string& name) {
  require(H5DSset_scale(scale.getId(), name.c_str()), "H5DSset_scale");
}

void attach_scale(H5::DataSet& set, H5::DataSet& scale, unsigned dimension) {
  require(H5DSattach_scale(set.getId(), scale.getId(), dimension), "H5DSattach_scale");
}

}  // namespace hillock::record
