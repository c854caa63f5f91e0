// The texts of errors, compared whole.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/diagnostics.hpp"

using namespace hillock::base;

namespace {

std::string message(const Source& source, Place place, std::string what, std::string remedy = {}) {
  place.source = &source;
  Diagnostics diagnostics;
  diagnostics.error(place, std::move(what), std::move(remedy));
  return format(diagnostics.all().front());
}

}  // namespace

TEST_CASE("an error shows file, line, column, the line, an underline and the remedy") {
  const Source source{"models/neurons/my_lif.yaml", std::string(13, '\n') + "  dV/dt: (E_L - V)/tau_mem\n"};
  CHECK(message(source, {nullptr, 14, 20, 7}, "'tau_mem' is not declared",
                "did you mean 'tau_m' (declared at 6:3)?") ==
        "models/neurons/my_lif.yaml:14:20: error: 'tau_mem' is not declared\n"
        "  14 |   dV/dt: (E_L - V)/tau_mem\n"
        "     |                    ^~~~~~~ did you mean 'tau_m' (declared at 6:3)?");
}

TEST_CASE("the gutter grows with the line number") {
  const Source source{"a.yaml", std::string(123455, '\n') + "x: 1"};
  CHECK(message(source, {nullptr, 123456, 1, 1}, "bad") ==
        "a.yaml:123456:1: error: bad\n"
        "123456 | x: 1\n"
        "       | ^");
}

TEST_CASE("tabs, several bytes to a letter and line ends of DOS keep the underline in place") {
  const Source source{"a.yaml", "\tx\tg: \u00B5A bad\r\n"};
  CHECK(message(source, {nullptr, 1, 11, 3}, "no") ==
        "a.yaml:1:11: error: no\n"
        "   1 | \tx\tg: \u00B5A bad\n"
        "     | \t \t      ^~~");
}

TEST_CASE("control bytes of a config cannot reach the terminal") {
  const Source source{"a\x1b.yaml", "x: \x1b[2Jy\xff"};
  CHECK(message(source, {nullptr, 1, 4, 1}, "odd '\x1b'") ==
        "a\\x1B.yaml:1:4: error: odd '\\x1B'\n"
        "   1 | x: \\x1B[2Jy\\xFF\n"
        "     |    ^~~~");
}

TEST_CASE("a place behind the end of the line is marked behind it") {
  const Source source{"a.yaml", "x: 1 +"};
  CHECK(message(source, {nullptr, 1, 7, 1}, "no") ==
        "a.yaml:1:7: error: no\n"
        "   1 | x: 1 +\n"
        "     |       ^");
}

TEST_CASE("a very long line is cut around the place") {
  const Source source{"a.yaml", std::string(500000, 'a') + "BAD" + std::string(500000, 'c')};
  CHECK(message(source, {nullptr, 1, 500001, 3}, "no") ==
        "a.yaml:1:500001: error: no\n"
        "   1 | ..." +
            std::string(60, 'a') + "BAD" + std::string(57, 'c') +
            "...\n"
            "     |    " +
            std::string(60, ' ') + "^~~");
  const Source start{"a.yaml", "BAD" + std::string(500000, 'c')};
  CHECK(message(start, {nullptr, 1, 1, 3}, "no") ==
        "a.yaml:1:1: error: no\n"
        "   1 | BAD" +
            std::string(117, 'c') +
            "...\n"
            "     | ^~~");
}

TEST_CASE("an underline ends with the line") {
  const Source source{"a.yaml", "x: 1"};
  CHECK(message(source, {nullptr, 1, 4, 1000}, "no") ==
        "a.yaml:1:4: error: no\n"
        "   1 | x: 1\n"
        "     |    ^");
}

TEST_CASE("a line break in a user's word is shown, and breaks no line of the message") {
  const Source source{"a\nb.yaml", "x: 1"};
  CHECK(message(source, {nullptr, 1, 1, 1}, "no 'c\nd'", "did you mean 'e\nf'?") ==
        "a\\x0Ab.yaml:1:1: error: no 'c\\x0Ad'\n"
        "   1 | x: 1\n"
        "     | ^ did you mean 'e\\x0Af'?");
  CHECK(std::string(UserError("no\n'a'", "b\nc").what()) == "error: no\\x0A'a'\n  b\\x0Ac");
}

TEST_CASE("errors of files show control bytes of a path") {
  CHECK(std::string(IoError("a\x1b[31m\nb.h5: no such file").what()) == "a\\x1B[31m\\x0Ab.h5: no such file");
  CHECK(std::string(ResourceError("a\x1b: 1 GB are free").what()) == "a\\x1B: 1 GB are free");
}

TEST_CASE("a finding without a place has only its message and remedy") {
  CHECK(std::string(UserError("no config", "name one").what()) == "error: no config\n  name one");
  CHECK(std::string(UserError("no config").what()) == "error: no config");
  CHECK(UserError("no config").exit_code() == 2);
  const Source source{"a.yaml", ""};
  CHECK(message(source, {nullptr, 0, 0, 1}, "the file is empty") == "a.yaml: error: the file is empty");
}

TEST_CASE("all errors are thrown at once, in order, and warnings alone are not thrown") {
  const Source source{"a.yaml", "x: 1\ny: 2"};
  Diagnostics diagnostics;
  diagnostics.warning({&source, 1, 1, 1}, "odd");
  CHECK_NOTHROW(diagnostics.throw_if_errors());
  diagnostics.error({&source, 2, 1, 1}, "second");
  diagnostics.error({&source, 1, 4, 1}, "first");
  CHECK(diagnostics.has_errors());
  try {
    diagnostics.throw_if_errors();
    FAIL("nothing was thrown");
  } catch (const UserError& error) {
    CHECK(error.diagnostics().size() == 2);
    CHECK(std::string(error.what()) ==
          "a.yaml:1:4: error: first\n   1 | x: 1\n     |    ^\n"
          "a.yaml:2:1: error: second\n   2 | y: 2\n     | ^");
  }
}

TEST_CASE("did you mean names what is a slip of the pen away, and nothing else") {
  const std::vector<std::string> names = {"threshold", "tau_m", "V_reset", "V", "g_L", "size"};
  CHECK(did_you_mean("treshold", names) == "did you mean 'threshold'?");
  CHECK(did_you_mean("thershold", names) == "did you mean 'threshold'?");
  CHECK(did_you_mean("tau_mem", names) == "did you mean 'tau_m'?");
  CHECK(did_you_mean("v_reset", names) == "did you mean 'V_reset'?");
  CHECK(did_you_mean("v", names) == "did you mean 'V'?");
  CHECK(did_you_mean("SIZE", names) == "did you mean 'size'?");
  CHECK(did_you_mean("thresh", names) == "did you mean 'threshold'?");
  CHECK(did_you_mean("spike_threshold", names) == "did you mean 'threshold'?");
  CHECK(did_you_mean("x", names).empty());
  CHECK(did_you_mean("population", names).empty());
  CHECK(did_you_mean("", names).empty());
  CHECK(did_you_mean(std::string(100000, 'a'), names).empty());
}
