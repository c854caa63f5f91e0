"""hillock.open: the same object from a file, only what is asked for is read, also while the file is being written."""

import os
import re
import subprocess
import time

import h5py
import hillock
import numpy as np
import pytest
from conftest import data_of

CONFIG = """# Three neurons of five at two intervals, a mean, and a population that stays silent.
simulation: {duration: 100 ms, dt: 0.1 ms, seed: 9}
populations:
  exc: {size: 5, model: lif}
  silent: {size: 2, model: lif}
  chosen: {like: exc}
inputs:
  step: {type: dc, target: [exc, chosen], amplitude: {linspace: [1 nA, 2 nA]}, start: 10 ms}
record:
  exc: {spikes: true, V: {neurons: [0, 2, 4]}, I: {every: 0.5 ms}}
  silent: {spikes: true, V: {mean: true}}
  chosen: {spikes: {neurons: [1, 2]}}
"""
ENDLESS = """# Runs until it is stopped.
simulation: {duration: 100000 s, dt: 0.1 ms}
populations: {cell: {size: 50, model: lif}}
inputs: {step: {type: dc, target: cell, amplitude: 1 nA}}
record: {cell: {spikes: true, V: {every: 0.1 ms, neurons: 0..3}}}
analysis: {cell: [rate]}
"""


@pytest.fixture
def finished(by_program):
    return by_program(CONFIG)


