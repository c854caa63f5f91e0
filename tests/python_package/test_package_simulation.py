"""hillock.Simulation: slices give the bits of one run; states are read and set in between; closed loops."""

import gc

import hillock
import numpy as np
import pytest
from conftest import data_of

CELLS = {
    "simulation": {"duration": "50 ms", "dt": "0.1 ms", "seed": 4},
    "populations": {"cell": {"size": 11, "model": "lif", "params": {"tau_m": {"linspace": ["8 ms", "30 ms"]}},
                             "receptors": {"ampa": {"model": "exp_conductance", "tau": "4 ms", "E_rev": "0 mV"}}}},
    "inputs": {"rain": {"type": "poisson", "target": "cell", "receptor": "ampa", "rate": "2 kHz", "weight": "4 nS"},
               "drift": {"type": "ou", "target": "cell", "mean": "0.2 nA", "sigma": "0.1 nA", "tau": "5 ms"}},
    "record": {"cell": {"spikes": True, "dtype": "float64", "V": {"every": "0.3 ms"}, "g_ampa": {"every": "0.1 ms"}}},
}
QUIET = {"simulation": {"duration": "20 ms", "dt": "0.1 ms"}, "populations": {"cell": {"size": 3, "model": "lif"}},
         "record": {"cell": {"spikes": True, "dtype": "float64", "V": {"every": "0.1 ms"}}}}


@pytest.mark.parametrize("times", ["grid", "interpolated"])
@pytest.mark.parametrize("method", ["rk4", "exponential_euler", "adaptive"])
def test_slices_give_the_bits_of_one_run(method, times):
    settings = {"simulation__method": method, "simulation__spike_times": times}
    whole = hillock.run(CELLS, **settings)
    assert len(whole["cell"].spikes) > 20
    sim = hillock.Simulation(CELLS, **settings)
    for duration in ("0.1 ms", 0.2, "10 ms", np.float64(0.1), "0 ms", 7):
        sim.run(duration)
    assert sim.time == pytest.approx(17.4) and sim.end == 50
    assert len(sim.recorded["cell"].V) == 58 and sim.recorded.status == "interrupted"
    sim.run()
    assert data_of(sim.recorded) == data_of(whole) and sim.recorded.status == "complete"


def test_a_simulation_steps_one_at_a_time():
    sim = hillock.Simulation(QUIET)
    for k in range(200):
        assert sim.time == k * 0.1
        sim.run(sim.dt)
    assert np.array_equal(sim.recorded["cell"].time, np.arange(200) * 0.1)


def test_states_are_what_the_next_frame_shows_and_the_next_step_begins_with():
    sim = hillock.Simulation(QUIET)
    sim.run("1 ms")
    assert sim["cell"].states == ("V",) and sim["cell"].units["V"] == "mV"
    rest = sim["cell"].V[0]
    sim["cell"].V[1] = rest + 5
    sim["cell"].V[2] += 3
    sim.run("0.2 ms")
    V = sim.recorded["cell"].V
    assert V.shape == (12, 3) and (V[:10] == rest).all()
    assert list(V[10]) == [rest, rest + 5, rest + 3]
    assert V[11, 0] == rest and rest + 4.9 < V[11, 1] < rest + 5


def test_setting_takes_one_value_or_one_per_neuron():
    sim = hillock.Simulation(QUIET)
    sim["cell"].V = -60
    assert list(sim["cell"].V) == [-60] * 3
    sim["cell"].V = [-61, -62, -63]
    sim["cell"].V += 1
    sim["cell"]["V"] = sim["cell"].V - 1
    assert list(sim["cell"].V) == [-61, -62, -63]


@pytest.mark.parametrize("value, text", [
    ([1, 2], "error: V of 'cell' has 3 values, got an array of shape (2,)\n  give one value for all neurons, or one per neuron"),
    (np.zeros((3, 3)), "error: V of 'cell' has 3 values, got an array of shape (3, 3)\n  give one value for all neurons, or one per neuron"),
    ([1, float("nan"), 2], "error: V of 'cell' is set by finite numbers, in mV, got nan"),
    (float("inf"), "error: V of 'cell' is set by finite numbers, in mV, got inf"),
    ("-60 mV", "error: V of 'cell' is set by numbers, in mV, got '-60 mV'"),
])
def test_setting_checks_size_and_numbers(value, text):
    sim = hillock.Simulation(QUIET)
    before = sim["cell"].V.copy()
    with pytest.raises(hillock.UserError) as caught:
        sim["cell"].V = value
    assert str(caught.value) == text
    assert np.array_equal(sim["cell"].V, before)


def test_what_was_written_into_a_state_is_checked_before_the_next_step():
    sim = hillock.Simulation(QUIET)
    sim["cell"].V[2] = np.nan
    with pytest.raises(hillock.UserError) as caught:
        sim.run("1 ms")
    assert str(caught.value) == "error: V of neuron 2 of population 'cell' was set to nan\n  set it to a finite number, in mV"
    sim["cell"].V[2] = -60
    sim.run("1 ms")
    with pytest.raises(IndexError):
        sim["cell"].V[3] = 0


