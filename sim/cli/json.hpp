// A JSON value as a tree, and its text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hillock::cli {

// Objects keep the order in which their keys were set. Numbers that are not finite become null, as JSON has
// none.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() = default;  // null
  Json(bool value) : value_(value) {}
  Json(double value) : value_(value) {}
  Json(int value) : value_(static_cast<std::int64_t>(value)) {}
  Json(std::int64_t value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  // The value under a key of an object (null becomes one), made if need be.
  Json& operator[](std::string_view key);
  // Appends to an array (null becomes one).
  void push(Json value);

  // One line, or indented by two spaces a level.
  std::string text(bool indented = true) const;

 private:
  void write(std::string& text, int depth, bool indented) const;

  std::variant<std::monostate, bool, double, std::int64_t, std::string, Array, Object> value_;
};

}  // namespace hillock::cli
