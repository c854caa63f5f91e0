"""`hillock plot SWEEP`: curves over one parameter and maps over two, where the table's numbers put them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as xml

import h5py
import numpy as np
import pytest
from figures import SVG
from test_plot import axes, panels, paths, points, texts

HEAD = """
simulation: {duration: 200 ms, dt: 0.1 ms, seed: 3}
populations: {cell: {model: lif}}
inputs:
  step: {type: dc, target: cell, amplitude: 0 pA}
  noise: {type: white_noise, target: cell, mean: 0 pA, sigma: 300 pA ms^0.5}
analysis: {cell: {statistics: [rate]}}
"""
ONE = HEAD + "sweep: {parameters: {inputs.step.amplitude: {from: 0 pA, to: 1 nA, count: 11}}, repeat: 3}\n"
TWO = HEAD + """
sweep: {parameters: {inputs.step.amplitude: {from: 0 pA, to: 1 nA, count: 11}, populations.cell.params.tau_m: [10 ms, 20 ms, 30 ms]}}
"""
THREE = TWO.replace("[10 ms, 20 ms, 30 ms]", "[10 ms, 20 ms, 30 ms], populations.cell.params.t_ref: [1 ms, 2 ms]")
LOGARITHMIC = HEAD + "sweep: {parameters: {populations.cell.params.tau_m: {from: 1 ms, to: 100 ms, count: 5, log: true}}}\n"
DRAWN = HEAD + """
sweep:
  parameters: {inputs.step.amplitude: {from: 0 pA, to: 1 nA}, populations.cell.params.tau_m: {from: 10 ms, to: 30 ms}}
  combine: random
  count: 40
