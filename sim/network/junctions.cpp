// Draws gap junctions, and exchanges the voltages of the neurons that they join.
#include "network/junctions.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hillock::network {

namespace {

using Place = std::pair<std::size_t, std::int64_t>;  // population and neuron

struct Joined {
  Place one, other;
  double conductance = 0;
};

// Of two sides that share neurons, a rule for pairs gives each of their pairs twice: once is enough.
bool is_other_way_round(const Wiring& wiring, const Edge& edge) {
  const Neurons &a = wiring.sources, &b = wiring.targets;
  if (wiring.rule.kind == RuleKind::pairs || wiring.rule.kind == RuleKind::one_to_one ||
      a.population != b.population)
    return false;
  const auto in = [](const Neurons& side, std::int64_t neuron) {
    return neuron >= side.first && neuron < side.end();
  };
  return edge.source > edge.target && in(a, edge.target) && in(b, edge.source);
}

}  // namespace

Junctions::Junctions(const std::vector<JunctionPlan>& plans, const Geometry& geometry,
                     const std::vector<std::int64_t>& sizes, const std::vector<JunctionSlots>& slots)
    : slots_(slots), populations_(sizes.size()) {
  draw(plans, geometry);
  for (std::vector<Course>& courses : courses_) courses.resize(begins_.size() - 1);
}

// Of each neuron, its halves in the order of the plans, and within these of the pairs: the order in which
// they are summed.
void Junctions::draw(const std::vector<JunctionPlan>& plans, const Geometry& geometry) {
  std::vector<Joined> all;
  for (const JunctionPlan& plan : plans)
    draw_edges(plan.wiring, geometry, counts_of_targets(plan.wiring), plan.wiring.targets.first,
               plan.wiring.targets.end(), [&](std::span<const Edge> edges) {
                 for (const Edge& edge : edges)
                   if (!is_other_way_round(plan.wiring, edge))
                     all.push_back({{static_cast<std::size_t>(plan.wiring.sources.population), edge.source},
                                    {static_cast<std::size_t>(plan.wiring.targets.population), edge.target},
                                    plan.conductance(edge)});
               });
  std::vector<Place> coupled;
  for (const Joined& joined : all) coupled.insert(coupled.end(), {joined.one, joined.other});
  std::ranges::sort(coupled);
  coupled.erase(std::unique(coupled.begin(), coupled.end()), coupled.end());
  for (const auto& [population, neuron] : coupled) populations_[population].neurons.push_back(neuron);
  std::size_t first = 0;
  for (Coupled& population : populations_) {
    population.first = first;
    first += population.neurons.size();
  }
  const auto place = [&](const Place& of) {
    return static_cast<std::size_t>(std::ranges::lower_bound(coupled, of) - coupled.begin());
  };
  begins_.assign(coupled.size() + 1, 0);
  for (const Joined& joined : all)
    for (const Place& end : {joined.one, joined.other}) ++begins_[place(end) + 1];
  for (std::size_t i = 0; i < coupled.size(); ++i) begins_[i + 1] += begins_[i];
  halves_.resize(2 * all.size());
  std::vector<std::size_t> next = begins_;
  for (const Joined& joined : all) {
    const std::size_t one = place(joined.one), other = place(joined.other);
    halves_[next[one]++] = {static_cast<std::uint32_t>(other), joined.conductance};
    halves_[next[other]++] = {static_cast<std::uint32_t>(one), joined.conductance};
  }
}

// Those of the coupled neurons of a population that are in a range.
std::pair<std::size_t, std::size_t> Junctions::places(std::size_t population,
                                                      const NeuronRange& range) const {
  const std::vector<std::int64_t>& neurons = populations_[population].neurons;
  const auto at = [&](std::int64_t neuron) {
    return static_cast<std::size_t>(std::ranges::lower_bound(neurons, neuron) - neurons.begin());
  };
  return {at(range.first()), at(range.first() + range.count())};
}

void Junctions::set_conductances(std::size_t p, NeuronRange& range) const {
  const auto [begin, end] = places(p, range);
  double* const conductances = end > begin ? range.array(slots_[p].conductance) : nullptr;
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t at = populations_[p].first + i;
    double sum = 0;
    for (std::size_t k = begins_[at]; k < begins_[at + 1]; ++k) sum += halves_[k].conductance;
    conductances[populations_[p].neurons[i]] = sum;
  }
}

void Junctions::show(std::size_t p, const NeuronRange& range) {
  const auto [begin, end] = places(p, range);
  for (std::size_t i = begin; i < end; ++i)
    courses_[0][populations_[p].first + i].begin = range.array(slots_[p].V)[populations_[p].neurons[i]];
}

void Junctions::see(std::size_t p, NeuronRange& range) const {
  const auto [begin, end] = places(p, range);
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t at = populations_[p].first + i;
    double sum = 0;
    for (std::size_t k = begins_[at]; k < begins_[at + 1]; ++k)
      sum += halves_[k].conductance * courses_[0][halves_[k].partner].begin;
    range.array(slots_[p].polynomial[0])[populations_[p].neurons[i]] = sum;
  }
}

void Junctions::begin(std::size_t p, const NeuronRange& range, double dt) {
  const auto [begin, end] = places(p, range);
  for (std::size_t i = begin; i < end; ++i) {
    const std::int64_t neuron = populations_[p].neurons[i];
    const double V = range.array(slots_[p].V)[neuron], slope = range.array(slots_[p].slope_at_end)[neuron];
    courses_[0][populations_[p].first + i] = {V, slope, V + dt * slope, slope};
  }
}

// The cubic through both ends: V + s V' + s^2 (3 D - 2 V' - W') / h + s^3 (V' + W' - 2 D) / h^2, where W is V
// at the end and D = (W - V) / h.
void Junctions::gather(std::size_t p, NeuronRange& range, int round, double dt) const {
  const std::vector<Course>& courses = courses_[static_cast<std::size_t>(round + 1) % 2];
  const auto [begin, end] = places(p, range);
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t at = populations_[p].first + i;
    std::array<double, 4> sums{};
    for (std::size_t k = begins_[at]; k < begins_[at + 1]; ++k) {
      const Course& other = courses[halves_[k].partner];
      const double g = halves_[k].conductance, rise = (other.end - other.begin) / dt;
      sums[0] += g * other.begin;
      sums[1] += g * other.slope_at_begin;
      sums[2] += g * ((3 * rise - 2 * other.slope_at_begin - other.slope_at_end) / dt);
      sums[3] += g * ((other.slope_at_begin + other.slope_at_end - 2 * rise) / (dt * dt));
    }
    for (std::size_t k = 0; k < sums.size(); ++k)
      range.array(slots_[p].polynomial[k])[populations_[p].neurons[i]] = sums[k];
  }
}

Junctions::Change Junctions::publish(std::size_t p, const NeuronRange& range, int round) {
  const JunctionSlots& slots = slots_[p];
  std::vector<Course>& courses = courses_[static_cast<std::size_t>(round) % 2];
  const std::vector<Course>& before = courses_[static_cast<std::size_t>(round + 1) % 2];
  const auto [begin, end] = places(p, range);
  Change largest{-1, p, range.first()};
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t at = populations_[p].first + i;
    const std::int64_t neuron = populations_[p].neurons[i];
    courses[at] = {range.array(slots.V)[neuron], range.array(slots.slope_at_begin)[neuron],
                   range.array(slots.next_V)[neuron], range.array(slots.slope_at_end)[neuron]};
    const double change = std::abs(courses[at].end - before[at].end);
    if (change > largest.value) largest = {change, p, neuron};
  }
  return largest;
}

}  // namespace hillock::network
