// From the text of an expression to tokens; a number and its unit are one token.
#include "lang/lexer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "lang/names.hpp"
#include "lang/refused.hpp"

namespace hillock::lang {

namespace {

constexpr std::size_t longest_name = 100;
constexpr std::size_t most_errors = 10;  // of one expression: a binary file must not fill the screen

using base::is_digit;
using base::is_letter;

bool in_name(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool is_keyword(std::string_view word) { return word == "and" || word == "or" || word == "not"; }

constexpr std::array<std::string_view, 14> symbols = {"<=", ">=", "==", "!=", "+", "-", "*",
                                                      "/",  "^",  "(",  ")",  ",", "<", ">"};

class Lexer {
 public:
  Lexer(std::string_view text, const Written& written, base::Diagnostics& diagnostics)
      : text_(text), written_(written), diagnostics_(diagnostics) {}

  std::optional<std::vector<Token>> run() {
    while (position_ < text_.size() && errors_ < most_errors) {
      const char c = text_[position_];
      if (c == ' ' || c == '\t') {
        ++position_;
      } else if (is_digit(c) || (c == '.' && is_digit(at(position_ + 1)))) {
        number();
      } else if (is_letter(c) || c == '_') {
        name();
      } else {
        symbol();
      }
    }
    if (errors_ > 0) return std::nullopt;
    push(TokenKind::end, text_.size());
    return std::move(tokens_);
  }

 private:
  char at(std::size_t position) const { return position < text_.size() ? text_[position] : '\0'; }

  base::Place place(std::size_t from, std::size_t to) const {
    return written_.at(static_cast<int>(from), static_cast<int>(to - from));
  }

  Token& push(TokenKind kind, std::size_t from) {
    Token token;
    token.kind = kind;
    token.text = text_.substr(from, position_ - from);
    token.offset = static_cast<int>(from);
    return tokens_.emplace_back(token);
  }

  void error(std::size_t from, std::string message, std::string remedy) {
    ++errors_;
    diagnostics_.error(place(from, position_), std::move(message), std::move(remedy));
  }

  void problem(std::size_t from, std::size_t to, std::string_view problem) {
    ++errors_;
    diagnostics_.problem(place(from, to), problem);
  }

  void name() {
    const std::size_t from = position_;
    while (in_name(at(position_))) ++position_;
    const std::string_view word = text_.substr(from, position_ - from);
    if (word.size() > longest_name) {
      error(from, fmt::format("a name of {} characters", word.size()),
            fmt::format("the limit is {}", longest_name));
    } else if (word.starts_with("__")) {
      error(from, fmt::format("'{}' starts with two underscores", word), "names start with a letter");
    } else {
      push(is_keyword(word) ? TokenKind::symbol : TokenKind::name, from);
    }
  }

  void symbol() {
    const Refused refused = refused_at(text_, position_);
    if (refused.length > 0) {
      const std::size_t from = position_;
      position_ += refused.length;
      return error(from, refused.message, refused.remedy);
    }
    for (const std::string_view symbol : symbols) {
      if (!text_.substr(position_).starts_with(symbol)) continue;
      position_ += symbol.size();
      push(TokenKind::symbol, position_ - symbol.size());
      return;
    }
  }

  // The digits of a number, wrong ones included (0x1F, 1_000, 1.2.3), so that the message shows all of it.
  void skip_digits() {
    if (at(position_) == '0' && (at(position_ + 1) == 'x' || at(position_ + 1) == 'X')) {
      while (in_name(at(position_))) ++position_;
      return;
    }
    const auto in_number = [](char c) { return is_digit(c) || c == '.' || c == '_'; };
    while (in_number(at(position_))) ++position_;
    if (at(position_) != 'e' && at(position_) != 'E') return;
    const std::size_t sign = at(position_ + 1) == '-' || at(position_ + 1) == '+' ? 1 : 0;
    if (!is_digit(at(position_ + 1 + sign))) return;
    position_ += 1 + sign;
    while (in_number(at(position_))) ++position_;
  }

  void number() {
    const std::size_t from = position_;
    skip_digits();
    const std::string_view digits = text_.substr(from, position_ - from);
    std::string what;
    if (!base::parse_decimal(digits, &what)) return problem(from, position_, what);
    const std::size_t unit_from = position_;
    if (!skip_unit()) return;
    const std::string_view written = base::trim(text_.substr(unit_from, position_ - unit_from));
    std::optional<base::Unit> unit = base::Unit{};
    if (written.starts_with("/")) {
      unit = base::parse_unit(fmt::format("1{}", written), &what);
    } else if (!written.empty()) {
      unit = base::parse_unit(written.substr(written.starts_with("*") ? 1 : 0), &what);
    }
    if (!unit) return problem(unit_from, position_, what);
    const std::optional<double> value = base::to_internal(digits, *unit);
    if (!value) {  // 1.8e367 um61 has one: what counts is the value in internal units
      if (!base::parse_number(digits, &what)) return problem(from, unit_from, what);
      return error(
          from, base::quoted(text_.substr(from, position_ - from)) + " is out of the range of numbers", "");
    }
    Token& token = push(TokenKind::number, from);
    token.value = *value;
    token.unit = *unit;
    token.digits = digits;
  }

  // Moves behind the unit that follows a number, if one does; false after an error.
  bool skip_unit() {
    std::size_t next = behind_spaces(position_);
    if (!word_at(next).empty()) {
      const std::string_view word = word_at(next);
      if (is_keyword(word)) return true;
      if (!is_unit_word(word, 1)) return refuse_unit(next, word);
      skip_word(next, word);
    }
    while (true) {
      next = behind_spaces(position_);
      const bool joined = at(next) == '/' || at(next) == '*';
      const std::size_t word_from = joined ? behind_spaces(next + 1) : next;
      const std::string_view word = word_at(word_from);
      if (!is_unit_word(word, joined ? 2 : 1)) return true;
      skip_word(word_from, word);
    }
  }

  bool refuse_unit(std::size_t from, std::string_view word) {
    std::string what;
    base::parse_unit(word, &what);
    if (find_function(word) != nullptr || what.find("did you mean") == std::string::npos)
      what = fmt::format("'{}' is not a unit; to multiply, write '*' before it", word);
    position_ = from + word.size();
    problem(from, position_, what);
    return false;
  }

  std::size_t behind_spaces(std::size_t position) const {
    while (at(position) == ' ' || at(position) == '\t') ++position;
    return position;
  }

  // The word at a position, as units have them: a name in which micro signs, degree and ohm signs and the
  // like may occur.
  std::string_view word_at(std::size_t from) const {
    std::size_t to = from;
    while (in_name(at(to)) || static_cast<unsigned char>(at(to)) >= 0x80) {
      const std::string_view rest = text_.substr(to);
      if (rest.starts_with("\u00B2") || rest.starts_with("\u00B3")) break;
      const std::optional<base::Character> character = base::decode_utf8(text_, to);
      if (!character || (character->length > 1 && !is_unit_sign(character->code))) break;
      to += static_cast<std::size_t>(character->length);
    }
    const std::string_view word = text_.substr(from, to - from);
    return word.empty() || is_digit(word[0]) ? std::string_view() : word;
  }

  // Moves behind a unit word and its power.
  void skip_word(std::size_t from, std::string_view word) {
    position_ = from + word.size();
    const std::string_view rest = text_.substr(position_);
    if (rest.starts_with("\u00B2") || rest.starts_with("\u00B3")) {
      position_ += 2;
      return;
    }
    std::size_t next = behind_spaces(position_);
    if (at(next) != '^') return;
    next = behind_spaces(next + 1);
    if (at(next) == '-' || at(next) == '+') ++next;
    while (is_digit(at(next)) || at(next) == '.') ++next;
    position_ = next;
  }

  std::string_view text_;
  const Written& written_;
  base::Diagnostics& diagnostics_;
  std::size_t position_ = 0;
  std::size_t errors_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

base::Place Written::at(int offset, int length) const {
  const auto next = std::upper_bound(further.begin(), further.end(), offset,
                                     [](int at, const Stretch& stretch) { return at < stretch.offset; });
  const Stretch here = next == further.begin() ? Stretch{0, start} : *(next - 1);
  return {here.start.source, here.start.line, here.start.column + offset - here.offset, length};
}

std::optional<std::vector<Token>> tokenize(std::string_view text, const Written& written,
                                           base::Diagnostics& diagnostics) {
  return Lexer(text, written, diagnostics).run();
}

}  // namespace hillock::lang
