"""In which order changes are made."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.address import KINDS, Address
from reconciler.model.change import Action, Change


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Customers, then what is made out to them, then what draws on that; deletes last and backwards."""
    return tuple(sorted(changes, key=_rank))


def _rank(change: Change) -> tuple[bool, int, Address]:
    is_delete = change.action is Action.DELETE
    rank = KINDS.index(change.address.kind)
    return (is_delete, -rank if is_delete else rank, change.address)
