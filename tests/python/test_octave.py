"""matlab/+hillock in Octave: what it reads equals what h5py reads, with octave-netcdf and with plain load alike."""

import signal
import subprocess
import time

import h5py
import numpy as np
import pytest
from reference.octave import READERS, Octave, fields, text, texts

CONFIG = """# Three populations, one of them silent; the µ is no ASCII.
simulation: {{duration: 60 ms, dt: 0.05 ms, seed: 18446744073709551557}}
populations:
  exc:
    size: 5
    model: lif
    receptors: {{ampa: {{model: exp_conductance, tau: 5 ms, E_rev: 0 mV}}}}
  axon: {{size: 2, model: hodgkin_huxley}}
  silent: {{size: 3, model: lif}}
inputs:
  step: {{type: dc, target: exc, amplitude: {{linspace: [1 nA, 2 nA]}}, start: 10 ms}}
  push: {{type: dc, target: axon, amplitude: 12 uA/cm2, start: 10 ms}}
  knock: {{type: regular, target: exc, receptor: ampa, interval: 7 ms, weight: 20 nS}}
record:
  exc:
    {{spikes: true, V: {{neurons: [0, 2, 4], every: 0.1 ms}}, g_ampa: {{neurons: [0, 2, 4], every: 0.1 ms}},
     I: {{every: 0.5 ms, mean: true}}{more}}}
  axon: {{V: {{every: 0.1 ms}}, m: {{every: 1 ms, neurons: [1]}}{more}}}
  silent: [spikes, V]
"""
ONE = """# One cell.
simulation: {duration: 30 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
inputs: {step: {type: dc, target: cell, amplitude: 1 nA}}
record: {cell: [V, spikes]}
"""


@pytest.fixture(params=READERS)
def octave(request, tmp_path):
    return Octave(tmp_path, request.param)


@pytest.fixture
def finished(run_hillock):
    return run_hillock(CONFIG.format(more="")).output


def test_open_says_what_the_file_holds(octave, finished):
    run = octave(f"out = hillock.open('{finished}');")
    with h5py.File(finished) as file:
        assert text(run.file) == str(finished) and text(run.kind) == "run" and text(run.status) == "complete"
        assert run.complete.item() == 1 and run.recorded_until_ms.item() == 60
        assert run.seed.dtype == np.uint64 and run.seed.item() == 18446744073709551557
        assert texts(run.populations) == ["axon", "exc", "silent"]
        variables, means, units, spikes = (getattr(run, name)[0, 0] for name in ("variables", "means", "units", "spikes"))
        assert texts(variables.exc) == ["V", "g_ampa"] and texts(means.exc) == ["I"]
        assert texts(variables.axon) == ["V", "m"] and texts(means.axon) == [] and texts(variables.silent) == ["V"]
        exc, axon = units.exc[0, 0], units.axon[0, 0]
        assert (text(exc.V), text(exc.g_ampa), text(exc.I)) == ("mV", "nS", "pA") and (text(axon.V), text(axon.m)) == ("mV", "1")
        assert fields(spikes) == ["exc", "silent"] and spikes.silent.item() == 0
        assert spikes.exc.item() == len(file["spikes/exc/timestamps"]) > 5
        provenance = run.provenance[0, 0]
        assert set(fields(provenance)) == set(file["meta"].attrs)
        for name, value in file["meta"].attrs.items():
            found = getattr(provenance, name)
            assert text(found) == value.decode() if isinstance(value, bytes) else found.item() == value
        for name in ("config", "parameters", "models"):
            assert text(getattr(run, name)) == file["meta"][name][()].decode()
        assert "the µ is no ASCII" in text(run.config)


