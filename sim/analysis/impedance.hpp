// The impedance of a membrane: what V does for a current that flows in.
#pragma once
#include <complex>
#include <optional>

#include "analysis/trace.hpp"

namespace hillock::analysis {

// V over I at a frequency (Hz), MOhm or kOhm cm2: of the sinusoids on an offset that fit both best (least
// squares) in the second half of the stimulus, when the membrane has settled. Exact for a sinusoid, whether
// or not its period is a multiple of the interval of the samples. Nothing without I, or if I does not vary at
// that frequency.
std::optional<std::complex<double>> impedance_at(const Trace& trace, double frequency);

// Where the magnitude of the impedance is largest. Its quality is that over the magnitude at the lowest
// frequency (Hutcheon & Yarom 2000, Trends Neurosci. 23:216).
struct Resonance {
  double frequency = 0;  // Hz
  double impedance = 0;  // MOhm or kOhm cm2
  double quality = 0;
};

// From the Fourier transforms of V and I from the start of the stimulus to the end of the trace, at the
// frequencies above 0 (what does not change drops out) that I has at least 1 % of its strongest of: a chirp
// over three decades whose frequency grows exponentially still has 3 % at its upper end. V should be back at
// rest at the end of the trace. The lowest of these frequencies where none has an impedance 0.1 % larger:
// samples of a current that jumps tell it no better. Nothing without I or where I does not vary.
std::optional<Resonance> find_resonance(const Trace& trace);

// About how many bytes that takes, for its transforms above all.
double resonance_bytes(std::size_t samples);

}  // namespace hillock::analysis
