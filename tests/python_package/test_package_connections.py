"""sim.connections: the synapses that were drawn, as arrays, and the picture of their weights."""

import hillock
import numpy as np
import pytest

NETWORK = {
    "simulation": {"duration": "20 ms", "dt": "0.1 ms", "seed": 5},
    "populations": {"exc": {"size": 60, "model": "lif", "receptors": {"ampa": {"model": "exp_conductance", "tau": "4 ms", "E_rev": "0 mV"}}},
                    "inh": {"like": "exc", "size": 20}},
    "connections": {
        "ee": {"source": "exc", "target": "exc 10..19", "rule": {"fixed_indegree": 7}, "weight": {"normal": ["2 nS", "0.5 nS"], "min": "0 nS"},
               "delay": {"uniform": ["0.5 ms", "3 ms"]}},
        "all": {"source": ["exc", "inh"], "target": "inh", "rule": {"pairwise_bernoulli": 0.3}, "weight": "0.5 nS", "delay": "1.5 ms", "autapses": False},
        "none": {"source": "inh", "target": "exc", "rule": {"pairwise_bernoulli": 0}, "weight": "1 nS", "delay": "1 ms"}},
    "record": {"exc": {"spikes": True}},
}


def test_synapses_are_arrays_as_they_were_drawn():
    connections = hillock.Simulation(NETWORK).connections
    assert list(connections) == ["ee", "all", "none"]
    ee = connections["ee"]
    assert len(ee) == 70 and ee.receptor == "ampa" and ee.unit == "nS" and ee.parts == [("exc", "exc", slice(0, 70))]
    assert np.array_equal(np.bincount(ee.targets, minlength=60)[10:20], np.full(10, 7)) and ee.sources.max() < 60
    assert 1.7 < ee.weights.mean() < 2.3 and ee.weights.min() >= 0 and len(set(ee.weights)) > 50
    assert 0.5 <= ee.delays.min() < 0.8 and 2.7 < ee.delays.max() <= 3 and np.allclose(ee.delays, np.round(ee.delays, 1))
    again = hillock.Simulation(NETWORK).connections["ee"]
    assert np.array_equal(again.sources, ee.sources) and np.array_equal(again.weights, ee.weights)
    other = hillock.Simulation(NETWORK, simulation__seed=6).connections["ee"]
    assert not np.array_equal(other.sources, ee.sources)
    assert repr(ee) == "<hillock.Connection 'ee': 70 synapses onto 'ampa', weights in nS>"


def test_a_connection_of_several_populations_says_which_synapses_are_whose():
    connection = hillock.Simulation(NETWORK).connections["all"]
    (first, second, stretch), (inh, target, rest) = connection.parts
    assert (first, second, inh, target) == ("exc", "inh", "inh", "inh") and stretch.stop == rest.start and rest.stop == len(connection)
    assert connection.sources[stretch].max() > 40 and connection.sources[rest].max() < 20 and connection.targets.max() < 20
    assert np.all(connection.sources[rest] != connection.targets[rest])  # no autapses
    assert np.all(connection.weights == 0.5) and np.allclose(connection.delays, 1.5)
    assert len(connection) == pytest.approx(0.3 * (60 * 20 + 20 * 19), rel=0.2)


def test_a_connection_without_synapses_and_a_config_without_connections():
    none = hillock.Simulation(NETWORK).connections["none"]
    assert len(none) == 0 and len(none.weights) == 0 and len(none.sources) == 0
    alone = {key: value for key, value in NETWORK.items() if key != "connections"}
    assert dict(hillock.Simulation(alone).connections) == {}
    with pytest.raises(hillock.UserError, match="no synapses to show"):
        hillock.plot.weights(none)


def test_the_picture_of_weights_shows_what_each_pair_has():
    connection = hillock.Simulation(NETWORK).connections["ee"]
    mesh = hillock.plot.weights(connection).collections[0]
    expected = np.zeros((60, 60))
    np.add.at(expected, (connection.targets, connection.sources), connection.weights)
    assert np.allclose(mesh.get_array().reshape(60, 60), expected)
    axes = hillock.plot.weights(hillock.Simulation(NETWORK).connections["all"])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["exc", "inh"]
    assert axes.get_ylabel() == "target neuron of inh" and axes.collections[0].get_array().size == 80 * 20


def test_of_many_neurons_a_cell_of_the_picture_has_the_mean():
    many = {**NETWORK, "populations": {**NETWORK["populations"], "exc": {**NETWORK["populations"]["exc"], "size": 1200}},
            "connections": {"ee": {"source": "exc", "target": "exc", "rule": {"fixed_indegree": 30}, "weight": "2 nS", "delay": "1 ms"}}}
    mesh = hillock.plot.weights(hillock.Simulation(many).connections["ee"]).collections[0]
    cells = mesh.get_array()
    assert cells.size == 500 * 500 and cells.mean() == pytest.approx(2 * 30 / 1200, rel=0.02)
