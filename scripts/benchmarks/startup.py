"""`hillock run` of the quick start, from start to exit."""

from __future__ import annotations

from machine import Watch
from outcome import Outcome, judged
from pairs import DISTURBED
from programs import hillock_bench


def startup(_: int) -> Outcome:
    with Watch() as watch:
        result = hillock_bench("startup")
    seconds = result["seconds_median"]
    return Outcome(f"{seconds:.3f} s, median of {result['runs']} (limit 0.15 s)", judged(seconds <= 0.15, watch.foreign <= DISTURBED),
                   {**result, "limit": 0.15, "foreign_cores": round(watch.foreign, 2)})
