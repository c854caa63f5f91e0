"""wang_buzsaki, connor_stevens, pospischil, destexhe_pare against their equations, written anew, and published spikes.

SciPy integrates the equations. A published number has its source at the test that uses it.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Callable
from math import exp, expm1

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, minimize_scalar

from reference.files import report, trains

ADAPTIVE = "{adaptive: {rtol: 1e-10, atol: 1e-10}}"


def rising(x):
    """x/(1 - exp(-x)), 1 at 0."""
    return 1 + x / 2 + x * x / 12 if abs(x) < 1e-5 else x / -expm1(-x)


def relaxing(steady, tau):
    """The opening and closing rates of a gate that is given by its steady state and its time constant."""
    return steady / tau, (1 - steady) / tau


def traub(V, V_S=0.0):
    """The rates of m, h and n after Traub & Miles, V counted from V_T, the inactivation shifted by V_S more."""
    return [(1.28 * rising((V - 13) / 4), 1.4 * rising((40 - V) / 5)),
            (0.128 * exp((17 - V + V_S) / 18), 4 / (1 + exp((40 - V + V_S) / 5))),
            (0.16 * rising((V - 15) / 5), 0.5 * exp((10 - V) / 40))]


def wang_buzsaki_rates(V, p):
    """Wang & Buzsaki 1996, "Model interneuron"."""
    return [(p["phi"] * 0.07 * exp(-(V + 58) / 20), p["phi"] / (1 + exp(-0.1 * (V + 28)))),
            (p["phi"] * 0.1 * rising(0.1 * (V + 34)), p["phi"] * 0.125 * exp(-(V + 44) / 80))]


def wang_buzsaki_current(V, gates, p):
    h, n = gates
    opening, closing = rising(0.1 * (V + 35)), 4 * exp(-(V + 60) / 18)
    m = opening / (opening + closing)
    return p["g_Na"] * m**3 * h * (V - p["E_Na"]) + p["g_K"] * n**4 * (V - p["E_K"]) + p["g_L"] * (V - p["E_L"])


def connor_stevens_rates(V, p):
    """Dayan & Abbott 2001, chapter 6, appendix A."""
    a = (0.0761 * exp(0.0314 * (V + 94.22)) / (1 + exp(0.0346 * (V + 1.17)))) ** (1 / 3)
    b = (1 / (1 + exp(0.0688 * (V + 53.3)))) ** 4
    return [(3.8 * rising(0.1 * (V + 29.7)), 15.2 * exp(-0.0556 * (V + 54.7))),
            (0.266 * exp(-0.05 * (V + 48)), 3.8 / (1 + exp(-0.1 * (V + 18)))),
            (0.2 * rising(0.1 * (V + 45.7)), 0.25 * exp(-0.0125 * (V + 55.7))),
            relaxing(a, 0.3632 + 1.158 / (1 + exp(0.0497 * (V + 55.96)))),
            relaxing(b, 1.24 + 2.678 / (1 + exp(0.0624 * (V + 50))))]


def connor_stevens_current(V, gates, p):
    m, h, n, a, b = gates
    return (p["g_Na"] * m**3 * h * (V - p["E_Na"]) + p["g_K"] * n**4 * (V - p["E_K"])
            + p["g_A"] * a**3 * b * (V - p["E_A"]) + p["g_L"] * (V - p["E_L"]))


def pospischil_rates(V, p):
    """Pospischil et al. 2008, section 2.2, with the T-type calcium current as in Destexhe et al. 1996."""
    W = V + p["V_x"]
    u = 1 / (1 + exp((W + 81) / 4))
    tau_u = (30.8 + (211.4 + exp((W + 113.2) / 5)) / (1 + exp((W + 84) / 3.2))) / 3**1.2
    return [*traub(V - p["V_T"]),
            relaxing(1 / (1 + exp(-(V + 35) / 10)), p["tau_max"] / (3.3 * exp((V + 35) / 20) + exp(-(V + 35) / 20))),
            (0.055 * 3.8 * rising((V + 27) / 3.8), 0.94 * exp((-75 - V) / 17)),
            (0.000457 * exp((-13 - V) / 50), 0.0065 / (exp((-15 - V) / 28) + 1)),
            relaxing(u, tau_u)]


def pospischil_current(V, gates, p):
    m, h, n, slow, q, r, u = gates
    s = 1 / (1 + exp(-(V + p["V_x"] + 57) / 6.2))
    return (p["g_Na"] * m**3 * h * (V - p["E_Na"]) + (p["g_K"] * n**4 + p["g_M"] * slow) * (V - p["E_K"])
            + (p["g_CaL"] * q * q * r + p["g_CaT"] * s * s * u) * (V - p["E_Ca"]) + p["g_L"] * (V - p["E_L"]))


def destexhe_pare_rates(V, p):
    """Destexhe & Pare 1999, with the M current of their programs, which is 2.3 times faster every 10 K."""
    peak = 0.0009 * 2.3 ** ((p["temperature"] - 23) / 10)
    return [*traub(V - p["V_T"], p["V_S"]), (peak * rising((V + 30) / 9), peak * rising(-(V + 30) / 9))]


def destexhe_pare_current(V, gates, p):
    m, h, n, slow = gates
    return (p["g_Na"] * m**3 * h * (V - p["E_Na"]) + (p["g_K"] * n**4 + p["g_M"] * slow) * (V - p["E_K"])
            + p["g_L"] * (V - p["E_L"]))


@dataclasses.dataclass(frozen=True)
class Neuron:
    """A model in uF, mS and uA per cm2, um2, mV, degC and ms."""

    name: str
    gates: str           # in the order of the rates
    rates: Callable      # (V, p) -> the opening and closing rate of each gate, 1/ms
    current: Callable    # (V, gates, p) -> the outward current, uA/cm2
    p: dict              # the parameters
    V_0: float           # where it starts, with steady gates
    changed: tuple = ()  # the parameters that are not the model's defaults
    moved: bool = False  # whether it starts elsewhere than the model does by itself

    def having(self, **values):
        V_0 = self.V_0 if self.name == "connor_stevens" else values.get("E_L", self.V_0)  # the others start at E_L
        return dataclasses.replace(self, p=self.p | values, changed=(*self.changed, *values), V_0=V_0)

    def starting(self, V_0):
        return dataclasses.replace(self, V_0=V_0, moved=True)

    def steady(self, V):
        return [opening / (opening + closing) for opening, closing in self.rates(V, self.p)]

    def steady_current(self, V):
        return self.current(V, self.steady(V), self.p)

    def rest(self):
        return brentq(self.steady_current, self.p["E_K"], -60, xtol=1e-12)

    def derivative(self, y, current):
        V, gates = y[0], y[1:]
        changes = [a * (1 - x) - b * x for x, (a, b) in zip(gates, self.rates(V, self.p))]
        return [(current - self.current(V, gates, self.p)) / self.p["C_m"], *changes]

    def density(self, current):
        """uA/cm2 for a current in pA."""
        return 100 * current / self.p["area"]

    def spikes(self, duration, current):
        """The times (ms) at which V crosses 0 mV upward, under a current in pA."""
        crossing = lambda t, y: y[0]
        crossing.direction = 1
        density, start = self.density(current), [self.V_0, *self.steady(self.V_0)]
        slope = lambda t, y: self.derivative(y.tolist(), density)
        done = solve_ivp(slope, (0, duration), start, method="LSODA", rtol=1e-9, atol=1e-12, events=crossing)
        assert done.success, done.message
        return done.t_events[0]

    def population(self, size, init=None):
        """What a config says to make it."""
        units = {"g": " mS/cm2", "E": " mV", "a": " um2", "t": " degC", "p": ""}
        params = ", ".join(f"{name}: {self.p[name]!r}{units[name[0]]}" for name in dict.fromkeys(self.changed))
        init = init or (f"{{V: {self.V_0!r} mV}}" if self.moved else "{}")
        return f"{{size: {size}, model: {self.name}, params: {{{params}}}, init: {init}}}"


WANG_BUZSAKI = Neuron("wang_buzsaki", "hn", wang_buzsaki_rates, wang_buzsaki_current,
                      dict(C_m=1, g_Na=35, g_K=9, g_L=0.1, E_Na=55, E_K=-90, E_L=-65, phi=5, area=10000), -65)
CONNOR_STEVENS = Neuron("connor_stevens", "mhnab", connor_stevens_rates, connor_stevens_current,
                        dict(C_m=1, g_Na=120, g_K=20, g_A=47.7, g_L=0.3, E_Na=55, E_K=-72, E_A=-75, E_L=-17,
                             area=10000), -68)
RS = Neuron("pospischil", "mhnpqru", pospischil_rates, pospischil_current,
            dict(C_m=1, g_Na=50, g_K=5, g_M=0.07, g_CaL=0, g_CaT=0, g_L=0.1, E_Na=50, E_K=-100, E_Ca=120, E_L=-70,
                 V_T=-55, V_x=2, tau_max=1000, area=28953), -70)
FS = RS.having(g_L=0.15, g_K=10, g_M=0, area=14103)
IB = RS.having(g_L=0.01, g_M=0.03, g_CaL=0.17, E_L=-85)
LTS = RS.having(g_L=0.01, g_M=0.03, g_CaT=0.4, E_L=-85)
DESTEXHE_PARE = Neuron("destexhe_pare", "mhnp", destexhe_pare_rates, destexhe_pare_current,
                       dict(C_m=1, g_Na=51.6, g_K=10, g_M=0.5, g_L=0.0452, E_Na=50, E_K=-90, E_L=-80, V_T=-58, V_S=-10,
                            temperature=36, area=34636), -80)
MODELS = [WANG_BUZSAKI, CONNOR_STEVENS, RS, DESTEXHE_PARE]
of_each = pytest.mark.parametrize("neuron", MODELS, ids=[neuron.name for neuron in MODELS])


def config(neuron, currents, duration, start=0, stop=None, method=ADAPTIVE, dt=0.1, record="{spikes: true}", init=None):
    """One neuron for each of the currents (pA), which act from start to stop (ms)."""
    return f"""
