"""The squid axon of Hodgkin and Huxley (1952) integrated with SciPy, independent of hillock's model file and solvers."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.integrate import DOP853, solve_ivp
from scipy.optimize import brentq


@dataclasses.dataclass(frozen=True)
class Squid:
    """Parameters in uF/cm2, mS/cm2 and mV; potentials are inside minus outside, rest near -65 mV."""

    C_m: float = 1.0
    g_Na: float = 120.0
    g_K: float = 36.0
    g_L: float = 0.3
    E_Na: float = 50.0
    E_K: float = -77.0
    E_L: float = -54.3

    @staticmethod
    def rates(V):
        """alpha_m, beta_m, alpha_h, beta_h, alpha_n, beta_n in 1/ms, for V in mV."""

        def linear_over_exponential(x):
            # x/(1 - exp(-x)), whose value at 0 is 1; its Taylor series where the quotient loses digits.
            small = np.abs(x) < 1e-5
            safe = np.where(small, 1.0, x)
            return np.where(small, 1 + x / 2 + x * x / 12, safe / -np.expm1(-safe))

        return (linear_over_exponential((V + 40) / 10), 4 * np.exp(-(V + 65) / 18),
                0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10)),
                0.1 * linear_over_exponential((V + 55) / 10), 0.125 * np.exp(-(V + 65) / 80))

    def steady(self, V):
        """The gates m, h, n that a held potential V (mV) leads to."""
        am, bm, ah, bh, an, bn = self.rates(V)
        return am / (am + bm), ah / (ah + bh), an / (an + bn)

    def ionic_current(self, V, m, h, n):
        """Outward current in uA/cm2."""
        return (self.g_Na * m**3 * h * (V - self.E_Na) + self.g_K * n**4 * (V - self.E_K)
                + self.g_L * (V - self.E_L))

    def derivative(self, y, I):
        """d/dt of y = (V, m, h, n), each a number or an array over neurons, under the current I in uA/cm2."""
        V, m, h, n = y
        am, bm, ah, bh, an, bn = self.rates(V)
        return np.array([(I - self.ionic_current(V, m, h, n)) / self.C_m,
                         am * (1 - m) - bm * m, ah * (1 - h) - bh * h, an * (1 - n) - bn * n])

    def start(self, V):
        return np.array([V, *self.steady(V)])

    def rest(self) -> float:
        """The resting potential, mV."""
        return brentq(lambda V: self.ionic_current(V, *self.steady(V)), -80, -50, xtol=1e-13)


@dataclasses.dataclass(frozen=True)
class Trajectory:
    """One neuron under a constant current from t = 0: its solution and the times (ms) of what the tests compare."""

    solution: object        # t (ms) -> V (mV), m, h, n
    crossings: np.ndarray   # upward crossings of 0 mV
    onsets: np.ndarray      # dV/dt rises through 10 mV/ms
    peaks: np.ndarray       # dV/dt falls through 0 above 0 mV

    def V(self, t):
        return self.solution(t)[0]


def trajectory(current: float, duration: float, squid: Squid = Squid(), V_0: float = -65.0, rtol: float = 1e-12):
    """Integrates with DOP853 for `duration` ms under `current` uA/cm2, starting at V_0 with steady gates."""
    slope = lambda t, y: squid.derivative(y, current)[0]
    events = [lambda t, y: y[0], lambda t, y: slope(t, y) - 10, slope]
    for event, direction in zip(events, (1, 1, -1)):
        event.direction = direction
    done = solve_ivp(lambda t, y: squid.derivative(y, current), (0, duration), squid.start(V_0), method="DOP853",
                     rtol=rtol, atol=1e-12, max_step=0.1, dense_output=True, events=events)
    assert done.success, done.message
    peaks = np.array([t for t, y in zip(done.t_events[2], done.y_events[2]) if y[0] > 0])
    return Trajectory(done.sol, done.t_events[0], done.t_events[1], peaks)


def half_width(V, onset: float, peak: float, end: float):
    """(start, stop) of the time above the middle between V at the onset and V at the peak; V is a function of t (ms)."""
    middle = (V(onset) + V(peak)) / 2
    rise = brentq(lambda t: V(t) - middle, onset, peak, xtol=1e-12)
    fall = brentq(lambda t: V(t) - middle, peak, end, xtol=1e-12)
    return rise, fall


def spike_counts(currents, duration: float, squid: Squid = Squid(), V_0: float = -65.0, rtol: float = 1e-8):
    """Upward crossings of 0 mV before `duration` (ms) of one neuron per current (uA/cm2), all integrated together by DOP853.

    Returns the counts, and for each neuron how near (ms) its nearest crossing comes to the end: where that is less than the
    error of a spike time, another solver may rightly count one more or less."""
    currents = np.asarray(currents)
    n = len(currents)
    start = np.repeat(squid.start(V_0)[:, None], n, axis=1).ravel()
    solver = DOP853(lambda t, y: squid.derivative(y.reshape(4, n), currents).ravel(), 0.0, start, duration + 1,
                    rtol=rtol, atol=rtol, max_step=0.2)
    counts = np.zeros(n, dtype=int)
    nearest = np.full(n, np.inf)
    V = start[:n].copy()
    while solver.status == "running":
        message = solver.step()
        assert solver.status != "failed", message
        V_new = solver.y[:n]
        crossed = np.flatnonzero((V < 0) & (V_new >= 0))
        times = solver.t_old + (solver.t - solver.t_old) * V[crossed] / (V[crossed] - V_new[crossed])
        counts[crossed] += times <= duration
        nearest[crossed] = np.minimum(nearest[crossed], np.abs(times - duration))
        V = V_new.copy()
    return counts, nearest
