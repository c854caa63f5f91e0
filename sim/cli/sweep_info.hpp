// What `hillock info` says about the file of a sweep.
#pragma once
#include <string>

#include "cli/json.hpp"
#include "record/sweep_reader.hpp"

namespace hillock::cli {

std::string text_of(const record::SweepTable& table);
Json json_of(const record::SweepTable& table);

}  // namespace hillock::cli
