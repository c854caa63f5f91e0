"""`stop_when:` of a config: conditions that end a run before its duration."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest

CONFIG = """
simulation: {{duration: {duration}, dt: 0.1 ms, spike_times: {spike_times}}}
populations:
  cell: {{model: lif, size: 40}}
  n: {{model: adex, size: 20, receptors: {{ampa: {{model: exp_current}}}}}}
inputs:
  step: {{type: dc, target: cell, amplitude: {{linspace: [300 pA, 600 pA]}}, start: 5 ms, stop: 190 ms}}
  o: {{type: ou, target: n, mean: 700 pA, sigma: 200 pA, tau: 5 ms}}
  p: {{type: poisson, target: n, receptor: ampa, rate: 1 kHz, weight: 50 pA}}
record:
  cell: {{V: true, I: {{every: 0.7 ms}}, spikes: true, dtype: float64}}
  n: {{w: {{mean: true}}, I_syn: true, spikes: true, V: {{around_spikes: {{before: 0.5 ms, after: 1 ms}}}}, dtype: float64}}
analysis: {{cell: {{statistics: all, start: 10 ms}}}}
"""
WAYS = [("--threads", "1"), ("--threads", "2"), ("--threads", "3"), ("--threads", "1", "--backend", "interpreter")]
CONDITIONS = [
    "spike_count >= 100",
    "{condition: rate > 43 Hz, window: 20 ms}",
    "{condition: 'V > -56 mV and t > 30 ms', neurons: any}",
    "{condition: V > -63 mV and I > 0 pA, neurons: all}",
]


def config(stop: str = "", *, duration: str = "200 ms", spike_times: str = "grid") -> str:
    return CONFIG.format(duration=duration, spike_times=spike_times) + (f"stop_when: {stop}\n" if stop else "")


def data(path, *left_out: str) -> dict[str, np.ndarray]:
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, one: found.update({name: one[()]})
                        if isinstance(one, h5py.Dataset) and not name.startswith(("meta", *left_out)) else None)
    return found


def attributes(path) -> dict[str, object]:
    with h5py.File(path) as file:
        return {name: value.decode() if isinstance(value, bytes) else value for name, value in file.attrs.items()}


def assert_same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys() and len(one) > 0
    for name, values in one.items():
        assert np.asarray(values).tobytes() == np.asarray(other[name]).tobytes(), name


@pytest.mark.parametrize("spike_times", ["grid", "interpolated"])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_all_data_are_those_of_a_run_of_that_duration(run_hillock, condition, spike_times):
    stopped = run_hillock(config(f"{{cell: {condition}}}", spike_times=spike_times), "--threads", "1").output
    facts = attributes(stopped)
    time = float(facts["stopped_at_ms"])
    assert facts["complete"] == 1 and facts["status"] == "complete" and 10 < time < 200 and facts["recorded_until_ms"] == time
    assert_same(data(stopped), data(run_hillock(config(duration=f"{time!r} ms", spike_times=spike_times)).output))
    with h5py.File(stopped) as file:
        assert file["meta"].attrs["duration_ms"] == 200 and len(file["report/cell/time"]) == round(time * 10)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_threads_and_backend_change_neither_the_end_nor_a_bit(run_hillock, condition):
    files = [run_hillock(config(f"{{cell: {condition}}}"), *way).output for way in WAYS]
    for other in files[1:]:
        assert_same(data(files[0]), data(other))
        assert attributes(other)["stopped_at_ms"] == attributes(files[0])["stopped_at_ms"]


def test_it_ends_where_the_condition_holds_for_the_first_time(run_hillock):
    """Looked up in what a run without conditions recorded: V and I as frames show them, spikes as they are stored."""
    whole = data(run_hillock(config()).output)
    times, V = whole["report/cell/time"], whole["report/cell/V"]
    spikes = whole["spikes/cell/timestamps"]

    def stopped_at(stop: str) -> float:
        return attributes(run_hillock(config(stop)).output)["stopped_at_ms"]

    def first(holds: np.ndarray) -> float:
        return times[np.flatnonzero(holds & (times > 0))[0]]

    assert stopped_at("{cell: spike_count >= 100}") == pytest.approx(spikes[99])
    few = spikes[whole["spikes/cell/node_ids"] >= 38]
    assert stopped_at("{cell 38..39: spike_count > 4}") == pytest.approx(few[4])
    assert stopped_at("{cell: V >= -60 mV}") == pytest.approx(first((V >= -60).any(axis=1)))
    assert stopped_at("{cell 0: V >= -60 mV}") == pytest.approx(first(V[:, 0] >= -60))
    assert stopped_at("{cell 3..7: {condition: V >= -60 mV, neurons: all}}") == pytest.approx(first((V[:, 3:8] >= -60).all(axis=1)))
    # Parameters, functions and logic are those of the model's language.
    assert stopped_at("{cell: 'not (abs(V - V_th) > 2 mV or t < 8 ms)'}") == pytest.approx(
        first((np.abs(V + 55) <= 2).any(axis=1) & (times >= 8)))
    assert stopped_at("{cell: I > 0 pA}") == pytest.approx(5)
    step = np.arange(1, 2001)
    counts = np.histogram(np.round(spikes * 10), np.arange(0.5, 2001))[0]
    in_window = np.convolve(counts, np.ones(200))[:2000]
    assert stopped_at("{cell: {condition: rate > 43 Hz, window: 20 ms}}") == pytest.approx(
        step[(in_window / 40 / 0.02 > 43) & (step >= 200)][0] / 10)


def test_a_rate_is_known_after_its_window_and_may_be_too_low(run_hillock):
    quiet = run_hillock(config("{cell: {condition: rate < 1 Hz, window: 7 ms}}").replace("start: 5 ms", "start: 150 ms"))
    assert attributes(quiet.output)["stopped_at_ms"] == 7
    falling = run_hillock(config("{cell: {condition: t > 100 ms and rate < 0.5 Hz, window: 30 ms}}").replace("stop: 190 ms", "stop: 120 ms"))
    last = data(falling.output)["spikes/cell/timestamps"][-1]
    assert attributes(falling.output)["stopped_at_ms"] == pytest.approx(last + 30)


def test_of_several_conditions_the_first_that_holds_ends_the_run_and_is_named(run_hillock):
    run = run_hillock(config("{n: spike_count >= 1000, cell 0..9: {condition: V > V_th - 1 mV, neurons: all}, cell: 'spike_count >= 5'}"))
    facts = attributes(run.output)
    assert facts["reason"] == "cell: spike_count >= 5"
    assert f"  stop_when ended it at {facts['stopped_at_ms']:g} ms of 200 ms: cell: spike_count >= 5\n" in run.stdout
    both = run_hillock(config("{cell: spike_count >= 5, cell 0..39: spike_count >= 4 + 1}"))
    assert attributes(both.output)["reason"] == "cell: spike_count >= 5"


def test_a_condition_that_never_holds_changes_nothing(run_hillock):
    run = run_hillock(config("{cell: V > 0 mV, n: spike_count > 100000}"))
    assert "stop_when" not in run.stdout and not {"stopped_at_ms", "reason"} & attributes(run.output).keys()
    assert_same(data(run.output), data(run_hillock(config()).output))
    last = run_hillock(config("{cell: t >= 200 ms}"))
    assert attributes(last.output)["stopped_at_ms"] == 200
    assert_same(data(last.output), data(run.output))


def test_what_at_sets_after_the_stop_never_happens(run_hillock):
    at = "at: {%s: {set: {inputs.step.amplitude: 0 pA}}}\n"
    plain = run_hillock(config("{cell: spike_count >= 100}")).output
    time = float(attributes(plain)["stopped_at_ms"])
    assert_same(data(plain), data(run_hillock(config("{cell: spike_count >= 100}") + at % f"{time!r} ms").output))
    switched = run_hillock(config("{cell: spike_count >= 100}") + at % "10 ms", "--threads", "2").output
    assert attributes(switched).get("stopped_at_ms") is None
    # A condition goes by the parameters that hold.
    text = config("{cell: V > V_th - 2 mV and t > 12 ms}") + "at: {10 ms: {set: {populations.cell.params.V_th: -50 mV}}}\n"
    V = data(run_hillock(text.replace("stop_when", "# stop_when")).output)["report/cell/V"]
    holds = (V > -52).any(axis=1) & (np.arange(2000) > 120)
    assert attributes(run_hillock(text).output)["stopped_at_ms"] == pytest.approx(np.flatnonzero(holds)[0] / 10)


def test_it_is_shown_by_info_check_and_report(run_hillock, call, tmp_path):
    run = run_hillock(config("{cell: {condition: rate > 43 Hz, window: 20 ms}}"))
    time = attributes(run.output)["stopped_at_ms"]
    by = "cell: rate > 43 Hz, window 20 ms"
    text = call("info", run.output).stdout
    assert f"status: complete, stopped at {time:g} ms by stop_when ({by})\n" in text and "model time: 200 ms" in text
    facts = json.loads(call("info", run.output, "--json").stdout)
    assert (facts["complete"], facts["reason"], facts["stopped_at_ms"], facts["duration_ms"]) == (True, by, time, 200)
    assert f"stop_when {by}: may end the run earlier\n" in call("check", run.config).stdout
    assert json.loads(call("check", run.config, "--json").stdout)["stop_when"] == [by]
    call("report", run.output, "--out", "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"stopped at {time:g} ms by stop_when ({by.replace('>', chr(92) + 'u003e')})" in page or f"stopped at {time:g} ms by stop_when ({by})" in page


def test_what_is_measured_ends_at_the_stop(run_hillock, call):
    text = config("{cell: spike_count >= 100}").replace("statistics: all, start: 10 ms", "statistics: [rate], start: 10 ms, stop: 150 ms")
    run = run_hillock(text)
    time, found = attributes(run.output)["stopped_at_ms"], data(run.output)
    counts = [np.sum((found["spikes/cell/node_ids"] == k) & (found["spikes/cell/timestamps"] >= 10)) for k in range(40)]
    np.testing.assert_allclose(found["analysis/cell/rate"], np.array(counts) / (time - 10) * 1000)
    later = run_hillock(text.replace("start: 10 ms, stop: 150 ms", "start: 150 ms"))
    with h5py.File(later.output) as file:
        assert np.isnan(file["analysis/cell/rate"][()]).all()
    whole = json.loads(call("features", later.output, "--json").stdout)
    assert whole["populations"][0]["spikes"]["stop_ms"] == time


LIF = """
simulation: {duration: 100 ms, dt: 0.1 ms}
populations: {cell: {model: lif}, dish: {model: own.yaml}}
inputs: {step: {type: dc, target: cell, amplitude: 1 pA}}
record: {cell: [V]}
"""
DISH = """name: own
summary: A model without spikes
source: test
inputs: {I: pA}
params: {tau: {default: 10 ms, doc: time constant}}
state: {V: {init: 0 mV, doc: potential}, rate: {init: 0, doc: something}}
equations:
  dV/dt: -V / tau + I / (1 pF)
  drate/dt: -rate / tau
