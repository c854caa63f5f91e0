"""What the README and the pages of docs/ show is run: commands, configs, models, Python and Octave.

A block of these languages is run in the order of its page, in a folder of the page's own that has the repository's
configs/, models/, matlab/ and scripts/ in it:
  sh, bash        each line; the first word is a command of COMMANDS
  python, octave, matlab   the whole block (matlab by Octave, with its netcdf package loaded); what a block puts on Octave's
                  path stays there for the later ones of its page
  yaml            a config (it has `simulation`) goes through `hillock check`; a model (it has `name`) through `hillock models`; a
                  part of a config needs a comment <!-- part of: configs/NAME.yaml --> above it, is merged into that
                  file, and the result is checked
A comment <!-- not run: reason --> above a block, alone on its line, leaves it out.
<!-- file: NAME --> above a block writes the block to NAME in the page's folder first, for later blocks to use.
"""

from __future__ import annotations

import copy
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("**/*.md"))]
PAGES.remove(REPOSITORY / "docs" / "gallery.md")  # test_gallery.py runs it, and compares its pictures
COMMANDS = ("hillock", "scripts/", "python3", "ls", "cat", "h5ls", "ncdump")
RUN_LANGUAGES = ("sh", "bash", "yaml", "python", "octave", "matlab")
REASONS_NOT_TO_RUN = re.compile(r"MATLAB|network|root|clone|clean machine|error|cluster|build", re.IGNORECASE)


@dataclass
class Block:
    language: str
    text: str
    line: int
    comments: dict[str, str]  # 'not run', 'part of', 'file' -> what stands behind the colon


def blocks_of(text: str) -> list[Block]:
    found: list[Block] = []
    lines = text.splitlines()
    k = 0
    while k < len(lines):
        fence = re.match(r"^(\s*)(`{3,}|~{3,})\s*(\w*)", lines[k])
        if not fence:
            k += 1
            continue
        end = next((j for j in range(k + 1, len(lines)) if lines[j].strip() == fence[2]), None)
        assert end is not None, f"line {k + 1}: the block is never closed"
        comments, above = {}, k - 1
        while above >= 0 and (not lines[above].strip() or lines[above].startswith("<!--")):
            if match := re.match(r"^<!--\s*(not run|part of|file):\s*(.+?)\s*-->$", lines[above]):
                comments[match[1]] = match[2]
            above -= 1
        body = "\n".join(line.removeprefix(fence[1]) for line in lines[k + 1:end]) + "\n"
        found.append(Block(fence[3].lower(), body, k + 1, comments))
        k = end + 1
    return found


def merged(base, change):
    """A part of a config merged into the whole: maps key by key, everything else is replaced."""
    if not isinstance(base, dict) or not isinstance(change, dict):
        return copy.deepcopy(change)
    return {**base, **{key: merged(base.get(key), value) for key, value in change.items()}}


# Octave's functions that print, on pages: an empty value is no value that a reader would see.
PRINTING = """function varargout = {0}(varargin)
  if any(cellfun(@isempty, varargin))
    error('{0} is to print an empty value');
  end
  [varargout{{1:nargout}}] = builtin('{0}', varargin{{:}});
end
"""


