"""`hillock features` against eFEL, feature by feature, on simulated, noisy and made-up traces; and what it prints."""

from __future__ import annotations

import csv
import json

import efel
import h5py
import numpy as np
import pytest
from reference.traces import write_traces

TOLERANCE = 1e-9
EFEL = set(efel.get_feature_names())
# Where eFEL means something else; docs/features.md says what. It has a test of its own. A sag between action potentials
# is an AHP: its time constant is compared on traces without.
DIFFERENT = {"time_constant"}


@pytest.fixture
def measure(call):
    """`measure(file, *options)` gives what --json prints of the only population: neuron -> feature -> array."""

    def run(path, *options):
        found = json.loads(call("features", path, "--json", *options).stdout)["populations"]
        assert len(found) == 1
        return {one["neuron"]: {name: np.array([np.nan if x is None else x for x in values], float)
                                for name, values in one["values"].items()} for one in found[0]["traces"]["neurons"]}

    return run


def clock(dt: float, samples: int) -> np.ndarray:
    """eFEL's own time axis: the step added up. On it eFEL interpolates nothing."""
    return np.concatenate([[0.0], np.cumsum(np.full(samples - 1, dt))])


def of_efel(V: np.ndarray, dt: float, start: float, stop: float, names, **settings) -> dict[str, np.ndarray]:
    names = [name for name in names if name in EFEL]  # docs/features.md says which are our own
    efel.reset()
    efel.set_setting("interp_step", dt)
    for name, value in settings.items():
        efel.set_setting(name, value)
    trace = {"T": clock(dt, len(V)), "V": V.astype(float), "stim_start": [start], "stim_end": [stop]}
    found = efel.get_feature_values([trace], names, raise_warnings=False)[0]
    return {name: np.array([] if values is None else values, float) for name, values in found.items()}


def options_of(start, stop, settings) -> list[str]:
    words = ["--start", f"{start!r} ms", "--stop", f"{stop!r} ms"]
    for name, value in settings.items():
        words += ["--setting", f"{name}={str(value).lower() if isinstance(value, bool) else value}"]
    return words


def compare(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray], what: str) -> int:
    """How many features had values; every difference at once if there is one."""
    wrong, filled = [], 0
    for name, expected in theirs.items():
        if name in DIFFERENT or (name == "sag_time_constant" and len(ours["peak_indices"]) > 0):
            continue
        if name in ("AP_fall_indices", "AP_duration_half_width"):  # eFEL goes on where there is no end
            expected = expected[:len(theirs["AP_end_indices"])]
        if len(expected) == 1 and np.isnan(expected[0]):  # the mean of nothing
            expected = expected[:0]
        if name == "decay_time_constant_after_stim" and np.any(np.abs(expected) > 1e6):  # a flat stretch: rounding only
            continue
        got = ours[name]
        filled += len(expected) > 0
        if len(got) != len(expected) or not np.all(np.abs(got - expected) <= TOLERANCE * np.maximum(1, np.abs(expected))):
            wrong.append(f"{name}: {len(got)} values {got[:4]}, eFEL {len(expected)} {expected[:4]}")
    assert not wrong, what + "\n" + "\n".join(wrong)
    return filled


MODELS = {
    "hodgkin_huxley": ("", "uA/cm2", (8, 30)),
    "adex": ("params: {Delta_T: 15 mV, V_th: -45 mV, V_peak: 20 mV, b: 10 pA}", "pA", (900, 1600)),
    "izhikevich_2003": ("", "mV/ms", (8, 20)),
}
# Off the grid, so that eFEL's added-up times cannot fall on the other side; dt = 1/32 ms adds up exactly and stays on it.
WINDOWS = {0.05: (50.0213, 180.0371), 0.025: (50.0113, 180.0171), 0.03125: (50.0, 180.0)}


