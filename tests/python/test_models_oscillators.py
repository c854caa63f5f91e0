"""Morris-Lecar, FitzHugh-Nagumo, Hindmarsh-Rose, Pinsky-Rinzel and Wilson-Cowan against closed forms and SciPy: rest,
bifurcations, courses, patterns of firing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from reference import oscillators
from reference.files import report, spikes, trains

HOPF, SNIC, HOMOCLINIC = oscillators.MorrisLecar(), oscillators.SNIC, oscillators.HOMOCLINIC
FITZHUGH, ROSE, PINSKY = oscillators.FitzHugh(), oscillators.HindmarshRose(), oscillators.PinskyRinzel()
WILSON, BISTABLE = oscillators.WilsonCowan(), oscillators.BISTABLE
SNIC_PARAMS = "{g_Ca: 4 mS/cm2, V_3: 12 mV, V_4: 17.4 mV, phi: 0.067/ms}"
HOMOCLINIC_PARAMS = SNIC_PARAMS.replace("0.067", "0.23")
BISTABLE_PARAMS = "{c_1: 12, c_2: 4, c_3: 13, c_4: 11, a_E: 1.2, theta_E: 2.8, a_J: 1, theta_J: 4}"
PINSKY_STATES = ["V", "V_d", *"hnscq", "Ca"]


def config(model, duration, amplitude="0", record="{spikes: true}", size=1, params="{}", init="{}", more="",
           rtol=1e-11):
    """One population `cell` under a constant current into its first input; `more` are further lines under inputs."""
    method = f"{{adaptive: {{rtol: {rtol}, atol: {rtol}}}}}"
    return f"""
simulation: {{duration: {duration} ms, dt: 0.1 ms, method: {method}, spike_times: interpolated}}
populations:
  cell: {{size: {size}, model: {model}, params: {params}, init: {init}}}
inputs:
  current: {{type: dc, target: cell, amplitude: {amplitude}}}
{more}
record:
  cell: {record}
