"""`around_spikes` in a record: what the file holds equals slices of a full recording, and every reader reads it."""

from __future__ import annotations

import json
import signal
import subprocess
import time

import h5py
import libsonata
import numpy as np
import pytest
import xarray
from reference.octave import READERS, Octave, text, texts

DT = 0.05
CELLS = """
simulation: {{duration: {duration}, dt: 0.05 ms, seed: 5, spike_times: {spike_times}}}
populations:
  exc: {{size: 8, model: adex}}
  other: {{size: 2, model: lif}}
inputs:
  noise: {{type: ou, target: exc, mean: 900 pA, sigma: 500 pA, tau: 3 ms}}
  push: {{type: dc, target: other, amplitude: 1 nA}}
record:
  exc: {{spikes: true, {dtype}{exc}}}
  other: {{spikes: true, {other}}}
"""
WINDOWS = {"exc": "V: {around_spikes: {before: 2 ms, after: 30 ms}, neurons: [1, 2, 7]}, "
                  "w: {around_spikes: {before: 2 ms, after: 30 ms}, neurons: [1, 2, 7]}, "
                  "I: {around_spikes: {before: 1 ms, after: 1.5 ms}, every: 0.25 ms}",
           "other": "V: {around_spikes: {before: 0 ms, after: 1 ms}}"}
TRACES = {"exc": "V: true, w: true, I: true", "other": "V: true"}
GROUPS = {"exc": ("exc", ("V", "w"), [1, 2, 7], 40, 600, 1), "exc.I": ("exc", ("I",), range(8), 20, 30, 5),
          "other": ("other", ("V",), range(2), 0, 20, 1)}  # population, variables, neurons, before, after, every in steps


def config(recorded, duration="120 ms", spike_times="grid", dtype=""):
    return CELLS.format(duration=duration, spike_times=spike_times, dtype=dtype, **recorded)


def cut_out(file, population, variable, neurons, before, after, every):
    """The parts of a full recording around the spikes of these neurons, and how many reach over the start and the end."""
    V, spikes = file[f"report/{population}/{variable}"][:], file[f"spikes/{population}"]
    rows, times, ids, left_out = [], [], [], [0, 0]
    for t, neuron in zip(spikes["timestamps"][:], spikes["node_ids"][:]):
        step = int(np.ceil(t / DT - 1e-9))
        if neuron not in neurons:
            continue
        if step < before or step + after >= len(V):
            left_out[int(step >= before)] += 1
            continue
        rows.append(V[step - before:step + after + 1:every, int(neuron)])
        times.append(t)
        ids.append(neuron)
    return np.array(rows), np.array(times), np.array(ids), left_out


@pytest.mark.parametrize("spike_times", ["grid", "interpolated"])
@pytest.mark.parametrize("dtype", ["", "dtype: float64, "])
def test_the_file_holds_the_slices_of_a_full_recording(run_hillock, spike_times, dtype):
    windows = run_hillock(config(WINDOWS, spike_times=spike_times, dtype=dtype))
    whole = run_hillock(config(TRACES, spike_times=spike_times, dtype=dtype))
    with h5py.File(windows.output) as found, h5py.File(whole.output) as full:
        assert list(found["report"]) == [] and set(found["around_spikes"]) == set(GROUPS)
        for name, (population, variables, neurons, before, after, every) in GROUPS.items():
            group = found["around_spikes"][name]
            assert np.array_equal(group["offset"][:], np.arange(-before, after + 1, every) * DT)
            for variable in variables:
                rows, times, ids, left_out = cut_out(full, population, variable, neurons, before, after, every)
                assert group[variable].dtype == full["report"][population][variable].dtype
                assert np.array_equal(group[variable][:], rows) and len(rows) > 10
                assert dict(group[variable].attrs)["units"] == full["report"][population][variable].attrs["units"]
                assert np.array_equal(group["timestamps"][:], times) and np.array_equal(group["node_ids"][:], ids)
                assert [group.attrs["left_out_at_start"], group.attrs["left_out_at_end"]] == left_out
            assert np.all(group["sampled_at"][:] - times < DT) and np.all(group["sampled_at"][:] - times > -1e-9)
        overlapping = np.diff(found["around_spikes/exc/timestamps"][:][found["around_spikes/exc/node_ids"][:] == 2])
        assert overlapping.min() < 30                                            # windows of one neuron overlap
        assert found["around_spikes/exc"].attrs["left_out_at_end"] > 0


