// Builds the tree of a document from yaml-cpp's events, which neither expand aliases nor recurse before we
// have looked.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "config/document.hpp"

namespace hillock::config {
namespace {

constexpr std::size_t deepest = 64;           // brackets within brackets
constexpr std::size_t most_copied = 100'000;  // nodes that aliases may add

// The rest of the document makes no sense any more; the reason has been reported.
struct Abandoned {};

// Where yaml-cpp's marks are in the source: its text began at `offset` of the source's text.
class Places {
 public:
  Places(const base::Source& source, std::size_t offset) : source_(source), offset_(offset) {}

  base::Place at(const YAML::Mark& mark, std::size_t length = 1) const {
    if (mark.is_null()) return {&source_, 0, 0, 0};
    const int shift = mark.line == 0 ? static_cast<int>(offset_) : 0;
    return {&source_, mark.line + 1, mark.column + 1 + shift,
            static_cast<int>(std::max<std::size_t>(length, 1))};
  }

  // The place of a scalar's text.
  base::Place scalar(const YAML::Mark& mark, const std::string& value, bool quoted) const {
    if (mark.is_null()) return at(mark);
    const std::string_view rest =
        std::string_view(source_.text)
            .substr(std::min(offset_ + static_cast<std::size_t>(mark.pos), source_.text.size()));
    const bool block = quoted && !rest.empty() && (rest[0] == '|' || rest[0] == '>');
    if (block) return first_line(mark, rest);
    base::Place place = at(mark);
    const std::string_view inside = quoted && !rest.empty() ? rest.substr(1) : rest;
    if (inside.data() != rest.data()) ++place.column;
    const std::size_t line_end = std::min(inside.find('\n'), inside.size());
    const bool written_so = !value.empty() && inside.substr(0, value.size()) == value;
    place.length =
        static_cast<int>(std::max<std::size_t>(1, std::min(written_so ? value.size() : line_end, line_end)));
    return place;
  }

 private:
  // Of a block scalar, whose mark is at its '|' or '>': its first line with text.
  base::Place first_line(const YAML::Mark& mark, std::string_view rest) const {
    base::Place place = at(mark);
    const std::size_t line_end = rest.find('\n');
    if (line_end == std::string_view::npos) return place;
    const std::size_t text = rest.find_first_not_of(" \n", line_end);
    if (text == std::string_view::npos) return place;
    const std::size_t line_start = rest.rfind('\n', text);
    place.line +=
        static_cast<int>(std::count(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(text), '\n'));
    place.column = static_cast<int>(text - line_start);
    place.length = static_cast<int>(std::min(rest.find('\n', text), rest.size()) - text);
    return place;
  }

  const base::Source& source_;
  std::size_t offset_;
};

// Number of '(' that a text leaves open (negative: closes).
int open_brackets(std::string_view text) {
  int open = 0;
  for (const char c : text) open += c == '(' ? 1 : c == ')' ? -1 : 0;
  return open;
}

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const Places& places, base::Diagnostics& diagnostics)
      : places_(places), diagnostics_(diagnostics) {}

