"""Runs that `stop_when` ends: hillock.run, slices, snapshots, files."""

from __future__ import annotations

import hillock
import numpy
import pytest

CONFIG = {
    "simulation": {"duration": "100 ms", "dt": "0.1 ms"},
    "populations": {"cell": {"model": "lif", "size": 40}},
    "inputs": {"step": {"type": "dc", "target": "cell", "amplitude": {"linspace": ["400 pA", "600 pA"]}}},
    "record": {"cell": ["V", "spikes"]},
    "analysis": {"cell": {"statistics": ["rate"]}},
    "stop_when": {"cell": "spike_count >= 50"},
}


def check_same(one: hillock.Run, other: hillock.Run) -> None:
    assert (one.stop, one.stopped_by, one.status) == (other.stop, other.stopped_by, other.status)
    for name in ("V", "time"):
        numpy.testing.assert_array_equal(getattr(one["cell"], name), getattr(other["cell"], name))
    numpy.testing.assert_array_equal(one["cell"].spikes.timestamps, other["cell"].spikes.timestamps)
    numpy.testing.assert_array_equal(one["cell"].analysis["rate"], other["cell"].analysis["rate"])


def test_a_run_says_why_it_ended_in_memory_and_in_its_file(tmp_path):
    run = hillock.run(CONFIG)
    assert run.stopped_by == "cell: spike_count >= 50" and run.status == "complete"
    assert 10 < run.stop < 40 and run.duration == 100 and len(run["cell"].V) == round(run.stop * 10)
    assert len(run["cell"].spikes) >= 50 and run["cell"].spikes.stop == run.stop
    assert numpy.mean(run["cell"].analysis["rate"]) == pytest.approx(len(run["cell"].spikes) / 40 / run.stop * 1000)
    numpy.testing.assert_array_equal(run["cell"].statistics("rate").rate, run["cell"].analysis["rate"])
    check_same(hillock.run(CONFIG, out=tmp_path / "stopped.h5"), run)
    whole = hillock.run(CONFIG, stop_when__cell="V > 0 mV")
    assert whole.stopped_by is None and whole.stop == 100


@pytest.mark.parametrize("slice", ["0.1 ms", "0.7 ms", "50 ms"])
@pytest.mark.parametrize("condition", ["spike_count >= 50", "V > V_th - 0.1 mV and t > 20 ms",
                                       {"condition": "rate > 30 Hz", "window": "10 ms"}])
def test_slices_end_where_one_run_does(condition, slice):
    config = {**CONFIG, "stop_when": {"cell": condition}}
    whole = hillock.run(config)
    sim = hillock.Simulation(config)
    assert sim.stopped_by is None and whole.stopped_by is not None
    while not sim.stopped_by:
        sim.run(slice)
    check_same(sim.recorded, whole)
    assert sim.time == whole.stop and sim.stopped_by == whole.stopped_by


def test_behind_the_end_there_is_no_slice_but_a_way_back():
    sim = hillock.Simulation(CONFIG)
    sim.run("10 ms")
    before = sim.snapshot()
    sim.run()
    ended = sim.time
    sim.run()  # it is at its end
    with pytest.raises(hillock.UserError) as caught:
        sim.run("1 ms")
    assert str(caught.value).splitlines()[0].endswith(f"stop_when ended this run at {ended:g} ms (cell: spike_count >= 50)")
    after = sim.snapshot()
    sim.restore(before)
    assert sim.stopped_by is None and sim.recorded.status == "interrupted"
    sim.run("1 ms")
    sim.restore(after)
    assert sim.stopped_by == "cell: spike_count >= 50"
    sim.restore(before)
    sim.run()
    check_same(sim.recorded, hillock.run(CONFIG))


def test_a_sweep_has_the_ends_of_its_points(tmp_path):
    config = {**CONFIG, "sweep": {"parameters": {"populations.cell.params.tau_m": ["10 ms", "12 ms", "400 ms"]}}}
    sweep = hillock.sweep(config, out=tmp_path / "swept.h5")
    stops = [hillock.run(CONFIG, populations__cell__params__tau_m=tau).stop for tau in ("10 ms", "12 ms", "400 ms")]
    numpy.testing.assert_array_equal(numpy.asarray(sweep["stopped_at"]), stops)
    assert hillock.check(CONFIG)["stop_when"] == ["cell: spike_count >= 50"]
