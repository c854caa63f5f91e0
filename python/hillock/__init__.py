"""hillock simulates spiking neurons: ``hillock.run("config.yaml")["cell"].V`` is the membrane potential [time, neuron].

    run = hillock.run("configs/quickstart.yaml")        # or a dict
    run["cell"].V, run["cell"].time, run["cell"].spikes.timestamps
    hillock.plot.trace(run["cell"])

Times are in ms, potentials in mV, currents in pA, conductances in nS; ``.units`` says it of each variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._features import feature_list, features
from ._hillock import version as __version__
from ._statistics import Statistics, statistic_list, statistics
from .analysis import Analysis
from .around_spikes import AroundSpikes
from .errors import (ConfigWarning, Diagnostic, HillockError, InternalError, IoError, NotRecordedError, NumericsError,
                     ResourceError, UserError)
from .results import Population, Report, Run, Spikes
from .simulation import Connection, SimulatedPopulation, Simulation, Snapshot, check, models, open, run
from .sweeps import Sweep, sweep
from .weights import Weights

if TYPE_CHECKING:
    from . import plot

__all__ = ["Analysis", "AroundSpikes", "ConfigWarning", "Connection", "Diagnostic", "HillockError", "InternalError", "IoError",
           "NotRecordedError", "NumericsError", "Population", "Report", "ResourceError", "Run", "SimulatedPopulation", "Simulation", "Snapshot", "Spikes", "Statistics",
           "Sweep", "UserError", "Weights", "__version__", "check", "feature_list", "features", "models", "open", "plot", "run", "statistic_list", "statistics",
           "sweep"]


def __getattr__(name: str) -> Any:
    if name == "plot":  # Matplotlib is imported only by those who plot
        import importlib

        return importlib.import_module(".plot", __name__)
    raise AttributeError(f"module 'hillock' has no attribute '{name}'")
