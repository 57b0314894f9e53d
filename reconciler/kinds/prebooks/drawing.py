"""Which purchase orders the items of prebooks draw their boxes from."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds.kind import LiveIds
from reconciler.kinds.prebooks.prebook import WantedPrebook
from reconciler.model.address import Address
from reconciler.model.step import KNOWN_AFTER_APPLY, known_after_apply
from reconciler.model.value import Json


def order_address(from_po: str | None) -> Address | None:
    """The address that `from_po` names; None for an exact number, which begins with a capital (§7.4)."""
    if not from_po or from_po[0].isupper():
        return None
    return Address("purchase_orders", from_po)


def drawn_numbers(wanted: WantedPrebook, ids: LiveIds) -> dict[str, Json]:
    """By item, the number of the order that it is to draw on; a placeholder where an apply will make it."""
    return {item.name: _number(item.from_po, ids) for item in wanted.items if item.from_po}


def shown_number(number: Json) -> str:
    """A number as a reader sees it."""
    if isinstance(number, Mapping):
        address = str(number[KNOWN_AFTER_APPLY]).partition("#")[0]
        return f"{address} (its number is known after apply)"
    return str(number)


def _number(from_po: str, ids: LiveIds) -> Json:
    address = order_address(from_po)
    if address is None:
        return from_po
    return ids.numbers.get(address) or known_after_apply(address, "number")
