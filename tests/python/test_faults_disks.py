"""Disks that are full or fail, runs that are killed, signals: an error with its cause, a partial file, and what recovery makes of it."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import json
import os
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
from faults import MOUNTING, NOISY, bytes_in, datasets, listing, patience, wait_until

pytestmark = pytest.mark.faults

CONFIG = NOISY
LONG = CONFIG.replace("300 ms", "100000 s").replace("V: {every: 0.1 ms}, I: {every: 1 ms}", "V: {neurons: 0..9, every: 1 ms}, I: {neurons: 0..9, every: 0.5 ms}")

CAUSES = {
    errno.ENOSPC: "no space left on device",
    errno.EIO: "input/output error of the device",
    errno.EROFS: "read-only file system",
    errno.EFBIG: r"file too large \(the limit set by ulimit -f, or of the file system\)",
}


def check_cause(stderr: str, error: int, file: str):
    assert re.fullmatch(rf"error: {file}: {CAUSES[error]} \(while [a-z][^\n]*\)\n", stderr), stderr


@pytest.fixture
def config(tmp_path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return path


# Calls that fail ---------------------------------------------------------------------------------------------------------

CALLS = ["open", "pwrite", "ftruncate", "fsync", "rename", "close"]
ERRORS = pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
ONCE = pytest.mark.parametrize("once", [False, True], ids=["from-then-on", "once"])


@pytest.fixture(scope="session")
def injection(tmp_path_factory) -> dict[str, str]:
    """The environment in which calls fail as FAULT_... say."""
    library = tmp_path_factory.mktemp("injection") / "fault_injection.so"
    subprocess.run(["c++", "-O1", "-shared", "-fPIC", "-o", str(library), str(Path(__file__).with_name("fault_injection.cpp")), "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0".lstrip(":")}


@dataclasses.dataclass(frozen=True)
class Injector:
    """Runs config.yaml, whose output is x.h5, with one function that fails."""

    call: Callable
    environment: dict[str, str]
    folder: Path

    def run(self, function: str, **fault) -> tuple[subprocess.CompletedProcess, int]:
        """The finished process, and how often it called the function."""
        for name in ("x.h5", "x.h5.partial", "count"):
            (self.folder / name).unlink(missing_ok=True)
        count = self.folder / "count"
        environment = {"FAULT_CALL": function, "FAULT_COUNT": str(count), **{f"FAULT_{key}": str(value) for key, value in fault.items()}}
        done = self.call("run", "config.yaml", "--out", "x.h5", "--quiet", expect=None, env={**self.environment, **environment})
        return done, int(count.read_text()) if count.exists() else 0

    def count(self, function: str) -> int:
        """How often a run that does not fail calls the function."""
        done, total = self.run(function)
        assert done.returncode == 0, done.stderr
        return total

    def fail(self, function: str, number: int, error: int, once: bool) -> str:
        """Lets the call with this number fail: code 5, the cause in one line, and the partial file stays. Gives that line; it is
        empty if the run had an end before: how often it writes depends a little on how busy the machine is."""
        done, total = self.run(function, AT=number, ERRNO=error, **({"ONCE": 1} if once else {}))
        if total < number:
            assert done.returncode == 0, f"{function} {number} of {total}: code {done.returncode}\n{done.stderr}"
            return ""
        assert done.returncode == 5 and done.stdout == "", f"{function} {number} of {total}: code {done.returncode}\n{done.stderr}"
        # A close can also fail when the file has its name already; it is complete then.
        check_cause(done.stderr, error, r"x\.h5(\.partial)?" if function == "close" else r"x\.h5\.partial")
        left = {"x.h5", "x.h5.partial"} & set(listing(self.folder))
        expected = set() if function == "open" else {"x.h5.partial"}
        assert left == expected or function == "close" and left == {"x.h5"}, (function, number, left)
        return done.stderr


@pytest.fixture
def injector(call, injection, config, tmp_path) -> Injector:
    return Injector(call, injection, tmp_path)


def sample(total: int) -> list[int]:
    """The first and the last of so many calls, and some between them."""
    return sorted({*range(1, min(total, 8) + 1), *range(max(1, total - 8), total + 1), *range(9, total - 8, max(1, total // 12))})


@ERRORS
@ONCE
@pytest.mark.parametrize("function", CALLS)
def test_a_call_that_fails_is_code_5_with_its_cause_and_the_partial_file_stays(injector, function, error, once):
    total = injector.count(function)
    assert total >= (20 if function == "pwrite" else 1)
    messages = [injector.fail(function, number, error, once) for number in sample(total)]
    assert messages[0] and sum(map(bool, messages)) > len(messages) / 2


def test_transfers_that_are_cut_short_or_interrupted_go_on(call, injection, tmp_path):
    (tmp_path / "config.yaml").write_text(NOISY)
    measured = {}
    for name, fault in (("whole", {}), ("short", {"FAULT_SHORT": str(tmp_path / "faults")})):
        call("run", "config.yaml", "--out", f"{name}.h5", "--quiet", env={**injection, **fault})
        measured[name] = call("features", f"{name}.h5", env={**injection, **fault}).stdout.replace(name, "")
    for transfers in ("reads", "writes"):
        assert int((tmp_path / f"faults.{transfers}").read_text()) > 10, transfers
    whole, short = (datasets(tmp_path / f"{name}.h5") for name in ("whole", "short"))
    assert whole.keys() == short.keys() and len(whole) > 10
    assert all(values.tobytes() == short[place].tobytes() for place, values in whole.items())
    assert measured["short"] == measured["whole"] != ""


@pytest.mark.full
@ERRORS
@ONCE
@pytest.mark.parametrize("function", CALLS)
def test_every_single_call_that_fails_is_code_5(injector, function, error, once):
    number = 1
    while injector.fail(function, number, error, once):
        number += 1
    assert number > (40 if function == "pwrite" else 1)


def test_a_disk_that_becomes_read_only_is_code_5(injector):
    assert injector.fail("rename", 1, errno.EROFS, once=False)


def test_without_executable_memory_steps_are_interpreted_with_the_same_bits(injector, call, tmp_path):
    """54 and 58: as under SELinux, and where native code is insisted on."""
    if injector.count("mprotect") == 0:  # no native code on this machine
        return
    whole = datasets(tmp_path / "x.h5")
    done, _ = injector.run("mprotect", AT=1, ERRNO=errno.EACCES)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "note: the system gives no executable memory, so steps are interpreted: slower, with the same results\n"
    found = datasets(tmp_path / "x.h5")
    assert set(found) == set(whole) and all(np.array_equal(found[name], whole[name], equal_nan=True) for name in whole)
    with h5py.File(tmp_path / "x.h5") as file:
        assert file["meta"].attrs["backend"].startswith(b"interpreter ")
    refused = call("run", "config.yaml", "--out", "y.h5", "--backend", "jit", expect=6,
                   env={**injector.environment, "FAULT_CALL": "mprotect", "FAULT_AT": "1", "FAULT_ERRNO": str(errno.EACCES)})
    assert re.fullmatch(r"error: --backend jit: the system gives no executable memory for native code \(avx\w+\); "
                        r"choose --backend interpreter\n", refused.stderr)
    assert listing(tmp_path) == ["config.yaml", "count", "x.h5"]


def test_a_run_without_faults_is_not_changed_by_the_library_that_injects_them(injector, call, tmp_path):
    assert injector.count("pwrite") > 40
    call("run", "config.yaml", "--out", "y.h5")
    assert all(values.tobytes() == datasets(tmp_path / "y.h5")[name].tobytes() for name, values in datasets(tmp_path / "x.h5").items())


# Full disks --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 100, 1024, 4096, 20_480, 50_000, 102_400, 200_000, 512_000])
def test_a_limit_of_the_file_size_is_code_5(call, config, tmp_path, size):
    config.write_text(CONFIG.replace("300 ms", "2 s"))
    done = call("run", "config.yaml", "--out", "x.h5", expect=5, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    check_cause(done.stderr, errno.EFBIG, r"x\.h5\.partial")
    assert done.stdout == "" and listing(tmp_path) == ["config.yaml", "x.h5.partial"]
    assert bytes_in(tmp_path / "x.h5.partial") <= size


def test_a_device_that_is_always_full_is_no_output(call, config, tmp_path):
    for link, error in (("x.h5", "x.h5 is not a regular file; HDF5 needs a file on a disk"),
                        ("x.h5.partial", "x.h5.partial: a symbolic link, expected a file (while creating it)")):
        (tmp_path / link).symlink_to("/dev/full")
        assert call("run", "config.yaml", "--out", "x.h5", expect=5).stderr == f"error: {error}\n"
        (tmp_path / link).unlink()


if MOUNTING:  # see faults.py: where no disk may be mounted the summary says so

    def test_a_full_disk_ends_the_run_with_its_cause_and_keeps_the_partial_file(hillock, config, tmp_path):
        # Spikes only: how many there will be is not known before the run, so the size of the disk is not checked.
        config.write_text("""
