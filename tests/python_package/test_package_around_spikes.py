"""What a run recorded around spikes, in Python: from memory, in slices and from files, the same arrays with the same labels."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import hillock
import numpy
import pytest
import xarray

CONFIG = """
simulation: {duration: 80 ms, dt: 0.1 ms, spike_times: interpolated}
populations: {cell: {model: lif, size: 3}, other: {model: lif}}
inputs: {step: {type: dc, target: cell, amplitude: [0.6 nA, 1 nA, 3 nA]}}
record:
  cell:
    spikes: true
    V: {around_spikes: {before: 2 ms, after: 5 ms}}
    I: {around_spikes: {before: 2 ms, after: 5 ms}, neurons: [1, 2], every: 0.5 ms}
  other: [V]
"""
COLUMNS = ("timestamps", "node_ids", "sampled_at", "offset")


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return path


def same(one, other):
    assert list(one.windows) == list(other.windows)
    for group, windows in one.windows.items():
        there = other.windows[group]
        assert windows.variables == there.variables and windows.units == there.units and windows.long_names == there.long_names
        assert windows.left_out == there.left_out and windows.population == there.population == "cell"
        for name in COLUMNS:
            assert numpy.array_equal(getattr(windows, name), getattr(there, name)), name
        for name in windows:
            a, b = numpy.asarray(windows[name]), numpy.asarray(there[name])
            assert a.dtype == b.dtype and numpy.array_equal(a, b), name


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_memory_slices_and_files_have_the_same_arrays(config, by_program, tmp_path, dtype):
    config.write_text(CONFIG.replace("spikes: true", f"spikes: true\n    dtype: {dtype}"))
    memory = hillock.run(config)["cell"]
    assert memory.around_spikes.V.dtype == dtype
    for file in (hillock.open(by_program(config)), hillock.run(config, out=tmp_path / "x.h5")):
        same(memory, file["cell"])
        for group, windows in file["cell"].windows.items():
            written = xarray.open_dataset(file.path, group=f"around_spikes/{group}").load()
            xarray.testing.assert_equal(windows.to_xarray(), written)
            xarray.testing.assert_identical(windows.to_xarray(), memory.windows[group].to_xarray())
    sim = hillock.Simulation(config)
    for until in (0.1, 17, 17.5, 80):
        sim.run(until - sim.time)
    same(memory, sim.recorded["cell"])


def test_rows_are_slices_of_the_trace(config):
    windows = hillock.run(config)["cell"].around_spikes
    config.write_text(CONFIG.replace("V: {around_spikes: {before: 2 ms, after: 5 ms}}", "V: true"))
    whole = hillock.run(config)["cell"]
    assert windows.V.shape == (len(windows), 71) and windows.offset[20] == 0 and len(windows) > 20
    for row, at, neuron in zip(windows.V, windows.sampled_at, windows.node_ids):
        step = round(at / 0.1)
        assert numpy.array_equal(row, whole.V[step - 20:step + 51, neuron])
    assert len(windows) + sum(windows.left_out) == len(whole.spikes)
    assert numpy.all(windows.sampled_at >= windows.timestamps) and numpy.all(windows.sampled_at - windows.timestamps < 0.1)


def test_groups_names_and_mistakes(config):
    run = hillock.run(config)
    cell = run["cell"]
    assert cell.around_spikes.group == "cell" and list(cell.windows) == ["cell", "cell.I"] and cell.windows["cell.I"].I.shape[1] == 15
    assert cell.variables == () and list(run) == ["cell", "other"]
    assert cell.around_spikes.units == {"timestamps": "ms", "sampled_at": "ms", "offset": "ms", "V": "mV"}
    assert "V" in dir(cell.around_spikes) and "V" in cell.around_spikes and list(cell.around_spikes) == ["V"]
    assert repr(cell.around_spikes) == f"<hillock.AroundSpikes of 'cell': V around {len(cell.around_spikes)} spikes, 71 samples each>"
    with pytest.raises(AttributeError, match="what was recorded around spikes of 'cell' has no 'v'; did you mean 'V'"):
        cell.around_spikes.v
    with pytest.raises(hillock.NotRecordedError, match="nothing was recorded around spikes of 'other'; write for example record: "):
        run["other"].around_spikes
    with pytest.raises(ValueError, match="read-only"):
        cell.around_spikes.V[0, 0] = 1


def test_a_run_without_spikes_has_empty_arrays(tmp_path):
    run = hillock.run({"simulation": {"duration": "5 ms", "dt": "0.1 ms"}, "populations": {"cell": {"model": "lif"}},
                       "record": {"cell": {"V": {"around_spikes": {"before": "1 ms", "after": "1 ms"}}}}}, out=tmp_path / "x.h5")
    windows = run["cell"].around_spikes
    assert windows.V.shape == (0, 21) and len(windows) == 0 and windows.left_out == (0, 0) and windows.to_xarray().V.shape == (0, 21)


def test_a_file_is_read_while_it_grows(program, tmp_path):
    path = tmp_path / "endless.yaml"
    path.write_text(CONFIG.replace("80 ms", "100000 s").replace("  other: [V]\n", ""))
    process = subprocess.Popen([program, "run", path, "--out", tmp_path / "run.h5", "--quiet"], stdin=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while not os.path.exists(tmp_path / "run.h5.partial"):
            time.sleep(0.05)
        run = hillock.open(tmp_path / "run.h5")
        while len(run["cell"].around_spikes) < 1000 and time.monotonic() < end:
            time.sleep(0.2)
            run = run.refresh()
        windows = run["cell"].around_spikes
        V, count = numpy.asarray(windows.V), len(windows)
        assert count >= 1000 and V.shape == (count, 71) and numpy.isfinite(V).all() and V[:, 21:].min() == V.min() == -70
        assert numpy.all(windows.sampled_at[:] + 5 < run.stop) and windows.V[count - 1].shape == (71,)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
