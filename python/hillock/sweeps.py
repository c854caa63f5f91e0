"""Sweeps: a config run at many points, and the table of what was measured there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy

from . import _hillock
from ._config import NAME_OF_DICT, Config, located, model_folders, setting_path, setting_text, warn_of, with_paths, yaml_of
from ._convert import needed
from ._items import ItemsAsAttributes
from ._progress import Progress, points_shown
from .errors import NotRecordedError, user_error
from .results import Spikes, _listed, _missing

if TYPE_CHECKING:
    import pandas
    import xarray

    from ._file import FileArray, SweepTable

Numbers = numpy.ndarray[Any, Any]


class Sweep(ItemsAsAttributes[Numbers]):
    """The table of a sweep: ``sweep["rate"]`` or ``sweep.rate`` [point], and so each parameter, in the units of ``units``.

    Points are in the order of the file: the first parameter varies slowest, repeats of a point follow one another. What was
    not measured is NaN: in points that failed or were not run, and where there is no value (``cv`` without spikes).
    """

    def __init__(self, table: SweepTable, keep: tempfile.TemporaryDirectory[str] | None = None) -> None:
        self._table = table
        self._keep = keep  # the folder of a file that nobody asked for lasts as long as this

    @property
    def parameters(self) -> dict[str, Numbers]:
        """Parameter -> its value in each point [point]: a number in the unit of ``units``, or a word (dtype str)."""
        return {name: self[name] for name in self._table.parameters}

    @property
    def measures(self) -> dict[str, Numbers]:
        """Measure -> its value in each point [point], NaN where there is none; units in ``units``."""
        return {name: self[name] for name in self._table.measures}

    @property
    def units(self) -> dict[str, str]:
        """Parameter or measure -> unit; "1" if it has none."""
        return {name: one.unit for name, one in self._table.columns.items()}

    @property
    def long_names(self) -> dict[str, str]:
        """Measure -> what it is, in words; parameter -> its path in the config."""
        return {name: one.long_name for name, one in self._table.columns.items()}

    @property
    def seed(self) -> Numbers:
        """The seed of each point [point]."""
        return self._table.read_column("seed")

    @property
    def repeat(self) -> Numbers:
        """Which repetition of its parameters each point is, from 0 [point]."""
        return self._table.read_column("repeat") if self._table.repeats > 1 else numpy.zeros(len(self), numpy.int64)

    @property
    def point_status(self) -> Numbers:
        """Of each point [point]: 0 done, 1 failed, -1 not run."""
        return self._table.read_column("status")

    @property
    def failures(self) -> dict[int, str]:
        """Number of a point that failed -> why."""
        return self._table.failures()

    @property
    def path(self) -> str | None:
        """The file that it is read from; None if the sweep was run without ``out``."""
        return None if self._keep else self._table.path

    @property
    def status(self) -> str:
        """complete, running or interrupted."""
        return self._table.status

    @property
    def config(self) -> str:
        """The config as it was run, YAML."""
        return self._table.text("config")

    @property
    def models(self) -> str:
        """The model files that it used, YAML."""
        return self._table.text("models")

    def __getitem__(self, name: str) -> Numbers:
        if name not in self._table.columns:
            raise NotRecordedError(_missing(name, "the sweep", (*self._table.parameters, *self._table.measures)))
        return self._table.read_column(name)

    def __contains__(self, name: object) -> bool:
        return name in self._table.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.columns)

    def __len__(self) -> int:
        """The number of points."""
        return self._table.points

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._table.columns]

    def __repr__(self) -> str:
        where = f" of {self.path}" if self.path else ""
        return (f"<hillock.Sweep{where}: {len(self)} points of {_listed(self._table.parameters)}; "
                f"{_listed(self._table.measures)}; {self.status}>")

    def refresh(self) -> Sweep:
        """The same sweep as it is now: of a file that is being written, all points up to its last flush."""
        from ._file import SweepTable

        return Sweep(SweepTable(self._table.path), self._keep)

    def table(self) -> pandas.DataFrame:
        """One row per point (index ``run``): parameters, ``repeat``, ``seed``, ``status``, measures.

        ``table.attrs["units"]`` holds the units.
        """
        pd = needed("pandas")
        columns = {**self.parameters, "repeat": self.repeat, "seed": self.seed, "status": self.point_status, **self.measures}
        made: pandas.DataFrame = pd.DataFrame(columns, index=pd.RangeIndex(len(self), name="run"))
        made.attrs["units"] = self.units
        return made

    def to_xarray(self) -> xarray.Dataset:
        """A Dataset with the dimension ``run``: what ``xarray.open_dataset`` gives of the file."""
        xr = needed("xarray")
        names = {**self.parameters, "repeat": self.repeat, "seed": self.seed, "status": self.point_status, **self.measures}
        data: xarray.Dataset = xr.Dataset({name: ("run", values, {"units": self.units.get(name, "1")})
                                           for name, values in names.items()}, {"run": numpy.arange(len(self))})
        return data

    def axes(self) -> dict[str, Numbers]:
        """Parameter -> the different values that it takes, ascending (words: in the order of the file)."""
        found = {}
        for name, values in self.parameters.items():
            if values.dtype.kind == "U":
                found[name] = numpy.array(list(dict.fromkeys(values.tolist())))
            else:
                found[name] = numpy.unique(values[~numpy.isnan(values)])
        return found

    def grid(self, measure: str) -> tuple[Numbers, dict[str, Numbers]]:
        """A measure as an array with an axis for each parameter, and one for repeats if there are any; and the axes.

        ``rates, axes = sweep.grid("rate")``: ``rates[i, j, k]`` is the rate where the first parameter has its value i in
        ``axes``, the second j, in repetition k. Points that are not in the sweep are NaN. Raises UserError for points that
        were drawn: they form no grid.
        """
        axes = self.axes()
        values, repeats = self[measure], self._table.repeats
        shape = [len(axis) for axis in axes.values()]
        if int(numpy.prod(shape, dtype=numpy.int64)) * repeats > max(16, 4 * len(self)):
            raise user_error(f"the points form no grid: {len(self)} points, and {' x '.join(map(str, shape))} values of "
                             f"{_listed(axes)}", "sweep.table() has them all")
        places = []
        for name, axis in axes.items():
            order = {value: at for at, value in enumerate(axis.tolist())}
            places.append(numpy.array([order.get(value, -1) for value in self[name].tolist()]))
        array = numpy.full((*shape, repeats) if repeats > 1 else tuple(shape), numpy.nan)
        if repeats > 1:
            places.append(self.repeat)
            axes["repeat"] = numpy.arange(repeats)
        inside = numpy.all([place >= 0 for place in places], axis=0)
        array[tuple(place[inside] for place in places)] = values[inside]
        return array, axes

    def spikes(self, run: int, population: str | None = None) -> Spikes:
        """The spikes of a point, if the sweep keeps them (``keep: [spikes]``): timestamps [spike], ms, and node_ids [spike].

        `population` may be left out where there is one.
        """
        self._check(run)
        known = self._table.spike_populations
        if not known:
            raise NotRecordedError("the sweep keeps no spikes; write sweep: {keep: [spikes]}")
        name = self._only(population, known, "population")
        times, ids, neurons = self._table.spikes(name, run)
        return Spikes(name, times, ids, numpy.arange(neurons) if neurons else None, self._table.duration)

    def trace(self, run: int, variable: str = "V", group: str | None = None) -> tuple[Numbers, Numbers]:
        """Times [time], ms, and values [time, neuron] of a variable in a point, if the sweep keeps traces (``keep: [traces]``).

        `group`: the population, or the name of the report; may be left out where one has the variable.
        """
        self._check(run)
        reports = self._table.reports_of(run)
        if not reports:
            raise NotRecordedError("the sweep keeps no traces; write sweep: {keep: [traces]}")
        having = tuple(name for name, variables in reports.items() if variable in variables)
        if not having:
            known = tuple({one: None for variables in reports.values() for one in variables})
            raise NotRecordedError(_missing(variable, "the sweep" if reports is self._table.reports else f"point {run}", known))
        return self._table.trace(self._only(group, having, "group"), variable, run)

    def traces(self, variable: str = "V", group: str | None = None) -> FileArray:
        """A variable in all points [point, time, neuron]; what is indexed is read.

        Points that failed are NaN, and so are those of other times than the config's, whose traces `trace` reads.
        """
        having = tuple(name for name, variables in self._table.reports.items() if variable in variables)
        if not having:
            raise NotRecordedError(f"the sweep keeps no traces of {variable!r}; write sweep: {{keep: [traces]}} and record it")
        return self._table.traces(self._only(group, having, "group"), variable)

    def _check(self, run: int) -> None:
        if not 0 <= run < len(self):
            raise user_error(f"the sweep has the points 0 to {len(self) - 1}, not {run}")

    @staticmethod
    def _only(name: str | None, known: tuple[str, ...], what: str) -> str:
        if name is None and len(known) == 1:
            return known[0]
        if name is None:
            raise user_error(f"there are several: {_listed(known)}", f"choose one with {what}=")
        if name not in known:
            raise NotRecordedError(_missing(name, "the sweep", known))
        return name


def sweep(config: Config, *, out: str | os.PathLike[str] | None = None, force: bool = False, threads: int = 0,
          progress: Progress = None, folder: str | os.PathLike[str] | None = None, **overrides: Any) -> Sweep:
    """Runs all points of a config's ``sweep``, as ``hillock sweep`` does, and returns the table of results.

    `config`, `folder` and the keywords are those of hillock.run. With `out`, the table is written to that file; a sweep that
    was interrupted there goes on where it was left, unless `force`, which also replaces a complete file. Without `out`, a
    file in the folder for temporary files lasts as long as the result.

    `threads`: 0 for all processors. `progress`: as in hillock.run; a function is called with (points done, points).

    A point that fails does not stop the others: see Sweep.failures. Ctrl-C stops the sweep with KeyboardInterrupt; the
    points that are done are in the file, and the same call goes on with the others.

    Raises UserError, IoError, ResourceError.
    """
    settings = [f"{path}={setting_text(value, path)}"
                for path, value in ((setting_path(name), value) for name, value in overrides.items())]
    if isinstance(config, Mapping):
        text: str | None = yaml_of(config)
        place = os.path.abspath(os.fspath(folder)) if folder is not None else os.getcwd()
        name = NAME_OF_DICT
    elif isinstance(config, (str, os.PathLike)):
        if folder is not None:
            raise TypeError("folder= is for a config given as a dict; paths in a file begin in the file's own folder")
        text, name = None, os.fspath(config)
        place = os.path.dirname(os.path.abspath(name))
    else:
        raise TypeError(f"a config is the path of a YAML file or a dict, not {type(config).__name__}")
    session = with_paths(lambda: _hillock.load_sweep(text, name, place, settings, model_folders()), text, settings)
    warn_of(located(session.warnings, text, []), 3)
    from ._file import SweepTable  # h5py is wanted only here

    keep = None if out is not None else tempfile.TemporaryDirectory(prefix="hillock_sweep_")
    path = os.fspath(out) if out is not None else os.path.join(keep.name, "sweep.h5")  # type: ignore[union-attr]
    with points_shown(progress, session.points) as report:
        session.run(path, force, threads, report)
    return Sweep(SweepTable(path), keep)
