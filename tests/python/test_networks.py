"""Networks: what arrives is what was sent, whatever the threads; against inputs with the same spikes, closed forms, and faults of connections."""

from __future__ import annotations

import json
import re
import subprocess

import h5py
import numpy as np
import pytest
from faults import check_run, datasets, ids, in_last_line, same_bytes

# Three receptors, several synapses of a pair, drawn weights and delays, Poisson input, a hold, rows of 2, 4 and 8 bytes.
MIXED = """
simulation: {duration: 200 ms, dt: 0.1 ms, seed: 7}
populations:
  exc:
    size: 200
    model: lif
    params: {V_th: -52 mV, t_ref: 2 ms}
    init: {V: {uniform: [-70 mV, -53 mV]}}
    receptors:
      ampa: {model: exp_conductance, tau: 5 ms, E_rev: 0 mV}
      gaba: {model: exp_conductance, tau: 10 ms, E_rev: -80 mV}
      current: {model: exp_current, tau: 2 ms}
  inh: {like: exc, size: 57}
inputs:
  background: {type: poisson, target: [exc, inh], receptor: ampa, rate: 1 kHz, weight: 2 nS}
connections:
  ee: {source: exc, target: exc, receptor: ampa, rule: {fixed_indegree: 20}, weight: {lognormal: [0.3 nS, 1], max: 20 nS}, delay: {normal: [3 ms, 1 ms], min: 0.3 ms}}
  ei: {source: exc, target: inh, receptor: ampa, rule: {pairwise_bernoulli: 0.1}, weight: 0.4 nS, delay: {uniform: [0.3 ms, 20 ms]}, autapses: false}
  i: {source: inh, target: [exc, inh], receptor: gaba, rule: {fixed_total_number: 3000}, weight: {normal: [1 nS, 0.2 nS], min: 0 nS}, delay: 0.7 ms}
  far: {source: exc 0..49, target: [inh 3..9, exc], receptor: current, rule: {fixed_outdegree: 3}, weight: -7 pA, delay: 50 ms, multapses: false}
record: {exc: [spikes, V], inh: {spikes: true, V: {every: 1 ms}}}
"""


def spikes_of(path, population):
    with h5py.File(path) as file:
        group = file[f"spikes/{population}"]
        return group["timestamps"][()], group["node_ids"][()]


