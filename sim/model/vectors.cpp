// Replaces vectors by their elements, so that nothing behind this point knows of them.
#include <algorithm>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "model/checks.hpp"

namespace hillock::model {
namespace {

using lang::Expression;
using Sizes = std::map<std::string, int, std::less<>>;

constexpr int largest_vector = 100;

std::string element_name(const std::string& vector, int element) {
  return vector + "_" + std::to_string(element);
}

// The children of a node.
std::vector<int*> operands(lang::Node& node) {
  if (auto* negate = std::get_if<lang::Negate>(&node.kind)) return {&negate->operand};
  if (auto* negation = std::get_if<lang::Not>(&node.kind)) return {&negation->operand};
  if (auto* binary = std::get_if<lang::Binary>(&node.kind)) return {&binary->left, &binary->right};
  std::vector<int*> arguments;
  if (auto* call = std::get_if<lang::Call>(&node.kind))
    for (int& argument : call->arguments) arguments.push_back(&argument);
  return arguments;
}

bool is_sum(const lang::Node& node) {
  const auto* call = std::get_if<lang::Call>(&node.kind);
  return call != nullptr && call->function == "sum";
}

// Writes an expression anew for one element: each vector in it becomes that element, sum(...) the sum over
// all. Nodes are visited in their order, children first, so that no depth of nesting matters.
class ElementWriter {
 public:
  ElementWriter(const Expression& original, const Sizes& sizes, base::Diagnostics& diagnostics)
      : original_(original), sizes_(sizes), diagnostics_(diagnostics) {
    for (lang::Node node : original_.nodes) node_sizes_.push_back(size_of(node));
  }

  // The number of elements of the whole; 0 if no vector stands outside sum().
  int size() const { return original_.empty() ? 0 : node_sizes_[static_cast<std::size_t>(original_.root)]; }

  // `element` is -1 where no vector may stand outside sum().
  Expression write(int element) {
    if (original_.empty()) return original_;
    const std::vector<bool> summed = below_sums();
    written_ = {};
    copies_.clear();
    for (std::size_t i = 0; i < original_.nodes.size(); ++i) {
      const int copies = summed[i] ? std::max(1, node_sizes_[i]) : 1;
      std::vector<int> made;
      for (int copy = 0; copy < copies; ++copy)
        made.push_back(copy_node(original_.nodes[i], summed[i] ? copy : element));
      copies_.push_back(std::move(made));
    }
    if (failed_) written_ = {};  // reported: an empty expression says no more
    written_.text = original_.text;
    written_.place = original_.place;
    if (failed_) return std::move(written_);
    written_.root = copies_[static_cast<std::size_t>(original_.root)][0];
    return std::move(written_);
  }

 private:
  void report(const base::Place& place, std::string message, std::string remedy) {
    diagnostics_.error(place, std::move(message), std::move(remedy));
    failed_ = true;
  }

  int size_of(lang::Node& node) {
    if (const auto* name = std::get_if<lang::Name>(&node.kind)) {
      const auto found = sizes_.find(name->name);
      return found == sizes_.end() ? 0 : found->second;
    }
    int size = 0;
    for (const int* operand : operands(node)) {
      const int other = node_sizes_[static_cast<std::size_t>(*operand)];
      if (size != 0 && other != 0 && size != other)
        report(node.place,
               "vectors of " + std::to_string(size) + " and of " + std::to_string(other) + " stand together",
               "vectors are combined element by element: give them one size");
      size = size == 0 ? other : size;
    }
    return is_sum(node) ? 0 : size;
  }

  std::vector<bool> below_sums() const {
    std::vector<bool> below(original_.nodes.size(), false);
    for (std::size_t i = original_.nodes.size(); i-- > 0;) {
      lang::Node node = original_.nodes[i];
      for (const int* operand : operands(node))
        below[static_cast<std::size_t>(*operand)] = below[i] || is_sum(node);
    }
    return below;
  }

