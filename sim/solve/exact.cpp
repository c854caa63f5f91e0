// Exact propagators of linear equations (Rotter & Diesmann 1999, doi:10.1007/s004220050570): over one step
// the states follow z' = M z, where z also holds what drives them: constants, ramps, sines. M is made of
// parameters, so exp(M h) belongs to the prologue.
#include <algorithm>

#include "base/diagnostics.hpp"
#include "solve/advance.hpp"
#include "solve/affine.hpp"
#include "solve/matrix_exponential.hpp"
#include "solve/noise.hpp"

namespace hillock::solve {

namespace {

// One element of z: its value at the beginning, and the row of M that moves it.
struct Component {
  Expr start;
  std::map<int, Expr> row;    // column -> coefficient
  std::map<int, Expr> noise;  // noise -> strength
};

struct LinearSystem {
  std::vector<Component> z;  // the states of the cell first
  std::vector<std::string> noises;
  std::vector<Expr> noise_scale;  // factor of each noise that is not a parameter (a white_noise input that is
                                  // switched on and off)
};

bool mentions_time(const lang::Expression& expression) {
  return std::ranges::any_of(expression.nodes, [](const lang::Node& node) {
    const auto* n = std::get_if<lang::Name>(&node.kind);
    return n != nullptr && n->name == "t";
  });
}

bool mentions_time(const model::Model& model) {
  const auto in = [](const std::vector<model::Definition>& definitions) {
    return std::ranges::any_of(definitions, [](const auto& d) { return mentions_time(d.expression); });
  };
  return in(model.equations) || in(model.derived) || mentions_time(model.current);
}

// Inputs that move within a step (ramps, sines) get elements of z of their own; the others are held.
class Builder {
 public:
  explicit Builder(const Start& start) : start_(start), n_(static_cast<int>(start.states.size())) {}

  // The system, or why there is none.
  std::optional<std::string> build(LinearSystem& system) {
    for (const model::Model* m : models())
      if (mentions_time(*m)) return "the equations of " + m->name + " depend on t";
    system.noises = noise_names(start_.cell);
    collect_drives(system);
    const std::vector<Expr> derivatives = record_derivatives(system);
    for (int i = 0; i < n_; ++i) system.z.push_back({start_.states[i], {}, {}});
    for (int i = 0; i < n_; ++i)
      if (const auto reason = add_row(system, i, derivatives[i])) return reason;
    add_drives(system);
    return std::nullopt;
  }

 private:
  std::vector<const model::Model*> models() const {
    std::vector<const model::Model*> result{start_.cell.neuron};
    for (const CellReceptor& receptor : start_.cell.receptors) result.push_back(receptor.model);
    return result;
  }

  void collect_drives(LinearSystem& system) {
    atoms_ = start_.states;
    for (const std::string& noise : system.noises) {
      atoms_.push_back(unknown(start_.tape, start_.slots, noise));
      system.noise_scale.emplace_back(1.0);
      for (const Forcing& forcing : start_.cell.forcings)
        if (noise == "inputs." + forcing.name) system.noise_scale.back() = *forcing.white_noise(start_.tape);
    }
    for (const Forcing& forcing : start_.cell.forcings) {
      if (forcing.shape != Forcing::Shape::ramp && forcing.shape != Forcing::Shape::sine) continue;
      moving_.push_back(&forcing);
      atoms_.push_back(unknown(start_.tape, start_.slots, "inputs." + forcing.name + ".moving"));
    }
  }

  std::vector<Expr> record_derivatives(const LinearSystem& system) {
    const std::size_t first_noise = n_, first_drive = n_ + system.noises.size();
    Moment moment(start_.tape, start_.slots, start_.cell, start_.states, start_.weights, start_.from,
                  [&, first_noise](const std::string& name) {
                    const auto at = std::ranges::find(system.noises, name);
                    if (at == system.noises.end()) throw base::InternalError("unknown noise " + name);
                    return atoms_[first_noise + (at - system.noises.begin())];
                  });
    for (std::size_t k = 0; k < moving_.size(); ++k) {
      const Expr atom = atoms_[first_drive + k];
      const bool sine = moving_[k]->shape == Forcing::Shape::sine;
      moment.forcing_values[moving_[k]->name] = sine ? moving_[k]->sine(start_.tape).constant + atom : atom;
    }
    return moment.derivatives();
  }

