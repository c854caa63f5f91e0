"""The look for values that are not finite, beside the same step without it."""

from __future__ import annotations

import statistics

from outcome import Outcome
from programs import hillock_bench


def guard(repeat: int) -> Outcome:
    results = [hillock_bench("guard") for _ in range(repeat)]
    added = statistics.median(result["ratio"] for result in results) - 1
    return Outcome(f"{100 * added:+.1f} % of a step (limit 2 %)", added <= 0.02, {**results[0], "added": added, "limit": 0.02})