simulation: {duration: 20 s, dt: 0.1 ms}
populations: {cell: {size: 20, model: lif}}
inputs: {step: {type: dc, target: cell, amplitude: {linspace: [1 nA, 2 nA]}}}
record: {cell: {spikes: true}}
""")
        (tmp_path / "disk").mkdir()
        script = 'mount -t tmpfs -o size=256k none disk && "$0" run config.yaml --out disk/x.h5; code=$?; ls disk; exit $code'
        done = subprocess.run([*MOUNTING, "bash", "-c", script, str(hillock)], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        assert done.returncode == 5, done
        check_cause(done.stderr, errno.ENOSPC, r"disk/x\.h5\.partial")
        assert done.stdout == "x.h5.partial\n"

    def test_a_read_only_disk_is_refused_before_the_run(hillock, config, tmp_path):
        (tmp_path / "disk").mkdir()
        script = 'mount -t tmpfs -o ro none disk && "$0" run config.yaml --out disk/x.h5; code=$?; ls disk; exit $code'
        done = subprocess.run([*MOUNTING, "bash", "-c", script, str(hillock)], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        assert (done.returncode, done.stdout) == (5, "")
        assert done.stderr == "error: disk/x.h5: the folder 'disk' cannot be written: read-only file system\n"


# Recovery ----------------------------------------------------------------------------------------------------------------


def check_recovered(path: Path, whole: dict[str, np.ndarray], status: str = "recovered") -> float:
    """The file is the start of the whole run, bit for bit, with all there is up to the time it names, ms; gives the time."""
    with h5py.File(path) as file:
        complete = status == "complete"
        assert file.attrs["status"] == status.encode() and file.attrs["complete"] == complete
        until = file.attrs["recorded_until_ms"]
        assert complete or file.attrs["stopped_at_ms"] == until
        recorded = file["spikes/cell"].attrs["recorded"]
    part = datasets(path)
    # What is measured comes at the end of a run: a file that lost its end has none of it.
    measured, of_whole = ({name: data for name, data in each.items() if name.startswith("analysis/")} for each in (part, whole))
    assert all(np.array_equal(data, of_whole[name], equal_nan=True) for name, data in measured.items())
    assert set(measured) == set(of_whole) or not complete
    part, whole = ({name: data for name, data in each.items() if name not in of_whole} for each in (part, whole))
    assert set(part) == set(whole)
    for report in ("cell", "cell.I"):
        interval, time_axis = part[f"report/{report}/mapping/time"][2], part[f"report/{report}/time"]
        frames = len(time_axis)
        assert frames == np.ceil(until / interval - 1e-6) and np.array_equal(time_axis, np.arange(frames) * interval)
        assert part[f"report/{report}/mapping/time"][0] == 0 and until - 1e-6 <= part[f"report/{report}/mapping/time"][1] < until + interval + 1e-6
        assert len(part[f"report/{report}/{'V' if report == 'cell' else 'I'}"]) == frames
    for name, values in part.items():
        if not name.endswith("mapping/time"):
            assert np.array_equal(values, whole[name][:len(values)]), name
        if "/mapping/" in name or name.endswith("/neuron"):
            assert values.shape == whole[name].shape, name
    times, ids = part["spikes/cell/timestamps"], part["spikes/cell/node_ids"]
    assert len(times) == len(ids) and np.all(np.diff(times) >= 0)
    # Not one spike more or fewer than the whole run has up to there.
    assert len(times) == np.count_nonzero(whole["spikes/cell/timestamps"] <= until * (1 + 1e-12))
    assert np.array_equal(recorded, [until, len(times)])
    # Around spikes all windows that ended before, and no other; all members are of one length.
    if windows := {name.rsplit("/", 1)[1]: data for name, data in part.items() if name.startswith("around_spikes/cell/")}:
        ended = np.count_nonzero(whole["around_spikes/cell/sampled_at"] + windows.pop("offset")[-1] < until - 1e-6)
        assert {len(data) for data in windows.values()} == {ended} and len(windows) == 4
    return until


def milliseconds(text: str) -> float:
    number, unit = text.split(" ")
    return float(number) * {"ms": 1, "s": 1000}[unit]


def recover(call, folder: Path, whole: dict[str, np.ndarray]) -> float | None:
    """Recovers x.h5.partial and checks it; gives the time it reaches, ms, or None if not even the head was on the disk."""
    done = call("recover", "x.h5.partial", "--force", expect=None)
    if done.returncode != 0:
        assert done.returncode == 5 and done.stderr.startswith("error: x.h5.partial") and done.stderr.count("\n") == 1, done.stderr
        return None
    match = re.match(r"x\.h5: complete up to (.+) \(it was (running|complete)\)\n", done.stdout)
    assert match and listing(folder).count("x.h5.partial") == 0, done.stdout
    until = check_recovered(folder / "x.h5", whole, "recovered" if match[2] == "running" else "complete")
    assert milliseconds(match[1]) == pytest.approx(until, rel=1e-4)
    return until


def test_what_was_flushed_before_the_disk_was_full_can_be_recovered(injector, call, tmp_path):
    total = injector.count("pwrite")
    whole, reached = datasets(tmp_path / "x.h5"), []
    for number in sorted({*sample(total), *range(total - 15, total)}):
        if not (message := injector.fail("pwrite", number, errno.ENOSPC, once=False)):
            break
        reached.append(recover(call, tmp_path, whole))
        # Once its head is on the disk a file can be read, whatever write fails.
        assert reached[-1] is not None or not any(until is not None for until in reached), (number, message)
    assert reached[0] is None and 0 in reached and reached.count(300) >= 2


# Runs that are killed ----------------------------------------------------------------------------------------------------


def killed_config(duration: int) -> str:
    """Much to compute and enough to write: traces of some of 2000 cells, whose blocks fill within a second, and rare spikes."""
    return f"""
