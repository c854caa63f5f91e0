"""What benchmarks start: hillock, the interpreters of the environments, the measured prototype."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HILLOCK = Path(os.environ.get("HILLOCK", ROOT / "build" / "release" / "hillock"))
TESTS_PYTHON = ROOT / ".venv-tests" / "bin" / "python"
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
PROTOTYPES = ROOT / "tests" / "benchmark"


def run(*command: str | Path, **environment: str) -> str:
    """What a program prints; the benchmark ends if the program does not succeed."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode != 0:
        sys.exit(f"scripts/bench: {' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def hillock_bench(name: str, *options: str) -> dict:
    return json.loads(run(HILLOCK, "bench", name, *options))["result"]


def settings(**values: object) -> list[str]:
    """Options of the command line: `__` stands for the dot in the paths of keys."""
    return [word for key, value in values.items() for word in ("--set", f"{key.replace('__', '.')}={value}")]


def prototype(name: str, source: str, *libraries: str) -> Path:
    """A measured prototype, built for this machine when it is not there or its sources are newer."""
    folder, program = PROTOTYPES / name, ROOT / "build" / "benchmark" / name
    if not program.exists() or any(path.stat().st_mtime > program.stat().st_mtime for path in folder.iterdir()):
        program.parent.mkdir(parents=True, exist_ok=True)
        flags = [line for line in (folder / "flags.txt").read_text().splitlines() if not line.startswith("#")]
        run("g++", *" ".join(flags).split(), "-w", folder / source, "-o", program, *libraries)
    return program
