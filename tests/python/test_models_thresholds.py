"""Neurons whose threshold moves or is uncertain, and binary neurons, against closed forms, exact integration and NEST.

The equations are written anew from the papers, as matrices: between spikes they are linear, so that the references are
exact. Eight models share these references and the runs with NEST, which is why they share one file."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pytest
from scipy.linalg import expm

from reference.files import report, spikes, trains

MAT2, AMAT2, MIHALAS_NIEBUR, GLIF = "mat2", "amat2", "gif_mihalas_niebur", "glif"
POZZORINI, ESCAPE_NOISE, GINZBURG, MCCULLOCH_PITTS = "gif_pozzorini", "escape_noise", "ginzburg", "mcculloch_pitts"


def augmented(rows, constant):
    """The matrix of x' = rows x + constant for the vector (x, 1)."""
    return np.vstack([np.column_stack([rows, constant]), np.zeros(len(constant) + 1)])


def moved(matrix, x, s):
    """exp(s matrix) x, by the series: the times here are short."""
    term = total = x
    for k in range(1, 60):
        term = matrix @ term * (s / k)
        total = total + term
        if np.abs(term).max() <= 1e-17 * np.abs(total).max():
            return total
    raise ArithmeticError("the series did not converge")


def crossing(matrix, x, gap, longest):
    """When gap.(x, 1) is 0 on the way from x, and the state there, by Newton's method."""
    s = longest / 2
    for _ in range(20):
        there = moved(matrix, x, s)
        correction = gap @ there / (gap @ matrix @ there)
        if abs(correction) < 1e-12 or abs(gap @ there) < 1e-13:
            assert 0 <= s <= longest
            return s, there
        s -= correction
    raise ArithmeticError("Newton's method did not converge")


def exact_spikes(rows, inputs, x, gap, reset, duration, t_ref=0.0, held=(), step=0.2):
    """Spike times (ms) of x' = rows x + constant up to `duration`; a spike is where gap.(x, 1) becomes positive.

    `inputs` lists (start, constant) in order of time; reset((x, 1)) gives the state after a spike, where the states
    `held` stay for t_ref, in which there is no other spike."""
    x, t, free, times = np.append(x, 1.0), 0.0, 0.0, []
    for (_, constant), stop in zip(inputs, [start for start, _ in inputs[1:]] + [duration]):
        matrix = augmented(rows, constant)
        frozen = matrix.copy()
        frozen[list(held)] = 0
        whole = expm(step * matrix)
        while t < stop - 1e-12:
            if t < free - 1e-12:
                h = min(free, stop) - t
                x, t = moved(frozen, x, h), t + h
                continue
            assert gap @ x < 1e-12, "choose inputs that do not leave the neuron above its threshold"
            h = min(step, stop - t)
            after = whole @ x if h == step else moved(matrix, x, h)
            if gap @ after > 0:
                h, after = crossing(matrix, x, gap, h)
                after = reset(after)
                times.append(t + h)
                free = t + h + t_ref
            x, t = after, t + h
    return np.array(times)


def settings(values):
    return "{" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}"


def in_unit(values, unit):
    return {name: f"{value!r} {unit}" for name, value in values.items()}


def pieces_of(pieces, unit):
    """The inputs section of a current that is constant in pieces, (duration in ms, value) each."""
    lines, start = [], 0.0
    for k, (length, value) in enumerate(pieces):
        if value:
            lines.append(f"  piece_{k}: {{type: dc, target: cell, amplitude: {value!r} {unit}, start: {start!r} ms, "
                         f"stop: {start + length!r} ms}}")
        start += length
    return "\n".join(lines), start


def fired(run_hillock, model, pieces, unit, params, init=None, dt=0.1, spike_times="interpolated"):
    """Spike times of one neuron under a current in pieces; params are added to the defaults."""
    inputs, duration = pieces_of(pieces, unit)
    run = run_hillock(f"""
simulation: {{duration: {duration!r} ms, dt: {dt} ms, spike_times: {spike_times}}}
populations:
  cell: {{model: {model}, params: {settings(params)}, init: {settings(init or {})}}}
inputs:
{inputs}
record:
  cell: {{spikes: true}}
""")
    return spikes(run.output)[0]


def starts(pieces):
    return np.concatenate([[0.0], np.cumsum([length for length, _ in pieces])[:-1]])


# --- mat2 -----------------------------------------------------------------------------------------------------------

# Neurons of Kobayashi et al. 2009: omega, alpha_1, alpha_2 (mV); chattering from their program for figure 5.
MAT_NEURONS = {"regular": (19, 37, 2), "bursting": (26, 1.7, 2), "fast": (11, 10, 0.002), "chattering": (26, -0.5, 0.4)}


def mat_params(neuron):
    """The parameters that differ from the defaults, which are the regular-spiking neuron."""
    omega, alpha_1, alpha_2 = MAT_NEURONS[neuron]
    if neuron == "regular":
        return {}
    return in_unit({"V_th": omega - 70, "alpha_1": alpha_1, "alpha_2": alpha_2}, "mV")


def mat_matrix(omega, alpha_1, alpha_2, tau_m=5.0, tau_1=10.0, tau_2=200.0):
    """Rows, gap and reset of MAT (equations 1 and 2) with V counted from rest."""
    rows = np.diag([-1 / tau_m, -1 / tau_1, -1 / tau_2])
    return rows, np.array([1, -1, -1, -omega]), lambda x: x + np.array([0, alpha_1, alpha_2, 0])


def mat_steps(omega, alpha_1, alpha_2, current, steps, dt=0.1, t_ref=2.0, tau_m=5.0, R=0.05):
    """Spikes of MAT as steps of a grid, and how near V came to a decision that rounding could turn."""
    theta, last, found, margin = np.zeros(2), -10**9, [], np.inf
    decay, hold = np.exp(-dt / np.array([10.0, 200.0])), round(t_ref / dt)
    for n in range(1, steps + 1):
        theta = theta * decay
        gap = -R * current * np.expm1(-n * dt / tau_m) - omega - theta.sum()
        if n > last + hold:
            margin = min(margin, abs(gap))
            if gap >= 0:
                theta, last = theta + [alpha_1, alpha_2], n
                found.append(n)
    return np.array(found), margin


@pytest.mark.parametrize("neuron, current", [("regular", 600.0), ("regular", 1234.5), ("bursting", 600.0),
                                             ("fast", 300.0)])
