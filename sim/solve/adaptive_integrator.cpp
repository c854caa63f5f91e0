// Odeint's controlled Dormand-Prince stepper with dense output, for one neuron at a time.
#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <boost/numeric/odeint/stepper/controlled_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/dense_output_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>
#include <optional>

#include "base/math.hpp"
#include "program/kernel.hpp"
#include "solve/integrators.hpp"
#include "solve/margin.hpp"

namespace hillock::solve {

namespace {

namespace odeint = boost::numeric::odeint;
using State = std::vector<double>;
using Dopri5 = odeint::runge_kutta_dopri5<State, double, State, double, odeint::range_algebra>;

// Error in units of the tolerance, as Odeint's own, but infinite where it or the state is not finite: Odeint
// compares error > 1, which is false for NaN, and would accept the step and let dt grow.
class FiniteErrorChecker {
 public:
  using value_type = double;
  using algebra_type = odeint::range_algebra;
  using operations_type = odeint::default_operations;
  FiniteErrorChecker(double atol, double rtol) : atol_(atol), rtol_(rtol) {}

  template <class Old, class Derivative, class Error>
  double error(algebra_type&, const Old& old, const Derivative&, Error& error, double) const {
    double worst = 0;
    for (std::size_t i = 0; i < old.size(); ++i) {
      const double scaled = std::fabs(error[i]) / (atol_ + rtol_ * std::fabs(old[i]));
      if (!std::isfinite(scaled)) return 1e10;
      worst = std::max(worst, scaled);
    }
    return worst;
  }

 private:
  double atol_, rtol_;
};

// Odeint's rule for the next step size (order 5, error order 4), with hillock's pow: libm's bits depend on
// the machine.
class StepAdjuster {
 public:
  using time_type = double;
  using value_type = double;
  explicit StepAdjuster(double max_step) : max_step_(max_step) {}

  double decrease_step(double dt, double error, int error_order) const {
    return dt * std::max(0.9 * base::pow(error, -1.0 / (error_order - 1)), 0.2);
  }
  double increase_step(double dt, double error, int stepper_order) const {
    if (error >= 0.5) return dt;
    const double next =
        dt * 0.9 * base::pow(std::max(0.00032 /* 5^-5: at most a factor 4.5 */, error), -1.0 / stepper_order);
    return std::min(next, max_step_);
  }
  bool check_step_size_limit(double dt) const { return dt <= max_step_; }
  double get_max_dt() const { return max_step_; }

