"""The further integrate-and-fire neurons (perfect, quadratic, theta, exponential, adaptive) against closed forms,
quadratures, independent integrations of their equations, the program of a book, and NEST.

They are variants of one another, and several tests are about two of them, which is why they share this file.
"""

import json
import subprocess

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

from reference.files import report, trains
from reference.lif import Lif

ADAPTIVE = "{adaptive: {rtol: 1e-10, atol: 1e-10}}"


def config(model, duration, amplitude, size=1, method=ADAPTIVE, dt="0.1 ms", spike_times="interpolated", cell="",
           inputs="", record="{spikes: true}"):
    """Cells of a model under a constant current; `cell` goes on behind the model, `inputs` are more lines of YAML."""
    return f"""
simulation: {{duration: {duration}, dt: {dt}, method: {method}, spike_times: {spike_times}}}
populations:
  cell: {{size: {size}, model: {model}{cell}}}
inputs:
  current: {{type: dc, target: cell, amplitude: {amplitude}}}
{inputs}
record:
  cell: {record}
"""


def number(value):
    """A number as a config reads it, to the last bit."""
    return repr(float(value))


def linspace(values, unit):
    return f"{{linspace: [{number(values[0])} {unit}, {number(values[-1])} {unit}]}}"


def recorded(*names, every="1 ms"):
    return "{spikes: true, " + ", ".join(f"{name}: {{every: {every}}}" for name in names) + ", dtype: float64}"


def fire(slope, start, peak, reset, duration):
    """Spike times (ms) of dy/dt = slope(y) with y[0] = V, integrated from `start`. Where V reaches `peak`, it goes on
    from reset(y): for how long V is held (ms), and the state after that."""

    def crossing(t, y):
        return y[0] - peak

    crossing.terminal, crossing.direction = True, 1
    t, y, times = 0.0, np.asarray(start, dtype=float), []
    while t < duration:
        done = solve_ivp(lambda t, y: slope(y), (t, duration), y, method="DOP853", rtol=1e-11, atol=1e-12,
                         events=crossing)
        if done.status != 1:
            break
        t = float(done.t_events[0][0])
        times.append(t)
        held, y = reset(done.y_events[0][0])
        t += held
    return np.array(times)


def periodic(first, period, duration):
    """Times (ms) of spikes at `first` and every `period` after it, up to `duration`."""
    return np.arange(first, duration, period)


def assert_same(found, expected, tolerance):
    """Asserts that the neurons fire the same spikes, each time within `tolerance` (ms)."""
    counts = [len(train) for train in expected]
    assert [len(train) for train in found] == counts and sum(counts) > 0
    worst = max(np.max(np.abs(a - b), initial=0) for a, b in zip(found, expected))
    print(f"{sum(counts)} spikes, at most {worst:.2g} ms apart")
    assert worst < tolerance


# The perfect integrator.


def test_perfect_if_fires_whenever_its_capacitor_is_charged(run_hillock):
    """The circuit of Abbott 1999 without its resistor: C_m (V_th - V_reset) = 3750 pA ms make a spike, and the period
    is t_ref + 3750 pA ms/I."""
    currents = np.linspace(110, 1510, 15)
    run = run_hillock(config("perfect_if", "1 s", linspace(currents, "pA"), 15, "auto"))
    assert_same(trains(run.output, 15), [periodic(3750 / I, 2 + 3750 / I, 1000) for I in currents], 1e-9)


def test_perfect_if_forgets_nothing_and_lif_does(run_hillock):
    """Two pulses of 190 pA for 10 ms, five seconds apart, each of a little more than half of a spike's charge."""
    pulse = "  again: {type: dc, target: cell, amplitude: 190 pA, start: 5 s, stop: 5.01 s}"
    for model, expected in (("perfect_if", [5000 + (3750 - 1900) / 190]), ("lif", [])):
        run = run_hillock(config(model, "6 s", "190 pA, stop: 10 ms", method="auto", inputs=pulse))
        (times,) = trains(run.output, 1)
        assert len(times) == len(expected) and np.max(np.abs(times - expected), initial=0) < 1e-9, model


# The quadratic integrate-and-fire neuron, and the theta neuron.


