"""In which order changes are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from reconciler.model.address import KINDS, Address
from reconciler.model.change import Action, Change
from reconciler.model.resource import Applied
from reconciler.model.step import ApiStep


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Customers, then what is made out to them, then what draws on that; deletes last and backwards."""
    return tuple(sorted(changes, key=_rank))


def needs(change: Change, changes: Iterable[Change]) -> tuple[Address, ...]:
    """What must have ended well before `change`: what it depends on, and for a delete those of `changes`
    that depend on it."""
    if change.action is not Action.DELETE:
        return change.depends_on
    return tuple(other.address for other in changes if change.address in other.depends_on)


def holding_back(changes: Sequence[Change], former: Mapping[Address, Applied]) -> tuple[Change, ...]:
    """`changes`, the deletes of what another of them draws on or drew on held back until all was written: the
    boxes that it gives up are given back first (A28)."""
    drawn = {
        address
        for change in changes
        if change.address.kind == "prebooks"
        for address in (*change.depends_on, *_former_needs(change, former))
    }
    return tuple(_held_back(change) if change.address in drawn else change for change in changes)


def _held_back(change: Change) -> Change:
    steps = tuple(
        replace(step, after_check=True)
        if isinstance(step, ApiStep) and step.method.endswith(".delete")
        else step
        for step in change.steps
    )
    return replace(change, steps=steps)


def _former_needs(change: Change, former: Mapping[Address, Applied]) -> tuple[Address, ...]:
    known = former.get(change.address)
    return known.depends_on if known is not None else ()


def _rank(change: Change) -> tuple[bool, int, Address]:
    is_delete = change.action is Action.DELETE
    rank = KINDS.index(change.address.kind)
    return (is_delete, -rank if is_delete else rank, change.address)