  Node take_root() { return std::move(root_); }
  // The innermost list or map in brackets that is still open, for the message about a syntax error.
  const Node* open_bracket() const {
    for (auto frame = stack_.rbegin(); frame != stack_.rend(); ++frame)
      if (frame->flow) return &frame->node;
    return nullptr;
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.place = places_.at(mark);
    add(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    Node node;
    node.kind = NodeKind::scalar;
    node.quoted = tag == "!";
    node.text = value;
    node.place = places_.scalar(mark, value, node.quoted);
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end())
      abandon(places_.at(mark), "this alias contains itself", "write the value out");
    const Anchored& original = found->second;
    copied_ += original.nodes;
    if (copied_ > most_copied)
      abandon(places_.at(mark), "the aliases of this file stand for more than 100000 values",
              "write fewer aliases of aliases");
    if (stack_.size() + original.depth > deepest) too_deep(places_.at(mark));
    add(original.node, YAML::NullAnchor, original.nodes, original.depth);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    refuse_tag(mark, tag);
    open(NodeKind::sequence, mark, anchor, style);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    refuse_tag(mark, tag);
    open(NodeKind::map, mark, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    bool flow = false;
    YAML::anchor_t anchor = YAML::NullAnchor;
    bool has_key = false;
    bool drop_value = false;                            // of a key that is refused
    std::unordered_map<std::string, base::Place> keys;  // seen so far
    int split = 0;                                      // '(' that the previous value left open
    std::size_t nodes = 1, depth = 1;
  };
  struct Anchored {
    Node node;
    std::size_t nodes = 1, depth = 0;
  };

  [[noreturn]] void abandon(const base::Place& place, std::string message, std::string remedy) {
    diagnostics_.error(place, std::move(message), std::move(remedy));
    throw Abandoned{};
  }
  [[noreturn]] void too_deep(const base::Place& place) {
    abandon(place, "lists and maps are nested more than 64 deep",
            "a config needs a few levels only: is a bracket closed too late?");
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    diagnostics_.error(places_.at(mark), "YAML tags (!...) have no meaning here",
                       "write the value without its tag");
  }

  void open(NodeKind kind, const YAML::Mark& mark, YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
    if (stack_.size() >= deepest) too_deep(places_.at(mark));
    if (!stack_.empty() && wants_key(stack_.back())) {
      const bool flow_map = kind == NodeKind::map && style == YAML::EmitterStyle::Flow;
      abandon(places_.at(mark),
              std::string(kind == NodeKind::map ? "a map" : "a list") + " stands where a key is expected",
              flow_map ? "a value with braces, such as ${x}, must be quoted" : "a key is one word");
    }
    Frame frame;
    frame.node.kind = kind;
    frame.node.place = places_.at(mark);
    frame.flow = style == YAML::EmitterStyle::Flow;
    frame.anchor = anchor;
    stack_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    add(std::move(frame.node), frame.anchor, frame.nodes, frame.depth);
  }

  static bool wants_key(const Frame& frame) { return frame.node.is_map() && !frame.has_key; }

  void add(Node node, YAML::anchor_t anchor, std::size_t nodes = 1, std::size_t depth = 0) {
    if (anchor != YAML::NullAnchor) {
      copied_ += nodes;
      if (copied_ > 10 * most_copied)
        abandon(node.place, "anchors hold more than 1000000 values", "write fewer anchors");
      anchored_[anchor] = {node, nodes, depth};
    }
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& top = stack_.back();
    top.nodes += nodes;
    top.depth = std::max(top.depth, depth + 1);
    if (wants_key(top)) return add_key(top, node);
    if (top.node.is_sequence()) {
      if (!continues_split(top, node)) top.node.items.push_back(std::move(node));
      return;
    }
    top.has_key = false;
    if (top.drop_value) return;
    Entry& entry = top.node.entries.back();
    if (node.is_null()) node.place = entry.place;
    if (top.flow && node.is_scalar() && !node.quoted) watch_split(top, node);
    entry.value = std::move(node);
  }

  void add_key(Frame& top, const Node& key) {
    top.has_key = true;
    top.drop_value = true;
    if (key.is_null()) {
      diagnostics_.error(key.place, "a key is missing before ':'", "write 'key: value'");
    } else if (!key.is_scalar()) {
      diagnostics_.error(key.place, "a list or map cannot be a key", "a key is one word");
    } else if (top.split > 0) {
      top.split += open_brackets(key.text);  // the rest of a value that was split, reported already
    } else if (key.text == "<<" && !key.quoted) {
      diagnostics_.error(key.place, "'<<' (merge) is not supported",
                         "to base one population, input or connection on another write 'like: NAME'");
    } else if (key.text.size() > 200 || open_brackets(key.text) != 0) {
      diagnostics_.error(key.place,
                         key.text.size() > 200 ? "this key has more than 200 characters"
                                               : "the key '" + key.text + "' has an unbalanced bracket",
                         "quote the expression, or put it on its own line");
    } else if (const auto [seen, added] = top.keys.emplace(key.text, key.place); !added) {
      diagnostics_.error(key.place, "'" + key.text + "' is given twice",
                         "it stands at " + std::to_string(seen->second.line) + ":" +
                             std::to_string(seen->second.column) + " already: remove one of the two");
    } else {
      top.drop_value = false;
      top.node.entries.push_back({key.text, key.place, {}});
    }
  }

  // Inside brackets YAML ends a value at a comma, also at the comma of min(a, b): the first part is reported,
  // the others are skipped.
  void watch_split(Frame& top, const Node& node) {
    const int open_now = open_brackets(node.text);
    if (open_now == 0) return;
    diagnostics_.error(
        node.place,
        "'" + node.text + "' has an unbalanced bracket: inside {} and [] a value ends at the next comma",
        "quote the expression, or put it on its own line");
    top.split = std::max(open_now, 0);
  }
  bool continues_split(Frame& top, const Node& node) {
    if (!top.flow || !node.is_scalar() || node.quoted) return false;
    if (top.split > 0) {
      top.split += open_brackets(node.text);
      return true;
    }
    watch_split(top, node);
    return false;
  }

  const Places& places_;
  base::Diagnostics& diagnostics_;
  Node root_;
  std::vector<Frame> stack_;
  std::map<YAML::anchor_t, Anchored> anchored_;
  std::size_t copied_ = 0;
};

// Finds out whether a second document follows.
class SecondDocument : public YAML::EventHandler {
 public:
  SecondDocument(const Places& places, base::Diagnostics& diagnostics)
      : places_(places), diagnostics_(diagnostics) {}
  void OnDocumentStart(const YAML::Mark& mark) override {
    diagnostics_.error(
        places_.at(mark, 3), "a second document begins here",
        "keep one document per file: remove '---' and what follows, or put it into a file of its own");
    throw Abandoned{};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}

