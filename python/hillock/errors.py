"""What can go wrong: one exception per exit code of the command line, with every finding and its place."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True)
class Diagnostic:
    """One finding: what was found, what to do, and where.

    `line` and `column` count from 1, `column` in bytes; `line` is 0 where no line is known. `path` is the path of the key
    in a config that was given as a dict, or was changed by an override: ``populations.cell.params.tau_m``.
    """

    message: str
    remedy: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    length: int = 1
    severity: str = "error"
    path: str | None = None
    text: str = dataclasses.field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        """The text that the command line prints; for a key of a dict its path stands where file and line would."""
        if self.text and self.path is None:
            return self.text
        place = f"{self.path}: " if self.path else ""
        return f"{place}{self.severity}: {self.message}" + (f"\n  {self.remedy}" if self.remedy else "")


class HillockError(Exception):
    """Base of all errors of hillock. ``str()`` is what the command line prints, ``exit_code`` what it ends with."""

    exit_code = 70

    def __init__(self, text: str, diagnostics: Iterable[Diagnostic] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)

    def __str__(self) -> str:
        return self.text

    @property
    def path(self) -> str | None:
        """The path of the key in a dict that the first finding is about."""
        return next((one.path for one in self.diagnostics if one.path is not None), None)


class UserError(HillockError, ValueError):
    """A mistake in a config, a model or an argument; ``diagnostics`` holds every finding."""

    exit_code = 2


def user_error(message: str, remedy: str = "", path: str | None = None) -> UserError:
    """A mistake that was found on the Python side."""
    one = Diagnostic(message, remedy, path=path)
    return UserError(str(one), [one])


class NotRecordedError(HillockError, KeyError):
    """Something was asked for that the run did not record."""

    exit_code = 2


class NumericsError(HillockError, ArithmeticError):
    """A state became something that is no finite number; ``run`` holds what was recorded up to there, if in memory."""

    exit_code = 4
    run: object = None


class IoError(HillockError, OSError):
    """A file cannot be read or written."""

    exit_code = 5

    def __str__(self) -> str:
        return self.text


class ResourceError(HillockError, MemoryError):
    """More memory or disk is needed than there is."""

    exit_code = 6


class InternalError(HillockError, RuntimeError):
    """A defect of hillock itself."""


class ConfigWarning(UserWarning):
    """Something about a config that runs, but may not be what was meant."""
