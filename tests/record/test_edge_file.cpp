// Edges of text files: which columns are read, and where messages say that a row stands.
#include <doctest/doctest.h>

#include <fstream>

#include "record/edge_file.hpp"
#include "record/sample.hpp"

namespace hillock::record {
namespace {

using Values = std::vector<double>;

TEST_CASE("edges of a text are its columns, in the order of its rows") {
  const TemporaryFolder folder;
  const std::string path = folder / "edges.csv";
  std::ofstream(path) << "# drawn elsewhere\nw,target,source\n0.5,3,1\n\n-2,0,7\n";
  const EdgeFile edges =
      read_edges(path, {.source = "source", .target = "target", .population = "", .values = {"w"}});
  CHECK(edges.sources == Values{1, 7});
  CHECK(edges.targets == Values{3, 0});
  CHECK(edges.values == std::vector<Values>{{0.5, -2}});
  CHECK(edges.row(1) == path + ": row 5");
  const EdgeFile by_number = read_edges(path, {.source = "3", .target = "2", .population = "", .values = {}});
  CHECK(by_number.sources == edges.sources);
  CHECK(by_number.values.empty());
  CHECK(io_error([&] {
          read_edges(path, {.source = "pre", .target = "target", .population = "", .values = {}});
        }) == path + ": there is no column 'pre'; the columns are 'w', 'target', 'source'");
}

}  // namespace
}  // namespace hillock::record
