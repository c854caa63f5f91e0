"""Each shipped config runs, and shows what it says it shows."""

import re

import h5py
import numpy as np
import pytest
import yaml

from reference import hodgkin_huxley
from reference.files import report, spikes, trains
from reference.lif import Lif
from reference.statistics import logistic_regression


def test_every_config_is_run_by_this_file(repo):
    here = open(__file__, encoding="utf-8").read()
    names = {path.stem for path in (repo / "configs").glob("*.yaml")}
    assert len(names) >= 8
    for name in names:
        assert f'"configs/{name}.yaml"' in here, f"add a test for configs/{name}.yaml"


def test_every_config_begins_with_what_it_shows(repo):
    for path in (repo / "configs").glob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert re.fullmatch(r"# [A-Z].{30,}", first), path.name


def test_quickstart_shows_one_action_potential_and_a_return_to_rest(run_hillock):
    run = run_hillock("configs/quickstart.yaml")
    times, ids = spikes(run.output)
    frames = report(run.output)
    V, t = frames["V"][:, 0], frames["time"]
    assert len(times) == 1 and ids[0] == 0
    assert 50 < times[0] < 53
    assert len(t) == 8000 and t[1] == 0.025              # V at each step
    assert V[0] == -65
    assert 35 < V.max() < 45
    assert abs(V[-1] - hodgkin_huxley.Squid().rest()) < 0.1
    assert np.all(np.abs(V[t < 50] + 65) < 0.1)
    assert V[(t > 52) & (t < 65)].min() < -70            # the after-hyperpolarisation


def test_weighted_sum_fires_only_where_the_sum_crosses_the_threshold(run_hillock):
    run = run_hillock("configs/weighted_sum.yaml")
    times, _ = spikes(run.output)
    frames = report(run.output)
    V, t = frames["V"][:, 0], frames["time"]
    assert len(times) == 1 and 220 < times[0] < 230
    lif, peak_of = Lif(), lambda start: V[(t >= start) & (t < start + 50)].max()
    potential = lambda weight: lif.psp("exp", weight, 2.0, np.arange(0, 50, 0.1)).max()
    assert potential(2244) == pytest.approx(12, abs=0.01) and potential(1122) == pytest.approx(6, abs=0.01)
    assert peak_of(20) == pytest.approx(lif.E_L + potential(1122), abs=1e-3)
    assert peak_of(120) == pytest.approx(lif.E_L + potential(2244), abs=1e-3)
    assert peak_of(320) == pytest.approx(lif.E_L + potential(2244), abs=1e-3)
    total = frames["I_strong"] + frames["I_weak"] + frames["I_inhibition"]
    assert total.max() == pytest.approx(2244 + 1122, rel=1e-6)
    assert frames["I_inhibition"].min() == pytest.approx(-1122, rel=1e-6)


def test_all_or_none_gives_no_spike_or_spikes_of_one_height(run_hillock):
    run = run_hillock("configs/all_or_none.yaml")
    _, ids = spikes(run.output)
    heights = report(run.output)["V"].max(axis=0)
    amplitudes = np.linspace(0, 40, 41)
    fired = np.isin(np.arange(41), ids)
    assert np.array_equal(fired, amplitudes > 6.5)       # the threshold lies between 6.9 and 7 (SciPy)
    assert np.array_equal(np.bincount(ids.astype(int), minlength=41), fired)
    assert np.all(heights[~fired] < -55)
    assert np.all(heights[fired] > 30)
    spread = np.ptp(heights[fired])
    assert spread < 8 and spread < 0.1 * (heights[fired].min() - heights[~fired].max())


def test_sigmoid_decision_follows_the_logistic_curve(run_hillock):
    run = run_hillock("configs/sigmoid_decision.yaml")
    _, ids = spikes(run.output)
    counts = np.bincount(ids.astype(int), minlength=1000)
    drive = np.linspace(-6, 6, 1000)
    p = 1 / (1 + np.exp(-(drive - 1)))
    z = (counts - 2000 * p) / np.sqrt(2000 * p * (1 - p))
    assert np.max(np.abs(z)) < 5.5
    assert np.mean(z**2) == pytest.approx(1, abs=5 * np.sqrt(2 / 1000))
    (slope, offset), (slope_error, offset_error) = logistic_regression(
        np.column_stack([drive, np.ones(1000)]), np.full(1000, 2000), counts)
    assert slope == pytest.approx(1, abs=5 * slope_error)
    assert offset == pytest.approx(-1, abs=5 * offset_error)


