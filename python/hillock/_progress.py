"""Shows how far a run is: a bar in terminals and notebooks, or a call of the user's own."""

from __future__ import annotations

import contextlib
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

Progress: TypeAlias = "bool | None | Callable[[float, float], object]"
Report: TypeAlias = "Callable[[int, int], None]"

PATIENCE = 0.5  # seconds that a run may take before a bar appears


@contextlib.contextmanager
def shown(progress: Progress, dt: float, end: int) -> Iterator[Report | None]:
    """What the step loop shall call with (step, steps) while the run goes on to the step `end`; dt in ms.

    None: a bar, where somebody sees it; True: a bar in any case; False: nothing; a function: it gets (time, end) in ms.
    """
    if callable(progress):
        function = progress

        def call(step: int, _: int) -> None:
            function(step * dt, end * dt)

        yield call
        return
    if not is_seen(progress):
        yield None
        return
    bar = Bar(dt, end)
    try:
        yield bar
        bar.show(end)
    finally:
        bar.close()


@contextlib.contextmanager
def points_shown(progress: Progress, points: int) -> Iterator[Callable[[int], None] | None]:
    """What a sweep shall call with the number of points that are done; `progress` as in shown(), with numbers of points."""
    if callable(progress):
        function = progress

        def call(done: int) -> None:
            function(done, points)

        yield call
        return
    if not is_seen(progress):
        yield None
        return
    bar = Bar(1, points, "points")
    try:
        yield lambda done: bar(done, points)
        bar.show(points)
    finally:
        bar.close()


def is_seen(progress: bool | None) -> bool:
    """Whether there shall be a bar: where somebody sees it, unless that is decided."""
    if progress is None:
        return in_notebook() or (sys.stderr is not None and sys.stderr.isatty())
    return progress


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


class Bar:
    """A tqdm bar that appears when a run takes longer than a moment."""

    def __init__(self, dt: float, end: int, unit: str = "ms") -> None:
        self.dt, self.end, self.unit = dt, end, unit
        self.begun = time.monotonic()
        self.bar: Any = None

    def __call__(self, step: int, _: int) -> None:
        if self.bar is None:
            if time.monotonic() - self.begun < PATIENCE:
                return
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a notebook without ipywidgets gets the bar of a terminal
                from tqdm.auto import tqdm

                self.bar = tqdm(total=self.end * self.dt, unit=self.unit, dynamic_ncols=True,
                                bar_format="{percentage:3.0f}%|{bar}| {n:.0f} of {total:.0f} {unit} [{elapsed}<{remaining}]")
        self.show(step)

    def show(self, step: int) -> None:
        if self.bar is not None:
            self.bar.n = step * self.dt
            self.bar.refresh()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
