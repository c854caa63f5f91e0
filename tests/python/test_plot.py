"""`hillock plot`: valid SVG whose curves, spikes and bars lie where the file's numbers put them."""

from __future__ import annotations

import io
import re
import shutil
import xml.etree.ElementTree as xml

import h5py
import matplotlib.image
import numpy as np
import pytest
from figures import SVG, TWO
from playwright.sync_api import sync_playwright

HH = """
simulation: {duration: 100 ms, dt: 0.025 ms}
populations: {cell: {size: 3, model: hodgkin_huxley}}
inputs: {push: {type: dc, target: cell, amplitude: [8 uA/cm2, 12 uA/cm2, 20 uA/cm2], start: 20 ms, stop: 80 ms}}
record: {cell: {spikes: true, V: {every: 0.025 ms}, m: true, h: true, n: true, I: {every: 1 ms}}}
"""
FIGURES = ("overview", "trace", "phase_plane", "raster", "isi_histogram", "gates", "fi")


@pytest.fixture
def hh(call, tmp_path):
    (tmp_path / "hh.yaml").write_text(HH)
    call("run", "hh.yaml", "--out", "hh.h5")
    return tmp_path / "hh.h5"


@pytest.fixture
def draw(call, tmp_path):
    """`draw(file, *words)` is the figure, parsed."""

    def run(file, *words):
        call("plot", file, "-o", "figure.svg", "--force", *words)
        return xml.parse(tmp_path / "figure.svg").getroot()

    return run


# Reading a figure by its axes ------------------------------------------------------------------------------------------


