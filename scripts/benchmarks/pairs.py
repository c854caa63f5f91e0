"""Two measurements in turn, A B A B ..., so that what slows a machine down for a while slows both."""

from __future__ import annotations

import contextlib
import dataclasses
import statistics
from collections.abc import Callable
from typing import Any

from machine import Watch

DISTURBED = 0.12  # cores taken by others, above which a pair does not count
TRIES = 2         # so many times the pairs that were asked for, then it is given up


@dataclasses.dataclass(frozen=True)
class Pair:
    first: Any
    second: Any
    foreign: float  # cores taken by others meanwhile


@dataclasses.dataclass(frozen=True)
class Pairs:
    pairs: list[Pair]
    dropped: int  # pairs that were disturbed
    quiet: bool   # False: there were not enough undisturbed pairs, and these are the least disturbed ones

    def ratio(self, first: Callable[[Any], float] = float, second: Callable[[Any], float] = float) -> float:
        """Median of first over second."""
        return statistics.median(first(pair.first) / second(pair.second) for pair in self.pairs)

    def first(self, key: Callable[[Any], float] = float) -> float:
        return statistics.median(key(pair.first) for pair in self.pairs)

    def second(self, key: Callable[[Any], float] = float) -> float:
        return statistics.median(key(pair.second) for pair in self.pairs)

    def facts(self) -> dict:
        foreign = statistics.median(pair.foreign for pair in self.pairs)
        return {"pairs": len(self.pairs), "dropped": self.dropped, "quiet": self.quiet, "foreign_cores": round(foreign, 2)}

    def remark(self) -> str:
        return "" if self.quiet else ", other processes disturbed it"


def in_turn(first: Callable[[], Any], second: Callable[[], Any], repeat: int,
            watch: Callable[[], contextlib.AbstractContextManager] = Watch) -> Pairs:
    """`repeat` undisturbed pairs, or the least disturbed ones after twice as many tries."""
    found: list[Pair] = []
    for _ in range(TRIES * repeat):
        with watch() as seen:
            values = first(), second()
        found.append(Pair(*values, seen.foreign))
        if sum(pair.foreign <= DISTURBED for pair in found) == repeat:
            break
    calm = [pair for pair in found if pair.foreign <= DISTURBED]
    quiet = len(calm) == repeat
    kept = calm if quiet else sorted(found, key=lambda pair: pair.foreign)[:repeat]
    return Pairs(kept, len(found) - len(calm), quiet)
