"""The networks of benchmarks in NEST."""

from __future__ import annotations

import nest
import networks as net
import numpy as np
from common import Stopwatch

DT = 0.1  # ms


def brunel() -> tuple:
    cells = nest.Create("iaf_psc_delta", net.EXC + net.INH, dict(C_m=250.0, tau_m=net.TAU_M, t_ref=2.0, E_L=0.0, V_reset=10.0, V_th=net.THRESHOLD, V_m=0.0))
    background = nest.Create("poisson_generator", params=dict(rate=net.BACKGROUND))
    nest.Connect(background, cells, syn_spec=dict(weight=net.JUMP, delay=1.5))
    for sources, indegree, weight in ((cells[:net.EXC], net.INDEGREE_EXC, net.JUMP), (cells[net.EXC:], net.INDEGREE_INH, -net.INHIBITION * net.JUMP)):
        nest.Connect(sources, cells, dict(rule="fixed_indegree", indegree=indegree), dict(weight=weight, delay=1.5))
    return (cells,)


def brette(network: str) -> tuple:
    synapses = dict(C_m=200.0, tau_syn_ex=5.0, tau_syn_in=10.0)
    reversal = dict(synapses, g_L=10.0, E_L=-60.0, E_ex=0.0, E_in=-80.0)
    model, exc, inh, parameters = {
        "cuba": ("iaf_psc_exp", 16.2, -90.0, dict(synapses, tau_m=20.0, E_L=-49.0, V_th=-50.0, V_reset=-60.0, t_ref=5.0)),
        "coba": ("iaf_cond_exp", 6.0, -67.0, dict(reversal, V_th=-50.0, V_reset=-60.0, t_ref=5.0)),
        "cobahh": ("hh_cond_exp_traub", 6.0, -67.0, dict(reversal, g_Na=20000.0, g_K=6000.0, E_Na=50.0, E_K=-90.0, V_T=-63.0, t_ref=3.0))}[network]
    cells = nest.Create(model, net.CELLS, parameters)
    cells.V_m = nest.random.normal(-65.0, 5.0) if network == "cobahh" else nest.random.uniform(-60.0, -50.0)
    if network != "cuba":
        kick = nest.Create("poisson_generator", params=dict(rate=1000.0, start=0.0, stop=50.0))
        nest.Connect(kick, cells, syn_spec=dict(weight=exc, delay=DT))
    rule = dict(rule="pairwise_bernoulli", p=net.PROBABILITY, allow_autapses=False)
    nest.Connect(cells[:net.EXCITATORY], cells, rule, dict(weight=exc, delay=DT))
    nest.Connect(cells[net.EXCITATORY:], cells, rule, dict(weight=inh, delay=DT))
    return (cells,)


def microcircuit(scale: float) -> tuple:
    """`scale` takes a part of the neurons, each with as many synapses as at full scale."""
    nest.keep_source_table = False  # 8 bytes for each synapse
    parameters = dict(C_m=250.0, tau_m=10.0, t_ref=2.0, V_th=-50.0, V_reset=-65.0, E_L=-65.0, tau_syn_ex=0.5, tau_syn_in=0.5)
    populations = tuple(nest.Create("iaf_psc_exp", int(size * scale), parameters) for size in net.SIZES)
    for k, cells in enumerate(populations):
        cells.V_m = nest.random.normal(net.V_MEAN[k], net.V_SD[k])
        background = nest.Create("poisson_generator", params=dict(rate=float(8.0 * net.EXTERNAL[k])))
        nest.Connect(background, cells, syn_spec=dict(weight=87.8, delay=1.5))
    for name in ("of_exc", "of_inh"):  # NEST has at most 134 million synapses of one model on a thread
        nest.CopyModel("static_synapse", name)
    numbers = np.round(np.log(1 - net.PROBABILITIES) / np.log(1 - 1 / (net.SIZES[None, :] * net.SIZES[:, None])))
    for (target, source), number in np.ndenumerate(numbers):
        if number == 0:
            continue
        exc = source % 2 == 0
        weight, delay = 87.8 * (2 if (target, source) == (0, 2) else 1 if exc else -4), 1.5 if exc else 0.75
        weights = nest.math.redraw(nest.random.normal(weight, abs(weight) * 0.1), min=0.0 if exc else -np.inf, max=np.inf if exc else 0.0)
        delays = nest.math.redraw(nest.random.normal(delay, delay / 2), min=DT / 2, max=np.inf)
        nest.Connect(populations[source], populations[target], dict(rule="fixed_total_number", N=int(number * scale)),
                     dict(synapse_model="of_exc" if exc else "of_inh", weight=weights, delay=delays))
    return populations


parser = net.arguments(("brunel", *net.BRETTE, "microcircuit"))
parser.add_argument("--scale", type=float, default=1.0, help="of the microcircuit")
options = parser.parse_args()
nest.verbosity = nest.VerbosityLevel.ERROR
nest.ResetKernel()
nest.set(resolution=DT, local_num_threads=options.threads, rng_seed=options.seed, print_time=False)
with Stopwatch() as build:
    made = brette(options.network) if options.network in net.BRETTE else brunel() if options.network == "brunel" else microcircuit(options.scale)
    recorders = [nest.Create("spike_recorder") for _ in made] if options.network != "microcircuit" or options.spikes else []
    for cells, recorder in zip(made, recorders):
        nest.Connect(cells, recorder)
    nest.Prepare()
with Stopwatch() as simulate:
    nest.Run(options.duration)
nest.Cleanup()
events = [recorder.events for recorder in recorders]
times, ids = (np.concatenate([each[key] for each in events]) if events else np.empty(0) for key in ("times", "senders"))
net.report(options, times, ids, peer="NEST", version=nest.__version__, build_s=build.seconds, simulate_s=simulate.seconds)