def number(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def texts(root) -> list[str]:
    return [element.text for element in root.iter(f"{SVG}text")]


def panels(root) -> list:
    return root.findall(f"{SVG}g")


def scale(ticks: list[tuple[float, float]]):
    """From places on paper to the numbers that ticks stand for."""
    (a, x), (b, y) = ticks[0], ticks[-1]
    assert all(abs(x + (at - a) / (b - a) * (y - x) - value) < 1e-2 * abs(y - x) for at, value in ticks)
    return lambda at: x + (np.asarray(at) - a) / (b - a) * (y - x)


def axes(panel, below=None):
    """The scales of a panel's x (of the panel below, if they are joined) and y axis."""

    def ticks(part, anchor, axis, shift):
        found = [element for element in part.findall(f"{SVG}text") if element.get("text-anchor") == anchor and element.get("font-size") == "7"]
        return scale([(float(element.get(axis)) - shift, number(element.text)) for element in found if re.fullmatch("[\u2212\\d.e-]+", element.text)])

    return ticks(panel if below is None else below, "middle", "x", 0), ticks(panel, "end", "y", 0.36 * 7)


def points(data: str) -> list[np.ndarray]:
    """The stretches of path data, each [point, 2]."""
    stretches, at = [], np.zeros(2)
    for command, words in re.findall(r"([MlhvZ])([^MlhvZ]*)", data):
        value = [float(word) for word in words.split(",")]
        if command == "M":
            at = np.array(value)
            stretches.append([at])
            continue
        at = at + {"l": value, "h": [value[0], 0], "v": [0, value[0]]}[command]
        stretches[-1].append(at)
    return [np.array(stretch) for stretch in stretches]


def paths(panel, inside=True) -> list[str]:
    """Path data within the axes (clipped), or beside them."""
    return [path.get("d") for path in (panel.find(f"{SVG}g") if inside else panel).findall(f"{SVG}path")]


# What is drawn ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", FIGURES)
def test_each_figure_is_valid_has_title_axes_and_units_and_the_same_bytes_each_time(hh, call, tmp_path, figure):
    assert call("plot", "hh.h5", "--figure", figure).stdout == "hh.svg: open it in a browser, or put it into a document\n"
    first = (tmp_path / "hh.svg").read_bytes()
    call("plot", "hh.h5", "--figure", figure)
    assert (tmp_path / "hh.svg").read_bytes() == first and len(first) < 500_000
    root = xml.fromstring(first)
    assert root.find(f"{SVG}title").text == "hh.h5" and root.get("width") in ("180mm", "89mm") and root.get("viewBox")
    shown = texts(root)
    x, y = {"phase_plane": ("V (mV)", "dV/dt (mV/ms)"), "isi_histogram": ("interval (ms)", "intervals (%)"), "gates": ("time (ms)", "gate"),
            "fi": ("current (µA/cm²)", "rate (Hz)"), "raster": ("time (ms)", "neuron")}.get(figure, ("time (ms)", "V (mV)"))
    assert shown[0] == "hh.h5" and x in shown and y in shown


def test_a_trace_lies_where_the_files_numbers_put_it(hh, draw):
    root = draw("hh.h5", "--figure", "trace", "--neurons", "1,2", "--start", "20 ms", "--stop", "60 ms")
    with h5py.File(hh) as file:
        time, V = file["report/cell/time"][:], file["report/cell/V"][:]
        spikes, ids = file["spikes/cell/timestamps"][:], file["spikes/cell/node_ids"][:]
    lanes = panels(root)
    assert [lane.get("aria-label") for lane in lanes] == [f"membrane potential of neuron {k} of cell over time" for k in (1, 2)]
    for lane, neuron in zip(lanes, (1, 2), strict=True):
        to_time, to_V = axes(lane, lanes[-1])
        data, = paths(lane)
        stretch, = points(data)
        found_time, found_V = to_time(stretch[:, 0]), to_V(stretch[:, 1])
        assert found_time[0] == pytest.approx(20, abs=0.01) and found_time[-1] == pytest.approx(60, abs=0.01)
        within = (time >= 20) & (time <= 60)
        assert np.abs(np.interp(time[within], found_time, found_V) - V[within, neuron]).max() < 1  # mV: under half the line's width
        marks = points(next(data for data in paths(lane, inside=False) if data.count("v4") > 2))
        expected = spikes[(ids == neuron) & (spikes >= 20) & (spikes <= 60)]
        assert np.allclose(sorted(to_time([mark[0, 0] for mark in marks])), expected, atol=0.01)
    assert "Shaded: the stimulus, 20 to 80 ms." in texts(root) and "cell 1" in texts(root)


def test_no_peak_of_a_long_trace_is_lost(call, draw, tmp_path):
    (tmp_path / "long.yaml").write_text(HH.replace("100 ms,", "3 s,").replace("stop: 80 ms", "stop: 2.9 s").replace(", m: true, h: true, n: true", ""))
    call("run", "long.yaml", "--out", "long.h5")
    root = draw("long.h5", "--figure", "trace", "--neurons", "2")
    with h5py.File(tmp_path / "long.h5") as file:
        V = file["report/cell/V"][:, 2]
    assert "Lines pass through the lowest and highest of every 80 samples." in texts(root)
    lane, = panels(root)
    to_time, to_V = axes(lane)
    stretch, = points(paths(lane)[0])
    found = to_V(stretch[:, 1])
    peaks = np.nonzero((V[1:-1] > V[:-2]) & (V[1:-1] >= V[2:]) & (V[1:-1] > 0))[0] + 1
    drawn = np.nonzero((found[1:-1] > found[:-2]) & (found[1:-1] > found[2:]) & (found[1:-1] > 0))[0] + 1
    assert len(drawn) == len(peaks) > 100 and np.abs(found[drawn] - V[peaks]).max() < 0.5
    assert np.abs(to_time(stretch[drawn, 0]) * 1000 - 0.025 * peaks).max() < 80 * 0.025 + 1  # ms; the axis is in s
    assert (tmp_path / "figure.svg").stat().st_size < 150_000


def test_a_raster_has_a_stroke_for_each_spike_and_its_rates_are_those_of_the_file(two, draw):
    root = draw("two.h5", "--figure", "raster", "--population", "exc", "--start", "500 ms", "--stop", "1500 ms")
    with h5py.File(two) as file:
        spikes, ids = file["spikes/exc/timestamps"][:], file["spikes/exc/node_ids"][:].astype(int)
    within = (spikes >= 500) & (spikes <= 1500)
    raster, rates = panels(root)
    to_time, to_neuron = axes(raster, rates)
    strokes = np.array([stroke.mean(axis=0) for stroke in points(paths(raster)[0])])
    found = sorted(zip(np.round(to_neuron(strokes[:, 1])).astype(int), to_time(strokes[:, 0])))
    expected = sorted(zip(ids[within], spikes[within]))
    assert [neuron for neuron, _ in found] == [neuron for neuron, _ in expected]
    assert np.abs(np.array([time for _, time in found]) - [time for _, time in expected]).max() < 0.05
    to_time, to_rate = axes(rates)
    stairs = points(paths(rates)[-1])[0]
    most = min(100, within.sum() // 20)
    width = min(step for step in (5, 10, 20, 50) if step >= 1000 / most)
    bins = 1000 // width
    assert f"Rates in bins of {width} ms." in texts(root)
    edges = np.linspace(500, 1500, bins + 1)
    counts = np.diff(np.searchsorted(spikes, edges + 1e-6, "right"))  # a bin has its later edge
    middles = (edges[1:] + edges[:-1]) / 2
    drawn = [to_rate(stairs[np.searchsorted(stairs[:, 0], at, "right") - 1, 1]) for at in np.interp(middles, [500, 1500], stairs[[0, -1], 0])]
    assert np.allclose(drawn, counts / 40 * bins, atol=0.3)


@pytest.mark.parametrize("words", [[], ["--neurons", "0,1"], ["--start", "0.3 ms", "--stop", "150 ms"]])
def test_a_constant_rate_is_drawn_flat_to_the_end(call, draw, tmp_path, words):
    (tmp_path / "flat.yaml").write_text(HH.replace("100 ms, dt", "200 ms, dt").replace(", m: true, h: true, n: true", ""))
    call("run", "flat.yaml", "--out", "flat.h5")
    with h5py.File(tmp_path / "flat.h5", "r+") as file:  # every neuron spikes in each step of 0.1 ms
        times = np.repeat(np.arange(1, 2001) * 0.1, 3)
        for name, values in (("timestamps", times), ("node_ids", np.tile(np.arange(3), 2000))):
            file[f"spikes/cell/{name}"].resize((len(values),))
            file[f"spikes/cell/{name}"][:] = values
        file["spikes/cell"].attrs["recorded"] = np.array([200.0, 6000.0])
    root = draw("flat.h5", "--figure", "raster", *words)
    _, rates = panels(root)
    _, to_rate = axes(rates)
    stairs = points(paths(rates)[-1])[0]
    assert np.allclose(to_rate(stairs[:, 1]), 10_000, rtol=1e-3) and "Rates in bins of 2 ms." in texts(root)


def test_of_very_many_spikes_every_kth_neuron_is_drawn_and_the_figure_says_so(call, draw, tmp_path):
    config = TWO.replace("size: 40", "size: 400").replace("duration: 2 s", "duration: 10 s").replace(", V: {every: 0.1 ms}", "")
    (tmp_path / "many.yaml").write_text(config)
    call("run", "many.yaml", "--out", "many.h5")
    root = draw("many.h5", "--figure", "raster", "--population", "exc")
    with h5py.File(tmp_path / "many.h5") as file:
        spikes, ids = file["spikes/exc/timestamps"][:], file["spikes/exc/node_ids"][:]
    stride = -(-len(spikes) // 30_000)
    assert stride > 2 and f"exc: one in {stride} of 400 neurons is drawn; the rates count all." in texts(root)
    raster, rates = panels(root)
    strokes = points(paths(raster)[0])
    assert 0.9 * np.sum(ids % stride == 0) < len(strokes) <= np.sum(ids % stride == 0)
    _, to_neuron = axes(raster, rates)
    assert np.all(np.round(to_neuron([stroke[:, 1].mean() for stroke in strokes])) % stride == 0)
    assert (tmp_path / "figure.svg").stat().st_size < 500_000


def test_populations_stand_above_one_another_with_a_legend(two, draw):
    root = draw("two.h5", "--figure", "raster")
    raster, rates = panels(root)
    assert len(paths(raster)) == 2 and {"exc", "inh"} <= set(texts(raster)) and {"exc", "inh"} <= set(texts(rates))
    colours = [path.get("stroke") for path in raster.find(f"{SVG}g").findall(f"{SVG}path")]
    assert colours == ["#0072b2", "#d55e00"] == [path.get("stroke") for path in rates.find(f"{SVG}g").findall(f"{SVG}path")]


def test_populations_without_the_neurons_asked_for_are_left_out_and_named(two, draw):
    root = draw("two.h5", "--figure", "raster", "--neurons", "3,12")
    assert len(paths(panels(root)[0])) == 1 and "inh is left out: it has 10 neurons, and no neuron 12." in texts(root)


def test_an_interval_histogram_counts_the_intervals_of_each_neuron(two, draw):
    root = draw("two.h5", "--figure", "isi_histogram", "--population", "exc")
    with h5py.File(two) as file:
        spikes, ids = file["spikes/exc/timestamps"][:], file["spikes/exc/node_ids"][:]
    intervals = np.concatenate([np.diff(spikes[ids == neuron]) for neuron in range(40)])
    panel, = panels(root)
    to_interval, to_share = axes(panel)
    stairs = next(stretch for data in paths(panel)[1:] for stretch in points(data))
    edges = np.unique(np.round(to_interval(stairs[:, 0]), 6))
    bin = np.round(np.diff(edges).min())
    assert bin in (1, 2, 5, 10, 20)
    for k in range(int(edges[-1] / bin)):
        at = np.interp((k + 0.5) * bin, edges[[0, -1]], stairs[[0, -1], 0])
        level = to_share(stairs[np.searchsorted(stairs[:, 0], at, "right") - 1, 1])
        assert level == pytest.approx(100 * np.mean((intervals >= k * bin) & (intervals < (k + 1) * bin)), abs=0.1), k
    cv = intervals.std() / intervals.mean()
    assert any(f"{len(intervals)} intervals, mean {intervals.mean():.3g} ms, CV {cv:.2f}." in text for text in texts(root))


def test_a_phase_plane_is_the_trajectory(hh, draw):
    with h5py.File(hh) as file:
        V, n = file["report/cell/V"][:, 1], file["report/cell/n"][:, 1]
    for words, y in ((["--neurons", "1"], np.gradient(V, 0.025)), (["--neurons", "1", "--variable", "V", "--variable", "n"], n)):
        panel, = panels(draw("hh.h5", "--figure", "phase_plane", *words))
        to_V, to_y = axes(panel)
        line, = points(paths(panel)[0])
        assert to_V(line[:, 0]).max() == pytest.approx(V.max(), abs=0.5) and to_V(line[:, 0]).min() == pytest.approx(V.min(), abs=0.5)
        span = y.max() - y.min()
        assert to_y(line[:, 1]).max() == pytest.approx(y.max(), abs=0.01 * span) and to_y(line[:, 1]).min() == pytest.approx(y.min(), abs=0.01 * span)
        dot = panel.find(f".//{SVG}circle")
        assert to_V(float(dot.get("cx"))) == pytest.approx(V[0], abs=0.5) and to_y(float(dot.get("cy"))) == pytest.approx(y[0], abs=0.01 * span)


@pytest.mark.parametrize("every, interpolated", [("0.1 ms", "false"), ("0.1 ms", "true"), ("0.3 ms", "false")])
def test_a_reset_is_no_trajectory(call, draw, tmp_path, every, interpolated):
    times = "" if interpolated == "false" else ", spike_times: interpolated"
    (tmp_path / "lif.yaml").write_text(f"simulation: {{duration: 300 ms, dt: 0.1 ms{times}}}\npopulations: {{cell: {{model: lif}}}}\n"
                                       "inputs: {push: {type: dc, target: cell, amplitude: 500 pA}}\n"
                                       f"record: {{cell: {{spikes: true, V: {{every: {every}}}}}}}\n")
    call("run", "lif.yaml", "--out", "lif.h5")
    with h5py.File(tmp_path / "lif.h5") as file:
        spikes, V = len(file["spikes/cell/timestamps"]), file["report/cell/V"][:, 0]
    root = draw("lif.h5", "--figure", "phase_plane")
    panel, = panels(root)
    _, to_slope = axes(panel)
    stretches = points(paths(panel)[0])
    assert len(stretches) == spikes + 1 > 5
    assert all(to_slope(stretch[:, 1]).min() > -0.1 for stretch in stretches)  # it only rises, to the threshold
    assert np.diff(V).min() < -5  # mV, at a reset


def test_gates_are_the_variables_without_a_unit_of_one_neuron(hh, draw):
    root = draw("hh.h5", "--figure", "gates", "--neurons", "2")
    panel, = panels(root)
    to_time, to_gate = axes(panel)
    assert sorted(text for text in texts(root) if text in ("m", "h", "n")) == ["h", "m", "n"]
    names = [path.find(f"{SVG}title").text for path in panel.find(f"{SVG}g").findall(f"{SVG}path")]
    with h5py.File(hh) as file:
        for name, data in zip(names, paths(panel), strict=True):
            line, = points(data)
            expected = np.interp(to_time(line[:, 0]), file["report/cell/time"][:], file[f"report/cell/{name}"][:, 2])
            assert np.abs(to_gate(line[:, 1]) - expected).max() < 0.02


@pytest.mark.parametrize("words, unit", [([], "current (µA/cm²)"), (["--variable", "I"], "I (µA/cm²)")])
def test_rates_over_currents_come_from_the_config_or_from_a_recorded_variable(hh, draw, words, unit):
    root = draw("hh.h5", "--figure", "fi", *words)
    with h5py.File(hh) as file:
        spikes, ids = file["spikes/cell/timestamps"][:], file["spikes/cell/node_ids"][:]
    panel, = panels(root)
    to_current, to_rate = axes(panel)
    found = np.array([[to_current(float(dot.get("cx"))), to_rate(float(dot.get("cy")))] for dot in panel.iter(f"{SVG}circle")])
    expected = [np.sum((ids == k) & (spikes >= 20) & (spikes <= 80)) / 0.06 for k in range(3)]
    assert unit in texts(root) and np.allclose(found[:, 0], [8, 12, 20], atol=0.05) and np.allclose(found[:, 1], expected, atol=0.5)
    assert "3 neurons of cell, each a dot; spikes from 20 ms to 80 ms." in texts(root)


def test_rates_over_currents_need_a_window_in_which_they_flow(hh, call):
    assert call("plot", "hh.h5", "--figure", "fi", "--start", "90 ms", expect=2).stderr == \
        "error: hh.h5: the currents of population 'cell' flow from 20 ms to 80 ms, and rates from 90 ms to 80 ms take no time\n" \
        "  choose the window with --start and --stop\n"


def test_rates_over_currents_need_no_model_files(call, draw, repo, tmp_path):
    (tmp_path / "own" / "models").mkdir(parents=True)
    shutil.copy(repo / "configs" / "models" / "quadratic.yaml", tmp_path / "own" / "models" / "other_name.yaml")
    (tmp_path / "own" / "own.yaml").write_text("""
simulation: {duration: 100 ms, dt: 0.05 ms}
populations:
  shipped: {model: lif, receptors: {exc: {model: exp_current}}}
  like: {model: lif}
  cell: {size: 3, model: models/other_name.yaml}
inputs: {current: {type: dc, target: cell, amplitude: {linspace: [100 pA, 300 pA]}}}
record: {cell: {spikes: true}}
""")
    call("run", "own/own.yaml", "--out", "own.h5")
    shutil.rmtree(tmp_path / "own")
    panel, = panels(draw("own.h5", "--figure", "fi", "--population", "cell"))
    to_current, _ = axes(panel)
    assert np.allclose([to_current(float(dot.get("cx"))) for dot in panel.iter(f"{SVG}circle")], [100, 200, 300], atol=1)


def test_a_variable_is_drawn_of_the_populations_that_have_it(call, draw, tmp_path):
    (tmp_path / "some.yaml").write_text("""
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {axon: {model: hodgkin_huxley}, cell: {model: lif}}
record: {axon: {spikes: true, V: true, m: true}, cell: {spikes: true, V: true, I: true}}
""")
    call("run", "some.yaml", "--out", "some.h5")
    for variable, population in (("V", "axon"), ("I", "cell"), ("m", "axon")):
        lanes = [panel.get("aria-label") for panel in panels(draw("some.h5", "--figure", "trace", "--variable", variable))]
        assert len(lanes) == (2 if variable == "V" else 1) and lanes[0].endswith(f" of neuron 0 of {population} over time")
    assert panels(draw("some.h5", "--figure", "phase_plane", "--variable", "I"))[0].get("aria-label") == "phase plane of neuron 0 of cell"
    assert call("plot", "some.h5", "--figure", "trace", "--variable", "m", "--population", "cell", expect=2).stderr == \
        "error: some.h5 holds no 'm' of single neurons of population 'cell'\n  it has: I, V\n"


def test_long_names_take_the_width_that_they_need(call, draw, tmp_path):
    name = "pyramidal_cells_of_layer_five"
    (tmp_path / "long.yaml").write_text(TWO.replace("exc", name))
    call("run", "long.yaml", "--out", "long.h5")
    refused = call("plot", "long.h5", "--figure", "raster", "--width", "60 mm", expect=2).stderr
    least = re.fullmatch(r"error: --width 60 mm is too narrow for this figure, which takes (\d+) mm\n  leave it out, or choose a wider one\n", refused)[1]
    root = draw("long.h5", "--figure", "raster", "--width", f"{least} mm")
    assert all(float(panel.find(f"{SVG}clipPath/{SVG}rect").get("width")) >= 40 for panel in panels(root))
    call("plot", "long.h5", "--figure", "raster", "--width", f"{int(least) - 1} mm", "--force", expect=2)


def test_an_overview_has_what_the_run_has(two, hh, call, draw, tmp_path):
    names = [panel.get("aria-label") for panel in panels(draw("two.h5"))]
    assert names == [f"membrane potential of neuron {k} of exc over time" for k in (0, 13, 26)] + ["spikes of each neuron over time", "rate over time"]
    assert [panel.get("aria-label") for panel in panels(draw("two.h5", "--population", "inh"))] == names[3:]
    (tmp_path / "silent.yaml").write_text(HH.replace("spikes: true, ", ""))
    call("run", "silent.yaml", "--out", "silent.h5")
    assert len(panels(draw("silent.h5"))) == 3


def test_means_sums_and_rates_of_populations_are_drawn(call, draw, tmp_path):
    """Each variable has a panel; a rate that was recorded is drawn where no spikes were, in the steps of the file."""
    (tmp_path / "pooled.yaml").write_text(TWO.replace("{exc: {spikes: true, V: {every: 0.1 ms}}, inh: {spikes: true}}",
                                                      "{exc: {rate: {every: 20 ms}, V: {mean: true, every: 1 ms}}, inh: {rate: {every: 20 ms}, I: {sum: true, every: 1 ms}, spikes: true}}"))
    call("run", "pooled.yaml", "--out", "pooled.h5")
    names = [panel.get("aria-label") for panel in panels(draw("pooled.h5"))]
    assert sorted(names[:3]) == [f"{name} of populations over time" for name in ("I", "V", "rate")] and names[3:] == ["spikes of each neuron over time", "rate over time"]
    both = draw("pooled.h5", "--figure", "population", "--variable", "rate")
    panel, = panels(both)
    assert texts(both).count("exc.rate") == texts(both).count("inh.rate") == 1 and "rate (Hz)" in texts(both)
    _, to_rate = axes(panel)
    with h5py.File(tmp_path / "pooled.h5") as file:
        for group, data in zip(("exc.rate", "inh.rate"), paths(panel), strict=True):
            expected = file[f"report/{group}/rate"][()]
            stairs = points(data)[0]
            drawn = [to_rate(stairs[np.searchsorted(stairs[:, 0], at, "right") - 1, 1]) for at in np.linspace(stairs[0, 0], stairs[-1, 0], 201)[1::2]]
            assert expected.max() > 10 and np.allclose(drawn, expected, atol=0.01 * expected.max())
    mean, = panels(draw("pooled.h5", "--figure", "population", "--variable", "V"))
    to_time, to_V = axes(mean)
    line = points(paths(mean)[0])[0]
    with h5py.File(tmp_path / "pooled.h5") as file:
        assert np.abs(np.interp(file["report/exc.mean/time"][()] / 1000, to_time(line[:, 0]), to_V(line[:, 1])) - file["report/exc.mean/V"][()]).max() < 0.1


def test_size_and_colours_are_as_asked_for(hh, draw):
    root = draw("hh.h5", "--width", "120 mm", "--height", "8 cm", "--dark")
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("120mm", "80mm", "0 0 340.16 226.77")
    assert root.find(f"{SVG}rect").get("fill") == "#14181d"


def test_a_run_of_one_sample_and_one_without_spikes_are_drawn(call, draw, tmp_path):
    (tmp_path / "one.yaml").write_text("simulation: {duration: 1 ms, dt: 1 ms}\npopulations: {cell: {model: lif}}\nrecord: {cell: {V: true, spikes: true}}\n")
    call("run", "one.yaml", "--out", "one.h5")
    lane, raster, rates = panels(draw("one.h5"))
    assert paths(lane)[0].endswith("h0") and paths(raster) == []
    assert call("plot", "one.h5", "--figure", "phase_plane", expect=2).stderr == \
        "error: one.h5: one value of 'V' lies in this window, and a rate of change takes two\n  choose a longer window\n"


def test_a_partial_file_says_that_it_is_one(two, draw, tmp_path):
    (tmp_path / "part.h5.partial").write_bytes(two.read_bytes())
    with h5py.File(tmp_path / "part.h5.partial", "r+") as file:
        file.attrs["complete"] = np.int8(0)
        file.attrs.modify("status", np.bytes_("running"))
    assert any(text.startswith("The file is not complete (running): recorded up to ") for text in texts(draw("part.h5.partial")))


def test_values_that_are_no_numbers_leave_a_gap(hh, draw, call):
    with h5py.File(hh, "r+") as file:
        file["report/cell/V"][1000:1200, 0] = np.nan
    first, second = points(paths(panels(draw("hh.h5", "--figure", "trace", "--neurons", "0"))[0])[0])
    assert first[-1, 0] < second[0, 0] and np.isfinite(first).all()
    with h5py.File(hh, "r+") as file:
        file["report/cell/V"][:] = np.nan
    assert call("plot", "hh.h5", "--figure", "trace", expect=2).stderr == \
        "error: hh.h5: no value of 'V' of population 'cell' in this window is a number\n  choose another window, variable or neurons\n"


# In a browser ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True])
def test_a_browser_draws_the_action_potential_where_it_is(call, repo, tmp_path, dark):
    call("run", repo / "configs" / "quickstart.yaml", "--out", "quick.h5")
    call("plot", "quick.h5", "--figure", "trace", *(["--dark"] if dark else []))
    root = xml.parse(tmp_path / "quick.svg").getroot()
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        page = chromium.new_page(viewport={"width": 1021, "height": 500}, device_scale_factor=2)
        page.set_content(f'<body style="margin:0">{(tmp_path / "quick.svg").read_text().split("?>")[1]}')
        pixels = matplotlib.image.imread(io.BytesIO(page.locator("svg").screenshot()))[..., :3]
        chromium.close()
    per_point = pixels.shape[1] / float(root.get("viewBox").split()[2])
    wanted = np.array([int(("56b4e9" if dark else "0072b2")[i:i + 2], 16) / 255 for i in (0, 2, 4)])
    lane, = panels(root)
    to_time, to_V = axes(lane)
    box = lane.find(f"{SVG}clipPath/{SVG}rect")
    top, right = (round(float(box.get(name)) * per_point) for name in ("y", "width"))
    rows, columns = np.nonzero(np.abs(pixels - wanted).max(axis=-1) < 0.15)
    inside = (rows > top) & (columns < right + float(box.get("x")) * per_point)
    rows, columns = rows[inside] / per_point, columns[inside] / per_point
    with h5py.File(tmp_path / "quick.h5") as file:
        time, V = file["report/cell/time"][:], file["report/cell/V"][:, 0]
    assert to_time(columns[rows.argmin()]) == pytest.approx(time[V.argmax()], abs=1)
    assert to_V(rows.min()) == pytest.approx(V.max(), abs=2) and to_V(rows.max()) == pytest.approx(V.min(), abs=2)
    assert pixels[2, 2].mean() < 0.2 if dark else pixels[2, 2].mean() > 0.95