  int append(lang::Node node) {
    written_.nodes.push_back(std::move(node));
    return static_cast<int>(written_.nodes.size()) - 1;
  }

  // The copy of a node for an element; the same for all where no vector stands below it.
  int copy_of(int index, int element) const {
    const std::vector<int>& copies = copies_[static_cast<std::size_t>(index)];
    return copies[copies.size() == 1
                      ? 0
                      : static_cast<std::size_t>(std::min(element, static_cast<int>(copies.size()) - 1))];
  }

  int copy_node(lang::Node node, int element) {
    if (is_sum(node)) return copy_sum(node);
    if (auto* name = std::get_if<lang::Name>(&node.kind)) {
      const auto vector = sizes_.find(name->name);
      if (vector != sizes_.end() && element < 0)
        report(node.place, "'" + name->name + "' is a vector of " + std::to_string(vector->second),
               "write sum(" + name->name + "), or one element such as " + element_name(name->name, 0));
      else if (vector != sizes_.end())
        name->name = element_name(name->name, element);
    }
    for (int* operand : operands(node)) *operand = copy_of(*operand, element);
    return append(std::move(node));
  }

  int copy_sum(const lang::Node& node) {
    const int argument = std::get<lang::Call>(node.kind).arguments.at(0);
    if (node_sizes_[static_cast<std::size_t>(argument)] == 0)
      report(node.place, "sum() is for vectors, and no vector stands in it", "write the sum with '+'");
    const std::vector<int>& terms = copies_[static_cast<std::size_t>(argument)];
    int total = terms[0];
    for (std::size_t i = 1; i < terms.size(); ++i) {
      lang::Node sum;
      sum.place = node.place;
      sum.kind = lang::Binary{lang::BinaryOp::add, total, terms[i]};
      total = append(std::move(sum));
    }
    return total;
  }

  const Expression& original_;
  const Sizes& sizes_;
  base::Diagnostics& diagnostics_;
  std::vector<int> node_sizes_;
  bool failed_ = false;
  std::vector<std::vector<int>> copies_;  // of each node of the original, in what is written
  Expression written_;
};

class VectorExpansion {
 public:
  VectorExpansion(Model& model, base::Diagnostics& diagnostics) : model_(model), diagnostics_(diagnostics) {}

  void run() {
    collect();
    find_derived_vectors();
    for (const auto& [name, size] : sizes_) model_.vectors.push_back({name, size});
    expand_parameters();
    expand_states();
    for (std::vector<Definition>* definitions :
         {&model_.derived, &model_.equations, &model_.spike.reset, &model_.on_spike})
      expand(*definitions);
    for (Expression* expression : {&model_.spike.expression, &model_.spike.every, &model_.current})
      scalar(*expression);
    if (model_.spike.hold) expand_hold(*model_.spike.hold);
    expand_requirements();
  }

 private:
  bool size_fits(const std::string& name, int size, const base::Place& place) {
    if (size >= 1 && size <= largest_vector) return true;
    diagnostics_.error(place, "the size of '" + name + "' must be from 1 to " +
                                  std::to_string(largest_vector) + ", got " + std::to_string(size));
    return false;
  }

  void collect() {
    for (Parameter& parameter : model_.parameters)
      if (parameter.size != 0 && size_fits(parameter.name, parameter.size, parameter.place))
        sizes_[parameter.name] = parameter.size;
    for (State& state : model_.states)
      if (state.size != 0 && size_fits(state.name, state.size, state.place)) sizes_[state.name] = state.size;
  }

  int size_of(const Expression& expression) {
    base::Diagnostics unheard;  // what does not fit is reported when the expression is written
    return ElementWriter(expression, sizes_, unheard).size();
  }

  // A derived quantity of vectors is a vector; they may use one another in any order.
  void find_derived_vectors() {
    for (bool found = !sizes_.empty(); found;) {
      found = false;
      for (const Definition& derived : model_.derived) {
        if (sizes_.count(derived.name) != 0) continue;
        const int size = size_of(derived.expression);
        if (size != 0) sizes_[derived.name] = size;
        found = found || size != 0;
      }
    }
  }

