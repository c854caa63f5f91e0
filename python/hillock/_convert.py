"""The same data as xarray, pandas and Neo objects, with units and names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    import neo
    import pandas
    import xarray

    from .results import Population, Report, Run, Spikes


def needed(package: str) -> Any:
    """Imports a package that hillock itself does without."""
    import importlib

    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise ModuleNotFoundError(f"this needs the package {package}: pip install {package}", name=package) from None


# xarray ---------------------------------------------------------------------------------------------------------------


def report_to_xarray(report: Report, suffix: str = "") -> xarray.Dataset:
    xr = needed("xarray")
    time, neuron = f"time{suffix}", f"neuron{suffix}"
    dimensions = (time,) if report.is_pooled else (time, neuron)
    coordinates = {time: (time, numpy.asarray(report.time), {"units": "ms", "long_name": "time"})}
    if not report.is_pooled:
        coordinates[neuron] = (neuron, numpy.asarray(report.neuron), {"long_name": "neuron"})
    ending = f"_{report.pooling}" if report.pooling in ("mean", "sum") and suffix else ""
    variables = {name + ending: (dimensions, numpy.asarray(report[name]),
                                 {"units": report.units[name], "long_name": report.long_names[name]}) for name in report}
    data: xarray.Dataset = xr.Dataset(variables, coordinates)
    return data


def population_to_xarray(population: Population) -> xarray.Dataset:
    xr = needed("xarray")
    parts = [report_to_xarray(report, re.sub(r"\W", "_", group.removeprefix(population.name)))
             for group, report in population.reports.items()]
    data: xarray.Dataset = xr.merge(parts, compat="no_conflicts", join="outer") if parts else xr.Dataset()
    return data


def spikes_to_xarray(spikes: Spikes) -> xarray.Dataset:
    xr = needed("xarray")
    times = ("timestamps", numpy.asarray(spikes.timestamps), {"units": "ms"})
    data: xarray.Dataset = xr.Dataset({"node_ids": ("timestamps", numpy.asarray(spikes.node_ids))}, {"timestamps": times})
    return data


def run_to_xarray(run: Run) -> xarray.DataTree:
    xr = needed("xarray")
    nodes = {"/": xr.Dataset(attrs={"seed": run.seed, "duration_ms": run.duration, "dt_ms": run.dt, "status": run.status})}
    for name, population in run.items():
        nodes[f"/{name}"] = population.to_xarray()
        if has_spikes(population):
            nodes[f"/{name}/spikes"] = spikes_to_xarray(population.spikes)
    tree: xarray.DataTree = xr.DataTree.from_dict(nodes)
    return tree


def has_spikes(population: Population) -> bool:
    return population.name in population._source.spike_populations()


# pandas ---------------------------------------------------------------------------------------------------------------


def report_to_pandas(report: Report) -> pandas.DataFrame:
    pd = needed("pandas")
    index = pd.Index(numpy.asarray(report.time), name="time")
    if report.is_pooled:
        return pd.DataFrame({name: numpy.asarray(report[name]) for name in report}, index)
    neurons = numpy.asarray(report.neuron)
    columns = pd.MultiIndex.from_product([report.variables, neurons], names=["variable", "neuron"])
    values = [numpy.asarray(report[name]) for name in report]
    table = values[0] if len(values) == 1 else numpy.concatenate(values, axis=1)
    return pd.DataFrame(table, index, columns)


def spikes_to_pandas(spikes: Spikes) -> pandas.DataFrame:
    pd = needed("pandas")
    return pd.DataFrame({"timestamps": numpy.asarray(spikes.timestamps), "node_ids": numpy.asarray(spikes.node_ids)})


# Neo ------------------------------------------------------------------------------------------------------------------


def quantity(unit: str) -> Any:
    """Our unit as one of the package quantities: "uA/cm2" -> uA/cm**2, "pA ms^0.5" -> pA*ms**0.5."""
    quantities = needed("quantities")
    words = re.sub(r"(?<=[A-Za-z])(-?\d)", r"**\1", unit.replace("^", "**").replace(" ", "*")).replace("****", "**")
    return quantities.Quantity(1, words if unit != "1" else "dimensionless")


def analog_signal(report: Report, name: str) -> Any:
    nodes, quantities = needed("neo"), needed("quantities")
    values = numpy.asarray(report[name])
    neurons = {} if report.is_pooled else {"array_annotations": {"node_ids": numpy.asarray(report.neuron)}}
    return nodes.AnalogSignal(values.reshape(len(values), -1), units=quantity(report.units[name]), t_start=0 * quantities.ms,
                              sampling_period=report.interval * quantities.ms,
                              name=f"{report.population} {f'{report.pooling} ' if report.pooling in ('mean', 'sum') else ''}{name}",
                              population=report.population, variable=name, **neurons)


def run_to_neo(run: Run) -> neo.Segment:
    nodes, quantities = needed("neo"), needed("quantities")
    segment = nodes.Segment(name="hillock", seed=run.seed)
    for name, population in run.items():
        for report in population.reports.values():
            for variable in report:
                segment.analogsignals.append(analog_signal(report, variable))
        if not has_spikes(population):
            continue
        spikes = population.spikes
        for neuron, times in spikes.trains().items():
            segment.spiketrains.append(nodes.SpikeTrain(times * quantities.ms, t_stop=spikes.stop * quantities.ms,
                                                        name=f"{name} {neuron}", population=name, node_id=neuron))
    return segment

