"""Random spikes and noise against theory: escape rates, Siegert's formula, Ornstein-Uhlenbeck, Poisson, the logistic decision.

All runs have a fixed seed, so a test either always passes or always fails; the tolerances are five standard errors."""

import numpy as np
import pytest
from scipy import stats

from reference.files import report, spikes, trains
from reference.lif import Lif
from reference.statistics import autocovariance, renewal_moments

ESCAPE_MODEL = """# A leaky neuron that fires at an exponential escape rate.
name: escape
summary: Leaky integrate-and-fire neuron with escape noise
source: "Gerstner & Kistler 2002, Spiking Neuron Models, section 5.3"
inputs: {I: mV/ms}
params:
  tau:    {default: 10 ms, doc: membrane time constant}
  rate_0: {default: 0.1/ms, doc: rate at V_th}
  V_th:   {default: 10 mV, doc: soft threshold}
  width:  {default: 2 mV, doc: width of the soft threshold}
  t_ref:  {default: 2 ms, doc: absolute refractory period}
state:
  V: {init: 0 mV, doc: membrane potential}
equations:
  dV/dt: -V / tau + I
spike:
  rate: rate_0 * exp((V - V_th) / width)
  reset:
    V: 0 mV
  hold: {states: [V], for: t_ref}
"""


def standard_errors(mean, cv, n):
    """Of the mean and of the coefficient of variation of n intervals, with a margin for skewed laws."""
    return mean * cv / np.sqrt(n), cv * np.sqrt((1 + 2 * cv**2) / n)


@pytest.mark.parametrize("drive, width, t_ref", [(1.2, 2.0, 2.0), (0.8, 2.0, 0.0), (2.0, 0.5, 5.0), (0.0, 4.0, 3.0)])
def test_the_intervals_under_an_escape_rate_match_the_integral_of_the_hazard(run_hillock, tmp_path, drive, width, t_ref):
    (tmp_path / "escape.yaml").write_text(ESCAPE_MODEL)
    run = run_hillock(f"""
simulation: {{duration: 20 s, dt: 0.1 ms, seed: 11}}
populations:
  cell: {{size: 200, model: escape.yaml, params: {{width: {width} mV, t_ref: {t_ref} ms}}}}
inputs:
  drive: {{type: dc, target: cell, amplitude: {drive} mV/ms}}
record:
  cell: {{spikes: true}}
""")
    intervals = np.concatenate([np.diff(times) for times in trains(run.output, 200)])

    def hazard(age):
        V = 10 * drive * (1 - np.exp(-np.maximum(age - t_ref, 0) / 10))
        return np.where(age < t_ref, 0, 0.1 * np.exp((V - 10) / width))

    mean, cv = renewal_moments(hazard, 5000.0, 2_000_001)
    mean_error, cv_error = standard_errors(mean, cv, len(intervals))
    print(f"{len(intervals)} intervals: mean {intervals.mean()} ms, theory {mean}; CV {intervals.std() / intervals.mean()}, theory {cv}")
    # Incomplete last intervals favour short ones, by about mean/duration; the grid shifts by less than rate(0)*dt/2 of the mean.
    bias = mean * (mean * (1 + cv**2) / 20000 + 0.05 * float(hazard(np.array([t_ref]))[0]))
    assert abs(intervals.mean() - mean) < 5 * mean_error + bias
    assert abs(intervals.std() / intervals.mean() - cv) < 5 * cv_error + bias / mean


@pytest.mark.parametrize("mean, sigma_V", [(300.0, 4.0), (375.0, 5.0)])
def test_a_lif_under_white_noise_fires_at_siegerts_rate_with_the_grid_correction(run_hillock, mean, sigma_V):
    lif = Lif()
    sigma = sigma_V * lif.C_m / np.sqrt(lif.tau_m / 2)
    run = run_hillock(f"""
simulation: {{duration: 10.5 s, dt: 0.1 ms, seed: 12}}
populations:
  cell: {{size: 500, model: lif}}
inputs:
  noise: {{type: white_noise, target: cell, mean: {mean} pA, sigma: {float(sigma)!r} pA ms^0.5}}
record:
  cell: {{spikes: true}}
""")
    times, _ = spikes(run.output)
    rate = 1000 * np.sum(times > 500) / 500 / 10000
    V_mean = lif.E_L + mean * lif.tau_m / lif.C_m
    expected, uncorrected = (1000 * lif.siegert_rate(V_mean, sigma_V, dt) for dt in (0.1, 0.0))
    print(f"rate {rate} Hz, theory on the grid {expected}, without grid {uncorrected}")
    assert abs(uncorrected / expected - 1) > 0.03
    assert rate == pytest.approx(expected, rel=0.006)


