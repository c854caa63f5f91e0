// The linear system that a cell follows over one step, with what drives it: z' = M z.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "solve/advance.hpp"

namespace hillock::solve {

// One element of z: its value at the beginning, and the row of M that moves it.
struct Component {
  Expr start;
  std::map<int, Expr> row;    // column -> coefficient
  std::map<int, Expr> noise;  // noise -> strength
};

struct LinearSystem {
  std::vector<Component> z;  // the states of the cell first
  std::vector<std::string> noises;
  std::vector<Expr> noise_scale;  // factor of each noise that is not a parameter (a white_noise input that is
                                  // switched on and off)
};

// Fills the system, or says why there is none.
std::optional<std::string> build_linear_system(const Start& start, LinearSystem& system);

}  // namespace hillock::solve