  std::optional<std::string> add_row(LinearSystem& system, int i, Expr derivative) {
    const std::string equation = "d" + start_.cell.states[i].name + "/dt";
    const std::optional<Affine> parts = split_affine(start_.tape, derivative, atoms_);
    if (!parts) return equation + " is not linear";
    for (const auto& [atom, coefficient] : parts->coefficients) {
      if (!parameters_only(start_.tape, coefficient))
        return "the coefficients of " + equation + " change during the run";
      const int noise = atom - n_, drive = noise - static_cast<int>(system.noises.size());
      if (atom < n_)
        system.z[i].row[atom] = coefficient;
      else if (drive < 0)
        system.z[i].noise[noise] = coefficient;
      else
        drive_terms_.push_back({i, drive, coefficient});
    }
    const bool constant = !(parts->constant.is_number() && parts->constant.number == 0.0);
    if (constant) {  // z_k = constant, z_k' = 0
      system.z.push_back({parts->constant, {}, {}});
      system.z[i].row[static_cast<int>(system.z.size()) - 1] = 1.0;
    }
    return std::nullopt;
  }

  // ramp: c' = u, u' = 0; sine: p' = omega q, q' = -omega p.
  void add_drives(LinearSystem& system) {
    for (std::size_t k = 0; k < moving_.size(); ++k) {
      const int first = static_cast<int>(system.z.size());
      if (moving_[k]->shape == Forcing::Shape::ramp) {
        system.z.push_back({moving_[k]->current(start_.tape, start_.from, 0.0), {{first + 1, 1.0}}, {}});
        system.z.push_back({moving_[k]->slope(start_.tape), {}, {}});
      } else {
        const Forcing::Sine sine = moving_[k]->sine(start_.tape);
        const Expr angle = sine.omega * start_.from;  // the sine is given at t_n
        const Expr c = cos(angle), s = sin(angle);
        system.z.push_back({c * sine.in_phase + s * sine.quadrature, {{first + 1, sine.omega}}, {}});
        system.z.push_back({c * sine.quadrature - s * sine.in_phase, {{first, -sine.omega}}, {}});
      }
      for (const DriveTerm& term : drive_terms_)
        if (term.drive == static_cast<int>(k)) system.z[term.row].row[first] = term.coefficient;
    }
  }

  struct DriveTerm {
    int row, drive;
    Expr coefficient;
  };

