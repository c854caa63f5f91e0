"""The synapses of a connection in the file of a run: SONATA's edges for every reader, and a network that is read again from them."""

from __future__ import annotations

import json
import signal
import subprocess
import time

import h5py
import libsonata
import netCDF4
import numpy as np
import pytest
import xarray as xr
from connections import GROUPS, NETWORK, edge_bytes
from faults import datasets, same_bytes
from reference.octave import Octave

CONFIG = NETWORK + """record:
  exc: [spikes]
  inh: [spikes]
  connections: {ee: [edges], x: edges, pairs: {edges: true}, none: [edges]}
"""
SIZES = {"exc": 60, "inh": 17}


@pytest.fixture
def finished(run_hillock):
    return run_hillock(CONFIG).output


def edges_of(path, group):
    with h5py.File(path) as file:
        edges = file[f"edges/{group}"]
        return [edges[name][()] for name in ("source_node_id", "target_node_id", "0/syn_weight", "0/delay")]


def test_all_synapses_are_there_with_weights_and_delays_as_used(finished):
    with h5py.File(finished) as file:
        assert set(file["edges"]) == set(GROUPS)
        for name, (source, target) in GROUPS.items():
            edges = file[f"edges/{name}"]
            assert edges.attrs["connection"].decode() == name.split(".")[0]
            assert edges["source_node_id"].attrs["node_population"].decode() == source and edges["target_node_id"].attrs["node_population"].decode() == target
            count = len(edges["source_node_id"])
            assert np.array_equal(edges["edge_group_index"], np.arange(count)) and not np.any(edges["edge_group_id"]) and not np.any(edges["edge_type_id"])
            assert all(edges[one].shape == (count,) for one in ("target_node_id", "edge_group_id", "edge_type_id", "0/syn_weight", "0/delay"))
            assert edges["0/syn_weight"].attrs["units"] == b"pA" and edges["0/delay"].attrs["units"] == b"ms"
            order = np.lexsort((edges["source_node_id"], edges["target_node_id"]))
            assert np.array_equal(order, np.arange(count)), "by target, then source"
    sources, targets, weights, delays = edges_of(finished, "ee")
    assert np.array_equal(np.bincount(targets, minlength=60), np.full(60, 12)) and len(set(weights)) > 200
    assert 0.3 <= delays.min() < 0.8 and 4.5 < delays.max() <= 5 and np.allclose(delays, np.round(delays, 1))
    for name, (source, target) in list(GROUPS.items())[1:5]:
        sources, targets, weights, delays = edges_of(finished, name)
        assert np.allclose(weights, -(1.0 + sources), rtol=1e-3) and np.all(delays == 1.5)
        slices = 2 if target == "exc" else 1  # each of them has five targets of each source
        assert np.array_equal(np.unique(sources, return_counts=True)[1], np.full(60 if source == "exc" else 7, 5 * slices))
        assert target == "inh" or set(targets) <= {*range(20), *range(30, 40)}
        assert source == "exc" or set(sources) == set(range(3, 10))
    assert [list(map(float, column)) for column in edges_of(finished, "pairs")] == [[16, 3, 3, 5, 0], [0, 1, 1, 1, 16], [4, 1, 3, 5, 2], [1] * 5]
    assert all(len(column) == 0 for column in edges_of(finished, "none"))


def test_libsonata_finds_the_edges_of_neurons_by_both_indices(finished):
    storage = libsonata.EdgeStorage(str(finished))
    assert storage.population_names == set(GROUPS)
    for name, (source, target) in GROUPS.items():
        population = storage.open_population(name)
        sources, targets, weights, delays = edges_of(finished, name)
        assert (population.source, population.target, population.size) == (source, target, len(sources))
        assert population.attribute_names == {"syn_weight", "delay"}
        if population.size > 0:  # otherwise libsonata cannot select all
            everything = population.select_all()
            assert np.array_equal(population.get_attribute("syn_weight", everything), weights)
            assert np.array_equal(population.get_attribute("delay", everything), delays) and np.array_equal(population.source_nodes(everything), sources)
        for neuron in range(SIZES[target]):
            assert list(population.afferent_edges(neuron).flatten()) == list(np.flatnonzero(targets == neuron)), (name, neuron)
        for neuron in range(SIZES[source]):
            assert list(population.efferent_edges(neuron).flatten()) == list(np.flatnonzero(sources == neuron)), (name, neuron)
        for pair in set(zip(sources.tolist(), targets.tolist())):
            assert list(population.connecting_edges(*pair).flatten()) == list(np.flatnonzero((sources == pair[0]) & (targets == pair[1])))


