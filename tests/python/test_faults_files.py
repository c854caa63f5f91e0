"""Where the output goes, permissions, names, damaged files, two writers: each fault with its own message and code, none with a crash."""

from __future__ import annotations

import fcntl
import json
import os
import random
import re
import shutil
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from faults import datasets, listing, patience, wait_until

pytestmark = pytest.mark.faults

CONFIG = """
simulation: {duration: 300 ms, dt: 0.1 ms}
populations: {cell: {size: 20, model: lif}}
inputs: {drive: {type: white_noise, target: cell, mean: 300 pA, sigma: 400 pA ms^0.5}}
record: {cell: {spikes: true, V: {every: 0.1 ms}, I: {every: 1 ms}}}
"""


@pytest.fixture(autouse=True)
def config(tmp_path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return path


# 61-63: where the output goes -------------------------------------------------------------------------------------------


def test_the_folder_of_an_explicit_output_must_exist(call, tmp_path):
    done = call("run", "config.yaml", "--out", "none/x.h5", expect=5)
    assert done.stderr == "error: none/x.h5: the folder 'none' does not exist; create it first\n"
    assert listing(tmp_path) == ["config.yaml"]


def test_a_file_is_no_folder(call, tmp_path):
    done = call("run", "config.yaml", "--out", "config.yaml/x.h5", expect=5)
    assert done.stderr == "error: config.yaml/x.h5: 'config.yaml' is a file, expected a folder\n"
    (tmp_path / "results").write_text("in the way")
    done = call("run", "config.yaml", expect=5)
    assert done.stderr == "error: results/config.h5: 'results' is a file, expected a folder\n"
    assert (tmp_path / "results").read_text() == "in the way"


@pytest.fixture
def as_nobody(hillock, repo):
    """A folder that everybody may enter, with program, models and config, and the means to run there without rights."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(hillock, folder / "hillock")
        shutil.copytree(repo / "models", folder / "models")
        (folder / "config.yaml").write_text(CONFIG)
        (folder / "locked").mkdir()
        (folder / "open").mkdir()
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o777 if path.name == "open" else 0o755)
        (folder / "locked").chmod(0o555)
        user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}

        def run(*words, cwd=folder):
            return subprocess.run([str(folder / "hillock"), *words], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=60, env={**os.environ, "HILLOCK_MODELS": str(folder / "models"), "HOME": "/nonexistent"}, **user)

        yield folder, run


def test_a_folder_without_permission_is_refused_before_the_run(as_nobody):
    folder, run = as_nobody
    done = run("run", "config.yaml", "--out", "locked/x.h5")
    assert done.returncode == 5
    assert done.stderr == "error: locked/x.h5: the folder 'locked' cannot be written: permission denied\n"
    assert listing(folder / "locked") == []


def test_nothing_but_the_output_folder_need_be_writable(as_nobody):
    folder, run = as_nobody
    done = run("run", str(folder / "config.yaml"), "--out", str(folder / "open" / "x.h5"), cwd=folder / "locked")
    assert done.returncode == 0, done.stderr
    assert listing(folder / "open") == ["x.h5"]


def test_an_existing_output_needs_force_and_stays_until_the_new_one_is_complete(call, tmp_path):
    (tmp_path / "x.h5").write_text("precious")
    done = call("run", "config.yaml", "--out", "x.h5", expect=5)
    assert done.stderr == "error: x.h5 exists; add --force to replace it, or choose another name with --out\n"
    assert (tmp_path / "x.h5").read_text() == "precious"
    # A run that fails on the way leaves the old file as it was.
    exploding = CONFIG.replace("model: lif", "model: own.yaml")
    (tmp_path / "own.yaml").write_text(EXPLODING)
    (tmp_path / "exploding.yaml").write_text(exploding)
    call("run", "exploding.yaml", "--out", "x.h5", "--force", expect=4)
    assert (tmp_path / "x.h5").read_text() == "precious"
    call("run", "config.yaml", "--out", "x.h5", "--force")
    assert len(datasets(tmp_path / "x.h5")["report/cell/V"]) == 3000


def test_the_config_is_never_overwritten_by_its_result(call, tmp_path):
    (tmp_path / "link.h5").symlink_to("config.yaml")
    for name in ("config.yaml", "./config.yaml", "link.h5"):
        done = call("run", "config.yaml", "--out", name, "--force", expect=2)
        assert done.stderr == f"error: --out {name} is the config itself\n  write for instance --out results/config.h5\n"
    assert (tmp_path / "config.yaml").read_text() == CONFIG


@pytest.mark.parametrize("name, message", [
    (".", "error: '.' is not the name of a file; expected for instance results/run.h5\n"),
    ("folder", "error: folder is a folder, expected the name of a file\n"),
    ("/dev/null", "error: /dev/null is not a regular file; HDF5 needs a file on a disk\n"),
])
def test_what_is_no_file_name_is_refused(call, tmp_path, name, message):
    (tmp_path / "folder").mkdir()
    assert call("run", "config.yaml", "--out", name, expect=5).stderr == message


def test_a_link_in_the_place_of_the_partial_file_is_not_followed(call, tmp_path):
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "x.h5.partial").symlink_to("precious")
    done = call("run", "config.yaml", "--out", "x.h5", expect=5)
    assert done.stderr.startswith("error: x.h5.partial: a symbolic link, expected a file")
    assert (tmp_path / "precious").read_text() == "precious"


@pytest.mark.parametrize("name", ["CON.yaml", "a b.yaml", "$(touch pwned).yaml", "`touch pwned`;'\".yaml", "-rf.yaml", "\u00e9\u4e16.yaml", "%s%n.yaml"])
def test_odd_names_are_only_names(call, tmp_path, name):
    (tmp_path / name).write_text(CONFIG)
    call("run", "./" + name)
    assert listing(tmp_path / "results") == [name.removesuffix(".yaml") + ".h5"]
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("path", ["../outside.yaml", "/etc/passwd", "a/../../b.yaml", "link/model.yaml"])
def test_paths_of_a_config_stay_under_its_folder(call, tmp_path, path):
    folder = tmp_path / "experiment"
    folder.mkdir()
    (tmp_path / "outside.yaml").write_text(EXPLODING)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "model.yaml").write_text(EXPLODING)
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "config.yaml").write_text(CONFIG.replace("model: lif", f"model: {path}"))
    done = call("run", "experiment/config.yaml", expect=2)
    first = done.stderr.splitlines()[0]
    assert re.fullmatch(rf"experiment/config\.yaml:3:\d+: error: '{re.escape(path)}' (leads out of the config's folder|is an absolute path; .*)", first)
    assert "root:" not in done.stderr and "exploding" not in done.stderr


def test_commands_in_names_and_texts_are_never_run(call, tmp_path):
    evil = "$(touch pwned)`touch pwned`;touch pwned"
    (tmp_path / "evil.yaml").write_text(f"# {evil}\n{CONFIG}".replace("cell:", f'"{evil}":', 1))
    done = call("run", "evil.yaml", expect=2)
    assert "evil.yaml:4:" in done.stderr
    (tmp_path / "flags.yaml").write_text(CONFIG + "compiler_flags: -fplugin=evil.so\n")
    done = call("run", "flags.yaml", expect=2, env={"CXX": "touch pwned", "CXXFLAGS": "; touch pwned"})
    assert "'compiler_flags' is not a key of a config" in done.stderr
    assert listing(tmp_path) == ["config.yaml", "evil.yaml", "flags.yaml"]


# 43: more than the disk holds ---------------------------------------------------------------------------------------------


def test_a_file_that_cannot_fit_is_refused_with_numbers_before_the_run(hillock, call, tmp_path):
    (tmp_path / "hour.yaml").write_text(CONFIG.replace("300 ms", "36000 s").replace("size: 20", "size: 100000"))
    begin = time.monotonic()
    done = call("run", "hour.yaml", "--out", "x.h5", expect=6)
    assert time.monotonic() - begin < 2 * patience(hillock)
    match = re.fullmatch(r"error: x\.h5 would take ([\d.]+) TB, and its disk has [\d.]+ \w+ free; "
                         r"record fewer neurons or variables, or with a longer 'every'\n", done.stderr)
    assert match and float(match[1]) == pytest.approx(36e7 * 1e5 * 4 * 1.1 / 1e12, rel=0.01)
    assert listing(tmp_path) == ["config.yaml", "hour.yaml"]


def test_more_neurons_than_memory_holds_are_refused(hillock, call, tmp_path):
    (tmp_path / "huge.yaml").write_text(CONFIG.replace("size: 20", "size: 20000000000").replace(", V: {every: 0.1 ms}, I: {every: 1 ms}", ""))
    begin = time.monotonic()
    done = call("run", "huge.yaml", "--out", "x.h5", expect=6)
    assert time.monotonic() - begin < 2 * patience(hillock)
    assert done.stderr.startswith("error: ") and re.search(r"\d+ GB|\d TB", done.stderr), done.stderr
    assert listing(tmp_path) == ["config.yaml", "huge.yaml"]


# 64: two writers ---------------------------------------------------------------------------------------------------------


def is_locked(path: Path) -> bool:
    layout = "hhqqi4x"  # struct flock
    with path.open("rb") as file:
        found = fcntl.fcntl(file, fcntl.F_GETLK, struct.pack(layout, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
    return struct.unpack(layout, found)[0] != fcntl.F_UNLCK


def test_a_second_writer_stops_with_the_pid_of_the_first(start, call, tmp_path):
    (tmp_path / "long.yaml").write_text(CONFIG.replace("300 ms", "100000 s").replace("0.1 ms}, I", "1 s}, I").replace("every: 1 ms", "every: 1 s"))
    first = start("run", "long.yaml", "--out", "x.h5", "--quiet")
    wait_until(lambda: (tmp_path / "x.h5.partial").exists() and is_locked(tmp_path / "x.h5.partial"))
    for words in (["run", "config.yaml", "--out", "x.h5"], ["run", "config.yaml", "--out", "x.h5", "--force"], ["recover", "x.h5.partial"]):
        done = call(*words, expect=5)
        remedy = "it can be recovered when that has ended" if words[0] == "recover" else "wait for it, or choose another name with --out"
        assert done.stdout == "" and done.stderr == f"error: x.h5.partial is being written by process {first.pid}; {remedy}\n"
    assert first.poll() is None
    first.kill()
    first.wait()
    call("run", "config.yaml", "--out", "x.h5")  # a dead one is no obstacle
    assert listing(tmp_path) == ["config.yaml", "long.yaml", "x.h5"]


# 69: files that are damaged --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["info", "recover"])
def test_files_that_are_not_ours_are_named(call, tmp_path, command):
    names = {"text.h5.partial": b"not HDF5 at all", "empty.h5.partial": b"", "folder.h5.partial": None}
    for name, content in names.items():
        if content is None:
            (tmp_path / name).mkdir()
        else:
            (tmp_path / name).write_bytes(content)
        done = call(command, name, expect=5)
        assert done.stderr.startswith(f"error: {name}") and done.stderr.count("\n") == 1, done.stderr
    with h5py.File(tmp_path / "other.h5.partial", "w") as file:
        file["x"] = 1
    assert call(command, "other.h5.partial", expect=5).stderr.startswith("error: other.h5.partial")
    assert call(command, "missing.h5.partial", expect=5).stderr.startswith("error: missing.h5.partial")


def damaged(content: bytes, draw: random.Random) -> bytes:
    kind = draw.randrange(3)
    if kind == 0:
        return content[:draw.randrange(len(content))]
    damaged_bytes = bytearray(content)
    if kind == 1:  # the metadata lie at the front
        for _ in range(draw.randrange(1, 20)):
            damaged_bytes[draw.randrange(min(20_000, len(content)))] = draw.randrange(256)
    else:
        start = draw.randrange(len(content))
        damaged_bytes[start:start + 512] = bytes(len(damaged_bytes[start:start + 512]))
    return bytes(damaged_bytes)


def test_damaged_files_end_in_an_answer_or_an_error_never_in_a_crash(call, tmp_path):
    call("run", "config.yaml", "--out", "x.h5")
    content, draw = (tmp_path / "x.h5").read_bytes(), random.Random(3)
    for _ in range(60):
        (tmp_path / "y.h5.partial").write_bytes(damaged(content, draw))
        (tmp_path / "y.h5").unlink(missing_ok=True)
        info = call("info", "y.h5.partial", expect=None)
        assert info.returncode in (0, 5), (info.returncode, info.stderr)
        assert info.returncode == 0 or info.stderr.startswith("error: y.h5.partial")
        recover = call("recover", "y.h5.partial", expect=None)
        assert recover.returncode in (0, 5), (recover.returncode, recover.stderr)


def test_a_damaged_file_as_input_is_named(call, tmp_path):
    with h5py.File(tmp_path / "current.h5", "w") as file:
        file["I"] = np.linspace(0, 300, 3000)
    driven = CONFIG.replace("{type: white_noise, target: cell, mean: 300 pA, sigma: 400 pA ms^0.5}",
                            "{type: file, target: cell, path: current.h5, dataset: I, unit: pA, interval: 0.1 ms}")
    (tmp_path / "driven.yaml").write_text(driven)
    call("run", "driven.yaml")
    content, draw = (tmp_path / "current.h5").read_bytes(), random.Random(4)
    for _ in range(40):
        (tmp_path / "current.h5").write_bytes(damaged(content, draw))
        done = call("run", "driven.yaml", expect=None)
        assert done.returncode in (0, 2, 4, 5), (done.returncode, done.stderr)
        assert done.returncode in (0, 4) or "current.h5" in done.stderr


# 71: states that are not finite, as far as files are concerned ------------------------------------------------------------------

EXPLODING = """
name: exploding
summary: A quadratic growth without any limit
source: "made for this test"
inputs: {I: pA}
params:
  tau: {default: 10 ms, doc: time constant}
  scale: {default: 1 mV, doc: scale of the growth}
  C_m: {default: 250 pF, doc: membrane capacitance}
state:
  V: {init: 1 mV, doc: membrane potential}
equations:
  dV/dt: V * V / scale / tau + I / C_m
"""


def test_a_state_that_is_not_finite_keeps_the_trace_up_to_there(call, tmp_path):
    (tmp_path / "own.yaml").write_text(EXPLODING)
    (tmp_path / "exploding.yaml").write_text(CONFIG.replace("model: lif", "model: own.yaml").replace("{spikes: true, V", "{dtype: float64, V"))
    done = call("run", "exploding.yaml", "--out", "x.h5", expect=4)
    assert done.stdout == "" and listing(tmp_path) == ["config.yaml", "exploding.yaml", "own.yaml", "x.h5.partial"]
    match = re.search(r"\n  what was recorded up to ([\d.]+) ms is in x\.h5\.partial\n$", done.stderr)
    assert match and done.stderr.startswith("error: ") and "V" in done.stderr
    info = json.loads(call("info", "x.h5.partial", "--json").stdout)
    assert info["status"] == "failed" and info["complete"] is False and info["stopped_at_ms"] == pytest.approx(float(match[1]))
    assert info["reason"] and done.stderr.startswith("error: " + info["reason"])
    call("recover", "x.h5.partial")
    found = datasets(tmp_path / "x.h5")
    assert np.all(np.isfinite(found["report/cell/V"]))
    assert 0 < len(found["report/cell/V"]) < 3000