  Expression element_of(const Expression& expression, int element) {
    base::Diagnostics repeated;  // what the first element has reported
    return ElementWriter(expression, sizes_, element > 0 ? repeated : diagnostics_).write(element);
  }
  void scalar(Expression& expression) { expression = element_of(expression, -1); }

  void expand_parameters() {
    std::vector<Parameter> all;
    for (Parameter& parameter : model_.parameters) {
      if (parameter.size != 0 && !parameter.elements.empty() &&
          static_cast<int>(parameter.elements.size()) != parameter.size)
        diagnostics_.error(parameter.place,
                           "'" + parameter.name + "' has size " + std::to_string(parameter.size) + " but " +
                               std::to_string(parameter.elements.size()) + " defaults",
                           "give one default for all, or one for each");
      if (sizes_.count(parameter.name) == 0) {
        if (parameter.default_value) scalar(*parameter.default_value);
        all.push_back(std::move(parameter));
        continue;
      }
      for (int i = 0; i < parameter.size; ++i) {
        Parameter element = parameter;
        element.name = element_name(parameter.name, i);
        element.size = 0;
        element.elements.clear();
        if (static_cast<std::size_t>(i) < parameter.elements.size())
          element.default_value = parameter.elements[static_cast<std::size_t>(i)];
        if (element.default_value) element.default_value = element_of(*element.default_value, i);
        all.push_back(std::move(element));
      }
    }
    model_.parameters = std::move(all);
  }

  void expand_states() {
    std::vector<State> all;
    for (State& state : model_.states) {
      const bool vector = sizes_.count(state.name) != 0;
      for (int i = 0; i < (vector ? state.size : 1); ++i) {
        State element = state;
        element.size = 0;
        if (vector) element.name = element_name(state.name, i);
        element.init = element_of(state.init, vector ? i : -1);
        all.push_back(std::move(element));
      }
    }
    model_.states = std::move(all);
  }

  void expand(std::vector<Definition>& definitions) {
    std::vector<Definition> all;
    for (Definition& definition : definitions) {
      const auto vector = sizes_.find(definition.name);
      const int size = vector == sizes_.end() ? 0 : vector->second;
      const int given = size_of(definition.expression);
      if (size != 0 && given != 0 && size != given)
        diagnostics_.error(definition.place, "'" + definition.name + "' is a vector of " +
                                                 std::to_string(size) + ", but its expression has " +
                                                 std::to_string(given) + " elements");
      for (int i = 0; i < std::max(1, size); ++i) {
        Definition element = definition;
        if (size != 0) element.name = element_name(definition.name, i);
        element.expression = element_of(definition.expression, size != 0 ? i : -1);
        all.push_back(std::move(element));
      }
    }
    definitions = std::move(all);
  }

  void expand_hold(Hold& hold) {
    scalar(hold.duration);
    std::vector<std::string> all;
    for (const std::string& state : hold.states) {
      const auto vector = sizes_.find(state);
      if (vector == sizes_.end())
        all.push_back(state);
      else
        for (int i = 0; i < vector->second; ++i) all.push_back(element_name(state, i));
    }
    hold.states = std::move(all);
  }

  void expand_requirements() {
    std::vector<Requirement> all;
    for (Requirement& requirement : model_.require) {
      const int size = size_of(requirement.expression);
      for (int i = 0; i < std::max(1, size); ++i)
        all.push_back({element_of(requirement.expression, size != 0 ? i : -1), requirement.place});
    }
    model_.require = std::move(all);
  }

  Model& model_;
  base::Diagnostics& diagnostics_;
  Sizes sizes_;
};

}  // namespace

void expand_vectors(Model& model, base::Diagnostics& diagnostics) {
  VectorExpansion(model, diagnostics).run();
}

}  // namespace hillock::model
