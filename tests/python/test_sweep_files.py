"""What `hillock check` says of a sweep before it runs, `hillock info` of its file, and `--retry-failed` of points that failed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest
from test_faults_disks import injection  # noqa: F401 the fixture

# The amplitude that is no number makes V so: the point fails. What is measured exists in any version of the config.
SWEPT = """simulation: {duration: 100 ms, dt: 0.1 ms}
populations:
  cell: {model: lif}
inputs:
  step: {type: dc, target: cell, amplitude: 0.4 nA}
record: {cell: [V, spikes]}
sweep:
  parameters:
    inputs.step.amplitude: {from: 0 nA, to: 1 nA, count: 5}
    populations.cell.params.tau_m: [10 ms, 20 ms]
  repeat: 2
  keep: [spikes, traces]
"""
FAILING = SWEPT.replace("tau_m: [10 ms, 20 ms]", "tau_m: [10 ms, -20 ms]")


def sets_of(path) -> dict[str, np.ndarray]:
    """All data sets of a file, /meta left out."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) and not name.startswith("meta") else None)
    return found


def assert_same(one, other):
    assert set(one) == set(other)
    for name in one:
        assert one[name].dtype == other[name].dtype and one[name].tobytes() == other[name].tobytes(), name


def write(folder, text, name="swept.yaml"):
    (folder / name).write_text(text, encoding="utf-8")
    return name


def mark_as_failed(path, points):
    """Makes points of a file failed ones, as if they had been."""
    with h5py.File(path, "r+") as file:
        for point in points:
            file["status"][point] = 1
        for name, item in file.items():
            if isinstance(item, h5py.Dataset) and item.dtype == "f8" and name not in file.attrs["sweep_parameters"].decode().split():
                values = item[()]
                values[list(points)] = np.nan
                item[...] = values
        for group in file.get("spikes", {}).values():
            kept = ~np.isin(group["run"][()], list(points))
            for name in ("timestamps", "node_ids", "run"):
                values = group[name][()][kept]
                group[name].resize((len(values),))
                group[name][...] = values
        for group in file.get("report", {}).values():
            for name in set(group) - {"run", "time", "neuron"}:
                for point in points:
                    group[name][point] = np.nan
        failures = file["failures"]
        for name, values in (("run", sorted(points)), ("reason", [b"the machine had a bad day"] * len(points))):
            failures[name].resize((len(points),))
            failures[name][...] = values


def test_check_predicts_points_axes_and_the_size_of_the_file(call, tmp_path):
    write(tmp_path, SWEPT)
    text = call("check", "swept.yaml").stdout
    found = json.loads(call("check", "swept.yaml", "--json").stdout)["sweep"]
    assert found["points"] == 20 and found["repeat"] == 2 and found["combine"] == "grid"
    assert [(axis["name"], axis["values"], axis["unit"], axis["first"], axis["last"]) for axis in found["axes"]] == \
        [("inputs.step.amplitude", 5, "pA", "0", "1000"), ("populations.cell.params.tau_m", 2, "ms", "10", "20")]
    assert found["keep"] == ["summary", "spikes", "traces"] and found["measures"][:2] == ["spike_count", "rate"]
    assert 0 < found["seconds_estimated"] < 60
    assert "sweep: 20 points, grid, each repeated 2 times\n  inputs.step.amplitude: 5 values, 0 to 1000 pA\n" in text
    assert re.search(r"  time of the sweep: about .+, estimated from a few of its first steps\n", text)
    call("sweep", "swept.yaml", "--out", "swept.h5")
    with h5py.File(tmp_path / "swept.h5") as file:
        assert found["table_bytes"] == sum(item.dtype.itemsize * item.size for item in file.values() if isinstance(item, h5py.Dataset))
        assert found["trace_bytes"] == file["report/cell/V"].dtype.itemsize * file["report/cell/V"].size
    assert "sweep" not in json.loads(call("check", write(tmp_path, SWEPT[:SWEPT.index("sweep:")], "plain.yaml"), "--json").stdout)


def test_check_says_of_drawn_points_that_their_axes_are_drawn(call, tmp_path):
    write(tmp_path, SWEPT.replace("count: 5}", "log: false}").replace("[10 ms, 20 ms]", "{normal: [20 ms, 1 ms]}")
          .replace("repeat: 2", "combine: sobol\n  count: 32").replace("[spikes, traces]", "summary"))
    text = call("check", "swept.yaml").stdout
    assert "sweep: 32 points, sobol\n  inputs.step.amplitude: drawn, " in text
    assert json.loads(call("check", "swept.yaml", "--json").stdout)["sweep"]["axes"][0]["values"] is None


