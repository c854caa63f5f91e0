"""Report, plot and opening of a file of 10 GB that is not in memory; it lies in build/ meanwhile."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from outcome import Outcome
from programs import HILLOCK, ROOT, TESTS_PYTHON, run


LARGE = """
simulation: {duration: 250 s, dt: 0.1 ms}
populations: {cell: {size: 1000, model: lif}}
inputs: {drive: {type: dc, target: cell, amplitude: {linspace: [0 pA, 600 pA]}}}
record: {cell: {spikes: true, V: {every: 0.1 ms}}}
"""
OPENED = """
import sys, time
begin = time.perf_counter()
import hillock
run = hillock.open(sys.argv[1])
shown = run["cell"].V[:4000, 500], run["cell"].time[:4000]
print(time.perf_counter() - begin)
"""


def forget(path: Path) -> None:
    """Takes a file out of the page cache, so that it is read from the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def large_file(repeat: int) -> Outcome:
    with tempfile.TemporaryDirectory(dir=os.environ.get("HILLOCK_BENCH_FOLDER", ROOT / "build")) as folder:
        config, file = Path(folder) / "large.yaml", Path(folder) / "large.h5"
        config.write_text(LARGE)
        run(HILLOCK, "run", config, "--quiet", "--out", file)
        reports, plots, opens = [], [], []
        for _ in range(repeat):
            forget(file)
            begin = time.perf_counter()
            run(HILLOCK, "report", file, "--out", Path(folder) / "page.html", "--force")
            reports.append(time.perf_counter() - begin)
            forget(file)
            begin = time.perf_counter()
            run(HILLOCK, "plot", file, "--out", Path(folder) / "figure.svg", "--force")
            plots.append(time.perf_counter() - begin)
            forget(file)
            opens.append(float(run(TESTS_PYTHON, "-c", OPENED, file, PYTHONPATH=str(HILLOCK.parent / "python")).split()[0]))
        report, plot, opened = (statistics.median(seconds) for seconds in (reports, plots, opens))
        size = file.stat().st_size
    return Outcome(f"{size / 1e9:.1f} GB: report {report:.2f} s, plot {plot:.2f} s, hillock.open and 4000 samples {opened:.2f} s (limit 2 s each)",
                   max(report, plot, opened) <= 2 and size >= 1e10,
                   {"seconds_report": report, "seconds_plot": plot, "seconds_open": opened, "bytes": size, "limit": 2})
