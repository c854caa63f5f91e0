"""A network of iaf_psc_exp neurons in NEST with listed edges: python nest_network.py JOB.json RESULT.json.

The job: neurons (number), I_e (pA, one each), duration (ms), edges ([source, target, weight (pA), delay (ms)]), threads. The result: for each
neuron its spikes, in steps of 0.1 ms. Parameters are those of hillock's lif; both receptors have 2 ms.
"""

import json
import sys

import nest
import numpy as np

job = json.loads(open(sys.argv[1], encoding="utf-8").read())
nest.verbosity = nest.VerbosityLevel.ERROR
nest.ResetKernel()
nest.set(resolution=0.1, print_time=False, local_num_threads=job["threads"])
cells = nest.Create("iaf_psc_exp", job["neurons"], dict(C_m=250.0, tau_m=10.0, E_L=-70.0, V_th=-55.0, V_reset=-70.0, t_ref=2.0, tau_syn_ex=2.0, tau_syn_in=2.0))
cells.I_e = job["I_e"]
source, target, weight, delay = (np.array(column) for column in zip(*job["edges"]))
first = cells[0].global_id
nest.Connect(source.astype(int) + first, target.astype(int) + first, "one_to_one",
             dict(synapse_model="static_synapse", weight=weight.astype(float), delay=delay.astype(float)))
recorder = nest.Create("spike_recorder")
nest.Connect(cells, recorder)
nest.Simulate(job["duration"])
events = recorder.events
steps, ids = np.rint(events["times"] / 0.1).astype(int), events["senders"] - first
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump([np.sort(steps[ids == k]).tolist() for k in range(job["neurons"])], file)