"""


@pytest.mark.parametrize(("stop", "text"), [
    ("spike_count >= 1", "5:12: error: 'stop_when' must be a map of populations and conditions, got 'spike_count >= 1'\n"
     "   5 | stop_when: spike_count >= 1\n     |            ^~~~~~~~~~~~~~~~ write for example stop_when: {cell: spike_count >= 1}\n"),
    ("{}", "5:1: error: 'stop_when' is empty\n   5 | stop_when: {}\n     | ^~~~~~~~~ write for example stop_when: {cell: spike_count >= 1}\n"),
    ("{cel: spike_count >= 1}", "5:13: error: stop_when: there is no population 'cel'\n   5 | stop_when: {cel: spike_count >= 1}\n"
     "     |             ^~~ did you mean 'cell'?\n"),
    ("{cell 0..3: spike_count >= 1}", "5:13: error: stop_when: neuron 3 is not in 'cell', which has 1 neurons\n"
     "   5 | stop_when: {cell 0..3: spike_count >= 1}\n     |             ^~~~~~~~~ they are counted from 0 to 0\n"),
    ("{cell: U > 0 mV}", "5:19: error: population 'cell' has no variable 'U'\n   5 | stop_when: {cell: U > 0 mV}\n"
     "     |                   ^ it has: spike_count, rate, V, I\n"),
    ("{cell: V > V_thr}", "5:23: error: population 'cell' has no variable 'V_thr'\n   5 | stop_when: {cell: V > V_thr}\n"
     "     |                       ^~~~~ did you mean 'V_th'?\n"),
    ("{cell: V}", "5:19: error: 'stop_when' needs a condition, found voltage (mV)\n   5 | stop_when: {cell: V}\n"
     "     |                   ^ compare it, as in V > 0 mV\n"),
    ("{cell: V > 3 ms}", "5:19: error: cannot compare voltage (mV) with time (ms)\n   5 | stop_when: {cell: V > 3 ms}\n"
     "     |                   ^~~~~~~~\n"),
    ("{cell: 3 > 2}", "5:19: error: this condition names nothing that changes during a run\n   5 | stop_when: {cell: 3 > 2}\n"
     "     |                   ^~~~~ write for example stop_when: {cell: spike_count >= 1}\n"),
    ("{cell: [V > 1 mV]}", "5:19: error: what ends a run must be a condition, got a list\n   5 | stop_when: {cell: [V > 1 mV]}\n"
     "     |                   ^ write for example stop_when: {cell: spike_count >= 1}\n"),
    ("{cell: {}}", "5:13: error: 'stop_when' of 'cell' has no 'condition'\n   5 | stop_when: {cell: {}}\n"
     "     |             ^~~~ write for example {condition: rate > 200 Hz, window: 50 ms}\n"),
    ("{cell: {conditon: V > 1 mV}}", "5:20: error: 'conditon' is not a key of 'stop_when' of 'cell'\n   5 | stop_when: {cell: {conditon: V > 1 mV}}\n"
     "     |                    ^~~~~~~~ did you mean 'condition'? valid keys: condition, window, neurons\n"),
    ("{cell: spike_count > 1 and V > 0 mV}", "5:19: error: 'spike_count' is of all neurons together, 'V' of each: they cannot stand in one condition\n"
     "   5 | stop_when: {cell: spike_count > 1 and V > 0 mV}\n"
     "     |                   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~ write one entry for each; the first that holds ends the run\n"),
    ("{cell: rate > 3 Hz}", "5:19: error: 'rate' needs a 'window', the time over which spikes are counted\n   5 | stop_when: {cell: rate > 3 Hz}\n"
     "     |                   ^~~~~~~~~~~ write for example {condition: rate > 200 Hz, window: 50 ms}\n"),
    ("{cell: {condition: rate > 3 Hz, window: 0.05 ms}}", "5:52: error: window (0.05 ms) is not a multiple of dt (0.1 ms)\n"
     "   5 | stop_when: {cell: {condition: rate > 3 Hz, window: 0.05 ms}}\n     |                                                    ^~~~~~~ the nearest are 0 ms and 0.1 ms\n"),
    ("{cell: {condition: rate > 3 Hz, window: 0 ms}}", "5:52: error: window must be positive, got 0 ms\n"
     "   5 | stop_when: {cell: {condition: rate > 3 Hz, window: 0 ms}}\n     |                                                    ^~~~\n"),
    ("{cell: {condition: rate > 3 Hz, window: 2 s}}", "5:52: error: the window (2000 ms) is longer than the run (100 ms): no rate would ever be known\n"
     "   5 | stop_when: {cell: {condition: rate > 3 Hz, window: 2 s}}\n     |                                                    ^~~ shorten 'window', or lengthen 'duration'\n"),
    ("{cell: {condition: V > 3 mV, window: 2 ms}}", "5:49: error: 'window' is that of 'rate', which this condition does not name\n"
     "   5 | stop_when: {cell: {condition: V > 3 mV, window: 2 ms}}\n     |                                                 ^~~~ remove it\n"),
    ("{cell: {condition: V > 0 mV, neurons: some}}", "5:50: error: neurons cannot be 'some'\n"
     "   5 | stop_when: {cell: {condition: V > 0 mV, neurons: some}}\n     |                                                  ^~~~ it is one of: any, all\n"),
    ("{cell: {condition: spike_count > 1, neurons: all}}", "5:57: error: 'neurons' is for conditions on variables: this one is of all neurons together\n"
     "   5 | stop_when: {cell: {condition: spike_count > 1, neurons: all}}\n     |                                                         ^~~ remove it\n"),
    ("{dish: spike_count > 1}", "5:19: error: model 'own' of 'dish' has no spikes\n   5 | stop_when: {dish: spike_count > 1}\n"
     "     |                   ^~~~~~~~~~~~~~~ write a condition on its variables\n"),
    ("{dish: rate > 1/ms}", "5:19: error: model 'own' has a 'rate' of its own: here the name is that of the spikes of the population\n"
     "   5 | stop_when: {dish: rate > 1/ms}\n     |                   ^~~~~~~~~~~ rename it in the model\n"),
])
def test_mistakes_have_texts_of_their_own(run_hillock, tmp_path, stop, text):
    (tmp_path / "own.yaml").write_text(DISH, encoding="utf-8")
    run = run_hillock(LIF.lstrip("\n") + f"stop_when: {stop}\n", expect=2)
    assert run.stderr == f"{run.config}:{text}"


def test_it_cannot_change_during_a_run(run_hillock):
    run = run_hillock(config("{cell: spike_count >= 100}") + "at: {10 ms: {set: {stop_when.cell: spike_count >= 3}}}\n", expect=2)
    assert "error: only parameters of models, values of inputs and weights can change during a run" in run.stderr


# Sweeps ---------------------------------------------------------------------------------------------------------------

SWEPT = """
simulation: {duration: 120 ms, dt: 0.1 ms}
populations:
  cell: {model: adex}
  pair: {model: lif, size: 2}
