// Names for the slots of tapes: whoever needs an array, a parameter, a step value or a random stream asks for
// it here by name.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace hillock::program {

struct Slots {
  std::vector<std::string> arrays, parameters, step_values, streams;

  int array(const std::string& name) { return find_or_add(arrays, name); }
  int parameter(const std::string& name) { return find_or_add(parameters, name); }
  int step_value(const std::string& name) { return find_or_add(step_values, name); }
  int stream(const std::string& name) { return find_or_add(streams, name); }

  // The slot of this name, or -1.
  static int find(const std::vector<std::string>& names, std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == name) return static_cast<int>(i);
    return -1;
  }

 private:
  static int find_or_add(std::vector<std::string>& names, const std::string& name) {
    const int slot = find(names, name);
    if (slot >= 0) return slot;
    names.push_back(name);
    return static_cast<int>(names.size()) - 1;
  }
};

}  // namespace hillock::program
