"""Gap junctions against closed forms, an integrator of another package and the order of the method; the same bits for any number of threads; their faults."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from faults import check_run, datasets, ids, in_last_line, same_bytes
from scipy.integrate import solve_ivp

PAIR = """
simulation: {duration: 20 ms, dt: 0.1 ms}
populations:
  cell: {size: 2, model: lif, params: {C_m: 100 pF, tau_m: 10 ms, E_L: -70 mV, V_th: 0 mV}, init: {V: [-60 mV, -70 mV]}}
gap_junctions:
  pair: {between: [cell 0, cell 1], conductance: 3 nS}
record: {cell: {V: {every: 1 ms}, I_gap: {every: 1 ms}, dtype: float64}}
"""

SQUID = """
simulation: {duration: 30 ms, dt: 0.02 ms}
populations:
  cell: {size: 3, model: hodgkin_huxley, init: {V: [-60 mV, -70 mV, -50 mV]}}
inputs:
  drive: {type: dc, target: cell, amplitude: [10 uA/cm2, 0 uA/cm2, 4 uA/cm2]}
gap_junctions:
  line: {between: [cell, cell], rule: {pairs: [[0, 1], [2, 1]]}, conductance: [0.5 nS, 2 nS]}
record: {cell: {V: {every: 1 ms}, dtype: float64}}
"""

MIXED = """
simulation: {duration: 60 ms, dt: 0.05 ms, seed: 3}
populations:
  squid: {size: 70, model: hodgkin_huxley, init: {V: {uniform: [-70 mV, -50 mV]}}, receptors: {ampa: {model: exp_conductance, tau: 5 ms, E_rev: 0 mV}}}
  cell: {size: 50, model: lif, init: {V: {uniform: [-70 mV, -56 mV]}}, receptors: {ampa: {model: exp_conductance, tau: 5 ms, E_rev: 0 mV}}}
inputs:
  drive: {type: dc, target: squid, amplitude: {uniform: [6 uA/cm2, 12 uA/cm2]}}
  noise: {type: ou, target: squid, mean: 0 uA/cm2, sigma: 1 uA/cm2, tau: 5 ms}
  step: {type: dc, target: cell, amplitude: 450 pA}
connections:
  c: {source: [squid, cell], target: [squid, cell], rule: {pairwise_bernoulli: 0.05}, weight: 0.2 nS, delay: {uniform: [0.05 ms, 3 ms]}}
gap_junctions:
  squids: {between: [squid, squid], rule: {pairwise_bernoulli: 0.1}, conductance: {uniform: [1 nS, 4 nS]}}
  mixed: {between: [squid, cell], rule: {pairwise_bernoulli: 0.05}, conductance: 2 nS}
  cells: {between: [cell 0..24, cell 25..49], rule: one_to_one, conductance: 1 nS}
record:
  squid: {V: {every: 1 ms}, I_gap: {every: 1 ms}, m: {mean: true, every: 1 ms}, dtype: float64, spikes: true}
  cell: {V: {every: 1 ms}, dtype: float64, spikes: true}
