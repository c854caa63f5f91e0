#!/usr/bin/env python3
"""Draws the pictures of docs/gallery.md: runs its blocks as a reader would, and keeps the pictures that they save.

usage: scripts/draw_gallery.py [FOLDER]       (default: docs/gallery)
Uses hillock and its Python package from build/release, or those that HILLOCK names; run it with .venv-tests/bin/python.
Letters stay text and nothing in a picture depends on the day or on chance, so that a new drawing differs only in what it shows.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
COMMANDS = ("run", "sweep", "plot")  # of hillock, that a block may have
STYLE = """
backend: Agg
svg.fonttype: none
svg.hashsalt: hillock
font.size: 9
font.sans-serif: DejaVu Sans, sans-serif
"""


def blocks(page: str) -> list[tuple[str, str]]:
    """(language, text) of each block."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def tidied(picture: str) -> str:
    """Without the day and the version of Matplotlib, and with places to a hundredth of a point."""
    picture = re.sub(r"\n *<metadata>.*?</metadata>", "", picture, flags=re.DOTALL)
    return re.sub(r"(?<= )-?\d+\.\d{3,}|(?<=\")-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", picture)


def draw(page: str, folder: Path, hillock: Path) -> list[str]:
    """Runs the blocks of a page in order and moves the pictures into `folder`; their names, in order of the page."""
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        for name in ("configs", "models"):
            (here / name).symlink_to(REPOSITORY / name)
        (here / "matplotlibrc").write_text(STYLE, encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(hillock.parent / "python"), "MATPLOTLIBRC": str(here), "MPLBACKEND": "Agg",
                       "SOURCE_DATE_EPOCH": "0"}
        before: set[str] = set()
        names = []
        for language, text in blocks(page):
            if language == "sh":
                commands = [shlex.split(line) for line in text.splitlines()]
                for words in commands:
                    assert words[0] == "hillock" and words[1] in COMMANDS, f"only {', '.join(COMMANDS)} are known, not: {words}"
                    subprocess.run([hillock, *words[1:]], cwd=here, env=environment, check=True, stdout=subprocess.DEVNULL)
            elif language == "python":
                subprocess.run([sys.executable, "-c", text], cwd=here, env=environment, check=True)
            made = {path.name for path in here.glob("*.svg")} - before
            before |= made
            names += sorted(made)
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            text = (here / name).read_text(encoding="utf-8")
            (folder / name).write_text(tidied(text), encoding="utf-8")
        return names


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "docs" / "gallery"
    hillock = Path(os.environ.get("HILLOCK", REPOSITORY / "build" / "release" / "hillock"))
    page = (REPOSITORY / "docs" / "gallery.md").read_text(encoding="utf-8")
    for name in draw(page, folder, hillock):
        print(folder / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