@pytest.mark.parametrize("dt", ["0.1 ms", "2 ms"])
def test_the_response_to_white_noise_does_not_depend_on_dt(run_hillock, dt):
    run = run_hillock(f"""
simulation: {{duration: 400 ms, dt: {dt}, seed: 13}}
populations:
  cell: {{size: 4000, model: lif, params: {{V_th: 1 V}}}}
inputs:
  noise: {{type: white_noise, target: cell, mean: 100 pA, sigma: 200 pA ms^0.5}}
record:
  cell: {{V: {{every: 20 ms}}, dtype: float64}}
""")
    V = report(run.output)["V"][5:]                       # after ten time constants; frames are two time constants apart
    n = V.size
    sd = 200 / 250 * np.sqrt(10 / 2)
    assert V.mean() == pytest.approx(-70 + 100 * 10 / 250, abs=5 * sd * np.sqrt(1.4 / n))
    assert V.var() == pytest.approx(sd**2, rel=5 * np.sqrt(2 * 1.1 / n))


def test_noise_held_for_an_interval_has_the_variance_of_its_filter(run_hillock):
    run = run_hillock("""
simulation: {duration: 400 ms, dt: 0.1 ms, seed: 14}
populations:
  cell: {size: 4000, model: lif, params: {V_th: 1 V}}
inputs:
  noise: {type: noise, target: cell, mean: 0 pA, std: 300 pA, every: 2 ms}
record:
  cell: {V: {every: 20 ms}, I: {every: 0.5 ms, neurons: 0..99}, dtype: float64}
""")
    V = report(run.output)["V"][5:]
    held = 1 - np.exp(-2 / 10)
    expected = (300 * 10 / 250) ** 2 * held**2 / (1 - (1 - held) ** 2)
    assert V.var() == pytest.approx(expected, rel=5 * np.sqrt(2.2 / V.size))


def test_an_ornstein_uhlenbeck_input_has_its_mean_variance_and_correlation_time_from_the_start(run_hillock):
    run = run_hillock("""
simulation: {duration: 200 ms, dt: 0.5 ms, seed: 15}
populations:
  cell: {size: 5000, model: lif, params: {V_th: 1 V}}
inputs:
  noise: {type: ou, target: cell, mean: 50 pA, sigma: 20 pA, tau: 5 ms}
record:
  cell: {I: {every: 1 ms}, dtype: float64}
""")
    I = report(run.output)["I"][1:] - 50
    independent = I.size / 10                             # the correlation time is 5 frames, to both sides
    assert I.mean() == pytest.approx(0, abs=5 * 20 / np.sqrt(independent))
    for lag in (0, 1, 2, 5, 10, 20):
        assert autocovariance(I, lag) == pytest.approx(400 * np.exp(-lag / 5), abs=5 * 400 * np.sqrt(2 / independent))
    assert I[0].var() == pytest.approx(400, rel=5 * np.sqrt(2 / 5000))
    neighbours = np.mean(I[:, :-1] * I[:, 1:])
    assert abs(neighbours) < 5 * 400 / np.sqrt(independent)


def test_a_shared_ornstein_uhlenbeck_input_is_the_same_for_all_neurons(run_hillock):
    run = run_hillock("""
simulation: {duration: 50 ms, dt: 0.5 ms, seed: 15}
populations:
  cell: {size: 10, model: lif}
inputs:
  noise: {type: ou, target: cell, mean: 0 pA, sigma: 20 pA, tau: 5 ms, shared: true}
record:
  cell: {I: {every: 0.5 ms}, dtype: float64}
""")
    I = report(run.output)["I"][1:]
    assert np.all(I == I[:, :1])
    assert I[:, 0].std() > 5


XI_MODEL = """# An Ornstein-Uhlenbeck process as an equation with white noise.
name: drift
summary: Ornstein-Uhlenbeck process
source: "Uhlenbeck & Ornstein 1930, doi:10.1103/PhysRev.36.823"
inputs: {I: mV/ms}
params:
  tau:   {default: 10 ms, doc: correlation time}
  sigma: {default: 3 mV, doc: stationary standard deviation}
state:
  V: {init: 0 mV, doc: potential}
equations:
  dV/dt: -V / tau + sigma * sqrt(2 / tau) * xi + I
"""


