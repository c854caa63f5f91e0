"""Impedances, clamp currents, pairs of potentials and phases measured during runs and sweeps: closed forms, and numpy on recordings."""

from __future__ import annotations

import csv
import json

import h5py
import numpy as np
import pytest

R, TAU = 40.0, 10.0  # MOhm, ms: of lif
RESONANT = """
name: resonant
summary: A passive membrane with a slow outward conductance
inputs: {I: uA/cm2}
params:
  C_m: {default: 1 uF/cm2, doc: membrane capacitance}
  g_L: {default: 0.1 mS/cm2, doc: leak}
  g_w: {default: 0.3 mS/cm2, doc: slow conductance}
  tau_w: {default: 60 ms, doc: its time constant}
  E_L: {default: -70 mV, doc: resting potential}
state:
  V: {init: E_L, doc: membrane potential}
  w: {init: 0 uA/cm2, doc: slow current}
equations:
  dV/dt: (I - g_L*(V - E_L) - w) / C_m
  dw/dt: (g_w*(V - E_L) - w) / tau_w
"""
CHIRP = "amp*sin(2*pi*(1 Hz*(t - 100 ms) + 0.5*(30 Hz - 1 Hz)/(5000 ms)*(t - 100 ms)*(t - 100 ms)))"


def of_resonant(f: np.ndarray | float) -> np.ndarray:
    """kOhm cm2 at f in Hz."""
    s = 2j * np.pi * np.asarray(f) / 1000
    return 1 / (0.1 + s * 1.0 + 0.3 / (1 + s * 60))


def measured(path, population: str = "cell") -> dict[str, np.ndarray]:
    with h5py.File(path) as file:
        group = file[f"analysis/{population}"]
        found = {name: one[()] for name, one in group.items()}
        found["units"] = {name: one.attrs["units"].decode() for name, one in group.items() if "units" in one.attrs}
        found["note"] = group.attrs.get("note", b"").decode()
    return found


def recorded(path, population: str = "cell") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with h5py.File(path) as file:
        group = file[f"report/{population}"]
        return group["time"][()], group["V"][()], group["I"][()]


def fitted(t: np.ndarray, values: np.ndarray, f: float) -> complex:
    angle = 2 * np.pi * f / 1000 * t
    b, c = np.linalg.lstsq(np.stack([np.ones_like(t), np.cos(angle), np.sin(angle)], 1), values, rcond=None)[0][1:]
    return complex(b, -c)


def test_a_sweep_over_frequencies_gives_the_impedance_of_a_passive_membrane(table, call, tmp_path):
    config = """
simulation: {duration: 2000 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
inputs: {wave: {type: sine, target: cell, amplitude: 80 pA, offset: 100 pA, frequency: = f, start: 100 ms, stop: 1900 ms}}
vars: {f: 1 Hz}
record: {cell: {V: true, I: true, dtype: float64}}
analysis: {cell: {features: [impedance_magnitude, impedance_phase], settings: {impedance_frequency: = f}}}
sweep: {parameters: {vars.f: [1 Hz, 3.7 Hz, 15.9155 Hz, 77 Hz]}}
"""
    found = table(config)
    assert found["units"]["impedance_magnitude"] == "MOhm" and found["units"]["impedance_phase"] == "1"
    f = np.array([1, 3.7, 15.9155, 77.0])
    Z = R / (1 + 2j * np.pi * f / 1000 * TAU)
    # Within a step the method holds the current or not; the step is 0.1 ms of a period of 13 ms at least.
    assert found["impedance_magnitude"] == pytest.approx(np.abs(Z), rel=1e-4)
    assert found["impedance_phase"] == pytest.approx(np.angle(Z), rel=1e-4)
    for k, one in enumerate(f):
        call("run", "swept.yaml", "--out", "run.h5", "--force", "--quiet", "--set", f"vars.f={float(one)!r} Hz")
        alone = measured(tmp_path / "run.h5")
        for name in ("impedance_magnitude", "impedance_phase"):
            assert alone[name][0] == found[name][k]
        t, V, I = recorded(tmp_path / "run.h5")
        half = (t >= 1000) & (t < 1900 - 1e-6)
        by_numpy = fitted(t[half], V[half, 0], one) / fitted(t[half], I[half, 0] / 1000, one)
        assert alone["impedance_magnitude"][0] == pytest.approx(abs(by_numpy), rel=1e-9)
        assert alone["impedance_phase"][0] == pytest.approx(np.angle(by_numpy), rel=1e-9)