inputs:
  step: {type: dc, target: cell, amplitude: 0 pA, start: 10 ms}
  drive: {type: ou, target: pair, mean: 400 pA, sigma: 100 pA, tau: 5 ms}
record: {cell: {V: true, w: {every: 0.7 ms}, spikes: true}, pair: {V: {neurons: [1]}, spikes: true, dtype: float64}}
analysis: {cell: {features: [AP_amplitude, time_to_first_spike, maximum_voltage], statistics: [rate], start: 10 ms, stop: 120 ms}}
stop_when: {cell: spike_count >= 3, pair: {condition: V > -52 mV and t > 60 ms, neurons: all}}
sweep:
  parameters: {inputs.step.amplitude: {from: 400 pA, to: 2 nA, count: 24}}
  repeat: 2
  keep: [summary, spikes, traces]
"""


@pytest.fixture
def sweep(call, tmp_path):
    """`sweep(config, *words)`: the data sets of the sweep's file."""
    count = 0

    def run(text: str, *words, expect: int = 0) -> dict[str, np.ndarray]:
        nonlocal count
        count += 1
        path, out = tmp_path / "swept.yaml", tmp_path / f"swept_{count}.h5"
        path.write_text(text, encoding="utf-8")
        call("sweep", path, "--out", out, *words, expect=expect)
        return data(out)

    return run