class Qif:
    """dV/dt = a (V - E_L)(V - V_th) + I/C_m with a = 1/((V_th - E_L) tau_m), in pF, ms, mV and pA."""

    C_m, tau_m, E_L, V_th, V_peak, V_reset = 250.0, 10.0, -65.0, -50.0, 20.0, -80.0
    a = 1 / ((V_th - E_L) * tau_m)
    middle = (E_L + V_th) / 2                           # where V is slowest
    rheobase = C_m * (V_th - E_L) / (4 * tau_m)

    def time(self, current, start, stop):
        """Time from one potential to another: with x = V - middle, dx/dt = a x^2 + q has the solution
        sqrt(q/a) tan(sqrt(a q) t + phase)."""
        q = (current - self.rheobase) / self.C_m
        phase = lambda V: np.arctan((V - self.middle) * np.sqrt(self.a / q))
        return (phase(stop) - phase(start)) / np.sqrt(self.a * q)


QIF = Qif()


def test_qif_fires_when_its_closed_form_says(run_hillock):
    currents = np.linspace(95, 595, 21)
    run = run_hillock(config("qif", "500 ms", linspace(currents, "pA"), 21))
    assert_same(trains(run.output, 21), [periodic(QIF.time(I, QIF.E_L, QIF.V_peak),
                                                  QIF.time(I, QIF.V_reset, QIF.V_peak), 500) for I in currents], 1e-6)


def test_qif_fires_from_its_rheobase_on(run_hillock):
    """C_m (V_th - E_L)/(4 tau_m) is 93.75 pA; half a pA above, V takes 0.8 s to pass the narrow place."""
    assert QIF.rheobase == 93.75
    run = run_hillock(config("qif", "2 s", "{linspace: [93.25 pA, 94.25 pA]}", 2))
    below, above = trains(run.output, 2)
    assert len(below) == 0 and len(above) == 2
    assert abs(above[0] - QIF.time(94.25, QIF.E_L, QIF.V_peak)) < 1e-5


def theta_spikes(pieces, tau, theta=0.0):
    """Spike times of the theta neuron under pieces (current as a function of ms, duration in ms), one after another.

    With x = tan(theta/2) it is tau dx/dt = x^2 + I, and with x = p/q the linear system tau dp/dt = I q,
    tau dq/dt = -p: x passes infinity where q is 0, and nothing happens to p and q there."""

    def infinity(t, y):
        return y[1]

    times, begin, y = [], 0.0, np.array([np.sin(theta / 2), np.cos(theta / 2)])
    for current, duration in pieces:
        end = begin + duration
        done = solve_ivp(lambda t, y: [current(t) * y[1] / tau, -y[0] / tau], (begin, end), y / np.linalg.norm(y),
                         method="DOP853", rtol=1e-12, atol=1e-12, events=infinity)
        times.extend(done.t_events[0])
        begin, y = end, done.y[:, -1]
    return np.array(times)


def test_theta_fires_with_the_period_pi_tau_over_the_root_of_its_input(run_hillock):
    """Ermentrout & Kopell 1986, Ermentrout 1996: from theta = 0 the first spike comes after half a period."""
    currents = np.linspace(0.01, 4.01, 21)
    run = run_hillock(config("theta", "200 ms", linspace(currents, ""), 21))
    periods = np.pi / np.sqrt(currents)
    assert_same(trains(run.output, 21), [periodic(period / 2, period, 200) for period in periods], 1e-7)


def test_theta_follows_pulses_of_either_sign(run_hillock):
    """A pulse moves the next spike little when it comes early and much when late; inhibition silences the neuron."""
    pieces = [(0.05, 20), (0.6, 1.5), (0.05, 31), (-0.4, 10), (0.05, 40), (0.9, 12), (-0.1, 30), (0.2, 60)]
    lines, start = [], 0.0
    for k, (current, duration) in enumerate(pieces):
        lines.append(f"  piece_{k}: {{type: dc, target: cell, amplitude: {current}, start: {number(start)} ms, "
                     f"stop: {number(start + duration)} ms}}")
        start += duration
    run = run_hillock(config("theta", f"{number(start)} ms", "0", cell=", params: {tau: 1.3 ms}",
                             inputs="\n".join(lines)))
    expected = theta_spikes([(lambda t, I=I: I, duration) for I, duration in pieces], 1.3)
    assert_same(trains(run.output, 1), [expected], 1e-7)


