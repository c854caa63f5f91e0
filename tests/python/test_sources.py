"""Populations that are sources: the spikes of inputs passed on by relays, Poisson populations, and their statistics at the targets."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from faults import datasets, same_bytes


def spikes_of(path, population):
    with h5py.File(path) as file:
        group = file[f"spikes/{population}"]
        return group["timestamps"][()], group["node_ids"][()]


CELL = "{size: 5, model: lif, receptors: {s: {model: exp_current, tau: 2 ms}}}"
TIMES = "[3 ms, 3.1 ms, 3.2 ms, 20 ms, 20.1 ms, 40 ms]"


def test_a_relay_sends_on_what_it_gets_at_the_time_at_which_it_gets_it(run_hillock, tmp_path):
    through = run_hillock(f"""
simulation: {{duration: 60 ms, dt: 0.1 ms}}
populations: {{relay: {{size: 5, model: relay, receptors: {{in: {{model: sum}}}}}}, cell: {CELL}}}
inputs: {{list: {{type: spikes, target: relay, times: {TIMES}, weight: 1}}}}
connections: {{on: {{source: relay, target: cell, rule: one_to_one, weight: 1100 pA, delay: 1.5 ms}}}}
record: {{relay: [spikes], cell: {{spikes: true, V: {{every: 0.1 ms}}, dtype: float64}}}}
""").output
    direct = run_hillock(f"""
simulation: {{duration: 60 ms, dt: 0.1 ms}}
populations: {{cell: {CELL}}}
inputs: {{list: {{type: spikes, target: cell, times: {TIMES}, weight: 1100 pA, delay: 1.5 ms}}}}
record: {{cell: {{spikes: true, V: {{every: 0.1 ms}}, dtype: float64}}}}
""", "--out", str(tmp_path / "direct.h5")).output
    times, ids = spikes_of(through, "relay")
    assert np.allclose(times[::5], [3, 3.1, 3.2, 20, 20.1, 40]) and np.array_equal(ids[:5], range(5))
    assert len(spikes_of(through, "cell")[0]) >= 5
    assert all(np.array_equal(a, b) for a, b in zip(spikes_of(through, "cell"), spikes_of(direct, "cell")))
    with h5py.File(through) as a, h5py.File(direct) as b:
        assert np.abs(a["report/cell/V"][()] - b["report/cell/V"][()]).max() < 1e-3  # weights are exact to a millionth


def test_a_poisson_population_follows_its_rate_and_what_changes_it(run_hillock):
    path = run_hillock("""
simulation: {duration: 1 s, dt: 0.1 ms, seed: 3}
populations: {source: {size: 2000, model: poisson_source, params: {rate: 50 Hz}}}
inputs: {wave: {type: sine, target: source, amplitude: 50 Hz, frequency: 2 Hz}}
record: {source: [spikes]}
""").output
    times, ids = spikes_of(path, "source")
    edges = np.arange(0, 1001, 50.0)
    found = np.histogram(times, edges)[0] / 2000 / 0.05
    angle = 2 * np.pi * 2e-3 * edges
    expected = 50 - 50 * np.diff(np.cos(angle)) / np.diff(angle)
    assert np.abs(found - expected).max() < 4.5 * np.sqrt(expected.max() / 0.05 / 2000) + 0.5  # p = 1 - exp(-rate dt): 0.5 % less at most
    counts = np.bincount(ids, minlength=2000)
    assert np.var(counts) / np.mean(counts) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("order, cv", [(1, 1.0), (4, 0.5), (25, 0.2)])
def test_gamma_spikes_are_as_regular_as_their_order_says(run_hillock, order, cv):
    path = run_hillock(f"""
simulation: {{duration: 2 s, dt: 0.1 ms}}
populations: {{relay: {{size: 200, model: relay, receptors: {{in: {{model: sum}}}}}}}}
inputs: {{renewal: {{type: gamma, target: relay, rate: 50 Hz, order: {order}, weight: 1}}}}
record: {{relay: [spikes]}}
analysis: {{relay: {{statistics: [rate, cv]}}}}
""").output
    with h5py.File(path) as file:
        group = file["analysis/relay"]
        assert np.mean(group["rate"][()]) == pytest.approx(50, rel=0.03)
        assert np.mean(group["cv"][()]) == pytest.approx(cv, rel=0.06)


def test_copies_of_one_process_make_targets_fire_together(run_hillock):
    """Spike counts of sources that share copies correlate as much as spikes are copied."""
    path = run_hillock("""
simulation: {duration: 2 s, dt: 0.1 ms}
populations: {relay: {size: 40, model: relay, receptors: {in: {model: sum}}}}
inputs: {common: {type: poisson, target: relay, rate: 100 Hz, shared: true, copy: 0.4, weight: 1}}
record: {relay: [spikes]}
""").output
    times, ids = spikes_of(path, "relay")
    counts = np.histogram2d(ids, times, [np.arange(41) - 0.5, np.arange(0, 2001, 5.0)])[0]
    pairs = np.corrcoef(counts)[np.triu_indices(40, 1)]
    assert len(times) / 40 / 2 == pytest.approx(100, rel=0.05) and np.mean(pairs) == pytest.approx(0.4, abs=0.05)


def test_sources_have_the_same_bits_for_any_number_of_threads(run_hillock, tmp_path):
    config = """
simulation: {duration: 100 ms, dt: 0.1 ms}
populations:
  source: {size: 100, model: poisson_source, params: {rate: 200 Hz}}
  relay: {size: 100, model: relay, receptors: {in: {model: sum}}}
  cell: {size: 200, model: lif, receptors: {s: {model: exp_current, tau: 2 ms}}}
