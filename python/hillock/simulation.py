"""Runs configs in this process: at once, or in slices with a look at the states in between."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy

from . import _hillock
from ._config import Config, load, located, model_folders, warn, yaml_of
from ._items import ItemsAsAttributes
from ._progress import Progress, shown
from ._source import MemorySource
from .errors import IoError, NotRecordedError, NumericsError, UserError, user_error
from .results import Run, _missing


def check_left_behind(partial: str) -> None:
    """Raises IoError where a run that did not end has left what it recorded."""
    if not os.path.exists(partial):
        return
    from ._file import RunFile  # h5py is wanted only here

    try:
        until = RunFile(partial).time()
    except IoError:  # nothing in it can be read
        return
    if until > 0:
        raise IoError(f"{partial} holds {until:g} ms of a run that did not end; `hillock recover` keeps them, force=True replaces them")


def run(config: Config, *, out: str | os.PathLike[str] | None = None, force: bool = False, progress: Progress = None,
        profile: bool = False, folder: str | os.PathLike[str] | None = None, **overrides: Any) -> Run:
    """Simulates a config and returns what it recorded.

    `config` is the path of a YAML file, or a dict with the same content: quantities are texts such as ``"10 ms"``; NumPy
    arrays and scalars stand for lists and numbers. Paths in a dict begin in `folder` (default: the current one).

    Keywords replace values as ``--set`` does, with ``__`` for the dots of a path: ``inputs__push__amplitude="20 uA/cm2"``.
    A path that is no keyword is given as ``**{"inputs.push.amplitude": "20 uA/cm2"}``.

    Without `out`, everything stays in memory and no file is written. With `out`, the run is written to that file as
    ``hillock run --out`` would (an existing one only with `force`), and is read from there.

    `progress`: None shows a bar in terminals and notebooks when a run takes longer than half a second; True and False
    decide; a function is called about ten times a second with the time reached and the end, ms.

    `profile` takes the times of Run.profile.

    Other Python threads run meanwhile. Ctrl-C ends the run with KeyboardInterrupt, within a tenth of a second.

    Raises UserError (config or model), NumericsError (a state is not finite), IoError, ResourceError.
    """
    path = None if out is None else os.fspath(out)
    if path is not None:
        if os.path.exists(path) and not force:
            raise IoError(f"{path} exists; give force=True to replace it, or choose another name with out=")
        _hillock.check_output(path, force)
        if not force:
            check_left_behind(path + ".partial")
    session = load(config, overrides, folder)
    warn(session, yaml_of(config) if isinstance(config, Mapping) and session.warnings else None)
    if path is not None:
        with shown(progress, session.dt, session.steps) as report:
            session.run_to_file(path, force, report, profile)
        from ._file import RunFile  # h5py is wanted only here

        return Run(RunFile(path))
    return _finished(session, session.recorded(True), progress, profile)


def _finished(session: _hillock.Session, recorded: _hillock.Recorded, progress: Progress, profile: bool) -> Run:
    source = MemorySource(recorded, session.populations, session.steps * session.dt)
    try:
        with shown(progress, session.dt, session.steps) as report:
            source.keep_profile(session.run(session.steps, recorded, report, profile))
            source.keep_end(session.stopped_by)
    except NumericsError as error:
        error.run = Run(source)
        raise
    return Run(source)


def open(path: str | os.PathLike[str]) -> Any:
    """A Run or a Sweep from its file, complete or not. Only what is asked for is read.

    While a run writes ``NAME.h5``, ``open("NAME.h5")`` reads what it has written so far; see Run.refresh, Sweep.refresh.
    Raises IoError.
    """
    from ._file import HillockFile, RunFile, SweepTable
    from .sweeps import Sweep

    if HillockFile(path).kind == "sweep":
        return Sweep(SweepTable(path))
    return Run(RunFile(path))


def check(config: Config, *, folder: str | os.PathLike[str] | None = None, **overrides: Any) -> dict[str, Any]:
    """What a config would run, without running it: the facts that ``hillock check --json`` prints.

    A config that cannot run has ``ok`` False, and in ``diagnostics`` what is wrong; findings about a dict have a ``path``
    instead of file, line and column.
    """
    try:
        session = load(config, overrides, folder)
    except UserError as error:
        name = "dict" if isinstance(config, Mapping) else os.fspath(config)
        return {"ok": False, "config": name, "diagnostics": [_facts(one) for one in error.diagnostics]}
    facts: dict[str, Any] = json.loads(session.facts)
    if isinstance(config, Mapping) and session.warnings:
        facts["diagnostics"] = [_facts(one) for one in located(session.warnings, yaml_of(config), [])]
    return facts


def _facts(one: Any) -> dict[str, Any]:
    place = {"path": one.path} if one.path is not None else {}
    if one.path is None and one.file:
        place = {"file": one.file}
        if one.line > 0:
            place.update(line=one.line, column=one.column, length=one.length)
    return {"severity": one.severity, **place, "message": one.message, "remedy": one.remedy}


def models(name: str | os.PathLike[str] | None = None) -> Any:
    """The shipped models, a list of dicts; or one model, by its name or the path of its file.

    Each has name, kind, summary, source, params, state and derived with their units, as ``hillock models --json``.
    """
    if name is None:
        return json.loads(_hillock.models(model_folders()))
    return json.loads(_hillock.model(os.fspath(name), model_folders()))


class SimulatedPopulation(ItemsAsAttributes["numpy.ndarray[Any, Any]"]):
    """One population of a simulation: its states by name, to read and to set; its parameters, to read.

    ``sim["exc"].V`` is the state itself [neuron], mV: it changes as the simulation runs (``.copy()`` keeps it), and what is
    written to it is what the next step begins with: ``sim["exc"].V[3] = -50``. ``sim["exc"].V = -65`` sets all neurons,
    after a check of size and numbers. Receptors have theirs as recorded: ``sim["exc"].g_ampa``.
    """

    _session: _hillock.Session
    _index: int

    def __init__(self, session: _hillock.Session, index: int) -> None:
        object.__setattr__(self, "_session", session)
        object.__setattr__(self, "_index", index)

    @property
    def _info(self) -> _hillock.PopulationInfo:
        return self._session.populations[self._index]

    @property
    def name(self) -> str:
        """The name of the population."""
        return self._info.name

    @property
    def size(self) -> int:
        """The number of neurons."""
        return self._info.size

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states."""
        return tuple(one.name for one in self._info.states)

    @property
    def units(self) -> dict[str, str]:
        """State or parameter -> unit."""
        return {**self._info.parameter_units, **{one.name: one.unit for one in self._info.states}}

    @property
    def params(self) -> dict[str, Any]:
        """Parameter -> its value, or an array [neuron], in the units of ``units``; of receptors as ``ampa.tau``."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        found = yaml.load(self._session.parameters, Loader=loader)[self.name] or {}
        return {name: numpy.array(value, float) if isinstance(value, list) else float(value) for name, value in found.items()}

    def __getitem__(self, name: str) -> numpy.ndarray[Any, Any]:
        if name not in self.states:
            raise NotRecordedError(_missing(name, f"'{self.name}'", self.states))
        return self._session.state(self._index, self.states.index(name))

    def __setitem__(self, name: str, values: Any) -> None:
        state = self[name]
        if values is state:
            return  # state += 1 has been done in place
        unit = self.units[name]
        try:
            given = numpy.asarray(values, dtype=float)
        except (TypeError, ValueError):
            raise user_error(f"{name} of '{self.name}' is set by numbers, in {unit}, got {values!r}") from None
        if given.shape not in ((), (1,), state.shape):
            raise user_error(f"{name} of '{self.name}' has {self.size} values, got an array of shape {given.shape}",
                             "give one value for all neurons, or one per neuron")
        if not numpy.isfinite(given).all():
            raise user_error(f"{name} of '{self.name}' is set by finite numbers, in {unit}, got "
                             f"{given[~numpy.isfinite(given)].flat[0]}")
        state[...] = given

    def __setattr__(self, name: str, values: Any) -> None:
        if name in self._info.parameter_units:
            raise AttributeError(f"'{name}' of '{self.name}' is a parameter, which stays as the config says")
        try:
            self[name] = values
        except NotRecordedError as error:
            raise AttributeError(str(error)) from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.states]

    def __repr__(self) -> str:
        return f"<hillock.SimulatedPopulation '{self.name}': {self.size} of {self._info.model}; states {', '.join(self.states)}>"


class Connection:
    """The synapses of one connection of a simulation, as arrays with a value for each: drawn again when they are first asked for.

    ``sim.connections["ee"].weights``. `sources` and `targets` are numbers of neurons in their populations. Where a connection
    joins several populations, `parts` says for each pair of them which stretch of the arrays is theirs.
    """

    def __init__(self, session: _hillock.Session, info: _hillock.ConnectionInfo) -> None:
        self._session, self._info = session, info
        self._drawn: list[_hillock.SynapseArrays] | None = None

    @property
    def _pieces(self) -> list[_hillock.SynapseArrays]:
        if self._drawn is None:
            self._drawn = list(self._session.synapses(self.name))
            for one in self._drawn:
                for array in (one.sources, one.targets, one.weights, one.delays):
                    array.flags.writeable = False  # what is written here would change nothing
        return self._drawn

    def _joined(self, arrays: list[Any], kind: type) -> numpy.ndarray[Any, Any]:
        return arrays[0] if len(arrays) == 1 else numpy.concatenate([numpy.empty(0, kind), *arrays])

    @property
    def name(self) -> str:
        """The name of the connection."""
        return self._info.name

    @property
    def receptor(self) -> str:
        """The receptor of the targets that it feeds."""
        return self._info.receptor

    @property
    def unit(self) -> str:
        """The unit of `weights`."""
        return self._info.unit

    @property
    def sources(self) -> numpy.ndarray[Any, Any]:
        """Source of each synapse [n], its number in the population."""
        return self._joined([one.sources for one in self._pieces], numpy.int64)

    @property
    def targets(self) -> numpy.ndarray[Any, Any]:
        """Target of each synapse [n], its number in the population."""
        return self._joined([one.targets for one in self._pieces], numpy.int64)

    @property
    def weights(self) -> numpy.ndarray[Any, Any]:
        """Weight of each synapse [n], in `unit`: whole quanta, as they are used."""
        return self._joined([one.weights for one in self._pieces], numpy.float64)

    @property
    def delays(self) -> numpy.ndarray[Any, Any]:
        """Delay of each synapse [n], ms."""
        return self._joined([one.delays for one in self._pieces], numpy.int64) * self._session.dt

    @property
    def parts(self) -> list[tuple[str, str, slice]]:
        """(source population, target population, stretch of the arrays), in order."""
        parts, begin = [], 0
        for one in self._pieces:
            parts.append((one.source, one.target, slice(begin, begin := begin + len(one.sources))))
        return parts

    @property
    def population_sizes(self) -> dict[str, int]:
        """Population -> its number of neurons."""
        return {one.name: one.size for one in self._session.populations}

    def __len__(self) -> int:
        return sum(len(one.sources) for one in self._pieces)

    def __repr__(self) -> str:
        return f"<hillock.Connection '{self.name}': {len(self)} synapses onto '{self.receptor}', weights in {self.unit}>"


class Snapshot:
    """The state of a simulation between two slices; see Simulation.snapshot."""

    def __init__(self, state: _hillock.SavedState, dt: float) -> None:
        self._state, self._dt = state, dt

    @property
    def time(self) -> float:
        """The time it was taken at, ms."""
        return self._state.step * self._dt

    def __repr__(self) -> str:
        return f"<hillock.Snapshot at {self.time:g} ms>"


class Simulation:
    """A simulation that runs in slices: ``sim.run("100 ms")``, with a look at, or a change of, the states in between.

    Slices give the bits of one run. The config's duration is the end. Takes the config as hillock.run does.
    """

    def __init__(self, config: Config, *, folder: str | os.PathLike[str] | None = None, **overrides: Any) -> None:
        self._session = load(config, overrides, folder)
        warn(self._session, yaml_of(config) if isinstance(config, Mapping) and self._session.warnings else None)
        self._recorded = self._session.recorded(False)
        self._populations = {one.name: SimulatedPopulation(self._session, index)
                             for index, one in enumerate(self._session.populations)}
        self._connections = {one.name: Connection(self._session, one) for one in self._session.connections}

    def run(self, duration: str | float | None = None, *, progress: Progress = None) -> None:
        """Goes on by a duration, ``"100 ms"`` or a number of ms, a whole number of time steps; or to the end.

        Where a condition under ``stop_when`` holds it ends there; see ``stopped_by``.
        Raises what hillock.run raises; after Ctrl-C the simulation stands at the step it had reached and can go on.
        """
        if duration is not None and self.stopped_by:
            raise user_error(f"stop_when ended this run at {self.time:g} ms ({self.stopped_by})", "restore an earlier snapshot")
        until = self._session.steps if duration is None else self._session.step + self._steps(duration)
        if until > self._session.steps:
            raise user_error(f"the config ends at {self.end:g} ms, this would go on to {until * self.dt:g} ms",
                             "give simulation__duration=")
        with shown(progress, self.dt, until) as report:
            self._session.run(until, self._recorded, report, False)

    def snapshot(self) -> Snapshot:
        """The complete state: ``sim.restore(snapshot)`` goes back there, as often as wanted, with the bits it had.

        It holds a copy of all states, and how much has been recorded; memory as for one more simulation.
        """
        return Snapshot(self._session.snapshot(self._recorded), self.dt)

    def restore(self, snapshot: Snapshot) -> None:
        """Goes back (or ahead) to a snapshot of this simulation; what was recorded behind it is forgotten.

        Arrays of ``recorded`` that were taken before stay as they are. Raises UserError for one of another simulation.
        """
        self._session.restore(snapshot._state, self._recorded)

    def _steps(self, duration: str | float) -> int:
        ms = _hillock.time_of(duration) if isinstance(duration, str) else float(duration)
        steps = round(ms / self.dt)
        if steps < 0 or abs(ms - steps * self.dt) > 1e-9 * self.dt + 1e-12 * ms:
            raise user_error(f"{ms:g} ms is no whole number of time steps of {self.dt:g} ms")
        return steps

    @property
    def time(self) -> float:
        """The time reached, ms."""
        return self._session.step * self._session.dt

    @property
    def stopped_by(self) -> str | None:
        """The condition under ``stop_when`` that has ended the run, or None."""
        return self._session.stopped_by or None

    @property
    def end(self) -> float:
        """The duration that the config gives, ms."""
        return self._session.steps * self._session.dt

    @property
    def dt(self) -> float:
        """The time step, ms."""
        return self._session.dt

    @property
    def connections(self) -> Mapping[str, Connection]:
        """The connections of the config by name, each with its synapses as arrays."""
        return MappingProxyType(self._connections)

    @property
    def recorded(self) -> Run:
        """What has been recorded so far, without copying."""
        return Run(MemorySource(self._recorded, self._session.populations, self.end, self._session.stopped_by))

    def __getitem__(self, name: str) -> SimulatedPopulation:
        if name not in self._populations:
            raise NotRecordedError(_missing(name, "the simulation", tuple(self._populations)))
        return self._populations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._populations)

    def __len__(self) -> int:
        return len(self._populations)

    def __repr__(self) -> str:
        return f"<hillock.Simulation '{self._session.name}': {', '.join(self)}; {self.time:g} of {self.end:g} ms>"