def test_theta_is_excitable_below_zero(run_hillock):
    """For I < 0 it rests at -2 atan(sqrt(-I)), and fires once from beyond +2 atan(sqrt(-I))."""
    edge = 2 * np.arctan(np.sqrt(0.3))
    cell = f", init: {{theta: [{number(edge - 1e-3)}, {number(edge + 1e-3)}]}}"
    run = run_hillock(config("theta", "60 ms", "-0.3", 2, cell=cell, record=recorded("theta", "V", every="0.1 ms")))
    assert [len(train) for train in trains(run.output, 2)] == [0, 1]
    frames = report(run.output)
    assert np.max(np.abs(frames["theta"][-1] + edge)) < 1e-9
    assert np.all(np.abs(frames["theta"]) <= np.pi)
    assert np.max(np.abs(frames["V"] - (1 - np.cos(frames["theta"])))) < 1e-15 and frames["V"].max() > 1.9


def test_qif_without_cuts_is_the_theta_neuron(run_hillock):
    """Under a current that changes. From a million mV to infinity, and back, V takes 2 x 1.5e-4 ms with each spike."""
    wave = "  wave: {{type: sine, target: cell, amplitude: {}, frequency: 11 Hz}}"
    cuts = ", params: {V_peak: 1000000 mV, V_reset: -1000000 mV}"
    far = run_hillock(config("qif", "400 ms", "600 pA", cell=cuts, inputs=wave.format("400 pA")))
    # With y = a (V - middle) and times in ms: dy/dt = y^2 + a (I - rheobase)/C_m.
    scale = QIF.a / QIF.C_m
    theta = 2 * np.arctan(QIF.a * (QIF.E_L - QIF.middle))
    phase = run_hillock(config("theta", "400 ms", number(scale * (600 - QIF.rheobase)),
                               cell=f", init: {{theta: {number(theta)}}}", inputs=wave.format(number(scale * 400))))
    omega = 2 * np.pi * 0.011
    exact = theta_spikes([(lambda t: scale * (600 + 400 * np.sin(omega * t) - QIF.rheobase), 400)], 1.0, theta)
    assert len(exact) > 8
    assert_same(trains(phase.output, 1), [exact], 1e-6)
    assert_same(trains(far.output, 1), [exact], 3e-4 * len(exact))


# The exponential integrate-and-fire neuron.


class Eif:
    """The constants of Fourcaud-Trocme et al. 2003 for 20,000 um2 of membrane, in pF, nS, mV, ms and pA."""

    C_m, g_L, E_L, V_th, Delta_T, V_peak, V_reset, t_ref = 200.0, 20.0, -65.0, -59.9, 3.48, -30.0, -68.0, 1.7
    rheobase = g_L * (V_th - E_L - Delta_T)             # at V_th the membrane carries most current away

    def current(self, V):
        """What flows into the cell through leak and exponential."""
        return self.g_L * (self.E_L - V + self.Delta_T * np.exp((V - self.V_th) / self.Delta_T))

    def time(self, current, start):
        """Time from a potential to the peak: C_m times the integral of dV over the current, which is steep."""
        edges = [start, *np.arange(self.V_th - 2.5, self.V_peak, 2.5), self.V_peak]
        slowness = lambda V: self.C_m / (self.current(V) + current)
        return sum(quad(slowness, a, b, epsabs=1e-13, epsrel=1e-12)[0] for a, b in zip(edges, edges[1:]))


EIF = Eif()


def test_eif_fires_when_the_quadrature_of_its_equation_says(run_hillock):
    currents = np.linspace(40, 840, 17)
    run = run_hillock(config("eif", "500 ms", linspace(currents, "pA"), 17))
    assert_same(trains(run.output, 17), [periodic(EIF.time(I, EIF.E_L), EIF.t_ref + EIF.time(I, EIF.V_reset), 500)
                                         for I in currents], 1e-6)


def test_eif_fires_from_its_rheobase_on(run_hillock):
    """g_L (V_T - E_L - Delta_T) is 32.4 pA, or 0.162 uA/cm2; the neuron of Wang and Buzsaki (1996) that the paper fits
    it to begins to fire at 0.16 uA/cm2."""
    assert EIF.rheobase == pytest.approx(32.4) and EIF.rheobase / 200 == pytest.approx(0.16, abs=0.003)
    run = run_hillock(config("eif", "3 s", "{linspace: [32.2 pA, 32.6 pA]}", 2))
    below, above = trains(run.output, 2)
    assert len(below) == 0 and len(above) >= 1
    assert abs(above[0] - EIF.time(32.6, EIF.E_L)) < 1e-4