"""


def traces(path, name="V", population="cell"):
    with h5py.File(path) as file:
        report = file[f"report/{population}"]
        return report["time"][()], report[name][()]


def closed_form(time):
    """Of the pair: the sum leaks, the difference also flows across."""
    total, apart = 10 * np.exp(-time / 10), 10 * np.exp(-time * (1 / 10 + 2 * 3 / 100))
    return -70 + np.stack([total + apart, total - apart], axis=1) / 2


def test_two_cells_follow_the_closed_form(run_hillock):
    time, V = traces(run_hillock(PAIR.replace("dt: 0.1", "dt: 0.05")).output)
    assert np.abs(V - closed_form(time)).max() < 1e-9
    _, current = traces(run_hillock(PAIR).output, "I_gap")
    assert current[0] == pytest.approx([-30, 30])
    assert np.abs(current - 3 * (closed_form(time)[:, ::-1] - closed_form(time))).max() < 1e-6


def test_the_order_is_four_with_rk4(run_hillock):
    errors = [np.abs(V - closed_form(time)).max() for time, V in (traces(run_hillock(PAIR.replace("dt: 0.1", f"dt: {dt}")).output) for dt in (1, 0.5, 0.25))]
    assert np.log2(np.array(errors[:-1]) / errors[1:]) == pytest.approx([4, 4], abs=0.2)


def rates(V):
    exprel = lambda x: np.where(np.abs(x) < 1e-8, 1.0, np.expm1(x) / np.where(x == 0, 1, x))
    return (1 / exprel(-(V + 40) / 10), 4 * np.exp(-(V + 65) / 18), 0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10)),
            0.1 / exprel(-(V + 55) / 10), 0.125 * np.exp(-(V + 65) / 80))


def squids(_, y):
    """Hodgkin & Huxley (1952) as three cells in a line; per uF/cm2."""
    V, m, h, n = y.reshape(4, 3)
    a_m, b_m, a_h, b_h, a_n, b_n = rates(V)
    area = 1256.637e-8  # cm2
    across = np.array([0.5 * (V[1] - V[0]), 0.5 * (V[0] - V[1]) + 2 * (V[2] - V[1]), 2 * (V[1] - V[2])]) * 1e-6 / area  # pA -> uA
    dV = np.array([10, 0, 4]) + across - 120 * m**3 * h * (V - 50) - 36 * n**4 * (V + 77) - 0.3 * (V + 54.3)
    return np.concatenate([dV, a_m * (1 - m) - b_m * m, a_h * (1 - h) - b_h * h, a_n * (1 - n) - b_n * n])


def test_three_squid_axons_are_those_of_another_integrator(run_hillock):
    V = np.array([-60.0, -70.0, -50.0])
    a_m, b_m, a_h, b_h, a_n, b_n = rates(V)
    start = np.concatenate([V, a_m / (a_m + b_m), a_h / (a_h + b_h), a_n / (a_n + b_n)])
    reference = solve_ivp(squids, (0, 30), start, method="DOP853", rtol=1e-12, atol=1e-12, t_eval=np.arange(30)).y[:3].T
    assert reference.max() > 20  # one fires
    errors = [np.abs(traces(run_hillock(SQUID.replace("dt: 0.02", f"dt: {dt}")).output)[1] - reference).max() for dt in (0.02, 0.01)]
    assert errors[1] < 1e-4 and errors[0] / errors[1] == pytest.approx(16, rel=0.25)


@pytest.mark.parametrize("words", [("--threads", "2"), ("--threads", "3"), ("--threads", "5"), ("--threads", "2", "--backend", "interpreter"), ("--backend", "interpreter", "--instructions", "generic")], ids=" ".join)
def test_the_bits_are_the_same_for_any_number_of_threads(run_hillock, words):
    one, other = run_hillock(MIXED, "--threads", "1").output, run_hillock(MIXED, *words).output
    assert same_bytes(datasets(one), datasets(other))
    with h5py.File(one) as file:
        assert len(file["spikes/squid/timestamps"]) > 30 and len(file["spikes/cell/timestamps"]) > 10


def test_a_spike_resets_one_cell_and_shows_in_the_other(run_hillock):
    config = PAIR.replace("V_th: 0 mV", "V_th: -50 mV, V_reset: -70 mV, t_ref: 2 ms").replace("gap_junctions:", "inputs: {drive: {type: dc, target: cell 0, amplitude: 300 pA}}\ngap_junctions:")
    config = config.replace("V: {every: 1 ms}, I_gap", "spikes: true, V: {every: 0.1 ms}, I_gap")
    run = run_hillock(config)
    time, V = traces(run.output)
    with h5py.File(run.output) as file:
        spike = file["spikes/cell/timestamps"][0]
        assert set(file["spikes/cell/node_ids"][()]) == {0}
    at = int(np.rint(spike / 0.1))
    assert np.all(V[at:at + 20, 0] == -70)  # held
    assert V[at + 1, 1] - V[at, 1] < 0 < V[at, 1] - V[at - 1, 1]


@pytest.mark.parametrize(("between", "rule", "pairs"), [
    ("[cell, cell]", "all_to_all", 45), ("[cell 0..3, cell 4..9]", "all_to_all", 24), ("[cell 0..6, cell 3..9]", "all_to_all", 39),
    ("[cell 1..9, cell 0..8]", "one_to_one", 9), ("[cell, cell]", "{pairs: [[0, 9], [3, 1]]}", 2)])
def test_each_pair_is_joined_once(run_hillock, call, tmp_path, between, rule, pairs):
    """The conductances of all cells add up to twice those of the pairs: with all others at 0 and one at 1 the currents into it and the others are known."""
    config = f"""