@pytest.mark.parametrize("dt", WINDOWS)
@pytest.mark.parametrize("model", MODELS)
def test_features_of_simulated_traces_equal_efel(run_hillock, measure, model, dt):
    parameters, unit, (low, high) = MODELS[model]
    start, stop = WINDOWS[dt]
    on, off = round(start / dt) * dt, round(stop / dt) * dt
    run = run_hillock(f"""
simulation: {{duration: 250 ms, dt: {dt} ms, seed: {round(1 / dt)}}}
populations: {{cell: {{model: {model}, size: 6, {parameters}}}}}
inputs:
  step: {{type: dc, target: cell, amplitude: {{uniform: [{low} {unit}, {high} {unit}]}}, start: {on} ms, stop: {off} ms}}
  jitter: {{type: noise, target: cell 3..5, std: {high / 4} {unit}, every: 1 ms}}
record: {{cell: {{V: true, dtype: {"float64" if dt == 0.05 else "float32"}}}}}
""")
    spikes = 0
    with h5py.File(run.output) as file:
        V = file["report/cell/V"][:].astype(float)
        assert file["report/cell"].attrs["stimulus_start_ms"] == on and file["report/cell"].attrs["stimulus_stop_ms"] == off
    for settings in ({}, {"strict_stiminterval": True},
                     {"Threshold": -35.0, "DerivativeThreshold": 6.0, "DerivativeWindow": 2, "DownDerivativeThreshold": -5.0,
                      "rise_start_perc": 0.1, "rise_end_perc": 0.9, "voltage_base_start_perc": 0.5,
                      "voltage_base_end_perc": 0.9, "AP_phaseslope_range": 3, "ignore_first_ISI": False}):
        settings = {**settings, "stimulus_current": 0.5}
        found = measure(run.output, *options_of(start, stop, settings))
        assert sorted(found) == list(range(6))
        for neuron, ours in found.items():
            compare(ours, of_efel(V[:, neuron], dt, start, stop, ours, **settings), f"neuron {neuron}, {settings}")
            spikes += len(ours["peak_indices"])
    assert spikes > 18 * 2


@pytest.mark.parametrize("noise", [0.1, 0.5, 3.0])
@pytest.mark.parametrize("dt", WINDOWS)
def test_features_of_noisy_recordings_equal_efel(run_hillock, measure, tmp_path, dt, noise):
    start, stop = WINDOWS[dt]
    run = run_hillock(f"""
simulation: {{duration: 220 ms, dt: {dt} ms}}
populations: {{cell: {{model: hodgkin_huxley, size: 4}}}}
inputs: {{step: {{type: dc, target: cell, amplitude: {{linspace: [0 uA/cm2, 25 uA/cm2]}}, start: {round(start)} ms, stop: {round(stop)} ms}}}}
record: {{cell: {{V: true, dtype: float64}}}}
""")
    with h5py.File(run.output) as file:
        V = file["report/cell/V"][:]
    V = V + noise * np.random.default_rng(round(1000 * noise + 1 / dt)).standard_normal(V.shape)
    path = write_traces(tmp_path / "noisy.h5", dt, V)
    for settings in ({}, {"strict_stiminterval": True}, {"DerivativeWindow": 5, "Threshold": -30.0}):
        for neuron, ours in measure(path, *options_of(start, stop, settings)).items():
            compare(ours, of_efel(V[:, neuron], dt, start, stop, ours, **settings), f"noise {noise}, neuron {neuron}, {settings}")


def test_features_of_any_bumps_equal_efel(measure, tmp_path):
    """Traces made of random bumps, rounded ones among them: samples on the threshold, plateaus, spikes cut by the ends."""
    rng, dt, samples = np.random.default_rng(20), 1 / 16, 1600
    time = np.arange(samples) * dt
    V = np.empty((samples, 60))
    for k in range(V.shape[1]):
        centres, widths = rng.uniform(-1, time[-1] + 1, 12), rng.uniform(0.3, 1.5, 12)
        V[:, k] = -62 + (rng.uniform(60, 110, 12) * np.exp(-0.5 * ((time[:, None] - centres) / widths) ** 2)).sum(1)
        V[:, k] += rng.normal(0, (0, 0.2)[k % 2], samples)
        if k % 3 == 0:
            V[:, k] = np.round(V[:, k])
    start, stop = 20.03, 80.01
    path = write_traces(tmp_path / "bumps.h5", dt, V, stimulus=(start, stop))
    filled = 0
    for neuron, ours in measure(path).items():
        filled += compare(ours, of_efel(V[:, neuron], dt, start, stop, ours), f"trace {neuron}")
    assert filled > 60 * 30


