"""The networks of benchmarks in Brian2: C++ standalone, OpenMP where there are several threads."""

from __future__ import annotations

import tempfile

import brian2 as b2
import networks as net
import numpy as np
from brian2 import Hz, NeuronGroup, PoissonInput, SpikeMonitor, Synapses, device, mV, ms, nS
from common import Stopwatch

CONDUCTANCES = """dge/dt = -ge/(5*ms) : siemens
dgi/dt = -gi/(10*ms) : siemens
"""
COBAHH = """dv/dt = (10*nS*(-60*mV - v) + ge*(0*mV - v) + gi*(-80*mV - v) + 20000*nS*m**3*h*(50*mV - v) + 6000*nS*n**4*(-90*mV - v))/(200*pF) : volt
dm/dt = am*(1-m) - bm*m : 1
dh/dt = ah*(1-h) - bh*h : 1
dn/dt = an*(1-n) - bn*n : 1
u = v/mV + 63 : 1
am = 0.32*(13 - u)/(exp((13 - u)/4) - 1)/ms : Hz
bm = 0.28*(u - 40)/(exp((u - 40)/5) - 1)/ms : Hz
ah = 0.128*exp((17 - u)/18)/ms : Hz
bh = 4/(1 + exp((40 - u)/5))/ms : Hz
an = 0.032*(15 - u)/(exp((15 - u)/5) - 1)/ms : Hz
bn = 0.5*exp((10 - u)/40)/ms : Hz
"""


def brunel() -> tuple:
    """All parts; the last is what records."""
    number = net.EXC + net.INH
    cells = NeuronGroup(number, "dv/dt = -v/(20*ms) : volt (unless refractory)", threshold="v > 20*mV", reset="v = 10*mV", refractory=2 * ms, method="exact")
    background = PoissonInput(cells, "v", net.INDEGREE_EXC, net.BACKGROUND / net.INDEGREE_EXC * Hz, weight=net.JUMP * mV)
    chosen = np.random.default_rng(options.seed)
    parts = [cells, background]
    for first, end, indegree, jump in ((0, net.EXC, net.INDEGREE_EXC, net.JUMP), (net.EXC, number, net.INDEGREE_INH, -net.INHIBITION * net.JUMP)):
        synapses = Synapses(cells, cells, on_pre=f"v_post += {jump}*mV", delay=1.5 * ms)
        synapses.connect(i=chosen.integers(first, end, number * indegree, dtype=np.int32), j=np.repeat(np.arange(number, dtype=np.int32), indegree))
        parts.append(synapses)
    return (*parts, SpikeMonitor(cells))


def brette(network: str) -> tuple:
    """All parts; the last is what records."""
    exc, inh = "6*nS", "67*nS"
    if network == "cuba":
        exc, inh = "1.62*mV", "-9*mV"
        equations = "dv/dt = (ge + gi - (v + 49*mV))/(20*ms) : volt (unless refractory)\n" + CONDUCTANCES.replace("siemens", "volt")
    elif network == "coba":
        equations = "dv/dt = (10*nS*(-60*mV - v) + ge*(0*mV - v) + gi*(-80*mV - v))/(200*pF) : volt (unless refractory)\n" + CONDUCTANCES
    else:
        equations = COBAHH + CONDUCTANCES
    rule = dict(threshold="v > -20*mV", refractory=3 * ms) if network == "cobahh" else dict(threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms)
    cells = NeuronGroup(net.CELLS, equations, method="exact" if network == "cuba" else "exponential_euler", **rule)
    cells.v = "-65*mV + randn()*5*mV" if network == "cobahh" else "-60*mV + rand()*10*mV"
    parts = [cells]
    for condition, effect in ((f"i < {net.EXCITATORY}", "ge += " + exc), (f"i >= {net.EXCITATORY}", "gi += " + inh)):
        synapses = Synapses(cells, cells, on_pre=effect)
        synapses.connect(condition + " and i != j", p=net.PROBABILITY)
        parts.append(synapses)
    if network != "cuba":
        parts.append(PoissonInput(cells, "ge", 1, 1000 * Hz, weight=6 * nS, when="thresholds"))
    return (*parts, SpikeMonitor(cells))


options = net.arguments(("brunel", *net.BRETTE)).parse_args()
with tempfile.TemporaryDirectory() as folder, Stopwatch() as whole:
    b2.set_device("cpp_standalone", build_on_run=False, directory=folder)
    b2.prefs.devices.cpp_standalone.openmp_threads = options.threads if options.threads > 1 else 0
    b2.prefs.devices.cpp_standalone.extra_make_args_unix = ["-j2"]
    b2.seed(options.seed)
    b2.defaultclock.dt = 0.1 * ms
    parts = brunel() if options.network == "brunel" else brette(options.network)
    network = b2.Network(*parts)
    network.run(50 * ms)  # of which the kick takes as long
    for part in parts:
        if options.network in ("coba", "cobahh") and isinstance(part, PoissonInput):
            part.active = False
    network.run((options.duration - 50) * ms)  # the time of the last run is what is told
    device.build(directory=folder, compile=True, run=True, with_output=False)
    simulate = device._last_run_time * options.duration / (options.duration - 50)
    times, ids = parts[-1].t / ms, parts[-1].i[:]
net.report(options, times, ids, peer="Brian2", version=b2.__version__, build_s=whole.seconds - simulate, simulate_s=simulate)
