"""Sweeps with faults: points that are none or too many, kills at any moment, signals, disks that fail; each file can be gone on with."""

from __future__ import annotations

import dataclasses
import errno
import random
import re
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from faults import Case, check_run, datasets, ids, listing, patience, points_stored, same_bytes, wait_until
from test_faults_disks import CAUSES, injection  # noqa: F401 the fixture

pytestmark = pytest.mark.faults

# Points without one, or too many -----------------------------------------------------------------------------------------

BASE = """simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
inputs: {step: {type: dc, target: cell, amplitude: 400 pA}}
sweep:
"""
SEARCHED = BASE.replace("sweep:", "search: {bisection: {parameter: inputs.step.amplitude, from: 0 pA, to: 1 nA, until: rate > 1 Hz, tolerance: 1 pA}}\nsweep:")
CASES = [
    Case("35 nothing is varied", BASE + "  parameters: {}", """
config.yaml:5:15: error: 'parameters' of 'sweep' names nothing: a sweep needs a point
   5 |   parameters: {}
     |               ^ write for example 'parameters: {simulation.seed: [1, 2, 3]}'"""),
    Case("35 no values", BASE + "  parameters: {inputs.step.amplitude: []}", """
config.yaml:5:39: error: 'inputs.step.amplitude' has no values: the sweep would have no points
   5 |   parameters: {inputs.step.amplitude: []}
     |                                       ^ list at least one value, or remove it"""),
    Case("35 every point taken out", BASE + "  parameters: {inputs.step.amplitude: [1 pA, 2 pA]}\n  where: amplitude > 1 nA", """
config.yaml:6:10: error: 'where' takes out every point: the sweep would have none
   6 |   where: amplitude > 1 nA
     |          ^~~~~~~~~~~~~~~~ loosen the condition"""),
    Case("35 only a value that is none", BASE + "  parameters: {inputs.step.amplitude: [1 pA, 2 pA]}", """
error: --only 'amplitude=3 pA' leaves no point
  take one of the values of the sweep""", arguments=("--only", "amplitude=3 pA")),
    Case("35 nothing below parameters", BASE + "  parameters:", """
config.yaml:5:3: error: 'parameters' of 'sweep' names nothing: a sweep needs a point
   5 |   parameters:
     |   ^~~~~~~~~~ write for example 'parameters: {simulation.seed: [1, 2, 3]}'"""),
    Case("the sweep itself", BASE + "  parameters: {sweep.repeat: [1, 2]}", """
config.yaml:5:16: error: 'sweep.repeat' says how points are made, and is none of their values
   5 |   parameters: {sweep.repeat: [1, 2]}
     |                ^~~~~~~~~~~~ vary what the other sections say"""),
    Case("the number of threads", BASE + "  parameters: {simulation.threads: [1, 4]}", """
config.yaml:5:16: error: the results of a point do not depend on 'simulation.threads'
   5 |   parameters: {simulation.threads: [1, 4]}
     |                ^~~~~~~~~~~~~~~~~~ take it out; hillock bench measures times"""),
    Case("a value that a case has set", BASE + "  parameters: {c: {cases: {x: {inputs.step.amplitude: 1 pA}}}, inputs.step.amplitude: [1 pA, 2 pA]}", """
config.yaml:5:64: error: this overwrites 'inputs.step.amplitude', which varies at 5:32
   5 |   parameters: {c: {cases: {x: {inputs.step.amplitude: 1 pA}}}, inputs.step.amplitude: [1 pA, 2 pA]}
     |                                                                ^~~~~~~~~~~~~~~~~~~~~ vary it in one place"""),
    Case("what a value lies in", BASE + "  parameters: {inputs.step.amplitude: [1 pA, 2 pA], inputs.step: [{type: dc, target: cell, amplitude: 400 pA}]}", """
config.yaml:5:53: error: this overwrites 'inputs.step.amplitude', which varies at 5:16
   5 |   parameters: {inputs.step.amplitude: [1 pA, 2 pA], inputs.step: [{type: dc, target: cell, amplitude: 400 pA}]}
     |                                                     ^~~~~~~~~~~ vary it in one place"""),
    Case("where, of what some cases do not set", BASE + "  parameters: {c: {cases: {x: {populations.cell.params.tau_m: [1 ms, 2 ms]}, y: {inputs.step.start: 1 ms}}}}\n  where: tau_m < 2 ms", """
config.yaml:6:10: error: 'where' asks for 'tau_m', which not all points set
   6 |   where: tau_m < 2 ms
     |          ^~~~~~~~~~~~ give it a value in every case"""),
    Case("initial states after a time", BASE + "  after: 5 ms\n  parameters: {populations.cell.init.V: [-70 mV]}", """
config.yaml:6:16: error: a run goes on with the states that the neurons have: 'init' holds at its beginning only
   6 |   parameters: {populations.cell.init.V: [-70 mV]}
     |                ^~~~~~~~~~~~~~~~~~~~~~~ set populations.NAME.params.PARAMETER, inputs.NAME.FIELD, connections.NAME.weight or gap_junctions.NAME.conductance"""),
    Case("what is recorded after a time", BASE + "  after: 5 ms\n  parameters: {record: [{cell: [V]}]}", """
config.yaml:6:16: error: only parameters of models, values of inputs and weights can change during a run
   6 |   parameters: {record: [{cell: [V]}]}
     |                ^~~~~~ set populations.NAME.params.PARAMETER, inputs.NAME.FIELD, connections.NAME.weight or gap_junctions.NAME.conductance"""),
    Case("a value that is searched for", SEARCHED + "  parameters: {inputs.step.amplitude: [1 pA, 2 pA]}", """
config.yaml:4:33: error: the sweep has values of 'inputs.step.amplitude', and the search looks for one
   4 | search: {bisection: {parameter: inputs.step.amplitude, from: 0 pA, to: 1 nA, until: rate > 1 Hz, tolerance: 1 pA}}
     |                                 ^~~~~~~~~~~~~~~~~~~~~ take it out of one of the two"""),
    Case("35 a key that does not exist", BASE + "  parameters: {inputs.step.amplitud: [1 pA, 2 pA]}", """
config.yaml:5:28: error: 'amplitud' is not a key of an input of type 'dc'
   5 |   parameters: {inputs.step.amplitud: [1 pA, 2 pA]}
     |                            ^~~~~~~~ did you mean 'amplitude'? valid keys: type, target, site, amplitude, start, stop, like"""),
    Case("35 a population that does not exist", BASE + "  parameters: {populations.sell.params.tau_m: [1 ms, 2 ms]}", """
config.yaml:5:28: error: 'populations' has no 'sell'
   5 |   parameters: {populations.sell.params.tau_m: [1 ms, 2 ms]}
     |                            ^~~~ did you mean 'cell'?"""),
    Case("a condition on what is searched for", SEARCHED.replace("rate > 1 Hz", "amplitude > 1 pA") + "  parameters: {simulation.seed: [1, 2]}", """
config.yaml:4:85: error: 'amplitude' is not declared
   4 | search: {bisection: {parameter: inputs.step.amplitude, from: 0 pA, to: 1 nA, until: amplitude > 1 pA, tolerance: 1 pA}}
     |                                                                                     ^~~~~~~~~ declared are spike_count, rate"""),
    Case("35 1e9 values", BASE + "  parameters: {inputs.step.amplitude: {from: 0 pA, to: 1 nA, count: 1000000000}}", """
config.yaml:5:69: error: inputs.step.amplitude: count must be a whole number from 1 to 1000000, got 1000000000
   5 |   parameters: {inputs.step.amplitude: {from: 0 pA, to: 1 nA, count: 1000000000}}
     |                                                                     ^~~~~~~~~~"""),
    Case("35 1e9 points", BASE + "  parameters:\n    inputs.step.amplitude: {from: 0 pA, to: 1 nA, count: 50000}\n    simulation.seed: {from: 1, to: 20000, step: 1}", """
config.yaml:5:3: error: this sweep would have 1e+09 points; at most 1000000 are possible
   5 |   parameters:
     |   ^ take fewer values, or draw points with 'combine: sobol' and 'count'"""),
    Case("35 1e9 repetitions", BASE + "  parameters: {inputs.step.amplitude: {from: 0 pA, to: 1 nA, count: 50000}}\n  repeat: 20000", """
config.yaml:5:3: error: this sweep would have 1e+09 points; at most 1000000 are possible
   5 |   parameters: {inputs.step.amplitude: {from: 0 pA, to: 1 nA, count: 50000}}
     |   ^ take fewer values, or draw points with 'combine: sobol' and 'count'"""),
]


