"""matlab/+hillock in Octave: the file of a sweep as a table, as a grid, and run by run.

The files are written here with h5py: one data set [run] in the root for each parameter and value, spikes of all runs end to
end, and traces [run, time, neuron] or, below /runs, of each run for itself.
"""

import h5py
import numpy as np
import pytest
from reference.octave import READERS, Octave, fields, text, texts

AMPLITUDE, TAU = [0.0, 10.0, 20.0, 5.0], [10.0, 20.0]


@pytest.fixture(params=READERS)
def octave(request, tmp_path):
    return Octave(tmp_path, request.param)


def write_text(place, name: str, value: str) -> None:
    place.attrs.create(name, np.bytes_(value), dtype=f"S{len(value)}")


def write_sweep(path, columns: dict[str, np.ndarray], parameters: str) -> h5py.File:
    file = h5py.File(path, "w", libver="earliest")
    for name, value in (("hillock_format", "1.0"), ("hillock_kind", "sweep"), ("sweep_parameters", parameters)):
        write_text(file, name, value)
    file["run"] = np.arange(len(next(iter(columns.values()))))
    file["run"].make_scale("run")
    for name, values in columns.items():
        file[name] = values
        file[name].dims[0].attach_scale(file["run"])
    file.create_group("meta")
    write_text(file["meta"], "hillock_version", "0.1.0")
    return file


@pytest.fixture
def sweep(tmp_path):
    """4 amplitudes x 2 time constants; the last run failed."""
    amplitude, tau = (values.ravel() for values in np.meshgrid(AMPLITUDE, TAU, indexing="ij"))
    rate = np.round(amplitude * 3 + tau / 7, 3)
    rate[-1] = np.nan
    columns = {"amplitude": amplitude, "tau_m": tau, "rate": rate, "seed": np.arange(8, dtype=np.uint64) + np.uint64(2**64 - 9),
               "status": np.array([0] * 7 + [1], dtype=np.int8), "spike_count": np.arange(8)}
    with write_sweep(tmp_path / "sweep.h5", columns, "amplitude tau_m") as file:
        for name, unit, target in (("amplitude", "nA", "inputs.step.amplitude"), ("tau_m", "ms", "populations.cell.params.tau_m")):
            write_text(file[name], "units", unit)
            write_text(file[name], "path", target)
        write_text(file["rate"], "units", "Hz")
        spikes = file.create_group("spikes/cell")
        spikes["timestamps"] = np.array([5.0, 7.5, 1.0, 2.0, 9.0])
        spikes["node_ids"] = np.array([0, 1, 0, 1, 1], dtype=np.uint64)
        spikes["run"] = np.array([1, 1, 2, 2, 6])
        report = file.create_group("report/cell")
        report["run"], report["time"], report["neuron"] = np.arange(8), np.arange(5) * 0.5, np.array([0, 3])
        report["V"] = np.arange(80, dtype="f4").reshape(8, 5, 2)
        write_text(report["V"], "units", "mV")
    return columns


def test_a_sweep_is_a_table_and_a_grid(octave, sweep):
    found = octave("out = hillock.sweep('sweep.h5');")
    assert text(found.file) == "sweep.h5" and texts(found.parameters) == ["amplitude", "tau_m"]
    paths, units, table, axes, grid = (getattr(found, name)[0, 0] for name in ("paths", "units", "table", "axes", "grid"))
    assert text(paths.amplitude) == "inputs.step.amplitude" and text(paths.tau_m) == "populations.cell.params.tau_m"
    assert {name: text(getattr(units, name)) for name in fields(units)} == \
        {"amplitude": "nA", "tau_m": "ms", "rate": "Hz", "run": "", "seed": "", "status": "", "spike_count": ""}
    assert set(fields(table)) == {"run", *sweep} and np.array_equal(table.run[:, 0], np.arange(8))
    for name, values in sweep.items():
        assert np.array_equal(getattr(table, name)[:, 0], values, equal_nan=values.dtype.kind == "f"), name
    assert table.seed.dtype == np.uint64 and table.seed[-1, 0] == 2**64 - 2
    assert axes.amplitude[:, 0].tolist() == AMPLITUDE and axes.tau_m[:, 0].tolist() == TAU
    assert set(fields(grid)) == {"run", "amplitude", "tau_m", "rate", "status", "spike_count"}
    for name in fields(grid):
        assert np.array_equal(getattr(grid, name), getattr(table, name).reshape(4, 2), equal_nan=True), name


