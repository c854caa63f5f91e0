// Which method steps a cell, and what all methods share.
#include "solve/advance.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/diagnostics.hpp"
#include "solve/affine.hpp"

namespace hillock::solve {

using model::MethodKind;

std::string_view name(MethodKind kind) {
  switch (kind) {
    case MethodKind::automatic:
      return "auto";
    case MethodKind::exact:
      return "exact";
    case MethodKind::exponential_euler:
      return "exponential_euler";
    case MethodKind::euler:
      return "euler";
    case MethodKind::midpoint:
      return "midpoint";
    case MethodKind::rk4:
      return "rk4";
    case MethodKind::dopri5:
      return "dopri5";
    case MethodKind::cash_karp54:
      return "cash_karp54";
    case MethodKind::fehlberg78:
      return "fehlberg78";
    case MethodKind::adaptive:
      return "adaptive";
    case MethodKind::euler_maruyama:
      return "euler_maruyama";
  }
  throw base::InternalError("unknown method");
}

std::vector<Expr> advance(MethodKind method, const Start& start) {
  switch (method) {
    case MethodKind::exact:
      return advance_exact(start);
    case MethodKind::exponential_euler:
      return advance_exponential_euler(start);
    case MethodKind::euler_maruyama:
      return advance_euler_maruyama(start);
    default:
      return advance_explicit(method, start);
  }
}

std::vector<Expr> load_states(Tape& tape, Slots& slots, const Cell& cell) {
  std::vector<Expr> states;
  for (const CellState& state : cell.states) states.push_back(program::array(tape, slots.array(state.name)));
  return states;
}

std::vector<Expr> load_weights(Tape& tape, Slots& slots, const Cell& cell) {
  std::vector<Expr> weights;
  for (const CellReceptor& receptor : cell.receptors) {
    const bool holds = receptor.stateless() && receptor.targeted;
    weights.push_back(holds ? program::array(tape, slots.array(slot::held_weight(receptor))) : Expr(0.0));
  }
  return weights;
}

Expr unknown(Tape& tape, Slots& slots, const std::string& name) {
  return program::step_value(tape, slots.step_value("unknown." + name));
}

std::vector<Expr> held_derivatives(const Start& start, const std::vector<Expr>& states, Expr offset,
                                   const NoiseValues& noise) {
  Moment moment(start.tape, start.slots, start.cell, states, start.weights, offset, noise);
  std::vector<Expr> derivatives = moment.derivatives();
  for (std::size_t i = 0; i < derivatives.size(); ++i)
    if (start.held && start.cell.states[i].held) derivatives[i] = select(*start.held, 0.0, derivatives[i]);
  return derivatives;
}

namespace {

void add_noise_names(const lang::Expression& expression, std::set<std::string>& names) {
  for (const lang::Node& node : expression.nodes)
    if (const auto* n = std::get_if<lang::Name>(&node.kind))
      if (n->name == "xi" || n->name.starts_with("xi_")) names.insert(n->name);
}

// A cell on a scratch tape, to ask what its equations allow.
struct Scratch {
  Tape tape;
  Slots slots;
  Start start;
  explicit Scratch(const Cell& cell)
      : start{tape,
              slots,
              cell,
              load_states(tape, slots, cell),
              load_weights(tape, slots, cell),
              0.0,
              program::parameter(tape, slots.parameter(slot::dt)),
              std::nullopt} {}
};

}  // namespace

std::vector<std::string> noise_names(const Cell& cell) {
  std::set<std::string> names;
  for (const CellState& state : cell.states)
    if (state.equation != nullptr) add_noise_names(state.equation->expression, names);
  for (const model::Definition& derived : cell.neuron->derived) add_noise_names(derived.expression, names);
  for (const Forcing& forcing : cell.forcings) {
    Scratch scratch(cell);
    if (forcing.white_noise && forcing.white_noise(scratch.tape)) names.insert("inputs." + forcing.name);
  }
  return {names.begin(), names.end()};
}

namespace {

// Asks `question` of each derivative, split into its noises and the rest; the first answer.
template <class Question>
std::optional<std::string> ask_about_noise(const Cell& cell, Question question) {
  Scratch scratch(cell);
  std::map<std::string, Expr> unknowns;
  std::vector<Expr> atoms;
  for (const std::string& noise : noise_names(cell)) {
    unknowns[noise] = unknown(scratch.tape, scratch.slots, noise);
    atoms.push_back(unknowns[noise]);
  }
  const auto derivatives = held_derivatives(scratch.start, scratch.start.states, 0.0,
                                            [&](const std::string& n) { return unknowns.at(n); });
  for (std::size_t i = 0; i < derivatives.size(); ++i) {
    const auto parts = split_affine(scratch.tape, derivatives[i], atoms);
    if (!parts) return "noise enters d" + cell.states[i].name + "/dt nonlinearly";
    if (const auto reason = question(scratch, cell.states[i], *parts)) return reason;
  }
  return std::nullopt;
}

std::optional<std::string> nonlinear_noise(const Cell& cell) {
  return ask_about_noise(
      cell, [](Scratch&, const CellState&, const Affine&) { return std::optional<std::string>(); });
}

// White noise whose strength depends on a state has no agreed meaning (Ito or Stratonovich): the user must
// choose.
std::optional<std::string> multiplicative_noise(const Cell& cell) {
  return ask_about_noise(
      cell, [](Scratch& scratch, const CellState& state, const Affine& parts) -> std::optional<std::string> {
        for (const auto& [noise, strength] : parts.coefficients) {
          const auto by_state = split_affine(scratch.tape, strength, scratch.start.states);
          if (!by_state || !by_state->coefficients.empty())
            return "the strength of the noise in d" + state.name + "/dt depends on a state";
        }
        return std::nullopt;
      });
}

}  // namespace

std::optional<std::string> objection(MethodKind method, const Cell& cell) {
  if (method == MethodKind::exact) return objection_exact(cell);
  if (method == MethodKind::euler_maruyama) return nonlinear_noise(cell);
  if (method == MethodKind::exponential_euler)
    if (const auto reason = objection_exponential_euler(cell)) return reason;
  if (const auto noises = noise_names(cell); !noises.empty())
    return "it integrates no white noise (" + noises.front() + ")";
  return std::nullopt;
}

namespace {

MethodChoice automatic(const Cell& cell, const base::Place& place) {
  const auto not_exact = objection_exact(cell);
  if (!not_exact) return {MethodKind::exact, "the equations are linear"};
  if (noise_names(cell).empty()) return {MethodKind::rk4, *not_exact};
  const auto nonlinear = nonlinear_noise(cell);
  if (const auto reason = nonlinear ? nonlinear : multiplicative_noise(cell)) {
    base::Diagnostics diagnostics;
    diagnostics.error(place,
                      "method auto does not choose for population '" + cell.population + "': " + *reason,
                      nonlinear ? "write white noise as a term, or as a factor of one: f + g*xi"
                                : "write method: euler_maruyama for Ito's sense");
    diagnostics.throw_if_errors();
  }
  return {MethodKind::euler_maruyama, "white noise, and " + *not_exact};
}

// What to write instead of a method that the equations do not allow.
std::string remedy(const Cell& cell) {
  if (nonlinear_noise(cell)) return "write white noise as a term, or as a factor of one: f + g*xi";
  if (!objection_exact(cell)) return "method: auto takes exact";
  if (noise_names(cell).empty()) return "method: auto takes rk4";
  return multiplicative_noise(cell) ? "write method: euler_maruyama for Ito's sense"
                                    : "method: auto takes euler_maruyama";
}

}  // namespace

MethodChoice choose_method(const model::Method& requested, const Cell& cell, bool interpolated) {
  MethodChoice choice{requested.kind, "as asked for"};
  base::Diagnostics diagnostics;
  if (requested.kind == MethodKind::automatic)
    choice = automatic(cell, requested.place);
  else if (const auto reason = objection(requested.kind, cell))
    diagnostics.error(requested.place,
                      "method " + std::string(name(requested.kind)) + " cannot integrate population '" +
                          cell.population + "' (" + cell.neuron->name + "): " + *reason,
                      remedy(cell));
  if (interpolated && !noise_names(cell).empty())
    diagnostics.error(requested.place,
                      "spike_times: interpolated needs smooth voltages, and population '" + cell.population +
                          "' has white noise (" + noise_names(cell).front() + ")",
                      "write spike_times: grid");
  diagnostics.throw_if_errors();
  return choice;
}

}  // namespace hillock::solve
