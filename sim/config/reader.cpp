// Single values of a document, each checked for its kind, its unit and its range.
#include "config/reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace hillock::config {
namespace {

// The number that begins a text ("10" of "10 mV"), for examples in messages.
std::string number_of(std::string_view text) {
  const std::size_t end = std::min(text.find_first_not_of("+-.0123456789eE"), text.size());
  std::string number(text.substr(0, std::min<std::size_t>(end, 60)));
  while (!number.empty() && !base::parse_decimal(number)) number.pop_back();
  return number.empty() ? "10" : number;
}

std::string example(std::string_view text, const Accepted& accepted) {
  if (!accepted.remedy.empty()) return accepted.remedy;
  const std::string number = number_of(text), unit = accepted.example_unit();
  if (unit == "1") return fmt::format("write for example '{}'", number);
  if (unit == "1/ms") return fmt::format("write for example '{0} Hz', or '{0}/ms'", number);
  if (unit.starts_with("1/")) return fmt::format("write for example '{}{}'", number, unit.substr(1));
  return fmt::format("write for example '{} {}'", number, unit);
}

bool says_not_finite(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('.')) text.remove_prefix(1);
  return base::equal_ignoring_case(text, "nan") || base::equal_ignoring_case(text, "inf") ||
         base::equal_ignoring_case(text, "infinity");
}

// The digits of a whole number; nothing if it has a fraction, a unit or more digits than any range here.
std::optional<std::string> whole_digits(std::string_view text, bool& negative, bool& huge) {
  const std::optional<base::Decimal> decimal = base::parse_decimal(text);
  if (!decimal) return std::nullopt;
  std::string digits = decimal->digits;
  std::int64_t exponent = decimal->exponent;
  for (; exponent < 0 && digits.size() > 1 && digits.back() == '0'; ++exponent) digits.pop_back();
  if (digits == "0") exponent = 0;
  if (exponent < 0) return std::nullopt;
  negative = decimal->negative && digits != "0";
  huge = static_cast<std::int64_t>(digits.size()) + exponent > 20;
  if (!huge) digits.append(static_cast<std::size_t>(exponent), '0');
  return digits;
}

}  // namespace

std::string Accepted::describe() const {
  std::vector<std::string> names;
  for (const base::Dimension& dimension : dimensions)
    names.push_back(unit.empty() ? dimension.describe() : dimension.name() + " (" + unit + ")");
  return base::join(names, " or ") + why;
}

bool is_expression(const Node& node) { return node.is_scalar() && base::trim(node.text).starts_with('='); }

bool Reader::map(const Node& node, std::string_view what) {
  if (node.is_map() || node.is_null()) return true;
  error(node.place, std::string(what) + " must be a map, got " + node.describe(),
        "write 'key: value' lines below it, or {key: value}");
  return false;
}

void Reader::keys(const Node& map, std::string_view what, std::span<const std::string> valid) {
  for (const Entry& entry : map.entries) {
    if (std::find(valid.begin(), valid.end(), entry.key) != valid.end()) continue;
    const std::string guess = base::did_you_mean(entry.key, valid);
    error(entry.place, base::quoted(entry.key) + " is not a key of " + std::string(what),
          (guess.empty() ? "" : guess + " ") + base::listed("valid keys", valid));
  }
}

std::optional<base::Quantity> Reader::number(const Node& node, std::string_view what,
                                             const std::string& remedy) {
  if (is_expression(node)) return expression(node);
  const std::string name(what);
  const std::string_view text = base::trim(node.text);
  std::string problem;
  const std::optional<base::Quantity> found = base::parse_quantity(text, &problem);
  if (found) return found;
  if (says_not_finite(text))
    error(node.place, name + " must be finite, got " + base::quoted(text), remedy);
  else
    error(node.place, name + ": " + problem, problem.find("; ") == std::string::npos ? remedy : "");
  return std::nullopt;
}

std::optional<base::Quantity> Reader::any_quantity(const Node& node, std::string_view what) {
  if (node.broken) return std::nullopt;
  if (node.is_scalar()) return number(node, what, "write for example '10 ms'");
  error(node.place, std::string(what) + " must be one value, got " + node.describe(),
        "write for example '10 ms'");
  return std::nullopt;
}

std::optional<base::Quantity> Reader::quantity(const Node& node, std::string_view what,
                                               const Accepted& accepted) {
  if (node.broken) return std::nullopt;
  const std::string name(what);
  if (!node.is_scalar()) {
    error(node.place, name + " must be one value, " + accepted.describe() + ", got " + node.describe(),
          example("", accepted));
    return std::nullopt;
  }
  const std::string_view text = base::trim(node.text);
  const std::optional<base::Quantity> found = number(node, what, example("", accepted));
  if (!found) return std::nullopt;
  const auto& dimensions = accepted.dimensions;
  if (std::find(dimensions.begin(), dimensions.end(), found->dimension) != dimensions.end()) return found;
  const std::string got = found->dimension.dimensionless()
                              ? (is_expression(node) ? "a pure number" : "a number without unit")
                              : found->dimension.describe();
  error(node.place, name + " needs " + accepted.describe() + ", got " + got,
        example(is_expression(node) ? "" : text, accepted));
  return std::nullopt;
}