def test_mat2_fires_when_exact_integration_says(run_hillock, neuron, current):
    rows, gap, reset = mat_matrix(*MAT_NEURONS[neuron])
    expected = exact_spikes(rows, [(0.0, [current / 100, 0, 0])], np.zeros(3), gap, reset, 400.0, 2.0)
    times = fired(run_hillock, MAT2, [(400.0, current)], "pA", mat_params(neuron))
    assert len(times) == len(expected) > 4
    assert np.max(np.abs(times - expected)) < 1e-8


@pytest.mark.parametrize("dt", [0.1, 0.02])
@pytest.mark.parametrize("neuron", MAT_NEURONS)
def test_mat2_on_the_grid_fires_at_the_steps_of_its_closed_form(run_hillock, neuron, dt):
    """600 pA as in figure 5; also where V is above the threshold still when the refractory period ends."""
    expected, margin = mat_steps(*MAT_NEURONS[neuron], 600.0, round(500 / dt), dt)
    assert margin > 1e-9
    times = fired(run_hillock, MAT2, [(500.0, 600.0)], "pA", mat_params(neuron), dt=dt, spike_times="grid")
    assert np.array_equal(np.rint(times / dt), expected)


@pytest.mark.parametrize("period", [12.0, 30.0, 100.0])
def test_mat2_keeps_the_period_of_its_closed_form(run_hillock, period):
    """The threshold loses in a period what a spike adds: V - V_th is the sum of alpha/(exp(period/tau) - 1)."""
    fast, slow = float(np.expm1(period / 10)), float(np.expm1(period / 200))
    V = -51 + 37 / fast + 2 / slow
    init = {"V": V, "theta_1": 37 / fast + 37, "theta_2": 2 / slow + 2}
    times = fired(run_hillock, MAT2, [(10.5 * period, (V + 70) * 100 / 5)], "pA", {}, in_unit(init, "mV"))
    assert np.max(np.abs(times - period * np.arange(1, 11))) < 1e-7


def test_mat2_has_the_firing_patterns_of_the_paper(run_hillock):
    """Under 600 pA (figure 5): adaptation, a burst and then single spikes, fast without adaptation, repeated bursts."""
    intervals = {neuron: np.diff(fired(run_hillock, MAT2, [(500.0, 600.0)], "pA", mat_params(neuron),
                                       spike_times="grid")) for neuron in MAT_NEURONS}
    assert np.all(np.diff(intervals["regular"]) > -0.11) and intervals["regular"][-1] > 1.5 * intervals["regular"][0]
    assert intervals["bursting"][0] < 7 and np.all(intervals["bursting"][2:] > 60)
    assert np.ptp(intervals["fast"][6:]) < 0.15 and len(intervals["fast"]) > 5 * len(intervals["regular"])
    cuts = np.flatnonzero(intervals["chattering"] > 3)
    assert np.all(intervals["chattering"][cuts] > 40) and np.all(np.diff(cuts) == 3) and len(cuts) > 5


# --- amat2 ----------------------------------------------------------------------------------------------------------

def amat_matrix(beta, alpha_1=10.0, alpha_2=0.0, omega=5.0, tau_m=10.0, tau_V=5.0):
    """AMAT (Yamauchi et al. 2011), V from rest; theta_v is beta dV/dt filtered by s exp(-s/tau_V), as two equations."""
    rows = np.zeros((5, 5))
    rows[0, 0], rows[1, 1], rows[2, 2] = -1 / tau_m, -1 / 10, -1 / 200
    rows[3, [0, 3]] = -beta / tau_m, -1 / tau_V          # its first integral: beta dV/dt less its decay
    rows[4, [3, 4]] = 1, -1 / tau_V
    drive = lambda current: np.array([current / 200, 0, 0, beta * current / 200, 0])
    gap = np.array([1, -1, -1, 0, -1, -omega])
    return rows, drive, gap, lambda x: x + np.array([0, alpha_1, alpha_2, 0, 0, 0])


AMAT_CASES = {
    "phasic spiking": ({}, -0.3, 10, 0, [(200.0, 95.0)]),
    "rebound spike": ({"beta": "-0.8/ms"}, -0.8, 10, 0, [(150.0, -260.0), (100.0, 0.0)]),
    "steps to both sides": ({}, -0.3, 10, 0, [(100.0, 95.0), (150.0, -260.0), (100.0, 120.0)]),
    "slow part": ({"alpha_2": "0.7 mV"}, -0.3, 10, 0.7, [(60.0, 210.0), (20.0, 0.0), (120.0, 330.0)]),
    "raised by a rise of V": ({"beta": "0.4/ms"}, 0.4, 10, 0, [(150.0, 230.0), (50.0, -300.0), (100.0, 180.0)]),
    "no dependence on V": ({"beta": "0/ms"}, 0.0, 10, 0, [(200.0, 150.0)]),
}
AMAT_COUNTS = {"phasic spiking": 1, "rebound spike": 1}


@pytest.mark.parametrize("case", AMAT_CASES)
def test_amat2_fires_when_exact_integration_says(run_hillock, case):
    params, beta, alpha_1, alpha_2, pieces = AMAT_CASES[case]
    rows, drive, gap, reset = amat_matrix(beta, alpha_1, alpha_2)
    inputs = [(start, drive(value)) for start, (_, value) in zip(starts(pieces), pieces)]
    expected = exact_spikes(rows, inputs, np.zeros(5), gap, reset, sum(length for length, _ in pieces), 2.0)
    times = fired(run_hillock, AMAT2, pieces, "pA", params)
    assert len(times) == len(expected) > 0
    assert np.max(np.abs(times - expected)) < 1e-8
    assert len(times) == AMAT_COUNTS.get(case, len(times))


def test_amat2_in_a_burst_fires_a_step_after_each_refractory_period(run_hillock):
    """Phasic bursting: alpha_1 is negative, so that V is above the threshold still when t_ref is over."""
    params = {"alpha_1": "-0.5 mV", "alpha_2": "0.35 mV"}
    times = fired(run_hillock, AMAT2, [(200.0, 95.0)], "pA", params, dt=0.02, spike_times="grid")
    assert np.max(np.abs(np.diff(times)[:2] - 2.02)) < 1e-9 and len(times) < 8 and times[-1] < 60


