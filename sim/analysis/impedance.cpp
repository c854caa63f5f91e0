// Impedances by fitted sinusoids and by Fourier transforms; the features made of them.
#include "analysis/impedance.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

#include "analysis/features.hpp"
#include "analysis/spectrum.hpp"
#include "base/math.hpp"

namespace hillock::analysis {
namespace {

using Complex = std::complex<double>;
using Values = std::vector<double>;

Values without_mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  Values changes;
  for (const double value : values) changes.push_back(value - mean);
  return changes;
}

double product(const Values& a, const Values& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

// a + b cos + c sin by least squares: without all means, two equations for b and c.
class SinusoidFit {
 public:
  // `omega`: 1/ms.
  SinusoidFit(std::span<const double> time, double omega) {
    cos_.reserve(time.size());
    sin_.reserve(time.size());
    for (const double t : time) {  // angles from the first sample on keep their digits in long runs
      cos_.push_back(base::cos(omega * (t - time.front())));
      sin_.push_back(base::sin(omega * (t - time.front())));
    }
    cos_ = without_mean(cos_);
    sin_ = without_mean(sin_);
    cc_ = product(cos_, cos_);
    cs_ = product(cos_, sin_);
    ss_ = product(sin_, sin_);
  }
  // Whether the samples are enough of a period, and more than two of it.
  bool solvable() const {
    constexpr double least = 1e-9;
    return std::min(cc_, ss_) > least * static_cast<double>(cos_.size()) && determinant() > least * cc_ * ss_;
  }
  // b - ic: the sinusoid is the real part of it times exp(i omega t).
  Complex phasor(std::span<const double> values) const {
    const Values changes = without_mean(values);
    const double c = product(cos_, changes), s = product(sin_, changes);
    return {(ss_ * c - cs_ * s) / determinant(), (cs_ * c - cc_ * s) / determinant()};
  }

 private:
  double determinant() const { return cc_ * ss_ - cs_ * cs_; }
  Values cos_, sin_;  // [n_samples]
  double cc_ = 0, cs_ = 0, ss_ = 0;
};

constexpr double rounding = 1e-9;  // what varies less than this part of it does not vary

double largest_magnitude(std::span<const double> values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::fabs(value));
  return largest;
}

struct Transforms {
  std::vector<Complex> V, I;  // at 0, 1 ... n/2 cycles
};

// Two real signals in one complex transform: their transforms are its even and its odd part.
Transforms transforms_of(const Values& V, const Values& I) {
  const std::size_t n = V.size();
  std::vector<Complex> both(n);
  for (std::size_t k = 0; k < n; ++k) both[k] = {V[k], I[k]};
  both = fourier(std::move(both));
  Transforms found;
  for (std::size_t k = 0; k <= n / 2; ++k) {
    const Complex there = both[k], back = std::conj(both[k == 0 ? 0 : n - k]);
    found.V.push_back((there + back) / 2.0);
    found.I.push_back(Complex(0, -0.5) * (there - back));
  }
  return found;
}

Values of_resonance(const Measured& m, double Resonance::*value) {
  if (!m.resonance()) return {};
  return {(*m.resonance()).*value};
}

}  // namespace

std::optional<Complex> impedance_at(const Trace& trace, double frequency) {
  const std::size_t from = trace.at((trace.stimulus_start + trace.stimulus_stop) / 2);
  const std::size_t until = trace.at(trace.stimulus_stop);
  constexpr std::size_t fewest = 4;  // samples: one more than there are unknowns
  if (trace.I.empty() || until < from + fewest) return std::nullopt;
  const std::span<const double> I = trace.I.subspan(from, until - from);
  const double interval = (trace.time[until - 1] - trace.time[from]) / static_cast<double>(until - 1 - from);
  if (2e-3 * frequency * interval >= 1) return std::nullopt;  // samples do not tell it from a lower one
  const SinusoidFit fit(trace.time.subspan(from, until - from), 2e-3 * std::numbers::pi * frequency);
  if (!fit.solvable()) return std::nullopt;
  const Complex current = fit.phasor(I);
  if (!(std::abs(current) > rounding * largest_magnitude(I))) return std::nullopt;
  return fit.phasor(trace.V.subspan(from, until - from)) / current;
}

