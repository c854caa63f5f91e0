// Columns of text and HDF5 files: what is read, and the whole text of each refusal.
#include <doctest/doctest.h>

#include <fstream>

#include "record/columns.hpp"
#include "record/run_writer.hpp"
#include "record/sample.hpp"
#include "record/spike_file.hpp"

namespace hillock::record {
namespace {

using Values = std::vector<double>;

std::string with_text(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder / name, std::ios::binary) << text;
  return folder / name;
}

TEST_CASE("text columns are read with any usual separator, header, comments and line ends") {
  const TemporaryFolder folder;
  for (const char* text :
       {"time,I\n0,1.5\n0.1,-2e3\n", "0;1.5\n0.1;-2e3", "# made by hand\n\n0\t1.5\r\n0.1\t-2e3\r\n",
        "  0   1.5 \n 0.1  -2e3\n", "\xEF\xBB\xBF\"time\", \"I\"\n\"0\", +1.5\n0.1, -2000\n",
        "t;I\r0;1.5\r0.1;-2e3\r"}) {
    const std::string path = with_text(folder, "a.csv", text);
    const Columns columns = read_columns(path, "");
    REQUIRE_MESSAGE(columns.values.size() == 2, text);
    CHECK(columns.values[0] == Values{0, 0.1});
    CHECK(columns.values[1] == Values{1.5, -2000});
    CHECK(read_column(path, "2") == Values{1.5, -2000});
  }
  const std::string path = with_text(folder, "a.csv", "time,I\n0,1\n1,2\n");
  CHECK(read_column(path, "I") == Values{1, 2});
  CHECK(read_columns(path, "").names == std::vector<std::string>{"time", "I"});
  CHECK(read_column(with_text(folder, "one.csv", "5\n6\n"), "") == Values{5, 6});
}

TEST_CASE("a text that is no table of numbers is refused with its row") {
  const TemporaryFolder folder;
  const std::string path = folder / "currents.csv";
  const auto refused = [&](const std::string& text, const std::string& column) {
    with_text(folder, "currents.csv", text);
    return io_error([&] { read_column(path, column); });
  };
  CHECK(refused("t,I\n0,1\n\n1,abc\n", "I") == path + ": row 4, column 2: 'abc' is not a number");
  CHECK(refused("0;1\n1;2,5\n", "2") == path + ": row 2, column 2: '2,5' has a decimal comma; write 2.5");
  CHECK(refused("0,1\n1,\n", "2") == path + ": row 2, column 2: the cell is empty, expected a number");
  CHECK(refused("0,1\n1,nan\n", "2") == path + ": row 2, column 2: 'nan' is not a finite number");
  CHECK(refused("0,1\n1,1e999\n", "2") ==
        path + ": row 2, column 2: '1e999' is too large; the largest number is 1.7976931348623157e308");
  CHECK(refused("1e999\n", "1") ==
        path + ": row 1, column 1: '1e999' is too large; the largest number is 1.7976931348623157e308");
  CHECK(refused("0,1\n1,1e-999\n", "2") ==
        path + ": row 2, column 2: '1e-999' is too small; write 0, or a number above 1e-307");
  CHECK(refused("0,1\n1,-inf\n", "2") == path + ": row 2, column 2: '-inf' is not a finite number");
  CHECK(refused("0,1\n1,0x10\n", "2") == path + ": row 2, column 2: '0x10' is not a number");
  CHECK(refused("0,1\n1,\x01\xff\n", "2") == path + ": row 2, column 2: '\\x01\\xFF' is not a number");
  CHECK(refused("0,1\n1\n", "2") == path + ": row 2 has 1 cell, expected 2 as in the rows above");
  CHECK(refused("0,1\n1,2,3\n", "2") == path + ": row 2 has 3 cells, expected 2 as in the rows above");
  CHECK(refused("t,I\n0,1\n", "J") == path + ": there is no column 'J'; the columns are 't', 'I'");
  CHECK(refused("0,1\n", "3") == path + ": there is no column '3'; the columns are 1, 2");
  CHECK(refused("0,1\n", "") == path + " has 2 columns; name one, or give its number from 1");
  CHECK(refused("# nothing\n", "") == path + " has no rows of numbers");
  CHECK(refused("", "") == path + " has no rows of numbers");
  CHECK(refused(std::string("0,1\n\0", 5), "1") == path + " is not text: it contains zero bytes");
  CHECK(refused("\xFF\xFE"
                "0",
                "1") == path + " is UTF-16 text; save it as UTF-8");
  CHECK(io_error([&] { read_column(folder / "none.csv", ""); }) == (folder / "none.csv") + ": no such file");
  CHECK(io_error([&] { read_column(folder.path(), ""); }) == folder.path() + " is a folder, expected a file");
  CHECK(io_error([&] { read_column("/dev/zero", ""); }) == "/dev/zero is not a regular file");
}

// A finished sample run to read from.
std::string sample_file(const TemporaryFolder& folder) {
  const engine::RunLayout layout = sample_layout(5);
  RunWriter writer(folder / "run.h5", false, layout);
  write_sample(writer, layout, 5, 5);
  writer.finish(engine::RunEnd::complete, 5, "", {});
  return folder / "run.h5";
}

TEST_CASE("columns of HDF5 files are named by path and number") {
  const TemporaryFolder folder;
  const std::string path = sample_file(folder);
  CHECK(read_column(path, "/report/exc.mean/V").size() == 10);
  CHECK(read_column(path, "report/exc/V[1]").at(3) ==
        static_cast<double>(static_cast<float>(sample_value(3, 1, 0))));
  CHECK(read_column(path, "/report/exc/neuron") == Values{0, 2, 5});
  const auto refused = [&](const std::string& name) { return io_error([&] { read_column(path, name); }); };
  CHECK(refused("/report/exc/V") == path + ": /report/exc/V has 3 columns; name one, as in /report/exc/V[0]");
  CHECK(refused("/report/exc/V[3]") ==
        path + ": /report/exc/V has 3 columns, counted from 0; there is no column 3");
  CHECK(refused("/meta/config") == path + ": '/meta/config' holds no numbers");
  CHECK(refused("/report/exc")
            .starts_with(path + ": there is no data set '/report/exc'; it has /report/exc/V, "));
  CHECK(refused("").starts_with(path + " has several data sets, name one of /report/exc/V, "));
  const std::string text = with_text(folder, "text.h5", "0,1\n");
  CHECK(io_error([&] { read_column(text, ""); }) ==
        text + " is not an HDF5 file, or is damaged: file signature not found");
}

TEST_CASE("spikes of text files are put in order of time and id, and counted when they stand twice") {
  const TemporaryFolder folder;
  const std::string path = with_text(folder, "spikes.csv", "node_id,time\n3,2.5\n1,2.5\n0,1\n3,2.5\n");
  const SpikeFile spikes = read_spikes(path, "");
  CHECK(spikes.times == Values{1, 2.5, 2.5, 2.5});
  CHECK(spikes.node_ids == std::vector<std::uint64_t>{0, 1, 3, 3});
  CHECK(spikes.duplicates == 1);
  const std::string sonata =
      with_text(folder, "sonata.csv", "timestamps population node_ids\n5 b 1\n4 a 2\n3 b 0\n");
  CHECK(read_spikes(sonata, "b").node_ids == std::vector<std::uint64_t>{0, 1});
  CHECK(io_error([&] { read_spikes(sonata, ""); }) ==
        sonata + " has spikes of several populations, name one of a, b");
  CHECK(io_error([&] { read_spikes(sonata, "c"); }) ==
        sonata + " has no spikes of a population 'c'; it has a, b");
}

TEST_CASE("a spike with a wrong time or id is refused with its row") {
  const TemporaryFolder folder;
  const std::string path = folder / "spikes.csv";
  const auto refused = [&](const std::string& text) {
    with_text(folder, "spikes.csv", text);
    return io_error([&] { read_spikes(path, ""); });
  };
  CHECK(refused("0,1\n0,-0.5\n") == path + ": row 2: the spike time -0.5 is negative");
  CHECK(refused("0,1\n0,nan\n") == path + ": row 2, column 2: 'nan' is not a finite number");
  CHECK(refused("0,1\n1.5,2\n") == path + ": row 2: the node id 1.5 is not a whole number from 0 on");
  CHECK(refused("0,1\n-1,2\n") == path + ": row 2: the node id -1 is not a whole number from 0 on");
  CHECK(refused("1,2,3\n") == path + ": expected two columns, node_id and time, or a header that names them");
}

TEST_CASE("spikes of HDF5 files are found by population") {
  const TemporaryFolder folder;
  const std::string path = sample_file(folder);
  CHECK(read_spikes(path, "exc").times.size() == 10);
  CHECK(read_spikes(path, "exc").populations == std::vector<std::string>{"exc", "inh"});
  CHECK(io_error([&] { read_spikes(path, ""); }) ==
        path + " has spikes of several populations, name one of exc, inh");
  CHECK(io_error([&] { read_spikes(path, "pv"); }) ==
        path + " has no spikes of a population 'pv'; it has exc, inh");
}

}  // namespace
}  // namespace hillock::record
