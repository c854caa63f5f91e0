// Times the interpreter of the measured prototype: one RK4 step of a Hodgkin-Huxley neuron at 512 cells, in
// ns. The measured prototype is what hillock's interpreter is compared with by scripts/bench; it is no part
// of hillock.
#include <xmmintrin.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <vector>

#include "interp.hpp"
#include "models.hpp"

using Stepper = boost::numeric::odeint::runge_kutta4<tape::St<4>, double, tape::St<4>, double,
                                                     boost::numeric::odeint::array_algebra>;

namespace {

constexpr long cells = 512, steps = 2000;

struct Arrays {
  std::vector<std::vector<double>> values =
      std::vector<std::vector<double>>(6, std::vector<double>(cells + 8));
  std::vector<double*> pointers;

  Arrays() {
    for (auto& one : values) {
      auto address = reinterpret_cast<std::uintptr_t>(one.data());
      pointers.push_back(reinterpret_cast<double*>((address + 63) / 64 * 64));
    }
  }
  void reset() {
    for (long i = 0; i < cells; ++i) {
      const double start[] = {-65, .0529, .596, .317, 20.0 * static_cast<double>(i) / 511};
      for (std::size_t k = 0; k < 5; ++k) pointers[k][i] = start[k];
    }
    std::memset(pointers[5], 0, cells);
  }
};

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

int main() {
  _mm_setcsr(_mm_getcsr() | 0x8040);
  tape::Tape tape;
  tape::recHH<Stepper>(tape, 0.01);
  const tape::Prog program = tape::optimise(tape);
  tape::Interp interpreter(program, 256);
  Arrays arrays;
  double best = 1e9;
  for (int repetition = 0; repetition < 5; ++repetition) {
    arrays.reset();
    const double start = seconds();
    for (long step = 0; step < steps; ++step) interpreter.step(arrays.pointers.data(), cells, nullptr);
    best = std::min(best, seconds() - start);
  }
  std::printf("%.4f\n", 1e9 * best / (cells * steps));
}
