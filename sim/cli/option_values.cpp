// Times, neurons and populations as users write them.
#include "cli/option_values.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/console.hpp"

namespace hillock::cli {

using base::UserError;

namespace {

std::int64_t neuron_index(const std::string& text) {
  const auto value = base::parse_number(base::trim(text));
  if (!value || *value < 0 || *value != std::floor(*value) || *value > 1e15)
    throw UserError("--neurons: '" + text + "' is not the index of a neuron",
                    "write for instance --neurons 0..9 or --neurons 0,5,7");
  return static_cast<std::int64_t>(*value);
}

// Of a population: from the parameters in the file, or else from its spikes, unless these are of a part of
// it.
std::optional<std::int64_t> size_of(record::RunReader& reader, const std::string& population) {
  const record::RunInfo& info = reader.info();
  if (const auto text = info.texts.find("parameters"); text != info.texts.end()) {
    const std::string key = "\n  " + population + ":\n    size: ";
    if (const std::size_t at = text->second.find(key); at != std::string::npos) {
      const std::size_t begin = at + key.size();
      const auto size =
          base::parse_number(text->second.substr(begin, text->second.find('\n', begin) - begin));
      if (size && *size >= 0 && *size <= 1e15) return static_cast<std::int64_t>(*size);
    }
  }
  if (std::ranges::find(info.spikes, population, &record::SpikesInfo::population) == info.spikes.end())
    return std::nullopt;
  const record::Spikes spikes = reader.spikes(population);
  const auto beyond = [&](std::uint64_t id) { return id >= spikes.neurons; };
  if (spikes.neurons == 0 || std::ranges::any_of(spikes.node_ids, beyond)) return std::nullopt;
  return static_cast<std::int64_t>(spikes.neurons);
}

}  // namespace

double milliseconds(const std::string& option, const std::string& text) {
  std::string problem;
  const auto quantity = base::parse_quantity(text, &problem);
  if (!quantity)
    throw UserError(option + " " + text + ": " + problem, "write for instance " + option + " '50 ms'");
  if (quantity->dimension != base::dimension::time)
    throw UserError(option + " " + text + " is " + quantity->dimension.describe() + ", expected a time",
                    "write for instance " + option + " '50 ms'");
  return quantity->value;
}

std::vector<std::int64_t> neuron_list(const std::string& text) {
  constexpr std::int64_t most = 10000000;
  std::vector<std::int64_t> neurons;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const std::size_t dots = part.find("..");
    const std::int64_t first = neuron_index(part.substr(0, dots));
    const std::int64_t last = dots == std::string::npos ? first : neuron_index(part.substr(dots + 2));
    if (last < first || last - first >= most)
      throw UserError("--neurons: '" + part + "' is not a range of neurons",
                      "write for instance --neurons 0..9");
    for (std::int64_t neuron = first; neuron <= last; ++neuron) neurons.push_back(neuron);
    begin = end + 1;
  }
  std::ranges::sort(neurons);
  neurons.erase(std::unique(neurons.begin(), neurons.end()), neurons.end());
  return neurons;
}

std::vector<std::string> chosen_populations(const record::RunReader& reader,
                                            const std::vector<std::string>& named) {
  const std::vector<std::string> all = reader.populations();
  for (const std::string& name : named) {
    if (std::ranges::find(all, name) != all.end()) continue;
    const std::string near = base::did_you_mean(name, all);
    throw UserError(fmt::format("{} has no population '{}'", reader.info().path, name),
                    all.empty()    ? "it holds neither spikes nor traces"
                    : near.empty() ? "it has " + base::join(all, ", ")
                                   : near);
  }
  return named.empty() ? all : named;
}

PopulationsWithNeurons populations_with(record::RunReader& reader, const std::vector<std::string>& named,
                                        const std::vector<std::int64_t>& neurons) {
  const std::vector<std::string> chosen = chosen_populations(reader, named);
  if (neurons.empty()) return {chosen, {}};
  PopulationsWithNeurons found;
  std::vector<std::string> sizes;
  for (const std::string& name : chosen) {
    const auto size = size_of(reader, name);
    if (!size || neurons.back() < *size) {
      found.names.push_back(name);
      continue;
    }
    const std::string counted_size = counted(*size, "neuron");
    if (!named.empty())
      throw UserError(
          fmt::format("{}: population '{}' has no neuron {}", reader.info().path, name, neurons.back()),
          "it has " + counted_size + ", counted from 0");
    sizes.push_back(name + " has " + counted_size);
    found.left_out.push_back(
        fmt::format("{} is left out: it has {}, and no neuron {}.", name, counted_size, neurons.back()));
  }
  if (found.names.empty() && !chosen.empty())
    throw UserError(fmt::format("{}: no population has a neuron {}", reader.info().path, neurons.back()),
                    base::join(sizes, ", ") + ", counted from 0");
  return found;
}

}  // namespace hillock::cli