def test_the_threshold_of_amat2_follows_a_rise_of_V_by_its_closed_form(run_hillock):
    """Of exp(-t/tau_m), as dV/dt is, s exp(-s/tau_V) makes exp(-t/tau_m) (1 - exp(-d t)(1 + d t))/d^2."""
    run = run_hillock(f"""
simulation: {{duration: 60 ms, dt: 0.1 ms}}
populations: {{cell: {{model: {AMAT2}}}}}
inputs: {{step: {{type: dc, target: cell, amplitude: 80 pA}}}}
record: {{cell: {{V: {{}}, theta: {{}}, spikes: true, dtype: float64}}}}
""")
    frames = report(run.output)
    t, d = frames["time"], 1 / 5 - 1 / 10
    kernel = 80 / 200 * np.exp(-t / 10) * (1 - np.exp(-d * t) * (1 + d * t)) / d**2
    assert np.max(np.abs(frames["V"][:, 0] - (-70 - 4 * np.expm1(-t / 10)))) < 1e-11
    assert np.max(np.abs(frames["theta"][:, 0] - (-65 - 0.3 * kernel))) < 1e-11
    assert len(spikes(run.output)[0]) == 0 and kernel.max() > 3


def test_a_jump_of_V_counts_as_a_change_in_the_threshold_of_amat2(run_hillock):
    """It is dV/dt = weight delta(t), which makes the kernel; the decay of V after it counts as above."""
    run = run_hillock(f"""
simulation: {{duration: 40 ms, dt: 0.1 ms}}
populations: {{cell: {{model: {AMAT2}, receptors: {{in: {{model: delta}}}}}}}}
inputs: {{kick: {{type: spikes, target: cell, receptor: in, times: [5 ms], weight: 2 mV}}}}
record: {{cell: {{theta: {{}}, dtype: float64}}}}
""")
    frames = report(run.output)
    s, d = np.maximum(frames["time"] - 5, 0), 1 / 5 - 1 / 10
    expected = -0.3 * 2 * (s * np.exp(-s / 5) - np.exp(-s / 10) / 10 * (1 - np.exp(-d * s) * (1 + d * s)) / d**2)
    assert np.max(np.abs(frames["theta"][:, 0] + 65 - expected)) < 1e-11 and np.ptp(expected) > 0.5


# --- gif_mihalas_niebur ---------------------------------------------------------------------------------------------

# Table 1 and figure 1 of Mihalas & Niebur 2009: a (1/s), A_1 and A_2 (V/s), and the input as pieces of (ms, V/s), whose
# durations Detorakis 2017 read from the figure (reproduction for ReScience). Then what the pattern is: how many spikes
# come in groups at least 60 ms apart, and where it is silent (ms). Class 2 (figure 1H) starts on its threshold, in a
# balance that rounding decides, and is left out.
PATTERNS = {
    "tonic spiking": (0, 0, 0, [(200.0, 1.5)], [9], []),
    "class 1": (0, 0, 0, [(500.0, 1 + 1e-6)], [1, 1], []),
    "spike frequency adaptation": (5, 0, 0, [(200.0, 2.0)], [10], []),
    "phasic spiking": (5, 0, 0, [(500.0, 1.5)], [5], [(200, 500)]),
    "accommodation": (5, 0, 0, [(100.0, 1.5), (500.0, 0.0), (100.0, 0.5), (100.0, 1.0), (100.0, 1.5), (100.0, 0.0)],
                      [3], [(100, 1000)]),
    "threshold variability": (5, 0, 0, [(20.0, 1.5), (180.0, 0.0), (25.0, -1.5), (25.0, 0.0), (25.0, 1.5),
                                        (125.0, 0.0)], [1], [(0, 250)]),
    "rebound spike": (5, 0, 0, [(50.0, 0.0), (756.0, -3.5), (194.0, 0.0)], [1], [(0, 806)]),
    "integrator": (5, 0, 0, [(20.0, 1.5), (10.0, 0.0), (20.0, 1.5), (250.0, 0.0), (20.0, 1.5), (30.0, 0.0), (20.0, 1.5),
                             (30.0, 0.0)], [1], [(0, 30), (50, 400)]),
    "input bistability": (5, 0, 0, [(100.0, 1.5), (400.0, 1.7), (100.0, 1.5), (400.0, 1.7)], [14], [(500, 1000)]),
    "hyperpolarisation-induced spiking": (30, 0, 0, [(400.0, -1.0)], [1, 1, 1], []),
    "hyperpolarisation-induced bursting": (30, 10, -0.6, [(400.0, -1.0)], [5, 4, 4], []),
    "tonic bursting": (5, 10, -0.6, [(500.0, 2.0)], [8, 6, 5, 5], []),
    "phasic bursting": (5, 10, -0.6, [(500.0, 1.5)], [7], [(50, 500)]),
    "rebound burst": (5, 10, -0.6, [(100.0, 0.0), (500.0, -3.5), (400.0, 0.0)], [7], [(0, 600)]),
    "mixed mode": (5, 5, -0.3, [(500.0, 2.0)], [19], []),
    "afterpotentials": (5, 5, -0.3, [(15.0, 2.0), (185.0, 0.0)], [1], []),
    "basal bistability": (0, 8, -0.1, [(10.0, 5.0), (90.0, 0.0), (10.0, 5.0), (90.0, 0.0)], [25], [(115, 200)]),
    "preferred frequency": (5, -3, 0.5, [(5.0, 5.0), (5.0, 0.0), (5.0, 4.0), (385.0, 0.0), (5.0, 5.0), (45.0, 0.0),
                                         (5.0, 4.0), (345.0, 0.0)], [1, 2], [(5, 400)]),
    "spike latency": (-80, 0, 0, [(2.0, 8.0), (48.0, 0.0)], [1], [(0, 15)]),
}


def mihalas_niebur_spikes(a, A_1, A_2, pieces, R_1=0.0, R_2=1.0):
    """Equations 2.1 and 2.2 in ms and mV, with the initial currents of the paper."""
    rows = np.array([[-1 / 20, 0, 1, 1], [a / 1000, -0.01, 0, 0], [0, 0, -0.2, 0], [0, 0, 0, -0.02]])
    drive = lambda value: np.array([-70 / 20 + value, 70 * a / 1000 - 0.01 * 50, 0, 0])
    reset = lambda x: np.array([-70, max(-60, x[1]), R_1 * x[2] + A_1, R_2 * x[3] + A_2, 1])
    inputs = [(start, drive(value)) for start, (_, value) in zip(starts(pieces), pieces)]
    duration = sum(length for length, _ in pieces)
    return exact_spikes(rows, inputs, np.array([-70, -50, 0.01, 0.001]), np.array([1, -1, 0, 0, 0]), reset, duration)


