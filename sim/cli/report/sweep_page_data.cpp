// Columns go into the page as they are; the page chooses what to draw of them.
#include "cli/report/sweep_page_data.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/plot/colour_map.hpp"
#include "cli/plot/plotted_run.hpp"
#include "cli/report/base64.hpp"
#include "record/sweep_reader.hpp"

namespace hillock::cli {
namespace {

using record::PointStatus;
using record::SweepTable;
using record::SweepVariable;

constexpr std::size_t most_page_values = 4'000'000;  // in the page

Json column_json(const SweepVariable& column, std::size_t points) {
  Json json;
  json["name"] = column.name;
  json["unit"] = typeset_unit(column.unit);
  json["path"] = column.path;
  json["long_name"] = column.long_name;
  if (column.numeric()) {
    json["numbers"] = base64_of<double>(std::span(column.numbers).first(points));
    return json;
  }
  json["words"] = Json::Array{};
  for (const std::string& word : std::span(column.words).first(points)) json["words"].push(word);
  return json;
}

// "3, 7 and 20 others", how many, why: for each reason.
Json failures_json(const SweepTable& table) {
  constexpr std::size_t most_named = 10;
  std::map<std::string, std::vector<std::string>> reasons;
  for (const record::SweepFailure& failure : table.failures)
    reasons[failure.reason].push_back(std::to_string(failure.run));
  Json json = Json::Array{};
  for (auto& [reason, runs] : reasons) {
    const std::size_t count = runs.size();
    runs.resize(std::min(count, most_named));
    std::string named = base::join(runs, ", ");
    if (count > most_named) named += fmt::format(" and {} others", count - most_named);
    json.push(Json::Array{Json(named), Json(std::to_string(count)), Json(reason)});
  }
  return json;
}

Json facts_json(const SweepTable& table) {
  Json facts = Json::Array{};
  const auto add = [&](const std::string& name, const std::string& text) {
    facts.push(Json::Array{Json(name), Json(text)});
  };
  add("file", table.head.path);
  for (const auto& [name, word] : table.head.words) add(name, word);
  for (const auto& [name, number] : table.head.numbers) add(name, base::number(number));
  return facts;
}

std::string summary(const SweepTable& table) {
  std::string text = counted(static_cast<std::int64_t>(table.points()), "point");
  if (table.repeats > 1) text += fmt::format(", each {} times", table.repeats);
  if (const std::size_t failed = table.count(PointStatus::failed); failed > 0)
    text += fmt::format(", {} failed", failed);
  return text + fmt::format("; {} of model time in steps of {} ms, seed {}, {}",
                            human_time(table.head.duration), base::number(table.head.dt), table.head.seed,
                            human_bytes(static_cast<double>(table.head.bytes)));
}

std::string warning(const SweepTable& table, std::size_t shown) {
  std::string text;
  if (const std::size_t missing = table.count(PointStatus::not_run); missing > 0)
    text = fmt::format("This sweep is not complete ({}): {} of {} points were not run.", table.head.status,
                       missing, table.points());
  if (shown < table.points())
    text += fmt::format("{}The first {} of {} points are in this page.", text.empty() ? "" : " ", shown,
                        table.points());
  return text;
}

}  // namespace

Json sweep_page_data(const std::string& path) {
  const SweepTable table = record::read_sweep_table(path);
  const std::size_t columns = table.parameters.size() + table.measures.size();
  const std::size_t points = std::min(table.points(), most_page_values / std::max<std::size_t>(1, columns));
  std::vector<std::int8_t> status;
  for (std::size_t k = 0; k < points; ++k) status.push_back(static_cast<std::int8_t>(table.status[k]));
  Json page;
  page["title"] = path;
  page["summary"] = summary(table);
  page["warning"] = warning(table, points);
  page["repeats"] = table.repeats;
  page["status"] = base64_of<std::int8_t>(status);
  page["parameters"] = Json::Array{};
  for (const SweepVariable& one : table.parameters) page["parameters"].push(column_json(one, points));
  page["measures"] = Json::Array{};
  for (const SweepVariable& one : table.measures) page["measures"].push(column_json(one, points));
  page["failures"] = failures_json(table);
  page["facts"] = facts_json(table);
  page["texts"] = Json::Array{};
  for (const auto& [name, text] : table.head.texts) page["texts"].push(Json::Array{Json(name), Json(text)});
  page["colours"] = Json::Array{};
  for (const std::string_view colour : colour_map) page["colours"].push(colour);
  return page;
}

}  // namespace hillock::cli
