"""Dual exponential currents and conductances, NMDA with its magnesium block, GABA_B: closed forms, SciPy, peers."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from reference.files import report, trains
from reference.lif import Lif

LIF = Lif()
# C_m and tau_m of lif, so that tests can say the slope of V.
C_M, TAU_M, E_L = 250.0, 10.0, -70.0


def shape(t, rise, decay):
    """The difference of two exponentials, normalised to a peak of 1, of the time (ms) since the arrival."""
    t = np.maximum(t, 0)
    if rise == decay:
        return t / rise * np.exp(1 - t / rise)
    peak = rise * decay / (decay - rise) * np.log(decay / rise)
    curve = lambda t: np.exp(-t / decay) - np.exp(-t / rise)
    return curve(t) / curve(peak)


def config(receptor, weight, names, duration=60, times="[10 ms]", dt="0.05 ms", size=1, params="{}", method="auto"):
    """lif with one receptor `rec`, where spikes of this weight arrive; the variables `names` are recorded every dt."""
    record = ", ".join(f"{name}: {{every: {dt}}}" for name in names)
    return f"""
simulation: {{duration: {duration} ms, dt: {dt}, method: {method}}}
populations:
  cell: {{size: {size}, model: lif, params: {params}, receptors: {{rec: {receptor}}}}}
inputs:
  spikes: {{type: spikes, target: cell, receptor: rec, times: {times}, weight: {weight}}}
record:
  cell: {{spikes: true, dtype: float64, {record}}}
