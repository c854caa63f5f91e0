"""The look for values that are not finite, beside the same run without it."""

from __future__ import annotations

import statistics

from outcome import Outcome
from programs import hillock_bench

MANY = ("--set", "populations.cell.size=65536", "--set", "simulation.method=euler")  # cheap steps of a large population
INTERPOLATED = ("--set", "simulation.spike_times=interpolated")
ADAPTIVE = ("--set", "simulation.method=adaptive", "--set", "populations.cell.size=8")
CASES = {"squid": ("squid",), "adex": ("adex",), "lif": ("lif",), "adex, euler": ("adex", *MANY), "squid, interpolated": ("squid", *INTERPOLATED),
         "lif, interpolated": ("lif", *INTERPOLATED), "adex, adaptive": ("adex", *ADAPTIVE)}
ONE_THREAD = ("--set", "simulation.threads=1")
LIMIT = 0.02


def _added(case: str, repeat: int) -> list[dict]:
    """A row for each kind of kernel that this machine runs."""
    model, *settings = CASES[case]
    results = [hillock_bench("guard", "--config", f"tests/benchmark/step_{model}.yaml", *ONE_THREAD, *settings) for _ in range(repeat)]
    return [{"case": case, "neurons": results[0]["neurons"], **same[0], "added": statistics.median(each["ratio"] for each in same) - 1}
            for same in zip(*(result["kernels"] for result in results))]


def guard(repeat: int) -> Outcome:
    rows = [row for case in CASES for row in _added(case, repeat)]
    worst = max(row["added"] for row in rows)
    return Outcome(f"{100 * worst:+.1f} % of a run at most (limit {100 * LIMIT:.0f} %)", worst <= LIMIT, {"rows": rows, "added": worst, "limit": LIMIT},
                   [f"{row['case']}, {row['kernel']}, {row['neurons']} neurons: {100 * row['added']:+.1f} %" for row in rows])
