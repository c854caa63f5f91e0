// Steps of a recorded method, of any length, for one neuron at a time.
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <optional>

#include "program/kernel.hpp"
#include "solve/integrators.hpp"
#include "solve/margin.hpp"

namespace hillock::solve {

namespace {

class RecordedIntegrator final : public program::Integrator {
 public:
  RecordedIntegrator(const Cell& cell, Slots& slots, model::MethodKind method)
      : part_(part(cell, slots, method)), margin_(Margin::of(cell, slots)) {
    has_reset_ = cell.has_reset();
    offset_slot_ = slots.step_value(slot::offset);
    h_slot_ = slots.parameter(slot::h);
    held_slot_ = cell.has_hold() ? slots.array(slot::held) : -1;
  }

  std::unique_ptr<program::Integrator> clone() const override {
    return std::make_unique<RecordedIntegrator>(*this);
  }

  program::Advanced advance(std::span<double> arrays, const program::IntegratorCall& call) override {
    if (held_slot_ >= 0) arrays[held_slot_] = call.held ? 1 : 0;
    end_.assign(arrays.begin(), arrays.end());
    if (!step(end_, call, call.to - call.from)) return {call.from, false, false, call.to, false, false, 0};
    program::Advanced result{call.to, false, true, 0, false, false, 0};
    if (call.watch && margin_) watch(arrays, call, result);
    if (result.finite) std::ranges::copy(end_, arrays.begin());
    return result;
  }

 private:
  // Looks for a crossing between `arrays` and `end_`, and moves `end_` there where a reset follows.
  void watch(std::span<double> arrays, const program::IntegratorCall& call, program::Advanced& result) {
    margin_->set_parameters(call.parameters);
    const double before = margin_->at(arrays, call.step_values, call.from);
    if (std::isnan(before)) return undecided(arrays, arrays, call.from, result);
    const double after = margin_->at(end_, call.step_values, call.to);
    if (std::isnan(after)) return undecided(end_, arrays, call.to, result);
    if (before >= 0 || after < 0) return;
    const double length = length_to_crossing(arrays, call, before, after);
    if (lost_at_ >= 0) return undecided(trial_, arrays, lost_at_, result);
    result.crossed = true;
    result.crossing = call.from + length;
    if (has_reset_ && length < call.to - call.from) {
      end_.assign(arrays.begin(), arrays.end());
      step(end_, call, length);
      result.offset = result.crossing;
    }
  }

  static void undecided(std::span<const double> there, std::span<double> arrays, double offset,
                        program::Advanced& result) {
    if (there.data() != arrays.data()) std::ranges::copy(there, arrays.begin());
    result.finite = false;
    result.undecided = true;
    result.failed_at = offset;
  }

  bool step(std::span<double> arrays, const program::IntegratorCall& call, double h) {
    parameters_.assign(call.parameters.begin(), call.parameters.end());
    if (static_cast<int>(parameters_.size()) <= h_slot_) parameters_.resize(h_slot_ + 1);
    parameters_[h_slot_] = h;
    part_.set_parameters(std::span(parameters_).first(part_.program().parameters));
    call.step_values[offset_slot_] = call.from;
    return part_.run(arrays.first(part_.program().arrays), {},
                     call.step_values.first(part_.program().step_values));
  }

  // The length of the step that ends at margin 0. Sets lost_at_ where there is a NaN on the way.
  double length_to_crossing(std::span<double> arrays, const program::IntegratorCall& call, double before,
                            double after) {
    const double length = call.to - call.from;
    lost_at_ = -1;
    if (after == 0) return length;
    const auto margin_after = [&](double h) {
      if (lost_at_ >= 0) return after;
      trial_.assign(arrays.begin(), arrays.end());
      if (!step(trial_, call, h)) return after;
      const double margin = margin_->at(trial_, call.step_values, call.from + h);
      if (!std::isnan(margin)) return margin;
      lost_at_ = call.from + h;
      return after;
    };
    std::uintmax_t iterations = 100;
    // Bracket to the last bits; the later end is taken, where the condition holds.
    return boost::math::tools::toms748_solve(margin_after, 0.0, length, before, after,
                                             boost::math::tools::eps_tolerance<double>(52), iterations)
        .second;
  }

  program::ScalarEvaluator part_;
  std::optional<Margin> margin_;
  bool has_reset_ = false;
  double lost_at_ = -1;  // ms from t_n
  int offset_slot_ = -1, h_slot_ = -1, held_slot_ = -1;
  std::vector<double> parameters_, end_, trial_;
};

}  // namespace

std::unique_ptr<program::Integrator> recorded_integrator(const Cell& cell, Slots& slots,
                                                         model::MethodKind method) {
  return std::make_unique<RecordedIntegrator>(cell, slots, method);
}

}  // namespace hillock::solve