"""


ADAPTIVE = "{adaptive: {rtol: 1e-11, atol: 1e-11}}"
# tau_rise, tau_decay in ms: the defaults, others, which is longer turned round, equal and nearly so.
TIMES = [(" ", 0.5, 2.0), ("", 0.2, 30.0), ("", 7.0, 1.5), ("", 3.0, 3.0), ("", 3.0, 3.0 + 1e-7)]


def named(model, default, rise, decay):
    return f"{{model: {model}{default or f', tau_rise: {rise!r} ms, tau_decay: {decay!r} ms'}}}"


# ---- dual exponentials ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("default, rise, decay", TIMES)
def test_a_dual_exponential_current_has_its_closed_form_and_peaks_at_the_weight(run_hillock, default, rise, decay):
    """The defaults are those of the AMPA synapse of Brunel & Wang (2003)."""
    receptor = named("dual_exponential_current", default, rise, decay)
    frames = report(run_hillock(config(receptor, "-80 pA", ["i_rec", "I_rec"])).output)
    t, current = frames["time"] - 10, frames["i_rec"][:, 0]
    # Nearly equal constants cost the quotient of the reference digits, not hillock.
    assert np.max(np.abs(current + 80 * shape(t, rise, decay))) < (1e-5 if 0 < abs(rise - decay) < 0.1 else 1e-10)
    assert np.array_equal(frames["I_rec"], frames["i_rec"])
    assert current.min() == pytest.approx(-80, abs=0.1)


@pytest.mark.parametrize("default, rise, decay", TIMES[:3])
def test_the_potential_under_a_dual_exponential_current_has_its_closed_form(run_hillock, default, rise, decay):
    """lif filters each exponential with its own time constant of 10 ms."""
    receptor = named("dual_exponential_current", default, rise, decay)
    frames = report(run_hillock(config(receptor, "90 pA", ["V"])).output)
    t = np.maximum(frames["time"] - 10, 0)
    peak = rise * decay / (decay - rise) * np.log(decay / rise)
    factor = 90 / (np.exp(-peak / decay) - np.exp(-peak / rise))
    filtered = lambda tau: (np.exp(-t / tau) - np.exp(-t / TAU_M)) / (1 / TAU_M - 1 / tau) / C_M
    expected = E_L + factor * (filtered(decay) - filtered(rise))
    assert np.ptp(expected) > 0.1 and np.max(np.abs(frames["V"][:, 0] - expected)) < 1e-10


def test_with_equal_time_constants_it_is_the_alpha_current(run_hillock):
    potential = lambda receptor: report(run_hillock(config(receptor, "70 pA", ["V"], times="[5 ms, 9 ms]")).output)["V"]
    dual = potential("{model: dual_exponential_current, tau_rise: 2 ms, tau_decay: 2 ms}")
    alpha = potential("{model: alpha_current, tau: 2 ms}")
    assert np.ptp(dual) > 0.1 and np.max(np.abs(dual - alpha)) < 1e-12


@pytest.mark.parametrize("default, rise, decay", TIMES)
def test_a_dual_exponential_conductance_has_its_closed_form_and_drives_V_by_ohms_law(run_hillock, default, rise, decay):
    receptor = named("dual_exponential_conductance", default, rise, decay)
    text = config(receptor, "3 nS", ["V", "g_rec", "I_rec"], times="[10 ms, 14 ms]", method=ADAPTIVE)
    frames = report(run_hillock(text).output)
    V, g, current = (frames[name][:, 0] for name in ("V", "g_rec", "I_rec"))
    expected = 3 * (shape(frames["time"] - 10, rise, decay) + shape(frames["time"] - 14, rise, decay))
    assert expected.max() > 2.9 and np.max(np.abs(g - expected)) < 1e-6
    assert np.max(np.abs(current - g * (0 - V))) < 1e-9  # E_rev is 0 mV
    assert np.ptp(V) > 0.1


def test_a_reversal_potential_of_a_dual_exponential_conductance_is_where_no_current_flows(run_hillock):
    receptor = "{model: dual_exponential_conductance, E_rev: -70 mV}"
    frames = report(run_hillock(config(receptor, "50 nS", ["V", "g_rec"])).output)
    assert frames["g_rec"].max() > 49 and np.max(np.abs(frames["V"] + 70)) < 1e-12


# ---- NMDA ----------------------------------------------------------------------------------------------------------

POTENTIALS = [-90.0, -70.0, -50.0, -20.53, 3.0, 20.0, 40.0]
LEVELS = f"{{E_L: [{', '.join(f'{V} mV' for V in POTENTIALS)}], V_th: 500 mV, V_reset: -90 mV}}"


def block(V, Mg=1.0):
    """The share of the conductance that magnesium (mM) leaves open at V (mV): Jahr & Stevens (1990)."""
    return 1 / (1 + Mg * np.exp(-0.062 * V) / 3.57)


@pytest.mark.parametrize("Mg, setting", [(1.0, ""), (0.3, ", Mg: 0.3 mM"), (0.0, ", Mg: 0 mM")])
def test_the_nmda_conductance_is_blocked_by_magnesium(run_hillock, Mg, setting):
    """Closed forms of the gate (2 and 100 ms, Wang 1999) and of the block: half open at -ln(3.57)/0.062 = -20.53 mV."""
    assert block(-np.log(3.57) / 0.062) == pytest.approx(0.5, abs=1e-15)
    receptor = f"{{model: nmda{setting}}}"
    names = ["V", "g_rec", "I_rec"]
    text = config(receptor, "2 nS", names, 150, size=len(POTENTIALS), params=LEVELS, method=ADAPTIVE)
    frames = report(run_hillock(text).output)
    V, g, current = (frames[name] for name in names)
    assert np.max(np.abs(g - 2 * shape(frames["time"] - 10, 2.0, 100.0)[:, None])) < 1e-6
    assert np.max(np.abs(current - g * block(V, Mg) * (0 - V))) < 1e-9
    assert g.max() > 1.99 and np.ptp(V[:, 1]) > 0.1


def test_nmda_spikes_add_up_and_V_has_the_slope_of_the_current(run_hillock):
    text = config("{model: nmda}", "20 nS", ["V", "g_rec"], 80, "[5 ms, 5 ms, 12 ms]", params="{V_th: 500 mV}",
                  method=ADAPTIVE)
    frames = report(run_hillock(text).output)
    t, V, g = frames["time"], frames["V"][:, 0], frames["g_rec"][:, 0]
    gate = lambda time: 20 * (2 * shape(time - 5, 2.0, 100.0) + shape(time - 12, 2.0, 100.0))
    assert np.max(np.abs(g - gate(t))) < 1e-6
    slope = lambda time, y: (E_L - y) / TAU_M - gate(time) * block(y) * y / C_M
    truth = solve_ivp(slope, (0, 80), [E_L], rtol=1e-9, atol=1e-9, max_step=0.5, t_eval=t[::20])
    assert np.ptp(V) > 1 and np.max(np.abs(V[::20] - truth.y[0])) < 1e-5


# ---- GABA_B --------------------------------------------------------------------------------------------------------


def gaba_b(t, arrivals, square=False):
    """R and G at the times t (ms) by SciPy: 0.5 mM decay with 0.3 ms, or (`square`) last for 0.3 ms and are gone."""
    edges = sorted({*arrivals, *(arrival + 0.3 for arrival in arrivals), float(t[-1])})
    y, at, found = [0.0, 0.0], 0.0, np.zeros((len(t), 2))
    for edge in edges:  # between two edges the transmitter is smooth
        arrived = [one for one in arrivals if one <= at + 1e-9]
        if square:
            constant = 0.5 * sum(at - one < 0.3 - 1e-9 for one in arrived)
            T = lambda time: constant
        else:
            T = lambda time: 0.5 * sum(np.exp(-(time - one) / 0.3) for one in arrived)
        kinetics = lambda time, y: [0.52 * T(time) * (1 - y[0]) - 0.0013 * y[0], 0.098 * y[0] - 0.033 * y[1]]
        done = solve_ivp(kinetics, (at, edge), y, rtol=1e-9, atol=1e-12, max_step=5.0, dense_output=True)
        inside = (t >= at - 1e-9) & (t <= edge + 1e-9)
        if inside.any():
            found[inside] = done.sol(np.clip(t[inside], at, edge)).T
        y, at = done.y[:, -1], edge
    return found


BURST = [10.0 + 5 * k for k in range(10)]  # 200 Hz


def gaba_b_frames(run_hillock, arrivals, duration=500, receptor="{model: gaba_b}"):
    times = "[" + ", ".join(f"{arrival} ms" for arrival in arrivals) + "]"
    names = ["V", "R_rec", "G_rec", "I_rec"]
    text = config(receptor, "0.5 mM", names, duration, times, "0.1 ms", method=ADAPTIVE)
    frames = report(run_hillock(text).output)
    return {"time": frames["time"], **{name: frames[name][:, 0] for name in names}}


def test_gaba_b_follows_the_kinetics_of_destexhe_and_sejnowski(run_hillock):
    """Binding 0.52/(mM ms), unbinding 0.0013/ms, activation 0.098/ms, decay 0.033/ms; G^4/(G^4 + 100), -95 mV."""
    frames = gaba_b_frames(run_hillock, BURST, 300)
    t, V, R, G, current = (frames[name] for name in ("time", "V", "R_rec", "G_rec", "I_rec"))
    picked = slice(0, None, 25)
    expected = gaba_b(t[picked], BURST)
    assert np.max(np.abs(np.column_stack([R, G])[picked] - expected)) < 1e-6 and expected[:, 1].max() > 1
    assert np.max(np.abs(current - 1 * G**4 / (G**4 + 100) * (-95 - V))) < 1e-9  # g_max is 1 nS
    strong = gaba_b_frames(run_hillock, BURST, 300, "{model: gaba_b, g_max: 60 nS}")
    assert strong["V"].min() < -71 and np.max(np.abs(strong["G_rec"] - G)) < 1e-9


def test_transmitter_that_decays_acts_as_the_square_pulse_of_the_paper(run_hillock):
    """0.5 mM for 0.3 ms: as much is bound, and G is the same within half a percent."""
    frames = gaba_b_frames(run_hillock, [10.0, 60.0], 300)
    t, G = frames["time"], frames["G_rec"]
    picked = slice(200, None, 50)
    expected = gaba_b(t[picked], [10.0, 60.0], square=True)[:, 1]
    assert np.max(np.abs(G[picked] / expected - 1)) < 0.03 and abs(G.max() / expected.max() - 1) < 0.005


def test_a_burst_opens_hundreds_of_times_more_than_a_spike(run_hillock):
    """Four G proteins open a channel, so ten spikes do far more than ten times as much. The peak is near 100 ms."""
    one, ten = (gaba_b_frames(run_hillock, arrivals)["G_rec"] for arrivals in ([10.0], BURST))
    opened = lambda G: G**4 / (G**4 + 100)
    assert opened(ten).max() > 500 * opened(one).max()
    assert 80 < 0.1 * one.argmax() - 10 < 120


# ---- peers ---------------------------------------------------------------------------------------------------------


def peer(peer_python, tmp_path, script, job):
    """What reference/<script> makes of the job in the interpreter of the peers."""
    (tmp_path / "job.json").write_text(json.dumps(job))
    path = Path(__file__).parent / "reference" / script
    subprocess.run([str(peer_python), str(path), "job.json", "found.json"], cwd=tmp_path, check=True, timeout=300)
    return json.loads((tmp_path / "found.json").read_text())


@pytest.mark.peers
def test_nest_fires_the_same_spikes_with_beta_conductances(run_hillock, peer_python, tmp_path):
    """iaf_cond_beta; both integrate adaptively between the grid points of 0.1 ms, where both test for a spike."""
    rng = np.random.default_rng(5)
    arrivals = [np.sort(rng.choice(np.arange(10, 19_900), size, replace=False)) / 10 for size in (3000, 800)]
    job = {"arrivals": [one.tolist() for one in arrivals], "weights": [4.0, 6.0], "rise": [0.5, 1.0],
           "decay": [2.0, 8.0], "E_rev": [0.0, -80.0], "currents": [0.0, 150.0, 300.0], "duration": 2000.0}
    theirs = peer(peer_python, tmp_path, "nest_receptors.py", job)["spikes"]
    receptors, inputs = [], []
    for k, name in enumerate(("exc", "inh")):
        receptors.append(f"{name}: {{model: dual_exponential_conductance, tau_rise: {job['rise'][k]} ms, "
                         f"tau_decay: {job['decay'][k]} ms, E_rev: {job['E_rev'][k]} mV}}")
        times = ", ".join(f"{time!r} ms" for time in arrivals[k].tolist())
        inputs.append(f"  {name}: {{type: spikes, target: cell, receptor: {name}, weight: {job['weights'][k]} nS, "
                      f"delay: 1 ms, times: [{times}]}}")
    text = f"""
