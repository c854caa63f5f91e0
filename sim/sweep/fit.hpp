// The fit of one point: which values are tried, and which were best.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "config/config.hpp"
#include "config/fit_section.hpp"
#include "record/sweep_layout.hpp"
#include "sweep/cma_es.hpp"
#include "sweep/points.hpp"
#include "sweep/target.hpp"

namespace hillock::sweep {

// The columns that the table has of each fit, in front of what is measured: the values that were found, and
// error, evaluations, generations, converged. `taken` are names that none of them may have.
std::vector<record::SweepMeasure> columns_of_fit(const config::FitSpec& fit,
                                                 const std::set<std::string>& taken);

// A run with values that were tried, and how far it was from the target; nothing if it failed.
struct Tried {
  record::PointResult result;
  std::optional<Deviation> deviation;
};

// Throws the UserError of a parameter that cannot be fitted, if there is a fit: no candidate of the first
// generation of the first point is accepted.
void check_fit(const config::Template& config, const Points& points);

// How many candidates the first generation of a fit has.
std::int64_t first_candidates(const config::FitSpec& spec);

// The CMA evolution strategy in the unit cube between the bounds, reflected at its faces. Once it has settled
// it begins anew with twice as many candidates, as often as it may (Auger & Hansen 2005,
// doi:10.1109/CEC.2005.1554902).
class Fit {
 public:
  Fit(const config::FitSpec& spec, std::uint64_t seed);

  bool over() const { return over_; }
  std::int64_t runs() const { return runs_; }
  // The lowest error so far; infinite if no run had all that is compared.
  double error() const;
  // The settings of each candidate of the next generation.
  std::vector<std::vector<config::Assignment>> ask();
  // What came out of each of them.
  void tell(std::vector<Tried> tried);
  // The best run with the columns of the fit filled in; failed with its reason if there was none.
  record::PointResult result() &&;

 private:
  void descend();
  void end_generation(const std::optional<Deviation>& best);
  bool settled() const;

  const config::FitSpec& spec_;
  std::uint64_t seed_;
  std::optional<CmaEs> strategy_;
  std::vector<std::vector<double>> places_;  // of the candidates, in the unit cube
  std::vector<double> errors_;               // the best of each generation of this descent
  std::int64_t descents_ = 0, runs_ = 0, generations_ = 0;
  bool over_ = false, converged_ = false;
  std::optional<Tried> best_;
  std::vector<double> best_place_;
  std::string reason_;  // of the first run that failed
};

}  // namespace hillock::sweep
