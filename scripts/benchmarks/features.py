"""`hillock features` of 1000 traces from start to exit, beside eFEL on 50 of them that it has read already."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

from outcome import Outcome
from programs import HILLOCK, TESTS_PYTHON, run


EFEL = """
import json, sys, time
import efel, h5py
with h5py.File(sys.argv[1]) as file:
    V, time_axis = file["report/cell/V"][:, ::20].astype(float), file["report/cell/time"][:]
efel.set_setting("interp_step", 0.025)
traces = [{"T": time_axis, "V": V[:, k].copy(), "stim_start": [100.0], "stim_end": [900.0]} for k in range(V.shape[1])]
begin = time.perf_counter()
efel.get_feature_values(traces, json.loads(sys.argv[2]), raise_warnings=False)
print((time.perf_counter() - begin) / len(traces))
"""


def features(repeat: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        file, traces = Path(folder) / "traces.h5", 1000
        run(HILLOCK, "run", "tests/benchmark/features.yaml", "--quiet", "--out", file)
        few = json.loads(run(HILLOCK, "features", file, "--json", "--neurons", "0"))
        names = json.dumps(list(few["populations"][0]["traces"]["units"]))
        ours, theirs = [], []
        for _ in range(repeat):
            begin = time.perf_counter()
            run(HILLOCK, "features", file, "--csv")
            ours.append((time.perf_counter() - begin) / traces)
            theirs.append(float(run(TESTS_PYTHON, "-c", EFEL, file, names)))
    ratio = statistics.median(b / a for a, b in zip(ours, theirs))
    first, other = statistics.median(ours), statistics.median(theirs)
    return Outcome(f"{1e3 * first:.2f} ms per trace of 40,000 samples, eFEL {1e3 * other:.1f} ms, {ratio:.0f} times faster (at least 20)", ratio >= 20,
                   {"seconds_per_trace": first, "efel_seconds_per_trace": other, "ratio": ratio, "limit": 20})