 private:
  const Places& places_;
  base::Diagnostics& diagnostics_;
};

// Bytes that no text has, and tabs before the first word of a line. Returns whether the parser may see the
// text.
bool check_bytes(const base::Source& source, std::string_view what, base::Diagnostics& diagnostics) {
  const std::string& text = source.text;
  if (text.size() >= 2 &&
      (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || text[0] == '\0' || text[1] == '\0')) {
    diagnostics.error({&source, 0, 0, 0},
                      "this is not a " + std::string(what) + ": the text is UTF-16, not UTF-8",
                      "save it as UTF-8");
    return false;
  }
  int line = 1;
  std::size_t line_start = 0;
  bool indentation = true, tabs = false;
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char byte = static_cast<unsigned char>(text[i]);
    const base::Place place{&source, line, static_cast<int>(i - line_start) + 1, 1};
    const std::optional<base::Character> character = base::decode_utf8(text, i);
    if (!character || (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) {
      diagnostics.error(place,
                        "this is not a " + std::string(what) + ": byte " + std::to_string(byte) +
                            (character ? " is a control character" : " is not UTF-8"),
                        "save it as plain text in UTF-8");
      return false;
    }
    if (byte == '\t' && indentation && !tabs) {
      diagnostics.error(place, "a tab is used for indentation", "indent with spaces");
      tabs = true;
    }
    indentation = byte == '\n' || (indentation && (byte == ' ' || byte == '\t'));
    if (byte == '\n') {
      ++line;
      line_start = i + 1;
    }
    i += static_cast<std::size_t>(character->length);
  }
  return !tabs;
}

void report_syntax(const YAML::ParserException& problem, const Node* bracket, const Places& places,
                   base::Diagnostics& diagnostics) {
  const std::string& found = problem.msg;
  const bool in_bracket =
      bracket != nullptr && (found.starts_with("end of ") || found.starts_with("illegal"));
  if (in_bracket) {
    const bool map = bracket->is_map();
    diagnostics.error(
        bracket->place,
        std::string("this '") + (map ? "{" : "[") + "' is not closed, or a comma is missing in it",
        std::string("close it with '") + (map ? "}" : "]") + "'");
    return;
  }
  std::string remedy;
  if (found == "illegal map value")
    remedy = "a value with ': ' in it must be quoted, and a map under a key begins on a new line";
  else if (found == "end of map not found" || found == "end of sequence not found")
    remedy = "check the indentation: entries of one map or list begin in the same column";
  else if (found == "unknown token")
    remedy = "quote a value that begins with this character";
  else if (found == "illegal EOF in scalar")
    remedy = "close the quotes";
  else if (found.starts_with("the referenced anchor"))
    remedy = "an alias *x needs an anchor &x before it";
  diagnostics.error(places.at(problem.mark), "this is not valid YAML: " + found, remedy);
}

}  // namespace

std::optional<Node> read_document(const base::Source& source, std::string_view what,
                                  base::Diagnostics& diagnostics, std::size_t offset) {
  if (!check_bytes(source, what, diagnostics)) return std::nullopt;
  std::istringstream stream(source.text.substr(offset));
  const Places places(source, offset);
  TreeBuilder builder(places, diagnostics);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      diagnostics.error({&source, 0, 0, 0}, "this is not a " + std::string(what) + ": it is empty");
      return std::nullopt;
    }
    SecondDocument second(places, diagnostics);
    parser.HandleNextDocument(second);
  } catch (const YAML::ParserException& problem) {
    report_syntax(problem, builder.open_bracket(), places, diagnostics);
    return std::nullopt;
  } catch (const Abandoned&) {
    return std::nullopt;
  }
  return builder.take_root();
}

}  // namespace hillock::config