def test_logistic_regression_gives_back_the_weights_and_the_bias(run_hillock, repo):
    path = "configs/logistic_regression.yaml"
    config = yaml.safe_load((repo / path).read_text())
    run = run_hillock("configs/logistic_regression.yaml")
    times, _ = spikes(run.output)
    decisions = 200
    inputs = np.zeros((decisions, 6))
    for column, name in enumerate(config["inputs"]):
        inputs[[int(time.split()[0]) - 1 for time in config["inputs"][name]["times"]], column] = 1
    inputs[:, 5] = 1
    assert np.linalg.matrix_rank(inputs) == 6
    assert np.all(np.abs(inputs[:, :5].mean(axis=0) - 0.5) < 0.15)
    fired = np.bincount(np.rint(times).astype(int), minlength=decisions + 2)[1 : decisions + 1]
    weights, errors = logistic_regression(inputs, np.full(decisions, 1000), fired)
    truth = [config["inputs"][name]["weight"] for name in config["inputs"]] + [config["populations"]["cell"]["params"]["bias"]]
    print(weights, errors)
    assert np.all(errors < 0.02)
    assert np.all(np.abs(weights - truth) < 5 * errors)


def test_lif_step_fires_at_the_times_of_the_closed_form(run_hillock):
    run = run_hillock("configs/lif_step.yaml")
    times, _ = spikes(run.output)
    expected = Lif().spike_times(500, 250, onset=50)
    assert len(expected) == 12
    assert len(times) == len(expected)
    assert np.max(np.abs(times - expected)) < 1e-9
    frames = report(run.output)
    t, V = frames["time"], frames["V"][:, 0]
    assert np.all(V[t <= 50] == -70)
    end = V[np.searchsorted(t, 250 - 1e-9)]
    after = t > 250
    assert np.max(np.abs(V[after] - (-70 + (end + 70) * np.exp(-(t[after] - 250) / 10)))) < 1e-4    # float32


def test_noisy_lif_fires_irregularly_at_siegerts_rate(run_hillock):
    run = run_hillock("configs/noisy_lif.yaml")
    all_times = trains(run.output, 200)
    rate = 1000 * np.mean([np.sum(times > 200) for times in all_times]) / 4800
    expected = 1000 * Lif().siegert_rate(-58, 4, 0.1)
    assert rate == pytest.approx(expected, rel=0.025)
    intervals = np.concatenate([np.diff(times) for times in all_times])
    assert 0.4 < intervals.std() / intervals.mean() < 1.1
    assert intervals.min() > 2                           # the refractory period
    assert report(run.output)["V"].shape == (5000, 3)


def test_own_model_fires_with_the_period_of_its_closed_form(run_hillock):
    run = run_hillock("configs/own_model.yaml")
    C, k, rest, threshold, peak, reset = 100.0, 0.7, -60.0, -40.0, 30.0, -50.0
    middle, rheobase = (rest + threshold) / 2, k * (threshold - rest) ** 2 / 4
    assert rheobase == pytest.approx(70)
    for current, times in zip(np.linspace(20, 200, 10), trains(run.output, 10)):
        if current < rheobase:
            assert len(times) == 0
            continue
        surplus = current - rheobase
        angle = lambda V: np.arctan((V - middle) * np.sqrt(k / surplus))
        period = C / np.sqrt(k * surplus) * (angle(peak) - angle(reset))
        assert len(times) > 5
        assert np.max(np.abs(np.diff(times) - period)) < 1e-3


