"""`hillock run` of the quick start, from start to exit."""

from __future__ import annotations

from outcome import Outcome
from programs import hillock_bench


def startup(_: int) -> Outcome:
    result = hillock_bench("startup")
    seconds = result["seconds_median"]
    return Outcome(f"{seconds:.3f} s, median of {result['runs']} (limit 0.15 s)", seconds <= 0.15, {**result, "limit": 0.15})
