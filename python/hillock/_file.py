"""Reads a run or a sweep from its file, only what is asked for, also while the file is being written."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import h5py
import numpy
from numpy.lib.mixins import NDArrayOperatorsMixin

from ._source import Array, ReportInfo, SnippetInfo, Variable, WeightInfo, profile_of
from .analysis import Analysis, Quantity
from .errors import IoError

Result = TypeVar("Result")

PATIENCE = 2.0  # seconds for which a file that is being written is tried again
LONGEST = 30.0  # the same while it goes on growing: the more it holds, the seldomer a look falls between two writes
PAUSE = 0.02


class FileArray(NDArrayOperatorsMixin):
    """An array in a file: what is indexed is read; NumPy functions, arithmetic and methods read all of it.

    ``array[1000:2000, 3]`` is a NumPy array; so is ``numpy.asarray(array)``.
    """

    def __init__(self, file: HillockFile, place: str, shape: tuple[int, ...], dtype: numpy.dtype[Any]) -> None:
        self._file = file
        self._place = place
        self.shape = shape
        self.dtype = dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of values."""
        return int(numpy.prod(self.shape, dtype=numpy.int64))

    @property
    def nbytes(self) -> int:
        """The number of bytes that the values take."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Any:
        selection = plain_selection(key, self.shape)
        if selection is None:
            return numpy.asarray(self)[key]
        return self._file.values_at(self._place, selection)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray[Any, Any]:
        if copy is False:
            raise ValueError("an array in a file cannot be had without copying")
        values = self._file.values_at(self._place, tuple(slice(0, n) for n in self.shape))
        return numpy.asarray(values, dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        loaded = [numpy.asarray(one) if isinstance(one, FileArray) else one for one in inputs]
        return getattr(ufunc, method)(*loaded, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(numpy.asarray(self), name)

    def __repr__(self) -> str:
        return f"<hillock array {self.shape} {self.dtype} in {self._file.name}>"


def has_holes(values: Any) -> bool:
    """Whether there are numbers that no run records: they stand for what was not in the file when it was read."""
    if values.dtype.kind == "f":
        return bool(numpy.isnan(values).any())
    return values.dtype.kind == "u" and bool((values == numpy.iinfo(values.dtype).max).any())


def plain_selection(key: Any, shape: tuple[int, ...]) -> tuple[int | slice, ...] | None:
    """Whole numbers and forward slices, one per dimension, inside `shape`; nothing for anything that HDF5 cannot do."""
    keys = list(key) if isinstance(key, tuple) else [key]
    if any(one is Ellipsis for one in keys):
        at = next(index for index, one in enumerate(keys) if one is Ellipsis)
        keys[at:at + 1] = [slice(None)] * (len(shape) - len(keys) + 1)
    keys += [slice(None)] * (len(shape) - len(keys))
    if len(keys) != len(shape):
        return None
    chosen: list[int | slice] = []
    for one, length in zip(keys, shape):
        if isinstance(one, slice):
            start, stop, step = one.indices(length)
            if step < 0:
                return None
            chosen.append(slice(start, max(start, stop), step))
        elif isinstance(one, (int, numpy.integer)) and not isinstance(one, bool) and -length <= one < length:
            chosen.append(int(one) + (length if one < 0 else 0))
        else:
            return None  # lists, masks, places outside: NumPy knows what to do with them
    return tuple(chosen)


class HillockFile:
    """A file of hillock's. One that is complete stays open; one that grows is opened for each look at it."""

    holes_are_unwritten = True  # whether numbers that has_holes() finds stand for nothing else

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name = self._existing(os.fspath(path))
        self._open: h5py.File | None = None
        self._head: dict[str, Any] = {}
        self._running = True
        self.read(self._look)
        self._running = self._grows()

    def _grows(self) -> bool:
        """Whether the file may be written to from now on: then it is opened for each look."""
        return bool(self._head["status"] == "running")

    @property
    def kind(self) -> str:
        """run or sweep."""
        return str(self._head["hillock_kind"])

    def _look(self, file: h5py.File) -> None:
        """Takes from the file what is to be known of it from the beginning."""
        if "hillock_kind" not in file.attrs:
            raise IoError(f"{self.name} is no file of hillock's: it has no attribute 'hillock_kind'")
        head = {**file["meta"].attrs, **file.attrs}
        self._head = {name: value.decode() if isinstance(value, bytes) else value for name, value in head.items()}

    @staticmethod
    def _existing(path: str) -> str:
        """The file, or what a run that goes on has written of it so far."""
        return path + ".partial" if not os.path.exists(path) and os.path.exists(path + ".partial") else path

    def read(self, look: Callable[[h5py.File], Result]) -> Result:
        """What `look` finds in the file. While it grows, a look in mid-write may fail: then it is tried again."""
        begin = time.monotonic()
        while True:
            try:
                with self._opened() as file:
                    return look(file)
            except (OSError, KeyError, RuntimeError, ValueError) as error:
                if isinstance(error, IoError) or not self._running or not self._may_become_readable(time.monotonic() - begin):
                    raise self._failure(error) from error
            time.sleep(PAUSE)

    def _may_become_readable(self, tried: float) -> bool:
        try:
            unchanged = time.time() - os.path.getmtime(self._place())
        except OSError:  # it is gone
            return False
        return tried < PATIENCE or tried < LONGEST and unchanged < PATIENCE

    def values_at(self, place: str, selection: tuple[int | slice, ...]) -> Any:
        """Recorded values. A look at a file that grows may miss a part of it: then it is tried again."""
        def look(file: h5py.File) -> Any:
            values = file[place][selection]
            if self.holes_are_unwritten and not self._head["complete"] and has_holes(values):
                raise ValueError(f"a part of /{place} was never written")
            return values

        return self.read(look)

    def _place(self) -> str:
        final = self.name.removesuffix(".partial")  # a run that has ended meanwhile has given its file this name
        return final if not os.path.exists(self.name) and os.path.exists(final) else self.name

    @contextlib.contextmanager
    def _opened(self) -> Iterator[h5py.File]:
        if self._open is not None:
            yield self._open
            return
        file = h5py.File(self._place(), "r", locking=False)
        if not self._running and self._open is None:
            self._open = file
            yield file
            return
        with file:
            yield file

    def _failure(self, error: Exception) -> Exception:
        if isinstance(error, IoError):
            return error
        if not os.path.exists(self._place()):
            return IoError(f"{self.name}: cannot be opened; does the file exist, and may it be read?")
        reason = str(error).splitlines()[0] if str(error) else repr(error)
        return IoError(f"{self.name}: cannot be read ({reason})")

    def text(self, name: str) -> str:
        """A text that the file holds: config, models."""
        return self.read(lambda file: text(file[f"meta/{name}"][()]))


