"""Connections that carry a value: what arrives is the value of so many steps before, against a loop in Python and rate neurons of NEST; their faults."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest
from faults import check_run, datasets, ids, in_last_line, same_bytes

EDGES = [(0, 1, 0.8, 1.5), (1, 0, -1.6, 2.0), (0, 2, 0.3, 0.7), (2, 1, 0.5, 0.4), (2, 2, -0.7, 5.0), (1, 2, 0.9, 1.0)]
RATES = [0.5, 0.0, 1.5]


def config(duration, edges=EDGES, rates=RATES):
    pairs = ", ".join(f"[{source}, {target}]" for source, target, _, _ in edges)
    return f"""
simulation: {{duration: {duration} ms, dt: 0.1 ms}}
populations:
  unit: {{size: {len(rates)}, model: threshold_linear, params: {{gain: 1.2, theta: -0.5}}, init: {{r: {rates}}}, receptors: {{in: {{model: sum}}}}}}
connections:
  c: {{source: unit, target: unit, transmit: r, rule: {{pairs: [{pairs}]}}, weight: {[w for _, _, w, _ in edges]}, delay: [{", ".join(f"{d} ms" for *_, d in edges)}]}}
record: {{unit: {{r: {{every: 0.1 ms}}, dtype: float64}}}}
"""


def rates(path, population="unit", name="r"):
    with h5py.File(path) as file:
        return file[f"report/{population}/{name}"][()]


def test_rate_neurons_are_those_of_a_loop_in_python(run_hillock):
    found, steps = rates(run_hillock(config(100)).output), 1000
    expected = np.zeros((steps, 3))
    expected[0] = RATES
    decay = np.exp(-0.1 / 10)
    for n in range(steps - 1):
        arrived = np.zeros(3)  # at the grid point n
        for source, target, weight, delay in EDGES:
            sent = n - round(delay / 0.1)
            arrived[target] += weight * expected[sent, source] if sent >= 0 else 0
        expected[n + 1] = decay * expected[n] + (1 - decay) * 1.2 * np.maximum(arrived + 0.5, 0)
    assert np.abs(found - expected).max() < 1e-12 and np.ptp(found[100:], axis=0).min() > 0.02


@pytest.mark.peers
def test_rate_neurons_are_those_of_nest(run_hillock, peer_python, tmp_path):
    job = {"rates": RATES, "tau": 10.0, "gain": 1.2, "theta": -0.5, "duration": 100.0, "edges": EDGES}
    (tmp_path / "job.json").write_text(json.dumps(job))
    script = Path(__file__).parent / "reference" / "nest_rates.py"
    subprocess.run([str(peer_python), str(script), "job.json", "nest.json"], cwd=tmp_path, check=True, timeout=300)
    theirs = np.array(json.loads((tmp_path / "nest.json").read_text())).T
    ours = rates(run_hillock(config(100)).output)
    print(ours[1:6], theirs[:6], np.abs(ours[1:len(theirs) + 1] - theirs[:999]).max(axis=0))
    assert np.abs(ours[1:len(theirs) + 1] - theirs[:999]).max() < 1e-12


LARGE = """
simulation: {duration: 50 ms, dt: 0.1 ms}
populations:
  a: {size: 150, model: threshold_linear, init: {r: {uniform: [0, 1]}}, receptors: {in: {model: sum}}}
  b: {like: a, size: 70}
  cell: {size: 40, model: lif, receptors: {in: {model: direct_current}}}
connections:
  aa: {source: [a, b], target: [a, b], transmit: r, rule: {pairwise_bernoulli: 0.1}, weight: {normal: [0, 0.1]}, delay: {uniform: [0.3 ms, 4 ms]}}
  input: {source: a, target: cell, transmit: V, rule: {fixed_indegree: 10}, weight: 2 nA, delay: 1 ms}
  spikes: {source: cell, target: b, rule: all_to_all, weight: 0.1, delay: 0.5 ms}
record: {a: {r: {every: 0.1 ms}, V: {every: 1 ms}, dtype: float64}, b: {r: {every: 1 ms}}, cell: [V, spikes]}
"""


@pytest.mark.parametrize("words", [("--threads", "2"), ("--threads", "3"), ("--threads", "5"), ("--backend", "interpreter")], ids=" ".join)
def test_the_bits_are_the_same_for_any_number_of_threads(run_hillock, words):
    one, other = run_hillock(LARGE, "--threads", "1").output, run_hillock(LARGE, *words).output
    assert same_bytes(datasets(one), datasets(other))
    with h5py.File(one) as file:
        assert len(file["spikes/cell/timestamps"]) > 10


def test_a_derived_quantity_is_carried_as_it_is_recorded(run_hillock):
    run = run_hillock("""
simulation: {duration: 20 ms, dt: 0.1 ms}
populations:
  cell: {size: 2, model: lif, init: {V: [-60 mV, -65 mV]}}
  unit: {size: 2, model: threshold_linear, receptors: {in: {model: sum}}}
