"""What happens to stored purchase orders, whoever does it: the API, the farm, or a person in the web UI."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from sqlite3 import Row as StoredRow

from msgspec import Struct

from reconciler.simulator.errors import Refused
from reconciler.simulator.orders import (
    LineStatus,
    OrderStatus,
    confirmation_status,
    is_confirmable,
    split_confirmed,
    status_after_confirmation,
)
from reconciler.simulator.store import Column, Store

DAYS_IN_TRANSIT = 2
LARGEST_BOXES = 99999
PREBOOK = "P"
"""Order type of a line that is bought for a prebook (Komet API §5.3)."""


class NewBreakdown(Struct, frozen=True):
    """One product of an assorted box."""

    product_id: int
    bunches: int
    stems: int
    cost: Decimal
    price: Decimal | None


class NewLine(Struct, frozen=True):
    """A line that is about to be ordered; `unit` is Stem or Bunch, cost and price are per unit."""

    product_id: int
    box_type_id: int
    boxes: int
    bunches: int
    stems: int
    unit: str
    cost: Decimal
    price: Decimal | None
    mark_code: str | None = None
    notes: str | None = None
    breakdowns: Sequence[NewBreakdown] = ()
    prebook_item_id: int | None = None


class NewOrder(Struct, frozen=True):
    """The header of an order that is about to be made."""

    vendor_id: int
    ship_date: date
    location_id: int
    carrier_id: int | None
    customer_id: int | None
    comments: str | None
    status: OrderStatus


def find_order(store: Store, number: str) -> StoredRow:
    """The order with exactly that number (A27)."""
    found = store.row("SELECT * FROM purchase_orders WHERE number = ?", number)
    if found is None:
        raise Refused(f"Purchase order not found: {number}.")
    return found


def find_line(store: Store, line_id: int) -> StoredRow:
    """The line with that id, with its order's vendor, status and number."""
    found = store.row(
        "SELECT l.*, o.vendor_id, o.status AS order_status, o.number FROM po_lines l "
        "JOIN purchase_orders o ON o.id = l.po_id WHERE l.id = ?",
        line_id,
    )
    if found is None:
        raise Refused(f"Purchase order item not found: {line_id}.")
    return found


def lines_of(store: Store, order_id: int) -> list[StoredRow]:
    """The lines of an order in the order in which they were made."""
    return store.rows("SELECT * FROM po_lines WHERE po_id = ? ORDER BY id", order_id)


def add_order(store: Store, order: NewOrder, stamp: str) -> StoredRow:
    """A new order under the next number: `P` and six digits (A27)."""
    next_number = int(store.setting("next_po_number", "1"))
    while store.row("SELECT 1 FROM purchase_orders WHERE number = ?", f"P{next_number:06d}") is not None:
        next_number += 1
    store.set_setting("next_po_number", str(next_number + 1))
    order_id = store.insert(
        "purchase_orders",
        {
            "number": f"P{next_number:06d}",
            "ship_date": order.ship_date.isoformat(),
            "vendor_id": order.vendor_id,
            "location_id": order.location_id,
            "carrier_id": order.carrier_id,
            "customer_id": order.customer_id,
            "comments": order.comments,
            "status": order.status,
            "created_on": stamp,
            "updated_on": stamp,
        },
    )
    found = store.by_id("purchase_orders", order_id)
    assert found is not None
    return found


def add_line(store: Store, order_id: int, line: NewLine, confirmed: bool) -> int:
    """A new line of an order, all its boxes confirmed or none; its id."""
    boxes_confirmed = line.boxes if confirmed else 0
    line_id = store.insert(
        "po_lines",
        {
            "po_id": order_id,
            "product_id": line.product_id,
            "box_type_id": line.box_type_id,
            "boxes": line.boxes,
            "bunches": line.bunches,
            "stems": line.stems,
            "unit": line.unit,
            "cost": str(line.cost),
            "price": None if line.price is None else str(line.price),
            "confirmed": boxes_confirmed,
            "status": confirmation_status(line.boxes, boxes_confirmed),
            "mark_code": line.mark_code,
            "notes": line.notes,
            "order_type": None if line.prebook_item_id is None else PREBOOK,
            "prebook_item_id": line.prebook_item_id,
        },
    )
    for each in line.breakdowns:
        price = None if each.price is None else str(each.price)
        store.insert(
            "po_breakdowns",
            {
                "line_id": line_id,
                "product_id": each.product_id,
                "bunches": each.bunches,
                "stems": each.stems,
                "cost": str(each.cost),
                "price": price,
            },
        )
    return line_id


