"""`analysis:` of a config: what is measured during the run equals what is measured afterwards, and every reader reads it."""

from __future__ import annotations

import csv
import io
import json
import re
import resource
import signal
import time

import efel
import h5py
import numpy as np
import pytest
import xarray
from reference.octave import READERS, Octave, fields, text

HEAD = """
simulation: {{duration: {duration}, dt: {dt}, method: {method}}}
populations:
  axon: {{model: {model}, size: 4}}
inputs:
  step: {{type: dc, target: axon, amplitude: {{linspace: {amplitudes}}}, start: 20 ms, stop: 150 ms}}
"""
MODELS = {
    "hodgkin_huxley": "[0 uA/cm2, 30 uA/cm2]",
    "izhikevich_2003": "[4 mV/ms, 14 mV/ms]",
    "adex": "[0.4 nA, 1 nA]",
    "lif": "[0.3 nA, 0.9 nA]",
}
AXON = HEAD.format(duration="200 ms", dt="0.025 ms", method="auto", model="hodgkin_huxley", amplitudes=MODELS["hodgkin_huxley"])
BOTH = AXON + """
analysis:
  axon: {features: [AP_amplitude, mean_frequency, voltage_base], statistics: all, neurons: [0, 2, 3], bin: 2 ms}
"""


def table_of(output: str) -> dict[int, dict[str, str]]:
    """What `hillock features --csv` prints: neuron -> column without its unit -> text."""
    return {int(row["neuron"]): {name.split(" (")[0]: one for name, one in row.items()} for row in csv.DictReader(io.StringIO(output))}


# With the adaptive method adex reaches its exponential's runaway before the step ends.
@pytest.mark.parametrize(("model", "method"), [(model, method) for model in MODELS for method in ("auto", "adaptive")
                                               if (model, method) != ("adex", "adaptive")])
def test_values_are_bit_for_bit_those_of_a_recording_measured_afterwards(run_hillock, call, model, method):
    head = HEAD.format(duration="200 ms", dt="0.05 ms", method=method, model=model, amplitudes=MODELS[model])
    during = run_hillock(head + "analysis: {axon: all}\n")
    afterwards = run_hillock(head + "record: {axon: {V: true, I: true, spikes: true, dtype: float64}}\n")
    expected = table_of(call("features", afterwards.output, "--csv").stdout)
    population = json.loads(call("features", afterwards.output, "--json").stdout)["populations"][0]
    compared = 0
    with h5py.File(during.output) as file:
        assert list(file["report"]) == [] and list(file["spikes"]) == []  # nothing else is written
        group = file["analysis/axon"]
        names = [name for name in next(iter(expected.values())) if name not in ("population", "neuron")]
        assert set(names) <= set(group)
        for k, neuron in enumerate(group["neuron"]):
            for name in names:
                text_there = expected[neuron][name]
                value = float(text_there) if text_there else np.nan
                assert np.array_equal(group[name][k], value, equal_nan=True), f"{name} of neuron {neuron}"
                compared += bool(text_there)
        for name in ("fano_factor", "correlation", "spike_contrast"):
            value = population["spikes"][name]
            assert np.array_equal(group[name][()], np.nan if value is None else value, equal_nan=True), name
        for name in ("rate", "cv", "cv2", "lv", "phase", "phase_shift"):
            value = population["spikes"][name]
            assert np.array_equal(group[f"{name}_mean"][()], np.nan if value is None else value, equal_nan=True), name
        assert np.array_equal(group["autocorrelogram"], population["spikes"]["autocorrelogram"])
        assert np.array_equal(group["ISI_histogram"], population["spikes"]["ISI_histogram"] or [0])
        assert np.array_equal(group["spectrum"], population["spikes"]["spectrum"]["power"])
        assert np.array_equal(group["frequency"], population["spikes"]["spectrum"]["frequency_Hz"])
        note = group.attrs.get("note", b"").decode().replace("start and stop", "--start and --stop")
        if model == "izhikevich_2003":  # the run was asked for features of the current, too
            start, _, note = note.partition("; ")
            assert start == "the input is in 'mV/ms', neither in pA nor in uA/cm2: no impedances and no currents"
        assert note == population["note"]
    assert compared > 20


