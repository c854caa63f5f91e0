// Opening for reading; finding objects and reading their numbers and texts.
#include "record/hdf5_read.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/text.hpp"

namespace hillock::record {

using base::IoError;

ReadableFile::ReadableFile(const std::string& path) : path_(path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    const int error = errno;
    const std::string partial = path + ".partial";
    const bool unfinished = error == ENOENT && ::access(partial.c_str(), F_OK) == 0;
    throw IoError(path + ": " + system_text(error) +
                  (unfinished ? "; " + partial + ", which an unfinished run left, is there" : ""));
  }
  if (S_ISDIR(found.st_mode)) throw IoError(path + " is a folder, expected an HDF5 file");
  if (::access(path.c_str(), R_OK) != 0) throw IoError(path + ": " + system_text(errno));
  if (found.st_size == 0) throw IoError(path + " is empty, expected an HDF5 file");
  try {
    file_ = std::make_unique<H5::H5File>(path, H5F_ACC_RDONLY, H5::FileCreatPropList::DEFAULT,
                                         access_without_lock());
  } catch (const H5::Exception& error) {
    const std::string reason = errors_.reason().empty() ? error.getDetailMsg() : errors_.reason();
    throw IoError(path + " is not an HDF5 file, or is damaged: " + reason);
  }
}

void ReadableFile::damaged(const std::string& what, const std::string& detail) const {
  throw IoError(path_ + ": " + what + " cannot be read, the file is damaged: " + detail);
}

namespace {

// A text of variable length that was never written stands at no address, which the C++ functions of HDF5 do
// not expect.
template <class Read>
std::string variable_text(Read read) {
  char* text = nullptr;
  read(static_cast<void*>(&text));
  const std::unique_ptr<char, decltype(&H5free_memory)> owner(text, H5free_memory);
  return text == nullptr ? "" : text;
}

}  // namespace

