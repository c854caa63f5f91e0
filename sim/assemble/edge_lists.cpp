// Reads edges and checks them row by row; the first that does not fit is reported.
#include "assemble/edge_lists.hpp"

#include <fmt/core.h>

#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "record/edge_file.hpp"

namespace hillock::assemble {

namespace {

using model::ConnectionSpec;
using model::Law;
using model::Slice;
using model::Values;

constexpr std::size_t most_edges = std::numeric_limits<std::uint32_t>::max();

class EdgeList {
 public:
  EdgeList(const ConnectionSpec& spec, const model::Experiment& experiment,
           const std::vector<BuiltPopulation>& built, base::Diagnostics& diagnostics)
      : spec_(spec), experiment_(experiment), built_(built), diagnostics_(diagnostics) {}

  ConnectionSpec read() {
    spec_.rule = model::ConnectionRule::pairs;
    read_file();
    if (edges_.sources.size() > most_edges) {
      diagnostics_.error(spec_.rule_place,
                         fmt::format("{} has {} edges; the most of one connection is {}", edges_.place,
                                     edges_.sources.size(), most_edges),
                         "cut it into several files");
      return spec_;
    }
    if (!read_pairs()) return spec_;
    if (spec_.weight.law == Law::file && take(spec_.weight, 0)) check_weights();
    if (spec_.delay.law == Law::file && take(spec_.delay, edges_.values.size() - 1)) check_delays();
    return spec_;
  }

 private:
  void read_file() {
    record::EdgeNames names;
    names.source = spec_.file->source;
    names.target = spec_.file->target;
    names.population = spec_.file->population;
    for (const Values* values : {&spec_.weight, &spec_.delay})
      if (values->law == Law::file) names.values.push_back(values->dataset);
    edges_ = record::read_edges(spec_.file->path, names);
  }

  // The first edge that does not fit; the remedy is for the row.
  bool refuse(const base::Place& place, std::size_t edge, const std::string& what,
              const std::string& remedy) const {
    diagnostics_.error(place, edges_.row(edge) + ": " + what, remedy);
    return false;
  }

  bool read_pairs() {
    for (std::size_t k = 0; k < edges_.sources.size(); ++k)
      if (!is_there(k, "source", edges_.sources[k], spec_.sources[0]) ||
          !is_there(k, "target", edges_.targets[k], spec_.targets[0]))
        return false;
    spec_.pairs.reserve(edges_.sources.size());
    for (std::size_t k = 0; k < edges_.sources.size(); ++k)
      spec_.pairs.emplace_back(static_cast<std::int64_t>(edges_.sources[k]),
                               static_cast<std::int64_t>(edges_.targets[k]));
    edges_.sources = edges_.targets = {};
    return true;
  }

  bool is_there(std::size_t edge, const char* what, double index, const Slice& slice) const {
    if (index >= 0 && index < static_cast<double>(slice.count()) && index == std::floor(index)) return true;
    const std::string& name = experiment_.populations[static_cast<std::size_t>(slice.population)].name;
    return refuse(spec_.rule_place, edge,
                  fmt::format("{} {} is not there: '{}' has {} here", what, base::number(index), name,
                              base::counted(slice.count(), "neuron")),
                  slice.count() > 0 ? fmt::format("they are counted from 0 to {}", slice.count() - 1) : "");
  }

  // From the unit of the file.
  bool take(Values& values, std::size_t column) {
    values.law = Law::list;
    values.numbers = std::move(edges_.values[column]);
    for (std::size_t k = 0; k < values.numbers.size(); ++k) {
      const double number = values.numbers[k];
      values.numbers[k] *= values.file_scale;
      if (!std::isfinite(values.numbers[k]))
        return refuse(values.place, k,
                      fmt::format("{} in the unit of '{}' is larger than any number can be",
                                  base::number(number), values.dataset),
                      "correct the value, or its unit");
    }
    return true;
  }

  // As the receptor of each target wants them.
  void check_weights() const {
    const Slice& targets = spec_.targets[0];
    const auto& minima = built_[static_cast<std::size_t>(targets.population)].least_weights;
    const auto found = minima.find(spec_.receptor);
    if (found == minima.end()) return;
    for (std::size_t k = 0; k < spec_.weight.numbers.size(); ++k) {
      const double least = at(found->second, targets.first + spec_.pairs[k].second);
      if (spec_.weight.numbers[k] >= least) continue;
      refuse(spec_.weight.place, k,
             fmt::format("the weight {} is below the minimum {} of receptor '{}'",
                         base::format_quantity(spec_.weight.numbers[k], spec_.weight.dimension),
                         base::format_quantity(least, spec_.weight.dimension), spec_.receptor),
             least == 0 ? "inhibition has a positive weight and a reversal potential below rest"
                        : "correct the weights");
      return;
    }
  }

  void check_delays() const {
    const double dt = experiment_.simulation.dt;
    const base::TimeGrid grid{dt, 0};
    for (std::size_t k = 0; k < spec_.delay.numbers.size(); ++k) {
      const double delay = spec_.delay.numbers[k];
      const auto fail = [&](const std::string& what, const std::string& remedy) {
        refuse(spec_.delay.place, k, what, remedy);
      };
      if (!(delay >= dt * (1 - 1e-9)))
        return fail(fmt::format("the delay {} is shorter than dt ({})", base::format_time(delay),
                                base::format_time(dt)),
                    "spikes take one step at least");
      if (delay > static_cast<double>(model::longest_delay) * dt)
        return fail(fmt::format("the delay {} is longer than {} steps of {}", base::format_time(delay),
                                model::longest_delay, base::format_time(dt)),
                    "the longest is " + base::format_time(static_cast<double>(model::longest_delay) * dt));
      if (grid.step_of(delay)) continue;
      const auto [below, above] = grid.neighbours(delay);
      return fail(fmt::format("the delay {} is not a multiple of dt ({})", base::format_time(delay),
                              base::format_time(dt)),
                  fmt::format("the nearest are {} and {}: round the delays of the file, or take a dt that "
                              "divides them",
                              base::format_time(below), base::format_time(above)));
    }
  }

  ConnectionSpec spec_;
  const model::Experiment& experiment_;
  const std::vector<BuiltPopulation>& built_;
  base::Diagnostics& diagnostics_;
  record::EdgeFile edges_;
};

}  // namespace

ConnectionSpec read_edge_list(const ConnectionSpec& spec, const model::Experiment& experiment,
                              const std::vector<BuiltPopulation>& built, base::Diagnostics& diagnostics) {
  return EdgeList(spec, experiment, built, diagnostics).read();
}

}  // namespace hillock::assemble
