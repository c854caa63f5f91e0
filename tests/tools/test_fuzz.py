"""scripts/fuzz keeps any bytes as lines of text, and reads them back."""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "fuzz"


@pytest.fixture
def fuzz(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = importlib.machinery.SourceFileLoader("fuzz", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("fuzz", loader))
    loader.exec_module(module)
    monkeypatch.setattr(module, "BUILD", tmp_path / "build")
    return module


def test_inputs_come_back_as_they_were_kept(fuzz, monkeypatch, tmp_path):
    monkeypatch.setattr(fuzz, "CORPUS", tmp_path)
    inputs = [b"# text\n", b"\\x00 'a' \"b\"\r\n", bytes(range(256)), "\u00b5A/cm2".encode(), b" x "]
    (tmp_path / "inputs").mkdir()
    for number, content in enumerate(inputs):
        (tmp_path / "inputs" / str(number)).write_bytes(content)
    fuzz.pack("equation", tmp_path / "inputs")
    assert {path.read_bytes() for path in fuzz.unpacked("equation").iterdir()} == set(inputs)


def test_the_corpus_is_small_and_readable(fuzz):
    for name in fuzz.PROGRAMS:
        assert (fuzz.CORPUS / f"{name}.txt").stat().st_size < 300_000
        assert len(list(fuzz.unpacked(name).iterdir())) > 10
