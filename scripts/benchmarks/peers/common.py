"""What the scripts for other simulators share: arguments, currents, and the line of JSON that they print.

Each simulates neurons under constant currents as tests/benchmark/hh_fi.yaml and work_precision.yaml do, in its own way and at its own
defaults otherwise, and writes all spikes to a file.
"""

from __future__ import annotations

import argparse
import json
import os
import time

import numpy as np

AREA = np.pi * 20e-4 * 20e-4  # cm2, of a cylinder of 20 um x 20 um


def arguments(dt: float) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--duration", type=float, default=1000.0, help="ms")
    parser.add_argument("--dt", type=float, default=dt, help="ms")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--lowest", type=float, default=0.0, help="current of the first neuron")
    parser.add_argument("--highest", type=float, default=20.0, help="current of the last neuron")
    parser.add_argument("--spikes", required=True, help="where the spikes go (.npz: times in ms, ids)")
    return parser


def currents(options: argparse.Namespace) -> np.ndarray:
    """I[neurons], in the unit of the model (squid axons: uA/cm2)."""
    return np.linspace(options.lowest, options.highest, options.neurons)


class Stopwatch:
    """`seconds` afterwards: how long a `with` block took."""

    def __enter__(self) -> Stopwatch:
        self._start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._start


def report(path: str, times: np.ndarray, ids: np.ndarray, **facts: object) -> None:
    """Writes the spikes (times[n_spikes], ms; ids[n_spikes]) and prints the facts: peer, version, method, build_s, simulate_s."""
    np.savez(path, times=np.asarray(times, float), ids=np.asarray(ids, int))
    omp = {key: value for key, value in os.environ.items() if key.startswith("OMP_")}
    print(json.dumps({**facts, "spikes": len(times), "omp": omp}), flush=True)
