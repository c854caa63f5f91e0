// Splits the equations of a cell into the linear system of its states, held inputs, ramps and sines.
#include "solve/linear_system.hpp"

#include <algorithm>

#include "base/diagnostics.hpp"
#include "solve/affine.hpp"

namespace hillock::solve {

namespace {

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
    if (std::ranges::any_of(start_.cell.forcings,
                            [](const Forcing& forcing) { return forcing.shape == Forcing::Shape::junction; }))
      return "gap junctions bring in the voltages of other neurons";
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

}  // namespace

std::optional<std::string> build_linear_system(const Start& start, LinearSystem& system) {
  return Builder(start).build(system);
}

}  // namespace hillock::solve