def test_eif_rests_where_leak_and_exponential_cancel(run_hillock):
    rest = brentq(EIF.current, -66, -60, xtol=1e-13)
    run = run_hillock(config("eif", "400 ms", "0 pA", record=recorded("V")))
    assert abs(report(run.output)["V"][-1, 0] - rest) < 1e-9
    run = run_hillock(config("eif", "1 ms", "0 pA", cell=", init: rest", record=recorded("V", every="0.1 ms")))
    assert np.max(np.abs(report(run.output)["V"] - rest)) < 1e-9


# The adaptive quadratic integrate-and-fire neuron.


def adaptive_qif(I, duration, a=0.02, b=0.2, V_peak=3.7, V_reset=-0.1, d=0.32):
    """Spike times of the equations of Touboul 2008 with F(v) = v^2, from v = w = 0, in ms with tau = 1 ms."""
    return fire(lambda y: np.array([y[0] ** 2 - y[1] + I, a * (b * y[0] - y[1])]), [0, 0], V_peak,
                lambda y: (0.0, np.array([V_reset, y[1] + d])), duration)


def test_adaptive_qif_fires_as_an_independent_integration_says(run_hillock):
    currents = np.linspace(0.05, 0.65, 4)
    run = run_hillock(config("adaptive_qif", "250 ms", linspace(currents, ""), 4, dt="0.05 ms"))
    assert_same(trains(run.output, 4), [adaptive_qif(I, 250) for I in currents], 1e-6)


def test_adaptive_qif_is_izhikevich_2003_in_other_coordinates(run_hillock):
    """V = 25 v - 62.5 and u = 25 w - 62.5 b turn 0.04 V^2 + 5 V + 140 - u + J into
    25 (v^2 - w + 2.5 b - 0.65 + 0.04 J); the defaults of both are his regular spiking cell."""
    inputs = np.linspace(5, 25, 5)
    theirs = run_hillock(config("izhikevich_2003", "400 ms", linspace(inputs, "mV/ms"), 5, dt="0.05 ms"))
    currents = 2.5 * 0.2 - 0.65 + 0.04 * inputs
    ours = run_hillock(config("adaptive_qif", "400 ms", linspace(currents, ""), 5, dt="0.05 ms",
                              cell=", init: {V: -0.1}"))
    assert_same(trains(ours.output, 5), trains(theirs.output, 5), 1e-6)


@pytest.mark.parametrize("b, edge", [(0.2, 0.01), (0.5, 0.06)])
def test_adaptive_qif_loses_its_rest_at_its_bifurcations(run_hillock, b, edge):
    """Touboul 2008, the quadratic model: with a = 0.4 a saddle-node at b^2/4 = 0.01 where b < a, and an Andronov-Hopf
    bifurcation at a (2b - a)/4 = 0.06 where b > a, before the saddle-node at 0.0625. Near the fixed point V stays below
    the edge, and fires above."""
    a, found = 0.4, []
    for I in (0.97 * edge, 1.03 * edge):
        v = (b - np.sqrt(max(b * b - 4 * I, 0))) / 2 - 1e-3
        cell = f", params: {{a: {a}, b: {b}}}, init: {{V: {number(v)}}}"
        run = run_hillock(config("adaptive_qif", "1 s", number(I), cell=cell))
        found.append(len(trains(run.output, 1)[0]))
    assert found[0] == 0 and found[1] > 0


def test_adaptive_qif_rings_as_its_linearisation_says(run_hillock):
    """Near its fixed point v = w/b deviations obey the matrix [[2v, -1], [a b, -a]], whose trace is 0 at the Hopf
    bifurcation, I = 0.0019 for the default cell."""
    a, b, I = 0.02, 0.2, 0.0015
    v = (b - np.sqrt(b * b - 4 * I)) / 2
    values, vectors = np.linalg.eig(np.array([[2 * v, -1], [a * b, -a]]))
    cell = f", init: {{V: {number(v + 1e-6)}, w: {number(b * v)}}}"
    run = run_hillock(config("adaptive_qif", "300 ms", number(I), cell=cell, record=recorded("V")))
    frames = report(run.output)
    weights = np.linalg.solve(vectors, [1e-6, 0])
    expected = (np.exp(np.outer(frames["time"], values)) @ (vectors[0] * weights)).real
    assert np.min(expected) < -5e-7, "it rings"
    assert np.max(np.abs(frames["V"][:, 0] - v - expected)) < 2e-9