inputs:
  renewal: {type: gamma, target: relay, rate: 100 Hz, order: 3, weight: 1}
  volley: {type: pulse_packet, target: relay 0..49, times: [20 ms, 60 ms], number: 3, spread: 2 ms, weight: 1}
  common: {type: poisson, target: relay 50..99, rate: 50 Hz, shared: true, copy: 0.5, weight: 1}
  steady: {type: regular, target: relay 0..9, interval: 10 ms, weight: 1}
connections:
  in: {source: [source, relay], target: cell, rule: {fixed_indegree: 20}, weight: 90 pA, delay: {uniform: [0.5 ms, 3 ms]}}
record: {source: [spikes], relay: [spikes], cell: [spikes, V]}
"""
    one = run_hillock(config, "--threads", "1", "--out", str(tmp_path / "one.h5")).output
    assert all(len(spikes_of(one, name)[0]) > 100 for name in ("source", "relay", "cell"))
    for threads in ("2", "3"):
        assert same_bytes(datasets(one), datasets(run_hillock(config, "--threads", threads, "--out", str(tmp_path / f"{threads}.h5")).output))


def test_copies_that_are_not_shared_are_refused(run_hillock):
    def said(fields):
        return run_hillock(f"""
simulation: {{duration: 2 ms, dt: 0.1 ms}}
populations: {{relay: {{size: 4, model: relay, receptors: {{in: {{model: sum}}}}}}}}
inputs:
  common: {{type: poisson, target: relay, rate: 100 Hz, {fields}, weight: 1}}
record: {{relay: [spikes]}}
""", expect=2).stderr

    assert "copy is of shared spikes, and input 'common' has a process for each target" in said("copy: 0.4")
    assert "copy is a probability: more than 0, at most 1, got 1.4" in said("shared: true, copy: 1.4")
    assert "copy must be positive, got 0" in said("shared: true, copy: 0")


def test_a_spike_that_arrives_at_a_relay_before_the_first_step_is_warned_of(run_hillock):
    def said(fields):
        return run_hillock(f"""
simulation: {{duration: 2 ms, dt: 0.1 ms}}
populations: {{relay: {{size: 4, model: relay, receptors: {{in: {{model: sum}}}}}}}}
inputs:
  early: {{target: relay, weight: 1, {fields}}}
record: {{relay: [spikes]}}
""").stderr

    assert "at 0 ms arrives before the first step, and receptor 'in' (sum) keeps nothing" in said("type: spikes, times: [0 ms, 1 ms]")
    assert "write" in said("type: regular, interval: 1 ms") or "start: 0.1 ms" in said("type: regular, interval: 1 ms")
    assert said("type: regular, interval: 1 ms, start: 0.1 ms") == "" and said("type: spikes, times: [0 ms], delay: 0.1 ms") == ""


def test_rates_that_would_never_end_are_refused(run_hillock):
    def said(fields):
        return run_hillock(f"""
simulation: {{duration: 2 ms, dt: 0.1 ms}}
populations: {{relay: {{size: 4, model: relay, receptors: {{in: {{model: sum}}}}}}}}
inputs:
  many: {{target: relay, weight: 1, {fields}}}
record: {{relay: [spikes]}}
""", expect=2).stderr

    assert "a rate of 1e+15 Hz is 1e+11 spikes in each step of 0.1 ms" in said("type: gamma, rate: 1e15 Hz, order: 2")
    assert "input 'many': 8e+12 spikes in its volleys" in said("type: pulse_packet, number: 2000000000000, times: [1 ms], spread: 1 ms")
    assert "of the process that is copied" in said("type: poisson, rate: 10 Hz, shared: true, copy: 1e-12")


def test_an_input_that_is_warned_of_acts_all_the_same(run_hillock):
    run = run_hillock("""
simulation: {duration: 5 ms, dt: 0.1 ms}
populations: {relay: {size: 2, model: relay, receptors: {in: {model: sum}}}}
inputs: {late: {type: spikes, target: relay, times: [1 ms, 200 ms], weight: 1}}
record: {relay: [spikes]}
""")
    assert "comes when the run has ended" in run.stderr
    assert spikes_of(run.output, "relay")[0].tolist() == pytest.approx([1, 1])


# A rate that steps cannot hold -----------------------------------------------------------------------------------------------


@pytest.mark.faults
@pytest.mark.parametrize("rate, left", [("8 kHz", "it fires at 5507 Hz"), ("1 kHz", "it fires at 951.6 Hz"), ("400 Hz", "")])
def test_a_rate_of_which_a_step_loses_spikes_is_warned_of(call, tmp_path, rate, left):
    (tmp_path / "config.yaml").write_text(f"""simulation: {{duration: 1 s, dt: 0.1 ms}}
populations: {{source: {{size: 500, model: poisson_source, params: {{rate: {rate}}}}}}}
record: {{source: [spikes]}}
""")
    shown = call("run", "config.yaml", "--out", "x.h5").stderr
    assert ("population 'source' has a rate of" in shown) == bool(left) and left in shown
    with h5py.File(tmp_path / "x.h5") as file:
        fired = len(file["spikes/source/timestamps"]) / 500
    expected = (1 - np.exp(-float(rate.split()[0]) * (0.1 if "k" in rate else 1e-4))) * 1e4
    assert fired == pytest.approx(expected, rel=0.01)


@pytest.mark.faults
def test_a_rate_without_unit_is_told_of_hertz(call, tmp_path):
    (tmp_path / "config.yaml").write_text("simulation: {duration: 1 s, dt: 0.1 ms}\npopulations: {source: {model: poisson_source, params: {rate: 10}}}\n")
    assert "write for example '10 Hz', or '10/ms'" in call("check", "config.yaml", expect=2).stderr
