"""Reading hillock's HDF5 files in the tests."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np


def spikes(path: Path, population: str = "cell"):
    """(timestamps in ms, node ids) of a population."""
    with h5py.File(path) as file:
        group = file["spikes"][population]
        return group["timestamps"][:], group["node_ids"][:]


def trains(path: Path, size: int, population: str = "cell"):
    """One array of spike times (ms) per neuron."""
    times, ids = spikes(path, population)
    order = np.argsort(ids, kind="stable")
    return np.split(times[order], np.searchsorted(ids[order], np.arange(1, size)))


def report(path: Path, group: str = "cell"):
    """The recorded variables of /report/<group>: time[n] in ms, and each variable as [time, neuron]."""
    with h5py.File(path) as file:
        data = file["report"][group]
        return {name: item[:] for name, item in data.items() if isinstance(item, h5py.Dataset) and name != "data"}
