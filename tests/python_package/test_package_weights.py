"""Weights of connections over time: the same from memory, from a file and in slices."""

from __future__ import annotations

import numpy as np
import pytest
import xarray

import hillock

CONFIG = """simulation: {duration: 10 ms, dt: 0.1 ms, seed: 3}
populations:
  a: {size: 20, model: lif, receptors: {s: {model: exp_current}}}
  b: {like: a, size: 4}
connections:
  c: {source: a, target: [a, b], rule: {fixed_indegree: 3}, weight: {uniform: [1 nA, 2 nA]}, delay: 1 ms}
  none: {source: a, target: b, rule: {pairwise_bernoulli: 0}, weight: 1 nA, delay: 1 ms}
record: {connections: {c: {weight: {every: 0.7 ms}}, none: {dtype: float64, weight: {every: 5 ms}}}}
at: {2.1 ms: {set: {connections.c.weight: 3 nA}}}
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return path


def test_weights_in_memory_and_of_a_file_are_the_same(config, tmp_path):
    memory, file = hillock.run(config), hillock.run(config, out=tmp_path / "x.h5")
    assert list(memory.weights) == ["c.a.a", "c.a.b", "none"] and sorted(file.weights) == sorted(memory.weights)
    for group, one in memory.weights.items():
        other = file.weights[group]
        for name in ("time", "weight", "source_node_id", "target_node_id"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), (group, name)
        assert (one.connection, one.source, one.target, one.interval) == (other.connection, other.source, other.target, other.interval)
        written = xarray.open_dataset(file.path, group=f"connections/{group}").load()
        assert group == "none" or np.array_equal(one.to_xarray().weight, written.weight)
    weights = memory.weights["c.a.a"]
    assert weights.weight.shape == (15, 60) and weights.weight.dtype == np.float32 and weights.unit == "pA"
    assert np.allclose(weights.weight[3:], 3000, rtol=1e-4) and len(np.unique(weights.weight[:3])) > 20
    assert repr(weights) == "<hillock.Weights 'c.a.a': 60 synapses from a to a, every 0.7 ms>"
    assert memory.weights["none"].weight.shape == (2, 0)


def test_weights_in_slices_are_those_of_one_run(config):
    whole, sim = hillock.run(config).weights["c.a.b"], hillock.Simulation(config)
    assert len(sim.recorded.weights["c.a.b"].weight) == 0
    sim.run("1 ms")
    start, before = sim.snapshot(), sim.recorded.weights["c.a.b"].weight
    for _ in range(2):
        sim.run("4 ms")
        sim.run()
        found = sim.recorded.weights["c.a.b"]
        assert np.array_equal(found.weight, whole.weight) and np.array_equal(found.target_node_id, whole.target_node_id)
        sim.restore(start)
    assert np.array_equal(sim.recorded.weights["c.a.b"].weight, before) and len(before) == 2
