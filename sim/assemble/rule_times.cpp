// The times of a spike rule, its hold and its interval, held against the step grid.
#include "assemble/rule_times.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "base/time_grid.hpp"

namespace hillock::assemble {

namespace {

class RuleTimes {
 public:
  RuleTimes(const model::SimulationSpec& simulation, const model::PopulationSpec& spec,
            const model::ValueTable& values, const std::string& owner, base::Diagnostics& diagnostics)
      : spec_(spec),
        rule_(spec.model->spike),
        values_(values),
        owner_(owner),
        diagnostics_(diagnostics),
        grid_{simulation.dt, simulation.steps},
        interpolated_(simulation.interpolated) {}

  void check_hold() {
    if (!rule_.hold) return;
    const lang::Expression& duration = rule_.hold->duration;
    for (const double value : values_.evaluate(duration))
      if (!(value >= 0) || !std::isfinite(value))
        return error(duration,
                     fmt::format("the hold {} must be {}", with_value(duration, value),
                                 value > 0 ? "finite" : "0 ms or longer"),
                     "give the time for which states are held after a spike, or 0 ms");
    if (!interpolated_) check_on_grid(duration, "the hold");
  }

  std::int64_t check_interval() {
    if (rule_.kind != model::SpikeRuleKind::probability || rule_.every.empty()) return 0;
    const model::NeuronValues every = values_.evaluate(rule_.every);
    if (every.empty()) return 0;  // of no neurons
    if (!(every[0] > 0)) {
      error(rule_.every, fmt::format("the interval {} must be positive", with_value(rule_.every, every[0])),
            "give the time between two decisions");
      return 0;
    }
    check_on_grid(rule_.every, "the interval");
    if (!std::ranges::all_of(every, [&](double v) { return v == every[0]; }))
      error(rule_.every,
            fmt::format("the interval {} differs between neurons", base::shortened(rule_.every.text)),
            "give one value, or one population for each interval");
    return grid_.step_of(every[0]).value_or(1);
  }

 private:
  // Points at the parameter in the config, if the time is one that is given there.
  void error(const lang::Expression& expression, const std::string& message, const std::string& remedy) {
    const auto given = spec_.params.find(expression.text);
    diagnostics_.error(given == spec_.params.end() ? spec_.place : given->second.place,
                       owner_ + ": " + message, remedy);
  }

  // A time (ms): "1.05 ms", or "t_ref = 1.05 ms" of an expression that does not say it itself.
  static std::string with_value(const lang::Expression& expression, double value) {
    const std::string name =
        lang::names_of(expression).empty() ? "" : base::shortened(expression.text) + " = ";
    return name + base::number(value) + " ms";
  }

  void check_on_grid(const lang::Expression& expression, const char* what) {
    for (const double value : values_.evaluate(expression))
      if (!grid_.step_of(value)) return report_off_grid(expression, value, what);
  }

  void report_off_grid(const lang::Expression& expression, double value, const char* what) {
    if (const std::string problem = grid_.too_many_steps(base::shortened(expression.text), value);
        !problem.empty())
      return error(expression, problem, "take a shorter time");
    const auto [below, above] = grid_.neighbours(value);
    error(expression,
          fmt::format("{} {} is not a multiple of dt = {} ms", what, with_value(expression, value),
                      base::number(grid_.dt)),
          fmt::format(
              "take {} ms or {} ms{}", base::number(below), base::number(above),
              rule_.kind == model::SpikeRuleKind::probability ? "" : ", or write spike_times: interpolated"));
  }

  const model::PopulationSpec& spec_;
  const model::SpikeRule& rule_;
  const model::ValueTable& values_;
  const std::string& owner_;
  base::Diagnostics& diagnostics_;
  base::TimeGrid grid_;
  bool interpolated_;
};

}  // namespace

std::int64_t check_rule_times(const model::SimulationSpec& simulation, const model::PopulationSpec& spec,
                              const model::ValueTable& values, const std::string& owner,
                              base::Diagnostics& diagnostics) {
  RuleTimes times(simulation, spec, values, owner, diagnostics);
  times.check_hold();
  return times.check_interval();
}

}  // namespace hillock::assemble