"""


@pytest.fixture
def swept(call, tmp_path):
    """`swept(config)` is the file of its sweep."""

    def run(config, *words, file="s.h5", expect=0):
        (tmp_path / "s.yaml").write_text(config)
        call("sweep", "s.yaml", "--out", file, "--force", *words, expect=expect)
        return tmp_path / file

    return run


@pytest.fixture
def draw(call, tmp_path):
    def run(*words, file="s.h5"):
        call("plot", file, "-o", "figure.svg", "--force", *words)
        return xml.parse(tmp_path / "figure.svg").getroot()

    return run


def table(path) -> dict[str, np.ndarray]:
    with h5py.File(path) as file:
        return {name: node[:] for name, node in file.items() if isinstance(node, h5py.Dataset)}


def test_one_parameter_is_a_curve_through_the_means_of_the_repeats_in_a_band_of_all_of_them(swept, draw):
    file = table(swept(ONE))
    root = draw("--variable", "rate")
    panel, = panels(root)
    assert panel.get("aria-label") == "rate over amplitude" and {"amplitude (pA)", "rate (Hz)"} <= set(texts(root))
    to_x, to_y = axes(panel)
    band, line, *_ = paths(panel)
    rates = file["rate"].reshape(11, 3)
    across = file["amplitude"].reshape(11, 3)[:, 0]
    drawn, = points(line)
    found = np.interp(across, to_x(drawn[:, 0]), to_y(drawn[:, 1]))
    assert np.allclose(found, rates.mean(axis=1), atol=0.3)
    outline, = points(band.removesuffix("Z"))
    assert to_y(outline[:, 1]).max() == pytest.approx(rates.max(), abs=0.3) and rates.std(axis=1).max() > 0
    assert "Line: mean of the repeats; band: from the lowest to the highest." in texts(root)
    dots = panel.find(f"{SVG}g").findall(f"{SVG}circle")
    assert np.allclose(to_x([float(dot.get("cx")) for dot in dots]), across, atol=3)


def test_two_parameters_are_a_map_with_a_colour_bar(swept, draw, call, tmp_path):
    file = table(swept(TWO))
    root = draw("--variable", "rate")
    panel, = panels(root)
    assert panel.get("aria-label") == "map of rate over amplitude and tau_m"
    assert {"amplitude (pA)", "tau_m (ms)", "rate (Hz)"} <= set(texts(root))
    colours = {}
    for path in panel.find(f"{SVG}g").findall(f"{SVG}path"):
        for tile in re.findall(r"M[^Z]*", path.get("d")):
            corners, = points(tile)
            colours[tuple(np.round(corners.mean(axis=0)))] = path.get("fill")
    assert len(colours) == 33
    lightness = {place: sum(int(colour[i:i + 2], 16) * part for i, part in ((1, 0.3), (3, 0.6), (5, 0.1))) for place, colour in colours.items()}
    columns, rows = sorted({x for x, _ in lightness}), sorted({y for _, y in lightness}, reverse=True)
    shown = np.array([[lightness[x, y] for y in rows] for x in columns])
    rates = file["rate"].reshape(11, 3)
    order = np.argsort(rates.ravel(), kind="stable")
    assert np.all(np.diff(shown.ravel()[order]) >= 0) and shown.max() > shown.min() + 100
    first = (tmp_path / "figure.svg").read_bytes()
    draw("--variable", "rate")
    assert (tmp_path / "figure.svg").read_bytes() == first
    assert draw("--variable", "rate", "--dark").find(f"{SVG}rect").get("fill") == "#14181d"


def test_over_one_of_two_parameters_there_is_a_curve_for_each_value_of_the_other(swept, draw):
    swept(TWO)
    root = draw("--axis", "amplitude", "--variable", "rate")
    titles = [path.find(f"{SVG}title").text for path in root.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    assert titles == ["10", "20", "30"] and {"tau_m (ms)", "10", "20", "30"} <= set(texts(root))
    root = draw("--axis", "tau_m", "--axis", "amplitude")
    assert panels(root)[0].get("aria-label").endswith("over tau_m and amplitude")


def test_more_parameters_are_chosen_among(swept, draw, call):
    swept(THREE)
    text = call("plot", "s.h5", expect=2).stderr
    assert "the sweep has 3 parameters, and a figure has two axes" in text and "choose one or two with --axis: amplitude, tau_m, t_ref" in text
    root = draw("--axis", "amplitude", "--axis", "tau_m", "--variable", "rate")
    assert len(panels(root)) == 2 and {"rate (Hz), t_ref (ms) 1", "rate (Hz), t_ref (ms) 2"} <= set(texts(root))


@pytest.mark.parametrize(("words", "expected"), [
    (("--axis", "amplitud"), "the sweep has no parameter 'amplitud'"), (("--axis", "x"), "it has: amplitude, tau_m"),
    (("--variable", "ratte"), "did you mean 'rate'?"), (("--axis", "tau_m", "--axis", "tau_m"), "--axis names 'tau_m' twice"),
    (("--figure", "fi"), "--figure fi is a figure of runs"), (("--start", "1 ms"), "--start has no meaning for s.h5"),
])
def test_what_a_sweep_has_not_is_refused_with_what_it_has(swept, call, words, expected):
    swept(TWO)
    assert expected in call("plot", "s.h5", *words, expect=2).stderr


def test_an_axis_of_a_run_is_refused(call, tmp_path):
    (tmp_path / "r.yaml").write_text(HEAD + "record: {cell: [spikes]}\n")
    call("run", "r.yaml", "--out", "r.h5")
    assert "--axis has no meaning for r.h5" in call("plot", "r.h5", "--axis", "V", expect=2).stderr


def test_a_geometric_range_has_a_logarithmic_axis(swept, draw):
    swept(LOGARITHMIC)
    root = draw("--variable", "rate")
    places = {text.text: float(text.get("x")) for text in root.iter(f"{SVG}text") if text.get("text-anchor") == "middle"}
    assert places["10"] - places["1"] == pytest.approx(places["100"] - places["10"], abs=0.1)
    assert places["2"] - places["1"] == pytest.approx(np.log10(2) * (places["10"] - places["1"]), abs=0.1)


def test_points_that_were_drawn_are_dots_in_the_colours_of_the_bar(swept, draw):
    swept(DRAWN)
    root = draw("--variable", "rate")
    dots = panels(root)[0].find(f"{SVG}g").findall(f"{SVG}circle")
    assert len(dots) == 40 and len({dot.get("fill") for dot in dots}) > 5
    root = draw("--variable", "rate", "--axis", "amplitude")
    assert len(panels(root)[0].find(f"{SVG}g").findall(f"{SVG}circle")) == 40 and "From point to point, tau_m differs, too." in texts(root)


def test_failed_points_are_crosses_and_missing_ones_are_said(swept, draw, tmp_path):
    path = swept(TWO)
    with h5py.File(path, "a") as file:
        file["status"][4], file["status"][7] = 1, -1
        file["rate"][4] = file["rate"][7] = np.nan
        file["failures/run"].resize((1,))
        file["failures/reason"].resize((1,))
        file["failures/run"][0], file["failures/reason"][0] = 4, b"V of neuron 0 is not finite"
        file.attrs["status"] = np.bytes_(b"interrupted")
    root = draw("--variable", "rate")
    assert "1 of 33 points failed (crosses): V of neuron 0 is not finite (1)." in texts(root)
    assert "The sweep is not complete (interrupted): 1 of 33 points were not run." in texts(root) and "Grey: no value." in texts(root)
    assert sum(data.count("M") == 2 and "Z" not in data for data in paths(panels(root)[0])) == 1
    assert "1 of 33 points failed (crosses): V of neuron 0 is not finite (1)." in texts(draw("--axis", "amplitude"))