def test_subthreshold_features_equal_efel(run_hillock, measure):
    """A hyperpolarised membrane with a slow outward current: sag, and relaxation behind the step."""
    dt, (start, stop) = 0.05, (100.0213, 400.0371)
    run = run_hillock(f"""
simulation: {{duration: 600 ms, dt: {dt} ms}}
populations: {{cell: {{model: adex, size: 5, params: {{a: 12 nS, tau_w: {{linspace: [30 ms, 90 ms]}}}}}}}}
inputs: {{step: {{type: dc, target: cell, amplitude: {{linspace: [-400 pA, -100 pA]}}, start: 100 ms, stop: 400 ms}}}}
record: {{cell: {{V: true, dtype: float64}}}}
""")
    with h5py.File(run.output) as file:
        V = file["report/cell/V"][:]
    settings = {"stimulus_current": -0.1}
    for neuron, ours in measure(run.output, *options_of(start, stop, settings)).items():
        theirs = of_efel(V[:, neuron], dt, start, stop, ours, **settings)
        compare(ours, theirs, f"neuron {neuron}")
        assert len(theirs["sag_amplitude"]) == len(theirs["sag_time_constant"]) == 1
        assert len(theirs["ohmic_input_resistance_vb_ssse"]) == len(theirs["decay_time_constant_after_stim"]) == 1


def test_time_constant_is_found_where_efel_comes_near_it(run_hillock, measure):
    dt = 0.05
    run = run_hillock(f"""
simulation: {{duration: 700 ms, dt: {dt} ms}}
populations: {{cell: {{model: lif, size: 4, params: {{tau_m: {{linspace: [8 ms, 30 ms]}}}}}}}}
inputs: {{step: {{type: dc, target: cell, amplitude: -200 pA, start: 100 ms, stop: 650 ms}}}}
record: {{cell: {{V: true, dtype: float64}}}}
""")
    with h5py.File(run.output) as file:
        V = file["report/cell/V"][:]
    for neuron, ours in measure(run.output, *options_of(100.0213, 650.0213, {})).items():
        tau = 8 + neuron * 22 / 3
        theirs = of_efel(V[:, neuron], dt, 100.0213, 650.0213, ["time_constant"])["time_constant"]
        assert ours["time_constant"] == pytest.approx([tau], rel=1e-6)
        assert theirs == pytest.approx([tau], rel=0.05)


# What is printed ------------------------------------------------------------------------------------------------------


def test_the_table_has_statistics_and_means(call, repo, tmp_path):
    call("run", repo / "configs" / "quickstart.yaml", "--out", "run.h5")
    lines = call("features", "run.h5", "--stop", "200 ms").stdout.splitlines()
    assert lines[:4] == ["run.h5: complete, recorded up to 200 ms", "population cell", "  spikes from 0 ms to 200 ms: 1 spike of 1 neuron",
                         "    rate  Hz  5"]
    assert lines[4] == "  /report/cell/V every 0.025 ms of 1 neuron, stimulus from 50 ms to 200 ms: means over the action potentials"
    rows = {words[0]: words[1:] for words in (line.split() for line in lines[6:])}
    assert rows["AP_amplitude"] == ["mV", "96.6129"] and rows["spike_count"] == ["1"] and "peak_indices" not in rows
    short = call("features", "run.h5").stdout.splitlines()
    assert short[-1] == ("  peaks outside of the stimulus: 1 of 1; AP_amplitude and mean_frequency leave them out "
                         "(--start and --stop choose another stimulus)")


def test_a_model_without_the_shape_says_why_there_is_none(call, repo):
    call("run", repo / "configs" / "lif_step.yaml", "--out", "run.h5")
    lines = call("features", "run.h5").stdout.splitlines()
    assert lines[2] == "  spikes from 0 ms to 300 ms: 12 spikes of 1 neuron" and lines[3] == "    rate  Hz           40"
    assert lines[-1] == ("  V never passes Threshold = -20 mV (it reaches -55.00 mV): no action potentials to measure; this model "
                         "decides on its spikes in another way, only they are counted")
    assert not any("AP_" in line for line in lines)
    chosen = call("features", "run.h5", "--feature", "AP_amplitude").stdout.splitlines()
    assert ["AP_amplitude", "mV", "-"] in [line.split() for line in chosen]