class RunFile(HillockFile):
    """A run's file as a Source."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._reports: dict[str, tuple[ReportInfo, int, dict[str, numpy.dtype[Any]]]] = {}
        self._spikes: dict[str, int] = {}
        self._neurons: dict[str, int] = {}  # how many were recorded
        self._windows: dict[str, tuple[SnippetInfo, int, tuple[int, int]]] = {}  # with the number of spikes, and of those left out
        self._weights: dict[str, tuple[WeightInfo, int]] = {}  # with the number of frames
        self._analysed: tuple[str, ...] = ()
        super().__init__(path)

    def _look(self, file: h5py.File) -> None:
        super()._look(file)
        self._reports = {group: self._report(file, group) for group in file["report"]}
        self._windows = {group: snippets_of(node, group) for group, node in file.get("around_spikes", {}).items()}
        self._weights = {group: weights_of(node, group) for group, node in file.get("connections", {}).items()}
        self._analysed = tuple(file["analysis"]) if "analysis" in file else ()
        self._spikes, self._neurons = {}, {}
        for population, group in file["spikes"].items():
            self._spikes[population] = min(int(group.attrs["recorded"][1]), len(group["timestamps"]), len(group["node_ids"]))
            self._neurons[population] = int(group.attrs.get("neurons", 0))

    def _report(self, file: h5py.File, group: str) -> tuple[ReportInfo, int, dict[str, numpy.dtype[Any]]]:
        node = file["report"][group]
        names = [name for name, one in node.items()
                 if isinstance(one, h5py.Dataset) and name not in ("time", "neuron") and node.get(name, getlink=True).__class__ is h5py.HardLink]
        frames, interval = frames_of(node, names)
        variables = {name: Variable(text(node[name].attrs["units"]), text(node[name].attrs["long_name"])) for name in names}
        whole = float(file["meta"].attrs["duration_ms"])
        stimulus = float(node.attrs.get("stimulus_start_ms", 0)), float(node.attrs.get("stimulus_stop_ms", whole))
        info = ReportInfo(group, group.split(".")[0], "neuron" not in node, interval, stimulus, variables)
        return info, frames, {name: node[name].dtype for name in names}

    # What a Source has ----------------------------------------------------------------------------------------------

    def reports(self) -> list[ReportInfo]:
        return [info for info, _, _ in self._reports.values()]

    def times(self, report: ReportInfo) -> Array:
        frames = self._reports[report.group][1]
        return FileArray(self, f"report/{report.group}/time", (frames,), numpy.dtype(numpy.float64))

    def neurons(self, report: ReportInfo) -> Array:
        found: Array = self.read(lambda file: file[f"report/{report.group}/neuron"][:])
        return found

    def values(self, report: ReportInfo, variable: str) -> Array:
        _, frames, dtypes = self._reports[report.group]
        place = f"report/{report.group}/{variable}"
        shape = self.read(lambda file: file[place].shape)
        return FileArray(self, place, (frames, *shape[1:]), dtypes[variable])

    def spike_populations(self) -> tuple[str, ...]:
        return tuple(self._spikes)

    def spikes(self, population: str) -> tuple[Array, Array]:
        count = self._spikes[population]
        return (FileArray(self, f"spikes/{population}/timestamps", (count,), numpy.dtype(numpy.float64)),
                FileArray(self, f"spikes/{population}/node_ids", (count,), numpy.dtype(numpy.uint64)))

    def spike_neurons(self, population: str) -> Array | None:
        """All neurons, where the spikes of all are recorded; of some, the file does not say which."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        size = yaml.load(self.text("parameters"), Loader=loader)["populations"][population]["size"]
        return numpy.arange(size) if self._neurons[population] == size else None

    def spike_trains(self, population: str) -> int:
        """Of how many neurons the spikes were recorded, silent ones included; 0 if the file does not say."""
        return self._neurons[population]

    def positioned(self) -> tuple[str, ...]:
        found: tuple[str, ...] = self.read(lambda file: tuple(file.get("nodes", ())))
        return found

    def positions(self, population: str) -> Array:
        def read(file: h5py.File) -> Array:
            group = file["nodes"][population]["0"]
            return numpy.stack([group[axis][:] for axis in "xyz" if axis in group], axis=1)

        return self.read(read)

    def around_spikes(self) -> list[SnippetInfo]:
        return [info for info, _, _ in self._windows.values()]

    def snippets(self, info: SnippetInfo, name: str) -> Array:
        place, count = f"around_spikes/{info.group}/{name}", self._windows[info.group][1]
        shape, dtype = self.read(lambda file: (file[place].shape, file[place].dtype))
        return FileArray(self, place, shape if name == "offset" else (count, *shape[1:]), dtype)

    def left_out(self, info: SnippetInfo) -> tuple[int, int]:
        return self._windows[info.group][2]

    def recorded_weights(self) -> list[WeightInfo]:
        return [info for info, _ in self._weights.values()]

    def weights(self, info: WeightInfo, name: str) -> Array:
        place, frames = f"connections/{info.group}/{name}", self._weights[info.group][1]
        found = self.read(lambda file: (file[place].shape, file[place].dtype) if place in file else None)
        if found is None:  # there is no synapse
            return numpy.empty((frames, 0), numpy.float32)
        shape, dtype = found
        return FileArray(self, place, (frames, *shape[1:]) if name in ("time", "weight") else shape, dtype)

    def analysed(self) -> tuple[str, ...]:
        return self._analysed

    def analysis(self, population: str) -> Analysis:
        return self.read(lambda file: analysis_of(file["analysis"][population], population))

    def time(self) -> float:
        return float(self._head["recorded_until_ms"])

    def status(self) -> str:
        return str(self._head["status"])

    def stopped_by(self) -> str | None:
        return str(self._head["reason"]) if self._head["complete"] and "reason" in self._head else None

    def seed(self) -> int:
        return int(self._head["seed"])

    def profile(self) -> dict[str, float]:
        return profile_of(self._head)

    def number(self, name: str) -> float:
        return float(self._head[name])

    def path(self) -> str | None:
        return self._place()

    def refreshed(self) -> RunFile:
        return RunFile(self._place())


