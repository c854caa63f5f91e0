"""matlab/+hillock in Octave: action-potential features equal eFEL's, plots show them, and all files are MATLAB too."""

import subprocess
import sys
from pathlib import Path

import efel
import h5py
import numpy as np
import pytest
from efel.units import get_unit
from reference.octave import FOLDER, READERS, Octave, fields, text

CONFIG = """# Two squid axons, one of them under twice the current, and a cell that is reset at its threshold.
simulation: {{duration: 120 ms, dt: {dt} ms}}
populations:
  axon: {{size: 2, model: hodgkin_huxley}}
  cell: {{size: 4, model: lif}}
  silent: {{size: 3, model: lif}}
inputs:
  push: {{type: dc, target: axon, amplitude: [{first} uA/cm2, {second} uA/cm2], start: 20 ms, stop: 100 ms}}
  step: {{type: dc, target: cell, amplitude: {{linspace: [0.6 nA, 1 nA]}}, start: 20 ms}}
record:
  axon: {{V: {{every: {dt} ms}}, spikes: true, dtype: {dtype}}}
  cell: {{V: {{every: {dt} ms}}, spikes: true}}
  silent: [spikes]
"""
SETTINGS = ["Threshold", "DerivativeThreshold", "DownDerivativeThreshold", "DerivativeWindow", "strict_stiminterval",
            "rise_start_perc", "rise_end_perc", "voltage_base_start_perc", "voltage_base_end_perc"]


def config(dt: float = 0.025, dtype: str = "float32", first: float = 10, second: float = 20) -> str:
    return CONFIG.format(dt=dt, dtype=dtype, first=first, second=second)


def added_up(steps: int, dt: float) -> np.ndarray:
    """eFEL resamples on times that it adds up: on these, its samples are ours."""
    return np.concatenate([[0.0], np.cumsum(np.full(steps - 1, dt))])


def of_efel(names: list[str], dt: float, V: np.ndarray, start: float, end: float, **settings) -> dict[str, np.ndarray]:
    efel.reset()
    efel.set_setting("interp_step", dt)
    for name, value in settings.items():
        efel.set_setting(name, value)
    trace = {"T": added_up(len(V), dt), "V": V, "stim_start": [start], "stim_end": [end]}
    found = efel.get_feature_values([trace], names, raise_warnings=False)[0]
    return {name: np.array([] if value is None else value, dtype=float) for name, value in found.items()}


def assert_equal_to_efel(found, dt: float, V: np.ndarray, start: float, end: float, **settings) -> None:
    names = [name for name in fields(found) if name != "neuron"]
    assert len(names) == 32
    for name, expected in of_efel(names, dt, V, start, end, **settings).items():
        value = getattr(found, name).ravel() - name.endswith("indices")  # ours count from 1
        assert value.shape == expected.shape, name
        assert np.abs(value - expected).max(initial=0) < 1e-9, (name, value, expected)


@pytest.mark.parametrize("dt, dtype", [(0.01, "float64"), (0.025, "float32"), (0.05, "float64")])
def test_features_of_a_file_equal_efel(run_hillock, tmp_path, dt, dtype):
    current = np.random.default_rng().uniform(9, 30, 2).round(2)
    path = run_hillock(config(dt, dtype, *current)).output
    octave = Octave(tmp_path, READERS[dt == 0.01])
    found = octave(f"[out.features, out.units] = hillock.features('{path}', 'axon', 'stim_start', 20.003, 'stim_end', 99.997);")
    with h5py.File(path) as file:
        V = file["report/axon/V"][:].astype(float)
    features, units = found.features.ravel(), found.units[0, 0]
    assert [one.neuron.item() for one in features] == [0, 1]
    for neuron, one in enumerate(features):
        assert one.peak_time.size >= 3, current
        assert_equal_to_efel(one, dt, V[:, neuron], 20.003, 99.997)
    assert {name: text(getattr(units, name)) for name in fields(units)} == \
        {name: get_unit(name) for name in fields(features[0]) if name != "neuron"}


