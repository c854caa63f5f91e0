"""Threshold-linear rate neurons in NEST with listed edges: python nest_rates.py JOB.json RESULT.json.

The job: rates (at the beginning, one for each neuron), tau (ms), gain, theta, duration (ms), edges ([source, target, weight, delay (ms)]). The
result: the rates at 0.1, 0.2, ... ms.
"""

import json
import sys

import nest
import numpy as np

job = json.loads(open(sys.argv[1], encoding="utf-8").read())
nest.verbosity = nest.VerbosityLevel.ERROR
nest.ResetKernel()
nest.set(resolution=0.1, print_time=False, use_wfr=False)
units = nest.Create("threshold_lin_rate_ipn", len(job["rates"]), dict(tau=job["tau"], g=job["gain"], theta=job["theta"], sigma=0.0, mu=0.0))
units.rate = job["rates"]
source, target, weight, delay = (np.array(column) for column in zip(*job["edges"]))
first = units[0].global_id
nest.Connect(source.astype(int) + first, target.astype(int) + first, "one_to_one",
             dict(synapse_model="rate_connection_delayed", weight=weight.astype(float), delay=delay.astype(float)))
recorder = nest.Create("multimeter", params=dict(record_from=["rate"], interval=0.1))
nest.Connect(recorder, units)
nest.Simulate(job["duration"])
events = recorder.events
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump([events["rate"][events["senders"] == first + k].tolist() for k in range(len(job["rates"]))], file)