# Izhikevich's neuron of 2007.

# C_m, k, E_L, V_th, V_peak, a, b, c, d of cells of the book's chapter 8, in the units of the model file.
CELLS = {"regular spiking": (100, 0.7, -60, -40, 35, 0.03, -2, -50, 100),
         "intrinsically bursting": (150, 1.2, -75, -45, 50, 0.01, 5, -56, 130),
         "chattering": (50, 1.5, -60, -40, 25, 0.03, 1, -40, 150)}
FORMS = {"C_m": "{} pF", "k": "{} nS/mV", "E_L": "{} mV", "V_th": "{} mV", "V_peak": "{} mV", "a": "{}/ms",
         "b": "{} nS", "c": "{} mV", "d": "{} pA"}


def cell_of(name):
    """What a config says of a cell: nothing of the regular spiking one, which is the default."""
    params = ", ".join(f"{key}: {form.format(value)}" for (key, form), value in zip(FORMS.items(), CELLS[name]))
    return "" if name == "regular spiking" else f", params: {{{params}}}"


def izhikevich_2007(name, I, duration):
    """Spike times (ms) of equations 8.5 and 8.6 of the book."""
    C, k, v_r, v_t, v_peak, a, b, c, d = CELLS[name]
    return fire(lambda y: np.array([(k * (y[0] - v_r) * (y[0] - v_t) - y[1] + I) / C, a * (b * (y[0] - v_r) - y[1])]),
                [v_r, 0], v_peak, lambda y: (0.0, np.array([c, y[1] + d])), duration)


@pytest.mark.parametrize("name, current", [("regular spiking", 70), ("regular spiking", 300),
                                           ("intrinsically bursting", 500), ("chattering", 300)])
def test_izhikevich_2007_fires_as_an_independent_integration_says(run_hillock, name, current):
    run = run_hillock(config("izhikevich_2007", "500 ms", f"{current} pA", cell=cell_of(name)))
    assert_same(trains(run.output, 1), [izhikevich_2007(name, current, 500)], 1e-6)


@pytest.mark.parametrize("name, current", [("regular spiking", 70), ("intrinsically bursting", 500),
                                           ("chattering", 300)])
def test_izhikevich_2007_fires_the_spikes_of_the_book_s_program(run_hillock, name, current):
    """The program of section 8.2.1 takes Euler steps of 1 ms, under a current that begins at 100 ms."""
    C, k, v_r, v_t, v_peak, a, b, c, d = CELLS[name]
    v, u, expected = v_r, 0.0, []
    for step in range(1000):
        I = current if step >= 100 else 0
        v, u = v + (k * (v - v_r) * (v - v_t) - u + I) / C, u + a * (b * (v - v_r) - u)
        if v >= v_peak:
            v, u = c, u + d
            expected.append(step + 1)
    run = run_hillock(config("izhikevich_2007", "1 s", f"{current} pA, start: 100 ms", method="euler", dt="1 ms",
                             spike_times="grid", cell=cell_of(name)))
    (times,) = trains(run.output, 1)
    assert len(expected) > 5 and np.array_equal(np.rint(times).astype(int), expected)


def test_izhikevich_2007_has_the_rheobase_and_the_resistance_that_it_is_fitted_to(run_hillock):
    """With x = V - E_L and G = b + k (V_th - E_L), rest is where k x^2 - G x + I = 0: the resistance is 1/G = 83 MOhm
    and the rheobase G^2/(4 k) = 51.4 pA. Section 8.2.1 of the book fits the cell to 80 MOhm and 50 pA."""
    k, G = 0.7, 12.0
    assert 1e3 / G == pytest.approx(80, abs=4) and G * G / (4 * k) == pytest.approx(50, abs=2)
    currents = np.array([-50.0, 0.0, 50.0])
    run = run_hillock(config("izhikevich_2007", "2 s", linspace(currents, "pA"), 3, record=recorded("V")))
    rest = -60 + (G - np.sqrt(G * G - 4 * k * currents)) / (2 * k)
    assert np.max(np.abs(report(run.output)["V"][-1] - rest)) < 1e-8
    run = run_hillock(config("izhikevich_2007", "2 s", "{linspace: [51 pA, 52 pA]}", 2))
    assert [len(train) > 0 for train in trains(run.output, 2)] == [False, True]


