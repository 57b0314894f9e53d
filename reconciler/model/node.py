"""Our own JSON read back strictly: what is missing or of another type is a ValueError or KeyError."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, TypeAlias

from msgspec import Meta

from reconciler.model.value import Json

_AMOUNT = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?", re.ASCII)

AmountText: TypeAlias = Annotated[str, Meta(pattern=rf"\A{_AMOUNT.pattern}\Z")]
"""The decimal text of an amount: read into a structure, it is as strict as `Node.amount`."""


class Node:
    """One object of a document that this program wrote."""

    __slots__ = ("members",)

    def __init__(self, value: Json | Mapping[str, Json]) -> None:
        if not isinstance(value, Mapping):
            raise ValueError("expected an object")
        self.members: Mapping[str, Json] = value

    def text(self, name: str) -> str:
        """The text at `name`."""
        value = self.members[name]
        if not isinstance(value, str):
            raise ValueError(f"{name} is no text")
        return value

    def maybe_text(self, name: str) -> str | None:
        """The text at `name`, or None where it is null or missing."""
        return None if self.members.get(name) is None else self.text(name)

    def whole(self, name: str) -> int:
        """The whole number at `name`."""
        value = self.members[name]
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"{name} is no whole number")
        return value

    def maybe_whole(self, name: str) -> int | None:
        """The whole number at `name`, or None where it is null or missing."""
        return None if self.members.get(name) is None else self.whole(name)

    def decimal(self, name: str) -> Decimal | None:
        """The decimal text at `name`, or None where it is null or missing."""
        text = self.maybe_text(name)
        return None if text is None else Decimal(_amount(name, text))

    def amount(self, name: str) -> str:
        """The decimal text at `name`."""
        return _amount(name, self.text(name))

    def flag(self, name: str) -> bool:
        """The truth value at `name`."""
        value = self.members[name]
        if not isinstance(value, bool):
            raise ValueError(f"{name} is neither true nor false")
        return value

    def maybe_flag(self, name: str) -> bool | None:
        """The truth value at `name`, or None where it is null or missing."""
        return None if self.members.get(name) is None else self.flag(name)

    def array(self, name: str) -> list[Json]:
        """The list at `name`."""
        value = self.members[name]
        if not isinstance(value, list):
            raise ValueError(f"{name} is no list")
        return value

    def nodes(self, name: str) -> list[Node]:
        """The objects of the list at `name`."""
        return [Node(each) for each in self.array(name)]

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of the list at `name`."""
        return tuple(str(each) for each in self.array(name))

    def node(self, name: str) -> Node:
        """The object at `name`."""
        return Node(self.members[name])

    def maybe_node(self, name: str) -> Node | None:
        """The object at `name`, or None where it is null or missing."""
        return None if self.members.get(name) is None else self.node(name)


def _amount(name: str, text: str) -> str:
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"{name} is no amount")
    return text
