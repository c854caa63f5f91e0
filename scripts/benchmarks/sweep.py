"""Sweeps: 1000 currents beside the same neurons in one run and beside the fastest other simulator; 10,000 points with features."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import h5py

from hh_fi import CONFIG, PEERS, THREADS
from outcome import Outcome, judged
from pairs import in_turn
from programs import HILLOCK, run

SWEEP, MANY = "tests/benchmark/hh_fi_sweep.yaml", "tests/benchmark/lif_sweep.yaml"
OVER_RUN, WHOLE_S, TIMES_FASTER, MANY_S = 1.5, 1.0, 6.0, 5.0  # what is promised


def run_timed(command: str, config: str, file: Path) -> dict:
    """One run or sweep: seconds of the simulation and of the whole process, and how many spikes there were."""
    begin = time.perf_counter()
    run(HILLOCK, command, config, "--threads", str(THREADS), "--quiet", "--force", "--out", file)
    whole = time.perf_counter() - begin
    with h5py.File(file) as data:
        spikes = int(data["spike_count"][()].sum()) if command == "sweep" else len(data["spikes/cell/timestamps"])
        return {"simulate_s": float(data["meta"].attrs["wall_simulate_s"]), "process_s": whole, "spikes": spikes}


def sweep(repeat: int) -> Outcome:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "out.h5"
        beside_run = in_turn(lambda: run_timed("sweep", SWEEP, file), lambda: run_timed("run", CONFIG, file), repeat)
        fastest = min(PEERS, key=lambda peer: peer.run(Path(name))["process_s"])
        beside_peer = in_turn(lambda: run_timed("sweep", SWEEP, file), lambda: fastest.run(Path(name)), repeat)
        many = in_turn(lambda: run_timed("sweep", MANY, file), lambda: None, repeat)
    spikes = {found["spikes"] for pair in beside_run.pairs for found in (pair.first, pair.second)}
    if len(spikes) != 1:
        return Outcome(f"the sweep and the run have not the same number of spikes: {spikes}", False, {})
    over_run = beside_run.ratio(lambda ours: ours["simulate_s"], lambda single: single["simulate_s"])
    whole = beside_run.first(lambda ours: ours["process_s"])
    faster = 1 / beside_peer.ratio(lambda ours: ours["process_s"], lambda theirs: theirs["process_s"])
    ten_thousand = many.first(lambda ours: ours["process_s"])
    rows = [
        {"what": "1000 HH points, simulation, beside one run of 1000 neurons", "value": over_run, "unit": "times", "bound": OVER_RUN,
         "kept": judged(over_run <= OVER_RUN, beside_run.quiet), **beside_run.facts()},
        {"what": "the same, from start to exit", "value": whole, "unit": "s", "bound": WHOLE_S, "kept": judged(whole <= WHOLE_S, beside_run.quiet),
         **beside_run.facts()},
        {"what": f"times as fast as {fastest.name}, whole processes", "value": faster, "unit": "times", "at_least": TIMES_FASTER,
         "kept": judged(faster >= TIMES_FASTER, beside_peer.quiet), **beside_peer.facts()},
        {"what": "10,000 LIF points with features, from start to exit", "value": ten_thousand, "unit": "s", "bound": MANY_S,
         "kept": judged(ten_thousand <= MANY_S, many.quiet), **many.facts()},
    ]
    verdicts = {row["kept"] for row in rows}
    kept = False if False in verdicts else None if None in verdicts else True
    text = (f"{over_run:.2f} times the single run (at most {OVER_RUN:g} asked), {whole:.2f} s from start to exit (at most {WHOLE_S:g}), {faster:.1f} times "
            f"faster than {fastest.name} (at least {TIMES_FASTER:g}); 10,000 LIF points in {ten_thousand:.2f} s (at most {MANY_S:g})")
    return Outcome(text, kept, {"threads": THREADS, "rows": rows})