def test_izhikevich_2007_fires_in_the_patterns_of_its_cells(run_hillock):
    """Regular spiking slows down to a steady rate; the bursting cell begins with three spikes at once and goes on
    singly; chattering becomes a train of bursts, of three spikes under this current."""
    intervals = []
    for name, current in (("regular spiking", 300), ("intrinsically bursting", 600), ("chattering", 600)):
        (times,) = trains(run_hillock(config("izhikevich_2007", "1 s", f"{current} pA", cell=cell_of(name))).output, 1)
        intervals.append(np.diff(times))
    regular, bursting, chattering = intervals
    assert np.all(np.diff(regular) > -1e-3) and regular[-1] > 1.4 * regular[0] and np.ptp(regular[-9:]) < 0.01
    assert np.all(bursting[:2] < 20) and np.all(bursting[2:] > 55) and np.ptp(bursting[-5:]) < 0.5
    pauses = np.flatnonzero(chattering > 20)
    assert len(pauses) > 20 and np.all(np.diff(pauses) == 3) and np.all(np.delete(chattering, pauses) < 5)


# The leaky integrate-and-fire neuron with adaptation and relative refractoriness.


class Adapting:
    """The constants of NEST's iaf_cond_exp_sfa_rr, in pF, nS, mV, ms; conductances of Dayan & Abbott 2001, page 166."""

    C_m, g_L, E_L, V_th, V_reset, t_ref = 289.5, 28.95, -70.0, -57.0, -70.0, 0.5
    q_sfa, tau_sfa, E_sfa, q_rr, tau_rr, E_rr = 14.48, 110.0, -70.0, 3214.0, 1.97, -70.0

    def slope(self, y, current):
        V, sfa, rr = y
        leaving = self.g_L * (V - self.E_L) + sfa * (V - self.E_sfa) + rr * (V - self.E_rr)
        return np.array([(current - leaving) / self.C_m, -sfa / self.tau_sfa, -rr / self.tau_rr])

    def reset(self, y):
        """V is held for t_ref, while the conductances, with their steps, decay."""
        return self.t_ref, np.array([self.V_reset, (y[1] + self.q_sfa) * np.exp(-self.t_ref / self.tau_sfa),
                                     (y[2] + self.q_rr) * np.exp(-self.t_ref / self.tau_rr)])

    def spikes(self, current, duration):
        return fire(lambda y: self.slope(y, current), [self.E_L, 0, 0], self.V_th, self.reset, duration)


ADAPTING = Adapting()


def test_lif_adaptive_fires_as_an_independent_integration_says(run_hillock):
    currents = np.linspace(400, 1600, 4)
    run = run_hillock(config("lif_adaptive", "250 ms", linspace(currents, "pA"), 4))
    assert_same(trains(run.output, 4), [ADAPTING.spikes(I, 250) for I in currents], 1e-6)


def test_lif_adaptive_without_its_conductances_is_lif(run_hillock):
    currents = np.linspace(400, 1200, 5)
    run = run_hillock(config("lif_adaptive", "400 ms", linspace(currents, "pA"), 5,
                             cell=", params: {q_sfa: 0 nS, q_rr: 0 nS}"))
    lif = Lif(C_m=289.5, tau_m=289.5 / 28.95, E_L=-70, V_th=-57, V_reset=-70, t_ref=0.5)
    assert_same(trains(run.output, 5), [lif.spike_times(I, 400) for I in currents], 1e-6)


def test_lif_adaptive_tires_until_its_conductance_decays_as_much_as_a_spike_adds(run_hillock):
    """With the steady period T it is q_sfa/(1 - exp(-T/tau_sfa)) just after a spike; the first interval is shorter."""
    run = run_hillock(config("lif_adaptive", "3 s", "900 pA", record=recorded("g_sfa")))
    (times,) = trains(run.output, 1)
    intervals, frames = np.diff(times), report(run.output)
    assert np.ptp(intervals[-5:]) < 1e-6 and intervals[-1] > 1.5 * intervals[0]
    steady = 14.48 / (1 - np.exp(-intervals[-1] / 110))
    assert frames["g_sfa"][-1, 0] * np.exp((frames["time"][-1] - times[-1]) / 110) == pytest.approx(steady, rel=1e-6)


