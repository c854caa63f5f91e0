// Text that no parser should see, documents that would blow up, and trees printed and read back.
#include <doctest/doctest.h>

#include "config/document.hpp"
#include "config/loading.hpp"

using namespace hillock;
using loading::findings;

namespace {

const std::string valid =
    "simulation: {duration: 10 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif}}\nrecord: {cell: [V]}\n";

config::Node parse(const base::Source& source) {
  base::Diagnostics diagnostics;
  const std::optional<config::Node> root = config::read_document(source, "text", diagnostics);
  diagnostics.throw_if_errors();
  REQUIRE(root);
  return *root;
}

bool same(const config::Node& a, const config::Node& b) {
  if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size() ||
      a.entries.size() != b.entries.size())
    return false;
  for (std::size_t i = 0; i < a.items.size(); ++i)
    if (!same(a.items[i], b.items[i])) return false;
  for (std::size_t i = 0; i < a.entries.size(); ++i)
    if (a.entries[i].key != b.entries[i].key || !same(a.entries[i].value, b.entries[i].value)) return false;
  return true;
}

}  // namespace

TEST_CASE("a NUL byte is refused with its place") {
  CHECK(findings(std::string("a: 1\nb\0c: 1\n", 13)) ==
        R"(test.yaml:2:2: error: this is not a hillock config: byte 0 is a control character
   2 | b\x00c: 1
     |  ^~~~ save it as plain text in UTF-8)");
}

TEST_CASE("UTF-16 is refused with and without a byte order mark") {
  const std::string text =
      "test.yaml: error: this is not a hillock config: the text is UTF-16, not UTF-8\n  save it as UTF-8";
  CHECK(findings(std::string("\xFF\xFE"
                             "a\0:\0 \0001\0",
                             10)) == text);
  CHECK(findings(std::string("a\0:\0 \0001\0", 8)) == text);
  CHECK(findings(std::string("\0a\0:\0 \0001", 8)) == text);
}

TEST_CASE("Latin-1 is refused with its place") {
  CHECK(findings("caf\xE9: 1\n") ==
        R"(test.yaml:1:4: error: this is not a hillock config: byte 233 is not UTF-8
   1 | caf\xE9: 1
     |    ^~~~ save it as plain text in UTF-8)");
}

TEST_CASE("a byte order mark and line ends of Windows are accepted, and columns stay right") {
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : valid) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const auto experiment = loading::load(windows);
  CHECK(experiment->text == valid);
  CHECK(findings("\xEF\xBB\xBFsimulation: 3\r\n" + valid.substr(valid.find('\n') + 1)) ==
        R"(test.yaml:1:13: error: 'simulation' must be a map, got '3'
   1 | simulation: 3
     |             ^ write 'key: value' lines below it, or {key: value})");
}

TEST_CASE("aliases of aliases are refused before they are expanded") {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias;
    for (int k = 1; k < 10; ++k) bomb += "," + alias;
    bomb += "]\n";
  }
  CHECK(findings(bomb) ==
        R"(test.yaml:5:34: error: the aliases of this file stand for more than 100000 values
   5 | a4: &a4 [*a3,*a3,*a3,*a3,*a3,*a3,*a3,*a3,*a3,*a3]
     |                                  ^ write fewer aliases of aliases)");
}

TEST_CASE("aliases may stand for a hundred thousand values, and for no more") {
  const auto with = [](int aliases) {
    std::string text = "a: [&x 1";
    for (int k = 0; k < aliases; ++k) text += ",*x";
    return findings(text + "]\n");
  };
  const std::string refusal = "the aliases of this file stand for more than 100000 values";
  CHECK(with(99'999).find(refusal) == std::string::npos);  // the anchor is kept as a copy too
  CHECK(with(100'000).find(refusal) != std::string::npos);
}

TEST_CASE("a hundred thousand brackets are refused without a crash") {
  const std::string closed = "a: " + std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(findings(closed).starts_with("test.yaml:1:67: error: lists and maps are nested more than 64 deep\n"));
  const std::string open = "a: " + std::string(100'000, '[');
  CHECK(findings(open).starts_with(
      "test.yaml:1:5: error: a bracket that begins here is not closed, or has a list or map as a key\n"));
  std::string blocks;
  for (int i = 0; i < 500; ++i) blocks += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK(
      findings(blocks).starts_with("test.yaml:65:65: error: lists and maps are nested more than 64 deep\n"));
}

TEST_CASE("aliases cannot nest deeper than brackets") {
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i)
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  CHECK(findings(text).find("error: lists and maps are nested more than 64 deep\n") != std::string::npos);
}

TEST_CASE("a file longer than 16 MB is refused before it is parsed") {
  CHECK(findings(valid + std::string((std::size_t{16} << 20), '#')) ==
        "error: test.yaml is longer than 16 MB, the most that a config or model may have\n"
        "  keep data in a file of its own and name it with 'file:'");
}

TEST_CASE("a list of 100,000 times loads before the test's time is up") {
  std::string times = "0 ms";
  for (int i = 1; i < 100'000; ++i) times += ", " + std::to_string(i) + " ms";
  const auto experiment = loading::load(
      "simulation: {duration: 100 s, dt: 0.1 ms}\npopulations: {cell: {model: lif, receptors: {a: {model: "
      "exp_current}}}}\ninputs: {x: {type: spikes, target: cell, weight: 1 pA, times: [" +
      times + "]}}\nrecord: {cell: [V]}\n");
  CHECK(std::get<model::Values>(experiment->inputs[0].fields.at("times")).numbers.size() == 100'000);
}

TEST_CASE("a file that is not there is an error of input and output") {
  const loading::Folder folder;
  try {
    config::load(folder.path("nothing.yaml"), loading::options());
    FAIL("nothing was thrown");
  } catch (const base::IoError& error) {
    CHECK(folder.shorten(error.what()) ==
          "nothing.yaml: cannot be opened; does the file exist, and may it be read?");
    CHECK(error.exit_code() == 5);
  }
  CHECK_THROWS_AS(config::load(folder.path("."), loading::options()), base::IoError);
}

TEST_CASE("a printed tree reads back to the same tree") {
  for (const std::string& text :
       {valid, std::string("a: {b: [1, 2, {c: d}], e: 'it''s', f: \"x: y\\n\\t\\\"\", g: ~, h: {}, i: []}\n"),
        std::string("a:\n  - [x, \"y, z\"]\n  -\n    b: \"= g * w\"\n    c: = g * w\nd: |\n  two\n  "
                    "lines\ne: >\n  one\n  line\n"),
        std::string("a: -1 mV\nc: 1:30\n'k: 1': \"\"\nd: 'true'\n")}) {
    CAPTURE(text);
    const base::Source source{"text", text};
    const config::Node tree = parse(source);
    const base::Source printed{"printed", config::print_document(tree)};
    CHECK(same(tree, parse(printed)));
  }
}

TEST_CASE("places are those of the words, inside quotes and behind anchors") {
  const base::Source source{"text", "a: \"x + y\"\nb: &k 'z'\nc: [*k, 10 mV]\nd: |\n  block\n"};
  const config::Node tree = parse(source);
  CHECK(tree.find("a")->place.column == 5);
  CHECK(tree.find("a")->place.length == 5);
  CHECK(tree.find("b")->place.line == 2);
  CHECK(tree.find("b")->place.column == 8);
  CHECK(tree.find("c")->items[1].place.column == 9);
  CHECK(tree.find("c")->items[1].place.length == 5);
  CHECK(tree.find("d")->place.line == 5);
  CHECK(tree.find("d")->place.column == 3);
  CHECK(tree.entry("d")->place.line == 4);
}
