"""Networks in space: which pairs kernels join, and weights and delays that depend on the distance, against sums over all pairs."""

import hillock
import numpy as np
import pytest

EXTENT = 1000.0  # um


def config(exc, inh, connection, seed=1):
    """Two populations with these positions, and one connection between them."""
    return {"simulation": {"duration": "5 ms", "dt": "0.1 ms", "seed": seed},
            "populations": {"exc": {"size": 400, "model": "lif", "positions": exc, "receptors": {"s": {"model": "exp_current"}}},
                            "inh": {"like": "exc", "size": 225, "positions": inh}},
            "connections": {"c": {"source": "exc", "target": "inh", "rule": {"distance": {"gaussian": "150 um"}}, "weight": "10 pA", "delay": "1 ms",
                                  **connection}},
            "record": {"exc": {"spikes": True}}}


GRID = {"grid": [20, 20], "extent": ["1 mm", "1 mm"]}, {"grid": [15, 15]}


def on_grid(cells):
    places = (np.arange(cells) + 0.5) / cells * EXTENT - EXTENT / 2
    across, up = np.meshgrid(places, places)
    return np.stack([across.ravel(), up.ravel()], 1)


def distances(periodic=False):
    """[source, target], um."""
    apart = np.abs(on_grid(20)[:, None] - on_grid(15)[None])
    if periodic:
        apart = np.minimum(apart, EXTENT - apart)
    return np.hypot(apart[..., 0], apart[..., 1])


def grids(periodic):
    return tuple({**grid, "periodic": periodic} for grid in GRID)


KERNELS = [({"gaussian": "150 um", "max": 0.6}, lambda d: 0.6 * np.exp(-((d / 150) ** 2) / 2)),
           ({"exponential": "100 um"}, lambda d: np.exp(-d / 100)),
           ({"linear": "300 um", "max": 0.5}, lambda d: 0.5 * np.maximum(0, 1 - d / 300)),
           ({"constant": 0.3, "within": "200 um"}, lambda d: 0.3 * (d <= 200)),
           ({"probability": "0.4 * (1 - exp(-d / 200 um))", "within": "400 um"}, lambda d: 0.4 * (1 - np.exp(-d / 200)) * (d <= 400)),
           ("= if(d > 200 um and d < 400 um, 0.25, 0)", lambda d: 0.25 * ((d > 200) & (d < 400)))]


@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("kernel, probability", KERNELS, ids=["gaussian", "exponential", "linear", "constant", "own", "expression"])
def test_pairs_are_joined_with_the_probability_that_their_distance_has(kernel, probability, periodic):
    d = distances(periodic)
    p = probability(d)
    found = np.zeros_like(d)
    runs = 8
    for seed in range(runs):
        c = hillock.Simulation(config(*grids(periodic), {"rule": {"distance": kernel}}, seed)).connections["c"]
        joined = np.zeros_like(d)
        np.add.at(joined, (c.sources, c.targets), 1)
        assert joined.max() <= 1
        found += joined
    assert found[p == 0].sum() == 0 and np.all(found[p == 1] == runs)
    assert abs(found.sum() - runs * p.sum()) < 4 * np.sqrt(runs * (p * (1 - p)).sum()) + 1e-9
    for low in range(0, 700, 100):  # also ring by ring
        ring = (d >= low) & (d < low + 100)
        assert abs(found[ring].sum() - runs * p[ring].sum()) < 4.5 * np.sqrt(runs * (p * (1 - p))[ring].sum()) + 1e-9


def test_weights_and_delays_are_functions_of_the_distance():
    c = hillock.Simulation(config(*grids(False), {"weight": "= 40 pA * exp(-d / 200 um)", "delay": "= 0.5 ms + 4 ms * d / 1 mm"})).connections["c"]
    d = distances()[c.sources, c.targets]
    assert len(c) > 5000 and np.abs(c.weights - 40 * np.exp(-d / 200)).max() < 40 / 32767
    assert np.abs(c.delays - (0.5 + d / 250)).max() < 0.05 + 1e-9 and len(np.unique(c.delays)) > 15


def test_other_rules_have_weights_by_distance_too():
    c = hillock.Simulation(config(*grids(False), {"rule": {"fixed_indegree": 9}, "weight": "= 20 pA * d / 1 mm"})).connections["c"]
    d = distances()[c.sources, c.targets]
    assert len(c) == 9 * 225 and np.abs(c.weights - d / 50).max() < 30 / 32767


