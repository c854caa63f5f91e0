// What `hillock info` says about the file of a sweep.
#pragma once
#include <string>

#include "cli/json.hpp"
#include "record/sweep_info.hpp"

namespace hillock::cli {

std::string text_of(const record::SweepInfo& info);
Json json_of(const record::SweepInfo& info);

}  // namespace hillock::cli
