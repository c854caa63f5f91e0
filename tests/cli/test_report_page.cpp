// The page of a report: how data and texts get into it.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "base/diagnostics.hpp"
#include "cli/report/base64.hpp"
#include "cli/report/page.hpp"

namespace hillock::cli {
namespace {

std::string base64_of_text(std::string_view text) {
  return base64(std::as_bytes(std::span(text.data(), text.size())));
}

TEST_CASE("base64 has the test vectors of RFC 4648") {
  const std::array<std::array<const char*, 2>, 7> vectors{{{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}}};
  for (const auto& [text, expected] : vectors) CHECK(base64_of_text(text) == expected);
  const std::array<float, 1> one{1.0F};
  CHECK(base64_of<float>(one) == "AACAPw==");
}

TEST_CASE("a page has every part in its place, and no text of the data ends its element") {
  const PageParts parts{"<@TITLE@>@STYLE@|@PLOT_STYLE@|@DATA@|@PLOT_LIBRARY@|@SCRIPT@ a@b @NONE@", "style",
                        "script", "library", "library style"};
  Json data;
  data["config"] = "</script>@STYLE@";
  CHECK(page(parts, "a<b&c.h5", data) ==
        "<a&lt;b&amp;c.h5>style|library style|{\"config\": \"\\u003c/script>@STYLE@\"}|library|script a@b "
        "@NONE@");
}

TEST_CASE("without its plotting library a report says what to install") {
  const PageParts parts{"@DATA@", "", "", "", ""};
  std::string text;
  try {
    page(parts, "x.h5", Json());
  } catch (const base::ResourceError& error) {
    text = error.what();
  }
  CHECK(text ==
        "this hillock was built without the plotting library that reports carry; install npm (Debian: apt "
        "install npm) "
        "and build again with scripts/test, or take the numbers from hillock features FILE");
}

}  // namespace
}  // namespace hillock::cli
