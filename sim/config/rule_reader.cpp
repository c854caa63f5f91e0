// Reads the rule of a connection or of gap junctions, and the laws of its values.
#include "config/rule_reader.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "config/distances.hpp"
#include "config/paths.hpp"

namespace hillock::config {

using model::ConnectionRule;
using model::Law;
using model::Slice;
using model::Values;

enum class RuleNumber { none, probability, mean, count, list, kernel, file };

struct RuleWord {
  std::string_view word;
  ConnectionRule rule;
  RuleNumber number;
  std::string_view example;
};

namespace {

constexpr std::array<RuleWord, 10> rules{
    {{"all_to_all", ConnectionRule::all_to_all, RuleNumber::none, "all_to_all"},
     {"one_to_one", ConnectionRule::one_to_one, RuleNumber::none, "one_to_one"},
     {"pairwise_bernoulli", ConnectionRule::pairwise_bernoulli, RuleNumber::probability,
      "{pairwise_bernoulli: 0.1}"},
     {"pairwise_poisson", ConnectionRule::pairwise_poisson, RuleNumber::mean, "{pairwise_poisson: 0.1}"},
     {"fixed_indegree", ConnectionRule::fixed_indegree, RuleNumber::count, "{fixed_indegree: 100}"},
     {"fixed_outdegree", ConnectionRule::fixed_outdegree, RuleNumber::count, "{fixed_outdegree: 100}"},
     {"fixed_total_number", ConnectionRule::fixed_total_number, RuleNumber::count,
      "{fixed_total_number: 1000}"},
     {"distance", ConnectionRule::pairwise_function, RuleNumber::kernel,
      "{distance: {gaussian: 100 um, max: 0.3}}"},
     {"pairs", ConnectionRule::pairs, RuleNumber::list, "{pairs: [[0, 1], [2, 0]]}"},
     {"from_file", ConnectionRule::from_file, RuleNumber::file, "{from_file: edges.csv}"}}};

std::vector<std::string> rule_words() {
  std::vector<std::string> words;
  for (const RuleWord& rule : rules) words.emplace_back(rule.word);
  return words;
}

constexpr std::int64_t most_synapses = std::int64_t{1} << 50;

}  // namespace

bool RuleReader::missing(const std::string& key, const std::string& example) {
  reader_.error(spec_.place, subject() + " has no '" + key + "'",
                "write for example '" + key + ": " + example + "'");
  return false;
}

bool RuleReader::read_rule(const Entry& entry) {
  const Node* node = entry.value.find("rule");
  if (node == nullptr) return missing("rule", "{pairwise_bernoulli: 0.1}");
  spec_.rule_place = node->place;
  const bool named = node->is_map() && node->entries.size() == 1;
  if (!named && !node->is_scalar()) {
    reader_.error(node->place, "rule must be a word, or one rule with its number, got " + node->describe(),
                  base::listed("rules are", rule_words()));
    return false;
  }
  const std::string& word = named ? node->entries[0].key : node->text;
  const auto found = std::ranges::find(rules, std::string_view(word), &RuleWord::word);
  if (found == rules.end()) {
    const std::string guess = base::did_you_mean(word, rule_words());
    reader_.error(named ? node->entries[0].place : node->place, "there is no rule " + base::quoted(word),
                  guess.empty() ? base::listed("rules are", rule_words()) : guess);
    return false;
  }
  spec_.rule = found->rule;
  if (named == (found->number == RuleNumber::none)) {
    reader_.error(node->place,
                  "rule '" + word + "' " +
                      (named                               ? "takes no number"
                       : found->number == RuleNumber::file ? "needs its file"
                                                           : "needs its number"),
                  "write 'rule: " + std::string(found->example) + "'");
    return false;
  }
  return !named || read_number(*found, node->entries[0].value);
}

bool RuleReader::read_number(const RuleWord& rule, const Node& node) {
  const std::string word(rule.word);
  if (rule.number == RuleNumber::list) return read_pairs(node);
  if (rule.number == RuleNumber::file) return read_edge_file(node);
  if (rule.number == RuleNumber::kernel) {
    spec_.probability_at = PairFunctionReader(reader_, experiment_, spec_).kernel(node, spec_.within);
    return spec_.probability_at.has_value();
  }
  if (rule.number == RuleNumber::count) {
    const auto number = reader_.whole(node, word, 0, most_synapses);
    if (number) spec_.number = *number;
    return number.has_value();
  }
  PairFunctionReader functions(reader_, experiment_, spec_);
  if (rule.number == RuleNumber::probability && functions.takes(node)) {
    spec_.rule = ConnectionRule::pairwise_function;
    spec_.probability_at = functions.probability(node, word);
    return spec_.probability_at.has_value();
  }
  const auto value = reader_.value(node, word, base::dimension::none);
  if (!value) return false;
  spec_.probability = *value;
  const bool probability = rule.number == RuleNumber::probability;
  const bool fits = *value >= 0 && (probability ? *value <= 1 : *value <= 1000);
  if (!fits)
    reader_.error(node.place, word +
                                  (probability ? ": a probability lies between 0 and 1, got "
                                               : ": a mean number lies between 0 and 1000, got ") +
                                  base::number(*value));
  return fits;
}

bool RuleReader::read_pairs(const Node& node) {
  if (!node.is_sequence()) {
    reader_.error(node.place, "pairs must be a list of pairs, got " + node.describe(),
                  "write for example 'pairs: [[0, 1], [2, 0]]', the source first");
    return false;
  }
  if (!joins_one_to_one(node)) return false;
  bool fine = true;
  for (const Node& item : node.items) {
    const bool pair = item.is_sequence() && item.items.size() == 2;
    if (!pair)
      reader_.error(item.place, "a pair is a list of a source and a target, got " + item.describe(),
                    "write for example [0, 1]");
    const std::int64_t source = pair ? place_in(item.items[0], "source", spec_.sources[0]) : -1,
                       target = pair ? place_in(item.items[1], "target", spec_.targets[0]) : -1;
    fine = fine && source >= 0 && target >= 0;
    if (source >= 0 && target >= 0) spec_.pairs.emplace_back(source, target);
  }
  return fine;
}

bool RuleReader::joins_one_to_one(const Node& node) {
  if (spec_.sources.size() == 1 && spec_.targets.size() == 1) return true;
  reader_.error(node.place, "pairs join one population, or a slice of it, to one",
                "write one connection for each");
  return false;
}

// `from_file: edges.csv`, or {path: edges.csv, source: pre, target: post}, {path: edges.h5, population:
// ee}.
bool RuleReader::read_edge_file(const Node& node) {
  const std::size_t before = errors();
  const Node* path = &node;
  model::EdgeFileSpec& file = spec_.file.emplace();
  if (node.is_map()) {
    const std::vector<std::string> keys{"path", "source", "target", "population"};
    reader_.keys(node, "'from_file'", keys);
    path = node.find("path");
    if (path == nullptr) {
      reader_.error(node.place, "'from_file' has no 'path'", "write for example {path: edges.csv}");
      return false;
    }
    const auto take = [&](const char* key, std::string& to) {
      if (const Node* given = node.find(key)) to = reader_.word(*given, key).value_or(to);
    };
    take("source", file.source);
    take("target", file.target);
    take("population", file.population);
  }
  if (const auto name = reader_.word(*path, "from_file"))
    file.path = data_file(*name, experiment_.folder, path->place, reader_.diagnostics()).value_or("");
  return joins_one_to_one(node) && errors() == before;
}

std::int64_t RuleReader::place_in(const Node& node, const std::string& what, const Slice& slice) {
  const auto index = reader_.whole(node, what, 0, std::int64_t{1} << 53);
  if (!index) return -1;
  if (*index < slice.count()) return *index;
  reader_.error(node.place,
                what + " " + std::to_string(*index) + " is not there: '" + population(slice).name + "' has " +
                    base::counted(slice.count(), "neuron") + " here",
                slice.count() > 0 ? "they are counted from 0 to " + std::to_string(slice.count() - 1) : "");
  return -1;
}

ValueContext RuleReader::context(const Accepted& accepted) const {
  ValueContext values{spec_.rule == ConnectionRule::pairs ? std::ssize(spec_.pairs) : 1, "synapses",
                      experiment_.folder};
  if (!spec_.file) return values;
  values.file = spec_.file->path;
  if (accepted.dimensions.front() == base::dimension::time) values.unit_of_dataset = "ms";  // SONATA's
  return values;
}

// A list has one value for each pair.
std::optional<Values> RuleReader::read_law(const Node& node, const std::string& key,
                                           const Accepted& accepted) {
  const auto refuse = [&](const std::string& why, const std::string& remedy) {
    reader_.error(node.place, key + why, remedy);
    return std::nullopt;
  };
  if (node.is_sequence() && spec_.rule != ConnectionRule::pairs)
    return refuse(" is a list, which only the rule 'pairs' has values for",
                  spec_.file ? "write one value, or the column that has them: {column: " + key +
                                   ", unit: " + accepted.example_unit() + "}"
                             : "write one value, or a law such as {normal: [mean, sd]}");
  if (spec_.file && node.find("file") != nullptr)
    return refuse(" has values from a file, which is that of the rule 'from_file'", "leave 'file' out");
  auto values = read_values(reader_, node, key, accepted, context(accepted));
  if (values && values->law == Law::list && values->numbers.empty())  // of no pairs
    values->dimension = accepted.dimensions.front();
  if (values && ((values->law == Law::file && !spec_.file) || values->law == Law::linspace))
    return refuse(" of a connection is a value or a law to draw from",
                  "write one value, or a law such as {normal: [mean, sd]}");
  return values;
}

// What the rule asks for must be there.
void RuleReader::check_rule() {
  for (const Slice& source : spec_.sources)
    for (const Slice& target : spec_.targets)
      if (!check_pair(source, target, !spec_.autapses && source.shared_with(target) > 0)) return;
}

bool RuleReader::check_pair(const Slice& source, const Slice& target, bool without_itself) {
  const std::string from = base::quoted(population(source).name), to = base::quoted(population(target).name);
  const auto fail = [&](const std::string& message, const std::string& remedy) {
    reader_.error(spec_.rule_place, message, remedy);
    return false;
  };
  if (spec_.rule == ConnectionRule::one_to_one && source.count() != target.count())
    return fail("one_to_one joins as many sources as targets, but " + from + " has " +
                    base::counted(source.count(), "neuron") + " and " + to + " has " +
                    base::counted(target.count(), "neuron"),
                "take slices of one size, such as '" + population(source).name + " 0..9'");
  const bool indegree = spec_.rule == ConnectionRule::fixed_indegree,
             outdegree = spec_.rule == ConnectionRule::fixed_outdegree;
  const std::int64_t there = (outdegree ? target : source).count() - (without_itself ? 1 : 0);
  if ((indegree || outdegree) && !spec_.multapses && spec_.number > there)
    return fail(std::string(indegree ? "each target needs " : "each source needs ") +
                    std::to_string(spec_.number) + " different " + (indegree ? "sources" : "targets") +
                    ", but " + (indegree ? from : to) + " has " + std::to_string(there) +
                    (without_itself ? " beside itself" : ""),
                "take at most " + std::to_string(there) + ", or leave out 'multapses: false'");
  const bool asks =
      (indegree || outdegree || spec_.rule == ConnectionRule::fixed_total_number) && spec_.number > 0;
  const std::int64_t sources = source.count(), targets = target.count();
  const bool some = sources > 0 && targets > 0 && !(without_itself && sources == 1 && targets == 1);
  if (asks && !some && !(indegree && targets == 0) && !(outdegree && sources == 0))
    return fail("no pair of " + from + " and " + to + " can be joined, but the rule asks for " +
                    std::to_string(spec_.number) + " synapses" +
                    (indegree    ? " of each target"
                     : outdegree ? " of each source"
                                 : ""),
                without_itself ? "allow autapses, or give the populations more neurons"
                               : "give the populations neurons, or take the connection out");
  if (outdegree && without_itself && there == 0 && spec_.number > 0)
    return fail("a neuron of " + from + " has no target beside itself",
                "allow autapses, or give " + to + " more neurons");
  if (indegree && without_itself && there == 0 && spec_.number > 0)
    return fail("a neuron of " + to + " has no source beside itself",
                "allow autapses, or give " + from + " more neurons");
  return true;
}

}  // namespace hillock::config