@pytest.mark.parametrize("model", ["lif", "resonant", "hodgkin_huxley"])
def test_a_chirp_gives_the_resonance(run_hillock, call, tmp_path, model):
    (tmp_path / "resonant.yaml").write_text(RESONANT)
    amplitude = "50 pA" if model == "lif" else "0.1 uA/cm2"
    names = ["resonance_frequency", "resonance_impedance", "resonance_quality", "minimum_current", "maximum_current"]
    run = run_hillock(f"""
simulation: {{duration: 6 s, dt: 0.05 ms}}
populations: {{cell: {{model: {"resonant.yaml" if model == "resonant" else model}}}}}
inputs: {{chirp: {{type: waveform, target: cell, current: '{CHIRP}', start: 100 ms, stop: 5100 ms}}}}
vars: {{amp: {amplitude}}}
record: {{cell: {{V: true, I: true, dtype: float64}}}}
analysis: {{cell: [{", ".join(names)}]}}
""")
    found = measured(run.output)
    t, V, I = recorded(run.output)
    from_start = t >= 100 - 1e-6
    scale = 1000 if model == "lif" else 1
    V, I = (values[from_start, 0] - values[~from_start, 0].mean() for values in (V, I / scale))
    FV, FI = np.fft.rfft(V), np.fft.rfft(I)
    f = np.fft.rfftfreq(len(V), 0.05 / 1000)
    known = np.flatnonzero((abs(FI) >= 0.01 * abs(FI).max()) & (f > 0))
    Z = abs(FV[known] / FI[known])
    top = Z.argmax()
    assert found["minimum_current"][0] == pytest.approx(-found["maximum_current"][0], rel=1e-3)
    assert f[known[0]] == f[1]
    if model == "lif":
        assert top == 0 and found["resonance_frequency"][0] == pytest.approx(f[1], rel=1e-9) and found["resonance_quality"][0] == 1
        assert found["resonance_impedance"][0] == pytest.approx(abs(R / (1 + 2j * np.pi * f[1] / 1000 * TAU)), rel=1e-3)
    else:
        assert 0 < top < len(Z) - 1
        a, b, c = np.polyfit([-1, 0, 1], Z[top - 1:top + 2], 2)
        assert found["resonance_frequency"][0] == pytest.approx(f[known[top]] - b / (2 * a) * f[1], rel=1e-6)
        assert found["resonance_impedance"][0] == pytest.approx(c - b * b / (4 * a), rel=1e-9)
        assert found["resonance_quality"][0] == pytest.approx((c - b * b / (4 * a)) / Z[0], rel=1e-9)
    if model == "resonant":
        grid = np.arange(0.01, 40, 1e-3)
        best = grid[abs(of_resonant(grid)).argmax()]
        assert found["resonance_frequency"][0] == pytest.approx(best, rel=5e-3)
        assert found["resonance_impedance"][0] == pytest.approx(abs(of_resonant(best)), rel=1e-3)
        assert found["resonance_quality"][0] == pytest.approx(abs(of_resonant(best) / of_resonant(f[1])), rel=1e-3)
    density = model != "lif"
    assert found["units"]["resonance_impedance"] == ("kOhm cm2" if density else "MOhm")
    assert found["units"]["maximum_current"] == ("uA/cm2" if density else "nA") and found["units"]["resonance_frequency"] == "Hz"
    # The same of the file, where the current was recorded with V.
    words = [word for name in names for word in ("--feature", name)]
    traces = json.loads(call("features", run.output, "--json", *words).stdout)["populations"][0]["traces"]
    assert {name: values[0] for name, values in traces["neurons"][0]["values"].items()} == {name: found[name][0] for name in names}
    assert traces["units"] == {name: found["units"][name] for name in names}


def test_a_clamp_shows_the_ohmic_current_of_a_passive_membrane(run_hillock):
    run = run_hillock("""
simulation: {duration: 300 ms, dt: 0.01 ms}
populations: {cell: {model: lif, size: 3}}
inputs: {clamp: {type: voltage_clamp, target: cell, voltage: [-90 mV, -70 mV, -60 mV], resistance: 2 MOhm, start: 50 ms, stop: 250 ms}}
record: {cell: {V: true, I: true, dtype: float64}}
analysis: {cell: {features: [minimum_current, maximum_current, steady_state_current], settings: {capacitive_transient: 1 ms}}}
""")
    found = measured(run.output)
    step = np.array([-20, 0, 10.0])
    steady = step / (R + 2)
    assert found["steady_state_current"] == pytest.approx(steady, abs=1e-9)
    # What charges the membrane falls with its time constant behind the clamp's resistance.
    left = step / 2 * (1 - R / (R + 2)) + step / 2 * R / (R + 2) * np.exp(-1 / (TAU * 2 / (R + 2)))
    assert found["minimum_current"] == pytest.approx(np.minimum(steady, left), rel=2e-2, abs=1e-9)
    assert found["maximum_current"] == pytest.approx(np.maximum(steady, left), rel=2e-2, abs=1e-9)
    t, V, I = recorded(run.output)
    during = (t >= 51 - 1e-6) & (t < 250 - 1e-6)
    assert np.array_equal(found["minimum_current"], (I[during] * 1e-3).min(0)) and np.array_equal(found["maximum_current"], (I[during] * 1e-3).max(0))
    assert I[(t > 240) & (t < 249)] == pytest.approx(((np.array([-90, -70, -60]) - V) / 2 * 1000)[(t > 240) & (t < 249)], abs=1e-6)


