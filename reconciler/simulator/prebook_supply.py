"""Where the boxes of prebooks come from: future orders, stock on hand, purchase orders made for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.orders import LineStatus, OrderStatus
from reconciler.simulator.prebook_draws import draw_future, draw_stock, draws_of
from reconciler.simulator.prebook_removal import is_invoiced, purchases_of
from reconciler.simulator.prebooking import ItemType, NewItem, NewPart, add_item, vendor_ship_date
from reconciler.simulator.purchasing import (
    NewBreakdown,
    NewLine,
    NewOrder,
    add_line,
    add_order,
    find_line,
    find_order,
    settle_status,
)
from reconciler.simulator.selling import Terms, boxes_left
from reconciler.simulator.store import Column, Store
from reconciler.simulator.switches import Switches

OLDEST = 5
"""Days that stock may have lain on hand to be allocated by itself (Komet API §7.2)."""


def future_lines(store: Store, number: str, item: StoredRow) -> list[StoredRow]:
    """The lines of the order of that number that have the item's product, box type and pack (A28)."""
    return store.rows(
        "SELECT * FROM po_lines WHERE po_id = ? AND product_id = ? AND box_type_id = ? AND bunches = ? "
        "AND stems = ? AND prebook_item_id IS NULL AND status <> ? ORDER BY id",
        find_order(store, number)["id"],
        item["product_id"],
        item["box_type_id"],
        item["bunches"],
        item["stems"],
        LineStatus.CANCELLED,
    )


def draw_from_order(store: Store, switches: Switches, item: StoredRow, number: str, customer_id: int) -> int:
    """Take an item's boxes out of a future order; the boxes that are left in it afterwards (A28)."""
    lines = future_lines(store, number, item)
    left = sum(max(0, boxes_left(switches, line)) for line in lines)
    wanted = item["boxes"]
    if not lines or left < wanted:
        raise Refused(f"There are not enough boxes in {number}: {left} available.")
    for line in lines:
        share = min(wanted, max(0, boxes_left(switches, line)))
        if share:
            draw_future(store, switches, item["id"], line["id"], customer_id, share)
            wanted -= share
    return left - int(item["boxes"])


def book_future(
    store: Store,
    switches: Switches,
    prebook: StoredRow,
    line_id: int,
    boxes: int,
    terms: Terms,
    stamp: str,
    web_order_item_id: int | None = None,
) -> int:
    """Boxes of an ordered line, as an item like that line; its id. The boxes are taken at once (A28)."""
    line = find_line(store, line_id)
    item = NewItem(
        product_id=line["product_id"],
        item_type=ItemType.BOX,
        boxes=boxes,
        bunches=line["bunches"],
        stems=line["stems"],
        unit=line["unit"],
        price=terms.price,
        cost=Decimal(line["cost"]),
        vendor_id=line["vendor_id"],
        box_type_id=line["box_type_id"],
        mark_code=terms.mark_code,
        web_order_item_id=web_order_item_id,
    )
    item_id = add_item(store, prebook["id"], item, _parts_of(store, line_id), stamp)
    draw_future(store, switches, item_id, line_id, prebook["customer_id"], boxes)
    return item_id


def _parts_of(store: Store, line_id: int) -> list[NewPart]:
    return [
        NewPart(
            product_id=row["product_id"],
            unknown_product=None,
            bunches=row["bunches"],
            stems=row["stems"],
            cost=Decimal(row["cost"]),
            price=None if row["price"] is None else Decimal(row["price"]),
        )
        for row in store.rows("SELECT * FROM po_breakdowns WHERE line_id = ? ORDER BY id", line_id)
    ]


def allocate(store: Store, switches: Switches, prebook: StoredRow, item: StoredRow, today: date) -> None:
    """Give an item what is on hand of it, the oldest first, but nothing older than `OLDEST` days."""
    wanted = item["boxes"] - sum(draw["boxes"] for draw in draws_of(store, item["id"]))
    for line in store.rows(
        "SELECT * FROM inventory_lines WHERE boxes > 0 AND held = 0 AND staging = 0 AND location_id = ? "
        "AND product_id = ? AND box_type_id = ? AND bunches = ? AND stems = ? "
        "AND (customer_id = ? OR customer_id IS NULL AND type = 'M') AND (? IS NULL OR vendor_id = ?) "
        "AND inventory_date BETWEEN ? AND ? ORDER BY inventory_date, id",
        prebook["location_id"],
        item["product_id"],
        item["box_type_id"],
        item["bunches"],
        item["stems"],
        prebook["customer_id"],
        item["vendor_id"],
        item["vendor_id"],
        (today - timedelta(days=OLDEST)).isoformat(),
        today.isoformat(),
    ):
        share = min(wanted, line["boxes"])
        if share <= 0:
            return
        draw_stock(store, switches, item["id"], line["id"], prebook["customer_id"], share)
        wanted -= share


