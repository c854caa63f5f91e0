"""Runs one of NEST's iaf_psc_* models on a job given as JSON and writes each neuron's spike steps (0.1 ms) as JSON.

Called by test_nest.py with the interpreter that has NEST: nest_spikes.py JOB RESULT. The constant current is I_e, which acts
from t = 0 like hillock's dc input; a NEST current generator would reach the neuron a delay later."""

import json
import sys
from pathlib import Path

import nest


def main(job_path, result_path):
    job = json.loads(Path(job_path).read_text())
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.set(resolution=0.1, local_num_threads=1, print_time=False)
    params = {"C_m": 250.0, "tau_m": 10.0, "E_L": -70.0, "V_m": -70.0, "V_th": -55.0, "V_reset": -70.0, "t_ref": 2.0}
    if job["taus"][0] is not None:
        params |= {"tau_syn_ex": job["taus"][0], "tau_syn_in": job["taus"][1]}
    cells = nest.Create(job["model"], len(job["currents"]), params)
    cells.I_e = job["currents"]
    for name, weight in zip(("exc", "inh"), job["weights"]):
        source = nest.Create("spike_generator", params={"spike_times": job[name]})
        nest.Connect(source, cells, syn_spec={"weight": weight, "delay": job["delay"]})
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    nest.Simulate(job["duration"])
    first = cells[0].global_id
    trains = [[] for _ in job["currents"]]
    for sender, time in zip(recorder.events["senders"], recorder.events["times"]):
        trains[int(sender) - first].append(round(float(time) / 0.1))
    Path(result_path).write_text(json.dumps([sorted(train) for train in trains]))


if __name__ == "__main__":
    main(*sys.argv[1:])