def test_csv_has_a_row_for_each_neuron_and_the_means_of_json(run_hillock, call):
    run = run_hillock("""
simulation: {duration: 100 ms, dt: 0.05 ms}
populations: {cell: {model: hodgkin_huxley, size: 9}, other: {model: lif, size: 2}}
inputs: {step: {type: dc, target: cell, amplitude: {linspace: [0 uA/cm2, 30 uA/cm2]}, start: 20 ms}}
record: {cell: {spikes: true, V: {neurons: [2, 5, 8]}}, other: [V]}
""")
    rows = list(csv.DictReader(call("features", run.output, "--csv").stdout.splitlines()))
    assert [(row["population"], row["neuron"]) for row in rows] == [("cell", str(k)) for k in range(9)] + [("other", "0"), ("other", "1")]
    cell, other = json.loads(call("features", run.output, "--json").stdout)["populations"]
    assert [train["spikes"] for train in cell["spikes"]["trains"]] == [int(row["spikes"]) for row in rows[:9]]
    assert other["spikes"] is None and rows[9]["spikes"] == "" and float(rows[9]["voltage_base (mV)"] or "nan") != 0
    for one in cell["traces"]["neurons"]:
        row = rows[one["neuron"]]
        for name, unit in cell["traces"]["units"].items():
            column = row.get(name if unit == "1" else f"{name} ({unit})")
            values = one["values"][name]
            if column is None:
                assert name.endswith("_indices")
            elif values:
                assert float(column) == pytest.approx(np.mean(values), rel=1e-12)
            else:
                assert column == ""
    assert rows[0]["AP_width (ms)"] == "" and rows[8]["AP_width (ms)"] != ""
    text = call("features", run.output, "--population", "cell", "--neurons", "5,8..8", "--csv").stdout
    assert [row["neuron"] for row in csv.DictReader(text.splitlines())] == ["5", "8"]


@pytest.mark.parametrize("parameters", [True, False])
def test_neurons_that_a_population_has_not_are_not_counted_as_silent(call, run_hillock, parameters):
    run = run_hillock("""
simulation: {duration: 50 ms, dt: 0.1 ms}
populations: {large: {size: 20, model: lif}, small: {size: 3, model: lif}}
record: {large: {spikes: true}, small: {spikes: true}}
""")
    if not parameters:  # the spikes tell as well
        with h5py.File(run.output, "r+") as file:
            del file["meta/parameters"]
    name = run.output
    assert call("features", name, "--neurons", "50", expect=2).stderr == \
        f"error: {name}: no population has a neuron 50\n  large has 20 neurons, small has 3 neurons, counted from 0\n"
    assert call("features", name, "--population", "small", "--neurons", "2,7", expect=2).stderr == \
        f"error: {name}: population 'small' has no neuron 7\n  it has 3 neurons, counted from 0\n"
    done = call("features", name, "--neurons", "2,7", "--json")
    assert done.stderr == "small is left out: it has 3 neurons, and no neuron 7.\n"
    found, = json.loads(done.stdout)["populations"]
    assert found["name"] == "large" and [train["neuron"] for train in found["spikes"]["trains"]] == [2, 7]


def test_features_and_settings_are_listed_with_unit_and_definition(call):
    lines = call("features", "--list").stdout.splitlines()
    rows = {words[0]: words[1:] for words in (line.split() for line in lines) if len(words) > 2}
    assert rows["AP_peak_upstroke"][:2] == ["mV/ms", "largest"] and rows["Threshold"][0] == "mV" and rows["cv2"][0] == "1"
    # What comes behind these has no counterpart: eFEL knows neither the current nor postsynaptic potentials.
    own = lines.index("Postsynaptic potentials:")
    for line in lines[1:own]:
        assert not line.startswith("  ") or line.split()[0] in EFEL, line
    for line in lines[own:lines.index("Statistics of the recorded spikes:")]:
        assert not line.startswith("  ") or line.split()[0] not in EFEL, line
    script = call("completion", "bash").stdout
    assert "AP_peak_upstroke" in script and "DerivativeThreshold" in script


