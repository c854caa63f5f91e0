// The names of a model: what each stands for, its dimension, and which depends on which.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "lang/check.hpp"
#include "model/model.hpp"

namespace hillock::model {

enum class SymbolKind { parameter, state, derived, input, outside, weight };

struct Symbol {
  SymbolKind kind = SymbolKind::parameter;
  int index = 0;                             // in the model's list of its kind
  std::optional<base::Dimension> dimension;  // nothing while unknown, or when its definition is wrong
  lang::Expression* definition = nullptr;    // default, init or expression
  base::Place place;
  bool constant = false;  // of parameters alone
  enum class Progress { unseen, open, done } progress = Progress::unseen;
};

// Which names an expression may use, beside parameters and what is derived from parameters alone.
struct Allowed {
  bool variables = false;  // states, all derived quantities, inputs, t, a receptor's V
  bool noise = false;
  bool weight = false;
  bool states = false;
};

class Symbols {
 public:
  // Collects the names; reports reserved and doubly defined ones.
  Symbols(Model& model, base::Diagnostics& diagnostics);

  // Finds the dimension of each parameter, state and derived quantity, from its definition; reports cycles.
  // Sorts the derived quantities: each after those that it uses.
  void resolve();

  const Symbol* find(std::string_view name) const;
  // Whether all names may be used here (reported if not) and are understood (their own errors are not
  // repeated).
  bool usable(const lang::Expression& expression, std::string_view what, const Allowed& allowed);
  // The dimension of an expression; nothing after an error.
  std::optional<base::Dimension> check(lang::Expression& expression, std::string_view what,
                                       const Allowed& allowed);
  bool check_as(lang::Expression& expression, const base::Dimension& wanted, std::string_view what,
                const Allowed& allowed);
  bool check_condition(lang::Expression& expression, std::string_view what, const Allowed& allowed);
  // Whether some checked expression uses the name.
  bool used(std::string_view name) const { return used_.count(std::string(name)) != 0; }
  void mark_used(std::string_view name) { used_[std::string(name)] = true; }

 private:
  void declare(const std::string& name, Symbol symbol, bool may_be_reserved = false);
  void declare_all();
  void resolve(const std::string& name, Symbol& symbol);
  bool resolve_used(const std::string& name, const Symbol& symbol);
  void report_cycle(const std::string& name);
  std::optional<base::Dimension> dimension_from(const std::string& name, Symbol& symbol);
  lang::Scope scope() const;
  void sort_derived();

  Model& model_;
  base::Diagnostics& diagnostics_;
  std::map<std::string, Symbol, std::less<>> symbols_;
  std::vector<std::string> names_;  // in the order declared
  std::vector<std::string> open_;   // being resolved
  std::vector<int> derived_order_;
  std::map<std::string, bool> used_;
};

}  // namespace hillock::model
