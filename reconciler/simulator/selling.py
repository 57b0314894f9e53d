"""Selling boxes, on hand and future ones, which lowers what is left of their line (Q21, A25)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import IntEnum
from sqlite3 import Row as StoredRow

from msgspec import Struct

from reconciler.simulator.errors import Refused
from reconciler.simulator.purchasing import find_line
from reconciler.simulator.shop import FUTURE, ON_HAND, Look, Whose, future_sales_id, shelf
from reconciler.simulator.stock import find_stock
from reconciler.simulator.store import Column, Store
from reconciler.simulator.switches import Switches


class InvoiceStatus(IntEnum):
    """States of an invoice as invoice.list filters them (Komet API §8)."""

    PENDING = 0
    CONFIRMED = 1
    DRAFT = 2
    VOIDED = 4


class NewInvoice(Struct, frozen=True):
    """The header of an invoice that is about to be made; the ship date is ISO text."""

    customer_id: int
    location_id: int
    ship_date: str
    carrier_id: int | None = None
    ship_to_id: int | None = None
    customer_po: str | None = None
    reference: str | None = None
    status: InvoiceStatus = InvoiceStatus.PENDING
    ecommerce: bool = False


class Terms(Struct, frozen=True):
    """What an item is sold at, and the words that go with it."""

    price: Decimal
    mark_code: str | None = None
    notes: str | None = None
    alias: str | None = None


class Delivery(Struct, frozen=True):
    """When and how boxes travel to a customer."""

    date: str
    carrier_id: int | None = None
    ship_to_id: int | None = None


def find_buyer(store: Store, customer_id: int) -> StoredRow:
    """A customer that may buy: active, not on credit hold (A8)."""
    customer = store.by_id("customers", customer_id)
    if customer is None:
        raise Refused(f"Customer not found: {customer_id}.")
    if not customer["active"]:
        raise Refused(f"The customer {customer['name']} is not active.")
    if customer["credit_hold"]:
        raise Refused(f"The customer {customer['name']} is on credit hold.")
    return customer


def take_stock(store: Store, switches: Switches, line_id: int, customer_id: int, boxes: int) -> StoredRow:
    """Take boxes off an on-hand line for a customer: not held, not another's (A35); the line as it was."""
    line = find_stock(store, line_id)
    if line["held"] or line["staging"]:
        raise Refused(f"The inventory item {line_id} is not available.")
    other = line["customer_id"] not in (None, customer_id)
    if other and switches.sell_reserved_to_other == "refuse":
        raise Refused(f"The inventory item {line_id} is reserved for another customer.")
    _raise_if_too_many(boxes, line["boxes"])
    changes: dict[str, Column] = {"boxes": line["boxes"] - boxes, "sold": line["sold"] + boxes}
    store.update("inventory_lines", line_id, changes)
    return line


def return_stock(store: Store, line_id: int, boxes: int) -> None:
    """Sold boxes are back on their line."""
    store.run(
        "UPDATE inventory_lines SET boxes = boxes + ?, sold = sold - ? WHERE id = ?", boxes, boxes, line_id
    )


def take_future(store: Store, switches: Switches, line_id: int, customer_id: int, boxes: int) -> StoredRow:
    """Take boxes of an ordered line for a customer: its own, or the Future Sales customer's (A28)."""
    line = find_line(store, line_id)
    order = store.by_id("purchase_orders", line["po_id"])
    assert order is not None
    if order["hold"] or order["status"] == "CA" or line["status"] == "Cancelled":
        raise Refused(f"The purchase order item {line_id} is not available.")
    buyers = (customer_id, future_sales_id(store, switches))
    if order["customer_id"] is None or line["prebook_item_id"] is not None:
        raise Refused(f"The purchase order item {line_id} is not future inventory.")
    if order["customer_id"] not in buyers and switches.sell_reserved_to_other == "refuse":
        raise Refused(f"The purchase order item {line_id} is reserved for another customer.")
    _raise_if_too_many(boxes, boxes_left(switches, line))
    store.update("po_lines", line_id, {"sold": line["sold"] + boxes})
    return line