def test_one_action_potential_and_none_equal_efel_too(run_hillock, tmp_path):
    path = run_hillock(config(first=10, second=1).replace("stop: 100 ms", "stop: 22 ms")).output
    found = Octave(tmp_path)(f"""out.features = hillock.features('{path}', 'axon', 'stim_start', 20.003, 'stim_end', 30);
out.whole = hillock.features('{path}', 'axon');""")
    with h5py.File(path) as file:
        V = file["report/axon/V"][:].astype(float)
    one, none = found.features.ravel()
    assert one.peak_time.size == 1 and none.peak_time.size == 0
    for neuron, features in enumerate((one, none)):
        assert_equal_to_efel(features, 0.025, V[:, neuron], 20.003, 30)
    assert found.whole[0, 0].AP_amplitude == one.AP_amplitude and found.whole[0, 0].voltage_base.size == 0


def test_a_trace_without_action_potentials_is_warned_of(run_hillock, tmp_path):
    path = run_hillock(config()).output
    found = Octave(tmp_path)(f"""lastwarn('');
hillock.features('{path}', 'axon');
out.axon = lastwarn();
features = hillock.features('{path}', 'cell');
[out.cell, out.id] = lastwarn();
out.peaks = numel([features.peak_time]);""")
    assert text(found.axon) == "" and found.peaks.item() == 0 and text(found.id) == "hillock:features"
    with h5py.File(path) as file:
        highest = file["report/cell/V"][:].max()
    assert text(found.cell) == (
        f"hillock.features: V never passes Threshold = -20 mV (it reaches {highest:.2f} mV): no action potentials to measure; "
        "spikes of models that are reset at their threshold are in hillock.spikes")


@pytest.mark.parametrize("settings", [
    {}, {"strict_stiminterval": True}, {"Threshold": 0.0}, {"DerivativeThreshold": 20.0, "DerivativeWindow": 2},
    {"DownDerivativeThreshold": -5.0}, {"rise_start_perc": 0.2, "rise_end_perc": 0.8},
    {"voltage_base_start_perc": 0.5, "voltage_base_end_perc": 0.8},
], ids=lambda settings: ", ".join(settings) or "defaults")
def test_features_of_noisy_arrays_equal_efel_with_every_setting(run_hillock, tmp_path, settings):
    assert set(settings) <= set(SETTINGS)
    path = run_hillock(config(0.025, "float64")).output
    with h5py.File(path) as file:
        V = file["report/axon/V"][:]
    V = V + 0.05 * np.random.default_rng().standard_normal(V.shape)
    time = added_up(len(V), 0.025)
    options = "".join(f", '{name}', {str(value).lower()}" for name, value in settings.items())
    found = Octave(tmp_path)(f"out.features = hillock.features(time, V, 'stim_start', 20.003, 'stim_end', 99.997{options});",
                             {"time": time, "V": V})
    for neuron, one in enumerate(found.features.ravel()):
        assert one.peak_time.size >= 5
        assert_equal_to_efel(one, 0.025, V[:, neuron], 20.003, 99.997, **settings)


