// Fuzzes the readers of HDF5 files: whatever a well-formed file holds in the places where a run's file has
// its own is values or an error that names the file, and recovery likewise.
//
// The bytes choose changes of a run's file that are made through the HDF5 library, so that it stays
// well-formed: members and attributes go, or become others of other types, shapes and values. HDF5 itself
// crashes on files that are not, for which there is a child process (record/apart.hpp,
// tests/record/test_damaged_files.cpp); here that child is left out, so that every crash is one of the
// readers'.
#define DOCTEST_CONFIG_IMPLEMENT  // record/sample.hpp has checks, and this program no test cases
#include <H5Cpp.h>
#include <fuzzer/FuzzedDataProvider.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "record/apart.hpp"
#include "record/columns.hpp"
#include "record/recover.hpp"
#include "record/run_reader.hpp"
#include "record/run_writer.hpp"
#include "record/sample.hpp"
#include "record/spike_file.hpp"

namespace hillock::record {

// Takes the place of the one in sim/record/apart.cpp.
void run_apart(const std::string&, const std::function<void()>&) {}

namespace {

engine::SnippetBlock windows() {
  engine::SnippetBlock block;
  const engine::SpikeBlock spikes = sample_spikes(0, 2);
  block.times = block.sampled_at = spikes.times;
  block.node_ids = spikes.node_ids;
  block.values32.assign(spikes.times.size() * 3, -65.0F);
  return block;
}

engine::AnalysisTable measured() {
  engine::AnalysisTable table;
  table.population = "exc";
  table.neurons = {0, 2};
  table.axes.push_back({"lag", "ms", "distance of two spikes", "lag", {-5, 0, 5}});
  table.values.push_back({"AP_amplitude", "mV", "peak above onset", "neuron", {80.25, 79}});
  table.values.push_back({"autocorrelogram", "1", "pairs of spikes", "lag", {1, 4, 1}});
  table.numbers = {{"bin_ms", 5}};
  table.note = "a note";
  return table;
}

void write_run(const std::string& path) {
  engine::RunLayout layout = sample_layout(3);
  engine::SnippetLayout snippets;
  snippets.group = snippets.population = "exc";
  snippets.variables = {{"V", "mV", "membrane potential"}};
  snippets.neurons = {0, 7};
  snippets.offsets = {-0.5, 0, 0.5};
  layout.snippets = {snippets};
  RunWriter writer(path, false, layout);
  write_sample(writer, layout, 3, 1);
  writer.write(windows());
  writer.write(measured());
  writer.finish(engine::RunEnd::interrupted, 3, "", {});
}

// A run's file, and every member and attribute in it.
struct Original {
  struct Attribute {
    std::string member, name;
  };
  TemporaryFolder folder;
  std::string path = folder / "run.h5.partial";
  std::vector<std::string> members;  // groups and data sets; not "/"
  std::vector<Attribute> attributes;

  Original() {
    write_run(folder / "run.h5");
    const H5::H5File file(path, H5F_ACC_RDONLY);
    note_attributes(file.openGroup("/"), "/");
    H5Lvisit(file.getId(), H5_INDEX_NAME, H5_ITER_INC, note_member, this);
    for (const std::string& member : members) {
      if (file.childObjType(member) == H5O_TYPE_GROUP)
        note_attributes(file.openGroup(member), member);
      else
        note_attributes(file.openDataSet(member), member);
    }
  }

