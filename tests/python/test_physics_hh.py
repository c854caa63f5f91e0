"""The squid axon against SciPy: rest, threshold, peak, half-width, period, f-I curve, singular points of the rates."""

import numpy as np
import pytest
from scipy.interpolate import CubicHermiteSpline

from reference import hodgkin_huxley as reference
from reference.files import report, spikes

CURRENT = 10.0                     # uA/cm2, from t = 0
FI_CURRENTS = np.linspace(0, 20, 1000)


@pytest.fixture(scope="module")
def truth():
    return reference.trajectory(CURRENT, 200)


def config(method, dt, extra="", record="{spikes: true}", duration="200 ms", size=1, amplitude="10 uA/cm2", init="{}"):
    return f"""
simulation: {{duration: {duration}, dt: {dt}, method: {method}, spike_times: interpolated}}
populations:
  cell: {{size: {size}, model: hodgkin_huxley, init: {init}{extra}}}
inputs:
  current: {{type: dc, target: cell, amplitude: {amplitude}}}
record:
  cell: {record}
"""


ADAPTIVE = "{adaptive: {rtol: 1e-10, atol: 1e-10}}"


def test_the_resting_potential_is_the_zero_of_the_ionic_current(run_hillock):
    rest = reference.Squid().rest()
    for init in ("rest", "{V: -65 mV}"):
        run = run_hillock(config(ADAPTIVE, "0.1 ms", init=init, amplitude="0 uA/cm2", duration="300 ms",
                                 record="{V: {every: 0.1 ms}, dtype: float64}"))
        V = report(run.output)["V"][:, 0]
        assert abs(V[-1] - rest) < 1e-6
        if init == "rest":
            assert np.max(np.abs(V - rest)) < 1e-9


def test_features_of_the_action_potential_equal_an_independent_integration(run_hillock, truth):
    """Threshold (where dV/dt passes 10 mV/ms), peak, half-width and period; within 1e-4 ms and 1e-3 mV."""
    record = "{spikes: true, V: {every: 0.01 ms}, I_Na: {every: 0.01 ms}, I_K: {every: 0.01 ms}, I_L: {every: 0.01 ms}, dtype: float64}"
    run = run_hillock(config(ADAPTIVE, "0.01 ms", record=record))
    times, _ = spikes(run.output)
    assert len(times) == len(truth.crossings) == 14
    assert np.max(np.abs(times - truth.crossings)) < 1e-4
    assert np.max(np.abs(np.diff(times) - np.diff(truth.crossings))) < 1e-4

    frames = report(run.output)
    t = frames["time"]
    V, I_Na, I_K, I_L = (frames[name][:, 0] for name in ("V", "I_Na", "I_K", "I_L"))
    curve = CubicHermiteSpline(t, V, CURRENT - I_Na - I_K - I_L)      # C_m is 1 uF/cm2: the slope is the net current
    slope, bend = curve.derivative(), curve.derivative(2)
    onsets = [x for x in slope.solve(10, extrapolate=False) if bend(x) > 0]
    peaks = [x for x in slope.roots(extrapolate=False) if curve(x) > 0]
    assert len(onsets) == len(peaks) == 14
    assert np.max(np.abs(np.subtract(onsets, truth.onsets))) < 1e-4
    assert np.max(np.abs(curve(onsets) - [truth.V(x) for x in truth.onsets])) < 1e-3
    assert np.max(np.abs(curve(peaks) - [truth.V(x) for x in truth.peaks])) < 1e-3
    for k in range(13):
        rise, fall = reference.half_width(curve, onsets[k], peaks[k], peaks[k] + 3)
        true_rise, true_fall = reference.half_width(truth.V, truth.onsets[k], truth.peaks[k], truth.peaks[k] + 3)
        assert abs((fall - rise) - (true_fall - true_rise)) < 1e-4


def test_rk4_at_25_microseconds_is_within_20_microseconds_after_ten_spikes(run_hillock, truth):
    times, _ = spikes(run_hillock(config("rk4", "0.025 ms")).output)
    assert len(times) == len(truth.crossings)
    assert np.max(np.abs(times[:10] - truth.crossings[:10])) < 0.02