def test_an_action_potential_without_onset_or_before_the_stimulus_does_not_shift_the_others(tmp_path):
    time = np.arange(0, 60, 0.1)
    slow = np.interp(time, [0, 5, 20, 35, 60], [-70, -70, 10, -70, -70])  # 5 mV/ms: no onset
    fast = np.interp(time, [0, 40, 41, 43, 60], [0, 0, 90, 0, 0])
    early = np.interp(time, [0, 2, 3, 4.5, 60], [0, 0, 80, 0, 0])
    given = {"time": time, "slow": slow + fast, "early": early + fast - 70}
    found = Octave(tmp_path)("""out.slow = hillock.features(time, slow, 'stim_start', 1);
out.early = hillock.features(time, early, 'stim_start', 30, 'stim_end', 60);
out.none = hillock.features(time, 0 * time(:) - 70, 'stim_start', 30);""", given)
    slow, early, none = found.slow[0, 0], found.early[0, 0], found.none[0, 0]
    assert np.allclose(slow.peak_time.ravel(), [20, 41]) and np.allclose(early.peak_time.ravel(), [3, 41])
    for one in (slow, early):
        assert np.allclose(one.AP_begin_time, 40, atol=0.11) and one.AP_begin_time.size == 1
        assert np.allclose(one.AP_amplitude, 90, atol=10) and np.allclose(one.AP_rise_time, 1, atol=0.11)
        assert np.allclose(one.AP_duration_half_width, 1.5, atol=0.21) and one.AP_duration.size == 1
    assert all(getattr(none, name).size == 0 for name in fields(none) if name not in ("neuron", "voltage_base"))
    assert none.voltage_base.item() == -70


@pytest.mark.parametrize("reader", READERS)
def test_a_trace_is_drawn_with_threshold_peak_and_undershoot_marked(run_hillock, tmp_path, reader):
    path = run_hillock(config()).output
    found = Octave(tmp_path, reader)(f"""graphics_toolkit('gnuplot');
figure('visible', 'off');
lines = hillock.plot_trace('{path}', 'axon', 'neurons', [0 1], 'time', [15 60], 'stim_start', 20.003);
[out.features, ~] = hillock.features('{path}', 'axon', 'time', [15 60], 'stim_start', 20.003);
for name = {{'threshold', 'peak', 'ahp'}}
  out.(name{{1}}) = [get(lines.(name{{1}}), 'XData'); get(lines.(name{{1}}), 'YData')];
end
out.time = get(lines.trace(2), 'XData'); out.V = get(lines.trace(2), 'YData'); out.spikes = lines.spikes;
out.xlabel = get(get(lines.axes, 'XLabel'), 'String'); out.ylabel = get(get(lines.axes, 'YLabel'), 'String');
out.xlim = xlim(lines.axes); out.held = ishold(lines.axes);
print('trace.svg', '-dsvg');""")
    with h5py.File(path) as file:
        assert np.array_equal(found.time[0], file["report/axon/time"][600:2401])
        assert np.array_equal(found.V[0], file["report/axon/V"][600:2401, 1])
    both = lambda name: np.concatenate([getattr(one, name).ravel() for one in found.features.ravel()])
    assert len(both("peak_time")) > 4
    assert np.array_equal(found.threshold, [both("AP_begin_time"), both("AP_begin_voltage")])
    assert np.array_equal(found.peak, [both("peak_time"), both("peak_voltage")])
    assert np.array_equal(found.ahp, [found.time[0][both("min_AHP_indices").astype(int) - 1], both("min_AHP_values")])
    assert text(found.xlabel) == "time (ms)" and text(found.ylabel) == "V (mV)" and found.spikes.size == 0
    assert found.xlim.tolist() == [[15, 60]] and found.held.item() == 0
    picture = (tmp_path / "trace.svg").read_text()
    assert all(f">{word}<" in picture for word in ("time (ms)", "V (mV)", "neuron 0", "neuron 1", "threshold", "peak", "AHP"))


def test_a_trace_that_is_reset_is_drawn_with_its_spikes(run_hillock, tmp_path):
    path = run_hillock(config()).output
    found = Octave(tmp_path)(f"""graphics_toolkit('gnuplot');
figure('visible', 'off');
first = hillock.plot_trace('{path}', 'cell');
out.first = get(first.trace, 'YData');
lines = hillock.plot_trace('{path}', 'cell', 'neurons', 3, 'axes', subplot(2, 1, 2));
out.times = get(lines.spikes, 'XData'); out.at = get(lines.spikes, 'YData'); out.peak = lines.peak;
print('trace.svg', '-dsvg');""")
    with h5py.File(path) as file:
        times, ids, V = file["spikes/cell/timestamps"][:], file["spikes/cell/node_ids"][:], file["report/cell/V"][:]
    assert np.array_equal(found.first[0], V[:, 0])
    assert np.array_equal(found.times[0], times[ids == 3]) and found.times.size > 3
    assert (found.at > V[:, 3].max()).all() and found.peak.size == 0
    assert ">spike<" in (tmp_path / "trace.svg").read_text()


