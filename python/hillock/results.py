"""What a run recorded: populations with their traces, spikes and units, from memory or from a file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy

from ._items import ItemsAsAttributes
from ._source import Array, ReportInfo, Source
from .around_spikes import AroundSpikes
from .errors import NotRecordedError
from .weights import Weights

if TYPE_CHECKING:
    import neo
    import pandas
    import xarray

    from ._statistics import Statistics
    from .analysis import Analysis


class Report(ItemsAsAttributes[Array]):
    """Variables of the same neurons at the same times, by name: ``report.V`` or ``report["V"]``.

    Arrays are [time, neuron]; a mean or sum over the population and its rate are [time]. In memory they are NumPy arrays, read-only and never
    copied; of a file they are read where they are indexed, and as a whole by NumPy functions.
    """

    def __init__(self, source: Source, info: ReportInfo) -> None:
        self._source = source
        self._info = info

    @property
    def group(self) -> str:
        """Its name in files: ``exc``, ``exc.w``, ``exc.mean``, ``exc.rate``."""
        return self._info.group

    @property
    def population(self) -> str:
        """The name of the population."""
        return self._info.population

    @property
    def is_pooled(self) -> bool:
        """Whether there is one value of all neurons at each time, their mean, their sum or their rate of spikes."""
        return self._info.pooled

    @property
    def pooling(self) -> str | None:
        """Which of these: ``mean``, ``sum`` or ``rate``; None where each neuron has a value of its own."""
        return self.group.removeprefix(f"{self.population}.").split(".")[0] if self.is_pooled else None

    @property
    def is_mean(self) -> bool:
        """Whether values are means over the population."""
        return self.pooling == "mean"

    @property
    def interval(self) -> float:
        """Time between two frames, ms."""
        return self._info.interval

    @property
    def stimulus(self) -> tuple[float, float]:
        """From the earliest start to the latest stop of the currents into the population, ms; without any, the run."""
        return self._info.stimulus

    @property
    def time(self) -> Array:
        """Times of the frames [time], ms. The frame at t holds the values after the spikes and resets at t."""
        return self._source.times(self._info)

    @property
    def neuron(self) -> Array:
        """Which neurons, counted from 0 [neuron]."""
        if self.is_pooled:
            what = {"mean": "means over the population", "sum": "sums over the population", "rate": "the rate of the population"}
            raise NotRecordedError(f"'{self.group}' holds {what[str(self.pooling)]}, not single neurons")
        return self._source.neurons(self._info)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of what was recorded."""
        return tuple(self._info.variables)

    @property
    def units(self) -> dict[str, str]:
        """Variable -> unit; ``time`` is there too."""
        return {"time": "ms", **{name: one.unit for name, one in self._info.variables.items()}}

    @property
    def long_names(self) -> dict[str, str]:
        """Variable -> what it is, in words."""
        return {name: one.long_name for name, one in self._info.variables.items()}

    def __getitem__(self, name: str) -> Array:
        if name not in self._info.variables:
            raise NotRecordedError(_missing(name, f"'{self.group}'", self.variables))
        return self._source.values(self._info, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.variables]

    def __contains__(self, name: object) -> bool:
        return name in self._info.variables

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)

    def __repr__(self) -> str:
        return f"<hillock.Report '{self.group}': {_listed(self)}, every {self.interval:g} ms>"

    def to_xarray(self) -> xarray.Dataset:
        """A Dataset with the dimensions ``time`` and ``neuron``; units are attributes of the variables."""
        from ._convert import report_to_xarray

        return report_to_xarray(self)

    def to_pandas(self) -> pandas.DataFrame:
        """One row per time (index, ms), one column per (variable, neuron); of a mean, one column per variable."""
        from ._convert import report_to_pandas

        return report_to_pandas(self)


