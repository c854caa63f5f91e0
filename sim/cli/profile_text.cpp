// Where the time of a run went, for people and for files.
#include "cli/profile_text.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace hillock::cli {

namespace {

using engine::Phase;
using engine::Profile;

struct Line {
  std::string name;
  double seconds = 0;
  int phase = -1;  // of the populations, or none
};

std::vector<Line> rows_of(const Profile& profile) {
  std::vector<Line> rows;
  for (std::size_t phase = 0; phase < engine::phases; ++phase)
    rows.push_back({std::string(engine::phase_names[phase]), profile.of(static_cast<Phase>(phase)),
                    static_cast<int>(phase)});
  rows[static_cast<std::size_t>(Phase::record)].seconds += profile.output;
  if (profile.connections > 0) rows.push_back({"network", profile.connections});
  rows.push_back({"wait", profile.wait});
  rows.push_back({"other", profile.other});
  return rows;
}

double of(const Profile& profile, std::size_t population, const Line& row) {
  return profile.populations[population][static_cast<std::size_t>(row.phase)];
}

}  // namespace

std::string profile_table(const Profile& profile, const std::vector<std::string>& populations, double build,
                          double closing) {
  const double total = build + profile.total + closing;
  std::vector<Line> rows = rows_of(profile);
  rows.insert(rows.begin(), {"build", build});
  rows.push_back({"close", closing});
  rows.push_back({"in all", total});
  std::string text = fmt::format("{:10}{:>12}{:>9}", "time", "seconds", "share");
  for (const std::string& population : populations) text += fmt::format("  {:>10}", population);
  text += '\n';
  for (const Line& row : rows) {
    text += fmt::format("{:10}{:12.4f}{:7.1f} %", row.name, row.seconds, 100 * row.seconds / total);
    if (row.phase >= 0)
      for (std::size_t p = 0; p < populations.size(); ++p)
        text +=
            fmt::format("  {:>{}.4f}", of(profile, p, row), std::max<std::size_t>(10, populations[p].size()));
    text += '\n';
  }
  return text;
}

std::map<std::string, double> profile_numbers(const Profile& profile,
                                              const std::vector<std::string>& populations) {
  std::map<std::string, double> numbers;
  for (const Line& row : rows_of(profile)) {
    const std::string name = "profile_" + row.name + "_s";
    numbers[name] = row.seconds;
    if (row.phase >= 0)
      for (std::size_t p = 0; p < populations.size(); ++p)
        numbers[name + "." + populations[p]] = of(profile, p, row);
  }
  return numbers;
}

}  // namespace hillock::cli
