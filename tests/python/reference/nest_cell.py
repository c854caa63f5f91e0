"""Runs one cell of a NEST model with NEST's own values on a job given as JSON; writes V (mV, each 0.1 ms) and spike times (ms) as JSON.

Called by test_peer_names.py with the interpreter that has NEST: nest_cell.py JOB RESULT. The constant current is I_e, which acts
from t = 0 like hillock's dc input."""

import json
import sys
from pathlib import Path

import nest


def main(job_path, result_path):
    job = json.loads(Path(job_path).read_text())
    nest.verbosity = nest.VerbosityLevel.ERROR
    results = {}
    for case in job["cases"]:
        nest.ResetKernel()
        nest.set(resolution=0.1, local_num_threads=1, print_time=False)
        cell = nest.Create(case["model"], params=case.get("params", {}))
        cell.I_e = case["current"]
        for sign, weight in zip(("exc", "inh"), case["weights"]):
            source = nest.Create("spike_generator", params={"spike_times": case[sign]})
            nest.Connect(source, cell, syn_spec={"weight": weight, "delay": 1.0})
        meter = nest.Create("multimeter", params={"record_from": ["V_m"], "interval": 0.1})
        recorder = nest.Create("spike_recorder")
        nest.Connect(meter, cell)
        nest.Connect(cell, recorder)
        nest.Simulate(case["duration"] + 0.1)           # the last frame is at the end
        results[case["name"]] = {"time": meter.events["times"].tolist(), "V": meter.events["V_m"].tolist(),
                                 "spikes": recorder.events["times"].tolist()}
    Path(result_path).write_text(json.dumps(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
