"""The f-I curve in NEST: hh_psc_alpha, which integrates adaptively inside each step; a spike is the maximum of V.

t_ref is 2 ms: without it the model reports a spike at each step of the falling flank.
"""

import nest
from common import AREA, Stopwatch, arguments, currents, report

options = arguments(dt=0.1).parse_args()
nest.verbosity = nest.VerbosityLevel.ERROR
nest.ResetKernel()
nest.set(resolution=options.dt, local_num_threads=options.threads, print_time=False)
with Stopwatch() as build:
    cells = nest.Create("hh_psc_alpha", options.neurons, dict(C_m=1e6 * AREA, g_Na=120e6 * AREA, g_K=36e6 * AREA, g_L=0.3e6 * AREA,  # pF, nS
                                                              E_Na=50.0, E_K=-77.0, E_L=-54.3, V_m=-65.0, t_ref=2.0))
    cells.I_e = list(1e6 * AREA * currents(options))  # pA
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    nest.Prepare()
with Stopwatch() as simulate:
    nest.Run(options.duration)
nest.Cleanup()
events = recorder.events
report(options.spikes, events["times"], events["senders"] - cells[0].global_id, peer="NEST", version=nest.__version__, dt=options.dt,
       build_s=build.seconds, simulate_s=simulate.seconds, method="hh_psc_alpha: adaptive Runge-Kutta-Fehlberg 4(5)")
