"""Protocols of `search:`: each against its closed form, and against the same experiment written out with `sweep:`."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

TAU, RESISTANCE, REST, THRESHOLD, REFRACTORY = 10.0, 40.0, -70.0, -55.0, 2.0  # ms, MOhm, mV, mV, ms: the defaults of lif


def config(protocol: str, duration: str = "1 s", more: str = "", population: str = "cell: {model: lif}", dt: str = "0.1 ms", simulation: str = "") -> str:
    return f"simulation: {{duration: {duration}, dt: {dt}{simulation}}}\npopulations:\n  {population}\n{more}search:\n  {protocol}\n"


def test_f_i_curve(table):
    """A LIF neuron fires every t_ref + tau log(R I/(R I - 15 mV))."""
    found = table(config("f_i_curve: {target: cell, amplitude: {from: 0 nA, to: 1 nA, count: 41}, start: 100 ms}", "2.1 s", simulation=", spike_times: interpolated"))
    assert found["units"]["amplitude"] == "pA" and found["units"]["rate"] == "Hz"
    drive = RESISTANCE * found["amplitude"] / 1000
    fires = drive > THRESHOLD - REST
    interval = REFRACTORY + TAU * np.log(drive[fires] / (drive[fires] - (THRESHOLD - REST)))
    np.testing.assert_array_equal(found["rate"][~fires], 0)
    np.testing.assert_array_equal(found["spike_count"][fires], np.floor((2000 + REFRACTORY) / interval))
    assert np.all(np.isfinite(found["cv"][fires])) and np.all(found["cv"][fires] < 1e-9)


def test_v_i_curve(table):
    found = table(config("v_i_curve: {target: cell, amplitude: {from: -200 pA, to: 300 pA, step: 50 pA}, start: 100 ms, stop: 600 ms}"))
    np.testing.assert_allclose(found["steady_state_voltage_stimend"], REST + RESISTANCE * found["amplitude"] / 1000, atol=1e-9)
    np.testing.assert_allclose(found["voltage_base"], REST, atol=1e-12)
    assert len(found["amplitude"]) == 11


def test_i_v_curve(table):
    """A passive membrane behind a series resistance: I = (V - rest)/(R + R_series), at once (V - V_before)/R_series."""
    protocol = "i_v_curve: {target: cell, voltage: [-90 mV, -80 mV, -70 mV, -60 mV], holding: -70 mV, resistance: 2 MOhm, start: 50 ms, stop: 100 ms}"
    found = table(config(protocol, "150 ms", dt="0.01 ms"))
    np.testing.assert_array_equal(found["voltage"], [-90, -80, -70, -60])
    expected = (np.array([-90, -80, -70, -60]) - REST) / (RESISTANCE + 2)
    np.testing.assert_allclose(found["steady_state_current"], expected, atol=1e-9)
    assert found["units"]["steady_state_current"] == "nA"
    assert found["minimum_current"][0] < expected[0] and found["maximum_current"][3] > expected[3]  # the rest of the transient


def test_impedance_curve(table):
    """Z = R/(1 + i omega tau) of the passive membrane."""
    protocol = "impedance_curve: {target: cell, amplitude: 50 pA, frequency: {from: 1 Hz, to: 200 Hz, count: 12, log: true}}"
    found = table(config(protocol, "2 s"))
    impedance = RESISTANCE / (1 + 2j * np.pi * found["frequency"] / 1000 * TAU)
    assert found["units"]["frequency"] == "Hz" and found["units"]["impedance_magnitude"] == "MOhm"
    np.testing.assert_allclose(found["impedance_magnitude"], abs(impedance), rtol=1e-6)
    np.testing.assert_allclose(found["impedance_phase"], np.angle(impedance), atol=1e-6)


def test_impedance_curve_beside_another_parameter(table):
    protocol = "impedance_curve: {target: cell, amplitude: 50 pA, frequency: [5 Hz, 20 Hz, 80 Hz]}"
    found = table(config(protocol, more="sweep: {parameters: {populations.cell.params.tau_m: [5 ms, 20 ms]}}\n"))
    np.testing.assert_array_equal(found["tau_m"], [5, 5, 5, 20, 20, 20])
    np.testing.assert_allclose(found["frequency"], [5, 20, 80] * 2, rtol=1e-12)
    impedance = found["tau_m"] / 0.25 / (1 + 2j * np.pi * found["frequency"] / 1000 * found["tau_m"])
    np.testing.assert_allclose(found["impedance_magnitude"], abs(impedance), rtol=1e-5)


def test_chirp_impedance_of_a_membrane_without_resonance(table):
    found = table(config("chirp_impedance: {target: cell, amplitude: 50 pA, from: 0.5 Hz, to: 50 Hz, start: 500 ms, stop: 9500 ms}", "10 s"))
    assert len(found["resonance_frequency"]) == 1
    assert found["resonance_quality"][0] == pytest.approx(1, abs=2e-3)
    assert found["resonance_impedance"][0] == pytest.approx(RESISTANCE, rel=5e-3)


def test_chirp_impedance_of_an_axon_is_the_peak_of_its_impedance_curve(table):
    axon = "axon: {model: hodgkin_huxley, init: rest}"
    chirp = table(config("chirp_impedance: {target: axon, amplitude: 0.1 uA/cm2, from: 1 Hz, to: 300 Hz, stop: 1.9 s}", "2 s", population=axon, dt="0.05 ms"))
    curve = table(config("impedance_curve: {target: axon, amplitude: 0.1 uA/cm2, frequency: {from: 40 Hz, to: 100 Hz, step: 2 Hz}}", "1 s", population=axon, dt="0.05 ms"))
    best = np.argmax(curve["impedance_magnitude"])
    assert 50 < curve["frequency"][best] < 90 and curve["units"]["impedance_magnitude"] == "kOhm cm2"
    assert chirp["resonance_frequency"][0] == pytest.approx(curve["frequency"][best], abs=2)
    assert chirp["resonance_impedance"][0] == pytest.approx(curve["impedance_magnitude"][best], rel=0.01)
    assert chirp["resonance_quality"][0] > 1.5


def test_phase_response(table):
    """The pulse brings a LIF neuron from V to V e^(-w/tau) + R I (1 - e^(-w/tau)) above its course, which decays with tau."""
    more = "inputs: {drive: {type: dc, target: cell, amplitude: 500 pA}}\n"
    drive, pulse, width = RESISTANCE * 0.5, RESISTANCE * 0.2, 1.0
    period = REFRACTORY + TAU * np.log(drive / (drive - (THRESHOLD - REST)))
    begin = 5 * period - REFRACTORY  # the fifth spike: the first one comes without a refractory time before it
    times = np.round(begin + REFRACTORY + np.linspace(0.1, 0.65, 14) * period, 1)
    protocol = f"phase_response: {{target: cell, amplitude: 200 pA, width: {width} ms, time: [{', '.join(f'{time:.1f} ms' for time in times)}]}}"
    found = table(config(protocol, "200 ms", more, simulation=", spike_times: interpolated"))
    np.testing.assert_allclose(found["phase"], (times - begin) / period, rtol=1e-9)
    # behind the pulse the potential is higher by this, which decays; the threshold is reached where drive - V does
    higher = pulse * (1 - np.exp(-width / TAU)) * np.exp((times + width - begin - REFRACTORY) / TAU)
    earlier = TAU * np.log(drive / (drive - higher))
    np.testing.assert_allclose(found["phase_shift"], earlier / period, rtol=1e-8)
    assert np.all(np.diff(found["phase_shift"]) > 0)  # an integrator is the more sensitive the later


def test_paired_pulse(table):
    """Currents of exponential receptors add up: the second response, above the potential where it begins, is the first one."""
    population = "cell: {model: lif, receptors: {ampa: {model: exp_current, tau: 2 ms}}}"
    protocol = "paired_pulse: {target: cell, receptor: ampa, weight: 100 pA, first: 50 ms, interval: [10 ms, 20 ms, 40 ms, 100 ms]}"
    found = table(config(protocol, "300 ms", population=population, dt="0.01 ms"))
    tau, C, weight = 2.0, 250.0, 100.0
    peak = np.log(TAU / tau) * TAU * tau / (TAU - tau)
    response = lambda t: weight / C * TAU * tau / (TAU - tau) * (np.exp(-t / TAU) - np.exp(-t / tau))
    np.testing.assert_allclose(found["PSP_amplitude"], response(peak), rtol=1e-5)
    for interval, second, ratio in zip(found["interval"], found["second_PSP_amplitude"], found["paired_pulse_ratio"]):
        t = np.arange(0, interval, 0.01)
        expected = np.max(response(t) + response(t + interval) - response(interval))
        assert second == pytest.approx(expected, rel=1e-5) and ratio == pytest.approx(expected / response(peak), rel=1e-5)
    assert np.all(np.diff(found["paired_pulse_ratio"]) > 0) and found["paired_pulse_ratio"][-1] == pytest.approx(1, abs=1e-3)


def test_extremes_of_a_clamp_leave_out_the_transient_that_is_named(table):
    """Behind 20 time constants R_series*C_m = 0.5 ms the capacitance is charged: the extremes are the steady state."""
    protocol = "i_v_curve: {target: cell, voltage: [-90 mV, -60 mV], holding: -70 mV, resistance: 2 MOhm, start: 50 ms, stop: 100 ms, capacitive_transient: 20 ms}"
    found = table(config(protocol, "150 ms", dt="0.01 ms"))
    for name in ("minimum_current", "maximum_current"):
        np.testing.assert_allclose(found[name], found["steady_state_current"], atol=1e-9)


@pytest.mark.parametrize(("protocol", "columns"), [
    ("impedance_curve: {target: cell, amplitude: 500 pA, frequency: [1 Hz, 50 Hz]}", ("impedance_magnitude", "impedance_phase")),
    ("chirp_impedance: {target: cell, amplitude: 500 pA, from: 1 Hz, to: 200 Hz, stop: 900 ms}", ("resonance_frequency", "resonance_quality")),
    ("paired_pulse: {target: cell, receptor: ampa, weight: 5 nA, first: 50 ms, interval: [20 ms]}", ("PSP_amplitude", "paired_pulse_ratio")),
])
def test_neurons_that_fire_have_no_impedance_and_no_response(table, protocol, columns):
    """A LIF neuron has no action potentials in V: its own decision counts."""
    found = table(config(protocol, population="cell: {model: lif, receptors: {ampa: {model: exp_current}}}"))
    for column in columns:
        np.testing.assert_array_equal(np.isnan(found[column]), found["spike_count"] > 0)
    assert found["spike_count"][0] > 0


def test_a_frequency_that_samples_do_not_tell_has_no_impedance(table):
    found = table(config("impedance_curve: {target: cell, amplitude: 50 pA, frequency: [4 kHz, 5 kHz, 10 kHz]}"))
    np.testing.assert_array_equal(np.isnan(found["impedance_magnitude"]), [False, True, True])


def test_a_pulse_on_a_spike_has_the_phase_0(table):
    """Whatever rounding makes of spike times on the grid: 796 steps of 0.1 ms are not 79.6 ms."""
    more = "inputs: {drive: {type: dc, target: cell, amplitude: 1 nA}}\n"
    found = table(config("phase_response: {target: cell, amplitude: 1 nA, width: 4 ms, time: [72.8 ms, 79.6 ms, 86.4 ms, 93.2 ms, 100 ms, 106.8 ms, 113.6 ms]}", "150 ms", more))
    np.testing.assert_array_equal(found["phase"], 0)
    np.testing.assert_allclose(found["phase_shift"], found["phase_shift"][0], rtol=1e-9)
    assert found["phase_shift"][0] > 0.3


def test_a_pair_needs_its_second_window_as_a_whole(table):
    population = "cell: {model: lif, receptors: {ampa: {model: exp_current}}}"
    found = table(config("paired_pulse: {target: cell, receptor: ampa, weight: 100 pA, first: 100 ms, interval: [40 ms, 50 ms, 51 ms]}", "200 ms", population=population))
    np.testing.assert_array_equal(np.isfinite(found["paired_pulse_ratio"]), [True, True, False])


@pytest.mark.parametrize("names", ["rate", "all", "[rate, voltage_base]"])
def test_measures_that_were_named_alone_are_kept(table, names):
    found = table(config("f_i_curve: {target: cell, amplitude: [400 pA, 600 pA], start: 50 ms}", more=f"analysis: {{cell: {names}}}\n"))
    assert {"rate", "cv"} <= set(found) and ("voltage_base" in found) == (names != "rate") and ("lv" in found) == (names == "all")


@pytest.mark.parametrize("sweep", ["{repeat: 3, combine: zip}", "{repeat: 3, combine: sobol, count: 3}", "{keep: spikes}"])
def test_a_sweep_of_nothing_is_an_error(call, tmp_path, sweep):
    (tmp_path / "wrong.yaml").write_text(config("x").split("search")[0] + f"sweep: {sweep}\n")
    for command in ("check", "sweep"):
        assert "error: 'sweep' needs 'parameters', what is varied, or 'repeat'" in call(command, "wrong.yaml", expect=2).stderr


def test_a_lone_protocol_can_be_repeated_and_its_spikes_kept(table, tmp_path):
    more = "inputs: {noise: {type: white_noise, target: cell, sigma: 50 pA ms^0.5}}\nsweep: {repeat: 3, keep: spikes}\n"
    found = table(config("chirp_impedance: {target: cell, amplitude: 50 pA, from: 1 Hz, to: 50 Hz, stop: 900 ms}", more=more))
    assert len(set(found["resonance_impedance"])) == 3 and list(found["repeat"]) == [0, 1, 2]
    assert "spikes/cell/timestamps" in h5py.File(tmp_path / "found.h5")
    assert len(table(config("chirp_impedance: {target: cell, amplitude: 50 pA, from: 1 Hz, to: 50 Hz, stop: 900 ms}", more="sweep: {keep: spikes}\n"))["rate"]) == 1


WRITTEN_OUT = {
    "f_i_curve: {target: cell 0..1, amplitude: [400 pA, 600 pA], start: 100 ms, stop: 500 ms}": """