def test_f_i_membranes_begin_with_a_jump_and_every_axon_is_measured(run_hillock):
    run = run_hillock("configs/f_i_membranes.yaml")
    currents = np.linspace(0, 48, 25)
    all_times = trains(run.output, 25, "axon")
    with h5py.File(run.output) as file:
        assert list(file["report"]) == []                # no trace of the whole run is written
        shapes = file["around_spikes/axon"]
        V, ids, at = (shapes[name][:] for name in ("V", "node_ids", "timestamps"))
        shapes_left_out = shapes.attrs["left_out_at_start"] + shapes.attrs["left_out_at_end"]
        rate, count, amplitude, base = (file["analysis/axon"][name][:] for name in ("rate", "spikes", "AP_amplitude", "voltage_base"))
    assert np.array_equal(count, [np.sum((times >= 100) & (times <= 900)) for times in all_times])
    assert np.allclose(rate, count / 0.8)
    firing = rate > 10
    first = currents[firing][0]
    assert 6 <= first <= 8 and rate[firing][0] > 55      # type 2: no slow firing
    assert np.all(np.diff(rate[firing]) > 0) and np.all(rate[currents < first] < 5)
    assert np.all(np.diff(amplitude[firing]) < 0)        # sodium channels have less time to recover
    assert V.shape == (sum(map(len, all_times)) - shapes_left_out, 281)
    heights = [V[(ids == k) & (at > 200)].max(axis=1).mean() for k in np.flatnonzero(firing)]
    assert np.all(np.diff(heights) < 0) and 0 < min(heights) < max(heights) < 50
    assert np.all(np.isnan(amplitude[:2])) and np.all(np.abs(base - hodgkin_huxley.Squid().rest()) < 0.1)


def table(path):
    """The columns of a sweep's file."""
    with h5py.File(path) as file:
        assert file.attrs["complete"] == 1 and np.all(file["status"][:] == 0)
        return {name: item[:] for name, item in file.items() if isinstance(item, h5py.Dataset)}


@pytest.fixture
def swept(call, repo, tmp_path):
    """`swept(config)` runs a shipped config's sweep and returns its table."""

    def run(config):
        call("sweep", repo / config, "--out", "swept.h5")
        return table(tmp_path / "swept.h5")

    return run


def test_f_i_curve_begins_with_a_jump_at_the_same_current_as_25_membranes_do(swept, run_hillock):
    found = swept("configs/f_i_curve.yaml")
    current, rate = found["amplitude"], found["rate"]
    assert len(rate) == 1000 and np.array_equal(current[[0, -1]], [0, 48]) and np.allclose(np.diff(current), 48 / 999)
    firing = rate > 10
    first = np.flatnonzero(firing)[0]
    assert 6 < current[first] < 7 and rate[first] > 50 and np.all(firing[first:])     # type 2: no slow firing
    assert np.all(np.diff(rate[first:]) >= 0) and np.all(rate[:first] < 10)
    assert np.all(np.diff(found["AP_amplitude"][first + 100:][::50]) < 0)    # sodium channels have less time to recover
    with h5py.File(run_hillock("configs/f_i_membranes.yaml").output) as file:
        together = file["analysis/axon/rate"][:]
    near = [np.abs(current - one).argmin() for one in np.linspace(0, 48, 25)]
    assert np.all(np.abs(rate[near] - together) <= 1.25 + 1e-9)    # one spike in 0.8 s: the currents differ by up to 0.024
    times, _ = spikes(run_hillock("configs/f_i_curve.yaml").output, "axon")
    assert 50 < np.sum((times >= 100) & (times < 900)) < 60


def test_adex_parameter_map_has_adapting_neurons_and_bursting_ones(swept, run_hillock):
    found = swept("configs/adex_parameter_map.yaml")
    grid = {name: values.reshape(27, 23) for name, values in found.items()}
    rate, cv, lv, reset = (grid[name] for name in ("rate", "cv", "lv", "V_reset"))
    assert np.array_equal(reset[:, 0], np.arange(-70.0, -43.0)) and np.allclose(grid["b"][0], np.arange(20, 241, 10))
    assert np.all(np.diff(rate, axis=1) <= 0)            # adaptation slows the neuron
    low, high = reset[:, 0] < -60, reset[:, 0] > -46
    assert np.all(lv[low] < 0.05) and np.all(cv[low][:, -1] > cv[low][:, 0])    # intervals of nearly one length, but for their beginning
    assert np.all(cv[high][:, 2:] > 1) and np.all(lv[high][:, 2:] > 0.1)    # bursts
    assert len(spikes(run_hillock("configs/adex_parameter_map.yaml").output)[0]) > 20


def test_sensitivity_ranks_the_inputs_by_weight_times_rate(swept, run_hillock):
    found = swept("configs/sensitivity.yaml")
    inputs = {"few": (200, 0.1), "many": (20, 4), "inhibition": (60, 0.8)}    # weight, pA; rate, 1/ms
    assert len(found["rate"]) == 400 and np.array_equal(np.bincount(found["repeat"]), [100] * 4)
    assert np.array_equal(np.unique(found["seed"]), [1, 2, 3, 4])
    columns = np.column_stack([found[f"{name}_weight"] for name in inputs])
    scaled = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    rate = (found["rate"] - found["rate"].mean()) / found["rate"].std()
    importance, residue, *_ = np.linalg.lstsq(scaled, rate, rcond=None)
    assert residue[0] / len(rate) < 0.05
    assert importance[1] > importance[2] > importance[0] > 0
    expected = np.array([weight * rate for weight, rate in inputs.values()])
    assert np.allclose(importance / importance.sum(), expected / expected.sum(), atol=0.05)
    assert 60 < len(spikes(run_hillock("configs/sensitivity.yaml").output)[0]) < 160