simulation: {{duration: {duration} ms, dt: {dt} ms, method: {method}, spike_times: interpolated}}
populations:
  cell: {neuron.population(len(currents), init)}
inputs:
  step:
    type: dc
    target: cell
    amplitude: [{", ".join(f"{float(current)!r} pA" for current in currents)}]
    start: {start} ms
    stop: {stop or duration} ms
record:
  cell: {record}
"""


def fired(run_hillock, neuron, currents, duration, method="rk4", dt=0.02, **options):
    """The spike times (ms) of each neuron."""
    text = config(neuron, currents, duration, method=method, dt=dt, **options)
    return trains(run_hillock(text).output, len(currents))


# Potentials at which formulas read 0/0; the test goes there, next to them, and elsewhere.
SINGULAR = {"wang_buzsaki": [-35, -34], "connor_stevens": [-29.7, -45.7], "pospischil": [-42, -15, -40, -27],
            "destexhe_pare": [-45, -18, -43, -30]}
CURRENTS = {"wang_buzsaki": ["I_Na", "I_K", "I_L"], "connor_stevens": ["I_Na", "I_K", "I_A", "I_L"],
            "pospischil": ["I_Na", "I_K", "I_M", "I_CaL", "I_CaT", "I_L"],
            "destexhe_pare": ["I_Na", "I_K", "I_M", "I_L"]}
RELAXING = {"connor_stevens": "ab", "pospischil": "pu"}    # gates that the files give by their time constants


@of_each
def test_gates_time_constants_and_currents_are_those_of_the_paper(run_hillock, neuron):
    if neuron is RS:
        neuron = RS.having(g_CaL=0.1, g_CaT=0.4)           # the default has no calcium current
    held = [*SINGULAR[neuron.name], *(V + 1e-9 for V in SINGULAR[neuron.name]), -95, -75, -60, -50, -20, 0, 40]
    by_tau = RELAXING.get(neuron.name, "")
    names = [*CURRENTS[neuron.name], *neuron.gates]
    names += [name for x in neuron.gates for name in ([f"tau_{x}"] if x in by_tau else [f"alpha_{x}", f"beta_{x}"])]
    record = "{" + ", ".join(f"{name}: {{every: 0.025 ms}}" for name in names) + ", dtype: float64}"
    init = "{V: [" + ", ".join(f"{float(V)!r} mV" for V in held) + "]}"
    text = config(neuron, [0] * len(held), 0.1, method="rk4", dt=0.025, record=record, init=init)
    first = {name: values[0] for name, values in report(run_hillock(text).output).items()}
    phi = neuron.p.get("phi", 1)                           # wang_buzsaki has it in the equations of the gates
    for k, V in enumerate(held):
        for x, steady, (opening, closing) in zip(neuron.gates, neuron.steady(V), neuron.rates(V, neuron.p)):
            assert first[x][k] == pytest.approx(steady, rel=1e-11, abs=1e-300), (x, V)
            if x in by_tau:
                assert first[f"tau_{x}"][k] == pytest.approx(1 / (opening + closing), rel=1e-11), (x, V)
            else:
                assert phi * first[f"alpha_{x}"][k] == pytest.approx(opening, rel=1e-11), (x, V)
                assert phi * first[f"beta_{x}"][k] == pytest.approx(closing, rel=1e-11), (x, V)
        outward = sum(first[name][k] for name in CURRENTS[neuron.name])
        assert outward == pytest.approx(neuron.steady_current(V), rel=1e-9, abs=1e-12), V


@of_each
def test_the_resting_potential_is_the_zero_of_the_ionic_current(run_hillock, neuron):
    text = config(neuron, [0], 1, record="{V: {every: 1 ms}, dtype: float64}", init="rest")
    assert np.max(np.abs(report(run_hillock(text).output)["V"] - neuron.rest())) < 1e-9


STEPS = {"wang_buzsaki": (WANG_BUZSAKI, 80, [50, 300]), "connor_stevens": (CONNOR_STEVENS, 70, [1000, 1500]),
         "RS": (RS, 60, [750, 1200]), "FS": (FS, 40, [500, 900]), "IB": (IB, 140, [150]), "LTS": (LTS, 60, [150]),
         "destexhe_pare": (DESTEXHE_PARE, 60, [1000])}


@pytest.mark.parametrize("name", STEPS)
def test_spikes_come_when_an_independent_integration_has_them(run_hillock, name):
    """The controlled method within 1e-4 ms, rk4 with steps of 0.02 ms within 1e-3 ms."""
    neuron, duration, currents = STEPS[name]
    exact = fired(run_hillock, neuron, currents, duration, method=ADAPTIVE, dt=0.1)
    quick = fired(run_hillock, neuron, currents, duration)
    for ours, coarse, current in zip(exact, quick, currents):
        theirs = neuron.spikes(duration, current)
        assert len(ours) == len(coarse) == len(theirs) >= 2, (ours, coarse, theirs)
        assert np.max(np.abs(ours - theirs)) < 1e-4
        assert np.max(np.abs(coarse - theirs)) < 1e-3


def saddle_node(neuron, low, high):
    """The current (pA) at which rest disappears: the local maximum of the steady current between low and high (mV)."""
    minus = lambda V: -neuron.steady_current(V)
    top = minimize_scalar(minus, bounds=(low, high), method="bounded", options={"xatol": 1e-9})
    assert low + 1 < top.x < high - 1
    return -top.fun / neuron.density(1)


def rates(run_hillock, neuron, currents, duration=1000):
    """Spikes per second (Hz) under the currents (pA), from the last interval; 0 with fewer than three spikes."""
    found = fired(run_hillock, neuron, currents, duration, init="rest")
    return np.array([1000 / (train[-1] - train[-2]) if len(train) > 2 else 0 for train in found])


def test_wang_buzsaki_fires_at_any_rate_up_to_400_hz(run_hillock):
    """Wang & Buzsaki 1996 on figure 1A: from about 0.2 uA/cm2 on, 400 Hz at 20 uA/cm2. Rest ends in a saddle-node."""
    rheobase = saddle_node(WANG_BUZSAKI, -63, -50)
    assert rheobase == pytest.approx(16.009, abs=0.001)
    found = rates(run_hillock, WANG_BUZSAKI, [rheobase - 0.1, rheobase + 1, 20, 2000])
    assert found[0] == 0 and 0 < found[1] < 5 < found[2] < 10
    assert found[3] == pytest.approx(400, rel=0.03)


def test_slow_gates_take_the_trough_of_wang_buzsaki_below_the_reversal_of_inhibition(run_hillock):
    """Wang & Buzsaki 1996, figure 3: phi 5, 3.3, 2 with 1, 1.2, 1.4 uA/cm2. Cells synchronise if above -75 mV."""
    troughs = []
    for phi, current in ((5, 100), (3.3, 120), (2, 140)):
        cell, record = WANG_BUZSAKI.having(phi=phi), "{V: {every: 0.02 ms}}"
        run = run_hillock(config(cell, [current], 200, method="rk4", dt=0.02, record=record))
        troughs.append(np.min(report(run.output)["V"][5000:]))
    assert -65 > troughs[0] > troughs[1] > -75 > troughs[2] > -90


def test_connor_stevens_rests_where_dayan_and_abbott_start_it(run_hillock):
    """Courses on their chapter 6 start at V = -68 mV with m 0.010, h 0.966, n 0.156, a 0.540 and b 0.289."""
    record = "{" + ", ".join(f"{name}: {{every: 1 ms}}" for name in "Vmhnab") + ", dtype: float64}"
    frames = report(run_hillock(config(CONNOR_STEVENS, [0], 1, record=record, init="rest")).output)
    assert frames["V"][0, 0] == pytest.approx(-68, abs=0.03)
    assert [round(frames[name][0, 0], 3) for name in "mhnab"] == [0.010, 0.966, 0.156, 0.540, 0.289]


def test_the_a_current_lets_connor_stevens_fire_slowly(run_hillock):
    """Dayan & Abbott 2001, figure 6.1: its rate rises from zero. Without the A current, at the same rest, it jumps."""
    rheobase = saddle_node(CONNOR_STEVENS, -66, -45)
    found = rates(run_hillock, CONNOR_STEVENS, [rheobase - 1, rheobase + 10, rheobase + 50])
    assert found[0] == 0 and 2 < found[1] < 6 < found[2] < 14
    without = CONNOR_STEVENS.having(g_A=0)
    shift = without.steady_current(CONNOR_STEVENS.rest()) / without.p["g_L"]
    without = without.having(E_L=without.p["E_L"] + shift)
    assert abs(without.rest() - CONNOR_STEVENS.rest()) < 1e-9
    found = rates(run_hillock, without, np.linspace(500, 1000, 11), 500)
    assert found[0] == 0 and found[-1] > 0 and np.min(found[found > 0]) > 80


# Spikes (ms) of the authors' NEURON programs (ModelDB 123623) as the Open Source Brain ran them with steps of 0.001 ms
# (PospischilEtAl2008, *.spikes.mep). These steps are of first order: where V creeps to threshold up to 0.4 ms off.
# Each: current (pA), its start and stop (ms), tolerance (ms), times (ms).
PUBLISHED = {
    "RS": (RS.starting(-65.0), 750, 300, 700, 0.35, [320.704, 348.888, 388.754, 458.864, 595.649]),
    "FS": (FS, 500, 300, 700, 0.005, [*(317.023 + 20.17178 * k for k in range(19)), 700.299]),
    "IB": (IB.having(E_Ca=120.255).starting(-84.0), 150, 500, 2500, 0.45,
           [617.724, 624.632, 631.103, 637.789, 644.914, 652.68, 661.434, 672.11, 1156.905, 1486.81, 1807.117, 2120.93,
            2432.391])}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_cells_of_pospischil_spike_as_in_the_authors_programs(run_hillock, name):
    neuron, current, start, stop, tolerance, times = PUBLISHED[name]
    found = fired(run_hillock, neuron, [current], stop + 100, start=start, stop=stop)[0]
    assert len(found) == len(times) and np.max(np.abs(found - times)) < tolerance
    assert np.max(np.abs(found[:2] - times[:2])) < 0.005


def test_the_low_threshold_cell_spikes_as_in_the_authors_programs(run_hillock, repo, tmp_path):
    """As above. Their calcium current fills a pool under the membrane (1 um, emptied in 5 ms), which moves E_Ca."""
    text = (repo / "models" / "neurons" / "pospischil.yaml").read_text(encoding="utf-8")
    added = {"name:": "name: pool", "state:": "state:\n  Ca: {init: 0.00024 mM, doc: calcium under the membrane}",
             "derived:": "derived:\n  E_Ca: nernst(2, 2 mM, Ca, 36 degC)\n"
                         "  inflow: max(-I_CaT, 0 uA/cm2) / (2 * 96485.309 C/mol * 1 um)",
             "equations:": "equations:\n  dCa/dt: inflow + (0.00024 mM - Ca) / 5 ms"}
    lines = [added.get(line.split(" ")[0], line) for line in text.splitlines() if not line.lstrip().startswith("E_Ca:")]
    (tmp_path / "pool.yaml").write_text("\n".join(lines), encoding="utf-8")
    neuron = dataclasses.replace(LTS.starting(-84.0), name="pool.yaml")
    found = fired(run_hillock, neuron, [150], 900, start=400, stop=800)[0]
    assert len(found) == 4
    assert np.all(np.abs(found - [431.422, 445.188, 517.236, 720.421]) < [0.005, 0.005, 0.15, 0.3]), found


def bursts(train):
    """The sizes of groups of spikes less than 50 ms apart."""
    return [len(group) for group in np.split(train, np.flatnonzero(np.diff(train) >= 50) + 1)]


def test_more_l_type_current_makes_more_bursts(run_hillock):
    """demo_PY_IB.hoc of ModelDB 123623: 0.1 mS/cm2 spikes regularly, 0.17 bursts once, 0.2 twice, 0.22 on and on."""
    cells = [IB.having(g_CaL=g_CaL, E_Ca=120.255).starting(-84.0) for g_CaL in (0.1, 0.17, 0.2, 0.22)]
    none, one, two, on_and_on = [bursts(fired(run_hillock, cell, [150], 2500, dt=0.05, start=500)[0]) for cell in cells]
    assert len(none) > 5 and max(none) == 1
    assert one == [8, 1, 1, 1, 1, 1]
    assert len(two) > 3 and min(two[:2]) > 1 and max(two[2:]) == 1
    assert len(on_and_on) == 4 and min(on_and_on) > 1


def test_t_type_current_spikes_after_inhibition(run_hillock):
    """Pospischil et al. 2008, figure 8: the low-threshold cell answers the end of a hyperpolarisation, by its I_CaT."""
    found = [fired(run_hillock, cell, [-100], 1800, start=500, stop=1000, init="rest")[0]
             for cell in (LTS.having(E_L=-60), LTS.having(E_L=-60, g_CaT=0))]
    assert len(found[0]) == 2 and 1000 < found[0][0] < 1150 and np.diff(found[0]) < 20
    assert len(found[1]) == 0


def test_the_m_current_of_destexhe_and_pare_slows_the_firing(run_hillock):
    """Its steady state is 1/(1 + exp(-(V + 30 mV)/9 mV)), its time constant at -30 mV and 23 degC 1/(2 * 0.0009/ms)."""
    record = "{p: {every: 0.025 ms}, alpha_p: {every: 0.025 ms}, beta_p: {every: 0.025 ms}, dtype: float64}"
    for cell, tau in ((DESTEXHE_PARE.having(temperature=23), 1 / 0.0018), (DESTEXHE_PARE, 1 / 0.0018 / 2.3**1.3)):
        text = config(cell, [0, 0], 0.1, method="rk4", dt=0.025, record=record, init="{V: [-30 mV, -48 mV]}")
        frames = report(run_hillock(text).output)
        assert 1 / (frames["alpha_p"][0, 0] + frames["beta_p"][0, 0]) == pytest.approx(tau, rel=1e-12)
        assert frames["p"][0] == pytest.approx([0.5, 1 / (1 + exp(2))], rel=1e-12)
    cells = DESTEXHE_PARE, DESTEXHE_PARE.having(g_M=0)
    adapting, steady = (np.diff(fired(run_hillock, cell, [1000], 800)[0]) for cell in cells)
    assert np.all(np.diff(adapting[:8]) > 0) and 1.8 < adapting[-1] / adapting[0] < 2.2
    assert steady[-1] == pytest.approx(steady[0], rel=0.01)


def test_the_input_resistance_of_destexhe_and_pare_is_58_9_megohm(run_hillock):
    """Table 1 of Destexhe et al. 2001: the layer VI cell of 34636 um2. The leak alone would make 63.9."""
    record = "{V: {every: 100 ms}, dtype: float64}"
    text = config(DESTEXHE_PARE, [1, -1], 1000, method="rk4", dt=0.02, record=record, init="rest")
    V = report(run_hillock(text).output)["V"]
    assert np.max(np.abs(V[-1] - V[-2])) < 1e-3
    assert (V[-1, 0] - V[-1, 1]) * 1000 / 2 == pytest.approx(58.9, abs=0.05)  # mV/pA = 1000 MOhm


BRIAN2 = """
import json, sys
from brian2 import *
prefs.codegen.target = "numpy"
defaultclock.dt = 0.025*ms
equations = '''
dv/dt = drive - (35*m**3*h*(v - 55*mV) + 9*n**4*(v + 90*mV) + 0.1*(v + 65*mV))/ms : volt
m = a/(a + 4*exp(-(v + 60*mV)/(18*mV))) : 1
a = 1/exprel(-(v + 35*mV)/(10*mV)) : 1
dh/dt = 5*(0.07*exp(-(v + 58*mV)/(20*mV))*(1 - h) - h/(exp(-(v + 28*mV)/(10*mV)) + 1))/ms : 1
dn/dt = 5*(0.1/exprel(-(v + 34*mV)/(10*mV))*(1 - n) - 0.125*exp(-(v + 44*mV)/(80*mV))*n)/ms : 1
drive : volt/second
'''
job = json.loads(sys.argv[1])
cells = NeuronGroup(len(job["drive"]), equations, threshold="v >= 0*mV", refractory="v >= 0*mV", method="rk4")
cells.v, cells.h, cells.n, cells.drive = -65*mV, job["h"], job["n"], job["drive"]*mV/ms
monitor = SpikeMonitor(cells)
run(job["duration"]*ms)
print(json.dumps([(train/ms).tolist() for train in monitor.spike_trains().values()]))
"""


@pytest.mark.peers
def test_brian2_has_the_same_spikes_of_wang_buzsaki(run_hillock, peer_python, tmp_path):
    """The equations of Brian2's example Wang_Buszaki_1996, with steps of 0.025 ms to which it rounds the spikes."""
    currents = np.linspace(300, 1000, 4)
    h, n = WANG_BUZSAKI.steady(-65)
    job = {"drive": (currents / 100).tolist(), "h": h, "n": n, "duration": 20}
    done = subprocess.run([str(peer_python), "-c", BRIAN2, json.dumps(job)], cwd=tmp_path, check=True, timeout=300,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    theirs = json.loads(done.stdout.splitlines()[-1])
    for ours, train in zip(fired(run_hillock, WANG_BUZSAKI, currents, 20), theirs):
        assert len(ours) == len(train) >= 2
        assert np.max(np.abs(ours - train)) < 0.026