class Page:
    """Runs the blocks of one page in a folder of its own."""

    def __init__(self, page: Path, folder: Path, hillock: Path):
        self.name = page.relative_to(REPOSITORY)
        self.folder = folder
        printing = folder / ".printing"
        printing.mkdir()
        for name in ("fprintf", "printf"):
            (printing / f"{name}.m").write_text(PRINTING.format(name), encoding="utf-8")
        self.octave_path = ["warning('off', 'Octave:shadowed-function');", "addpath .printing"]
        for name in ("models", "configs", "scripts", "docs", "matlab"):
            if (REPOSITORY / name).exists():
                (folder / name).symlink_to(REPOSITORY / name)
        tools = folder / ".tools"
        tools.mkdir()
        (tools / "hillock").symlink_to(hillock)
        (tools / "python3").symlink_to(sys.executable)
        self.environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "MPLBACKEND": "Agg",
                            "PYTHONPATH": str(hillock.parent / "python")}

    def run(self, command: list[str], block: Block) -> str:
        done = subprocess.run(command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            pytest.fail(f"{self.name}:{block.line}: {shlex.join(command)} ended with {done.returncode}\n"
                        f"{done.stdout}{done.stderr}", pytrace=False)
        return done.stdout

    def block(self, block: Block) -> None:
        if "not run" in block.comments:
            assert REASONS_NOT_TO_RUN.search(block.comments["not run"]), f"{self.name}:{block.line}: not a reason"
            return
        if "file" in block.comments:
            path = self.folder / block.comments["file"]
            assert path.resolve().is_relative_to(self.folder), f"{self.name}:{block.line}: {path} is outside the page's folder"
            path.write_text(block.text, encoding="utf-8")
        if block.language in ("sh", "bash"):
            self.shell(block)
        elif block.language == "python":
            self.run([sys.executable, "-c", block.text], block)
        elif block.language in ("octave", "matlab"):
            self.run(["octave-cli", "--quiet", "--eval", "\n".join(["pkg load netcdf", *self.octave_path, block.text])], block)
            self.octave_path += [line for line in block.text.splitlines() if line.startswith("addpath ")]
        elif block.language == "yaml":
            self.yaml(block)

    def shell(self, block: Block) -> None:
        for line in block.text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if not words:
                continue
            assert words[0].startswith(COMMANDS), f"{self.name}:{block.line}: '{line}' begins with none of {COMMANDS}"
            if words[0] == "scripts/test":
                line = shlex.join([*words, "--help"])  # it is what runs us: its options are checked, not run again
            self.run(["bash", "-euo", "pipefail", "-c", line], block)

    def yaml(self, block: Block) -> None:
        content = yaml.safe_load(block.text)
        path = self.folder / block.comments.get("file", f"block_{block.line}.yaml")
        assert isinstance(content, dict), f"{self.name}:{block.line}: neither a config, nor a part of one, nor a model"
        if "part of" in block.comments:
            whole = self.folder / block.comments["part of"]
            path.write_text(yaml.safe_dump(merged(yaml.safe_load(whole.read_text()), content), sort_keys=False), encoding="utf-8")
        else:
            path.write_text(block.text, encoding="utf-8")
        if "simulation" in content or "part of" in block.comments:
            self.run(["hillock", "check", str(path)], block)
        elif "name" in content:
            self.run(["hillock", "models", str(path)], block)
        else:
            pytest.fail(f"{self.name}:{block.line}: this YAML is neither a config nor a model; "
                        "put <!-- part of: configs/NAME.yaml --> above it", pytrace=False)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_everything_a_page_shows_works(page, tmp_path, hillock):
    runner = Page(page, tmp_path, hillock)
    for block in blocks_of(page.read_text(encoding="utf-8")):
        runner.block(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_link_of_a_page_leads_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    missing = [target for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
               if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists()]
    assert missing == []


def test_blocks_are_found_with_their_language_place_and_comments():
    text = "a\n\n<!-- not run: needs MATLAB -->\n```matlab\nx = 1\n```\ntext\n```sh\nls\n```\n```\nplain\n```\n"
    assert blocks_of(text) == [Block("matlab", "x = 1\n", 4, {"not run": "needs MATLAB"}), Block("sh", "ls\n", 8, {}),
                               Block("", "plain\n", 11, {})]


def test_a_part_is_merged_key_by_key():
    assert merged({"a": {"b": 1, "c": [1, 2]}, "d": 4}, {"a": {"c": [3]}}) == {"a": {"b": 1, "c": [3]}, "d": 4}


@pytest.mark.parametrize("text, message", [
    ("```sh\nhillock frobnicate\n```\n", "ended with"),
    ("```python\nraise SystemExit(3)\n```\n", "ended with 3"),
    ("```octave\nfprintf('%.1f mV, %.1f ms\\n', [], 2);\n```\n", "fprintf is to print an empty value"),
    ("```matlab\nprintf('%.1f mV\\n', []);\n```\n", "printf is to print an empty value"),
    ("```yaml\na: 1\n```\n", "neither a config nor a model"),
    ("```sh\nrm -rf results\n```\n", "begins with none of"),
    ("<!-- not run: because -->\n```sh\nls\n```\n", "not a reason"),
])
def test_a_page_that_shows_what_does_not_work_fails(text, message, tmp_path, hillock):
    runner = Page(REPOSITORY / "README.md", tmp_path, hillock)
    with pytest.raises((AssertionError, pytest.fail.Exception), match=message):
        for block in blocks_of(text):
            runner.block(block)


def test_each_reader_that_the_page_of_files_names_is_run_there():
    page = (REPOSITORY / "docs" / "output_files.md").read_text(encoding="utf-8")
    run = [block for block in blocks_of(page) if "not run" not in block.comments]
    python = "\n".join(block.text for block in run if block.language == "python")
    for package in ("h5py", "xarray", "pandas", "libsonata", "bmtk", "neo", "elephant", "efel"):
        assert re.search(rf"^(import|from) {package}\b", python, re.MULTILINE), package
        assert re.search(rf"^\|[^|]*\|[^|]*\b{package}\b[^|]*\|", page, re.MULTILINE), f"{package}: where to get it"
    others = "\n".join(block.text for block in run if block.language in ("octave", "matlab"))
    assert "ncread(" in others and 'load("-hdf5"' in others