 private:
  static herr_t note_member(hid_t, const char* name, const H5L_info_t*, void* self) {
    static_cast<Original*>(self)->members.emplace_back(name);
    return 0;
  }
  void note_attributes(const H5::H5Object& object, const std::string& member) {
    for (int i = 0; i < object.getNumAttrs(); ++i)
      attributes.push_back({member, object.openAttribute(static_cast<unsigned>(i)).getName()});
  }
};

template <class Value>
const Value& pick(FuzzedDataProvider& data, const std::vector<Value>& values) {
  return values[data.ConsumeIntegralInRange<std::size_t>(0, values.size() - 1)];
}

double drawn_number(FuzzedDataProvider& data) {
  const double inf = std::numeric_limits<double>::infinity();
  return data.PickValueInArray(
      {0.0, -0.0, 1.0, -1.0, 0.1, 3.0, 1e-300, 1e300, 1e15, 9.3e18, 2e19, -2e19, inf, -inf, std::nan("")});
}

H5::DataType drawn_type(FuzzedDataProvider& data) {
  const auto text = [](std::size_t length) { return H5::DataType(H5::StrType(H5::PredType::C_S1, length)); };
  switch (data.ConsumeIntegralInRange(0, 8)) {
    case 0:
      return H5::PredType::IEEE_F64LE;
    case 1:
      return H5::PredType::IEEE_F32BE;
    case 2:
      return H5::PredType::STD_U64LE;
    case 3:
      return H5::PredType::STD_I8LE;
    case 4:
      return text(1);
    case 5:
      return text(16);
    case 6:
      return text(H5T_VARIABLE);
    case 7:
      return H5::ArrayType(H5::PredType::IEEE_F64LE, 1, std::vector<hsize_t>{3}.data());
    default: {
      H5::CompType pair(std::size_t{16});
      pair.insertMember("a", 0, H5::PredType::IEEE_F64LE);
      pair.insertMember("b", 8, H5::PredType::STD_I64LE);
      return pair;
    }
  }
}

H5::DataSpace drawn_space(FuzzedDataProvider& data, bool huge) {
  std::vector<hsize_t> extent;
  const int rank = data.ConsumeIntegralInRange(-1, 3);
  if (rank < 0) return H5::DataSpace(H5S_NULL);
  constexpr hsize_t least[] = {0, 1, 2, 3, 4, 6, 30},
                    most[] = {hsize_t{1} << 20, hsize_t{1} << 40, hsize_t{1} << 62};
  for (int k = 0; k < rank; ++k)
    extent.push_back(huge && data.ConsumeBool() ? data.PickValueInArray(most) : data.PickValueInArray(least));
  return rank == 0 ? H5::DataSpace(H5S_SCALAR) : H5::DataSpace(rank, extent.data());
}

// Numbers for as many values as the space has; what is no number keeps what it is created with.
template <class Target>
void write_numbers(FuzzedDataProvider& data, Target& target, const H5::DataType& type,
                   const H5::DataSpace& space) {
  const auto count = space.getSimpleExtentType() == H5S_NULL ? 0 : space.getSimpleExtentNpoints();
  if (count <= 0 || count > 1000) return;
  if (type.getClass() != H5T_FLOAT && type.getClass() != H5T_INTEGER) return;
  std::vector<double> values;
  for (hssize_t i = 0; i < count; ++i) values.push_back(drawn_number(data));
  target(values.data());
}

void change_attribute(FuzzedDataProvider& data, H5::H5File& file, const Original::Attribute& attribute) {
  const H5::Group root = file.openGroup("/");
  if (H5Oexists_by_name(file.getId(), attribute.member.c_str(), H5P_DEFAULT) <= 0) return;
  const hid_t object = H5Oopen(file.getId(), attribute.member.c_str(), H5P_DEFAULT);
  if (object < 0) return;
  if (H5Aexists(object, attribute.name.c_str()) > 0) H5Adelete(object, attribute.name.c_str());
  if (data.ConsumeBool()) {
    const H5::DataType type = drawn_type(data);
    const H5::DataSpace space = drawn_space(data, false);
    const hid_t made =
        H5Acreate2(object, attribute.name.c_str(), type.getId(), space.getId(), H5P_DEFAULT, H5P_DEFAULT);
    if (type.getClass() == H5T_STRING && !type.isVariableStr() && space.getSimpleExtentType() == H5S_SCALAR) {
      std::string text = data.ConsumeRandomLengthString(type.getSize());
      text.resize(type.getSize());
      H5Awrite(made, type.getId(), text.data());
    }
    auto write = [&](const double* values) { H5Awrite(made, H5T_NATIVE_DOUBLE, values); };
    write_numbers(data, write, type, space);
    if (made >= 0) H5Aclose(made);
  }
  H5Oclose(object);
}

void new_data_set(FuzzedDataProvider& data, H5::H5File& file, const std::string& name) {
  const H5::DataType type = drawn_type(data);
  const bool chunked = data.ConsumeBool();
  const H5::DataSpace space = drawn_space(data, chunked);
  H5::DSetCreatPropList how;
  if (chunked && space.getSimpleExtentType() == H5S_SIMPLE && space.getSimpleExtentNdims() > 0)
    how.setChunk(space.getSimpleExtentNdims(), std::vector<hsize_t>(3, 4).data());
  H5::DataSet set = file.createDataSet(name, type, space, how);
  auto write = [&](const double* values) { set.write(values, H5::PredType::NATIVE_DOUBLE); };
  write_numbers(data, write, type, space);
}

void change_values(FuzzedDataProvider& data, H5::H5File& file, const std::string& name) {
  if (file.childObjType(name) != H5O_TYPE_DATASET) return;
  H5::DataSet set = file.openDataSet(name);
  auto write = [&](const double* values) { set.write(values, H5::PredType::NATIVE_DOUBLE); };
  write_numbers(data, write, set.getDataType(), set.getSpace());
}

void change_extent(FuzzedDataProvider& data, H5::H5File& file, const std::string& name) {
  if (file.childObjType(name) != H5O_TYPE_DATASET) return;
  H5::DataSet set = file.openDataSet(name);
  const H5::DataSpace space = set.getSpace();
  std::vector<hsize_t> extent(static_cast<std::size_t>(space.getSimpleExtentNdims()));
  space.getSimpleExtentDims(extent.data());
  constexpr hsize_t rows[] = {0, 1, 2, 29, 31, 1000, hsize_t{1} << 40, hsize_t{1} << 62};
  // From a huge one there is no way back: the library visits each chunk that is lost.
  if (!extent.empty() && extent[0] <= 100'000) extent[0] = data.PickValueInArray(rows);
  set.extend(extent.data());
}

void change_member(FuzzedDataProvider& data, H5::H5File& file, const Original& original) {
  const std::string& name = pick(data, original.members);
  const int kind = data.ConsumeIntegralInRange(0, 7);
  if (kind == 0) return change_values(data, file, name);
  if (kind == 1) return change_extent(data, file, name);
  file.unlink(name);
  if (kind <= 4) return new_data_set(data, file, name);
  if (kind == 5) file.createGroup(name);
  const std::string& other = pick(data, original.members);
  if (kind == 6)
    H5Lcreate_hard(file.getId(), other.c_str(), file.getId(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  if (kind == 7) H5Lcreate_soft(("/" + other).c_str(), file.getId(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
}

void change(FuzzedDataProvider& data, const std::string& path, const Original& original) {
  H5::H5File file(path, H5F_ACC_RDWR);
  for (int left = 6; left > 0 && data.remaining_bytes() > 0; --left) {
    try {
      if (data.ConsumeBool())
        change_attribute(data, file, pick(data, original.attributes));
      else
        change_member(data, file, original);
    } catch (const H5::Exception&) {  // a change that cannot be made
    }
  }
}

void check_named(const std::string& error) {
  if (error != "no error" && error.find("changed.h5") == std::string::npos) std::abort();
}

void read_all(const std::string& path) {
  RunReader reader(path);
  const auto each = [](auto work) { check_named(io_error(work)); };
  for (const std::string& population : reader.populations()) reader.report_of(population, "V");
  for (const ReportInfo& report : reader.info().reports) {
    each([&] { reader.stimulus(report); });
    each([&] { reader.times(report); });
    if (report.neurons != 0) each([&] { reader.neurons(report); });
    for (const ReportInfo::Variable& variable : report.variables)
      each([&] { reader.columns(report, variable.name, std::vector<std::size_t>{0}); });
  }
  for (const SpikesInfo& spikes : reader.info().spikes) each([&] { reader.spikes(spikes.population); });
  for (const SnippetInfo& snippets : reader.info().around_spikes)
    for (const ReportInfo::Variable& variable : snippets.variables)
      each([&] { reader.around_spikes(snippets, variable.name); });
  for (const AnalysisInfo& analysis : reader.info().analysis)
    for (const ReportInfo::Variable& value : analysis.values)
      each([&] { reader.analysis(analysis.population, value.name); });
}

// One of the ways there are.
void read_some_way(int way, const std::string& path) {
  if (way == 0) return check_named(io_error([&] { read_all(path); }));
  if (way == 1) return check_named(io_error([&] { read_spikes(path, "exc"); }));
  if (way == 2) {
    if (io_error([&] { recover(path, true); }) == "no error")
      check_named(io_error([&] { read_all(path.substr(0, path.size() - std::string(".partial").size())); }));
    return;
  }
  constexpr const char* names[] = {"/report/exc/V", "/report/exc.w/w[1]", "/report/exc/neuron", ""};
  const std::string name = names[way - 3];
  check_named(io_error([&] { read_columns(path, name); }));
  check_named(io_error([&] { read_column(path, name); }));
}

}  // namespace
}  // namespace hillock::record

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace hillock::record;
  static const Original original;
  H5::Exception::dontPrint();
  const std::string path = original.folder / "changed.h5.partial";
  std::filesystem::copy_file(original.path, path, std::filesystem::copy_options::overwrite_existing);
  FuzzedDataProvider data(bytes, size);
  const int way = data.ConsumeIntegralInRange(0, 6);
  change(data, path, original);
  read_some_way(way, path);
  return 0;
}
