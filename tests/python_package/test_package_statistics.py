"""Statistics of spikes in Python: the values of `hillock features --json`, of runs, of files and of any spike times."""

from __future__ import annotations

import json
import subprocess

import hillock
import numpy as np
import pandas
import pytest

CONFIG = """
simulation: {duration: 700 ms, dt: 0.1 ms, seed: 4}
populations:
  cell: {model: lif, size: 9, receptors: {exc: {model: exp_current, tau: 2 ms}}}
  quiet: {model: lif, size: 2}
inputs:
  shared: {type: poisson, target: cell 0..3, receptor: exc, rate: 300 Hz, weight: 900 pA, shared: true}
  own: {type: poisson, target: cell 2..7, receptor: exc, rate: 900 Hz, weight: 250 pA}
record: {cell: [spikes], quiet: [V]}
"""
MEANS = ("rate", "cv", "cv2", "lv")
SINGLE = ("fano_factor", "correlation", "spike_contrast")


@pytest.fixture
def path(by_program):
    return by_program(CONFIG)


@pytest.fixture
def by_features(program):
    """The statistics of the first population of a file, as `hillock features --json` prints them."""

    def statistics(path, *words) -> dict:
        done = subprocess.run([program, "features", path, "--json", *words], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)["populations"][0]["spikes"]

    return statistics


def numbers(values) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], float)


def compare(ours: hillock.Statistics, theirs: dict) -> None:
    """Every bit is that of the command line; JSON has null where there is NaN."""
    for name in MEANS:
        assert np.array_equal(ours[name], numbers([one[name] for one in theirs["trains"]]), equal_nan=True), name
        assert np.array_equal(ours[f"{name}_mean"], numbers([theirs[name]]), equal_nan=True), name
    for name in SINGLE:
        assert np.array_equal(ours[name], numbers([theirs[name]]), equal_nan=True), name
    assert np.array_equal(ours["spikes"], [one["spikes"] for one in theirs["trains"]])
    assert np.array_equal(ours["ISI_histogram"], theirs["ISI_histogram"] or [0])
    assert np.array_equal(ours["autocorrelogram"], theirs["autocorrelogram"])
    assert np.array_equal(ours["interval"], np.arange(len(ours["ISI_histogram"])) * theirs["bin_ms"])
    lags = len(theirs["autocorrelogram"]) // 2
    assert np.array_equal(ours["lag"], np.arange(-lags, lags + 1) * theirs["bin_ms"])
    if theirs["spectrum"]["power"]:
        assert np.array_equal(ours["spectrum"], theirs["spectrum"]["power"])
        assert np.array_equal(ours["frequency"], theirs["spectrum"]["frequency_Hz"])
    else:
        assert "spectrum" not in ours
    assert np.array_equal(ours.correlations(), np.array([numbers(row) for row in theirs["correlations"]]), equal_nan=True)
    assert {name: ours.units[name] for name in theirs["units"] if name in ours} == \
           {name: unit for name, unit in theirs["units"].items() if name in ours}


@pytest.mark.parametrize("window", [{}, {"bin": 2.0}, {"start": 100.05, "stop": 611.25, "bin": 7.3}, {"stop": 30.0, "bin": 5.0}], ids=str)
def test_a_file_and_memory_have_the_statistics_of_the_command_line(path, by_features, window):
    words = [word for name, value in window.items() for word in (f"--{name}", f"{value} ms")]
    theirs = by_features(path, *words)
    assert theirs["spikes"] > (100 if window.get("stop") != 30.0 else 0) and theirs["trains"][8]["spikes"] == 0
    for run in (hillock.open(path), hillock.run(path.parent / "config_1.yaml")):
        ours = run["cell"].statistics(**window)
        compare(ours, theirs)
        assert list(ours.neuron) == list(range(9)) and isinstance(ours, hillock.Statistics)
        assert ours.attributes == {"window_start_ms": theirs["start_ms"], "window_stop_ms": theirs["stop_ms"], "bin_ms": theirs["bin_ms"]}


def test_chosen_neurons_have_the_statistics_of_the_command_line(path, by_features):
    cell = hillock.open(path)["cell"]
    compare(cell.statistics(neurons=[8, 0, 5]), by_features(path, "--population", "cell", "--neurons", "0,5,8"))
    assert list(cell.statistics(neurons=3).neuron) == [3]


