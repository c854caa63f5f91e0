"""Memory that runs out at any allocation of a run: one line that says so, code 6, and a partial file that can be read."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from faults import NOISY, datasets

CONFIG = NOISY.replace("300 ms", "20 ms", 1)


@pytest.fixture(scope="session")
def injection(tmp_path_factory) -> Path:
    library = tmp_path_factory.mktemp("injection") / "memory_injection.so"
    subprocess.run(["c++", "-O1", "-shared", "-fPIC", "-o", str(library), str(Path(__file__).with_name("memory_injection.cpp")), "-ldl"], check=True)
    return library


@pytest.fixture
def without(call, injection, tmp_path):
    """`without(number, *words)` runs hillock with the allocation of this number and all later ones failing (0: none); with
    once=True only that one. Gives the finished process and how many allocations there were."""
    (tmp_path / "config.yaml").write_text(CONFIG)

    def run(number: int, *words: str, once: bool = False):
        for name in ("x.h5", "x.h5.partial"):
            (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / "count").write_bytes(bytes(8))
        environment = {"LD_PRELOAD": str(injection), "MEMORY_COUNT": str(tmp_path / "count"), "MEMORY_AT": str(number)}
        done = call(*words, expect=None, env={**environment, **({"MEMORY_ONCE": "1"} if once else {})})
        return done, int.from_bytes((tmp_path / "count").read_bytes(), "little")

    return run


RUN = ("run", "config.yaml", "--out", "x.h5", "--quiet")


def check_each(without, call, folder: Path, numbers, once: bool = False):
    without(0, *RUN)
    whole = datasets(folder / "x.h5")
    unreadable, readable, unharmed = [0], [], 0
    for number in numbers:
        done, total = without(number, *RUN, once=once)
        # How often the writer allocates depends a little on how busy the machine is; and the C library does without some.
        if total < number or once and done.returncode == 0:
            assert done.returncode == 0 and all(np.array_equal(data, whole[name], equal_nan=True) for name, data in datasets(folder / "x.h5").items())
            unharmed += 1
            continue
        assert (done.returncode, done.stdout, done.stderr) == (6, "", "error: out of memory\n"), (number, done)
        assert not (folder / "x.h5").exists()
        if (folder / "x.h5.partial").exists():
            size = (folder / "x.h5.partial").stat().st_size
            (readable if call("info", "x.h5.partial", expect=None).returncode == 0 else unreadable).append(size)
    # Once its head is on the disk a file can be read.
    assert readable and max(unreadable) < min(readable) and unharmed < len(readable) / 4


def total_of(without) -> int:
    done, total = without(0, *RUN)
    assert done.returncode == 0 and total > 3000, done
    return total


def test_an_allocation_that_fails_ends_the_run_with_code_6(without, call, tmp_path):
    total = total_of(without)
    check_each(without, call, tmp_path, [*range(1, 20), *range(20, total, 211), *range(total - 20, total + 1)])


@pytest.mark.full
@pytest.mark.parametrize("once", [False, True], ids=["from-then-on", "once"])
def test_each_allocation_that_fails_ends_the_run_with_code_6(without, call, tmp_path, once):
    total = total_of(without)
    check_each(without, call, tmp_path, [*range(1, 300), *range(300, total, 13)], once)


def test_a_check_that_runs_out_of_memory_says_so(without):
    words = ("check", "config.yaml")
    _, total = without(0, *words)
    for number in range(1, total, total // 40):
        done, _ = without(number, *words)
        assert (done.returncode, done.stdout, done.stderr) == (6, "", "error: out of memory\n"), number
