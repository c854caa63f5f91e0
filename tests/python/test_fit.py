"""`search: fit` of a config: parameters from measured values, a trace and spikes, alone and at every point of a sweep."""

from __future__ import annotations

import signal

import h5py
import numpy as np
import pytest
from faults import points_stored, wait_until

# A current that charges the membrane for 50 ms; below threshold V = E_L + I tau_m/C_m (1 - exp(-t/tau_m)).
PASSIVE = """
simulation: {duration: 60 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
inputs: {step: {type: dc, target: cell, amplitude: 100 pA, start: 10 ms}}
"""
TRACE = "search: {fit: {parameters: {populations.cell.params.tau_m: {from: 2 ms, to: 50 ms, log: true}, populations.cell.params.C_m: {from: 50 pF, to: 1 nF, log: true}}, to: {trace: {path: trace.csv, sd: 1 mV}}, tolerance: 1e-6}}\n"


def charging(t: np.ndarray, tau: float = 17, C: float = 333) -> np.ndarray:
    return -70 + np.where(t > 10, 100 * tau / C * -np.expm1(-(t - 10) / tau), 0)


def write_trace(path, t: np.ndarray, V: np.ndarray, head: str = "time,V\n") -> None:
    path.write_text(head + "".join(f"{float(a)!r},{float(b)!r}\n" for a, b in zip(t, V)))


def test_a_trace_gives_back_the_parameters_of_its_formula(table, tmp_path):
    """At times that are no steps, and in another unit and order of columns."""
    t = np.arange(0, 60, 0.37)
    write_trace(tmp_path / "trace.csv", charging(t) / 1000, t, "membrane potential,ms\n")
    found = table(PASSIVE + TRACE.replace("path: trace.csv", "path: trace.csv, column: membrane potential, time_column: ms, unit: V"))
    # Between two steps the trace of the run is a line, which lies off by less than (0.1 ms)^2 V''/8.
    assert found["tau_m"][0] == pytest.approx(17, rel=1e-4) and found["C_m"][0] == pytest.approx(333, rel=1e-4)
    assert found["error"][0] < 1e-4 and found["converged"][0] == 1 and found["evaluations"][0] == 16 * found["generations"][0]
    assert found["units"]["tau_m"] == "ms" and found["units"]["C_m"] == "pF"


def test_the_error_of_a_trace_is_the_root_of_its_mean_square(table, tmp_path):
    """What is left where nothing fits: a parameter that has no effect is fitted to a trace that lies elsewhere."""
    t = np.arange(0, 60, 0.1)
    write_trace(tmp_path / "trace.csv", t, charging(t, 10, 250) + np.where(t < 30, 3, -1.5))
    config = PASSIVE + TRACE.replace("populations.cell.params.tau_m: {from: 2 ms, to: 50 ms, log: true}, populations.cell.params.C_m: {from: 50 pF, to: 1 nF, log: true}", "populations.cell.params.t_ref: {from: 0.1 ms, to: 0.1001 ms}")
    config = config.replace("simulation: {duration: 60 ms, dt: 0.1 ms}", "simulation: {duration: 60 ms, dt: 0.1 ms, spike_times: interpolated}")
    whole, half = table(config), table(config.replace("sd: 1 mV", "sd: 2 mV, start: 30 ms, stop: 50 ms"))
    assert whole["error"][0] == pytest.approx(np.sqrt((9 + 2.25) / 2), rel=1e-6)
    assert half["error"][0] == pytest.approx(0.75, rel=1e-6)
    clipped = table(config.replace("sd: 1 mV", "sd: 1 mV, clip: -80 mV"))
    assert clipped["error"][0] == 0 and clipped["converged"][0] == 1


def test_a_run_of_hillock_is_a_trace_and_spikes(table, run_hillock, tmp_path):
    recorded = PASSIVE.replace("100 pA", "600 pA") + "record: {cell: {V: {}, dtype: float64, spikes: true}}\n"
    run_hillock(recorded.replace("model: lif", "model: lif, params: {tau_m: 12 ms, C_m: 180 pF}"), "--out", tmp_path / "run.h5")
    search = TRACE.replace("trace: {path: trace.csv, sd: 1 mV}", "trace: {path: run.h5, sd: 1 mV}, spikes: {path: run.h5, sd: 1, tau: 20 ms}")
    found = table(PASSIVE.replace("100 pA", "600 pA") + search.replace("1e-6", "0.2"))
    assert found["coincidence"][0] == 1 and found["spike_count"][0] == 6
    assert found["tau_m"][0] == pytest.approx(12, rel=0.05) and found["C_m"][0] == pytest.approx(180, rel=0.05)


