"""The scripts say how they are called, and do nothing else when asked."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.mark.parametrize("name", ["bench", "fuzz", "mutate", "test", "test_processors"])
def test_help_prints_the_usage_and_sets_nothing_up(name, tmp_path):
    shutil.copytree(SCRIPTS, tmp_path / "scripts")  # without environments and builds, which would be made
    done = subprocess.run([tmp_path / "scripts" / name, "--help"], cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith(f"usage: scripts/{name}")
    assert os.listdir(tmp_path) == ["scripts"]
