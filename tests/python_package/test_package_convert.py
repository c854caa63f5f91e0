"""The same values as xarray, pandas and Neo objects, from memory and from a file, with their units."""

import hillock
import neo
import numpy as np
import pandas
import pytest
import quantities as pq
import xarray

CONFIG = {
    "simulation": {"duration": "100 ms", "dt": "0.05 ms", "seed": 9},
    "populations": {"exc": {"size": 3, "model": "adex"}, "axon": {"size": 2, "model": "hodgkin_huxley"}},
    "inputs": {"step": {"type": "dc", "target": "exc", "amplitude": {"linspace": ["0 nA", "2 nA"]}, "start": "10 ms"}},
    "record": {"exc": {"spikes": True, "V": {"every": "0.1 ms"}, "w": {"every": "0.5 ms", "neurons": [1]}},
               "axon": {"V": {"mean": True, "every": "0.1 ms"}, "m": {"every": "0.1 ms"}, "I": {"every": "0.1 ms"}, "dtype": "float64"}},
}


@pytest.fixture(scope="module", params=["memory", "file"])
def run(request, tmp_path_factory):
    out = None if request.param == "memory" else tmp_path_factory.mktemp("convert") / "run.h5"
    return hillock.run(CONFIG, out=out)


def test_xarray_has_values_dimensions_and_units(run):
    data = run["exc"].to_xarray()
    assert isinstance(data, xarray.Dataset) and dict(data.sizes) == {"time": 1000, "neuron": 3, "time_w": 200, "neuron_w": 1}
    assert np.array_equal(data.V, run["exc"].V) and data.V.dims == ("time", "neuron") and data.V.units == "mV"
    assert data.w.dims == ("time_w", "neuron_w") and data.w.units == "pA" and list(data.neuron_w) == [1]
    assert data.time.units == "ms" and data.V.long_name == "membrane potential"
    assert data.V.sel(time=12.3, neuron=2, method="nearest") == run["exc"].V[123, 2]
    axon = run["axon"].to_xarray()
    assert axon.V_mean.dims == ("time_mean",) and np.array_equal(axon.V_mean, run["axon"].mean.V)
    assert axon.m.units == "1" and axon.I.units == "uA/cm2"


def test_a_whole_run_is_a_tree_of_data_sets(run):
    tree = run.to_xarray()
    assert isinstance(tree, xarray.DataTree) and set(tree.children) == {"exc", "axon"}
    assert np.array_equal(tree["exc/V"], run["exc"].V) and tree.attrs["seed"] == 9
    spikes = tree["exc/spikes"]
    assert np.array_equal(spikes.timestamps, run["exc"].spikes.timestamps)
    assert np.array_equal(spikes.node_ids, run["exc"].spikes.node_ids) and spikes.timestamps.attrs["units"] == "ms"


def test_pandas_has_a_column_per_variable_and_neuron(run):
    table = run["exc"].to_pandas()
    assert table.shape == (1000, 3) and table.index.name == "time" and list(table.columns) == [("V", 0), ("V", 1), ("V", 2)]
    assert np.array_equal(table["V"][1], run["exc"].V[:, 1]) and np.array_equal(table.index, run["exc"].time)
    both = run["axon"].to_pandas()
    assert both.shape == (1000, 4) and both["I"].shape == (1000, 2)
    mean = run["axon"].mean.to_pandas()
    assert list(mean.columns) == ["V"] and np.array_equal(mean.V, run["axon"].mean.V)
    spikes = run["exc"].spikes.to_pandas()
    assert list(spikes.columns) == ["timestamps", "node_ids"] and len(spikes) == len(run["exc"].spikes) > 0
    assert set(run.to_pandas()) == {"exc", "axon"} and isinstance(run.to_pandas()["exc"], pandas.DataFrame)


def test_neo_has_trains_and_signals_with_units(run):
    segment = run.to_neo()
    assert isinstance(segment, neo.Segment) and len(segment.spiketrains) == 3
    for train in segment.spiketrains:
        ours = run["exc"].spikes.trains()[train.annotations["node_id"]]
        assert np.array_equal(train.rescale(pq.ms).magnitude, ours) and train.t_stop == 100 * pq.ms
    assert len(segment.spiketrains[0]) == 0
    signals = {signal.name: signal for signal in segment.analogsignals}
    assert set(signals) == {"exc V", "exc w", "axon mean V", "axon m", "axon I"}
    V = signals["exc V"]
    assert V.units == pq.mV and V.sampling_period == 0.1 * pq.ms and np.array_equal(V.magnitude, run["exc"].V)
    assert V.dtype == np.float32 and list(V.array_annotations["node_ids"]) == [0, 1, 2]
    assert signals["exc w"].units == pq.pA and signals["exc w"].sampling_period == 0.5 * pq.ms
    assert signals["axon I"].units.dimensionality == (pq.uA / pq.cm**2).dimensionality
    assert signals["axon m"].units == pq.dimensionless and signals["axon mean V"].shape == (1000, 1)


def test_elephant_reads_the_trains(run):
    from elephant.statistics import mean_firing_rate

    trains = run.to_neo().spiketrains
    count = len(run["exc"].spikes.trains()[2])
    assert float(mean_firing_rate(trains[2]).rescale(pq.Hz)) == pytest.approx(count / 0.1)


@pytest.mark.parametrize("unit, expected", [("mV", pq.mV), ("nS", pq.nS), ("uA/cm2", pq.uA / pq.cm**2), ("1/ms", 1 / pq.ms),
                                            ("mV/ms", pq.mV / pq.ms), ("pA ms^0.5", pq.pA * pq.ms**0.5), ("1", pq.dimensionless)])
def test_every_unit_has_its_quantity(unit, expected):
    from hillock._convert import quantity

    assert quantity(unit).rescale(expected).magnitude == pytest.approx(1)


def test_spikes_between_two_times_are_views(run):
    spikes = run["exc"].spikes
    times = np.asarray(spikes.timestamps)
    some = spikes.between(20, 60)
    assert np.array_equal(some.timestamps, times[(times >= 20) & (times < 60)]) and some.stop == 60
    assert len(spikes.between(60, 20)) == 0 and len(spikes.between()) == len(spikes)
    if run.path is None:
        assert np.shares_memory(some.timestamps, spikes.timestamps)