@pytest.mark.parametrize("words", [("--stack", "1"), ("--threads", "1"), ("--backend", "interpreter"), ("--stack", "16", "--threads", "2")])
def test_each_point_of_a_sweep_has_its_own_end_however_points_are_run(sweep, words):
    one = sweep(SWEPT)
    assert len(set(one["stopped_at"])) > 10 and np.nanmin(one["stopped_at"]) < 30
    assert_same(one, sweep(SWEPT, *words))


def test_a_point_is_what_its_run_alone_is(sweep, run_hillock):
    table = sweep(SWEPT)
    times = table["report/cell/time"]
    for point in (0, 1, 20, 33, 47):
        amplitude, seed = float(table["amplitude"][point]), table["seed"][point]
        alone = run_hillock(SWEPT, "--set", f"inputs.step.amplitude={amplitude!r} pA", "--set", f"simulation.seed={seed}").output
        found, stopped = data(alone), attributes(alone).get("stopped_at_ms", np.nan)
        np.testing.assert_equal(table["stopped_at"][point], stopped)
        reached = 120 if np.isnan(stopped) else stopped
        V = table["report/cell/V"][point]
        np.testing.assert_array_equal(V[: len(found["report/cell/V"])], found["report/cell/V"])
        assert np.isnan(V[times >= reached - 0.01]).all() and np.isfinite(V[times < reached - 0.01]).all()
        mine = table["spikes/pair/run"] == point
        np.testing.assert_array_equal(table["spikes/pair/timestamps"][mine], found["spikes/pair/timestamps"])
        assert table["pair_rate"][point] == pytest.approx(len(found["spikes/pair/timestamps"]) / 2 / reached * 1000)
        np.testing.assert_equal(table["cell_maximum_voltage"][point], found["analysis/cell/maximum_voltage"][0])
        np.testing.assert_equal(table["cell_rate"][point], found["analysis/cell/rate"][0])