def mihalas_niebur_params(a, A_1, A_2):
    """What differs from the defaults, which are tonic bursting."""
    given = {"a": (a, 5, f"{a / 1000} 1/ms"), "A_1": (A_1, 10, f"{A_1} mV/ms"), "A_2": (A_2, -0.6, f"{A_2} mV/ms")}
    return {name: text for name, (value, default, text) in given.items() if value != default}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_gif_mihalas_niebur_fires_as_exact_integration_and_the_patterns_of_the_paper(run_hillock, pattern):
    a, A_1, A_2, pieces, groups, silent = PATTERNS[pattern]
    init = {"I_1": "0.01 mV/ms", "I_2": "0.001 mV/ms"}
    times = fired(run_hillock, MIHALAS_NIEBUR, pieces, "mV/ms", mihalas_niebur_params(a, A_1, A_2), init)
    expected = mihalas_niebur_spikes(a, A_1, A_2, pieces)
    assert len(times) == len(expected) > 0
    # V of class 1 creeps over the threshold at 1e-6 mV/ms, where a rounding of V moves the crossing.
    assert np.max(np.abs(times - expected)) < (1e-5 if pattern == "class 1" else 1e-8)
    cuts = np.flatnonzero(np.diff(times) > 60)
    assert np.diff(np.concatenate([[-1], cuts, [len(times) - 1]])).tolist() == groups
    assert not any(np.any((times > start) & (times < stop)) for start, stop in silent)


def test_gif_mihalas_niebur_keeps_the_parts_of_its_currents_that_it_should(run_hillock):
    pieces, init = [(200.0, 2.0)], {"I_1": "0.01 mV/ms", "I_2": "0.001 mV/ms"}
    times = fired(run_hillock, MIHALAS_NIEBUR, pieces, "mV/ms", {"R_1": 0.3, "R_2": 0.7}, init)
    expected = mihalas_niebur_spikes(5, 10, -0.6, pieces, 0.3, 0.7)
    assert len(times) == len(expected) > 10
    assert np.max(np.abs(times - expected)) < 1e-8


def test_gif_mihalas_niebur_without_its_currents_has_the_period_of_an_integrator(run_hillock):
    """a = A_1 = A_2 = 0 and 1.5 V/s: 20 ms log(30/10) from reset to threshold (equation 2.1)."""
    params = {"a": "0/ms", "A_1": "0 mV/ms", "A_2": "0 mV/ms"}
    times = fired(run_hillock, MIHALAS_NIEBUR, [(200.0, 1.5)], "mV/ms", params)
    assert np.max(np.abs(times - 20 * np.log(3) * np.arange(1, 10))) < 1e-9


# --- glif -----------------------------------------------------------------------------------------------------------

# What each level of Teeter et al. 2018 leaves out of the fifth.
GLIF_LEVELS = {
    1: {"f_V": 0, "delta_V": "0 mV", "delta_theta_s": "0 mV", "delta_I_0": "0 pA", "delta_I_1": "0 pA", "a_v": "0/ms"},
    2: {"delta_I_0": "0 pA", "delta_I_1": "0 pA", "a_v": "0/ms"},
    3: {"f_V": 0, "delta_V": "0 mV", "delta_theta_s": "0 mV", "a_v": "0/ms"},
    4: {"a_v": "0/ms"},
    5: {},
}
GLIF_PIECES = [(20.0, 0.0), (300.0, 420.0), (80.0, -150.0), (200.0, 700.0)]


def glif_spikes(level, pieces):
    """Equations 1 to 7 with V from rest, cell 490626718 of the Allen Cell Types Database."""
    resets, after, adapts = level in (2, 4, 5), level in (3, 4, 5), level == 5
    C, g, k, t_ref = 58.72, 9.43, np.array([0.003, 0.1]), 3.75
    rows = np.zeros((5, 5))
    rows[0, [0, 3, 4]] = -g / C, 1 / C, 1 / C
    rows[1, 1] = -0.009
    rows[2, [0, 2]] = 0.005 * adapts, -0.09
    rows[3:, 3:] = -np.diag(k)

    def reset(x):
        V, theta_s, theta_v, *asc, _ = x
        V = 0.2 * V + 18.51 if resets else 0.0
        theta_s = theta_s * np.exp(-0.009 * t_ref) + 0.37 * resets
        asc = (asc * np.exp(-k * t_ref) + [-9.18, -198.94]) * after
        return np.array([V, theta_s, theta_v, *asc, 1.0])

    inputs = [(start, [value / C, 0, 0, 0, 0]) for start, (_, value) in zip(starts(pieces), pieces)]
    gap = np.array([1, -1, -1, 0, 0, -(78.85 - 51.68)])
    return exact_spikes(rows, inputs, np.zeros(5), gap, reset, sum(length for length, _ in pieces), t_ref, range(5))


@pytest.mark.parametrize("level", GLIF_LEVELS)
def test_glif_fires_at_each_level_when_exact_integration_says(run_hillock, level):
    times = fired(run_hillock, GLIF, GLIF_PIECES, "pA", GLIF_LEVELS[level])
    expected = glif_spikes(level, GLIF_PIECES)
    assert len(times) == len(expected) > 10
    assert np.max(np.abs(times - expected)) < 1e-8


def test_glif_of_levels_1_and_2_has_the_period_of_an_integrator(run_hillock):
    """From V_r above rest to the threshold 27.17 mV above it: t_ref + C/g log((I/g - V_r)/(I/g - 27.17 mV))."""
    period = lambda V_r: 3.75 + 58.72 / 9.43 * np.log((400 / 9.43 - V_r) / (400 / 9.43 - 27.17))
    times = fired(run_hillock, GLIF, [(200.0, 400.0)], "pA", GLIF_LEVELS[1])
    assert np.max(np.abs(np.diff(times) - period(0))) < 1e-9
    times = fired(run_hillock, GLIF, [(20.0, 400.0)], "pA", {**GLIF_LEVELS[2], "delta_theta_s": "0 mV"})
    assert np.max(np.abs(np.diff(times) - period(0.2 * 27.17 + 18.51))) < 1e-9
    with_spike = fired(run_hillock, GLIF, [(200.0, 400.0)], "pA", GLIF_LEVELS[2])
    assert np.all(np.diff(with_spike, 2) > 0)            # its threshold rises from spike to spike


# --- escape_noise and gif_pozzorini ---------------------------------------------------------------------------------

