"""The squid axon in SciPy: written from Hodgkin & Huxley 1952 (doi:10.1113/jphysiol.1952.sp004764), apart from hillock's model."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp


def _rates(V: float) -> tuple[tuple[float, float], ...]:
    """(alpha, beta) of m, h and n, 1/ms, at V in mV."""
    def exprel(x: float) -> float:
        return float(np.expm1(x) / x) if abs(x) > 1e-9 else 1.0 + x / 2

    return ((1 / exprel(-(V + 40) / 10), 4 * np.exp(-(V + 65) / 18)), (0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10))),
            (0.1 / exprel(-(V + 55) / 10), 0.125 * np.exp(-(V + 65) / 80)))


def scipy_spike_times(current: float, duration: float) -> np.ndarray:
    """Upward crossings of 0 mV, ms, of one membrane under a current in uA/cm2 from -65 mV on, by DOP853 at a tolerance of 1e-10."""
    def derivative(_: float, state: np.ndarray) -> list[float]:
        V, m, h, n = state
        gates = [alpha * (1 - x) - beta * x for x, (alpha, beta) in zip((m, h, n), _rates(V))]
        return [current - 120 * m**3 * h * (V - 50) - 36 * n**4 * (V + 77) - 0.3 * (V + 54.3), *gates]

    def crossing(_: float, state: np.ndarray) -> float:
        return float(state[0])

    crossing.direction = 1  # type: ignore[attr-defined]
    start = [-65.0, *(alpha / (alpha + beta) for alpha, beta in _rates(-65.0))]
    return solve_ivp(derivative, (0, duration), start, "DOP853", rtol=1e-10, atol=1e-12, events=crossing).t_events[0]
