// The CMA evolution strategy: a search for the minimum of a function of some numbers, that needs no more than
// an order of the values it has at some places, from best to worst.
#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"

namespace hillock::sweep {

// Hansen 2016, The CMA Evolution Strategy: A Tutorial, arXiv:1604.00772, with its default parameters; the
// weights of the worse half are negative (active CMA). Candidates are drawn from a normal distribution, whose
// mean, width and shape follow those that were best. All draws are those of the stream, so that the same
// answers give the same bits.
class CmaEs {
 public:
  // Begins around `mean`, with the standard deviation `width` in each direction; at least 2 candidates.
  CmaEs(std::vector<double> mean, double width, std::int64_t candidates, const base::Stream& stream);

  // The usual number of candidates in so many dimensions: 4 + 3 log n.
  static std::int64_t usual_candidates(std::size_t dimensions);

  std::int64_t candidates() const { return candidates_; }
  std::int64_t generation() const { return generation_; }  // how many have been told
  const Eigen::VectorXd& mean() const { return mean_; }
  // The largest standard deviation along any axis of the numbers.
  double width() const;
  // Whether the distribution has become so narrow in one direction that numbers do not resolve it.
  bool degenerate() const;

  // The candidates of the next generation; the same until it is told.
  std::vector<std::vector<double>> ask() const;
  // `order`: the numbers of all candidates, the best first.
  void tell(std::span<const std::size_t> order);

 private:
  void set_weights();
  void decompose();
  Eigen::VectorXd drawn(std::int64_t candidate) const;  // of the standard normal distribution

  std::int64_t candidates_, generation_ = 0, parents_;
  base::Stream stream_;
  Eigen::Index n_;
  Eigen::VectorXd weights_;  // of the candidates in order; the worse half negative
  double effective_ = 0;     // mu_eff: how many parents equal weights would mean
  // Learning rates of the path and of the width, of the rank-one and rank-mu updates, and of their path; the
  // damping of the width; the expected length of a standard normal vector.
  double c_sigma_ = 0, c_1_ = 0, c_mu_ = 0, c_c_ = 0, damping_ = 0, expected_length_ = 0;

  Eigen::VectorXd mean_, path_sigma_, path_c_;
  double sigma_;
  Eigen::MatrixXd covariance_;
  Eigen::MatrixXd axes_;     // eigenvectors of the covariance, in columns
  Eigen::VectorXd lengths_;  // square roots of its eigenvalues
};

}  // namespace hillock::sweep