# The current lifts V by I tau_m/C_m = 0.4 mV/ms tau_m.
FEATURES = """
simulation: {duration: 500 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
inputs: {step: {type: dc, target: cell, amplitude: 100 pA, start: 100 ms, stop: 450 ms}}
analysis: {cell: [steady_state_voltage_stimend, voltage_deflection, time_to_first_spike]}
search: {fit: {parameters: {populations.cell.params.tau_m: {from: 2 ms, to: 30 ms}}, to: {features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}}, tolerance: 1e-4}}
"""


def test_features_give_back_the_parameter_that_makes_them(table):
    found = table(FEATURES)
    assert found["tau_m"][0] == pytest.approx(15, abs=1e-3) and found["error"][0] <= 1e-4
    assert found["voltage_deflection"][0] == pytest.approx(6, abs=1e-4) and found["spike_count"][0] == 0


def test_targets_weigh_as_their_sd_says(table):
    """Two that cannot both be met: their mean with the weights 1/sd^2, and the root of the mean square as the error."""
    found = table(FEATURES.replace("sd: 1 mV}", "sd: 1 mV}, steady_state_voltage_stimend: {value: -0.062 V, sd: 2 mV}"))
    assert found["voltage_deflection"][0] == pytest.approx(6.4, abs=1e-3)
    assert found["error"][0] == pytest.approx(np.sqrt((0.4**2 + 0.8**2) / 2), rel=1e-6) and found["converged"][0] == 1


SWEPT = FEATURES + "sweep: {parameters: {populations.cell.params.C_m: {from: 150 pF, to: 300 pF, count: 3}, simulation.seed: [1, 2]}, keep: [spikes, traces]}\nrecord: {cell: [V]}\n"


def test_what_is_fitted_does_not_depend_on_how_points_are_run(table, tmp_path):
    def data(*words) -> dict[str, bytes]:
        table(SWEPT, *words)
        found: dict[str, bytes] = {}
        with h5py.File(tmp_path / "found.h5") as file:
            file.visititems(lambda name, one: found.update({name: one[()].tobytes()}) if isinstance(one, h5py.Dataset) and not name.startswith("meta") else None)
        return found

    found = table(SWEPT)
    assert len(found["error"]) == 6 and found["error"].max() <= 1e-4
    assert found["evaluations"][0] != found["evaluations"][1] or found["tau_m"][0] != found["tau_m"][1]  # another seed
    one = data()
    for words in (("--stack", "1"), ("--threads", "1"), ("--threads", "3"), ("--stack", "20"), ("--backend", "interpreter")):
        other = data(*words)
        assert one.keys() == other.keys() and len(one) > 12
        assert [name for name in one if one[name] != other[name]] == [], words


