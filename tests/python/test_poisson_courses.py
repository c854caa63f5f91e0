"""Poisson spikes whose rates stand in a file and change in time: one course for all targets, or one for each."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from faults import Case, check_run, datasets, same_bytes

CONFIG = """simulation: {{duration: {duration} ms, dt: 0.1 ms, seed: 5}}
populations:
  source: {{size: {size}, model: relay, receptors: {{in: {{model: sum}}}}}}
inputs:
  drive: {{type: poisson, target: {target}, {fields}, weight: 1}}
record:
  source: [spikes]
"""


def config(fields, size=4, duration=500, target="source"):
    return CONFIG.format(fields=fields, size=size, duration=duration, target=target)


def write_csv(path, times, rates):
    rows = [",".join(["t", *(f"n{k}" for k in range(rates.shape[1]))])]
    rows += [",".join(f"{value:.10g}" for value in (time, *row)) for time, row in zip(times, rates)]
    path.write_text("\n".join(rows) + "\n")


def spikes_of(path):
    with h5py.File(path) as file:
        return file["spikes/source/timestamps"][:], file["spikes/source/node_ids"][:]


def test_each_target_follows_its_own_column(run_hillock, tmp_path):
    rng = np.random.default_rng(1)
    times, rates = np.arange(0, 2000, 100.0), rng.uniform(0, 200, (20, 30))
    rates[:, 7] = 0
    rates[5] = 0
    write_csv(tmp_path / "rates.csv", times, rates)
    stamps, neurons = spikes_of(run_hillock(config("path: rates.csv, time_column: t, unit: Hz, per_target: true", 30, 2000)).output)
    counts = np.histogram2d(stamps - 0.05, neurons, bins=(20, 30), range=((0, 2000), (-0.5, 29.5)))[0]
    # The relay sends one spike of those of a step: 1 - exp(-m) of m.
    expected = 0.1 * rates * (1 - np.exp(-rates * 1e-4)) / np.where(rates > 0, rates * 1e-4, 1)
    assert not counts[:, 7].any() and not counts[5].any()
    some = expected > 0
    chi = ((counts - expected)[some] ** 2 / expected[some]).sum()
    assert abs(chi - some.sum()) < 5 * np.sqrt((2 + 1 / expected[some]).sum())


@pytest.mark.parametrize("words", [("--threads", "2"), ("--threads", "3", "--backend", "interpreter"), ()], ids=" ".join)
def test_csv_and_hdf5_in_any_unit_and_any_number_of_threads_give_the_same(run_hillock, tmp_path, words):
    rates = np.random.default_rng(2).uniform(0, 3000, (50, 100)).round(3)
    write_csv(tmp_path / "rates.csv", np.arange(50) * 10.0, rates)
    with h5py.File(tmp_path / "rates.h5", "w") as file:
        file["rates"], file["t"] = rates / 1000, np.arange(50) * 10.0
    one = datasets(run_hillock(config("path: rates.csv, time_column: 1, unit: Hz, per_target: true", 100), "--threads", "1").output)
    assert len(one["spikes/source/timestamps"]) > 10000
    for fields in ("path: rates.csv, time_column: t, unit: Hz, per_target: true", "path: rates.h5, dataset: rates, interval: 10 ms, unit: kHz, per_target: true",
                   "path: rates.h5, dataset: /rates, time_dataset: /t, unit: 1/ms, per_target: true",
                   "path: rates.h5, dataset: /rates, time_column: t, unit: 1/ms, per_target: true"):
        assert same_bytes(datasets(run_hillock(config(fields, 100), *words).output), one)


def test_a_course_for_all_and_one_for_each_agree_and_a_constant_one_is_a_rate(run_hillock, tmp_path):
    course = np.array([[20.0], [150.0], [0.0], [90.0]])
    write_csv(tmp_path / "one.csv", [0, 120, 250, 300.5], course)
    write_csv(tmp_path / "each.csv", [0, 120, 250, 300.5], np.repeat(course, 4, axis=1))
    write_csv(tmp_path / "constant.csv", [0, 99], np.array([[80.0], [80.0]]))
    found = [datasets(run_hillock(config(fields)).output) for fields in (
        "path: one.csv, column: n0, time_column: t, unit: Hz", "path: each.csv, per_target: true, time_column: t, unit: Hz",
        "path: constant.csv, column: n0, time_column: t, unit: Hz", "rate: 80 Hz")]
    assert same_bytes(found[0], found[1]) and same_bytes(found[2], found[3]) and not same_bytes(found[0], found[2])
    assert len(found[0]["spikes/source/timestamps"]) > 50


def test_a_slice_has_a_column_for_each_of_its_neurons_and_points_of_a_sweep_have_theirs(run_hillock, call, tmp_path):
    write_csv(tmp_path / "rates.csv", [0, 200], np.array([[100.0, 0.0], [0.0, 300.0]]))
    fields = "path: rates.csv, per_target: true, time_column: t, unit: Hz"
    text = config(fields, 5, target="[source 1..1, source 3..3]")
    stamps, neurons = spikes_of(run_hillock(text).output)
    assert set(neurons) == {1, 3} and stamps[neurons == 1].max() <= 200 + 1e-6 and stamps[neurons == 3].min() > 200
    (tmp_path / "sweep.yaml").write_text(text + "sweep: {repeat: 3, keep: [summary, spikes]}\n")
    call("sweep", "sweep.yaml", "--out", "sweep.h5")
    with h5py.File(tmp_path / "sweep.h5") as file:
        counts, seeds = file["spike_count"][:], file["seed"][:]
    for count, seed in zip(counts, seeds):
        assert count == len(spikes_of(run_hillock(text, "--set", f"simulation.seed={seed}").output)[0])


def test_a_conductance_follows_the_course_between_start_and_stop(run_hillock, tmp_path):
    write_csv(tmp_path / "rates.csv", [0, 100], np.array([[1000.0], [4000.0]]))
    text = """
