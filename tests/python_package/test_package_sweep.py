"""Sweeps from Python: run, read, looked at as table, grid, spikes and traces; interrupted and taken up; drawn."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import threading

import hillock
import numpy as np
import pytest

CONFIG = {
    "simulation": {"duration": "200 ms", "dt": "0.1 ms", "seed": 3},
    "populations": {"cell": {"model": "lif"}},
    "inputs": {"step": {"type": "dc", "target": "cell", "amplitude": "0 pA"},
               "noise": {"type": "white_noise", "target": "cell", "mean": "0 pA", "sigma": "300 pA ms^0.5"}},
    "record": {"cell": {"V": {"every": "1 ms"}, "spikes": True}},
    "analysis": {"cell": {"statistics": ["rate", "cv"]}},
    "sweep": {"parameters": {"inputs.step.amplitude": {"from": "0 pA", "to": "1 nA", "count": 5},
                             "populations.cell.params.tau_m": ["10 ms", "20 ms"]}, "repeat": 2, "keep": ["spikes", "traces"]},
}


@pytest.fixture(scope="module")
def swept():
    return hillock.sweep(CONFIG)


def test_a_sweep_has_its_parameters_and_measures_with_units(swept):
    assert isinstance(swept, hillock.Sweep) and len(swept) == 20 and swept.status == "complete" and swept.path is None
    assert list(swept.parameters) == ["amplitude", "tau_m"] and {"rate", "cv"} <= set(swept.measures)
    assert (swept.units["amplitude"], swept.units["tau_m"], swept.units["rate"], swept.units["cv"]) == ("pA", "ms", "Hz", "1")
    assert np.array_equal(swept.amplitude, np.repeat([0, 250, 500, 750, 1000], 4)) and np.array_equal(swept["tau_m"][:4], [10, 10, 20, 20])
    assert np.array_equal(swept.repeat, np.tile([0, 1], 10)) and np.array_equal(swept.seed, np.tile([3, 4], 10))
    assert not swept.failures and np.all(swept.point_status == 0) and "sweep" in swept.config
    with pytest.raises(hillock.NotRecordedError, match="did you mean 'rate'"):
        swept["ratte"]
    with pytest.raises(AttributeError):
        swept.nothing


def test_each_point_is_the_run_of_its_values_and_its_seed(swept):
    single = copy.deepcopy({name: part for name, part in CONFIG.items() if name != "sweep"})
    for point in (0, 7, 18):
        run = hillock.run(single, simulation__seed=int(swept.seed[point]), inputs__step__amplitude=f"{swept.amplitude[point]} pA",
                          populations__cell__params__tau_m=f"{swept.tau_m[point]} ms")
        spikes, (time, V) = swept.spikes(point), swept.trace(point)
        assert np.array_equal(run["cell"].spikes.timestamps, spikes.timestamps) and len(spikes.neurons) == 1
        assert np.array_equal(run["cell"].time, time) and np.array_equal(run["cell"].V, V)
        assert np.array_equal(swept.traces("V")[point], V) and V.shape == (200, 1)
        assert swept.spike_count[point] == len(spikes)


def test_a_point_of_another_duration_has_its_own_trace():
    config = {**CONFIG, "sweep": {"parameters": {"simulation.duration": ["200 ms", "50 ms"]}, "keep": "traces"}}
    found = hillock.sweep(config)
    single = hillock.run({name: part for name, part in config.items() if name != "sweep"}, simulation__duration="50 ms")
    time, V = found.trace(1)
    assert np.array_equal(time, single["cell"].time) and np.array_equal(V, single["cell"].V)
    assert found.trace(0)[1].shape == (200, 1) and np.all(np.isnan(found.traces("V")[1]))
    with pytest.raises(hillock.NotRecordedError, match="point 1 has no 'w'"):
        found.trace(1, "w")


def test_a_point_has_variables_that_the_config_has_not():
    config = {"simulation": {"duration": "20 ms", "dt": "0.1 ms"}, "populations": {"cell": {"model": "adex"}},
              "inputs": {"step": {"type": "dc", "target": "cell", "amplitude": "1 nA"}}, "record": {"cell": ["V"]},
              "sweep": {"parameters": {"which": {"cases": {"a": {"record.cell": {"V": {"every": "0.1 ms"}}}, "b": {"record.cell": {"w": {"every": "0.5 ms"}}}}}}, "keep": "traces"}}
    found = hillock.sweep(config)
    assert found.trace(1, "w")[1].shape == (40, 1) and found.trace(1, "w", "cell")[1].shape == (40, 1) and found.trace(0)[1].shape == (200, 1)
    with pytest.raises(hillock.NotRecordedError, match="the sweep has no 'w'; it has: V"):
        found.trace(0, "w")


def test_the_table_and_the_grid_hold_the_same_numbers(swept):
    table = swept.table()
    assert table.index.name == "run" and table.attrs["units"]["rate"] == "Hz"
    assert list(table.columns[:5]) == ["amplitude", "tau_m", "repeat", "seed", "status"]
    rates, axes = swept.grid("rate")
    assert rates.shape == (5, 2, 2) and list(axes) == ["amplitude", "tau_m", "repeat"]
    means = table.groupby(["amplitude", "tau_m"]).rate.mean().unstack("tau_m")
    assert np.allclose(means, rates.mean(axis=2)) and np.array_equal(means.index, axes["amplitude"])
    assert swept.to_xarray().rate.attrs["units"] == "Hz"


def test_points_of_a_filter_are_nan_in_the_grid_and_drawn_ones_form_none():
    config = copy.deepcopy(CONFIG)
    config["sweep"] = {"parameters": {"inputs.step.amplitude": ["100 pA", "200 pA", "900 pA"], "populations.cell.params.tau_m": ["10 ms", "20 ms"]},
                       "where": "tau_m < 15 ms or amplitude > 150 pA"}
    rates, _ = hillock.sweep(config).grid("rate")
    assert rates.shape == (3, 2) and np.isnan(rates[0, 1]) and np.isnan(rates).sum() == 1
    config["sweep"] = {"parameters": {"inputs.step.amplitude": {"from": "0 pA", "to": "1 nA"}, "populations.cell.params.tau_m": {"from": "10 ms", "to": "20 ms"}},
                       "combine": "random", "count": 30}
    drawn = hillock.sweep(config)
    with pytest.raises(hillock.UserError, match="the points form no grid"):
        drawn.grid("rate")
    with pytest.raises(hillock.NotRecordedError, match="keeps no spikes"):
        drawn.spikes(0)
    with pytest.raises(hillock.NotRecordedError, match="keeps no traces"):
        drawn.trace(0)
    with pytest.raises(hillock.UserError, match="the points 0 to 29, not 30"):
        drawn.spikes(30)


def test_a_sweep_of_a_file_is_that_of_the_command_line(tmp_path, swept, program):
    import yaml

    (tmp_path / "s.yaml").write_text(yaml.safe_dump(CONFIG, sort_keys=False))
    subprocess.run([program, "sweep", "s.yaml", "--out", "a.h5", "--quiet"], cwd=tmp_path, check=True)
    ours = hillock.sweep(tmp_path / "s.yaml", out=tmp_path / "b.h5", threads=1)
    theirs = hillock.open(tmp_path / "a.h5")
    assert isinstance(theirs, hillock.Sweep) and ours.path == str(tmp_path / "b.h5")
    for name in theirs:
        assert np.array_equal(ours[name], theirs[name], equal_nan=True) and np.array_equal(ours[name], swept[name], equal_nan=True)
    with pytest.raises(hillock.IoError, match="exists"):
        hillock.sweep(tmp_path / "s.yaml", out=tmp_path / "b.h5")
    assert len(hillock.sweep(tmp_path / "s.yaml", out=tmp_path / "b.h5", force=True, sweep__repeat=1)) == 10


def test_what_is_wrong_is_an_exception_with_its_path():
    config = copy.deepcopy(CONFIG)
    config["sweep"]["parameters"]["inputs.step.amplitude"] = ["1 ms"]
    with pytest.raises(hillock.UserError):
        hillock.sweep(config)
    config["sweep"]["repeat"] = "many"
    with pytest.raises(hillock.UserError) as caught:
        hillock.sweep(config)
    assert caught.value.path == "sweep.repeat"
    del config["sweep"]
    with pytest.raises(hillock.UserError, match="has no section 'sweep' or 'search'"):
        hillock.sweep(config)
    with pytest.raises(TypeError):
        hillock.sweep(3)


def test_progress_is_called_with_points_and_what_it_raises_stops_a_sweep_that_can_go_on(tmp_path):
    config = copy.deepcopy(CONFIG)
    config["simulation"]["duration"] = "20 s"
    config["sweep"] |= {"repeat": 40, "keep": []}
    seen = []

    def stop(done, points):
        seen.append((done, points))
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        hillock.sweep(config, out=tmp_path / "s.h5", threads=1, progress=stop)
    left = hillock.open(tmp_path / "s.h5")
    done = int((left.point_status == 0).sum())
    assert len(seen) == 1 and seen[0][1] == 400 and seen[0][0] <= done < 400 and left.status == "interrupted" and left.path.endswith(".partial")
    rest = []
    whole = hillock.sweep(config, out=tmp_path / "s.h5", progress=lambda *numbers: rest.append(numbers))
    assert whole.status == "complete" and np.all(whole.point_status == 0) and all(first >= done for first, _ in rest)
    assert np.array_equal(whole.rate[:done], left.rate[:done])


def test_ctrl_c_stops_a_sweep(tmp_path):
    config = copy.deepcopy(CONFIG)
    config["simulation"]["duration"] = "60 s"
    config["sweep"] |= {"repeat": 100, "keep": []}
    timer = threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        hillock.sweep(config, out=tmp_path / "s.h5")
    timer.join()
    assert hillock.open(tmp_path / "s.h5").status == "interrupted"


def test_curves_and_maps_are_drawn_of_a_sweep_or_its_file(tmp_path):
    import matplotlib

    matplotlib.use("Agg")
    found = hillock.sweep(CONFIG, out=tmp_path / "s.h5")
    ax = hillock.plot.sweep(found, "rate", "amplitude")
    rates, axes = found.grid("rate")
    assert ax.get_xlabel() == "amplitude (pA)" and ax.get_ylabel() == "rate (Hz)" and ax.get_legend().get_title().get_text() == "tau_m (ms)"
    for k, line in enumerate(ax.lines[:2]):
        assert line.get_label() == f"{axes['tau_m'][k]:g}" and np.allclose(line.get_ydata(), rates[:, k].mean(axis=1))
    low = [band.get_datalim(ax.transData).y0 for band in ax.collections]
    assert len(low) == 2 and np.allclose(low, rates.min(axis=(0, 2)), atol=1e-9)
    ax = hillock.plot.sweep(tmp_path / "s.h5", "rate")
    mesh = ax.collections[0]
    assert np.allclose(mesh.get_array().reshape(2, 5), rates.mean(axis=2).T) and mesh.colorbar.ax.get_ylabel() == "rate (Hz)"
    assert ax.get_xlabel() == "amplitude (pA)" and ax.get_ylabel() == "tau_m (ms)"
    with pytest.raises(hillock.UserError, match="no parameter with numbers"):
        hillock.plot.sweep(found, "rate", "nothing")


def test_points_without_a_value_of_a_parameter_are_on_no_map(tmp_path):
    import matplotlib

    matplotlib.use("Agg")
    config = copy.deepcopy(CONFIG)
    config["sweep"] = {"parameters": {"kind": {"cases": {
        "grid": {"inputs.step.amplitude": ["400 pA", "700 pA"], "populations.cell.params.tau_m": ["10 ms", "20 ms"]},
        "other": {"inputs.step.start": "50 ms"}}}}}
    found = hillock.sweep(config, out=tmp_path / "s.h5")
    assert np.isnan(found["tau_m"]).tolist() == [False] * 4 + [True]
    mesh = hillock.plot.sweep(found, "rate", "amplitude", "tau_m").collections[0]
    assert np.allclose(mesh.get_array().reshape(2, 2), found["rate"][:4].reshape(2, 2).T)


def test_the_package_shows_the_time_left_of_a_sweep(tmp_path, program):
    script = ("import hillock, json, sys; c = json.loads(sys.argv[1]); "
              "c['simulation']['duration'] = '20 s'; c['sweep'] |= {'repeat': 60, 'keep': []}; hillock.sweep(c, progress=True)")
    done = subprocess.run([sys.executable, "-c", script, json.dumps(CONFIG)], capture_output=True, text=True, cwd=tmp_path,
                          env={**os.environ, "PYTHONPATH": str(program.parent / "python")})
    assert done.returncode == 0, done.stderr
    assert "of 600 points" in done.stderr


def test_a_file_that_cannot_grow_is_an_error_and_the_interpreter_goes_on(tmp_path, program):
    script = """
import hillock, json, os, resource, signal, sys
config = json.loads(sys.argv[1])
config["sweep"]["repeat"] = 100
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for size in (60_000, 300_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        hillock.sweep(config, out="s.h5", force=True)
    except hillock.IoError as error:
        print("file too large" in str(error))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(hillock.sweep(config, out="s.h5", force=True).status)
"""
    done = subprocess.run([sys.executable, "-c", script, json.dumps(CONFIG)], capture_output=True, text=True, cwd=tmp_path,
                          env={**os.environ, "PYTHONPATH": str(program.parent / "python")})
    assert done.returncode == 0 and done.stdout.split() == ["True", "True", "complete"], done.stdout + done.stderr