simulation: {{duration: 2 s, dt: 0.1 ms, method: {{adaptive: {{rtol: 1e-9, atol: 1e-9}}}}}}
populations: {{cell: {{size: 3, model: lif, receptors: {{{", ".join(receptors)}}}}}}}
inputs:
  current: {{type: dc, target: cell, amplitude: [0 pA, 150 pA, 300 pA]}}
{chr(10).join(inputs)}
record: {{cell: {{spikes: true}}}}
"""
    ours = trains(run_hillock(text).output, 3)
    assert sum(len(train) for train in theirs) > 100
    for k, train in enumerate(theirs):
        assert len(train) == len(ours[k])
        assert np.max(np.abs(np.rint(ours[k] / 0.1) - train)) <= 1


@pytest.mark.peers
def test_the_block_is_that_of_nest(run_hillock, peer_python, tmp_path):
    """iaf_bw_2001 reports the gate and the current of NMDA: their ratio over V - E_ex is the block."""
    found = peer(peer_python, tmp_path, "nest_receptors.py", {"block": POTENTIALS, "Mg": [1.0, 0.3]})["block"]
    assert len(found) == 2
    for Mg, rows in zip((1.0, 0.3), found):
        V, share = np.array(rows).T
        receptor = f"{{model: nmda, Mg: {Mg} mM, tau_rise: 0.1 ms, tau_decay: 1000 ms}}"
        levels = "{E_L: [" + ", ".join(f"{one!r} mV" for one in V.tolist()) + "], V_th: 500 mV, V_reset: -90 mV}"
        text = config(receptor, "1e-6 nS", ["V", "g_rec", "I_rec"], 40, size=len(V), params=levels)
        last = {name: values[-1] for name, values in report(run_hillock(text).output).items()}
        assert last["V"] == pytest.approx(V, abs=1e-5)
        assert last["I_rec"] / last["g_rec"] / (0 - last["V"]) == pytest.approx(share, rel=1e-6)


@pytest.mark.peers
def test_neuron_gives_the_same_conductance_and_potential(run_hillock, peer_python, tmp_path):
    """Exp2Syn on a passive compartment of 250 pF and 25 nS."""
    job = {"rise": 0.5, "decay": 2.0, "weight": 0.003, "arrivals": [10.0, 12.0], "duration": 40.0}
    found = peer(peer_python, tmp_path, "neuron_receptors.py", job)
    text = config("{model: dual_exponential_conductance}", "3 nS", ["V", "g_rec"], 40, "[10 ms, 12 ms]", "0.1 ms",
                  method=ADAPTIVE)
    frames = report(run_hillock(text).output)
    g, V = (np.interp(frames["time"], found["t"], found[name]) for name in ("g", "V"))
    assert np.max(np.abs(frames["g_rec"][:, 0] - 1000 * g)) < 0.01
    assert np.ptp(V) > 1 and np.max(np.abs(frames["V"][:, 0] - V)) < 0.01