def test_the_rates_are_finite_where_their_formulas_read_0_by_0(run_hillock):
    names = ("alpha_m", "beta_m", "alpha_h", "beta_h", "alpha_n", "beta_n")
    record = "{" + ", ".join(f"{name}: {{every: 0.025 ms}}" for name in (*names, "V", "m", "h", "n")) + ", dtype: float64}"
    V_0 = [-40, -40 + 1e-9, -55, -55 - 1e-9, -65, 60]
    init = "{V: [" + ", ".join(f"{V!r} mV" for V in V_0) + "]}"
    run = run_hillock(config("rk4", "0.025 ms", duration="1 ms", size=6, init=init, amplitude="0 uA/cm2", record=record))
    frames = report(run.output)
    start = np.array([reference.Squid.rates(float(V)) for V in V_0])
    for k, name in enumerate(names):
        assert np.all(np.isfinite(frames[name]))
        assert frames[name][0] == pytest.approx(start[:, k], rel=1e-12)
    assert frames["alpha_m"][0, 0] == pytest.approx(1, rel=1e-15) and frames["alpha_n"][0, 2] == pytest.approx(0.1, rel=1e-15)
    gates = np.array([reference.Squid().steady(float(V)) for V in V_0])
    for k, name in enumerate(("m", "h", "n")):           # the gates start steady at the potential the config gave
        assert frames[name][0] == pytest.approx(gates[:, k], rel=1e-12)


def test_a_current_in_pA_is_divided_by_the_area(run_hillock):
    density, _ = spikes(run_hillock(config("rk4", "0.025 ms")).output)
    absolute, _ = spikes(run_hillock(config("rk4", "0.025 ms", amplitude="125.6637 pA")).output)
    assert len(density) == len(absolute)
    assert np.max(np.abs(density - absolute)) < 1e-9


@pytest.mark.parametrize("dt", ["0.05 ms", "0.025 ms", "0.01 ms"])
def test_a_thousand_squid_neurons_fire_51340_spikes(run_hillock, dt):
    """The number all of NEURON, Arbor and SciPy (reference.spike_counts at rtol 1e-6 and 1e-8) find for these currents."""
    run = run_hillock(config("rk4", dt, duration="1 s", size=1000, amplitude="{linspace: [0 uA/cm2, 20 uA/cm2]}"))
    assert len(spikes(run.output)[0]) == 51340


def compare_counts(run_hillock, squid, currents, rtol):
    """Asserts that hillock and SciPy count the same spikes of every neuron in one second; where a crossing comes within 0.05 ms
    of the end (the step of SciPy's solver, over which it interpolates linearly), they may differ by that one."""
    params = (f"{{C_m: {squid.C_m!r} uF/cm2, g_Na: {squid.g_Na!r} mS/cm2, g_K: {squid.g_K!r} mS/cm2, g_L: {squid.g_L!r} mS/cm2, "
              f"E_Na: {squid.E_Na!r} mV, E_K: {squid.E_K!r} mV, E_L: {squid.E_L!r} mV}}")
    n = len(currents)
    amplitude = f"{{linspace: [{float(currents[0])!r} uA/cm2, {float(currents[-1])!r} uA/cm2]}}"
    run = run_hillock(config("rk4", "0.025 ms", f", params: {params}", duration="1 s", size=n, amplitude=amplitude))
    times, ids = spikes(run.output)
    ours = np.bincount(ids.astype(int), minlength=n)
    theirs, nearest = reference.spike_counts(currents, 1000.0, squid, rtol=rtol)
    assert theirs.sum() > 30 * n
    settled = nearest > 0.05
    assert settled.mean() > 0.7  # neighbours in current fire nearly together: several may cross at the end
    assert np.array_equal(ours[settled], theirs[settled])
    assert np.max(np.abs(ours - theirs)) <= 1


def drawn_squid(rng):
    """A squid whose every parameter is moved by up to 3 % (potentials by up to 1 mV)."""
    scale = lambda value: round(float(value * rng.uniform(0.97, 1.03)), 6)
    shift = lambda value: round(float(value + rng.uniform(-1, 1)), 6)
    return reference.Squid(scale(1), scale(120), scale(36), scale(0.3), shift(50), shift(-77), shift(-54.3))


@pytest.mark.full
def test_a_thousand_neurons_with_drawn_parameters_fire_as_often_as_in_scipy(run_hillock):
    seed = np.random.SeedSequence().entropy  # other parameters each time
    print(f"seed {seed}")
    squid = drawn_squid(np.random.default_rng(seed))
    print(squid)
    compare_counts(run_hillock, squid, FI_CURRENTS, 1e-8)


def test_neurons_with_drawn_parameters_fire_as_often_as_in_scipy(run_hillock):
    seed = np.random.SeedSequence().entropy
    print(f"seed {seed}")
    squid = drawn_squid(np.random.default_rng(seed))
    print(squid)
    compare_counts(run_hillock, squid, np.linspace(0, 20, 40), 1e-6)