std::optional<std::string> text_attribute(const H5::H5Object& object, const std::string& name) {
  if (!object.attrExists(name)) return std::nullopt;
  const H5::Attribute attribute = object.openAttribute(name);
  if (attribute.getTypeClass() != H5T_STRING || attribute.getSpace().getSimpleExtentNpoints() != 1)
    return std::nullopt;
  const H5::StrType type = attribute.getStrType();
  if (type.isVariableStr()) return variable_text([&](void* to) { attribute.read(type, to); });
  std::string text;
  attribute.read(type, text);
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

std::optional<double> number_attribute(const H5::H5Object& object, const std::string& name) {
  if (!object.attrExists(name)) return std::nullopt;
  const H5::Attribute attribute = object.openAttribute(name);
  const H5T_class_t type = attribute.getTypeClass();
  if ((type != H5T_INTEGER && type != H5T_FLOAT) || attribute.getSpace().getSimpleExtentNpoints() != 1)
    return std::nullopt;
  double value = 0;
  attribute.read(H5::PredType::NATIVE_DOUBLE, &value);
  return value;
}

std::optional<std::uint64_t> integer_attribute(const H5::H5Object& object, const std::string& name) {
  if (!object.attrExists(name)) return std::nullopt;
  const H5::Attribute attribute = object.openAttribute(name);
  if (attribute.getTypeClass() != H5T_INTEGER || attribute.getSpace().getSimpleExtentNpoints() != 1)
    return std::nullopt;
  std::uint64_t value = 0;
  attribute.read(H5::PredType::NATIVE_UINT64, &value);
  return value;
}

std::vector<std::string> member_names(const H5::Group& group, H5O_type_t type) {
  std::vector<std::string> names;
  for (hsize_t i = 0; i < group.getNumObjs(); ++i) {
    const std::string name = group.getObjnameByIdx(i);
    H5L_info_t link{};
    require(H5Lget_info(group.getId(), name.c_str(), &link, H5P_DEFAULT), "H5Lget_info");
    if (link.type == H5L_TYPE_HARD && group.childObjType(name) == type) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

namespace {

bool has_object(const H5::Group& group, const std::string& name, H5O_type_t type) {
  for (std::size_t end = name.find('/', 1); end != std::string::npos; end = name.find('/', end + 1))
    if (!group.nameExists(name.substr(0, end))) return false;
  if (!group.nameExists(name) || H5Oexists_by_name(group.getId(), name.c_str(), H5P_DEFAULT) <= 0)
    return false;
  return group.childObjType(name) == type;
}

}  // namespace

std::string chosen_population(const std::string& path, const std::string& what, const std::string& wanted,
                              const std::vector<std::string>& populations) {
  if (wanted.empty() && populations.size() == 1) return populations[0];
  if (std::ranges::find(populations, wanted) != populations.end()) return wanted;
  const std::string names = base::join(populations, ", ");
  if (wanted.empty())
    throw base::IoError(path + " has " + what + " of several populations, name one of " + names);
  throw base::IoError(path + " has no " + what + " of a population " + base::quoted(wanted) + "; it has " +
                      names);
}

bool has_group(const H5::Group& group, const std::string& name) {
  return has_object(group, name, H5O_TYPE_GROUP);
}
bool has_data_set(const H5::Group& group, const std::string& name) {
  return has_object(group, name, H5O_TYPE_DATASET);
}

std::vector<hsize_t> shape(const H5::DataSet& set) {
  const H5::DataSpace space = set.getSpace();
  std::vector<hsize_t> extents(static_cast<std::size_t>(std::max(space.getSimpleExtentNdims(), 0)));
  if (!extents.empty()) space.getSimpleExtentDims(extents.data());
  return extents;
}

void require_room(const H5::DataSet& set) {
  hsize_t size = 0;
  const hid_t file = H5Iget_file_id(set.getId());
  const bool sized = file >= 0 && H5Fget_filesize(file, &size) >= 0;
  if (file >= 0) H5Fclose(file);
  // Deflate packs zeros about a thousandfold; without a filter only what was never written takes no place.
  double left = (set.getCreatePlist().getNfilters() > 0 ? 1100.0 : 1.0) * static_cast<double>(size) + 1e6;
  for (const hsize_t extent : shape(set)) left /= std::max(static_cast<double>(extent), 1.0);
  if (!sized || left < 1)
    throw H5::DataSetIException("shape", "it claims more values than the file can hold");
}

std::uint64_t rows(const H5::DataSet& set) {
  require_room(set);
  const std::vector<hsize_t> extents = shape(set);
  if (extents.size() != 1) throw H5::DataSetIException("rows", "it has not one dimension");
  return extents[0];
}

void shorten(H5::DataSet& set, std::uint64_t rows) {
  std::vector<hsize_t> extent = shape(set);
  extent.at(0) = rows;
  set.extend(extent.data());
}

std::optional<std::string> read_text(const H5::Group& group, const std::string& name) {
  if (!has_data_set(group, name)) return std::nullopt;
  const H5::DataSet set = group.openDataSet(name);
  const H5::DataSpace space = set.getSpace();
  if (set.getTypeClass() != H5T_STRING || space.getSimpleExtentNpoints() != 1) return std::nullopt;
  const H5::StrType type = set.getStrType();
  if (!type.isVariableStr() && type.getSize() > set.getStorageSize())
    throw H5::Exception(name, "a text longer than its place");
  if (type.isVariableStr()) return variable_text([&](void* to) { set.read(to, type); });
  std::string text;
  set.read(text, type);
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

namespace {

void list_numbers(const H5::Group& group, const std::string& prefix, int depth,
                  std::vector<std::string>& names) {
  constexpr std::size_t most = 20;
  for (const std::string& name : member_names(group, H5O_TYPE_DATASET))
    if (const H5T_class_t type = group.openDataSet(name).getTypeClass();
        names.size() < most && (type == H5T_INTEGER || type == H5T_FLOAT))
      names.push_back(prefix + name);
  if (depth == 0) return;
  for (const std::string& name : member_names(group, H5O_TYPE_GROUP))
    if (names.size() < most) list_numbers(group.openGroup(name), prefix + name + "/", depth - 1, names);
}

// Whether the path leads to another file; what a file may name, it could read behind the user's back.
bool leaves_file(const H5::Group& group, const std::string& name) {
  for (std::size_t end = name.find('/', 1);; end = name.find('/', end + 1)) {
    const std::string part = name.substr(0, end);
    H5L_info_t link{};
    if (part != "/" && H5Lget_info(group.getId(), part.c_str(), &link, H5P_DEFAULT) >= 0 &&
        link.type == H5L_TYPE_EXTERNAL)
      return true;
    if (end == std::string::npos) return false;
  }
}

}  // namespace

std::vector<std::string> list_numbers(ReadableFile& file) {
  std::vector<std::string> names;
  file.reading("the list of its data sets", [&] { list_numbers(file.file().openGroup("/"), "/", 5, names); });
  return names;
}

H5::DataSet open_numbers(ReadableFile& file, const std::string& name) {
  const bool found = file.reading(name, [&] {
    const H5::Group root = file.file().openGroup("/");
    if (leaves_file(root, name))
      throw IoError(file.path() + ": '" + name + "' lies in another file, expected a data set of this one");
    return has_data_set(root, name);
  });
  if (!found) {
    const std::vector<std::string> names = list_numbers(file);
    throw IoError(file.path() + ": there is no data set '" + name + "'; " +
                  (names.empty() ? "the file has no numbers at all" : "it has " + base::join(names, ", ")));
  }
  return file.reading(name, [&] {
    H5::DataSet set = file.file().openDataSet(name);
    const H5T_class_t type = set.getTypeClass();
    if (type != H5T_INTEGER && type != H5T_FLOAT)
      throw IoError(file.path() + ": '" + name + "' holds no numbers");
    if (set.getCreatePlist().getExternalCount() > 0)
      throw IoError(file.path() + ": '" + name + "' lies in another file, expected a data set of this one");
    require_room(set);
    return set;
  });
}

std::vector<double> read_numbers(ReadableFile& file, const std::string& name) {
  const H5::DataSet set = open_numbers(file, name);
  return file.reading(name, [&] {
    std::vector<double> values(static_cast<std::size_t>(set.getSpace().getSimpleExtentNpoints()));
    if (!values.empty()) set.read(values.data(), H5::PredType::NATIVE_DOUBLE);
    return values;
  });
}

}  // namespace hillock::record
