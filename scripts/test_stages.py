"""Runs the stages of scripts/test and counts: build, C++ tests, format, structure, Python tests; --full adds the long ones."""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
LOGS = BUILD / "logs"
CORES = len(os.sched_getaffinity(0))
SANITIZER_OPTIONS = {
    # allocator_may_return_null: damaged files ask HDF5 for absurd sizes, and it has to see malloc refuse them.
    # quarantine_size_mb: tests fork thousands of times, which takes as long as there is memory in use.
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_init_order=1:allocator_may_return_null=1:quarantine_size_mb=16",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1:allocator_may_return_null=1",
}


@dataclasses.dataclass
class Count:
    """What a stage found, and the output to show when something failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    report: str = ""

    def add(self, other: Count) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.report += other.report if other.failed or other.skipped else ""


def run(command: list, log: str, timeout: float = 3600, **environment: str) -> tuple[int, str]:
    """Runs a command at the root and keeps what it printed under build/logs; a command that hangs counts as failed."""
    path = LOGS / f"{log}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen([str(word) for word in command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, env={**os.environ, **SANITIZER_OPTIONS, **environment})
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = -1
            output.write(f"\nstopped after {timeout:g} s\n")
    return code, path.read_text(encoding="utf-8", errors="replace")


def tail(text: str, lines: int = 80) -> str:
    kept = text.rstrip().splitlines()
    return "\n".join((["..."] if len(kept) > lines else []) + kept[-lines:]) + "\n"


def log_name(stage: str, path: Path) -> str:
    return f"{stage}/{'-'.join(path.relative_to(ROOT).parts)}"


def side_by_side(function: Callable[[str], Count], items: list, jobs: int = CORES) -> Count:
    total = Count()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for count in pool.map(function, items):
            total.add(count)
    return total


def one_check(command: list, log: str, **options) -> Count:
    code, text = run(command, log, **options)
    return Count(passed=1) if code == 0 else Count(failed=1, report=tail(text))


# C++: build, doctest programs -------------------------------------------------------------------------------------


LONGEST = {"record", "sweep", "assemble"}  # begin first, so that none of them is left alone at the end


def test_programs(rooms: set[str] | None = None) -> list[str]:
    """One program per folder of tests/ that has test cases."""
    found = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("*.cpp")
             if path.parent != ROOT / "tests" and "TEST_CASE(" in path.read_text(encoding="utf-8")}
    wanted = found if rooms is None else found & rooms
    return [f"test_{room}" for room in sorted(wanted, key=lambda room: (room not in LONGEST, room))]


def build(preset: str, targets: list[str]) -> Count:
    # -k 0: what does build is tested too, so one broken room does not hide the state of the others.
    # The lock is that of scripts/run: two ninjas in one folder would spoil each other's work.
    lock = ["flock", BUILD / ".lock"] if shutil.which("flock") else []
    return one_check([*lock, "ninja", "-C", BUILD / preset, "-k", "0", *targets], f"build-{preset}")


DOCTEST_SUMMARY = re.compile(r"test cases:\s+\d+ \|\s+(\d+) passed \|\s+(\d+) failed \|\s+(\d+) skipped")


def doctest_count(code: int, text: str, name: str) -> Count:
    """Counts from doctest's summary; a crash, a hang or an empty program is one failure."""
    match = DOCTEST_SUMMARY.search(re.sub(r"\x1b\[[0-9;]*m", "", text))
    if match is None:
        return Count(failed=1, report=f"{name} ended with {code} and no summary\n{tail(text)}")
    count = Count(*map(int, match.groups()))
    if (code != 0 and count.failed == 0) or count.passed + count.failed + count.skipped == 0:
        count.failed += 1
    count.report = f"{name}:\n{tail(text)}" if count.failed or count.skipped else ""
    return count


def cpp_tests(preset: str, programs: list[str]) -> Count:
    def one(name: str) -> Count:
        path = BUILD / preset / name
        if not path.exists():
            return Count(failed=1, report=f"{name} was not built\n")
        code, text = run([path, "--no-colors=true"], f"{preset}-{name}", timeout=1200)
        return doctest_count(code, text, name)

    return side_by_side(one, programs)


# Python -----------------------------------------------------------------------------------------------------------


def pytest(log: str, *arguments: str, jobs: int = CORES, **environment: str) -> Count:
    results = LOGS / f"{log}.xml"
    results.unlink(missing_ok=True)
    code, text = run([sys.executable, "-m", "pytest", "-q", "-n", jobs, "--dist", "worksteal", "--durations=10",
                      f"--junitxml={results}", *arguments], log, **environment)
    if not results.exists():
        return Count(failed=1, report=tail(text))
    suite = xml.etree.ElementTree.parse(results).getroot().find("testsuite")
    total, failed, errors, skipped = (int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped"))
    count = Count(max(0, total - failed - errors - skipped), failed + errors, skipped)
    if code != 0 and count.failed == 0:  # 5: nothing was collected
        count.failed = 1
    count.report = tail(text, 400) if count.failed or count.skipped else ""
    return count


# Format, structure, clang-tidy --------------------------------------------------------------------------------------


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in (".cpp", ".hpp"))