def test_labels_reach_xarray_and_other_readers_are_not_disturbed(run_hillock):
    path = run_hillock(config(WINDOWS)).output
    for engine in ("h5netcdf", "netcdf4"):
        exc = xarray.open_dataset(path, group="around_spikes/exc", engine=engine)
        assert exc.V.dims == ("timestamps", "offset") and exc.V.units == "mV" and exc.w.long_name
        assert exc.V.sel(offset=0, method="nearest").shape == exc.timestamps.shape == exc.node_ids.shape
        assert exc.offset.units == exc.timestamps.units == exc.sampled_at.units == "ms"
        assert "/around_spikes/exc.I" in xarray.open_datatree(path, engine=engine).groups
    with h5py.File(path) as file:
        assert libsonata.SpikeReader(str(path))["exc"].get() == [
            (int(i), float(t)) for t, i in zip(file["spikes/exc/timestamps"][:], file["spikes/exc/node_ids"][:])]
        assert libsonata.SpikeReader(str(path)).get_population_names() == ["exc", "other"]


def test_check_and_info_say_what_spikes_will_take_and_have_taken(run_hillock, call, tmp_path):
    run = run_hillock(config(WINDOWS))
    checked = call("check", run.config).stdout
    assert "V of 3 neurons every 0.05 ms from 2 ms before to 30 ms after each spike" in checked
    assert checked.endswith("file: 0 B and the spikes, 5.15 kB around each spike in /around_spikes/exc, "
                            "68 B around each spike in /around_spikes/exc.I, 108 B around each spike in /around_spikes/other\n")
    facts = json.loads(call("check", run.config, "--json").stdout)["around_spikes"]
    assert [one["group"] for one in facts] == [f"/around_spikes/{name}" for name in GROUPS]
    assert facts[1] == {"group": "/around_spikes/exc.I", "variables": ["I"], "neurons": 8, "first_offset_ms": -1, "last_offset_ms": 1.5,
                        "samples": 11, "bytes_per_spike": 68}
    told = call("info", run.output).stdout
    described = json.loads(call("info", run.output, "--json").stdout)["around_spikes"]
    with h5py.File(run.output) as file:
        group = file["around_spikes/exc"]
        assert f"/around_spikes/exc: {len(group['timestamps'])} spikes, 641 samples each, from -2 to 30 ms\n" in told
        assert (f"  left out, as their window reaches over an end of the run: {group.attrs['left_out_at_start']} at the start, "
                f"{group.attrs['left_out_at_end']} at the end\n  V: mV, membrane potential, float32\n") in told
        assert described[0]["spikes"] == len(group["timestamps"]) and described[0]["left_out_at_end"] == group.attrs["left_out_at_end"]
        assert np.array_equal(described[0]["offsets_ms"], group["offset"][:])
        assert [one["name"] for one in described[0]["variables"]] == ["V", "w"] and described[0]["variables"][0]["unit"] == "mV"


def test_a_killed_run_is_recovered_to_the_windows_that_had_ended(hillock, run_hillock, call, tmp_path):
    (tmp_path / "endless.yaml").write_text(config(WINDOWS, duration="10000 s"))
    path = tmp_path / "killed.h5"
    process = subprocess.Popen([hillock, "run", "endless.yaml", "--out", path, "--quiet"], cwd=tmp_path, stdin=subprocess.DEVNULL)
    time.sleep(2.6)  # about twice the interval of flushes
    process.send_signal(signal.SIGKILL)
    process.wait()
    said = call("recover", tmp_path / "killed.h5.partial").stdout
    with h5py.File(path) as file:
        until = float(file.attrs["recorded_until_ms"])
        group = file["around_spikes/exc"]
        count = len(group["timestamps"])
        assert f"  /around_spikes/exc: {count} kept" in said
        assert count > 0 and {len(group[name]) for name in ("timestamps", "node_ids", "sampled_at", "V", "w")} == {count}
        whole = run_hillock(config(WINDOWS, duration=f"{until:.10g} ms"))
        with h5py.File(whole.output) as expected:
            for name in GROUPS:
                for member in file["around_spikes"][name]:
                    assert np.array_equal(file["around_spikes"][name][member][:], expected["around_spikes"][name][member][:]), (name, member)
                assert file["around_spikes"][name].attrs["left_out_at_start"] == expected["around_spikes"][name].attrs["left_out_at_start"]
                assert file["around_spikes"][name].attrs["left_out_at_end"] >= expected["around_spikes"][name].attrs["left_out_at_end"]


