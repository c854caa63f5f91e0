"""`hillock.run` of the quick start from Python, beside the command line from start to exit."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from outcome import Outcome
from programs import HILLOCK, ROOT, TESTS_PYTHON, run


IN_PYTHON = """
import sys, time
import hillock
seconds = []
for _ in range(int(sys.argv[2])):
    begin = time.perf_counter()
    hillock.run(sys.argv[1])
    seconds.append(time.perf_counter() - begin)
print(*seconds)
"""


def python(repeat: int) -> Outcome:
    config, package = ROOT / "configs" / "quickstart.yaml", str(HILLOCK.parent / "python")
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeat):
            begin = time.perf_counter()
            run(HILLOCK, "run", config, "--quiet", "--force", "--out", Path(folder) / "run.h5")
            program = time.perf_counter() - begin
            first, *others = map(float, run(TESTS_PYTHON, "-c", IN_PYTHON, config, "5", PYTHONPATH=package).split())
            pairs.append((program, first, statistics.median(others)))
    program, first, later = (statistics.median(column) for column in zip(*pairs))
    added = statistics.median(b - a for a, b, _ in pairs)
    return Outcome(f"{first:.3f} s (then {later:.3f} s), command line {program:.3f} s, {added:+.3f} s (limit 0.05 s more)", added <= 0.05,
                   {"seconds": later, "seconds_first": first, "seconds_command_line": program, "added": added, "limit": 0.05})