@pytest.mark.parametrize("receptor", ["exp_current", "alpha_current"])
def test_two_potentials_are_those_of_the_recording(table, call, tmp_path, receptor):
    found = table(f"""
simulation: {{duration: 200 ms, dt: 0.1 ms}}
populations: {{cell: {{model: lif, size: 2, receptors: {{exc: {{model: {receptor}}}}}}}}}
inputs:
  first: {{type: spikes, target: cell, receptor: exc, times: [50 ms], weight: [200 pA, -300 pA]}}
  second: {{type: spikes, target: cell, receptor: exc, times: [80 ms], weight: [120 pA, -20 pA]}}
record: {{cell: {{V: true, dtype: float64}}}}
analysis: {{cell: {{features: [PSP_amplitude, second_PSP_amplitude, paired_pulse_ratio], start: 50 ms, stop: 80 ms}}}}
sweep: {{parameters: {{populations.cell.params.tau_m: [10 ms, 30 ms]}}}}
""")
    for k, tau in enumerate((10, 30)):
        call("run", "swept.yaml", "--out", "run.h5", "--force", "--quiet", "--set", f"populations.cell.params.tau_m={tau} ms")
        alone = measured(tmp_path / "run.h5")
        with h5py.File(tmp_path / "run.h5") as file:
            V = file["report/cell/V"][()]
        first, second = V[500:800] - V[500], V[800:1100] - V[800]
        expected = [(first[:, 0].max(), second[:, 0].max()), (first[:, 1].min(), second[:, 1].min())]
        assert alone["PSP_amplitude"].tolist() == [one for one, _ in expected] and alone["second_PSP_amplitude"].tolist() == [one for _, one in expected]
        assert alone["paired_pulse_ratio"].tolist() == [b / a for a, b in expected]
        assert alone["PSP_amplitude"][0] > 0 > alone["PSP_amplitude"][1]
        for name in ("PSP_amplitude", "second_PSP_amplitude", "paired_pulse_ratio"):
            assert found[name][k] == alone[name].mean(), name
    # One exponential current without leak of what came before: the ratio of the weights.
    assert found["paired_pulse_ratio"][0] == pytest.approx((120 / 200 + 20 / 300) / 2, rel=0.25)


def test_a_pulse_advances_the_phase_as_much_as_its_closed_form_says(table, call, tmp_path):
    found = table("""
simulation: {duration: 300 ms, dt: 0.01 ms, spike_times: interpolated}
populations: {cell: {model: lif}}
inputs:
  drive: {type: dc, target: cell, amplitude: 500 pA}
  pulse: {type: dc, target: cell, amplitude: 100 pA, start: 150 ms, stop: 152 ms}
analysis: {cell: {statistics: [phase, phase_shift], start: 150 ms, stop: 152 ms}}
record: {cell: [spikes]}
sweep: {parameters: {inputs.pulse.amplitude: [-100 pA, 0 pA, 100 pA, 200 pA]}}
""")
    V_inf, reset, threshold, refractory = 0.5 * R, 0.0, 15.0, 2.0  # mV above rest
    rise = TAU * np.log((V_inf - reset) / (V_inf - threshold))
    period = refractory + rise
    last = rise + np.floor((150 - rise) / period) * period
    phase = (150 - last) / period
    for k, pulse in enumerate((-0.1, 0, 0.1, 0.2)):
        V = V_inf + (reset - V_inf) * np.exp(-(150 - last - refractory) / TAU)
        V = V_inf + pulse * R + (V - V_inf - pulse * R) * np.exp(-2 / TAU)
        following = 152 + TAU * np.log((V_inf - V) / (V_inf - threshold))
        assert found["phase"][k] == pytest.approx(phase, abs=1e-4)
        assert found["phase_shift"][k] == pytest.approx((period - (following - last)) / period, abs=1e-4)
        call("run", "swept.yaml", "--out", "run.h5", "--force", "--quiet", "--set", f"inputs.pulse.amplitude={pulse * 1000} pA")
        alone = measured(tmp_path / "run.h5")
        assert (alone["phase"][0], alone["phase_shift_mean"]) == (found["phase"][k], found["phase_shift"][k])
        by_file = json.loads(call("features", "run.h5", "--json", "--start", "150 ms", "--stop", "152 ms").stdout)["populations"][0]["spikes"]
        assert (by_file["phase"], by_file["phase_shift"], by_file["trains"][0]["phase_shift"]) == (found["phase"][k], found["phase_shift"][k], found["phase_shift"][k])
        assert by_file["spikes"] == 0  # none within the pulse
    assert abs(found["phase_shift"][1]) < 1e-6 and (np.diff(found["phase_shift"]) > 0.01).all()
    assert found["units"]["phase"] == found["units"]["phase_shift"] == "1"


