"""The rules of purchase orders, without storage: states, what a confirmation means, totals."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum


class OrderStatus(StrEnum):
    """Header states (Komet API §5.6)."""

    PENDING = "PA"
    APPROVED = "A"
    CONFIRMED = "CF"
    SENT = "SC"
    CANCELLED = "CA"


class LineStatus(StrEnum):
    """Line states (Komet API §5.6)."""

    PENDING = "Pending"
    PARTIAL = "Partially Confirmed"
    CONFIRMED = "Confirmed"
    SHIPPED = "Shipped"
    CANCELLED = "Cancelled"


STATUS_WORDS = {
    OrderStatus.PENDING: "Pending Approval",
    OrderStatus.APPROVED: "Approved",
    OrderStatus.CONFIRMED: "Confirmed by Farm",
    OrderStatus.SENT: "Sent to Cargo Master",
    OrderStatus.CANCELLED: "Cancelled",
}


def confirmation_status(boxes: int, confirmed: int) -> LineStatus:
    """Status of a line of `boxes` of which `confirmed` are confirmed (A24)."""
    if confirmed == 0:
        return LineStatus.PENDING
    return LineStatus.CONFIRMED if confirmed >= boxes else LineStatus.PARTIAL


def status_after_confirmation(status: OrderStatus, lines: Iterable[LineStatus]) -> OrderStatus:
    """Confirmed by Farm once no live line is Pending; an order once confirmed stays so (A24)."""
    live = [line for line in lines if line is not LineStatus.CANCELLED]
    if not live or LineStatus.PENDING in live or status is OrderStatus.CANCELLED:
        return status
    return OrderStatus.CONFIRMED


def is_confirmable(status: LineStatus) -> bool:
    """Whether boxes of such a line can still be confirmed."""
    return status in (LineStatus.PENDING, LineStatus.PARTIAL, LineStatus.CONFIRMED)


def total_units(boxes: int, bunches: int, stems: int, unit: str) -> int:
    """Stems, or bunches, of all boxes (§5.5)."""
    return boxes * units_per_box(bunches, stems, unit)


def units_per_box(bunches: int, stems: int, unit: str) -> int:
    """Stems, or bunches, of one box."""
    return bunches * stems if unit == "Stem" else bunches


def total_cost(boxes: int, bunches: int, stems: int, unit: str, cost: Decimal) -> Decimal:
    """Cost of all boxes of a line; the cost is per unit (§5.5)."""
    return cost * total_units(boxes, bunches, stems, unit)


def split_confirmed(confirmed: int, shipped: int) -> tuple[int, int]:
    """Confirmed boxes of the shipped part and of what stays behind."""
    return shipped, max(0, confirmed - shipped)


def amount_text(amount: Decimal, commas: bool) -> str:
    """An amount with two decimals as text, with or without thousands commas (§1.7)."""
    return f"{amount:,.2f}" if commas else f"{amount:.2f}"
