"""Changes made by hand, for what looks at changes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.model.address import Address
from reconciler.model.change import Action, AttributeChange, Change, Reason
from reconciler.model.value import Json


def change(
    address: str = "purchase_orders.weekly",
    action: Action = Action.UPDATE,
    *,
    needs: Sequence[str] = (),
    attributes: Sequence[AttributeChange] = (AttributeChange(("name",), "a", "b"),),
    wanted: Mapping[str, Json] | None = None,
    **rest: Any,
) -> Change:
    """A change with nothing in it but what is given."""
    return Change(
        address=Address.parse(address),
        action=action,
        reason=Reason.CONFIG_CHANGED,
        origin=None,
        headline="",
        depends_on=tuple(Address.parse(each) for each in needs),
        attributes=tuple(attributes),
        steps=(),
        wanted=wanted,
        **rest,
    )
