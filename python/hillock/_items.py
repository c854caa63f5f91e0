"""What the objects that hold named arrays have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from .errors import NotRecordedError

Item = TypeVar("Item", covariant=True)


class ItemsAsAttributes(Generic[Item]):
    """What is an item, ``cell["V"]``, is an attribute too, ``cell.V``."""

    if TYPE_CHECKING:
        def __getitem__(self, name: str, /) -> Item: ...

    def __getattr__(self, name: str) -> Item:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except NotRecordedError as error:
            raise AttributeError(str(error)) from None
