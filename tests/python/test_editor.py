"""Editors with yaml-language-server check and complete configs by hillock's schema, as docs/editors.md sets them up."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
import yaml
from reference.language_server import LanguageServer

MODELINE = "# yaml-language-server: $schema=hillock.schema.json\n"
CONFIG = """simulation: {duration: 100 ms, dt: 0.1 ms}
populations:
  cell:
    model: lif
    params: {tau_m: 15 ms}
inputs:
  step: {type: dc, target: cell, amplitude: 0.5 nA}
record:
  cell: {spikes: true, V: {every: 0.5 ms}}
sweep:
  parameters:
    inputs.step.amplitude: {from: 0 nA, to: 1 nA, count: 11}
    populations.cell.params.tau_m: [10 ms, 15 ms]
    simulation.seed: [1, 2]
    size: {cases: {small: {populations.cell.params.C_m: 100 pF}, large: {populations.cell.params.C_m: 250 pF}}}
  combine: grid
  repeat: 3
  where: tau_m > 5 ms
  keep: [spikes, traces]
"""


@pytest.fixture(scope="module")
def program(repo):
    path = repo / "build" / "npm-tests" / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
    assert path.exists(), f"{path} is not there: scripts/test installs it"
    return path


@pytest.fixture(scope="module")
def folder(hillock, tmp_path_factory):
    """Holds the schema."""
    folder = tmp_path_factory.mktemp("editor")
    schema = subprocess.run([hillock, "schema"], capture_output=True, check=True)
    (folder / "hillock.schema.json").write_bytes(schema.stdout)
    return folder


@pytest.fixture(scope="module")
def server(program, folder):
    with LanguageServer(program, folder) as server:
        yield server


@pytest.fixture
def blocks(repo):
    """Language -> the first block of docs/editors.md in it."""
    page = (repo / "docs" / "editors.md").read_text(encoding="utf-8")
    return dict(reversed(re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)))


def test_the_line_at_the_top_is_that_of_the_page(blocks, repo):
    assert blocks["text"] == MODELINE
    assert MODELINE in (repo / "docs" / "quick_start.md").read_text(encoding="utf-8")


def settings_of_lua(text: str) -> dict:
    """The map behind `settings =` in a block of Lua."""
    found = re.search(r"^  settings = (.*),$", text, re.MULTILINE)[1]
    return yaml.safe_load(re.sub(r'(\w+|\["[^"]*"\]) = ', lambda key: key[1].strip("[]") + ": ", found.replace('{"configs/*.yaml"}', '["configs/*.yaml"]')))


@pytest.mark.parametrize("editor", ["VS Code", "Neovim"])
def test_the_settings_of_the_page_do_without_that_line(program, folder, blocks, editor):
    if editor == "VS Code":
        settings = {"yaml": {"schemas": json.loads(blocks["json"])["yaml.schemas"]}}
    else:
        settings = settings_of_lua(blocks["lua"])
    assert settings == {"yaml": {"schemas": {"./hillock.schema.json": ["configs/*.yaml"]}}}
    with LanguageServer(program, folder, settings, "configs/config_{}.yaml") as server:
        assert server.marks(CONFIG) == []
        assert [line for line, _ in server.marks(CONFIG.replace("tau_m", "taum"))] == [5]


def test_shipped_configs_have_no_marks(server, repo):
    paths = sorted((repo / "configs").glob("*.yaml"))
    assert len(paths) >= 9
    for path in paths:
        assert server.marks(MODELINE + path.read_text(encoding="utf-8")) == [], path.name


@pytest.mark.parametrize("right, wrong, line, message", [
    ("duration", "duratoin", 2, r'Property duratoin is not allowed'),
    ("dt: 0.1 ms", "dt: 0.1 mV", 2, r"time, e\.g\. 10 ms"),
    ("populations:", "population:", 3, r"Property population is not allowed"),
    ("model: lif", "model: liff", 5, r'Value is not accepted\. Valid values: .*"lif"'),
    ("tau_m: 15 ms", "tau: 15 ms", 6, r"Property tau is not allowed"),
    ("tau_m: 15 ms", "tau_m: 15", 6, r'Incorrect type\. Expected "string'),
    ("tau_m: 15 ms", "tau_m: [1 ms, 1 mV]", 6, r"time, e\.g\. 10 ms"),
    ("type: dc", "type: step", 8, r'Value is not accepted\. Valid values: .*"dc"'),
    ("amplitude: 0.5 nA", "amplitud: 0.5 nA", 8, r"Property amplitud is not allowed"),
    ("every", "evry", 10, r"Property evry is not allowed"),
    ("count: 11", "cuont: 11", 13, r"Property cuont is not allowed"),
    ("combine: grid", "combine: gird", 17, r'Value is not accepted\. Valid values: .*"latin_hypercube"'),
    ("repeat: 3", "repat: 3", 18, r"Property repat is not allowed"),
    ("[spikes, traces]", "[spikes, trace]", 20, r'Value is not accepted\. Valid values: .*"traces"'),
    ("every: 0.5 ms", "every: 0.5", 10, r'Incorrect type\. Expected "string"'),
], ids=lambda value: str(value))
def test_a_mistake_is_marked_in_its_line(server, right, wrong, line, message):
    assert server.marks(MODELINE + CONFIG) == []
    found = server.marks(MODELINE + CONFIG.replace(right, wrong, 1))
    assert any(at == line and re.search(message, text) for at, text in found), found


@pytest.mark.parametrize("text, labels, documented", [
    ("simulation:\n  dt: 0.1 ms\n  |\n", {"duration", "seed", "method", "spike_times", "threads"}, "duration"),
    ("|\n", {"simulation", "populations", "inputs", "record", "analysis", "vars"}, "record"),
    ("populations:\n  cell:\n    model: |\n", {"lif", "hodgkin_huxley", "adex"}, None),
    ("populations:\n  cell:\n    model: lif\n    params:\n      |\n", {"tau_m", "C_m", "V_th", "E_L"}, "tau_m"),
    ("inputs:\n  step:\n    type: dc\n    |\n", {"target", "amplitude", "start", "stop"}, "amplitude"),
    ("inputs:\n  step:\n    type: |\n", {"dc", "poisson", "spikes"}, None),
    ("sweep:\n  combine: grid\n  |\n", {"parameters", "repeat", "where", "keep", "count"}, "repeat"),
], ids=["simulation", "root", "models", "params", "fields of an input", "types of inputs", "sweep"])
def test_keys_and_values_are_offered_with_their_meaning(server, text, labels, documented):
    typed = MODELINE + text
    offered = server.completions(typed.replace("|", ""), typed.index("|"))
    assert labels <= set(offered), sorted(offered)
    assert documented is None or offered[documented]


@pytest.mark.parametrize("word, meaning", [
    ("tau_m", "membrane time constant (default 10 ms)"), ("duration", "model time of the run"), ("every", "interval of the recorded values"),
    ("lif", "Leaky integrate-and-fire neuron"),
])
def test_what_the_pointer_is_on_is_explained(server, word, meaning):
    text = server.hover(MODELINE + CONFIG, (MODELINE + CONFIG).index(word))
    assert meaning in text, text
