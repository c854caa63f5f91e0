// JSON text: shortest numbers, UTF-8 as it is, everything else escaped.
#include "cli/json.hpp"

#include <fmt/core.h>

#include <cmath>

#include "base/text.hpp"

namespace hillock::cli {
namespace {

std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (std::size_t k = 0; k < text.size();) {
    const auto character = base::decode_utf8(text, k);
    if (!character) {
      result += "\\ufffd";
      ++k;
      continue;
    }
    const std::string_view bytes = text.substr(k, static_cast<std::size_t>(character->length));
    k += bytes.size();
    switch (bytes[0]) {
      case '"':
        result += "\\\"";
        break;
      case '\\':
        result += "\\\\";
        break;
      case '\n':
        result += "\\n";
        break;
      case '\t':
        result += "\\t";
        break;
      default:
        if (character->code < 0x20 || character->code == 0x7f)
          result += fmt::format("\\u{:04x}", static_cast<unsigned>(character->code));
        else
          result += bytes;
    }
  }
  return result + '"';
}

void new_line(std::string& text, int depth, bool indented) {
  if (indented) text += '\n' + std::string(static_cast<std::size_t>(2 * depth), ' ');
}

}  // namespace

Json& Json::operator[](std::string_view key) {
  if (std::holds_alternative<std::monostate>(value_)) value_ = Object{};
  Object& object = std::get<Object>(value_);
  for (auto& [name, value] : object)
    if (name == key) return value;
  return object.emplace_back(std::string(key), Json{}).second;
}

void Json::push(Json value) {
  if (std::holds_alternative<std::monostate>(value_)) value_ = Array{};
  std::get<Array>(value_).push_back(std::move(value));
}

std::string Json::text(bool indented) const {
  std::string text;
  write(text, 0, indented);
  return text;
}

void Json::write(std::string& text, int depth, bool indented) const {
  if (const auto* array = std::get_if<Array>(&value_)) {
    text += '[';
    for (std::size_t k = 0; k < array->size(); ++k) {
      if (k > 0) text += indented ? "," : ", ";
      new_line(text, depth + 1, indented);
      (*array)[k].write(text, depth + 1, indented);
    }
    if (!array->empty()) new_line(text, depth, indented);
    text += ']';
  } else if (const auto* object = std::get_if<Object>(&value_)) {
    text += '{';
    for (std::size_t k = 0; k < object->size(); ++k) {
      if (k > 0) text += indented ? "," : ", ";
      new_line(text, depth + 1, indented);
      text += json_string((*object)[k].first) + ": ";
      (*object)[k].second.write(text, depth + 1, indented);
    }
    if (!object->empty()) new_line(text, depth, indented);
    text += '}';
  } else if (const auto* word = std::get_if<std::string>(&value_)) {
    text += json_string(*word);
  } else if (const auto* number = std::get_if<double>(&value_)) {
    text += std::isfinite(*number) ? base::number(*number) : "null";
  } else if (const auto* whole = std::get_if<std::int64_t>(&value_)) {
    text += std::to_string(*whole);
  } else if (const auto* flag = std::get_if<bool>(&value_)) {
    text += *flag ? "true" : "false";
  } else {
    text += "null";
  }
}

}  // namespace hillock::cli
