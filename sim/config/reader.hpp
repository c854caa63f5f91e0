// Reads single values of a document: quantities with their units, whole numbers, words, flags, keys; reports
// what does not fit.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/units.hpp"
#include "config/document.hpp"
#include "lang/expression.hpp"

namespace hillock::config {

// The names under `vars`, evaluated; NaN where that failed, which has been reported.
using Variables = std::map<std::string, base::Quantity>;

// What a quantity may be: one of some dimensions. `why` follows them in messages: "for input 'I' of 'cell'",
// ", as its first value".
struct Accepted {
  std::vector<base::Dimension> dimensions;
  std::string why;
  std::string remedy;  // instead of an example in the right unit
  std::string unit;    // that users write, if not the dimension's own: Hz, not 1/ms
  Accepted(const base::Dimension& dimension) : dimensions{dimension} {}
  Accepted(std::vector<base::Dimension> all, std::string reason, std::string what_to_do = {})
      : dimensions(std::move(all)), why(std::move(reason)), remedy(std::move(what_to_do)) {}
  // "voltage (mV)", "current density (uA/cm2) or current (pA) for input 'I' of 'cell'".
  std::string describe() const;
  std::string example_unit() const { return unit.empty() ? dimensions.front().user_unit() : unit; }
};

class Reader {
 public:
  Reader(base::Diagnostics& diagnostics, const Variables& variables)
      : diagnostics_(diagnostics), variables_(variables) {}

  base::Diagnostics& diagnostics() { return diagnostics_; }
  const Variables& variables() const { return variables_; }
  void error(const base::Place& place, std::string message, std::string remedy = {}) {
    diagnostics_.error(place, std::move(message), std::move(remedy));
  }

  // Whether the node is a map; reports it otherwise. Nothing at all counts as an empty map.
  bool map(const Node& node, std::string_view what);
  // Reports keys that are not among the valid ones.
  void keys(const Node& map, std::string_view what, std::span<const std::string> valid);

  // "-65 mV" or "= 2 * w".
  std::optional<base::Quantity> quantity(const Node& node, std::string_view what, const Accepted& accepted);
  // The same of any dimension.
  std::optional<base::Quantity> any_quantity(const Node& node, std::string_view what);
  // The value of such a quantity in internal units.
  std::optional<double> value(const Node& node, std::string_view what, const base::Dimension& dimension);
  std::optional<std::int64_t> whole(const Node& node, std::string_view what, std::int64_t least,
                                    std::int64_t most);
  std::optional<std::uint64_t> seed(const Node& node, std::string_view what);
  std::optional<bool> flag(const Node& node, std::string_view what);
  std::optional<std::string> word(const Node& node, std::string_view what);
  // A word out of a few.
  std::optional<std::string> choice(const Node& node, std::string_view what,
                                    std::span<const std::string> choices);
  // A free name, such as a population's: letters, digits and '_', not longer than 100.
  bool name(const std::string& name, const base::Place& place, std::string_view what);
  // a..b, both included.
  std::optional<std::pair<std::int64_t, std::int64_t>> range(std::string_view text, const base::Place& place,
                                                             std::string_view what);

 private:
  std::optional<base::Quantity> number(const Node& node, std::string_view what, const std::string& remedy);
  std::optional<base::Quantity> expression(const Node& node);

  base::Diagnostics& diagnostics_;
  const Variables& variables_;
};

bool is_expression(const Node& node);
// The tree of "= 2 * w": of what stands behind the '='.
std::optional<lang::Expression> parse_after_equals(const Node& node, base::Diagnostics& diagnostics);

// Evaluates all of `vars`; they may use one another in any order.
Variables read_variables(const Node* vars, base::Diagnostics& diagnostics);

}  // namespace hillock::config
