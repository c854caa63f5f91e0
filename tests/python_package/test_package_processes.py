"""The package in processes of its own: Ctrl-C, other threads, progress, the order of imports, the command line."""

import fcntl
import itertools
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import hillock
import numpy as np
import pytest

LONG = """
import hillock, sys
config = {"simulation": {"duration": "1000 s", "dt": "0.1 ms"}, "populations": {"cell": {"size": SIZE, "model": "hodgkin_huxley"}},
          "record": {"cell": {"V": {"neurons": [0], "every": "0.1 ms"}, "spikes": True}}}
"""
LIBRARIES = ("h5py", "netCDF4", "libsonata", "hillock")


def interrupt_when_it_says(process, word, after=0.3):
    """Sends SIGINT a moment after the process has printed `word`; returns its exit code and how long it took to end."""
    assert process.stdout.readline().strip() == word
    time.sleep(after)
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    code = process.wait(60)
    return code, time.monotonic() - begin


@pytest.fixture
def start(tmp_path, environment):
    running = []

    def begin(code):
        process = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("size", [1, 100_000])
def test_ctrl_c_ends_a_run_with_keyboard_interrupt(start, size):
    process = start(LONG.replace("SIZE", str(size)) + """
print("begun", flush=True)
try:
    hillock.run(config, simulation__duration="10000 s", record__cell__V__every="1 ms")
except KeyboardInterrupt:
    sys.exit(42)
""")
    code, seconds = interrupt_when_it_says(process, "begun", after=1.5)
    assert code == 42 and seconds < 5


def test_ctrl_c_leaves_the_partial_file_that_the_command_line_leaves(start, tmp_path):
    process = start(LONG.replace("SIZE", "1") + """
print("begun", flush=True)
hillock.run(config, out="run.h5")
""")
    assert process.stdout.readline().strip() == "begun"
    while not (tmp_path / "run.h5.partial").exists():
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT and errors.rstrip().endswith("KeyboardInterrupt")
    assert not (tmp_path / "run.h5").exists()
    run = hillock.open(tmp_path / "run.h5.partial")
    assert run.status == "interrupted" and len(run["cell"].V) == round(run.stop * 10) > 0
    assert np.isfinite(run["cell"].V).all()


def test_a_simulation_goes_on_after_ctrl_c(start):
    process = start(LONG.replace("SIZE", "1").replace("1000 s", "4 s") + """
sim = hillock.Simulation(config)
print("begun", flush=True)
try:
    while sim.time < sim.end:
        sim.run(sim.dt)
except KeyboardInterrupt:
    pass
reached = sim.time
sim.run()
whole = hillock.run(config)
assert 0 < reached < 4000, reached
assert (sim.recorded["cell"].V == whole["cell"].V).all() and len(sim.recorded["cell"].V) == 40000
sys.exit(42)
""")
    code, _ = interrupt_when_it_says(process, "begun", after=0.1)
    assert code == 42, process.stderr.read()


def test_other_threads_go_on_while_a_run_does(python):
    python("""
import hillock, threading, time
count, stop = 0, False
def work():
    global count
    while not stop:
        count += 1
        time.sleep(0.001)
thread = threading.Thread(target=work)
config = {"simulation": {"duration": "20 s", "dt": "0.01 ms"}, "populations": {"cell": {"size": 64, "model": "hodgkin_huxley"}},
          "record": {"cell": {"V": {"neurons": [0], "every": "1 ms"}}}}
sim = hillock.Simulation(config)
thread.start()
begin = time.monotonic()
before = count
sim.run()
during, seconds = count - before, time.monotonic() - begin
stop = True
thread.join()
assert seconds > 0.2, seconds
assert during > 20 * seconds, (during, seconds)
""")


def on_terminal(code, environment, folder):
    """What a process prints to a terminal."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    process = subprocess.Popen([sys.executable, "-c", code], cwd=folder, env={**environment, "TERM": "xterm"}, stdin=slave,
                               stdout=slave, stderr=slave)
    os.close(slave)
    shown = b""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        ready, _, _ = select.select([master], [], [], 0.2)
        if ready:
            try:
                block = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not block:
                break
            shown += block
    os.close(master)
    assert process.wait(60) == 0, shown.decode()
    return shown.decode()


SECONDS = """
import hillock
config = {"simulation": {"duration": "20 s", "dt": "0.01 ms"}, "populations": {"cell": {"size": 128, "model": "hodgkin_huxley"}},
          "record": {"cell": {"V": {"neurons": [0], "every": "1 ms"}}}}
