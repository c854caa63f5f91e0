"""Oscillating neurons written anew from their papers and integrated with SciPy, independent of hillock's model files.

Each model has its constants as fields, `derivative(y, I)` with y = (V, ...) and `start()`. Units are ms, mV, uA/cm2,
mS/cm2 and uF/cm2, or none."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy import exp
from scipy.integrate import solve_ivp
from scipy.optimize import brentq


@dataclasses.dataclass(frozen=True)
class MorrisLecar:
    """Rinzel & Ermentrout (1998), appendix A: the constants of their figures 1 to 3, with a Hopf bifurcation."""

    C: float = 20.0
    g_Ca: float = 4.4
    g_K: float = 8.0
    g_L: float = 2.0
    E_Ca: float = 120.0
    E_K: float = -84.0
    E_L: float = -60.0
    V_1: float = -1.2
    V_2: float = 18.0
    V_3: float = 2.0
    V_4: float = 30.0
    phi: float = 0.04

    def steady(self, V):
        return (1 + np.tanh((V - self.V_3) / self.V_4)) / 2

    def current(self, V, w):
        m = (1 + np.tanh((V - self.V_1) / self.V_2)) / 2
        return self.g_Ca * m * (V - self.E_Ca) + self.g_K * w * (V - self.E_K) + self.g_L * (V - self.E_L)

    def derivative(self, y, I):
        V, w = y
        rate = self.phi * np.cosh((V - self.V_3) / (2 * self.V_4))
        return [(I - self.current(V, w)) / self.C, rate * (self.steady(V) - w)]

    def start(self):
        return [self.E_L, self.steady(self.E_L)]

    def trace(self, V):
        """Of the Jacobian at the fixed point with potential V (1/ms): rest turns unstable where it passes 0."""
        m = (1 + np.tanh((V - self.V_1) / self.V_2)) / 2
        slope = self.g_Ca * (V - self.E_Ca) / (2 * self.V_2 * np.cosh((V - self.V_1) / self.V_2) ** 2)
        return (-(self.g_Ca * m + slope + self.g_K * self.steady(V) + self.g_L) / self.C
                - self.phi * np.cosh((V - self.V_3) / (2 * self.V_4)))

    def fixed_current(self, V):
        """The current whose fixed point is at V."""
        return self.current(V, self.steady(V))


SNIC = MorrisLecar(g_Ca=4.0, V_3=12.0, V_4=17.4, phi=0.067)  # figures 4 to 6
HOMOCLINIC = dataclasses.replace(SNIC, phi=0.23)             # figures 7 and 8


@dataclasses.dataclass(frozen=True)
class FitzHugh:
    """FitzHugh (1961), in the signs and the time of his article of 1969."""

    a: float = 0.7
    b: float = 0.8
    phi: float = 0.08

    def derivative(self, y, I):
        V, w = y
        return [V - V**3 / 3 - w + I, self.phi * (V + self.a - self.b * w)]

    def start(self):
        return [-1.2, -0.625]

    def fixed_current(self, V):
        return (V + self.a) / self.b - V + V**3 / 3


@dataclasses.dataclass(frozen=True)
class HindmarshRose:
    """Hindmarsh & Rose (1984): three equations with the constants of their figure 6."""

    r: float = 0.001

    def derivative(self, y, I):
        x, recovery, z = y
        return [recovery - x**3 + 3 * x**2 - z + I, 1 - 5 * x**2 - recovery, self.r * (4 * (x + 1.6) - z)]

    def start(self):
        return [-1.6, 1 - 5 * 1.6**2, 0.0]


def fraction(x):
    """x/(exp(x) - 1), which is 1 at 0."""
    return 1.0 if x == 0 else x / np.expm1(x)


@dataclasses.dataclass(frozen=True)
class PinskyRinzel:
    """Pinsky & Rinzel (1994) with the erratum of 1995. As there, potentials v = V + 60 mV count from the leak's."""

    g_c: float = 2.1
    p: float = 0.5
    C: float = 3.0
    g_L: float = 0.1
    g_Na: float = 30.0
    g_KDR: float = 15.0
    g_Ca: float = 10.0
    g_KAHP: float = 0.8
    g_KC: float = 15.0

    @staticmethod
    def rates(v, v_d, Ca):
        """(alpha, beta), 1/ms: of m, h, n at the potential v of the soma, of s, c, q at v_d and Ca in the dendrite."""
        decay = 2 * exp((6.5 - v_d) / 27)
        c = exp((v_d - 10) / 11 - (v_d - 6.5) / 27) / 18.975 if v_d <= 50 else decay
        return {"m": (0.32 * 4 * fraction((13.1 - v) / 4), 0.28 * 5 * fraction((v - 40.1) / 5)),
                "h": (0.128 * exp((17 - v) / 18), 4 / (1 + exp((40 - v) / 5))),
                "n": (0.016 * 5 * fraction((35.1 - v) / 5), 0.25 * exp(0.5 - 0.025 * v)),
                "s": (1.6 / (1 + exp(-0.072 * (v_d - 65))), 0.02 * 5 * fraction((v_d - 51.1) / 5)),
                "c": (c, decay - c if v_d <= 50 else 0.0),
                "q": (min(0.00002 * Ca, 0.01), 0.001)}

    def derivative(self, y, I, I_d=0.0):
        v, v_d, Ca = y[0] + 60, y[1] + 60, y[7]
        h, n, s, c, q = y[2:7]
        rates = self.rates(v, v_d, Ca)
        m = rates["m"][0] / sum(rates["m"])
        I_Ca = self.g_Ca * s**2 * (v_d - 140)
        soma = self.g_L * v + self.g_Na * m**2 * h * (v - 120) + self.g_KDR * n * (v + 15)
        dendrite = self.g_L * v_d + I_Ca + (self.g_KAHP * q + self.g_KC * c * min(Ca / 250, 1)) * (v_d + 15)
        gates = [rates[name][0] * (1 - x) - rates[name][1] * x for name, x in zip("hnscq", (h, n, s, c, q))]
        return [(-soma + self.g_c / self.p * (v_d - v) + I / self.p) / self.C,
                (-dendrite + self.g_c / (1 - self.p) * (v - v_d) + I_d / (1 - self.p)) / self.C,
                *gates, -0.13 * I_Ca - 0.075 * Ca]

    def start(self, Ca=None):
        """Both potentials at the leak's, everything else steady there (or with the calcium Ca)."""
        steady = lambda rate: rate[0] / sum(rate)
        s = steady(self.rates(0.0, 0.0, 0.0)["s"])
        Ca = 0.13 * self.g_Ca * s**2 * 140 / 0.075 if Ca is None else Ca
        rates = self.rates(0.0, 0.0, Ca)
        return [-60.0, -60.0, *(steady(rates[name]) for name in "hnscq"), Ca]


