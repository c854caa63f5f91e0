"""The weights of connections over time in the file of a run: which synapses they are of, what `at` changes, and every reader."""

from __future__ import annotations

import json
import re
import signal
import time

import h5py
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
  connections:
    ee: {edges: true, weight: {every: 10 ms}}
    x: {edges: true, weight: {every: 30 ms}, dtype: float64}
    pairs: {weight: {every: 25 ms}, edges: true, dtype: float64}
    none: {weight: {every: 50 ms}, edges: true}
at:
  40 ms: {set: {connections.ee.weight: 30 pA, connections.pairs.weight: [5 pA, 4 pA, 3 pA, 2 pA, 1 pA]}}
  50.1 ms: {set: {connections.ee.weight: {normal: [10 pA, 1 pA]}, connections.x.weight: -2 pA}}
"""


@pytest.fixture
def finished(run_hillock):
    return run_hillock(CONFIG).output


def weights_of(path, group):
    """time, weight, source_node_id, target_node_id"""
    with h5py.File(path) as file:
        node = file[f"connections/{group}"]
        return [node[name][()] for name in ("time", "weight", "source_node_id", "target_node_id")]


def edges_of(path, group):
    with h5py.File(path) as file:
        return [file[f"edges/{group}/{name}"][()] for name in ("source_node_id", "target_node_id", "0/syn_weight")]


def test_columns_are_the_edges_and_frames_have_the_weights_of_their_time(finished):
    with h5py.File(finished) as file:
        assert set(file["connections"]) == set(GROUPS)
        for name, (source, target) in GROUPS.items():
            node, edges = file[f"connections/{name}"], file[f"edges/{name}"]
            assert node.attrs["connection"].decode() == name.split(".")[0]
            for ids, population in (("source_node_id", source), ("target_node_id", target)):
                assert np.array_equal(node[ids], edges[ids]) and node[ids].attrs["node_population"].decode() == population
            if name == "none":
                assert "weight" not in node and len(node["time"]) == 2
                continue
            assert node["weight"].shape == (len(node["time"]), len(edges["source_node_id"])) and node["weight"].attrs["units"] == b"pA"
            assert node["weight"].dtype == (np.float32 if name == "ee" else np.float64)
            assert np.array_equal(node["weight"][0], edges["0/syn_weight"][()].astype(node["weight"].dtype)), "at first those of the edges"
    times, weights, sources, _ = weights_of(finished, "ee")
    assert np.array_equal(times, 10.0 * np.arange(10)) and len(set(weights[0])) > 200
    assert all(np.array_equal(weights[k], weights[0]) for k in range(4)), "up to 30 ms"
    assert np.allclose(weights[4:6], 30, rtol=1e-4) and len(set(weights[4:6].ravel())) == 1, "from 40 ms on"
    assert np.all(weights[6:] == weights[6]) and len(set(weights[6])) > 200 and abs(weights[6].mean() - 10) < 0.2 and 0.8 < weights[6].std() < 1.2
    for name in list(GROUPS)[1:5]:
        times, weights, sources, _ = weights_of(finished, name)
        assert np.array_equal(times, [0, 30, 60, 90]) and np.allclose(weights[:2], -(1.0 + sources), rtol=1e-3) and np.allclose(weights[2:], -2, rtol=1e-3)
    times, weights, sources, targets = weights_of(finished, "pairs")
    assert np.array_equal(times, [0, 25, 50, 75]) and sources.tolist() == [16, 3, 3, 5, 0] and targets.tolist() == [0, 1, 1, 1, 16]
    assert np.array_equal(weights, [[4, 1, 3, 5, 2]] * 2 + [[2, 5, 3, 1, 4]] * 2)


def test_weights_after_a_change_are_those_of_a_run_with_them_from_the_beginning(run_hillock, finished):
    lines = CONFIG.split("at:\n")[0].replace("weight: {lognormal: [20 pA, 0.5]}", "weight: {normal: [10 pA, 1 pA]}")
    other = run_hillock(lines).output
    assert np.array_equal(weights_of(finished, "ee")[1][6], weights_of(other, "ee")[1][0])


def test_what_is_recorded_of_weights_changes_nothing_else(run_hillock, finished):
    before, rest = CONFIG.split("  connections:\n")
    without = run_hillock(before + "at:\n" + rest.split("at:\n")[1]).output
    plain = datasets(without)
    assert same_bytes(plain, {name: one for name, one in datasets(finished).items() if name in plain}) and len(plain["spikes/exc/timestamps"]) > 300


def test_weights_have_the_same_bits_for_any_number_of_threads(run_hillock, finished):
    for threads in ("1", "2", "3"):
        assert same_bytes(datasets(run_hillock(CONFIG, "--threads", threads).output), datasets(finished))


def record(what):
    """The config with nothing else recorded than this of connections, and no changes."""
    return CONFIG.split("record:\n")[0] + f"record: {{connections: {what}}}\n"


def test_chosen_targets_have_the_columns_that_all_targets_have(run_hillock, finished):
    _, weights, sources, targets = weights_of(finished, "ee")
    for chosen, kept in (("targets: 5..9", range(5, 10)), ("targets: [59, 3]", [3, 59]), ("targets: 7", [7]), ("targets: all", range(60))):
        some = weights_of(run_hillock(record(f"{{ee: {{weight: {{every: 50 ms, {chosen}}}}}}}")).output, "ee")
        columns = np.isin(targets, list(kept))
        assert np.array_equal(some[1][1], weights[0][columns]) and np.array_equal(some[2], sources[columns]) and np.array_equal(some[3], targets[columns])


def test_without_a_change_weights_are_constant_and_every_step_has_a_frame(run_hillock, finished):
    for what in ("[weight]", "weight", "{weight: true}"):
        times, weights, _, _ = weights_of(run_hillock(record(f"{{ee: {what}}}")).output, "ee")
        assert np.array_equal(times, 0.1 * np.arange(1000)) and np.all(weights == weights_of(finished, "ee")[1][0])
    with h5py.File(run_hillock(record("{ee: {weight: false, edges: true}}")).output) as file:
        assert "connections" not in file and "edges" in file


def test_compressed_weights_are_the_same(run_hillock, finished):
    path = run_hillock(record("{ee: {weight: true, compress: 4}}")).output
    with h5py.File(path) as file:
        assert file["connections/ee/weight"].compression == "gzip" and file["connections/ee/weight"].chunks == (91, 720)
        assert np.all(file["connections/ee/weight"][()] == weights_of(finished, "ee")[1][0])


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_reads_weights_and_the_whole_tree(finished, engine):
    _, weights, sources, _ = weights_of(finished, "ee")
    with xr.open_dataset(finished, group="connections/ee", engine=engine) as ee:
        assert dict(ee.sizes) == {"time": 10, "synapse": 720} and set(ee.data_vars) == {"weight", "source_node_id", "target_node_id"}
        assert np.array_equal(ee.weight.sel(time=63, method="nearest"), weights[6]) and ee.weight.attrs["units"] == "pA" and ee.time.attrs["units"] == "ms"
        assert np.array_equal(ee.weight.where(ee.source_node_id == 5, drop=True).isel(time=0), weights[0][sources == 5])
    with xr.open_datatree(finished, engine=engine) as tree:
        assert {"/connections/ee", "/connections/x.inh.exc", "/connections/none"} <= {node.path for node in tree.subtree}
        assert tree["connections/none"].sizes == {"time": 2, "synapse": 0}


def test_netcdf4_and_octave_read_weights(finished, tmp_path):
    times, weights, sources, _ = weights_of(finished, "ee")
    with netCDF4.Dataset(finished) as file:
        ee = file["connections/ee"]
        assert np.array_equal(ee["weight"][:], weights) and ee.dimensions["time"].isunlimited() and ee["weight"].dimensions == ("time", "synapse")
    loaded = Octave(tmp_path, "load")(f"run = load('-hdf5', '{finished}'); out.w = run.connections.ee.weight; out.s = run.connections.ee.source_node_id; "
                                      "out.t = run.connections.ee.time;")
    assert np.array_equal(loaded.w, weights.T) and np.array_equal(loaded.s.ravel(), sources) and np.array_equal(loaded.t.ravel(), times)
    read = Octave(tmp_path, "octave-netcdf")(f"out.w = ncread('{finished}', '/connections/ee/weight'); out.u = ncreadatt('{finished}', '/connections/ee/weight', 'units');")
    assert np.array_equal(read.w, weights.T)


def test_check_and_info_say_which_weights_there_are(call, tmp_path, finished):
    (tmp_path / "config.yaml").write_text(CONFIG)
    shown = call("check", "config.yaml").stdout
    assert "record /connections/ee: weight of 720 synapses from exc to exc every 10 ms, " in shown, shown
    assert "record /connections/x.inh.exc: weight of 70 synapses from inh to exc every 30 ms, " in shown, shown
    facts = json.loads(call("check", "config.yaml", "--json").stdout)
    assert facts["weights"][0] == {"group": "/connections/ee", "source": "exc", "target": "exc", "synapses": 720, "frames": 10, "interval_ms": 10,
                                   "bytes": 10 * (8 + 4 * 720) + 24 * 720}
    with h5py.File(finished) as file:
        edges = edge_bytes(file)
    others = [(4, 8, n) for n in (300, 600, 35, 70, 5)] + [(2, 4, 0)]
    assert facts["file_bytes"] == edges + facts["weights"][0]["bytes"] + sum(frames * (8 + size * n) + 24 * n for frames, size, n in others)
    said = call("info", finished).stdout
    assert "/connections/ee: 10 frames every 10 ms, 720 synapses from exc to exc\n  weight: pA, weight as used, float32\n" in said
    assert "/connections/none: 2 frames every 50 ms, 0 synapses from exc to inh\n" in said
    assert json.loads(call("info", finished, "--json").stdout)["weights"][0]["group"] == "/connections/ee"


def test_check_predicts_a_recording_that_is_absurdly_large(call, tmp_path):
    (tmp_path / "config.yaml").write_text(record("{ee: [weight]}").replace("duration: 100 ms", "duration: 360000 s"))
    facts = json.loads(call("check", "config.yaml", "--json").stdout)
    assert facts["file_bytes"] == pytest.approx(3.6e9 * (8 + 4 * 720), rel=1e-3)
    refused = call("run", "config.yaml", "--out", "x.h5", expect=6)
    assert "x.h5" in refused.stderr and not list(tmp_path.glob("x.h5*"))


def changing(duration):
    return record("{ee: {weight: {every: 1 ms}}, x: {weight: {every: 3 ms}}}").replace("duration: 100 ms", f"duration: {duration}") \
        + "at: {4 ms: {set: {connections.ee.weight: 30 pA}}}\n"


def test_a_killed_run_leaves_the_weights_up_to_its_last_flush(start, call, tmp_path):
    (tmp_path / "config.yaml").write_text(changing("1000 s"))
    process = start("run", "config.yaml", "--out", "x.h5")
    partial, begin = tmp_path / "x.h5.partial", time.monotonic()
    while time.monotonic() - begin < 60:
        assert process.poll() is None
        time.sleep(0.2)
        if partial.exists() and re.search(r"readable up to: [1-9]", call("info", partial).stdout):
            break
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    until = json.loads(call("info", partial, "--json").stdout)["recorded_until_ms"]
    assert until > 4
    assert "x.h5: complete up to " in call("recover", partial).stdout
    times, weights, _, _ = weights_of(tmp_path / "x.h5", "ee")
    assert np.array_equal(times, np.arange(len(times))) and 0 < until - len(times) + 1 <= 1 + 1e-9
    assert len(set(weights[0])) > 200 and np.all(weights[:4] == weights[0]) and len(set(weights[4:].ravel())) == 1
    times, weights, sources, _ = weights_of(tmp_path / "x.h5", "x.exc.exc")
    assert np.array_equal(times, 3.0 * np.arange(len(times))) and np.allclose(weights, -(1.0 + sources), rtol=1e-3)


def test_a_run_that_is_stopped_or_fails_has_the_frames_before_its_end(run_hillock):
    done = run_hillock(changing("100 ms") + "stop_when: {exc: t >= 12.5 ms}\n")
    assert weights_of(done.output, "ee")[0].tolist() == list(range(13))
    failing = changing("100 ms").replace("inputs: {", "inputs: {rise: {type: waveform, target: exc, current: \"if(t > 50 ms, 1e300 pA * exp(t / 1 ms), 0 pA)\"}, ")
    times, weights, _, _ = weights_of(f"{run_hillock(failing, expect=4).output}.partial", "ee")
    assert len(times) >= 50 and np.array_equal(times, np.arange(len(times))) and len(weights) == len(times)


def test_a_weight_that_float32_cannot_hold_is_an_error(run_hillock):
    text = """simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {a: {size: 2, model: lif, receptors: {s: {model: exp_current}}}}
