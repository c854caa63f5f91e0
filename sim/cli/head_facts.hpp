// What `hillock info` shows of the head of any file, of a run or a sweep.
#pragma once
#include <string>
#include <vector>

#include "cli/json.hpp"
#include "record/run_info.hpp"

namespace hillock::cli {

// Model time, seed, and the words and numbers of /meta, a line each.
std::string facts_text(const record::RunInfo& head);
// How long the texts of /meta are.
std::string texts_text(const record::RunInfo& head);

// "file" to "complete".
void add_file(const record::RunInfo& head, Json& json);
// Seed, duration, dt, and all of /meta.
void add_facts(const record::RunInfo& head, Json& json);
Json spikes_json(const std::vector<record::SpikesInfo>& spikes);

}  // namespace hillock::cli
