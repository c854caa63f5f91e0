"""The spike statistics of `hillock features` against elephant, on simulated and made-up spike trains."""

from __future__ import annotations

import json
import warnings

import h5py
import neo
import numpy as np
import pytest
import quantities as pq
from elephant.conversion import BinnedSpikeTrain
from elephant.spectral import welch_psd
from elephant.spike_train_correlation import correlation_coefficient, cross_correlation_histogram
from elephant.spike_train_synchrony import spike_contrast
from elephant.statistics import cv, cv2, fanofactor, isi, lv, mean_firing_rate
from reference.files import trains as read_trains
from reference.traces import write_traces

pytestmark = [pytest.mark.filterwarnings("ignore::UserWarning"), pytest.mark.filterwarnings("ignore::RuntimeWarning"),
              pytest.mark.filterwarnings("ignore::DeprecationWarning")]
near = {"rel": 1e-9, "abs": 1e-9}


def of_elephant(trains: list[np.ndarray], start: float, stop: float, bin: float) -> dict:
    """Everything that --json has, by elephant."""
    trains = [neo.SpikeTrain(train[(train >= start) & (train <= stop)] * pq.ms, t_start=start * pq.ms, t_stop=stop * pq.ms) for train in trains]
    intervals = [isi(train).magnitude for train in trains]
    varied = [one for one in intervals if len(one) >= 2]
    found = {"trains": [{"spikes": len(train), "rate": float(mean_firing_rate(train).rescale(pq.Hz)),
                         **{name: float(function(one)) if len(one) >= 2 else None for name, function in (("cv", cv), ("cv2", cv2), ("lv", lv))}}
                        for train, one in zip(trains, intervals)]}
    found["rate"] = np.mean([one["rate"] for one in found["trains"]])
    for name, function in (("cv", cv), ("cv2", cv2), ("lv", lv)):
        found[name] = np.mean([function(one) for one in varied]) if varied else None
    found["fano_factor"] = fanofactor(trains)
    found["spike_contrast"] = float(spike_contrast(trains)) if len(trains) > 1 and any(len(one) for one in intervals) else None
    binned = BinnedSpikeTrain(trains, bin_size=bin * pq.ms)
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore")
        found["correlations"] = np.atleast_2d(correlation_coefficient(binned))
    pairs = found["correlations"][~np.eye(len(trains), dtype=bool)]
    found["correlation"] = np.nanmean(pairs) if np.isfinite(pairs).any() else None
    lags = round(50 / bin)
    found["autocorrelogram"] = np.zeros(2 * lags + 1)
    for train in trains:
        if len(train):
            one = BinnedSpikeTrain([train], bin_size=bin * pq.ms)
            found["autocorrelogram"] += cross_correlation_histogram(one, one, window=[-lags, lags])[0].magnitude.flatten()
    found["frequency"], found["power"] = welch_psd(binned.to_array().sum(axis=0).astype(float), fs=1000 / bin)
    joined = np.concatenate(intervals)
    top = int(joined.max() // bin) + 1 if len(joined) else 0
    found["ISI_histogram"] = np.histogram(joined, bins=np.arange(top + 1) * bin)[0] if top else []
    return found


def numbers(values) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], float)


def compare(ours: dict, theirs: dict) -> None:
    for name in ("rate", "cv", "cv2", "lv", "fano_factor", "correlation", "spike_contrast"):
        if theirs[name] is None or np.isnan(theirs[name]):
            assert ours[name] is None, name
        else:
            assert ours[name] == pytest.approx(theirs[name], **near), name
    for mine, other in zip(ours["trains"], theirs["trains"], strict=True):
        assert numbers([mine[name] for name in other]) == pytest.approx(numbers(other.values()), nan_ok=True, **near)
    for mine, other in zip(ours["correlations"], theirs["correlations"], strict=True):
        assert numbers(mine) == pytest.approx(other, nan_ok=True, **near)
    assert ours["autocorrelogram"] == theirs["autocorrelogram"].tolist()
    assert ours["ISI_histogram"] == list(theirs["ISI_histogram"])
    assert ours["spectrum"]["frequency_Hz"] == pytest.approx(theirs["frequency"], **near)
    assert ours["spectrum"]["power"] == pytest.approx(theirs["power"], **near)


@pytest.fixture
def statistics(call):
    def run(path, *options) -> dict:
        return json.loads(call("features", path, "--json", *options).stdout)["populations"][0]["spikes"]

    return run


