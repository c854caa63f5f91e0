// Nodes of a document: look-up and how messages speak of them.
#include "config/document.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <new>
#include <utility>

#include "base/text.hpp"

namespace hillock::config {

const Node* Node::find(std::string_view key) const {
  const Entry* found = entry(key);
  return found == nullptr ? nullptr : &found->value;
}

Node* Node::find(std::string_view key) { return const_cast<Node*>(std::as_const(*this).find(key)); }

const Entry* Node::entry(std::string_view key) const {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

std::string Node::describe() const {
  switch (kind) {
    case NodeKind::null:
      return "nothing";
    case NodeKind::sequence:
      return "a list";
    case NodeKind::map:
      return "a map";
    case NodeKind::scalar:
      break;
  }
  return base::quoted(text);
}

Node scalar(std::string text, const base::Place& place) {
  Node node;
  node.kind = NodeKind::scalar;
  node.text = std::move(text);
  node.place = place;
  return node;
}

std::string read_text(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file && errno == ENOMEM) throw std::bad_alloc();
  if (!file) throw base::IoError(path + ": cannot be opened; does the file exist, and may it be read?");
  std::string text;
  std::array<char, 65536> block;
  while (text.size() <= largest_document && file.read(block.data(), block.size()).gcount() > 0)
    text.append(block.data(), static_cast<std::size_t>(file.gcount()));
  if (file.bad() || (text.empty() && !file.eof()))
    throw base::IoError(path + ": cannot be read; is it a file?");
  if (text.size() > largest_document)
    throw base::UserError(path + " is longer than 16 MB, the most that a config or model may have",
                          "keep data in a file of its own and name it with 'file:'");
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.find('\r') == std::string::npos) return text;
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r')
      plain += text[i];
    else if (i + 1 == text.size() || text[i + 1] != '\n')
      plain += '\n';
  }
  return plain;
}

}  // namespace hillock::config
