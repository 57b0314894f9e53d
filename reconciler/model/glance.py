"""What is known of rows before they are looked into."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from reconciler.model.resource import Marker


class Glance(Struct, frozen=True, array_like=True):
    """What is known of a row: `row` is the digest of what it says, `spelling` of the bytes that say it."""

    id: int
    number: str | None
    marker: Marker | None
    row: str
    spelling: str


class Glances:
    """The rows that are known, by the list in which they came: kind and digest of its bytes.

    A list is opened when it comes again; all are when one has come that is not known. As they are named by
    what they hold, none of them can be out of date.
    """

    def __init__(self, lists: Mapping[tuple[str, str], Callable[[], Sequence[Glance]]] | None = None) -> None:
        self._lists = lists or {}

    def of_list(self, kind: str, digest: str) -> Sequence[Glance] | None:
        """All rows of a list, in its order; None when it is not known."""
        known = self._lists.get((kind, digest))
        return None if known is None else known()

    def of_row(self, kind: str, digest: str) -> Glance | None:
        """The row of `kind` that is written, or says, what has this digest; None when none is known."""
        return self._rows.get((kind, digest))

    @cached_property
    def _rows(self) -> Mapping[tuple[str, str], Glance]:
        return {
            (kind, digest): each
            for (kind, _), known in self._lists.items()
            for each in known()
            for digest in (each.row, each.spelling)
        }
