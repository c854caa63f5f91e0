"""Ten million samples: the time that recording adds, beside an fsynced write of the same bytes."""

from __future__ import annotations

import statistics

from outcome import Outcome
from programs import hillock_bench


def recording(repeat: int) -> Outcome:
    results = [hillock_bench("recording") for _ in range(max(1, repeat // 5))]
    ratio = statistics.median(result["added_over_write"] for result in results)
    added, write = (statistics.median(result[key] for result in results) for key in ("seconds_added", "seconds_of_fsynced_write"))
    return Outcome(f"adds {added:.3f} s, the same bytes fsynced take {write:.3f} s, ratio {ratio:.2f} (limit 3)", ratio <= 3,
                   {"seconds_added": added, "seconds_of_fsynced_write": write, "bytes": results[0]["bytes"], "ratio": ratio, "limit": 3})