connections: {c: {source: cell, target: unit, transmit: V, rule: one_to_one, weight: 2 1/mV, delay: 3 ms}}
record: {cell: {V: {every: 0.1 ms}, dtype: float64}, unit: {I: {every: 0.1 ms}, dtype: float64}}
""")
    V, I = rates(run.output, "cell", "V"), rates(run.output, "unit", "I")
    assert np.all(I[:30] == 0) and np.array_equal(I[30:], 2 * V[:-30])


@pytest.mark.parametrize("rule", ["{pairwise_bernoulli: 0}", "{pairs: []}"])
def test_a_connection_without_synapses_carries_nothing(run_hillock, rule):
    run = run_hillock(f"""
simulation: {{duration: 2 ms, dt: 0.1 ms}}
populations: {{r: {{size: 3, model: threshold_linear, receptors: {{s: {{model: sum}}}}}}}}
connections: {{c: {{source: r, target: r, transmit: r, rule: {rule}, weight: {'[]' if 'pairs:' in rule else 1}, delay: {'[]' if 'pairs:' in rule else '1 ms'}}}}}
record: {{r: {{I: {{every: 0.1 ms}}}}}}
""")
    assert rates(run.output, "r", "I").shape == (20, 3) and not rates(run.output, "r", "I").any()


def test_the_current_of_gap_junctions_is_carried_as_it_is_recorded(run_hillock):
    run = run_hillock("""
simulation: {duration: 5 ms, dt: 0.1 ms}
populations:
  a: {size: 2, model: lif, init: {V: [-70 mV, -60 mV]}}
  b: {size: 2, model: threshold_linear, receptors: {in: {model: sum}}}
gap_junctions: {g: {between: [a 0, a 1], conductance: 3 nS}}
connections: {c: {source: a, target: b, transmit: I_gap, rule: one_to_one, weight: 0.01 1/pA, delay: 0.1 ms}}
record: {a: {I_gap: {every: 0.1 ms}, dtype: float64}, b: {I: {every: 0.1 ms}, dtype: float64}}
""", "--threads", "1")
    sent, arrived = rates(run.output, "a", "I_gap"), rates(run.output, "b", "I")
    assert np.abs(arrived[1:] - 0.01 * sent[:-1]).max() < 1e-9 and sent[0] == pytest.approx([30, -30])


@pytest.mark.faults
def test_values_on_their_way_count_when_memory_is_checked(run_hillock):
    """65,537 steps of a million values."""
    failed = run_hillock("""
simulation: {duration: 1 ms, dt: 0.1 ms}
populations: {r: {size: 1000000, model: threshold_linear, receptors: {s: {model: sum}}}}
connections: {c: {source: r, target: r, transmit: r, rule: {pairs: [[0, 1]]}, weight: 1, delay: 6553.5 ms}}
record: {r: {r: {neurons: [0]}}}
""", expect=6)
    assert "the 1 synapses of this config need about 525 GB of memory" in failed.stderr


BASE = """simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  unit: {size: 2, model: threshold_linear, receptors: {in: {model: sum}}}
  cell: {size: 2, model: lif, receptors: {in: {model: exp_current}}}
record: {unit: [r]}
connections:
"""


def fault(name, text, marked, what, remedy=""):
    return in_last_line(name, BASE, f"  c: {{{text}}}", marked, what, remedy)


REST = "rule: all_to_all, delay: 1 ms"
CASES = [
    fault("a variable that is not there", f"source: unit, target: unit, transmit: rr, weight: 1, {REST}", "rr", "'unit' has no variable 'rr'", "did you mean 'r'?"),
    fault("variables are listed", f"source: cell, target: unit, transmit: rate, weight: 1, {REST}", "rate", "'cell' has no variable 'rate'", "its variables are: V, I, I_syn, i_in, I_in"),
    fault("a weight in another unit", f"source: cell, target: unit, transmit: V, weight: 1 mV, {REST}", "1 mV", "weight needs 1/mV, times V for receptor 'in' of 'unit', got voltage (mV)", "write for example '1/mV'"),
    fault("a receptor that adds up", f"source: unit, target: cell, weight: 1 pA, {REST}, transmit: r", "r", "a value arrives at every step, and receptor 'in' of 'cell' (exp_current) would add it up", "take a receptor without states that has 'current: weight'; 'hillock models' lists those that are there"),
    fault("units of variables that differ", f"source: [unit, cell], target: unit, transmit: V, weight: 1, {REST}", "V", "V is in 1 for one source and in mV for another", "write one connection for each"),
]


@pytest.mark.faults
@pytest.mark.parametrize("case", ids(CASES))
def test_a_value_that_cannot_be_carried_is_refused(hillock, tmp_path, case):
    check_run(hillock, tmp_path, case)