def firing_law(free, held, reset, x, rate, fired_at, dt, t_ref):
    """What a neuron that spikes by chance must do between its spikes: states[step, state, neuron] as recorded, and the
    probability[step, neuron] with which each step was to have a spike (0 where the rule is off).

    x[state, neuron] are the states and a 1; `free` and `held` propagate them over one step; fired_at[step, neuron]."""
    states, chances = [x], [np.zeros(x.shape[1])]
    hold, since = round(t_ref / dt), np.full(x.shape[1], 10**9)
    for now in fired_at[1:]:
        off = since < hold
        x = np.where(off, held @ x, free @ x)
        chances.append(np.where(off, 0, -np.expm1(-rate(x) * dt)))
        x = np.where(now, reset(x), x)
        since = np.where(now, 0, since + 1)
        states.append(x)
    return np.array(states), np.array(chances)


def fired_at(path, steps, size, dt):
    """Whether neuron i spiked at step n: [step, neuron]; spikes of the last step are beyond the last frame."""
    times, ids = spikes(path)
    found = np.zeros((steps + 1, size), dtype=bool)
    found[np.rint(times / dt).astype(int), ids.astype(int)] = True
    return found[:steps]


def assert_as_often_as_expected(fired, chances):
    """The count of spikes less the sum of their probabilities is a martingale: within 5 standard deviations."""
    assert fired[chances == 0].sum() == 0 and fired.sum() > 200
    spread = np.sqrt(np.sum(chances * (1 - chances)))
    assert abs(fired.sum() - chances.sum()) < 5 * spread


def law_run(run_hillock, model, currents, duration, dt, record, seed):
    listed = ", ".join(f"{float(current)!r} pA" for current in currents)
    return run_hillock(f"""
simulation: {{duration: {duration} ms, dt: {dt} ms, seed: {seed}}}
populations: {{cell: {{size: {len(currents)}, model: {model}}}}}
inputs: {{drive: {{type: dc, target: cell, amplitude: [{listed}]}}}}
record: {{cell: {{{", ".join(f"{name}: {{}}" for name in record)}, spikes: true, dtype: float64}}}}
""")


def test_escape_noise_keeps_its_equations_and_fires_as_often_as_they_say(run_hillock):
    """NEST's pp_psc_delta after Jolivet et al. 2006: 1.238 Hz exp((V - theta)/4 mV) from rest; 7 mV a spike, 34 ms."""
    currents, dt, duration = np.linspace(200, 800, 20), 0.1, 1000
    run = law_run(run_hillock, ESCAPE_NOISE, currents, duration, dt, ("V", "theta", "rho"), 21)
    frames, steps = report(run.output), round(duration / dt)
    fired = fired_at(run.output, steps, len(currents), dt)
    # V - V_inf, theta and V_inf, which differs between neurons.
    V_inf = -70 + currents * 10 / 250
    x = np.array([-70 - V_inf, 0 * V_inf, V_inf])
    free = np.diag([np.exp(-dt / 10), np.exp(-dt / 34), 1])
    reset = lambda x: np.array([-70 - x[2], x[1] + 7, x[2]])
    rate = lambda x: 1.238e-3 * np.exp(0.25 * (x[0] + x[2] + 70 - x[1]))
    states, chances = firing_law(free, free, reset, x, rate, fired, dt, 1.0)
    assert np.max(np.abs(frames["V"] - states[:, 0] - states[:, 2])) < 1e-9
    assert np.max(np.abs(frames["theta"] - states[:, 1])) < 1e-9
    assert np.max(np.abs(frames["rho"] / rate(states.swapaxes(0, 1)) - 1)) < 1e-9
    assert_as_often_as_expected(fired, chances)


@pytest.mark.parametrize("current", [0.0, 300.0, 600.0])
def test_the_intervals_of_escape_noise_without_adaptation_are_those_of_its_hazard(run_hillock, current):
    """A renewal process: mean and CV from the probabilities of the steps, within 5 standard errors."""
    dt, size, duration = 0.1, 200, 8000 if current else 20000
    run = run_hillock(f"""
simulation: {{duration: {duration} ms, dt: {dt} ms, seed: 22}}
populations: {{cell: {{size: {size}, model: {ESCAPE_NOISE}, params: {{delta_theta: 0 mV, rho_0: 12.38 Hz}}}}}}
inputs: {{drive: {{type: dc, target: cell, amplitude: {current} pA}}}}
record: {{cell: {{spikes: true}}}}
""")
    intervals = np.concatenate([np.diff(train) for train in trains(run.output, size)])
    age = np.arange(1, 40_000) * dt
    V = -current * 10 / 250 * np.expm1(-age / 10)
    chance = np.where(age < 1.05, 0, -np.expm1(-0.01238 * np.exp(V / 4) * dt))
    first = np.concatenate([[1], np.cumprod(1 - chance)[:-1]]) * chance
    mean = np.sum(first * age)
    cv = np.sqrt(np.sum(first * age**2) - mean**2) / mean
    n = len(intervals)
    bias = mean * (1 + cv**2) / duration                 # intervals that the end cuts off are the longer ones
    assert n > 5000 and first.sum() > 1 - 1e-12
    assert abs(intervals.mean() / mean - 1) < 5 * cv / np.sqrt(n) + bias
    assert abs(intervals.std() / intervals.mean() / cv - 1) < 5 * np.sqrt((1 + 2 * cv**2) / n) + bias


@pytest.mark.parametrize("model, rate, dt, t_ref", [(ESCAPE_NOISE, "rho_0", 0.01, 1.0),
                                                    (POZZORINI, "lambda_0", 0.04, 4.0)])
def test_at_an_endless_rate_each_interval_is_the_refractory_period_and_a_step(run_hillock, model, rate, dt, t_ref):
    run = run_hillock(f"""
simulation: {{duration: 30 ms, dt: {dt} ms}}
populations: {{cell: {{model: {model}, params: {{{rate}: 1e30 1/ms}}}}}}
record: {{cell: {{spikes: true}}}}
""")
    intervals = np.diff(spikes(run.output)[0])
    assert len(intervals) > 4 and np.max(np.abs(intervals - t_ref - dt)) < 1e-9


