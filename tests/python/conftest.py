"""Fixtures shared by all Python tests: where the repository and the program are, and how to run a config."""

from __future__ import annotations

import dataclasses
import os
import re
import signal
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest
from faults import UNREGISTERED
from figures import TWO

# Who starts the tests in the background of a script (`&`, nohup) has them ignore SIGINT. Children inherit that, and
# hillock rightly keeps it; so that tests can interrupt it, it is started with the signals of a terminal.
for number in (signal.SIGINT, signal.SIGTERM):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Run:
    """One finished run of the program: its exit code, what it printed, and the file it was asked to write."""

    returncode: int
    stdout: str
    stderr: str
    output: Path
    config: Path


def program() -> Path:
    return Path(os.environ.get("HILLOCK", REPOSITORY / "build" / "release" / "hillock"))


@pytest.fixture(scope="session")
def repo() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def hillock() -> Path:
    """The program under test: $HILLOCK, or the release build. A missing program is a failure, never a skip."""
    path = program()
    if not os.access(path, os.X_OK):
        pytest.fail(f"{path} is not there: build it with scripts/test, or name another in HILLOCK")
    return path


@pytest.fixture(scope="session")
def peer_python() -> Path:
    """The interpreter that can import the other simulators (.venv-peers); tests marked `peers` hand it scripts."""
    path = Path(os.environ.get("HILLOCK_PEERS", REPOSITORY / ".venv-peers" / "bin" / "python"))
    if not path.exists():
        pytest.fail(f"{path} is not there: scripts/test --full installs it")
    return path


@pytest.fixture
def run_hillock(hillock: Path, tmp_path: Path):
    """`run_hillock(config, *args, expect=0)` runs `hillock run` on YAML text or on a path.

    Text is written to tmp_path/config_<k>.yaml, so files beside it (models, spike lists) go to tmp_path. A relative
    path is taken from the root of the repository. The output file is tmp_path/<name>_<k>.h5 unless `--out` is among
    the arguments. The test fails, showing what was printed, when the exit code is not `expect`; `expect=None` takes any.
    """
    count = 0

    def run(config: str | Path, *args: str, expect: int | None = 0, env: dict[str, str] | None = None,
            timeout: float = 300.0, command: str = "run") -> Run:
        nonlocal count
        count += 1
        if isinstance(config, str) and "\n" in config:
            path = tmp_path / f"config_{count}.yaml"
            path.write_text(config, encoding="utf-8")
        else:
            path = REPOSITORY / config
        arguments = [str(argument) for argument in args]
        if "--out" in arguments:
            output = Path(arguments[arguments.index("--out") + 1])
        else:
            output = tmp_path / f"{path.stem}_{count}.h5"
            if command == "run":
                arguments += ["--out", str(output)]
        done = subprocess.run([str(hillock), command, str(path), *arguments], cwd=tmp_path, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout, env={**os.environ, **(env or {})})
        if expect is not None and done.returncode != expect:
            pytest.fail(f"hillock {command} {path} ended with {done.returncode}, expected {expect}\n"
                        f"{done.stdout}{done.stderr}", pytrace=False)
        return Run(done.returncode, done.stdout, done.stderr, output, path)

    return run


@pytest.fixture
def call(hillock: Path, tmp_path: Path):
    """`call(*words, expect=0, env={})` runs hillock with these words in tmp_path and returns the finished process."""

    def run(*words, expect: int | None = 0, env: dict[str, str] | None = None, **options):
        done = subprocess.run([str(hillock), *map(str, words)], cwd=options.pop("cwd", tmp_path), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=300, env={**os.environ, **(env or {})}, **options)
        # A sanitizer speaks of each allocation it refuses; that the program goes on rightly is what is tested.
        done.stderr = re.sub(r"==\d+==WARNING: AddressSanitizer failed to allocate .*\n", "", done.stderr)
        assert expect is None or done.returncode == expect, f"{words} ended with {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    return run


@pytest.fixture
def table(call, tmp_path):
    """`table(config, *words)`: runs a sweep or search and gives the root of its file, and the traces of `cell`, as arrays."""

    def run(config: str, *words, expect: int = 0) -> dict[str, np.ndarray]:
        path = tmp_path / "swept.yaml"
        path.write_text(config, encoding="utf-8")
        done = call("sweep", path, "--out", "found.h5", "--force", *words, expect=expect)
        with h5py.File(tmp_path / "found.h5") as file:
            found = {name: one[()] for name, one in file.items() if isinstance(one, h5py.Dataset)}
            found.update({name: one[()] for name, one in file.get("report/cell", {}).items()})
            found["failures"] = [reason.decode() for reason in file["failures/reason"]]
            found["units"] = {name: one.attrs["units"].decode() for name, one in file.items() if "units" in getattr(one, "attrs", {})}
        return {**found, "stdout": done.stdout, "stderr": done.stderr}

    return run


@pytest.fixture
def start(hillock: Path, tmp_path: Path):
    """`start(*words)` starts hillock in tmp_path; what still runs is killed at the end of the test."""
    running = []

    def begin(*words, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        process = subprocess.Popen([str(hillock), *map(str, words)], cwd=tmp_path, **options)
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def pytest_terminal_summary(terminalreporter):
    """Names the tests that this machine cannot run: they are not defined, so that nothing counts as skipped."""
    for line in UNREGISTERED:
        terminalreporter.write_line(f"not registered: {line}")


@pytest.fixture
def two(call, tmp_path) -> Path:
    """two.h5: a run of two populations that fire, exc and inh, for figures."""
    (tmp_path / "two.yaml").write_text(TWO)
    call("run", "two.yaml", "--out", "two.h5")
    return tmp_path / "two.h5"