# NEST.

# Runs neurons of a NEST model on a job given as JSON: the constant current of each (pA), and spikes that reach all of
# them as jumps of the potential (ms, mV). Writes each neuron's spikes as whole steps.
NEST = """
import json, sys, nest
job = json.load(open(sys.argv[1]))
nest.verbosity = nest.VerbosityLevel.ERROR
nest.set(resolution=job["dt"], local_num_threads=1, print_time=False)
cells = nest.Create(job["model"], len(job["currents"]), job["params"])
cells.I_e = job["currents"]
if job["times"]:
    source = nest.Create("spike_generator", params={"spike_times": job["times"], "spike_weights": job["jumps"]})
    nest.Connect(source, cells, syn_spec={"delay": job["delay"]})
recorder = nest.Create("spike_recorder")
nest.Connect(cells, recorder)
nest.Simulate(job["duration"])
trains = [[] for _ in job["currents"]]
for sender, time in zip(recorder.events["senders"], recorder.events["times"]):
    trains[int(sender) - cells[0].global_id].append(round(float(time) / job["dt"]))
json.dump([sorted(train) for train in trains], open(sys.argv[2], "w"))
"""


@pytest.fixture
def nest_steps(peer_python, tmp_path):
    """`nest_steps(model, params, currents, dt, duration)`: each neuron's spikes in NEST, as steps of dt (ms)."""

    def run(model, params, currents, dt, duration, times=(), jumps=(), delay=1.0):
        job = {"model": model, "params": params, "currents": list(currents), "dt": dt, "duration": duration,
               "times": list(times), "jumps": list(jumps), "delay": delay}
        (tmp_path / "job.json").write_text(json.dumps(job))
        subprocess.run([str(peer_python), "-c", NEST, "job.json", "nest.json"], cwd=tmp_path, check=True, timeout=300,
                       stdin=subprocess.DEVNULL, capture_output=True)
        return [np.array(train, dtype=int) for train in json.loads((tmp_path / "nest.json").read_text())]

    return run


def steps(run, size, dt):
    return [np.rint(train / dt).astype(int) for train in trains(run.output, size)]


def assert_equal_steps(ours, theirs, least):
    assert sum(len(train) for train in theirs) > least
    for k, (a, b) in enumerate(zip(ours, theirs)):
        assert np.array_equal(a, b), f"neuron {k}: {len(a)} and {len(b)} spikes, first apart at {np.argmax(a != b)}"


@pytest.mark.peers
def test_nest_fires_the_spikes_of_perfect_if(run_hillock, nest_steps):
    """As its iaf_psc_delta with a time constant of 1e8 ms, under currents and jumps of the potential up and down."""
    rng = np.random.default_rng(1)
    arrivals = np.sort(rng.choice(np.arange(10, 9900), 400, replace=False)) / 10
    jumps = rng.normal(0.4, 1.5, 400)
    currents = np.linspace(113, 1509, 9)
    theirs = nest_steps("iaf_psc_delta", {"tau_m": 1e8}, currents, 0.1, 1000.0, arrivals, jumps)
    hits = "\n".join(f"  hit_{k}: {{type: spikes, target: cell, receptor: hit, times: [{number(time)} ms], "
                     f"weight: {number(jump)} mV, delay: 1 ms}}" for k, (time, jump) in enumerate(zip(arrivals, jumps)))
    run = run_hillock(config("perfect_if", "1 s", linspace(currents, "pA"), 9, "auto", spike_times="grid",
                             cell=", receptors: {hit: {model: delta}}", inputs=hits))
    assert_equal_steps(steps(run, 9, 0.1), theirs, 500)


