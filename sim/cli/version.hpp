// The version of hillock, which a test compares with CMake's.
#pragma once

namespace hillock::cli {

inline constexpr const char* version = "0.1.0";

}  // namespace hillock::cli