def test_gif_pozzorini_keeps_its_equations_and_fires_as_often_as_they_say(run_hillock):
    """Equations 1 to 4 of Pozzorini et al. 2015 with the numbers of NEST's example gif_population."""
    currents, dt, duration = np.linspace(100, 400, 20), 0.04, 600
    names = ("V", "eta_0", "eta_1", "gamma_0", "gamma_1")
    run = law_run(run_hillock, POZZORINI, currents, duration, dt, (*names, "lambda"), 23)
    frames, steps = report(run.output), round(duration / dt)
    fired = fired_at(run.output, steps, len(currents), dt)
    rows = np.diag([-3.7 / 83.1, -1 / 57.8, -1 / 218.2, -1 / 53.8, -1 / 640, 0.0])
    rows[0, [1, 2, 5]] = -1 / 83.1, -1 / 83.1, 1 / 83.1  # the last state is the current
    free = expm(dt * augmented(rows, [-67 * 3.7 / 83.1, 0, 0, 0, 0, 0]))
    rows[0] = 0
    held = expm(dt * augmented(rows, np.zeros(6)))
    x = np.zeros((7, len(currents)))
    x[0], x[5], x[6] = -67, currents, 1
    steps_up = np.array([56.7, -6.9, 11.7, 1.8, 0, 0])[:, None]
    reset = lambda x: np.vstack([np.full((1, x.shape[1]), -36.7), x[1:] + steps_up])
    rate = lambda x: 1e-3 * np.exp((x[0] + 39.6 - x[3] - x[4]) / 1.4)
    states, chances = firing_law(free, held, reset, x, rate, fired, dt, 4.0)
    for k, name in enumerate(names):
        assert np.max(np.abs(frames[name] - states[:, k])) < 1e-8, name
    assert np.max(np.abs(frames["lambda"] / rate(states.swapaxes(0, 1)) - 1)) < 1e-8
    assert_as_often_as_expected(fired, chances)


# --- binary neurons -------------------------------------------------------------------------------------------------

def binary_run(run_hillock, model, params, inputs, size, duration, record, init="{}", seed=1):
    return run_hillock(f"""
simulation: {{duration: {duration} ms, dt: 0.1 ms, seed: {seed}}}
populations: {{cell: {{size: {size}, model: {model}, params: {settings(params)}, init: {init}}}}}
inputs: {{drive: {{type: dc, target: cell, amplitude: {inputs}}}}}
record: {{cell: {{{record}, dtype: float64}}}}
""")


@pytest.mark.parametrize("y", [0, 1])
def test_ginzburg_changes_with_the_probability_of_its_gain_function(run_hillock, y):
    """An update comes at the rate 1/tau_m and finds p = c_1 h + c_2 (1 + tanh(c_3 (h - theta)))/2."""
    h, record = np.linspace(-3, 3, 31), "p: {}, rate_of_change: {}"
    for params, theta, c_1 in (({}, 0.0, 0.0), ({"theta": 0.4, "c_1": 0.15}, 0.4, 0.15)):
        run = binary_run(run_hillock, GINZBURG, params, "{linspace: [-3, 3]}", 31, 0.1, record, f"{{y: {y}}}")
        p = np.clip(c_1 * h + 0.5 * (1 + np.tanh(h - theta)), 0, 1)
        frames = report(run.output)
        assert np.max(np.abs(frames["p"][0] - p)) < 1e-14
        assert np.max(np.abs(frames["rate_of_change"][0] - np.where(y, 1 - p, p) / 10)) < 1e-15


def test_ginzburg_is_active_with_its_probability_and_forgets_in_tau_m(run_hillock):
    """A state drawn anew at the rate 1/tau_m has the mean p and the autocovariance p (1 - p) exp(-lag/tau_m)."""
    size = 3000
    run = binary_run(run_hillock, GINZBURG, {}, -0.6, size, 400, "y: {every: 5 ms}, spikes: true", seed=31)
    y = report(run.output)["y"][20:]                     # ten time constants after the start
    p = 1 / (1 + np.exp(1.2))
    assert set(np.unique(y)) == {0.0, 1.0}
    independent = y.size / 4.1                           # frames correlate by exp(-1/2)
    assert y.mean() == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / independent))
    for lag in (1, 2, 4):
        covariance = np.mean((y[:-lag] - p) * (y[lag:] - p))
        assert covariance == pytest.approx(p * (1 - p) * np.exp(-lag / 2), abs=5 * 0.5 / np.sqrt(independent))
    times = spikes(run.output)[0]
    changes = np.sum(times > 100) / size / 300
    assert changes == pytest.approx(2 * p * (1 - p) / 10, rel=0.03)


def test_three_coupled_ginzburg_neurons_have_the_distribution_of_boltzmann(run_hillock):
    """Glauber dynamics with symmetric weights J: the states y have probabilities ~ exp(2 c_3 (y J y/2 - theta y))."""
    copies, J, theta = 2500, {"01": 1.2, "02": -0.8, "12": 0.5}, [0.3, -0.2, 0.4]
    cell = f"{{size: {copies}, model: {GINZBURG}, receptors: {{in: {{model: sum}}}}"
    wires = [f"  w_{a}{b}: {{source: cell_{a}, target: cell_{b}, transmit: y, rule: one_to_one, weight: {w}, "
             "delay: 0.05 ms}" for pair, w in J.items() for a, b in (pair, pair[::-1])]
    populations = "\n".join(f"  cell_{k}: {cell}, params: {{theta: {theta[k]}}}}}" for k in range(3))
    run = run_hillock(f"""
simulation: {{duration: 261 ms, dt: 0.05 ms, seed: 32}}
populations:
{populations}
connections:
""" + "\n".join(wires) + """
record: {cell_0: {y: {every: 65 ms}}, cell_1: {y: {every: 65 ms}}, cell_2: {y: {every: 65 ms}}}
""")
    y = np.array([report(run.output, f"cell_{k}")["y"][2:] for k in range(3)]).reshape(3, -1)
    states = np.array([[k >> 2 & 1, k >> 1 & 1, k & 1] for k in range(8)])
    energy = sum(w * states[:, int(a)] * states[:, int(b)] for (a, b), w in J.items()) - states @ theta
    expected = np.exp(2 * energy) / np.sum(np.exp(2 * energy))
    found = np.bincount(np.rint([4, 2, 1] @ y).astype(int), minlength=8) / y.shape[1]
    assert np.all(np.abs(found - expected) < 5 * np.sqrt(expected * (1 - expected) / y.shape[1]))


