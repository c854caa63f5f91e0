"""Rates and sums of populations in memory: those of the file, in one piece, in slices and gone back to."""

from __future__ import annotations

import hillock
import numpy
import pytest
import yaml

CONFIG = """
simulation: {duration: 103 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 30}, quiet: {model: lif}}
inputs: {drive: {type: white_noise, target: cell, mean: 500 pA, sigma: 300 pA ms^0.5}}
record:
  cell: {spikes: true, rate: {every: 5 ms}, V: {sum: true, every: 1 ms}, I: {mean: true, every: 1 ms}}
  quiet: [V]
"""


@pytest.fixture(scope="module")
def config():
    return yaml.safe_load(CONFIG)


def test_rates_and_sums_are_those_of_the_file(config, by_program):
    run, path = hillock.run(config), by_program(CONFIG)
    for one in (run, hillock.open(path)):
        rate, total = one["cell"].population_rate, one["cell"].sum
        assert (rate.group, rate.pooling, rate.is_pooled, rate.is_mean, rate.interval) == ("cell.rate", "rate", True, False, 5)
        assert rate.units == {"time": "ms", "rate": "Hz"} and (total.group, total.pooling) == ("cell.sum", "sum")
        assert one["cell"].mean.is_mean and one["quiet"].reports["quiet"].pooling is None
        with pytest.raises(hillock.NotRecordedError, match="'cell.rate' holds the rate of the population, not single neurons"):
            rate.neuron
        with pytest.raises(hillock.NotRecordedError, match="no rate of 'quiet' was recorded; write for example record: {quiet: {rate: {every: 1 ms}}}"):
            one["quiet"].population_rate
        with pytest.raises(hillock.NotRecordedError, match="no sums of 'quiet' were recorded"):
            one["quiet"].sum
    for name, report in (("rate", "cell.rate"), ("V", "cell.sum")):
        assert numpy.array_equal(run["cell"].reports[report][name], hillock.open(path)["cell"].reports[report][name])
    rates = numpy.asarray(run["cell"].population_rate.rate, float)
    assert len(rates) == 21 and (rates[:-1].sum() * 0.005 + rates[-1] * 0.003) * 30 == pytest.approx(len(run["cell"].spikes), rel=1e-6)


PLACES = """
simulation: {duration: 50 ms, dt: 0.1 ms}
populations:
  sheet: {size: 12, model: lif, positions: {grid: [4, 3], extent: [400 um, 300 um]}}
  line: {size: 3, model: lif, positions: {list: [[0 um], [10 um], [-2.5 um]]}}
  nowhere: {model: lif}
inputs: {drive: {type: dc, target: sheet, amplitude: {linspace: [0 pA, 800 pA]}}}
record: {sheet: [spikes], line: [V], nowhere: [V]}
"""


def test_positions_are_those_of_the_file_and_are_drawn(by_program):
    run, path = hillock.run(yaml.safe_load(PLACES)), by_program(PLACES)
    for one in (run, hillock.open(path)):
        places = one["sheet"].positions
        assert places.shape == (12, 2) and numpy.allclose(places[[0, 1, 4]], [[-150, -100], [-50, -100], [-150, 0]])
        assert numpy.allclose(one["line"].positions, [[0], [10], [-2.5]])
        with pytest.raises(hillock.NotRecordedError, match="the neurons of 'nowhere' have no positions"):
            one["nowhere"].positions
    rates = run["sheet"].statistics("rate")["rate"]
    ax = hillock.plot.positions(run["sheet"], rates, "rate (Hz)")
    assert numpy.allclose(ax.collections[0].get_offsets(), run["sheet"].positions)
    assert numpy.allclose(ax.collections[0].get_array(), rates) and ax.collections[0].colorbar.ax.get_ylabel() == "rate (Hz)"
    assert hillock.plot.positions(run["line"]).get_xlabel() == "x (µm)"
    with pytest.raises(hillock.UserError, match="2 values for the 12 neurons of 'sheet'"):
        hillock.plot.positions(run["sheet"], [1, 2])


def test_a_rate_is_part_of_a_dataset_and_of_a_table(config):
    cell = hillock.run(config)["cell"]
    data = cell.to_xarray()
    assert data.rate.dims == ("time_rate",) and data.rate.units == "Hz" and data.V_sum.dims == ("time_sum",)
    assert list(cell.population_rate.to_pandas().columns) == ["rate"]
    assert hillock.plot.trace(cell.population_rate, "rate").get_ylabel() == "rate (Hz)"


def test_a_bin_that_slices_cut_is_whole_and_a_snapshot_keeps_what_it_holds(config):
    whole = hillock.run(config)["cell"].population_rate.rate
    sim = hillock.Simulation(config)
    sim.run("52 ms")
    assert len(sim.recorded["cell"].population_rate.rate) == 10
    middle = sim.snapshot()
    for ways in (("9 ms",), ("0.1 ms", "50.9 ms")):
        sim.restore(middle)
        for duration in ways:
            sim.run(duration)
        sim.run()
        assert numpy.array_equal(sim.recorded["cell"].population_rate.rate, whole)
    end = sim.snapshot()
    sim.restore(middle)
    sim.run()
    sim.restore(end)
    assert numpy.array_equal(sim.recorded["cell"].population_rate.rate, whole)