def again(path, name="again.yaml"):
    """The same network with its connections from the file."""
    lines = [line for line in CONFIG.splitlines() if not line.startswith(("  ee:", "  x:", "  pairs:", "  none:", "  connections:"))]
    at = lines.index("connections:")
    for group, (source, target) in GROUPS.items():
        receptor = "ampa" if group in ("ee", "none") else "gaba"
        lines.insert(at + 1, f"  {group.replace('.', '_')}: {{source: {source}, target: {target}, receptor: {receptor}, rule: {{from_file: {{path: {path.name}, population: {group}}}}}, "
                             "weight: {dataset: syn_weight, unit: pA}, delay: {dataset: delay}}")
    return "\n".join(lines) + "\n"


def test_a_network_that_is_read_again_has_the_same_spikes(run_hillock, finished):
    first, second = datasets(finished), datasets(run_hillock(again(finished)).output)
    spikes = {name for name in first if name.startswith("spikes/")}
    assert len(spikes) == 4 and len(first["spikes/exc/timestamps"]) > 300
    assert all(same_bytes({name: first[name]}, {name: second[name]}) for name in spikes)


def test_the_edges_have_the_same_bits_for_any_number_of_threads(run_hillock, finished):
    for threads in ("1", "3", "5"):
        assert same_bytes(datasets(run_hillock(CONFIG, "--threads", threads).output), datasets(finished))


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_reads_edges_and_the_whole_tree(finished, engine):
    with xr.open_dataset(finished, group="edges/ee", engine=engine) as ee:
        assert dict(ee.sizes) == {"edge_group_index": 720} and set(ee.data_vars) == {"source_node_id", "target_node_id", "edge_type_id", "edge_group_id"}
        assert np.array_equal(ee.source_node_id, edges_of(finished, "ee")[0])
    with xr.open_datatree(finished, engine=engine) as tree:
        assert {"/edges/ee/0", "/edges/none/0", "/edges/x.inh.exc/indices/source_to_target"} <= {node.path for node in tree.subtree}
        assert tree["edges/ee/0"].syn_weight.dims == ("edge_group_index",) and tree["edges/ee/0"].syn_weight.attrs["units"] == "pA"
        assert float(tree["edges/ee/0"].delay.sel(edge_group_index=[3]).item()) == edges_of(finished, "ee")[3][3]


def test_netcdf4_and_octave_read_edges(finished, tmp_path):
    sources, targets, weights, delays = edges_of(finished, "ee")
    with netCDF4.Dataset(finished) as file:
        assert np.array_equal(file["edges/ee/0/syn_weight"][:], weights) and file["edges/ee/indices/target_to_source/range_to_edge_id"].shape == (60, 2)
    loaded = Octave(tmp_path, "load")(f"run = load('-hdf5', '{finished}'); out.w = run.edges.ee._0.syn_weight; out.t = run.edges.ee.target_node_id; "
                                      "out.n = fieldnames(run); out.g = run.edges.ee.edge_group_id;")
    assert np.array_equal(loaded.w.ravel(), weights) and np.array_equal(loaded.t.ravel(), targets) and not loaded.g.any()
    read = Octave(tmp_path, "octave-netcdf")(f"out.w = ncread('{finished}', '/edges/ee/0/syn_weight'); out.s = ncread('{finished}', '/edges/ee/source_node_id');")
    assert np.array_equal(read.w.ravel(), weights) and np.array_equal(read.s.ravel(), sources)


def test_what_is_recorded_of_connections_changes_nothing_else(run_hillock, finished):
    without = run_hillock("\n".join(line for line in CONFIG.splitlines() if not line.startswith("  connections:")) + "\n").output
    with h5py.File(without) as file:
        assert "edges" not in file
    plain = datasets(without)
    assert same_bytes(plain, {name: one for name, one in datasets(finished).items() if name in plain})


def test_check_and_info_say_which_edges_there_are(call, tmp_path, finished):
    (tmp_path / "config.yaml").write_text(CONFIG)
    shown = call("check", "config.yaml").stdout
    assert "record /edges/ee: 720 synapses from exc to exc\n" in shown and "record /edges/x.inh.exc: 70 synapses from inh to exc\n" in shown
    predicted = json.loads(call("check", "config.yaml", "--json").stdout)["file_bytes"]
    with h5py.File(finished) as file:
        assert predicted == edge_bytes(file)
    assert "/edges/ee: 720 synapses from exc to exc\n" in call("info", finished).stdout