def test_mcculloch_pitts_changes_at_its_rate_and_only_to_the_side_its_input_is_on(run_hillock):
    record = "V: {}, rate_of_change: {}"
    for y in (0, 1):
        frames = report(binary_run(run_hillock, MCCULLOCH_PITTS, {"theta": 0.5}, "[0.4, 0.5, 0.6]", 3, 0.1, record,
                                   f"{{y: {y}}}").output)
        assert frames["V"][0] == pytest.approx([-0.1, 0, 0.1], abs=1e-15)
        assert frames["rate_of_change"][0] == pytest.approx([y / 10, y / 10, (1 - y) / 10], rel=1e-14)
    size = 4000
    run = binary_run(run_hillock, MCCULLOCH_PITTS, {}, 1, size, 300, "y: {every: 1 ms}, spikes: true", seed=33)
    times, ids = spikes(run.output)
    assert np.array_equal(np.sort(ids), np.arange(size))  # each changes once
    assert times.mean() == pytest.approx(0.1 / -np.expm1(-0.01), rel=5 / np.sqrt(size))
    assert np.mean(times > 20.05) == pytest.approx(np.exp(-2), abs=5 * np.sqrt(np.exp(-2) / size))
    assert np.all(report(run.output)["y"][-1] == 1)


def test_mcculloch_pitts_neurons_compute_and_or_and_exclusive_or(run_hillock):
    """The logic of the paper, with weighted sums for its excitatory and inhibitory endings."""
    unit = f"size: 4, model: {MCCULLOCH_PITTS}, receptors: {{in: {{model: sum}}}}"
    wires = [("a", "both", 1), ("b", "both", 1), ("a", "any", 1), ("b", "any", 1), ("any", "one", 1),
             ("both", "one", -2)]
    run = run_hillock(f"""
simulation: {{duration: 600 ms, dt: 0.1 ms, seed: 34}}
populations:
  a: {{{unit}}}
  b: {{{unit}}}
  both: {{{unit}, params: {{theta: 1.5}}}}
  any: {{{unit}, params: {{theta: 0.5}}}}
  one: {{{unit}, params: {{theta: 0.5}}}}
inputs:
  a: {{type: dc, target: a, amplitude: [-1, -1, 1, 1]}}
  b: {{type: dc, target: b, amplitude: [-1, 1, -1, 1]}}
connections:
""" + "\n".join(f"  w_{k}: {{source: {s}, target: {t}, transmit: y, rule: one_to_one, weight: {w}, delay: 1 ms}}"
                for k, (s, t, w) in enumerate(wires)) + """
record: {both: {y: {every: 1 ms}}, any: {y: {every: 1 ms}}, one: {y: {every: 1 ms}}}
""")
    table = {name: report(run.output, name)["y"][-1].astype(int).tolist() for name in ("both", "any", "one")}
    assert table == {"both": [0, 0, 0, 1], "any": [0, 1, 1, 1], "one": [0, 1, 1, 0]}


# --- NEST -----------------------------------------------------------------------------------------------------------

# Currents act from t = 0 as I_e; from a generator, two steps later.
NEST_SCRIPT = '''import json
import sys

import nest


def run(job):
    nest.ResetKernel()
    nest.set(resolution=job["dt"], local_num_threads=1, print_time=False, rng_seed=job.get("seed", 1))
    cells = nest.Create(job["model"], job["size"], job["params"])
    for name, values in job.get("each", {}).items():
        setattr(cells, name, values)
    if "generators" in job:
        sources = nest.Create("dc_generator", job["size"])
        sources.amplitude = job["generators"]
        nest.Connect(sources, cells, "one_to_one", {"delay": job["dt"]})
    for source, target, weight in job.get("edges", []):
        nest.Connect(cells[source], cells[target], syn_spec={"weight": weight, "delay": job["dt"]})
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder, syn_spec={"delay": job["dt"]})
    meter = nest.Create("multimeter", params={"record_from": ["S"], "interval": 1.0})
    if job.get("state"):
        nest.Connect(meter, cells)
    nest.Simulate(job["duration"])
    first = cells[0].global_id
    found = {"trains": [[] for _ in range(job["size"])]}
    for sender, time in zip(recorder.events["senders"], recorder.events["times"]):
        found["trains"][int(sender) - first].append(round(float(time) / job["dt"]))
    if job.get("state"):
        senders, states = meter.events["senders"], meter.events["S"]
        found["means"] = [float(states[senders == first + k].mean()) for k in range(job["size"])]
    return found


nest.verbosity = nest.VerbosityLevel.ERROR
with open(sys.argv[1]) as jobs, open(sys.argv[2], "w") as results:
    json.dump([run(job) for job in json.load(jobs)], results)
'''


@pytest.fixture
def nest(peer_python, tmp_path):
    """`nest(jobs)` gives what NEST_SCRIPT finds for each job; its trains are steps of dt."""

    def run(jobs):
        (tmp_path / "nest_models.py").write_text(NEST_SCRIPT)
        (tmp_path / "jobs.json").write_text(json.dumps(jobs))
        subprocess.run([str(peer_python), "nest_models.py", "jobs.json", "results.json"], cwd=tmp_path, check=True,
                       timeout=300, stdin=subprocess.DEVNULL, capture_output=True)
        return json.loads((tmp_path / "results.json").read_text())

    return run


def step_trains(run_hillock, model, params, currents, duration, dt, start=0.0, seed=1):
    """Spikes of one neuron per current as steps of dt."""
    listed = ", ".join(f"{float(current)!r} pA" for current in currents)
    run = run_hillock(f"""
simulation: {{duration: {duration} ms, dt: {dt} ms, seed: {seed}}}
populations: {{cell: {{size: {len(currents)}, model: {model}, params: {settings(params)}}}}}
inputs: {{drive: {{type: dc, target: cell, amplitude: [{listed}], start: {start} ms}}}}
record: {{cell: {{spikes: true}}}}
""")
    return [np.rint(train / dt).astype(int) for train in trains(run.output, len(currents))]