class Spikes:
    """Spikes of one population in order of time, then neuron: ``timestamps`` [spike], ms, and ``node_ids`` [spike]."""

    def __init__(self, population: str, timestamps: Array, node_ids: Array, neurons: Array | None, stop: float) -> None:
        self.population = population
        self.timestamps = timestamps
        self.node_ids = node_ids
        self._neurons = neurons
        self.stop = stop

    def __len__(self) -> int:
        return len(self.timestamps)

    def __repr__(self) -> str:
        return f"<hillock.Spikes of '{self.population}': {len(self)} up to {self.stop:g} ms>"

    @property
    def neurons(self) -> numpy.ndarray[Any, Any]:
        """The neurons whose spikes were recorded, silent ones included, where that is known; else those that spiked."""
        return numpy.unique(self.node_ids) if self._neurons is None else numpy.asarray(self._neurons)

    @property
    def all_neurons_known(self) -> bool:
        """Whether ``neurons`` are all whose spikes were recorded: a file does not say which ones were silent, if some were chosen."""
        return self._neurons is not None

    def between(self, start: float | None = None, stop: float | None = None) -> Spikes:
        """The spikes with start <= t < stop (ms), without copying."""
        times = numpy.asarray(self.timestamps)
        first = 0 if start is None else int(numpy.searchsorted(times, start, "left"))
        last = len(times) if stop is None else int(numpy.searchsorted(times, stop, "left"))
        part = slice(first, max(first, last))
        return Spikes(self.population, self.timestamps[part], self.node_ids[part], self._neurons,
                      self.stop if stop is None else min(stop, self.stop))

    def trains(self) -> dict[int, numpy.ndarray[Any, Any]]:
        """Neuron -> its spike times [spike], ms; silent neurons have an empty array."""
        times, ids = numpy.asarray(self.timestamps), numpy.asarray(self.node_ids)
        order = numpy.argsort(ids, kind="stable")
        ids, times = ids[order], times[order]
        neurons = self.neurons
        first, last = numpy.searchsorted(ids, neurons, "left"), numpy.searchsorted(ids, neurons, "right")
        return {int(neuron): times[a:b] for neuron, a, b in zip(neurons, first, last)}

    def to_pandas(self) -> pandas.DataFrame:
        """Columns ``timestamps`` (ms) and ``node_ids``, one row per spike."""
        from ._convert import spikes_to_pandas

        return spikes_to_pandas(self)


