// `simulation`: how long, in which steps, by which method, from which seed.
#include <algorithm>

#include "base/text.hpp"
#include "base/time_grid.hpp"
#include "config/sections.hpp"

namespace hillock::config {
namespace {

using model::Method;
using model::MethodKind;
using model::SimulationSpec;

const std::vector<std::pair<std::string, MethodKind>> methods{
    {"auto", MethodKind::automatic},
    {"exact", MethodKind::exact},
    {"exponential_euler", MethodKind::exponential_euler},
    {"euler", MethodKind::euler},
    {"midpoint", MethodKind::midpoint},
    {"rk4", MethodKind::rk4},
    {"dopri5", MethodKind::dopri5},
    {"cash_karp54", MethodKind::cash_karp54},
    {"fehlberg78", MethodKind::fehlberg78},
    {"adaptive", MethodKind::adaptive},
    {"euler_maruyama", MethodKind::euler_maruyama}};

// A positive time or number under `adaptive`.
void read_positive(Reader& reader, const Node& map, std::string_view key, const base::Dimension& dimension,
                   double& to) {
  const Node* node = map.find(key);
  if (node == nullptr) return;
  const std::optional<double> found = reader.value(*node, key, dimension);
  if (!found) return;
  if (*found <= 0)
    reader.error(node->place,
                 std::string(key) + " must be positive, got " + base::format_quantity(*found, dimension));
  to = *found;
}

Method read_adaptive(Reader& reader, const Node& options) {
  Method method;
  method.kind = MethodKind::adaptive;
  method.place = options.place;
  const std::vector<std::string> keys{"rtol", "atol", "max_step", "min_step"};
  if (!reader.map(options, "'adaptive'")) return method;
  reader.keys(options, "'adaptive'", keys);
  read_positive(reader, options, "rtol", base::dimension::none, method.rtol);
  read_positive(reader, options, "atol", base::dimension::none, method.atol);
  read_positive(reader, options, "max_step", base::dimension::time, method.max_step);
  read_positive(reader, options, "min_step", base::dimension::time, method.min_step);
  if (method.max_step > 0 && method.min_step > method.max_step)
    reader.error(options.find("min_step")->place, "min_step (" + base::format_time(method.min_step) +
                                                      ") is longer than max_step (" +
                                                      base::format_time(method.max_step) + ")");
  return method;
}

bool read_grid(Reader& reader, const Node& section, SimulationSpec& simulation) {
  bool known = true;
  for (const auto& [key, value, place] :
       {std::tuple{"duration", &simulation.duration, &simulation.duration_place},
        std::tuple{"dt", &simulation.dt, &simulation.dt_place}}) {
    const Node* node = section.find(key);
    if (node == nullptr) {
      reader.error(
          section.place, std::string("simulation has no '") + key + "'",
          std::string("write for example '") + key + (*key == 'd' && key[1] == 't' ? ": 0.1 ms'" : ": 1 s'"));
      known = false;
      continue;
    }
    *place = node->place;
    const std::optional<double> found = reader.value(*node, key, base::dimension::time);
    known = known && found;
    if (found) *value = *found;
  }
  return known;
}

bool check_grid(Reader& reader, SimulationSpec& simulation) {
  const double dt = simulation.dt, duration = simulation.duration;
  if (dt <= 0) {
    reader.error(simulation.dt_place, "dt must be positive, got " + base::format_time(dt),
                 "write for example 'dt: 0.1 ms'");
    return false;
  }
  if (duration < 0) {
    reader.error(simulation.duration_place,
                 "duration must not be negative, got " + base::format_time(duration));
    return false;
  }
  if (duration > 0 && dt > duration) {
    reader.error(simulation.dt_place,
                 "dt (" + base::format_time(dt) + ") is longer than the duration (" +
                     base::format_time(duration) + ")",
                 "make dt smaller, or simulate longer");
    return false;
  }
  if (!check_on_grid(reader, duration, simulation, simulation.duration_place, "duration")) return false;
  simulation.steps = *base::TimeGrid{dt, 0}.step_of(duration);
  return true;
}

void read_threads(Reader& reader, const Node& node, SimulationSpec& simulation) {
  if (node.is_scalar() && node.text == "auto") return;
  if (const auto found = reader.whole(node, "threads", 1, 4096))
    simulation.threads = static_cast<int>(*found);
}

}  // namespace

bool check_on_grid(Reader& reader, double time, const SimulationSpec& simulation, const base::Place& place,
                   std::string_view what) {
  const base::TimeGrid grid{simulation.dt, 0};
  if (grid.step_of(time)) return true;
  if (const std::string problem = grid.too_many_steps(what, time); !problem.empty()) {
    reader.error(place, problem,
                 what == "duration" ? "make dt longer, or simulate less" : "take a shorter time");
    return false;
  }
  const auto [below, above] = grid.neighbours(time);
  reader.error(place,
               std::string(what) + " (" + base::format_time(time) + ") is not a multiple of dt (" +
                   base::format_time(simulation.dt) + ")",
               "the nearest are " + base::format_time(below) + " and " + base::format_time(above));
  return false;
}

std::optional<Method> read_method(Reader& reader, const Node& node) {
  if (node.is_map()) {
    const std::vector<std::string> keys{"adaptive"};
    reader.keys(node, "'method'", keys);
    if (const Node* options = node.find("adaptive")) return read_adaptive(reader, *options);
    return std::nullopt;
  }
  std::vector<std::string> words;
  for (const auto& [word, kind] : methods) words.push_back(word);
  const std::optional<std::string> word = reader.choice(node, "method", words);
  if (!word) return std::nullopt;
  Method method;
  method.kind =
      std::find_if(methods.begin(), methods.end(), [&](const auto& m) { return m.first == *word; })->second;
  method.place = node.place;
  return method;
}

bool read_simulation(Reader& reader, const Node& root, SimulationSpec& simulation) {
  const Node* section = root.find("simulation");
  if (section == nullptr) {
    reader.error(root.place, "the config has no 'simulation'",
                 "write for example 'simulation: {duration: 1 s, dt: 0.1 ms}'");
    return false;
  }
  if (!reader.map(*section, "'simulation'")) return false;
  const std::vector<std::string> keys{"duration", "dt", "seed", "method", "spike_times", "threads"};
  reader.keys(*section, "simulation", keys);
  const bool known = read_grid(reader, *section, simulation) && check_grid(reader, simulation);
  if (const Node* node = section->find("seed")) simulation.seeds = {reader.seed(*node, "seed").value_or(1)};
  if (const Node* node = section->find("method"))
    simulation.method = read_method(reader, *node).value_or(Method{});
  if (const Node* node = section->find("spike_times")) {
    const std::vector<std::string> choices{"grid", "interpolated"};
    simulation.interpolated = reader.choice(*node, "spike_times", choices) == "interpolated";
  }
  if (const Node* node = section->find("threads")) read_threads(reader, *node, simulation);
  return known;
}

}  // namespace hillock::config