def test_fits_that_are_interrupted_go_on_with_the_same_target_only(call, start, tmp_path):
    t = np.arange(0, 60, 0.1)
    write_trace(tmp_path / "trace.csv", t, charging(t))
    (tmp_path / "fitted.yaml").write_text(PASSIVE + TRACE + "sweep: {parameters: {simulation.seed: {from: 1, to: 12, step: 1}}}\n")
    call("sweep", "fitted.yaml", "--out", "whole.h5")
    process = start("sweep", "fitted.yaml", "--out", "found.h5", "--stack", "1")

    wait_until(lambda: points_stored(tmp_path / "found.h5.partial") > 0 or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    write_trace(tmp_path / "trace.csv", t, charging(t, 18))
    assert "another content of its data files" in call("sweep", "fitted.yaml", "--out", "found.h5", expect=5).stderr
    write_trace(tmp_path / "trace.csv", t, charging(t))
    assert "of 12 points; the others are run" in call("sweep", "fitted.yaml", "--out", "found.h5").stderr
    with h5py.File(tmp_path / "found.h5") as one, h5py.File(tmp_path / "whole.h5") as other:
        for name in ("tau_m", "C_m", "error", "evaluations", "seed"):
            np.testing.assert_array_equal(one[name][()], other[name][()])


def test_runs_that_fail_do_not_end_the_fit(table, tmp_path):
    """V_reset must lie below V_th: half of the square is no neuron."""
    t = np.arange(0, 60, 0.1)
    write_trace(tmp_path / "trace.csv", t, np.full_like(t, -58.0))
    config = PASSIVE.replace("amplitude: 100 pA", "amplitude: 0 pA").replace("model: lif", "model: lif, init: {V: -58 mV}, params: {E_L: -58 mV}")
    search = TRACE.replace("populations.cell.params.tau_m: {from: 2 ms, to: 50 ms, log: true}, populations.cell.params.C_m: {from: 50 pF, to: 1 nF, log: true}", "populations.cell.params.V_th: {from: -80 mV, to: -40 mV}, populations.cell.params.V_reset: {from: -80 mV, to: -40 mV}")
    found = table(config + search)
    assert found["status"][0] == 0 and found["error"][0] == 0 and found["V_th"][0] > -58


def test_a_fit_without_a_measure_of_its_target_has_failed(table):
    found = table(FEATURES.replace("voltage_deflection: {value: 6 mV, sd: 1 mV}", "time_to_first_spike: {value: 10 ms, sd: 1 ms}").replace("tolerance: 1e-4", "runs: 64"), expect=4)
    assert found["failures"] == ["none of 64 runs had a value of everything that is compared with the target"]
    assert np.isnan(found["tau_m"][0])


def test_values_that_are_fitted_hold_from_a_time_on(table):
    """The transient before `after` is that of the config."""
    config = FEATURES.replace("voltage_deflection: {value: 6", "steady_state_voltage_stimend: {value: -64").replace("start: 100 ms, stop: 450 ms", "start: 0 ms, stop: 450 ms")
    found = table(config + "sweep: {after: 300 ms, keep: traces, parameters: {inputs.step.amplitude: [100 pA]}}\nrecord: {cell: [V]}\n")
    assert found["tau_m"][0] == pytest.approx(15, abs=2e-3)
    assert found["V"][0, 2999, 0] == pytest.approx(-66, abs=1e-4) and found["V"][0, 4499, 0] == pytest.approx(-64, abs=1e-3)


def test_runs_that_stop_before_the_end_of_the_trace_are_the_worst(table, tmp_path):
    """Ten times the current makes neurons with a small capacitance fire."""
    t = np.arange(0, 60, 0.5)
    write_trace(tmp_path / "trace.csv", t, charging(t))
    found = table(PASSIVE.replace("100 pA", "1 nA") + "stop_when: {cell: spike_count >= 1}\n" + TRACE.replace("1e-6", "0.001").replace("to: 1 nF", "to: 10 nF"))
    assert found["tau_m"][0] == pytest.approx(17, rel=0.01) and found["C_m"][0] == pytest.approx(3330, rel=0.01)
    assert found["spike_count"][0] == 0 and found["error"][0] <= 0.001


def test_check_predicts_runs_and_time(call, tmp_path):
    (tmp_path / "fitted.yaml").write_text(SWEPT)
    text = call("check", "fitted.yaml").stdout
    assert "  populations.cell.params.tau_m: fitted in at most 2000 runs of each point\n" in text
    assert "  time of the sweep: at most about " in text
    assert "measures: tau_m, error, evaluations, generations, converged, spike_count, rate, " in text


@pytest.mark.parametrize(("change", "text"), [
    (("populations.cell.params.tau_m:", "populations.cell.params.tau_x:"), "5:53: error: 'tau_x' is not a parameter of 'lif'"),
    (("from: 2 ms, to: 30 ms", "from: 30 ms, to: 2 ms"), "5:78: error: populations.cell.params.tau_m: 'to' must lie above 'from', 30 ms, got 2 ms"),
    (("from: 2 ms, to: 30 ms", "from: 0 ms, to: 30 ms, log: true"), "5:67: error: populations.cell.params.tau_m: the logarithm needs bounds above 0, got 0 ms"),
    (("from: 2 ms, to: 30 ms", "from: 2 ms, to: 30 mV"), "error: populations.cell.params.tau_m: to needs time (ms), as its 'from', got voltage (mV)"),
    (("from: 2 ms, to: 30 ms", "from: 2 mV, to: 30 mV"), "error: tau_m needs time (ms), got voltage (mV)"),
    (("from: 2 ms, to: 30 ms", "from: 2 ms"), "error: 'populations.cell.params.tau_m' needs the bounds 'from' and 'to'"),
    (("voltage_deflection: {value", "voltage_deflektion: {value"), "error: 'voltage_deflektion' is not measured"),
    (("value: 6 mV, sd: 1 mV", "value: 6 ms, sd: 1 ms"), "error: 'voltage_deflection' is measured in mV, got time (ms)"),
    (("value: 6 mV, sd: 1 mV", "value: 6 mV, sd: 0 mV"), "error: voltage_deflection: sd must be positive, got 0 mV"),
    (("value: 6 mV, sd: 1 mV", "value: 6 mV"), "error: 'voltage_deflection' needs 'value', and 'sd', by which its error is divided"),
    (("features: {cell: {", "features: {cel: {"), "error: there is no population 'cel'"),
    (("tolerance: 1e-4", "tolerance: 0"), "error: tolerance must be positive, got 0"),
    (("tolerance: 1e-4", "candidates: 2"), "error: candidates must be"),
    (("tolerance: 1e-4", "runs: 3000, candidates: 4000"), "error: 'runs', 3000, are fewer than the candidates of one generation, 4000"),
    (("tolerance: 1e-4", "tolerance: 1e-4}, bisection: {parameter: x"), "error: 'search' has both 'bisection' and 'fit'"),
    (("to: {features", "too: {features"), "error: 'fit' needs 'to': what it is fitted to"),
    (("features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}", "trace: {path: none.csv, sd: 1 mV}"), "error: 'none.csv' does not exist"),
    (("features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}", "trace: {path: short.csv, sd: 1 mV}"), "short.csv reaches from 0 ms to 100 ms, but is compared from 0 ms to 500 ms"),
    (("features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}", "trace: {path: short.csv, sd: 1 mV, start: 200 ms, stop: 300 ms}"), "short.csv has no sample from 200 ms to 300 ms"),
    (("features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}", "trace: {path: short.csv, sd: 1 mV, stop: 600 ms}"), "error: what is compared from 0 ms to 600 ms is no part of the run of 500 ms"),
    (("features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}", "trace: {path: short.csv, sd: 1 mV, stop: 90 ms, column: U}"), "short.csv: there is no column 'U'; the columns are 'time', 'V'"),
    (("features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}", "trace: {path: short.csv, sd: 1 mV, variable: U}"), "error: population 'cell' has no variable 'U'"),
    (("features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}", "trace: {path: short.csv, sd: 1 mV, unit: nA}"), "error: unit: 'V' is voltage (mV), got current (pA)"),
    (("features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}", "trace: {path: short.csv, sd: 1 ms}"), "error: sd needs voltage (mV), got time (ms)"),
    (("features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}", "trace: {path: short.csv, sd: 1 mV, neuron: 1}"), "error: neuron must be"),
    (("features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}", "spikes: {path: short.csv, sd: 1}"), "short.csv: expected two columns, node_id and time, or a header that names them"),
    (("features: {cell: {voltage_deflection: {value: 6 mV, sd: 1 mV}}}", "trace: {path: back.csv, sd: 1 mV}"), "back.csv: sample 3: time 1 ms does not come after 2 ms"),
    (("tolerance: 1e-4}}", "tolerance: 1e-4}}\nsweep: {parameters: {populations.cell.params.tau_m: [1 ms, 2 ms]}}"), "5:29: error: the sweep has values of 'populations.cell.params.tau_m', and the fit looks for one"),
    (("tolerance: 1e-4}}", "tolerance: 1e-4}}\nsweep: {parameters: {which: {cases: {a: {populations.cell.params: {tau_m: 1 ms}}}}}}"), "5:29: error: the sweep has values of 'populations.cell.params.tau_m', and the fit looks for one"),
])
def test_mistakes_are_errors_with_their_place(call, tmp_path, change, text):
    t = np.arange(0, 100, 0.1)
    write_trace(tmp_path / "short.csv", t, -70 + 0 * t)
    (tmp_path / "back.csv").write_text("time,V\n0,1\n2,1\n1,1\n")
    assert change[0] in FEATURES
    (tmp_path / "wrong.yaml").write_text(FEATURES.replace(*change).lstrip("\n"))
    done = call("sweep", "wrong.yaml", "--out", "found.h5", expect=2)
    assert text in done.stderr and done.stderr.startswith("wrong.yaml:5:") and not (tmp_path / "found.h5.partial").exists()
