// --set and `like:`: both put nodes into a tree by name.
#include "config/composition.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string_view>

#include "base/text.hpp"
#include "config/value_laws.hpp"

namespace hillock::config {
namespace {

constexpr std::array<std::string_view, 4> sections_of_names{"populations", "inputs", "connections",
                                                            "gap_junctions"};

bool holds_names(std::string_view section) {
  return std::find(sections_of_names.begin(), sections_of_names.end(), section) != sections_of_names.end();
}

std::vector<std::string> keys_of(const Node& map) {
  std::vector<std::string> keys;
  for (const Entry& entry : map.entries) keys.push_back(entry.key);
  return keys;
}

// At the dots. What is set during the run is a path itself: "at.0.5 ms.set.vars.x" has the parts "at",
// "0.5 ms", "set" and "vars.x".
std::vector<std::string> split(const std::string& path) {
  constexpr std::string_view at = "at.", set = ".set.";
  if (const std::size_t behind = path.find(set); path.starts_with(at) && behind != std::string::npos)
    return {"at", path.substr(at.size(), behind - at.size()), "set", path.substr(behind + set.size())};
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('.', start), path.size());
    parts.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

// Walks down one path of a --set argument or a sweep, which stands at `place`.
class Setting {
 public:
  Setting(std::string path, const base::Place& place, base::Diagnostics& diagnostics)
      : place_(place), path_(std::move(path)), parts_(split(path_)), diagnostics_(diagnostics) {}

  // The node that the path names, made where only maps are missing; nullptr if there can be none.
  Node* find(Node& root) {
    Node* node = &root;
    int column = place_.column;
    for (std::size_t i = 0; i < parts_.size() && node != nullptr; ++i) {
      const int length = static_cast<int>(parts_[i].size());
      const base::Place place{place_.source, place_.line, column, std::max(1, length)};
      node = parts_[i].empty() ? fail(place, "the path " + base::quoted(path_) + " has an empty part",
                                      "write it as 'populations.exc.size'")
                               : step(*node, i, place);
      column += length + 1;
    }
    return node;
  }

 private:
  Node* fail(const base::Place& place, std::string message, std::string remedy) {
    diagnostics_.error(place, std::move(message), std::move(remedy));
    return nullptr;
  }

  std::string above(std::size_t i) const {
    return i == 0 ? "the config" : base::quoted(base::join(std::span(parts_).first(i), "."));
  }

  Node* step(Node& node, std::size_t i, const base::Place& place) {
    const std::string& part = parts_[i];
    if (node.is_sequence()) return item(node, i, place);
    if (node.is_scalar())
      return fail(place, above(i) + " is " + node.describe() + ", not a map: it has no " + base::quoted(part),
                  "set " + above(i) + " as a whole");
    if (Node* found = node.find(part)) return found;
    const bool names = i == 1 && (parts_[0] == "vars" || (holds_names(parts_[0]) && parts_.size() > 2));
    if (names) {
      const std::vector<std::string> known = keys_of(node);
      const std::string guess = base::did_you_mean(part, known);
      return fail(place, above(i) + " has no " + base::quoted(part),
                  guess.empty() ? base::listed("it has", known) : guess);
    }
    node.kind = NodeKind::map;
    node.entries.push_back({part, place, {}});
    node.entries.back().value.place = place;
    return &node.entries.back().value;
  }

  Node* item(Node& node, std::size_t i, const base::Place& place) {
    std::size_t index = 0;
    const std::string& part = parts_[i];
    const auto [end, problem] = std::from_chars(part.data(), part.data() + part.size(), index);
    if (problem == std::errc{} && end == part.data() + part.size() && index < node.items.size())
      return &node.items[index];
    return fail(
        place,
        above(i) + " is a list of " + std::to_string(node.items.size()) + ": it has no " + base::quoted(part),
        "items are counted from 0");
  }