simulation: {{duration: {duration} ms, dt: 0.1 ms}}
populations: {{cell: {{size: 2000, model: lif, receptors: {{ampa: {{model: exp_current}}}}}}}}
inputs: {{drive: {{type: white_noise, target: cell, mean: 130 pA, sigma: 400 pA ms^0.5}}}}
record: {{cell: {{spikes: true, V: {{neurons: 0..19, every: 0.1 ms}}, I: {{neurons: 0..19, every: 0.2 ms}},
  I_syn: {{around_spikes: {{before: 1 ms, after: 2 ms}}, neurons: 0..99}}}}}}
analysis: {{cell: {{statistics: all, neurons: 0..99}}}}
"""


def timed(call, config: Path, duration: int) -> float:
    """Simulates so many ms, with x.h5 as output; gives the seconds that took."""
    config.write_text(killed_config(duration))
    call("run", "config.yaml", "--out", "x.h5", "--force", "--quiet")
    with h5py.File(config.with_name("x.h5")) as file:
        return file["meta"].attrs["wall_simulate_s"]


@pytest.fixture
def whole(call, config, tmp_path) -> tuple[float, dict[str, np.ndarray]]:
    """The seconds a run takes on this machine, some three, and its data sets; config.yaml is its config."""
    duration, seconds = 10, 0.0
    while seconds < 2:
        duration = round(duration * min(3 / seconds, 10)) if seconds else duration
        seconds = timed(call, config, duration)
    return seconds, datasets(tmp_path / "x.h5")


def started(start, folder: Path) -> subprocess.Popen:
    """A run that has begun to write x.h5.partial."""
    (folder / "x.h5").unlink(missing_ok=True)
    process = start("run", "config.yaml", "--out", "x.h5", "--quiet", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: (folder / "x.h5.partial").exists() or process.poll() is not None)
    return process


def flushed(process: subprocess.Popen, folder: Path) -> float | None:
    """What the file of a run says while the run stands still: the time it reaches, ms, which no kill from now on may undo; None: it has no head."""
    process.send_signal(signal.SIGSTOP)
    with contextlib.suppress(ChildProcessError):  # it has ended
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    paths = [path for name in ("x.h5.partial", "x.h5") if (path := folder / name).exists()]
    try:
        with h5py.File(paths[0], locking=False) as file:
            return float(file.attrs["recorded_until_ms"])
    except (OSError, KeyError):  # not yet HDF5, or without its attributes
        return None
    finally:
        process.send_signal(signal.SIGCONT)


def kill_and_recover(process: subprocess.Popen, call, folder: Path, whole: dict[str, np.ndarray]) -> float | None:
    """Kills a run and recovers; gives the time its file reaches, ms; None: no head."""
    process.kill()
    process.wait()
    if (folder / "x.h5").exists():  # it was faster
        assert not (folder / "x.h5.partial").exists()
        return check_recovered(folder / "x.h5", whole, "complete")
    return recover(call, folder, whole)


def kill_often(start, call, folder: Path, whole: tuple[float, dict[str, np.ndarray]], count: int, seed: int):
    """Kills at times drawn from all parts of the run and a little behind its end; before that it is looked at what has been flushed."""
    length, expected = whole
    draw = random.Random(seed)
    for number in range(count):
        seconds = (number + draw.random()) / count * 1.05 * length
        look = seconds * draw.uniform(0.7, 1)
        process = started(start, folder)
        time.sleep(look)
        before = flushed(process, folder)
        time.sleep(seconds - look)
        until = kill_and_recover(process, call, folder, expected)
        assert before is None or until is not None and until >= before, f"{before} ms were flushed after {look} s, killed after {seconds} s, recovered {until} ms"


def test_a_killed_run_recovers_to_all_it_had_flushed(start, call, tmp_path, whole):
    kill_often(start, call, tmp_path, whole, 12, 1)


def test_what_is_flushed_grows_as_a_run_goes_on_and_is_there_after_a_kill(start, call, config, tmp_path):
    config.write_text(LONG)
    process, reached = started(start, tmp_path), [0.0]
    for _ in range(3):
        wait_until(lambda: (flushed(process, tmp_path) or 0) > reached[-1])
        reached.append(flushed(process, tmp_path))
    process.kill()
    process.wait()
    done = call("recover", "x.h5.partial")
    with h5py.File(tmp_path / "x.h5") as file:
        until = file.attrs["recorded_until_ms"]
    assert until >= reached[-1] > reached[1] > 0, done.stdout
    config.write_text(LONG.replace("100000 s", f"{int(until) + 2} ms"))
    call("run", "config.yaml", "--out", "whole.h5", "--quiet")
    assert check_recovered(tmp_path / "x.h5", datasets(tmp_path / "whole.h5")) == until


@pytest.mark.full
@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_two_hundred_killed_runs_recover_to_all_they_had_flushed(start, call, tmp_path, whole, seed):
    kill_often(start, call, tmp_path, whole, 50, seed)


# Signals -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_within_a_second_and_leaves_a_file_that_says_so(hillock, start, call, config, tmp_path, number, code):
    config.write_text(LONG)
    process = start("run", "config.yaml", "--out", "x.h5", "--quiet")
    wait_until(lambda: bytes_in(tmp_path / "x.h5.partial") > 100_000)  # more than the head: the first traces are there
    begin = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - begin < 1.5 * patience(hillock)
    name = signal.Signals(number).name
    match = re.fullmatch(rf"interrupted at (.+) \({name}\): what was recorded up to there is in x\.h5\.partial\n", err)
    assert match and process.returncode == code and out == "" and listing(tmp_path) == ["config.yaml", "x.h5.partial"]
    info = json.loads(call("info", "x.h5.partial", "--json").stdout)
    assert (info["status"], info["reason"], info["complete"]) == ("interrupted", name, False)
    assert info["stopped_at_ms"] == pytest.approx(milliseconds(match[1]))
    found = datasets(tmp_path / "x.h5.partial")
    for group, interval in (("cell", 1), ("cell.I", 0.5)):
        assert abs(len(found[f"report/{group}/time"]) * interval - info["stopped_at_ms"]) <= interval + 1e-6
    assert np.all(np.isfinite(found["report/cell/V"]))


def test_an_interrupt_before_there_is_anything_to_save_ends_the_program_at_once(call, config, tmp_path):
    done = call("run", "config.yaml", expect=130, preexec_fn=lambda: (signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}), os.kill(os.getpid(), signal.SIGINT)))
    assert done.stdout == "" and not (tmp_path / "results/config.h5").exists()
