"""What is remembered of an order once a call has made it."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.change import Action, Change
from reconciler.model.resource import Binding
from reconciler.model.value import Json


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
