"""Runs NEST's iaf_cond_beta on arrivals, or reads the magnesium block off iaf_bw_2001, for a job given as JSON.

Called by test_models_receptors.py with the interpreter that has NEST: nest_receptors.py JOB RESULT. A job with `block`
lists potentials (mV) and `Mg` concentrations (mM); any other lists arrivals (ms) and the synapses that get them."""

import json
import sys
from pathlib import Path

import nest


def start():
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.set(resolution=0.1, local_num_threads=1, print_time=False)


def beta_spikes(job):
    """Steps (0.1 ms) of the spikes of one iaf_cond_beta for each current."""
    start()
    params = {"C_m": 250.0, "g_L": 25.0, "E_L": -70.0, "V_m": -70.0, "V_th": -55.0, "V_reset": -70.0, "t_ref": 2.0}
    for k, kind in enumerate(("ex", "in")):
        params |= {f"tau_rise_{kind}": job["rise"][k], f"tau_decay_{kind}": job["decay"][k],
                   f"E_{kind}": job["E_rev"][k]}
    cells = nest.Create("iaf_cond_beta", len(job["currents"]), params)
    cells.I_e = job["currents"]
    for times, weight, sign in zip(job["arrivals"], job["weights"], (1, -1)):
        source = nest.Create("spike_generator", params={"spike_times": times})
        nest.Connect(source, cells, syn_spec={"weight": sign * weight, "delay": 1.0})
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    nest.Simulate(job["duration"])
    first = cells[0].global_id
    found = [[] for _ in job["currents"]]
    for sender, time in zip(recorder.events["senders"], recorder.events["times"]):
        found[int(sender) - first].append(round(float(time) / 0.1))
    return [sorted(train) for train in found]


def block(potentials, Mg):
    """[V, share open] at the last step for each potential: the current of a small gate over the gate and V - E_ex."""
    start()
    target = {"C_m": 250.0, "g_L": 25.0, "V_th": 500.0, "E_ex": 0.0, "conc_Mg2": Mg, "t_ref": 2.0, "V_reset": -95.0}
    sender = nest.Create("iaf_bw_2001", params={"V_th": -60.0, "E_L": -50.0, "V_reset": -70.0})
    cells = nest.Create("iaf_bw_2001", len(potentials), target)
    cells.E_L = potentials
    cells.V_m = potentials
    port = nest.GetDefaults("iaf_bw_2001")["receptor_types"]["NMDA"]
    nest.Connect(sender, cells, syn_spec={"weight": 1e-6, "delay": 1.0, "receptor_type": port})
    meters = nest.Create("multimeter", len(potentials), {"record_from": ["V_m", "s_NMDA", "I_NMDA"], "interval": 0.1})
    nest.Connect(meters, cells, "one_to_one")
    nest.Simulate(60.0)
    rows = []
    for meter in meters:
        V, gate, current = (float(meter.events[name][-1]) for name in ("V_m", "s_NMDA", "I_NMDA"))
        rows.append([V, abs(current / gate / V)])
    return rows


def main(job_path, result_path):
    job = json.loads(Path(job_path).read_text())
    found = {"block": [block(job["block"], Mg) for Mg in job["Mg"]]} if "block" in job else {"spikes": beta_spikes(job)}
    Path(result_path).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