def test_features_equal_efel(run_hillock):
    names = ["AP_amplitude", "AP_duration_half_width", "AP_peak_upstroke", "AHP_depth", "mean_frequency", "voltage_base", "spike_half_width"]
    during = run_hillock(AXON + f"analysis: {{axon: [{', '.join(names)}]}}\n")
    afterwards = run_hillock(AXON + "record: {axon: {V: true, dtype: float64}}\n")
    efel.reset()
    efel.set_setting("interp_step", 0.025)
    with h5py.File(during.output) as file, h5py.File(afterwards.output) as recorded:
        V = recorded["report/axon/V"][:]
        clock = np.concatenate([[0.0], np.cumsum(np.full(len(V) - 1, 0.025))])
        for neuron in (1, 2, 3):
            trace = {"T": clock, "V": V[:, neuron], "stim_start": [20.0], "stim_end": [150.0]}
            for name, values in efel.get_feature_values([trace], names, raise_warnings=False)[0].items():
                assert file["analysis/axon"][name][neuron] == pytest.approx(np.mean(values), rel=1e-9, abs=1e-9), name


def test_settings_and_window_act_as_those_of_hillock_features(run_hillock, call):
    during = run_hillock(AXON + """
analysis:
  axon:
    features: [AP_amplitude, AP_begin_voltage, spike_count, mean_frequency]
    statistics: [rate]
    start: 40 ms
    stop: 90 ms
    settings: {Threshold: -30 mV, DerivativeThreshold: 20 mV/ms, DerivativeWindow: 2, strict_stiminterval: true}
""")
    afterwards = run_hillock(AXON + "record: {axon: {V: true, spikes: true, dtype: float64}}\n")
    settings = {"Threshold": -30, "DerivativeThreshold": 20, "DerivativeWindow": 2, "strict_stiminterval": "true"}
    words = [word for name, value in settings.items() for word in ("--setting", f"{name}={value}")]
    expected = table_of(call("features", afterwards.output, "--csv", "--start", "40 ms", "--stop", "90 ms", *words).stdout)
    with h5py.File(during.output) as file:
        group = file["analysis/axon"]
        for name in ("AP_amplitude", "AP_begin_voltage", "spike_count", "mean_frequency", "rate"):
            found = [float(expected[neuron][name] or np.nan) for neuron in range(4)]
            assert np.array_equal(group[name], found, equal_nan=True), name
        assert group.attrs["Threshold"] == -30 and group.attrs["strict_stiminterval"] == 1
        assert (group.attrs["stimulus_start_ms"], group.attrs["stimulus_stop_ms"]) == (40, 90)
        assert (group.attrs["window_start_ms"], group.attrs["window_stop_ms"]) == (40, 90)
        assert group["action_potentials"][3] > group["spike_count"][3] > 0  # those outside of the stimulus, too


def test_the_file_is_labelled_for_xarray_and_h5py(run_hillock):
    output = run_hillock(BOTH).output
    data = xarray.open_dataset(output, group="analysis/axon")
    assert dict(data.sizes) == {"neuron": 3, "interval": data.sizes["interval"], "lag": 51, "frequency": data.sizes["frequency"]}
    assert list(data.neuron) == [0, 2, 3]
    assert data.AP_amplitude.dtype == np.float64 and data.AP_amplitude.units == "mV" and "mean over the action potentials" in data.AP_amplitude.long_name
    assert data.rate.units == "Hz" and data.rate.dims == ("neuron",) and data.rate_mean.dims == ()
    assert data.lag.units == "ms" and float(data.lag[0]) == -50 and data.frequency.units == "Hz" and data.interval.units == "ms"
    assert np.isnan(data.AP_amplitude.sel(neuron=0)) and data.AP_amplitude.sel(neuron=3) > 60
    assert data.AP_amplitude.to_pandas().index.name == "neuron"
    tree = xarray.open_datatree(output)
    assert "/analysis/axon" in tree.groups
    with h5py.File(output) as file:
        group = file["analysis/axon"]
        assert group["AP_amplitude"].dims[0][0].name == "/analysis/axon/neuron"
        for name, node in group.items():
            assert name == "neuron" or node.dtype == np.float64 and node.attrs["long_name"] and (node.is_scale or node.attrs["units"])


@pytest.mark.parametrize("reader", READERS)
def test_octave_reads_it(run_hillock, tmp_path, reader):
    output = run_hillock(BOTH + "record: {axon: [spikes]}\n").output
    octave = Octave(tmp_path, reader)
    found = octave(f"[out.values, out.units] = hillock.analysis('{output}'); run = hillock.open('{output}'); out.populations = run.populations;")
    values, units = found.values[0, 0], found.units[0, 0]
    with h5py.File(output) as file:
        group = file["analysis/axon"]
        assert set(fields(values)) == set(group)
        for name, node in group.items():
            assert np.array_equal(getattr(values, name).ravel(), np.atleast_1d(node[()]), equal_nan=True), name
            if name != "neuron":
                assert text(getattr(units, name)) == node.attrs["units"].decode()
    assert values.AP_amplitude.shape == (3, 1) and values.correlation.shape == (1, 1)
    without = run_hillock(AXON + "record: {axon: [spikes]}\n").output
    assert octave.messages([f"hillock.analysis('{without}')", f"hillock.analysis('{output}', 'axn')"]) == [
        f"{without}: nothing was measured of 'axon' during the run; its config has no 'analysis' of it",
        f"{output}: there is no population 'axn'; there are: axon"]


