"""What is remembered of an order once a call has made it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from reconciler.model.change import Action, Change
from reconciler.model.resource import Binding
from reconciler.model.value import Json

SUCCESSOR = "successor_date"
"""Under which a binding says on which day an order may stand whose number nobody lived to learn."""


def expected_binding(change: Change) -> Binding | None:
    """What is to be remembered before the first call of `change`: what the plan has found, and of an order
    that is to be made the day on which it will stand."""
    day = change.wanted.get("ship_date") if change.wanted is not None else None
    if day is None or change.action not in (Action.CREATE, Action.REPLACE):
        return change.binding
    if change.binding is None:
        return Binding(change.address, 0, None, {"ship_date": day})
    return replace(change.binding, facts={**change.binding.facts, SUCCESSOR: day})


def successor_day(binding: Binding | None) -> str:
    """The day on which a successor may stand of which nobody knows, "" for none."""
    return str(binding.facts.get(SUCCESSOR, "")) if binding is not None else ""


def learnt_binding(change: Change, facts: Mapping[str, Json]) -> Binding | None:
    """A new order has id and number; the one that it replaces is remembered until it is gone.

    None where `facts` are not those of a new order.
    """
    id, number = facts.get("id"), facts.get("number")
    is_new = change.action in (Action.CREATE, Action.REPLACE)
    if change.wanted is None or not is_new or not isinstance(id, int):
        return None
    former = change.binding
    retired = former.retired if former else ()
    if change.action is Action.REPLACE and former and former.number:
        retired = (*retired, former.number)
    text = str(number) if number is not None else None
    day = {"ship_date": change.wanted["ship_date"]}
    return Binding(change.address, id, text, day, tuple(sorted(retired)))