def test_a_file_gives_the_same_object_as_the_run(finished, tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    here, there = hillock.run(path), hillock.open(finished)
    assert data_of(here) == data_of(there)
    assert list(here) == ["exc", "silent", "chosen"] and sorted(there) == sorted(here)
    for name in here:
        assert here[name].units == there[name].units and sorted(here[name].variables) == sorted(there[name].variables)
    for field in ("seed", "dt", "duration", "stop", "status", "config", "models", "parameters"):
        assert getattr(here, field) == getattr(there, field), field
    assert there.path == str(finished) and there["silent"].mean.V.shape == (1000,)


def test_neurons_that_stayed_silent_are_known(finished):
    run = hillock.open(finished)
    assert list(run["silent"].spikes.neurons) == [0, 1] and run["silent"].spikes.trains()[1].shape == (0,)
    assert list(run["exc"].spikes.neurons) == [0, 1, 2, 3, 4]
    assert list(run["chosen"].spikes.neurons) == [1, 2]


def test_arrays_of_files_are_indexed_like_numpy_arrays(finished):
    V = hillock.open(finished)["exc"].V
    whole = np.asarray(V)
    assert (V.shape, V.dtype, V.ndim, V.size, len(V), V.nbytes) == ((1000, 3), np.float32, 2, 3000, 1000, 12000)
    for key in [0, -1, np.int64(5), slice(10, 20), slice(None, None, 7), slice(-5, None), slice(20, 10), (slice(None), 1),
                (3, -1), (Ellipsis, 2), (..., slice(0, 2)), slice(None, None, -1), [1, 5, 3], (slice(None), [2, 0]),
                whole[:, 0] > -60, (5,), (), ..., slice(990, 2000)]:
        found = V[key]
        assert np.array_equal(found, whole[key]) and found.dtype == whole.dtype and np.shape(found) == whole[key].shape, key
    with pytest.raises(IndexError):
        V[1000]
    with pytest.raises(IndexError):
        V[0, 0, 0]


def test_arrays_of_files_work_in_numpy(finished):
    V = hillock.open(finished)["exc"].V
    whole = np.asarray(V)
    assert np.array_equal(V - 5, whole - 5) and np.array_equal(5 - V, 5 - whole) and np.array_equal(V > -60, whole > -60)
    assert np.array_equal(V + V, whole + whole) and np.array_equal(np.diff(V, axis=0), np.diff(whole, axis=0))
    assert V.max() == whole.max() and np.array_equal(V.T, whole.T) and np.array_equal(V.mean(axis=0), whole.mean(axis=0))
    assert np.asarray(V, dtype=float).dtype == np.float64
    assert repr(V) == f"<hillock array (1000, 3) float32 in {finished}>"


def test_only_what_is_asked_for_is_read(tmp_path):
    """A file that says it holds 40 GB, of which nothing but the head exists: opening and slicing touch no more."""
    path = tmp_path / "large.h5"
    hillock.run({"simulation": {"duration": "1 ms", "dt": "0.1 ms"}, "populations": {"cell": {"size": 1000, "model": "lif"}},
                 "record": {"cell": {"V": {"every": "0.1 ms"}, "spikes": True}}}, out=path)
    frames = 10_000_000
    with h5py.File(path, "r+") as file:
        file["report/cell/V"].resize(frames, axis=0)
        file["report/cell/time"].resize((frames,))
        file["report/cell/mapping/time"][1] = frames * 0.1
        file["report/cell/V"][frames - 1] = np.arange(1000)
    begin = time.monotonic()
    V = hillock.open(path)["cell"].V
    assert V.nbytes == 40_000_000_000
    assert list(V[-1, :3]) == [0, 1, 2] and V[5_000_000:5_000_010].shape == (10, 1000)
    assert time.monotonic() - begin < 2
    assert os.path.getsize(path) < 20e6


@pytest.fixture
def endless(program, tmp_path):
    (tmp_path / "endless.yaml").write_text(ENDLESS)
    process = subprocess.Popen([program, "run", "endless.yaml", "--out", "live.h5"], cwd=tmp_path, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not (tmp_path / "live.h5.partial").exists():
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_a_file_is_read_while_it_is_being_written(endless, tmp_path, by_program):
    run, seen = hillock.open(tmp_path / "live.h5"), []
    deadline = time.monotonic() + 60
    while len(seen) < 4:
        assert time.monotonic() < deadline
        run = run.refresh()
        cell = run["cell"]
        assert run.status == "running" and cell.V.shape == (len(cell.time), 4)
        if len(cell.V) and (not seen or len(cell.V) > len(seen[-1][0])):
            seen.append((cell.V[:], cell.time[:], np.asarray(cell.spikes.timestamps), np.asarray(cell.spikes.node_ids)))
        time.sleep(0.05)
    V, times, timestamps, node_ids = seen[-1]
    assert np.array_equal(times, np.arange(len(times)) * 0.1)
    reference = hillock.open(by_program(ENDLESS, "--set", f"simulation.duration={min(len(times), 20000) / 10:g} ms"))["cell"]
    part = len(reference.time)
    assert np.array_equal(V[:part], reference.V) and part > 100
    count = np.searchsorted(timestamps, times[part - 1], "right")
    expected = np.asarray(reference.spikes.timestamps)
    expected = expected[expected <= times[part - 1]]
    assert np.array_equal(timestamps[:count], expected) and count > 0
    for earlier, later in zip(seen, seen[1:]):
        for a, b in zip(earlier, later):
            assert np.array_equal(a, b[: len(a)])


def test_what_is_measured_at_the_end_is_announced_while_the_run_goes_on(endless, tmp_path):
    run = hillock.open(tmp_path / "live.h5")
    with pytest.raises(hillock.NotRecordedError) as early:
        run["cell"].analysis
    assert str(early.value) == ("nothing is measured of 'cell' yet: what the analysis of the config asks for comes at the end of the "
                                "run, and this file ends before it (status: running)")


@pytest.mark.full
def test_a_file_that_is_read_without_a_pause_never_shows_what_is_not_there_yet(program, tmp_path):
    """Spikes so fast that the index of their chunks changes all the time; each look reads all of them."""
    (tmp_path / "fast.yaml").write_text(ENDLESS.replace("size: 50", "size: 5000").replace(", V: {every: 0.1 ms, neurons: 0..3}", ", V: {every: 0.1 ms, neurons: 0}"))
    process = subprocess.Popen([program, "run", "fast.yaml", "--out", "fast.h5", "--quiet"], cwd=tmp_path, stdin=subprocess.DEVNULL)
    try:
        path, looks, longest = tmp_path / "fast.h5", 0, 0
        while not (tmp_path / "fast.h5.partial").exists():
            time.sleep(0.02)
        end = time.monotonic() + 25
        run = hillock.open(path)
        while time.monotonic() < end and longest < 20_000_000:
            run = run.refresh()
            timestamps, node_ids = (np.asarray(array) for array in (run["cell"].spikes.timestamps, run["cell"].spikes.node_ids))
            times = np.asarray(run["cell"].time)
            assert np.array_equal(times, np.arange(len(times)) * 0.1)
            assert np.all(np.diff(timestamps) >= 0) and np.all(timestamps > 0)
            assert np.array_equal(node_ids, np.arange(len(node_ids)) % 5000)  # all neurons are alike
            looks, longest = looks + 1, max(longest, len(timestamps))
        assert looks > 20 and longest > 64 * 4096
    finally:
        process.kill()
        process.wait()


def test_what_a_file_says_it_holds_and_does_not_is_an_error(finished, tmp_path):
    partial = tmp_path / "holes.h5.partial"
    partial.write_bytes(finished.read_bytes())
    with h5py.File(partial, "r+") as file:
        file.attrs["complete"], file.attrs["status"] = np.int8(0), np.bytes_("interrupted")
        for name in ("timestamps", "node_ids"):
            file["spikes/exc"][name].resize((100_000,))
        file["spikes/exc"].attrs["recorded"] = [100.0, 100_000.0]
    spikes = hillock.open(partial)["exc"].spikes
    assert spikes.timestamps[0] > 0 and spikes.node_ids[0] < 5
    for name in ("timestamps", "node_ids"):
        with pytest.raises(hillock.IoError) as caught:
            np.asarray(getattr(spikes, name))
        assert str(caught.value) == f"{partial}: cannot be read (a part of /spikes/exc/{name} was never written)"


def test_a_run_that_ends_while_it_is_looked_at_is_still_there(endless, tmp_path):
    run = hillock.open(tmp_path / "live.h5")
    while len(run["cell"].V) == 0:
        time.sleep(0.1)
        run = run.refresh()
    frames = len(run["cell"].V)
    endless.terminate()
    assert endless.wait(30) == 143
    assert run["cell"].V[frames - 1].shape == (4,)
    after = run.refresh()
    assert after.status == "interrupted" and len(after["cell"].V) >= frames
    os.rename(tmp_path / "live.h5.partial", tmp_path / "live.h5")
    assert run["cell"].V[frames - 1].shape == (4,) and run.refresh().path == str(tmp_path / "live.h5")


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(hillock.IoError) as caught:
        hillock.open(tmp_path / "none.h5")
    assert str(caught.value) == f"{tmp_path}/none.h5: cannot be opened; does the file exist, and may it be read?"
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(hillock.IoError, match="text.h5: cannot be read"):
        hillock.open(tmp_path / "text.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = 1
    with pytest.raises(hillock.IoError) as caught:
        hillock.open(tmp_path / "other.h5")
    assert str(caught.value) == f"{tmp_path}/other.h5 is no file of hillock's: it has no attribute 'hillock_kind'"


def test_xarray_opens_a_file_with_what_the_extra_installs(finished, python, repo):
    project = (repo / "python" / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'^xarray = \[.*"h5netcdf\b', project, re.MULTILINE) and re.search(r"^all = .*\bxarray\b", project, re.MULTILINE)
    python(f"""import sys
sys.modules["netCDF4"] = None
import xarray
data = xarray.open_dataset({str(finished)!r}, group="report/exc")
assert data.V.shape == (1000, 3) and data.V.units == "mV", data
""")