@pytest.mark.parametrize("case", ids(CASES))
def test_a_sweep_of_no_points_or_of_too_many_is_refused_within_two_seconds_and_little_memory(hillock, tmp_path, case):
    former = resource.getrlimit(resource.RLIMIT_AS)
    if patience(hillock) == 1:  # sanitizers reserve terabytes
        resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, former[1]))  # the program inherits it
    try:
        check_run(hillock, tmp_path, case, "sweep")
    finally:
        resource.setrlimit(resource.RLIMIT_AS, former)


# Kills -------------------------------------------------------------------------------------------------------------------

POINTS = 24
KILLED = f"""
simulation: {{duration: 100 ms, dt: 0.1 ms, seed: 3}}
populations: {{cell: {{size: 2, model: lif}}}}
inputs:
  current: {{type: file, target: cell, path: base.csv, column: I, unit: pA, interval: 5 ms}}
  noise: {{type: white_noise, target: cell, sigma: 500 pA ms^0.5}}
record: {{cell: {{spikes: true, V: {{every: 1 ms}}}}}}
analysis: {{cell: {{statistics: [rate]}}}}
sweep:
  parameters: {{inputs.current.path: [{", ".join(f"p{k}.csv" for k in range(POINTS))}]}}
  keep: [summary, spikes, traces]
"""
FAILS = (5, 11, 12, 23)  # their files hold no numbers


