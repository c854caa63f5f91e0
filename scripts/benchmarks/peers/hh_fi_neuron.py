"""The f-I curve in NEURON, or with --core in CoreNEURON: one section each with the built-in `hh`, fixed step, threads."""

import neuron
from common import AREA, Stopwatch, arguments, currents, report
from neuron import coreneuron, h

parser = arguments(dt=0.01)
parser.add_argument("--core", action="store_true", help="simulate with CoreNEURON")
options = parser.parse_args()
h.load_file("stdrun.hoc")
parallel = h.ParallelContext()
times, ids, sections, keep = h.Vector(), h.Vector(), [], []
with Stopwatch() as build:
    h.celsius, h.dt, h.secondorder, h.steps_per_ms = 6.3, options.dt, 0, 1.0 / options.dt
    for index, current in enumerate(currents(options)):
        section = h.Section(name=f"cell{index}")
        section.L = section.diam = 20.0
        section.nseg, section.cm = 1, 1.0
        section.insert("hh")
        section.ena, section.ek, section(0.5).hh.el = 50.0, -77.0, -54.3
        clamp = h.IClamp(section(0.5))
        clamp.delay, clamp.dur, clamp.amp = 0.0, 1e9, 1e3 * current * AREA  # ms, ms, nA
        detector = h.NetCon(section(0.5)._ref_v, None, sec=section)
        detector.threshold = 0.0
        parallel.set_gid2node(index, 0)
        parallel.cell(index, detector)
        parallel.spike_record(index, times, ids)
        sections.append(section)
        keep.append((clamp, detector))
    parallel.nthread(options.threads, 1)
    parallel.set_maxstep(10)
    h.CVode().cache_efficient(1)
    if options.core:
        coreneuron.enable, coreneuron.verbose = True, 0
    h.finitialize(-65.0)
with Stopwatch() as simulate:
    parallel.psolve(options.duration)
report(options.spikes, times, ids, peer="CoreNEURON" if options.core else "NEURON", version=neuron.__version__, dt=options.dt,
       build_s=build.seconds, simulate_s=simulate.seconds, method="hh: gates cnexp, V implicit Euler; rates from tables")
