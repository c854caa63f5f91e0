// The Fourier transform by halving and by Bluestein's convolution; Welch's average.
#include "analysis/spectrum.hpp"

#include <bit>
#include <numbers>

#include "base/math.hpp"

namespace hillock::analysis {
namespace {

using Complex = std::complex<double>;

// exp(-i angle); the products below are spelled out because operator* checks for infinities.
Complex turn(double angle) { return {base::cos(angle), -base::sin(angle)}; }

Complex times(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// In place, for a power of two.
void transform(std::vector<Complex>& x) {
  const std::size_t n = x.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {  // j: the bits of i in reverse order
    std::size_t bit = n >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  std::vector<Complex> turns(n / 2);
  for (std::size_t k = 0; k < n / 2; ++k)
    turns[k] = turn(2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
  for (std::size_t half = 1; half < n; half *= 2)
    for (std::size_t start = 0; start < n; start += 2 * half)
      for (std::size_t k = 0; k < half; ++k) {
        const Complex even = x[start + k], odd = times(x[start + k + half], turns[k * (n / (2 * half))]);
        x[start + k] = even + odd;
        x[start + k + half] = even - odd;
      }
}

// With jk = (j^2 + k^2 - (k - j)^2)/2 the transform is a convolution with exp(i pi j^2/n).
std::vector<Complex> bluestein(const std::vector<Complex>& x) {
  const std::size_t n = x.size(), length = std::bit_ceil(2 * n - 1);
  std::vector<Complex> chirp(n), a(length), b(length);
  for (std::size_t k = 0; k < n; ++k)  // k^2 modulo 2n keeps the angle exact
    chirp[k] = turn(std::numbers::pi * static_cast<double>(k * k % (2 * n)) / static_cast<double>(n));
  for (std::size_t k = 0; k < n; ++k) a[k] = times(x[k], chirp[k]);
  for (std::size_t k = 0; k < n; ++k) b[k] = b[(length - k) % length] = std::conj(chirp[k]);
  transform(a);
  transform(b);
  for (std::size_t k = 0; k < length; ++k) a[k] = std::conj(times(a[k], b[k]));
  transform(a);  // of the conjugate: the inverse, but for 1/length
  std::vector<Complex> result(n);
  for (std::size_t k = 0; k < n; ++k)
    result[k] = times(std::conj(a[k]), chirp[k]) / static_cast<double>(length);
  return result;
}

std::vector<double> hann(std::size_t n) {
  std::vector<double> window(n, 1);
  for (std::size_t k = 0; n > 1 && k < n; ++k)
    window[k] = 0.5 - 0.5 * base::cos(2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
  return window;
}

// Adds the squared magnitudes of the transform of a segment to sums[0 ... n/2].
void add_power(std::span<const double> segment, const std::vector<double>& window,
               std::vector<double>& sums) {
  double mean = 0;
  for (const double value : segment) mean += value / static_cast<double>(segment.size());
  std::vector<Complex> x(segment.size());
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = (segment[k] - mean) * window[k];
  x = fourier(std::move(x));
  for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += std::norm(x[k]);
}

}  // namespace

std::vector<Complex> fourier(std::vector<Complex> x) {
  if (x.size() < 2) return x;
  if (!std::has_single_bit(x.size())) return bluestein(x);
  transform(x);
  return x;
}

Spectrum power_spectrum(std::span<const double> signal, double sampling_rate, int segments) {
  constexpr double overlap = 0.5;
  if (segments < 1 || signal.size() < static_cast<std::size_t>(segments)) return {};
  const auto n =
      static_cast<std::size_t>(static_cast<double>(signal.size()) / (segments - overlap * (segments - 1)));
  const std::size_t step = n - static_cast<std::size_t>(static_cast<double>(n) * overlap);
  const std::vector<double> window = hann(n);
  Spectrum spectrum;
  spectrum.power.resize(n / 2 + 1);
  double averaged = 0, squares = 0;
  for (std::size_t start = 0; start + n <= signal.size(); start += step, ++averaged)
    add_power(signal.subspan(start, n), window, spectrum.power);
  for (const double weight : window) squares += weight * weight;
  for (std::size_t k = 0; k <= n / 2; ++k) {
    const bool paired = k > 0 && 2 * k != n;  // with its negative frequency
    spectrum.power[k] *= (paired ? 2 : 1) / (sampling_rate * squares * averaged);
    spectrum.frequency.push_back(static_cast<double>(k) * sampling_rate / static_cast<double>(n));
  }
  return spectrum;
}

}  // namespace hillock::analysis
