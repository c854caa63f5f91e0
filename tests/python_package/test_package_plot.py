"""Figures: what is drawn is the data, axes carry names and units, and the Axes asked for is the one used."""

import hillock
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hillock import plot

CONFIG = {
    "simulation": {"duration": "300 ms", "dt": "0.05 ms", "seed": 2},
    "populations": {"axon": {"size": 2, "model": "hodgkin_huxley"},
                    "cells": {"size": 40, "model": "lif", "params": {"t_ref": "2 ms"}}},
    "inputs": {"push": {"type": "dc", "target": "axon", "amplitude": ["8 uA/cm2", "14 uA/cm2"], "start": "20 ms"},
               "drive": {"type": "white_noise", "target": "cells", "mean": "520 pA", "sigma": "900 pA ms^0.5"}},
    "record": {"axon": {"spikes": True, **{name: {"every": "0.05 ms"} for name in "Vmhn"}}, "cells": {"spikes": True, "V": {"mean": True}}},
}


@pytest.fixture(scope="module")
def run():
    return hillock.run(CONFIG)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_a_trace_is_the_data_with_its_units_and_spikes_above(run):
    ax = plot.trace(run["axon"], features=False)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (ms)", "V (mV)")
    first, second, *ticks = ax.lines
    assert np.allclose(first.get_ydata(), run["axon"].V[:, 0]) and np.allclose(second.get_xdata(), run["axon"].time)
    assert len(ticks) == 2 and np.array_equal(ticks[1].get_xdata(), run["axon"].spikes.trains()[1])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["0", "1"]
    assert first.get_color() != second.get_color()


def test_a_long_trace_is_thinned_to_what_a_screen_shows_and_loses_no_spike():
    long = hillock.run(CONFIG, simulation__duration="20 s", simulation__dt="0.05 ms", record={"axon": ["V", "spikes"]})["axon"]
    ax = plot.trace(long, neurons=1)
    shown = ax.lines[0]
    assert 4000 <= len(shown.get_xdata()) <= 8200 and ax.get_xlabel() == "time (s)"
    V = long.V[:, 1]
    assert shown.get_ydata().max() == V.max() and shown.get_ydata().min() == V.min()
    for t in long.spikes.trains()[1][::50]:
        near = np.abs(shown.get_xdata() * 1000 - t) < 6
        assert shown.get_ydata()[near].max() > 20
    frames = np.round(shown.get_xdata() * 1000 / 0.05).astype(int)
    assert np.allclose(V[frames], shown.get_ydata()) and (np.diff(frames) >= 0).all()


def test_part_of_a_trace_from_a_file(run, tmp_path):
    there = hillock.run(CONFIG, out=tmp_path / "run.h5")
    ax = plot.trace(there["axon"], "m", neurons=[1], start=50, stop=80)
    assert np.array_equal(ax.lines[0].get_ydata(), run["axon"].m[1000:1600, 1])
    assert ax.get_ylabel() == "m" and ax.lines[0].get_xdata()[[0, -1]] == pytest.approx([50, 79.95])
    with pytest.raises(hillock.UserError, match="neuron 7 of 'axon' was not recorded"):
        plot.trace(run["axon"], neurons=7)


def test_a_mean_is_a_trace_too(run):
    ax = plot.trace(run["cells"].mean)
    assert np.allclose(ax.lines[0].get_ydata(), run["cells"].mean.V) and len(ax.lines) == 1


def test_the_phase_plane_is_the_slope_over_the_potential(run):
    ax = plot.phase_plane(run["axon"], neuron=1)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("V (mV)", "dV/dt (mV/ms)")
    V = run["axon"].V[:, 1].astype(float)
    assert np.allclose(ax.lines[0].get_xdata(), V)
    assert np.allclose(ax.lines[0].get_ydata()[1:-1], (V[2:] - V[:-2]) / 0.1)
    ax = plot.phase_plane(run["axon"], "V", "n", neuron=0)
    assert ax.get_ylabel() == "n" and np.allclose(ax.lines[0].get_ydata(), run["axon"].n[:, 0])