@pytest.mark.parametrize("more", ["", ", dtype: float64", ", compress: 1"])
def test_every_value_is_that_of_the_file(octave, run_hillock, more):
    path = run_hillock(CONFIG.format(more=more)).output
    found = octave(f"""f = '{path}';
[out.time, out.V, out.neuron] = hillock.voltage(f, 'exc');
[out.g_time, out.g, out.g_neuron, out.g_units] = hillock.variable(f, 'exc', 'g_ampa');
[out.mean_time, out.I, out.I_neuron, out.I_units] = hillock.variable(f, 'exc', 'I', 'mean', true);
[out.m_time, out.m, out.m_neuron, out.m_units] = hillock.variable(f, 'axon', 'm');
[~, out.axon] = hillock.voltage(hillock.open(f), 'axon');""")
    with h5py.File(path) as file:
        exc, axon = file["report/exc"], file["report/axon"]
        assert exc["V"].dtype == (np.float64 if "float64" in more else np.float32)
        assert (exc["V"].compression is not None) == ("compress" in more)
        assert found.V.dtype == np.float64 and np.array_equal(found.V, exc["V"][:]) and found.V.shape == (600, 3)
        assert np.array_equal(found.time[:, 0], exc["time"][:]) and found.neuron.tolist() == [[0, 2, 4]]
        assert np.array_equal(found.g, exc["g_ampa"][:]) and found.g.max() > 1 and text(found.g_units) == "nS"
        assert np.array_equal(found.g_time, found.time) and found.g_neuron.tolist() == [[0, 2, 4]]
        assert np.array_equal(found.I[:, 0], file["report/exc.mean/I"][:]) and text(found.I_units) == "pA"
        assert np.array_equal(found.mean_time[:, 0], file["report/exc.mean/time"][:]) and found.I_neuron.size == 0
        assert np.array_equal(found.m, file["report/axon.m/m"][:]) and found.m.shape == (60, 1)
        assert np.array_equal(found.m_time[:, 0], np.arange(60.0)) and found.m_neuron.item() == 1 and text(found.m_units) == "1"
        assert np.array_equal(found.axon, axon["V"][:]) and found.axon.max() > 20


def test_chosen_neurons_and_times(octave, finished):
    found = octave(f"""f = '{finished}';
[~, out.one, out.one_id] = hillock.voltage(f, 'exc', 'neurons', 2);
[~, out.turned, out.turned_ids] = hillock.voltage(f, 'exc', 'neurons', [4; 0; 2]);
[out.time, out.part] = hillock.voltage(f, 'exc', 'time', [12.3 20], 'neurons', [0 2]);
[out.between, out.none] = hillock.voltage(f, 'exc', 'time', [0.31 0.39]);
[out.all, ~] = hillock.voltage(f, 'exc', 'time', [-Inf Inf]);
[out.late, ~] = hillock.voltage(f, 'exc', 'time', [59.9 1000]);
[out.mean_time, out.mean] = hillock.variable(f, 'exc', 'I', 'mean', true, 'time', [10 11]);""")
    with h5py.File(finished) as file:
        V = file["report/exc/V"][:]
        mean = file["report/exc.mean/I"][:]
    assert np.array_equal(found.one, V[:, 1:2]) and found.one_id.item() == 2
    assert np.array_equal(found.turned, V[:, [2, 0, 1]]) and found.turned_ids.tolist() == [[4, 0, 2]]
    assert np.array_equal(found.time[:, 0], np.arange(123, 201) * 0.1) and np.array_equal(found.part, V[123:201, :2])
    assert found.between.shape == (0, 1) and found.none.shape == (0, 3)
    assert len(found.all) == 600 and np.array_equal(found.late, [[599 * 0.1]])
    assert np.array_equal(found.mean_time[:, 0], [10, 10.5, 11]) and np.array_equal(found.mean[:, 0], mean[20:23])


def test_the_only_population_needs_no_name(octave, run_hillock):
    path = run_hillock(ONE).output
    found = octave(f"[out.time, out.V] = hillock.voltage('{path}'); out.times = hillock.spikes('{path}', []);")
    with h5py.File(path) as file:
        assert np.array_equal(found.V, file["report/cell/V"][:]) and found.V.shape == (300, 1)
        assert np.array_equal(found.times[:, 0], file["spikes/cell/timestamps"][:]) and len(found.times) > 0


def test_spikes_of_chosen_neurons_and_times(octave, finished):
    found = octave(f"""f = '{finished}';
[out.times, out.node_ids, out.runs] = hillock.spikes(f, 'exc');
[out.part_times, out.part_ids] = hillock.spikes(f, 'exc', 'time', out.times([3 9])', 'neurons', [1 4]);
[out.no_times, out.no_ids] = hillock.spikes(f, 'silent');""")
    with h5py.File(finished) as file:
        times, ids = file["spikes/exc/timestamps"][:], file["spikes/exc/node_ids"][:]
    assert len(times) > 20
    assert np.array_equal(found.times[:, 0], times) and np.array_equal(found.node_ids[:, 0], ids) and found.runs.size == 0
    inside = (times >= times[2]) & (times <= times[8]) & np.isin(ids, [1, 4])
    assert 0 < inside.sum() < 7
    assert np.array_equal(found.part_times[:, 0], times[inside]) and np.array_equal(found.part_ids[:, 0], ids[inside])
    assert found.no_times.shape == (0, 1) and found.no_ids.shape == (0, 1)


