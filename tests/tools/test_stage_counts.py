"""The counts of scripts/test: what doctest and pytest report, and what counts as a failure though nobody reported it."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def stages(tmp_path, monkeypatch):
    specification = importlib.util.spec_from_file_location("test_stages", SCRIPTS / "test_stages.py")
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "test_stages", module)
    specification.loader.exec_module(module)
    for name, folder in {"ROOT": tmp_path, "BUILD": tmp_path / "build", "LOGS": tmp_path / "logs"}.items():
        monkeypatch.setattr(module, name, folder)
    return module


SUMMARY = "[doctest] test cases:  {} | {} passed | {} failed | {} skipped\n[doctest] assertions: 9 | 9 passed | 0 failed |\n"


@pytest.mark.parametrize("code, text, expected", [
    (0, SUMMARY.format(5, 5, 0, 0), (5, 0, 0)),
    (1, SUMMARY.format(5, 3, 2, 0), (3, 2, 0)),
    (0, SUMMARY.format(5, 5, 0, 2), (5, 0, 2)),
    (-11, "Segmentation fault\n", (0, 1, 0)),
    (1, SUMMARY.format(5, 5, 0, 0), (5, 1, 0)),  # a sanitizer's report after the last test
    (0, SUMMARY.format(0, 0, 0, 0), (0, 1, 0)),
])
def test_doctest_summaries_are_counted(stages, code, text, expected):
    count = stages.doctest_count(code, text, "test_room")
    assert (count.passed, count.failed, count.skipped) == expected
    assert bool(count.report) == (expected[1] + expected[2] > 0)


def test_a_test_program_that_was_not_built_is_a_failure(stages):
    count = stages.cpp_tests("release", ["test_room"])
    assert (count.passed, count.failed, count.skipped, count.report) == (0, 1, 0, "test_room was not built\n")


def test_a_command_that_hangs_is_stopped_and_fails(stages):
    count = stages.one_check(["sleep", "60"], "sleep", timeout=0.2)
    assert (count.failed, count.report) == (1, "\nstopped after 0.2 s\n")


@pytest.mark.parametrize("body, expected", [
    ("def test_a(): pass", (1, 0, 0)),
    ("def test_a(): assert False\ndef test_b(): pass", (1, 1, 0)),
    ("import pytest\n@pytest.mark.skip\ndef test_a(): pass\ndef test_b(): pass", (1, 0, 1)),
    ("import pytest\n@pytest.mark.xfail\ndef test_a(): assert False", (0, 0, 1)),
    ("import nothing_of_this_name", (0, 1, 0)),
    ("", (0, 1, 0)),
])
def test_pytest_results_are_counted(stages, tmp_path, body, expected):
    (tmp_path / "test_it.py").write_text(body + "\n")
    count = stages.pytest("inner", str(tmp_path / "test_it.py"), jobs=1)
    assert (count.passed, count.failed, count.skipped) == expected


def test_an_unknown_stage_is_refused():
    done = subprocess.run([sys.executable, SCRIPTS / "test_stages.py", "--only", "nothing"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "invalid choice: 'nothing'" in done.stderr
