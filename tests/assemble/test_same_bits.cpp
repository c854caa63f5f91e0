// The same bits for any chunk, instruction set, way of giving a parameter, and neighbours.
#include "assemble/running.hpp"

using namespace hillock;
using running::Run;

namespace {

struct Bits {
  std::vector<double> V;
  std::vector<running::Spike> spikes;
  bool operator==(const Bits&) const = default;
};

Bits bits_of(const std::string& config, const assemble::Options& options = {}) {
  Run run(config, options);
  run.go();
  return {run.values("cell", "V"), run.spikes("cell")};
}

struct Kind {
  std::string model, method, drive;
};

// Every rule, method and noise that keeps bits busy.
const std::vector<Kind> kinds{
    {"model: lif, receptors: {in: {model: alpha_current}}", "exact",
     "{type: dc, target: cell, amplitude: 0.4 nA}"},
    {"model: adex, receptors: {in: {model: exp_current}}", "rk4",
     "{type: dc, target: cell, amplitude: 1 nA}"},
    {"model: hodgkin_huxley, receptors: {in: {model: exp_current}}", "exponential_euler",
     "{type: sine, target: cell, amplitude: 10 uA/cm2, frequency: 100 Hz}"},
    {"model: lif, receptors: {in: {model: exp_current}}", "exact",
     "{type: white_noise, target: cell, mean: 0.4 nA, sigma: 300 pA ms^0.5}"},
    {"model: izhikevich_2003, receptors: {in: {model: delta}}", "rk4",
     "{type: ou, target: cell, mean: 10 mV/ms, sigma: 5 mV/ms, tau: 5 ms}"}};

std::string config_of(const Kind& kind, const std::string& size, const std::string& stamps = "grid",
                      const std::string& extra = "") {
  const std::string weight = kind.model.find("delta") == std::string::npos ? "100 pA" : "3 mV";
  return "simulation: {duration: 40 ms, dt: 0.1 ms, seed: 7, method: " + kind.method +
         ", spike_times: " + stamps + "}\npopulations: {cell: {size: " + size + ", " + kind.model + extra +
         "}}\ninputs:\n  drive: " + kind.drive +
         "\n  kicks: {type: poisson, target: cell, receptor: in, rate: 800 Hz, weight: " + weight +
         "}\nrecord: {cell: {V: {}, spikes: true, dtype: float64}}\n";
}

// The neuron with this index alone.
Bits of_neuron(const Bits& all, std::uint64_t neuron, std::size_t size) {
  Bits result;
  for (std::size_t k = neuron; k < all.V.size(); k += size) result.V.push_back(all.V[k]);
  for (const running::Spike& spike : all.spikes)
    if (spike.neuron == neuron) result.spikes.push_back(spike);
  return result;
}

}  // namespace

TEST_CASE("chunks of 8 to 1024 neurons, native code and all instruction sets give the same bits") {
  using program::Backend, program::InstructionSet;
  for (const Kind& kind : kinds) {
    CAPTURE(kind.model);
    const std::string text = config_of(kind, "301");
    const Bits expected = bits_of(text, {{Backend::interpreter, InstructionSet::generic, 256}});
    CHECK(expected.spikes.size() > 50);
    for (const auto isa : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512}) {
      for (const int chunk : {8, 64, 256, 1024})
        if (program::available(isa)) CHECK(bits_of(text, {{Backend::interpreter, isa, chunk}}) == expected);
      if (program::has_native_code(isa)) CHECK(bits_of(text, {{Backend::jit, isa, 256}}) == expected);
    }
  }
}

TEST_CASE("a parameter gives the same bits whether it is uniform or a list of equal values") {
  const auto with = [](const std::string& parameter, const std::string& value) {
    return bits_of(config_of(kinds[1], "9", "grid", ", params: {" + parameter + ": " + value + "}"));
  };
  for (const auto& each : std::vector<std::pair<std::string, std::string>>{{"C_m", "200 pF"},
                                                                           {"g_L", "20 nS"},
                                                                           {"Delta_T", "1.7 mV"},
                                                                           {"tau_w", "33.3 ms"},
                                                                           {"t_ref", "0.3 ms"}}) {
    const auto& parameter = std::get<0>(each);
    const auto& value = std::get<1>(each);
    CAPTURE(parameter);
    std::string list = value;
    for (int i = 1; i < 9; ++i) list += ", " + value;
    CHECK(with(parameter, value) == with(parameter, "[" + list + "]"));
  }
}

TEST_CASE(
    "a neuron does the same in a small population and in a large one: draws depend on its index alone") {
  for (const Kind& kind : kinds) {
    CAPTURE(kind.model);
    const Bits large = bits_of(config_of(kind, "70"));
    for (const std::size_t size : {1, 7})
      for (std::uint64_t neuron = 0; neuron < size; ++neuron)
        CHECK(of_neuron(bits_of(config_of(kind, std::to_string(size))), neuron, size) ==
              of_neuron(large, neuron, 70));
  }
}

TEST_CASE("neurons whose step is cut do not disturb their neighbours") {
  for (const std::size_t kind : {0, 1}) {
    const Bits large = bits_of(config_of(kinds[kind], "70", "interpolated"));
    CHECK(large.spikes.size() > 20);
    for (const std::size_t size : {1, 7})
      for (std::uint64_t neuron = 0; neuron < size; ++neuron)
        CHECK(of_neuron(bits_of(config_of(kinds[kind], std::to_string(size), "interpolated")), neuron,
                        size) == of_neuron(large, neuron, 70));
  }
}

TEST_CASE(
    "any number of threads gives the same bits, on the grid, where steps are cut and where they adapt") {
  std::vector<std::string> configs;
  for (const Kind& kind : kinds) configs.push_back(config_of(kind, "101"));
  for (const std::size_t kind : {0, 1}) configs.push_back(config_of(kinds[kind], "101", "interpolated"));
  configs.push_back(config_of({kinds[2].model, "adaptive", kinds[2].drive}, "41", "interpolated"));
  configs.push_back(config_of({kinds[2].model, "adaptive", kinds[2].drive}, "41"));
  // Inputs that begin and end inside a step cut it for all neurons.
  configs.push_back(config_of(
      {kinds[1].model, "rk4", "{type: dc, target: cell, amplitude: 2 nA, start: 3.333 ms, stop: 31.111 ms}"},
      "41", "interpolated"));
  for (const std::string& text : configs) {
    CAPTURE(text);
    const auto with = [&](int threads) {
      return "simulation: {threads: " + std::to_string(threads) + ", " +
             text.substr(std::string("simulation: {").size());
    };
    const Bits expected = bits_of(with(1));
    CHECK(expected.spikes.size() > 20);
    for (const int threads : {2, 3, 5, 8}) CHECK(bits_of(with(threads)) == expected);
  }
}
