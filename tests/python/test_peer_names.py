"""The models that bear names of NEST and PyNN have these simulators' values, and do what NEST's do, below threshold and above."""

import json
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

from reference.files import report, spikes

MODELS = Path(__file__).parents[2] / "models" / "neurons"
SCRIPT = Path(__file__).parent / "reference" / "nest_cell.py"
EXC, INH = [10.0, 12.0, 30.0, 60.0], [20.0, 45.0, 46.0]         # ms; they arrive after 1 ms
DURATION = 100.0                                                # ms

# Of each: method, weights below threshold, current (pA) and weights above, differences allowed of V below threshold (mV) and of
# spike times (ms). Models of one step, as here, agree to rounding; NEST integrates the others with an error of its own.
EXACT, ADAPTIVE = "exact", "{adaptive: {rtol: 1e-9, atol: 1e-9}}"
CURRENT, CONDUCTANCE, JUMP = (100.0, -80.0), (3.0, -4.0), (2.0, -1.5)
NEST = {
    "iaf_psc_delta": (EXACT, JUMP, 450.0, JUMP, 1e-9, 1e-9),
    "iaf_psc_exp": (EXACT, CURRENT, 450.0, CURRENT, 1e-9, 1e-9),
    "iaf_psc_alpha": (EXACT, CURRENT, 450.0, CURRENT, 1e-9, 1e-9),
    "iaf_cond_exp": (ADAPTIVE, CONDUCTANCE, 350.0, CONDUCTANCE, 2e-3, 0.101),
    "iaf_cond_alpha": (ADAPTIVE, CONDUCTANCE, 350.0, CONDUCTANCE, 2e-3, 0.101),
    "aeif_cond_exp": (ADAPTIVE, CONDUCTANCE, 900.0, CONDUCTANCE, 2e-3, 0.301),
    "aeif_cond_alpha": (ADAPTIVE, CONDUCTANCE, 900.0, CONDUCTANCE, 2e-3, 0.301),
    "aeif_psc_exp": (ADAPTIVE, CURRENT, 900.0, CURRENT, 2e-3, 0.301),
    "aeif_psc_alpha": (ADAPTIVE, CURRENT, 900.0, CURRENT, 2e-3, 0.301),
    "aeif_psc_delta": (ADAPTIVE, JUMP, 900.0, JUMP, 2e-3, 0.301),
    "hh_cond_exp_traub": (ADAPTIVE, (0.3, -0.5), 400.0, CONDUCTANCE, 5e-3, 0.5),
    "hh_psc_alpha": (ADAPTIVE, (50.0, -40.0), 800.0, CURRENT, 5e-3, 0.5),
    "izhikevich": ("euler", JUMP, 15.0, JUMP, 1e-9, 1e-9),
}


QUIET = {"hh_cond_exp_traub": -200.0}              # pA: it fires by itself


def rest_of_traub(V=-60.0 + 63.0):
    """NEST begins with gates of another potential; these are the steady ones of Brette et al. 2007, appendix B, at E_L."""
    over = lambda x, scale: x / np.expm1(x / scale)
    alpha_m, beta_m = 0.32 * over(13 - V, 4), 0.28 * over(V - 40, 5)
    alpha_h, beta_h = 0.128 * np.exp((17 - V) / 18), 4 / (1 + np.exp((40 - V) / 5))
    alpha_n, beta_n = 0.032 * over(15 - V, 5), 0.5 * np.exp((10 - V) / 40)
    return {"Act_m": alpha_m / (alpha_m + beta_m), "Inact_h": alpha_h / (alpha_h + beta_h), "Act_n": alpha_n / (alpha_n + beta_n)}


def unit(name):
    return "mV" if "delta" in name or name == "izhikevich" else "nS" if "cond" in name else "pA"


def config(name, method, weights, current):
    delta = unit(name) == "mV"
    sign = -1 if unit(name) == "nS" else 1          # a conductance has no sign here
    listed = lambda times: "[" + ", ".join(f"{time} ms" for time in times) + "]"
    source = lambda kind, weight, times: f"""
  {kind}: {{type: spikes, target: cell, receptor: {"syn" if delta else kind}, weight: {weight} {unit(name)}, delay: 1 ms, times: {listed(times)}}}"""
    return f"""
simulation: {{duration: {DURATION} ms, dt: 0.1 ms, method: {method}}}
populations: {{cell: {{model: {name}}}}}
inputs:
  current: {{type: dc, target: cell, amplitude: {current} {"mV/ms" if name == "izhikevich" else "pA"}}}{source("exc", weights[0], EXC)}{source("inh", sign * weights[1], INH)}
record: {{cell: {{spikes: true, V: {{every: 0.1 ms}}, dtype: float64}}}}
"""