  base::Place place_;
  std::string path_;
  std::vector<std::string> parts_;
  base::Diagnostics& diagnostics_;
};

void remove_key(Node& map, std::string_view key) {
  std::erase_if(map.entries, [&](const Entry& entry) { return entry.key == key; });
}

// Resolves the likes of one section, each entry after the one that it is like.
class Likes {
 public:
  Likes(Node& section, std::string section_name, base::Diagnostics& diagnostics)
      : section_(section), section_name_(std::move(section_name)), diagnostics_(diagnostics) {}

  void resolve_all() {
    for (Entry& entry : section_.entries) resolve(entry);
  }

 private:
  void resolve(Entry& entry) {
    if (done_.count(entry.key) != 0 || !entry.value.is_map()) return;
    const Node* like = entry.value.find("like");
    if (like == nullptr) return;
    open_.push_back(entry.key);
    if (Entry* base = original(*like)) {
      resolve(*base);
      Node merged = base->value;
      remove_key(merged, "like");
      remove_key(entry.value, "like");
      merge(merged, entry.value);
      entry.value = std::move(merged);
    } else {
      remove_key(entry.value, "like");
      entry.value.broken = true;
    }
    open_.pop_back();
    done_.insert(entry.key);
  }

  Entry* original(const Node& like) {
    const auto found = std::find_if(section_.entries.begin(), section_.entries.end(),
                                    [&](const Entry& e) { return like.is_scalar() && e.key == like.text; });
    if (found == section_.entries.end()) {
      const std::vector<std::string> known = keys_of(section_);
      const std::string guess = like.is_scalar() ? base::did_you_mean(like.text, known) : "";
      diagnostics_.error(like.place, "'like' names " + like.describe() + ", which is not in " + section_name_,
                         guess.empty() ? base::listed("it has", known) : guess);
      return nullptr;
    }
    if (std::find(open_.begin(), open_.end(), found->key) != open_.end()) {
      std::vector<std::string> chain(std::find(open_.begin(), open_.end(), found->key), open_.end());
      chain.push_back(found->key);
      diagnostics_.error(like.place, "'like' goes in a circle: " + base::join(chain, " -> "),
                         "write the values out in one of them");
      return nullptr;
    }
    if (!found->value.is_map()) return nullptr;  // reported where the section is read
    return &*found;
  }

  Node& section_;
  std::string section_name_;
  base::Diagnostics& diagnostics_;
  std::vector<std::string> open_;
  std::set<std::string> done_;
};

}  // namespace

void merge(Node& base, const Node& added) {
  const bool keywise = base.is_map() && added.is_map() && !is_law(added);
  if (!keywise) {
    base = added;
    return;
  }
  base.place = added.place;
  for (const Entry& entry : added.entries) {
    if (Node* found = base.find(entry.key))
      merge(*found, entry.value);
    else
      base.entries.push_back(entry);
  }
}

void apply_settings(Node& root, const std::vector<std::string>& settings, std::deque<base::Source>& sources,
                    base::Diagnostics& diagnostics) {
  for (const std::string& setting : settings) {
    const base::Source& source =
        sources.emplace_back(base::Source{"--set " + base::shortened(setting), setting});
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      diagnostics.error({&source, 1, 1, static_cast<int>(std::max<std::size_t>(1, setting.size()))},
                        base::quoted(setting) + " has no '='",
                        "write --set PATH=VALUE, as in --set simulation.seed=2");
      continue;
    }
    std::optional<Node> value = read_document(source, "value", diagnostics, equals + 1);
    if (!value) continue;
    if (Node* node = Setting(setting.substr(0, equals), {&source, 1, 1}, diagnostics).find(root))
      *node = std::move(*value);
  }
}

Node* find_setting(Node& root, const Assignment& assignment, base::Diagnostics& diagnostics) {
  return Setting(assignment.path, assignment.place, diagnostics).find(root);
}

void resolve_likes(Node& root, base::Diagnostics& diagnostics) {
  for (const std::string_view name : sections_of_names) {
    Node* section = root.find(name);
    if (section != nullptr && section->is_map())
      Likes(*section, std::string(name), diagnostics).resolve_all();
  }
}

}  // namespace hillock::config
