"""`at:` of a config: parameters and inputs that change during a run."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

CONFIG = """
simulation: {{duration: 100 ms, dt: 0.1 ms, spike_times: {spike_times}}}
populations:
  cell: {{model: lif, size: 20}}
  n: {{model: adex, size: 3, receptors: {{ampa: {{model: exp_current}}}}}}
inputs:
  step: {{type: dc, target: cell, {step}}}
  o: {{type: ou, target: n, mean: 700 pA, sigma: 200 pA, tau: 5 ms}}
  p: {{type: poisson, target: n, receptor: ampa, rate: 1 kHz, weight: 50 pA}}
record: {{cell: {{V: true, I: true, spikes: true}}, n: {{V: true, spikes: true, dtype: float64}}}}
"""
AT = """at:
  80 ms: {set: {inputs.step.amplitude: 0 pA}}
  50 ms: {set: {inputs.step.amplitude: {linspace: [300 pA, 600 pA]}}}
"""


def data(path) -> dict[str, np.ndarray]:
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, one: found.update({name: one[()]}) if isinstance(one, h5py.Dataset) and not name.startswith("meta") else None)
    return found


@pytest.mark.parametrize("spike_times", ["grid", "interpolated"])
def test_a_current_that_is_switched_is_that_of_an_input_with_start_and_stop(run_hillock, spike_times):
    switched = data(run_hillock(CONFIG.format(step="amplitude: 0 pA", spike_times=spike_times) + AT).output)
    step = "amplitude: {linspace: [300 pA, 600 pA]}, start: 50 ms, stop: 80 ms"
    steady = data(run_hillock(CONFIG.format(step=step, spike_times=spike_times)).output)
    assert len(steady["spikes/cell/timestamps"]) > 20
    for name, values in steady.items():
        np.testing.assert_array_equal(switched[name], values, err_msg=name)


@pytest.mark.parametrize("arguments", [("--threads", "2"), ("--threads", "3"), ("--backend", "interpreter")])
def test_the_bits_do_not_depend_on_threads_or_backend(run_hillock, arguments):
    config = CONFIG.format(step="amplitude: 0 pA", spike_times="grid") + AT
    one, other = data(run_hillock(config, "--threads", "1").output), data(run_hillock(config, *arguments).output)
    for name, values in one.items():
        np.testing.assert_array_equal(other[name], values, err_msg=name)


def test_parameters_change_and_the_states_go_on(run_hillock):
    """dV/dt = (E_L - V)/tau_m: the exponential decay has another time constant and another goal from 30 ms on."""
    run = run_hillock("""
simulation: {duration: 60 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: 20 ms, E_L: -70 mV, V_th: 0 mV}, init: {V: -50 mV}}}
record: {cell: {V: true, dtype: float64}}
at: {30 ms: {set: {populations.cell.params.tau_m: 5 ms, populations.cell.params.E_L: -60 mV}}}
""")
    with h5py.File(run.output) as file:
        V, t = file["report/cell/V"][:, 0], file["report/cell/time"][()]
    expected = np.where(t <= 30, -70 + 20 * np.exp(-t / 20), -60 + (-70 + 20 * np.exp(-1.5) + 60) * np.exp(-(t - 30) / 5))
    np.testing.assert_allclose(V, expected, rtol=1e-12)


def test_noise_and_spikes_go_on_over_a_change(run_hillock):
    """What is set to what it was changes nothing, not even the noise."""
    config = CONFIG.format(step="amplitude: 400 pA", spike_times="grid")
    plain = data(run_hillock(config).output)
    again = data(run_hillock(config + "at: {33.3 ms: {set: {inputs.step.amplitude: 400 pA, inputs.p.weight: 50 pA}}}\n").output)
    assert len(plain["spikes/n/timestamps"]) > 3
    for name, values in plain.items():
        np.testing.assert_array_equal(again[name], values, err_msg=name)
    louder = data(run_hillock(config + "at: {33.3 ms: {set: {inputs.p.weight: 80 pA}}}\n").output)
    differs = np.flatnonzero((louder["report/n/V"] != plain["report/n/V"]).any(axis=1))
    assert 333 < differs[0] < 360


CELL = "simulation: {duration: 100 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif}}\n" \
       "inputs: {step: {type: dc, target: cell, amplitude: 1 pA}}\nrecord: {cell: [V]}\n"


@pytest.mark.parametrize(("at", "text"), [
    ("{50.05 ms: {set: {inputs.step.amplitude: 2 pA}}}",
     "5:6: error: a time of 'at' (50.05 ms) is not a multiple of dt (0.1 ms)\n   5 | at: {50.05 ms: {set: {inputs.step.amplitude: 2 pA}}}\n"
     "     |      ^~~~~~~~ the nearest are 50 ms and 50.1 ms\n"),
    ("{0 ms: {set: {inputs.step.amplitude: 2 pA}}}",
     "5:6: error: a time of 'at' must lie inside of the run, after 0 ms and before 100 ms, got '0 ms'\n"
     "   5 | at: {0 ms: {set: {inputs.step.amplitude: 2 pA}}}\n     |      ^~~~ write what holds from the beginning into the sections themselves\n"),
    ("{100 ms: {set: {inputs.step.amplitude: 2 pA}}}",
     "5:6: error: a time of 'at' must lie inside of the run, after 0 ms and before 100 ms, got '100 ms'\n"
     "   5 | at: {100 ms: {set: {inputs.step.amplitude: 2 pA}}}\n     |      ^~~~~~\n"),
    ("{50 ms: {inputs.step.amplitude: 2 pA}}",
     "5:6: error: what changes at 50 ms stands in 'set', a map of paths and values\n   5 | at: {50 ms: {inputs.step.amplitude: 2 pA}}\n"
     "     |      ^~~~~ write for example {set: {inputs.step.amplitude: 20 pA}}\n"),
    ("{50 ms: {set: {inputs.stp.amplitude: 2 pA}}}",
     "5:27: error: 'inputs' has no 'stp'\n   5 | at: {50 ms: {set: {inputs.stp.amplitude: 2 pA}}}\n     |                           ^~~ did you mean 'step'?\n"),
    ("{50 ms: {set: {populations.cell.size: 2}}}",
     "5:20: error: only parameters of models, values of inputs and weights can change during a run\n   5 | at: {50 ms: {set: {populations.cell.size: 2}}}\n"
     "     |                    ^~~~~~~~~~~~~~~~~~~~~ set populations.NAME.params.PARAMETER, inputs.NAME.FIELD, connections.NAME.weight or gap_junctions.NAME.conductance\n"),
    ("{50 ms: {set: {populations.cell.params.tau_m: -2 ms}}}",
     "5:51: error: population 'cell': tau_m > 0 ms does not hold: tau_m is -2 ms\n"
     "   5 | at: {50 ms: {set: {populations.cell.params.tau_m: -2 ms}}}\n     |                                                   ^~~~~ lif requires tau_m > 0 ms\n"),
])
def test_mistakes_have_texts_of_their_own(run_hillock, at, text):
    run = run_hillock(CELL + f"at: {at}\n", expect=2)
    assert run.stderr == f"{run.config}:{text}"
