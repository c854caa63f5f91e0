"""Where a run's data come from: one interface, kept by memory here and by files in _file.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy

from . import _hillock
from .errors import user_error

if TYPE_CHECKING:
    from ._file import FileArray
    from .analysis import Analysis
    from .results import Report

Array: TypeAlias = "numpy.ndarray[Any, Any] | FileArray"


@dataclasses.dataclass(frozen=True)
class Variable:
    """One variable of a report: its unit, and what it is in words."""

    unit: str
    long_name: str


@dataclasses.dataclass(frozen=True)
class ReportInfo:
    """A report without its data; times in ms. `stimulus`: from when to when currents flow into the population."""

    group: str
    population: str
    pooled: bool
    interval: float
    stimulus: tuple[float, float]
    variables: dict[str, Variable]


@dataclasses.dataclass(frozen=True)
class SnippetInfo:
    """What was recorded around spikes, without its data."""

    group: str
    population: str
    variables: dict[str, Variable]


@dataclasses.dataclass(frozen=True)
class WeightInfo:
    """Weights of a connection between two populations over time, without their data; the interval in ms."""

    group: str
    connection: str
    source: str
    target: str
    unit: str
    interval: float


class Source(Protocol):
    """What a Run reads from. Arrays are [time], [neuron], [time, neuron] and [spike]; times in ms."""

    def reports(self) -> list[ReportInfo]: ...

    def times(self, report: ReportInfo) -> Array: ...

    def neurons(self, report: ReportInfo) -> Array: ...

    def values(self, report: ReportInfo, variable: str) -> Array: ...

    def spike_populations(self) -> tuple[str, ...]: ...

    def spikes(self, population: str) -> tuple[Array, Array]: ...

    def spike_neurons(self, population: str) -> Array | None: ...

    def spike_trains(self, population: str) -> int: ...

    def positioned(self) -> tuple[str, ...]: ...

    def positions(self, population: str) -> Array: ...

    def around_spikes(self) -> list[SnippetInfo]: ...

    def snippets(self, info: SnippetInfo, name: str) -> Array:
        """timestamps, node_ids or sampled_at [spike], offset [offset], or a variable [spike, offset]."""

    def left_out(self, info: SnippetInfo) -> tuple[int, int]: ...

    def recorded_weights(self) -> list[WeightInfo]: ...

    def weights(self, info: WeightInfo, name: str) -> Array:
        """time [time], source_node_id or target_node_id [synapse], or weight [time, synapse]."""

    def analysed(self) -> tuple[str, ...]: ...

    def analysis(self, population: str) -> Analysis: ...

    def time(self) -> float: ...

    def status(self) -> str: ...

    def stopped_by(self) -> str | None: ...

    def seed(self) -> int: ...

    def number(self, name: str) -> float: ...

    def profile(self) -> dict[str, float]: ...

    def text(self, name: str) -> str: ...

    def path(self) -> str | None: ...

    def refreshed(self) -> Source: ...


def profile_of(numbers: Mapping[str, Any]) -> dict[str, float]:
    """The seconds of each kind of work, from numbers as they stand in a file: ``profile_integrate_s.exc`` is ``integrate.exc``."""
    return {name.removeprefix("profile_").replace("_s", "", 1): float(seconds)
            for name, seconds in numbers.items() if name.startswith("profile_")}


def chosen_columns(report: Report, neurons: int | Sequence[int] | None) -> tuple[list[int], list[int]]:
    """Neurons by their number in the population, all by default, and the columns of a report that hold them."""
    recorded = [int(one) for one in numpy.asarray(report.neuron)]
    if neurons is None:
        return recorded, list(range(len(recorded)))
    wanted = [int(neurons)] if isinstance(neurons, (int, numpy.integer)) else [int(one) for one in neurons]
    columns = {neuron: column for column, neuron in enumerate(recorded)}
    for one in wanted:
        if one not in columns:
            raise user_error(f"neuron {one} of '{report.population}' was not recorded")
    return wanted, [columns[one] for one in wanted]


class MemorySource:
    """What a run in this process has recorded: views of its memory, which live on without it."""

    def __init__(self, recorded: _hillock.Recorded, populations: list[_hillock.PopulationInfo], end: float,
                 stopped_by: str = "") -> None:
        self._recorded = recorded
        self._stopped_by = stopped_by
        self._profile: dict[str, float] = {}
        self._neurons = {one.name: numpy.array(one.spike_neurons, numpy.int64) if one.spike_neurons
                         else numpy.arange(one.size) for one in populations if one.spikes}
        self._end = end
        self._measured: tuple[float, dict[str, _hillock.AnalysisTable]] | None = None
        self._layouts = {layout.group: (index, [one.name for one in layout.variables])
                         for index, layout in enumerate(recorded.reports)}
        self._windows = {layout.group: index for index, layout in enumerate(recorded.around_spikes)}
        self._weights = {layout.group: index for index, layout in enumerate(recorded.weights)}

    def reports(self) -> list[ReportInfo]:
        return [ReportInfo(one.group, one.population, one.pooled, one.interval, (one.stimulus_start, one.stimulus_stop),
                           {each.name: Variable(each.unit, each.long_name) for each in one.variables})
                for one in self._recorded.reports]

    def times(self, report: ReportInfo) -> Array:
        return self._recorded.times(self._layouts[report.group][0])

    def neurons(self, report: ReportInfo) -> Array:
        return self._recorded.neurons(self._layouts[report.group][0])

    def values(self, report: ReportInfo, variable: str) -> Array:
        index, names = self._layouts[report.group]
        return self._recorded.values(index, names.index(variable))

    def spike_populations(self) -> tuple[str, ...]:
        return tuple(self._recorded.spikes)

    def spikes(self, population: str) -> tuple[Array, Array]:
        index = self._recorded.spikes.index(population)
        return self._recorded.spike_times(index), self._recorded.spike_neurons(index)

    def spike_neurons(self, population: str) -> Array | None:
        return self._neurons.get(population)

    def spike_trains(self, population: str) -> int:
        return len(self._neurons[population])

    def positioned(self) -> tuple[str, ...]:
        return tuple(one.population for one in self._recorded.nodes)

    def positions(self, population: str) -> Array:
        found = next(one for one in self._recorded.nodes if one.population == population)
        return numpy.array(found.axes).T

    def around_spikes(self) -> list[SnippetInfo]:
        return [SnippetInfo(one.group, one.population, {each.name: Variable(each.unit, each.long_name) for each in one.variables})
                for one in self._recorded.around_spikes]

    def snippets(self, info: SnippetInfo, name: str) -> Array:
        index = self._windows[info.group]
        columns = {"timestamps": self._recorded.snippet_times, "node_ids": self._recorded.snippet_neurons,
                   "sampled_at": self._recorded.snippet_samples, "offset": self._recorded.snippet_offsets}
        if name in columns:
            return columns[name](index)
        return self._recorded.snippet_values(index, list(info.variables).index(name))

    def left_out(self, info: SnippetInfo) -> tuple[int, int]:
        return self._recorded.snippets_left_out(self._windows[info.group])

    def recorded_weights(self) -> list[WeightInfo]:
        return [WeightInfo(one.group, one.connection, one.source, one.target, one.unit, one.interval) for one in self._recorded.weights]

    def weights(self, info: WeightInfo, name: str) -> Array:
        arrays = {"time": self._recorded.weight_times, "weight": self._recorded.weight_values,
                  "source_node_id": self._recorded.weight_sources, "target_node_id": self._recorded.weight_targets}
        return arrays[name](self._weights[info.group])

    def analysed(self) -> tuple[str, ...]:
        return tuple(self._recorded.analysed)

    def analysis(self, population: str) -> Analysis:
        from .analysis import Analysis, Quantity

        time = self._recorded.time
        if self._measured is None or self._measured[0] != time:  # a run in slices goes on
            self._measured = time, {one.population: one for one in self._recorded.analysis()}
        table = self._measured[1][population]
        axes, values = ({one.name: Quantity(one.unit, one.long_name, one.axis, one.values) for one in each}
                        for each in (table.axes, table.values))
        return Analysis(population, numpy.array(table.neurons, numpy.int64), axes, values, table.numbers, table.note)

    def time(self) -> float:
        return self._recorded.time

    def status(self) -> str:
        return "complete" if self._stopped_by or self._recorded.time >= self._end else "interrupted"

    def stopped_by(self) -> str | None:
        return self._stopped_by or None

    def keep_end(self, stopped_by: str) -> None:
        self._stopped_by = stopped_by

    def seed(self) -> int:
        return self._recorded.seed

    def keep_profile(self, numbers: Mapping[str, float]) -> None:
        self._profile = profile_of(numbers)

    def profile(self) -> dict[str, float]:
        return self._profile

    def number(self, name: str) -> float:
        return {"duration_ms": self._recorded.duration, "dt_ms": self._recorded.dt}[name]

    def text(self, name: str) -> str:
        return self._recorded.texts[name]

    def path(self) -> str | None:
        return None

    def refreshed(self) -> MemorySource:
        return self