def boxes_wanted(store: Store, item: StoredRow) -> int:
    """Boxes of an item that it has neither drawn nor bought yet."""
    if purchases_of(store, item["id"]):
        return 0
    drawn: int = sum(draw["boxes"] for draw in draws_of(store, item["id"]))
    return int(item["boxes"]) - drawn


def purchase(
    store: Store,
    switches: Switches,
    prebook: StoredRow,
    items: Iterable[StoredRow],
    status: OrderStatus,
    stamp: str,
) -> list[str]:
    """Buy what the items do not have yet: one new order for each vendor (A22); their numbers."""
    wanted: dict[int, list[NewLine]] = {}
    for item in items:
        if boxes_wanted(store, item) > 0:
            raise_if_not_purchasable(item)
            line = purchase_line(store, item, item["vendor_id"], None)
            wanted.setdefault(item["vendor_id"], []).append(line)
    return [
        _order(store, switches, prebook, vendor_id, lines, status, stamp)
        for vendor_id, lines in wanted.items()
    ]


def raise_if_not_purchasable(item: StoredRow | Mapping[str, Column]) -> None:
    """Refuse an item that names no vendor, cost, product or boxes to order (§7.2)."""
    if item["item_type"] == ItemType.UNITS:
        raise Refused("An item in units cannot be purchased, it has no boxes.")
    for column, name in (("vendor_id", "vendorId"), ("cost", "cost"), ("product_id", "productId")):
        if item[column] is None:
            raise Refused(f"{name} is required to generate the purchase order.")


def _order(
    store: Store,
    switches: Switches,
    prebook: StoredRow,
    vendor_id: int,
    lines: Iterable[NewLine],
    status: OrderStatus,
    stamp: str,
) -> str:
    order = add_order(
        store,
        NewOrder(
            vendor_id=vendor_id,
            ship_date=vendor_ship_date(switches, prebook["truck_date"]),
            location_id=prebook["location_id"],
            carrier_id=None,
            customer_id=prebook["customer_id"],
            comments=None,
            status=status,
        ),
        stamp,
    )
    for line in lines:
        add_line(store, order["id"], line, status is OrderStatus.CONFIRMED)
    settle_status(store, order["id"], stamp)
    return str(order["number"])


def purchase_line(store: Store, item: StoredRow, vendor_id: int, cost: Decimal | None) -> NewLine:
    """The line that buys from a vendor what an item does not have yet, at its cost unless `cost` is given.

    The item's own vendor and cost become what is bought (Komet API §5.2).
    """
    boxes = boxes_wanted(store, item)
    if boxes <= 0 or is_invoiced(store, item["id"]):
        raise Refused(f"The prebook item {item['id']} has nothing to purchase.")
    paid = cost if cost is not None else _decimal(item["cost"])
    bought: dict[str, Column] = {"vendor_id": vendor_id, "cost": None if paid is None else str(paid)}
    raise_if_not_purchasable(dict(item) | bought)
    store.update("prebook_items", item["id"], bought)
    return NewLine(
        product_id=item["product_id"],
        box_type_id=item["box_type_id"],
        boxes=boxes,
        bunches=item["bunches"],
        stems=item["stems"],
        unit=item["unit"],
        cost=paid or Decimal(0),
        price=_decimal(item["price"]),
        mark_code=item["mark_code"],
        notes=item["notes"],
        breakdowns=_breakdowns(store, item["id"]),
        prebook_item_id=item["id"],
    )


def _breakdowns(store: Store, item_id: int) -> list[NewBreakdown]:
    parts = store.rows("SELECT * FROM prebook_breakdowns WHERE item_id = ? ORDER BY id", item_id)
    return [
        NewBreakdown(
            product_id=part["product_id"],
            bunches=part["bunches"],
            stems=part["stems"],
            cost=_decimal(part["cost"]) or Decimal(0),
            price=_decimal(part["price"]),
        )
        for part in parts
        if part["product_id"] is not None
    ]


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
