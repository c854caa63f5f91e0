"""The command line: ``python -m hillock run CONFIG``, and the program ``hillock`` of an installed package."""

from __future__ import annotations

import os
import sys

from . import _hillock
from ._config import model_folders


def main() -> int:
    """Runs the command that the arguments name; returns its exit code."""
    os.environ.setdefault("HILLOCK_MODELS", model_folders()[0])
    return _hillock.main(["hillock", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
