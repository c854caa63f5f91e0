"""Features of action potentials in Python: eFEL's values on the same samples, as arrays and as tables."""

import efel
import hillock
import numpy as np
import pandas
import pytest

CONFIG = {
    "simulation": {"duration": "200 ms", "dt": "0.025 ms"},
    "populations": {"axon": {"size": 4, "model": "hodgkin_huxley"}, "other": {"model": "hodgkin_huxley"}},
    "inputs": {"push": {"type": "dc", "target": "axon", "amplitude": [f"{a} uA/cm2" for a in (0, 8, 10, 20)], "start": "50 ms",
                        "stop": "150 ms"}},
    "record": {"axon": {"spikes": True, "dtype": "float64", "V": {"every": "0.025 ms"}, "m": {"every": "1 ms"}},
               "other": {"V": {"every": "0.1 ms"}}},
}


@pytest.fixture(scope="module", params=["memory", "file"])
def run(request, tmp_path_factory):
    return hillock.run(CONFIG, out=None if request.param == "memory" else tmp_path_factory.mktemp("features") / "run.h5")


def by_efel(time, V, names, start, stop):
    efel.reset()
    efel.set_setting("interp_step", 0.025)
    values = efel.get_feature_values([{"T": np.asarray(time), "V": np.asarray(V), "stim_start": [start], "stim_end": [stop]}], names,
                                     raise_warnings=False)[0]
    return {name: np.array([] if one is None else one, float) for name, one in values.items()}


NAMES = ["AP_amplitude", "AP_begin_voltage", "AP_begin_time", "peak_voltage", "peak_time", "AP_duration_half_width", "AP_width",
         "AP_peak_upstroke", "AP_peak_downstroke", "AHP_depth_abs", "voltage_base", "time_to_first_spike", "mean_frequency"]


def test_a_trace_has_the_values_of_efel(run):
    axon = run["axon"]
    for column in range(4):
        ours = hillock.features(axon.time, axon.V[:, column], *NAMES, stim_start=50, stim_end=150)
        theirs = by_efel(axon.time, axon.V[:, column], NAMES, 50, 150)
        for name in NAMES:
            assert ours[name] == pytest.approx(theirs[name], rel=1e-9, abs=1e-9), name
    assert len(ours["AP_amplitude"]) > 5


def test_the_table_has_a_row_per_neuron_the_stimulus_of_the_config_and_units(run):
    axon = run["axon"]
    assert axon.report_of("V").stimulus == (50, 150)
    table = axon.features(*NAMES)
    assert isinstance(table, pandas.DataFrame) and list(table.index) == [0, 1, 2, 3] and list(table.columns) == NAMES
    for neuron in range(4):
        theirs = by_efel(axon.time, axon.V[:, neuron], NAMES, 50, 150)
        for name in NAMES:
            if len(theirs[name]):
                assert table[name][neuron] == pytest.approx(theirs[name].mean(), rel=1e-9), name
            else:
                assert np.isnan(table[name][neuron])
    assert table.attrs["units"] == {name: hillock.feature_list()[name].unit for name in NAMES}
    assert table.attrs["units"]["AP_peak_upstroke"] == "mV/ms"
    assert list(axon.features("voltage_base", neurons=[3, 1]).index) == [3, 1]


def test_features_of_the_current_take_what_was_recorded_beside_V_in_its_unit():
    def measured(model: str, unit: str):
        return hillock.run({"simulation": {"duration": "100 ms", "dt": "0.025 ms"}, "populations": {"cell": {"model": model}},
                            "inputs": {"step": {"type": "dc", "target": "cell", "amplitude": f"-0.5 {unit}", "start": "20 ms", "stop": "60 ms"}},
                            "record": {"cell": {"V": True, "I": True, "dtype": "float64"}},
                            "analysis": {"cell": ["minimum_current", "resonance_impedance", "voltage_base"]}})

    for model, unit, expected in (("lif", "pA", -0.0005), ("hodgkin_huxley", "uA/cm2", -0.5)):
        cell = measured(model, unit)["cell"]
        table = cell.features("minimum_current", "resonance_impedance", "voltage_base")
        assert table.minimum_current[0] == pytest.approx(expected)
        for name in table:
            assert table[name][0] == cell.analysis[name][0] and table.attrs["units"][name] == cell.analysis.units[name]
        scale = 1e-3 if unit == "pA" else 1
        alone = hillock.features(cell.time, cell.V[:, 0], "minimum_current", I=cell["I"][:, 0] * scale, stim_start=20, stim_end=60)
        assert alone["minimum_current"].tolist() == [table.minimum_current[0]]
    assert hillock.features(cell.time, cell.V[:, 0], "minimum_current")["minimum_current"].tolist() == []
    with pytest.raises(hillock.UserError, match="a trace has 3 samples of the current and 4000 of the potential"):
        hillock.features(cell.time, cell.V[:, 0], "minimum_current", I=[0, 1, 2])


