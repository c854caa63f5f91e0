"""Weights, delays and probabilities as functions of the indices of source and target, against what they come to for each pair."""

import hillock
import numpy as np
import pytest


def config(connection, exc=60, inh=40, **more):
    return {"simulation": {"duration": "5 ms", "dt": "0.1 ms", "seed": 3},
            "populations": {"exc": {"size": exc, "model": "lif", "receptors": {"s": {"model": "exp_current"}}}, "inh": {"like": "exc", "size": inh}},
            "connections": {"c": {"source": "exc", "target": "inh", "rule": "all_to_all", "weight": "10 pA", "delay": "1 ms", **connection}},
            "record": {"exc": {"spikes": True}}, **more}


def synapses(connection, **more):
    return hillock.Simulation(config(connection, **more)).connections["c"]


RULES = ["all_to_all", {"pairwise_bernoulli": 0.3}, {"fixed_indegree": 7}, {"fixed_outdegree": 5}, {"fixed_total_number": 400}, {"pairs": [[0, 1], [59, 39], [7, 0]]}]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_weights_and_delays_follow_the_indices_with_every_rule(rule):
    c = synapses({"rule": rule, "weight": "= 10 pA * (1 + source / 100) - 0.5 pA * target", "delay": "= 1 ms + 0.1 ms * abs(source - target)"})
    assert len(c) >= 3
    expected = 10 * (1 + c.sources / 100) - 0.5 * c.targets
    assert np.abs(c.weights - expected).max() < 1e-3 * np.median(np.abs(expected))
    assert np.allclose(c.delays, 1 + 0.1 * np.abs(c.sources - c.targets))


def test_the_indices_are_those_of_the_populations_not_of_the_slices():
    c = synapses({"source": "exc 10..19", "target": ["inh 30..39", "exc"], "weight": "= 1 pA * source + 100 pA * target"})
    assert np.allclose(c.weights, c.sources + 100 * c.targets, rtol=0, atol=1) and set(c.sources) == set(range(10, 20))


def test_functions_of_one_index_are_exact_for_all_of_a_large_population():
    """A single neuron stands out, which no sample of indices would find."""
    c = synapses({"rule": {"fixed_indegree": 20}, "weight": "= if(source == 123457, 500 pA, 5 pA)"}, exc=200_000)
    assert set(np.round(c.weights, 6)) <= {5, 500}


def test_indices_and_the_distance_may_stand_together():
    line = {"list": [[f"{10 * i} um"] for i in range(60)]}
    given = config({"weight": "= 5 pA * exp(-d / 100 um) * (1 + source)", "delay": "= 0.5 ms + 0.01 ms * target + 0.1 ms * d / 10 um"})
    given["populations"]["exc"]["positions"] = line
    given["populations"]["inh"]["positions"] = {"list": line["list"][:40]}
    c = hillock.Simulation(given).connections["c"]
    d = 10.0 * np.abs(c.sources - c.targets)
    expected = 5 * np.exp(-d / 100) * (1 + c.sources)
    assert np.abs(c.weights - expected).max() < 2e-3 * np.median(expected)
    assert np.abs(c.delays - (0.5 + 0.01 * c.targets + 0.01 * d)).max() < 0.0501


def test_a_probability_may_be_a_function_of_the_indices():
    """Groups of ten are joined densely, and nothing else but a little."""
    given = {"source": "exc", "target": "exc", "rule": {"pairwise_bernoulli": "= if(floor(source / 10) == floor(target / 10), 0.6, 0.02)"}, "autapses": False}
    c = synapses(given, exc=1000)
    same = c.sources // 10 == c.targets // 10
    assert not np.any(c.sources == c.targets) and len(set(zip(c.sources, c.targets))) == len(c)
    for joined, pairs, p in ((same.sum(), 1000 * 9, 0.6), ((~same).sum(), 1000 * 990, 0.02)):
        assert abs(joined - pairs * p) < 4 * np.sqrt(pairs * p * (1 - p))
    said = hillock.check(config(given, exc=1000))["connections"][0]
    assert said["synapses"] == pytest.approx(9000 * 0.6 + 990_000 * 0.02, rel=0.02)


@pytest.mark.parametrize("connection, message, remedy", [
    ({"weight": "= 1 pA * d / 1 um"}, "population 'exc' has no positions, so there is no distance d", "write for example 'positions"),
    ({"weight": "= 1 pA / (source - 5)"}, "weight is not finite at source = 5", "does it divide by 0?"),
    ({"weight": "= 1 mV * source"}, "weight needs current (pA), found voltage (mV)", ""),
    ({"delay": "= 0.1 ms * target"}, "some delays would be shorter than dt (0.1 ms): down to 0 ms", "make the function larger"),
    ({"delay": "= 1 s * (1 + target)"}, "a delay of 40000 ms is longer than 65535 steps of 0.1 ms", "the longest is 6553.5 ms"),
    ({"rule": {"pairwise_bernoulli": "= source / 10"}}, "pairwise_bernoulli: a probability lies between 0 and 1, got 5.9", "scale the function, or cut it: min(1, ...)"),
    ({"weight": "= 1 pA * target * sourc"}, "'sourc' is not declared", "did you mean 'source'?"),
])
def test_functions_that_cannot_be_are_refused(connection, message, remedy):
    found = hillock.check(config(connection))["diagnostics"]
    assert any(message in one["message"] and remedy in (one.get("remedy") or "") for one in found), found


@pytest.mark.parametrize("name, meaning", [("source", "the index of the source neuron"), ("target", "the index of the target neuron")])
def test_a_variable_of_that_name_is_not_taken_for_the_index(name, meaning):
    found = hillock.check(config({"weight": f"= 1 pA * {name}"}, vars={name: 3}))["diagnostics"]
    assert [one["message"] for one in found] == [f"{name} is {meaning} here, but vars has a '{name}' too"]
    assert hillock.check(config({"weight": "= 1 pA * w"}, vars={name: 3, "w": f"= 2 * {name}"}))["ok"]


def test_a_function_that_stands_out_where_it_was_not_looked_at_is_refused_not_cut():
    with pytest.raises(hillock.UserError, match="connection 'c': its weight changes so abruptly from pair to pair"):
        synapses({"weight": "= if(source == 1000 and target == 1500, 90 pA, 1 pA)"}, exc=1500, inh=2000)


def test_functions_of_empty_populations_join_nothing():
    given = config({"target": ["inh", "exc"], "weight": "= 1 pA / target", "delay": "= 0.1 ms * source"}, exc=0)
    assert len(hillock.Simulation(given).connections["c"]) == 0


def test_many_pairs_of_populations_share_what_is_looked_at():
    """The bounds of 64 pairs of slices take no longer than those of one, and what is small is looked at whole."""
    slices = [f"exc {1000 * k}..{1000 * k + 999}" for k in range(8)]
    given = config({"source": slices, "target": slices, "rule": {"pairwise_bernoulli": 0.001}, "weight": "= 1 pA * (1 + abs(source - target))"}, exc=8000)
    c = hillock.Simulation(given).connections["c"]
    assert np.abs(c.weights - (1.0 + np.abs(c.sources - c.targets))).max() < 4
