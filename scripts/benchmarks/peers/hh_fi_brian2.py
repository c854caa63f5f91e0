"""The f-I curve in Brian2: C++ standalone with OpenMP, exponential Euler."""

import tempfile

import brian2 as b2
from brian2 import NeuronGroup, SpikeMonitor, cm, device, mV, ms, msiemens, uA, ufarad
from common import Stopwatch, arguments, currents, report

EQUATIONS = """
dV/dt = (I - g_Na*m**3*h*(V - E_Na) - g_K*n**4*(V - E_K) - g_L*(V - E_L))/C_m : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
alpha_m = 0.1*(V/mV + 40)/(1 - exp(-(V/mV + 40)/10))/ms : Hz
beta_m = 4*exp(-(V/mV + 65)/18)/ms : Hz
alpha_h = 0.07*exp(-(V/mV + 65)/20)/ms : Hz
beta_h = 1/(1 + exp(-(V/mV + 35)/10))/ms : Hz
alpha_n = 0.01*(V/mV + 55)/(1 - exp(-(V/mV + 55)/10))/ms : Hz
beta_n = 0.125*exp(-(V/mV + 65)/80)/ms : Hz
I : amp/meter**2 (constant)
"""

options = arguments(dt=0.01).parse_args()
with tempfile.TemporaryDirectory() as folder, Stopwatch() as whole:
    b2.set_device("cpp_standalone", build_on_run=False, directory=folder)
    b2.prefs.devices.cpp_standalone.openmp_threads = options.threads if options.threads > 1 else 0
    b2.prefs.devices.cpp_standalone.extra_make_args_unix = ["-j2"]
    b2.defaultclock.dt = options.dt * ms
    values = dict(C_m=1 * ufarad / cm**2, g_Na=120 * msiemens / cm**2, g_K=36 * msiemens / cm**2, g_L=0.3 * msiemens / cm**2,
                  E_Na=50 * mV, E_K=-77 * mV, E_L=-54.3 * mV)
    cells = NeuronGroup(options.neurons, EQUATIONS, threshold="V > 0*mV", refractory="V > 0*mV", method="exponential_euler", namespace=values)
    cells.V = -65 * mV
    for gate in "mhn":
        setattr(cells, gate, f"alpha_{gate}/(alpha_{gate} + beta_{gate})")
    cells.I = currents(options) * uA / cm**2
    monitor = SpikeMonitor(cells)
    b2.run(options.duration * ms)
    device.build(directory=folder, compile=True, run=True, with_output=False)
    simulate = device._last_run_time
    times, ids = monitor.t / ms, monitor.i[:]
report(options.spikes, times, ids, peer="Brian2", version=b2.__version__, dt=options.dt, build_s=whole.seconds - simulate, simulate_s=simulate,
       method="exponential Euler; C++ standalone, OpenMP")
