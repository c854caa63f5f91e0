// The order in which initial values are evaluated: each after those that it needs.
#include <algorithm>

#include "base/text.hpp"
#include "model/model.hpp"

namespace hillock::model {
namespace {

class InitialOrder {
 public:
  InitialOrder(const Model& model, const std::vector<std::string>& given, base::Diagnostics& diagnostics)
      : model_(model), given_(given), diagnostics_(diagnostics) {}

  std::vector<int> find() {
    for (const std::string& name : given_) visit(name);
    for (const State& state : model_.states) visit(state.name);
    return std::move(order_);
  }

 private:
  // Appends a state behind all states that its initial value uses, itself or through derived quantities.
  void visit(const std::string& name) {
    if (std::find(done_.begin(), done_.end(), name) != done_.end()) return;
    if (const auto found = std::find(open_.begin(), open_.end(), name); found != open_.end())
      return report(found);
    const auto state = std::find_if(model_.states.begin(), model_.states.end(),
                                    [&](const State& s) { return s.name == name; });
    const Definition* derived = model_.derived_quantity(name);
    const bool is_state = state != model_.states.end();
    if (!is_state && derived == nullptr) return;
    const bool given = std::find(given_.begin(), given_.end(), name) != given_.end();
    open_.push_back(name);
    if (!given)
      for (const std::string& used : lang::names_of(is_state ? state->init : derived->expression))
        visit(used);
    open_.pop_back();
    done_.push_back(name);
    if (is_state) order_.push_back(static_cast<int>(state - model_.states.begin()));
  }

  void report(std::vector<std::string>::const_iterator found) {
    std::vector<std::string> circle(found, open_.cend());
    circle.push_back(*found);
    const State* state = model_.state(*found);
    diagnostics_.error(state != nullptr ? state->place : model_.place,
                       "initial values go in a circle: " + base::join(circle, " -> "),
                       "give one of them under init");
  }

  const Model& model_;
  const std::vector<std::string>& given_;
  base::Diagnostics& diagnostics_;
  std::vector<std::string> open_, done_;
  std::vector<int> order_;
};

}  // namespace

std::vector<int> initial_order(const Model& model, const std::vector<std::string>& given,
                               base::Diagnostics& diagnostics) {
  return InitialOrder(model, given, diagnostics).find();
}

}  // namespace hillock::model