def test_of_a_partial_file_only_what_is_whole_is_read(octave, finished):
    with h5py.File(finished, "r+") as file:  # as a kill leaves it: behind what was flushed there may be anything
        file["report/exc/mapping/time"][1] = 40.0
        file["report/exc/V"][400:] = 1e30
        recorded = file["spikes/exc"].attrs["recorded"]
        file["spikes/exc"].attrs.modify("recorded", np.array([40.0, 7.0], dtype=recorded.dtype))
        file.attrs.modify("complete", np.int8(0))
        V, times = file["report/exc/V"][:400], file["spikes/exc/timestamps"][:7]
    partial = finished.with_name("stopped.h5.partial")
    finished.rename(partial)
    found = octave(f"""run = hillock.open('{partial}'); out.complete = run.complete; out.spikes = run.spikes.exc;
[out.time, out.V] = hillock.voltage(run, 'exc'); out.times = hillock.spikes(run, 'exc');""")
    assert found.complete.item() == 0 and found.spikes.item() == 7
    assert np.array_equal(found.V, V) and len(found.time) == 400 and np.array_equal(found.times[:, 0], times)
    assert octave.messages(["hillock.open('stopped.h5')"]) == \
        ["there is no file stopped.h5; there is stopped.h5.partial, of a run that goes on or was stopped"]


