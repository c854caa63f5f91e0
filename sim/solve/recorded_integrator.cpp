// Steps of a recorded method, of any length, for one neuron at a time.
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>

#include "program/kernel.hpp"
#include "solve/integrators.hpp"

namespace hillock::solve {

namespace {

class RecordedIntegrator final : public program::Integrator {
 public:
  RecordedIntegrator(const Cell& cell, Slots& slots, model::MethodKind method)
      : part_program_(part(cell, slots, method)), part_(part_program_) {
    if (cell.neuron->spike.kind == model::SpikeRuleKind::when) {
      margin_program_ = margin_of(cell, slots);
      margin_.emplace(*margin_program_);
      margin_slot_ = slots.array(slot::margin);
    }
    has_reset_ = cell.has_reset();
    offset_slot_ = slots.step_value(slot::offset);
    h_slot_ = slots.parameter(slot::h);
    held_slot_ = cell.has_hold() ? slots.array(slot::held) : -1;
  }

  program::Advanced advance(std::span<double> arrays, const program::IntegratorCall& call) override {
    if (held_slot_ >= 0) arrays[held_slot_] = call.held ? 1 : 0;
    end_.assign(arrays.begin(), arrays.end());
    if (!step(end_, call, call.to - call.from)) return {call.from, false, false, call.to, false, 0};
    program::Advanced result{call.to, false, true, 0, false, 0};
    if (call.watch && margin_) {
      const double before = margin(arrays, call, call.from), after = margin(end_, call, call.to);
      if (before < 0 && after >= 0) {
        const double length = length_to_crossing(arrays, call, before, after);
        result.crossed = true;
        result.crossing = call.from + length;
        if (has_reset_ && length < call.to - call.from) {
          end_.assign(arrays.begin(), arrays.end());
          step(end_, call, length);
          result.offset = result.crossing;
        }
      }
    }
    std::ranges::copy(end_, arrays.begin());
    return result;
  }

 private:
  bool step(std::span<double> arrays, const program::IntegratorCall& call, double h) {
    parameters_.assign(call.parameters.begin(), call.parameters.end());
    if (static_cast<int>(parameters_.size()) <= h_slot_) parameters_.resize(h_slot_ + 1);
    parameters_[h_slot_] = h;
    part_.set_parameters(std::span(parameters_).first(part_program_.parameters));
    call.step_values[offset_slot_] = call.from;
    return part_.run(arrays.first(part_program_.arrays), {},
                     call.step_values.first(part_program_.step_values));
  }

  double margin(std::span<double> arrays, const program::IntegratorCall& call, double offset) {
    margin_->set_parameters(call.parameters.first(margin_program_->parameters));
    call.step_values[offset_slot_] = offset;
    margin_->run(arrays.first(margin_program_->arrays), {},
                 call.step_values.first(margin_program_->step_values));
    return arrays[margin_slot_];
  }

  // The length of the step that ends at margin 0.
  double length_to_crossing(std::span<double> arrays, const program::IntegratorCall& call, double before,
                            double after) {
    const double length = call.to - call.from;
    if (after == 0) return length;
    const auto margin_after = [&](double h) {
      trial_.assign(arrays.begin(), arrays.end());
      return step(trial_, call, h) ? margin(trial_, call, call.from + h) : after;
    };
    std::uintmax_t iterations = 100;
    // Bracket to the last bits; the later end is taken, where the condition holds.
    return boost::math::tools::toms748_solve(margin_after, 0.0, length, before, after,
                                             boost::math::tools::eps_tolerance<double>(52), iterations)
        .second;
  }

  program::Program part_program_;
  program::ScalarEvaluator part_;
  std::optional<program::Program> margin_program_;
  std::optional<program::ScalarEvaluator> margin_;
  bool has_reset_ = false;
  int margin_slot_ = -1, offset_slot_ = -1, h_slot_ = -1, held_slot_ = -1;
  std::vector<double> parameters_, end_, trial_;
};

}  // namespace

std::unique_ptr<program::Integrator> recorded_integrator(const Cell& cell, Slots& slots,
                                                         model::MethodKind method) {
  return std::make_unique<RecordedIntegrator>(cell, slots, method);
}

}  // namespace hillock::solve
