"""What the scripts for other simulators share: arguments, currents, and the line of JSON that they print.

Each simulates the same 1000 squid axon membranes (Hodgkin & Huxley 1952) as tests/benchmark/hh_fi.yaml, in its own way and at its
own defaults otherwise, and writes all spikes to a file.
"""

from __future__ import annotations

import argparse
import json
import os
import time

import numpy as np

AREA = np.pi * 20e-4 * 20e-4  # cm2, of a cylinder of 20 um x 20 um
START = time.perf_counter()


def arguments(dt: float) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--duration", type=float, default=1000.0, help="ms")
    parser.add_argument("--dt", type=float, default=dt, help="ms")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--spikes", required=True, help="where the spikes go (.npz: times in ms, ids)")
    return parser


def currents(neurons: int) -> np.ndarray:
    """I[neurons], uA/cm2."""
    return np.linspace(0.0, 20.0, neurons)


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
