// The table of settings: names, units, what they mean and which values they take.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "analysis/trace.hpp"
#include "base/diagnostics.hpp"
#include "base/text.hpp"

namespace hillock::analysis {
namespace {

using base::UserError;

struct Setting {
  SettingText text;
  std::variant<double Settings::*, int Settings::*, bool Settings::*> field;
  double least, most;
};

constexpr double any = 1e9;

const std::array<Setting, 16> settings_table{{
    {{"Threshold", "mV", "the potential that an action potential passes"}, &Settings::threshold, -any, any},
    {{"DerivativeThreshold", "mV/ms", "the slope at which an action potential begins"},
     &Settings::derivative_threshold,
     -any,
     any},
    {{"DownDerivativeThreshold", "mV/ms", "the slope at which it has ended, after the steepest fall"},
     &Settings::down_derivative_threshold,
     -any,
     any},
    {{"DerivativeWindow", "samples", "how many samples in a row must be that steep at the beginning"},
     &Settings::derivative_window,
     1,
     1e6},
    {{"strict_stiminterval", "", "true: only peaks within the stimulus count"},
     &Settings::strict_stimulus_interval,
     0,
     1},
    {{"voltage_base_start_perc", "1",
      "where the mean of voltage_base starts, of the time before the stimulus"},
     &Settings::voltage_base_start,
     0,
     1},
    {{"voltage_base_end_perc", "1", "where it ends"}, &Settings::voltage_base_stop, 0, 1},
    {{"rise_start_perc", "1", "where AP_rise_time starts, of the amplitude"}, &Settings::rise_start, 0, 1},
    {{"rise_end_perc", "1", "where it ends"}, &Settings::rise_stop, 0, 1},
    {{"AP_phaseslope_range", "samples", "AP_phaseslope looks so far to both sides of the onset"},
     &Settings::phaseslope_range,
     1,
     1e6},
    {{"ignore_first_ISI", "", "true: ISI_CV leaves the first interval out"},
     &Settings::ignore_first_ISI,
     0,
     1},
    {{"stimulus_current", "nA",
      "the current step, for the input resistances; they are left out where it is 0"},
     &Settings::stimulus_current,
     -any,
     any},
    {{"decay_start_after_stim", "ms", "where decay_time_constant_after_stim starts, after the stimulus"},
     &Settings::decay_start_after_stim,
     0,
     any},
    {{"decay_end_after_stim", "ms", "where it ends"}, &Settings::decay_end_after_stim, 0, any},
    {{"impedance_frequency", "Hz",
      "of the sinusoidal stimulus, for impedance_magnitude and impedance_phase; they are left out where it "
      "is "
      "0"},
     &Settings::impedance_frequency,
     0,
     any},
    {{"capacitive_transient", "ms",
      "minimum_current and maximum_current leave out so much after the start of the stimulus"},
     &Settings::capacitive_transient,
     0,
     any},
}};

const Setting& find(std::string_view name) {
  const auto found =
      std::ranges::find(settings_table, name, [](const Setting& setting) { return setting.text.name; });
  if (found != settings_table.end()) return *found;
  std::vector<std::string> names;
  for (const Setting& setting : settings_table) names.emplace_back(setting.text.name);
  const std::string near = base::did_you_mean(name, names);
  throw UserError("'" + std::string(name) + "' is not a setting of the features",
                  near.empty() ? "the settings are: " + base::join(names, ", ") : near);
}

double number_of(const Setting& setting, std::string_view text) {
  const std::string name(setting.text.name);
  if (std::holds_alternative<bool Settings::*>(setting.field)) {
    if (text == "true" || text == "false") return text == "true" ? 1 : 0;
    throw UserError("setting " + name + " is '" + std::string(text) + "', expected true or false",
                    "write for instance " + name + "=true");
  }
  const std::optional<double> value = base::parse_number(text);
  const bool whole = std::holds_alternative<int Settings::*>(setting.field);
  if (value && *value >= setting.least && *value <= setting.most && (!whole || *value == std::floor(*value)))
    return *value;
  const std::string range = setting.most == any && setting.least == -any
                                ? ""
                                : " from " + base::number(setting.least) +
                                      (setting.most == any ? "" : " to " + base::number(setting.most));
  const Settings defaults;
  throw UserError(
      "setting " + name + " is '" + std::string(text) + "', expected a " +
          (whole ? "whole number" : "number") + range +
          (setting.text.unit == "1" ? "" : " (" + std::string(setting.text.unit) + ", without the unit)"),
      "write for instance " + name + "=" + base::number(value_of(defaults, name)));
}

}  // namespace

std::span<const SettingText> setting_texts() {
  static const auto texts = [] {
    std::array<SettingText, settings_table.size()> found;
    std::ranges::transform(settings_table, found.begin(),
                           [](const Setting& setting) { return setting.text; });
    return found;
  }();
  return texts;
}

void set(Settings& settings, std::string_view name, std::string_view value) {
  set(settings, name, number_of(find(name), value));
}

void set(Settings& settings, std::string_view name, double number) {
  const Setting& setting = find(name);
  if (const auto* real = std::get_if<double Settings::*>(&setting.field)) settings.** real = number;
  if (const auto* whole = std::get_if<int Settings::*>(&setting.field))
    settings.** whole = static_cast<int>(number);
  if (const auto* flag = std::get_if<bool Settings::*>(&setting.field)) settings.** flag = number != 0;
}

SettingRange range_of(std::string_view name) {
  const Setting& setting = find(name);
  const auto kind = std::holds_alternative<bool Settings::*>(setting.field)  ? SettingKind::flag
                    : std::holds_alternative<int Settings::*>(setting.field) ? SettingKind::whole
                                                                             : SettingKind::number;
  return {kind, setting.least, setting.most};
}

double value_of(const Settings& settings, std::string_view name) {
  return std::visit([&](auto field) { return static_cast<double>(settings.*field); }, find(name).field);
}

}  // namespace hillock::analysis
