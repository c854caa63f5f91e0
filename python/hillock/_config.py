"""Turns what a user calls a config, a path or a dict with overrides, into a prepared simulation."""

from __future__ import annotations

import dataclasses
import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy

from . import _hillock
from .errors import ConfigWarning, Diagnostic, UserError, user_error

Config: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any]"

Loaded = TypeVar("Loaded", _hillock.Session, _hillock.Sweep)

NAME_OF_DICT = "dict"


def model_folders() -> list[str]:
    """Where the shipped models are: beside this file, or in $HILLOCK_MODELS."""
    named = os.environ.get("HILLOCK_MODELS")
    return [named or str(Path(__file__).parent / "shipped_models")]


def load(config: Config, overrides: Mapping[str, Any], folder: str | os.PathLike[str] | None) -> _hillock.Session:
    """Reads, checks and prepares. Raises UserError, IoError, ResourceError."""
    paths = {setting_path(name): value for name, value in overrides.items()}
    settings = [f"{path}={setting_text(value, path)}" for path, value in paths.items()]
    if isinstance(config, Mapping):
        text = yaml_of(config)
        place = os.path.abspath(os.fspath(folder)) if folder is not None else os.getcwd()
        return with_paths(lambda: _hillock.load_text(text, NAME_OF_DICT, place, settings, model_folders()), text, settings)
    if not isinstance(config, (str, os.PathLike)):
        raise TypeError(f"a config is the path of a YAML file or a dict, not {type(config).__name__}")
    if folder is not None:
        raise TypeError("folder= is for a config given as a dict; paths in a file begin in the file's own folder")
    path = os.fspath(config)
    return with_paths(lambda: _hillock.load(path, settings, model_folders()), None, settings)


def warn(session: _hillock.Session, text_of_dict: str | None = None, level: int = 3) -> None:
    """Issues what was found as Python warnings, at the caller of a function of this package."""
    warn_of(located(session.warnings, text_of_dict, []), level + 1)
    for note in session.notes:
        warnings.warn(note, ConfigWarning, stacklevel=level)


def warn_of(found: Iterable[Diagnostic], level: int) -> None:
    for one in found:
        warnings.warn(str(one), ConfigWarning, stacklevel=level)


# Overrides ----------------------------------------------------------------------------------------------------------


def setting_path(name: str) -> str:
    """``inputs__push__amplitude`` -> ``inputs.push.amplitude``; a name with dots is a path already."""
    return name if "." in name else name.replace("__", ".")


def setting_text(value: Any, path: str) -> str:
    """A str is what would stand behind ``--set PATH=``; anything else is written as YAML on one line."""
    if isinstance(value, str):
        return str(value)
    import yaml

    text: str = yaml.dump(plain(value, path), Dumper=dumper(), default_flow_style=True, allow_unicode=True, width=1 << 30)
    return text.removesuffix("\n").removesuffix("\n...")


# Dicts --------------------------------------------------------------------------------------------------------------


def yaml_of(config: Mapping[str, Any]) -> str:
    """A config given as a dict, as the text of a YAML file."""
    import yaml

    text: str = yaml.dump(plain(config, ""), Dumper=dumper(), default_flow_style=False, sort_keys=False,
                          allow_unicode=True, width=1 << 30)
    return text


def dumper() -> Any:
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        """Writes lists of single values on one line, and everything out where it stands."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

        def represent_list(self, data: list[Any]) -> Any:
            single = all(not isinstance(item, (dict, list)) for item in data)
            return self.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=single)

    Dumper.add_representer(list, Dumper.represent_list)
    return Dumper


def plain(value: Any, path: str) -> Any:
    """The same with Python's own types: NumPy scalars become numbers, arrays and tuples lists, paths texts."""
    if value is None or type(value) in (str, bool, int, float):
        return value
    if isinstance(value, Mapping):
        return {key_of(key, path): plain(item, f"{path}.{key}" if path else str(key)) for key, item in value.items()}
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return plain(value.tolist(), path)
    if isinstance(value, (list, tuple, range)):
        return [plain(item, f"{path}.{index}") for index, item in enumerate(value)]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    for kind in (str, bool, int, float):
        if isinstance(value, kind):
            return kind(value)
    raise user_error(f"a {type(value).__name__} cannot stand in a config",
                     "use texts such as '10 ms', numbers, lists and dicts", path)


def key_of(key: Any, path: str) -> str:
    if isinstance(key, str):
        return str(key)
    raise user_error(f"the key {key!r} is a {type(key).__name__}", "keys are texts", path or "config")


# Where a finding is ---------------------------------------------------------------------------------------------------


def with_paths(load: Callable[[], Loaded], text: str | None, settings: list[str]) -> Loaded:
    """Calls `load`; findings about a dict or an override name the path of the key."""
    try:
        return load()
    except UserError as error:
        found = located(error.diagnostics, text, settings)
        if all(one.path is None for one in found):
            raise
        raise UserError("\n".join(map(str, found)), found) from None


def located(found: Iterable[Diagnostic], text: str | None, settings: list[str]) -> list[Diagnostic]:
    """Findings with the path of the key, where they are about the dict that `text` was made of, or about an override."""
    places = None
    result = []
    for one in found:
        if text is not None and one.file == NAME_OF_DICT:
            places = places or Places(text)
            one = dataclasses.replace(one, path=places.path(one.line, one.column) or "config")
        elif one.file.startswith("--set "):
            path = one.file.removeprefix("--set ").partition("=")[0]
            one = dataclasses.replace(one, path=next((s.partition("=")[0] for s in settings if s.startswith(path)), path))
        result.append(one)
    return result


class Places:
    """Knows which key of a YAML text stands where."""

    def __init__(self, text: str) -> None:
        import yaml

        self.lines = text.split("\n")
        self.root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

    def path(self, line: int, column: int) -> str:
        """The path of the key at a place; line and column count from 1, the column in bytes."""
        if line < 1 or line > len(self.lines) or self.root is None:
            return ""
        before = self.lines[line - 1].encode()[: column - 1].decode(errors="ignore")
        return ".".join(self._descend(self.root, (line - 1, len(before))))

    def _descend(self, node: Any, place: tuple[int, int]) -> list[str]:
        if not isinstance(node.value, list):
            return []
        for index, item in enumerate(node.value):
            key, value = item if isinstance(item, tuple) else (None, item)
            name = str(index) if key is None else key.value
            if key is not None and contains(key, place):
                return [name]
            if contains(value, place):
                return [name, *self._descend(value, place)]
        return []


def contains(node: Any, place: tuple[int, int]) -> bool:
    start, end = node.start_mark, node.end_mark
    return bool((start.line, start.column) <= place < (end.line, end.column))
