"""Fixtures of the tests of the Python package: where it is, and runs of the program to compare it with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import h5py
import numpy
import pytest

# Who starts the tests in the background of a script has them ignore SIGINT; what they start shall not.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("HILLOCK", REPOSITORY / "build" / "release" / "hillock"))
PACKAGE = PROGRAM.parent / "python"  # the folder that holds the package of the same build
sys.path.insert(0, str(PACKAGE))
os.environ["MPLBACKEND"] = "Agg"

import hillock  # noqa: E402

assert Path(hillock.__file__).is_relative_to(PACKAGE), f"{hillock.__file__} is not the package that was built"


@pytest.fixture(scope="session")
def repo() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def program() -> Path:
    """The command line of the same build."""
    return PROGRAM


@pytest.fixture
def environment() -> dict[str, str]:
    """For Python processes that import the package."""
    return {**os.environ, "PYTHONPATH": str(PACKAGE)}


@pytest.fixture
def python(tmp_path, environment):
    """`python(code, *words, expect=0)` runs Python code in a process of its own, in tmp_path."""

    def run(code: str, *words: object, expect: int | None = 0, env: dict[str, str] | None = None):
        done = subprocess.run([sys.executable, "-c", code, *map(str, words)], cwd=tmp_path, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300, env={**environment, **(env or {})})
        assert expect is None or done.returncode == expect, f"ended with {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    return run


@pytest.fixture
def by_program(program, tmp_path):
    """`by_program(text_or_path, *words)` is the output file of `hillock run`."""
    count = 0

    def run(config, *words: str, expect: int = 0) -> Path:
        nonlocal count
        count += 1
        path = config if isinstance(config, Path) else tmp_path / f"config_{count}.yaml"
        if not isinstance(config, Path):
            path.write_text(config, encoding="utf-8")
        out = tmp_path / f"by_program_{count}.h5"
        done = subprocess.run([program, "run", path, "--out", out, "--quiet", *words], cwd=tmp_path, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=300)
        assert done.returncode == expect, done.stderr
        return out

    return run


def data_of(run: hillock.Run) -> dict[str, bytes]:
    """Every array of a run, as bytes with its type and shape."""
    found = {}
    for name, population in run.items():
        for group, report in population.reports.items():
            found[f"report/{group}/time"] = report.time
            if not report.is_mean:
                found[f"report/{group}/neuron"] = report.neuron
            for variable in report:
                found[f"report/{group}/{variable}"] = report[variable]
        if name in run._source.spike_populations():
            found[f"spikes/{name}/timestamps"] = population.spikes.timestamps
            found[f"spikes/{name}/node_ids"] = population.spikes.node_ids
    return {name: described(numpy.asarray(array)) for name, array in found.items()}


def data_in(path: Path) -> dict[str, bytes]:
    """The same of a file, read with h5py alone."""
    found = {}

    def visit(name, item):
        parts = name.split("/")
        if isinstance(item, h5py.Dataset) and parts[0] in ("report", "spikes") and "mapping" not in parts and parts[-1] != "data":
            found[name] = described(item[()])

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


def described(array) -> bytes:
    return f"{array.dtype.str} {array.shape} ".encode() + array.tobytes()