"""


def test_a_terminal_shows_a_bar_only_for_runs_that_take_a_while(environment, tmp_path):
    shown = on_terminal(SECONDS + "hillock.run(config)", environment, tmp_path)
    assert re.search(r"\d+%\|.*\| \d+ of 20000 ms \[", shown) and "100%|" in shown
    quick = on_terminal(SECONDS + "hillock.run(config, simulation__duration='1 ms')", environment, tmp_path)
    assert quick == ""
    assert on_terminal(SECONDS + "hillock.run(config, progress=False)", environment, tmp_path) == ""


def test_no_bar_is_shown_where_nobody_sees_it_and_a_function_is_called_instead(python):
    done = python(SECONDS + """
calls = []
hillock.run(config)
hillock.run(config, progress=lambda time, end: calls.append((time, end)))
assert len(calls) > 3 and calls == sorted(calls) and {end for _, end in calls} == {20000.0} and calls[-1][0] <= 20000
""")
    assert done.stderr == "" and done.stdout == ""


def test_an_error_of_the_progress_function_ends_the_run(python):
    python(SECONDS + """
def progress(time, end):
    raise ZeroDivisionError("mine")
try:
    hillock.run(config, progress=progress)
except ZeroDivisionError as error:
    assert str(error) == "mine"
else:
    raise AssertionError
""")


IMPORT = """
import importlib, sys
words = sys.argv[1:]
for word in words:
    importlib.import_module(word)
import h5py, netCDF4, libsonata, hillock
run = hillock.run(CONFIG, out="run.h5")
assert h5py.File("run.h5")["report/cell/V"].shape == (8000, 1)
assert netCDF4.Dataset("run.h5")["report/cell/V"].shape == (8000, 1)
assert len(libsonata.SpikeReader("run.h5")["cell"].get()) == 1
assert hillock.open("run.h5")["cell"].V[:].max() > 0
"""


@pytest.mark.parametrize("order", [("hillock", "h5py", "netCDF4", "libsonata"), ("libsonata", "netCDF4", "h5py", "hillock")], ids="-".join)
def test_imports_together_with_the_other_libraries_of_hdf5(order, python, repo):
    python(IMPORT.replace("CONFIG", repr(str(repo / "configs" / "quickstart.yaml"))), *order)


@pytest.mark.full
@pytest.mark.parametrize("order", list(itertools.permutations(LIBRARIES)), ids="-".join)
def test_imports_together_with_the_other_libraries_of_hdf5_in_every_order(order, python, repo):
    python(IMPORT.replace("CONFIG", repr(str(repo / "configs" / "quickstart.yaml"))), *order)


def test_importing_the_package_imports_no_library_that_only_some_need(python):
    python("import hillock, sys\nfor name in ('h5py', 'matplotlib', 'pandas', 'xarray', 'neo', 'yaml', 'tqdm'):\n"
           "    assert name not in sys.modules, name")


def test_what_needs_a_missing_package_says_how_to_get_it(python, repo):
    done = python(f"""
import sys
sys.modules["xarray"] = None
import hillock
hillock.run({str(repo / "configs" / "quickstart.yaml")!r})["cell"].to_xarray()
""", expect=1)
    assert done.stderr.rstrip().endswith("ModuleNotFoundError: this needs the package xarray: pip install xarray")


def test_the_command_line_of_the_package_is_that_of_the_program(environment, program, repo, tmp_path):
    for words in (["models"], ["check", repo / "configs" / "quickstart.yaml"], ["frobnicate"], ["run", "none.yaml"]):
        ours = subprocess.run([sys.executable, "-m", "hillock", *words], cwd=tmp_path, env=environment, capture_output=True, text=True)
        theirs = subprocess.run([program, *words], cwd=tmp_path, capture_output=True, text=True)
        assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)


def test_the_version_is_that_of_the_program(program):
    assert subprocess.run([program, "--version"], capture_output=True, text=True).stdout == f"hillock {hillock.__version__}\n"


def test_a_full_disk_is_an_error_after_which_the_process_goes_on(python, repo):
    python(f"""
import hillock, resource
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
config = {{"simulation": {{"duration": "20 s", "dt": "0.1 ms"}}, "populations": {{"cell": {{"size": 20, "model": "lif"}}}},
          "record": {{"cell": {{"V": {{"every": "0.1 ms"}}}}}}}}
for _ in range(3):
    try:
        hillock.run(config, out="run.h5", force=True)
    except hillock.IoError as error:
        assert error.exit_code == 5 and "run.h5.partial" in str(error), error
    else:
        raise AssertionError
run = hillock.run(config, simulation__duration="10 ms", out="small.h5")
assert run["cell"].V.shape == (100, 20)
assert hillock.run(config)["cell"].V.shape == (200_000, 20)
""")
