// Why a step could not be taken, for people: the variable, rule or reset, its place and the likely cause.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "base/diagnostics.hpp"
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

// The state whose derivative first ceases to be a number along the tangent within dt, where the states
// themselves stay finite: what a method meets that looks beyond the last finite values.
std::optional<std::size_t> ceases_within(Slopes& slopes, const std::vector<double>& now,
                                         const std::vector<StateFacts>& states,
                                         const std::vector<double>& arrays, double dt) {
  if (!std::ranges::all_of(now, [](double slope) { return std::isfinite(slope); })) return std::nullopt;
  for (const double part : {0.25, 0.5, 1.0}) {
    std::vector<double> ahead = arrays;
    for (std::size_t i = 0; i < states.size(); ++i) ahead[states[i].array] += part * dt * now[i];
    const auto is_nan = [](double slope) { return std::isnan(slope); };
    const std::vector<double> there = slopes.at(ahead);
    const auto found = std::ranges::find_if(there, is_nan);
    const bool finite = std::ranges::all_of(
        states, [&](const StateFacts& state) { return std::isfinite(ahead[state.array]); });
    if (finite && found != there.end()) return static_cast<std::size_t>(found - there.begin());
  }
  return std::nullopt;
}

// d(slope)/d(state) of state i, 1/ms.
double own_rate(Slopes& slopes, std::vector<double> arrays, const StateFacts& state, std::size_t i,
                double slope) {
  double& x = arrays[state.array];
  const double step = 1e-6 * (std::fabs(x) + 1);
  x += step;
  return (slopes.at(arrays)[i] - slope) / step;
}

// "-65 mV", "0.25", "2/ms", "not a number".
std::string with_unit(double value, const std::string& unit, int digits = 12) {
  if (std::isnan(value)) return "not a number";
  const std::string number = fmt::format("{:.{}g}", value, digits);
  if (unit.empty() || unit == "1") return number;
  return unit.starts_with("1/") ? number + unit.substr(1) : number + " " + unit;
}

constexpr std::string_view no_number = "0/0, or the logarithm or root of a negative number";

std::string cause(const StateFacts& state, double slope, double rate, double dt, bool adaptive) {
  if (std::isnan(slope))
    return fmt::format("the right-hand side of {} is not a number there: {}", state.name, no_number);
  if (std::isinf(slope))
    return fmt::format(
        "the right-hand side of {0} is infinite there: {0} runs away and no spike rule resets it in time, or "
        "a "
        "division by zero",
        state.name);
  if (rate < 0 && -rate * dt > 2)
    return fmt::format("dt {} ms is too large for the time constant {:.3g} ms of {}; use a smaller dt",
                       base::number(dt), -1 / rate, state.name);
  if (rate > 0 && rate * dt > 0.1)
    return fmt::format("{} runs away, growing e-fold every {:.3g} ms; a spike rule must reset it{}",
                       state.name, 1 / rate,
                       adaptive ? "" : fmt::format(", or dt {} ms is too large", base::number(dt)));
  return fmt::format(
      "{} is driven by {}/ms, {} within one step; check the inputs and parameters, or use a smaller dt",
      state.name, with_unit(slope, state.unit, 3), with_unit(slope * dt, state.unit, 3));
}

constexpr std::string_view bad_arithmetic =
    "a division by zero, the logarithm or root of a negative number, or an overflow";

std::string at_time(double t) { return fmt::format("t = {:.12g} ms", t); }

std::string where(const PopulationPlan& plan, const Failure& failure) {
  return fmt::format("population '{}', neuron {}", plan.name, failure.neuron);
}

}  // namespace

std::string NeuronRange::explain(const Failure& failure, double dt) {
  load_single(failure.neuron);
  switch (failure.kind) {
    case Failure::Kind::reset:
      return explain_reset(failure);
    case Failure::Kind::no_decision:
      return explain_rule(failure);
    case Failure::Kind::observed:
      return explain_observed(failure);
    case Failure::Kind::too_many:
      return fmt::format(
          "{}: more than 10000 spikes within one step, up to {}\n  likely cause: the input is too "
          "strong, or the reset leaves the spike condition true; a refractory period limits the rate",
          where(plan_, failure), at_time(failure.time));
    default:
      return explain_state(failure, dt);
  }
}

