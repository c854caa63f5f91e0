"""Figures of runs and sweeps: each function draws into `ax`, or into a new figure, and returns the Axes.

Colours are those of Okabe and Ito, which readers with any kind of colour vision can tell apart. Traces are thinned to what a
screen can show: of each stretch its lowest and highest value, so that no spike is lost.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy

from ._convert import has_spikes, needed
from ._features import features as measured
from ._source import chosen_columns
from .errors import user_error
from .results import Population, Report, Run, Spikes
from .simulation import Connection
from .simulation import open as opened
from .sweeps import Sweep

needed("matplotlib")

import matplotlib.pyplot as pyplot  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.ticker import MaxNLocator  # noqa: E402

Numbers: TypeAlias = "numpy.ndarray[Any, Any]"

BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#000000"
COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK)
GREY = "#777777"

STRETCHES = 4000  # of a thinned trace: more than a screen has columns
BLOCK = 1 << 20  # frames read at once
MEASURED = 1 << 22  # frames of a trace whose features are marked


def trace(data: Population | Report, variable: str = "V", *, neurons: int | Sequence[int] | None = None,
          start: float | None = None, stop: float | None = None, spikes: bool = True, features: bool = True,
          ax: Axes | None = None) -> Axes:
    """A variable over time, one line per neuron, with the recorded spikes as ticks above it.

    In traces of V, features of the action potentials are marked: where each begins, its peak, and the lowest point after it.
    `neurons`: which, by their number in the population; at most the first seven recorded by default. `start`, `stop`: ms.
    """
    ax = _axes(ax)
    report = data.report_of(variable) if isinstance(data, Population) else data
    unit = report.units[variable]
    names, columns = _columns(report, neurons)
    first, last = _frames(report, start, stop)
    scale, time_unit = _time_scale(report.interval * (last - first))
    for k, (name, column) in enumerate(zip(names, columns)):
        times, values = _thinned(report, variable, column, first, last)
        ax.plot(times * scale, values, color=COLOURS[k % len(COLOURS)], linewidth=1, label=name)
        if features and variable == "V" and not report.is_pooled and last - first <= MEASURED:
            _mark_features(ax, report, column, first, last, scale)
    if spikes and isinstance(data, Population) and has_spikes(data) and not report.is_pooled:
        _spike_ticks(ax, data.spikes.between(start, stop), numpy.asarray(report.neuron)[columns], scale)
    _finish(ax, f"time ({time_unit})", _label(variable, unit))
    ax.margins(x=0)
    if len(names) > 1:
        ax.legend(title="neuron", frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def phase_plane(data: Population | Report, x: str = "V", y: str | None = None, *, neuron: int | None = None,
                start: float | None = None, stop: float | None = None, ax: Axes | None = None) -> Axes:
    """One variable against another; without `y`, the rate of change of `x` against `x`. The start is marked by a dot."""
    ax = _axes(ax, (4.5, 4))
    report = data.report_of(x) if isinstance(data, Population) else data
    _, columns = _columns(report, neuron)
    first, last = _frames(report, start, stop)
    part = (slice(first, last),) if report.is_pooled else (slice(first, last), columns[0])
    across = numpy.asarray(report[x][part], float)
    if y is None:
        up = numpy.gradient(across, report.interval) if len(across) > 1 else numpy.zeros_like(across)
        label = f"d{x}/dt ({_pretty(report.units[x])}/ms)"
    else:
        up, label = numpy.asarray(report[y][part], float), _label(y, report.units[y])
    ax.plot(across, up, color=BLUE, linewidth=1)
    ax.plot(across[:1], up[:1], "o", color=VERMILION, markersize=5, label="start")
    _finish(ax, _label(x, report.units[x]), label)
    return ax


def raster(data: Run | Population | Spikes, *, start: float | None = None, stop: float | None = None,
           bin: float | None = None, rates: bool = True, ax: Axes | None = None) -> Axes:
    """Spikes of all neurons over time, populations above one another; below them, unless `rates` is false, their rates.

    `bin`: width of the bins of the rates, ms (a fiftieth of the time shown by default). The Axes of the rates is
    ``ax.child_axes[0]``.
    """
    ax = _axes(ax, (7, 4))
    groups = _spike_groups(data)
    begin = 0.0 if start is None else start
    end = max(spikes.stop for _, spikes in groups) if stop is None else stop
    scale, unit = _time_scale(end - begin)
    total = max(1, sum(len(spikes.neurons) for _, spikes in groups))
    share = 0.7 if rates else 1.0  # of the height, for the spikes
    height = share * ax.get_window_extent().height / ax.figure.dpi * 72 / total  # of a neuron, points
    row, middles = 0, []
    for k, (name, spikes) in enumerate(groups):
        shown, count = spikes.between(start, stop), len(spikes.neurons)
        rows = row + numpy.searchsorted(spikes.neurons, numpy.asarray(shown.node_ids))
        ax.plot(numpy.asarray(shown.timestamps) * scale, rows, "|", color=COLOURS[k % len(COLOURS)],
                markersize=min(12.0, max(2.0, 0.8 * height)), markeredgewidth=1)
        middles.append(row + (count - 1) / 2)
        row += count
    ax.set_ylim(total - 0.5 - total / share, total - 0.5)
    ax.set_xlim(begin * scale, end * scale)
    if len(groups) > 1:
        ax.set_yticks(middles, [name for name, _ in groups])
        for k, label in enumerate(ax.get_yticklabels()):
            label.set_color(COLOURS[k % len(COLOURS)])
    else:
        ticks = MaxNLocator(integer=True, steps=[1, 2, 5, 10]).tick_values(0, total - 1)
        ax.set_yticks([tick for tick in ticks if 0 <= tick < total])
    _finish(ax, f"time ({unit})", "" if len(groups) > 1 else f"neuron of {groups[0][0]}")
    ax.yaxis.label.set_y(1 - share / 2)
    if rates:
        edges = numpy.linspace(begin, end, 51 if bin is None else max(2, round((end - begin) / bin) + 1))
        _rates(ax.inset_axes((0, 0, 1, 0.9 - share), sharex=ax), groups, edges, scale)
    return ax


def weights(connection: Connection, *, ax: Axes | None = None) -> Axes:
    """The weight matrix of a connection: sources across, targets up; the synapses of a pair are added up.

    A connection with several sources or targets has them side by side. Of more than 500 neurons, several share a cell, which
    has the mean over their pairs.
    """
    ax = _axes(ax, (5, 4.2))
    if len(connection) == 0:
        raise user_error(f"connection '{connection.name}' has no synapses to show")
    across, sources = _stacked(connection, [part[0] for part in connection.parts], connection.sources)
    up, targets = _stacked(connection, [part[1] for part in connection.parts], connection.targets)
    edges = [numpy.linspace(-0.5, total - 0.5, min(total, 500) + 1) for total in (across[-1][2], up[-1][2])]
    cells = numpy.histogram2d(sources, targets, edges, weights=connection.weights)[0]
    cells /= numpy.outer(*(numpy.diff(numpy.ceil(edge)) for edge in edges))
    largest = numpy.abs(cells).max()
    signed = cells.min() < 0
    shown = ax.pcolormesh(edges[0], edges[1], cells.T, cmap="RdBu_r" if signed else "viridis", vmin=-largest if signed else 0,
                          vmax=largest)
    ax.figure.colorbar(shown, ax=ax, label=_label("weight", connection.unit))
    for axis, groups in ((ax.xaxis, across), (ax.yaxis, up)):
        if len(groups) > 1:
            axis.set_ticks([(begin + end - 1) / 2 for _, begin, end in groups], [name for name, _, _ in groups])
    _finish(ax, f"source neuron{_of(across)}", f"target neuron{_of(up)}")
    return ax


def positions(data: Population, values: Any = None, label: str = "", *, ax: Axes | None = None) -> Axes:
    """Where the neurons of a population are, the first two axes; `values` [neuron], such as rates, are their colours.

    `label`: what the values are. The colour bar is ``ax.collections[0].colorbar``.
    """
    places = numpy.asarray(data.positions)
    ax = _axes(ax, (5, 4.2))
    if values is not None and len(values) != len(places):
        raise user_error(f"{len(values)} values for the {len(places)} neurons of '{data.name}'", "give one for each neuron")
    up = places[:, 1] if places.shape[1] > 1 else numpy.zeros(len(places))
    colours: dict[str, Any] = {"color": BLUE} if values is None else {"c": numpy.asarray(values, float), "cmap": "viridis"}
    shown = ax.scatter(places[:, 0], up, s=max(2.0, min(30.0, 20_000 / len(places))), linewidths=0, **colours)
    if values is not None:
        ax.figure.colorbar(shown, ax=ax, label=label)
    ax.set_aspect("equal" if places.shape[1] > 1 else "auto")
    _finish(ax, "x (µm)", "y (µm)" if places.shape[1] > 1 else "")
    return ax


def _of(groups: list[tuple[str, int, int]]) -> str:
    return f" of {groups[0][0]}" if len(groups) == 1 else ""


def _stacked(connection: Connection, names: list[str], neurons: Numbers) -> tuple[list[tuple[str, int, int]], Numbers]:
    """Populations one after the other: (name, begin, end) of each, and the neurons counted through."""
    sizes = {name: connection.population_sizes[name] for name in names}
    groups, begin = [], 0
    for name, size in sizes.items():
        groups.append((name, begin, begin := begin + size))
    first = {name: start for name, start, _ in groups}
    moved = numpy.concatenate([neurons[part[2]] + first[name] for name, part in zip(names, connection.parts)])
    return groups, moved


def _rates(ax: Axes, groups: list[tuple[str, Spikes]], edges: Numbers, scale: float) -> None:
    for k, (name, spikes) in enumerate(groups):
        # Spikes lie at the ends of steps: a bin has its later edge, not its earlier one.
        behind = numpy.searchsorted(numpy.asarray(spikes.timestamps), edges + 1e-6 * (edges[1] - edges[0]), "right")
        counts = numpy.diff(behind)
        hz = counts / numpy.diff(edges) * 1000 / max(1, len(spikes.neurons))
        ax.stairs(hz, edges * scale, color=COLOURS[k % len(COLOURS)], label=name)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(MaxNLocator(3))
    ax.tick_params(labelbottom=False, bottom=False)
    _finish(ax, "", "rate (Hz)")


def fi_curve(currents: Sequence[float] | Numbers, rates: Iterable[Any], *, unit: str = "pA", start: float = 0.0,
             stop: float | None = None, ax: Axes | None = None) -> Axes:
    """Firing rate against input. `rates`: in Hz, or for each current a run, a population or its spikes.

    Of spikes the mean rate per neuron from `start` to `stop` (ms) is shown. `unit` is that of `currents`.
    """
    ax = _axes(ax, (5, 3.5))
    hz = [_rate(one, start, stop) for one in rates]
    order = numpy.argsort(numpy.asarray(currents, float), kind="stable")
    ax.plot(numpy.asarray(currents, float)[order], numpy.asarray(hz)[order], "o-", color=BLUE, markersize=5, linewidth=1.2)
    ax.set_ylim(bottom=0)
    _finish(ax, f"input ({_pretty(unit)})", "rate (Hz)")
    return ax


def isi_histogram(data: Population | Spikes | Numbers, *, bins: Any = 40, start: float | None = None,
                  stop: float | None = None, ax: Axes | None = None) -> Axes:
    """Intervals between successive spikes of each neuron, all neurons together; with mean and coefficient of variation.

    `data`: a population, its spikes, or intervals [interval] in ms. `bins` as in numpy.histogram.
    """
    ax = _axes(ax, (5, 3.5))
    if isinstance(data, (Population, Spikes)):
        spikes = (data.spikes if isinstance(data, Population) else data).between(start, stop)
        parts = [numpy.diff(times) for times in spikes.trains().values()]
        intervals = numpy.concatenate(parts) if parts else numpy.array([])
    else:
        intervals = numpy.asarray(data, float)
    if len(intervals) == 0:
        raise user_error("there are no intervals: no neuron has two spikes")
    counts, edges = numpy.histogram(intervals, bins)
    ax.stairs(counts, edges, fill=True, color=SKY, edgecolor=BLUE)
    mean = float(intervals.mean())
    ax.axvline(mean, color=VERMILION, linewidth=1.2)
    ax.text(0.98, 0.95, f"{len(intervals)} intervals\nmean {mean:.3g} ms\nCV {intervals.std() / mean:.2f}",
            transform=ax.transAxes, ha="right", va="top")
    ax.set_ylim(bottom=0)
    _finish(ax, "interval (ms)", "count")
    return ax


def gates(data: Population | Report, variables: Sequence[str] | None = None, *, neuron: int | None = None,
          start: float | None = None, stop: float | None = None, ax: Axes | None = None) -> Axes:
    """Gating variables of one neuron over time; by default all that have no unit, such as m, h and n."""
    ax = _axes(ax)
    reports = [r for r in data.reports.values() if not r.is_pooled] if isinstance(data, Population) else [data]
    chosen = [(r, name) for r in reports for name in r if (name in variables if variables else r.units[name] == "1")]
    if not chosen:
        raise user_error("there are no gates: record variables without a unit, for example record: {cell: [V, m, h, n]}")
    for k, (report, name) in enumerate(chosen):
        _, columns = _columns(report, neuron)
        first, last = _frames(report, start, stop)
        scale, unit = _time_scale(report.interval * (last - first))
        times, values = _thinned(report, name, columns[0], first, last)
        ax.plot(times * scale, values, color=COLOURS[k % len(COLOURS)], linewidth=1.2, label=name)
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    ax.margins(x=0)
    _finish(ax, f"time ({unit})", "gate")
    return ax


def sweep(data: Sweep | str | os.PathLike[str], measure: str, x: str | None = None, y: str | None = None, *,
          ax: Axes | None = None) -> Axes:
    """A measure of a sweep over one parameter, or as colours over two.

    `data`: a sweep or its file. `x`, `y`: parameters with numbers; by default those that vary, if there are one or two. Over
    one parameter, there is a line for each combination of the others, through the means of the repeats, in a band from the
    lowest to the highest of them. A map shows means of all points at a place, its colour bar is ``ax.collections[0].colorbar``. Points that failed are crosses. Geometric ranges have logarithmic axes.
    """
    data = data if isinstance(data, Sweep) else opened_sweep(data)
    values = data[measure]
    axes = {name: found for name, found in data.axes().items() if found.dtype.kind != "U"}
    chosen = [name for name in (x, y) if name is not None] or [name for name, found in axes.items() if len(found) > 1]
    for name in chosen:
        if name not in axes:
            raise user_error(f"'{name}' is no parameter with numbers", f"choose among: {', '.join(axes) or 'none'}")
    if len(chosen) not in (1, 2):
        raise user_error(f"{len(chosen)} parameters take different numbers, and a figure has one or two axes",
                         f"choose with x= and y= among: {', '.join(axes)}")
    ax = _axes(ax, (5, 3.5))
    for name, scale in zip(chosen, (ax.set_xscale, ax.set_yscale)):
        if _geometric(axes[name]):
            scale("log")
    failed = data.point_status == 1
    if len(chosen) == 1:
        _sweep_curves(ax, data, values, chosen[0])
        _finish(ax, _label(chosen[0], data.units[chosen[0]]), _label(measure, data.units[measure]))
        places = numpy.unique(data[chosen[0]][failed])
        ax.plot(places, numpy.full(len(places), 0.02), "x", color=GREY, transform=ax.get_xaxis_transform(), label="_failed")
    else:
        _sweep_map(ax, data, values, chosen, axes, _label(measure, data.units[measure]))
        _finish(ax, *(_label(name, data.units[name]) for name in chosen))
        ax.plot(data[chosen[0]][failed], data[chosen[1]][failed], "x", color=BLACK, linestyle="none", label="_failed")
    return ax


def opened_sweep(path: str | os.PathLike[str]) -> Sweep:
    """The sweep in a file; raises UserError for the file of a run."""
    found = opened(path)
    if not isinstance(found, Sweep):
        raise user_error(f"{os.fspath(path)} is the file of a run, not of a sweep")
    return found


def _geometric(values: Numbers) -> bool:
    if len(values) < 3 or values[0] <= 0:
        return False
    ratios = values[1:] / values[:-1]
    return bool(ratios[0] > 1.001 and numpy.allclose(ratios, ratios[0], rtol=1e-6))


def _sweep_curves(ax: Axes, data: Sweep, values: Numbers, x: str) -> None:
    others = [name for name, found in data.axes().items() if name != x and len(found) > 1]
    keys = list(zip(*(data[name].tolist() for name in others))) if others else [()] * len(data)
    groups: dict[tuple[Any, ...], list[int]] = {}
    for point, key in enumerate(keys):
        groups.setdefault(key, []).append(point)
    across = data[x]
    if len(groups) > 1 and all(len(numpy.unique(across[points])) < 2 for points in groups.values()):
        groups, others = {(): list(range(len(data)))}, []  # points that were drawn
    for k, (key, points) in enumerate(groups.items()):
        places, which = numpy.unique(across[points], return_inverse=True)
        found = [values[points][which == place] for place in range(len(places))]
        found = [one[~numpy.isnan(one)] for one in found]
        mean, low, high = (numpy.array([take(one) if len(one) else numpy.nan for one in found])
                           for take in (numpy.mean, numpy.min, numpy.max))
        label = ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in key)
        colour = COLOURS[k % len(COLOURS)]
        ax.plot(places, mean, "o-", color=colour, markersize=3, linewidth=1.2, label=label or None)
        if numpy.any(high > low):
            ax.fill_between(places, low, high, color=colour, alpha=0.2, linewidth=0)
    if others:
        ax.legend(title=", ".join(_label(name, data.units[name]) for name in others), frameon=False, loc="center left",
                  bbox_to_anchor=(1, 0.5))


def _sweep_map(ax: Axes, data: Sweep, values: Numbers, chosen: list[str], axes: dict[str, Numbers], label: str) -> None:
    columns, rows = (axes[name] for name in chosen)
    across, up = (data[name] for name in chosen)
    there = ~numpy.isnan(values + across + up)
    if len(columns) * len(rows) > 2 * len(data):  # points that were drawn
        shown: Any = ax.scatter(across[there], up[there], c=values[there], s=16, cmap="viridis")
    else:
        place = (numpy.searchsorted(rows, up[there]), numpy.searchsorted(columns, across[there]))
        sums, counts = numpy.zeros((len(rows), len(columns))), numpy.zeros((len(rows), len(columns)))
        numpy.add.at(sums, place, values[there])
        numpy.add.at(counts, place, 1)
        means = numpy.divide(sums, counts, out=numpy.full_like(sums, numpy.nan), where=counts > 0)
        shown = ax.pcolormesh(_edges(columns), _edges(rows), means, cmap="viridis", rasterized=False)
        ax.set_facecolor("#dddddd")
    ax.figure.colorbar(shown, ax=ax, label=label)


def _edges(values: Numbers) -> Numbers:
    """Half way between neighbours, as their axis counts."""
    counted = numpy.log(values) if _geometric(values) else values
    if len(counted) == 1:
        edges = numpy.array([counted[0] - 0.5, counted[0] + 0.5])
    else:
        middle = (counted[1:] + counted[:-1]) / 2
        edges = numpy.concatenate([[2 * counted[0] - middle[0]], middle, [2 * counted[-1] - middle[-1]]])
    return numpy.exp(edges) if _geometric(values) else edges


# What they share ------------------------------------------------------------------------------------------------------


def _axes(ax: Axes | None, size: tuple[float, float] = (7, 3)) -> Axes:
    if ax is not None:
        return ax
    _, made = pyplot.subplots(figsize=size, layout="constrained")
    return made


def _finish(ax: Axes, x: str, y: str) -> None:
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.spines[["top", "right"]].set_visible(False)


def _pretty(unit: str) -> str:
    for plain, nice in (("u", "µ"),):
        unit = nice + unit[1:] if unit.startswith(plain) else unit
    return unit.replace("cm2", "cm²")


def _label(name: str, unit: str) -> str:
    return name if unit == "1" else f"{name} ({_pretty(unit)})"


def _time_scale(ms: float) -> tuple[float, str]:
    return (0.001, "s") if ms >= 10_000 else (1.0, "ms")


def _columns(report: Report, neurons: int | Sequence[int] | None) -> tuple[list[str], list[int]]:
    if report.is_pooled:
        return [str(report.pooling)], [0]
    names, columns = chosen_columns(report, neurons)
    most = len(columns) if neurons is not None else len(COLOURS)
    return [str(name) for name in names[:most]], columns[:most]


def _frames(report: Report, start: float | None, stop: float | None) -> tuple[int, int]:
    frames = len(report.time)
    first = 0 if start is None else min(frames, max(0, int(numpy.ceil(start / report.interval - 1e-9))))
    last = frames if stop is None else min(frames, int(numpy.ceil(stop / report.interval - 1e-9)))
    return first, max(first, last)


def _thinned(report: Report, variable: str, column: int, first: int, last: int) -> tuple[Numbers, Numbers]:
    """Times and values of frames first .. last - 1; of long stretches the lowest and the highest value of each."""
    values = report[variable]

    def part(begin: int, end: int) -> Numbers:
        return numpy.asarray(values[begin:end] if report.is_pooled else values[begin:end, column], float)

    width = max(1, (last - first) // STRETCHES)
    if width < 4:
        return numpy.arange(first, last) * report.interval, part(first, last)
    at: list[int] = []
    kept: list[float] = []
    block = max(1, BLOCK // width) * width
    for begin in range(first, last, block):
        found = part(begin, min(last, begin + block))
        rows = numpy.array_split(found, range(width, len(found), width))
        for k, row in enumerate(rows):
            places = sorted((int(row.argmin()), int(row.argmax())))
            at.extend(begin + k * width + place for place in places)
            kept.extend(row[place] for place in places)
    return numpy.array(at) * report.interval, numpy.array(kept)


MARKS = {"begin": ("AP_begin_time", "AP_begin_voltage", "^"), "peak": ("peak_time", "peak_voltage", "o"),
         "after-hyperpolarisation": ("min_AHP_indices", "min_AHP_values", "v")}


def _mark_features(ax: Axes, report: Report, column: int, first: int, last: int, scale: float) -> None:
    if last - first < 3:
        return
    times = numpy.arange(first, last) * report.interval
    found = measured(times, report["V"][first:last, column], *(name for one in MARKS.values() for name in one[:2]),
                     stim_start=report.stimulus[0], stim_end=report.stimulus[1])
    for label, (when, level, marker) in MARKS.items():
        at = times[found[when].astype(int)] if when.endswith("indices") else found[when]
        if len(at):
            ax.plot(at * scale, found[level][: len(at)], marker, color=BLACK, markerfacecolor="white", markersize=4,
                    linestyle="none", label=f"_{label}")


def _spike_ticks(ax: Axes, spikes: Spikes, neurons: Numbers, scale: float) -> None:
    trains = spikes.trains()
    low, high = ax.get_ylim()
    for k, neuron in enumerate(neurons):
        times = trains.get(int(neuron), numpy.array([]))
        level = high + (0.04 + 0.05 * k) * (high - low)
        ax.plot(times * scale, numpy.full(len(times), level), "|", color=COLOURS[k % len(COLOURS)], markersize=7)


def _spike_groups(data: Run | Population | Spikes) -> list[tuple[str, Spikes]]:
    if isinstance(data, Spikes):
        return [(data.population, data)]
    if isinstance(data, Population):
        return [(data.name, data.spikes)]
    groups = [(name, one.spikes) for name, one in data.items() if has_spikes(one)]
    if not groups:
        raise user_error("no spikes were recorded; write for example record: {cell: [spikes]}")
    return groups


def _rate(data: Any, start: float, stop: float | None) -> float:
    if not isinstance(data, (Run, Population, Spikes)):
        return float(data)
    groups = [spikes for _, spikes in _spike_groups(data)]
    end = max(one.stop for one in groups) if stop is None else stop
    count = sum(len(one.between(start, stop)) for one in groups)
    return count / sum(len(one.neurons) for one in groups) / (end - start) * 1000