def test_check_reports_mistakes_of_the_section_with_the_others(call, tmp_path):
    write(tmp_path, SWEPT.replace("dt: 0.1 ms", "dt: 0.1 mV").replace("count: 5", "cuont: 5").replace("keep:", "kep:"))
    for command in ("check", "sweep"):
        stderr = call(command, "swept.yaml", expect=2).stderr
        assert "dt" in stderr and "'cuont'" in stderr and "'kep'" in stderr, stderr
    found = json.loads(call("check", "swept.yaml", "--json", expect=2).stdout)
    assert len(found["diagnostics"]) >= 3
    write(tmp_path, SWEPT.replace("cell.params.tau_m:", "cell.params.tau:"))
    assert "'tau'" in call("check", "swept.yaml", expect=2).stderr


def test_info_says_what_the_file_of_a_sweep_holds(call, tmp_path):
    write(tmp_path, FAILING)
    call("sweep", "swept.yaml", "--out", "swept.h5", expect=4)
    text = call("info", "swept.h5").stdout
    assert "points: 20: 10 done, 10 failed, 0 left; each 2 times\n" in text
    assert "  amplitude (inputs.step.amplitude): 5 values, 0 to 1000 pA\n" in text
    assert re.search(r"failures:\n  points 2, 3, 6, 7, 10 and 5 more: .*tau_m", text)
    found = json.loads(call("info", "swept.h5", "--json").stdout)
    assert found["kind"] == "sweep" and found["complete"] and (found["done"], found["failed"], found["left"]) == (10, 10, 0)
    assert found["grid"] == [5, 2] and found["repeats"] == 2 and found["meta"]["config"] == FAILING
    assert found["meta"]["wall_simulate_s"] > 0
    assert [(one["name"], one["least"], one["most"]) for one in found["parameters"]] == [("amplitude", 0, 1000), ("tau_m", -20, 10)]
    assert {"name", "unit", "long_name", "least", "most"} == set(found["measures"][0])
    assert [one["run"] for one in found["failures"]] == [2, 3, 6, 7, 10, 11, 14, 15, 18, 19]
    assert found["traces"] == [{"group": "/report/cell", "frames": 1000, "neurons": 1, "variables": ["V"]}]
    with h5py.File(tmp_path / "swept.h5") as file:
        assert found["spikes"] == [{"population": "cell", "count": len(file["spikes/cell/run"])}]
        rate = file["rate"][()]
    assert [one for one in found["measures"] if one["name"] == "rate"][0]["most"] == np.nanmax(rate)


def test_commands_for_runs_say_what_to_do_with_a_sweep(call, tmp_path):
    write(tmp_path, SWEPT)
    call("sweep", "swept.yaml", "--out", "swept.h5")
    assert call("features", "swept.h5", expect=2).stderr == (
        "error: swept.h5 is of a sweep: its points were measured while they ran\n"
        "  hillock info lists the measures, the section 'analysis' of the config says which are taken\n")
    (tmp_path / "swept.h5").rename(tmp_path / "swept.h5.partial")
    assert call("recover", "swept.h5.partial", expect=2).stderr == (
        "error: swept.h5.partial is of a sweep, which needs no recovery: all points in it are right\n"
        "  the same hillock sweep command goes on with the others\n")


@pytest.mark.parametrize("out", [[], ["--out", "swept.h5"]], ids=["default name", "--out"])
def test_a_retry_gives_what_a_sweep_without_failures_gives(call, tmp_path, out):
    write(tmp_path, SWEPT)
    path = tmp_path / (out[1] if out else "results/swept.sweep.h5")
    call("sweep", "swept.yaml", *out)
    expected = sets_of(path)
    mark_as_failed(path, {0, 3, 4, 19})
    assert "4 failed" in call("info", path).stdout
    done = call("sweep", "swept.yaml", "--retry-failed", *out)
    assert "holds 16 of 20 points; the others are run" in done.stderr and "20 points in " in done.stdout
    assert_same(sets_of(path), expected)
    assert not path.with_name(path.name + ".partial").exists()
    with h5py.File(path) as file:
        assert file.attrs["retry"] == 1 and file.attrs["complete"] == 1
    assert call("sweep", "swept.yaml", "--retry-failed", *out).stdout.endswith(": no point has failed\n")


