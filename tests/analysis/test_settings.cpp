// Settings by eFEL's names, and the registry of features.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "analysis/features.hpp"
#include "base/diagnostics.hpp"

namespace hillock::analysis {
namespace {

std::string error(std::string_view name, std::string_view value) {
  Settings settings;
  try {
    set(settings, name, value);
  } catch (const base::UserError& problem) {
    return problem.what();
  }
  return "";
}

TEST_CASE("a setting takes numbers of its kind and range") {
  Settings settings;
  set(settings, "Threshold", "-10.5");
  set(settings, "DerivativeWindow", "5");
  set(settings, "strict_stiminterval", "true");
  CHECK(settings.threshold == -10.5);
  CHECK(settings.derivative_window == 5);
  CHECK(settings.strict_stimulus_interval);
  CHECK(value_of(settings, "strict_stiminterval") == 1);
  CHECK(value_of(settings, "DerivativeThreshold") == 10);
  CHECK(error("Threshold", "-10 mV") ==
        "error: setting Threshold is '-10 mV', expected a number (mV, without the unit)\n  write for "
        "instance Threshold=-20");
  CHECK(error("rise_end_perc", "1.5") ==
        "error: setting rise_end_perc is '1.5', expected a number from 0 to 1\n  write for instance "
        "rise_end_perc=1");
  CHECK(error("AP_phaseslope_range", "0") ==
        "error: setting AP_phaseslope_range is '0', expected a whole number from 1 to 1e+06 (samples, "
        "without the unit)\n"
        "  write for instance AP_phaseslope_range=2");
  CHECK(error("ignore_first_ISI", "no") ==
        "error: setting ignore_first_ISI is 'no', expected true or false\n  write for instance "
        "ignore_first_ISI=true");
  CHECK(error("threshold", "1") ==
        "error: 'threshold' is not a setting of the features\n  did you mean 'Threshold'?");
}

TEST_CASE("every default lies in its own range, so that what an error suggests is accepted") {
  for (const SettingText& text : setting_texts()) {
    const double value = value_of({}, text.name);
    const bool flag = text.unit.empty();
    CAPTURE(text.name);
    CHECK(error(text.name, flag ? (value != 0 ? "true" : "false") : std::to_string(value)) == "");
  }
}

TEST_CASE("features have names of their own, units and one line of definition") {
  std::set<std::string_view> names;
  for (const Feature& feature : features()) {
    CAPTURE(feature.name);
    CHECK(names.insert(feature.name).second);
    CHECK_FALSE(feature.unit.empty());
    CHECK_FALSE(feature.doc.empty());
    CHECK(feature.doc.find('\n') == std::string_view::npos);
    CHECK(&find_feature(feature.name) == &feature);
  }
}

}  // namespace
}  // namespace hillock::analysis