def touch(store: Store, order_id: int, stamp: str) -> None:
    """The order was changed now."""
    store.update("purchase_orders", order_id, {"updated_on": stamp})


def confirm_line(store: Store, line: StoredRow, boxes: int, stamp: str) -> None:
    """The farm will deliver `boxes` of the line, an absolute number (A24)."""
    if line["order_status"] == OrderStatus.CANCELLED or not is_confirmable(LineStatus(line["status"])):
        raise Refused(f"The purchase order item {line['id']} cannot be confirmed, it is {line['status']}.")
    if not 0 <= boxes <= line["boxes"]:
        raise Refused(f"quantityConfirmed must be between 0 and {line['boxes']}.")
    store.update(
        "po_lines", line["id"], {"confirmed": boxes, "status": confirmation_status(line["boxes"], boxes)}
    )
    settle_status(store, line["po_id"], stamp)


def settle_status(store: Store, order_id: int, stamp: str) -> None:
    """Bring the header to Confirmed by Farm when its lines say so."""
    order = store.by_id("purchase_orders", order_id)
    assert order is not None
    lines = [LineStatus(row["status"]) for row in lines_of(store, order_id)]
    status = status_after_confirmation(OrderStatus(order["status"]), lines)
    store.update("purchase_orders", order_id, {"status": status, "updated_on": stamp})


def delete_line(store: Store, line: StoredRow, stamp: str, *, free: bool, vanish: bool) -> None:
    """Take a line off its order; refused once on an AWB or partly sold, unless `free` (A36, A28).

    With `vanish` an order whose last line goes disappears too; otherwise it stays, empty (A26).
    """
    if line["awb_id"] is not None and not free:
        raise Refused(f"The purchase order item {line['id']} cannot be deleted, it is on an AWB.")
    if line["sold"] and not free:
        raise Refused(f"The purchase order item {line['id']} cannot be deleted, boxes of it are sold.")
    store.run("DELETE FROM prebook_draws WHERE origin = 2 AND line_id = ?", line["id"])
    store.run("DELETE FROM po_lines WHERE id = ?", line["id"])
    if vanish and not lines_of(store, line["po_id"]):
        store.run("DELETE FROM purchase_orders WHERE id = ?", line["po_id"])
        return
    touch(store, line["po_id"], stamp)


def find_awb(store: Store, number: str, ship_date: date, line: StoredRow) -> int:
    """The AWB with that number and date, opened for the line's vendor and location if it is new."""
    found = store.row("SELECT id FROM awbs WHERE number = ? AND ship_date = ?", number, ship_date.isoformat())
    if found is not None:
        return int(found["id"])
    order = store.by_id("purchase_orders", line["po_id"])
    vendor = store.by_id("vendors", line["vendor_id"])
    assert order is not None and vendor is not None
    return store.insert(
        "awbs",
        {
            "number": number,
            "origin": vendor["port_origin"],
            "ship_date": ship_date.isoformat(),
            "arrival_date": (ship_date + timedelta(days=DAYS_IN_TRANSIT)).isoformat(),
            "location_id": order["location_id"],
        },
    )


class Shipped(Struct, frozen=True):
    """What shipping a line left behind: the codes of its boxes, and the line of the boxes that stay."""

    codes: tuple[str, ...]
    rest_id: int | None


