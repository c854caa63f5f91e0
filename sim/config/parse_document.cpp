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
#include "config/check_text.hpp"
#include "config/document.hpp"
#include "config/yaml_places.hpp"

namespace hillock::config {
namespace {

constexpr std::size_t deepest = 64;           // brackets within brackets
constexpr std::size_t most_copied = 100'000;  // nodes that aliases may add

// The rest of the document makes no sense any more; the reason has been reported.
struct Abandoned {};

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
    if (node.quoted && places_.is_block(mark)) node.text.erase(node.text.find_last_not_of('\n') + 1);
    node.further = places_.further(node.place, node.text);
    if (node.quoted && !places_.is_closed(mark))
      abandon(places_.at(mark), "this quote is not closed", "write the same quote behind the text");
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

  // A list or map where a key is due: allowed by YAML, but here the sign of a bracket that is not closed.
  [[noreturn]] void refuse_key(const base::Place& place, bool flow) {
    const Node* bracket = open_bracket();
    if (bracket == nullptr && !flow) abandon(place, "a list or map cannot be a key", "a key is one word");
    abandon(bracket != nullptr ? bracket->place : place,
            "a bracket that begins here is not closed, or has a list or map as a key",
            "close each '[' with ']' and each '{' with '}'");
  }

  void open(NodeKind kind, const YAML::Mark& mark, YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
    if (stack_.size() >= deepest) too_deep(places_.at(mark));
    if (!stack_.empty() && wants_key(stack_.back()))
      refuse_key(places_.at(mark), style == YAML::EmitterStyle::Flow);
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
    } else if (key.text.size() > 200) {
      abandon(key.place, "this key has more than 200 characters", "a key is one word");
    } else if (open_brackets(key.text) != 0) {
      diagnostics_.error(key.place, "the key " + base::quoted(key.text) + " has an unbalanced bracket",
                         "quote the expression, or put it on its own line");
    } else if (const auto [seen, added] = top.keys.emplace(key.text, key.place); !added) {
      diagnostics_.error(key.place, base::quoted(key.text) + " is given twice",
                         "it stands at " + std::to_string(seen->second.line) + ":" +
                             std::to_string(seen->second.column) + " already: remove one of the two");
    } else {
      top.drop_value = false;
      top.node.entries.push_back({key.text, key.place, {}});
    }
  }

  // Inside brackets YAML ends a value at a comma, also at the comma of min(a, b): the first part is reported,
  // the others are skipped.
  void watch_split(Frame& top, Node& node) {
    const int open_now = open_brackets(node.text);
    if (open_now == 0) return;
    diagnostics_.error(
        node.place,
        node.describe() + " has an unbalanced bracket: inside {} and [] a value ends at the next comma",
        "quote the expression, or put it on its own line");
    top.split = std::max(open_now, 0);
    node.broken = true;
  }
  bool continues_split(Frame& top, Node& node) {
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

std::string remedy_of(std::string_view problem) {
  if (problem == "illegal map value")
    return "indent all entries of a map alike, begin a map under a key on a new line, and quote a value that "
           "has ': ' in it";
  if (problem == "end of map not found" || problem == "end of sequence not found")
    return "indent all entries of a map or list alike";
  if (problem == "unknown token") return "quote a value that begins with this character";
  if (problem.starts_with("the referenced anchor")) return "an alias *x needs an anchor &x before it";
  return "";
}

void report_syntax(const YAML::ParserException& problem, const Node* bracket, const Places& places,
                   base::Diagnostics& diagnostics) {
  const bool unfinished = problem.msg.starts_with("end of ") || problem.msg.starts_with("illegal");
  const base::Place at = places.at(problem.mark);
  if (bracket == nullptr || !unfinished) {
    diagnostics.error(at, "this is not valid YAML: " + problem.msg, remedy_of(problem.msg));
  } else if (const std::size_t dollar = at.source->line(at.line).find("${");
             dollar != std::string_view::npos) {
    diagnostics.error({at.source, at.line, static_cast<int>(dollar) + 1, 2},
                      "'${' cannot stand here without quotes", "to use a name of vars write '= name'");
  } else {
    const std::string open = bracket->is_map() ? "{" : "[";
    diagnostics.error(bracket->place, "this '" + open + "' is not closed, or a comma is missing in it",
                      bracket->is_map() ? "close it with '}'" : "close it with ']'");
  }
}

}  // namespace

std::optional<Node> read_document(const base::Source& source, std::string_view what,
                                  base::Diagnostics& diagnostics, std::size_t offset) {
  if (!check_text(source, what, diagnostics)) return std::nullopt;
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