def test_the_run_ends_with_a_short_table(run_hillock):
    run = run_hillock(AXON + "analysis: {axon: [AP_amplitude, mean_frequency, rate]}\n")
    first, *lines = run.stdout.splitlines()
    assert re.fullmatch(r".*\.h5: \d+ spikes, 200 ms in .*", first)
    assert lines[0] == "population axon" and re.fullmatch(r"  spikes from 0 ms to 200 ms: \d+ spikes of 4 neurons", lines[1])
    assert re.fullmatch(r"    rate  Hz  [\d.]+", lines[2])
    assert lines[3] == "  V every 0.025 ms of 4 neurons, stimulus from 20 ms to 150 ms: means over the action potentials"
    assert lines[4].split() == ["neuron", "0", "neuron", "1", "neuron", "2", "neuron", "3"]
    assert [line.split()[0] for line in lines[5:7]] == ["AP_amplitude", "mean_frequency"] and lines[5].split()[2] == "-"
    assert run_hillock(AXON + "analysis: {axon: [rate]}\n", "--quiet").stdout == ""


def test_models_without_the_shape_of_an_action_potential_say_so(run_hillock):
    run = run_hillock("""
simulation: {duration: 100 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
inputs: {step: {type: dc, target: cell, amplitude: 1 nA}}
analysis: {cell: [AP_amplitude, rate]}
""")
    note = ("V never passes Threshold = -20 mV (it reaches -55.00 mV): no action potentials to measure; this model decides on its "
            "spikes in another way, only they are counted")
    assert re.sub(r"reaches -\d+\.\d+ mV", "reaches -55.00 mV", run.stdout).endswith(f"  {note}\n")
    with h5py.File(run.output) as file:
        group = file["analysis/cell"]
        assert np.isnan(group["AP_amplitude"][0]) and group["action_potentials"][0] == 0 and group["rate"][0] > 0


def test_check_and_info_say_what_is_measured(run_hillock, call):
    run = run_hillock(BOTH)
    assert "analysis axon: 3 features and 12 statistics of 3 neurons, holds 256 kB\n" in call("check", run.config).stdout
    facts = json.loads(call("check", run.config, "--json").stdout)
    assert facts["analysis"][0] == {"population": "axon", "features": ["AP_amplitude", "mean_frequency", "voltage_base"],
                                    "statistics": facts["analysis"][0]["statistics"], "neurons": 3, "trace_bytes": 4 * 8 * 8000}
    assert facts["memory_bytes"] > facts["analysis"][0]["trace_bytes"]
    assert "  AP_amplitude: mV, peak above onset, of the peaks within the stimulus; mean over the action potentials\n" in call("info", run.output).stdout
    info = json.loads(call("info", run.output, "--json").stdout)["analysis"]
    assert [one["population"] for one in info] == ["axon"]
    assert {"name": "rate", "unit": "Hz", "long_name": "spikes of a neuron over the length of the window"} in info[0]["values"]


def test_an_interrupted_run_has_the_analysis_of_the_part_that_ran(start, call, tmp_path):
    (tmp_path / "config.yaml").write_text(AXON.replace("200 ms", "200 s") + "record: {axon: {V: true, spikes: true, dtype: float64}}\n"
                                          "analysis: {axon: [AP_amplitude, voltage_base, rate, cv]}\n")
    process = start("run", "config.yaml", "--out", "x.h5")
    while not (tmp_path / "x.h5.partial").exists() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    expected = table_of(call("features", "x.h5.partial", "--csv").stdout)
    with h5py.File(tmp_path / "x.h5.partial") as file:
        stopped = file.attrs["stopped_at_ms"]
        group = file["analysis/axon"]
        assert 0 < stopped < 200000 and group.attrs["window_stop_ms"] == stopped
        for name in ("AP_amplitude", "voltage_base", "rate", "cv"):
            assert np.array_equal(group[name], [float(expected[k][name] or np.nan) for k in range(4)], equal_nan=True), name
    call("recover", "x.h5.partial")
    with h5py.File(tmp_path / "x.h5") as file:
        assert list(file["analysis/axon/neuron"]) == [0, 1, 2, 3]