class Population(ItemsAsAttributes[Array]):
    """One population of a run: ``run["exc"].V`` [time, neuron], ``.time`` (ms), ``.spikes``, ``.units``.

    Variables that were recorded together share ``.time`` and ``.neuron``. Those with neurons or an interval of their own
    are reports: ``run["exc"].reports["exc.w"].time``; means are in ``run["exc"].mean``, sums in
    ``run["exc"].sum``, the rate of its spikes in ``run["exc"].population_rate``.
    """

    def __init__(self, source: Source, name: str, reports: Mapping[str, Report], windows: Mapping[str, AroundSpikes]) -> None:
        self._source = source
        self.name = name
        self.reports: dict[str, Report] = dict(reports)
        self.windows: dict[str, AroundSpikes] = dict(windows)

    @property
    def _main(self) -> Report:
        single = [report for report in self.reports.values() if not report.is_pooled]
        if not single:
            raise NotRecordedError(f"no traces of '{self.name}' were recorded; "
                                   f"write for example record: {{{self.name}: [V]}}")
        return self.reports.get(self.name, single[0])

    @property
    def time(self) -> Array:
        """Times of the frames [time], ms."""
        return self._main.time

    @property
    def neuron(self) -> Array:
        """Which neurons, counted from 0 [neuron]."""
        return self._main.neuron

    @property
    def mean(self) -> Report:
        """Means over the population [time]."""
        return self._pooled("mean", "no means", "{V: {mean: true}}")

    @property
    def sum(self) -> Report:
        """Sums over the population [time]."""
        return self._pooled("sum", "no sums", "{I_syn: {sum: true}}")

    @property
    def population_rate(self) -> Report:
        """Spikes per neuron and second: ``.rate`` [time], Hz, of the bin that begins at ``.time`` (ms)."""
        return self._pooled("rate", "no rate", "{rate: {every: 1 ms}}")

    def _pooled(self, pooling: str, none: str, example: str) -> Report:
        for report in self.reports.values():
            if report.pooling == pooling:
                return report
        were = "was" if pooling == "rate" else "were"
        raise NotRecordedError(f"{none} of '{self.name}' {were} recorded; write for example record: {{{self.name}: {example}}}")

    @property
    def spikes(self) -> Spikes:
        """Spikes in order of time, then neuron."""
        if self.name not in self._source.spike_populations():
            raise NotRecordedError(f"spikes of '{self.name}' were not recorded; write record: {{{self.name}: [spikes]}}")
        timestamps, node_ids = self._source.spikes(self.name)
        return Spikes(self.name, timestamps, node_ids, self._source.spike_neurons(self.name), self._source.time())

    @property
    def positions(self) -> Array:
        """Where the neurons are [neuron, axis], um."""
        if self.name not in self._source.positioned():
            raise NotRecordedError(f"the neurons of '{self.name}' have no positions; write for example populations: "
                                   f"{{{self.name}: {{positions: {{grid: [20, 20], extent: [1 mm, 1 mm]}}}}}}")
        return self._source.positions(self.name)

    @property
    def around_spikes(self) -> AroundSpikes:
        """What was recorded around spikes only: ``.V`` [spike, offset], ``.offset`` (ms), ``.timestamps`` (ms), ``.node_ids``.

        Variables with neurons, a window or an interval of their own are in ``.windows["exc.w"]``.
        """
        if not self.windows:
            raise NotRecordedError(f"nothing was recorded around spikes of '{self.name}'; write for example "
                                   f"record: {{{self.name}: {{V: {{around_spikes: {{before: 2 ms, after: 5 ms}}}}}}}}")
        return self.windows.get(self.name, next(iter(self.windows.values())))

    @property
    def analysis(self) -> Analysis:
        """What the ``analysis`` of the config measured during the run: name -> values [neuron], with units."""
        if self.name not in self._source.analysed():
            import yaml

            asked = (yaml.safe_load(self._source.text("config")) or {}).get("analysis") or {}
            if self.name in asked:
                raise NotRecordedError(f"nothing is measured of '{self.name}' yet: what the analysis of the config asks for "
                                       f"comes at the end of the run, and this file ends before it (status: {self._source.status()})")
            raise NotRecordedError(f"nothing was measured of '{self.name}' during the run; "
                                   f"write for example analysis: {{{self.name}: [AP_amplitude, rate]}}")
        return self._source.analysis(self.name)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables of single neurons."""
        return tuple(name for report in self.reports.values() if not report.is_pooled for name in report)

    @property
    def units(self) -> dict[str, str]:
        """Variable -> unit; ``time`` is there too."""
        units = {"time": "ms"}
        for report in self.reports.values():
            units.update({name: unit for name, unit in report.units.items() if name not in units})
        return units

    def report_of(self, name: str) -> Report:
        """The report that holds a variable of single neurons."""
        for report in self.reports.values():
            if not report.is_pooled and name in report:
                return report
        raise NotRecordedError(_missing(name, f"'{self.name}'", self.variables))

    def __getitem__(self, name: str) -> Array:
        return self.report_of(name)[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.variables]

    def __contains__(self, name: object) -> bool:
        return name in self.variables

    def __repr__(self) -> str:
        return f"<hillock.Population '{self.name}': {_listed(self.variables)}>"

    def features(self, *names: str, neurons: int | Sequence[int] | None = None, per: str = "neuron",
                 stim_start: float | None = None, stim_end: float | None = None, **settings: float | bool) -> pandas.DataFrame:
        """Features of the action potentials in V, with eFEL's names, units and definitions, as a table.

        `names`: which (default: all that hillock.feature_list names). `per="neuron"`: one row per neuron, features of single
        action potentials as their means; ``per="spike"``: one row per action potential, of those features alone. What a
        trace does not have is NaN. ``table.attrs["units"]`` holds the units.
        `stim_start`, `stim_end`: the stimulus, ms (default: that of the config); `settings`: eFEL's, such as ``Threshold=-30``.
        Everything is measured on the samples as recorded; eFEL gives the same with its interp_step set to their interval.
        """
        from ._features import table_of

        return table_of(self.report_of("V"), names, neurons, per, stim_start, stim_end, settings)

    def statistics(self, *names: str, neurons: int | Sequence[int] | None = None, start: float | None = None,
                   stop: float | None = None, bin: float = 5.0, reach: float = 50.0) -> Statistics:
        """Statistics of the spikes, with elephant's definitions: those that ``hillock features`` takes of a file.

        `names`: which of hillock.statistic_list() (default: all). `neurons`: of which (default: all whose spikes were recorded;
        silent ones whose number a file does not tell are neuron -1). `start`, `stop`: the window, ms (default: the whole run),
        both ends belong to it. `bin`: of counts, histogram and correlogram, ms. `reach`: of the autocorrelogram to both sides,
        ms. Raises UserError, and NotRecordedError without spikes.
        """
        from ._statistics import statistics_of

        return statistics_of(self, names, neurons, start, stop, bin, reach)

    def to_xarray(self) -> xarray.Dataset:
        """A Dataset with the dimensions ``time`` and ``neuron``.

        Variables with times or neurons of their own have dimensions of their own: ``w`` has ``time_w`` and ``neuron_w``;
        the mean of V is ``V_mean`` with ``time_mean``.
        """
        from ._convert import population_to_xarray

        return population_to_xarray(self)

    def to_pandas(self) -> pandas.DataFrame:
        """One row per time (index, ms), one column per (variable, neuron), of the variables that share ``.time``."""
        return self._main.to_pandas()


class Run(Mapping[str, Population]):
    """A run, in memory or in a file: a mapping from names of populations to what was recorded of them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        windows: dict[str, dict[str, AroundSpikes]] = {}
        for snippets in source.around_spikes():
            windows.setdefault(snippets.population, {})[snippets.group] = AroundSpikes(source, snippets)
        reports: dict[str, dict[str, Report]] = {name: {} for name in (*source.spike_populations(), *windows, *source.analysed())}
        for info in source.reports():
            reports.setdefault(info.population, {})[info.group] = Report(source, info)
        self._populations = {name: Population(source, name, found, windows.get(name, {})) for name, found in reports.items()}

    def __getitem__(self, name: str) -> Population:
        if name not in self._populations:
            raise NotRecordedError(_missing(name, "the run", tuple(self._populations)))
        return self._populations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._populations)

    def __len__(self) -> int:
        return len(self._populations)

    @property
    def reports(self) -> dict[str, Report]:
        """Group -> report, of all populations."""
        return {group: report for one in self.values() for group, report in one.reports.items()}

    @property
    def weights(self) -> dict[str, Weights]:
        """Group -> weights of a connection over time; ``run.weights["ee"].weight`` [time, synapse]."""
        return {info.group: Weights(self._source, info) for info in self._source.recorded_weights()}

    @property
    def path(self) -> str | None:
        """The file that it is read from, or None."""
        return self._source.path()

    @property
    def status(self) -> str:
        """complete, running, interrupted, failed, or recovered (by ``hillock recover``)."""
        return self._source.status()

    @property
    def stop(self) -> float:
        """Everything before this time is here, ms."""
        return self._source.time()

    @property
    def stopped_by(self) -> str | None:
        """The condition under ``stop_when`` that ended the run at ``stop``, or None where it ran to its duration."""
        return self._source.stopped_by()

    @property
    def duration(self) -> float:
        """Of the whole run as its config asks for it, ms."""
        return float(self._source.number("duration_ms"))

    @property
    def dt(self) -> float:
        """The time step, ms."""
        return float(self._source.number("dt_ms"))

    @property
    def seed(self) -> int:
        """The seed of all random numbers."""
        return self._source.seed()

    @property
    def profile(self) -> dict[str, float]:
        """Where the time went, s: inputs, deliver, integrate, record, wait, other; ``integrate.exc``: of one population.

        Only of runs with ``profile=True``, or ``hillock run --profile``. Those without a population add up to the time on
        the clock from the first step to the last.
        """
        return self._source.profile()

    @property
    def config(self) -> str:
        """The config as it was run, YAML."""
        return self._source.text("config")

    @property
    def models(self) -> str:
        """The model files that it used, YAML."""
        return self._source.text("models")

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter as it acted, defaults included; quantities are texts with units."""
        import yaml

        found: dict[str, Any] = yaml.safe_load(self._source.text("parameters"))
        return found

    def refresh(self) -> Run:
        """The same run as it is now: of a file that is being written, everything up to its last flush."""
        return Run(self._source.refreshed())

    def __repr__(self) -> str:
        where = f" of {self.path}" if self.path else ""
        return f"<hillock.Run{where}: {', '.join(self) or 'nothing recorded'}; {self.stop:g} of {self.duration:g} ms, {self.status}>"

    def to_xarray(self) -> xarray.DataTree:
        """A DataTree with a node per population, and its spikes below as ``/exc/spikes``."""
        from ._convert import run_to_xarray

        return run_to_xarray(self)

    def to_pandas(self) -> dict[str, pandas.DataFrame]:
        """Population -> its traces as a DataFrame; populations without traces are left out."""
        return {name: one.to_pandas() for name, one in self.items() if one.variables}

    def features(self, *names: str, per: str = "neuron", **options: Any) -> pandas.DataFrame:
        """Population.features of all populations whose V was recorded; the first level of the rows is the population."""
        from ._features import table_of_run

        return table_of_run(self, names, per, options)

    def to_neo(self) -> neo.Segment:
        """A Segment with a SpikeTrain per neuron whose spikes were recorded and an AnalogSignal per variable."""
        from ._convert import run_to_neo

        return run_to_neo(self)


def _missing(name: str, where: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(str(name), known, 1, 0.5)
    near = near or [one for one in known if one.lower() == str(name).lower()]
    return f"{where} has no '{name}'; " + (f"did you mean '{near[0]}'?" if near else f"it has: {_listed(known)}")


def _listed(names: Any) -> str:
    return ", ".join(names) or "nothing"
