// Numbers as people read them, and JSON as machines do.
#include <doctest/doctest.h>

#include <limits>

#include "cli/console.hpp"
#include "cli/json.hpp"

namespace hillock::cli {
namespace {

TEST_CASE("bytes have three digits and a unit") {
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(999) == "999 B");
  CHECK(human_bytes(1000) == "1 kB");
  CHECK(human_bytes(96000) == "96 kB");
  CHECK(human_bytes(1234567) == "1.23 MB");
  CHECK(human_bytes(999.6e9) == "1 TB");
  CHECK(human_bytes(16e12) == "16 TB");
}

TEST_CASE("durations grow into minutes, hours and days") {
  CHECK(human_seconds(0.0123) == "0.012 s");
  CHECK(human_seconds(59.96) == "60 s");
  CHECK(human_seconds(125) == "2 min 5 s");
  CHECK(human_seconds(12000) == "3 h 20 min");
  CHECK(human_seconds(200000) == "2 d 7 h");
}

TEST_CASE("model time is shown exactly, in ms or s") {
  CHECK(human_time(0.025) == "0.025 ms");
  CHECK(human_time(200) == "200 ms");
  CHECK(human_time(1000) == "1 s");
  CHECK(human_time(33188.1) == "33.1881 s");
  CHECK(human_time(34 * 0.1) == "3.4 ms");
  CHECK(human_time(1e8) == "100000 s");
}

TEST_CASE("three digits of a number, large or small") {
  CHECK(three_digits(0) == "0");
  CHECK(three_digits(0.0773) == "0.0773");
  CHECK(three_digits(0.5) == "0.5");
  CHECK(three_digits(12.345) == "12.3");
  CHECK(three_digits(57800) == "57800");
}

TEST_CASE("one is singular") {
  CHECK(counted(0, "spike") == "0 spikes");
  CHECK(counted(1, "spike") == "1 spike");
  CHECK(counted(28072, "spike") == "28072 spikes");
}

TEST_CASE("JSON escapes what must be escaped and keeps the rest") {
  Json json;
  json["text"] = "a \"b\" \\ \n \x01 \u00B5A \xff";
  json["number"] = 0.1;
  json["none"] = std::numeric_limits<double>::quiet_NaN();
  json["whole"] = std::int64_t{9007199254740993};
  json["list"] = Json::Array{true, Json()};
  json["empty"] = Json::Object{};
  CHECK(json.text(false) ==
        "{\"text\": \"a \\\"b\\\" \\\\ \\n \\u0001 \u00B5A \\ufffd\", \"number\": 0.1, \"none\": null, "
        "\"whole\": 9007199254740993, \"list\": [true, null], \"empty\": {}}");
}

TEST_CASE("indented JSON has one value a line") {
  Json json;
  json["a"] = 1;
  json["b"].push(2);
  CHECK(json.text() == "{\n  \"a\": 1,\n  \"b\": [\n    2\n  ]\n}");
}

TEST_CASE("setting a key again replaces its value where it stands") {
  Json json;
  json["a"] = 1;
  json["b"] = 2;
  json["a"] = 3;
  CHECK(json.text(false) == "{\"a\": 3, \"b\": 2}");
}

}  // namespace
}  // namespace hillock::cli
