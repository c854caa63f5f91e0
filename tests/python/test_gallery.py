"""docs/gallery.md shows every config, and its pictures are what its lines draw today.

Pictures are compared by content: the same elements in the same order with the same texts, and every number of their paths within
half a point. Fonts, the day and the version of Matplotlib do not take part.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
GEOMETRY = ("d", "x", "y", "points", "transform", "width", "height", "viewBox")


def difference(kept: str, drawn: str) -> str:
    """What differs between two pictures, or nothing."""
    ours, theirs = (list(ElementTree.fromstring(text).iter()) for text in (kept, drawn))
    if [one.tag for one in ours] != [one.tag for one in theirs]:
        return f"{len(ours)} and {len(theirs)} elements, or others"
    for one, other in zip(ours, theirs):
        if (one.text or "").strip() != (other.text or "").strip():
            return f"the text {one.text!r} is {other.text!r}"
        if one.get("style") != other.get("style"):
            return f"the style {one.get('style')} is {other.get('style')}"
        for name in GEOMETRY:
            a, b = (re.findall(NUMBER, each.get(name, "")) for each in (one, other))
            if len(a) != len(b):
                return f"{name} of {one.tag} has {len(a)} numbers and {len(b)}"
            apart = max((abs(float(x) - float(y)) for x, y in zip(a, b)), default=0)
            if apart > 0.5:
                return f"{name} of {one.tag} is {apart:.3g} points away"
    return ""


@pytest.fixture(scope="module")
def page() -> str:
    return (Path(__file__).resolve().parents[2] / "docs" / "gallery.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def drawn(hillock, repo, tmp_path_factory) -> Path:
    """The folder with all pictures drawn anew."""
    folder = tmp_path_factory.mktemp("gallery")
    done = subprocess.run([sys.executable, repo / "scripts" / "draw_gallery.py", folder], capture_output=True, text=True,
                          env={**os.environ, "HILLOCK": str(hillock)}, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split() == [str(folder / name) for name in re.findall(r"\]\(gallery/(.*?)\)", (repo / "docs" / "gallery.md").read_text())]
    return folder


def test_every_config_has_a_section_a_command_and_a_picture(page, repo):
    configs = {path.stem for path in (repo / "configs").glob("*.yaml")}
    assert len(configs) >= 9
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    assert set(sections) == configs
    for name, text in sections.items():
        command = "sweep" if re.search(r"^(sweep|search):", (repo / "configs" / f"{name}.yaml").read_text(), re.MULTILINE) else "run"
        assert f"(../configs/{name}.yaml)" in text and f"hillock {command} configs/{name}.yaml\n" in text, name
        assert re.search(rf"^!\[.{{20,}}\]\(gallery/{name}\.svg\)$", text, re.MULTILINE), name
        assert f'savefig("{name}.svg")' in text or re.search(rf"^hillock plot results/.* -o {name}\.svg$", text, re.MULTILINE), name


def test_the_pictures_are_there_small_and_no_others(repo):
    folder = repo / "docs" / "gallery"
    assert {path.name for path in folder.iterdir()} == {f"{path.stem}.svg" for path in (repo / "configs").glob("*.yaml")}
    for path in folder.iterdir():
        assert path.stat().st_size <= 60_000, path


def test_the_pictures_show_what_the_page_draws(drawn, repo):
    folder = repo / "docs" / "gallery"
    stale = {path.name: difference(path.read_text(), (drawn / path.name).read_text()) for path in folder.iterdir()}
    assert not any(stale.values()), f"draw them anew with scripts/draw_gallery.py: {stale}"


SWEEP = """
simulation: {duration: 100 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
inputs: {step: {type: dc, target: cell, amplitude: 0 pA}}
analysis: {cell: {statistics: [rate]}}
sweep: {parameters: {inputs.step.amplitude: {from: 0 pA, to: 1 nA, count: 6}, populations.cell.params.tau_m: [10 ms, 20 ms]}}
"""
SWEPT = """
```sh
hillock sweep swept.yaml --out swept.h5
hillock plot swept.h5 -o map.svg
```
```python
import hillock
hillock.plot.sweep("swept.h5", "rate", "amplitude").figure.savefig("curves.svg")
```
"""


def test_pictures_of_sweeps_are_drawn_too_by_either_way(hillock, repo, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(repo / "scripts"))
    import draw_gallery

    (tmp_path / "swept.yaml").write_text(SWEEP)
    page = SWEPT.replace("swept.yaml", str(tmp_path / "swept.yaml"))
    assert draw_gallery.draw(page, tmp_path / "a", hillock) == ["map.svg", "curves.svg"]
    assert draw_gallery.draw(page, tmp_path / "b", hillock) == ["map.svg", "curves.svg"]
    for name in ("map.svg", "curves.svg"):
        text = (tmp_path / "a" / name).read_text()
        assert "amplitude (pA)" in text and text == (tmp_path / "b" / name).read_text()


def test_a_stale_picture_is_noticed(repo):
    """Another label, a curve that moves, one that is gone or has another colour; but not another digit far behind the point."""
    kept = (repo / "docs" / "gallery" / "lif_step.svg").read_text()
    first = re.search(r'<path d="M (\d+)\.(\d+) [^"]*" clip-path[^>]*>', kept)
    moved = f"{int(first[1]) + 2}.{first[2]}"
    assert difference(kept, kept) == ""
    assert difference(kept, kept.replace(f'{first[1]}.{first[2]}', f"{first[1]}.{first[2]}1")) == ""
    assert "points away" in difference(kept, kept[:first.start(1)] + moved + kept[first.end(2):])
    assert "time (s)" in difference(kept, kept.replace("time (ms)", "time (s)"))
    assert "style" in difference(kept, kept.replace("stroke: #0072b2", "stroke: #0072b3", 1))
    assert "elements" in difference(kept, kept.replace(first[0], ""))