def test_a_run_can_be_read_while_it_goes_on(octave, hillock, tmp_path):
    config = tmp_path / "long.yaml"
    config.write_text("""# Slow enough to be read between two flushes, one a second.
simulation: {duration: 1000 s, dt: 0.025 ms}
populations: {axon: {model: hodgkin_huxley, size: 500}}
inputs: {step: {type: dc, target: axon, amplitude: 10 uA/cm2}}
record: {axon: {V: {every: 5 ms}, spikes: {neurons: [0]}}}
""")
    output = tmp_path / "long.h5"
    process = subprocess.Popen([hillock, "run", config, "--out", output, "--quiet"], stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not output.with_name("long.h5.partial").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        found = octave("""do
  pause(0.1);
  run = hillock.open('long.h5.partial');
  time = hillock.voltage(run, 'axon', 'neurons', 7);
until numel(time) > 200 && run.recorded_until_ms > 1000
for k = 1:5
  run = hillock.open('long.h5.partial');
  [time, V] = hillock.voltage(run, 'axon', 'time', [0 1000], 'neurons', 7);
  times = hillock.spikes(run, 'axon', 'time', [0 1000]);
  out.frames(k) = numel(time); out.spikes(k) = numel(times); out.sum(k) = sum(V); out.highest(k) = max(V);
  out.status = run.status;
end""")
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    assert text(found.status) == "running"
    assert (found.frames == 201).all() and found.spikes[0, 0] > 50 and found.highest[0, 0] > -60
    assert all(len(set(values.ravel())) == 1 for values in (found.spikes, found.sum, found.highest))
    left = octave("[out.time, out.V] = hillock.voltage('long.h5.partial'); out.times = hillock.spikes('long.h5.partial');")
    with h5py.File(tmp_path / "long.h5.partial") as file:
        frames = int(np.ceil(file["report/axon/mapping/time"][1] / 5 - 0.25))
        assert frames > 200 and np.array_equal(left.V, file["report/axon/V"][:frames])
        assert np.array_equal(left.times[:, 0], file["spikes/axon/timestamps"][:int(file["spikes/axon"].attrs["recorded"][1])])


MISTAKES = [
    ("hillock.open('nowhere.h5')", "there is no file nowhere.h5"),
    ("hillock.open('text.h5')", "text.h5 is no HDF5 file"),
    ("hillock.open('other.h5')", "other.h5 is no file of hillock's: it has no attribute 'hillock_kind'"),
    ("hillock.open('new.h5')",
     "new.h5 is in a newer HDF5 format (superblock 3) than hillock writes (0): read it with h5read or ncread"),
    ("hillock.open('short.h5')", "short.h5 ends too early: there are no 16 bytes from byte 96 on"),
    ("hillock.voltage('run.h5')", "run.h5: name one of its populations: axon, exc, silent"),
    ("hillock.voltage('run.h5', 'ex')", "run.h5: there is no population 'ex'; there are: axon, exc, silent"),
    ("hillock.variable('run.h5', 'exc', 'w')", "run.h5: there is no variable 'w' of 'exc'; there are: I, V, g_ampa"),
    ("hillock.variable('run.h5', 'exc', 'I')", "run.h5: only the mean of 'I' of 'exc' was recorded: ask for it with 'mean', true"),
    ("hillock.voltage('run.h5', 'exc', 'mean', true)", "run.h5: no mean of 'V' of 'exc' was recorded, only single neurons"),
    ("hillock.voltage('run.h5', 'exc', 'neurons', [0 3])",
     "run.h5: neuron 3 of /report/exc/V was not recorded; recorded are: 0, 2, 4"),
    ("hillock.voltage('run.h5', 'axon', 'neurons', 2)", "run.h5: neuron 2 of /report/axon/V was not recorded; recorded are: 0..1"),
    ("hillock.voltage('run.h5', 'exc', 'time', [20 10])", "hillock.variable: 'time' takes [from to] in ms, found [20 10]"),
    ("hillock.voltage('run.h5', 'exc', 'neuron', 1)",
     "hillock.variable has no option 'neuron'; options are: neurons, time, mean, run"),
    ("hillock.voltage('run.h5', 'exc', 'time')", "hillock.variable: the option 'time' has no value"),
    ("hillock.variable('run.h5')", "run.h5: name one of its populations: axon, exc, silent"),
    ("hillock.variable('run.h5', 'exc')",
     "run.h5: name a variable, as in hillock.variable(file, population, name); of 'exc' there are: I, V, g_ampa"),
    ("hillock.variable('run.h5', 'exc', 'V', 'time', '10 ms')",
     "hillock.variable: the option 'time' takes numbers without a unit, found the text '10 ms'"),
    ("hillock.around_spikes('run.h5')", "run.h5: name one of its populations: axon, exc, silent"),
    ("hillock.around_spikes('run.h5', 'exc')", "run.h5: nothing was recorded around spikes of 'exc'"),
    ("hillock.features('run.h5', 'axon', 'stim_start', '50 ms')",
     "hillock.features: the option 'stim_start' takes numbers without a unit, found the text '50 ms'"),
    ("hillock.voltage('run.h5', 'exc', 3, 4)",
     "hillock.variable: an option begins with its name, found a value of class double; options are: neurons, time, mean, run"),
    ("hillock.spikes('run.h5', 'axon')", "run.h5: spikes of 'axon' were not recorded"),
    ("hillock.spikes('run.h5', 'exc', 'run', 1)", "run.h5 is the file of one run: 'run' is for the files of sweeps"),
    ("hillock.features('run.h5', 'exc', 'stim_start', 70)",
     "hillock.features: the stimulus from 70 to 59.9 ms does not lie in the trace, 0 to 59.9 ms"),
    ("hillock.features('run.h5', 'exc', 'time', [1 1.2])", "hillock.features: the trace has 3 samples; at least 5 are needed"),
    ("hillock.features([1 2 3], [4 5])", "hillock.features: V must be numbers with one row for each of the 3 times"),
    ("hillock.sweep('run.h5')", "run.h5 is the file of a run: hillock.sweep reads the files of sweeps"),
]


def test_a_mistake_is_told_with_what_there_is(octave, finished, tmp_path):
    finished.rename(tmp_path / "run.h5")
    (tmp_path / "text.h5").write_text("no HDF5, but long enough to be one\n" * 10)
    (tmp_path / "short.h5").write_bytes((tmp_path / "run.h5").read_bytes()[:100])
    for name, version in (("other.h5", "earliest"), ("new.h5", "latest")):
        with h5py.File(tmp_path / name, "w", libver=version) as file:
            file["x"] = [1.0]
    assert octave.messages([code for code, _ in MISTAKES]) == [message for _, message in MISTAKES]


def test_names_that_load_cannot_tell_apart_are_an_error_without_netcdf(run_hillock, tmp_path):
    path = run_hillock(ONE.replace("cell: [V, spikes]", "cell: {V: {mean: true}}, cell_mean: [V]")
                       .replace("{cell: {model: lif}}", "{cell: {model: lif}, cell_mean: {like: cell}}")).output
    code = f"[~, out.V] = hillock.variable('{path}', 'cell', 'V', 'mean', true);"
    with h5py.File(path) as file:
        mean = file["report/cell.mean/V"][:]
    assert mean.max() > -69 and np.array_equal(Octave(tmp_path, "octave-netcdf")(code).V[:, 0], mean)
    assert Octave(tmp_path, "load").messages([code]) == [
        f"{path}: load cannot tell /report/cell.mean from another name that also becomes 'cell_mean'; install the package "
        "octave-netcdf and type pkg load netcdf"]