@pytest.mark.parametrize("method, dt", [("auto", 0.1), ("auto", 5.0), ("euler_maruyama", 0.1), ("euler_maruyama", 2.0)])
def test_an_equation_with_white_noise_has_the_variance_and_correlation_its_method_promises(run_hillock, tmp_path, method, dt):
    """Exact for any dt under auto; under Euler-Maruyama the recursion's own variance, sigma^2/(1 - dt/(2 tau))."""
    (tmp_path / "drift.yaml").write_text(XI_MODEL)
    run = run_hillock(f"""
simulation: {{duration: 1 s, dt: {dt} ms, method: {method}, seed: 16}}
populations:
  cell: {{size: 2000, model: drift.yaml}}
record:
  cell: {{V: {{every: 10 ms}}, dtype: float64}}
""")
    V = report(run.output)["V"][15:]
    decay = np.exp(-dt / 10) if method == "auto" else 1 - dt / 10
    variance = 9.0 if method == "auto" else 9 / (1 - dt / 20)
    independent = V.size / 1.4                            # squares of frames one tau apart correlate by exp(-2)
    assert V.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / independent))
    per_frame = decay ** round(10 / dt)
    assert autocovariance(V, 1) / V.var() == pytest.approx(per_frame, abs=5 / np.sqrt(independent))
    assert V.mean() == pytest.approx(0, abs=5 * 3.2 * np.sqrt(2.2 / V.size))


def arrivals(run_hillock, rate, shared="false", size=500):
    """Spikes that arrive at each neuron in each step of 1 ms: [step, neuron]."""
    run = run_hillock(f"""
simulation: {{duration: 1001 ms, dt: 1 ms, seed: 17}}
populations:
  cell: {{size: {size}, model: logistic, receptors: {{dendrite: {{model: sum}}}}}}
inputs:
  spikes: {{type: poisson, target: cell, receptor: dendrite, rate: {rate} Hz, weight: 0.5, shared: {shared}}}
record:
  cell: {{I_dendrite: {{every: 1 ms}}, dtype: float64}}
""")
    counts = report(run.output)["I_dendrite"][1:] / 0.5
    assert counts.shape == (1000, size)
    assert np.all(counts == np.rint(counts))
    return counts


@pytest.mark.parametrize("rate", [20.0, 500.0, 2000.0, 20000.0])
def test_poisson_input_has_poisson_counts_also_with_several_spikes_per_step(run_hillock, rate):
    counts = arrivals(run_hillock, rate)
    expected = rate / 1000
    n = counts.size
    assert counts.mean() == pytest.approx(expected, abs=5 * np.sqrt(expected / n))
    assert counts.var() == pytest.approx(expected, abs=5 * np.sqrt((expected + 2 * expected**2) / n))
    law = stats.poisson(expected)
    values = np.arange(law.ppf(1e-4), law.ppf(1 - 1e-4) + 1)
    observed = np.array([np.sum(counts == k) for k in values] + [np.sum(counts < values[0]), np.sum(counts > values[-1])])
    predicted = n * np.append(law.pmf(values), [law.cdf(values[0] - 1), law.sf(values[-1])])
    kept = predicted > 5
    chi_square = np.sum((observed - predicted)[kept] ** 2 / predicted[kept])
    assert stats.chi2.sf(chi_square, kept.sum() - 1) > 1e-6
    centred = counts - expected
    for product in (centred[1:] * centred[:-1], centred[:, 1:] * centred[:, :-1]):    # in time, between neurons
        assert abs(product.mean()) < 5 * expected / np.sqrt(product.size)


def test_shared_poisson_input_is_the_same_for_all_neurons(run_hillock):
    counts = arrivals(run_hillock, 500.0, "true", 20)
    assert np.all(counts == counts[:, :1])
    assert counts[:, 0].mean() == pytest.approx(0.5, abs=5 * np.sqrt(0.5 / 1000))


@pytest.mark.parametrize("dt, interval", [(1.0, 1.0), (0.5, 2.0)])
def test_the_logistic_neuron_fires_with_the_logistic_probability_once_per_interval(run_hillock, dt, interval):
    decisions, size = 4000, 300
    run = run_hillock(f"""
simulation: {{duration: {decisions * interval} ms, dt: {dt} ms, seed: 18}}
populations:
  cell: {{size: {size}, model: logistic, params: {{bias: {{linspace: [-5, 5]}}, interval: {interval} ms}}}}
inputs:
  drive: {{type: dc, target: cell, amplitude: 0.75}}
record:
  cell: {{spikes: true}}
""")
    times, ids = spikes(run.output)
    assert np.array_equal(times, np.rint(times / interval) * interval)
    counts = np.bincount(ids.astype(int), minlength=size)
    p = 1 / (1 + np.exp(-(np.linspace(-5, 5, size) + 0.75)))
    z = (counts - decisions * p) / np.sqrt(decisions * p * (1 - p))
    assert 1e-6 < stats.chi2.cdf(np.sum(z**2), size) < 1 - 1e-6
    # Decisions are independent in time: as many pairs of successive spikes as chance has.
    fired = np.zeros((decisions + 1, size), dtype=bool)
    fired[np.rint(times / interval).astype(int), ids.astype(int)] = True
    pairs = np.sum(fired[1:-1] & fired[2:])
    expected = np.sum(p**2) * (decisions - 1)
    spread = np.sqrt(np.sum(p**2 * (1 - p**2) + 2 * (p**3 - p**4)) * decisions)
    assert abs(pairs - expected) < 5 * spread