inputs: {f_i_curve: {type: dc, target: cell 0..1, amplitude: 400 pA, start: 100 ms, stop: 500 ms}}
analysis: {cell: {statistics: [lv, rate, cv], neurons: 0..1, start: 100 ms, stop: 500 ms}}
sweep: {parameters: {populations.cell.params.tau_m: [10 ms, 20 ms], inputs.f_i_curve.amplitude: [400 pA, 600 pA]}}
""",
    "phase_response: {target: cell, amplitude: 100 pA, width: 1 ms, time: {from: 300 ms, to: 310 ms, step: 5 ms}}": """
vars: {pulse_time: 300 ms, pulse_width: 1 ms}
inputs: {phase_response: {type: dc, target: cell, amplitude: 100 pA, start: = pulse_time, stop: = pulse_time + pulse_width}}
analysis: {cell: {statistics: [lv, phase, phase_shift], start: = pulse_time}}
sweep: {parameters: {populations.cell.params.tau_m: [10 ms, 20 ms], vars.pulse_time: {from: 300 ms, to: 310 ms, step: 5 ms}}}
""",
}


@pytest.mark.parametrize("protocol", WRITTEN_OUT)
def test_a_protocol_is_the_sweep_that_it_stands_for(table, protocol):
    head = "simulation: {duration: 600 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif, size: 3}}\n"
    short = table(head + f"analysis: {{cell: [lv]}}\nsweep: {{parameters: {{populations.cell.params.tau_m: [10 ms, 20 ms]}}}}\nsearch: {{{protocol}}}\n")
    long = table(head + WRITTEN_OUT[protocol])
    assert short.keys() == long.keys()
    for name in short.keys() - {"stdout", "stderr", "failures", "units"}:
        np.testing.assert_array_equal(short[name], long[name], err_msg=name)


def test_a_single_run_takes_the_first_point(call, tmp_path):
    (tmp_path / "curve.yaml").write_text(config("f_i_curve: {target: cell, amplitude: {from: 500 pA, to: 1 nA, count: 3}}", more="record: {cell: [spikes]}\n"))
    (tmp_path / "single.yaml").write_text(config("x", more="inputs: {f_i_curve: {type: dc, target: cell, amplitude: 500 pA}}\nrecord: {cell: [spikes]}\n").split("search")[0])
    run = call("run", "curve.yaml", "--out", "curve.h5")
    assert run.stderr == "note: 'search': run takes the first point of f_i_curve\n"
    call("run", "single.yaml", "--out", "single.h5")
    curve, single = (h5py.File(tmp_path / name)["spikes/cell/timestamps"][()] for name in ("curve.h5", "single.h5"))
    assert len(curve) > 40 and np.array_equal(curve, single)


@pytest.mark.parametrize(("protocol", "place", "text"), [
    ("f_i_curve: {target: cell, amplitude: 1 pA}", "5:40", "'amplitude' must be a list or a range, got '1 pA'"),
    ("f_i_curve: {target: cell, amplitude: {normal: [1 pA, 1 pA], count: 3}}", "5:40", "'amplitude' must be a list or a range, got a map"),
    ("f_i_curve: {target: cell, amplitude: []}", "5:40", "'amplitude' must be a list or a range, got a list"),
    ("f_i_curve: {target: [cell], amplitude: [1 pA]}", "5:23", "'target' must be a name, got a list"),
    ("f_i_curve: {target: cell}", "5:3", "'f_i_curve' needs 'amplitude'"),
    ("f_i_curve: {target: cel, amplitude: [1 pA]}", "5:23", "target: there is no population 'cel'"),
    ("f_i_curve: {target: cell, amplitude: [1 pA], strat: 1 ms}", "5:48", "'strat' is not a key of 'f_i_curve'"),
    ("f_i_curve: {target: cell, amplitude: [1 mV]}", "5:41", "amplitude needs current (pA) for input 'I' of 'lif', got voltage (mV)"),
    ("f_i_curve: 3", "5:14", "'f_i_curve' must be a map, got '3'"),
    ("f_i_curv: {}", "5:3", "'f_i_curv' is not a key of 'search'"),
    ("chirp_impedance: {target: cell, amplitude: 1 pA, from: 5 mV, to: 9 Hz, stop: 1 s}", "5:58", "from needs frequency (Hz), got voltage (mV)"),
    ("phase_response: {target: cell, amplitude: 1 pA, width: 1 ms, time: [0.15 ms]}", "5:3", "start (0.15 ms) is not a multiple of dt (0.1 ms)"),
    ("phase_response: {target: cell, amplitude: 1 pA, width: 1 mV, time: [1 ms]}", "5:58", "width needs time (ms), got voltage (mV)"),
    ("paired_pulse: {target: cell, receptor: ampa, weight: 1 nS, first: 1 ms, interval: [5 ms]}", "5:42", "'ampa'"),
])
def test_mistakes_are_errors_with_their_place(call, tmp_path, protocol, place, text):
    (tmp_path / "wrong.yaml").write_text(config(protocol))
    for command in ("sweep", "check"):
        done = call(command, "wrong.yaml", expect=2)
        assert done.stderr.startswith(f"wrong.yaml:{place}: error: ") and text in done.stderr.splitlines()[0]


@pytest.mark.parametrize(("more", "place", "text"), [
    ("inputs: {f_i_curve: {type: dc, target: cell, amplitude: 1 pA}}\n", "4:10", "'inputs.f_i_curve' belongs to 'f_i_curve'"),
    ("analysis: {cell: {statistics: rate, start: 5 ms}}\n", "4:44", "'analysis.cell.start' belongs to 'f_i_curve'"),
    ("analysis: {cell: {statistics: rate, neurons: 0}}\n", "4:37", "'analysis.cell.neurons' belongs to 'f_i_curve'"),
    ("sweep: {parameters: {inputs.f_i_curve.amplitude: [1 pA]}}\n", "4:50", "'sweep.parameters.inputs.f_i_curve.amplitude' belongs to 'f_i_curve'"),
    ("sweep: {parameters: {inputs.f_i_curve.start: [1 ms, 2 ms]}}\n", "4:22", "'inputs.f_i_curve.start' would move the current alone, not what is measured"),
    ("sweep: {parameters: {vars.x: {from: 1, to: 2}}, combine: sobol, count: 4}\nvars: {x: 1}\n", "4:58", "'f_i_curve' makes a grid with what is varied beside it"),
])
def test_what_the_config_says_as_well_is_an_error(call, tmp_path, more, place, text):
    (tmp_path / "wrong.yaml").write_text(config("f_i_curve: {target: cell, amplitude: [1 pA], start: 1 ms}", more=more))
    assert call("sweep", "wrong.yaml", expect=2).stderr.startswith(f"wrong.yaml:{place}: error: {text}\n")


def test_a_protocol_stands_alone(call, tmp_path):
    (tmp_path / "wrong.yaml").write_text(config("f_i_curve: {target: cell, amplitude: [1 pA]}\n  fit: {}"))
    assert "wrong.yaml:6:3: error: 'search' has 'fit' beside 'f_i_curve'" in call("sweep", "wrong.yaml", expect=2).stderr
