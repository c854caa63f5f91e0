"""From command to first step: every shipped config, and every shipped model by itself.

The time is what the run's file says it took to build (config, equations, native code, the file itself), and with it all that a process
of hillock takes that does nothing (`hillock --version`), its end included: an upper bound.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

import h5py

from machine import Watch
from outcome import Outcome, judged
from pairs import DISTURBED
from programs import HILLOCK, ROOT, run

LIMIT = 0.03  # s
ONE_MODEL = "simulation: {duration: 10 ms, dt: 0.025 ms}\npopulations: {cell: {model: %s, size: 1%s}}\nrecord: {cell: {spikes: true}}\n"
NEURON_OF = {"sum": "logistic"}  # receptors whose output is no current; the others sit on a lif
ON_A_NEURON = ", receptors: {synapse: {model: %s}}"


def configs(folder: Path) -> list[Path]:
    """The shipped configs, and one for each shipped model, written into the folder."""
    models = json.loads(run(HILLOCK, "models", "--json"))
    written = []
    for model in models:
        neuron, receptors = (model["name"], "") if model["kind"] == "neuron" else (NEURON_OF.get(model["name"], "lif"), ON_A_NEURON % model["name"])
        written.append(folder / f"{model['name']}.yaml")
        written[-1].write_text(ONE_MODEL % (neuron, receptors))
    return sorted((ROOT / "configs").glob("*.yaml")) + written


def seconds_of_nothing(repeat: int) -> float:
    def once() -> float:
        begin = time.perf_counter()
        run(HILLOCK, "--version")
        return time.perf_counter() - begin

    return statistics.median(once() for _ in range(repeat))


def seconds_to_build(config: Path, out: Path) -> float:
    run(HILLOCK, "run", config, "--quiet", "--force", "--out", out)
    with h5py.File(out) as data:
        return float(data["meta"].attrs["wall_build_s"])


def first_step(repeat: int) -> Outcome:
    with tempfile.TemporaryDirectory() as name, Watch() as watch:
        folder = Path(name)
        nothing = seconds_of_nothing(4 * repeat)
        rows = [{"config": config.stem, "seconds": nothing + statistics.median(seconds_to_build(config, folder / "run.h5") for _ in range(repeat))}
                for config in configs(folder)]
    slowest = max(rows, key=lambda row: row["seconds"])
    return Outcome(f"{1e3 * slowest['seconds']:.1f} ms at most, for {slowest['config']} (limit {1e3 * LIMIT:g} ms)",
                   judged(slowest["seconds"] < LIMIT, watch.foreign <= DISTURBED), {"rows": rows, "limit": LIMIT, "foreign_cores": round(watch.foreign, 2)},
                   [f"{row['config']}: {1e3 * row['seconds']:.1f} ms" for row in rows])
