// Times one step of the measured prototype, in ns per neuron and step: what hillock's interpreter and native
// code are compared with by scripts/bench. The prototype is no part of hillock.
// usage: prototype interpreter|jit squid_rk4|squid_exponential_euler|adex_rk4|lif_exact NEURONS STEPS
#include <xmmintrin.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "interp.hpp"
#include "jit.hpp"
#include "models.hpp"

namespace {

using Stepper = boost::numeric::odeint::runge_kutta4<tape::St<4>, double, tape::St<4>, double,
                                                     boost::numeric::odeint::array_algebra>;
using Step = std::function<void(double**, long)>;

// The arrays of all neurons, each on pages of its own and set off from the others by a few cache lines, so
// that equal indices do not compete for one set of the cache.
class Arrays {
 public:
  Arrays(long neurons, int count) {
    const long bytes = (neurons * 8 + 4095) / 4096 * 4096 + 512;
    memory_.reset(static_cast<char*>(std::aligned_alloc(4096, (bytes * count + 8191) / 4096 * 4096)));
    for (int k = 0; k < count; ++k) pointers_.push_back(reinterpret_cast<double*>(memory_.get() + bytes * k));
  }
  double** pointers() { return pointers_.data(); }
  double* operator[](int k) { return pointers_[static_cast<std::size_t>(k)]; }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  std::unique_ptr<char, Free> memory_;
  std::vector<double*> pointers_;
};

// A model with its method: how a step is recorded, and where the neurons start.
struct Case {
  std::string name;
  int arrays = 0;  // the last one takes a bit for each neuron that spiked
  void (*record)(tape::Tape&) = nullptr;
  void (*start)(Arrays&, long neurons) = nullptr;
};

void start_squid(Arrays& arrays, long neurons) {
  for (long i = 0; i < neurons; ++i) {
    const double values[] = {-65, .0529, .596, .317,
                             20.0 * static_cast<double>(i) / static_cast<double>(neurons - 1)};
    for (int k = 0; k < 5; ++k) arrays[k][i] = values[k];
  }
}

void start_adex(Arrays& arrays, long neurons) {
  for (long i = 0; i < neurons; ++i) {
    const double values[] = {-70.6, 0,
                             500 + 511.0 * static_cast<double>(i) / static_cast<double>(neurons - 1), 0};
    for (int k = 0; k < 4; ++k) arrays[k][i] = values[k];
  }
}

void start_lif(Arrays& arrays, long neurons) {
  for (long i = 0; i < neurons; ++i) {
    const double values[] = {static_cast<double>(i % 15), 100, -20, 0, 0, 0};
    for (int k = 0; k < 6; ++k) arrays[k][i] = values[k];
  }
}

const Case cases[] = {
    {"squid_rk4", 6, [](tape::Tape& tape) { tape::recHH<Stepper>(tape, 0.01); }, start_squid},
    {"squid_exponential_euler", 6, [](tape::Tape& tape) { tape::recHHee(tape, 0.01); }, start_squid},
    {"adex_rk4", 5, [](tape::Tape& tape) { tape::recAdex(tape, 0.1); }, start_adex},
    {"lif_exact", 7, [](tape::Tape& tape) { tape::recLif(tape, 0.1); }, start_lif},
};

// Spikes of the step: they are looked at after each step, as any simulator must.
long count_spikes(const double* bits, long neurons) {
  const auto* words = reinterpret_cast<const std::uint64_t*>(bits);
  long count = 0;
  for (long i = 0; i < neurons / 64; ++i)
    if (words[i] != 0) count += __builtin_popcountll(words[i]);
  return count;
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The fastest twentieth of a run, as `hillock bench step` takes it.
double time_steps(const Case& one, const Step& step, long neurons, long steps) {
  Arrays arrays(neurons, one.arrays);
  one.start(arrays, neurons);
  std::fill_n(arrays[one.arrays - 1], neurons, 0.0);
  constexpr long pieces = 20;
  double best = 1e9;
  long spikes = 0;
  for (long piece = 0; piece < pieces; ++piece) {
    const double begin = seconds();
    for (long k = 0; k < steps / pieces; ++k) {
      step(arrays.pointers(), neurons);
      spikes += count_spikes(arrays[one.arrays - 1], neurons);
    }
    best = std::min(best, seconds() - begin);
  }
  std::fprintf(stderr, "%ld spikes\n", spikes);
  return 1e9 * best / (static_cast<double>(neurons) * static_cast<double>(steps / pieces));
}

double time_case(const std::string& backend, const Case& one, long neurons, long steps) {
  tape::Tape tape;
  one.record(tape);
  const tape::Prog program = tape::optimise(tape);
  if (backend == "interpreter") {
    tape::Interp interpreter(program, 256);
    return time_steps(
        one, [&](double** arrays, long n) { interpreter.step(arrays, n, nullptr); }, neurons, steps);
  }
  if (backend != "jit") throw std::invalid_argument(backend);
  const tape::Jit native(program, {.U = 2});
  return time_steps(
      one, [&](double** arrays, long n) { native.fn(arrays, n, nullptr); }, neurons, steps);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const long neurons = std::atol(argv[3]), steps = std::atol(argv[4]);
  if (neurons < 64 || neurons % 64 != 0 || steps < 20 || steps % 20 != 0) return 2;
  _mm_setcsr(_mm_getcsr() | 0x8040);  // numbers below the normal range count as zero
  for (const Case& one : cases)
    if (one.name == argv[2]) {
      std::printf("%.4f\n", time_case(argv[1], one, neurons, steps));
      return 0;
    }
  return 2;
}
