"""Snapshots: a simulation goes back to where it was, as often as wanted, and does the same again, bit for bit."""

from __future__ import annotations

import hillock
import numpy
import pytest

CONFIG = {
    "simulation": {"duration": "200 ms", "dt": "0.1 ms"},
    "populations": {"cell": {"model": "lif", "size": 5, "receptors": {"ampa": {"model": "exp_current"}}}, "n": {"model": "adex", "size": 3}},
    "inputs": {
        "o": {"type": "ou", "target": ["cell", "n"], "mean": "600 pA", "sigma": "200 pA", "tau": "5 ms"},
        "p": {"type": "poisson", "target": "cell", "receptor": "ampa", "rate": "1 kHz", "weight": "50 pA", "delay": "2 ms"},
        "s": {"type": "spikes", "target": "cell", "receptor": "ampa", "times": ["20 ms", "120 ms"], "weight": "500 pA"},
    },
    "record": {
        "cell": {"V": True, "spikes": True, "I_syn": {"every": "1 ms", "mean": True}},
        "n": {"V": {"around_spikes": {"before": "1 ms", "after": "2 ms"}}, "spikes": True},
    },
    "analysis": {"cell": {"features": ["voltage_base"], "statistics": ["rate", "cv"]}},
    "at": {"100 ms": {"set": {"inputs.o.mean": "700 pA", "populations.n.params.a": "8 nS"}}},
}


def bits(run: hillock.Run) -> dict[str, numpy.ndarray]:
    cell, n = run["cell"], run["n"]
    found = {"V": cell.V, "times": cell.spikes.timestamps, "ids": cell.spikes.node_ids, "n times": n.spikes.timestamps,
             "n ids": n.spikes.node_ids, "around": n.around_spikes.V}
    return {**found, **{name: numpy.asarray(cell.analysis[name]) for name in ("rate", "cv", "voltage_base")}}


def check_same(run: hillock.Run, whole: hillock.Run) -> None:
    one, other = bits(run), bits(whole)
    for name in one:
        numpy.testing.assert_array_equal(one[name], other[name], err_msg=name)
    assert len(one["times"]) > 20 and len(one["n times"]) > 5


@pytest.mark.parametrize("spike_times", ["grid", "interpolated"])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_simulation_goes_on_from_a_snapshot_with_the_bits_it_had(threads, spike_times):
    config = {**CONFIG, "simulation": {**CONFIG["simulation"], "threads": threads, "spike_times": spike_times}}
    whole = hillock.run(config)
    sim = hillock.Simulation(config)
    V = sim["cell"].V
    sim.run("50 ms")
    before = sim.snapshot()
    sim.run("100 ms")  # over the change
    after = sim.snapshot()
    view = sim.recorded["cell"].V
    kept = view.copy()
    assert (before.time, after.time) == (50, 150)
    sim.restore(before)
    assert sim.time == 50 and len(sim.recorded["cell"].V) == 500
    sim.run()
    check_same(sim.recorded, whole)
    for snapshot in (after, before, after):
        sim.restore(snapshot)
        sim.run("30 ms")
        sim["cell"].V = -60  # another course of things, that is forgotten
        sim.run("10 ms")
        sim.restore(snapshot)
        assert sim.time == snapshot.time
        sim.run()
        check_same(sim.recorded, whole)
    numpy.testing.assert_array_equal(view, kept)  # what was handed out stays
    numpy.testing.assert_array_equal(V, sim["cell"].V)  # the state itself, at any time


def test_from_the_beginning_and_the_end(tmp_path):
    sim = hillock.Simulation(CONFIG)
    start = sim.snapshot()
    sim.run()
    whole, end = sim.recorded["cell"].V.copy(), sim.snapshot()
    sim.restore(start)
    assert sim.time == 0
    sim.run("7 ms")
    sim.restore(end)
    assert sim.time == 200
    sim.restore(start)
    sim.run()
    numpy.testing.assert_array_equal(sim.recorded["cell"].V, whole)
    assert repr(start) == "<hillock.Snapshot at 0 ms>"


def test_a_snapshot_belongs_to_its_simulation():
    snapshot = hillock.Simulation(CONFIG).snapshot()
    with pytest.raises(hillock.UserError, match="this snapshot is of another simulation"):
        hillock.Simulation(CONFIG).restore(snapshot)


