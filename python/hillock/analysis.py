"""What a run measured of a population while it went on: features and spike statistics, with their units."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy

from ._convert import needed
from ._items import ItemsAsAttributes
from .errors import NotRecordedError

if TYPE_CHECKING:
    import pandas
    import xarray

Values = numpy.ndarray[Any, numpy.dtype[numpy.float64]]


@dataclasses.dataclass(frozen=True)
class Quantity:
    """One quantity; `axis` is ``neuron``, the name of an axis, or empty for a single value."""

    unit: str
    long_name: str
    axis: str
    values: Values


class Analysis(ItemsAsAttributes[Values], Mapping[str, Values]):
    """What the ``analysis`` of a config measured: ``run["exc"].analysis["AP_amplitude"]`` [neuron], float64.

    Features of action potentials are means over those of a neuron. A value that a neuron does not have is NaN. Numbers of
    the whole population have no dimension; ``ISI_histogram``, ``autocorrelogram`` and ``spectrum`` lie over an axis.
    """

    def __init__(self, population: str, neuron: numpy.ndarray[Any, Any], axes: Mapping[str, Quantity],
                 quantities: Mapping[str, Quantity], attributes: Mapping[str, float], note: str) -> None:
        self.population = population
        self.neuron = neuron
        self._axes = dict(axes)
        self._quantities = dict(quantities)
        self.attributes: dict[str, float] = dict(attributes)
        self.note = note

    def __getitem__(self, name: str) -> Values:
        for known in (self._quantities, self._axes):
            if name in known:
                return known[name].values
        from .results import _missing

        raise NotRecordedError(_missing(name, f"the {type(self).__name__.lower()} of '{self.population}'", tuple(self)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._quantities)

    def __len__(self) -> int:
        return len(self._quantities)

    def __contains__(self, name: object) -> bool:
        return name in self._quantities or name in self._axes

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]

    def __repr__(self) -> str:
        return f"<hillock.{type(self).__name__} of '{self.population}': {', '.join(self)}; {len(self.neuron)} neurons>"

    @property
    def units(self) -> dict[str, str]:
        """Quantity -> unit; "1" for numbers."""
        return {name: one.unit for name, one in {**self._quantities, **self._axes}.items()}

    @property
    def long_names(self) -> dict[str, str]:
        """Quantity -> its definition in words."""
        return {name: one.long_name for name, one in {**self._quantities, **self._axes}.items()}

    @property
    def axes(self) -> dict[str, str]:
        """Quantity -> what it lies over: ``neuron``, ``interval``, ``lag``, ``frequency``, or nothing for a single value."""
        return {name: one.axis for name, one in self._quantities.items()}

    def to_pandas(self) -> pandas.DataFrame:
        """One row per neuron, one column per quantity that neurons have; ``table.attrs["units"]`` holds the units."""
        pd = needed("pandas")
        columns = {name: one.values for name, one in self._quantities.items() if one.axis == "neuron"}
        table: pandas.DataFrame = pd.DataFrame(columns, pd.Index(self.neuron, name="neuron"))
        table.attrs["units"] = {name: self._quantities[name].unit for name in columns}
        return table

    def to_xarray(self) -> xarray.Dataset:
        """A Dataset as ``xarray.open_dataset(file, group="analysis/exc")`` gives it."""
        xr = needed("xarray")

        def labelled(one: Quantity) -> tuple[Any, Any, dict[str, str]]:
            values = one.values if one.axis else one.values.reshape(())
            return [one.axis] if one.axis else [], values, {"units": one.unit, "long_name": one.long_name}

        coordinates = {"neuron": ("neuron", self.neuron, {"long_name": f"index in the population {self.population}"}),
                       **{name: labelled(one) for name, one in self._axes.items()}}
        attributes: dict[str, Any] = {**self.attributes, **({"note": self.note} if self.note else {})}
        dataset: xarray.Dataset = xr.Dataset({name: labelled(one) for name, one in self._quantities.items()}, coordinates, attributes)
        return dataset
