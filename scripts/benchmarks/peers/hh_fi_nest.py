"""The f-I curve in NEST: hh_psc_alpha, which integrates adaptively inside each step; a spike is the maximum of V.

t_ref is 2 ms: without it the model reports a spike at each step of the falling flank.
"""

from common import AREA, arguments, currents
from in_nest import run

PARAMETERS = dict(C_m=1e6 * AREA, g_Na=120e6 * AREA, g_K=36e6 * AREA, g_L=0.3e6 * AREA,  # pF, nS
                  E_Na=50.0, E_K=-77.0, E_L=-54.3, V_m=-65.0, t_ref=2.0)

options = arguments(dt=0.1).parse_args()
run(options, "hh_psc_alpha", PARAMETERS, 1e6 * AREA * currents(options), "adaptive Runge-Kutta-Fehlberg 4(5)")
