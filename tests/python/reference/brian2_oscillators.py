"""Fires one of Brian2's oscillating neurons under constant currents, and writes the spike times (ms) of each as JSON.

Called by test_models_oscillators.py with the interpreter that has Brian2: brian2_oscillators.py JOB RESULT. Numbers
have no units here, but for the time."""

import json
import sys
from pathlib import Path

import brian2 as b2
import numpy as np

MODELS = {
    "morris_lecar": ("""
dV/dt = (I - 2*(V + 60) - 4.4*m*(V - 120) - 8*n*(V + 84))/20/ms : 1
dn/dt = 0.04*cosh((V - 2)/60)*(n_inf - n)/ms : 1
m = 0.5*(1 + tanh((V + 1.2)/18)) : 1
n_inf = 0.5*(1 + tanh((V - 2)/30)) : 1
I : 1 (constant)
""", {"V": -60.0, "n": "n_inf"}, 0.0),
    "fitzhugh_nagumo": ("""
dV/dt = (V - V**3/3 - w + I)/ms : 1
dw/dt = (V + 0.7 - 0.8*w)/(12.5*ms) : 1
I : 1 (constant)
""", {"V": -1.2, "w": -0.625}, 1.0),
    "hindmarsh_rose": ("""
dV/dt = (y - V**3 + 3*V**2 + I - z)/ms : 1
dy/dt = (1 - 5*V**2 - y)/ms : 1
dz/dt = 0.001*(4*(V + 1.6) - z)/ms : 1
I : 1 (constant)
""", {"V": -1.6, "y": "1 - 5*V**2", "z": 0.0}, 1.0),
}


def main(job_path, result_path):
    job = json.loads(Path(job_path).read_text())
    equations, start, threshold = MODELS[job["model"]]
    b2.prefs.codegen.target = "numpy"
    b2.defaultclock.dt = 0.02 * b2.ms
    above = f"V >= {threshold}"
    cells = b2.NeuronGroup(len(job["currents"]), equations, threshold=above, refractory=above, method="rk4")
    cells.I = job["currents"]
    for name, value in start.items():
        setattr(cells, name, value)
    monitor = b2.SpikeMonitor(cells)
    b2.run(job["duration"] * b2.ms)
    trains = [np.asarray(train / b2.ms).tolist() for _, train in sorted(monitor.spike_trains().items())]
    Path(result_path).write_text(json.dumps(trains))


if __name__ == "__main__":
    main(*sys.argv[1:])