"""


def recorded(names, every="0.1 ms"):
    return "{spikes: true, dtype: float64, " + ", ".join(f"{name}: {{every: {every}}}" for name in names) + "}"


def columns(run, names):
    """The times of the frames (ms), and the recorded variables of the first cell as [time, variable]."""
    frames = report(run.output)
    return frames["time"], np.column_stack([frames[name][:, 0] for name in names])


# ---- courses -------------------------------------------------------------------------------------------------------

# model, states, what SciPy integrates, its start, duration (ms), amplitude, parameters, V_th
COURSES = {
    "Morris-Lecar, Hopf": ("morris_lecar", "Vn", lambda y: HOPF.derivative(y, 100.0), HOPF.start(), 400, "100 uA/cm2",
                           "{}", 0.0),
    "Morris-Lecar, SNIC": ("morris_lecar", "Vn", lambda y: SNIC.derivative(y, 45.0), SNIC.start(), 400, "45 uA/cm2",
                           SNIC_PARAMS, 0.0),
    "FitzHugh-Nagumo": ("fitzhugh_nagumo", "Vw", lambda y: FITZHUGH.derivative(y, 0.5), FITZHUGH.start(), 170, "0.5",
                        "{}", 1.0),
    "Hindmarsh-Rose": ("hindmarsh_rose", "Vyz", lambda y: ROSE.derivative(y, 2.0), ROSE.start(), 80, "2", "{}", 1.0),
    "Pinsky-Rinzel": ("pinsky_rinzel", PINSKY_STATES, lambda y: PINSKY.derivative(y, 0.75), PINSKY.start(), 102,
                      "0.75 uA/cm2", "{}", -20.0),
}


@pytest.mark.parametrize("name", COURSES)
def test_spike_times_and_states_are_those_of_scipy(run_hillock, name):
    model, states, derivative, start, duration, amplitude, params, threshold = COURSES[name]
    truth = oscillators.trajectory(derivative, start, duration, threshold)
    run = run_hillock(config(model, duration, amplitude, recorded(states), params=params))
    times, _ = spikes(run.output)
    assert len(times) == len(truth.crossings) >= 4
    assert np.max(np.abs(times - truth.crossings)) < 1e-5
    t, found = columns(run, states)
    expected = truth.at(t).T
    assert np.max(np.abs(found - expected) / np.ptp(expected, axis=0)) < 1e-5


def test_the_unit_of_time_of_the_dimensionless_models_is_tau(run_hillock):
    for model, amplitude in (("fitzhugh_nagumo", "0.5"), ("hindmarsh_rose", "2")):
        slow, _ = spikes(run_hillock(config(model, 300, amplitude, params="{tau: 2 ms}")).output)
        fast, _ = spikes(run_hillock(config(model, 150, amplitude, params="{tau: 1 ms}")).output)
        assert len(slow) == len(fast) >= 3
        assert np.max(np.abs(slow - 2 * fast)) < 1e-6


@pytest.mark.parametrize("model, density, absolute", [("morris_lecar", "100 uA/cm2", "1256.637 pA"),
                                                      ("pinsky_rinzel", "1 uA/cm2", "12.56637 pA")])
def test_a_current_in_pA_is_divided_by_the_area(run_hillock, model, density, absolute):
    """1256.637 um2, the cylinder of hodgkin_huxley."""
    one, other = (spikes(run_hillock(config(model, 200, amplitude)).output)[0] for amplitude in (density, absolute))
    assert len(one) == len(other) >= 2
    assert np.max(np.abs(one - other)) < 1e-6


# ---- Morris-Lecar --------------------------------------------------------------------------------------------------


def growth(run_hillock, model, current, start, duration):
    """How much wider V swings in the second half of the run than in the first."""
    unit = " uA/cm2" if model == "morris_lecar" else ""
    init = "{" + ", ".join(f"{name}: {value}" for name, value in start.items()) + "}"
    run = run_hillock(config(model, duration, f"{float(current)!r}{unit}", recorded(["V"]), init=init, rtol=1e-13))
    V = columns(run, ["V"])[1][:, 0]
    half = len(V) // 2
    return np.ptp(V[half:]) / np.ptp(V[:half])


def test_rest_of_morris_lecar_is_neutral_at_its_two_hopf_points(run_hillock):
    """At 93.86 and 212.02 uA/cm2 small swings neither grow nor fade: there the trace of the Jacobian is 0."""
    beside = lambda V: {"V": f"{float(V) + 1e-3!r} mV", "n": repr(float(HOPF.steady(V)))}
    points = oscillators.roots(HOPF.trace, -50, 30)
    currents = [HOPF.fixed_current(V) for V in points]
    assert currents == pytest.approx([93.86, 212.02], abs=0.005)
    for V, current in zip(points, currents):
        assert abs(growth(run_hillock, "morris_lecar", current, beside(V), 2000) - 1) < 0.01
    V = brentq(lambda V: HOPF.fixed_current(V) - 95.0, -30, -20)
    assert growth(run_hillock, "morris_lecar", 95.0, beside(V), 2000) > 2


def test_morris_lecar_with_a_hopf_point_begins_to_fire_at_a_finite_frequency(run_hillock):
    """Between the fold of the firing solution, at 88.3 uA/cm2, and the Hopf point both rest and firing are stable."""
    currents = "[88 uA/cm2, 89 uA/cm2, 93 uA/cm2, 95 uA/cm2]"
    counts = lambda init: [len(train) for train in trains(
        run_hillock(config("morris_lecar", 600, currents, size=4, init=init, rtol=1e-9)).output, 4)]
    rests = [brentq(lambda V: HOPF.fixed_current(V) - current, -40, -20) for current in (88, 89, 93, 95)]
    at_rest = ", ".join(f"{V + 1e-3!r} mV" for V in rests)
    silent = counts(f"{{V: [{at_rest}]}}")
    firing = counts("{V: 0 mV, n: 0.1}")
    assert silent[:3] == [0, 0, 0] and firing[0] == 0
    assert firing[1] > 4 and firing[2] > 4 and firing[3] > 4


def test_morris_lecar_at_a_saddle_node_on_a_circle_fires_at_any_low_frequency(run_hillock):
    """39.96 uA/cm2 is where two fixed points meet; above, the period falls with the root of the distance."""
    slope = lambda V: SNIC.fixed_current(V + 1e-4) - SNIC.fixed_current(V - 1e-4)
    fold = SNIC.fixed_current(oscillators.roots(slope, -50, -10)[0])
    assert fold == pytest.approx(39.96, abs=0.005)
    currents = [fold - 0.003, fold + 0.01, fold + 0.04]
    amplitude = "[" + ", ".join(f"{float(current)!r} uA/cm2" for current in currents) + "]"
    run = run_hillock(config("morris_lecar", 6000, amplitude, size=3, params=SNIC_PARAMS, rtol=1e-9))
    silent, slow, faster = trains(run.output, 3)
    assert len(silent) == 0
    assert np.diff(slow)[-1] > 1500
    assert np.diff(slow)[-1] / np.diff(faster)[-1] == pytest.approx(2, abs=0.1)


def test_morris_lecar_with_fast_potassium_rests_and_fires_at_the_same_current(run_hillock):
    init = "{V: [-60 mV, 1 mV]}"
    run = run_hillock(config("morris_lecar", 600, "37 uA/cm2", size=2, params=HOMOCLINIC_PARAMS, init=init, rtol=1e-9))
    silent, firing = trains(run.output, 2)
    assert len(silent) == 0 and len(firing) > 20
    truth = oscillators.trajectory(lambda y: HOMOCLINIC.derivative(y, 37.0), [1.0, HOMOCLINIC.steady(1.0)], 100, 0.0)
    assert np.max(np.abs(firing[:len(truth.crossings)] - truth.crossings)) < 1e-4


# ---- FitzHugh-Nagumo -----------------------------------------------------------------------------------------------


def test_fitzhugh_nagumo_rests_at_the_root_of_its_cubic(run_hillock):
    """FitzHugh (1961) gives (1.20, -0.625) for (x, y), which is (-V, w)."""
    V = brentq(FITZHUGH.fixed_current, -2, 0, xtol=1e-14)
    _, found = columns(run_hillock(config("fitzhugh_nagumo", 500, "0", recorded("Vw"))), "Vw")
    assert found[-1] == pytest.approx([V, (V + 0.7) / 0.8], abs=1e-9)
    assert found[-1] == pytest.approx([-1.20, -0.625], abs=1e-3)


def test_rest_of_fitzhugh_nagumo_is_neutral_at_its_two_hopf_points(run_hillock):
    """The trace 1 - V^2 - phi b is 0 at V = -sqrt(0.936) and its opposite."""
    for V, rounded in ((-np.sqrt(0.936), 0.3313), (np.sqrt(0.936), 1.4187)):
        current = FITZHUGH.fixed_current(V)
        assert current == pytest.approx(rounded, abs=5e-5)
        start = {"V": float(V) + 1e-4, "w": float((V + 0.7) / 0.8)}
        assert abs(growth(run_hillock, "fitzhugh_nagumo", current, start, 1000) - 1) < 0.01


def test_fitzhugh_nagumo_with_the_first_constants_fires_without_end_at_z_of_minus_0_4(run_hillock):
    """c = 3, so phi = 1/9 (FitzHugh 1961); the Hopf point is at 0.3465 there."""
    run = run_hillock(config("fitzhugh_nagumo", 400, "[0.33, 0.4]", size=2, params="{phi: 0.1111111111}"))
    few, many = trains(run.output, 2)
    assert len(few) <= 1 and len(many) > 8
    assert np.ptp(np.diff(many)[2:]) < 1e-3


# ---- Hindmarsh-Rose ------------------------------------------------------------------------------------------------


def test_hindmarsh_rose_rests_at_the_root_of_its_cubic(run_hillock):
    """V^3 + 2 V^2 + 4 (V + 1.6) - 1 = I at rest, with y = 1 - 5 V^2 and z = 4 (V + 1.6)."""
    for current in (0.0, -0.5):
        V = brentq(lambda V: V**3 + 2 * V**2 + 4 * (V + 1.6) - 1 - current, -3, 0, xtol=1e-14)
        run = run_hillock(config("hindmarsh_rose", 6000, f"{current}", recorded("Vyz", "100 ms")))
        assert columns(run, "Vyz")[1][-1] == pytest.approx([V, 1 - 5 * V**2, 4 * (V + 1.6)], abs=1e-6)


def bursts(times, pause):
    """The spike times, split where there is no spike for longer than `pause` (ms)."""
    return np.split(times, np.flatnonzero(np.diff(times) > pause) + 1)


def test_hindmarsh_rose_bursts_once_or_for_ever_or_spikes_without_a_pause(run_hillock):
    """Hindmarsh & Rose (1984), figure 6: I = 0.4, 2 and 4 with r = 0.001."""
    run = run_hillock(config("hindmarsh_rose", 4000, "[0.4, 2, 4]", size=3, rtol=1e-9))
    once, for_ever, spiking = trains(run.output, 3)
    assert len(bursts(once, 60)) == 1 and 5 < len(once) < 12 and once[-1] < 200
    groups = bursts(for_ever, 60)
    assert len(groups) > 3
    assert len({len(group) for group in groups[1:-1]}) == 1 and len(groups[1]) > 5
    assert len(bursts(spiking, 60)) == 1 and len(spiking) > 300


# ---- Pinsky-Rinzel -------------------------------------------------------------------------------------------------


def test_the_rates_of_pinsky_rinzel_are_those_of_the_paper_and_finite_where_its_formulas_read_0_by_0(run_hillock):
    names = [f"{kind}_{gate}" for gate in "mhnscq" for kind in ("alpha", "beta")]
    V = [-46.9, -46.9 + 1e-9, -19.9, -24.9, -60.0, 40.0]
    V_d = [-8.9, -10.0, -9.0, -8.9 - 1e-9, -60.0, 30.0]
    Ca = [0.0, 100.0, 499.0, 600.0, 250.0, 200.0]
    listed = lambda values, unit: "[" + ", ".join(f"{value!r}{unit}" for value in values) + "]"
    init = f"{{V: {listed(V, ' mV')}, V_d: {listed(V_d, ' mV')}, Ca: {listed(Ca, '')}}}"
    run = run_hillock(config("pinsky_rinzel", 1, "0 uA/cm2", recorded([*names, "chi", *"hnscq"]), size=6, init=init))
    frames = report(run.output)
    for k in range(6):
        rates = PINSKY.rates(V[k] + 60, V_d[k] + 60, Ca[k])
        expected = [rate for gate in "mhnscq" for rate in rates[gate]]
        assert [frames[name][0, k] for name in names] == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert frames["chi"][0, k] == pytest.approx(min(Ca[k] / 250, 1), rel=1e-12)
        steady = [rates[gate][0] / sum(rates[gate]) for gate in "hnscq"]
        assert [frames[gate][0, k] for gate in "hnscq"] == pytest.approx(steady, rel=1e-9)


PASSIVE = "{g_Na: 0 mS/cm2, g_KDR: 0 mS/cm2, g_Ca: 0 mS/cm2, g_KAHP: 0 mS/cm2, g_KC: 0 mS/cm2, p: 0.3}"


def test_currents_into_soma_and_dendrite_spread_by_ohms_law(run_hillock):
    """Without channels p g_L u + g_c (u - u_d) = I and (1 - p) g_L u_d + g_c (u_d - u) = I_d, u = V + 60 mV."""
    more = "  dendrite: {type: dc, target: cell, site: I_d, amplitude: -0.4 uA/cm2}"
    run = run_hillock(config("pinsky_rinzel", 1000, "0.9 uA/cm2", recorded(["V", "V_d"]), params=PASSIVE, more=more))
    g = np.array([[0.3 * 0.1 + 2.1, -2.1], [-2.1, 0.7 * 0.1 + 2.1]])
    assert columns(run, ["V", "V_d"])[1][-1] == pytest.approx(np.linalg.solve(g, [0.9, -0.4]) - 60, abs=1e-8)


def test_a_conductance_on_the_dendrite_sees_the_potential_there(run_hillock):
    text = config("pinsky_rinzel", 60, "1 uA/cm2", recorded(["V", "V_d", "g_ampa", "I_ampa"]))
    text = text.replace("init: {}", "receptors: {ampa: {model: exp_conductance, into: I_d}}")
    spike = "  spike: {type: spikes, target: cell, receptor: ampa, times: [5 ms], weight: 1 nS}"
    text = text.replace("record:", f"{spike}\nrecord:")
    V, V_d, g, current = columns(run_hillock(text), ["V", "V_d", "g_ampa", "I_ampa"])[1].T
    assert np.max(np.abs(V - V_d)) > 10 and g.max() > 0.99
    assert np.max(np.abs(current - g * (0 - V_d))) < 1e-9 * np.max(np.abs(current))


def test_pinsky_rinzel_with_much_calcium_follows_scipy_where_its_rates_are_cut_off(run_hillock):
    """Beyond a calcium of 500 alpha_q is 0.01/ms, beyond 250 chi is 1; the current goes into the dendrite."""
    start = PINSKY.start(Ca=900.0)
    truth = oscillators.trajectory(lambda y: PINSKY.derivative(y, 0.0, 2.0), start, 25, rtol=1e-10)
    more = "  dendrite: {type: dc, target: cell, site: I_d, amplitude: 2 uA/cm2}"
    run = run_hillock(config("pinsky_rinzel", 25, "0 uA/cm2", recorded(PINSKY_STATES), init="{Ca: 900}", more=more))
    t, found = columns(run, PINSKY_STATES)
    expected = truth.at(t).T
    assert expected[-1, -1] < 200
    assert np.max(np.abs(found - expected) / np.ptp(expected, axis=0)) < 1e-5


def test_pinsky_rinzel_bursts_under_weak_and_spikes_under_strong_current_with_tight_coupling(run_hillock):
    """Figure 2 A and D of the paper: bursts at less than 8 Hz, and single spikes at regular intervals."""
    weak, _ = spikes(run_hillock(config("pinsky_rinzel", 2000, "0.75 uA/cm2", rtol=1e-8)).output)
    groups = bursts(weak, 50)[2:-1]
    assert len(groups) >= 3 and {len(group) for group in groups} == {2}
    assert np.all(np.array([group[-1] - group[0] for group in groups]) < 5)
    assert np.all(np.diff([group[0] for group in groups]) > 125)
    strong = config("pinsky_rinzel", 1000, "2.5 uA/cm2", params="{g_c: 10.5 mS/cm2}", rtol=1e-8)
    intervals = np.diff(spikes(run_hillock(strong).output)[0])
    assert len(intervals) > 10 and np.all(intervals > 25) and np.ptp(intervals[-4:]) < 10


def test_pinsky_rinzel_keeps_the_intervals_that_the_neuroml_version_is_tested_for(run_hillock):
    """Open Source Brain, PinskyRinzelModel, test of figure 2 D: spikes at 8.5, 37.25, 65.7, 97.2, 132.2, 171.1 ms."""
    init = "{h: 0.999, n: 0.001, s: 0.009, c: 0.007, q: 0, Ca: 0.2}"
    text = config("pinsky_rinzel", 180, "2.5 uA/cm2", params="{g_c: 10.5 mS/cm2}", init=init)
    times, _ = spikes(run_hillock(text).output)
    assert np.diff(times) == pytest.approx(np.diff([8.5, 37.25, 65.7, 97.2, 132.2, 171.1]), abs=0.6)


# ---- Wilson-Cowan --------------------------------------------------------------------------------------------------


def test_wilson_cowan_runs_into_its_limit_cycle_as_in_scipy(run_hillock):
    """The constants of the limit cycle of Wilson & Cowan (1972), with P = 1.25; SciPy's time is in units of 10 ms."""
    truth = oscillators.trajectory(lambda y: WILSON.derivative(y, 1.25, 0.01), [0.0, 0.0], 40)
    text = config("wilson_cowan", 400, "1.25", recorded("EJ"),
                  more="  to_J: {type: dc, target: cell, site: Q, amplitude: 0.01}")
    t, found = columns(run_hillock(text), "EJ")
    assert np.max(np.abs(found - truth.at(t / 10).T)) < 1e-7
    for begin, end in ((200, 300), (300, 400)):  # two periods each
        E = found[(t > begin) & (t < end), 0]
        assert np.ptp(E) > 0.16 and np.sum((E[1:] > 0.18) & (E[:-1] <= 0.18)) == 2


