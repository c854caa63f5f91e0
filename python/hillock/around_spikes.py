"""What a run recorded around spikes only, as its config asks with ``around_spikes``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy

from ._convert import needed
from ._items import ItemsAsAttributes
from ._source import Array, SnippetInfo, Source
from .errors import NotRecordedError

if TYPE_CHECKING:
    import xarray


class AroundSpikes(ItemsAsAttributes[Array]):
    """Values around spikes: ``run["exc"].around_spikes.V`` [spike, offset], each row around one spike of that neuron itself.

    Spikes are in order of time, then neuron. The sample in column k was taken at ``sampled_at[spike] + offset[k]``. Spikes
    whose window reaches over the start or the end of the run are not there; ``left_out`` counts them. In memory arrays are
    NumPy arrays, read-only and never copied; of a file they are read where they are indexed.
    """

    def __init__(self, source: Source, info: SnippetInfo) -> None:
        self._source = source
        self._info = info

    @property
    def group(self) -> str:
        """Its name in files below ``/around_spikes``: ``exc``, ``exc.w``."""
        return self._info.group

    @property
    def population(self) -> str:
        """The name of the population."""
        return self._info.population

    @property
    def timestamps(self) -> Array:
        """Times of the spikes [spike], ms."""
        return self._source.snippets(self._info, "timestamps")

    @property
    def node_ids(self) -> Array:
        """Which neuron fired, counted from 0 [spike]."""
        return self._source.snippets(self._info, "node_ids")

    @property
    def sampled_at(self) -> Array:
        """When the sample at offset 0 was taken [spike], ms: at the grid point at or after the spike."""
        return self._source.snippets(self._info, "sampled_at")

    @property
    def offset(self) -> Array:
        """Times of the samples from ``sampled_at`` [offset], ms; negative before the spike."""
        return self._source.snippets(self._info, "offset")

    @property
    def left_out(self) -> tuple[int, int]:
        """How many spikes are not there because their window reaches over the start, and over the end, of the run."""
        return self._source.left_out(self._info)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of what was recorded."""
        return tuple(self._info.variables)

    @property
    def units(self) -> dict[str, str]:
        """Variable -> unit; the times are there too."""
        times = {name: "ms" for name in ("timestamps", "sampled_at", "offset")}
        return {**times, **{name: one.unit for name, one in self._info.variables.items()}}

    @property
    def long_names(self) -> dict[str, str]:
        """Variable -> what it is, in words."""
        return {name: one.long_name for name, one in self._info.variables.items()}

    def __getitem__(self, name: str) -> Array:
        if name not in self._info.variables:
            from .results import _missing

            raise NotRecordedError(_missing(name, f"what was recorded around spikes of '{self.group}'", self.variables))
        return self._source.snippets(self._info, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.variables]

    def __contains__(self, name: object) -> bool:
        return name in self._info.variables

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.timestamps)

    def __repr__(self) -> str:
        return f"<hillock.AroundSpikes of '{self.group}': {', '.join(self)} around {len(self)} spikes, {len(self.offset)} samples each>"

    def to_xarray(self) -> xarray.Dataset:
        """A Dataset as ``xarray.open_dataset(file, group="around_spikes/exc")`` gives it: over ``timestamps`` and ``offset``."""
        xr = needed("xarray")
        variables = {name: (("timestamps", "offset"), numpy.asarray(self[name]),
                            {"units": self.units[name], "long_name": self.long_names[name]}) for name in self}
        coordinates = {"timestamps": ("timestamps", numpy.asarray(self.timestamps), {"units": "ms"}),
                       "offset": ("offset", numpy.asarray(self.offset), {"units": "ms"})}
        rows = {"node_ids": ("timestamps", numpy.asarray(self.node_ids)),
                "sampled_at": ("timestamps", numpy.asarray(self.sampled_at), {"units": "ms"})}
        dataset: xarray.Dataset = xr.Dataset({**rows, **variables}, coordinates)
        return dataset