def test_names_that_are_no_states_are_refused():
    sim = hillock.Simulation(CELLS)
    assert sim["cell"].states == ("V", "g_ampa")
    with pytest.raises(AttributeError, match="'cell' has no 'v'; did you mean 'V'"):
        sim["cell"].v = 3
    with pytest.raises(AttributeError, match="'tau_m' of 'cell' is a parameter, which stays as the config says"):
        sim["cell"].tau_m = 3
    with pytest.raises(KeyError, match="the simulation has no 'sell'; did you mean 'cell'"):
        sim["sell"]


def test_parameters_are_read_in_the_units_that_are_named():
    params, units = hillock.Simulation(CELLS)["cell"].params, hillock.Simulation(CELLS)["cell"].units
    assert np.allclose(params["tau_m"], np.linspace(8, 30, 11), 1e-14) and units["tau_m"] == "ms"
    assert params["ampa.tau"] == 4 and units["ampa.tau"] == "ms" and units["g_ampa"] == "nS"


@pytest.mark.parametrize("times", ["grid", "interpolated"])
def test_a_state_array_is_the_state_itself_and_outlives_the_simulation(times):
    sim = hillock.Simulation(CELLS, simulation__spike_times=times)
    V = sim["cell"].V
    before = V.copy()
    for _ in range(7):
        sim.run("0.1 ms")
        assert np.shares_memory(V, sim["cell"].V) and np.array_equal(V, sim["cell"].V)
    assert not np.array_equal(V, before)
    last = V.copy()
    del sim
    gc.collect()
    others = [hillock.Simulation(CELLS) for _ in range(5)]
    assert np.array_equal(V, last) and len(others) == 5


def test_arrays_of_what_was_recorded_stay_as_they_were_when_more_is_recorded():
    sim = hillock.Simulation(QUIET, simulation__duration="2 s")
    sim.run("1 ms")
    early = sim.recorded["cell"].V
    kept = early.copy()
    sim.run()
    assert early.shape == (10, 3) and np.array_equal(early, kept)
    assert np.array_equal(sim.recorded["cell"].V[:10], kept) and len(sim.recorded["cell"].V) == 20000


def test_a_closed_loop_holds_the_potential_where_it_shall_be():
    sim = hillock.Simulation(QUIET, inputs={"push": {"type": "dc", "target": "cell", "amplitude": "0.6 nA"}})
    for _ in range(100):
        sim.run("0.1 ms")
        sim["cell"].V = np.minimum(sim["cell"].V, -62)
    sim.run("5 ms")
    V = sim.recorded["cell"].V
    assert V[:101].max() <= -62 and (V[60:101] == -62).all()
    assert V[149].min() > -62


def test_a_neuron_is_made_to_fire_by_setting_its_potential():
    sim = hillock.Simulation(QUIET)
    sim.run("2 ms")
    sim["cell"].V[1] = 0
    sim.run("2 ms")
    spikes = sim.recorded["cell"].spikes
    assert list(spikes.node_ids) == [1] and spikes.timestamps[0] == pytest.approx(2.1)


def test_the_config_is_the_end():
    sim = hillock.Simulation(QUIET)
    sim.run("15 ms")
    with pytest.raises(hillock.UserError) as caught:
        sim.run("6 ms")
    assert str(caught.value) == "error: the config ends at 20 ms, this would go on to 21 ms\n  give simulation__duration="
    assert sim.time == 15
    sim.run()
    sim.run()
    assert sim.time == 20


@pytest.mark.parametrize("duration, text", [
    ("1", "error: '1' is not a time\n  write for instance '100 ms'"),
    ("3 mV", "error: '3 mV' is not a time\n  write for instance '100 ms'"),
    ("0.05 ms", "error: 0.05 ms is no whole number of time steps of 0.1 ms"),
    (-1, "error: -1 ms is no whole number of time steps of 0.1 ms"),
])
def test_a_slice_is_a_whole_number_of_steps(duration, text):
    with pytest.raises(hillock.UserError) as caught:
        hillock.Simulation(QUIET).run(duration)
    assert str(caught.value) == text


def test_a_simulation_that_runs_in_a_thread_refuses_to_be_looked_at():
    import threading

    sim = hillock.Simulation({**QUIET, "populations": {"cell": {"size": 2000, "model": "hodgkin_huxley"}}},
                             simulation__duration="100 s", simulation__dt="0.05 ms")
    begun, stop = threading.Event(), threading.Event()

    def report(time, end):
        begun.set()
        if stop.is_set():
            raise InterruptedError("enough")

    caught = []

    def run():
        try:
            sim.run(progress=report)
        except InterruptedError as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(60)
    for look in (lambda: sim["cell"].V, lambda: sim.run("1 ms")):
        with pytest.raises(RuntimeError, match="the simulation runs in another thread"):
            look()
    stop.set()
    thread.join(60)
    assert len(caught) == 1 and 0 < sim.time < 100_000
    assert sim["cell"].V.shape == (2000,)
