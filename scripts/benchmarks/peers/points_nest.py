"""AdEx, Izhikevich and leaky integrate-and-fire neurons in NEST, at its defaults."""

from common import arguments, currents
from in_nest import run

MODELS = {
    "adex": ("aeif_cond_exp", dict(C_m=281.0, g_L=30.0, E_L=-70.6, V_m=-70.6, V_th=-50.4, Delta_T=2.0, V_peak=20.0, V_reset=-70.6, tau_w=144.0,
                                   a=4.0, b=80.5, t_ref=0.0), "adaptive Runge-Kutta-Fehlberg 4(5)"),
    "izhikevich_2003": ("izhikevich", dict(a=0.02, b=0.2, c=-65.0, d=8.0, V_th=30.0, V_m=-65.0, U_m=-13.0), "forward Euler"),
    "lif": ("iaf_psc_exp", dict(C_m=250.0, tau_m=10.0, E_L=-70.0, V_m=-70.0, V_th=-55.0, V_reset=-70.0, t_ref=2.0), "exact"),
}

parser = arguments(dt=0.1)
parser.add_argument("--model", choices=MODELS, required=True)
options = parser.parse_args()
name, parameters, method = MODELS[options.model]
run(options, name, parameters, currents(options), method)
