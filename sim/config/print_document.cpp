// Prints a tree as YAML text: maps in block style, lists of words on one line, quotes where a word needs
// them.
#include <algorithm>

#include "base/text.hpp"
#include "config/document.hpp"

namespace hillock::config {
namespace {

std::string in_quotes(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      (quoted += '\\') += c;
    else if (c == '\n')
      quoted += "\\n";
    else if (c == '\t')
      quoted += "\\t";
    else
      quoted += c;
  }
  return quoted + '"';
}

// Whether YAML reads the text back as it is without quotes, also inside [] and {}.
bool stands_alone(const std::string& text) {
  constexpr std::string_view never_first = "-?:,[]{}#&*!|>'\"%@`~ ";
  if (text.empty() || text == "null" || text == "Null" || text == "NULL" || text.back() == ' ' ||
      text.back() == ':')
    return false;
  const bool number = text.size() > 1 && text[0] == '-' && (base::is_digit(text[1]) || text[1] == '.');
  if (!number && never_first.find(text[0]) != std::string_view::npos) return false;
  return text.find_first_of(",[]{}\n\t\"") == std::string::npos && text.find(": ") == std::string::npos &&
         text.find(" #") == std::string::npos;
}

std::string printed(const Node& node) {
  if (node.is_null()) return "~";
  return !node.quoted && stands_alone(node.text) ? node.text : in_quotes(node.text);
}

bool is_word(const Node& node) { return node.is_scalar() || node.is_null(); }

void print(const Node& node, std::size_t indent, std::string& out);

void print_sequence(const Node& node, std::size_t indent, std::string& out) {
  if (std::all_of(node.items.begin(), node.items.end(), is_word)) {
    out += " [";
    for (std::size_t i = 0; i < node.items.size(); ++i)
      out.append(i == 0 ? "" : ", ").append(printed(node.items[i]));
    out += "]\n";
    return;
  }
  out += '\n';
  for (const Node& item : node.items) {
    out += std::string(indent, ' ') + "-";
    print(item, indent + 2, out);
  }
}

// What follows "key:" or "-": a word on the same line, or a block below.
void print(const Node& node, std::size_t indent, std::string& out) {
  if (is_word(node)) {
    out.append(" ").append(printed(node)).append("\n");
  } else if (node.is_sequence()) {
    print_sequence(node, indent, out);
  } else if (node.entries.empty()) {
    out += " {}\n";
  } else {
    out += '\n';
    for (const Entry& entry : node.entries) {
      out += std::string(indent, ' ') + (stands_alone(entry.key) ? entry.key : in_quotes(entry.key)) + ":";
      print(entry.value, indent + 2, out);
    }
  }
}

}  // namespace

std::string print_document(const Node& node) {
  std::string out;
  print(node, 0, out);
  out.erase(0, 1);  // the line end or space that separates a value from its key
  return out;
}

}  // namespace hillock::config
