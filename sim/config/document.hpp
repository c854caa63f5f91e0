// YAML text as a tree that knows where each word stands; what YAML allows but a config must not hold is
// refused here.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/source.hpp"
#include "lang/parser.hpp"

namespace hillock::config {

enum class NodeKind { null, scalar, sequence, map };

struct Entry;

// A value of a document. Aliases have been replaced by copies; scalars are text, whatever YAML would make of
// them.
struct Node {
  NodeKind kind = NodeKind::null;
  bool quoted = false;                 // scalars in quotes or block style
  bool broken = false;                 // its error has been reported: readers say no more about it
  std::string text;                    // scalars
  std::vector<Node> items;             // sequences
  std::vector<Entry> entries;          // maps, in the order written
  base::Place place;                   // of the text inside quotes; of the first line of anything longer
  std::vector<lang::Stretch> further;  // scalars of several lines or with escapes: where the text goes on

  bool is_null() const { return kind == NodeKind::null; }
  bool is_scalar() const { return kind == NodeKind::scalar; }
  bool is_sequence() const { return kind == NodeKind::sequence; }
  bool is_map() const { return kind == NodeKind::map; }
  // The value under a key of a map, or nullptr.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
  const Entry* entry(std::string_view key) const;
  // How messages speak of it: "a list", "a map", "'10 ms'", "nothing".
  std::string describe() const;
};

struct Entry {
  std::string key;
  base::Place place;  // of the key
  Node value;
};

// Text as a value of its own, of which messages say that it stands at `place`.
Node scalar(std::string text, const base::Place& place);

constexpr std::size_t largest_document = std::size_t{16} << 20;  // bytes

// The text of a file, without byte order mark and with line ends of one kind. Throws IoError if it cannot be
// read and UserError if it is longer than a config may be.
std::string read_text(const std::string& path);

// Reads one document from source.text, beginning at byte `offset` of its first line. Nothing if the text
// cannot be understood; duplicate keys, merges and the like are reported while the rest is still read. The
// source must outlive the tree. `what` names the kind of file in messages ("hillock config").
std::optional<Node> read_document(const base::Source& source, std::string_view what,
                                  base::Diagnostics& diagnostics, std::size_t offset = 0);

// The tree as YAML text that reads back to the same tree.
std::string print_document(const Node& node);

}  // namespace hillock::config
