"""Which reserved lines somebody gave away: what was sold is no drift, it was kept to be sold."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.kinds.reservations.stock import stock_line
from reconciler.kinds.reservations.view import FREE
from reconciler.model.change import AttributeChange
from reconciler.model.resource import Binding, LiveResource


def lines_given_away(binding: Binding, live: Sequence[LiveResource]) -> tuple[AttributeChange, ...]:
    """The lines that stood reserved when it was last recorded, and are in stock for nobody or another now."""
    customer, lines = binding.facts.get("customer_id"), binding.facts.get("lines")
    held = frozenset(lines if isinstance(lines, list) else ())
    stock = sorted((stock_line(each.attributes) for each in live), key=lambda line: line.id)
    return tuple(
        AttributeChange(("lines", f"line {line.id}"), f"customer {customer}", _owner(line.customer_id))
        for line in stock
        if line.id in held and line.customer_id != customer
    )


def _owner(customer: int | None) -> str:
    return FREE if customer is None else f"customer {customer}"