@pytest.mark.peers
def test_nest_fires_the_same_spikes_of_mat2_and_amat2(run_hillock, nest):
    currents = np.linspace(120, 900, 40)
    shared = {"E_L": -70.0, "tau_1": 10.0, "tau_2": 200.0, "t_ref": 2.0}
    jobs, ours = [], []
    for neuron, (omega, alpha_1, alpha_2) in MAT_NEURONS.items():
        steps = {"alpha_1": float(alpha_1), "alpha_2": float(alpha_2)}
        params = {"C_m": 100.0, "tau_m": 5.0, "omega": omega - 70.0} | steps
        jobs.append({"model": "mat2_psc_exp", "params": shared | params})
        ours.append((MAT2, mat_params(neuron)))
    for beta, alpha_1, alpha_2 in ((-0.3, 10.0, 0.0), (-0.3, -0.5, 0.35), (0.4, 10.0, 1.5)):
        steps = {"alpha_1": alpha_1, "alpha_2": alpha_2}
        params = {"C_m": 200.0, "tau_m": 10.0, "omega": -65.0, "tau_v": 5.0, "beta": beta} | steps
        jobs.append({"model": "amat2_psc_exp", "params": shared | params})
        ours.append((AMAT2, {"beta": f"{beta} 1/ms"} | in_unit(steps, "mV")))
    for job in jobs:
        job |= {"size": len(currents), "each": {"I_e": currents.tolist()}, "dt": 0.1, "duration": 1000.0}
    for job, found, (model, params) in zip(jobs, nest(jobs), ours):
        expected = step_trains(run_hillock, model, params, currents, 1000.0, 0.1)
        assert sum(map(len, expected)) > 400
        for k, train in enumerate(found["trains"]):
            assert np.array_equal(sorted(train), expected[k]), f"{job['params']} at {currents[k]} pA"


@pytest.mark.peers
@pytest.mark.parametrize("level", GLIF_LEVELS)
def test_nest_fires_the_same_spikes_of_glif_at_each_level(run_hillock, nest, level):
    """Level 1 to the step. NEST holds after-spike currents over a step and resets V from its value a step before the
    spike; with the small step here both move a spike of the other levels by a few steps at most."""
    dt, duration, currents = 0.01, 400.0, np.linspace(262, 700, 12)
    flags = {"spike_dependent_threshold": level in (2, 4, 5), "after_spike_currents": level in (3, 4, 5),
             "adapting_threshold": level == 5}
    found = nest([{"model": "glif_psc", "params": flags, "size": 12, "generators": currents.tolist(), "dt": dt,
                   "duration": duration}])[0]
    expected = step_trains(run_hillock, GLIF, GLIF_LEVELS[level], currents, duration, dt, start=2 * dt)
    assert sum(map(len, expected)) > 100
    for k, train in enumerate(found["trains"]):
        assert len(train) == len(expected[k])
        if train:
            assert np.max(np.abs(np.array(sorted(train)) - expected[k])) <= (0 if level == 1 else 0.2 / dt)


@pytest.mark.peers
def test_nest_fires_as_often_and_as_irregularly_as_escape_noise_and_gif_pozzorini(run_hillock, nest):
    """Mean rate and CV over 200 neurons, within 5 standard errors of their difference."""
    size, duration = 200, 10_000.0
    fitted = {"C_m": 83.1, "g_L": 3.7, "E_L": -67.0, "Delta_V": 1.4, "V_T_star": -39.6, "t_ref": 4.0, "V_reset": -36.7,
              "lambda_0": 1.0, "q_stc": [56.7, -6.9], "tau_stc": [57.8, 218.2], "q_sfa": [11.7, 1.8],
              "tau_sfa": [53.8, 640.0], "V_m": -67.0}
    cases = [("pp_psc_delta", {"q_sfa": [7.0], "tau_sfa": [34.0]}, 500.0, ESCAPE_NOISE),
             ("gif_psc_exp", fitted, 250.0, POZZORINI)]
    jobs = [{"model": model, "params": params | {"I_e": current}, "size": size, "dt": 0.1, "duration": duration,
             "seed": 41} for model, params, current, _ in cases]
    for found, (_, _, current, model) in zip(nest(jobs), cases):
        ours = step_trains(run_hillock, model, {}, [current] * size, duration, 0.1, seed=42)
        for measure in (len, lambda train: np.std(np.diff(train)) / np.mean(np.diff(train))):
            one, other = (np.array([measure(sorted(train)) for train in group]) for group in (ours, found["trains"]))
            assert min(map(len, ours)) > 20
            error = np.sqrt((one.var() + other.var()) / size)
            assert abs(one.mean() - other.mean()) < 5 * error
            assert error < 0.01 * one.mean()


@pytest.mark.peers
def test_nest_has_the_same_mean_activity_in_a_network_of_binary_neurons(run_hillock, nest):
    size, duration, rng = 20, 50_000.0, np.random.default_rng(51)
    theta = rng.uniform(-1, 1, size).round(3).tolist()
    edges = [(s, t, round(float(rng.normal(0, 0.6)), 3)) for s in range(size) for t in range(size) if s != t]
    found = nest([{"model": "ginzburg_neuron", "params": {}, "each": {"theta": theta}, "size": size, "edges": edges,
                   "dt": 0.1, "duration": duration, "state": True, "seed": 52}])[0]
    run = run_hillock(f"""
simulation: {{duration: {duration} ms, dt: 0.1 ms, seed: 53}}
populations:
  cell: {{size: {size}, model: {GINZBURG}, params: {{theta: {theta}}}, receptors: {{in: {{model: sum}}}}}}
connections:
  net:
    source: cell
    target: cell
    transmit: y
    rule: {{pairs: {[[s, t] for s, t, _ in edges]}}}
    weight: {[w for *_, w in edges]}
    delay: 0.1 ms
record: {{cell: {{y: {{every: 1 ms}}, spikes: true}}}}
""")
    means, theirs = report(run.output)["y"].mean(axis=0), np.array(found["means"])
    error = np.sqrt(2 * means * (1 - means) * 2 * 10 / duration)
    # Coupled neurons forget more slowly than one alone, which `error` is of.
    assert np.ptp(means) > 0.5 and np.all(np.abs(means - theirs) < 7 * error)
    changes = np.bincount(spikes(run.output)[1].astype(int), minlength=size)
    assert changes.sum() / sum(len(set(train)) for train in found["trains"]) == pytest.approx(1, rel=0.02)


@pytest.mark.peers
def test_nest_changes_a_mcculloch_pitts_neuron_after_the_same_time(run_hillock, nest):
    size = 4000
    found = nest([{"model": "mcculloch_pitts_neuron", "params": {"theta": -1.0}, "size": size, "dt": 0.1,
                   "duration": 300.0, "seed": 61}])[0]
    theirs = np.array([train[0] for train in found["trains"]]) * 0.1
    run = binary_run(run_hillock, MCCULLOCH_PITTS, {"theta": -1}, 0, size, 300, "spikes: true", seed=62)
    times = spikes(run.output)[0]
    assert all(len(set(train)) == 1 for train in found["trains"]) and len(times) == size
    assert abs(times.mean() - theirs.mean()) < 5 * 10 * np.sqrt(2 / size)
