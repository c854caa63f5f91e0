// Odeint's explicit steppers, run once over expressions: so they record their step. No tableau is written by
// hand.
#include <boost/numeric/odeint/algebra/default_operations.hpp>
#include <boost/numeric/odeint/stepper/euler.hpp>
#include <boost/numeric/odeint/stepper/modified_midpoint.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta4.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_cash_karp54.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_fehlberg78.hpp>

#include "base/diagnostics.hpp"
#include "solve/advance.hpp"

namespace hillock::solve {

namespace {

namespace odeint = boost::numeric::odeint;
using Recorded = std::vector<Expr>;

// Whether a factor is a zero of the tableau: the number 0, or a step length times the number 0.
bool vanishes(const Expr& factor) {
  if (factor.is_number()) return factor.number == 0.0;
  const program::Node& node = factor.tape->nodes[factor.node];
  if (node.op != program::Op::multiply) return false;
  const auto zero = [&](int i) {
    return factor.tape->nodes[i].op == program::Op::constant && factor.tape->nodes[i].value == 0.0;
  };
  return zero(node.a) || zero(node.b);
}

// x = sum of factor * term, without the terms whose factor is a zero of the tableau (the passes keep x*0, for
// NaN).
struct WeightedSum {
  std::vector<Expr> factors;
  template <class... Factors>
  explicit WeightedSum(const Factors&... f) : factors{Expr(f)...} {}
  template <class... Terms>
  void operator()(Expr& result, const Terms&... terms) const {
    const Expr all[] = {terms...};
    Expr sum;
    for (std::size_t i = 0; i < sizeof...(Terms); ++i)
      if (!vanishes(factors[i]))
        sum += factors[i].is_number() && factors[i].number == 1.0 ? all[i] : factors[i] * all[i];
    result = sum;
  }
  using result_type = void;
};

// Odeint's names for sums of 1 to 14 terms.
struct Operations : odeint::default_operations {
  template <class...>
  using scale_sum1 = WeightedSum;
  template <class...>
  using scale_sum2 = WeightedSum;
  template <class...>
  using scale_sum3 = WeightedSum;
  template <class...>
  using scale_sum4 = WeightedSum;
  template <class...>
  using scale_sum5 = WeightedSum;
  template <class...>
  using scale_sum6 = WeightedSum;
  template <class...>
  using scale_sum7 = WeightedSum;
  template <class...>
  using scale_sum8 = WeightedSum;
  template <class...>
  using scale_sum9 = WeightedSum;
  template <class...>
  using scale_sum10 = WeightedSum;
  template <class...>
  using scale_sum11 = WeightedSum;
  template <class...>
  using scale_sum12 = WeightedSum;
  template <class...>
  using scale_sum13 = WeightedSum;
  template <class...>
  using scale_sum14 = WeightedSum;
};

template <template <class...> class Stepper, class... Arguments>
Recorded record_step(const Start& start, Arguments... arguments) {
  Stepper<Recorded, double, Recorded, Expr, odeint::range_algebra, Operations> stepper(arguments...);
  Recorded x = start.states;
  const auto system = [&](const Recorded& states, Recorded& derivatives, Expr offset) {
    derivatives = held_derivatives(start, states, offset);
  };
  stepper.do_step(system, x, start.from, start.h);
  return x;
}

}  // namespace

std::vector<Expr> advance_explicit(model::MethodKind method, const Start& start) {
  if (start.states.empty()) return {};
  switch (method) {
    case model::MethodKind::euler:
      return record_step<odeint::euler>(start);
    case model::MethodKind::midpoint:
      return record_step<odeint::modified_midpoint>(start, static_cast<unsigned short>(2));
    case model::MethodKind::rk4:
      return record_step<odeint::runge_kutta4>(start);
    case model::MethodKind::cash_karp54:
      return record_step<odeint::runge_kutta_cash_karp54>(start);
    case model::MethodKind::dopri5:
      return record_step<odeint::runge_kutta_dopri5>(start);
    case model::MethodKind::fehlberg78:
      return record_step<odeint::runge_kutta_fehlberg78>(start);
    default:
      throw base::InternalError("not an explicit stepper");
  }
}

}  // namespace hillock::solve