def test_a_run_that_fails_has_the_analysis_up_to_there(run_hillock, tmp_path):
    (tmp_path / "cell.yaml").write_text("""name: runaway
summary: grows without bound
source: made up
inputs: {I: mV/ms}
params: {tau: {default: 1 ms}}
state: {V: {init: 1 mV}}
equations:
  dV/dt: V / tau + I
spike:
  when: V >= 1e300 mV
""")
    run = run_hillock("""
simulation: {duration: 2 s, dt: 0.1 ms, method: rk4}
populations: {cell: {model: cell.yaml}}
analysis: {cell: [voltage_base, spike_count]}
""", expect=4)
    with h5py.File(f"{run.output}.partial") as file:
        assert file.attrs["status"] == b"failed" and file["analysis/cell/spike_count"].shape == (1,)


def test_a_killed_run_has_no_analysis_and_is_read_all_the_same(start, call, tmp_path):
    (tmp_path / "config.yaml").write_text(AXON.replace("200 ms", "100000 s") + "record: {axon: [spikes]}\nanalysis: {axon: [rate]}\n")
    process = start("run", "config.yaml", "--out", "x.h5")
    while not (tmp_path / "x.h5.partial").exists() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(1.5)
    process.kill()
    process.wait(60)
    call("recover", "x.h5.partial")
    assert json.loads(call("info", "x.h5", "--json").stdout)["analysis"] == []


def test_traces_that_memory_cannot_hold_are_refused_before_a_file_is_made(call, tmp_path):
    (tmp_path / "config.yaml").write_text(AXON.replace("200 ms", "2000 s") + "analysis: {axon: [AP_amplitude]}\n")
    gigabyte = 1 << 30
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (2 * gigabyte, 2 * gigabyte))
    done = call("run", "config.yaml", "--out", "x.h5", expect=6, preexec_fn=limit)
    assert done.stderr == ("error: the traces that the analysis of this config holds until the end of the run need about 3.2 GB of memory, "
                           "2.15 GB are there; name fewer neurons in its 'neurons', or make the run shorter\n")
    assert not list(tmp_path.glob("x.h5*"))


def test_what_else_a_run_writes_is_the_same_with_an_analysis(run_hillock):
    plain = run_hillock(AXON + "record: {axon: {V: {every: 0.1 ms}, spikes: true}}\n").output
    analysed = run_hillock(BOTH + "record: {axon: {V: {every: 0.1 ms}, spikes: true}}\n").output
    with h5py.File(plain) as one, h5py.File(analysed) as other:
        assert set(other) - set(one) == {"analysis"}
        for path in ("report/axon/V", "report/axon/time", "spikes/axon/timestamps", "spikes/axon/node_ids"):
            assert np.array_equal(one[path][:], other[path][:]), path


# Shown again ------------------------------------------------------------------------------------------------------------


def test_features_and_report_show_what_was_measured_during_the_run(run_hillock, call, tmp_path):
    """Also where nothing but the analysis was recorded."""
    file = run_hillock(BOTH).output
    with h5py.File(file) as data:
        group = data["analysis/axon"]
        neurons = group["neuron"][:].tolist()
        values = {name: group[name][:] for name in ("AP_amplitude", "mean_frequency", "voltage_base", "rate", "cv")}
        units = {name: group[name].attrs["units"].decode() for name in values}
    shown = json.loads(call("features", file, "--json").stdout)["populations"][0]
    assert shown["name"] == "axon" and shown["spikes"] is None and shown["traces"] is None and shown["during_run"]["neurons"] == neurons == [0, 2, 3]
    for name, expected in values.items():
        found = np.array(shown["during_run"]["values"][name], float)  # null becomes NaN
        assert np.array_equal(found, expected, equal_nan=True) and shown["during_run"]["units"][name] == units[name], name
    assert not {"ISI_histogram", "autocorrelogram", "spectrum", "rate_mean"} & set(shown["during_run"]["values"])
    table = call("features", file, "--neurons", "2,3", "--feature", "AP_amplitude").stdout.splitlines()
    assert table[1:4] == ["population axon", "  /analysis/axon, measured during the run: 2 neurons", "                      neuron 2  neuron 3"]
    assert table[4].split() == ["AP_amplitude", "mV", *(f"{value:.6g}" for value in values["AP_amplitude"][1:])] and len(table) == 5
    call("report", file, "--out", "page.html")
    page = json.loads(re.search(r'<script type="application/json" id="run">(.*?)</script>', (tmp_path / "page.html").read_text(), re.DOTALL)[1])
    population, = page["populations"]
    features = population["features"]
    assert population["size"] == 4 and features["note"] == "Measured during the run, as the analysis of the config says."
    column = [one["name"] for one in features["columns"]].index("AP_amplitude")
    assert [row["neuron"] for row in features["rows"]] == neurons
    assert np.array_equal(np.array([row["values"][column] for row in features["rows"]], float), values["AP_amplitude"], equal_nan=True)
