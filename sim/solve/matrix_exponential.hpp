// Propagators of linear systems, as numbers: matrix exponential, covariance of its noise, Cholesky factor.
#pragma once
#include <span>
#include <vector>

namespace hillock::solve {

// exp(M h) - I for an n x n matrix M (row-major), by scaling, a Taylor series and squaring of exp - 1, which
// keeps small entries accurate (Higham 2005, doi:10.1137/04061101X, on scaling and squaring). Only +, -, *, /
// and exact scalings: the same bits anywhere.
std::vector<double> exponential_minus_identity(std::span<const double> M, int n, double h);

// Q = integral from 0 to h of exp(M s) b b^T exp(M s)^T ds: the covariance that white noise entering with
// strengths b builds up in h (Gardiner 2009, Handbook of Stochastic Methods, section 4.5.6). By a Taylor
// series over h/2^k, then Q(2h) = Q(h) + P Q(h) P^T.
std::vector<double> noise_covariance(std::span<const double> M, std::span<const double> b, int n, double h);

// Lower triangular L with L L^T = Q for a positive semidefinite Q (n x n); columns of vanishing pivots are
// zero.
std::vector<double> cholesky(std::span<const double> Q, int n);

}  // namespace hillock::solve
