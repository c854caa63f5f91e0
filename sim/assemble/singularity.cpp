// Finds divisions that are 0/0 at a finite V, such as (V + 40 mV)/(1 - exp(-(V + 40 mV)/10 mV)): they give
// NaN if V gets there.
#include "assemble/singularity.hpp"

#include <fmt/core.h>

#include <cmath>
#include <optional>

#include "lang/evaluate.hpp"

namespace hillock::assemble {

namespace {

// Sub-expressions of a model as functions of V.
class AlongV {
 public:
  AlongV(const model::Model& model, const std::function<double(std::string_view)>& value_of)
      : model_(model), value_of_(value_of) {}

  double at(const lang::Expression& whole, int root, double V) const {
    lang::Expression part = whole;
    part.nodes.resize(static_cast<std::size_t>(root) + 1);
    part.root = root;
    return lang::evaluate(part, [&](std::string_view name) { return value(name, V); });
  }

  bool varies(const lang::Expression& expression, int root) const {
    lang::Expression part = expression;
    part.nodes.resize(static_cast<std::size_t>(root) + 1);
    return at(part, root, -61.7) != at(part, root, -33.3) || at(part, root, -61.7) != at(part, root, 17.9);
  }

 private:
  double value(std::string_view name, double V) const {
    if (name == "V") return V;
    if (const model::Definition* derived = model_.derived_quantity(name))
      return at(derived->expression, derived->expression.root, V);
    return value_of_(name);
  }

  const model::Model& model_;
  const std::function<double(std::string_view)>& value_of_;
};

// A zero of f in [a, b], where it changes sign or vanishes at an end.
std::optional<double> zero(const std::function<double(double)>& f, double a, double b) {
  double fa = f(a);
  const double fb = f(b);
  if (fa == 0) return a;
  if (!(fa * fb < 0)) return std::nullopt;
  for (int i = 0; i < 200 && b - a > 1e-13 * (1 + std::fabs(a)); ++i) {
    const double middle = a + (b - a) / 2, fm = f(middle);
    if (fm == 0) return middle;
    if ((fm < 0) == (fa < 0))
      a = middle, fa = fm;
    else
      b = middle;
  }
  return a;
}

void inspect(const lang::Expression& expression, const AlongV& along, base::Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < expression.nodes.size(); ++i) {
    const auto* division = std::get_if<lang::Binary>(&expression.nodes[i].kind);
    if (division == nullptr || division->op != lang::BinaryOp::divide) continue;
    if (!along.varies(expression, division->right) || !along.varies(expression, division->left)) continue;
    const auto numerator = [&](double V) { return along.at(expression, division->left, V); };
    const auto denominator = [&](double V) { return along.at(expression, division->right, V); };
    for (int whole = -200; whole < 200; ++whole) {
      const double V = whole;
      const auto root = zero(denominator, V, V + 1);
      if (!root) continue;
      const double scale = std::fabs(numerator(*root - 1)) + std::fabs(numerator(*root + 1));
      if (!(std::fabs(numerator(*root)) <= 1e-9 * scale) || scale == 0) continue;
      diagnostics.warning(
          expression.nodes[i].place,
          fmt::format("this division is 0/0 at V = {:.6g}, and a neuron that gets there becomes NaN", *root),
          "exprel(x) = (exp(x) - 1)/x is 1 at 0: write x/(exp(x) - 1) as 1/exprel(x)");
      break;
    }
  }
}

}  // namespace

void warn_of_singularities(const model::Model& model, const std::function<double(std::string_view)>& value_of,
                           base::Diagnostics& diagnostics) {
  const AlongV along(model, value_of);
  for (const model::Definition& derived : model.derived) inspect(derived.expression, along, diagnostics);
  for (const model::Definition& equation : model.equations) inspect(equation.expression, along, diagnostics);
}

}  // namespace hillock::assemble
