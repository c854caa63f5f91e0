// Fourier transforms of any length, and power spectra by Welch's method.
#pragma once
#include <complex>
#include <span>
#include <vector>

namespace hillock::analysis {

// X[k] = sum of x[j] exp(-2 pi i j k / n) in O(n log n) for any n: by halving where n is a power of two,
// otherwise as a convolution of such a length (Bluestein 1970, IEEE Trans. Audio Electroacoust. 18:451). The
// same bits on every machine: no function of libm takes part.
std::vector<std::complex<double>> fourier(std::vector<std::complex<double>> x);

struct Spectrum {
  std::vector<double> frequency;  // Hz
  std::vector<double> power;      // unit of the signal squared per Hz; one-sided
};

// Power spectral density: mean over `segments` segments that overlap by half, each without its mean, in a
// Hann window (Welch 1967, IEEE Trans. Audio Electroacoust. 15:70). Definition and defaults of
// elephant.spectral.welch_psd. Empty if the signal has fewer samples than segments; sampling rate in Hz.
Spectrum power_spectrum(std::span<const double> signal, double sampling_rate, int segments = 8);

}  // namespace hillock::analysis