@pytest.mark.parametrize("bin", [1.0, 5.0, 7.3])
def test_a_simulated_population_has_the_statistics_that_elephant_finds(run_hillock, statistics, bin):
    run = run_hillock("""
simulation: {duration: 2 s, dt: 0.1 ms, seed: 11}
populations: {cell: {model: lif, size: 24, receptors: {exc: {model: exp_current, tau: 2 ms}}}}
inputs:
  shared: {type: poisson, target: cell 0..11, receptor: exc, rate: 300 Hz, weight: 900 pA, shared: true}
  own: {type: poisson, target: cell 2..21, receptor: exc, rate: 900 Hz, weight: 250 pA}
record: {cell: [spikes]}
""")
    with h5py.File(run.output) as file:
        assert file["spikes/cell"].attrs["neurons"] == 24
    found = statistics(run.output, "--bin", f"{bin} ms")
    theirs = of_elephant(read_trains(run.output, 24), 0, 2000, bin)
    compare(found, theirs)
    assert found["neurons"] == 24 and found["trains"][23]["spikes"] == 0 and found["cv"] > 0.1 and found["correlation"] > 0.01
    window = statistics(run.output, "--bin", f"{bin} ms", "--start", "301.05 ms", "--stop", "1650.05 ms")
    compare(window, of_elephant(read_trains(run.output, 24), 301.05, 1650.05, bin))


@pytest.mark.parametrize("seed", range(6))
def test_drawn_trains_have_the_statistics_that_elephant_finds(statistics, tmp_path, seed):
    """Trains with rates from none to many, spikes on the borders of bins and of the window, twins and duplicates."""
    rng, duration = np.random.default_rng(seed), float((500, 1000, 997)[seed % 3])
    trains = [np.sort(rng.uniform(0, duration, rng.poisson(mean))) for mean in (0, 1, 3, 20, 20, 100, 400)]
    trains.append(np.arange(0, duration + 1, 5.0))  # on the borders of the bins, at 0 and at the end
    trains.append(np.unique(np.round(rng.uniform(0, duration, 60), 1)))  # on a grid, as simulated ones
    trains.append(trains[4].copy())
    path = write_traces(tmp_path / "spikes.h5", 0.1, None, spikes=trains, duration=duration)
    for bin in (2.0, 5.0):
        compare(statistics(path, "--bin", f"{bin} ms"), of_elephant(trains, 0, duration, bin))


def test_what_is_not_defined_is_left_out(statistics, tmp_path, call):
    silent = statistics(write_traces(tmp_path / "silent.h5", 0.1, None, spikes=[np.empty(0)] * 3, duration=100.0))
    assert silent["spikes"] == 0 and silent["neurons"] == 3 and silent["rate"] == 0
    assert [silent[name] for name in ("cv", "cv2", "lv", "fano_factor", "correlation", "spike_contrast")] == [None] * 6
    single = statistics(write_traces(tmp_path / "single.h5", 0.1, None, spikes=[np.array([20.0])], duration=100.0))
    assert single["rate"] == 10 and single["fano_factor"] == 0 and single["cv"] is None and single["spike_contrast"] is None
    few = statistics(write_traces(tmp_path / "few.h5", 0.1, None, spikes=[np.array([1.0, 2.0])], duration=20.0), "--bin", "5 ms")
    assert few["spectrum"] == {"frequency_Hz": [], "power": []}  # 4 bins do not make 8 segments


def test_identical_trains_are_in_full_synchrony_and_independent_ones_are_not(statistics, tmp_path):
    rng = np.random.default_rng(3)
    train = np.sort(rng.uniform(0, 2000, 40))
    same = statistics(write_traces(tmp_path / "same.h5", 0.1, None, spikes=[train] * 8, duration=2000.0))
    other = [np.sort(rng.uniform(0, 2000, 40)) for _ in range(8)]
    independent = statistics(write_traces(tmp_path / "other.h5", 0.1, None, spikes=other, duration=2000.0))
    assert same["correlation"] == pytest.approx(1, abs=1e-12) and abs(independent["correlation"]) < 0.1
    assert same["spike_contrast"] > 0.6 > 0.3 > independent["spike_contrast"]
    assert same["fano_factor"] == 0


def test_a_thousand_neurons_need_no_matrix(run_hillock, statistics):
    run = run_hillock("""
simulation: {duration: 500 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 1500, receptors: {exc: {model: exp_current, tau: 2 ms}}}}
inputs: {own: {type: poisson, target: cell, receptor: exc, rate: 3000 Hz, weight: 120 pA}}
record: {cell: [spikes]}
""")
    found = statistics(run.output)
    theirs = of_elephant(read_trains(run.output, 1500), 0, 500, 5.0)
    assert "correlations" not in found
    for name in ("rate", "cv", "cv2", "lv", "fano_factor", "correlation", "spike_contrast"):
        assert found[name] == pytest.approx(theirs[name], **near), name
