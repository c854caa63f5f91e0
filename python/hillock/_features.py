"""Features of action potentials, with eFEL's names, units and definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy
import numpy.typing

from . import _hillock
from ._convert import needed
from ._source import chosen_columns
from .errors import user_error

if TYPE_CHECKING:
    import pandas

    from .results import Report, Run

Values = dict[str, numpy.typing.NDArray[numpy.float64]]


def feature_list() -> dict[str, _hillock.Feature]:
    """Name -> a feature with its ``unit``, its definition ``doc``, and whether it has a value ``per_spike``."""
    return {one.name: one for one in _hillock.feature_list()}


def features(time: Any, V: Any, *names: str, I: Any = None, stim_start: float | None = None, stim_end: float | None = None,
             **settings: float | bool) -> Values:
    """Measures one trace: name -> values, one per action potential or at most one for the trace; empty where it has none.

    `time` [sample], ms, ascending; `V` [sample], mV; `I` [sample], the current into the membrane, nA or uA/cm2, where a feature
    needs it. `names`: which features (default: all). `stim_start`, `stim_end`: the stimulus, ms (default: the whole trace).
    `settings`: eFEL's by name, with its defaults: Threshold -20 mV, DerivativeThreshold 10 mV/ms ... Indices count from 0.
    Raises UserError.
    """
    times, values, current = (numpy.ascontiguousarray([] if one is None else one, dtype=numpy.float64) for one in (time, V, I))
    if times.ndim != 1 or values.ndim != 1 or current.ndim != 1:
        shapes = " and ".join(str(one.shape) for one in (times, values, *(() if I is None else (current,))))
        raise user_error(f"time and V are one trace, got arrays of the shapes {shapes}")
    chosen = list(names or feature_list())
    ends = (times[0], times[-1]) if len(times) else (0.0, 0.0)
    start, stop = ends[0] if stim_start is None else stim_start, ends[1] if stim_end is None else stim_end
    found = _hillock.measure(times, values, current, chosen, float(start), float(stop), {k: setting(v) for k, v in settings.items()})
    return {name: numpy.array(one, float) for name, one in zip(chosen, found)}


def setting(value: float | bool) -> str:
    return str(bool(value)).lower() if isinstance(value, (bool, numpy.bool_)) else repr(float(value)).removesuffix(".0")


def table_of(report: Report, names: Sequence[str], neurons: int | Sequence[int] | None, per: str, stim_start: float | None,
             stim_end: float | None, settings: Mapping[str, float | bool]) -> pandas.DataFrame:
    pd = needed("pandas")
    if per not in ("neuron", "spike"):
        raise user_error(f"per={per!r} is not known", "write per='neuron' or per='spike'")
    known = feature_list()
    chosen = list(names) or [name for name, one in known.items() if per == "neuron" or one.per_spike]
    single = [name for name in chosen if name in known and not known[name].per_spike]
    if per == "spike" and single:
        raise user_error(f"'{single[0]}' has one value for the trace, not one per action potential", "write per='neuron'")
    start = report.stimulus[0] if stim_start is None else stim_start
    stop = report.stimulus[1] if stim_end is None else stim_end
    times = numpy.asarray(report.time)
    unit = report.units.get("I", "")
    scale = {"pA": 1e-3, "uA/cm2": 1.0}.get(unit)
    which: list[Any] = []
    rows: list[list[float]] = []
    for neuron, column in zip(*chosen_columns(report, neurons)):
        current = None if scale is None else report["I"][:, column] * scale
        found = features(times, report["V"][:, column], *chosen, I=current, stim_start=start, stim_end=stop, **settings)
        if per == "neuron":
            which.append(neuron)
            rows.append([values.mean() if len(values) else numpy.nan for values in found.values()])
            continue
        for k in range(max(map(len, found.values()))):
            which.append((neuron, k))
            rows.append([values[k] if k < len(values) else numpy.nan for values in found.values()])
    index = pd.Index(which, name="neuron") if per == "neuron" else pd.MultiIndex.from_tuples(which, names=["neuron", "spike"])
    table: pandas.DataFrame = pd.DataFrame(numpy.array(rows, float).reshape(len(rows), len(chosen)), index, chosen)
    table.attrs["units"] = {name: unit == "uA/cm2" and known[name].unit_of_density or known[name].unit for name in chosen}
    return table


def table_of_run(run: Run, names: Sequence[str], per: str, options: Mapping[str, Any]) -> pandas.DataFrame:
    pd = needed("pandas")
    tables = {name: one.features(*names, per=per, **options) for name, one in run.items() if "V" in one}
    if not tables:
        raise user_error("no membrane potentials were recorded", "write for example record: {cell: [V]}")
    table: pandas.DataFrame = pd.concat(tables, names=["population"])
    table.attrs["units"] = {name: " or ".join(dict.fromkeys(one.attrs["units"][name] for one in tables.values())) for name in table}
    return table