simulation: {duration: 300 ms, dt: 0.1 ms, spike_times: interpolated}
populations: {cell: {size: 400, model: lif, receptors: {ampa: {model: exp_conductance, tau: 5 ms}}}}
inputs: {drive: {type: poisson, target: cell, receptor: ampa, path: rates.csv, column: n0, time_column: t, unit: Hz, start: 50.05 ms, stop: 200.05 ms, weight: 0.1 nS}}
record: {cell: {g_ampa: {mean: true, every: 1 ms}}}
"""
    with h5py.File(run_hillock(text).output) as file:
        g = file["report/cell.mean/g_ampa"][:]
    assert not g[:50].any() and g[80:100].mean() == pytest.approx(0.5, rel=0.02) and g[140:200].mean() == pytest.approx(2, rel=0.02)
    assert g[250:].max() < 1e-3


FILES = {"rates.csv": "t,a,b\n0,10,20\n100,-2,20\n", "nan.csv": "t,a,b\n0,10,20\n100,nan,20\n", "back.csv": "t,a,b\n0,10,20\n100,3,20\n50,1,1\n",
         "good.csv": "t,a,b\n0,10,20\n100,3,20\n"}

@pytest.mark.faults
def test_a_negative_rate_is_said_in_full(hillock, tmp_path):
    fields = "path: rates.csv, time_column: t, unit: Hz, per_target: true"
    case = Case("31 negative rate in a file", config(fields, 2), "error: input 'drive', rates.csv: entry 2: the rate -2 Hz in column a is negative\n  a rate is 0 or more", FILES)
    check_run(hillock, tmp_path, case)


@pytest.mark.faults
@pytest.mark.parametrize("fields, said", [
    ("path: rates.csv, time_column: t, unit: Hz, per_target: true", "entry 2: the rate -2 Hz in column a is negative"),
    ("path: nan.csv, time_column: t, unit: Hz, per_target: true", "nan.csv: row 3, column 2: 'nan' is not a finite number"),
    ("path: back.csv, time_column: t, unit: Hz, per_target: true", "entry 3: time 50 ms does not come after 100 ms"),
    ("path: good.csv, time_column: x, unit: Hz, per_target: true", "there is no column 'x'; the columns are 't', 'a', 'b'"),
    ("path: good.csv, interval: 250 ms, unit: Hz, per_target: true", "3 columns of rates for 2 targets"),
    ("path: good.csv, interval: 10 ms, unit: Hz, column: a", "the rates end at 20 ms, and are needed until 500 ms"),
    ("path: good.csv, time_column: t, unit: mV, column: a", "unit needs frequency (Hz), got voltage (mV)"),
    ("path: good.csv, time_column: t, column: a", "input 'drive' has no 'unit' of the rates in its file"),
    ("path: good.csv, time_column: t, unit: Hz, column: a, rate: 3 Hz", "input 'drive' needs either 'rate' or 'path', got both"),
    ("per_target: true", "input 'drive' needs either 'rate' or 'path', got neither"),
    ("rate: 3 Hz, per_target: true", "input 'drive' has 'per_target' but no 'path'"),
    ("rate: 3 Hz, unit: Hz", "input 'drive' has 'unit' but no 'path'"),
    ("path: good.csv, unit: Hz, column: a", "input 'drive' needs one of interval, time_dataset and time_column, got none"),
    ("path: good.csv, unit: Hz, time_column: t", "input 'drive' needs either 'dataset' or 'column', got neither"),
    ("path: good.csv, unit: Hz, time_column: t, column: a, per_target: true", "input 'drive' has a 'column' and 'per_target', which takes all columns"),
    ("path: none.csv, unit: Hz, time_column: t, per_target: true", "none.csv"),
    ("path: good.csv, unit: GHz, time_column: t, column: b", "input 'drive': a rate of 2e+10 Hz is 2e+06 spikes in each step of 0.1 ms"),
])
def test_each_fault_of_rates_in_a_file_is_named(run_hillock, tmp_path, fields, said):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    run = run_hillock(config(fields, 2), expect=None)
    assert run.returncode != 0 and said in run.stderr, run.stderr


def test_an_hdf5_file_of_rates_has_a_column_for_each_target(run_hillock, tmp_path):
    with h5py.File(tmp_path / "rates.h5", "w") as file:
        file["rates"], file["bad"] = np.ones((5, 3)), np.array([[1, 2], [np.nan, 1]])
    for dataset, said in (("rates", "rates.h5: 3 columns of rates for 2 targets"), ("bad", "bad, row 1, column 0 (from 0): nan is not a finite number")):
        run = run_hillock(config(f"path: rates.h5, dataset: {dataset}, interval: 250 ms, unit: Hz, per_target: true", 2), expect=None)
        assert run.returncode != 0 and said in run.stderr
