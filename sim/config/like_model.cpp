// Puts what a model says over the model that it is like.
#include "config/like_model.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/units.hpp"
#include "config/composition.hpp"

namespace hillock::config {

namespace {

// A section whose entries have a value under `key`, and may be that value alone.
struct ValuedSection {
  std::string_view name, key, entry;
};
constexpr std::array<ValuedSection, 2> valued_sections{
    {{"params", "default", "parameter"}, {"state", "init", "state"}}};

// A bare value stands for another default of what the other model has. What it does not have is declared as
// in any model, with its key.
void name_values(const Node& theirs, Node& ours, const ValuedSection& section, const std::string& like,
                 base::Diagnostics& diagnostics) {
  std::vector<std::string> known;
  for (const Entry& entry : theirs.entries) known.push_back(entry.key);
  for (Entry& entry : ours.entries) {
    if (entry.value.is_map()) continue;
    const Node* other = theirs.find(entry.key);
    if (other == nullptr) {
      const std::string guess = base::did_you_mean(entry.key, known);
      diagnostics.error(entry.place,
                        "model " + base::quoted(like) + " has no " + std::string(section.entry) + " " +
                            base::quoted(entry.key),
                        (guess.empty() ? "" : guess + " ") + "a new one is written as {" +
                            std::string(section.key) + ": ...}");
      continue;
    }
    const Node* value = other->is_map() ? other->find(section.key) : other;
    const auto quantity = [](const Node* node) {
      return node != nullptr && node->is_scalar() ? base::parse_quantity(node->text) : std::nullopt;
    };
    const std::optional<base::Quantity> before = quantity(value), now = quantity(&entry.value);
    if (before && now && before->dimension != now->dimension) {
      diagnostics.error(entry.value.place,
                        entry.key + " needs " + before->dimension.describe() + ", as in " +
                            base::quoted(like) + ", got " + now->dimension.describe(),
                        "write for example " + base::quoted(value->text));
      continue;
    }
    if (!other->is_map()) continue;
    Node map;
    map.kind = NodeKind::map;
    map.place = entry.value.place;
    map.entries.push_back({std::string(section.key), entry.place, std::move(entry.value)});
    entry.value = std::move(map);
  }
}

void put_over(Node& base, const Node& added, const std::string& like, base::Diagnostics& diagnostics) {
  Node own = added;
  for (const ValuedSection& section : valued_sections) {
    const Node* theirs = base.find(section.name);
    Node* ours = own.find(section.name);
    if (theirs != nullptr && theirs->is_map() && ours != nullptr && ours->is_map())
      name_values(*theirs, *ours, section, like, diagnostics);
  }
  // What must hold of the other must hold of this one, too.
  const Node* rules = base.find("require");
  Node* own_rules = own.find("require");
  if (rules != nullptr && rules->is_sequence() && own_rules != nullptr && own_rules->is_sequence())
    own_rules->items.insert(own_rules->items.begin(), rules->items.begin(), rules->items.end());
  // A receptor of another model has nothing of the other's.
  Node* receptors = base.find("receptors");
  const Node* own_receptors = own.find("receptors");
  if (receptors != nullptr && own_receptors != nullptr)
    for (Entry& entry : receptors->entries) {
      const Node* given = own_receptors->find(entry.key);
      const Node *model = given == nullptr ? nullptr : given->find("model"),
                 *before = entry.value.find("model");
      if (model != nullptr && (before == nullptr || model->text != before->text)) entry.value.entries.clear();
    }
  merge(base, own);
}

// Writes out `like:`, for as many models as are like one another.
class LikeModels {
 public:
  LikeModels(const FindOther& find_other, base::Diagnostics& diagnostics)
      : find_other_(find_other), diagnostics_(diagnostics) {}

  // Returns whether the tree is whole.
  bool write_out(Node& root, const base::Source& file) {
    const Node* like = root.is_map() ? root.find("like") : nullptr;
    if (like == nullptr) return true;
    open_.push_back(file.name);
    const Node word = *like;
    const base::Source* other = other_of(word, file);
    if (other == nullptr) return false;
    std::optional<Node> base = read_document(*other, "hillock model", diagnostics_);
    if (!base || !write_out(*base, *other)) return false;
    if (!base->is_map()) {
      diagnostics_.error(base->place, "this is not a hillock model: it must be a map",
                         "write for example 'name: ...'");
      return false;
    }
    std::erase_if(root.entries, [](const Entry& entry) { return entry.key == "like"; });
    const std::size_t before = diagnostics_.errors();
    put_over(*base, root, word.text, diagnostics_);
    root = std::move(*base);
    return diagnostics_.errors() == before;
  }

 private:
  const base::Source* other_of(const Node& word, const base::Source& file) {
    if (!word.is_scalar() || word.text.empty()) {
      diagnostics_.error(word.place, "'like' must be the name or path of a model, got " + word.describe());
      return nullptr;
    }
    const base::Source* other = find_other_(word, file);
    if (other == nullptr || std::ranges::find(open_, other->name) == open_.end()) return other;
    std::vector<std::string> chain(std::ranges::find(open_, other->name), open_.end());
    chain.push_back(other->name);
    diagnostics_.error(word.place, "'like' goes in a circle: " + base::join(chain, " -> "),
                       "write the model out in one of them");
    return nullptr;
  }

  const FindOther& find_other_;
  base::Diagnostics& diagnostics_;
  std::vector<std::string> open_;  // names of the files that are being written out
};

}  // namespace

bool write_out_like(Node& root, const base::Source& file, const FindOther& find_other,
                    base::Diagnostics& diagnostics) {
  return LikeModels(find_other, diagnostics).write_out(root, file);
}

}  // namespace hillock::config
