"""What `hillock plot` refuses to draw or to replace, with its reasons."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as xml

import pytest
from figures import SVG


@pytest.mark.faults
@pytest.mark.parametrize("words, expected", [
    (["--figure", "rastr"], "'rastr' is not a figure\n  did you mean 'raster'?"),
    (["--figure", "pie"], "'pie' is not a figure\n  the figures are: overview, trace, population, phase_plane, raster, isi_histogram, gates, fi"),
    (["--population", "ex"], "two.h5 has no population 'ex'\n  did you mean 'exc'?"),
    (["--population", "inh", "--figure", "trace"], "two.h5 holds no traces of single neurons of population 'inh'\n  hillock info says what the file holds"),
    (["--variable", "W"], "two.h5 holds no 'W' of single neurons of population 'exc'\n  it has: V"),
    (["--variable", "V", "--figure", "raster"], "--variable has no meaning for --figure raster, which shows spikes\n  leave it out, or choose another figure"),
    (["--neurons", "99", "--figure", "trace"], "two.h5: no population has a neuron 99\n  exc has 40 neurons, inh has 10 neurons, counted from 0"),
    (["--neurons", "3,10", "--population", "inh"], "two.h5: population 'inh' has no neuron 10\n  it has 10 neurons, counted from 0"),
    (["--neurons", "0..9", "--figure", "trace"], "--neurons names 10 neurons, and this figure shows at most 8\n  name fewer of them"),
    (["--neurons", "a"], "--neurons: 'a' is not the index of a neuron\n  write for instance --neurons 0..9 or --neurons 0,5,7"),
    (["--start", "3 s"], "--start 3000 ms is not before the end of two.h5, 2000 ms\n  choose an earlier start"),
    (["--stop", "3 s"], "--stop 3000 ms is after the end of two.h5, 2000 ms\n  choose an earlier stop, or leave it out"),
    (["--start", "1 s", "--stop", "1 s"], "nothing lies between --start 1000 ms and --stop 1000 ms\n  choose a stop after the start"),
    (["--start", "0.52 ms", "--stop", "0.58 ms"],
     "two.h5 holds no 'V' of population 'exc' between 0.52 ms and 0.58 ms\n  it was recorded every 0.1 ms"),
    (["--start", "1"], "--start 1 is a pure number, expected a time\n  write for instance --start '50 ms'"),
    (["--width", "5 mV"], "--width 5 mV is voltage (mV), expected a length\n  write for instance --width '89 mm'"),
    (["--height", "1 mm"], "--height 1 mm is not between 40 and 2000 mm\n  write for instance --height '89 mm'"),
    (["--height", "45 mm"], "--height 45 mm is too low for a figure of 5 panels, which takes 82 mm\n  leave it out, or show less"),
    (["--figure", "gates"],
     "two.h5 holds no variables without a unit of population 'exc'\n"
     "  record gates, for example record: {exc: [V, m, h, n]}, or name variables with --variable"),
    (["--figure", "fi"],
     "two.h5: no constant current (type: dc) flows into population 'exc' from 0 ms to 2 s\n"
     "  choose the window with --start and --stop, or a recorded current with --variable I"),
    (["--figure", "isi_histogram", "--stop", "1 ms"],
     "two.h5: there are no intervals, as no neuron has two spikes in this window\n  choose a longer window, other populations or neurons"),
    (["--figure", "phase_plane", "--population", "exc", "--population", "inh"], None),
    (["--out", "figure.png"], "--out figure.png does not end in .svg, the format that hillock plot writes\n  write for instance --out figure.svg"),
    (["--out", "two.svg/x.svg"], None),
])
def test_what_cannot_be_drawn_is_refused_with_a_reason(two, call, tmp_path, words, expected):
    done = call("plot", "two.h5", *words, expect=None)
    assert done.returncode in (2, 5) and done.stderr.startswith("error: ")
    if expected is not None:
        assert (done.returncode, done.stderr) == (2, f"error: {expected}\n")
    assert not (tmp_path / "two.svg").exists() and not (tmp_path / "two.svg.partial").exists()


@pytest.mark.faults
def test_files_are_neither_replaced_nor_half_written(two, call, tmp_path):
    (tmp_path / "figure.svg").write_text("mine")
    assert call("plot", "two.h5", "-o", "figure.svg", expect=5).stderr == \
        "error: figure.svg exists; add --force to replace it, or choose another name with --out\n"
    assert (tmp_path / "figure.svg").read_text() == "mine"
    call("plot", "two.h5", "-o", "figure.svg", "--force")
    assert xml.parse(tmp_path / "figure.svg").getroot().tag == f"{SVG}svg"
    assert call("plot", "two.h5", "-o", "none/x.svg", expect=5).stderr == "error: none/x.svg: the folder 'none' does not exist; create it first\n"
    assert call("plot", "none.h5", expect=5).stderr.startswith("error: none.h5")
    shutil.copy(two, tmp_path / "run.svg")
    assert call("plot", "run.svg", "-o", "run.svg", "--force", expect=2).stderr == \
        "error: --out run.svg is the file of the run itself\n  write for instance --out plot.svg\n"
    shutil.copy(two, tmp_path / "left.svg.partial")
    assert call("plot", "left.svg.partial", expect=2).stderr == \
        "error: --out left.svg is the file of the run itself\n  write for instance --out plot.svg\n"
    assert (tmp_path / "left.svg.partial").read_bytes() == two.read_bytes()


@pytest.mark.faults
def test_a_run_that_recorded_nothing_to_draw_says_so(call, tmp_path):
    none = "simulation: {duration: 10 ms, dt: 1 ms}\npopulations: {cell: {size: 2, model: lif}}\nanalysis: {cell: {statistics: [rate]}}\n"
    (tmp_path / "none.yaml").write_text(none)
    call("run", "none.yaml", "--out", "none.h5")
    assert call("plot", "none.h5", expect=2).stderr == "error: none.h5 holds neither spikes nor traces\n  hillock info says what the file holds\n"
    (tmp_path / "mean.yaml").write_text(none + "record: {cell: {V: {mean: true}}}\n")
    call("run", "mean.yaml", "--out", "mean.h5")
    for words in (("--neurons", "1"), ("--variable", "rate")):
        assert call("plot", "mean.h5", "--figure", "population", *words, expect=2).stderr == \
            "error: mean.h5 holds no mean, sum or rate of a population that was asked for\n  hillock info says what the file holds\n"
    assert call("plot", "mean.h5", "--figure", "trace", expect=2).stderr == "error: mean.h5 holds no traces of single neurons\n  hillock info says what the file holds\n"
    assert call("plot", "mean.h5", "--figure", "raster", expect=2).stderr == "error: mean.h5 holds no spikes\n  hillock info says what the file holds\n"
