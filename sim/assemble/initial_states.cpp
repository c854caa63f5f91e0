// Initial states of a population: from the config, from the model, or the equilibrium (`init: rest`).
#include "assemble/initial_states.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "program/kernel.hpp"
#include "solve/programs.hpp"

namespace hillock::assemble {

namespace slot = solve::slot;
using model::at;
using model::NeuronValues;

namespace {

// A program evaluated for single neurons of a population that is still being built.
class NeuronProgram {
 public:
  NeuronProgram(const network::PopulationPlan& plan, program::Program program)
      : plan_(plan),
        evaluator_(std::move(program)),
        arrays_(plan.slots.arrays.size(), 0.0),
        step_values_(plan.slots.step_values.size() + evaluator_.program().step_values, 0.0) {}

  std::vector<double>& arrays() { return arrays_; }
  void set_neuron(std::int64_t neuron) {
    std::vector<double> parameters(evaluator_.program().parameters, 0.0);
    for (const auto& [slot, values] : plan_.parameters)
      if (slot < evaluator_.program().parameters) parameters[slot] = at(values, neuron);
    evaluator_.set_parameters(parameters);
  }
  void run() {
    arrays_.resize(std::max<std::size_t>(arrays_.size(), evaluator_.program().arrays), 0.0);
    evaluator_.run(std::span(arrays_).first(evaluator_.program().arrays), {},
                   std::span(step_values_).first(evaluator_.program().step_values));
  }

 private:
  const network::PopulationPlan& plan_;
  program::ScalarEvaluator evaluator_;
  std::vector<double> arrays_, step_values_;
};

// Solves A x = b (n x n, row-major) by elimination with partial pivoting; false if A is singular.
bool solve_linear(std::vector<double> A, std::vector<double>& b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::fabs(A[i * n + k]) > std::fabs(A[pivot * n + k])) pivot = i;
    if (A[pivot * n + k] == 0 || !std::isfinite(A[pivot * n + k])) return false;
    for (std::size_t j = 0; j < n; ++j) std::swap(A[k * n + j], A[pivot * n + j]);
    std::swap(b[k], b[pivot]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = A[i * n + k] / A[k * n + k];
      for (std::size_t j = k; j < n; ++j) A[i * n + j] -= factor * A[k * n + j];
      b[i] -= factor * b[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) b[k] -= A[k * n + j] * b[j];
    b[k] /= A[k * n + k];
  }
  return true;
}

// f(x) = 0 for one neuron, by Newton's method with a difference Jacobian and step halving.
class Equilibrium {
 public:
  Equilibrium(NeuronProgram& rhs, std::vector<int> states, std::vector<int> derivatives)
      : rhs_(rhs), states_(std::move(states)), derivatives_(std::move(derivatives)) {}

  bool find(std::vector<double>& x) {
    for (int iteration = 0; iteration < 200; ++iteration) {
      const std::vector<double> f = at(x);
      std::vector<double> step = f;
      if (!solve_linear(jacobian(x, f), step)) return false;
      if (!damp(x, f, step)) return false;
      bool converged = true;
      for (std::size_t i = 0; i < x.size(); ++i)
        converged = converged && std::fabs(step[i]) <= 1e-13 * (std::fabs(x[i]) + 1e-3);
      if (converged) return true;
    }
    return false;
  }

 private:
  std::vector<double> at(const std::vector<double>& x) {
    for (std::size_t i = 0; i < x.size(); ++i) rhs_.arrays()[states_[i]] = x[i];
    rhs_.run();
    std::vector<double> f;
    for (const int slot : derivatives_) f.push_back(rhs_.arrays()[slot]);
    return f;
  }

  std::vector<double> jacobian(std::vector<double> x, const std::vector<double>& f) {
    const std::size_t n = x.size();
    std::vector<double> J(n * n);
    for (std::size_t j = 0; j < n; ++j) {
      const double kept = x[j], h = 1e-7 * (std::fabs(kept) + 1e-3);
      x[j] = kept + h;
      const std::vector<double> shifted = at(x);
      for (std::size_t i = 0; i < n; ++i) J[i * n + j] = (shifted[i] - f[i]) / (x[j] - kept);
      x[j] = kept;
    }
    return J;
  }

