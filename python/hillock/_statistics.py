"""Statistics of spikes, with elephant's definitions: of runs, of files, and of any spike times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy
import numpy.typing

from . import _hillock
from .analysis import Analysis, Quantity
from .errors import user_error

if TYPE_CHECKING:
    from .results import Population

Times = numpy.typing.NDArray[numpy.float64]
Neurons = numpy.typing.NDArray[numpy.int64]
MOST = 10_000_000  # neurons; a file that says more is damaged


class Statistics(Analysis):
    """Statistics of spikes: ``found["rate"]`` [neuron], ``found["rate_mean"]``, ``found["spectrum"]`` over ``found["frequency"]``.

    Of neurons: ``spikes``, ``rate`` (Hz), ``cv``, ``cv2``, ``lv``, ``phase``, ``phase_shift``; their means over the neurons that have a value end in
    ``_mean``. Of the population, [1]: ``fano_factor``, ``correlation``, ``spike_contrast``. ``ISI_histogram`` [interval] and
    ``autocorrelogram`` [lag] lie over the beginnings of bins, ms, ``spectrum`` [frequency], 1/Hz, over Hz; it is left out where
    the window has fewer than 8 bins. NaN stands for what is not defined. ``units`` and ``long_names`` tell the unit and the
    definition of each; ``attributes`` holds the window and the bin.
    """

    def __init__(self, table: _hillock.AnalysisTable, population: str, spikes: tuple[Times, Neurons, Neurons]) -> None:
        axes, values = ({one.name: Quantity(one.unit, one.long_name, one.axis, one.values) for one in each}
                        for each in (table.axes, table.values))
        super().__init__(population, numpy.array(table.neurons, numpy.int64), axes, values, table.numbers, table.note)
        self._spikes = spikes

    def correlations(self) -> numpy.typing.NDArray[numpy.float64]:
        """Pearson's correlation of the spike counts per bin of each neuron with each other [neuron, neuron].

        NaN for a neuron whose counts do not vary. Raises ResourceError if there are too many neurons for a matrix.
        """
        window = (self.attributes[name] for name in ("window_start_ms", "window_stop_ms", "bin_ms"))
        return _hillock.correlations(*self._spikes, *window)


def statistic_list() -> dict[str, _hillock.Statistic]:
    """Name -> a statistic of spikes with its ``unit`` and its definition ``doc``."""
    return {one.name: one for one in _hillock.statistic_list()}


def statistics(times: Any, node_ids: Any, *names: str, stop: float, start: float = 0.0, neurons: int | Sequence[int] | None = None,
               bin: float = 5.0, reach: float = 50.0) -> Statistics:
    """Statistics of spikes, with elephant's definitions and those of ``hillock features``.

    `times` [spike], ms, and `node_ids` [spike], the neuron of each, in any order. `names`: which of statistic_list() (default:
    all). `neurons`: whose, silent ones included (default: those that spike); other spikes are left out. `start`, `stop`: the
    window, ms, both ends belong to it. `bin`: of counts, histogram and correlogram, ms. `reach`: of the autocorrelogram to both
    sides, ms. Raises UserError.
    """
    at = numpy.ascontiguousarray(times, numpy.float64)
    ids = _whole(node_ids, "node_ids")
    if at.ndim != 1 or ids.ndim != 1:
        raise user_error(f"times and node_ids have one value per spike, got arrays of the shapes {at.shape} and {ids.shape}")
    chosen = numpy.unique(ids) if neurons is None else numpy.unique(_whole(neurons, "neurons"))
    if len(chosen) and chosen[0] < 0:
        raise user_error(f"neurons: {chosen[0]} is no neuron", "neurons count from 0")
    return _of(at, ids, chosen, names, "spikes", (start, stop, bin, reach))


def statistics_of(population: Population, names: Sequence[str], neurons: int | Sequence[int] | None, start: float | None,
                  stop: float | None, bin: float, reach: float) -> Statistics:
    spikes = population.spikes
    known = numpy.asarray(spikes.neurons).astype(numpy.int64)
    if neurons is not None:
        chosen = numpy.unique(_whole(neurons, "neurons"))
        for one in chosen:
            if spikes.all_neurons_known and one not in known:
                raise user_error(f"the spikes of neuron {one} of '{population.name}' were not recorded")
    else:
        recorded = population._source.spike_trains(population.name)
        unknown = max(0, recorded - len(known)) if recorded <= MOST else 0
        chosen = numpy.concatenate([numpy.full(unknown, -1), known])
    at = numpy.ascontiguousarray(spikes.timestamps, numpy.float64)
    ids = numpy.ascontiguousarray(spikes.node_ids).astype(numpy.int64)
    window = (0.0 if start is None else start, spikes.stop if stop is None else stop)
    return _of(at, ids, chosen, names, population.name, (*window, bin, reach))


def _whole(values: Any, what: str) -> Neurons:
    given = numpy.atleast_1d(numpy.asarray(values))
    if given.size and given.dtype.kind not in "iu":
        raise user_error(f"{what} are of the type {given.dtype}, expected whole numbers")
    return numpy.ascontiguousarray(given, numpy.int64)


def _of(times: Times, node_ids: Neurons, neurons: Neurons, names: Sequence[str], population: str,
        numbers: tuple[float, float, float, float]) -> Statistics:
    if len(neurons) == 0:
        raise user_error("there is no neuron to take statistics of", "write for example neurons=range(100)")
    chosen = list(dict.fromkeys(names or statistic_list()))
    start, stop, bin, reach = (float(number) for number in numbers)
    table = _hillock.statistics(times, node_ids, neurons, chosen, start, stop, bin, reach)
    return Statistics(table, population, (times, node_ids, neurons))