def test_rheobase_lies_between_a_current_with_and_one_without_a_spike(swept, run_hillock):
    found = swept("configs/rheobase.yaml")
    rheobase = float(found["amplitude"][0])
    assert 2.1 < rheobase < 2.5 and found["spike_count"][0] >= 1
    for current, fires in ((rheobase, True), (rheobase - 0.001, False)):
        run = run_hillock("configs/rheobase.yaml", "--set", f"inputs.step.amplitude={current!r} uA/cm2")
        assert (len(spikes(run.output, "axon")[0]) > 0) == fires


def test_strength_duration_is_lapicques_curve(swept, run_hillock):
    found = swept("configs/strength_duration.yaml")
    width, strength = np.asarray(found["width"]), np.asarray(found["amplitude"])
    assert len(width) == 200 and (width[0], width[-1]) == (0.5, 100)
    np.testing.assert_allclose(strength, 375 / -np.expm1(-width / 10), atol=0.0011, rtol=0)
    assert len(spikes(run_hillock("configs/strength_duration.yaml").output)[0]) == 0


def test_impedance_curve_of_an_axon_resonates(swept, run_hillock):
    """With less potassium conductance, nearer to where it fires by itself, more sharply and at a lower frequency (Mauro et al. 1970, J. Gen. Physiol. 55:497)."""
    found = swept("configs/impedance_curve.yaml")
    assert len(found["frequency"]) == 180 and found["impedance_magnitude"].min() > 0
    peaks, sharpness = [], []
    for conductance in (30, 40, 50):
        curve = {name: np.asarray(found[name])[np.asarray(found["g_K"]) == conductance] for name in ("frequency", "impedance_magnitude", "impedance_phase")}
        best = np.argmax(curve["impedance_magnitude"])
        peaks.append(curve["frequency"][best])
        sharpness.append(curve["impedance_magnitude"][best] / curve["impedance_magnitude"][0])
        assert curve["impedance_phase"][0] > 0 > curve["impedance_phase"][-1]  # an inductance below, a capacitance above
    assert 55 < peaks[0] < peaks[1] <= peaks[2] < 80 and sharpness[0] > sharpness[1] > sharpness[2] > 2
    assert len(spikes(run_hillock("configs/impedance_curve.yaml", "--set", "record.axon=[V, spikes]").output, "axon")[0]) == 0


def test_phase_response_of_an_axon_is_of_type_two(swept, run_hillock):
    """Delays, then advances (Hansel et al. 1995, doi:10.1162/neco.1995.7.2.307)."""
    found = swept("configs/phase_response.yaml")
    phase, shift = np.asarray(found["phase"]), np.asarray(found["phase_shift"])
    assert len(phase) == 121 and phase.min() < 0.05 and phase.max() > 0.95
    assert shift[(phase > 0.2) & (phase < 0.4)].max() < 0 < shift[(phase > 0.7) & (phase < 0.9)].min()
    assert abs(shift).max() < 0.3
    times = spikes(run_hillock("configs/phase_response.yaml").output, "axon")[0]
    assert 14 < np.diff(times)[-3:].mean() < 15.5


def test_fit_adex_finds_the_neuron_that_was_recorded(swept, run_hillock, repo):
    """The config has no word of its parameters: they stand in the one that made the recording."""
    truth = yaml.safe_load((repo / "configs/recordings/adex.yaml").read_text())
    given = yaml.safe_load((repo / "configs/fit_adex.yaml").read_text())
    fitted = [path.rsplit(".", 1)[1] for path in given["search"]["fit"]["parameters"]]
    own, recorded = (one["populations"]["cell"]["params"] for one in (given, truth))
    assert len(fitted) == 6 and own == {name: value for name, value in recorded.items() if name not in fitted}
    assert given["inputs"] == truth["inputs"] and given["simulation"] == truth["simulation"]
    found = swept("configs/fit_adex.yaml")
    assert len(found["error"]) == 4 and np.all(found["converged"] == 1) and found["error"].max() <= 0.003
    for name in fitted:
        expected = float(recorded[name].split()[0])
        assert np.all(np.abs(np.asarray(found[name]) / expected - 1) < 0.01), (name, found[name])
    assert np.all(np.asarray(found["coincidence"]) == 1) and np.all(found["spike_count"] == 16)
    assert len(spikes(run_hillock("configs/fit_adex.yaml").output)[0]) != 16    # its parameters are others


