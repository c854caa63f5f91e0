"""scripts/run and scripts/test set up a machine: what they install, ask for, and do not do twice.

The scripts are copied into a tree of their own, and the commands they call are replaced by ones that write a log.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
BUILD = "g++ cmake ninja-build libboost-dev libhdf5-dev libyaml-cpp-dev libcli11-dev libfmt-dev libxsimd-dev libeigen3-dev libxbyak-dev".split()


class Machine:
    """A tree with the scripts, and a PATH on which packages, cmake and ninja are only pretended."""

    def __init__(self, folder: Path):
        self.tree, self.tools, self.log = folder / "tree", folder / "tools", folder / "log"
        (self.tree / "scripts").mkdir(parents=True)
        self.tools.mkdir()
        for name in ("run", "test", "setup.sh", "requirements-tests.txt"):
            shutil.copy(REPOSITORY / "scripts" / name, self.tree / "scripts" / name)
        for folder in ("sim/cli/report", "tests/editor"):
            (self.tree / folder).mkdir(parents=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(REPOSITORY / folder / name, self.tree / folder / name)
        self.installed = set(BUILD)
        self.command("npm", "test -z \"$FAKE_OFFLINE\"")
        self.command("id", "echo ${FAKE_UID:-0}")
        self.command("sudo", "exit 1")
        self.command("apt-get", "")
        self.command("cmake", 'mkdir -p build/release && touch build/release/build.ninja && '
                              'echo "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" > build/release/CMakeCache.txt')
        self.command("ninja", 'echo "[0/1] Re-checking globbed directories..."\n'
                              'test -z "$FAKE_BROKEN" || { echo "FAILED: a.o"; exit 1; }\n'
                              'test -x "$2/hillock" && echo "ninja: no work to do." && exit 0\n'
                              'echo "[1/1] Building"; printf "#!/bin/sh\\necho ran \\"\\$@\\"\\n" > "$2/hillock"; chmod +x "$2/hillock"')

    def command(self, name: str, body: str) -> None:
        path = self.tools / name
        path.write_text(f'#!/bin/bash\necho "{name} $*" >> {self.log}\n{body}\n')
        path.chmod(0o755)

    def call(self, *words: str, **environment: str) -> tuple[subprocess.CompletedProcess, list[str]]:
        """Runs a script; returns what it gave and the commands it called, in order, without looking at users or packages."""
        listing = "".join(f"echo {name}=installed\n" for name in sorted(self.installed))
        self.command("dpkg-query", f"{listing}true")
        self.log.write_text("")
        done = subprocess.run(words, cwd=self.tree, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, "PATH": f"{self.tools}:/usr/bin:/bin", **environment})
        calls = [line for line in self.log.read_text().splitlines() if not line.startswith(("id ", "dpkg-query ", "npm "))]
        return done, calls


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_the_first_call_configures_builds_and_runs_and_the_second_only_runs(machine):
    first, calls = machine.call("scripts/run", "a.yaml", "--threads", "2")
    assert first.stdout == "ran run a.yaml --threads 2\n"
    assert first.stderr == "scripts/run: configuring build/release\n[1/1] Building\n"
    assert [call.split()[0] for call in calls] == ["cmake", "ninja"]

    second, calls = machine.call("scripts/run", "a.yaml")
    assert (second.returncode, second.stdout, second.stderr) == (0, "ran run a.yaml\n", "")
    assert calls == [f"ninja -C {machine.tree}/build/release hillock"]


def test_a_config_is_named_relative_to_where_the_user_stands(machine):
    machine.call("scripts/run", "a.yaml")
    program = machine.tree / "build/release/hillock"
    program.write_text("#!/bin/sh\npwd\n")
    (machine.tree / "deeper").mkdir()
    done, _ = machine.call("bash", "-c", "cd deeper && ../scripts/run b.yaml")
    assert done.stdout == f"{machine.tree}/deeper\n"


def test_root_installs_exactly_what_is_missing(machine):
    machine.installed -= {"libfmt-dev", "cmake"}
    done, calls = machine.call("scripts/run", "a.yaml")
    assert done.returncode == 0
    assert calls[0] == "apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends cmake libfmt-dev"
    assert done.stderr.splitlines()[0] == "scripts/run: installing cmake libfmt-dev"


def test_the_plotting_library_is_fetched_once_and_a_build_does_without(machine):
    offline, calls = machine.call("scripts/run", "a.yaml", FAKE_OFFLINE="1")
    assert offline.returncode == 0 and "ninja" in " ".join(calls)
    assert re.search(r"^scripts/run: npm could not fetch the plotting library, so hillock is built without reports \(log: .*/npm\.log\)$",
                     offline.stderr, re.MULTILINE)
    machine.call("scripts/run", "a.yaml")
    assert "npm ci" in machine.log.read_text()
    third, _ = machine.call("scripts/run", "a.yaml")
    assert third.returncode == 0 and "npm" not in machine.log.read_text()


def test_the_language_server_of_the_tests_is_fetched_once_and_needed(machine):
    source = 'root=$PWD; me=scripts/test; source scripts/setup.sh; mkdir -p build/logs; ensure_language_server'
    machine.command("npm", 'test -z "$FAKE_OFFLINE" || { echo "npm error network"; exit 1; }')
    offline, _ = machine.call("bash", "-euc", source, FAKE_OFFLINE="1")
    assert offline.returncode == 6
    assert offline.stderr == ("npm error network\nscripts/test: npm could not fetch yaml-language-server "
                              f"(log: {machine.tree}/build/logs/npm-tests.log)\n")
    online, _ = machine.call("bash", "-euc", source)
    assert (online.returncode, online.stderr) == (0, "")
    assert f"npm ci --prefix {machine.tree}/build/npm-tests" in machine.log.read_text()
    assert (machine.tree / "build/npm-tests/package-lock.json").exists()
    machine.call("bash", "-euc", source)
    assert "npm" not in machine.log.read_text()


def test_package_lists_are_fetched_when_the_first_try_fails(machine):
    machine.installed -= {"cmake"}
    machine.command("apt-get", 'marker=$(dirname "$0")/updated; case "$*" in *update) touch $marker;; *) test -e $marker;; esac')
    done, calls = machine.call("scripts/run", "a.yaml")
    assert done.returncode == 0
    assert [re.search("install|update", call)[0] for call in calls[:3]] == ["install", "update", "install"]


def test_what_apt_said_is_shown_when_it_fails(machine):
    machine.installed -= {"cmake"}
    machine.command("apt-get", 'echo "E: Unable to locate package"; exit 100')
    done, _ = machine.call("scripts/run", "a.yaml")
    assert done.returncode == 6
    assert "E: Unable to locate package" in done.stderr
    assert done.stderr.splitlines()[-1] == ("scripts/run: apt-get could not install cmake "
                                            f"(log: {machine.tree}/build/logs/apt.log)")


def test_a_user_with_passwordless_sudo_installs_through_it(machine):
    machine.installed -= {"cmake"}
    machine.command("sudo", 'test "$2" = true || { shift; exec "$@"; }')
    done, calls = machine.call("scripts/run", "a.yaml", FAKE_UID="1000")
    assert done.returncode == 0
    assert calls[1] == ("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "
                        "install -y --no-install-recommends cmake")


def test_a_user_without_rights_is_given_one_line_to_type(machine):
    machine.installed -= {"libhdf5-dev", "cmake"}
    done, calls = machine.call("scripts/run", "a.yaml", FAKE_UID="1000")
    assert done.returncode == 6
    assert done.stderr == (
        "scripts/run: packages are missing. Type this line, then run it again:\n"
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends cmake libhdf5-dev\n")
    assert [call.split()[0] for call in calls] == ["sudo"]


def test_a_broken_build_stops_with_its_output(machine):
    done, _ = machine.call("scripts/run", "a.yaml", FAKE_BROKEN="1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("FAILED: a.o\nscripts/run: the build failed\n")


def test_a_failed_configuration_is_shown_and_tried_again(machine):
    machine.command("cmake", 'echo "CMake Error: no compiler"; exit 1')
    for _ in range(2):
        done, calls = machine.call("scripts/run", "a.yaml")
        assert done.returncode == 6
        assert "CMake Error: no compiler" in done.stderr
        assert calls == ["cmake --fresh --preset release" + (
            " -DCMAKE_CXX_COMPILER_LAUNCHER=ccache" if shutil.which("ccache", path="/usr/bin:/bin") else "")]


def test_a_tree_that_was_moved_is_configured_again(machine):
    machine.call("scripts/run", "a.yaml")
    machine.tree = machine.tree.rename(machine.tree.parent / "moved")
    done, calls = machine.call("scripts/run", "a.yaml")
    assert done.returncode == 0
    assert calls[0].startswith("cmake --fresh")


def test_the_exit_code_of_the_program_is_passed_on(machine):
    machine.call("scripts/run", "a.yaml")
    program = machine.tree / "build/release/hillock"
    program.write_text("#!/bin/sh\nexit 4\n")
    done, _ = machine.call("scripts/run", "a.yaml")
    assert done.returncode == 4


def test_without_a_config_the_usage_is_printed(machine):
    done, calls = machine.call("scripts/run")
    assert done.returncode == 2
    assert done.stdout.startswith("usage: scripts/run CONFIG")
    assert calls == []