@pytest.mark.parametrize("words, code, text", [
    (["none.h5"], 5, "error: none.h5: no such file\n"),
    ([], 2, "error: hillock features needs FILE\n  An output file, complete or partial; see hillock features --help\n"),
    (["run.h5", "--feature", "AP_ampltude"], 2, "error: 'AP_ampltude' is not a feature\n  did you mean 'AP_amplitude'?\n"),
    (["run.h5", "--feature", "x"], 2, "error: 'x' is not a feature\n  hillock features --list shows all of them\n"),
    (["run.h5", "--setting", "treshold=1"], 2, "error: 'treshold' is not a setting of the features\n  did you mean 'Threshold'?\n"),
    (["run.h5", "--setting", "Threshold"], 2, "error: --setting Threshold has no value\n  write for instance --setting Threshold=-10\n"),
    (["run.h5", "--setting", "DerivativeWindow=1.5"], 2,
     "error: setting DerivativeWindow is '1.5', expected a whole number from 1 to 1e+06 (samples, without the unit)\n"
     "  write for instance DerivativeWindow=3\n"),
    (["run.h5", "--setting", "strict_stiminterval=1"], 2,
     "error: setting strict_stiminterval is '1', expected true or false\n  write for instance strict_stiminterval=true\n"),
    (["run.h5", "--start", "50"], 2, "error: --start 50 is a pure number, expected a time\n  write for instance --start '50 ms'\n"),
    (["run.h5", "--start", "60 ms", "--stop", "50 ms"], 2,
     "error: the stimulus ends at 50 ms, but begins at 60 ms\n  choose --start and --stop so that it begins first\n"),
    (["run.h5", "--bin", "0 ms"], 2, "error: --bin 0 ms is not positive\n  write for instance --bin '5 ms'\n"),
    (["run.h5", "--bin", "1e-9 ms"], 2, "error: --bin 1e-09 ms makes more than 10000000 bins\n  choose a wider bin\n"),
    (["run.h5", "--population", "cel"], 2, "error: run.h5 has no population 'cel'\n  did you mean 'cell'?\n"),
    (["run.h5", "--neurons", "1.5"], 2,
     "error: --neurons: '1.5' is not the index of a neuron\n  write for instance --neurons 0..9 or --neurons 0,5,7\n"),
    (["run.h5", "--neurons", "3..1"], 2, "error: --neurons: '3..1' is not a range of neurons\n  write for instance --neurons 0..9\n"),
    (["traces.h5", "--neurons", "7"], 2,
     "error: traces.h5: neither spikes nor V of neuron 7 of population 'cell' were recorded\n  hillock info says what the file holds\n"),
    (["run.h5", "--csv", "--json"], 2, "error: --csv and --json are given, and only one can be printed\n  leave one of them out\n"),
])
def test_mistakes_are_named_with_their_remedy(call, repo, tmp_path, words, code, text):
    call("run", repo / "configs" / "quickstart.yaml", "--out", "run.h5", "--quiet")
    write_traces(tmp_path / "traces.h5", 0.1, np.full((100, 2), -65.0))
    done = call("features", *words, expect=code)
    assert (done.stdout, done.stderr) == ("", text)


def test_traces_in_another_unit_are_not_measured(call, tmp_path):
    write_traces(tmp_path / "plain.h5", 0.1, np.zeros((50, 1)), unit=b"1")
    assert call("features", "plain.h5").stdout.splitlines()[-1] == "  V is in '1', not in mV: no features of action potentials"


def test_a_partial_file_is_measured_up_to_what_can_be_trusted(run_hillock, call, tmp_path):
    run = run_hillock("""
simulation: {duration: 100 ms, dt: 0.05 ms}
populations: {cell: {model: hodgkin_huxley}}
inputs: {step: {type: dc, target: cell, amplitude: 10 uA/cm2, start: 20 ms}}
record: {cell: [spikes, V]}
""")
    whole = json.loads(call("features", run.output, "--json", "--stop", "60 ms").stdout)["populations"][0]
    with h5py.File(run.output, "r+") as file:
        file.attrs["complete"], file.attrs["recorded_until_ms"] = np.int8(0), 60.0
        file["report/cell/mapping/time"][1] = 60.0
        times = file["spikes/cell/timestamps"][:]
        file["spikes/cell"].attrs["recorded"] = np.array([60.0, np.sum(times <= 60)])
    cut = json.loads(call("features", run.output, "--json").stdout)["populations"][0]
    assert cut["spikes"]["spikes"] == whole["spikes"]["spikes"] == np.sum(times <= 60)
    peaks = [one["traces"]["neurons"][0]["values"]["peak_time"] for one in (cut, whole)]
    assert peaks[0] == [time for time in peaks[1] if time < 60 - 1] and len(peaks[1]) > len(peaks[0]) > 1