def test_the_recordings_are_what_their_config_makes(run_hillock, repo):
    run = run_hillock("configs/recordings/adex.yaml")
    times, _ = spikes(run.output)
    frames = report(run.output)
    trace = np.genfromtxt(repo / "configs/recordings/adex_trace.csv", delimiter=",", names=True, skip_header=1)
    listed = np.genfromtxt(repo / "configs/recordings/adex_spikes.csv", delimiter=",", names=True, skip_header=1)
    assert np.abs(listed["time"] - times).max() < 1e-4 and len(listed) == 16 and listed["time"][0] > 150
    assert len(trace) == 300 and np.array_equal(trace["time"], frames["time"][:300])
    assert np.abs(trace["V"] - frames["V"][:300, 0]).max() < 1e-4


def test_ring_fires_one_cell_after_the_other(run_hillock):
    times, ids = spikes(run_hillock("configs/ring.yaml").output)
    assert np.array_equal(ids[:30], np.arange(30) % 10)
    first, later = np.diff(times[:10]), np.diff(times[10:30])
    assert first[0] > 2 and np.ptp(first) < 1e-9 + 0.1 and np.all(later > 2) and np.ptp(times[20:30] - times[10:20]) < 0.11


def test_gap_pair_charges_the_other_cell_and_shows_its_spikes_as_spikelets(run_hillock):
    run = run_hillock("configs/gap_pair.yaml")
    with h5py.File(run.output) as file:
        ids, times, report = file["spikes/cell/node_ids"][()], file["spikes/cell/timestamps"][()], file["report/cell"]
        time, V, current = report["time"][()], report["V"][()], report["I_gap"][()]
    assert len(ids) == 7 and not ids.any() and times[0] > 160
    moved = V[1190] - V[150]  # by a steady current into cell 0
    assert moved[0] < -0.5 and 0.01 < moved[1] / moved[0] < 0.1
    assert np.abs(current.sum(axis=1)).max() < 1e-5 * np.abs(current).max()  # what one loses the other gets
    for spike in times:
        at = int(spike / 0.1)
        assert 1 < V[at:at + 30, 1].max() - V[at - 20, 1] < 4


def test_brunel_is_asynchronous_and_irregular_at_the_rate_that_others_find(run_hillock):
    """37.46 Hz in NEST 3.10 and 37.41 Hz in Brian2 2.9, over 1 s of all 12,500 cells."""
    run = run_hillock("configs/brunel.yaml")
    with h5py.File(run.output) as file:
        rate, cv = (file[f"analysis/exc/{name}"][()] for name in ("rate", "cv"))
        counts = np.bincount((file["spikes/exc/timestamps"][()] / 5).astype(int), minlength=60)[20:]
    assert len(rate) == 1000 and np.mean(rate) == pytest.approx(37.4, rel=0.02)
    assert 0.3 < np.nanmean(cv) < 0.5
    assert np.std(counts) < 3 * np.sqrt(np.mean(counts))  # a network that oscillates together is far above


def rhythm(rates):
    """How much a rate varies, as a part of its mean, and the frequency (Hz) at which its spectrum has its peak; of bins of 1 ms."""
    power = np.abs(np.fft.rfft(rates - rates.mean())) ** 2
    return rates.std() / rates.mean(), np.fft.rfftfreq(len(rates), 0.001)[power.argmax()]


