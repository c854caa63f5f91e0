"""`hillock report` in a real browser: what the page holds, draws and does, and that it needs nothing else."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil

import h5py
import matplotlib.image
import numpy as np
import pytest
from playwright.sync_api import sync_playwright

# What a browser would look up by itself: there may be no network, and a page must not need one.
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
NOISY = """
simulation: {duration: 4 s, dt: 0.1 ms, seed: 3}
populations:
  exc: {size: 20, model: lif}   # a comment with </script><script>alert(1)</script> in it
  quiet: {size: 3, model: lif}
inputs: {drive: {type: white_noise, target: exc, mean: 300 pA, sigma: 400 pA ms^0.5}}
record: {exc: {spikes: true, V: {every: 0.1 ms}}, quiet: {spikes: true}}
"""


@pytest.fixture(scope="module")
def browser():
    # Debian's, or the one that playwright brought where the distribution has none.
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, tmp_path):
    """`opened(path, **options)` shows a page; errors of its scripts and requests to other places fail the test."""
    contexts, trouble = [], []

    def show(path, **options):
        context = browser.new_context(viewport={"width": 1000, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: trouble.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("request", lambda request: trouble.append(request.url) if request.url != path.as_uri() and not request.url.startswith("data:") else None)
        page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready=true]")
        return page

    yield show
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.fixture
def quick(call, repo, tmp_path):
    """The page of quickstart."""
    call("run", repo / "configs" / "quickstart.yaml", "--out", "quick.h5")
    call("report", "quick.h5")
    return tmp_path / "quick.html"


@pytest.fixture
def noisy(call, tmp_path):
    (tmp_path / "noisy.yaml").write_text(NOISY)
    call("run", "noisy.yaml", "--out", "noisy.h5")
    call("report", "noisy.h5")
    return tmp_path / "noisy.html"


def data_of(page) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="run">(.*?)</script>', page.read_text(), re.DOTALL)[1])


def numbers(text: str, dtype) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


def shown(page) -> tuple[float, float]:
    """The stretch of time that the page says it shows, ms."""
    match = re.fullmatch(r"([\d.e+-]+) to ([\d.e+-]+) ms", page.locator("#range").inner_text())
    return float(match[1]), float(match[2])


def picture(locator) -> np.ndarray:
    return matplotlib.image.imread(io.BytesIO(locator.screenshot()))[..., :3]


def near(pixels: np.ndarray, colour: str) -> np.ndarray:
    """Which pixels have about this colour (#rrggbb)."""
    wanted = np.array([int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.abs(pixels - wanted).max(axis=-1) < 0.2


# What is in the page -----------------------------------------------------------------------------------------------------


def test_the_page_holds_the_traces_and_spikes_of_the_file(noisy, tmp_path):
    data = data_of(noisy)
    with h5py.File(tmp_path / "noisy.h5") as file:
        exc, quiet = data["populations"]
        assert (exc["name"], exc["size"], quiet["name"], quiet["size"]) == ("exc", 20, "quiet", 3)
        report, = exc["reports"]
        assert report["note"] == "6 of 20 neurons. " and report["unit"] == "mV" and report["interval_ms"] == 0.1
        for trace, column in zip(report["traces"], (0, 3, 6, 10, 13, 16), strict=True):
            assert trace["label"] == f"neuron {column}" and trace["per"] == 1 and "max" not in trace
            assert np.array_equal(numbers(trace["min"], "<f4"), file["report/exc/V"][:, column])
        assert np.array_equal(numbers(exc["spikes"]["times"], "<f8"), file["spikes/exc/timestamps"])
        assert np.array_equal(numbers(exc["spikes"]["ids"], "<u4"), file["spikes/exc/node_ids"])
        assert quiet["spikes"]["count"] == 0 and exc["spikes"]["count"] == len(file["spikes/exc/timestamps"]) > 1000
        edges, rates = numbers(exc["spikes"]["rate"]["edges"], "<f8"), numbers(exc["spikes"]["rate"]["values"], "<f8")
        behind = np.searchsorted(file["spikes/exc/timestamps"][:], edges + 1e-6, "right")  # a bin has its later edge
        expected = np.diff(behind) / np.diff(edges) / 20 * 1000
        assert edges[0] == 0 and edges[-1] == 4000 and np.allclose(rates, expected, rtol=1e-12)
        assert dict(data["texts"])["config"] == file["meta/config"][()].decode()


def test_means_sums_and_rates_are_shown_and_a_number_of_neurons_that_is_not_known_is_not(call, tmp_path):
    record = NOISY[NOISY.index("record:"):]
    (tmp_path / "pooled.yaml").write_text(NOISY.replace(record, "record: {exc: {rate: {every: 20 ms}, V: {mean: true, every: 1 ms}}}\n"))
    call("run", "pooled.yaml", "--out", "pooled.h5")
    call("report", "pooled.h5", "--out", "page.html")
    exc, = data_of(tmp_path / "page.html")["populations"]
    assert exc["size"] == 0 and "spikes" not in exc
    with h5py.File(tmp_path / "pooled.h5") as file:
        for report, unit in zip(sorted(exc["reports"], key=lambda one: one["variable"]), ("mV", "Hz"), strict=True):
            group = "exc.mean" if report["variable"] == "V" else "exc.rate"
            trace, = report["traces"]
            assert report["unit"] == unit and trace["label"] == group
            assert np.array_equal(numbers(trace["min"], "<f4"), file[f"report/{group}/{report['variable']}"][()])


def test_long_traces_are_bins_of_their_minimum_and_maximum(call, tmp_path):
    config = NOISY.replace("duration: 4 s", "duration: 60 s").replace("V: {every: 0.1 ms}", "V: {neurons: [0, 7]}")
    (tmp_path / "long.yaml").write_text(config)
    call("run", "long.yaml", "--out", "long.h5")
    call("report", "long.h5", "--out", "page.html")
    trace = data_of(tmp_path / "page.html")["populations"][0]["reports"][0]["traces"][1]
    with h5py.File(tmp_path / "long.h5") as file:
        V = file["report/exc/V"][:, 1]
    assert trace["per"] == 2 and trace["label"] == "neuron 7"
    bins = V.reshape(-1, 2)
    assert np.array_equal(numbers(trace["min"], "<f4"), bins.min(axis=1)) and np.array_equal(numbers(trace["max"], "<f4"), bins.max(axis=1))


def test_of_very_many_spikes_stretches_are_shown_and_all_are_counted(call, tmp_path):
    config = NOISY.replace("size: 20", "size: 400").replace("duration: 4 s", "duration: 30 s").replace(", V: {every: 0.1 ms}", "")
    (tmp_path / "many.yaml").write_text(config)
    call("run", "many.yaml", "--out", "many.h5")
    call("report", "many.h5")
    with h5py.File(tmp_path / "many.h5") as file:
        times, ids = file["spikes/exc/timestamps"][:], file["spikes/exc/node_ids"][:]
    assert len(times) > 200_000
    spikes = data_of(tmp_path / "many.html")["populations"][0]["spikes"]
    assert spikes["count"] == len(times)
    assert spikes["note"] == f"100 stretches of 2000 spikes out of {len(times)} are shown; the rates count all."
    starts = len(times) // 100 * np.arange(100)
    shown_ones = (starts[:, None] + np.arange(2000)).ravel()
    assert np.array_equal(numbers(spikes["times"], "<f8"), times[shown_ones]) and np.array_equal(numbers(spikes["ids"], "<u4"), ids[shown_ones])
    edges, rates = numbers(spikes["rate"]["edges"], "<f8"), numbers(spikes["rate"]["values"], "<f8")
    assert np.sum(rates * np.diff(edges)) * 400 / 1000 == pytest.approx(len(times) - 1, abs=1e-6)  # all but the one at the last edge
    assert edges[0] == 0 and edges[-1] == times[-1]


def test_features_are_those_of_the_features_command(quick, call):
    table = data_of(quick)["populations"][0]["features"]
    printed = json.loads(call("features", "quick.h5", "--json").stdout)["populations"][0]["traces"]["neurons"][0]["values"]
    values = dict(zip((column["name"] for column in table["columns"]), table["rows"][0]["values"], strict=True))
    assert {"AP_amplitude_from_voltagebase", "peak_voltage", "AP_duration_half_width"} <= set(values)
    for name, value in values.items():
        assert value == pytest.approx(np.mean([one for one in printed[name] if one is not None]), rel=1e-12), name


def test_of_very_many_neurons_the_first_50_are_in_the_table_of_features(call, tmp_path):
    (tmp_path / "cells.yaml").write_text(
        "simulation: {duration: 30 ms, dt: 0.025 ms}\npopulations: {cell: {size: 60, model: hodgkin_huxley}}\n"
        "inputs: {push: {type: dc, target: cell, amplitude: 10 uA/cm2, start: 5 ms, stop: 7 ms}}\nrecord: {cell: {V: {every: 0.025 ms}}}\n")
    call("run", "cells.yaml", "--out", "cells.h5")
    call("report", "cells.h5")
    table = data_of(tmp_path / "cells.html")["populations"][0]["features"]
    assert [row["neuron"] for row in table["rows"]] == list(range(50))
    assert table["note"].endswith(" First 50 of 60 neurons; hillock features cells.h5 --csv prints all.")
    assert len(call("features", "cells.h5", "--csv").stdout.splitlines()) == 61


def test_a_partial_file_says_that_it_is_one(call, tmp_path, opened):
    (tmp_path / "noisy.yaml").write_text(NOISY)
    call("run", "noisy.yaml", "--out", "noisy.h5")
    (tmp_path / "part.h5.partial").write_bytes((tmp_path / "noisy.h5").read_bytes())
    with h5py.File(tmp_path / "part.h5.partial", "r+") as file:
        file.attrs["complete"] = np.int8(0)
        file.attrs.modify("status", np.bytes_("running"))
    assert call("report", "part.h5.partial").stdout == "part.html: open it in a browser\n"
    assert "This file is not complete (running" in opened(tmp_path / "part.html").locator(".warning").inner_text()


# What it draws and does ----------------------------------------------------------------------------------------------------


def test_the_action_potential_is_drawn_where_it_is(quick, opened, tmp_path):
    page = opened(quick)
    assert page.title() == "quick.h5" and page.locator("h2").all_inner_texts() == ["cell: 1 neuron", "Where it comes from"]
    with h5py.File(tmp_path / "quick.h5") as file:
        time, V = file["report/cell/time"][:], file["report/cell/V"][:, 0]
    area = page.locator(".chart .u-over").first
    trace = near(picture(area), "#0072b2")
    rows, columns = np.nonzero(trace)
    assert abs(columns[np.argmin(rows)] / trace.shape[1] * 200 - time[V.argmax()]) < 0.5  # ms
    top, bottom = rows.min(), rows.max()
    resting = np.nonzero(trace[:, int(0.2 * trace.shape[1])])[0].mean()  # long before the stimulus
    height = (resting - top) / (bottom - top)
    assert height == pytest.approx((V.max() - V[0]) / (V.max() - V.min()), abs=0.02)


def test_keys_wheel_drag_and_buttons_move_all_charts(noisy, opened):
    page = opened(noisy)
    assert shown(page) == (0, 4000)
    page.keyboard.press("+")
    assert shown(page) == (1000, 3000)
    page.keyboard.press("ArrowRight")
    assert shown(page) == (1500, 3500)
    page.keyboard.press("-")
    assert shown(page) == (0, 4000)  # no further than the run
    area = page.locator(".chart .u-over").first.bounding_box()
    page.mouse.move(area["x"] + 0.25 * area["width"], area["y"] + 20)
    page.mouse.down()
    page.mouse.move(area["x"] + 0.5 * area["width"], area["y"] + 30, steps=5)
    page.mouse.up()
    assert shown(page) == pytest.approx((1000, 2000), abs=10)
    before = shown(page)
    page.mouse.wheel(0, -100)
    page.wait_for_function("from => document.getElementById('range').textContent !== from", arg=f"{before[0]:g} to {before[1]:g} ms")
    assert shown(page)[1] - shown(page)[0] == pytest.approx(0.8 * (before[1] - before[0]), rel=1e-3)
    page.get_by_role("button", name="Whole run").click()
    assert shown(page) == (0, 4000)


def test_zooming_in_shows_every_sample(noisy, opened, tmp_path):
    page = opened(noisy)
    overview = picture(page.locator(".chart .u-over").first)
    for _ in range(9):
        page.keyboard.press("+")
    start, end = shown(page)
    assert end - start == pytest.approx(4000 / 2**9, rel=1e-3)
    zoomed = picture(page.locator(".chart .u-over").first)
    assert near(overview, "#0072b2").mean() > 2 * near(zoomed, "#0072b2").mean() > 0  # a band became a line


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_system_and_the_key_changes_it(quick, opened, scheme):
    page = opened(quick, color_scheme=scheme)
    brightness = picture(page.locator("body")).mean()
    page.keyboard.press("d")
    changed = picture(page.locator("body")).mean()
    assert (brightness > 0.8 and changed < 0.3) if scheme == "light" else (brightness < 0.3 and changed > 0.8)


def test_everything_can_be_reached_by_keyboard(quick, opened):
    page = opened(quick)
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.className || document.activeElement.tagName"))
    assert reached[:6] == ["whole", "in", "out", "left", "right", "theme"]
    assert reached.count("chart") == 3 and "scroll" in reached and "PRE" in reached
    labels = page.eval_on_selector_all(".chart", "all => all.map(one => one.getAttribute('aria-label'))")
    assert labels == ["cell: membrane potential over time", "cell: spikes of each neuron", "cell: rate over time"]


# Faults ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.faults
def test_what_cannot_be_reported_is_an_error(call, tmp_path, quick):
    assert call("report", "none.h5", expect=5).stderr.startswith("error: none.h5")
    (tmp_path / "text.h5").write_text("no HDF5")
    assert call("report", "text.h5", expect=5).stderr.startswith("error: text.h5")
    assert not (tmp_path / "text.html").exists()
    before = quick.read_text()
    assert call("report", "quick.h5", "--out", "quick.html", expect=5).stderr == \
        "error: quick.html exists; add --force to replace it, or choose another name with --out\n"
    call("report", "quick.h5", "--out", "quick.html", "--force")
    assert quick.read_text() == before
    assert call("report", "quick.h5", "--out", "quick.h5", "--force", expect=2).stderr == \
        "error: --out quick.h5 is the file of the run itself\n  write for instance --out report.html\n"
    assert call("report", "quick.h5", "--out", "none/x.html", expect=5).stderr == \
        "error: none/x.html: the folder 'none' does not exist; create it first\n"