def test_times_of_any_origin_in_any_order_have_the_same_statistics(path):
    cell = hillock.open(path)["cell"]
    order = np.random.default_rng(1).permutation(len(cell.spikes))
    times, ids = np.asarray(cell.spikes.timestamps)[order], np.asarray(cell.spikes.node_ids)[order]
    ours, theirs = hillock.statistics(times, ids, neurons=range(9), stop=700), cell.statistics()
    assert set(ours) == set(theirs) and ours.units == theirs.units
    for name in (*theirs, "lag", "interval", "frequency"):
        assert np.array_equal(ours[name], theirs[name], equal_nan=True), name
    spiking = hillock.statistics(list(times), [int(one) for one in ids], stop=700)
    assert list(spiking.neuron) == list(range(8)) and spiking["rate_mean"][0] > theirs["rate_mean"][0]


def test_definitions_on_trains_made_by_hand():
    """A train with intervals of 10 and 30 ms in turn, another with one spike, a silent one."""
    train = np.cumsum([10.0, *[10, 30] * 4])
    found = hillock.statistics([*train, 50.0], [0] * len(train) + [1], neurons=[0, 1, 2], stop=200.0, bin=10, reach=40)
    assert found["spikes"].tolist() == [9, 1, 0] and found["rate"].tolist() == [45, 5, 0]
    assert found["cv"][0] == pytest.approx(0.5) and np.isnan(found["cv"][1:]).all() and found["cv_mean"] == found["cv"][0]
    assert found["cv2"][0] == pytest.approx(1.0) and found["lv"][0] == pytest.approx(0.75)
    assert found["fano_factor"] == pytest.approx(np.var([9, 1, 0]) / np.mean([9, 1, 0]))
    assert found["ISI_histogram"].tolist() == [0, 4, 0, 4] and found["interval"].tolist() == [0, 10, 20, 30]
    assert found["lag"].tolist() == [-40, -30, -20, -10, 0, 10, 20, 30, 40]
    assert found["autocorrelogram"].tolist() == [7, 4, 0, 4, 10, 4, 0, 4, 7]
    matrix = found.correlations()
    counts = np.array([np.histogram(one, np.arange(0, 201, 10))[0] for one in (train, [50.0])])
    assert matrix.shape == (3, 3) and np.isnan(matrix[2]).all()
    assert matrix[:2, :2] == pytest.approx(np.corrcoef(counts))
    assert found["correlation"] == pytest.approx(matrix[0, 1])


def test_only_what_is_named_is_there_with_unit_definition_and_table(path):
    cell = hillock.open(path)["cell"]
    found = cell.statistics("rate", "lv", "rate")
    assert list(found) == ["spikes", "rate", "rate_mean", "lv", "lv_mean"]
    table = found.to_pandas()
    assert isinstance(table, pandas.DataFrame) and list(table) == ["spikes", "rate", "lv"] and table.attrs["units"]["rate"] == "Hz"
    data = cell.statistics().to_xarray()
    assert data.spectrum.dims == ("frequency",) and data.autocorrelogram.units == "1" and data.lag.units == "ms"
    listed = hillock.statistic_list()
    assert list(listed) == ["rate", "cv", "cv2", "lv", "phase", "phase_shift", "fano_factor", "correlation", "spike_contrast", "ISI_histogram",
                            "autocorrelogram", "spectrum"]
    assert listed["spectrum"].unit == "1/Hz" and "Welch" in listed["spectrum"].doc
    assert repr(found) == "<hillock.Statistics of 'cell': spikes, rate, rate_mean, lv, lv_mean; 9 neurons>"


def test_they_are_those_that_a_config_measures_during_the_run(path):
    run = hillock.run(path.parent / "config_1.yaml", analysis={"cell": {"statistics": list(hillock.statistic_list()), "bin": "4 ms"}})
    measured, taken = run["cell"].analysis, run["cell"].statistics(bin=4)
    assert set(measured) == set(taken)
    for name in taken:
        assert np.array_equal(measured[name], taken[name], equal_nan=True), name


