// The step loop allocates nothing: a run of ten times the length makes the same few allocations.
#include <atomic>
#include <cstdlib>
#include <new>

#include "assemble/running.hpp"

namespace {
std::atomic<std::int64_t> allocations{0};
}

// Not inlined: where only one of a pair is, GCC warns that memory of `new` is freed by `free`.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

// Without those of what is handed over each tenth of a second on a slow machine: new lists, which grow to
// lengths that they did not have before, doubling each time.
std::int64_t allocations_of(const std::string& config, int steps) {
  running::Run run("simulation: {duration: " + std::to_string(steps) + " ms, dt: 1 ms, " + config);
  const std::int64_t before = allocations;
  run.go();
  return allocations - before - 16 * static_cast<std::int64_t>(run.memory.times.size());
}

}  // namespace

TEST_CASE("steps on the grid, adaptive steps and deliveries allocate nothing") {
  for (const std::string& config :
       {std::string("spike_times: grid}\npopulations: {cell: {model: lif, size: 10}}\n"
                    "inputs: {drive: {type: dc, target: cell, amplitude: 1 nA}}\n"),
        std::string("spike_times: grid}\npopulations: {cell: {model: lif, size: 10, receptors: {in: {model: "
                    "delta}}}}\n"
                    "inputs: {kicks: {type: poisson, target: cell, rate: 1 kHz, weight: 1 mV}}\n"),
        std::string("method: adaptive, spike_times: interpolated}\npopulations: {cell: {model: "
                    "hodgkin_huxley, size: 2}}\n"
                    "inputs: {drive: {type: dc, target: cell, amplitude: 10 uA/cm2}}\n"),
        std::string("method: rk4, spike_times: interpolated}\npopulations: {cell: {model: adex, size: 4}}\n"
                    "inputs: {drive: {type: dc, target: cell, amplitude: 1 nA}}\n"),
        std::string(
            "spike_times: grid}\npopulations: {cell: {model: lif, size: 10}}\n"
            "inputs: {drive: {type: dc, target: cell, amplitude: 1 nA}}\n"
            "stop_when: {cell 1: V > 1 V, cell: {condition: rate > 1 MHz and t > 0 ms, window: 50 ms}, "
            "cell 0..8: spike_count < 0}\n")}) {
    CAPTURE(config);
    // The lists of a block's spikes may still grow.
    CHECK(allocations_of(config, 2000) <= allocations_of(config, 200) + 12);
  }
}