def boxes_left(switches: Switches, line: StoredRow) -> int:
    """Boxes of an ordered line that a prebook can still draw on; below none when too many were sold."""
    basis = line["boxes"] if switches.future_po_boxes == "ordered" else line["confirmed"]
    return int(basis - line["sold"] - line["received"])


def return_future(store: Store, line_id: int, boxes: int) -> None:
    """Sold future boxes can be bought again."""
    store.run("UPDATE po_lines SET sold = sold - ? WHERE id = ?", boxes, line_id)


def _raise_if_too_many(boxes: int, left: int) -> None:
    if boxes < 1:
        raise Refused("At least one box is needed.")
    if boxes > left:
        raise Refused(f"There are not enough boxes: {max(0, left)} available.")


def add_invoice(store: Store, invoice: NewInvoice, stamp: str) -> StoredRow:
    """A new invoice under the next number."""
    number = int(store.setting("next_invoice_number", "85001"))
    store.set_setting("next_invoice_number", str(number + 1))
    invoice_id = store.insert(
        "invoices",
        {
            "number": number,
            "customer_id": invoice.customer_id,
            "location_id": invoice.location_id,
            "carrier_id": invoice.carrier_id,
            "ship_date": invoice.ship_date,
            "ship_to_id": invoice.ship_to_id,
            "customer_po": invoice.customer_po,
            "reference": invoice.reference,
            "status": int(invoice.status),
            "ecommerce": int(invoice.ecommerce),
            "created_on": stamp,
            "updated_on": stamp,
        },
    )
    found = store.by_id("invoices", invoice_id)
    assert found is not None
    return found


def add_invoice_item(
    store: Store, invoice_id: int, line: StoredRow, boxes: int, terms: Terms, stamp: str
) -> int:
    """Boxes that were taken off `line`, as an item of the invoice; its id."""
    copied: dict[str, Column] = {
        name: line[name]
        for name in ("product_id", "vendor_id", "box_type_id", "bunches", "stems", "unit", "awb")
    }
    words: dict[str, Column] = {
        "mark_code": terms.mark_code,
        "notes": terms.notes,
        "alias": terms.alias,
    }
    item_id = store.insert(
        "invoice_items",
        {"invoice_id": invoice_id, "line_id": line["id"], "boxes": boxes, "price": str(terms.price)}
        | copied
        | words,
    )
    store.update("invoices", invoice_id, {"updated_on": stamp})
    return item_id


def void_invoice(store: Store, invoice: StoredRow, stamp: str) -> None:
    """The invoice counts no more; its boxes are back in stock."""
    for item in store.rows("SELECT * FROM invoice_items WHERE invoice_id = ?", invoice["id"]):
        if item["line_id"] is not None:
            return_stock(store, item["line_id"], item["boxes"])
    store.run("DELETE FROM invoice_items WHERE invoice_id = ?", invoice["id"])
    changes: dict[str, Column] = {"status": int(InvoiceStatus.VOIDED), "updated_on": stamp}
    store.update("invoices", invoice["id"], changes)


def raise_if_not_offered(
    store: Store,
    switches: Switches,
    customer_id: int,
    origin: int,
    ids: tuple[int, ...],
    days: tuple[date, date],
) -> None:
    """Refuse lines that the customer's shop does not show; `days` are today and the day wanted."""
    if origin not in (ON_HAND, FUTURE):
        raise Refused("The inventory item is not available.")
    whose = Whose.ANY if switches.sell_reserved_to_other == "allow" else Whose.EITHER
    look = Look(customer_id, whose, days[0], switches, day=days[1], only=(origin, ids))
    seen = {int(each) for row in shelf(store, look).rows for each in str(row["ids"]).split(",")}
    for line_id in ids:
        if line_id not in seen:
            raise Refused(f"The inventory item {line_id} is not available.")
