"""The look for values that are not finite, beside the same run without it."""

from __future__ import annotations

import statistics

from outcome import Outcome
from programs import hillock_bench

MODELS = ("squid", "adex", "lif")
LIMIT = 0.02


def _added(model: str, repeat: int) -> dict:
    results = [hillock_bench("guard", "--config", f"tests/benchmark/step_{model}.yaml") for _ in range(repeat)]
    return {"case": model, **results[0], "added": statistics.median(result["ratio"] for result in results) - 1}


def guard(repeat: int) -> Outcome:
    rows = [_added(model, repeat) for model in MODELS]
    worst = max(row["added"] for row in rows)
    return Outcome(f"{100 * worst:+.1f} % of a run at most (limit {100 * LIMIT:.0f} %)", worst <= LIMIT, {"rows": rows, "added": worst, "limit": LIMIT},
                   [f"{row['case']}, {row['neurons']} neurons: {100 * row['added']:+.1f} %" for row in rows])
