// Propagators of linear systems, as numbers: matrix exponential, covariance of its noise, Cholesky factor.
#include "solve/matrix_exponential.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hillock::solve {

namespace {

using Matrix = std::vector<double>;

constexpr int taylor_degree = 16;  // 0.5^17/17! = 2e-20: below rounding for a norm up to 0.5
constexpr double taylor_norm = 0.5;

Matrix multiply(const Matrix& a, const Matrix& b, int n) {
  Matrix c(static_cast<std::size_t>(n) * n, 0.0);
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < n; ++k)
      if (a[i * n + k] != 0.0)
        for (int j = 0; j < n; ++j) c[i * n + j] += a[i * n + k] * b[k * n + j];
  return c;
}

Matrix transpose(const Matrix& a, int n) {
  Matrix t(a.size());
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) t[j * n + i] = a[i * n + j];
  return t;
}

double one_norm(const Matrix& a, int n) {
  double norm = 0;
  for (int j = 0; j < n; ++j) {
    double column = 0;
    for (int i = 0; i < n; ++i) column += std::fabs(a[i * n + j]);
    if (!(column <= norm)) norm = column;  // keeps NaN
  }
  return norm;
}

// How often h is halved until the norm suits the Taylor series.
int halvings(double norm) {
  int exponent = 0;
  std::frexp(norm / taylor_norm, &exponent);  // norm/taylor_norm < 2^exponent
  return std::max(0, exponent);
}

Matrix scaled(std::span<const double> M, double factor) {
  Matrix X(M.begin(), M.end());
  for (double& x : X) x *= factor;
  return X;
}

// exp(X) - I of a matrix of small norm: X (I + X/2 (I + X/3 (...))).
Matrix taylor(const Matrix& X, int n) {
  Matrix inner(X.size(), 0.0);
  for (int i = 0; i < n; ++i) inner[i * n + i] = 1;
  for (int k = taylor_degree; k >= 2; --k) {
    inner = multiply(X, inner, n);
    for (double& x : inner) x /= k;
    for (int i = 0; i < n; ++i) inner[i * n + i] += 1;
  }
  return multiply(X, inner, n);
}

// From exp(X) - I to exp(2X) - I.
void square(Matrix& E, int n) {
  const Matrix EE = multiply(E, E, n);
  for (std::size_t i = 0; i < E.size(); ++i) E[i] = 2 * E[i] + EE[i];
}

}  // namespace

std::vector<double> exponential_minus_identity(std::span<const double> M, int n, double h) {
  Matrix X = scaled(M, h);
  const double norm = one_norm(X, n);
  if (!std::isfinite(norm)) return Matrix(M.size(), std::numeric_limits<double>::quiet_NaN());
  const int s = halvings(norm);
  for (double& x : X) x = std::ldexp(x, -s);
  Matrix E = taylor(X, n);
  for (int i = 0; i < s; ++i) square(E, n);
  return E;
}

std::vector<double> noise_covariance(std::span<const double> M, std::span<const double> b, int n, double h) {
  Matrix X = scaled(M, h);
  const double norm = one_norm(X, n);
  if (!std::isfinite(norm)) return Matrix(M.size(), std::numeric_limits<double>::quiet_NaN());
  const int s = halvings(2 * norm);
  for (double& x : X) x = std::ldexp(x, -s);
  // Q = sum over k of L_k / (k+1)!, L_0 = b b^T h, L_{k+1} = X L_k + (X L_k)^T.
  Matrix term(M.size()), Q(M.size(), 0.0);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) term[i * n + j] = b[i] * b[j] * std::ldexp(h, -s);
  for (int k = 0; k <= taylor_degree; ++k) {
    for (std::size_t i = 0; i < Q.size(); ++i) Q[i] += term[i];
    const Matrix XL = multiply(X, term, n), LX = transpose(XL, n);
    for (std::size_t i = 0; i < Q.size(); ++i) term[i] = (XL[i] + LX[i]) / (k + 2);
  }
  Matrix E = taylor(X, n);
  for (int i = 0; i < s; ++i) {
    Matrix P = E;
    for (int d = 0; d < n; ++d) P[d * n + d] += 1;
    const Matrix PQP = multiply(multiply(P, Q, n), transpose(P, n), n);
    for (std::size_t k = 0; k < Q.size(); ++k) Q[k] += PQP[k];
    square(E, n);
  }
  return Q;
}

std::vector<double> cholesky(std::span<const double> Q, int n) {
  Matrix L(Q.size(), 0.0);
  for (int j = 0; j < n; ++j) {
    double pivot = Q[j * n + j];
    for (int k = 0; k < j; ++k) pivot -= L[j * n + k] * L[j * n + k];
    if (!(pivot > 4 * n * std::numeric_limits<double>::epsilon() * Q[j * n + j]))
      continue;  // no variance of its own
    L[j * n + j] = std::sqrt(pivot);
    for (int i = j + 1; i < n; ++i) {
      double sum = Q[i * n + j];
      for (int k = 0; k < j; ++k) sum -= L[i * n + k] * L[j * n + k];
      L[i * n + j] = sum / L[j * n + j];
    }
  }
  return L;
}

}  // namespace hillock::solve
