// Arrays of numbers as base64 text (RFC 4648), the form in which a page carries them.
#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace hillock::cli {

std::string base64(std::span<const std::byte> bytes);

// In the machine's order, which is little endian on all that hillock runs on.
template <class Number>
std::string base64_of(std::span<const Number> numbers) {
  return base64(std::as_bytes(numbers));
}

}  // namespace hillock::cli
