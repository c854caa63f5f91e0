// A membrane potential over time, the current that flows in, and the settings by which features are measured.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

namespace hillock::analysis {

// What the current of a trace is. Features take a current in nA and a density in uA/cm2, so that an impedance
// is in MOhm or in kOhm cm2.
enum class InputKind { unknown, current, density };

// By the unit that it is recorded in: pA, uA/cm2; unknown in another one.
inline InputKind input_kind(std::string_view unit) {
  return unit == "pA" ? InputKind::current : unit == "uA/cm2" ? InputKind::density : InputKind::unknown;
}

// What features take for one unit that is recorded.
inline double input_scale(InputKind kind) { return kind == InputKind::current ? 1e-3 : 1; }

// One neuron's trace on its own time grid. Nothing is resampled: where eFEL first interpolates to its
// interp_step, the features here are eFEL's with interp_step equal to the interval of the samples.
struct Trace {
  std::span<const double> time;                  // [n_samples], ms, ascending
  std::span<const double> V;                     // [n_samples], mV
  double stimulus_start = 0, stimulus_stop = 0;  // ms
  std::span<const double> I = {};                // [n_samples], nA or uA/cm2, inward; empty: not known
  std::span<const double> spikes =
      {};  // ms, ascending: of the model's own decision; empty: none, or not known
  std::size_t size() const { return V.size(); }
  // dV/dt at a sample, mV/ms: the central difference, one-sided at the two ends.
  double slope(std::size_t i) const {
    const std::size_t before = i == 0 ? 0 : i - 1, after = i + 1 == V.size() ? i : i + 1;
    return (V[after] - V[before]) / (time[after] - time[before]);
  }
  // The index of the first sample at or after a time; size() if there is none.
  std::size_t at(double t) const;
};

// Whether the model decided on a spike at a time or later.
inline bool spikes_from(const Trace& trace, double time) {
  return !trace.spikes.empty() && trace.spikes.back() >= time;
}

// eFEL's settings with eFEL's defaults; the last two are our own.
struct Settings {
  double threshold = -20;                  // mV
  double derivative_threshold = 10;        // mV/ms
  double down_derivative_threshold = -12;  // mV/ms
  int derivative_window = 3;               // samples
  bool strict_stimulus_interval = false;
  double voltage_base_start = 0.9, voltage_base_stop = 1;  // of the time before the stimulus
  double rise_start = 0, rise_stop = 1;                    // of the amplitude
  int phaseslope_range = 2;                                // samples
  bool ignore_first_ISI = true;
  double stimulus_current = 0;        // nA; 0: not known
  double decay_start_after_stim = 1;  // ms
  double decay_end_after_stim = 10;   // ms
  double impedance_frequency = 0;     // Hz; 0: not known
  double capacitive_transient = 0.2;  // ms
};

// A setting as users name it; the names are eFEL's where it has one.
struct SettingText {
  std::string_view name, unit, doc;
};
std::span<const SettingText> setting_texts();

// Gives a setting its value. Throws UserError for an unknown name (with the nearest known one), and for a
// value that is no number of its kind or out of range.
void set(Settings& settings, std::string_view name, std::string_view value);

// What numbers a setting takes, in its unit; flags are 0 or 1.
enum class SettingKind { number, whole, flag };
struct SettingRange {
  SettingKind kind = SettingKind::number;
  double least = 0, most = 0;
};
SettingRange range_of(std::string_view name);

// Gives a setting a number that is within its range.
void set(Settings& settings, std::string_view name, double value);

// The value of a setting as a number: flags are 0 or 1.
double value_of(const Settings& settings, std::string_view name);

}  // namespace hillock::analysis