def test_only_the_points_that_failed_are_run_anew(call, tmp_path):
    """What the others have is copied: a value that no run gives stays."""
    write(tmp_path, SWEPT)
    call("sweep", "swept.yaml", "--out", "swept.h5")
    with h5py.File(tmp_path / "swept.h5", "r+") as file:
        file["rate"][7] = 4711
    mark_as_failed(tmp_path / "swept.h5", {5})
    call("sweep", "swept.yaml", "--out", "swept.h5", "--retry-failed")
    with h5py.File(tmp_path / "swept.h5") as file:
        assert file["rate"][7] == 4711 and np.all(file["status"][()] == 0)


OWN = SWEPT.replace("populations.cell.params.tau_m: [10 ms, 20 ms]", "simulation.duration: [100 ms, 50 ms]")


def test_a_retry_takes_over_the_traces_that_points_have_of_their_own(call, tmp_path):
    write(tmp_path, OWN)
    path = tmp_path / "swept.h5"
    call("sweep", "swept.yaml", "--out", "swept.h5")
    expected = sets_of(path)
    assert "runs/2/report/cell/V" in expected and "/runs: own traces of 10 points\n" in call("info", path).stdout
    assert json.loads(call("info", path, "--json").stdout)["with_own_traces"] == [2, 3, 6, 7, 10, 11, 14, 15, 18, 19]
    mark_as_failed(path, {0, 3})
    with h5py.File(path, "r+") as file:
        del file["runs/3"]
    call("sweep", "swept.yaml", "--retry-failed", "--out", "swept.h5")
    assert_same(sets_of(path), expected)


def test_a_retry_keeps_which_of_its_own_traces_sonata_finds(call, tmp_path):
    """The variable that was named first, where V is not recorded."""
    write(tmp_path, OWN.replace("model: lif", "model: adex").replace("[V, spikes]", "{w: true, U: true}"))
    path = tmp_path / "swept.h5"
    call("sweep", "swept.yaml", "--out", "swept.h5")
    mark_as_failed(path, {0})
    call("sweep", "swept.yaml", "--retry-failed", "--out", "swept.h5")
    with h5py.File(path) as file:
        group = file["runs/2/report/cell"]
        assert group.get("data", getlink=True).path == "w" and np.any(group["U"][()] != group["w"][()])


def test_points_may_record_what_the_config_does_not(call, tmp_path):
    write(tmp_path, SWEPT.replace("record: {cell: [V, spikes]}", "record: {cell: [spikes]}")
          .replace("populations.cell.params.tau_m: [10 ms, 20 ms]", "which: {cases: {a: {simulation.dt: 0.1 ms}, b: {record.cell: {V: {every: 1 ms}}}}}"))
    call("sweep", "swept.yaml", "--out", "swept.h5")
    with h5py.File(tmp_path / "swept.h5") as file:
        assert np.all(file["status"][()] == 0) and "report" not in file
        assert sorted(map(int, file["runs"])) == [2, 3, 6, 7, 10, 11, 14, 15, 18, 19] and file["runs/2/report/cell/V"].shape == (100, 1)


def test_a_parameter_may_be_called_runs(call, tmp_path):
    text = OWN.replace("inputs.step.amplitude: {from: 0 nA, to: 1 nA, count: 5}", "vars.runs: [1, 2]")
    write(tmp_path, "vars: {runs: 1}\n" + text)
    call("sweep", "swept.yaml", "--out", "swept.h5")
    with h5py.File(tmp_path / "swept.h5") as file:
        assert isinstance(file["runs"], h5py.Group) and np.all(file["status"][()] == 0)


def test_a_sweep_goes_on_where_a_kill_left_traces_of_points_that_are_not_done(call, tmp_path):
    """As it leaves them between the traces and the mark that they are there: what they are is not believed."""
    write(tmp_path, OWN)
    path = tmp_path / "swept.h5"
    call("sweep", "swept.yaml", "--out", "swept.h5")
    expected = sets_of(path)
    with h5py.File(path, "r+") as file:
        file["status"][7:] = -1
        file["runs/10/report/cell/V"][...] = 4711
        del file["runs/14/report/cell/V"]
        file.attrs["complete"] = np.int8(0)
    path.rename(path.with_name("swept.h5.partial"))
    assert "7 of 20" in call("sweep", "swept.yaml", "--out", "swept.h5").stderr
    assert_same(sets_of(path), expected)


