"""`search:` of a config: thresholds by bisection, alone and at every point of a sweep."""

from __future__ import annotations

import numpy as np
import pytest

LIF = """
simulation: {duration: 300 ms, dt: 0.01 ms}
populations: {cell: {model: lif}}
inputs: {step: {type: dc, target: cell, amplitude: 0 pA, start: 10 ms}}
"""


@pytest.mark.parametrize("words", [("--stack", "1"), ("--threads", "1"), ("--backend", "interpreter")])
def test_what_is_found_does_not_depend_on_how_points_are_run(table, words):
    config = LIF + """
search: {bisection: {parameter: inputs.step.amplitude, from: 1 nA, to: 0.1 nA, until: spike_count < 3, tolerance: 0.01 pA}}
sweep: {parameters: {populations.cell.params.tau_m: {from: 5 ms, to: 20 ms, count: 13}}}
"""
    one, other = table(config), table(config, *words)
    for name in ("amplitude", "spike_count", "rate", "tau_m"):
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    assert set(one["spike_count"]) <= {0, 2} and (one["spike_count"] == 2).sum() > 5


def test_a_rate_is_compared_in_its_unit(table):
    """A LIF neuron that fires every T: T = t_ref + tau_m*log(R*I/(R*I - 15 mV))."""
    found = table(LIF + "search: {bisection: {parameter: inputs.step.amplitude, from: 0 pA, to: 2 nA, until: rate >= 0.02 kHz, tolerance: 0.001 pA}}\n")
    assert found["rate"][0] == 20 and 375 < found["amplitude"][0] < 500


def test_ends_that_do_not_hold_the_border_are_failures_with_their_reason(table):
    search = "search: {bisection: {parameter: inputs.step.amplitude, from: %s, to: %s, until: spike_count >= 1, tolerance: 1 pA}}\n"
    low = table(LIF + search % ("0 pA", "100 pA"), expect=4)
    assert low["failures"] == ["'spike_count >= 1' does not hold at 'to', 100 pA; end higher"] and low["status"][0] == 1
    high = table(LIF + search % ("400 pA", "500 pA"), expect=4)
    assert high["failures"] == ["'spike_count >= 1' holds at 'from' already, 400 pA; begin lower"]


@pytest.mark.parametrize(("change", "text"), [
    (("spike_count >= 1", "spik_count >= 1"), "error: 'spik_count' is not declared"),
    (("spike_count >= 1", "rate"), "error: 'until' needs a condition, found frequency (1/ms)"),
    (("spike_count >= 1", "rate > 3 mV"), "error: cannot compare frequency (1/ms) with voltage (mV)"),
    (("inputs.step.amplitude", "inputs.stp.amplitude"), "error: 'inputs' has no 'stp'"),
    (("inputs.step.amplitude", "inputs.step.ampl"), "error: 'ampl' is not a key of an input of type 'dc'"),
    ((", tolerance: 1 pA", ""), "error: 'bisection' needs 'tolerance'"),
    (("tolerance: 1 pA", "tolerance: 0 pA"), "error: 'tolerance' must be positive, and no finer than numbers are in this range"),
    (("tolerance: 1 pA", "tolerance: 1 mV"), "error: tolerance needs current (pA), as its 'from', got voltage (mV)"),
    (("to: 2 nA", "to: 0 pA"), "error: 'from' and 'to' are the same"),
    (("bisection", "newton"), "error: 'newton' is not a key of 'search'"),
])
def test_mistakes_are_errors_with_their_place(call, tmp_path, change, text):
    search = "search: {bisection: {parameter: inputs.step.amplitude, from: 0 pA, to: 2 nA, until: spike_count >= 1, tolerance: 1 pA}}\n"
    (tmp_path / "wrong.yaml").write_text(LIF + search.replace(*change))
    done = call("sweep", "wrong.yaml", "--out", "found.h5", expect=2)
    assert text in done.stderr and done.stderr.startswith("wrong.yaml:5:") and not (tmp_path / "found.h5.partial").exists()