std::optional<double> Reader::value(const Node& node, std::string_view what,
                                    const base::Dimension& dimension) {
  const std::optional<base::Quantity> found = quantity(node, what, dimension);
  return found ? std::optional<double>(found->value) : std::nullopt;
}

std::optional<std::int64_t> Reader::whole(const Node& node, std::string_view what, std::int64_t least,
                                          std::int64_t most) {
  if (node.broken) return std::nullopt;
  const std::string name(what);
  const std::string range = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  std::string text(base::trim(node.text));
  if (node.is_scalar() && is_expression(node)) {
    const std::optional<base::Quantity> found = expression(node);
    if (!found) return std::nullopt;
    text = found->dimension.dimensionless() ? base::number(found->value)
                                            : base::format_quantity(found->value, found->dimension);
  }
  bool negative = false, huge = false;
  const std::optional<std::string> digits =
      node.is_scalar() ? whole_digits(text, negative, huge) : std::nullopt;
  if (!digits) {
    error(node.place, name + " must be " + range + ", got " + (is_expression(node) ? text : node.describe()));
    return std::nullopt;
  }
  std::int64_t value = 0;
  const bool fits =
      !huge && std::from_chars(digits->data(), digits->data() + digits->size(), value).ec == std::errc{};
  if (negative) value = -value;
  if (!fits || value < least || value > most) {
    error(node.place, name + " must be " + range + ", got " + base::shortened(text));
    return std::nullopt;
  }
  return value;
}

std::optional<std::uint64_t> Reader::seed(const Node& node, std::string_view what) {
  bool negative = false, huge = false;
  const std::optional<std::string> digits =
      node.is_scalar() ? whole_digits(base::trim(node.text), negative, huge) : std::nullopt;
  std::uint64_t value = 0;
  const bool fits = digits && !negative && !huge &&
                    std::from_chars(digits->data(), digits->data() + digits->size(), value).ec == std::errc{};
  if (fits) return value;
  if (node.is_scalar() && is_expression(node)) {
    if (const std::optional<std::int64_t> found = whole(node, what, 0, std::int64_t{1} << 53))
      return static_cast<std::uint64_t>(*found);
    return std::nullopt;
  }
  error(node.place,
        std::string(what) + " must be a whole number from 0 to 18446744073709551615, got " + node.describe());
  return std::nullopt;
}

std::optional<bool> Reader::flag(const Node& node, std::string_view what) {
  if (node.is_scalar() && node.text == "true") return true;
  if (node.is_scalar() && node.text == "false") return false;
  error(node.place, std::string(what) + " must be true or false, got " + node.describe());
  return std::nullopt;
}

std::optional<std::string> Reader::word(const Node& node, std::string_view what) {
  if (node.broken) return std::nullopt;
  if (node.is_scalar() && !node.text.empty()) return node.text;
  error(node.place, std::string(what) + " must be a word, got " + node.describe());
  return std::nullopt;
}

std::optional<std::string> Reader::choice(const Node& node, std::string_view what,
                                          std::span<const std::string> choices) {
  if (node.is_scalar() && std::find(choices.begin(), choices.end(), node.text) != choices.end())
    return node.text;
  const std::string guess = node.is_scalar() ? base::did_you_mean(node.text, choices) : "";
  error(node.place, std::string(what) + " cannot be " + node.describe(),
        (guess.empty() ? "" : guess + " ") + base::listed("it is one of", choices));
  return std::nullopt;
}

bool Reader::name(const std::string& name, const base::Place& place, std::string_view what) {
  const auto letter = [](char c) { return base::is_letter(c) || c == '_'; };
  const bool valid =
      !name.empty() && name.size() <= 100 && letter(name[0]) &&
      std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || base::is_digit(c); });
  if (valid) return true;
  error(place, base::quoted(name) + " cannot be the name of " + std::string(what),
        "a name has up to 100 letters, digits and '_', and does not begin with a digit");
  return false;
}

std::optional<std::pair<std::int64_t, std::int64_t>> Reader::range(std::string_view text,
                                                                   const base::Place& place,
                                                                   std::string_view what) {
  const std::size_t dots = text.find("..");
  std::int64_t first = -1, last = -1;
  const auto digits = [](std::string_view part, std::int64_t& value) {
    const std::string_view plain = base::trim(part);
    const auto [end, problem] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    return !plain.empty() && problem == std::errc{} && end == plain.data() + plain.size() && value >= 0;
  };
  if (dots == std::string_view::npos || !digits(text.substr(0, dots), first) ||
      !digits(text.substr(dots + 2), last)) {
    error(place, std::string(what) + " must be a range, got " + base::quoted(text),
          "write first..last, both included: '0..99'");
    return std::nullopt;
  }
  if (first > last) {
    error(place,
          std::string(what) + ": the range " + base::shortened(base::trim(text)) + " ends before it begins",
          "write '" + std::to_string(last) + ".." + std::to_string(first) + "'");
    return std::nullopt;
  }
  return std::pair{first, last};
}

}  // namespace hillock::config
