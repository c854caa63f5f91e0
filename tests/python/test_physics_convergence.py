"""Every fixed-step method converges with its order, on the squid axon and on linear systems; adaptive steps follow their tolerance."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from reference import hodgkin_huxley
from reference.files import report, trains
from reference.lif import Lif

ORDERS = {"euler": 1, "exponential_euler": 1, "midpoint": 2, "rk4": 4, "cash_karp54": 5, "dopri5": 5, "fehlberg78": 8}
# Two step sizes (ms) at which each method's error on the squid axon is small enough to be in its asymptotic range, and
# large enough to stand out of rounding.
SQUID_STEPS = {"euler": (0.001, 0.0005), "exponential_euler": (0.001, 0.0005), "midpoint": (0.01, 0.005),
               "rk4": (0.02, 0.01), "cash_karp54": (0.02, 0.01), "dopri5": (0.02, 0.01), "fehlberg78": (0.05, 0.025)}
# Where crossings are interpolated the order is that of the dense output at most: at least cubic Hermite, hence 4.
DENSE_ORDER = 4
CURRENTS = np.linspace(8, 20, 7)       # uA/cm2

SQUID = """
simulation: {duration: 20 ms, dt: 0.01 ms, spike_times: interpolated}
populations:
  cell: {size: 7, model: hodgkin_huxley}
inputs:
  current: {type: dc, target: cell, amplitude: {linspace: [8 uA/cm2, 20 uA/cm2]}}
record:
  cell: {spikes: true, V: {every: 1 ms}, m: {every: 1 ms}, h: {every: 1 ms}, n: {every: 1 ms}, dtype: float64}
"""

OSCILLATOR_MODEL = """# A damped oscillator: V = V_0 exp(-t/tau) cos(omega t).
name: oscillator
summary: Damped linear oscillator
source: "closed form"
inputs: {I: mV/ms}
params:
  tau: {default: 20 ms, doc: damping time}
  omega: {default: 1/ms, doc: angular frequency}
state:
  V: {init: 10 mV, doc: displacement}
  w: {init: 0 mV, doc: conjugate displacement}
equations:
  dV/dt: -V / tau - omega * w + I
  dw/dt: omega * V - w / tau
"""

OSCILLATOR = """
simulation: {duration: 20 ms, dt: 0.1 ms}
populations:
  cell: {model: oscillator.yaml}
record:
  cell: {V: {every: 2 ms}, dtype: float64}
"""


def arguments(method, dt):
    return "--set", f"simulation.method={method}", "--set", f"simulation.dt={dt!r} ms"


def rms(x, scale=1.0):
    """Root mean square, the first axis scaled first."""
    return float(np.sqrt(np.mean(np.square((np.asarray(x).T * np.asarray(scale)).T))))


@pytest.fixture(scope="module")
def squid_truth():
    """(V, m, h, n at 0, 1, ... 19 ms of each neuron, its upward crossings of 0 mV), by DOP853 at rtol 1e-12."""
    found = [hodgkin_huxley.trajectory(current, 20.0) for current in CURRENTS]
    return np.array([one.solution(np.arange(20.0)) for one in found]).transpose(1, 2, 0), [one.crossings for one in found]


def squid_error(run, truth):
    """Of all four variables, V in units of 100 mV. (V alone would show exponential Euler as second order: it alternates between
    gates and V, so from steady gates V at the end of a step is that of the symmetric scheme.)"""
    frames = report(run.output)
    return rms(np.array([frames[name] for name in "Vmhn"]) - truth, (0.01, 1, 1, 1))


@pytest.mark.parametrize("method", ORDERS)
def test_a_fixed_step_method_has_its_order_on_the_squid_axon(run_hillock, squid_truth, method):
    truth, crossings = squid_truth
    state_error, time_error = [], []
    for dt in SQUID_STEPS[method]:
        run = run_hillock(SQUID, *arguments(method, dt))
        state_error.append(squid_error(run, truth))
        times = trains(run.output, 7)
        assert [len(x) for x in times] == [len(x) for x in crossings]
        time_error.append(rms(np.concatenate(times) - np.concatenate(crossings)))
    order = np.log2(state_error[0] / state_error[1])
    time_order = np.log2(time_error[0] / time_error[1])
    print(f"{method}: state {state_error} order {order:.2f}; spike times {time_error} order {time_order:.2f}")
    assert ORDERS[method] - 0.25 < order < ORDERS[method] + 0.75
    assert time_order > min(ORDERS[method], DENSE_ORDER) - 0.35


# Steps (ms) for the oscillator, one radian per ms.
LINEAR_STEPS = {"euler": (0.005, 0.0025), "exponential_euler": (0.005, 0.0025), "midpoint": (0.05, 0.025), "rk4": (0.1, 0.05),
                "cash_karp54": (0.2, 0.1), "dopri5": (0.2, 0.1), "fehlberg78": (0.5, 0.25)}


@pytest.mark.parametrize("method", ORDERS)
def test_a_fixed_step_method_has_its_order_on_a_linear_system(run_hillock, tmp_path, method):
    (tmp_path / "oscillator.yaml").write_text(OSCILLATOR_MODEL)
    errors = []
    for dt in LINEAR_STEPS[method]:
        frames = report(run_hillock(OSCILLATOR, *arguments(method, dt)).output)
        truth = 10 * np.exp(-frames["time"] / 20) * np.cos(frames["time"])
        errors.append(rms(frames["V"][:, 0] - truth))
    order = np.log2(errors[0] / errors[1])
    print(f"{method}: {errors} order {order:.2f}")
    assert ORDERS[method] - 0.2 < order < ORDERS[method] + 0.5


def test_the_exact_method_equals_the_closed_form_of_a_linear_system_for_any_step(run_hillock, tmp_path):
    (tmp_path / "oscillator.yaml").write_text(OSCILLATOR_MODEL)
    for dt in (0.01, 0.1, 0.5, 2.0):
        frames = report(run_hillock(OSCILLATOR, *arguments("exact", dt)).output)
        truth = 10 * np.exp(-frames["time"] / 20) * np.cos(frames["time"])
        assert np.max(np.abs(frames["V"][:, 0] - truth)) < 1e-11       # 1e-12 of the 10 mV it starts with


LIF_CONFIG = """
simulation: {duration: 200 ms, dt: 0.1 ms, spike_times: interpolated}
populations:
  cell: {size: 20, model: lif}
