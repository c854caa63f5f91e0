"""Runs Octave code with matlab/ on the path and brings its variable `out` back as Python values."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from scipy.io import loadmat, savemat

FOLDER = Path(__file__).resolve().parents[3] / "matlab"
READERS = ["octave-netcdf", "load"]


class Octave:
    """`Octave(folder, reader)(code)` is what the code put into `out`; variables of `given` are there before it.

    `reader` is one of READERS: with octave-netcdf the package is loaded, with load it is not, and Octave confirms it.
    Columns stay [n, 1]. An error of Octave's becomes an OctaveError with its text.
    """

    def __init__(self, folder: Path, reader: str = "octave-netcdf"):
        self.folder, self.reader = folder, reader
        self.count = 0

    def __call__(self, code: str, given: dict | None = None) -> dict:
        self.count += 1
        result, inputs = (self.folder / f"octave_{name}_{self.count}.mat" for name in ("out", "in"))
        netcdf = self.reader == "octave-netcdf"
        lines = ["pkg load netcdf" if netcdf else "", f"addpath('{FOLDER}')",
                 f"assert((exist('ncread') == 2) == {str(netcdf).lower()})", "warning('off', 'Octave:gnuplot-graphics')"]
        if given:
            savemat(inputs, given)
            lines.append(f"load('{inputs}')")
        script = self.folder / f"octave_script_{self.count}.m"
        script.write_text("\n".join([*lines, "out = struct();", code, f"save('-v7', '{result}', 'out')"]) + "\n", encoding="utf-8")
        done = subprocess.run(["octave-cli", "--quiet", "--no-init-file", str(script)], cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        if not result.exists():
            raise OctaveError(done.stderr)
        return loadmat(result, chars_as_strings=True, struct_as_record=False)["out"][0, 0]

    def messages(self, codes: list[str]) -> list[str]:
        """The text of the error that each code ends with; '' where it does not fail."""
        tries = [f"try\n{code};\nout.m{k} = '';\ncatch failure\nout.m{k} = failure.message;\nend" for k, code in enumerate(codes)]
        found = self("\n".join(tries))
        return [text(getattr(found, f"m{k}")) for k in range(len(codes))]


class OctaveError(AssertionError):
    pass


def text(value: np.ndarray) -> str:
    return str(value[0]) if value.size else ""


def texts(cells: np.ndarray) -> list[str]:
    return [text(cell) for cell in cells.ravel()]


def fields(struct) -> list[str]:
    return [] if struct is None or not hasattr(struct, "_fieldnames") else list(struct._fieldnames)