std::optional<Resonance> find_resonance(const Trace& trace) {
  const std::size_t from = trace.at(trace.stimulus_start);
  if (trace.I.empty() || trace.size() < from + 3) return std::nullopt;
  const Values I = without_mean(trace.I.subspan(from));
  if (!(largest_magnitude(I) > rounding * largest_magnitude(trace.I))) return std::nullopt;
  const Transforms of = transforms_of(without_mean(trace.V.subspan(from)), I);
  double strongest = 0;
  for (const Complex& current : of.I) strongest = std::max(strongest, std::abs(current));
  constexpr double weakest = 0.01, visible = 1.001;
  const auto known = [&](std::size_t k) {
    return k > 0 && k < of.I.size() && std::abs(of.I[k]) >= weakest * strongest;
  };
  const auto Z = [&](std::size_t k) { return std::abs(of.V[k] / of.I[k]); };
  std::size_t lowest = 1;
  while (lowest < of.I.size() && !known(lowest)) ++lowest;
  if (lowest == of.I.size()) return std::nullopt;
  std::size_t top = lowest;
  for (std::size_t k = lowest; k < of.I.size(); ++k)
    if (known(k) && Z(k) > Z(top)) top = k;
  if (Z(top) < visible * Z(lowest)) top = lowest;
  double at = static_cast<double>(top), largest = Z(top);
  if (top > lowest && known(top - 1) && known(top + 1)) {  // the vertex of the parabola through the three
    const double before = Z(top - 1), after = Z(top + 1), bend = before - 2 * largest + after;
    if (bend < 0) {
      const double shift = (before - after) / (2 * bend);
      at += shift;
      largest -= (before - after) * shift / 4;
    }
  }
  const double interval = (trace.time.back() - trace.time[from]) / static_cast<double>(I.size() - 1);
  return Resonance{1000 * at / (interval * static_cast<double>(I.size())), largest, largest / Z(lowest)};
}

// Twice the samples and three times what a transform of any length is made with.
double resonance_bytes(std::size_t samples) {
  return sizeof(Complex) *
         (3 * static_cast<double>(samples) + 3 * static_cast<double>(std::bit_ceil(2 * samples)));
}

std::span<const Feature> impedance_features() {
  static const auto table = std::to_array<Feature>({
      {"impedance_magnitude", "MOhm", false,
       "amplitude of V over that of the current at impedance_frequency, of sinusoids fitted to the second "
       "half of "
       "the stimulus; of neurons that do not fire from its start on",
       [](const Measured& m) {
         const auto& Z = m.impedance();
         return Z ? Values{std::abs(*Z)} : Values{};
       },
       "kOhm cm2", true},
      {"impedance_phase", "1", false,
       "by how much V is ahead of the current at impedance_frequency, in radians; fitted as "
       "impedance_magnitude",
       [](const Measured& m) {
         const auto& Z = m.impedance();
         return Z ? Values{std::arg(*Z)} : Values{};
       },
       "1", true},
      {"resonance_frequency", "Hz", false,
       "where the transform of V over that of the current is largest, from the start of the stimulus to the "
       "end of the trace of a neuron that does not fire there, at frequencies that the current has at least "
       "1 % of its "
       "strongest of",
       [](const Measured& m) { return of_resonance(m, &Resonance::frequency); }, "Hz", true},
      {"resonance_impedance", "MOhm", false,
       "V over the current at resonance_frequency, as it is found there",
       [](const Measured& m) { return of_resonance(m, &Resonance::impedance); }, "kOhm cm2", true},
      {"resonance_quality", "1", false,
       "resonance_impedance over the same at the lowest frequency that is looked at: 1 for a membrane "
       "without "
       "resonance (Hutcheon & Yarom 2000)",
       [](const Measured& m) { return of_resonance(m, &Resonance::quality); }, "1", true},
  });
  return table;
}

}  // namespace hillock::analysis
