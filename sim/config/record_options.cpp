// Reads what can be said of any record.
#include "config/record_options.hpp"

#include <string>
#include <vector>

#include "base/text.hpp"
#include "base/time_grid.hpp"
#include "config/sections.hpp"

namespace hillock::config {

std::int64_t read_every(Reader& reader, const Node& node, const model::SimulationSpec& simulation) {
  const std::optional<double> every = reader.value(node, "every", base::dimension::time);
  if (!every || !(simulation.dt > 0)) return 1;
  if (*every <= 0) {
    reader.error(node.place, "every must be positive, got " + base::format_time(*every));
    return 1;
  }
  if (!check_on_grid(reader, *every, simulation, node.place, "every")) return 1;
  return *base::TimeGrid{simulation.dt, 0}.step_of(*every);
}

bool read_float64(Reader& reader, const Node& node) {
  const std::vector<std::string> choices{"float32", "float64"};
  return reader.choice(node, "dtype", choices) == "float64";
}

int read_deflate(Reader& reader, const Node& node) {
  return static_cast<int>(reader.whole(node, "compress", 0, 9).value_or(0));
}

}  // namespace hillock::config