  const Start& start_;
  int n_;
  std::vector<Expr> atoms_;
  std::vector<const Forcing*> moving_;
  std::vector<DriveTerm> drive_terms_;
};

// reach[i][j]: z_j influences z_i.
std::vector<std::vector<bool>> reachability(const LinearSystem& system) {
  const std::size_t n = system.z.size();
  std::vector<std::vector<bool>> reach(n, std::vector<bool>(n, false));
  for (std::size_t i = 0; i < n; ++i) {
    reach[i][i] = true;
    for (const auto& [j, coefficient] : system.z[i].row) reach[i][j] = true;
  }
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (reach[i][k] && reach[k][j]) reach[i][j] = true;
  return reach;
}

// Positions of M, read by the external calls in this order after h.
struct Pattern {
  int n = 0;
  std::vector<std::pair<int, int>> entries;
  std::vector<double> matrix(std::span<const double> values) const {
    std::vector<double> M(static_cast<std::size_t>(n) * n, 0.0);
    for (std::size_t k = 0; k < entries.size(); ++k) M[entries[k].first * n + entries[k].second] = values[k];
    return M;
  }
};

struct Propagator {
  std::vector<std::vector<std::optional<Expr>>> increment;  // D = exp(M h) - I, rows of the cell's states
  std::vector<std::vector<std::vector<std::optional<Expr>>>> noise;  // per noise: lower triangular factor
};

Propagator propagator(const Start& start, const LinearSystem& system) {
  const int n = static_cast<int>(system.z.size()), states = static_cast<int>(start.states.size());
  const auto reach = reachability(system);
  Pattern pattern{n, {}};
  std::vector<Expr> inputs{start.h};
  for (int i = 0; i < n; ++i)
    for (const auto& [j, coefficient] : system.z[i].row) {
      pattern.entries.emplace_back(i, j);
      inputs.push_back(coefficient);
    }
  Propagator result;
  program::ExternalCall exponential;
  exponential.results = states * n;
  exponential.function = [pattern, states](std::span<const double> in, std::span<double> out) {
    const auto D = exponential_minus_identity(pattern.matrix(in.subspan(1)), pattern.n, in[0]);
    std::copy_n(D.begin(), static_cast<std::size_t>(states) * pattern.n, out.begin());
  };
  const std::vector<Expr> D = program::external(start.tape, exponential, inputs);
  result.increment.assign(states, std::vector<std::optional<Expr>>(n));
  for (int i = 0; i < states; ++i)
    for (int j = 0; j < n; ++j)
      if (reach[i][j] && (i != j || !system.z[i].row.empty())) result.increment[i][j] = D[i * n + j];

  for (std::size_t k = 0; k < system.noises.size(); ++k) {
    program::ExternalCall covariance;
    covariance.results = states * states;
    std::vector<Expr> with_strengths{start.h};
    std::vector<int> rows;
    for (int i = 0; i < states; ++i)
      if (const auto b = system.z[i].noise.find(static_cast<int>(k)); b != system.z[i].noise.end()) {
        rows.push_back(i);
        with_strengths.push_back(b->second);
      }
    with_strengths.insert(with_strengths.end(), inputs.begin() + 1, inputs.end());
    covariance.function = [pattern, states, rows](std::span<const double> in, std::span<double> out) {
      // Noise enters states alone, and nothing but states feeds back to them: their block of M is enough.
      const std::vector<double> M = pattern.matrix(in.subspan(1 + rows.size()));
      std::vector<double> block(static_cast<std::size_t>(states) * states), b(states, 0.0);
      for (int i = 0; i < states; ++i)
        std::copy_n(M.begin() + i * pattern.n, states, block.begin() + i * states);
      for (std::size_t r = 0; r < rows.size(); ++r) b[rows[r]] = in[1 + r];
      std::ranges::copy(cholesky(noise_covariance(block, b, states, in[0]), states), out.begin());
    };
    const std::vector<Expr> L = program::external(start.tape, covariance, with_strengths);
    const auto touched = [&](int i) {
      return std::ranges::any_of(rows, [&](int r) { return bool(reach[i][r]); });
    };
    result.noise.emplace_back(states, std::vector<std::optional<Expr>>(states));
    for (int i = 0; i < states; ++i)
      for (int j = 0; j <= i; ++j)
        if (touched(i) && touched(j)) result.noise[k][i][j] = L[i * states + j];
  }
  return result;
}

// The same system while the states in hold rest.
LinearSystem held_system(const Start& start, LinearSystem system) {
  for (std::size_t i = 0; i < start.states.size(); ++i)
    if (start.cell.states[i].held) system.z[i] = {system.z[i].start, {}, {}};
  return system;
}

std::vector<Expr> apply(const Start& start, const LinearSystem& system) {
  const Propagator p = propagator(start, system);
  std::vector<Expr> result;
  for (std::size_t i = 0; i < start.states.size(); ++i) {
    Expr increment;
    for (std::size_t j = 0; j < system.z.size(); ++j)
      if (p.increment[i][j]) increment += *p.increment[i][j] * system.z[j].start;
    for (std::size_t k = 0; k < system.noises.size(); ++k)
      for (std::size_t j = 0; j <= i; ++j)
        if (p.noise[k][i][j])
          increment += *p.noise[k][i][j] * system.noise_scale[k] *
                       standard_normal(start.tape, start.slots, system.noises[k], static_cast<int>(j));
    // Small steps near the fixed point keep their digits: x + (sum of increments), not P x + ...
    result.push_back(start.states[i] + increment);
  }
  return result;
}

}  // namespace

std::optional<std::string> objection_exact(const Cell& cell) {
  Tape tape;
  Slots slots;
  const Start start{tape,
                    slots,
                    cell,
                    load_states(tape, slots, cell),
                    load_weights(tape, slots, cell),
                    0.0,
                    program::parameter(tape, slots.parameter(slot::dt)),
                    std::nullopt};
  LinearSystem system;
  return Builder(start).build(system);
}

std::vector<Expr> advance_exact(const Start& start) {
  LinearSystem system;
  if (const auto reason = Builder(start).build(system)) throw base::InternalError("exact: " + *reason);
  std::vector<Expr> free = apply(start, system);
  if (!start.held) return free;
  const std::vector<Expr> held = apply(start, held_system(start, system));
  const auto reach = reachability(system);
  for (std::size_t i = 0; i < free.size(); ++i) {
    bool differs = false;
    for (std::size_t j = 0; j < free.size(); ++j)
      differs = differs || (reach[i][j] && start.cell.states[j].held);
    if (differs) free[i] = select(*start.held, held[i], free[i]);
  }
  return free;
}

}  // namespace hillock::solve