def test_a_point_that_would_fail_after_its_end_does_not_and_spoils_no_other(sweep, tmp_path):
    """dV/dt = V^2/(1 mV)/tau from V0: V is 1 V at tau*(1 mV/V0 - 1/1000), and infinite 0.01 ms later."""
    (tmp_path / "own.yaml").write_text("""name: own
summary: A potential that becomes infinite
source: test
inputs: {I: pA}
params: {tau: {default: 10 ms, doc: time constant}}
state: {V: {init: 1 mV, doc: potential}}
equations:
  dV/dt: V * V / (1 mV) / tau + I / (1 pF)
""", encoding="utf-8")
    text = """
simulation: {duration: 30 ms, dt: 0.01 ms, method: rk4}
populations: {cell: {model: own.yaml}}
record: {cell: {V: {every: 1 ms}}}
stop_when: {cell: V > 100 mV}
sweep: {parameters: {populations.cell.params.tau: {from: 5 ms, to: 40 ms, count: 15}}, keep: traces}
"""
    table = sweep(text)
    expected = table["tau"] * (1 - 1 / 100)
    np.testing.assert_allclose(table["stopped_at"], np.where(expected < 30, expected, np.nan), atol=0.02)
    assert (table["status"] == 0).all()
    assert_same(table, sweep(text, "--stack", "1"))


