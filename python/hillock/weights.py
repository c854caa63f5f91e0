"""Weights of connections over time, as a config records them with ``record: {connections: {ee: {weight: {every: 10 ms}}}}``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from ._convert import needed
from ._source import Array, Source, WeightInfo

if TYPE_CHECKING:
    import xarray


class Weights:
    """Weights of one connection from one population to another: ``run.weights["ee"].weight`` [time, synapse].

    Synapses are in order of target, then source: column k is the synapse from neuron ``source_node_id[k]`` onto neuron
    ``target_node_id[k]``. In memory arrays are NumPy arrays, read-only and never copied; of a file they are read where they
    are indexed.
    """

    def __init__(self, source: Source, info: WeightInfo) -> None:
        self._source = source
        self._info = info

    @property
    def group(self) -> str:
        """Its name in files below ``/connections``: ``ee``, or ``x.exc.inh`` where a connection joins several populations."""
        return self._info.group

    @property
    def connection(self) -> str:
        """The connection of the config."""
        return self._info.connection

    @property
    def source(self) -> str:
        """The population that sends."""
        return self._info.source

    @property
    def target(self) -> str:
        """The population that receives."""
        return self._info.target

    @property
    def unit(self) -> str:
        """The unit of `weight`."""
        return self._info.unit

    @property
    def interval(self) -> float:
        """Time between two frames, ms."""
        return self._info.interval

    @property
    def time(self) -> Array:
        """Times of the frames [time], ms. The frame at a time at which ``at`` sets weights has the new ones."""
        return self._source.weights(self._info, "time")

    @property
    def weight(self) -> Array:
        """Weights as they are used [time, synapse], in `unit`."""
        return self._source.weights(self._info, "weight")

    @property
    def source_node_id(self) -> Array:
        """Which neuron of `source` [synapse]; none before the run has begun."""
        return self._source.weights(self._info, "source_node_id")

    @property
    def target_node_id(self) -> Array:
        """Which neuron of `target` [synapse]; none before the run has begun."""
        return self._source.weights(self._info, "target_node_id")

    def __repr__(self) -> str:
        return f"<hillock.Weights '{self.group}': {len(self.source_node_id)} synapses from {self.source} to {self.target}, every {self.interval:g} ms>"

    def to_xarray(self) -> xarray.Dataset:
        """A Dataset as ``xarray.open_dataset(file, group="connections/ee")`` gives it: over ``time`` and ``synapse``."""
        xr = needed("xarray")
        ids = {name: ("synapse", numpy.asarray(getattr(self, name)), {"node_population": population})
               for name, population in (("source_node_id", self.source), ("target_node_id", self.target))}
        weight = (("time", "synapse"), numpy.asarray(self.weight), {"units": self.unit})
        coordinates = {"time": ("time", numpy.asarray(self.time), {"units": "ms"}), "synapse": numpy.arange(len(self.source_node_id))}
        dataset: xarray.Dataset = xr.Dataset({**ids, "weight": weight}, coordinates)
        return dataset