def test_silent_neurons_count_where_only_some_were_recorded(by_program, by_features):
    path = by_program(CONFIG.replace("cell: [spikes]", "cell: {spikes: {neurons: [2, 5, 8]}}"))
    found, theirs = hillock.open(path)["cell"].statistics(), by_features(path)
    assert theirs["neurons"] == 3 and list(found.neuron) == [-1, 2, 5]
    assert found["rate_mean"] == theirs["rate"] and found["fano_factor"] == theirs["fano_factor"]
    memory = hillock.run(path.parent / "config_1.yaml")["cell"].statistics()
    assert list(memory.neuron) == [2, 5, 8] and memory["rate_mean"] == pytest.approx(theirs["rate"], rel=1e-15)


def test_arrays_live_on_without_what_they_were_taken_from():
    values = hillock.statistics([1.0, 2.0, 4.0], [0, 0, 1], stop=50).correlations()
    assert np.array_equal(values, hillock.statistics([1.0, 2.0, 4.0], [0, 0, 1], stop=50).correlations())


@pytest.mark.parametrize("arguments, text", [
    (dict(names=["burst"]), "error: 'burst' is not a statistic of spikes\n  there are rate, cv, cv2, lv, phase, phase_shift, fano_factor, "
                           "correlation, spike_contrast, ISI_histogram, autocorrelogram, spectrum"),
    (dict(names=["rates"]), "error: 'rates' is not a statistic of spikes\n  did you mean 'rate'?"),
    (dict(start=50), "error: the statistics are taken from 50 ms to 50 ms\n  choose start and stop so that there is time between them"),
    (dict(stop=float("nan")), "error: the statistics are taken from 0 ms to nan ms\n  choose start and stop so that there is time between them"),
    (dict(bin=0), "error: bin=0 is not positive\n  write for instance bin=5, in ms"),
    (dict(bin=1e-9), "error: bin=1e-09 ms makes more than 10000000 bins\n  choose a wider bin"),
    (dict(reach=-1), "error: reach=-1 is not between 0 and 10000000 bins\n  write for instance reach=50, in ms"),
    (dict(reach=float("inf")), "error: reach=inf is not between 0 and 10000000 bins\n  write for instance reach=50, in ms"),
    (dict(times=[1.0]), "error: there are 1 times, but the neurons of 2 spikes\n  each spike has a time and a neuron"),
    (dict(times=[1.0, float("nan")]), "error: times[1] is nan\n  spike times are finite, in ms"),
    (dict(times=[[1.0, 2.0]]), "error: times and node_ids have one value per spike, got arrays of the shapes (1, 2) and (2,)"),
    (dict(node_ids=[0, -3], neurons=[0]), "error: node_ids[1] is -3\n  neurons count from 0"),
    (dict(node_ids=[0, 0.5]), "error: node_ids are of the type float64, expected whole numbers"),
    (dict(neurons=[-1, 2]), "error: neurons: -1 is no neuron\n  neurons count from 0"),
    (dict(neurons=[]), "error: there is no neuron to take statistics of\n  write for example neurons=range(100)"),
    (dict(times=[], node_ids=[]), "error: there is no neuron to take statistics of\n  write for example neurons=range(100)"),
], ids=str)
def test_what_cannot_be_measured_is_refused(arguments, text):
    given = {"times": [1.0, 2.0], "node_ids": [0, 1], "names": [], "stop": 50.0, **arguments}
    with pytest.raises(hillock.UserError) as caught:
        hillock.statistics(given.pop("times"), given.pop("node_ids"), *given.pop("names"), **given)
    assert str(caught.value) == text


def test_what_a_run_does_not_have_is_refused(path):
    memory = hillock.run(path.parent / "config_1.yaml")
    for run in (hillock.open(path), memory):
        with pytest.raises(hillock.UserError) as caught:
            run["cell"].statistics(neurons=9)
        assert str(caught.value) == "error: the spikes of neuron 9 of 'cell' were not recorded"
        with pytest.raises(hillock.NotRecordedError) as missing:
            run["quiet"].statistics()
        assert str(missing.value) == "spikes of 'quiet' were not recorded; write record: {quiet: [spikes]}"
        with pytest.raises(hillock.NotRecordedError) as missing:
            run["cell"].statistics("rate")["rate_men"]
        assert str(missing.value) == "the statistics of 'cell' has no 'rate_men'; did you mean 'rate_mean'?"


def test_a_matrix_that_does_not_fit_is_refused():
    found = hillock.statistics([1.0], [0], "rate", neurons=range(2_000_000), stop=50)
    with pytest.raises(hillock.ResourceError, match="^the correlations of 2000000 neurons would take .* of memory, .* are there"):
        found.correlations()