std::string NeuronRange::explain_state(const Failure& failure, double dt) {
  Slopes slopes(plan_, single_parameters_, {step_values_.span().begin(), step_values_.span().end()});
  const std::vector<double> at = slopes.at(single_arrays_);
  const std::optional<std::size_t> ceases = ceases_within(slopes, at, plan_.states, single_arrays_, dt);
  const std::size_t i = ceases ? *ceases : culprit(at, plan_.states, single_arrays_, dt);
  const StateFacts& state = plan_.states[i];
  const std::string what =
      failure.kind == Failure::Kind::too_small
          ? fmt::format("the step size of the adaptive method fell below its minimum at {}",
                        at_time(failure.time))
          : fmt::format("{} is not finite at {}", state.name, at_time(failure.time));
  std::string text = fmt::format("{}: {} (last finite value of {}: {})", where(plan_, failure), what,
                                 state.name, with_unit(single_arrays_[state.array], state.unit));
  if (!state.equation.empty()) text += fmt::format("\n  {}: {}", state.place, state.equation);
  text += "\n  likely cause: ";
  if (ceases)
    return text + fmt::format("the right-hand side of {} ceases to be a number within this step: {}",
                              state.name, no_number);
  const double rate = std::isfinite(at[i]) ? own_rate(slopes, single_arrays_, state, i, at[i]) : 0;
  return text + cause(state, at[i], rate, dt, failure.kind == Failure::Kind::too_small);
}

// Whether the states are finite up to the reset; if so they are kept, as the last finite values of the
// neuron.
bool NeuronRange::reset_is_to_blame(std::int64_t neuron, std::int64_t step, double dt) {
  if (!plan_.before_reset || !plan_.reset) return false;
  load_single(neuron);
  const program::Program program = program::optimise(*plan_.before_reset);
  program::ScalarEvaluator evaluator(program);
  evaluator.set_parameters(std::span(single_parameters_).first(program.parameters));
  evaluator.run(std::span(single_arrays_).first(program.arrays), {}, step_values().first(program.step_values),
                population_.binding(program).streams, static_cast<std::uint64_t>(step),
                static_cast<std::uint64_t>(neuron));
  for (const StateFacts& state : plan_.states)
    if (!std::isfinite(single_arrays_[state.array])) return false;
  store_single(neuron);
  if (plan_.offset >= 0) step_values_[plan_.offset] = dt;
  return true;
}

std::string NeuronRange::explain_reset(const Failure& failure) {
  const std::vector<double> before = single_arrays_;
  const program::Program unguarded = without_guard(*plan_.reset);
  program::ScalarEvaluator evaluator(unguarded);
  evaluator.set_parameters(std::span(single_parameters_).first(unguarded.parameters));
  evaluator.run(std::span(single_arrays_).first(unguarded.arrays), {},
                step_values().first(unguarded.step_values));
  const auto state = std::ranges::find_if(
      plan_.states, [&](const StateFacts& s) { return !std::isfinite(single_arrays_[s.array]); });
  if (state == plan_.states.end()) throw base::InternalError("a reset that failed gives finite states");
  return fmt::format(
      "{}: the reset of {} gives a value that is not finite at {} (before it {} is {})\n  {}: {}\n  likely "
      "cause: {}",
      where(plan_, failure), state->name, at_time(failure.time), state->name,
      with_unit(before[state->array], state->unit), state->reset_place, state->reset, bad_arithmetic);
}

std::string NeuronRange::explain_rule(const Failure& failure) const {
  const RuleFacts& rule = *plan_.rule;
  const std::string place = fmt::format("\n  {}: {}", rule.place, rule.rule);
  if (rule.array >= 0)
    return fmt::format("{}: the {} of a spike is {} at {}, and must {}{}", where(plan_, failure), rule.what,
                       with_unit(single_arrays_[rule.array], rule.unit), at_time(failure.time),
                       rule.what == "rate" ? "not be negative" : "lie between 0 and 1", place);
  std::string values;
  for (const int i : rule.states)
    values += fmt::format("{}{} is {}", values.empty() ? "" : ", ", plan_.states[i].name,
                          with_unit(single_arrays_[plan_.states[i].array], plan_.states[i].unit));
  return fmt::format(
      "{}: the {} of a spike has no answer at {}, for it compares what is not a number{}{}\n"
      "  likely cause: {}",
      where(plan_, failure), rule.what, at_time(failure.time), values.empty() ? "" : " (" + values + ")",
      place, no_number);
}

std::string NeuronRange::explain_observed(const Failure& failure) {
  const program::Program unguarded = without_guard(*plan_.observe);
  program::ScalarEvaluator evaluator(unguarded);
  evaluator.set_parameters(std::span(single_parameters_).first(unguarded.parameters));
  evaluator.run(std::span(single_arrays_).first(unguarded.arrays), {},
                step_values().first(unguarded.step_values));
  std::string name = "a recorded quantity";
  for (const program::Output& output : unguarded.outputs)
    if (!std::isfinite(single_arrays_[output.slot])) {
      const std::string& array = plan_.slots.arrays[output.slot];  // "observed.NAME"
      name = array.substr(array.find('.') + 1);
      break;
    }
  return fmt::format("{}: {}, which is recorded, is not finite at {}\n  likely cause: {}",
                     where(plan_, failure), name, at_time(failure.time), bad_arithmetic);
}

}  // namespace hillock::network