simulation: {{duration: 0.1 ms, dt: 0.1 ms}}
populations: {{cell: {{size: 10, model: lif, init: {{V: [{', '.join(f'{-60 - k * k} mV' for k in range(10))}]}}}}}}
gap_junctions: {{g: {{between: {between}, rule: {rule}, conductance: 1 nS}}}}
record: {{cell: {{I_gap: {{every: 0.1 ms}}, dtype: float64}}}}
"""
    joined = {"[cell, cell]all_to_all": [(i, j) for i in range(10) for j in range(i)], "[cell 0..3, cell 4..9]all_to_all": [(i, j) for i in range(4) for j in range(4, 10)],
              "[cell 0..6, cell 3..9]all_to_all": sorted({(min(i, j), max(i, j)) for i in range(7) for j in range(3, 10) if i != j}),
              "[cell 1..9, cell 0..8]one_to_one": [(i, i + 1) for i in range(9)]}.get(between + rule, [(0, 9), (3, 1)])
    V, expected = -60 - np.arange(10.0) ** 2, np.zeros(10)
    for i, j in joined:
        expected[i] += V[j] - V[i]
        expected[j] += V[i] - V[j]
    assert len(joined) == pairs and traces(run_hillock(config).output, "I_gap")[1][0] == pytest.approx(expected, abs=1e-9)
    (tmp_path / "config.yaml").write_text(config)
    assert f"gap_junctions g: between {between[1:-1].replace(', ', ' and ')}: {pairs} pairs\n" in call("check", "config.yaml").stdout


@pytest.mark.parametrize(("between", "rule"), [("[a, a]", "{pairwise_bernoulli: 0.0}"), ("[a, none]", "all_to_all"), ("[a 0, a 0]", "all_to_all"), ("[a, a]", "{pairs: []}")])
@pytest.mark.parametrize("more", ["", "\n  other: {between: [b 0, b 1], conductance: 1 nS}"])
def test_neurons_that_a_rule_does_not_join_go_on_alone(run_hillock, between, rule, more):
    config = f"""
simulation: {{duration: 20 ms, dt: 0.05 ms, method: rk4}}
populations:
  a: {{size: 3, model: hodgkin_huxley}}
  b: {{size: 3, model: hodgkin_huxley}}
  none: {{size: 0, model: hodgkin_huxley}}
inputs: {{d: {{type: dc, target: a, amplitude: 10 uA/cm2}}}}
gap_junctions:
  g: {{between: {between}, rule: {rule}, conductance: {'[]' if 'pairs' in rule else '3 nS'}}}{more}
record: {{a: {{V: {{every: 0.05 ms}}, spikes: true, dtype: float64}}}}
"""
    alone = config[:config.index("gap_junctions")] + config[config.index("record:"):]
    assert np.array_equal(traces(run_hillock(config).output, population="a")[1], traces(run_hillock(alone).output, population="a")[1])


def test_conditions_see_the_current_of_the_present_voltages(run_hillock):
    config = """
simulation: {duration: 5 ms, dt: 0.1 ms}
populations: {a: {size: 2, model: lif, init: {V: [-70 mV, -60 mV]}}}
gap_junctions: {g: {between: [a 0, a 1], conductance: 30 nS}}
%s
record: {a: {I_gap: {every: 0.1 ms}, dtype: float64}}
"""
    current = traces(run_hillock(config % "").output, "I_gap", "a")[1][:, 0]
    stopped = run_hillock(config % "stop_when: {a 0: I_gap < 250 pA}", "--threads", "1")
    with h5py.File(stopped.output) as file:
        assert len(file["report/a/time"]) == np.flatnonzero(current < 250)[0]
    first = traces(run_hillock(config.replace("duration: 5 ms", "duration: 0 ms") % "").output, "I_gap", "a")[1]
    assert first[0] == pytest.approx([300, -300])


def test_gap_junctions_and_connections_of_one_name_join_other_pairs(run_hillock):
    run = run_hillock("""
simulation: {duration: 0.1 ms, dt: 0.1 ms}
populations: {a: {size: 60, model: lif, init: {V: {uniform: [-70 mV, -60 mV]}}, receptors: {e: {model: exp_current}}}}
connections: {g: {source: a, target: a, rule: {pairwise_bernoulli: 0.1}, weight: 1 pA, delay: 0.1 ms, autapses: false}}
gap_junctions: {g: {between: [a, a], rule: {pairwise_bernoulli: 0.1}, conductance: 1 nS}}
record: {a: {V: {every: 0.1 ms}, I_gap: {every: 0.1 ms}, dtype: float64}, connections: {g: [edges]}}
""")
    with h5py.File(run.output) as file:
        V, current = (file[f"report/a/{name}"][0] for name in ("V", "I_gap"))
        source, target = (file[f"edges/g/{end}_node_id"][()].astype(int) for end in ("source", "target"))
    same = np.zeros(60)
    for s, t in zip(source, target):
        if s < t:
            same[s] += V[t] - V[s]
            same[t] += V[s] - V[t]
    assert np.abs(current - same).max() > 5


def test_neighbours_are_joined_by_distance(run_hillock):
    run = run_hillock("""
simulation: {duration: 0.1 ms, dt: 0.1 ms}
populations:
  cell: {size: 20, model: lif, positions: {grid: [20], extent: [20 um]}, init: {V: [-60 mV, %s]}}