def test_a_point_that_fails_again_keeps_its_reason(call, tmp_path):
    write(tmp_path, FAILING)
    call("sweep", "swept.yaml", "--out", "swept.h5", expect=4)
    before = sets_of(tmp_path / "swept.h5")
    assert "10 of 20 points failed" in call("sweep", "swept.yaml", "--out", "swept.h5", "--retry-failed", expect=4).stderr
    assert_same(sets_of(tmp_path / "swept.h5"), before)


def test_a_retry_needs_the_file_of_the_same_sweep(call, tmp_path):
    write(tmp_path, SWEPT)
    assert "swept.h5 is no sweep of which points could have failed" in call("sweep", "swept.yaml", "--out", "swept.h5", "--retry-failed", expect=2).stderr
    assert "leave one of them out" in call("sweep", "swept.yaml", "--force", "--retry-failed", expect=2).stderr
    call("sweep", "swept.yaml", "--out", "swept.h5")
    mark_as_failed(tmp_path / "swept.h5", {5})
    write(tmp_path, SWEPT.replace("100 ms", "90 ms"))
    assert "swept.h5 is of a sweep with another config" in call("sweep", "swept.yaml", "--out", "swept.h5", "--retry-failed", expect=5).stderr


def test_a_retry_that_is_killed_goes_on_where_it_was(hillock, call, tmp_path):
    """The complete file stays until the new one takes its place; with or without the flag, the retry is what goes on."""
    slow = SWEPT.replace("duration: 100 ms", "duration: 60 s").replace("repeat: 2", "repeat: 8").replace("[spikes, traces]", "spikes")
    write(tmp_path, slow)
    call("sweep", "swept.yaml", "--out", "swept.h5")
    expected = sets_of(tmp_path / "swept.h5")
    with h5py.File(tmp_path / "swept.h5", "r+") as file:
        file["rate"][0] = expected["rate"][0] = 4711
    failed = set(range(1, 80, 2))
    mark_as_failed(tmp_path / "swept.h5", failed)
    command = [str(hillock), "sweep", "swept.yaml", "--out", "swept.h5", "--stack", "1"]
    generator = np.random.default_rng()
    kills = 0
    for attempt in range(6):
        process = subprocess.Popen(command + (["--retry-failed"] if attempt % 2 == 0 else []), cwd=tmp_path,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=generator.uniform(0.03, 0.3))
            break
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
        with h5py.File(tmp_path / "swept.h5") as file:
            assert set(np.flatnonzero(file["status"][()])) in (failed, set())
    assert kills > 0
    call("sweep", "swept.yaml", "--out", "swept.h5", "--retry-failed")
    assert_same(sets_of(tmp_path / "swept.h5"), expected)


@pytest.mark.faults
@pytest.mark.parametrize("flag", [[], ["--retry-failed"]], ids=["the same command", "--retry-failed"])
def test_a_retry_killed_when_it_is_whole_takes_the_place_of_what_it_retries(call, injection, tmp_path, flag):  # noqa: F811
    """At each of its last writes, and between them and its renaming."""
    write(tmp_path, SWEPT)
    call("sweep", "swept.yaml", "--out", "swept.h5")
    expected = sets_of(tmp_path / "swept.h5")
    mark_as_failed(tmp_path / "swept.h5", {3, 11})
    failed = (tmp_path / "swept.h5").read_bytes()
    command = ("sweep", "swept.yaml", "--out", "swept.h5", "--retry-failed", "--threads", "1")
    call(*command, env={**injection, "FAULT_CALL": "pwrite", "FAULT_COUNT": str(tmp_path / "count")})
    writes = int((tmp_path / "count").read_text())
    for function, number in [("rename", 1)] + [("pwrite", writes - back) for back in range(12)]:
        (tmp_path / "swept.h5").write_bytes(failed)
        done = call(*command, expect=None, env={**injection, "FAULT_CALL": function, "FAULT_AT": str(number), "FAULT_KILL": "1"})
        assert done.returncode in (-signal.SIGKILL, 0)
        if done.returncode == 0:  # how many writes there are depends on how many points end at once
            assert function == "pwrite"
            continue
        assert (tmp_path / "swept.h5").read_bytes() == failed and (tmp_path / "swept.h5.partial").exists()
        call("sweep", "swept.yaml", "--out", "swept.h5", *flag)
        assert_same(sets_of(tmp_path / "swept.h5"), expected)
        assert not (tmp_path / "swept.h5.partial").exists()


