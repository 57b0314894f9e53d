"""What became of the orders that a person was to change in the web UI."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.kinds.fate import fate_by_value, gone
from reconciler.kinds.kind import Scope
from reconciler.kinds.orders.order import PENDING_APPROVAL, LiveOrder, live_order
from reconciler.kinds.purchase_orders.picture import header_labels
from reconciler.model.resource import LiveResource
from reconciler.model.step import Ending, Fate, OperatorStep


def order_fate(step: OperatorStep, live: Sequence[LiveResource], scope: Scope) -> Fate:
    """By the header that the order shows now (Komet API §5.3, §5.6)."""
    word, _, number = step.key.partition(" ")
    order = next((live_order(each.attributes) for each in live if each.number == number), None)
    if word == "cancel":
        return _cancelled(step, number, order)
    if order is None:
        return gone(f"{number} is not asked about any more: it has shipped, or is not in Komet")
    if order.is_cancelled:
        return gone(f"{number} was cancelled")
    if word == "approve":
        return _approved(step, order)
    if not order.lines:
        return gone(f"{number} stands empty: its lines were moved to another order, or deleted")
    return fate_by_value(step, f"the {word.replace('_', ' ')} of {number}", header_labels(order, scope)[word])


def _cancelled(step: OperatorStep, number: str, order: LiveOrder | None) -> Fate:
    if order is None:
        return Fate(Ending.DONE, f"done: {number} is not asked about any more, or not in Komet")
    if order.is_cancelled or not order.lines:
        return fate_by_value(step, number, order.status)
    return Fate(Ending.OVERTAKEN, f"overtaken: {number} has lines, and is wanted")


def _approved(step: OperatorStep, order: LiveOrder) -> Fate:
    if order.status == PENDING_APPROVAL:
        return fate_by_value(step, order.number, order.status)
    return Fate(Ending.DONE, f"done: {order.number} is {order.status} now")