  // x - step, or a part of the step that does not enlarge |f|; `step` becomes what was taken.
  bool damp(std::vector<double>& x, const std::vector<double>& f, std::vector<double>& step) {
    const auto norm = [](const std::vector<double>& v) {
      double sum = 0;
      for (const double a : v) sum += a * a;
      return sum;
    };
    for (int halving = 0; halving < 40; ++halving) {
      std::vector<double> trial = x;
      for (std::size_t i = 0; i < x.size(); ++i) trial[i] -= step[i];
      const double after = norm(at(trial));
      if (std::isfinite(after) && (after <= norm(f) || halving > 30)) {
        x = trial;
        return true;
      }
      for (double& s : step) s /= 2;
    }
    return false;
  }

  NeuronProgram& rhs_;
  std::vector<int> states_, derivatives_;
};

solve::Cell without_inputs(const solve::Cell& cell) {
  solve::Cell silent = cell;
  silent.forcings.clear();
  return silent;
}

// States with an equation, as array slots, and the slots of their derivatives.
std::pair<std::vector<int>, std::vector<int>> integrated(const solve::Cell& cell, solve::Slots& slots) {
  std::pair<std::vector<int>, std::vector<int>> result;
  for (const solve::CellState& state : cell.states) {
    if (state.equation == nullptr) continue;
    result.first.push_back(slots.array(state.name));
    result.second.push_back(slots.array(slot::derivative(state)));
  }
  return result;
}

void move_to_rest(const model::PopulationSpec& spec, const solve::Cell& cell, network::PopulationPlan& plan,
                  std::int64_t n, base::Diagnostics& diagnostics) {
  const solve::Cell silent = without_inputs(cell);
  NeuronProgram rhs(plan, solve::right_hand_side(silent, plan.slots));
  const auto [states, derivatives] = integrated(silent, plan.slots);
  Equilibrium equilibrium(rhs, states, derivatives);
  for (std::int64_t i = 0; i < n; ++i) {
    rhs.arrays().assign(plan.slots.arrays.size(), 0.0);
    for (const solve::CellState& state : silent.states)
      rhs.arrays()[plan.slots.array(state.name)] = at(plan.initial[plan.slots.array(state.name)], i);
    rhs.set_neuron(i);
    std::vector<double> x;
    for (const int slot : states) x.push_back(rhs.arrays()[slot]);
    if (!equilibrium.find(x)) {
      diagnostics.error(
          spec.place,
          fmt::format("init: rest: population '{}', neuron {}: no equilibrium was found", spec.name, i),
          "the neuron may fire by itself; give the initial states, or start nearer to rest");
      return;
    }
    for (std::size_t k = 0; k < states.size(); ++k) plan.initial[states[k]][n == 1 ? 0 : i] = x[k];
  }
}

// The rules of the neuron's and the receptors' models about their states.
void check_rules(const model::PopulationSpec& spec, const solve::Cell& cell,
                 std::span<const model::ValueTable> tables, const network::PopulationPlan& plan,
                 base::Diagnostics& diagnostics) {
  for (std::size_t k = 0; k < tables.size(); ++k) {
    std::map<std::string, NeuronValues> states;
    for (const solve::CellState& state : cell.states)
      if (state.receptor + 1 == static_cast<int>(k))
        states[state.state->name] = plan.initial.at(solve::Slots::find(plan.slots.arrays, state.name));
    tables[k].check_initial_values(states, k == 0 ? spec.init : spec.receptors[k - 1].init, diagnostics);
  }
}

}  // namespace

