// Euler-Maruyama (Ito): x(h) = x + f h + b sqrt(h) N (Kloeden & Platen 1992, eq. 9.1.8).
#include "base/diagnostics.hpp"
#include "solve/advance.hpp"
#include "solve/affine.hpp"
#include "solve/noise.hpp"

namespace hillock::solve {

std::vector<Expr> advance_euler_maruyama(const Start& start) {
  const std::vector<std::string> noises = noise_names(start.cell);
  std::vector<Expr> atoms;
  for (const std::string& noise : noises) atoms.push_back(unknown(start.tape, start.slots, noise));
  const auto atom_of = [&](const std::string& name) {
    for (std::size_t k = 0; k < noises.size(); ++k) {
      if (noises[k] != name) continue;
      for (const Forcing& forcing : start.cell.forcings)
        if (name == "inputs." + forcing.name) return *forcing.white_noise(start.tape) * atoms[k];
      return atoms[k];
    }
    throw base::InternalError("unknown noise " + name);
  };
  const std::vector<Expr> derivatives = held_derivatives(start, start.states, start.from, atom_of);
  std::vector<Expr> result;
  for (std::size_t i = 0; i < derivatives.size(); ++i) {
    const std::optional<Affine> parts = split_affine(start.tape, derivatives[i], atoms);
    if (!parts) throw base::InternalError("noise enters " + start.cell.states[i].name + " nonlinearly");
    Expr x = start.states[i] + start.h * parts->constant;
    for (const auto& [k, strength] : parts->coefficients)
      x += strength * sqrt(start.h) * standard_normal(start.tape, start.slots, noises[k]);
    result.push_back(x);
  }
  return result;
}

}  // namespace hillock::solve
