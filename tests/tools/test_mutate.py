"""scripts/mutate finds operators in code only, and changes one of them."""

import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "mutate"

CODE = '''// a + b in a comment
#include <vector>
template <class T>
bool all(const std::vector<T>& values, int* last) {
  int i = 0; /* 1 - 1 */
  for (const T& value : values) i += value < 2.5 && value != "x - 3";
  return -i == *last - x1;
}
'''


@pytest.fixture
def mutate(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = importlib.machinery.SourceFileLoader("mutate", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutate", loader))
    monkeypatch.setitem(sys.modules, "mutate", module)
    loader.exec_module(module)
    return module


def test_operators_of_code_are_changed_and_nothing_else(mutate):
    found = [(each.old, each.new) for each in mutate.candidates("sim/a.cpp", CODE)]
    assert found == [("<", "<="), ("<", ">"), ("&&", "||"), ("!=", "=="), ("==", "!="), ("-", "+")]


def test_a_change_is_shown_as_its_line_before_and_after(mutate):
    change = next(each for each in mutate.candidates("sim/a.cpp", CODE) if each.old == "==")
    assert change.describe(CODE) == "sim/a.cpp:7\n- return -i == *last - x1;\n+ return -i != *last - x1;"


def test_what_is_drawn_depends_on_the_seed_and_the_line_alone(mutate, tmp_path):
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "a.cpp").write_text(CODE)
    before = mutate.drawn(tmp_path, 3)
    assert before == mutate.drawn(tmp_path, 3) != mutate.drawn(tmp_path, 4)
    assert len(before) == 6
    (tmp_path / "sim" / "a.cpp").write_text(CODE.replace("  int i = 0;", "  int i = *last * 2;"))
    after = [each.key for each in mutate.drawn(tmp_path, 3) if each.old != "*"]
    assert after == [each.key for each in before]


@pytest.mark.parametrize("fails, by", [("all", "compiler"), ("hillock", "compiler"), ("tests", "pytest"), ("none", "")])
def test_what_does_not_compile_is_not_killed_by_a_test(mutate, monkeypatch, tmp_path, fails, by):
    (tmp_path / "last.log").write_text("")
    monkeypatch.setattr(mutate, "passes", lambda folder, command, *_: fails not in command)
    assert mutate.killer(tmp_path / "tree", "cli") == by


@pytest.mark.parametrize("again", [True, False])
def test_only_a_test_that_fails_twice_has_noticed_something(mutate, monkeypatch, tmp_path, again):
    calls = []

    def passes(folder, command, *_):
        calls.append(command[4:])
        return again and len(calls) == 2

    (tmp_path / "last.log").write_text("FAILED tests/python/test_a.py::test_one[a - b] - assert 1 == 2\nFAILED tests/python/test_b.py::test_two\n1 failed\n")
    monkeypatch.setattr(mutate, "passes", passes)
    assert mutate.pytest_passes(tmp_path / "tree", ["tests"], 1, 0) == again
    assert calls == [["-x", "-n", "2", "--dist", "worksteal", "tests"], ["tests/python/test_a.py::test_one[a - b]", "tests/python/test_b.py::test_two"]]


def test_changes_are_judged_side_by_side_until_there_are_enough(mutate, monkeypatch, tmp_path, capsys):
    """Those that do not compile do not count; another call goes on."""
    def prepare(folder):
        (folder / "tree" / "sim" / "base").mkdir(parents=True, exist_ok=True)
        (folder / "tree" / "sim" / "base" / "a.cpp").write_text(CODE)
        return folder / "tree"

    judged = []

    def killer(tree, room):
        changed = (tree / "sim" / "base" / "a.cpp").read_text()
        assert room == "base"
        if changed == CODE:
            return ""
        judged.append(changed)
        return "compiler" if "||" in changed else "" if "*last + x1" in changed else "test_base"

    monkeypatch.setattr(mutate, "prepare", prepare)
    monkeypatch.setattr(mutate, "killer", killer)
    (tmp_path / "results.jsonl").write_text('{"seed": 1, "key": "none of them", "killer": "compiler"}\n')
    for count, expected in ((3, "of 3 killed"), (50, "4 of 5 killed; survivors:\nsim/base/a.cpp:7\n- return -i == *last - x1;\n+ return -i == *last + x1;")):
        monkeypatch.setattr(sys, "argv", ["mutate", "--folder", str(tmp_path), "--results", str(tmp_path / "results.jsonl"), "--jobs", "2", "--count", str(count)])
        assert mutate.main() == 0 and expected in capsys.readouterr().out
    assert len(judged) == len(set(judged)) == 6
    assert (tmp_path / "tree" / "sim" / "base" / "a.cpp").read_text() == CODE


def test_what_fails_without_any_change_ends_it(mutate, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(mutate, "prepare", lambda folder: folder / "tree")
    monkeypatch.setattr(mutate, "killer", lambda *_: "test_lang")
    monkeypatch.setattr(mutate, "drawn", lambda *_: [])
    monkeypatch.setattr(sys, "argv", ["mutate", "--folder", str(tmp_path), "--results", str(tmp_path / "results.jsonl")])
    assert mutate.main() == 1 and capsys.readouterr().out.startswith("without any change test_lang fails")


def test_words_that_are_no_options_are_refused():
    done = subprocess.run([sys.executable, SCRIPT, "--cuont", "3"], capture_output=True, text=True)
    assert done.returncode == 2 and "--cuont" in done.stderr