def test_wilson_cowan_takes_each_time_constant_where_it_belongs(run_hillock):
    """From E = J = 0.2, dE/dt and dJ/dt at the start are those of the paper over tau_E and tau_J."""
    slopes = np.array(WILSON.derivative([0.2, 0.2], 1.25)) / [5.0, 20.0]
    text = config("wilson_cowan", 0.01, "1.25", recorded("EJ", "0.001 ms"), params="{tau_E: 5 ms, tau_J: 20 ms}",
                  init="{E: 0.2, J: 0.2}")
    _, found = columns(run_hillock(text.replace("dt: 0.1 ms", "dt: 0.001 ms")), "EJ")
    assert (found[1] - found[0]) / 0.001 == pytest.approx(slopes, rel=1e-3)


def test_wilson_cowan_without_input_rests_at_0_or_high_with_the_constants_of_two_stable_states(run_hillock):
    """Wilson & Cowan (1972), figure 4: P = Q = 0."""
    text = config("wilson_cowan", 600, "0", recorded("EJ"), size=3, params=BISTABLE_PARAMS,
                  init="{E: [0, 0.05, 0.5], J: [0, 0.05, 0.2]}")
    frames = report(run_hillock(text).output)
    assert frames["E"][-1, 0] == 0 and frames["J"][-1, 0] == 0
    assert abs(frames["E"][-1, 1]) < 1e-6
    high = [frames["E"][-1, 2], frames["J"][-1, 2]]
    assert high[0] > 0.3 and np.max(np.abs(BISTABLE.derivative(high, 0.0))) < 1e-9


