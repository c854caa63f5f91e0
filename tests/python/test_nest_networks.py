"""Networks of iaf_psc_exp neurons in NEST fire the same spikes as those of lif with the same edges."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from reference.files import trains

SCRIPT = Path(__file__).parent / "reference" / "nest_network.py"


def config(currents, edges, duration):
    pairs = ", ".join(f"[{source}, {target}]" for source, target, _, _ in edges)
    return f"""
simulation: {{duration: {duration} ms, dt: 0.1 ms}}
populations: {{cell: {{size: {len(currents)}, model: lif, receptors: {{s: {{model: exp_current, tau: 2 ms}}}}}}}}
inputs: {{drive: {{type: dc, target: cell, amplitude: [{', '.join(f'{current!r} pA' for current in currents)}]}}}}
connections:
  edges:
    source: cell
    target: cell
    rule: {{pairs: [{pairs}]}}
    weight: [{', '.join(f'{weight!r} pA' for _, _, weight, _ in edges)}]
    delay: [{', '.join(f'{delay!r} ms' for _, _, _, delay in edges)}]
record: {{cell: [spikes]}}
"""


def both(run_hillock, peer_python, folder, currents, edges, duration, threads=1):
    """Trains in steps: ours, theirs."""
    job = {"neurons": len(currents), "I_e": currents, "edges": edges, "duration": float(duration), "threads": threads}
    (folder / "job.json").write_text(json.dumps(job))
    subprocess.run([str(peer_python), str(SCRIPT), "job.json", "nest.json"], cwd=folder, check=True, timeout=300)
    theirs = json.loads((folder / "nest.json").read_text())
    ours = trains(run_hillock(config(currents, edges, duration), "--threads", str(threads)).output, len(currents))
    return [np.rint(train / 0.1).astype(int).tolist() for train in ours], theirs


@pytest.mark.peers
def test_a_ring_passes_spikes_on_as_in_nest_for_ten_seconds(run_hillock, peer_python, tmp_path):
    """The first cell is driven; each cell fires the next, and the last the first, with delays of a step and more."""
    edges = [[k, (k + 1) % 8, 5000.0, 0.1 * (1 + 3 * k)] for k in range(8)]
    edges = [[source, target, weight, round(delay, 1)] for source, target, weight, delay in edges]
    ours, theirs = both(run_hillock, peer_python, tmp_path, [400.0] + [0.0] * 7, edges, 10_000)
    assert sum(map(len, theirs)) > 5000 and min(map(len, theirs)) > 500
    assert ours == theirs


@pytest.mark.peers
def test_three_cells_that_excite_and_inhibit_each_other_fire_as_in_nest_for_ten_seconds(run_hillock, peer_python, tmp_path):
    edges = [[0, 1, 250.0, 1.5], [1, 0, -125.0, 2.3], [1, 2, 500.0, 0.1], [2, 0, -250.0, 5.0], [0, 2, 125.0, 3.0], [2, 2, -375.0, 1.0], [0, 1, 125.0, 0.7]]
    ours, theirs = both(run_hillock, peer_python, tmp_path, [410.0, 382.0, 355.0], edges, 10_000)
    assert sum(map(len, theirs)) > 1000 and min(map(len, theirs)) > 200
    assert ours == theirs


@pytest.mark.peers
@pytest.mark.parametrize("threads", [1, 2])
def test_a_hundred_neurons_at_random_fire_as_in_nest_until_rounding_meets_a_threshold(run_hillock, peer_python, tmp_path, threads):
    """Weights are whole multiples of 25 pA, so that those used are the ones given; other roundings are carried on by the network."""
    seed = np.random.SeedSequence().entropy
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    edges = [[int(source), target, float(weight), float(delay)] for target in range(100)
             for source, weight, delay in zip(rng.integers(0, 100, 10), rng.choice([25, 50, 100, -75, -150], 10), rng.integers(1, 60, 10) / 10)]
    currents = np.round(rng.uniform(360, 460, 100), 3).tolist()
    ours, theirs = both(run_hillock, peer_python, tmp_path, currents, edges, 1000, threads)
    assert sum(map(len, theirs)) > 1000
    different = [step for one, other in zip(ours, theirs) for step in set(one) ^ set(other)]
    assert min(different, default=10_000) > 3000