def snippets_of(node: h5py.Group, group: str) -> tuple[SnippetInfo, int, tuple[int, int]]:
    """A group of /around_spikes, how many of its spikes are to be trusted, and how many were left out at the start and the end."""
    columns = ("timestamps", "node_ids", "sampled_at")
    variables = {name: Variable(text(one.attrs["units"]), text(one.attrs["long_name"]))
                 for name, one in node.items() if name not in (*columns, "offset")}
    _, count, at_start, at_end = (float(one) for one in node.attrs["recorded"])
    count = min([int(count), *(len(node[name]) for name in (*columns, *variables))])
    return SnippetInfo(group, group.split(".")[0], variables), count, (int(at_start), int(at_end))


def frames_of(node: h5py.Group, variables: Sequence[str]) -> tuple[int, float]:
    """How many frames of a group are to be trusted, and the time between them, ms."""
    _, end, interval = node["mapping/time"][:]
    trusted = int(numpy.ceil(end / interval - 0.25)) if end > 0 else 0
    return min([trusted, len(node["time"]), *(len(node[name]) for name in variables)]), float(interval)


def weights_of(node: h5py.Group, group: str) -> tuple[WeightInfo, int]:
    """A group of /connections, and how many of its frames are to be trusted."""
    there = [name for name in ("weight",) if name in node]
    frames, interval = frames_of(node, there)
    source, target = (text(node[name].attrs["node_population"]) for name in ("source_node_id", "target_node_id"))
    unit = text(node["weight"].attrs["units"]) if there else ""
    return WeightInfo(group, text(node.attrs["connection"]), source, target, unit, interval), frames


