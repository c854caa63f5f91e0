"""What the tables of faults are made of: a config with a fault, what the program must say of it, and the means to compare the two; what tests of files and disks share."""

from __future__ import annotations

import dataclasses
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

LIF = """simulation:
  duration: 10 ms
  dt: 0.1 ms
populations:
  cell:
    size: 2
    model: lif
inputs:
  drive: {type: dc, target: cell, amplitude: 0.5 nA}
record:
  cell: [V, spikes]
"""

NOISY = """
simulation: {duration: 300 ms, dt: 0.1 ms}
populations: {cell: {size: 20, model: lif}}
inputs: {drive: {type: white_noise, target: cell, mean: 300 pA, sigma: 400 pA ms^0.5}}
record: {cell: {spikes: true, V: {every: 0.1 ms}, I: {every: 1 ms}}}
analysis: {cell: {statistics: all}}
"""

OWN = """simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  cell: {model: own.yaml}
record:
  cell: [V]
"""

MODEL = """name: own
summary: A cell that leaks
source: "made for this test"
inputs: {I: pA}
params:
  tau: {default: 10 ms}
  C_m: {default: 250 pF}
  k: {default: 1}
state:
  V: {init: -70 mV}
equations:
  dV/dt: (-70 mV - V)/tau + k*I/C_m
spike:
  when: V >= -50 mV
  reset:
    V: -70 mV
"""
SLOPE = "(-70 mV - V)/tau + k*I/C_m"
POLE = "name: pole\nsummary: Growth to a pole\nsource: \"made for this test\"\ninputs: {I: 1}\nstate:\n  V: {init: 1}\nequations:\n  dV/dt: (V^2 + I)/1 ms\n"
FREE_ADEX = """name: own
summary: AdEx without a limit at its peak
source: "made for this test"
inputs: {I: pA}
state:
  V: {init: -70.6 mV}
equations:
  dV/dt: (-30 nS*(V + 70.6 mV) + 60 pA*exp((V + 50.4 mV)/2 mV) + I + 1 nA)/281 pF
"""


def edited(text: str, edits: tuple[str, ...]) -> str:
    for old, new in zip(edits[::2], edits[1::2], strict=True):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def lif(*edits: str) -> str:
    return edited(LIF, edits)


def param(text: str) -> str:
    return lif("size: 2", f"params: {{{text}}}")


def driven(drive: str) -> str:
    """LIF with another input; spikes arrive at a conductance."""
    receptors = "lif\n    receptors: {exc: {model: exp_conductance}}" if "receptor:" in drive else "lif"
    return lif("lif", receptors, "{type: dc, target: cell, amplitude: 0.5 nA}", "{" + drive.replace("type: ", "target: cell, type: ", 1) + "}")


def model(*edits: str) -> dict[str, str]:
    return {"own.yaml": edited(MODEL, edits)}


def slope(text: str) -> dict[str, str]:
    return model(SLOPE, text)


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10))


@dataclasses.dataclass(frozen=True)
class Case:
    """A config, its files and what the program must say of them."""

    id: str
    config: str | bytes | Path
    stderr: str
    files: dict[str, str | bytes | Path] = dataclasses.field(default_factory=dict)  # a path: a link to there
    arguments: tuple[str, ...] = ()
    code: int = 2

    @property
    def left(self) -> list[str]:
        return ["results/config.h5.partial"] if self.code == 4 else []


def in_last_line(name: str, config: str, line: str, marked: str, what: str, remedy: str = "") -> Case:
    """The error `what` at the last place where the marked text stands in a line, the last of the config."""
    number, column = config.count("\n") + 1, line.rindex(marked)
    mark = " " * column + "^" + "~" * (0 if marked[0] in "{[" or marked[-1] == ":" else len(marked) - 1)
    shown = line if len(line) <= 120 else line[:120] + "..."
    return Case(name, config + line, f"\nconfig.yaml:{number}:{column + 1}: error: {what}\n   {number} | {shown}\n     | {mark}" + (f" {remedy}" if remedy else ""))


@dataclasses.dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str
    seconds: float
    folder: Path
    left: list[str]


def put(path: Path, content: str | bytes | Path):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        path.symlink_to(content)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def call(hillock: Path, case: Case, folder: Path, command: str = "run") -> Done:
    given = {"config.yaml": case.config, **case.files}
    for name, content in given.items():
        put(folder / name, content)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(hillock), command, "config.yaml", *case.arguments], cwd=folder, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    left = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and str(path.relative_to(folder)) not in given)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode(),
                after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, folder, left)


def shortened(text: str, folder: Path) -> str:
    """Without the folders of the test and of the models."""
    return re.sub(r"/\S*/models/(neurons|receptors)/", r"models/\1/", text.replace(f"{folder}/", ""))


def ids(cases: list[Case]) -> list:
    return [pytest.param(case, id=case.id) for case in cases]


def patience(hillock: Path) -> int:
    """By how much limits of time are longer for this program: sanitizers take their time."""
    return 20 if "san" in hillock.parent.name else 1


def check_run(hillock: Path, folder: Path, case: Case, command: str = "run"):
    done = call(hillock, case, folder, command)
    assert shortened(done.stderr, folder) == case.stderr.lstrip("\n") + "\n"
    assert done.returncode == case.code and done.stdout == "" and done.left == case.left
    assert case.code == 4 or done.seconds < patience(hillock)


def check_check(hillock: Path, folder: Path, case: Case):
    done = call(hillock, case, folder, "check")
    assert (done.returncode, done.stdout, done.left) == (2, "", [])
    assert shortened(done.stderr, folder) == case.stderr.lstrip("\n") + "\n"


# Files, disks, processes -------------------------------------------------------------------------------------------------


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def datasets(path: Path) -> dict[str, np.ndarray]:
    """All data sets but those of /meta, which tell when and where the run was made."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]})
                        if isinstance(item, h5py.Dataset) and not name.startswith("meta") else None)
    return found


def same_bytes(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Whether two files hold the same data sets, byte for byte."""
    return one.keys() == other.keys() and all((values.dtype, values.shape, values.tobytes()) == (other[name].dtype, other[name].shape, other[name].tobytes())
                                              for name, values in one.items())


def wait_until(condition: Callable[[], bool], seconds: float = 60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"nothing happened within {seconds} s"
        time.sleep(0.005)


def points_stored(path: Path) -> int:
    """How many points of a sweep its file holds, which may not be there yet."""
    try:
        with h5py.File(path) as file:
            return int(np.count_nonzero(file["status"][()] != -1))
    except (OSError, KeyError):
        return 0


def bytes_in(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def mounting() -> list[str] | None:
    """The command that lets what follows mount a disk of its own; None where that is not allowed."""
    with tempfile.TemporaryDirectory() as folder:
        for command in (["unshare", "-m"], ["unshare", "-rm"]):
            try:
                tried = subprocess.run([*command, "mount", "-t", "tmpfs", "none", folder], stdin=subprocess.DEVNULL, capture_output=True)
            except FileNotFoundError:
                return None
            if tried.returncode == 0:
                return command
    return None


MOUNTING = mounting()
UNREGISTERED = [] if MOUNTING else [f"{name}: neither 'unshare -m' nor 'unshare -rm' may mount a disk here"
                                    for name in ("test_a_full_disk_ends_the_run_with_its_cause_and_keeps_the_partial_file",
                                                 "test_a_read_only_disk_is_refused_before_the_run")]