def run_in(hillock, folder, *words):
    done = subprocess.run([str(hillock), *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def mixed(hillock, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "config.yaml").write_text(MIXED)
    run_in(hillock, folder, "run", "config.yaml", "--out", "one.h5", "--threads", "1")
    assert min(len(spikes_of(folder / "one.h5", name)[0]) for name in ("exc", "inh")) > 200
    return folder


@pytest.mark.parametrize("words", [("--threads", "2"), ("--threads", "3"), ("--threads", "5"), ("--threads", "8"), (), ("--threads", "3", "--backend", "interpreter")],
                         ids=lambda words: " ".join(words) or "auto")
def test_a_network_has_the_same_bits_for_any_number_of_threads(hillock, mixed, words):
    run_in(hillock, mixed, "run", "config.yaml", "--out", "x.h5", "--force", *words)
    assert same_bytes(datasets(mixed / "x.h5"), datasets(mixed / "one.h5"))


def test_spikes_before_a_failure_are_all_kept(run_hillock):
    """Whether the failure is met by a neuron's step or by a mean that is taken of all."""
    def spikes_with(record):
        run = run_hillock("""
simulation: {duration: 100 ms, dt: 0.1 ms, seed: 3}
populations:
  a: {size: 50, model: lif, receptors: {s: {model: exp_current}}}
inputs:
  drive: {type: poisson, target: a, rate: 8 kHz, weight: 60 pA}
  rise: {type: waveform, target: a, current: "if(t > 60 ms, -1e41 pA * (t - 60 ms) / 1 ms, 0 pA)"}
connections:
  c: {source: a, target: a, rule: {fixed_indegree: 5}, weight: 10 pA, delay: 1 ms}
record: {a: {spikes: true, V: %s}}
""" % record, expect=None)
        assert run.returncode != 0 and "more than float32 holds" in run.stderr
        return spikes_of(str(run.output) + ".partial", "a")[0]

    one, mean = spikes_with("{neurons: all}"), spikes_with("{mean: true}")
    assert len(one) > 50 and np.array_equal(one[one < 59], mean[mean < 59]) and abs(len(one) - len(mean)) <= 1


@pytest.mark.full
def test_a_network_of_more_targets_than_16_bits_count_has_the_same_bits_twenty_times(hillock, tmp_path):
    """Blocks of 65,536 targets at most, so even one thread has two; three receptors, rows of 2, 4 and 8 bytes, a hold, noise of spikes."""
    text = MIXED.replace("size: 200\n", "size: 66000\n").replace("size: 57}", "size: 6000}").replace("duration: 200 ms", "duration: 30 ms")
    text = text.replace("{fixed_total_number: 3000}", "{fixed_total_number: 300000}").replace("{pairwise_bernoulli: 0.1}", "{pairwise_bernoulli: 0.001}")
    text = text.replace("record: {exc: [spikes, V],", "record: {exc: {spikes: true, V: {neurons: 0..99}},")
    (tmp_path / "config.yaml").write_text(text)
    run_in(hillock, tmp_path, "run", "config.yaml", "--out", "first.h5", "--threads", "1")
    first = datasets(tmp_path / "first.h5")
    assert len(first["spikes/exc/timestamps"]) > 10_000
    for repeat in range(20):
        words = ["--threads", str((1, 2, 3, 5, 8)[repeat % 5])] + (["--backend", "interpreter"] if repeat % 4 == 3 else [])
        run_in(hillock, tmp_path, "run", "config.yaml", "--out", "again.h5", "--force", *words)
        assert same_bytes(first, datasets(tmp_path / "again.h5")), words


def test_what_is_recorded_changes_no_spike(hillock, mixed):
    for record in ("{exc: [spikes], inh: [spikes]}", "{exc: {spikes: true, V: {every: 3.3 ms, mean: true}}, inh: [spikes]}",
                   "{exc: {spikes: true, V: {around_spikes: {before: 1 ms, after: 1 ms}}}, inh: [spikes]}"):
        run_in(hillock, mixed, "run", "config.yaml", "--out", "x.h5", "--force", "--threads", "2", "--set", f"record={record}")
        for name in ("exc", "inh"):
            for one, other in zip(spikes_of(mixed / "x.h5", name), spikes_of(mixed / "one.h5", name), strict=True):
                assert np.array_equal(one, other)


def test_another_seed_draws_another_network(hillock, mixed):
    run_in(hillock, mixed, "run", "config.yaml", "--out", "x.h5", "--force", "--set", "simulation.seed=8")
    assert not same_bytes(datasets(mixed / "x.h5"), datasets(mixed / "one.h5"))


# A network is its neurons with the spikes of the others as inputs -----------------------------------------------------------

PAIRS = [(0, 1), (1, 2), (2, 0), (0, 2), (3, 3), (1, 4), (4, 0), (4, 0), (2, 3), (3, 1), (0, 4)]
WEIGHTS = [500, 625, 750, -250, 125, 500, 375, 250, 625, -500, 500]  # multiples of 125 pA: sums of doubles are exact
DELAYS = [1.0, 1.5, 0.1, 7.3, 2.0, 2.0, 30.0, 30.0, 0.4, 5.0, 5.0]


def explicit(rest: str, spike_times: str) -> str:
    return f"""
simulation: {{duration: 300 ms, dt: 0.1 ms, spike_times: {spike_times}}}
populations: {{cell: {{size: 5, model: lif, receptors: {{psc: {{model: alpha_current, tau: 2 ms}}}}}}}}
inputs:
  step: {{type: dc, target: cell, amplitude: [400 pA, 350 pA, 300 pA, 390 pA, 200 pA]}}
{rest}
record: {{cell: {{spikes: true, V: {{every: 0.1 ms}}, dtype: float64}}}}
"""


@pytest.mark.parametrize("spike_times", ["grid", "interpolated"])
def test_a_network_is_its_neurons_with_each_others_spikes_as_inputs(run_hillock, spike_times):
    weights, delays = (", ".join(f"{value} {unit}" for value in values) for values, unit in ((WEIGHTS, "pA"), (DELAYS, "ms")))
    network = run_hillock(explicit(f"connections: {{all: {{source: cell, target: cell, rule: {{pairs: {[list(p) for p in PAIRS]}}}, weight: [{weights}], delay: [{delays}]}}}}", spike_times))
    times, ids_ = spikes_of(network.output, "cell")
    assert len(np.unique(ids_)) == 5
    lines = []
    for k, ((source, target), weight, delay) in enumerate(zip(PAIRS, WEIGHTS, DELAYS, strict=True)):
        # A spike in (t_n, t_n+1] arrives at t_n+1 + delay.
        arrivals = [round(np.ceil(time / 0.1 - 1e-6)) + round(delay / 0.1) for time in times[ids_ == source]]
        written = ", ".join(f"{step / 10} ms" for step in arrivals if step <= 3000)
        lines.append(f"  in{k}: {{type: spikes, target: cell {target}, times: [{written}], weight: {weight} pA}}")
    alone = run_hillock(explicit("\n".join(line for line in lines if "[]" not in line), spike_times))
    assert same_bytes(datasets(network.output), datasets(alone.output))


def test_weights_and_delays_are_those_that_were_given(run_hillock):
    """Each target hears one source: its alpha current peaks at the weight, tau after the spike has arrived."""
    weights, delays = [100, 33.3, 7.77, 250, 1], [1, 3, 4.5, 0.1, 20]
    run = run_hillock(f"""
simulation: {{duration: 60 ms, dt: 0.1 ms}}
populations:
  source: {{size: 5, model: lif, receptors: {{psp: {{model: delta}}}}}}
  target: {{size: 5, model: lif, receptors: {{psc: {{model: alpha_current, tau: 2 ms}}}}}}
inputs: {{kick: {{type: spikes, target: source, times: [5 ms], weight: 50 mV}}}}
connections:
  c: {{source: source, target: target, receptor: psc, rule: {{pairs: [[0, 0], [1, 1], [2, 2], [3, 3], [4, 4]]}}, weight: [{", ".join(f"{w} pA" for w in weights)}], delay: [{", ".join(f"{d} ms" for d in delays)}]}}
record: {{source: [spikes], target: {{I_psc: {{every: 0.1 ms}}, dtype: float64}}}}
""")
    times, _ = spikes_of(run.output, "source")
    assert np.array_equal(times, np.full(5, 5.0))
    with h5py.File(run.output) as file:
        name = next(name for name in file["report"] if name.startswith("target"))
        current = file[f"report/{name}/data"][()] if "data" in file[f"report/{name}"] else file[f"report/{name}/I_psc"][()]
    for k, (weight, delay) in enumerate(zip(weights, delays, strict=True)):
        assert current[:, k].max() == pytest.approx(weight, rel=2e-6)
        assert np.argmax(current[:, k]) == round((5 + delay + 2) / 0.1)


def test_a_matrix_of_weights_joins_its_pairs_that_are_not_zero(run_hillock):
    """A row for each source; within slices, counted from their beginning."""
    config = """
simulation: {duration: 50 ms, dt: 0.1 ms}
vars: {w: 300 pA}
populations:
  source: {size: 4, model: iaf_psc_exp, params: {t_ref: [2 ms, 3 ms, 4 ms, 5 ms]}}
  target: {size: 3, model: iaf_psc_alpha}
inputs: {drive: {type: dc, target: source, amplitude: 600 pA}}
connections: {c: {source: source 1..2, target: target, receptor: exc, RULE, delay: 1 ms}}
record: {target: {spikes: true, V: {every: 0.1 ms}}, connections: {c: [edges]}}
"""
    matrix = run_hillock(config.replace("RULE", "rule: all_to_all, weight: {matrix: [[100 pA, 0 pA, = w], [0 pA, -50 pA, 2.5 pA]]}"))
    pairs = run_hillock(config.replace("RULE", "rule: {pairs: [[0, 0], [0, 2], [1, 1], [1, 2]]}, weight: [100 pA, = w, -50 pA, 2.5 pA]"))
    with h5py.File(matrix.output) as file:
        group = next(iter(file["edges"].values()))
        found = sorted(zip(group["source_node_id"][()].tolist(), group["target_node_id"][()].tolist(), group["0/syn_weight"][()].tolist(), strict=True))
    assert [edge[:2] for edge in found] == [(1, 0), (1, 2), (2, 1), (2, 2)]
    assert [edge[2] for edge in found] == pytest.approx([100, 300, -50, 2.5], rel=1e-6)
    assert same_bytes(datasets(matrix.output), datasets(pairs.output))
    none = run_hillock(config.replace("RULE", "rule: all_to_all, weight: {matrix: [[0 pA, 0 pA, 0 pA], [0 pA, 0 pA, 0 pA]]}"))
    with h5py.File(none.output) as file:
        assert len(next(iter(file["edges"].values()))["source_node_id"]) == 0


def test_pairs_draw_their_weights_and_delays_from_laws(run_hillock):
    """Each pair has draws of its own: of 400 the means are within four standard errors, and another seed gives others."""
    config = """
simulation: {duration: 40 ms, dt: 0.1 ms, seed: %d}
populations:
  source: {size: 400, model: lif, receptors: {psp: {model: delta}}}
  target: {size: 400, model: lif, receptors: {psc: {model: alpha_current, tau: 2 ms}}}
inputs: {kick: {type: spikes, target: source, times: [5 ms], weight: 50 mV}}
connections:
  c: {source: source, target: target, rule: {pairs: PAIRS}, weight: {normal: [100 pA, 10 pA]}, delay: {uniform: [1 ms, 11 ms]}}
record: {source: [spikes], target: {I_psc: {every: 0.1 ms}, dtype: float64}}
""".replace("PAIRS", str([[k, 399 - k] for k in range(400)]))
    found = []
    for seed in (1, 2):
        with h5py.File(run_hillock(config % seed).output) as file:
            current = file["report/target/data"][()] if "data" in file["report/target"] else file["report/target/I_psc"][()]
        found.append((current.max(axis=0), np.argmax(current, axis=0) / 10 - 7))
    for weights, delays in found:
        assert abs(weights.mean() - 100) < 2 and weights.std() == pytest.approx(10, rel=0.15)
        assert abs(delays.mean() - 6) < 0.6 and 0.9 < delays.min() < 1.5 and 10.5 < delays.max() < 11.1
    assert not np.array_equal(found[0][0], found[1][0])


def driven(rest: str, *changes: tuple[str, str]) -> str:
    """BASE with a current that makes its first population fire for 200 ms, and these connections."""
    config = BASE.replace("10 ms", "200 ms").replace("record:", "inputs: {drive: {type: dc, target: exc, amplitude: 1 nA}}\nrecord:")
    for one, other in changes:
        assert one in config
        config = config.replace(one, other)
    return config + rest if rest else config.removesuffix("connections:\n")


def check_same_spikes(run_hillock, one: str, other: str):
    runs = [datasets(run_hillock(config, "--threads", "2").output) for config in (one, other)]
    assert len(runs[0]["spikes/exc/timestamps"]) > 50 and same_bytes(*[{name: run[name] for name in run if name.startswith("spikes/exc")} for run in runs])


@pytest.mark.faults
@pytest.mark.parametrize("rest", [
    "  c: {source: exc, target: inh, rule: {pairs: []}, weight: 1 nS, delay: 1 ms}",
    "  c: {source: exc, target: inh, rule: {pairs: []}, weight: [], delay: []}",
    "  c: {source: inh, target: exc, rule: {fixed_indegree: 0}, weight: 1 nS, delay: 1 ms}",
    "  c: {source: exc, target: exc, rule: {pairwise_bernoulli: 0}, weight: 0 nS, delay: {uniform: [1 ms, 2 ms]}}"])
def test_connections_without_synapses_change_nothing(run_hillock, rest):
    changes = [("size: 5", "size: 0")] if "source: inh" in rest else []
    check_same_spikes(run_hillock, driven("", *changes), driven(rest, *changes))


@pytest.mark.faults
def test_a_receptor_that_only_empty_populations_send_to_gets_nothing(run_hillock):
    changes = [("size: 5", "size: 0"), ("exc: {size: 20, model: lif, receptors: {ampa: {model: exp_conductance}}}",
                                        "exc: {size: 20, model: lif, receptors: {ampa: {model: exp_conductance}, gaba: {model: exp_conductance}}}")]
    connected = "  d: {source: exc, target: exc, receptor: ampa, rule: all_to_all, weight: 1 nS, delay: 1 ms}\n"
    empty = "  c: {source: inh, target: exc, receptor: gaba, rule: all_to_all, weight: 1 nS, delay: 1 ms}\n"
    check_same_spikes(run_hillock, driven(connected, *changes), driven(empty + connected, *changes))


@pytest.mark.parametrize("law, size", [("{normal: [0 pA, 10 pA]}", 6.745), ("{uniform: [-5 pA, 5 pA]}", 2.5)])
def test_weights_may_be_drawn_around_zero(run_hillock, law, size):
    """They are kept to a thousandth of the middle of their sizes; their mean and spread are those of the law."""
    config = driven(f"  c: {{source: exc, target: inh, rule: all_to_all, weight: {law}, delay: 1 ms}}\n",
                    ("ampa: {model: exp_conductance}", "psc: {model: exp_current}"), ("size: 20", "size: 100"), ("size: 5", "size: 100"),
                    ("record: {exc: [spikes]}", "record: {exc: [spikes], connections: {c: [edges]}}"))
    run = run_hillock(config)
    with h5py.File(run.output) as file:
        weights = np.abs(next(iter(file["edges"].values()))["0/syn_weight"][()])  # pA
    assert len(weights) == 10000 and np.median(weights) == pytest.approx(size, rel=0.05)
    steps = np.diff(np.unique(np.round(weights, 9)))
    assert 0 < steps.min() < 2e-3 * size


# Connections that cannot be -------------------------------------------------------------------------------------------------

BASE = """simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  exc: {size: 20, model: lif, receptors: {ampa: {model: exp_conductance}}}
  inh: {size: 5, model: lif, receptors: {ampa: {model: exp_conductance}}}
record: {exc: [spikes]}
connections:
"""


def fault(name, text, marked, what, remedy=""):
    return in_last_line(name, BASE, f"  c: {{{text}}}", marked, what, remedy)


ALL = "source: exc, target: inh, rule: all_to_all, weight: 1 nS"
CASES = [
    fault("36 a part in brackets", "source: 'exc[0:9]', target: inh, rule: all_to_all, weight: 1 nS, delay: 1 ms", "exc[0:9]", "source: there is no population 'exc[0:9]'", "a part of a population is written 'exc 0..99', both ends included"),
    fault("36 a population that is not there", "source: exx, target: inh, rule: all_to_all, weight: 1 nS, delay: 1 ms", "exx", "source: there is no population 'exx'", "did you mean 'exc'?"),
    fault("38 a neuron that is not there", "source: exc 0..20, target: inh, rule: all_to_all, weight: 1 nS, delay: 1 ms", "exc 0..20", "source: neuron 20 is not in 'exc', which has 20 neurons", "they are counted from 0 to 19"),
    fault("38 a pair out of range", "source: exc, target: inh, rule: {pairs: [[3, 5]]}, weight: 1 nS, delay: 1 ms", "5", "target 5 is not there: 'inh' has 5 neurons here", "they are counted from 0 to 4"),
    fault("38 a negative index", "source: exc, target: inh, rule: {pairs: [[-1, 4]]}, weight: 1 nS, delay: 1 ms", "-1", "source must be a whole number from 0 to 9007199254740992, got -1"),
    fault("39 delay 0", ALL + ", delay: 0 ms", "0 ms", "delay must be at least dt (0.1 ms), got 0 ms", "spikes take one step at least: write 'delay: 0.1 ms'"),
    fault("39 a negative delay", ALL + ", delay: -1 ms", "-1 ms", "delay must be at least dt (0.1 ms), got -1 ms", "spikes take one step at least: write 'delay: 0.1 ms'"),
    fault("39 a delay below dt", ALL + ", delay: 0.05 ms", "0.05 ms", "delay must be at least dt (0.1 ms), got 0.05 ms", "spikes take one step at least: write 'delay: 0.1 ms'"),
    fault("39 a delay off the grid", ALL + ", delay: 1.55 ms", "1.55 ms", "delay (1.55 ms) is not a multiple of dt (0.1 ms)", "the nearest are 1.5 ms and 1.6 ms"),
    fault("39 a delay that is no number", ALL + ", delay: .nan ms", ".nan ms", "delay: '.nan' is not a finite number", "write for example '10 ms'"),
    fault("39 drawn delays below dt", ALL + ", delay: {normal: [1 ms, 1 ms]}", "{normal: [1 ms, 1 ms]}", "some delays would be shorter than dt (0.1 ms): down to -5.34 ms", "truncate the law: 'min: 0.1 ms'"),
    fault("39 a delay that is too long", ALL + ", delay: 10 s", "10 s", "a delay of 10000 ms is longer than 65535 steps of 0.1 ms", "the longest is 6553.5 ms"),
    fault("40 sizes that differ", "source: exc, target: inh, rule: one_to_one, weight: 1 nS, delay: 1 ms", "one_to_one", "one_to_one joins as many sources as targets, but 'exc' has 20 neurons and 'inh' has 5 neurons", "take slices of one size, such as 'exc 0..9'"),
    fault("41 more sources than there are", "source: inh, target: exc, rule: {fixed_indegree: 6}, multapses: false, weight: 1 nS, delay: 1 ms", "{fixed_indegree: 6}", "each target needs 6 different sources, but 'inh' has 5", "take at most 5, or leave out 'multapses: false'"),
    fault("41 and without itself", "source: inh, target: inh, rule: {fixed_outdegree: 5}, autapses: false, multapses: false, weight: 1 nS, delay: 1 ms", "{fixed_outdegree: 5}", "each source needs 5 different targets, but 'inh' has 4 beside itself", "take at most 4, or leave out 'multapses: false'"),
    fault("a rule that is not there", "source: exc, target: inh, rule: {fixed_degree: 5}, weight: 1 nS, delay: 1 ms", "fixed_degree", "there is no rule 'fixed_degree'", "did you mean 'fixed_indegree'?"),
    fault("a rule without its number", "source: exc, target: inh, rule: fixed_indegree, weight: 1 nS, delay: 1 ms", "fixed_indegree", "rule 'fixed_indegree' needs its number", "write 'rule: {fixed_indegree: 100}'"),
    fault("a probability above 1", "source: exc, target: inh, rule: {pairwise_bernoulli: 1.5}, weight: 1 nS, delay: 1 ms", "1.5", "pairwise_bernoulli: a probability lies between 0 and 1, got 1.5"),
    fault("a weight below the receptor's minimum", ALL.replace("1 nS", "-1 nS") + ", delay: 1 ms", "-1 nS", "weight must be at least 0 nS for receptor 'ampa' (exp_conductance), got -1 nS", "inhibition has a positive weight and a reversal potential below rest"),
    fault("a weight in another unit", ALL.replace("1 nS", "1 pA") + ", delay: 1 ms", "1 pA", "weight needs conductance (nS) for receptor 'ampa' of 'inh', got current (pA)", "write for example '1 nS'"),
    fault("a law of weights that goes below the minimum", ALL.replace("1 nS", "{normal: [1 nS, 2 nS]}") + ", delay: 1 ms", "{normal", "connection 'c': weights down to -11.7 nS are below the minimum 0 nS of receptor 'ampa' (exp_conductance)", "truncate the law with min: ..., or correct the values"),
    fault("a matrix of another rule", "source: exc, target: inh, rule: {pairwise_bernoulli: 0.5}, weight: {matrix: [[1 nS]]}, delay: 1 ms", "{matrix", "a matrix of weights is for the rule 'all_to_all'", "write 'rule: all_to_all'; where the matrix has 0 there is no synapse"),
    fault("a matrix of many", "source: [exc, inh], target: inh, rule: all_to_all, weight: {matrix: [[1 nS]]}, delay: 1 ms", "{matrix", "a matrix of weights joins one population, or a slice of it, to one", "write one connection for each"),
    fault("a matrix of few rows", "source: exc 0..1, target: inh 0..2, rule: all_to_all, weight: {matrix: [[1 nS, 2 nS, 3 nS]]}, delay: 1 ms", "[[1 nS", "the matrix of weights needs a row for each of 2 sources, got 1", "write for example [[1 pA, 0 pA], [2 pA, 3 pA]]: a row for each source"),
    fault("a matrix of short rows", "source: exc 0..1, target: inh 0..2, rule: all_to_all, weight: {matrix: [[1 nS, 2 nS, 3 nS], [4 nS]]}, delay: 1 ms", "[4 nS", "a row of the matrix of weights needs a value for each of 3 targets, got 1", "write 0 where there is no synapse, with its unit"),
    fault("flags of a list", "source: exc, target: inh, rule: {pairs: [[0, 1]]}, autapses: false, weight: 1 nS, delay: 1 ms", "false", "the rule 'pairs' joins the pairs of its list, whatever they are", "leave 'autapses' out, and such pairs too"),
    fault("the same neurons twice", "source: [exc, exc], target: inh, rule: all_to_all, weight: 1 nS, delay: 1 ms", "exc", "source: the same neurons are named twice", "name them once"),
    fault("weights that are too far apart", "source: exc, target: inh, rule: {pairs: [[0, 1], [1, 1]]}, weight: [1 uS, 1e-8 nS], delay: 1 ms", "[1 uS", "the weights onto receptors 'ampa' are too far apart: all of them are kept as whole multiples of one quantum, in 32 bits", "take out weights that are a millionth of others, or give them a receptor of another name"),
    fault("a neuron without a target beside itself", "source: inh, target: inh 0, rule: {fixed_outdegree: 1}, autapses: false, weight: 1 nS, delay: 1 ms", "{fixed_outdegree", "a neuron of 'inh' has no target beside itself", "allow autapses, or give 'inh' more neurons"),
    fault("no delay", ALL, "c:", "connection 'c' has no 'delay'", "write for example 'delay: 1.5 ms'"),
    fault("a key that is not there", ALL + ", delay: 1 ms, wait: 3", "wait", "'wait' is not a key of a connection", "valid keys: source, target, receptor, transmit, rule, weight, delay, autapses, multapses, like"),
    fault("a receptor that is not there", ALL + ", receptor: gaba, delay: 1 ms", "gaba", "population 'inh' has no receptor 'gaba'", "its receptors: ampa"),
    fault("multapses that cannot be ruled out", "source: exc, target: inh, rule: {fixed_total_number: 5}, multapses: false, weight: 1 nS, delay: 1 ms", "false", "this rule gives some pairs several synapses: it has no 'multapses: false'", "take pairwise_bernoulli or fixed_indegree"),
]


@pytest.mark.faults
@pytest.mark.parametrize("case", ids(CASES))
def test_a_connection_that_cannot_be_is_refused(hillock, tmp_path, case):
    check_run(hillock, tmp_path, case)


@pytest.mark.faults
def test_more_synapses_than_fit_are_refused_before_anything_is_built(call, tmp_path):
    """42."""
    (tmp_path / "config.yaml").write_text(BASE.replace("size: 20", "size: 1000000").replace("size: 5", "size: 1000000")
                                          + "  c: {source: exc, target: inh, rule: all_to_all, weight: 1 nS, delay: 1 ms}")
    done = call("run", "config.yaml", "--out", "x.h5", expect=6)
    assert done.stderr.startswith("error: the 1e+12 synapses of this config need about 2e+03 GB of memory, ")
    assert not list(tmp_path.glob("x.h5*"))


@pytest.mark.faults
def test_empty_populations_are_connected_to_nothing(run_hillock):
    """37."""
    empty = ("  c: {source: exc, target: inh, rule: {pairwise_bernoulli: 0.5}, weight: 1 nS, delay: 1 ms}\n"
             "  d: {source: inh, target: exc, rule: {fixed_total_number: 0}, weight: 1 nS, delay: 1 ms}\n")
    check_same_spikes(run_hillock, driven("", ("size: 5", "size: 0")), driven(empty, ("size: 5", "size: 0")))


@pytest.mark.faults
@pytest.mark.parametrize("setting", ["connections.c.delay: 2 ms", "connections.c.rule: {fixed_indegree: 3}", "connections.c.target: exc"])
def test_only_the_weights_of_connections_change_during_a_run(run_hillock, setting):
    config = BASE + f"  c: {{source: exc, target: inh, rule: all_to_all, weight: 1 nS, delay: 1 ms}}\nat: {{5 ms: {{set: {{{setting}}}}}}}\n"
    assert "only parameters of models, values of inputs and weights can change during a run" in run_hillock(config, expect=2).stderr


CHANGING = """
simulation: {duration: 40 ms, dt: 0.1 ms}
vars: {w: 100 pA}
populations:
  click: {size: 2, model: relay, receptors: {in: {model: sum}}}
  cell: {size: 3, model: lif, receptors: {in: {model: exp_current, tau: 2 ms}}}
inputs: {clock: {type: regular, target: click, interval: 5 ms, weight: 1}}
connections: {c: {source: click, target: cell, rule: {pairs: [[0, 0], [1, 1], [0, 2], [1, 2]]}, weight: = w, delay: 3 ms}}
at:
  16.9 ms: {set: {vars.w: 300 pA}}
  30 ms: {set: {connections.c.weight: [10 pA, 20 pA, 30 pA, 40 pA]}}
record: {cell: {I_in: {every: 0.1 ms}, dtype: float64}, click: [spikes]}
"""


def test_what_arrives_after_a_change_has_the_new_weight(run_hillock):
    run = run_hillock(CHANGING)
    with h5py.File(run.output) as file:
        current, sent = file["report/cell/I_in"][()], np.unique(file["spikes/click/timestamps"][()])
    arrivals = np.rint((sent + 3) / 0.1).astype(int)
    jumps = {round(at * 0.1, 1): current[at] - current[at - 1] * np.exp(-0.1 / 2) for at in arrivals if at < 400}
    before, between, after = ([jump for at, jump in jumps.items() if low < at <= high] for low, high in ((0, 16.9), (16.9, 30), (30, 40)))
    assert len(before) > 1 and len(between) > 1 and len(after) > 1
    for found, expected in ((before, [100, 100, 200]), (between, [300, 300, 600]), (after, [10, 20, 70])):
        np.testing.assert_allclose(found, np.tile(expected, (len(found), 1)), rtol=1e-6)
    one, three = run_hillock(MIXED + LATER, "--threads", "1").output, run_hillock(MIXED + LATER, "--threads", "3").output
    assert same_bytes(datasets(one), datasets(three)) and not same_bytes(datasets(one), datasets(run_hillock(MIXED, "--threads", "1").output))


LATER = "at: {70 ms: {set: {connections.ee.weight: 2 nS, connections.i.weight: {uniform: [1 nS, 2 nS]}}}, 90 ms: {set: {populations.exc.params.V_th: -51 mV}}}\n"


def test_points_of_a_sweep_share_synapses_where_they_can_and_have_the_bits_of_single_runs(hillock, tmp_path):
    (tmp_path / "config.yaml").write_text(MIXED)
    sweep = "sweep: {parameters: {inputs.background.rate: [1 kHz, 2 kHz, 3 kHz], connections.ei.weight: [0.4 nS, 1 nS]}, keep: [spikes]}\n"
    (tmp_path / "sweep.yaml").write_text(MIXED + sweep)
    run_in(hillock, tmp_path, "sweep", "sweep.yaml", "--out", "sweep.h5", "--threads", "1")
    with h5py.File(tmp_path / "sweep.h5") as file:
        group = file["spikes/exc"]
        runs, times, ids_ = group["run"][()], group["timestamps"][()], group["node_ids"][()]
    point = 0
    for rate in ("1 kHz", "2 kHz", "3 kHz"):
        for weight in ("0.4 nS", "1 nS"):
            run_in(hillock, tmp_path, "run", "config.yaml", "--out", "one.h5", "--force", "--set", f"inputs.background.rate={rate}", "--set", f"connections.ei.weight={weight}")
            alone = spikes_of(tmp_path / "one.h5", "exc")
            assert len(alone[0]) > 20 and np.array_equal(times[runs == point], alone[0]) and np.array_equal(ids_[runs == point], alone[1])
            point += 1


def test_check_predicts_synapses_memory_and_how_long_they_take_to_draw(call, tmp_path):
    (tmp_path / "config.yaml").write_text(MIXED)
    facts = json.loads(call("check", "config.yaml", "--json", "--set", "simulation.threads=2").stdout)
    synapses = {one["name"]: one["synapses"] for one in facts["connections"]}
    assert synapses == {"ee": 4000, "ei": pytest.approx(1140), "i": 6000, "far": 300}
    call("run", "config.yaml", "--out", "x.h5", "--threads", "2")
    assert facts["network_seconds"] == pytest.approx(11440 * 27e-9 / 2, rel=0.2) and 4 * 11440 < facts["network_bytes"] < 40 * 11440 + 1e6
    (tmp_path / "large.yaml").write_text(MIXED.replace("size: 200", "size: 200000").replace("{fixed_indegree: 20}", "{fixed_indegree: 1000}"))
    text = call("check", "large.yaml", "--set", "simulation.threads=2").stdout
    assert "connection ei: exc to inh, receptor ampa: about 1140000 synapses of" in text and "connection i: inh to exc, inh, receptor gaba: 6000 synapses of" in text
    assert re.search(r"\n  all connections: \d\.\d+ GB, about \d\.\d s to draw on 2 threads\n", text)
