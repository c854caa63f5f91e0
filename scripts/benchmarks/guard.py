"""The look for values that are not finite, beside the same run without it."""

from __future__ import annotations

import statistics

from outcome import Outcome
from programs import hillock_bench

MANY = ("--set", "populations.cell.size=65536", "--set", "simulation.method=euler")  # cheap steps of a large population
CASES = {"squid": ("squid",), "adex": ("adex",), "lif": ("lif",), "adex, euler": ("adex", *MANY)}
LIMIT = 0.02


def _added(case: str, repeat: int) -> dict:
    model, *settings = CASES[case]
    results = [hillock_bench("guard", "--config", f"tests/benchmark/step_{model}.yaml", *settings) for _ in range(repeat)]
    return {"case": case, **results[0], "added": statistics.median(result["ratio"] for result in results) - 1}


def guard(repeat: int) -> Outcome:
    rows = [_added(case, repeat) for case in CASES]
    worst = max(row["added"] for row in rows)
    return Outcome(f"{100 * worst:+.1f} % of a run at most (limit {100 * LIMIT:.0f} %)", worst <= LIMIT, {"rows": rows, "added": worst, "limit": LIMIT},
                   [f"{row['case']}, {row['neurons']} neurons: {100 * row['added']:+.1f} %" for row in rows])
