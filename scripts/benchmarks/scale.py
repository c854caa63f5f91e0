"""Networks of a thousand to a million neurons: the cost of an event and of a neuron, long delays, and a sweep of a hundred networks.

An event is a spike that arrives at a synapse. What is said to cost so much per event is the whole simulation, with the neurons and their Poisson input.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

from networks import THREADS, outcome, row
from outcome import Outcome
from pairs import in_turn
from peers.networks import POPULATIONS, PROBABILITIES, SIZES
from programs import HILLOCK, run, settings

CONFIG = "tests/benchmark/balanced.yaml"
SOURCES = 1000                                        # of each neuron
EVENT, DRAWN_EVENT, GIBIBYTES = 1.5, 4.0, 6.0         # what is promised of a million neurons
LONG, BUSY = 1.5, 0.9                                 # of long delays, and of a sweep
DRAWN = "{normal: [1.5 ms, 0.75 ms], min: 0.1 ms}"    # as the excitatory delays of the microcircuit
SHORT = ((1, 1.5, 1.5),)                              # delays: (share of the synapses, shortest, longest), ms, as if uniform between


def measured(config: str, *options: str) -> dict:
    """Times of the spikes of each population (ms), seconds of the simulation and of the build, gibibytes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "out.h5"
        run(HILLOCK, "run", config, *options, "--threads", str(THREADS), "--quiet", "--force", "--out", file)
        with h5py.File(file) as data:
            facts = data["meta"].attrs
            return {"spikes": {name: group["timestamps"][()] for name, group in data["spikes"].items()}, "simulate_s": float(facts["wall_simulate_s"]),
                    "build_s": float(facts["wall_build_s"]), "gibibytes": float(facts["peak_rss_bytes"]) / 2**30}


def arrived(times: np.ndarray, end: float, delays: tuple) -> float:
    """How many spikes of these times arrive until `end` (ms), as a share of their synapses: the rest is still on its way."""
    return float(sum(share * np.clip((end - times - least) / max(most - least, 1e-9), 0, 1).sum() for share, least, most in delays))


def balanced(neurons: int, seconds: float, drawn: str = "", delays: tuple = SHORT, **variables: str) -> dict:
    """With `drawn`, all delays are drawn from it; `delays` says how long they are."""
    options = settings(vars__N=neurons, simulation__duration=f"{seconds:g} s", **{f"vars__{name}": value for name, value in variables.items()})
    for connection in ("e_near", "e_far", "i_near", "i_far") if drawn else ():
        options += settings(**{f"connections__{connection}__delay": drawn})
    found = measured(CONFIG, *options)
    found["events"] = SOURCES * arrived(np.concatenate(list(found.pop("spikes").values())), 1e3 * seconds, delays)
    return {**found, "ns": 1e9 * found["simulate_s"] / found["events"]}


def microcircuit(seconds: float) -> dict:
    record = "{" + ", ".join(f"{name}: [spikes]" for name in POPULATIONS) + "}"
    found = measured("configs/microcircuit.yaml", *settings(simulation__duration=f"{seconds:g} s", analysis="{}", record=record))
    synapses = np.floor(np.log(1 - PROBABILITIES) / np.log(1 - 1 / np.outer(SIZES, SIZES)))  # [target, source]
    targets = synapses.sum(axis=0) / SIZES
    found["events"] = float(sum(len(times) * targets[POPULATIONS.index(name)] for name, times in found.pop("spikes").items()))
    return {**found, "ns": 1e9 * found["simulate_s"] / found["events"]}


def million(repeat: int) -> Outcome:
    """A million neurons, a thousand million synapses."""
    rows = []
    for what, drawn, bound in (("of 1.5 ms", "", EVENT), ("drawn as in the microcircuit", DRAWN, DRAWN_EVENT)):
        pairs = in_turn(lambda drawn=drawn: balanced(1_000_000, 0.2, drawn), lambda: microcircuit(2), min(repeat, 3))
        ratio = pairs.ratio(lambda ours: ours["ns"], lambda theirs: theirs["ns"])
        rows += [row(pairs, f"a million neurons, delays {what}: time per event over the microcircuit's", ratio, "times", bound),
                 row(pairs, f"a million neurons, delays {what}: memory", pairs.first(lambda ours: ours["gibibytes"]), "GiB", GIBIBYTES)]
    return outcome(rows)


def delays(repeat: int) -> Outcome:
    rows = []
    def half(far: str, ms: float) -> dict:
        return balanced(10_000, 5, delays=((0.5, 1.5, 1.5), (0.5, ms, ms)), far=far)

    def drawn(most: str, ms: float) -> dict:
        return balanced(10_000, 5, f"{{uniform: [1.5 ms, {most}]}}", ((1, 1.5, ms),))

    for what, run_of in (("half of the synapses with a delay of 1 s, beside 5 ms", half), ("delays drawn up to 1 s, beside up to 5 ms", drawn)):
        pairs = in_turn(lambda run_of=run_of: run_of("1 s", 1000), lambda run_of=run_of: run_of("5 ms", 5), repeat)
        ratio = pairs.ratio(lambda ours: ours["ns"], lambda theirs: theirs["ns"])
        rows.append(row(pairs, f"10,000 neurons, {what}: time per event", ratio, "times", LONG))
    return outcome(rows)


def scaling(repeat: int) -> Outcome:
    """The least of some runs of each size."""
    rows, lines = [], []
    for neurons in (1_000, 10_000, 100_000, 1_000_000):
        seconds = max(0.1, min(10, 1e5 / neurons))
        found = min((balanced(neurons, seconds) for _ in range(min(repeat, 3))), key=lambda one: one["simulate_s"])
        steps = neurons * seconds * 1e4
        rows.append({"neurons": neurons, "events_per_s": found["events"] / seconds, "ns_per_event": found["ns"], "ns_per_neuron_step": 1e9 * found["simulate_s"] / steps,
                     "build_ns_per_synapse": 1e9 * found["build_s"] / (neurons * SOURCES), "gibibytes": found["gibibytes"]})
        lines.append(f"{neurons:,} neurons: {found['ns']:.2f} ns per event, {rows[-1]['ns_per_neuron_step']:.2f} ns per neuron and step, {found['gibibytes']:.2f} GiB")
    return Outcome("; ".join(lines[::3]), None, {"threads": THREADS, "rows": rows}, lines, promised=False)


def network_sweep(repeat: int) -> Outcome:
    """A hundred networks of 4000 neurons: how busy both processors are, from start to exit."""
    def sweep() -> dict:
        with tempfile.TemporaryDirectory() as folder:
            before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            run(HILLOCK, "sweep", CONFIG, *settings(vars__N=4000, simulation__duration="0.5 s"), "--threads", str(THREADS), "--quiet", "--out", Path(folder) / "out.h5")
            after, whole = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - begin
        return {"busy": (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / whole / THREADS}

    pairs = in_turn(sweep, sweep, min(repeat, 3))
    return outcome([row(pairs, "100 networks of 4000 neurons: both processors busy", pairs.first(lambda ours: ours["busy"]), "", BUSY, at_least=True)])