gap_junctions: {g: {between: [cell, cell], rule: {distance: {constant: 1, within: 2.5 um}}, conductance: 2 nS}}
record: {cell: {I_gap: {every: 0.1 ms}, dtype: float64}}
""" % ", ".join(["-70 mV"] * 19))
    assert np.array_equal(traces(run.output, "I_gap")[1][0], [-40, 20, 20] + [0] * 17)


BASE = """simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  cell: {size: 3, model: lif}
  squid: {size: 2, model: hodgkin_huxley}
  unit: {size: 2, model: threshold_linear}
record: {cell: [V]}
gap_junctions:
"""


def fault(name, text, marked, what, remedy=""):
    return in_last_line(name, BASE, f"  g: {{{text}}}", marked, what, remedy)


CASES = [
    fault("a population that is not there", "between: [cell, sell], conductance: 1 nS", "sell", "between: there is no population 'sell'", "did you mean 'cell'?"),
    fault("one end", "between: cell, conductance: 1 nS", "cell", "between names two ends, got 'cell'", "write for example 'between: [cell 0, cell 1]'"),
    fault("no conductance", "between: [cell, cell]", "g", "gap junctions 'g' has no 'conductance'", "write for example 'conductance: 3 nS'"),
    fault("another unit", "between: [cell, cell], conductance: 1 pA", "1 pA", "conductance needs conductance (nS) for gap junctions 'g', got current (pA)", "write for example '1 nS'"),
    fault("a negative conductance", "between: [cell, cell], conductance: -1 nS", "-1 nS", "a conductance is 0 or more, got -1 nS", "truncate the law with min: 0 nS, or correct the value"),
    fault("a law below 0", "between: [cell, cell], conductance: {uniform: [-1 nS, 2 nS]}", "{uniform", "a conductance is 0 or more, got -1 nS", "truncate the law with min: 0 nS, or correct the value"),
    fault("a rule of synapses", "between: [cell, cell], rule: {fixed_indegree: 2}, conductance: 1 nS", "{fixed_indegree", "this rule is for synapses, which have a direction", "take all_to_all, one_to_one, pairwise_bernoulli, distance or pairs"),
    fault("a function of which is which", "between: [cell, cell], rule: {pairwise_bernoulli: '= source / 10'}, conductance: 1 nS", "{pairwise", "both sides have the same neurons, so that neither of a pair is its source or target", "take a function of d, or sides that share no neurons"),
    fault("a pair twice", "between: [cell, cell], rule: {pairs: [[0, 1], [1, 0]]}, conductance: 1 nS", "{pairs", "the pair [1, 0] is joined twice: a gap junction works both ways", "name each pair once"),
    fault("a cell with itself", "between: [cell, cell], rule: {pairs: [[1, 1]]}, conductance: 1 nS", "{pairs", "the pair [1, 1] joins a neuron with itself", "take it out"),
    fault("a model without an equation for V", "between: [unit 0, unit], conductance: 1 nS", "unit 0", "V of the model threshold_linear of 'unit' is no state, and gap junctions join states", "take a model with an equation for V"),
    fault("a key that is not there", "between: [cell, cell], weight: 1 nS, conductance: 1 nS", "weight", "'weight' is not a key of gap junctions", "valid keys: between, rule, conductance, like"),
]


@pytest.mark.faults
@pytest.mark.parametrize("case", ids(CASES))
def test_gap_junctions_that_cannot_be_are_refused(hillock, tmp_path, case):
    check_run(hillock, tmp_path, case)


@pytest.mark.faults
@pytest.mark.parametrize(("change", "what"), [
    (("dt: 0.1 ms", "dt: 0.1 ms, spike_times: interpolated"), "gap junctions take whole steps, and 'spike_times: interpolated' cuts them"),
    (("dt: 0.1 ms", "dt: 0.1 ms, method: exact"), "gap junctions take steps of dt in which the voltages of others are known as cubics: not with the method of 'cell'"),
    (("V_th: 0 mV}", "V_th: 0 mV}, receptors: {gap: {model: exp_current}}"), "'cell' has a receptor called gap, whose current would be recorded as I_gap like that of its gap junctions"),
])
def test_what_gap_junctions_do_not_go_with_is_refused(run_hillock, change, what):
    assert what in run_hillock(PAIR.replace(*change), expect=2).stderr


@pytest.mark.faults
def test_voltages_that_do_not_settle_are_an_error(run_hillock):
    failed = run_hillock(PAIR.replace("3 nS", "5000 nS"), expect=4)
    assert "gap junctions: the voltages do not settle in the step from 0 ms on: V of neuron 1 of population 'cell' still changes by " in failed.stderr
    assert failed.stderr.rstrip().splitlines()[1] == "  take a smaller dt, or smaller conductances"
