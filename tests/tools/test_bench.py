"""scripts/bench: which pairs count, what a promise is when others used the machine, and the command line."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "scripts" / "benchmarks"


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


class Watched:
    """Stands for a machine on which others took these numbers of cores, pair by pair."""

    def __init__(self, *cores):
        self.cores = itertools.cycle(cores)

    def __call__(self):
        return self

    def __enter__(self):
        self.foreign = next(self.cores)
        return self

    def __exit__(self, *_):
        pass


def pairs(repeat, *cores):
    from pairs import in_turn
    order = []
    numbers = itertools.count(1)
    found = in_turn(lambda: (order.append("A"), next(numbers))[1], lambda: (order.append("B"), next(numbers))[1], repeat, Watched(*cores))
    return found, "".join(order)


def test_pairs_are_measured_in_turn_until_there_are_enough():
    found, order = pairs(3, 0.0)
    assert order == "ABABAB" and found.quiet and found.dropped == 0
    assert [(pair.first, pair.second) for pair in found.pairs] == [(1, 2), (3, 4), (5, 6)]


def test_a_disturbed_pair_is_dropped_and_measured_again():
    found, order = pairs(2, 0.0, 0.5, 0.1)
    assert order == "ABABAB" and found.quiet and found.dropped == 1
    assert [pair.first for pair in found.pairs] == [1, 5]
    assert found.ratio() == pytest.approx((1 / 2 + 5 / 6) / 2)


def test_on_a_busy_machine_the_least_disturbed_pairs_are_shown_and_nothing_is_promised():
    from outcome import judged
    found, order = pairs(2, 0.9, 0.3, 0.5, 0.4)
    assert order == "AB" * 4 and not found.quiet and found.dropped == 4
    assert [pair.foreign for pair in found.pairs] == [0.3, 0.4] and found.facts()["foreign_cores"] == 0.35
    assert judged(True, found.quiet) is None and judged(False, True) is False


def test_the_watch_counts_what_others_took_and_neither_its_own_children_nor_a_tick_of_each_core(monkeypatch):
    import machine
    monkeypatch.setattr(machine.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(machine.time, "perf_counter", iter([10, 12]).__next__)
    monkeypatch.setattr(machine, "_own", iter([1, 2.5]).__next__)
    monkeypatch.setattr(machine, "_busy", iter([100, 102.5 + 2 / machine.TICKS]).__next__)
    with machine.Watch() as watch:
        pass
    assert watch.foreign == pytest.approx(0.5)  # (2.5 - 1.5) s of 2 s


def call(*words, python=(), **options):
    return subprocess.run([sys.executable, *python, str(BENCHMARKS), *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)


def test_the_list_has_a_name_on_each_line_and_the_help_explains_each():
    names = call("--list").stdout.split("\n")[:-1]
    assert {"interpreter", "jit", "recording", "startup", "python", "large_file", "features"} <= set(names)
    words = call("--help").stdout.split()
    assert all(name in words for name in names)


@pytest.mark.parametrize("word", ["--list", "--help"])
def test_the_list_and_the_help_need_no_packages(word):
    done = call(word, python=("-S",))  # without site-packages
    assert done.returncode == 0 and done.stderr == "" and "hh_fi" in done.stdout


def test_needs_are_those_of_the_chosen_benchmarks():
    assert call("--needs", "startup").stdout == "\n"
    assert call("--needs", "startup", "jit").stdout == "prototype\n"


def test_outcomes_are_kept_and_the_page_is_written_from_them(tmp_path):
    import page
    from outcome import Outcome
    machine = {"date": "2026-01-02", "hillock": "0.1.0", "commit": "abc", "cpu": "CPU", "cores": 2, "instructions": "avx512", "system": "Debian"}
    row = {"config": "lif", "seconds": 0.012}
    kept = tmp_path / "kept.json"
    page.keep({"startup": Outcome("0.1 s", True, {"limit": 1}), "first_step": Outcome("40 ms", None, {"rows": []})}, machine, kept)
    page.keep({"first_step": Outcome("12 ms", False, {"rows": [row]})}, machine, kept)
    found = json.loads(kept.read_text())
    assert found["startup"]["verdict"] == "kept" and found["first_step"]["rows"] == [row]
    text = "a\n<!-- bench: first_step -->\nold\n<!-- end -->\nb\n<!-- bench: jit -->\n<!-- end -->\n"
    assert page.filled(text, found) == (
        "a\n<!-- bench: first_step -->\n`scripts/bench first_step`: 12 ms: **NOT KEPT**.\n\n| config or model | ms |\n| --- | --- |\n| lif | 12.0 |\n\n"
        "*2026-01-02, hillock 0.1.0 at abc, CPU (2 cores, avx512), Debian.*\n<!-- end -->\nb\n"
        "<!-- bench: jit -->\n`scripts/bench jit`: not measured yet.\n<!-- end -->\n")
    assert page.filled(page.filled(text, found), found) == page.filled(text, found)


def test_every_benchmark_has_its_place_on_the_page():
    import page
    assert sorted(name for _, name, _ in page.MARKED.findall(page.PAGE.read_text())) == sorted(call("--list").stdout.split())


def test_the_f_i_curves_are_shown_with_the_step_of_each_simulator():
    import page
    head, _, *rows = page.block("hh_fi", json.loads(page.KEPT.read_text())["hh_fi"]).split("\n\n")[1].splitlines()
    assert head.startswith("| simulator | its step, ms | s |") and len(rows) == 5
    assert all(float(row.split("|")[2]) > 0 for row in rows)


def test_what_promises_nothing_has_no_verdict(tmp_path):
    import page
    from outcome import Outcome
    outcome = Outcome("256 neurons", None, {}, promised=False)
    assert outcome.verdict() == "" and Outcome("40 ms", None, {}).verdict() == "not measured"
    machine = {"date": "2026-01-02", "hillock": "0.1.0", "commit": "abc", "cpu": "CPU", "cores": 2, "instructions": "avx512", "system": "Debian"}
    page.keep({"free": outcome}, machine, tmp_path / "kept.json")
    assert "256 neurons.\n\n*2026-01-02" in page.block("free", json.loads((tmp_path / "kept.json").read_text())["free"])


def test_the_page_of_the_docs_is_what_the_kept_outcomes_say():
    import page
    assert page.PAGE.read_text() == page.filled(page.PAGE.read_text(), json.loads(page.KEPT.read_text()))


@pytest.mark.parametrize("words, message", [
    (["jti"], "'jti' is not a benchmark; scripts/bench --list names them"),
    (["--repeat", "0"], "--repeat needs a number above 0"),
    (["--repeat", "x"], "argument --repeat: invalid int value: 'x'"),
])
def test_what_is_not_known_is_refused(words, message):
    done = call(*words)
    assert done.returncode == 2 and done.stderr.endswith(f"scripts/bench: error: {message}\n")


def test_startup_is_measured_with_machine_and_versions():
    found = json.loads(call("startup", "--json").stdout)
    assert found["machine"].keys() >= {"cpu", "instructions", "cores", "memory_GiB", "system", "hillock", "commit", "date"}
    assert found["benchmarks"]["startup"]["runs"] == 20 and found["benchmarks"]["startup"]["seconds_median"] > 0


def test_errors_compare_the_spikes_of_each_neuron_in_their_order():
    import numpy as np
    import spike_times
    reference = spike_times.trains(np.array([2.0, 1.0, 5.0]), np.array([0, 0, 2]), 3)
    assert [list(train) for train in reference] == [[1.0, 2.0], [], [5.0]]
    found = spike_times.trains(np.array([1.5, 2.75, 5.5, 9.0]), np.array([0, 0, 2, 1]), 3)
    assert spike_times.errors(found, reference) == {"mean_ms": pytest.approx(1.75 / 3), "largest_ms": 0.75, "delay_ms": 0.0, "spikes": 4,
                                                    "spikes_of_reference": 3}
    without_delay = spike_times.errors(found, reference, any_delay=True)
    assert (without_delay["delay_ms"], without_delay["mean_ms"], without_delay["largest_ms"]) == (0.5, pytest.approx(0.25 / 3), 0.25)


def test_the_setting_that_is_compared_is_the_fastest_that_is_as_exact_in_mean_and_at_worst():
    from hh_fi import as_exact
    rows = [{"name": "coarse", "mean_ms": 0.5, "largest_ms": 1.0}, {"name": "at worst", "mean_ms": 0.1, "largest_ms": 9.0},
            {"name": "exact", "mean_ms": 0.1, "largest_ms": 1.0}, {"name": "slow", "mean_ms": 0.01, "largest_ms": 0.1}]
    assert as_exact(rows, {"mean_ms": 0.2, "largest_ms": 2.0})["name"] == "exact"


def test_the_fastest_setting_has_all_spikes_and_no_overflow():
    from work_precision import fastest
    rows = [{"dt": 1, "overflowed": True}, {"dt": 2, "simulate_s": 1, "mean_ms": 0.1, "spikes": 9, "spikes_of_reference": 10},
            {"dt": 3, "simulate_s": 3, "mean_ms": 0.1, "spikes": 10, "spikes_of_reference": 10},
            {"dt": 4, "simulate_s": 2, "mean_ms": 0.1, "spikes": 10, "spikes_of_reference": 10}]
    assert fastest(rows, 0.1)["dt"] == 4 and fastest(rows, 0.05) is None


def test_the_squid_in_scipy_fires_at_its_interval():
    """At 10 uA/cm2 the intervals settle to 14.622 ms, as those of hillock's rk4 at 0.01 ms do."""
    from squid import scipy_spike_times
    times = scipy_spike_times(10.0, 100.0)
    assert len(times) == 7 and times[-1] - times[-2] == pytest.approx(14.622, abs=1e-3)
