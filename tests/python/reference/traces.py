"""Files of hillock's layout made of any traces and spikes, to be read as if a run had written them."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np


def write_traces(path: Path, dt: float, V: np.ndarray | None, stimulus=None, spikes=None, duration=None, unit=b"mV") -> Path:
    """V: [frames, neurons] of population `cell` (or None); spikes: a list of times (ms) per neuron."""
    duration = duration if duration is not None else len(V) * dt
    with h5py.File(path, "w") as file:
        file.attrs.update({"hillock_kind": np.bytes_(b"run"), "hillock_format": np.bytes_(b"1.0"), "hillock_version": np.bytes_(b"0"),
                           "status": np.bytes_(b"complete"), "complete": np.int8(1), "recorded_until_ms": float(duration)})
        file.create_group("meta").attrs.update({"duration_ms": float(duration), "dt_ms": dt})
        if V is not None:
            report = file.create_group("report/cell")
            if stimulus is not None:
                report.attrs.update({"stimulus_start_ms": float(stimulus[0]), "stimulus_stop_ms": float(stimulus[1])})
            report["time"] = np.arange(len(V)) * dt
            report["neuron"] = np.arange(V.shape[1])
            report["V"] = V
            report["V"].attrs["units"] = np.bytes_(unit)
            report["mapping/time"] = np.array([0, len(V) * dt, dt])
        if spikes is not None:
            times = np.concatenate(spikes) if spikes else np.empty(0)
            ids = np.concatenate([np.full(len(train), k) for k, train in enumerate(spikes)]) if spikes else np.empty(0)
            order = np.lexsort((ids, times))
            group = file.create_group("spikes/cell")
            group["timestamps"], group["node_ids"] = times[order], ids[order].astype(np.uint64)
            group.attrs["recorded"] = np.array([duration, len(times)])
            group.attrs["neurons"] = np.int64(len(spikes))
    return path
