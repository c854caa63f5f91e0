"""Disks that fill up or fail, and runs that are killed: an error with its cause, a partial file, and what recovery makes of it."""

import os
import random
import re
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
import pytest

# About 1 MB of traces and spikes.
CONFIG = """# A run that fills small disks.
simulation: {duration: 2 s, dt: 0.1 ms}
populations: {exc: {size: 20, model: lif}}
inputs: {step: {type: dc, target: exc, amplitude: {linspace: [1 nA, 2 nA]}}}
record: {exc: {V: {neurons: 0..9, every: 0.2 ms}, spikes: true}}
"""
SMALL = CONFIG.replace("2 s", "50 ms")
LONG = CONFIG.replace("2 s", "100000 s")
FULL = "no space left on device"


def config_in(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def shell(command: str, folder: Path, timeout: float = 120) -> subprocess.CompletedProcess:
    return subprocess.run(["bash", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout)


def can_mount() -> bool:
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


@pytest.mark.faults
def test_a_limit_on_file_sizes_ends_the_run_with_its_cause(hillock, tmp_path):
    config = config_in(tmp_path, CONFIG)
    for blocks in (1, 20, 100, 500):
        done = shell(f"ulimit -f {blocks}; exec '{hillock}' run '{config}' --out run.h5", tmp_path)
        assert done.returncode == 5, done
        assert re.fullmatch(r"error: run\.h5\.partial: file too large \(the limit set by ulimit -f, or of the file "
                            r"system\) \(while [a-zA-Z0-9_/ ]+\)\n", done.stderr), done.stderr
        assert not (tmp_path / "run.h5").exists() and (tmp_path / "run.h5.partial").exists()


@pytest.mark.faults
def test_a_device_that_is_always_full_is_no_output(hillock, tmp_path):
    config = config_in(tmp_path, SMALL)
    for link, error in (("run.h5", "run.h5 is not a regular file; HDF5 needs a file on a disk"),
                        ("run.h5.partial", "run.h5.partial: a symbolic link, expected a file (while creating it)")):
        (tmp_path / link).symlink_to("/dev/full")
        done = shell(f"'{hillock}' run '{config}' --out run.h5", tmp_path)
        assert (done.returncode, done.stderr) == (5, f"error: {error}\n")
        (tmp_path / link).unlink()


FULL_DISKS = ["tmpfs"] if can_mount() else []


@pytest.mark.faults
@pytest.mark.parametrize("disk", FULL_DISKS)
def test_a_full_disk_ends_the_run_with_its_cause_and_keeps_the_partial_file(hillock, tmp_path, disk):
    config = config_in(tmp_path, CONFIG.replace("V: {neurons: 0..9, every: 0.2 ms}, ", "").replace("2 s", "20 s"))
    (tmp_path / "disk").mkdir()
    done = shell(f"""unshare -m bash -c "mount -t {disk} -o size=256k none disk && '{hillock}' run '{config}' --out disk/run.h5
        code=\\$?; ls disk; exit \\$code" """, tmp_path)
    assert done.returncode == 5, done
    assert re.fullmatch(rf"error: disk/run\.h5\.partial: {FULL} \(while [a-zA-Z0-9_/ ]+\)\n", done.stderr), done.stderr
    assert done.stdout == "run.h5.partial\n"


def strace(call: str, inject: str, hillock: Path, config: Path, out: Path, log: Path) -> subprocess.CompletedProcess:
    """Runs with an error injected into the calls that touch the output file alone."""
    command = ["strace", "-f", "-qq", "-o", str(log), "-P", f"{out}.partial", "-P", str(out), "-e", f"trace={call}"]
    if inject:
        command += ["-e", f"inject={call}:{inject}"]
    return subprocess.run([*command, str(hillock), "run", str(config), "--out", str(out), "--quiet"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


@pytest.mark.full
@pytest.mark.faults
@pytest.mark.parametrize("call", ["pwrite64", "ftruncate", "fsync", "close", "rename,renameat,renameat2"])
def test_the_nth_call_that_fails_is_an_error_and_no_crash(hillock, tmp_path, call):
    assert shutil.which("strace"), "strace is missing: scripts/test --full installs it"
    config, out, log = config_in(tmp_path, SMALL), tmp_path / "whole.h5", tmp_path / "log"
    assert strace(call, "", hillock, config, out, log).returncode == 0
    calls = [line for line in log.read_text().splitlines() if "(" in line]
    assert calls
    tried = [(n, mode, error) for n in range(1, len(calls) + 1) for mode in ("", "+") for error in ("ENOSPC", "EIO")]

    def attempt(case):
        n, mode, error = case
        target = tmp_path / f"run_{n}_{mode}_{error}.h5"
        done = strace(call, f"error={error}:when={n}{mode}", hillock, config, target, tmp_path / f"log_{n}_{mode}_{error}")
        cause = FULL if error == "ENOSPC" else "input/output error of the device"
        if done.returncode != 5 or not re.fullmatch(rf"error: {re.escape(str(target))}(\.partial)?: {cause} \(while [^\n]+\)\n", done.stderr):
            return f"{case}: code {done.returncode}, {done.stderr!r}"
        if call != "close" and (target.exists() or not Path(f"{target}.partial").exists()):
            return f"{case}: no partial file is left"
        return None

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        assert [problem for problem in pool.map(attempt, tried) if problem] == []


def killed_run(hillock: Path, folder: Path, seconds: float) -> Path:
    """Starts a run that would take hours and kills it `seconds` after its file is there; gives the partial file."""
    out = folder / "killed.h5"
    process = subprocess.Popen([hillock, "run", config_in(folder, LONG), "--out", out, "--quiet"], stdin=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    partial = Path(f"{out}.partial")
    while not partial.exists():
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return partial


def check_recovered(hillock: Path, partial: Path, reference: Path) -> float:
    """Recovers and compares with the first part of a whole run, bit for bit; gives the time it reaches, ms."""
    done = subprocess.run([hillock, "recover", partial], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    with h5py.File(partial.with_suffix("")) as found, h5py.File(reference) as whole:
        assert found.attrs["status"] == b"recovered" and found.attrs["complete"] == 0
        until = found.attrs["recorded_until_ms"]
        V, time_axis = found["report/exc/V"], found["report/exc/time"]
        frames = len(time_axis)
        assert V.shape == (frames, 10) and frames == np.ceil(until / 0.2 - 1e-6)
        shared = min(frames, len(whole["report/exc/time"]))
        assert np.array_equal(V[:shared], whole["report/exc/V"][:shared])
        assert np.array_equal(time_axis[:], np.arange(frames) * 0.2)
        times, ids = found["spikes/exc/timestamps"][:], found["spikes/exc/node_ids"][:]
        assert len(times) == len(ids) and np.all(np.diff(times) >= 0) and (len(times) == 0 or times[-1] <= until)
        end = min(until, whole["meta"].attrs["duration_ms"])
        expected = whole["spikes/exc/timestamps"][:]
        assert np.array_equal(times[times <= end - 1], expected[expected <= end - 1])
        assert np.array_equal(ids[times <= end - 1], whole["spikes/exc/node_ids"][:][expected <= end - 1])
    return until


@pytest.fixture
def reference(run_hillock):
    return run_hillock(CONFIG.replace("2 s", "20 s")).output


@pytest.mark.faults
def test_a_killed_run_is_recovered_and_equals_the_start_of_a_whole_one(hillock, tmp_path, reference):
    reached = []
    for number, seconds in enumerate((0.2, 1.5, 3.0)):
        folder = tmp_path / str(number)
        folder.mkdir()
        reached.append(check_recovered(hillock, killed_run(hillock, folder, seconds), reference))
    assert min(reached[1:]) > 0  # only what came after the last flush is lost, and there is one each second


@pytest.mark.full
@pytest.mark.faults
def test_runs_killed_at_two_hundred_random_times_are_recovered(hillock, tmp_path, reference):
    source = random.Random(1)
    reached = []
    for number in range(200):
        folder = tmp_path / str(number)
        folder.mkdir()
        seconds = source.uniform(0.1, 2.0)
        reached.append(check_recovered(hillock, killed_run(hillock, folder, seconds), reference))
        shutil.rmtree(folder)
    assert np.mean(np.array(reached) > 0) > 0.3


@pytest.mark.faults
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_within_a_second_and_leaves_a_file_that_says_so(hillock, tmp_path, number, code):
    out = tmp_path / "run.h5"
    process = subprocess.Popen([hillock, "run", config_in(tmp_path, LONG), "--out", out, "--quiet"], stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    time.sleep(0.7)
    begin = time.monotonic()
    process.send_signal(number)
    _, error = process.communicate(timeout=30)
    assert process.returncode == code and time.monotonic() - begin < 1.5
    assert re.match(r"interrupted at .* \(SIG(INT|TERM)\): what was recorded up to there is in .*run\.h5\.partial", error)
    with h5py.File(f"{out}.partial") as file:
        assert file.attrs["status"] == b"interrupted"
        assert abs(len(file["report/exc/time"]) * 0.2 - file.attrs["stopped_at_ms"]) <= 0.2 + 1e-6


@pytest.mark.faults
def test_two_runs_with_one_output_the_second_names_the_first(hillock, tmp_path):
    config, out = config_in(tmp_path, LONG), tmp_path / "run.h5"
    first = subprocess.Popen([hillock, "run", config, "--out", out, "--quiet"], stdin=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    try:
        while not Path(f"{out}.partial").exists():
            time.sleep(0.01)
        time.sleep(0.1)
        for command in (["run", config, "--out", out], ["recover", f"{out}.partial"]):
            second = subprocess.run([hillock, *command], capture_output=True, text=True, timeout=30)
            assert (second.returncode, second.stderr) == (5, f"error: {out}.partial is being written by process {first.pid}; "
                                                             "wait for it, or choose another name with --out\n")
        assert first.poll() is None
    finally:
        first.kill()
        first.wait()
    done = subprocess.run([hillock, "run", config_in(tmp_path, SMALL), "--out", out], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and out.exists()