def test_the_table_per_spike_has_a_row_per_action_potential(run):
    axon = run["axon"]
    table = axon.features("peak_time", "AP_amplitude", per="spike", neurons=[0, 2])
    peaks = by_efel(axon.time, axon.V[:, 2], ["peak_time"], 50, 150)["peak_time"]
    assert table.index.names == ["neuron", "spike"] and list(table.index) == [(2, k) for k in range(len(peaks))]
    assert np.allclose(table.peak_time, peaks, 1e-12) and table.AP_amplitude.iloc[0] > 90
    assert axon.features(per="spike").shape[1] == sum(one.per_spike for one in hillock.feature_list().values())


def test_a_run_is_measured_as_a_whole(run):
    table = run.features("spike_count", "maximum_voltage")
    assert table.index.names == ["population", "neuron"] and len(table) == 5
    assert table.loc[("other", 0), "spike_count"] == 0 and table.loc[("axon", 3), "spike_count"] > 5
    assert table.attrs["units"] == {"spike_count": "1", "maximum_voltage": "mV"}


def test_settings_and_the_stimulus_are_those_of_efel(run):
    axon = run["axon"]
    assert (axon.features("spike_count", Threshold=100).spike_count == 0).all()
    strict = axon.features("spike_count", stim_start=50, stim_end=80, strict_stiminterval=True).spike_count
    assert strict[3] < axon.features("spike_count").spike_count[3]


def test_what_does_not_exist_is_refused(run):
    for wrong, text in [
        (lambda: run["axon"].features("AP_amplitud"), "error: 'AP_amplitud' is not a feature\n  did you mean 'AP_amplitude'?"),
        (lambda: run["axon"].features("peak_time", threshold=3), "error: 'threshold' is not a setting of the features\n  did you mean 'Threshold'?"),
        (lambda: run["axon"].features("peak_time", per="row"), "error: per='row' is not known\n  write per='neuron' or per='spike'"),
        (lambda: run["axon"].features("voltage_base", per="spike"),
         "error: 'voltage_base' has one value for the trace, not one per action potential\n  write per='neuron'"),
        (lambda: run["axon"].features(neurons=9), "error: neuron 9 of 'axon' was not recorded"),
        (lambda: hillock.features([1, 2], [3, 4]), "error: a trace has 2 samples at 2 times, expected at least 3 of both"),
        (lambda: hillock.features([[1, 2, 3]], [3, 4, 5]), "error: time and V are one trace, got arrays of the shapes (1, 3) and (3,)"),
    ]:
        with pytest.raises(hillock.UserError) as caught:
            wrong()
        assert str(caught.value) == text


def test_features_are_marked_in_a_trace(run):
    from hillock import plot

    ax = plot.trace(run["axon"], neurons=2, spikes=False)
    marks = {line.get_label(): line for line in ax.lines[1:]}
    assert set(marks) == {"_begin", "_peak", "_after-hyperpolarisation"}
    found = hillock.features(run["axon"].time, run["axon"].V[:, 2], "peak_time", "peak_voltage", stim_start=50, stim_end=150)
    assert np.allclose(marks["_peak"].get_xdata(), found["peak_time"]) and np.allclose(marks["_peak"].get_ydata(), found["peak_voltage"])
    part = plot.trace(run["axon"], neurons=2, spikes=False, start=60, stop=100)
    peaks = part.lines[2].get_xdata()
    assert np.allclose(peaks, [t for t in found["peak_time"] if 60 < t < 100])
    assert len(plot.trace(run["axon"], neurons=2, spikes=False, features=False).lines) == 1