def test_repeats_lie_along_the_last_dimension_whatever_the_order_of_the_runs(octave, tmp_path):
    order = np.random.default_rng().permutation(12)
    cell, repeat = np.divmod(np.arange(12), 3)
    columns = {"g": np.array([3.0, 5.0])[cell // 2], "eta": np.array([0.5, 4.0])[cell % 2]}
    for name, numbers in (("ordered", np.arange(12)), ("shuffled", order)):
        chosen = {key: values[numbers] for key, values in columns.items()}
        with write_sweep(tmp_path / f"{name}.h5", chosen | {"rate": numbers * 1.5}, "g eta"):
            pass
    found = octave("out.ordered = hillock.sweep('ordered.h5'); out.shuffled = hillock.sweep('shuffled.h5');")
    ordered, shuffled = (getattr(found, name)[0, 0] for name in ("ordered", "shuffled"))
    assert np.array_equal(ordered.grid[0, 0].rate, np.arange(12).reshape(2, 2, 3) * 1.5)
    grid, axes = shuffled.grid[0, 0], shuffled.axes[0, 0]
    assert grid.rate.shape == (2, 2, 3) and len(set(grid.rate.ravel())) == 12
    for i, j in np.ndindex(2, 2):
        assert (grid.g[i, j] == axes.g[i, 0]).all() and (grid.eta[i, j] == axes.eta[j, 0]).all()
        of_cell = (columns["g"][order] == axes.g[i, 0]) & (columns["eta"][order] == axes.eta[j, 0])
        assert np.array_equal(grid.rate[i, j], (order * 1.5)[of_cell])


def test_one_parameter_makes_columns_and_a_scattered_sweep_no_grid(octave, tmp_path):
    with write_sweep(tmp_path / "one.h5", {"I": np.array([1.0, 2, 3]), "rate": np.array([0.0, 10, 20])}, "I"):
        pass
    with write_sweep(tmp_path / "scattered.h5", {"a": np.array([1.0, 2, 3]), "b": np.array([3.0, 1, 2])}, "a b"):
        pass
    found = octave("out.one = hillock.sweep('one.h5'); out.scattered = hillock.sweep('scattered.h5');")
    one, scattered = found.one[0, 0], found.scattered[0, 0]
    assert one.grid[0, 0].rate.tolist() == [[0], [10], [20]] and one.axes[0, 0].I.tolist() == [[1], [2], [3]]
    assert fields(scattered.grid[0, 0]) == [] and scattered.table[0, 0].b[:, 0].tolist() == [3, 1, 2]


def test_spikes_and_traces_of_one_run(octave, sweep, tmp_path):
    with h5py.File(tmp_path / "sweep.h5", "r+") as file:
        V = file["report/cell/V"][:]
        for k in (4, 5):
            own = file.create_group(f"runs/{k}/report/pair")
            own["time"], own["neuron"], own["V"] = np.arange(3.0), np.array([0, 1]), np.arange(6.0).reshape(3, 2) + 100 * k
    found = octave("""f = 'sweep.h5';
[out.times, out.node_ids, out.runs] = hillock.spikes(f, 'cell');
[out.times2, out.ids2, out.runs2] = hillock.spikes(f, 'cell', 'run', 2);
[out.time, out.V, out.neuron] = hillock.voltage(f, 'cell', 'run', 3);
[out.part_time, out.part] = hillock.voltage(f, 'cell', 'run', 7, 'neurons', 3, 'time', [0.5 1.5]);
[out.own_time, out.own] = hillock.voltage(f, 'pair', 'run', 5);
run = hillock.open(f); out.kind = run.kind; out.populations = run.populations;""")
    assert found.times[:, 0].tolist() == [5, 7.5, 1, 2, 9] and found.runs[:, 0].tolist() == [1, 1, 2, 2, 6]
    assert found.times2[:, 0].tolist() == [1, 2] and found.ids2[:, 0].tolist() == [0, 1] and found.runs2[:, 0].tolist() == [2, 2]
    assert np.array_equal(found.V, V[3]) and found.time[:, 0].tolist() == [0, 0.5, 1, 1.5, 2] and found.neuron.tolist() == [[0, 3]]
    assert np.array_equal(found.part, V[7, 1:4, 1:]) and found.part_time[:, 0].tolist() == [0.5, 1, 1.5]
    assert np.array_equal(found.own, np.arange(6.0).reshape(3, 2) + 500) and found.own_time[:, 0].tolist() == [0, 1, 2]
    assert text(found.kind) == "sweep" and texts(found.populations) == ["cell", "pair"]


def test_what_a_sweep_lacks_is_told(octave, sweep, tmp_path):
    with h5py.File(tmp_path / "lost.h5", "w", libver="earliest") as file:
        write_text(file, "hillock_kind", "sweep")
    with write_sweep(tmp_path / "less.h5", {"amplitude": np.arange(3.0)}, "amplitude tau_m"):
        pass
    assert octave.messages(["hillock.voltage('sweep.h5', 'cell')", "hillock.voltage('sweep.h5', 'cell', 'run', 8)",
                            "hillock.sweep('lost.h5')", "hillock.sweep('less.h5')"]) == [
        "sweep.h5 holds traces of 8 runs: choose one with 'run', from 0 to 7",
        "sweep.h5: there is no run 8; there are: 0..7",
        "lost.h5: the attribute 'sweep_parameters' is missing",
        "less.h5: there is no column 'tau_m', a parameter of the sweep; there are: amplitude, run"]
