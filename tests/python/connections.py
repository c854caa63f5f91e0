"""A network whose connections are recorded: within and between populations and slices of them, drawn and given."""

from __future__ import annotations

NETWORK = """simulation: {duration: 100 ms, dt: 0.1 ms, seed: 7}
populations:
  exc:
    size: 60
    model: lif
    params: {t_ref: 2 ms}
    receptors: {ampa: {model: exp_current, tau: 2 ms}, gaba: {model: exp_current, tau: 5 ms}}
  inh: {like: exc, size: 17}
inputs: {background: {type: poisson, target: [exc, inh], receptor: ampa, rate: 3 kHz, weight: 120 pA}}
connections:
  ee: {source: exc, target: exc, receptor: ampa, rule: {fixed_indegree: 12}, weight: {lognormal: [20 pA, 0.5]}, delay: {uniform: [0.3 ms, 5 ms]}}
  x: {source: [exc, inh 3..9], target: [inh, exc 0..19, exc 30..39], receptor: gaba, rule: {fixed_outdegree: 5}, weight: = -1 pA * (1 + source), delay: 1.5 ms}
  pairs: {source: inh, target: inh, receptor: gaba, rule: {pairs: [[3, 1], [0, 16], [3, 1], [16, 0], [5, 1]]}, weight: [1 pA, 2 pA, 3 pA, 4 pA, 5 pA], delay: 1 ms}
  none: {source: exc, target: inh, receptor: ampa, rule: {pairwise_bernoulli: 0}, weight: 1 pA, delay: 1 ms}
"""
# What is recorded of each connection: a group for each pair of populations.
GROUPS = {"ee": ("exc", "exc"), "x.exc.inh": ("exc", "inh"), "x.exc.exc": ("exc", "exc"), "x.inh.inh": ("inh", "inh"), "x.inh.exc": ("inh", "exc"),
          "pairs": ("inh", "inh"), "none": ("exc", "inh")}


def edge_bytes(file) -> int:
    """What `check` says that the edges of a file take: each with five numbers and a range, and the neurons at both ends."""
    groups = file["edges"].values()
    sizes = [(len(one["0/delay"]), len(one["indices/source_to_target/node"]), len(one["indices/target_to_source/node"])) for one in groups]
    return sum(56 * edges + 24 * sources + 40 * targets + 20_000 for edges, sources, targets in sizes)