def test_the_raster_shows_every_spike_and_rates_that_count_them(run):
    ax = plot.raster(run["cells"], bin=10)
    spikes = run["cells"].spikes
    dots = ax.lines[0]
    assert np.array_equal(dots.get_xdata(), spikes.timestamps) and np.array_equal(dots.get_ydata(), spikes.node_ids)
    rates = ax.child_axes[0]
    assert (ax.get_ylabel(), rates.get_ylabel(), ax.get_xlabel()) == ("neuron of cells", "rate (Hz)", "time (ms)")
    stairs = rates.patches[0].get_data()
    assert len(stairs.values) == 30 and stairs.values.sum() * 0.01 * 40 == pytest.approx(len(spikes))


def test_rates_have_the_spikes_at_the_ends_of_their_bins():
    times = np.arange(1, 1001) * 0.1  # one in each step
    spikes = hillock.results.Spikes("cell", times, np.zeros(1000, int), np.array([0]), 100.0)
    stairs = plot.raster(spikes, bin=10).child_axes[0].patches[0].get_data()
    assert np.allclose(stairs.values, 10_000)


def test_the_raster_of_a_run_stacks_its_populations(run):
    ax = plot.raster(run, start=100, stop=200)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["axon", "cells"]
    axon, cells = ax.lines
    assert set(axon.get_ydata()) <= {0, 1} and cells.get_ydata().min() >= 2 and cells.get_ydata().max() <= 41
    assert cells.get_xdata().min() >= 100 and cells.get_xdata().max() < 200
    assert plot.raster(run["axon"], rates=False).child_axes == []


def test_the_f_i_curve_counts_spikes_per_neuron_and_second(run):
    spikes = run["axon"].spikes
    ax = plot.fi_curve([14, 8], [run["axon"], 10.0], unit="uA/cm2", start=20)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("input (µA/cm²)", "rate (Hz)")
    assert list(ax.lines[0].get_xdata()) == [8, 14]
    assert list(ax.lines[0].get_ydata()) == [10, pytest.approx(len(spikes) / 2 / 0.28)]


def test_the_histogram_of_intervals_counts_those_within_neurons(run):
    ax = plot.isi_histogram(run["cells"])
    intervals = np.concatenate([np.diff(times) for times in run["cells"].spikes.trains().values()])
    assert ax.patches[0].get_data().values.sum() == len(intervals) and ax.get_xlabel() == "interval (ms)"
    assert ax.texts[0].get_text() == (f"{len(intervals)} intervals\nmean {intervals.mean():.3g} ms\n"
                                      f"CV {intervals.std() / intervals.mean():.2f}")
    with pytest.raises(hillock.UserError, match="there are no intervals"):
        plot.isi_histogram(np.array([]))


def test_gates_are_the_variables_without_unit(run):
    ax = plot.gates(run["axon"], neuron=1)
    assert [line.get_label() for line in ax.lines] == ["m", "h", "n"] and ax.get_ylabel() == "gate"
    assert np.allclose(ax.lines[2].get_ydata(), run["axon"].n[:, 1])
    with pytest.raises(hillock.UserError, match="there are no gates"):
        plot.gates(run["cells"].mean)


def test_every_figure_goes_into_the_axes_that_are_given(run):
    for draw in (lambda ax: plot.trace(run["axon"], ax=ax), lambda ax: plot.phase_plane(run["axon"], ax=ax),
                 lambda ax: plot.raster(run, ax=ax), lambda ax: plot.fi_curve([1], [2], ax=ax),
                 lambda ax: plot.isi_histogram(run["cells"], ax=ax), lambda ax: plot.gates(run["axon"], ax=ax)):
        figure, ax = plt.subplots()
        assert draw(ax) is ax
        figure.savefig("/dev/null", format="png")


def test_neighbouring_colours_differ_for_every_kind_of_colour_vision():
    """Viénot, Brettel & Mollon 1999: what protanopes and deuteranopes see of linear RGB."""
    linear = np.array([[int(colour[k:k + 2], 16) / 255 for k in (1, 3, 5)] for colour in plot.COLOURS]) ** 2.2
    protan = np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]])
    deutan = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]])
    for seen in (linear, linear @ protan.T, linear @ deutan.T):
        shown = np.clip(seen, 0, 1) ** (1 / 2.2)
        for a, b in zip(shown, shown[1:]):
            assert np.linalg.norm(a - b) > 0.2
