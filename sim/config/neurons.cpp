// Which neurons of a population are meant: all, one, a range, a list.
#include <algorithm>
#include <numeric>

#include "base/text.hpp"
#include "config/sections.hpp"

namespace hillock::config {
namespace {

bool inside(Reader& reader, std::int64_t index, const base::Place& place,
            const model::PopulationSpec& population) {
  if (index < population.size) return true;
  reader.error(
      place,
      "neuron " + std::to_string(index) + " is not in '" + population.name + "', which has " +
          std::to_string(population.size) + (population.size == 1 ? " neuron" : " neurons"),
      population.size > 0 ? "they are counted from 0 to " + std::to_string(population.size - 1) : "");
  return false;
}

}  // namespace

std::vector<std::int64_t> all_neurons(const model::PopulationSpec& population) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(population.size));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return all;
}

std::vector<std::int64_t> read_neurons(Reader& reader, const Node& node,
                                       const model::PopulationSpec& population, const std::string& word) {
  if (node.is_scalar() && node.text == "all") return all_neurons(population);
  std::vector<std::int64_t> neurons;
  if (node.is_scalar() && node.text.find("..") != std::string::npos) {
    const auto range = reader.range(node.text, node.place, word);
    if (!range || !inside(reader, range->second, node.place, population)) return {};
    for (std::int64_t i = range->first; i <= range->second; ++i) neurons.push_back(i);
    return neurons;
  }
  if (!node.is_sequence() && !node.is_scalar()) {
    reader.error(node.place, word + " must be 'all', a range or a list, got " + node.describe(),
                 "write for example '" + word + ": 0..9' or '" + word + ": [0, 5]'");
    return {};
  }
  if (node.is_sequence() && node.items.empty())
    reader.error(node.place, word + " names no neuron",
                 "write for example '" + word + ": 0..9', or leave it out");
  for (const Node& item : node.is_sequence() ? node.items : std::vector<Node>{node}) {
    const auto index = reader.whole(item, word, 0, std::int64_t{1} << 53);
    if (index && inside(reader, *index, item.place, population)) neurons.push_back(*index);
  }
  std::sort(neurons.begin(), neurons.end());
  if (const auto twice = std::adjacent_find(neurons.begin(), neurons.end()); twice != neurons.end())
    reader.error(node.place, "neuron " + std::to_string(*twice) + " is named twice", "name each neuron once");
  return neurons;
}

}  // namespace hillock::config
