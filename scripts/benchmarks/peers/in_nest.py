"""A population of one of NEST's models under constant currents."""

import argparse

import nest
import numpy as np
from common import Stopwatch, report


def run(options: argparse.Namespace, model: str, parameters: dict, amplitudes: np.ndarray, method: str) -> None:
    """Simulates and reports; amplitudes[neurons] in pA, parameters in NEST's units."""
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.set(resolution=options.dt, local_num_threads=options.threads, print_time=False)
    with Stopwatch() as build:
        cells = nest.Create(model, options.neurons, parameters)
        cells.I_e = list(amplitudes)
        recorder = nest.Create("spike_recorder")
        nest.Connect(cells, recorder)
        nest.Prepare()
    with Stopwatch() as simulate:
        nest.Run(options.duration)
    nest.Cleanup()
    events = recorder.events
    report(options.spikes, events["times"], events["senders"] - cells[0].global_id, peer="NEST", version=nest.__version__, dt=options.dt,
           build_s=build.seconds, simulate_s=simulate.seconds, method=f"{model}: {method}")
