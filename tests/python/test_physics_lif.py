"""The leaky integrate-and-fire neuron under direct current against its closed form: spike times, threshold, exactness."""

import numpy as np
import pytest

from reference.files import report, spikes, trains
from reference.lif import Lif

LIF = Lif()


def config(size=1, duration="1 s", dt="0.1 ms", spike_times="grid", amplitude="500 pA", params="{}", record="{spikes: true}"):
    return f"""
simulation: {{duration: {duration}, dt: {dt}, spike_times: {spike_times}}}
populations:
  cell: {{size: {size}, model: lif, params: {params}}}
inputs:
  current: {{type: dc, target: cell, amplitude: {amplitude}}}
record:
  cell: {record}
"""


CURRENTS = np.linspace(380, 1500, 57)
LINSPACE = "{linspace: [380 pA, 1500 pA]}"


@pytest.mark.parametrize("dt", ["0.1 ms", "0.5 ms"])
def test_interpolated_spike_times_equal_the_closed_form_at_any_spike_number(run_hillock, dt):
    run = run_hillock(config(57, "5 s", dt, "interpolated", LINSPACE))
    for current, times in zip(CURRENTS, trains(run.output, 57)):
        expected = LIF.spike_times(current, 5000)
        assert len(times) == len(expected)
        assert np.max(np.abs(times - expected)) < 1e-9


def test_interpolated_spike_times_hold_for_a_refractory_period_and_an_onset_off_the_grid(run_hillock):
    lif = Lif(t_ref=1.2345)
    text = config(1, "1 s", "0.1 ms", "interpolated", "500 pA, start: 3.14159 ms", "{t_ref: 1.2345 ms}")
    times, _ = spikes(run_hillock(text).output)
    expected = lif.spike_times(500, 1000, 3.14159)
    assert len(times) == len(expected)
    assert np.max(np.abs(times - expected)) < 1e-9


def test_on_the_grid_each_spike_falls_on_the_next_grid_point_after_the_closed_form(run_hillock):
    run = run_hillock(config(57, "5 s", "0.1 ms", "grid", LINSPACE))
    for current, times in zip(CURRENTS, trains(run.output, 57)):
        steps, margin = LIF.grid_steps(current, 5000, 0.1)
        assert margin > 1e-9, "choose currents whose crossings keep away from the grid"
        assert np.array_equal(times, steps * 0.1)


def test_just_below_the_rheobase_there_is_no_spike_in_60_time_constants(run_hillock):
    assert LIF.rheobase() == 375
    for mode in ("grid", "interpolated"):
        run = run_hillock(config(duration="600 ms", spike_times=mode, amplitude="374.999999625 pA",
                                 record="{spikes: true, V: {every: 0.1 ms}, dtype: float64}"))
        assert len(spikes(run.output)[0]) == 0
        assert report(run.output)["V"][-1, 0] < LIF.V_th


def test_just_above_the_rheobase_the_spike_comes_when_the_closed_form_says(run_hillock):
    # V creeps up at 1.5e-9 mV/ms there, so one rounding of V (7e-15 mV) moves the crossing by 5e-6 ms.
    expected = LIF.spike_times(375.000000375, 600)
    assert expected[0] == pytest.approx(207.232658, abs=1e-6)
    times, _ = spikes(run_hillock(config(duration="600 ms", spike_times="interpolated", amplitude="375.000000375 pA")).output)
    assert len(times) == len(expected)
    assert np.max(np.abs(times - expected)) < 1e-4
    times, _ = spikes(run_hillock(config(duration="600 ms", amplitude="375.000000375 pA")).output)
    assert times[0] == pytest.approx(np.ceil(expected[0] / 0.1) * 0.1, abs=1e-9)


def test_V_is_held_at_the_reset_for_the_whole_refractory_period(run_hillock):
    run = run_hillock(config(duration="100 ms", record="{spikes: true, V: {every: 0.1 ms}, dtype: float64}"))
    times, _ = spikes(run.output)
    V = report(run.output)["V"][:, 0]
    assert len(times) > 5
    for step in np.rint(times / 0.1).astype(int):
        held = V[step : step + 21]                       # the spike's own step to the last of 2 ms
        assert np.all(held == LIF.V_reset)
        assert step + 21 >= len(V) or V[step + 21] > LIF.V_reset


def test_the_exact_solver_gives_the_same_potential_for_any_dt(run_hillock):
    text = """
simulation: {duration: 60 ms, dt: 0.1 ms, method: exact}
populations:
  cell:
    model: lif
    params: {t_ref: 5 ms}
    receptors: {fast: {model: exp_current, tau: 0.5 ms}, slow: {model: alpha_current, tau: 7 ms}}
inputs:
  current: {type: dc, target: cell, amplitude: 100 pA, start: 5 ms, stop: 40 ms}
  ramp: {type: ramp, target: cell, from: 0 pA, to: 50 pA, start: 10 ms, stop: 35 ms}
  wave: {type: sine, target: cell, amplitude: 60 pA, frequency: 20 Hz, start: 5 ms, stop: 50 ms}
  fast: {type: spikes, target: cell, receptor: fast, times: [10 ms, 20 ms], weight: 300 pA}
  slow: {type: spikes, target: cell, receptor: slow, times: [15 ms], weight: -80 pA}
record:
  cell: {V: {every: 5 ms}, dtype: float64}
"""
    traces = [report(run_hillock(text, "--set", f"simulation.dt={dt}").output)["V"]
              for dt in ("0.05 ms", "0.1 ms", "0.5 ms", "1 ms", "5 ms")]
    assert np.ptp(traces[0]) > 1, "the inputs must move V"
    for trace in traces[1:]:
        assert np.max(np.abs(trace / traces[0] - 1)) < 1e-12
