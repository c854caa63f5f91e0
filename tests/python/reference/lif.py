"""Closed forms of the leaky integrate-and-fire neuron, evaluated with 50 digits (mpmath) where digits cancel."""

from __future__ import annotations

import dataclasses

import mpmath
import numpy as np
from scipy.integrate import quad
from scipy.special import erfcx

mp = mpmath.mp.clone()
mp.dps = 50

# Chernoff's constant -zeta(1/2)/sqrt(2*pi): by so many standard deviations of one step a random walk overshoots a threshold on
# average (Siegmund 1985; Broadie, Glasserman & Kou 1997, doi:10.1111/1467-9965.00035).
OVERSHOOT = float(-mpmath.zeta(0.5) / mpmath.sqrt(2 * mpmath.pi))


@dataclasses.dataclass(frozen=True)
class Lif:
    """Parameters in pF, ms, mV; the defaults are those of models/neurons/lif.yaml."""

    C_m: float = 250.0
    tau_m: float = 10.0
    E_L: float = -70.0
    V_th: float = -55.0
    V_reset: float = -70.0
    t_ref: float = 2.0

    def rheobase(self):
        """The constant current (pA) whose fixed point is the threshold."""
        return (self.V_th - self.E_L) * self.C_m / self.tau_m

    def rise_time(self, current, start=None):
        """Time (ms, an mpmath number) from `start` (default V_reset) to V_th under a constant current (pA)."""
        target = mp.mpf(self.E_L) + mp.mpf(current) * mp.mpf(self.tau_m) / mp.mpf(self.C_m)
        begin = mp.mpf(self.V_reset if start is None else start)
        return mp.mpf(self.tau_m) * mp.log((target - begin) / (target - mp.mpf(self.V_th)))

    def spike_times(self, current, duration, onset=0.0):
        """All spike times (ms) up to `duration`, under a current that starts at `onset` with V at E_L."""
        first = mp.mpf(onset) + self.rise_time(current, self.E_L)
        period = mp.mpf(self.t_ref) + self.rise_time(current)
        count = int(mp.floor((mp.mpf(duration) - first) / period)) + 1
        return np.array([float(first + k * period) for k in range(max(count, 0))])

    def grid_steps(self, current, duration, dt):
        """Spike times as whole steps of dt when threshold, reset and hold happen on the grid; with the least distance (in
        steps) of a crossing from a grid point, below which rounding could decide otherwise."""
        first = self.rise_time(current, self.E_L) / mp.mpf(dt)
        again = self.rise_time(current) / mp.mpf(dt)
        hold = round(self.t_ref / dt)
        margin = min(abs(first - mp.nint(first)), abs(again - mp.nint(again)))
        steps, step, last = [], int(mp.ceil(first)), round(duration / dt)
        while step <= last:
            steps.append(step)
            step += hold + int(mp.ceil(again))
        return np.array(steps), float(margin)

    def psp(self, kernel, weight, tau_s, t):
        """Deflection of V (mV) at the times t (ms) after a spike at 0; `kernel` is 'delta' (weight in mV), 'exp' or 'alpha'
        (weight in pA, the peak of the current), tau_s its time constant (ms)."""
        a, b = mp.mpf(1) / mp.mpf(tau_s), mp.mpf(1) / mp.mpf(self.tau_m)
        w, c = mp.mpf(weight), mp.mpf(self.C_m)
        d = a - b

        def value(time):
            s = mp.mpf(time)
            if s < 0:
                return mp.mpf(0)
            if kernel == "delta":
                return w * mp.exp(-b * s)
            if kernel == "exp":
                integral = s if d == 0 else (1 - mp.exp(-d * s)) / d      # of exp(-d x) over 0..s
                return w / c * mp.exp(-b * s) * integral
            integral = s * s / 2 if d == 0 else (1 - (1 + d * s) * mp.exp(-d * s)) / d**2     # of x exp(-d x)
            return w * mp.e * a / c * mp.exp(-b * s) * integral

        return np.array([float(value(time)) for time in np.atleast_1d(t)])

    def siegert_rate(self, mean, sigma_V, dt=0.0):
        """Rate (1/ms) under white noise: V without threshold has this mean (mV) and stationary standard deviation (mV).

        Siegert 1951 as in Brunel 2000, doi:10.1023/A:1008925309027. With dt (ms) the threshold is looked at on the grid only,
        which acts as if it lay OVERSHOOT standard deviations of one step higher."""
        scale = sigma_V * np.sqrt(2.0)
        upper = (self.V_th + OVERSHOOT * scale * np.sqrt(dt / self.tau_m) - mean) / scale
        lower = (self.V_reset - mean) / scale
        # exp(x^2) (1 + erf(x)) is erfcx(-x): no overflow.
        integral = quad(lambda x: erfcx(-x), lower, upper, epsabs=0, epsrel=1e-12, limit=200)[0]
        return 1.0 / (self.t_ref + self.tau_m * np.sqrt(np.pi) * integral)