@pytest.fixture(scope="module")
def of_nest(peer_python, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nest")
    cases = [{"name": f"{name} {current}", "model": name, "params": rest_of_traub() if name == "hh_cond_exp_traub" else {}, "current": current, "weights": weights, "exc": EXC, "inh": INH, "duration": DURATION}
             for name, (_, below, above, strong, *_) in NEST.items() for current, weights in ((QUIET.get(name, 0.0), below), (above, strong))]
    (folder / "job.json").write_text(json.dumps({"cases": cases}))
    subprocess.run([str(peer_python), str(SCRIPT), "job.json", "nest.json"], cwd=folder, check=True, timeout=300)
    return json.loads((folder / "nest.json").read_text())


@pytest.mark.peers
@pytest.mark.parametrize("name", NEST)
def test_a_cell_below_threshold_has_the_potential_of_nests(run_hillock, of_nest, name):
    method, weights, _, _, allowed, _ = NEST[name]
    current = QUIET.get(name, 0.0)
    theirs = of_nest[f"{name} {current}"]
    frames = report(run_hillock(config(name, method, weights, current)).output)
    steps = np.rint(np.array(theirs["time"]) / 0.1).astype(int)
    own = dict(zip(np.rint(frames["time"] / 0.1).astype(int).tolist(), frames["V"][:, 0]))
    shared = [(own[step], V) for step, V in zip(steps.tolist(), theirs["V"]) if step in own]
    assert len(shared) > 990 and not theirs["spikes"]
    ours, expected = np.array(shared).T
    assert np.ptp(expected) > 0.5
    assert np.max(np.abs(ours - expected)) < allowed


@pytest.mark.peers
@pytest.mark.parametrize("name", NEST)
def test_a_cell_above_threshold_fires_as_nests(run_hillock, of_nest, name):
    method, _, current, weights, _, allowed = NEST[name]
    theirs = [time for time in of_nest[f"{name} {current}"]["spikes"] if time < DURATION - 1]
    times, _ = spikes(run_hillock(config(name, method, weights, current)).output)
    times = times[times < DURATION - 1]
    assert len(theirs) >= 3
    assert len(times) == len(theirs)
    assert np.max(np.abs(times - np.array(theirs))) < allowed


# PyNN 0.12, pyNN/standardmodels/cells.py: tau_m (ms), cm (nF), v_rest, v_thresh, v_reset (mV), tau_refrac (ms); tau_syn_E, tau_syn_I (ms), e_rev_E, e_rev_I (mV)
LIF = {"tau_m": 20, "C_m": 1000, "E_L": -65, "V_th": -50, "V_reset": -65, "t_ref": 0.1}
EIF = {"C_m": 281, "g_L": 281 / 9.3667, "E_L": -70.6, "V_th": -50.4, "Delta_T": 2, "V_peak": -40, "V_reset": -70.6, "tau_w": 144, "a": 4, "b": 80.5, "t_ref": 0.1}
HH = {"C_m": 200, "g_Na": 20000, "g_K": 6000, "g_L": 10, "E_Na": 50, "E_K": -90, "E_L": -65, "V_T": -63}
PYNN = {
    "IF_curr_exp": (LIF, {"tau": 5}, {"tau": 5}),
    "IF_curr_alpha": (LIF, {"tau": 0.5}, {"tau": 0.5}),
    "IF_cond_exp": (LIF, {"tau": 5, "E_rev": 0}, {"tau": 5, "E_rev": -70}),
    "IF_cond_alpha": (LIF, {"tau": 0.3, "E_rev": 0}, {"tau": 0.5, "E_rev": -70}),
    "EIF_cond_exp_isfa_ista": (EIF, {"tau": 5, "E_rev": 0}, {"tau": 5, "E_rev": -80}),
    "EIF_cond_alpha_isfa_ista": (EIF, {"tau": 5, "E_rev": 0}, {"tau": 5, "E_rev": -80}),
    "HH_cond_exp": (HH, {"tau": 0.2, "E_rev": 0}, {"tau": 2, "E_rev": -80}),
}


def number(text):
    return float(str(text).split()[0])


@pytest.mark.parametrize("name", PYNN)
def test_a_model_of_pynns_has_pynns_values(run_hillock, name):
    kind = "exp" if "exp" in name else "alpha"
    receptor = f"{kind}_{'current' if 'curr' in name else 'conductance'}"
    run = run_hillock(f"simulation: {{duration: 1 ms, dt: 0.1 ms}}\npopulations: {{cell: {{model: {name}}}}}\nrecord: {{cell: [V]}}\n")
    with h5py.File(run.output) as file:
        cell = yaml.safe_load(file["meta/parameters"][()])["populations"]["cell"]
    neuron, exc, inh = PYNN[name]
    assert {key: pytest.approx(number(cell["params"][key]), rel=1e-12) for key in neuron} == neuron
    for given, expected in ((cell["receptors"]["exc"], exc), (cell["receptors"]["inh"], inh)):
        assert given["model"] == receptor
        assert {key: number(given["params"][key]) for key in expected} == expected


def test_each_model_that_is_like_another_is_compared():
    names = {path.stem for path in MODELS.glob("*.yaml") if "like" in yaml.safe_load(path.read_text(encoding="utf-8"))}
    assert names == set(NEST) | set(PYNN)