def clang_format() -> Count:
    """Every C++ file, with the clang-format that scripts/requirements-tests.txt pins, so all machines agree."""
    tool = Path(sys.executable).parent / "clang-format"
    files = sources("sim", "tests", "python")
    code, text = run([tool, "--dry-run", "-Werror", *files], "format")
    wrong = sorted({Path(name).relative_to(ROOT) for name in re.findall(r"^(/.*?):\d+:\d+: error: ", text, re.MULTILINE)})
    if code != 0 and not wrong:
        return Count(failed=1, report=tail(text))
    return Count(len(files) - len(wrong), len(wrong), report="".join(f"clang-format -i {name}\n" for name in wrong))


def structure(*arguments: str) -> Count:
    code, text = run([sys.executable, ROOT / "scripts" / "check_structure", *arguments], "structure" + "".join(arguments))
    match = re.search(r"^(\d+) passed, (\d+) failed$", text, re.MULTILINE)
    if match is None:
        return Count(failed=1, report=tail(text))
    return Count(int(match[1]), int(match[2]), report=tail(text) if code else "")


def clang_tidy() -> Count:
    """Every file of sim/, by what .clang-tidy lists, as many at a time as are compiled together."""
    database = json.loads((BUILD / "release" / "compile_commands.json").read_text())
    files = sorted({entry["file"] for entry in database if re.search(r" -o CMakeFiles/hillock(_\w+)?\.dir/", entry["command"])})

    def one(path: str) -> Count:
        return one_check(["clang-tidy", "--quiet", "-p", BUILD / "release", "--warnings-as-errors=*",
                          "--checks=-bugprone-suspicious-include",
                          "--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-shadow", path], log_name("tidy", Path(path)), timeout=900)

    return side_by_side(one, files)


def fuzz() -> Count:
    """Configs, equations, HDF5 files and random tapes, two at a time."""
    code, text = run([sys.executable, ROOT / "scripts" / "fuzz", "--repeatable"], "fuzz")
    found = re.findall(r"^\w+: ended with (-?\d+)", text, re.MULTILINE)
    failed = sum(each != "0" for each in found) or int(code != 0 or not found)
    return Count(found.count("0"), failed, report=tail(text, 200) if failed else "")


# The stages ---------------------------------------------------------------------------------------------------------

CONCURRENT_ROOMS = {"engine", "record", "parallel", "network"}

# Name, whether only --full runs it, and what it does; in this order.
STAGES: list[tuple[str, bool, Callable[[], Count]]] = [
    ("release-build", False, lambda: build("release", ["all"])),
    ("cpp-tests", False, lambda: cpp_tests("release", test_programs())),
    ("format", False, clang_format),
    ("structure", False, structure),
    ("python-tests", False, lambda: pytest("pytest", "tests", HILLOCK=str(BUILD / "release" / "hillock"))),
    ("alone", True, lambda: structure("--alone")),
    ("asan-ubsan-build", True, lambda: build("asan-ubsan", ["all"])),
    ("asan-ubsan-cpp-tests", True, lambda: cpp_tests("asan-ubsan", test_programs())),
    # What is killed leaves no report, and of each kind of call some that fail are enough: the rest is for the release build.
    ("asan-ubsan-faults", True, lambda: pytest("pytest-asan-ubsan", "-m", "faults and not peers", "-k", "not kill and not every_single",
                                               "tests/python", HILLOCK=str(BUILD / "asan-ubsan" / "hillock"))),
    ("tsan-build", True, lambda: build("tsan", test_programs(CONCURRENT_ROOMS))),
    ("tsan-cpp-tests", True, lambda: cpp_tests("tsan", test_programs(CONCURRENT_ROOMS))),
    ("fuzz", True, fuzz),
    ("clang-tidy", True, clang_tidy),
    ("long-tests", True, lambda: pytest("pytest-full", "-m", "full and not peers", "tests")),
    ("peers", True, lambda: pytest("pytest-peers", "-m", "peers", "tests")),
]


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/test", allow_abbrev=False)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", action="append", choices=[name for name, _, _ in STAGES], metavar="STAGE")
    options = parser.parse_args()

    LOGS.mkdir(parents=True, exist_ok=True)
    total, begun = Count(), time.monotonic()
    for name, long, stage in STAGES:
        if name not in options.only if options.only else long and not options.full:
            continue
        start = time.monotonic()
        try:
            count = stage()
        except Exception as error:  # a stage that cannot even run is a failure of its own; the others still run
            count = Count(failed=1, report=f"{type(error).__name__}: {error}\n")
        print(f"{name:<22}{time.monotonic() - start:8.1f} s {count.passed:6} passed {count.failed:4} failed"
              f" {count.skipped:4} skipped", flush=True)
        if count.failed or count.skipped:
            print(count.report, end="", flush=True)
        total.add(count)
    print(f"{time.monotonic() - begun:.0f} s in all; logs are in {LOGS.relative_to(ROOT)}")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed or total.skipped or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
