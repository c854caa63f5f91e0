// What `hillock info` shows of the head of any file.
#include "cli/head_facts.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/console.hpp"

namespace hillock::cli {

using record::RunInfo;

std::string facts_text(const RunInfo& head) {
  std::string text = fmt::format("model time: {} in steps of {}, seed {}\n", human_time(head.duration),
                                 base::number(head.dt) + " ms", head.seed);
  for (const auto& [name, word] : head.words)
    if (name != "hillock_version") text += name + ": " + word + "\n";
  for (const auto& [name, number] : head.numbers)
    if (name != "dt_ms" && name != "duration_ms") text += name + ": " + base::number(number) + "\n";
  return text;
}

std::string stopped_text(const RunInfo& run) {
  if (!run.complete || !run.stopped_at) return "";
  return fmt::format("stopped at {} by stop_when ({})", human_time(*run.stopped_at), run.reason);
}

std::string texts_text(const RunInfo& head) {
  std::string text;
  for (const auto& [name, content] : head.texts)
    text += fmt::format("/meta/{}: {} of text\n", name, human_bytes(static_cast<double>(content.size())));
  return text;
}

void add_file(const RunInfo& head, Json& json) {
  json["file"] = head.path;
  json["bytes"] = static_cast<std::int64_t>(head.bytes);
  json["kind"] = head.kind;
  json["format"] = head.format;
  json["hillock_version"] = head.version;
  json["status"] = head.status;
  json["complete"] = head.complete;
}

void add_facts(const RunInfo& head, Json& json) {
  json["seed"] = std::to_string(head.seed);  // 64 bits do not fit a JSON number
  json["duration_ms"] = head.duration;
  json["dt_ms"] = head.dt;
  json["meta"] = Json::Object{};
  for (const auto& [name, word] : head.words) json["meta"][name] = word;
  for (const auto& [name, number] : head.numbers) json["meta"][name] = number;
  for (const auto& [name, content] : head.texts) json["meta"][name] = content;
}

Json spikes_json(const std::vector<record::SpikesInfo>& spikes) {
  Json json = Json::Array{};
  for (const record::SpikesInfo& one : spikes) {
    Json entry;
    entry["population"] = one.population;
    entry["count"] = static_cast<std::int64_t>(one.count);
    json.push(std::move(entry));
  }
  return json;
}

}  // namespace hillock::cli
