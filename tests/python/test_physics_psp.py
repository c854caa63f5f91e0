"""Postsynaptic potentials of the current receptors against their closed forms, also where the time constants meet."""

import numpy as np
import pytest

from reference.files import report
from reference.lif import Lif

LIF = Lif()
RECEPTORS = {"delta": ("delta", "mV"), "exp": ("exp_current", "pA"), "alpha": ("alpha_current", "pA")}


def potential(run_hillock, kernel, weight, tau, dt="0.1 ms", times="[10 ms]"):
    model, unit = RECEPTORS[kernel]
    tau_text = "" if kernel == "delta" else f", tau: {tau!r} ms"
    text = f"""
simulation: {{duration: 100 ms, dt: {dt}}}
populations:
  cell: {{model: lif, receptors: {{psc: {{model: {model}{tau_text}}}}}}}
inputs:
  spike: {{type: spikes, target: cell, receptor: psc, times: {times}, weight: {weight} {unit}}}
record:
  cell: {{V: {{every: {dt}}}, dtype: float64}}
"""
    frames = report(run_hillock(text).output)
    return frames["time"], frames["V"][:, 0]


# (kernel, weight, tau_s); tau_m is 10 ms. 10.000001 and 9.999999 are 1e-6 ms from it, 10.0 is equal.
CASES = [("delta", 4.0, 1.0), ("delta", -7.5, 1.0)]  # delta has no time constant
CASES += [(kernel, weight, tau) for kernel in ("exp", "alpha") for weight in (120.0, -350.0) for tau in (2.0, 0.3, 25.0)]
CASES += [(kernel, 120.0, tau) for kernel in ("exp", "alpha") for tau in (10.000001, 9.999999, 10.0, 10.001)]


@pytest.mark.parametrize("kernel, weight, tau", CASES)
def test_a_postsynaptic_potential_equals_its_closed_form(run_hillock, kernel, weight, tau):
    time, V = potential(run_hillock, kernel, weight, tau)
    expected = LIF.E_L + LIF.psp(kernel, weight, tau, time - 10.0)
    # The arrival at 10 ms acts at the end of the step that ends there; V jumps at once under delta alone.
    if kernel == "delta":
        assert V[100] == pytest.approx(LIF.E_L + weight, abs=1e-12)
    assert np.ptp(expected) > 0.1, "the potential must move"
    assert np.max(np.abs(V - expected)) < 1e-10


@pytest.mark.parametrize("kernel", ["delta", "exp", "alpha"])
def test_postsynaptic_potentials_add_up(run_hillock, kernel):
    weight = 3.0 if kernel == "delta" else 150.0
    time, V = potential(run_hillock, kernel, weight, 5.0, times="[10 ms, 12.5 ms, 12.5 ms, 40 ms]")
    expected = LIF.E_L + sum(LIF.psp(kernel, weight, 5.0, time - t) for t in (10.0, 12.5, 12.5, 40.0))
    assert np.max(np.abs(V - expected)) < 1e-10


def test_the_peak_of_an_alpha_current_is_its_weight(run_hillock):
    text = """
simulation: {duration: 20 ms, dt: 0.1 ms}
populations:
  cell: {model: lif, receptors: {psc: {model: alpha_current, tau: 3 ms}}}
inputs:
  spike: {type: spikes, target: cell, receptor: psc, times: [5 ms], weight: 80 pA}
record:
  cell: {I_syn: {every: 0.1 ms}, dtype: float64}
"""
    frames = report(run_hillock(text).output)
    current = frames["I_syn"][:, 0]
    assert current.argmax() == 80
    assert current[80] == pytest.approx(80, abs=1e-10)


@pytest.mark.parametrize("model, tau", [("exp_conductance", 5.0), ("alpha_conductance", 2.0)])
def test_a_synaptic_conductance_has_its_closed_form_and_drives_V_by_ohms_law(run_hillock, model, tau):
    text = f"""
simulation: {{duration: 40 ms, dt: 0.05 ms}}
populations:
  cell: {{model: lif, receptors: {{ampa: {{model: {model}, tau: {tau} ms, E_rev: 0 mV}}}}}}
inputs:
  spike: {{type: spikes, target: cell, receptor: ampa, times: [10 ms], weight: 3 nS}}
record:
  cell:
    V: {{every: 0.05 ms}}
    g_ampa: {{every: 0.05 ms}}
    I_ampa: {{every: 0.05 ms}}
    dtype: float64
"""
    frames = report(run_hillock(text).output)
    V, g, I = (frames[name][:, 0] for name in ("V", "g_ampa", "I_ampa"))
    t = np.arange(len(V)) * 0.05 - 10
    after = np.where(t > -1e-9, np.maximum(t, 0), np.inf)
    with np.errstate(invalid="ignore"):
        shape = np.exp(-after / tau) if model == "exp_conductance" else after / tau * np.exp(1 - after / tau)
    expected = 3 * np.nan_to_num(shape)
    assert np.max(np.abs(g - expected)) < 1e-5           # rk4
    assert np.max(np.abs(I - g * (0 - V))) < 1e-10
    slope = np.gradient(V, 0.05)
    model_slope = (LIF.E_L - V) / LIF.tau_m + I / LIF.C_m
    away = np.abs(t) > 0.2                               # the kink at the arrival has no central difference
    assert np.max(np.abs(slope - model_slope)[away]) < 1e-2 * np.max(np.abs(model_slope))