 private:
  double max_step_;
};

bool finite(const State& values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

using Controlled = odeint::controlled_runge_kutta<Dopri5, FiniteErrorChecker, StepAdjuster>;

class AdaptiveIntegrator final : public program::Integrator {
  // The courses within the last step, as functions of (offset, state there): along the tangent at its
  // beginning, and on dopri5's interpolant, which needs the inner stages: the step is repeated.
  auto straight(double begun) {
    return [this, begun](double offset, State& x) {
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = old_[i] + (offset - begun) * old_slope_[i];
    };
  }

  auto dense(double begun, double t) {
    const auto system = [this](const State& x, State& dxdt, double offset) { derive(x, dxdt, offset); };
    dense_.do_step(system, old_, old_slope_, begun, next_, next_slope_, t - begun);
    return [this, begun, t](double offset, State& x) {
      dense_.calc_state(offset, x, old_, old_slope_, begun, next_, next_slope_, t);
    };
  }

 public:
  AdaptiveIntegrator(const Cell& cell, Slots& slots, const model::Method& method, double dt)
      : rhs_(right_hand_side(cell, slots)),
        max_step_(method.max_step > 0 ? method.max_step : dt),
        min_step_(method.min_step > 0 ? method.min_step : 1e-9 * dt),
        soon_(1e-5 * dt),
        controlled_(FiniteErrorChecker(method.atol, method.rtol), StepAdjuster(max_step_), Dopri5()),
        margin_(Margin::of(cell, slots)) {
    for (const CellState& state : cell.states) {
      states_.push_back(slots.array(state.name));
      derivatives_.push_back(slots.array(slot::derivative(state)));
    }
    has_reset_ = cell.has_reset();
    offset_slot_ = slots.step_value(slot::offset);
    held_slot_ = cell.has_hold() ? slots.array(slot::held) : -1;
    step_size_slot_ = slots.array(slot::step_size);
  }

  std::unique_ptr<program::Integrator> clone() const override {
    return std::make_unique<AdaptiveIntegrator>(*this);
  }

  program::Advanced advance(std::span<double> arrays, const program::IntegratorCall& call) override {
    begin(arrays, call);
    if (!finite(slope_))
      return {call.from, false, false, call.to, false, false, 0};  // no step is small enough
    double t = call.from, size = arrays[step_size_slot_] > 0 ? arrays[step_size_slot_] : max_step_ / 8;
    const double tolerance = 1e-12 * (call.to - call.from);
    double margin_before = call.watch && margin_ ? margin(x_, t) : 0;
    if (std::isnan(margin_before)) return undecided(arrays, t);
    while (call.to - t > tolerance) {
      const bool last = t + size >= call.to - tolerance;
      double trial = last ? call.to - t : size;
      const double asked = trial;
      old_ = x_, old_slope_ = slope_;
      const double begun = t;
      const bool accepted = accept_step(t, trial);
      if (!accepted && !step_to_threshold(t, call.to)) return fail(arrays, begun, t + trial, trial);
      if (!accepted) trial = min_step_;
      if (call.to - t <= tolerance) t = call.to;
      // A step shortened to end on the grid says little about the size that the error allows.
      size = last && trial >= asked ? std::max(size, std::min(trial, max_step_)) : trial;
      arrays[step_size_slot_] = size;
      if (!call.watch || !margin_) continue;
      const double margin_after = margin(x_, t);
      if (std::isnan(margin_after)) return undecided(arrays, t);
      if (margin_before < 0 && margin_after >= 0)
        return accepted ? cross(arrays, begun, t, margin_before, margin_after, dense(begun, t))
                        : cross(arrays, begun, t, margin_before, margin_after, straight(begun));
      margin_before = margin_after;
    }
    store(arrays);
    return {call.to, false, true, 0, false, false, 0};
  }

 private:
  void begin(std::span<double> arrays, const program::IntegratorCall& call) {
    if (held_slot_ >= 0) arrays[held_slot_] = call.held ? 1 : 0;
    arrays_.assign(arrays.begin(), arrays.end());
    step_values_ = call.step_values;
    rhs_.set_parameters(call.parameters.first(rhs_.program().parameters));
    if (margin_) margin_->set_parameters(call.parameters);
    x_.resize(states_.size());
    for (State* buffer : {&slope_, &next_, &next_slope_, &point_}) buffer->resize(states_.size());
    for (std::size_t i = 0; i < states_.size(); ++i) x_[i] = arrays[states_[i]];
    derive(x_, slope_, call.from);
  }

  void derive(const State& x, State& dxdt, double offset) {
    for (std::size_t i = 0; i < x.size(); ++i) arrays_[states_[i]] = x[i];
    step_values_[offset_slot_] = offset;
    rhs_.run(std::span(arrays_).first(rhs_.program().arrays), {},
             step_values_.first(rhs_.program().step_values));
    for (std::size_t i = 0; i < x.size(); ++i) dxdt[i] = arrays_[derivatives_[i]];
  }

  double margin(const State& x, double offset) {
    for (std::size_t i = 0; i < x.size(); ++i) arrays_[states_[i]] = x[i];
    return margin_->at(arrays_, step_values_, offset);
  }

  // Tries smaller and smaller steps until one is accepted; `size` becomes the proposal for the next. False
  // below the minimum.
  bool accept_step(double& t, double& size) {
    const auto system = [this](const State& x, State& dxdt, double offset) { derive(x, dxdt, offset); };
    while (true) {
      double begin = t, trial = size;
      const auto result = controlled_.try_step(system, x_, slope_, begin, next_, next_slope_, trial);
      if (result == odeint::success && finite(next_) && finite(next_slope_)) {
        x_ = next_, slope_ = next_slope_, t = begin, size = trial;
        return true;
      }
      size = result == odeint::success ? size / 4 : trial;
      if (size < min_step_) return false;
    }
  }

  // An upstroke that runs away (exponential ones: e-folds of 1e-14 ms below the peak) leaves the error
  // estimate no step that it accepts. Where the spike condition turns true within soon_ if the margin only
  // keeps its slope, the course follows its tangents there, in steps of min_step_: the spike is late by less
  // than soon_.
  bool step_to_threshold(double& t, double to) {
    if (!has_reset_ || !margin_) return false;
    const double h = std::min(min_step_, to - t), before = margin(x_, t);
    for (std::size_t i = 0; i < x_.size(); ++i) next_[i] = x_[i] + h * slope_[i];
    if (!finite(next_)) return false;
    const double rise = margin(next_, t + h) - before;
    if (!(before < 0 && rise * soon_ >= -before * h)) return false;
    t += h;
    x_ = next_;
    derive(x_, slope_, t);
    return true;
  }

  template <class Course>
  program::Advanced cross(std::span<double> arrays, double begun, double t, double before, double after,
                          const Course& course) {
    double at = t;
    if (after > 0) {
      double lost_at = -1;
      const auto margin_at = [&](double offset) {
        course(offset, point_);
        const double there = margin(point_, offset);
        if (std::isnan(there)) lost_at = offset;
        return lost_at < 0 ? there : after;
      };
      std::uintmax_t iterations = 100;
      at = boost::math::tools::toms748_solve(margin_at, begun, t, before, after,
                                             boost::math::tools::eps_tolerance<double>(50), iterations)
               .second;
      if (lost_at >= 0) {
        course(lost_at, x_);
        return undecided(arrays, lost_at);
      }
      if (has_reset_) course(at, x_);
    }
    store(arrays);
    return {has_reset_ ? at : t, true, true, 0, false, false, at};
  }

  program::Advanced fail(std::span<double> arrays, double at, double failed_at, double size) {
    store(arrays);
    return {at, false, false, failed_at, size < min_step_, false, 0};
  }

  program::Advanced undecided(std::span<double> arrays, double at) {
    store(arrays);
    return {at, false, false, at, false, true, 0};
  }

  void store(std::span<double> arrays) const {
    for (std::size_t i = 0; i < states_.size(); ++i) arrays[states_[i]] = x_[i];
  }

  program::ScalarEvaluator rhs_;
  double max_step_, min_step_, soon_;  // ms
  Controlled controlled_;
  std::optional<Margin> margin_;
  Dopri5 dense_;
  bool has_reset_ = false;
  std::vector<int> states_, derivatives_;
  int offset_slot_ = -1, held_slot_ = -1, step_size_slot_ = -1;
  State x_, slope_, old_, old_slope_, next_, next_slope_, point_, arrays_;
  std::span<double> step_values_;
};

}  // namespace

std::unique_ptr<program::Integrator> adaptive_integrator(const Cell& cell, Slots& slots,
                                                         const model::Method& method, double dt) {
  return std::make_unique<AdaptiveIntegrator>(cell, slots, method, dt);
}

}  // namespace hillock::solve
