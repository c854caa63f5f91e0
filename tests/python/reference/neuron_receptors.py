"""Runs NEURON's Exp2Syn on a passive compartment of 250 pF and 25 nS, for a job given as JSON.

Called by test_models_receptors.py with the interpreter that has NEURON: neuron_receptors.py JOB RESULT. The result has
the times (ms), the conductance (uS) and the potential (mV)."""

import json
import sys
from pathlib import Path

from neuron import h

AREA = 1e4  # um2, so that 2.5 uF/cm2 are 250 pF and 0.25 mS/cm2 are 25 nS


def main(job_path, result_path):
    job = json.loads(Path(job_path).read_text())
    h.load_file("stdrun.hoc")
    soma = h.Section(name="soma")
    soma.L = soma.diam = (AREA / 3.141592653589793) ** 0.5
    soma.cm = 2.5
    soma.insert("pas")
    soma.g_pas, soma.e_pas = 0.25e-3, -70.0
    synapse = h.Exp2Syn(soma(0.5))
    synapse.tau1, synapse.tau2, synapse.e = job["rise"], job["decay"], 0.0
    connection = h.NetCon(None, synapse)
    connection.weight[0], connection.delay = job["weight"], 0.0
    started = h.FInitializeHandler(lambda: [connection.event(time) for time in job["arrivals"]])
    recorded = {name: h.Vector().record(source) for name, source in
                (("t", h._ref_t), ("g", synapse._ref_g), ("V", soma(0.5)._ref_v))}
    h.CVode().active(1)
    h.CVode().atol(1e-9)
    h.finitialize(-70.0)
    h.continuerun(job["duration"])
    assert started is not None
    Path(result_path).write_text(json.dumps({name: list(vector) for name, vector in recorded.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
