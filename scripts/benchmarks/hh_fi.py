"""The f-I curve of 1000 Hodgkin-Huxley neurons, hillock beside other simulators, two threads each, at equal errors of spike times.

Errors are against hillock's own rk4 at a step of 0.005 ms with interpolated spike times, which SciPy's DOP853 vouches for.
For each simulator the fastest of hillock's settings is taken whose mean and largest error are no larger than the simulator's. A
delay that all spikes share counts for none of them: NEST takes the maximum of V for the spike, and some report it a step later.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

import spike_times
from outcome import Outcome, judged
from pairs import in_turn
from programs import HILLOCK, PEERS_PYTHON, run, settings
from squid import scipy_spike_times

CONFIG, POPULATION, NEURONS, THREADS = "tests/benchmark/hh_fi.yaml", "cell", 1000, 2
SCRIPTS = Path(__file__).parent / "peers"
REFERENCE = ("rk4", 0.005, "interpolated")
CHECKED = (332, 500, 999)  # neurons whose reference is compared with SciPy's


@dataclasses.dataclass(frozen=True)
class Setting:
    method: str
    dt: float  # ms
    spike_times: str

    def options(self) -> list[str]:
        return settings(simulation__method=self.method, simulation__dt=f"{self.dt:g} ms", simulation__spike_times=self.spike_times)

    def text(self) -> str:
        return f"{self.method} at {self.dt:g} ms, {self.spike_times}"


SETTINGS = [Setting(method, dt, stamp) for method, stamp, steps in (("rk4", "grid", (0.08, 0.05, 0.04, 0.025, 0.01)),
                                                                    ("rk4", "interpolated", (0.08, 0.05, 0.025)),
                                                                    ("exponential_euler", "grid", (0.05, 0.025, 0.01))) for dt in steps]


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    script: str
    promise: float             # so many times faster hillock is
    equal_dt: Setting | None   # of the same order and step, for comparison; None: the simulator chooses its steps
    options: tuple[str, ...] = ()

    def run(self, folder: Path) -> dict:
        """One run: facts as printed, the seconds of the whole process, and the file of spikes."""
        file = folder / f"{self.name}.npz"
        begin = time.perf_counter()
        printed = run(PEERS_PYTHON, SCRIPTS / self.script, "--threads", str(THREADS), "--spikes", file, *self.options, PYNEST_QUIET="1")
        whole = time.perf_counter() - begin
        facts = json.loads(next(line for line in printed.splitlines() if line.startswith("{")))
        return {**facts, "process_s": whole, "file": file}


EULER_AT_10_US = Setting("exponential_euler", 0.01, "grid")
PEERS = (Peer("Arbor", "hh_fi_arbor.py", 10, EULER_AT_10_US), Peer("Brian2", "hh_fi_brian2.py", 20, EULER_AT_10_US),
         Peer("NEST", "hh_fi_nest.py", 20, None), Peer("CoreNEURON", "hh_fi_neuron.py", 20, EULER_AT_10_US, ("--core",)),
         Peer("NEURON", "hh_fi_neuron.py", 40, EULER_AT_10_US))


def run_hillock(setting: Setting, file: Path) -> dict:
    """One run: seconds of the simulation and of the whole process."""
    begin = time.perf_counter()
    run(HILLOCK, "run", CONFIG, *setting.options(), "--threads", str(THREADS), "--quiet", "--force", "--out", file)
    whole = time.perf_counter() - begin
    with h5py.File(file) as data:
        return {"simulate_s": float(data["meta"].attrs["wall_simulate_s"]), "process_s": whole}


def reference(folder: Path) -> tuple[spike_times.Trains, float]:
    """The reference, and its largest distance from SciPy's spikes, ms."""
    run_hillock(Setting(*REFERENCE), folder / "reference.h5")
    found = spike_times.of_run(folder / "reference.h5", POPULATION, NEURONS)
    currents = np.linspace(0.0, 20.0, NEURONS)
    apart = [spike_times.differences([found[k]], [scipy_spike_times(currents[k], 1000.0)]) for k in CHECKED]
    return found, float(np.abs(np.concatenate(apart)).max())