NETWORK = {
    "simulation": {"duration": "200 ms", "dt": "0.1 ms", "seed": 3},
    "populations": {"cell": {"size": 70, "model": "lif", "init": {"V": {"uniform": ["-70 mV", "-56 mV"]}},
                             "receptors": {"psc": {"model": "exp_current", "tau": "2 ms"}}}},
    "inputs": {"step": {"type": "dc", "target": "cell", "amplitude": "400 pA"}},
    "connections": {"all": {"source": "cell", "target": "cell", "rule": {"fixed_indegree": 9}, "weight": {"normal": ["20 pA", "60 pA"]},
                            "delay": {"uniform": ["0.4 ms", "40 ms"]}}},
    "record": {"cell": ["V", "spikes"]}}


@pytest.mark.parametrize("threads", [1, 2])
def test_spikes_on_their_way_are_in_a_snapshot(threads):
    config = {**NETWORK, "simulation": {**NETWORK["simulation"], "threads": threads}}
    whole = hillock.run(config)["cell"]
    sim = hillock.Simulation(config)
    snapshots = []
    for _ in range(7):
        sim.run("17.3 ms")
        snapshots.append(sim.snapshot())
    for snapshot in [*snapshots[::-1], snapshots[3]]:
        sim.restore(snapshot)
        sim.run()
        numpy.testing.assert_array_equal(sim.recorded["cell"].V, whole.V)
        numpy.testing.assert_array_equal(sim.recorded["cell"].spikes.timestamps, whole.spikes.timestamps)
    assert len(whole.spikes.timestamps) > 300


@pytest.mark.parametrize("threads", [1, 3])
def test_gap_junctions_and_transmitted_values_go_on_from_a_snapshot(threads):
    config = {
        "simulation": {"duration": "60 ms", "dt": "0.05 ms", "threads": threads},
        "populations": {
            "squid": {"model": "hodgkin_huxley", "size": 40, "init": {"V": {"uniform": ["-70 mV", "-50 mV"]}}},
            "unit": {"model": "threshold_linear", "size": 40, "params": {"theta": -0.2}, "receptors": {"in": {"model": "sum"}}},
        },
        "inputs": {"drive": {"type": "dc", "target": "squid", "amplitude": "10 uA/cm2"}},
        "connections": {"c": {"source": "unit", "target": "unit", "transmit": "r", "rule": {"pairwise_bernoulli": 0.2}, "weight": {"normal": [0, 0.2]},
                              "delay": {"uniform": ["0.5 ms", "9 ms"]}}},
        "gap_junctions": {"g": {"between": ["squid", "squid"], "rule": {"pairwise_bernoulli": 0.1}, "conductance": "1 nS"}},
        "record": {"squid": {"V": True, "spikes": True}, "unit": {"r": True}},
        "at": {"30 ms": {"set": {"connections.c.weight": 0.1, "gap_junctions.g.conductance": "0.4 nS"}}},
    }
    whole = hillock.run(config)
    sim = hillock.Simulation(config)
    sim.run("23 ms")
    snapshot = sim.snapshot()
    sim.run("18 ms")
    sim.restore(snapshot)
    sim.run()
    run = sim.recorded
    for one, other in ((run["squid"].V, whole["squid"].V), (run["unit"].r, whole["unit"].r), (run["squid"].spikes.timestamps, whole["squid"].spikes.timestamps)):
        numpy.testing.assert_array_equal(numpy.asarray(one), numpy.asarray(other))
    assert len(run["squid"].spikes.timestamps) > 50


def test_a_simulation_whose_change_failed_says_so_and_does_not_go_on():
    """The weight that stands out was not found beforehand; what is left is neither what was before nor what was to be."""
    sim = hillock.Simulation({
        "simulation": {"duration": "20 ms", "dt": "0.1 ms"},
        "populations": {"cell": {"model": "lif", "size": 2000, "receptors": {"s": {"model": "exp_current"}}}},
        "connections": {"c": {"source": "cell", "target": "cell", "rule": "all_to_all", "weight": "= 1 pA * (1 + source / 3000)", "delay": "2 ms"}},
        "record": {"cell": ["spikes"]},
        "at": {"10 ms": {"set": {"connections.c.weight": "= if(source == 1000 and target == 1500, 90 pA, 1 pA)"}}}})
    start = sim.snapshot()
    with pytest.raises(hillock.UserError, match="its weight changes so abruptly"):
        sim.run()
    for go_on in (sim.run, sim.snapshot, lambda: sim.restore(start)):
        with pytest.raises(hillock.UserError, match="a change of this simulation has failed, so it cannot go on"):
            go_on()