@dataclasses.dataclass(frozen=True)
class WilsonCowan:
    """Wilson & Cowan (1972), eqs. 11 and 12, with the constants of their limit cycle; time in units of tau."""

    c: tuple = (16.0, 12.0, 15.0, 3.0)
    a: tuple = (1.3, 2.0)
    theta: tuple = (4.0, 3.7)

    def derivative(self, y, P, Q=0.0):
        E, I = y
        response = lambda x, a, theta: 1 / (1 + exp(-a * (x - theta))) - 1 / (1 + exp(a * theta))
        largest = [1 - 1 / (1 + exp(a * theta)) for a, theta in zip(self.a, self.theta)]
        S_e = response(self.c[0] * E - self.c[1] * I + P, self.a[0], self.theta[0])
        S_i = response(self.c[2] * E - self.c[3] * I + Q, self.a[1], self.theta[1])
        return [-E + (largest[0] - E) * S_e, -I + (largest[1] - I) * S_i]


BISTABLE = WilsonCowan((12.0, 4.0, 13.0, 11.0), (1.2, 1.0), (2.8, 4.0))  # figure 4


@dataclasses.dataclass(frozen=True)
class Trajectory:
    at: object             # t (ms) -> y
    crossings: np.ndarray  # times (ms) at which V rises through the threshold


def trajectory(derivative, start, duration, threshold=np.inf, rtol=1e-11):
    """Integrates y' = derivative(y) from `start` over `duration` ms with DOP853."""
    event = lambda t, y: y[0] - threshold if np.isfinite(threshold) else 1.0
    event.direction = 1
    done = solve_ivp(lambda t, y: derivative(y.tolist()), (0, duration), start, method="DOP853", rtol=rtol, atol=1e-11,
                     dense_output=True, events=event)
    assert done.success, done.message
    return Trajectory(done.sol, done.t_events[0])


def roots(function, low, high, points=2000):
    """All x between low and high where the function changes its sign."""
    x = np.linspace(low, high, points)
    y = np.array([function(one) for one in x])
    return [brentq(function, x[k], x[k + 1], xtol=1e-13) for k in np.flatnonzero(np.sign(y[1:]) != np.sign(y[:-1]))]
