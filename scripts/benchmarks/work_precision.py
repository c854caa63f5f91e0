"""How exact spike times are and what they cost: methods and steps of hillock for four models, other simulators at their defaults.

One thread each. The error is the mean distance of the k-th spike of each neuron from that of a reference: a step so small (for lif
the exact method with interpolated spike times) that halving it moves the reference less than any error shown.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import subprocess
import tempfile
from pathlib import Path

import h5py

import spike_times
from outcome import Outcome
from programs import HILLOCK, PEERS_PYTHON, ROOT, run, settings

CONFIG, POPULATION, NEURONS = "tests/benchmark/work_precision.yaml", "cell", 256
STEPS = (0.2, 0.1, 0.05, 0.025, 0.01, 0.005)  # ms
STAMPS = ("grid", "interpolated")
WANTED = (0.1, 0.01, 0.001)  # ms, errors for which the fastest setting is named


@dataclasses.dataclass(frozen=True)
class Model:
    name: str
    lowest: float
    highest: float
    unit: str
    methods: tuple[str, ...]
    reference: tuple[str, float]              # method and step in ms, interpolated
    peers: tuple[tuple[str, ...], ...] = ()   # scripts with their options

    def options(self, method: str, dt: float, stamp: str) -> list[str]:
        current = f"{{linspace: [{self.lowest:g} {self.unit}, {self.highest:g} {self.unit}]}}"
        return settings(populations__cell__model=self.name, inputs__current__amplitude=current, simulation__method=method,
                        simulation__dt=f"{dt:g} ms", simulation__spike_times=stamp)


EXPLICIT = ("euler", "midpoint", "rk4", "dopri5")
MODELS = (
    Model("hodgkin_huxley", 8, 20, "uA/cm2", (*EXPLICIT, "exponential_euler"), ("rk4", 0.0025),
          (("hh_fi_nest.py", "--dt", "0.1"), ("hh_fi_neuron.py", "--dt", "0.025"), ("hh_fi_arbor.py", "--dt", "0.025"),
           ("hh_fi_brian2.py", "--dt", "0.1"))),
    Model("adex", 600, 1000, "pA", EXPLICIT, ("rk4", 0.001), (("points_nest.py", "--model", "adex"),)),
    Model("izhikevich_2003", 5, 15, "mV/ms", EXPLICIT, ("rk4", 0.001), (("points_nest.py", "--model", "izhikevich_2003"),)),
    Model("lif", 400, 700, "pA", ("exact", "euler", "rk4"), ("exact", 0.1), (("points_nest.py", "--model", "lif"),)),
)


def run_hillock(model: Model, method: str, dt: float, stamp: str, file: Path) -> tuple[float, spike_times.Trains] | None:
    """Seconds and spikes of a run; None if the numbers overflowed."""
    words = [HILLOCK, "run", CONFIG, *model.options(method, dt, stamp), "--threads", "1", "--quiet", "--force", "--out", file]
    done = subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode == 4:
        return None
    if done.returncode != 0:
        raise SystemExit(f"scripts/bench: {' '.join(map(str, words))} ended with {done.returncode}\n{done.stderr}")
    with h5py.File(file) as data:
        return float(data["meta"].attrs["wall_simulate_s"]), spike_times.of_run(file, POPULATION, NEURONS)


def points_of(model: Model, repeat: int, folder: Path) -> dict:
    truth = run_hillock(model, *model.reference, "interpolated", folder / "run.h5")
    half = run_hillock(model, model.reference[0], model.reference[1] / 2, "interpolated", folder / "run.h5")
    assert truth and half, "the reference has to be finite"
    own, rows = spike_times.errors(truth[1], half[1])["mean_ms"], []
    for method, stamp, dt in itertools.product(model.methods, STAMPS, STEPS):
        runs = [run_hillock(model, method, dt, stamp, folder / "run.h5") for _ in range(repeat)]
        found = [one for one in runs if one]
        point = {"method": method, "spike_times": stamp, "dt": dt}
        rows.append({**point, "overflowed": True} if not found else
                    {**point, "simulate_s": min(one[0] for one in found), **spike_times.errors(found[0][1], half[1])})
    return {"reference_error_ms": own, "hillock": rows, "peers": [peer_point(model, words, half[1], folder) for words in model.peers]}


def peer_point(model: Model, words: tuple[str, ...], truth: spike_times.Trains, folder: Path) -> dict:
    file = folder / "peer.npz"
    printed = run(PEERS_PYTHON, Path(__file__).parent / "peers" / words[0], *words[1:], "--threads", "1", "--neurons", str(NEURONS), "--lowest",
                  str(model.lowest), "--highest", str(model.highest), "--spikes", file, PYNEST_QUIET="1")
    facts = json.loads(next(line for line in printed.splitlines() if line.startswith("{")))
    return {**facts, **spike_times.errors(spike_times.of_peer(file, NEURONS), truth, any_delay=True)}


def fastest(rows: list[dict], error: float) -> dict | None:
    """The fastest setting with a mean error no larger than this, in ms."""
    exact = [row for row in rows if "mean_ms" in row and row["mean_ms"] <= error and row["spikes"] == row["spikes_of_reference"]]
    return min(exact, key=lambda row: row["simulate_s"], default=None)


def work_precision(repeat: int) -> Outcome:
    with tempfile.TemporaryDirectory() as name:
        models = {model.name: points_of(model, repeat, Path(name)) for model in MODELS}
    lines = []
    for name, found in models.items():
        for error in WANTED:
            best = fastest(found["hillock"], error)
            lines.append(f"{name} to {error:g} ms: " + (f"{best['method']} at {best['dt']:g} ms, {best['spike_times']}, {best['simulate_s']:.3f} s"
                                                        if best else "none of these settings"))
    return Outcome(f"{NEURONS} neurons, 1 s, one thread", None, {"neurons": NEURONS, "models": models}, lines, promised=False)
