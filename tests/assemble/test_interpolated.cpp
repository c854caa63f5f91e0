// Interpolated spike times against event-driven closed forms.
#include <cmath>

#include "assemble/running.hpp"

using namespace hillock;
using running::Run;

namespace {

constexpr double tau = 10, V_inf_per_nA = 40,
                 rise = 15;  // lif's defaults: tau_m 10 ms, C_m 250 pF, 15 mV to V_th

// Spikes of a lif under direct current from t = 0: the first after T, then every t_ref + T.
std::vector<double> closed_form(double nA, double t_ref, double duration) {
  const double T = -tau * std::log1p(-rise / (V_inf_per_nA * nA));
  std::vector<double> times;
  for (double t = T; t < duration; t = T + static_cast<double>(times.size()) * (T + t_ref))
    times.push_back(t);
  return times;
}

std::vector<double> lif_spikes(const std::string& simulation, const std::string& t_ref,
                               const std::string& nA) {
  Run run("simulation: {spike_times: interpolated, " + simulation + R"(}
populations: {cell: {model: lif, params: {t_ref: )" +
          t_ref + R"(}}}
inputs: {drive: {type: dc, target: cell, amplitude: )" +
          nA + R"( nA}}
record: {cell: [spikes]}
)");
  return run.go().spike_times("cell");
}

void check_times(const std::vector<double>& times, const std::vector<double>& expected, double tolerance) {
  REQUIRE(times.size() == expected.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    CAPTURE(i);
    CHECK(std::fabs(times[i] - expected[i]) < tolerance);
  }
}

}  // namespace

TEST_CASE("spikes of the exact method are those of the closed form, for any dt, hold and rate") {
  for (const std::string& dt : {std::string("0.1 ms"), std::string("1 ms"), std::string("0.025 ms")})
    for (const double t_ref : {0.0, 2.0, 0.7371, 0.05}) {
      CAPTURE(dt);
      CAPTURE(t_ref);
      const std::string hold = base::number(t_ref) + " ms";
      check_times(lif_spikes("duration: 500 ms, dt: " + dt, hold, "0.5"), closed_form(0.5, t_ref, 500),
                  1e-10);
      // 4 spikes per ms: several in each step.
      check_times(lif_spikes("duration: 20 ms, dt: " + dt, hold, "20"), closed_form(20, t_ref, 20), 1e-10);
    }
}

TEST_CASE("spike times do not drift: counting holds down loses no bit") {
  // 10 ms of hold are 10 000 steps of 0.001 ms.
  check_times(lif_spikes("duration: 2 s, dt: 0.001 ms", "10 ms", "0.9"), closed_form(0.9, 10, 2000), 1e-10);
}

TEST_CASE("adaptive and high-order steps find the same spikes within their tolerance") {
  const auto expected = closed_form(0.5, 0.7371, 200);
  check_times(lif_spikes("duration: 200 ms, dt: 0.1 ms, method: rk4", "0.7371 ms", "0.5"), expected, 1e-7);
  check_times(lif_spikes("duration: 200 ms, dt: 0.1 ms, method: {adaptive: {rtol: 1e-10, atol: 1e-10}}",
                         "0.7371 ms", "0.5"),
              expected, 1e-7);
}

TEST_CASE(
    "adaptive steps follow an upstroke that runs away to its peak, on the grid and between its points") {
  const auto spikes = [](const std::string& simulation) {
    Run run("simulation: {duration: 200 ms, " + simulation + R"(}
populations: {cell: {model: adex}}
inputs: {drive: {type: dc, target: cell, amplitude: 1 nA}}
record: {cell: [spikes]}
)");
    return run.go().spike_times("cell");
  };
  const auto expected = spikes("dt: 0.001 ms, method: rk4, spike_times: interpolated");
  CHECK(expected.size() > 5);
  for (const char* dt : {"0.02 ms", "0.1 ms", "1 ms"})
    check_times(spikes("dt: " + std::string(dt) +
                       ", method: {adaptive: {rtol: 1e-8, atol: 1e-8}}, spike_times: interpolated"),
                expected, 0.01);
  CHECK(spikes("dt: 0.1 ms, method: adaptive").size() == spikes("dt: 0.1 ms, method: rk4").size());
}

TEST_CASE("edges of inputs cut the step where they lie") {
  // V relaxes from 0 at 0 to 40 mV/nA * 0.5 nA during 3.2137 .. 40.05 ms.
  Run run(R"(simulation: {duration: 60 ms, dt: 1 ms, spike_times: interpolated}
populations: {cell: {model: lif, params: {t_ref: 0.333 ms}}}
inputs: {drive: {type: dc, target: cell, amplitude: 0.5 nA, start: 3.2137 ms, stop: 40.05 ms}}
record: {cell: {V: {}, spikes: true, dtype: float64}}
)");
  std::vector<double> expected = closed_form(0.5, 0.333, 40.05 - 3.2137);
  for (double& t : expected) t += 3.2137;
  check_times(run.go().spike_times("cell"), expected, 1e-10);
  const double since = 40.05 - expected.back() - 0.333, V_stop = 20 * -std::expm1(-since / tau);
  const auto V = run.values("cell", "V");
  for (int k = 41; k < 60; ++k)
    CHECK(V[k] + 70 == doctest::Approx(V_stop * std::exp(-(k - 40.05) / tau)).epsilon(1e-12));
}

TEST_CASE("edges of inputs do not cut the steps of other populations, whichever of them stands first") {
  const std::string cells[] = {"a: {model: lif}", "b: {model: hodgkin_huxley}"};
  const auto V_of_b = [&](int first, bool driven) {
    Run run("simulation: {duration: 20 ms, dt: 0.02 ms, spike_times: interpolated}\npopulations:\n  " +
            cells[first] + "\n  " + cells[1 - first] +
            "\ninputs:\n  own: {type: dc, target: b, amplitude: 10 uA/cm2}\n" +
            (driven ? "  late: {type: dc, target: a, amplitude: 1 nA, start: 10.01 ms}\n" : "") +
            "record: {a: [spikes], b: {V: {}, dtype: float64}}\n");
    run.go();
    CHECK(run.spikes("a").empty() != driven);
    return run.values("b", "V");
  };
  const std::vector<double> expected = V_of_b(0, false);
  REQUIRE(expected.size() == 1000);
  for (const int first : {0, 1}) CHECK((V_of_b(first, true) == expected));
}

TEST_CASE("a jump that crosses the threshold is stamped where it arrives, and starts a full hold there") {
  Run run(R"(simulation: {duration: 10 ms, dt: 1 ms, spike_times: interpolated}
populations: {cell: {model: lif, params: {t_ref: 2.5 ms}, receptors: {jump: {model: delta}}}}
inputs:
  kick: {type: spikes, target: cell, receptor: jump, times: [1 ms, 3 ms, 4 ms], weight: 16 mV}
record: {cell: {V: {}, spikes: true, dtype: float64}}
)");
  CHECK(run.go().spike_times("cell") == std::vector<double>{1, 4});  // at 3 ms the hold runs, to 3.5 ms
  CHECK(run.values("cell", "V")[3] == -70);
}

TEST_CASE(
    "on the grid each spike is at the grid point after the interpolated one, while both share their past") {
  const auto first = [](const std::string& stamps, double nA) {
    Run run("simulation: {duration: 100 ms, dt: 0.1 ms, spike_times: " + stamps + R"(}
populations: {cell: {model: lif}}
inputs: {drive: {type: dc, target: cell, amplitude: )" +
            base::number(nA) + R"( nA}}
record: {cell: [spikes]}
)");
    return run.go().spike_times("cell").at(0);
  };
  for (const double nA : {0.376, 0.4, 0.5, 0.77, 3.0}) {
    const double exact = first("interpolated", nA), grid = first("grid", nA);
    CHECK(grid == std::ceil(exact / 0.1) * 0.1);
  }
}

TEST_CASE("at rheobase V approaches the threshold and never fires; just above it fires where it must") {
  for (const std::string& stamps : {std::string("grid"), std::string("interpolated")}) {
    const auto spikes = [&](const std::string& amplitude) {
      Run run("simulation: {duration: 600 ms, dt: 0.1 ms, spike_times: " + stamps + R"(}
populations: {cell: {model: lif}}
inputs: {drive: {type: dc, target: cell, amplitude: )" +
              amplitude + R"( pA}}
record: {cell: [spikes]}
)");
      return run.go().spike_times("cell");
    };
    CHECK(spikes("374.999999625").empty());
    const auto above = spikes("375.000000375");
    REQUIRE(above.size() == 2);
    CHECK(above[0] ==
          doctest::Approx(-10 * std::log(1e-9 / (1 + 1e-9))).epsilon(stamps == "grid" ? 1e-3 : 1e-7));
  }
}

TEST_CASE("a neuron that would spike without end within a step stops the run and says so") {
  CHECK(running::trouble(R"(simulation: {duration: 1 ms, dt: 0.1 ms, spike_times: interpolated}
populations: {cell: {model: lif, size: 2, params: {t_ref: 0 ms}}}
inputs: {drive: {type: dc, target: cell 1, amplitude: 1 A}}
record: {cell: [spikes]}
)")
            .find("population 'cell', neuron 1: more than 10000 spikes within one step, up to t = ") == 0);
}
