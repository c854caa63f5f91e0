"""Spikes of runs and of other simulators, and how far their times are from a reference."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

Trains = list[np.ndarray]  # for each neuron its spike times, ms, ascending


def trains(times: np.ndarray, ids: np.ndarray, neurons: int) -> Trains:
    order = np.lexsort((times, ids))
    return np.split(np.asarray(times, float)[order], np.searchsorted(np.asarray(ids)[order], np.arange(1, neurons)))


def of_run(file: Path, population: str, neurons: int) -> Trains:
    with h5py.File(file) as data:
        spikes = data[f"spikes/{population}"]
        return trains(spikes["timestamps"][:], spikes["node_ids"][:], neurons)


def of_peer(file: Path, neurons: int) -> Trains:
    with np.load(file) as data:
        return trains(data["times"], data["ids"], neurons)


def differences(found: Trains, reference: Trains) -> np.ndarray:
    """Of each neuron's k-th spike from the k-th of the reference, ms, as far as both have one."""
    return np.concatenate([a[: len(b)] - b[: len(a)] for a, b in zip(found, reference, strict=True)])


def errors(found: Trains, reference: Trains, any_delay: bool = False) -> dict[str, float]:
    """Mean and largest distance of spike times from the reference, ms, and the spikes found.

    any_delay: a delay that all spikes share does not count, for simulators that take another moment of the action potential for
    the spike, or report it a step later. It is chosen so that the mean is smallest, in favour of the simulator.
    """
    apart = differences(found, reference)
    delay = float(np.median(apart)) if any_delay else 0.0
    apart = np.abs(apart - delay)
    return {"mean_ms": float(apart.mean()), "largest_ms": float(apart.max()), "delay_ms": delay,
            "spikes": sum(map(len, found)), "spikes_of_reference": sum(map(len, reference))}
