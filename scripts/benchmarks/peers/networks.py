"""The networks of benchmarks, as numbers that the scripts for other simulators share, and what these print.

They are those of configs/brunel.yaml, cuba.yaml, coba.yaml, cobahh.yaml and microcircuit.yaml.
"""

from __future__ import annotations

import argparse
import json

import numpy as np

BRETTE = ("cuba", "coba", "cobahh")
CELLS, EXCITATORY, PROBABILITY = 4000, 3200, 0.02                  # of Brette et al. 2007
EXC, INH, INDEGREE_EXC, INDEGREE_INH = 10000, 2500, 1000, 250      # of Brunel 2000
JUMP, INHIBITION, INPUT = 0.1, 5.0, 2.0                            # mV, g, eta
THRESHOLD, TAU_M = 20.0, 20.0                                      # mV, ms
BACKGROUND = INPUT * THRESHOLD / (JUMP * TAU_M) * 1000.0           # Hz, all external inputs of a cell together

POPULATIONS = ("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")  # of Potjans & Diesmann 2014
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
EXTERNAL = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
PROBABILITIES = np.array([  # rows: targets, columns: sources
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000], [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000], [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000], [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252], [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443]])
V_MEAN = np.array([-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43])
V_SD = np.array([5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48])


def arguments(names: tuple[str, ...]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("network", choices=names)
    parser.add_argument("--duration", type=float, default=1000.0, help="ms")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--spikes", help="where the spikes go (.npz: times in ms, ids)")
    return parser


def report(options: argparse.Namespace, times: np.ndarray, ids: np.ndarray, **facts: object) -> None:
    """Writes the spikes (times[n_spikes], ms; ids[n_spikes]) if asked, and prints the facts: peer, version, build_s, simulate_s."""
    if options.spikes:
        np.savez(options.spikes, times=np.asarray(times, float), ids=np.asarray(ids, int))
    print(json.dumps({**facts, "network": options.network, "threads": options.threads, "spikes": len(times)}), flush=True)
