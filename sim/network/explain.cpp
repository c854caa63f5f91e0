// What went wrong when a state stopped being finite: the variable, its equation and the likely cause.
#include <fmt/format.h>

#include <cmath>

#include "base/text.hpp"
#include "network/population.hpp"

namespace hillock::network {

namespace {

// Derivatives of one neuron's states (1/ms times their units) where its arrays say.
class Slopes {
 public:
  Slopes(const PopulationPlan& plan, std::vector<double> parameters, std::vector<double> step_values)
      : plan_(plan), evaluator_(plan.right_hand_side), step_values_(std::move(step_values)) {
    evaluator_.set_parameters(std::span(parameters).first(plan.right_hand_side.parameters));
  }
  std::vector<double> at(std::vector<double> arrays) {
    evaluator_.run(std::span(arrays).first(plan_.right_hand_side.arrays), {},
                   std::span(step_values_).first(plan_.right_hand_side.step_values));
    std::vector<double> slopes;
    for (const StateFacts& state : plan_.states) slopes.push_back(arrays[state.derivative]);
    return slopes;
  }

 private:
  const PopulationPlan& plan_;
  program::ScalarEvaluator evaluator_;
  std::vector<double> step_values_;
};

// The state that moves most within dt, relative to its size, or whose derivative is not a number.
std::size_t culprit(const std::vector<double>& slopes, const std::vector<StateFacts>& states,
                    const std::vector<double>& arrays, double dt) {
  std::size_t worst = 0;
  double most = -1;
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    if (!std::isfinite(slopes[i])) return i;
    const double relative = std::fabs(slopes[i]) * dt / (std::fabs(arrays[states[i].array]) + 1);
    if (relative > most) most = relative, worst = i;
  }
  return worst;
}

// d(slope)/d(state) of state i, 1/ms.
double own_rate(Slopes& slopes, std::vector<double> arrays, const StateFacts& state, std::size_t i,
                double slope) {
  double& x = arrays[state.array];
  const double step = 1e-6 * (std::fabs(x) + 1);
  x += step;
  return (slopes.at(arrays)[i] - slope) / step;
}

std::string cause(const StateFacts& state, double slope, double rate, double dt) {
  if (!std::isfinite(slope))
    return fmt::format(
        "the right-hand side of {} has no finite value there: a division by zero, the logarithm or root of a "
        "negative number, or an overflow",
        state.name);
  if (rate < 0 && -rate * dt > 2)
    return fmt::format("dt {} ms is too large for the time constant {:.3g} ms of {}; use a smaller dt",
                       base::number(dt), -1 / rate, state.name);
  if (rate > 0 && rate * dt > 0.1)
    return fmt::format(
        "{0} runs away, growing e-fold every {1:.3g} ms; a spike rule must reset it, or dt {2} ms is too "
        "large",
        state.name, 1 / rate, base::number(dt));
  return fmt::format(
      "{} is driven by {:.3g} {}/ms, {:.3g} {} within one step; check the inputs and parameters, or use a "
      "smaller dt",
      state.name, slope, state.unit, slope * dt, state.unit);
}

}  // namespace

std::string Population::explain(const NonFinite& failure, double dt) {
  std::vector<double> arrays, parameters;
  load(failure.neuron, arrays);
  parameters_of(failure.neuron, parameters);
  const std::string where = fmt::format("population '{}', neuron {}", plan_.name, failure.neuron);
  if (plan_.states.empty())
    return fmt::format("{}: a value is not finite at t = {} ms", where, base::number(failure.time));
  Slopes slopes(plan_, parameters, step_values_);
  const std::vector<double> at = slopes.at(arrays);
  const std::size_t i = culprit(at, plan_.states, arrays, dt);
  const StateFacts& state = plan_.states[i];
  const double rate = std::isfinite(at[i]) ? own_rate(slopes, arrays, state, i, at[i]) : 0;
  const std::string what =
      failure.too_small
          ? fmt::format("the step size of the adaptive method fell below its minimum at t = {} ms",
                        base::number(failure.time))
          : fmt::format("{} is not finite at t = {} ms", state.name, base::number(failure.time));
  std::string text = fmt::format("{}: {} (last finite value of {}: {} {})", where, what, state.name,
                                 base::number(arrays[state.array]), state.unit);
  if (!state.equation.empty()) text += fmt::format("\n  {}: {}", state.place, state.equation);
  return text + "\n  likely cause: " + cause(state, at[i], rate, dt);
}

}  // namespace hillock::network
