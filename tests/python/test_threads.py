"""Threads of a run: how many there are, that they can be stopped and refused, and where their time goes."""

import os
import re
import resource
import signal
import subprocess
import time

import h5py
import pytest

CONFIG = """
simulation: {duration: 100 ms, dt: 0.025 ms}
populations:
  axon: {size: 100, model: hodgkin_huxley}
  leaky: {size: 40, model: lif, receptors: {exc: {model: exp_current}}}
inputs:
  push: {type: dc, target: axon, amplitude: {linspace: [0 uA/cm2, 20 uA/cm2]}}
  up: {type: poisson, target: leaky, receptor: exc, rate: 8 kHz, weight: 40 pA}
record:
  axon: {spikes: true}
  leaky: {spikes: true, V: {every: 1 ms}}
"""
WORK = ("inputs", "deliver", "integrate", "record")


def meta_of(path):
    with h5py.File(path) as file:
        return {name: value for name, value in file["meta"].attrs.items()}


@pytest.mark.parametrize("words, expected", [(("--threads", 1), 1), (("--threads", 3), 3), (("--set", "simulation.threads=5"), 5),
                                             (("--threads", 64), 10), (("--set", "populations.axon.size=1", "--threads", 64), 4)])
def test_as_many_threads_run_as_were_asked_for_but_none_with_less_than_sixteen_neurons(run_hillock, words, expected):
    assert meta_of(run_hillock(CONFIG, *words).output)["threads"] == expected


def test_unasked_no_more_threads_run_than_there_are_processors(run_hillock):
    assert 1 <= meta_of(run_hillock(CONFIG).output)["threads"] <= len(os.sched_getaffinity(0))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_a_run_of_several_threads(hillock, tmp_path, number):
    (tmp_path / "config.yaml").write_text(CONFIG.replace("100 ms", "1000 s"))
    process = subprocess.Popen([hillock, "run", "config.yaml", "--threads", "4", "--out", "x.h5"], cwd=tmp_path,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(0.5)
    process.send_signal(number)
    begin = time.monotonic()
    process.communicate(timeout=60)
    assert process.returncode == 128 + number and time.monotonic() - begin < 5


def test_threads_that_the_system_does_not_give_end_the_run_with_what_to_do(hillock, tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG.replace("size: 100", "size: 30000"))
    limit = 2_000_000_000  # of address space; each thread asks for 8 MB
    done = subprocess.run([hillock, "run", "config.yaml", "--threads", "1000", "--out", "x.h5"], cwd=tmp_path, capture_output=True, text=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    assert done.returncode == 6
    assert re.fullmatch(r"error: the system gives no 1000 threads \(.+\); ask for fewer\n", done.stderr)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_profile_says_where_the_time_went_and_adds_up_to_the_time_on_the_clock(run_hillock, threads):
    begin = time.monotonic()
    run = run_hillock(CONFIG, "--threads", threads, "--profile")
    passed = time.monotonic() - begin
    head, *lines = [line for line in run.stdout.splitlines() if not line.startswith(str(run.output))]
    assert head.split() == ["time", "seconds", "share", "axon", "leaky"]
    table = {line[:10].strip(): [float(word) for word in line[10:].replace("%", "").split()] for line in lines}
    assert list(table) == ["build", *WORK, "wait", "other", "close", "in all"]
    *parts, whole = (seconds for seconds, *_ in table.values())
    assert sum(parts) == pytest.approx(whole, abs=1e-3) and 0 < whole < passed
    assert table["other"][0] < 0.3 * whole
    for name in WORK:
        seconds, _, axon, leaky = table[name]
        assert name == "record" or seconds == pytest.approx(axon + leaky, abs=1e-3)
    assert table["integrate"][2] > 0

    meta = meta_of(run.output)
    assert sum(meta[f"profile_{name}_s"] for name in (*WORK, "wait", "other")) == pytest.approx(meta["wall_simulate_s"])
    for name in (*WORK, "wait", "other"):  # the file is closed afterwards
        assert meta[f"profile_{name}_s"] == pytest.approx(table[name][0], abs=1e-4)
    assert meta["profile_integrate_s"] == pytest.approx(meta["profile_integrate_s.axon"] + meta["profile_integrate_s.leaky"])


def test_a_profile_is_printed_also_with_quiet_and_where_a_run_fails(hillock, tmp_path):
    (tmp_path / "config.yaml").write_text("simulation: {duration: 1 s, dt: 0.1 ms, method: euler}\n"
                                          "populations: {cell: {model: hodgkin_huxley, size: 1}}\n"
                                          "inputs: {push: {type: dc, target: cell, amplitude: 1e9 uA/cm2, start: 10 ms}}\n"
                                          "record: {cell: {spikes: true}}\n")
    done = subprocess.run([hillock, "run", "config.yaml", "--out", "x.h5", "--quiet", "--profile"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 4
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["time", "build", *WORK, "wait", "other", "close", "in"]
    meta = meta_of(tmp_path / "x.h5.partial")
    assert sum(meta[f"profile_{name}_s"] for name in (*WORK, "wait", "other")) == pytest.approx(meta["wall_simulate_s"])


def test_fewer_threads_than_were_asked_for_are_said(run_hillock):
    assert run_hillock(CONFIG, "--threads", 64).stderr == "note: 10 threads run, not 64: threads share the neurons in blocks of 16\n"
    assert run_hillock(CONFIG, "--threads", 2).stderr == ""


def test_threads_auto_leaves_to_hillock_what_the_config_fixes(run_hillock):
    run = run_hillock(CONFIG, "--set", "simulation.threads=5", "--threads", "auto")
    assert 1 <= meta_of(run.output)["threads"] <= len(os.sched_getaffinity(0))


def test_without_profile_nothing_of_it_is_printed_or_kept(run_hillock):
    run = run_hillock(CONFIG)
    assert len(run.stdout.splitlines()) == 1
    assert not any(name.startswith("profile") for name in meta_of(run.output))