def test_drawn_positions_lie_evenly_in_their_extent_and_depend_on_the_seed_and_the_name_alone():
    line = {"uniform": ["1 mm"]}
    at = {"list": [["-500 um"]]}

    def places(seed, size=2000, name="exc"):
        c = hillock.Simulation({
            "simulation": {"duration": "1 ms", "dt": "0.1 ms", "seed": seed},
            "populations": {name: {"size": size, "model": "lif", "positions": line},
                            "one": {"model": "lif", "positions": at, "receptors": {"s": {"model": "exp_current"}}}},
            "connections": {"c": {"source": name, "target": "one", "rule": "all_to_all", "weight": "= 100 pA * d / 1 mm", "delay": "1 ms"}},
            "record": {"one": {"spikes": True}}}).connections["c"]
        return c.weights / 100

    found = places(1)
    assert np.abs(np.histogram(found, 10, (0, 1))[0] - 200).max() < 4.5 * np.sqrt(200) and 0 < found.min() and found.max() < 1
    assert np.array_equal(places(1, 500), found[:500]) and not np.array_equal(places(2), found) and not np.array_equal(places(1, name="other"), found)


def test_three_axes_and_listed_positions():
    exc = {"list": [[f"{k} um", f"{2 * k} um", f"{-2 * k} um"] for k in range(400)]}
    c = hillock.Simulation(config(exc, {"list": [["0 um", "0 um", "0 um"]] * 225}, {"rule": "all_to_all", "weight": "= 1 pA * d / 1 um"})).connections["c"]
    assert np.abs(c.weights - 3 * c.sources).max() < 1200 / 32767


def test_a_network_in_space_has_the_same_bits_for_any_number_of_threads():
    spatial = config(*grids(True), {"target": ["exc", "inh"], "weight": "= 300 pA * exp(-d / 200 um)", "delay": "= 0.3 ms + 4 ms * d / 1 mm", "autapses": False})
    spatial["simulation"]["duration"] = "100 ms"
    spatial["inputs"] = {"rain": {"type": "poisson", "target": ["exc", "inh"], "rate": "2 kHz", "weight": "150 pA"}}
    runs = [hillock.run(spatial, simulation__threads=threads)["exc"].spikes for threads in (1, 2, 3)]
    assert len(runs[0]) > 300
    for other in runs[1:]:
        assert np.array_equal(other.timestamps, runs[0].timestamps) and np.array_equal(other.node_ids, runs[0].node_ids)


def test_check_predicts_how_many_synapses_there_are():
    given = config(*grids(True), {"target": ["exc", "inh"], "autapses": False})
    predicted = hillock.check(given)["connections"][0]["synapses"]
    assert len(hillock.Simulation(given).connections["c"]) == pytest.approx(predicted, rel=0.03)


def said(connection, exc=None, inh=None):
    found = hillock.check(config(exc or GRID[0], inh or GRID[1], connection))["diagnostics"]
    return [(one["message"], one["remedy"]) for one in found]


FAULTS = [
    ({"rule": {"distance": {"gaussian": "100 um", "max": 1.5}}}, {}, "distance: a probability lies between 0 and 1, got 1.5", "scale the function of d"),
    ({"rule": {"distance": {"gaussian": "100 mV"}}}, {}, "gaussian needs length", "write for example"),
    ({"rule": {"distance": {"gaussian": "0 um"}}}, {}, "gaussian must be positive, got 0 um", ""),
    ({"rule": {"distance": {"max": 0.5}}}, {}, "distance has no kernel", "write one of"),
    ({"rule": {"distance": {"gaussian": "1 um", "linear": "1 um"}}}, {}, "distance has several kernels", "write one of"),
    ({"rule": {"distance": {"probability": "0.3", "max": 0.5}}}, {}, "a probability of your own has no 'max'", "write it as a factor"),
    ({"rule": {"distance": {"probability": [1, 2]}}}, {}, "probability is a function of d, got", "probability: 0.3 * exp(-d / 100 um)"),
    ({"rule": {"distance": {"gaussian": "100 um", "within": "-5 um"}}}, {}, "within must be positive, got -5 um", ""),
    ({"rule": {"distance": {"constant": 0.5, "max": 0.5}}}, {}, "a constant kernel has no 'max'", "constant: 0.3"),
    ({"rule": {"distance": {"probability": "d / 1 ms"}}}, {}, "probability", ""),
    ({"rule": {"distance": "= 0.1 + 1 um / d"}}, {}, "distance is not finite at d = 0 um", "does it divide by 0?"),
    ({"rule": {"distance": 0.5}}, {}, "distance needs a kernel, got", "{distance: {gaussian: 100 um, max: 0.3}}"),
    ({"delay": "= 4 ms * d / 1 mm"}, {}, "some delays would be shorter than dt (0.1 ms): down to 0 ms", "make the function of d larger"),
    ({"weight": "= 1 nS * d / 1 mm"}, {}, "weight", ""),
    ({}, {"exc": {"grid": [20, 21], "extent": ["1 mm", "1 mm"]}}, "the grid has 420 places for the 400 neurons of 'exc'", "write 'size: 420', or another grid"),
    ({}, {"exc": {"grid": [20, 20]}}, "the grid has no 'extent'", "extent: [1 mm, 1 mm]"),
    ({}, {"exc": {"grid": [20, 20], "extent": ["1 mm"]}}, "extent has 1 value, but the grid has 2", ""),
    ({}, {"exc": {"grid": [20, 20], "extent": ["1 mm", "0 mm"]}}, "extent must be positive, got 0 um", ""),
    ({}, {"exc": {"periodic": True}}, "positions need one of 'grid', 'uniform' and 'list'", "{uniform: [1 mm, 1 mm]}"),
    ({}, {"exc": {"uniform": ["1 mm", "1 mm"], "periodic": True}}, "the positions of population 'inh' are in another space than those of 'exc'",
     "give both as many axes, and where they are periodic the same extents"),
    ({}, {"exc": {"list": [["1 um"]], }}, "list needs a position for each of the 400 neurons of 'exc', got 1", ""),
]