@dataclasses.dataclass
class Resumed:
    """The sweep KILLED, each point of which reads a file of its own.

    Files of points that are stored are taken away before it is gone on with: a point that was run again would fail.
    """

    call: Callable
    start: Callable
    folder: Path
    environment: dict[str, str]
    words: tuple[str, ...] = ("sweep", "config.yaml", "--out", "x.h5", "--threads", "2", "--stack", "1", "--quiet")

    def __post_init__(self):
        (self.folder / "config.yaml").write_text(KILLED)
        (self.folder / "base.csv").write_text("I\n" + "500\n" * 20)
        self.begin()
        self.call(*self.words, expect=4, env={**self.environment, "FAULT_CALL": "pwrite", "FAULT_COUNT": str(self.folder / "count")})
        self.writes = int((self.folder / "count").read_text())
        self.whole = datasets(self.folder / "x.h5")
        assert self.whole["failures/run"].tolist() == list(FAILS) and len(self.whole["spikes/cell/run"]) > 2 * POINTS
        self.seconds = min(self.timed() for _ in range(2))

    def timed(self) -> float:
        self.begin()
        begin = time.monotonic()
        self.finish()
        return time.monotonic() - begin

    def begin(self):
        for name in ("x.h5", "x.h5.partial"):
            (self.folder / name).unlink(missing_ok=True)
        for k in range(POINTS):
            (self.folder / f"p{k}.csv").write_text("I\n" + ("x\n" if k in FAILS else f"{400 + 30 * k}\n") * 20)

    def finish(self):
        self.call(*self.words, expect=4)

    def stored(self) -> int:
        """How many points the file holds; their files are taken away."""
        partial = self.folder / "x.h5.partial"
        try:
            with h5py.File(partial) as file:
                status = file["status"][()]
                assert file.attrs["complete"] == 0 or (status != -1).all()
        except (OSError, KeyError):
            return 0  # not even its head
        done = int(np.count_nonzero(status != -1))
        assert (status[:done] != -1).all() and np.array_equal(status, np.where(np.arange(POINTS) < done, self.whole["status"], -1))
        for k in range(min(done, POINTS - 1)):  # a path that no point can have would be refused
            (self.folder / f"p{k}.csv").unlink(missing_ok=True)
        return done

    def check(self):
        found = datasets(self.folder / "x.h5")
        assert listing(self.folder).count("x.h5.partial") == 0 and same_bytes(found, self.whole)

    def killed_at(self, number: int, function: str = "pwrite") -> bool:
        """Begins, or goes on, and is killed at this call of the function; whether it came so far."""
        done = self.call(*self.words, expect=None, env={**self.environment, "FAULT_CALL": function, "FAULT_AT": str(number), "FAULT_KILL": "1"})
        assert done.returncode in (-signal.SIGKILL, 4), done
        return done.returncode != 4

    def part_way(self) -> int:
        """Begins anew and is killed when some points are stored and some are not; gives how many are."""
        for part in np.random.default_rng(1).uniform(0.3, 1, 30):
            self.begin()
            if self.killed_at(round(part * self.writes)) and 0 < (done := self.stored()) < POINTS - 2 and done not in FAILS:
                return done  # what comes next has results
        raise AssertionError("never part way")

    def killed_after(self, seconds: float) -> bool:
        process = self.start(*self.words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return not (self.folder / "x.h5").exists()


@pytest.fixture
def resumed(call, start, injection, tmp_path) -> Resumed:  # noqa: F811
    return Resumed(call, start, tmp_path, injection)


def kill_at_writes(resumed: Resumed, writes: range) -> list[int]:
    """Kills at each of these writes, every time on a new file, and goes on; gives how many points were stored."""
    reached = []
    for write in writes:
        resumed.begin()
        if not resumed.killed_at(write):
            break
        reached.append(resumed.stored())
        resumed.finish()
        resumed.check()
    return reached


def kill_at_random(resumed: Resumed, count: int, seed: int, seconds: float) -> int:
    """Kills that often, at random moments and writes, a file again and again until it is complete; gives how often it was."""
    draw, end, files = random.Random(seed), time.monotonic() + seconds, 0
    resumed.begin()
    before = 0
    for number in range(count):
        if time.monotonic() > end:
            assert number > count / 4, f"only {number} kills in {seconds} s"
            break
        alive = resumed.killed_at(draw.randint(1, resumed.writes)) if number % 2 else resumed.killed_after(draw.uniform(0, resumed.seconds))
        if alive:
            now = resumed.stored()
            assert now >= before, "a stored point was lost"
            before = now
        else:
            resumed.check()
            resumed.begin()
            before, files = 0, files + 1
    if (resumed.folder / "x.h5.partial").exists():
        resumed.finish()
        resumed.check()
    return files


def test_a_sweep_killed_at_a_write_goes_on_with_what_is_missing(resumed):
    """70: at writes of its head, of points and of its end."""
    reached = kill_at_writes(resumed, range(1, 2 * resumed.writes, max(1, resumed.writes // 12)))
    assert reached[0] == 0  # how many are stored together depends on how busy the machine is
    resumed.begin()
    assert resumed.killed_at(1, "rename") and resumed.stored() == POINTS
    resumed.finish()
    resumed.check()


def test_a_sweep_killed_again_and_again_ends_as_if_it_had_not_been(resumed):
    kill_at_random(resumed, 12, 1, 30)


@pytest.mark.full
def test_a_sweep_killed_at_each_single_write_goes_on_with_what_is_missing(resumed):
    begin, reached = time.monotonic(), []
    for offset in range(7):  # all, if there is time for it
        reached += kill_at_writes(resumed, range(1 + offset, 2 * resumed.writes, 7))
        if time.monotonic() - begin > 60:
            break
    assert max(reached) > POINTS / 3


@pytest.mark.full
def test_two_hundred_killed_sweeps_end_as_if_they_had_not_been(resumed):
    assert kill_at_random(resumed, 200, 2, 80) > 2


def test_half_written_points_are_run_again(resumed):
    """Rows of spikes, traces and failures behind the last point that is marked as done."""
    done = resumed.part_way()
    with h5py.File(resumed.folder / "x.h5.partial", "r+") as file:
        for name, value in (("timestamps", 99.0), ("node_ids", 1), ("run", done)):
            place = file[f"spikes/cell/{name}"]
            place.resize(len(place) + 3, axis=0)
            place[-3:] = value
        for name, value in (("run", done), ("reason", b"no reason")):
            place = file[f"failures/{name}"]
            place.resize(len(place) + 1, axis=0)
            place[-1] = value
        file["report/cell/V"][done] = 5
        file["rate"][done:done + 2] = 77
    resumed.finish()
    resumed.check()


# What is gone on with is the same sweep ----------------------------------------------------------------------------------


def test_another_config_setting_selection_or_version_is_refused(resumed, tmp_path):
    assert resumed.part_way() > 0
    before = (tmp_path / "x.h5.partial").read_bytes()

    def refused(what: str, *words: str):
        done = resumed.call(*resumed.words, *words, expect=5)
        assert done.stderr == (f"error: x.h5.partial is of a sweep with another {what}: its points are not those of this config; "
                               "--force begins anew, --out gives another name\n")
        assert (tmp_path / "x.h5.partial").read_bytes() == before

    refused("config", "--set", "simulation.dt=0.05 ms")
    (tmp_path / "config.yaml").write_text(KILLED.replace("seed: 3", "seed: 4"))
    refused("config")
    (tmp_path / "config.yaml").write_text(KILLED)
    refused("number of points", "--only", "path=p0.csv")
    text = (b"0.1.0", b"9.9.9")
    with h5py.File(tmp_path / "x.h5.partial", "r+") as file:
        assert file.attrs["hillock_version"] == text[0]
        file.attrs.create("hillock_version", np.bytes_(text[1]))
    before = (tmp_path / "x.h5.partial").read_bytes()
    refused("version of hillock")
    with h5py.File(tmp_path / "x.h5.partial", "r+") as file:
        file.attrs.create("hillock_version", np.bytes_(text[0]))
    resumed.finish()
    resumed.check()


def test_another_content_of_a_data_file_is_refused(resumed, tmp_path):
    done = resumed.part_way()
    assert done > 0
    later = tmp_path / f"p{POINTS - 1}.csv"
    content = later.read_text()
    later.write_text(content.replace("x", "9"))
    refused = resumed.call(*resumed.words, expect=5)
    assert "x.h5.partial is of a sweep with another content of its data files" in refused.stderr
    later.write_text(content)
    resumed.finish()
    resumed.check()


def test_other_points_of_the_same_number_are_refused(call, injection, tmp_path):  # noqa: F811
    (tmp_path / "config.yaml").write_text(BASE + "  parameters: {inputs.step.amplitude: [300 pA, 500 pA, 700 pA], populations.cell.params.tau_m: [10 ms, 20 ms]}")
    for only, other in (("amplitude=300 pA", "amplitude=700 pA"), ("tau_m=10 ms", "tau_m=20 ms")):
        killed = call("sweep", "config.yaml", "--out", "x.h5", "--only", only, expect=-signal.SIGKILL, env={**injection, "FAULT_CALL": "rename", "FAULT_AT": "1", "FAULT_KILL": "1"})
        assert killed.stdout == ""
        refused = call("sweep", "config.yaml", "--out", "x.h5", "--only", other, expect=5)
        assert refused.stderr.startswith("error: x.h5.partial is of a sweep with another set of points: ")
        done = call("sweep", "config.yaml", "--out", "x.h5", "--only", only)
        count = len(datasets(tmp_path / "x.h5")["run"])
        assert done.stdout.startswith(f"note: x.h5.partial holds {count} of {count} points; the others are run\n") or \
            done.stderr.startswith(f"note: x.h5.partial holds {count} of {count} points; the others are run\n")
        (tmp_path / "x.h5").unlink()


def test_force_begins_anew_and_what_is_no_sweep_is_replaced(resumed, tmp_path):
    resumed.begin()
    assert resumed.killed_at(resumed.writes * 2 // 3)
    resumed.call(*resumed.words, "--force", expect=4)
    resumed.check()
    (tmp_path / "x.h5").unlink()
    for content in (b"", b"no HDF5", (tmp_path / "config.yaml").read_bytes()):
        (tmp_path / "x.h5.partial").write_bytes(content)
        resumed.finish()
        resumed.check()
        (tmp_path / "x.h5").unlink()


# Signals -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_sweep_and_the_same_command_goes_on(call, start, tmp_path, number, code):
    (tmp_path / "config.yaml").write_text("""
simulation: {duration: 200 ms, dt: 0.01 ms, seed: 3}
populations: {cell: {size: 40, model: adex}}
inputs: {noise: {type: white_noise, target: cell, mean: 500 pA, sigma: 500 pA ms^0.5}}
sweep:
  parameters: {inputs.noise.mean: {from: 500 pA, to: 900 pA, count: 60}}
  keep: spikes
""")
    words = ("sweep", "config.yaml", "--out", "x.h5", "--stack", "1")
    process = start(*words)
    wait_until(lambda: points_stored(tmp_path / "x.h5.partial") > 0 or process.poll() is not None)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    match = re.fullmatch(r"interrupted after (\d+) of 60 points: they are in x\.h5\.partial; the same command goes on with the others\n", err)
    assert match and process.returncode == code and out == "" and listing(tmp_path) == ["config.yaml", "x.h5.partial"]
    with h5py.File(tmp_path / "x.h5.partial") as file:
        assert (file.attrs["status"], file.attrs["complete"]) == (b"interrupted", 0) and points_stored(tmp_path / "x.h5.partial") == int(match[1]) > 0
    went_on = call(*words)
    assert f"x.h5.partial holds {match[1]} of 60 points; the others are run\n" in went_on.stderr + went_on.stdout
    assert re.search(rf"x\.h5: 60 points in .+, {match[1]} of them before\n", went_on.stdout)
    call("sweep", "config.yaml", "--out", "y.h5")
    one, other = (datasets(tmp_path / name) for name in ("x.h5", "y.h5"))
    assert same_bytes(one, other)


# Disks that fail ---------------------------------------------------------------------------------------------------------


def fail(resumed: Resumed, function: str, number: int, error: int, once: bool) -> bool:
    """Lets a call fail: code 5, its cause and the file, which is gone on with; whether it came so far."""
    resumed.begin()
    environment = {"FAULT_CALL": function, "FAULT_AT": str(number), "FAULT_ERRNO": str(error), **({"FAULT_ONCE": "1"} if once else {})}
    done = resumed.call(*resumed.words, expect=None, env={**resumed.environment, **environment})
    if done.returncode == 4:
        return False
    assert done.returncode == 5 and re.fullmatch(rf"error: x\.h5(\.partial)?: {CAUSES[error]} \(while [a-z][^\n]*\)\n", done.stderr), done
    if (resumed.folder / "x.h5").exists():
        assert function == "close"
    else:
        resumed.stored()
        resumed.finish()
    resumed.check()
    return True


@pytest.mark.parametrize("once", [False, True], ids=["from-then-on", "once"])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
def test_a_disk_that_fails_is_code_5_and_leaves_a_file_that_is_gone_on_with(resumed, error, once):
    for function, numbers in (("open", [1]), ("pwrite", range(1, resumed.writes + 1, max(1, resumed.writes // 6))), ("fsync", [1]), ("rename", [1]), ("close", [1]), ("ftruncate", [1, 3])):
        failed = [fail(resumed, function, number, error, once) for number in numbers]
        assert failed[0], function


@pytest.mark.parametrize("size", [0, 1024, 10_000, 30_000, 50_000])
def test_a_limit_of_the_file_size_is_code_5_and_can_be_gone_on_with(resumed, size):
    resumed.begin()
    done = resumed.call(*resumed.words, expect=5, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    assert re.fullmatch(rf"error: x\.h5\.partial: {CAUSES[errno.EFBIG]} \(while [a-z][^\n]*\)\n", done.stderr)
    resumed.stored()
    resumed.finish()
    resumed.check()
