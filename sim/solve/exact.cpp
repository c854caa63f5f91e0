// Exact propagators of linear equations (Rotter & Diesmann 1999, doi:10.1007/s004220050570): M is made of
// parameters, so exp(M h) belongs to the prologue.
#include <algorithm>

#include "base/diagnostics.hpp"
#include "solve/linear_system.hpp"
#include "solve/matrix_exponential.hpp"
#include "solve/noise.hpp"

namespace hillock::solve {

namespace {

using Reach = std::vector<std::vector<bool>>;

// reach[i][j]: z_j influences z_i.
Reach reachability(const LinearSystem& system) {
  const std::size_t n = system.z.size();
  Reach reach(n, std::vector<bool>(n, false));
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

using Factors = std::vector<std::vector<std::optional<Expr>>>;

// D = exp(M h) - I, rows of the cell's states; `entries` are the values of the pattern.
Factors increments(const Start& start, const LinearSystem& system, const Pattern& pattern,
                   const std::vector<Expr>& entries, const Reach& reach) {
  const int n = pattern.n, states = static_cast<int>(start.states.size());
  program::ExternalCall call;
  call.results = states * n;
  call.function = [pattern, states](std::span<const double> in, std::span<double> out) {
    const auto D = exponential_minus_identity(pattern.matrix(in.subspan(1)), pattern.n, in[0]);
    std::copy_n(D.begin(), static_cast<std::size_t>(states) * pattern.n, out.begin());
  };
  std::vector<Expr> inputs{start.h};
  inputs.insert(inputs.end(), entries.begin(), entries.end());
  const std::vector<Expr> D = program::external(start.tape, call, inputs);
  Factors result(states, std::vector<std::optional<Expr>>(n));
  for (int i = 0; i < states; ++i)
    for (int j = 0; j < n; ++j)
      if (reach[i][j] && (i != j || !system.z[i].row.empty())) result[i][j] = D[i * n + j];
  return result;
}

// Lower triangular factor of the covariance that one noise builds up.
Factors noise_factor(const Start& start, const LinearSystem& system, const Pattern& pattern,
                     const std::vector<Expr>& entries, const Reach& reach, int noise) {
  const int states = static_cast<int>(start.states.size());
  std::vector<Expr> inputs{start.h};
  std::vector<int> rows;
  for (int i = 0; i < states; ++i)
    if (const auto b = system.z[i].noise.find(noise); b != system.z[i].noise.end()) {
      rows.push_back(i);
      inputs.push_back(b->second);
    }
  inputs.insert(inputs.end(), entries.begin(), entries.end());
  program::ExternalCall call;
  call.results = states * states;
  call.function = [pattern, states, rows](std::span<const double> in, std::span<double> out) {
    // Noise enters states alone, and nothing but states feeds back to them: their block of M is enough.
    const std::vector<double> M = pattern.matrix(in.subspan(1 + rows.size()));
    std::vector<double> block(static_cast<std::size_t>(states) * states), b(states, 0.0);
    for (int i = 0; i < states; ++i)
      std::copy_n(M.begin() + i * pattern.n, states, block.begin() + i * states);
    for (std::size_t r = 0; r < rows.size(); ++r) b[rows[r]] = in[1 + r];
    std::ranges::copy(cholesky(noise_covariance(block, b, states, in[0]), states), out.begin());
  };
  const std::vector<Expr> L = program::external(start.tape, call, inputs);
  const auto touched = [&](int i) {
    return std::ranges::any_of(rows, [&](int r) { return bool(reach[i][r]); });
  };
  Factors result(states, std::vector<std::optional<Expr>>(states));
  for (int i = 0; i < states; ++i)
    for (int j = 0; j <= i; ++j)
      if (touched(i) && touched(j)) result[i][j] = L[i * states + j];
  return result;
}

struct Propagator {
  Factors increment;
  std::vector<Factors> noise;  // per noise
};

Propagator propagator(const Start& start, const LinearSystem& system) {
  const Reach reach = reachability(system);
  Pattern pattern{static_cast<int>(system.z.size()), {}};
  std::vector<Expr> entries;
  for (int i = 0; i < pattern.n; ++i)
    for (const auto& [j, coefficient] : system.z[i].row) {
      pattern.entries.emplace_back(i, j);
      entries.push_back(coefficient);
    }
  Propagator result{increments(start, system, pattern, entries, reach), {}};
  for (std::size_t k = 0; k < system.noises.size(); ++k)
    result.noise.push_back(noise_factor(start, system, pattern, entries, reach, static_cast<int>(k)));
  return result;
}

// The same system while the states in hold rest.
LinearSystem held_system(const Start& start, LinearSystem system) {
  for (std::size_t i = 0; i < start.states.size(); ++i)
    if (start.cell.states[i].held) system.z[i] = {system.z[i].start, {}, {}};
  return system;
}

// Its fixed point is 0, of which a product loses no digits.
bool decays_alone(const LinearSystem& system, std::size_t i) {
  const Component& component = system.z[i];
  return component.noise.empty() && component.row.size() == 1 &&
         component.row.begin()->first == static_cast<int>(i);
}

std::vector<Expr> apply(const Start& start, const LinearSystem& system) {
  const Propagator p = propagator(start, system);
  std::vector<Expr> result;
  for (std::size_t i = 0; i < start.states.size(); ++i) {
    const bool rests = start.held && start.cell.states[i].held;  // during a hold
    if (decays_alone(system, i)) {
      const Expr left = (1.0 + *p.increment[i][i]) * start.states[i];
      result.push_back(rests ? select(*start.held, start.states[i], left) : left);
      continue;
    }
    Expr increment;
    // What all neurons share comes last in z, and is summed first: once for all of them.
    for (std::size_t j = system.z.size(); j-- > 0;)
      if (p.increment[i][j]) increment += *p.increment[i][j] * system.z[j].start;
    for (std::size_t k = 0; k < system.noises.size(); ++k)
      for (std::size_t j = 0; j <= i; ++j)
        if (p.noise[k][i][j])
          increment += *p.noise[k][i][j] * system.noise_scale[k] *
                       standard_normal(start.tape, start.slots, system.noises[k], static_cast<int>(j));
    if (rests && !increment.is_number()) increment = select(*start.held, 0.0, increment);
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
  return build_linear_system(start, system);
}

std::vector<Expr> advance_exact(const Start& start) {
  LinearSystem system;
  if (const auto reason = build_linear_system(start, system)) throw base::InternalError("exact: " + *reason);
  std::vector<Expr> free = apply(start, system);
  if (!start.held) return free;
  const std::vector<Expr> held = apply(start, held_system(start, system));
  const auto reach = reachability(system);
  for (std::size_t i = 0; i < free.size(); ++i) {
    if (start.cell.states[i].held) continue;
    bool differs = false;
    for (std::size_t j = 0; j < free.size(); ++j)
      differs = differs || (reach[i][j] && start.cell.states[j].held);
    if (differs) free[i] = select(*start.held, held[i], free[i]);
  }
  return free;
}

}  // namespace hillock::solve