def test_a_column_has_one_unit(table):
    found = table("""
simulation: {duration: 20 ms, dt: 0.025 ms}
populations: {cell: {model: lif}}
analysis: {cell: [maximum_current]}
sweep: {parameters: {populations.cell.model: [lif, hodgkin_huxley, adex]}}
""", expect=4)
    assert found["status"].tolist() == [0, 1, 0] and found["maximum_current"][[0, 2]].tolist() == [0, 0]
    assert found["failures"] == ["it measures 'maximum_current' in uA/cm2, the config in nA; vary models whose input has one unit, or leave it out"]


def test_what_is_not_known_is_left_out_and_said(run_hillock, call):
    run = run_hillock("""
simulation: {duration: 100 ms, dt: 0.1 ms}
populations: {cell: {model: lif}, axon: {model: hodgkin_huxley}, point: {model: izhikevich_2003}}
record: {cell: [V], axon: {V: true, I: true}, point: {V: true, I: true}}
analysis: {point: [maximum_current, voltage_base]}
""")
    note = "the input is in 'mV/ms', neither in pA nor in uA/cm2: no impedances and no currents"
    assert f"warning: analysis of 'point': {note}" in run.stderr
    found = measured(run.output, "point")
    assert np.isnan(found["maximum_current"][0]) and found["note"].startswith(note)
    names = "--feature", "maximum_current", "--feature", "resonance_impedance"
    rows = list(csv.DictReader(call("features", run.output, "--csv", *names).stdout.splitlines()))
    units = ["maximum_current (uA/cm2 or nA)", "resonance_impedance (kOhm cm2 or MOhm)"]
    assert list(rows[0])[-2:] == units
    assert {row["population"]: row[units[0]] for row in rows} == {"axon": "0", "cell": "", "point": ""}
    notes = {one["name"]: one["note"] for one in json.loads(call("features", run.output, "--json", *names).stdout)["populations"]}
    assert notes["cell"].endswith("I was not recorded with V: no impedances and no currents") and notes["point"].endswith(note)
    assert "no currents" not in notes["axon"] and "I was not recorded" in call("features", run.output, *names).stdout
    shown = call("features", run.output).stdout
    assert "I was not recorded" not in shown  # nobody asked
    rows = [line.split()[:2] for line in shown.splitlines()]
    assert rows.count(["maximum_current", "uA/cm2"]) == 1 and rows.count(["maximum_current", "nA"]) == 1  # only what the run was asked for
    listed = call("features", "--list").stdout
    assert "  resonance_impedance  MOhm or kOhm cm2  " in listed
    script = call("completion", "bash").stdout
    assert "impedance_magnitude" in script and "capacitive_transient" in script


def test_what_has_no_value_is_said(call, tmp_path):
    """Without its frequency there is no impedance; nor of a neuron that fires."""
    head = """
simulation: {duration: 400 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 2}}
inputs: {wave: {type: sine, target: cell, amplitude: [100 pA, 2 nA], frequency: 10 Hz}}
"""
    (tmp_path / "none.yaml").write_text(head + "analysis: {cell: [impedance_magnitude]}\n")
    warning = call("check", "none.yaml").stderr
    assert "warning: impedance_magnitude has no value without the frequency of the current" in warning and "impedance_frequency: 20 Hz" in warning
    (tmp_path / "firing.yaml").write_text(head + "analysis: {cell: {features: [impedance_magnitude], settings: {impedance_frequency: 10 Hz}}}\n")
    run = call("run", "firing.yaml", "--out", "firing.h5")
    assert run.stderr == "" and "1 of 2 neurons fire, without impedance_magnitude" in run.stdout
    with h5py.File(tmp_path / "firing.h5") as file:
        np.testing.assert_array_equal(np.isnan(file["analysis/cell/impedance_magnitude"][()]), [False, True])
