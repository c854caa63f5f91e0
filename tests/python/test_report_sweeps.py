"""`hillock report SWEEP` in a real browser: what the page of a sweep holds, draws and says."""

from __future__ import annotations

import json
import re

import h5py
import numpy as np
import pytest
from test_plot_sweeps import ONE, THREE, TWO, swept  # noqa: F401 (a fixture)
from test_report import browser, near, numbers, opened, picture  # noqa: F401 (fixtures)


def data_of(page) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="sweep">(.*?)</script>', page.read_text(), re.DOTALL)[1])


@pytest.fixture
def page_of(swept, call, tmp_path):  # noqa: F811
    def make(config):
        swept(config)
        call("report", "s.h5")
        return tmp_path / "s.html"

    return make


def fail_a_point(path):
    with h5py.File(path, "a") as file:
        file["status"][4] = 1
        file["rate"][4] = np.nan
        file["failures/run"].resize((1,))
        file["failures/reason"].resize((1,))
        file["failures/run"][0], file["failures/reason"][0] = 4, b"V of neuron 0 is <not> finite"


def test_the_page_holds_the_table_of_the_file(page_of, tmp_path):
    data = data_of(page_of(TWO))
    with h5py.File(tmp_path / "s.h5") as file:
        for one in (*data["parameters"], *data["measures"]):
            assert np.array_equal(numbers(one["numbers"], "<f8"), file[one["name"]], equal_nan=True)
            assert one["unit"] == file[one["name"]].attrs["units"].decode()
        assert dict(data["texts"])["config"] == file["meta/config"][()].decode()
        assert np.array_equal(numbers(data["status"], "i1"), file["status"])
    assert [one["name"] for one in data["parameters"]] == ["amplitude", "tau_m"] and data["summary"].startswith("33 points; 200 ms of model time")


def test_over_one_parameter_there_is_a_curve_and_the_legend_shows_what_is_pointed_at(page_of, opened, tmp_path):  # noqa: F811
    page = opened(page_of(ONE))
    page.select_option("#measure", "rate")
    assert page.locator("#figure").get_attribute("aria-label") == "rate over amplitude"
    box = page.locator("#figure .u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 30)
    shown = page.locator("#figure .u-legend .u-value").all_inner_texts()
    with h5py.File(tmp_path / "s.h5") as file:
        last = file["rate"][-3:]
    assert float(shown[0]) == 1000 and [float(one) for one in shown[1:]] == pytest.approx([last.mean(), last.max(), last.min()], rel=1e-5)
    assert near(picture(page.locator("#figure canvas")), "#0072b2").sum() > 200


def test_over_two_parameters_there_is_a_map_that_says_the_value_pointed_at(page_of, opened, tmp_path):  # noqa: F811
    page = opened(page_of(TWO))
    page.select_option("#measure", "rate")
    with h5py.File(tmp_path / "s.h5") as file:
        rates = file["rate"][:].reshape(11, 3)
    box = page.locator("#figure .u-over").bounding_box()
    for column, row in ((0, 0), (10, 2), (5, 1)):
        page.mouse.move(box["x"] + (column + 0.5) / 11 * box["width"], box["y"] + (2.5 - row) / 3 * box["height"])
        text = page.locator("#value").inner_text()
        found = re.fullmatch(r"amplitude = (\S+) pA, tau_m = (\S+) ms, rate = (\S+) Hz", text)
        assert [float(one) for one in found.groups()] == pytest.approx([100 * column, 10 * (row + 1), rates[column, row]], rel=1e-5)
    pixels = picture(page.locator("#figure .u-over"))
    assert near(pixels, data_of(tmp_path / "s.html")["colours"][-1]).any() and near(pixels, data_of(tmp_path / "s.html")["colours"][0]).any()
    page.select_option("#y", "")
    assert page.locator("#figure").get_attribute("aria-label") == "rate over amplitude" and page.locator("#figure .u-legend .u-series").count() == 4


def test_failures_and_the_table_are_shown_in_words(swept, call, opened, tmp_path):  # noqa: F811
    fail_a_point(swept(TWO))
    call("report", "s.h5")
    page = opened(tmp_path / "s.html")
    assert "1 failed" in page.locator("#summary").inner_text()
    assert page.locator("h2:text('Failures') + .scroll tbody tr").all_inner_texts() == ["4\t1\tV of neuron 0 is <not> finite"]
    points = page.locator("h2:text('Points') + .scroll tbody tr")
    assert points.count() == 33 and points.nth(4).inner_text().startswith("4\tfailed\t100\t20")
    box = page.locator("#figure .u-over").bounding_box()
    page.mouse.move(box["x"] + 1.5 / 11 * box["width"], box["y"] + 0.5 * box["height"])
    assert page.locator("#value").inner_text().endswith("1 failed")
    assert "inputs.step.amplitude" in page.locator("details[open] pre").inner_text()


def test_dark_and_light_and_more_parameters(page_of, opened):  # noqa: F811
    page = opened(page_of(THREE), color_scheme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark" and page.locator("#x option").count() == 3
    page.keyboard.press("d")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.select_option("#y", "t_ref")
    assert page.locator("#figure").get_attribute("aria-label").endswith("over amplitude and t_ref") and page.locator(".bar").count() == 1