def measure_settings(truth: spike_times.Trains, folder: Path) -> list[dict]:
    """Errors and seconds of hillock's settings, the fastest first."""
    rows = []
    for setting in SETTINGS:
        seconds = min(run_hillock(setting, folder / "try.h5")["simulate_s"] for _ in range(3))
        rows.append({"setting": setting, "simulate_s": seconds,
                     **spike_times.errors(spike_times.of_run(folder / "try.h5", POPULATION, NEURONS), truth, any_delay=True)})
    return sorted(rows, key=lambda row: row["simulate_s"])


def as_exact(rows: list[dict], error: dict) -> dict:
    """The fastest setting with errors no larger than these."""
    return next(row for row in rows if row["mean_ms"] <= error["mean_ms"] and row["largest_ms"] <= error["largest_ms"])


def compare(peer: Peer, rows: list[dict], truth: spike_times.Trains, repeat: int, folder: Path) -> tuple[dict, str]:
    facts = peer.run(folder)
    error = spike_times.errors(spike_times.of_peer(facts["file"], NEURONS), truth, any_delay=True)
    chosen = as_exact(rows, error)
    ours = [setting for setting in (chosen["setting"], peer.equal_dt) if setting]
    pairs = in_turn(lambda: [run_hillock(setting, folder / "try.h5") for setting in ours], lambda: peer.run(folder), repeat)

    def faster(which: int, key: str) -> float:
        return 1 / pairs.ratio(lambda ours: ours[which][key], lambda theirs: theirs[key])

    def described(which: int) -> dict:
        seconds = {key: pairs.first(lambda ours: ours[which][key]) for key in ("simulate_s", "process_s")}
        return {**dataclasses.asdict(ours[which]), **seconds}

    ratio, at_equal_dt = faster(0, "simulate_s"), faster(1, "simulate_s") if peer.equal_dt else None
    row = {"peer": peer.name, **{key: facts[key] for key in ("version", "method", "dt", "spikes")}, "error": error,
           "simulate_s": pairs.second(lambda theirs: theirs["simulate_s"]), "process_s": pairs.second(lambda theirs: theirs["process_s"]),
           "hillock": {**described(0), "error": {key: chosen[key] for key in error}},
           "hillock_at_equal_dt": described(1) if peer.equal_dt else None,
           "times_faster": ratio, "times_faster_at_equal_dt": at_equal_dt, "times_faster_whole_process": faster(0, "process_s"),
           "at_least": peer.promise, "kept": judged(ratio >= peer.promise, pairs.quiet), **pairs.facts()}
    text = (f"{peer.name} {row['version']}: {row['simulate_s']:.3f} s, mean error {error['mean_ms']:.3g} ms; hillock "
            f"{row['hillock']['simulate_s']:.3f} s ({chosen['setting'].text()}, {chosen['mean_ms']:.3g} ms), {ratio:.1f} times faster (at least "
            f"{peer.promise:g}), {f'at equal dt {at_equal_dt:.1f}, ' if at_equal_dt else ''}whole process "
            f"{row['times_faster_whole_process']:.1f}{pairs.remark()}")
    return row, text


def hh_fi(repeat: int) -> Outcome:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truth, apart = reference(folder)
        if apart > 1e-3:
            return Outcome(f"the reference is {apart:.2g} ms from SciPy's", None, {"reference_from_scipy_ms": apart})
        rows = measure_settings(truth, folder)
        found, lines = zip(*(compare(peer, rows, truth, repeat, folder) for peer in PEERS))
    verdicts = {row["kept"] for row in found}
    kept = False if False in verdicts else None if None in verdicts else True
    ratios = ", ".join(f"{row['times_faster']:.1f} times faster than {row['peer']} (at least {row['at_least']:g} asked)" for row in found)
    hillock = [{**row, "setting": dataclasses.asdict(row["setting"])} for row in rows]
    return Outcome(ratios, kept, {"threads": THREADS, "reference_from_scipy_ms": apart, "settings": hillock, "rows": list(found)}, list(lines))