connections: {pairs: {source: a, target: a, rule: all_to_all, weight: 1e39 pA, delay: 1 ms}}
record: {connections: {pairs: [weight]}}
"""
    done = run_hillock(text, expect=4)
    assert done.stderr.startswith("error: connection 'pairs': the weight 1e+39 pA is recorded, and is more than float32 holds\n"
                                  "  write dtype: float64 in its record, or a smaller weight"), done.stderr


def test_a_run_without_steps_has_the_weights_at_its_beginning(run_hillock, finished):
    times, weights, _, _ = weights_of(run_hillock(record("{ee: {weight: true}}").replace("duration: 100 ms", "duration: 0 ms")).output, "ee")
    assert times.tolist() == [0] and np.array_equal(weights[0], weights_of(finished, "ee")[1][0])


def test_only_weights_may_be_recorded(run_hillock):
    done = run_hillock(record("{ee: {weight: {every: 20 ms}}}"))
    assert "nothing is recorded" not in done.stderr and len(weights_of(done.output, "ee")[0]) == 5


MANY = """simulation: {duration: 1 ms, dt: 0.1 ms}
populations: {a: {size: 30000, model: lif, receptors: {s: {model: exp_current}}}}
connections: {c: {source: a, target: a, rule: {fixed_outdegree: 150}, weight: = 1 pA * (1 + target), delay: 1 ms}}
record: {connections: {c: {weight: {every: 0.5 ms}}}}
"""


def test_wide_frames_are_cut_into_columns_of_chunks(run_hillock):
    path = run_hillock(MANY).output
    _, weights, sources, targets = weights_of(path, "c")
    assert weights.shape == (2, 4_500_000) and np.all(np.diff(targets.astype(int)) >= 0) and np.array_equal(np.bincount(sources), np.full(30000, 150))
    assert np.allclose(weights, 1.0 + targets, rtol=1e-3, atol=2)
    with h5py.File(path) as file:
        assert file["connections/c/weight"].chunks == (1, 900_000)


def test_a_sweep_says_that_it_keeps_nothing_of_connections(call, tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG + "sweep: {repeat: 2}\n")
    assert "note: a sweep keeps nothing of connections; hillock run records their edges and weights\n" in call("sweep", "config.yaml", "--out", "s.h5").stderr
    with h5py.File(tmp_path / "s.h5") as file:
        assert "connections" not in file and file["status"][:].tolist() == [0, 0]
