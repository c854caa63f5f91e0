"""What a benchmark found."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass
class Outcome:
    text: str                # for people, in one line
    kept: bool | None        # whether the promise is kept; None: it could not be measured here, or there is none
    figures: dict            # for programs; with a list of `rows` where there are several cases
    lines: list[str] = dataclasses.field(default_factory=list)  # for people: one for each case
    promised: bool = True    # what promises nothing has no verdict

    def verdict(self) -> str:
        if not self.promised:
            return ""
        return "not measured" if self.kept is None else "kept" if self.kept else "NOT KEPT"


def judged(kept: bool, quiet: bool) -> bool | None:
    """A promise is neither kept nor broken on a machine that others were using."""
    return kept if quiet else None