inputs:
  current: {type: dc, target: cell, amplitude: {linspace: [400 pA, 900 pA]}}
record:
  cell: {spikes: true}
"""
LIF_STEPS = {"euler": (0.05, 0.025), "midpoint": (0.5, 0.25), "rk4": (1.0, 0.5),
             "cash_karp54": (1.0, 0.5), "dopri5": (1.0, 0.5), "fehlberg78": (4.0, 2.0)}


@pytest.mark.parametrize("method", LIF_STEPS)
def test_interpolated_spike_times_with_reset_and_hold_keep_the_order(run_hillock, method):
    truth = [Lif().spike_times(current, 200) for current in np.linspace(400, 900, 20)]
    errors = []
    for dt in LIF_STEPS[method]:
        times = trains(run_hillock(LIF_CONFIG, *arguments(method, dt)).output, 20)
        assert all(abs(len(a) - len(b)) <= 1 for a, b in zip(times, truth))
        errors.append(rms(np.concatenate([a[:9] - b[:9] for a, b in zip(times, truth)])))
    order = np.log2(errors[0] / errors[1])
    print(f"{method}: {errors} order {order:.2f}")
    assert order > min(ORDERS[method], DENSE_ORDER) - 0.4


def test_exponential_euler_is_exact_for_the_lone_membrane_equation(run_hillock):
    run = run_hillock(LIF_CONFIG, *arguments("exponential_euler", 0.5), "--set", "simulation.spike_times=grid")
    for times, current in zip(trains(run.output, 20), np.linspace(400, 900, 20)):
        steps, margin = Lif().grid_steps(current, 200, 0.5)
        assert margin > 1e-9
        assert np.array_equal(times, steps * 0.5)


def test_adaptive_steps_follow_their_tolerance(run_hillock, squid_truth):
    truth, crossings = squid_truth
    errors = []
    for tolerance in ("1e-4", "1e-6", "1e-8", "1e-10"):
        run = run_hillock(SQUID, "--set", f"simulation.method={{adaptive: {{rtol: {tolerance}, atol: {tolerance}}}}}",
                          "--set", "simulation.dt=0.5 ms")
        errors.append(squid_error(run, truth))
        if tolerance == "1e-10":
            assert np.max(np.abs(np.concatenate(trains(run.output, 7)) - np.concatenate(crossings))) < 1e-6
    print(errors)
    assert all(fine < 0.2 * coarse for coarse, fine in zip(errors, errors[1:]))
    assert errors[-1] < 1e-8


def test_adex_converges_under_interpolated_spike_times(run_hillock):
    """The kink of min(V, V_peak) costs the last step before a spike its order: between 2 and 4 remain, over a wide range of dt."""
    text = """
simulation: {duration: 150 ms, dt: 0.1 ms, method: rk4, spike_times: interpolated}
populations:
  cell: {model: adex, params: {V_peak: -40 mV}}
inputs:
  current: {type: dc, target: cell, amplitude: 1 nA}
record:
  cell: {spikes: true}
"""
    truth = adex_spikes(1000.0, 150.0)
    assert len(truth) >= 5
    errors = []
    for dt in ("0.4 ms", "0.0125 ms"):
        (times,) = trains(run_hillock(text, "--set", f"simulation.dt={dt}").output, 1)
        assert len(times) == len(truth)
        errors.append(rms(times - truth))
    order = np.log2(errors[0] / errors[1]) / 5
    print(f"adex: {errors} order {order:.2f}")
    assert errors[1] < 1e-5
    assert order > 2


def adex_spikes(current, duration, V_peak=-40.0):
    """Spike times (ms) of the default adex neuron under a constant current (pA), event by event with DOP853."""
    C, g, E, V_T, Delta, tau_w, a, b = 281.0, 30.0, -70.6, -50.4, 2.0, 144.0, 4.0, 80.5

    def derivative(t, y):
        V, w = y
        return [(-g * (V - E) + g * Delta * np.exp((V - V_T) / Delta) - w + current) / C, (a * (V - E) - w) / tau_w]

    peak = lambda t, y: y[0] - V_peak
    peak.terminal, peak.direction = True, 1
    t, y, spikes = 0.0, [E, 0.0], []
    while True:
        done = solve_ivp(derivative, (t, duration), y, method="DOP853", rtol=1e-12, atol=1e-12, events=peak)
        if done.status != 1:
            return np.array(spikes)
        t = float(done.t_events[0][0])
        spikes.append(t)
        y = [E, done.y_events[0][0][1] + b]
