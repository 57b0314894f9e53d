"""Boxes of each product and location: what stands reserved before and after a plan, and what is open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import Struct

Document: TypeAlias = Mapping[str, Any]


class Shelf(Struct, frozen=True):
    """The boxes of one product and location. Together the four parts are all that we know of.

    `kept` stand reserved before and after, `added` come, `released` are given up, `open` may be bought by
    anybody throughout.
    """

    stock: str
    kept: int
    added: int
    released: int
    open: int

    @property
    def reserved(self) -> int:
        """What stands reserved once the plan is carried out."""
        return self.kept + self.added

    @property
    def total(self) -> int:
        """All boxes."""
        return self.kept + self.added + self.released + self.open

    @property
    def changes(self) -> bool:
        """Whether the plan does something to it."""
        return bool(self.added or self.released)


def shelves_of(plan: Document) -> tuple[Shelf, ...]:
    """The stock of `plan` (a `plan_document`): first what changes, then the rest, each by name."""
    gained: dict[str, int] = defaultdict(int)
    released: dict[str, int] = defaultdict(int)
    arriving: dict[str, int] = defaultdict(int)
    for change in plan["changes"]:
        for each in change["reserved"]:
            gained[each["stock"]] += max(each["gained"], 0)
            released[each["stock"]] += max(-each["gained"], 0)
            arriving[each["stock"]] += each["arriving"]
    shelves = [
        Shelf(
            stock=name,
            kept=max(each["reserved"] - released[name], 0),
            added=gained[name] + arriving[name],
            released=released[name],
            open=max(each["open"] - gained[name], 0),
        )
        for each in plan["stock"]
        for name in [each["stock"]]
    ]
    return tuple(sorted(shelves, key=lambda shelf: (not shelf.changes, shelf.stock)))
