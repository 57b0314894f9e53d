"""Arrivals: boxes of shipped orders become stock on hand (Komet API §6.1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from sqlite3 import Row as StoredRow

from reconciler.simulator.orders import LineStatus
from reconciler.simulator.shop import future_sales_id
from reconciler.simulator.stock import NewStock, add_stock
from reconciler.simulator.store import Store
from reconciler.simulator.switches import Switches


def shipped_lines(store: Store, *, awb: str | None = None, order_id: int | None = None) -> list[StoredRow]:
    """The shipped lines of an AWB or of an order that are not in stock yet."""
    return store.rows(
        "SELECT l.*, a.number AS awb, a.ship_date, a.arrival_date, o.location_id, o.vendor_id, "
        "o.customer_id FROM po_lines l JOIN purchase_orders o ON o.id = l.po_id "
        "JOIN awbs a ON a.id = l.awb_id WHERE l.status = ? AND l.received = 0 "
        "AND (a.number = ? OR l.po_id = ?) ORDER BY l.id",
        LineStatus.SHIPPED,
        awb,
        order_id,
    )


def receive_line(store: Store, line: StoredRow, switches: Switches, today: date) -> int | None:
    """Put the unsold boxes of a shipped line into stock; the new line's id, None if all were sold.

    What was bought for a prebook goes to its customer, not into stock. Boxes of the Future Sales customer
    arrive free for everybody; whether those of another customer stay reserved is a switch.
    """
    boxes = line["boxes"] - line["sold"] if line["prebook_item_id"] is None else 0
    store.run("UPDATE po_boxes SET received = 1 WHERE line_id = ?", line["id"])
    if boxes <= 0:
        return None
    store.update("po_lines", line["id"], {"received": boxes})
    free = line["customer_id"] == future_sales_id(store, switches) or switches.received_customer == "cleared"
    return add_stock(
        store,
        NewStock(
            location_id=line["location_id"],
            product_id=line["product_id"],
            vendor_id=line["vendor_id"],
            box_type_id=line["box_type_id"],
            bunches=line["bunches"],
            stems=line["stems"],
            unit=line["unit"],
            boxes=boxes,
            cost=Decimal(line["cost"]),
            price_a=None if line["price"] is None else Decimal(line["price"]),
            customer_id=None if free else line["customer_id"],
            awb=line["awb"],
            lot=line["lot"],
            ship_date=line["ship_date"],
            arrival_date=line["arrival_date"],
            inventory_date=today.isoformat(),
            po_line_id=line["id"],
        ),
    )
