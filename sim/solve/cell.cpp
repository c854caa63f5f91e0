// A cell: a neuron model with its receptors and the currents that enter it, ready to be recorded on tapes.
#include "solve/cell.hpp"

#include <algorithm>

#include "base/diagnostics.hpp"
#include "solve/certainty.hpp"

namespace hillock::solve {

namespace slot {
std::string arrivals(const CellReceptor& receptor) { return receptor.name + ".arrivals"; }
std::string held_weight(const CellReceptor& receptor) { return receptor.name + ".weight"; }
}  // namespace slot

int Cell::state(std::string_view name) const {
  for (std::size_t i = 0; i < states.size(); ++i)
    if (states[i].name == name) return static_cast<int>(i);
  return -1;
}

Cell make_cell(std::string population, const model::Model& neuron, std::vector<CellReceptor> receptors,
               std::vector<Forcing> forcings) {
  Cell cell{std::move(population), &neuron, std::move(receptors), std::move(forcings), {}};
  const auto is_held = [&](const std::string& name) {
    return neuron.spike.hold && std::ranges::count(neuron.spike.hold->states, name) > 0;
  };
  for (const model::State& state : neuron.states)
    cell.states.push_back({state.name, &state, neuron.equation(state.name), -1, is_held(state.name)});
  for (std::size_t r = 0; r < cell.receptors.size(); ++r)
    for (const model::State& state : cell.receptors[r].model->states)
      cell.states.push_back({cell.receptors[r].name + "." + state.name, &state,
                             cell.receptors[r].model->equation(state.name), static_cast<int>(r), false});
  return cell;
}

Moment::Moment(Tape& tape, Slots& slots, const Cell& cell, std::vector<Expr> states,
               std::vector<Expr> weights, Expr offset, NoiseValues noise)
    : tape_(tape),
      slots_(slots),
      cell_(cell),
      states_(std::move(states)),
      weights_(std::move(weights)),
      offset_(offset),
      noise_(std::move(noise)) {}

Expr Moment::value(std::string_view name) {
  if (const auto found = known_.find(name); found != known_.end()) return found->second;
  const model::Model& neuron = *cell_.neuron;
  const std::string key(name);
  Expr result;
  if (const int state = cell_.state(name); state >= 0)
    result = states_[state];
  else if (neuron.parameter(name) != nullptr)
    result = parameter(key);
  else if (const model::Definition* derived = neuron.derived_quantity(name))
    result = evaluate(derived->expression);
  else if (neuron.input(name) != nullptr)
    result = site_total(key);
  else if (name == "t")
    result = program::step_value(tape_, slots_.step_value(slot::time)) + offset_;
  else if (name == "dt")
    result = parameter(slot::dt);
  else if (noise_)
    result = noise_(key);
  else
    throw base::InternalError("no value for '" + key + "' in " + neuron.name);
  known_.emplace(key, result);
  return result;
}

Names Moment::names(std::function<Expr(std::string_view)> value) const {
  if (!deciding) return {std::move(value), {}};
  return {std::move(value), [this](Expr x) { return certainly_a_number(x, states_); }};
}

Expr Moment::evaluate(const lang::Expression& expression) {
  return record_value(expression, names([this](std::string_view name) { return value(name); }));
}

Condition Moment::condition(const lang::Expression& expression) {
  return record_condition(expression, names([this](std::string_view name) { return value(name); }));
}

Expr Moment::margin(const lang::Expression& comparison) {
  return record_margin(comparison, names([this](std::string_view name) { return value(name); }));
}

std::vector<Expr> Moment::derivatives() {
  std::vector<Expr> result;
  for (const CellState& state : cell_.states) {
    if (state.equation == nullptr)
      result.emplace_back(0.0);
    else if (state.receptor < 0)
      result.push_back(evaluate(state.equation->expression));
    else
      result.push_back(receptor_evaluate(state.receptor, state.equation->expression));
  }
  return result;
}

Expr Moment::receptor_value(int receptor, std::string_view name) {
  const CellReceptor& r = cell_.receptors[receptor];
  const std::string key = r.name + "." + std::string(name);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  Expr result;
  if (const int state = cell_.state(key); state >= 0)
    result = states_[state];
  else if (r.model->parameter(name) != nullptr)
    result = parameter(key);
  else if (const model::Definition* derived = r.model->derived_quantity(name))
    result = receptor_evaluate(receptor, derived->expression);
  else if (name == "weight")
    result = weights_[receptor];
  else if (name == "V")
    return value(cell_.neuron->input(r.site)->V);
  else
    return value(name);  // t, dt
  known_.emplace(key, result);
  return result;
}

Expr Moment::receptor_evaluate(int receptor, const lang::Expression& expression) {
  return record_value(expression,
                      names([&](std::string_view name) { return receptor_value(receptor, name); }));
}

Expr Moment::per_site(Expr current, bool per_area, const std::string& site) {
  return per_area ? current / parameter(cell_.neuron->input(site)->area) : current;
}

Expr Moment::receptor_current(int receptor) {
  const CellReceptor& r = cell_.receptors[receptor];
  if (r.model->current.empty()) return 0.0;
  return per_site(receptor_evaluate(receptor, r.model->current), r.per_area, r.site);
}

Expr Moment::receptors_total(const std::string& site) {
  Expr total;
  for (std::size_t r = 0; r < cell_.receptors.size(); ++r)
    if (cell_.receptors[r].site == site) total += receptor_current(static_cast<int>(r));
  return total;
}

Expr Moment::forcing_current(const Forcing& forcing) {
  Expr current;
  if (const auto given = forcing_values.find(forcing.name); given != forcing_values.end())
    current = given->second;
  else  // a model whose V is derived from its input would depend on itself if all currents read V
    current = forcing.current(tape_, offset_,
                              forcing.reads_V() ? value(cell_.neuron->input(forcing.site)->V) : Expr(0.0));
  if (noise_ && forcing.white_noise && forcing.white_noise(tape_))
    current += noise_("inputs." + forcing.name);
  return per_site(current, forcing.per_area, forcing.site);
}

Expr Moment::site_total(const std::string& site) {
  Expr total = receptors_total(site);
  for (const Forcing& forcing : cell_.forcings)
    if (forcing.site == site) total += forcing_current(forcing);
  return total;
}

}  // namespace hillock::solve