def test_activity_of_one_wilson_cowan_pair_reaches_another(run_hillock):
    text = """
simulation: {duration: 50 ms, dt: 0.1 ms}
populations:
  from: {model: wilson_cowan, init: {E: 0.3, J: 0.1}}
  to: {model: wilson_cowan, receptors: {in: {model: sum}, inhibiting: {model: sum, into: Q}}}
connections:
  e: {source: from, target: to, receptor: in, transmit: E, rule: one_to_one, weight: 0.5, delay: 2 ms}
  j: {source: from, target: to, receptor: inhibiting, transmit: J, rule: one_to_one, weight: 0.25, delay: 1 ms}
record:
  from: {E: {every: 0.1 ms}, J: {every: 0.1 ms}, dtype: float64}
  to: {E: {every: 0.1 ms}, J: {every: 0.1 ms}, V: {every: 0.1 ms}, V_J: {every: 0.1 ms}, dtype: float64}
"""
    output = run_hillock(text).output
    sent, got = report(output, "from"), report(output, "to")
    arrived = got["V"] - 16 * got["E"] + 12 * got["J"]
    inhibiting = got["V_J"] - 15 * got["E"] + 3 * got["J"]
    assert np.max(np.abs(arrived[20:] - 0.5 * sent["E"][:-20])) < 1e-12 and np.ptp(arrived) > 0.01
    assert np.max(np.abs(inhibiting[10:] - 0.25 * sent["J"][:-10])) < 1e-12