def test_a_search_runs_each_point_to_its_own_end(sweep):
    search = "search: {bisection: {parameter: inputs.step.amplitude, from: 0 pA, to: 2 nA, until: cell_spike_count >= 1, tolerance: 0.1 pA}}\n"
    text = SWEPT[: SWEPT.index("sweep:")] + search
    stopped, whole = sweep(text.replace("cell: spike_count >= 3, pair: {condition: V > -52 mV and t > 60 ms, neurons: all}", "cell: spike_count >= 1")), \
        sweep(text.replace("stop_when", "# stop_when"))
    np.testing.assert_array_equal(stopped["amplitude"], whole["amplitude"])
    assert stopped["stopped_at"][0] < 120


def test_a_run_that_ends_in_the_transient_is_a_failure_with_its_reason(sweep, tmp_path):
    after = SWEPT.replace("repeat: 2", "after: 80 ms")
    sweep(after.replace("V > -52 mV", "V > -60 mV"), expect=4)
    with h5py.File(tmp_path / "swept_1.h5") as file:
        reasons = {reason.decode() for reason in file["failures/reason"]}
        assert (file["status"][()] == 1).all() and np.isnan(file["stopped_at"][()]).all()
    assert len(reasons) == 1 and reasons.pop().endswith(
        ", before the values of the points hold from 80 ms on (after); let it hold later, for example with t > 80 ms")


@pytest.mark.parametrize("words", [("--stack", "1"), ("--threads", "1")])
def test_what_was_counted_in_the_transient_counts(sweep, words):
    after = SWEPT.replace("repeat: 2", "after: 40 ms").replace("amplitude: 0 pA", "amplitude: 700 pA") \
        .replace("spike_count >= 3", "{condition: spike_count >= 3 and rate >= 0 Hz, window: 50 ms}").replace("count: 24", "count: 8")
    one = sweep(after)
    assert len(set(one["stopped_at"])) > 3 and (one["cell_spike_count"] <= 3).all() and np.nanmin(one["stopped_at"]) == 50
    assert_same(one, sweep(after, *words))
