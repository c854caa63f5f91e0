"""Two threads beside one: on free cores, and with one core taken by another process."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py

from machine import TICKS, Watch
from outcome import Outcome, judged
from pairs import Pairs, in_turn
from programs import HILLOCK, run, settings

CONFIG, DT = "tests/benchmark/hh_fi.yaml", "0.025 ms"
LIMIT = 0.8  # of the speed of one thread, with a core taken


class WatchBeside(Watch):
    """Others than one process, which takes a core on purpose."""

    def __init__(self, pid: int) -> None:
        self._stat = Path(f"/proc/{pid}/stat")

    def _used(self) -> float:
        return sum(map(int, self._stat.read_text().rpartition(")")[2].split()[11:13])) / TICKS

    def __enter__(self) -> WatchBeside:
        self._before = self._used()
        super().__enter__()
        return self

    def excused(self) -> float:
        return self._used() - self._before


@contextlib.contextmanager
def taken_core() -> Iterator[int]:
    """A process of a session of its own, as another user's would be, that keeps one core busy."""
    core = max(os.sched_getaffinity(0))
    spinner = subprocess.Popen([sys.executable, "-c", f"import os\nos.sched_setaffinity(0, [{core}])\nwhile True: pass"], start_new_session=True)
    try:
        yield spinner.pid
    finally:
        spinner.kill()
        spinner.wait()


def seconds(threads: int, file: Path) -> float:
    run(HILLOCK, "run", CONFIG, *settings(simulation__dt=DT), "--threads", str(threads), "--quiet", "--force", "--out", file)
    with h5py.File(file) as data:
        return float(data["meta"].attrs["wall_simulate_s"])


def threads(repeat: int) -> Outcome:
    if len(os.sched_getaffinity(0)) < 2:
        return Outcome("there is one core", None, {})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.h5"

        def pairs(watch: Callable[[], Watch] = Watch) -> Pairs:
            return in_turn(lambda: seconds(1, file), lambda: seconds(2, file), repeat, watch)

        free = pairs()
        with taken_core() as pid:
            taken = pairs(lambda: WatchBeside(pid))
    rows = [{"cores": name, "seconds_one_thread": found.first(), "seconds_two_threads": found.second(), "speed": found.ratio(), **found.facts()}
            for name, found in (("free", free), ("one taken", taken))]
    return Outcome(f"two threads {taken.ratio():.2f} times as fast as one where another process takes a core (at least {LIMIT})",
                   judged(taken.ratio() >= LIMIT, taken.quiet), {"rows": rows, "limit": LIMIT},
                   [f"free cores: {free.ratio():.2f} times{free.remark()}", f"one taken: {taken.ratio():.2f} times{taken.remark()}"])