# ---- Brian2 --------------------------------------------------------------------------------------------------------


@pytest.mark.peers
@pytest.mark.parametrize("model, unit, currents, duration", [("morris_lecar", " uA/cm2", [90.0, 100.0, 150.0], 250),
                                                             ("fitzhugh_nagumo", "", [0.35, 0.5, 1.0], 200),
                                                             ("hindmarsh_rose", "", [0.4, 2.0, 4.0], 200)])
def test_brian2_fires_the_same_spikes(run_hillock, peer_python, tmp_path, model, unit, currents, duration):
    """Brian2 stamps a spike with the beginning of the step of 0.02 ms in which V rises through V_th."""
    script = Path(__file__).parent / "reference" / "brian2_oscillators.py"
    (tmp_path / "job.json").write_text(json.dumps({"model": model, "currents": currents, "duration": duration}))
    subprocess.run([str(peer_python), str(script), "job.json", "brian2.json"], cwd=tmp_path, check=True, timeout=300)
    theirs = json.loads((tmp_path / "brian2.json").read_text())
    amplitude = "[" + ", ".join(f"{current!r}{unit}" for current in currents) + "]"
    ours = trains(run_hillock(config(model, duration, amplitude, size=3)).output, 3)
    assert sum(len(train) for train in theirs) >= 8
    for k, train in enumerate(theirs):
        assert len(train) == len(ours[k])
        assert np.all(np.abs(np.array(train) - ours[k]) < 0.025)