# NEST's izhikevich is 0.04 (V - E_L)(V - V_th) - u + I in mV and ms: these are the zeros of 0.04 V^2 + 5 V + 140.
LOW, HIGH = np.sort(np.roots([0.04, 5, 140]))
POTENTIALS = f"E_L: {number(LOW)} mV, V_th: {number(HIGH)} mV, V_peak: 30 mV"
IZHIKEVICH = {"regular spiking": {"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0},
              "chattering": {"a": 0.02, "b": 0.2, "c": -50.0, "d": 2.0}}


@pytest.mark.peers
def test_nest_fires_the_spikes_of_qif(run_hillock, nest_steps):
    """As its izhikevich without recovery, by Euler steps as there."""
    currents = np.linspace(17, 57, 9)
    theirs = nest_steps("izhikevich", {"a": 0.0, "b": 0.0, "d": 0.0, "U_m": 0.0}, currents, 0.1, 1000.0)
    cell = (f", params: {{C_m: 1 pF, tau_m: {number(25 / (HIGH - LOW))} ms, {POTENTIALS}, V_reset: -65 mV}}, "
            "init: {V: -65 mV}")
    run = run_hillock(config("qif", "1 s", linspace(currents, "pA"), 9, "euler", spike_times="grid", cell=cell))
    assert_equal_steps(steps(run, 9, 0.1), theirs, 500)


@pytest.mark.peers
def test_nest_fires_the_spikes_of_adaptive_qif(run_hillock, nest_steps):
    """As its izhikevich with the default cell, by Euler steps as there."""
    inputs = np.linspace(4.3, 24.7, 9)
    theirs = nest_steps("izhikevich", {"V_m": -65.0, "U_m": -13.0}, inputs, 0.1, 1000.0)
    run = run_hillock(config("adaptive_qif", "1 s", linspace(2.5 * 0.2 - 0.65 + 0.04 * inputs, ""), 9, "euler",
                             spike_times="grid", cell=", init: {V: -0.1}"))
    assert_equal_steps(steps(run, 9, 0.1), theirs, 100)


@pytest.mark.peers
@pytest.mark.parametrize("name", IZHIKEVICH)
def test_nest_fires_the_spikes_of_izhikevich_2007(run_hillock, nest_steps, name):
    """As its izhikevich, by Euler steps as there; u counts from b E_L in NEST, from 0 here."""
    cell = IZHIKEVICH[name]
    inputs = np.linspace(4.3, 24.7, 9)
    theirs = nest_steps("izhikevich", {"V_m": -65.0, "U_m": -13.0} | cell, inputs, 0.1, 1000.0)
    params = (f", params: {{C_m: 1 pF, k: 0.04 nS/mV, {POTENTIALS}, a: {cell['a']}/ms, b: {cell['b']} nS, "
              f"c: {cell['c']} mV, d: {cell['d']} pA}}, init: {{V: -65 mV}}")
    run = run_hillock(config("izhikevich_2007", "1 s", linspace(inputs - cell["b"] * LOW, "pA"), 9, "euler",
                             spike_times="grid", cell=params))
    assert_equal_steps(steps(run, 9, 0.1), theirs, 100)


@pytest.mark.peers
def test_nest_fires_the_spikes_of_eif(run_hillock, nest_steps):
    """As its aeif_psc_delta without adaptation."""
    currents = np.linspace(41, 439, 5)
    params = {"C_m": 200.0, "g_L": 20.0, "E_L": -65.0, "V_m": -65.0, "V_th": -59.9, "Delta_T": 3.48, "V_peak": -30.0,
              "V_reset": -68.0, "t_ref": 1.7, "a": 0.0, "b": 0.0, "gsl_error_tol": 1e-9}
    theirs = nest_steps("aeif_psc_delta", params, currents, 0.05, 500.0)
    run = run_hillock(config("eif", "500 ms", linspace(currents, "pA"), 5, dt="0.05 ms", spike_times="grid"))
    assert_equal_steps(steps(run, 5, 0.05), theirs, 50)


@pytest.mark.peers
def test_nest_fires_the_spikes_of_lif_adaptive(run_hillock, nest_steps):
    """As its iaf_cond_exp_sfa_rr with the defaults of both."""
    currents = np.linspace(411, 2003, 9)
    theirs = nest_steps("iaf_cond_exp_sfa_rr", {}, currents, 0.05, 1000.0)
    run = run_hillock(config("lif_adaptive", "1 s", linspace(currents, "pA"), 9, dt="0.05 ms", spike_times="grid"))
    assert_equal_steps(steps(run, 9, 0.05), theirs, 100)
