// The equations of the tutorial, in its order and with its symbols.
#include "sweep/cma_es.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/math.hpp"

namespace hillock::sweep {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

CmaEs::CmaEs(std::vector<double> mean, double width, std::int64_t candidates, const base::Stream& stream)
    : candidates_(candidates),
      parents_(candidates / 2),
      stream_(stream),
      n_(std::ssize(mean)),
      mean_(Eigen::Map<const VectorXd>(mean.data(), n_)),
      path_sigma_(VectorXd::Zero(n_)),
      path_c_(VectorXd::Zero(n_)),
      sigma_(width),
      covariance_(MatrixXd::Identity(n_, n_)),
      axes_(MatrixXd::Identity(n_, n_)),
      lengths_(VectorXd::Ones(n_)) {
  set_weights();
}

std::int64_t CmaEs::usual_candidates(std::size_t dimensions) {
  return 4 + static_cast<std::int64_t>(3 * base::log(static_cast<double>(dimensions)));
}

// Equations 49 to 58. Those of the negative weights are such that the covariance stays positive definite.
void CmaEs::set_weights() {
  const auto n = static_cast<double>(n_);
  weights_.resize(candidates_);
  double positive = 0, positive_squares = 0, negative = 0, negative_squares = 0;
  for (Index i = 0; i < candidates_; ++i) {
    const double weight =
        base::log((static_cast<double>(candidates_) + 1) / 2) - base::log(static_cast<double>(i + 1));
    weights_[i] = weight;
    (i < parents_ ? positive : negative) += weight;
    (i < parents_ ? positive_squares : negative_squares) += weight * weight;
  }
  effective_ = positive * positive / positive_squares;
  c_c_ = (4 + effective_ / n) / (n + 4 + 2 * effective_ / n);
  c_sigma_ = (effective_ + 2) / (n + effective_ + 5);
  damping_ = 1 + 2 * std::max(0.0, std::sqrt((effective_ - 1) / (n + 1)) - 1) + c_sigma_;
  c_1_ = 2 / ((n + 1.3) * (n + 1.3) + effective_);
  c_mu_ = std::min(1 - c_1_, 2 * (0.25 + effective_ + 1 / effective_ - 2) / ((n + 2) * (n + 2) + effective_));
  expected_length_ = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  const double effective_negative = negative * negative / negative_squares;
  const double most = std::min(
      {1 + c_1_ / c_mu_, 1 + 2 * effective_negative / (effective_ + 2), (1 - c_1_ - c_mu_) / (n * c_mu_)});
  for (Index i = 0; i < candidates_; ++i)
    weights_[i] *= weights_[i] >= 0 ? 1 / positive : most / std::abs(negative);
}

VectorXd CmaEs::drawn(std::int64_t candidate) const {
  VectorXd z(n_);
  const auto number = static_cast<std::uint64_t>(generation_ * candidates_ + candidate);
  for (Index d = 0; d < n_; ++d) z[d] = stream_.normal(number, static_cast<std::uint64_t>(d));
  return z;
}

std::vector<std::vector<double>> CmaEs::ask() const {
  std::vector<std::vector<double>> all;
  for (std::int64_t k = 0; k < candidates_; ++k) {
    const VectorXd x = mean_ + sigma_ * (axes_ * lengths_.cwiseProduct(drawn(k)));
    all.emplace_back(x.begin(), x.end());
  }
  return all;
}

void CmaEs::tell(std::span<const std::size_t> order) {
  const auto n = static_cast<double>(n_);
  // z in coordinates in which the distribution is a sphere, y in those of the numbers, both in order.
  MatrixXd z(n_, candidates_), y(n_, candidates_);
  for (Index i = 0; i < candidates_; ++i) {
    z.col(i) = drawn(static_cast<std::int64_t>(order[static_cast<std::size_t>(i)]));
    y.col(i) = axes_ * lengths_.cwiseProduct(z.col(i));
  }
  ++generation_;
  const auto recombined = [&](const MatrixXd& columns) -> VectorXd {
    return columns.leftCols(parents_) * weights_.head(parents_);
  };
  const VectorXd y_w = recombined(y);
  mean_ += sigma_ * y_w;

  // The width: longer when its steps point in one direction, shorter when they undo one another.
  path_sigma_ = (1 - c_sigma_) * path_sigma_ +
                std::sqrt(c_sigma_ * (2 - c_sigma_) * effective_) * (axes_ * recombined(z));
  const double length = path_sigma_.norm();
  sigma_ *= base::exp(std::min(1.0, c_sigma_ / damping_ * (length / expected_length_ - 1)));

  // The covariance: rank one along the path, rank mu along all candidates. The path stalls while it is long.
  const double unbiased =
      std::sqrt(1 - base::exp(2 * static_cast<double>(generation_) * base::log(1 - c_sigma_)));
  const bool moves = length / unbiased < (1.4 + 2 / (n + 1)) * expected_length_;
  path_c_ *= 1 - c_c_;
  if (moves) path_c_ += std::sqrt(c_c_ * (2 - c_c_) * effective_) * y_w;
  const double stalled = moves ? 0 : c_c_ * (2 - c_c_);
  covariance_ *= 1 + c_1_ * stalled - c_1_ - c_mu_ * weights_.sum();
  covariance_ += c_1_ * path_c_ * path_c_.transpose();
  // One after the other: a product of large matrices is summed in an order that depends on the caches.
  for (Index i = 0; i < candidates_; ++i) {
    const double weight = weights_[i] >= 0 ? weights_[i] : weights_[i] * n / z.col(i).squaredNorm();
    covariance_ += c_mu_ * weight * y.col(i) * y.col(i).transpose();
  }
  decompose();
}

void CmaEs::decompose() {
  covariance_ = 0.5 * (covariance_ + covariance_.transpose()).eval();
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(covariance_);
  axes_ = solver.eigenvectors();
  lengths_ = solver.eigenvalues().cwiseMax(0).cwiseSqrt();
}

double CmaEs::width() const { return sigma_ * std::sqrt(covariance_.diagonal().maxCoeff()); }

bool CmaEs::degenerate() const {
  constexpr double most = 1e7;  // a condition of 1e14, as the tutorial has it
  return !(lengths_.maxCoeff() < most * lengths_.minCoeff()) || !(sigma_ * lengths_.maxCoeff() < 1e16);
}

}  // namespace hillock::sweep
