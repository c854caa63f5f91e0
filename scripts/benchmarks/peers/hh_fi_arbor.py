"""The f-I curve in Arbor: one compartment each with the built-in `hh`, in as many groups as threads, so that it vectorises."""

import arbor
import numpy as np
from arbor import units
from common import AREA, Stopwatch, arguments, currents, report

options = arguments(dt=0.01).parse_args()


class Squids(arbor.recipe):
    def __init__(self):
        arbor.recipe.__init__(self)
        self.current = currents(options)
        self.properties = arbor.neuron_cable_properties()
        self.properties.catalogue = arbor.default_catalogue()
        self.shape = arbor.segment_tree()
        self.shape.append(arbor.mnpos, arbor.mpoint(-10, 0, 0, 10), arbor.mpoint(10, 0, 0, 10), tag=1)

    def num_cells(self):
        return options.neurons

    def cell_kind(self, gid):
        return arbor.cell_kind.cable

    def global_properties(self, kind):
        return self.properties

    def cell_description(self, gid):
        decor = arbor.decor()
        decor.set_property(Vm=-65.0 * units.mV, cm=0.01 * units.F / units.m2, tempK=279.45 * units.Kelvin)
        decor.set_ion("na", rev_pot=50.0 * units.mV)
        decor.set_ion("k", rev_pot=-77.0 * units.mV)
        decor.paint("(all)", arbor.density("hh"))
        middle = "(location 0 0.5)"
        decor.place(middle, arbor.i_clamp(float(1e3 * self.current[gid] * AREA) * units.nA))
        decor.place(middle, arbor.threshold_detector(0.0 * units.mV), "spike")
        return arbor.cable_cell(self.shape, decor, arbor.label_dict(), arbor.cv_policy_single())


with Stopwatch() as build:
    recipe, context = Squids(), arbor.context(threads=options.threads)
    group = -(-options.neurons // options.threads)
    hint = arbor.partition_hint(cpu_group_size=group)
    simulation = arbor.simulation(recipe, context, arbor.partition_load_balance(recipe, context, {arbor.cell_kind.cable: hint}))
    simulation.record(arbor.spike_recording.local)
with Stopwatch() as simulate:
    simulation.run(options.duration * units.ms, options.dt * units.ms)
spikes = simulation.spikes()
report(options.spikes, spikes["time"], spikes["source"]["gid"], peer="Arbor", version=arbor.__version__, dt=options.dt, build_s=build.seconds,
       simulate_s=simulate.seconds, method=f"hh: gates cnexp, V implicit Euler; groups of {group}; {arbor.config()['arch']}, "
       f"vectorised: {arbor.config()['vectorize']}")