def test_an_interrupted_run_keeps_the_windows_that_had_ended(hillock, call, tmp_path):
    (tmp_path / "endless.yaml").write_text(config(WINDOWS, duration="10000 s"))
    process = subprocess.Popen([hillock, "run", "endless.yaml", "--out", "x.h5", "--quiet"], cwd=tmp_path, stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    with h5py.File(tmp_path / "x.h5.partial") as file:
        group, spikes = file["around_spikes/exc.I"], file["spikes/exc/timestamps"]
        seen = len(group["timestamps"]) + group.attrs["left_out_at_start"] + group.attrs["left_out_at_end"]
        assert seen == len(spikes) and group["timestamps"][-1] + 1.5 <= float(file.attrs["stopped_at_ms"])


@pytest.mark.parametrize("reader", READERS)
def test_octave_reads_what_the_file_holds(run_hillock, tmp_path, reader):
    path = run_hillock(config(WINDOWS)).output
    octave = Octave(tmp_path, reader)
    found = octave(f"""f = '{path}';
run = hillock.open(f);
out.names = run.around_spikes.exc;
out.populations = run.populations;
out.unit = run.units.exc.I;
[out.V, out.offset, out.times, out.ids, out.units] = hillock.around_spikes(f, 'exc', 'V');
[out.I, out.I_offset] = hillock.around_spikes(run, 'exc', 'I', 'neurons', 3, 'time', [20 90]);
out.none = hillock.around_spikes(f, 'exc', 'V', 'time', [0 0.1]);""")
    with h5py.File(path) as file:
        exc, I = file["around_spikes/exc"], file["around_spikes/exc.I"]
        assert texts(found.names) == ["V", "w", "I"] and texts(found.populations) == ["exc", "other"] and text(found.unit) == "pA"
        assert found.V.dtype == np.float64 and np.array_equal(found.V, exc["V"][:]) and text(found.units) == "mV"
        assert np.array_equal(found.offset, exc["offset"][:][None, :]) and np.array_equal(found.times[:, 0], exc["timestamps"][:])
        assert np.array_equal(found.ids[:, 0], exc["node_ids"][:])
        chosen = (I["node_ids"][:] == 3) & (I["timestamps"][:] >= 20) & (I["timestamps"][:] <= 90)
        assert np.array_equal(found.I, I["I"][:][chosen]) and len(found.I) > 0 and found.I_offset.shape == (1, 11)
        assert found.none.shape == (0, 641)
    assert octave.messages([f"hillock.around_spikes('{path}', 'exc', 'w', 'run', 1)", f"hillock.around_spikes('{path}', 'exc', 'g')",
                            f"hillock.around_spikes('{path}', 'exc')", f"hillock.around_spikes('{path}', 'inh', 'V')"]) == [
        "hillock.around_spikes has no option 'run'; options are: neurons, time",
        f"{path}: there is no variable 'g' around spikes of 'exc'; there are: I, V, w",
        f"{path}: name a variable, as in hillock.around_spikes(file, population, name); around spikes of 'exc' there are: I, V, w",
        f"{path}: there is no population 'inh'; there are: exc, other"]


def test_load_alone_is_enough_in_octave(run_hillock, tmp_path):
    path = run_hillock(config(WINDOWS)).output
    found = Octave(tmp_path, "load")(f"run = load('-hdf5', '{path}'); out.V = run.around_spikes.exc.V; out.t = run.around_spikes.other.offset;")
    with h5py.File(path) as file:
        assert np.array_equal(found.V.T, file["around_spikes/exc/V"][:]) and found.t.size == 21


def test_a_run_without_a_single_whole_window_has_empty_arrays(run_hillock, tmp_path):
    path = run_hillock("""
simulation: {duration: 20 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: {V: {around_spikes: {before: 1 ms, after: 1 ms}}}}
""").output
    with h5py.File(path) as file:
        group = file["around_spikes/cell"]
        assert group["V"].shape == (0, 21) and group["timestamps"].shape == (0,)
        assert group.attrs["left_out_at_start"] == group.attrs["left_out_at_end"] == 0
    assert xarray.open_dataset(path, group="around_spikes/cell").V.shape == (0, 21)
    for reader in READERS:
        found = Octave(tmp_path, reader)(f"[out.V, out.offset, out.times] = hillock.around_spikes('{path}', [], 'V');")
        assert found.V.shape == (0, 21) and found.offset.shape == (1, 21) and found.times.size == 0
