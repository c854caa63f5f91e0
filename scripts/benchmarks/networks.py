"""Networks: the cortical microcircuit beside its prototype and beside NEST, Brunel's network and those of Brette et al. beside the fastest others.

Times of simulation are those per second of model time; "all" is a whole process, with all that it builds and compiles.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import h5py

from outcome import Outcome, judged
from pairs import Pairs, in_turn
from programs import HILLOCK, PEERS_PYTHON, prototype, run, settings

THREADS = 2
SCRIPTS = Path(__file__).parent / "peers"
OVER_PROTOTYPE, OVER_ITS_BUILD, GIBIBYTES, OVER_NEST = 1.15, 1.5, 1.4, 50.0  # what is promised of the microcircuit
FASTER = {"brunel": 15.0, "cuba": 2.5, "coba": 5.0, "cobahh": 7.0}            # and of the others


def run_hillock(network: str, seconds: float, threads: int = THREADS) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "out.h5"
        options = settings(simulation__duration=f"{seconds:g} s", analysis="{}")
        begin = time.perf_counter()
        run(HILLOCK, "run", f"configs/{network}.yaml", *options, "--threads", str(threads), "--quiet", "--force", "--out", file)
        whole = time.perf_counter() - begin
        with h5py.File(file) as data:
            facts = data["meta"].attrs
            return {"simulate_s": float(facts["wall_simulate_s"]) / seconds, "build_s": float(facts["wall_build_s"]), "all_s": whole,
                    "gibibytes": float(facts["peak_rss_bytes"]) / 2**30}


def run_peer(peer: str, network: str, seconds: float, threads: int = THREADS) -> dict:
    begin = time.perf_counter()
    printed = run(PEERS_PYTHON, SCRIPTS / f"networks_{peer}.py", network, "--duration", str(1000 * seconds), "--threads", str(threads), PYNEST_QUIET="1")
    whole = time.perf_counter() - begin
    facts = json.loads(next(line for line in printed.splitlines() if line.startswith("{")))
    return {**facts, "simulate_s": facts["simulate_s"] / seconds, "all_s": whole}


def run_prototype(seconds: float) -> dict:
    facts = json.loads(run(prototype("prototype_network", "microcircuit.cpp"), "1", str(THREADS), str(1000 * seconds)))
    return {"simulate_s": facts["sim_s"] / seconds, "build_s": facts["build_s"]}


def row(pairs: Pairs, what: str, value: float, unit: str, bound: float, at_least: bool = False) -> dict:
    kept = value >= bound if at_least else value <= bound
    return {"what": what, "value": value, "unit": unit, "at_least" if at_least else "bound": bound, "kept": judged(kept, pairs.quiet), **pairs.facts()}


def outcome(rows: list[dict]) -> Outcome:
    verdicts = {each["kept"] for each in rows}
    lines = [f"{each['what']}: {each['value']:.3g} {each['unit']} ({'at least' if 'at_least' in each else 'at most'} "
             f"{each.get('at_least', each.get('bound')):g} asked){'' if each['quiet'] else ', other processes disturbed it'}" for each in rows]
    kept = False if False in verdicts else None if None in verdicts else True
    return Outcome("; ".join(lines[:2]), kept, {"threads": THREADS, "rows": rows}, lines)


def microcircuit(repeat: int) -> Outcome:
    seconds = 10.0
    pairs = in_turn(lambda: run_hillock("microcircuit", seconds), lambda: run_prototype(seconds), repeat)
    simulate, build = (pairs.ratio(lambda ours, key=key: ours[key], lambda theirs, key=key: theirs[key]) for key in ("simulate_s", "build_s"))
    factor = pairs.first(lambda ours: ours["simulate_s"])
    return outcome([
        row(pairs, "full microcircuit, real-time factor", factor, "", 1.0),
        row(pairs, "simulation over the prototype's", simulate, "times", OVER_PROTOTYPE),
        row(pairs, "build over the prototype's", build, "times", OVER_ITS_BUILD),
        row(pairs, "memory", pairs.first(lambda ours: ours["gibibytes"]), "GiB", GIBIBYTES),
    ])


def circuit_nest(repeat: int) -> Outcome:
    """NEST takes three minutes and 14 GiB for each run."""
    pairs = in_turn(lambda: run_hillock("microcircuit", 1.0), lambda: run_peer("nest", "microcircuit", 1.0), min(repeat, 3))
    return outcome([row(pairs, "full microcircuit, simulation, beside NEST", *beside(pairs, "simulate_s"), OVER_NEST, at_least=True)])


def beside(pairs: Pairs, key: str) -> tuple[float, str]:
    return 1 / pairs.ratio(lambda ours: ours[key], lambda theirs: theirs[key]), "times as fast"


def fastest(runs: dict[str, Callable[[], dict]], tries: int) -> str:
    """Which of them is fastest at its best."""
    return min(runs, key=lambda name: min(runs[name]()["simulate_s"] for _ in range(tries)))


def networks(repeat: int) -> Outcome:
    rows = []
    for network, promise in FASTER.items():
        seconds = 1.0 if network == "brunel" else 5.0
        peers = {f"{peer} on {threads} threads": lambda peer=peer, threads=threads: run_peer(peer, network, seconds, threads)
                 for peer in (("nest", "brian2") if network == "brunel" else ("brian2",)) for threads in (1, 2)}
        ours = {threads: lambda threads=threads: run_hillock(network, seconds, threads) for threads in (1, 2)}
        peer, threads = fastest(peers, 2), fastest(ours, 2)
        pairs = in_turn(ours[threads], peers[peer], repeat)
        rows += [row(pairs, f"{network} on {threads} threads, simulation, beside {peer}", *beside(pairs, "simulate_s"), promise, at_least=True),
                 row(pairs, f"{network}, whole processes, beside {peer}", *beside(pairs, "all_s"), promise, at_least=True)]
    return outcome(rows)