void set_initial_states(const model::Experiment& experiment, const model::PopulationSpec& spec,
                        const solve::Cell& cell, const FileReaders& readers,
                        std::span<const model::ValueTable> tables, network::PopulationPlan& plan,
                        base::Diagnostics& diagnostics) {
  std::vector<std::string> neuron_given, given;
  std::map<int, NeuronValues> given_values;
  bool uniform = true;
  const auto expand = [&](const std::string& prefix, const model::NamedValues& init) {
    for (const auto& [name, values] : init) {
      given.push_back(prefix + name);
      const model::Draws draws{experiment.simulation.seeds,
                               fmt::format("populations.{}.init.{}{}", spec.name, prefix, name)};
      NeuronValues numbers = model::expand(values, spec.size, draws, readers.column, diagnostics);
      uniform = uniform && numbers.size() == 1;
      given_values[plan.slots.array(slot::initial(cell.states.at(cell.state(prefix + name))))] =
          std::move(numbers);
    }
  };
  expand("", spec.init);
  neuron_given = given;
  for (const model::ReceptorSpec& receptor : spec.receptors) expand(receptor.name + ".", receptor.init);
  for (const auto& [slot, values] : plan.parameters) uniform = uniform && values.size() == 1;
  const std::vector<int> order = model::initial_order(*spec.model, neuron_given, diagnostics);
  if (diagnostics.has_errors() || spec.size == 0) return;

  NeuronProgram program(plan, solve::initial_states(cell, plan.slots, order, given));
  const std::int64_t n = uniform ? 1 : spec.size;
  for (const solve::CellState& state : cell.states)
    plan.initial[plan.slots.array(state.name)] = NeuronValues(n);
  for (std::int64_t i = 0; i < n; ++i) {
    program.set_neuron(i);
    program.arrays().assign(plan.slots.arrays.size(), 0.0);
    for (const auto& [slot, values] : given_values) program.arrays()[slot] = at(values, i);
    program.run();
    for (const solve::CellState& state : cell.states) {
      const double value = program.arrays()[plan.slots.array(state.name)];
      plan.initial[plan.slots.array(state.name)][i] = value;
      if (std::isfinite(value)) continue;
      diagnostics.error(
          spec.place,
          fmt::format("population '{}', neuron {}: the initial value of {} is not finite", spec.name, i,
                      state.name),
          fmt::format("{} starts at {}", state.name, base::shortened(state.state->init.text, 200)));
      return;
    }
  }
  check_rules(spec, cell, tables, plan, diagnostics);
  if (!spec.init_rest || diagnostics.has_errors()) return;
  move_to_rest(spec, cell, plan, n, diagnostics);
  if (!diagnostics.has_errors()) check_rules(spec, cell, tables, plan, diagnostics);
}

std::pair<double, std::string> shortest_time_constant(const solve::Cell& cell,
                                                      const network::PopulationPlan& plan) {
  if (plan.size == 0) return {0, ""};
  network::PopulationPlan scratch;  // slots may be added, the plan itself stays
  scratch.slots = plan.slots;
  scratch.parameters = plan.parameters;
  const solve::Cell silent = without_inputs(cell);
  NeuronProgram rhs(scratch, solve::right_hand_side(silent, scratch.slots));
  const auto [states, derivatives] = integrated(silent, scratch.slots);
  rhs.set_neuron(0);
  rhs.arrays().assign(scratch.slots.arrays.size(), 0.0);
  for (const auto& [slot, values] : plan.initial) rhs.arrays()[slot] = at(values, 0);
  std::pair<double, std::string> shortest{0, ""};
  for (std::size_t k = 0; k < states.size(); ++k) {
    double& x = rhs.arrays()[states[k]];
    const double kept = x, h = 1e-6 * (std::fabs(kept) + 1e-3);
    rhs.run();
    const double before = rhs.arrays()[derivatives[k]];
    rhs.arrays()[states[k]] = kept + h;
    rhs.run();
    const double rate = (rhs.arrays()[derivatives[k]] - before) / h;
    rhs.arrays()[states[k]] = kept;
    if (rate < 0 && (shortest.first == 0 || -1 / rate < shortest.first))
      shortest = {-1 / rate, scratch.slots.arrays[states[k]]};
  }
  return shortest;
}

}  // namespace hillock::assemble