@pytest.mark.parametrize("reader", READERS)
def test_a_raster_has_a_dot_for_each_spike(run_hillock, tmp_path, reader):
    path = run_hillock(config()).output
    found = Octave(tmp_path, reader)(f"""graphics_toolkit('gnuplot');
figure('visible', 'off');
lines = hillock.raster('{path}');
out.offset = lines.offset;
for k = 1:3
  out.(sprintf('x%d', k)) = get(lines.dots(k), 'XData'); out.(sprintf('y%d', k)) = get(lines.dots(k), 'YData');
end
out.xlabel = get(get(lines.axes, 'XLabel'), 'String'); out.ylim = ylim(lines.axes); out.xlim = xlim(lines.axes);
print('raster.svg', '-dsvg');
one = hillock.raster('{path}', 'cell', 'time', [30 50], 'neurons', [1 2], 'axes', subplot(1, 2, 2));
out.one_x = get(one.dots, 'XData'); out.one_y = get(one.dots, 'YData'); out.one_xlim = xlim(one.axes);
out.one_ylabel = get(get(one.axes, 'YLabel'), 'String');""")
    with h5py.File(path) as file:
        spikes = {name: (group["timestamps"][:], group["node_ids"][:]) for name, group in file["spikes"].items()}
    assert found.offset.ravel().tolist() == [0, 2, 6]  # axon 2, cell 4, silent 3
    for k, name in enumerate(("axon", "cell"), 1):
        assert np.array_equal(getattr(found, f"x{k}")[0], spikes[name][0]) and len(spikes[name][0]) > 5
        assert np.array_equal(getattr(found, f"y{k}")[0], spikes[name][1] + found.offset[k - 1, 0])
    assert np.isnan(found.x3).all()
    assert text(found.xlabel) == "time (ms)" and found.ylim.tolist() == [[-0.5, 8.5]] and found.xlim.tolist() == [[0, 120]]
    times, ids = spikes["cell"]
    inside = (times >= 30) & (times <= 50) & np.isin(ids, [1, 2])
    assert np.array_equal(found.one_x[0], times[inside]) and np.array_equal(found.one_y[0], ids[inside]) and inside.sum() > 1
    assert found.one_xlim.tolist() == [[30, 50]] and text(found.one_ylabel) == "neuron of cell"
    picture = (tmp_path / "raster.svg").read_text()
    assert all(f">{word}<" in picture for word in ("time (ms)", "population", "axon", "cell", "silent"))


def test_every_file_is_matlab_as_well():
    """MATLAB is not at hand; MISS_HIT reads its grammar, of any release."""
    checked = subprocess.run([Path(sys.executable).parent / "mh_lint", "--brief", FOLDER], capture_output=True, text=True)
    files = len(list(FOLDER.rglob("*.m")))
    assert files > 20 and f"{files} file(s) analysed, everything seems fine" in checked.stdout, checked.stdout


def test_every_function_says_what_it_is_for_and_shows_an_example():
    public = sorted((FOLDER / "+hillock").glob("*.m"))
    assert {path.stem for path in public} >= {"open", "voltage", "variable", "spikes", "features", "sweep", "plot_trace", "raster"}
    for path in public:
        help_text = path.read_text(encoding="utf-8").split("\nfunction ")[0].splitlines()
        assert all(line.startswith("%") for line in help_text) and help_text[0].endswith("."), path
        assert any(f"hillock.{path.stem}(" in line for line in help_text[help_text.index("% Example:"):]), path