def ship_line(
    store: Store, line: StoredRow, awb_id: int, codes: Sequence[str] | None, lot: str | None, stamp: str
) -> Shipped:
    """Put a line, or as many of its boxes as there are `codes`, on an AWB (Komet API §5.1, Q18).

    The line keeps its id and its shipped boxes; the boxes that stay become a new line.
    """
    if line["order_status"] == OrderStatus.CANCELLED or line["status"] in (
        LineStatus.CANCELLED,
        LineStatus.SHIPPED,
    ):
        raise Refused(f"The purchase order item {line['id']} cannot be shipped, it is {line['status']}.")
    boxes = line["boxes"] if codes is None else len(codes)
    if not 0 < boxes <= line["boxes"]:
        raise Refused(f"The purchase order item {line['id']} has {line['boxes']} boxes.")
    used = tuple(codes) if codes is not None else _new_codes(store, boxes)
    shipped, left = split_confirmed(line["confirmed"], boxes)
    rest_id = _split(store, line, line["boxes"] - boxes, left) if boxes < line["boxes"] else None
    changes: dict[str, Column] = {"boxes": boxes, "confirmed": shipped, "awb_id": awb_id, "lot": lot}
    store.update("po_lines", line["id"], changes | {"status": LineStatus.SHIPPED})
    if rest_id is not None:
        _move_draws(store, line["id"], rest_id, line["sold"] - boxes)
    store.insert_all("po_boxes", ("line_id", "code"), [(line["id"], code) for code in used])
    settle_status(store, line["po_id"], stamp)
    return Shipped(used, rest_id)


def _split(store: Store, line: StoredRow, boxes: int, confirmed: int) -> int:
    """A new line like `line` for the boxes that stay behind."""
    stored = store.by_id("po_lines", line["id"])
    assert stored is not None
    columns: dict[str, Column] = {name: stored[name] for name in stored.keys() if name != "id"}  # noqa: SIM118
    status = confirmation_status(boxes, confirmed)
    own: dict[str, Column] = {"boxes": boxes, "confirmed": confirmed, "status": status, "sold": 0}
    rest_id = store.insert("po_lines", columns | own)
    store.run(
        "INSERT INTO po_breakdowns (line_id, product_id, bunches, stems, cost, price) "
        "SELECT ?, product_id, bunches, stems, cost, price FROM po_breakdowns WHERE line_id = ? ORDER BY id",
        rest_id,
        line["id"],
    )
    return rest_id


def _move_draws(store: Store, line_id: int, rest_id: int, boxes: int) -> None:
    """Let the youngest prebooks, `boxes` in all, draw on the line of the boxes that stay."""
    for draw in store.rows(
        "SELECT * FROM prebook_draws WHERE origin = 2 AND line_id = ? ORDER BY id DESC", line_id
    ):
        moved = min(boxes, draw["boxes"])
        if moved <= 0:
            return
        boxes -= moved
        if moved == draw["boxes"]:
            store.update("prebook_draws", draw["id"], {"line_id": rest_id})
        else:
            store.update("prebook_draws", draw["id"], {"boxes": draw["boxes"] - moved})
            split: dict[str, Column] = {"item_id": draw["item_id"], "origin": 2, "line_id": rest_id}
            store.insert("prebook_draws", split | {"boxes": moved})
        store.run("UPDATE po_lines SET sold = sold - ? WHERE id = ?", moved, line_id)
        store.run("UPDATE po_lines SET sold = sold + ? WHERE id = ?", moved, rest_id)


def _new_codes(store: Store, count: int) -> tuple[str, ...]:
    first = int(store.setting("next_box_code", "73900001"))
    store.set_setting("next_box_code", str(first + count))
    return tuple(str(first + place) for place in range(count))


def new_temporary_awb(store: Store, ship_date: date, line: StoredRow) -> int:
    """A temporary AWB of its own for a line (Komet API §5.2)."""
    serial = int(store.setting("next_temporary_awb", "1"))
    store.set_setting("next_temporary_awb", str(serial + 1))
    awb_id = find_awb(store, f"TMP-{serial:08d}", ship_date, line)
    store.update("awbs", awb_id, {"temporary": 1})
    return awb_id
