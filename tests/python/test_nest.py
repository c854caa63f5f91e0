"""NEST's iaf_psc_delta, iaf_psc_exp and iaf_psc_alpha fire the same spikes as lif with the same receptors, over ten seconds."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from reference.files import trains

SCRIPT = Path(__file__).parent / "reference" / "nest_spikes.py"
CURRENTS = np.linspace(50, 420, 20)               # pA, one neuron each
WEIGHTS = {"delta": (1.3, -1.1), "exp": (160.0, -140.0), "alpha": (70.0, -60.0)}    # mV, pA, pA
TAUS = {"delta": (None, None), "exp": (2.0, 5.0), "alpha": (2.0, 5.0)}              # ms; NEST's own two receptors
MODELS = {"delta": "delta", "exp": "exp_current", "alpha": "alpha_current"}
DELAY = 1.5


def random_trains(seed):
    """Times on the 0.1 ms grid of two Poisson trains over ten seconds, some steps twice."""
    rng = np.random.default_rng(seed)
    return [np.sort(rng.integers(1, 99_900, size)) / 10 for size in (15_000, 4_000)]


def hillock_config(kernel, exc, inh):
    receptor = lambda tau: f"{{model: {MODELS[kernel]}" + (f", tau: {tau} ms}}" if tau else "}")
    unit = "mV" if kernel == "delta" else "pA"
    listed = lambda times: "[" + ", ".join(f"{time!r} ms" for time in times.tolist()) + "]"
    return f"""
simulation: {{duration: 10 s, dt: 0.1 ms}}
populations:
  cell:
    size: {len(CURRENTS)}
    model: lif
    receptors:
      exc: {receptor(TAUS[kernel][0])}
      inh: {receptor(TAUS[kernel][1])}
inputs:
  current: {{type: dc, target: cell, amplitude: {{linspace: [{CURRENTS[0]} pA, {CURRENTS[-1]} pA]}}}}
  exc:
    type: spikes
    target: cell
    receptor: exc
    weight: {WEIGHTS[kernel][0]} {unit}
    delay: {DELAY} ms
    times: {listed(exc)}
  inh:
    type: spikes
    target: cell
    receptor: inh
    weight: {WEIGHTS[kernel][1]} {unit}
    delay: {DELAY} ms
    times: {listed(inh)}
record:
  cell: {{spikes: true}}
"""


@pytest.mark.peers
@pytest.mark.parametrize("kernel", ["delta", "exp", "alpha"])
def test_nest_fires_the_same_spikes(run_hillock, peer_python, tmp_path, kernel):
    seed = np.random.SeedSequence().entropy
    print(f"seed {seed}")
    exc, inh = random_trains(seed)
    job = {"model": f"iaf_psc_{kernel}", "currents": CURRENTS.tolist(), "exc": exc.tolist(), "inh": inh.tolist(),
           "weights": WEIGHTS[kernel], "taus": TAUS[kernel], "delay": DELAY, "duration": 10_000.0}
    (tmp_path / "job.json").write_text(json.dumps(job))
    subprocess.run([str(peer_python), str(SCRIPT), "job.json", "nest.json"], cwd=tmp_path, check=True, timeout=300)
    theirs = json.loads((tmp_path / "nest.json").read_text())
    ours = trains(run_hillock(hillock_config(kernel, exc, inh)).output, len(CURRENTS))
    assert sum(len(train) for train in theirs) > 2000
    for k, train in enumerate(theirs):
        assert np.array_equal(np.rint(ours[k] / 0.1).astype(int), train), f"neuron {k}, {CURRENTS[k]} pA"
