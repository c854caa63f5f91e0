// Times, neurons and populations as users write them.
#include "cli/option_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

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

}  // namespace hillock::cli