@pytest.mark.faults
def test_a_killed_retry_says_when_what_it_takes_over_is_gone(call, injection, tmp_path):  # noqa: F811
    write(tmp_path, SWEPT)
    call("sweep", "swept.yaml", "--out", "swept.h5")
    mark_as_failed(tmp_path / "swept.h5", {3})
    call("sweep", "swept.yaml", "--out", "swept.h5", "--retry-failed", expect=-signal.SIGKILL, env={**injection, "FAULT_CALL": "rename", "FAULT_AT": "1", "FAULT_KILL": "1"})
    (tmp_path / "swept.h5").rename(tmp_path / "moved.h5")
    for flag in ([], ["--retry-failed"]):
        assert call("sweep", "swept.yaml", "--out", "swept.h5", *flag, expect=2).stderr == (
            "error: swept.h5.partial is of a retry, and what it takes over, swept.h5, is not there\n"
            "  move it back, or begin anew with --force\n")
    call("sweep", "swept.yaml", "--out", "swept.h5", "--force")


@pytest.mark.faults
def test_a_retry_does_not_replace_a_file_by_another_that_was_killed(call, injection, tmp_path):  # noqa: F811
    """What was begun anew with --force replaces a file only by that."""
    write(tmp_path, SWEPT)
    call("sweep", "swept.yaml", "--out", "swept.h5")
    mark_as_failed(tmp_path / "swept.h5", {3})
    before = (tmp_path / "swept.h5").read_bytes()
    call("sweep", "swept.yaml", "--out", "swept.h5", "--force", expect=-signal.SIGKILL, env={**injection, "FAULT_CALL": "rename", "FAULT_AT": "1", "FAULT_KILL": "1"})
    assert call("sweep", "swept.yaml", "--out", "swept.h5", "--retry-failed", expect=5).stderr == (
        "error: swept.h5 exists; add --force to replace it, or choose another name with --out\n")
    assert (tmp_path / "swept.h5").read_bytes() == before

def test_a_partial_sweep_is_completed_before_what_failed_is_retried(hillock, call, tmp_path):
    slow = FAILING.replace("duration: 100 ms", "duration: 20 s").replace("repeat: 2", "repeat: 20").replace("[spikes, traces]", "spikes")
    write(tmp_path, slow)
    process = subprocess.Popen([str(hillock), "sweep", "swept.yaml", "--out", "swept.h5", "--stack", "1"], cwd=tmp_path,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    partial = tmp_path / "swept.h5.partial"
    while process.poll() is None and (not partial.exists() or "left" not in subprocess.run(
            [str(hillock), "info", str(partial)], capture_output=True, text=True).stdout):
        time.sleep(0.01)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    call("sweep", "swept.yaml", "--out", "swept.h5", "--retry-failed", expect=4)
    assert not partial.exists()
    once = sets_of(tmp_path / "swept.h5")
    call("sweep", "swept.yaml", "--out", "whole.h5", expect=4)
    assert_same(once, sets_of(tmp_path / "whole.h5"))


def test_a_complete_sweep_under_its_default_name_is_not_run_again(call, tmp_path):
    write(tmp_path, SWEPT, "swept.yaml")
    call("sweep", "swept.yaml")
    path = tmp_path / "results" / "swept.sweep.h5"
    before = path.stat()
    again = call("sweep", "swept.yaml")
    assert re.fullmatch(r"results/swept\.sweep\.h5: all \d+ points are there; --force runs them anew\n", again.stdout), again.stdout
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    for words in (("--force",), ("--set", "simulation.seed=7")):
        call("sweep", "swept.yaml", *words)
        assert path.stat().st_ino != before.st_ino
        before = path.stat()


def test_a_part_of_the_points_has_a_file_of_its_own(call, tmp_path):
    write(tmp_path, SWEPT, "swept.yaml")
    call("sweep", "swept.yaml")
    whole = tmp_path / "results" / "swept.sweep.h5"
    before = whole.read_bytes()
    assert call("sweep", "swept.yaml", "--only", "tau_m=10 ms").stdout.startswith("results/swept.tau_m=10ms.sweep.h5: 10 points in ")
    assert whole.read_bytes() == before