@pytest.mark.parametrize("connection, positions, message, remedy", FAULTS, ids=[fault[2][:40] for fault in FAULTS])
def test_what_cannot_be_is_said(connection, positions, message, remedy):
    if "exc" in positions:
        given = config(positions["exc"], {"grid": [15, 15], "extent": ["1 mm", "1 mm"]} if "uniform" not in positions["exc"] else {"uniform": ["1 mm"], "periodic": True}, connection)
        given["populations"]["inh"] = {**given["populations"]["exc"], "size": 225, "positions": given["populations"]["inh"]["positions"]}
        found = [(one["message"], one["remedy"]) for one in hillock.check(given)["diagnostics"]]
    else:
        found = said(connection)
    assert any(message in text and remedy in advice for text, advice in found), found


def test_distance_without_positions_is_refused():
    given = config(*GRID, {})
    del given["populations"]["exc"]["positions"]
    found = hillock.check(given)["diagnostics"]
    assert any(one["message"] == "population 'exc' has no positions, so there is no distance d" for one in found)


def test_a_function_that_is_larger_between_the_distances_that_were_looked_at_is_refused_not_cut():
    line = {"list": [["0 um"], ["123.456 um"], ["500 um"]]}
    with pytest.raises(hillock.UserError, match="connection 'c': its weight changes so abruptly with the distance"):
        hillock.Simulation({
            "simulation": {"duration": "1 ms", "dt": "0.1 ms"},
            "populations": {"exc": {"size": 3, "model": "lif", "positions": line, "receptors": {"s": {"model": "exp_current"}}}},
            "connections": {"c": {"source": "exc", "target": "exc", "rule": "all_to_all", "delay": "1 ms",
                                  "weight": "= 1 pA + 30 pA * exp(-((d - 123.456 um) / 0.05 um)^2)"}},
            "record": {"exc": {"spikes": True}}})


def test_a_variable_that_is_called_d_is_not_taken_for_the_distance():
    for connection in ({"rule": {"distance": {"gaussian": "100 um"}}}, {"rule": {"fixed_indegree": 3}, "weight": "= 1 pA * exp(-d / 100 um)"}):
        found = hillock.check({"vars": {"d": "50 um"}, **config(*GRID, connection)})["diagnostics"]
        assert any(one["message"] == "d is the distance between two neurons here, but vars has a 'd' too" for one in found), found


def test_a_probability_that_is_out_of_range_between_the_distances_that_were_looked_at_is_refused():
    with pytest.raises(hillock.UserError, match="a probability by distance is 5 for a pair"):
        hillock.Simulation(config({"list": [["0 um"]] * 400}, {"list": [["123.456 um"]] * 224 + [["500 um"]]},
                                  {"rule": {"distance": "= if(abs(d - 123.456 um) < 0.05 um, 5, 0)"}}))


def test_weights_that_fall_off_fast_are_kept_in_more_bytes():
    """A 16-bit weight would be 0 for most of these pairs."""
    given = config(*grids(False), {"rule": {"distance": {"gaussian": "200 um"}}, "weight": "= 20 pA * exp(-d / 20 um)"})
    assert hillock.check(given)["connections"][0]["bytes_per_synapse"] == 8
    c = hillock.Simulation(given).connections["c"]
    expected = 20 * np.exp(-distances()[c.sources, c.targets] / 20)
    near = expected > 20e-5
    assert near.sum() > 500 and np.abs(c.weights[near] / expected[near] - 1).max() < 1e-3 and np.median(c.weights) > 0


@pytest.mark.parametrize("path, value", [("populations.exc.positions.extent", "[2 mm, 2 mm]"), ("connections.c.rule.distance.gaussian", "50 um"),
                                         ("connections.c.rule.distance.within", "90 um")])
def test_positions_and_functions_of_the_distance_do_not_change_during_a_run(path, value):
    given = config(*GRID, {"weight": "= 5 pA * exp(-d / 80 um)", "rule": {"distance": {"gaussian": "150 um", "within": "400 um"}}})
    found = hillock.check({**given, "at": {"1 ms": {"set": {path: value}}}})
    assert not found["ok"], found
