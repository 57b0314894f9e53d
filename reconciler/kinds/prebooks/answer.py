"""What a row of prebook.details.list means (Komet API §7.5)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.marker import split_marker
from reconciler.kinds.orders.order import Part
from reconciler.kinds.prebooks.prebook import BOX, SHIP_VIA, UNIT, LivePrebook, PrebookContent, prebook_json
from reconciler.kinds.row import Row
from reconciler.model.resource import LiveResource

NAME = "prebooks"


def parse_prebook(row: Row) -> LiveResource:
    """One prebook with its lines. A Vendor token is shown no customer and no prices.

    Raises `UnexpectedAnswer` where a value cannot be what is documented.
    """
    comments, marker = split_marker(row.text("comments"))
    prebook = LivePrebook(
        id=row.required("id"),
        number=row.text("number"),
        ship_date=row.date("truckDate"),
        customer_id=row.integer("customerId"),
        location_id=row.integer("locationId"),
        location_code=row.text("locationCode"),
        carrier_id=row.integer("carrierId"),
        customer_po=row.text("customerPONumber"),
        ship_via=_ship_via(row.text("shipVia")),
        ship_name=row.text("shipName"),
        comments=comments,
        lines=tuple(sorted(_lines(row), key=lambda line: line.id)),
    )
    return LiveResource(NAME, prebook.id, prebook.number, marker, prebook_json(prebook))


def _lines(row: Row) -> Iterator[Line[PrebookContent]]:
    """The lines that count anything: what a Vendor token deleted stays with quantity 0 (Komet API §7.6)."""
    for detail in row.rows("details"):
        boxes, units = detail.integer("totalBoxes") or 0, detail.integer("totalUnits") or 0
        is_box = bool(detail.text("boxType"))
        if count := boxes if is_box else units:
            yield Line(detail.required("prebookItemId"), count, 0, "", _content(detail, is_box))


def _content(row: Row, is_box: bool) -> PrebookContent:
    return PrebookContent(
        product_id=row.integer("productId") or 0,
        item_type=BOX if is_box else UNIT,
        box_type=row.text("boxType").upper(),
        unit=row.text("unitType").lower(),
        bunches=(row.integer("bunches") or 0) if is_box else 0,
        stems=(row.integer("stemsBunch") or 0) if is_box else 0,
        mark_code=row.text("markCode"),
        price=scaled(row.decimal("unitPrice")),
        vendor_id=row.integer("vendorId") or None,
        breakdown=tuple(_part(part) for part in row.rows("breakdowns")),
    )


def _part(row: Row) -> Part:
    return Part(
        product_id=row.integer("productId") or 0,
        bunches=row.integer("bunches") or 0,
        stems=row.integer("stemsBunch") or 0,
        cost=None,
        price=scaled(row.decimal("price")),
    )


def scaled(amount: Decimal | None) -> Decimal | None:
    """Amounts of prebooks have two decimals (Komet API §1.7)."""
    return None if amount is None else amount.quantize(Decimal("0.01"), ROUND_HALF_UP).normalize()


def _ship_via(text: str) -> str:
    """In words or as its id."""
    word = text.lower()
    return SHIP_VIA[int(word)] if word in ("0", "1") else word