def test_brunel_phase_diagram_has_the_states_where_the_paper_has_them(swept, run_hillock, tmp_path):
    """Limits are a third or more from what five seeds give; see figure 2B and the examples of figure 8 of Brunel (2000)."""
    swept("configs/brunel_phase_diagram.yaml")
    with h5py.File(tmp_path / "swept.h5") as file:
        points = {(round(float(g), 3), round(float(eta), 3)): k for k, (g, eta) in enumerate(zip(file["g"], file["eta"]))}
        state = {place: (*(float(file[f"exc_{name}"][k]) for name in ("rate", "cv", "correlation")), *rhythm(file["report/exc.rate/rate"][k, 100:, 0]))
                 for place, k in points.items()}
    assert len(state) == 30
    rate, cv, correlation, varies, _ = state[3, 2]  # synchronous regular: all at once, as often as t_ref allows
    assert rate > 300 and cv < 0.02 and correlation > 0.15 and varies > 0.5
    rate, cv, quiet, varies, _ = state[5, 2]  # asynchronous irregular
    assert rate == pytest.approx(37.5, rel=0.07) and 0.25 < cv < 0.6 and quiet < 0.04 and varies < 0.75
    rate, cv, correlation, varies, frequency = state[6, 4]  # synchronous irregular, fast: cells skip most of its periods
    assert 40 < rate < 80 and 0.5 < cv < 1.1 and correlation > 1.5 * quiet and varies > 0.7 and 150 < frequency < 220
    rate, cv, correlation, varies, frequency = state[4.5, 0.9]  # the same, slow
    assert 3 < rate < 12 and cv > 0.12 and correlation > quiet and varies > 1.1 and rate < frequency < 60
    excited = [state[3, eta][0] for eta in (0.9, 1.2, 2, 3, 4)]
    inhibited = [state[g, 2][0] for g in (4.5, 5, 6, 7)]
    assert min(excited) > 300 and max(inhibited) < 80 and np.all(np.diff(inhibited) < 0)
    assert state[3.5, 2][1] < 0.2 and state[3.5, 2][2] < 0.04  # between them, asynchronous and regular
    run = run_hillock("configs/brunel_phase_diagram.yaml")  # where its vars are, in the asynchronous state
    with h5py.File(run.output) as file:
        assert len(file["report/exc.rate/rate"]) == 300


def rates_and_cvs(path):
    """{population: (mean rate (Hz), median CV)} of what a config analyses."""
    with h5py.File(path) as file:
        return {name: (np.mean(group["rate"][()]), np.nanmedian(group["cv"][()])) for name, group in file["analysis"].items()}


def test_a_quarter_of_the_microcircuit_fires_about_as_the_whole_does(run_hillock):
    """The reference rates of the full network; a quarter, whose cells share more of their inputs, is more synchronous and fires up to a third more."""
    found = rates_and_cvs(run_hillock("configs/microcircuit.yaml", "--set", "vars.scale=0.25").output)
    reference = {"L23E": 0.903, "L23I": 2.965, "L4E": 4.414, "L4I": 5.876, "L5E": 7.569, "L5I": 8.633, "L6E": 1.105, "L6I": 7.829}
    assert list(found) == list(reference)
    for name, rate in reference.items():
        assert found[name][0] == pytest.approx(rate, rel=0.35), name


def test_cuba_keeps_firing_at_the_rate_that_others_find(run_hillock):
    """5.4 Hz to 5.7 Hz over 5 s in NEST 3.10 and Brian2 2.9."""
    for rate, cv in rates_and_cvs(run_hillock("configs/cuba.yaml").output).values():
        assert 5.0 < rate < 6.2 and 0.4 < cv < 0.6


def test_coba_keeps_firing_in_bursts_at_the_rate_that_others_find(run_hillock):
    """18.3 Hz to 19.5 Hz in NEST 3.10, 19.0 Hz and 19.1 Hz in Brian2 2.9."""
    for rate, cv in rates_and_cvs(run_hillock("configs/coba.yaml").output).values():
        assert 16 < rate < 22 and cv > 1


def test_cobahh_keeps_firing_in_bursts_at_the_rate_that_others_find(run_hillock):
    """35 Hz to 37 Hz in NEST 3.10, 35 Hz to 39 Hz in Brian2 2.9, 39 Hz in CoreNEURON 9.0, 43 Hz in Arbor 0.12."""
    for rate, cv in rates_and_cvs(run_hillock("configs/cobahh.yaml").output).values():
        assert 33 < rate < 45 and cv > 1.2


def test_lateral_inhibition_makes_the_edge_stand_out(run_hillock):
    with h5py.File(run_hillock("configs/lateral_inhibition.yaml").output) as file:
        rate = file["analysis/eye/rate"][()]
    dark, before, behind, bright = (rate[begin:end].mean() for begin, end in ((30, 70), (95, 100), (100, 105), (130, 170)))
    assert before < dark - 3 and behind > bright + 3 and bright > dark + 15