def test_only_edges_may_be_recorded_and_nothing_else_need_be(run_hillock, tmp_path):
    text = CONFIG.replace("  exc: [spikes]\n  inh: [spikes]\n", "")
    done = run_hillock(text)
    assert "nothing is recorded" not in done.stderr and len(edges_of(done.output, "ee")[0]) == 720


MANY = """simulation: {duration: 1 ms, dt: 0.1 ms}
populations: {a: {size: 30000, model: lif, receptors: {s: {model: exp_current}}}}
connections: {c: {source: a, target: a, rule: {fixed_outdegree: 150}, weight: = 1 pA * (1 + target), delay: 1 ms}}
record: {connections: {c: [edges]}}
"""


def test_many_edges_are_written_in_pieces(run_hillock):
    """Over four million: many blocks of targets, drawn by source and put in order; ids of two passes over the sources."""
    path = run_hillock(MANY).output
    sources, targets, weights, _ = edges_of(path, "c")
    assert len(sources) == 4_500_000 and np.array_equal(np.bincount(sources), np.full(30000, 150)) and np.all(np.diff(targets.astype(int)) >= 0)
    assert np.allclose(weights, 1.0 + targets, rtol=1e-3, atol=2)
    with h5py.File(path) as file:
        index = file["edges/c/indices/source_to_target"]
        ranges = index["range_to_edge_id"][()]
        assert np.array_equal(index["node_id_to_ranges"], np.arange(30000)[:, None] * 150 + [0, 150])
        assert np.array_equal(ranges[:, 1], ranges[:, 0] + 1) and np.array_equal(sources[ranges[:, 0]], np.repeat(np.arange(30000), 150))
        assert np.all(np.diff(ranges[:, 0].astype(int).reshape(30000, 150)) > 0)


def test_a_run_that_is_interrupted_leaves_a_file_that_can_be_read(start, call, tmp_path):
    """Whether the edges were on the disk by then or not."""
    (tmp_path / "config.yaml").write_text(MANY.replace("duration: 1 ms", "duration: 1000 s"))
    process = start("run", "config.yaml", "--out", "x.h5")
    partial = tmp_path / "x.h5.partial"
    while not partial.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 130
    said = call("info", "x.h5.partial").stdout
    assert "interrupted" in said and ("/edges/" not in said or "/edges/c: 4500000 synapses from a to a\n" in said)


def test_a_file_that_may_not_grow_as_far_ends_the_run(hillock, tmp_path):
    (tmp_path / "config.yaml").write_text(MANY)
    done = subprocess.run(["bash", "-c", f"ulimit -f 20000; exec '{hillock}' run config.yaml --out x.h5"], cwd=tmp_path, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 5 and done.stderr.startswith("error: x.h5.partial: ") and "edges" in done.stderr, done.stderr
    assert not (tmp_path / "x.h5").exists()


def test_a_sweep_says_that_it_keeps_nothing_of_connections(call, tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG + "sweep: {repeat: 2}\n")
    assert "note: a sweep keeps nothing of connections; hillock run records their edges and weights\n" in call("sweep", "config.yaml", "--out", "s.h5").stderr


def test_a_run_that_fails_leaves_a_file_with_its_edges(run_hillock):
    failing = CONFIG.replace("inputs: {", "inputs: {rise: {type: waveform, target: exc, current: \"if(t > 50 ms, 1e300 pA * exp(t / 1 ms), 0 pA)\"}, ")
    done = run_hillock(failing, expect=4)
    assert len(edges_of(f"{done.output}.partial", "ee")[0]) == 720


@pytest.mark.parametrize("size", [3, 100, 1000])
def test_few_edges_take_little_room_and_check_says_how_much(call, tmp_path, size):
    (tmp_path / "config.yaml").write_text(f"""simulation: {{duration: 1 ms, dt: 0.1 ms}}
populations: {{a: {{size: {size}, model: lif, receptors: {{s: {{model: exp_current}}}}}}, b: {{like: a}}}}
connections:
  ab: {{source: a, target: b, rule: {{pairwise_bernoulli: 0.1}}, weight: 1 pA, delay: 1 ms}}
  ba: {{source: b, target: a, rule: {{fixed_indegree: 2}}, weight: 1 pA, delay: 1 ms}}
record: {{connections: {{ab: [edges], ba: [edges]}}}}
""")
    said = json.loads(call("check", "config.yaml", "--json").stdout)["file_bytes"]
    call("run", "config.yaml", "--out", "x.h5")
    assert 0.8 * said < (tmp_path / "x.h5").stat().st_size < 1.3 * said + 40_000
