"""What a row of purchase.order.list means (Komet API §5.3)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from reconciler.kinds.orders.line import CANCELLED, Line
from reconciler.kinds.orders.marker import split_marker
from reconciler.kinds.orders.order import PENDING_APPROVAL, Content, LiveOrder, Part, order_json
from reconciler.kinds.row import Row
from reconciler.model.resource import LiveResource

_STATUS = {
    "PA": PENDING_APPROVAL,
    "A": "Approved",
    "CF": "Confirmed by Farm",
    "CA": CANCELLED,
    "SC": "Sent to Cargo Master",
}


def parse_order(row: Row) -> LiveResource:
    """One order. Its status comes in words or as a code; customer and carrier stand on its lines (A21).

    Raises `UnexpectedAnswer` where a value cannot be what is documented.
    """
    comments, marker = split_marker(row.text("comments"))
    details = list(row.rows("details"))
    order = LiveOrder(
        id=row.required("id"),
        number=row.text("number"),
        status=status_words(row.text("status")),
        ship_date=row.date("shipDate"),
        vendor_id=row.integer("vendorId"),
        location_id=row.integer("locationId"),
        customer_ids=_distinct(line.integer("customerId") for line in details),
        carrier_ids=_distinct(line.integer("carrierId") for line in details),
        comments=comments,
        standalone=not any(line.integer("prebookItemId") for line in details),
        lines=tuple(sorted((_line(line) for line in details), key=lambda line: line.id)),
    )
    return LiveResource("purchase_orders", order.id, order.number, marker, order_json(order))


def status_words(status: str) -> str:
    """The status of an order in words, as which or as a code Komet may give it."""
    return _STATUS.get(status.upper(), status)


def _line(row: Row) -> Line[Content]:
    content = Content(
        product_id=row.required("productId"),
        box_type=row.text("boxType").upper(),
        unit=row.text("unitType").lower(),
        bunches=row.integer("bunches") or 0,
        stems=row.integer("stemsBunch") or 0,
        mark_code=row.text("markCode"),
        cost=_scaled(row.decimal("unitCost")),
        notes=row.text("notes") or None,
        breakdown=tuple(_part(part) for part in row.rows("breakdowns")),
    )
    status = row.text("lineItemStatus")
    return Line(
        row.required("poItemId"),
        row.integer("totalBoxes") or 0,
        row.integer("quantityConfirmed") or 0,
        status,
        content,
    )


def _part(row: Row) -> Part:
    return Part(
        product_id=row.required("productId"),
        bunches=row.integer("bunches") or 0,
        stems=row.integer("stemsBunch") or 0,
        cost=_scaled(row.decimal("cost")),
    )


def _scaled(amount: Decimal | None) -> Decimal | None:
    """Costs are read with 4 decimals (Komet API §1.7)."""
    return None if amount is None else amount.quantize(Decimal("0.0001")).normalize()


def _distinct(ids: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(sorted({id for id in ids if id}))