def analysis_of(group: h5py.Group, population: str) -> Analysis:
    """What was measured of a population, from its group in a file."""
    axes: dict[str, Quantity] = {}
    quantities: dict[str, Quantity] = {}
    for name, node in group.items():
        if name == "neuron":
            continue
        axis = text(node.dims[0].keys()[0]) if node.ndim and not node.is_scale else name if node.ndim else ""
        found = Quantity(text(node.attrs["units"]), text(node.attrs["long_name"]), axis, numpy.atleast_1d(node[()]))
        (axes if node.is_scale else quantities)[name] = found
    attributes = {name: value for name, value in group.attrs.items() if name != "note"}
    note = text(group.attrs.get("note", ""))
    return Analysis(population, group["neuron"][:], axes, quantities, {name: float(one) for name, one in attributes.items()}, note)


def text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class SweepTable(HillockFile):
    """A sweep's file: its columns, and the spikes and traces that it keeps of each point."""

    holes_are_unwritten = False  # a point without a value has NaN
    others = ("run", "repeat", "seed", "status")

    def _look(self, file: h5py.File) -> None:
        super()._look(file)
        if self._head["hillock_kind"] != "sweep":
            raise IoError(f"{self.name} is no file of a sweep")
        self.points = len(file["status"])
        self.parameters = tuple(str(self._head["sweep_parameters"]).split())
        known = {name: Variable(text(node.attrs.get("units", "1")), text(node.attrs.get("long_name", "")))
                 for name, node in file.items() if isinstance(node, h5py.Dataset) and name not in self.others}
        self.measures = tuple(name for name in known if name not in self.parameters)
        self.columns = {name: known[name] for name in (*self.parameters, *self.measures)}
        self.repeats = int(file["repeat"][:].max()) + 1 if "repeat" in file else 1
        self.spike_populations = tuple(file.get("spikes", ()))
        self.reports = {group: tuple(name for name in node if name not in ("run", "time", "neuron"))
                        for group, node in file.get("report", {}).items()}

    def _grows(self) -> bool:
        return not self._head["complete"]  # one that was interrupted may go on

    @property
    def path(self) -> str:
        return self._place()

    @property
    def status(self) -> str:
        return str(self._head["status"])

    @property
    def duration(self) -> float:
        return float(self._head["duration_ms"])

    def read_column(self, name: str) -> numpy.ndarray[Any, Any]:
        values: numpy.ndarray[Any, Any] = self.read(lambda file: file[name][:])
        return numpy.char.decode(values, "utf-8") if values.dtype.kind == "S" else values

    def failures(self) -> dict[int, str]:
        def look(file: h5py.File) -> dict[int, str]:
            return {int(run): text(reason) for run, reason in zip(file["failures/run"][:], file["failures/reason"][:])}

        return self.read(look)

    def spikes(self, population: str, run: int) -> tuple[Any, Any, int]:
        """timestamps and node_ids of a point, and how many neurons there are."""
        def look(file: h5py.File) -> tuple[Any, Any, int]:
            node = file[f"spikes/{population}"]
            first, last = numpy.searchsorted(node["run"][:], [run, run + 1])
            return node["timestamps"][first:last], node["node_ids"][first:last], int(node.attrs.get("neurons", 0))

        return self.read(look)

    def reports_of(self, run: int) -> dict[str, tuple[str, ...]]:
        """The groups with traces of a point, and their variables: those of all points, or its own."""
        def look(file: h5py.File) -> dict[str, tuple[str, ...]]:
            own = file.get(f"runs/{run}/report")  # of other times, neurons or variables than the rest
            if own is None:
                return self.reports
            return {group: tuple(name for name in node if name not in ("time", "neuron", "data", "mapping")) for group, node in own.items()}

        return self.read(look)

    def trace(self, group: str, variable: str, run: int) -> tuple[Any, Any]:
        """Times and values [time, neuron] of a point; a mean has one column."""
        def look(file: h5py.File) -> tuple[Any, Any]:
            own = file.get(f"runs/{run}/report")
            if own is None:
                return file[f"report/{group}/time"][:], file[f"report/{group}/{variable}"][run]
            values = own[group][variable][:]
            return own[group]["time"][:], values if values.ndim == 2 else values[:, None]

        return self.read(look)

    def traces(self, group: str, variable: str) -> FileArray:
        place = f"report/{group}/{variable}"
        shape, dtype = self.read(lambda file: (file[place].shape, file[place].dtype))
        return FileArray(self, place, shape, dtype)
