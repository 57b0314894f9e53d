"""Operator actions on sales: what a partner buys, what a sales rep does with the invoice."""

from __future__ import annotations

from decimal import Decimal
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.gate import switches_of
from reconciler.simulator.operator import Deed, Result, action
from reconciler.simulator.prebook_supply import book_future
from reconciler.simulator.prebooking import NewPrebook, add_prebook, statuses_of
from reconciler.simulator.purchasing import find_line
from reconciler.simulator.selling import (
    InvoiceStatus,
    NewInvoice,
    Terms,
    add_invoice,
    add_invoice_item,
    find_buyer,
    take_stock,
    void_invoice,
)
from reconciler.simulator.store import Column


@action("buy", "customer line po_line boxes price")
def buy(deed: Deed) -> Result:
    """A partner buys boxes: of an on-hand `line` onto an invoice, of a `po_line` into a prebook (§8)."""
    customer_id = deed.named("customers", "customer")
    if customer_id is None or deed.params.has("line") == deed.params.has("po_line"):
        raise Refused("buy needs a customer, and either line (on hand) or po_line (future)")
    find_buyer(deed.store, customer_id)
    boxes = deed.params.need_integer("boxes")
    if deed.params.has("line"):
        return _buy_stock(deed, customer_id, boxes)
    return _buy_future(deed, customer_id, boxes)


def _buy_stock(deed: Deed, customer_id: int, boxes: int) -> Result:
    switches = switches_of(deed.store)
    line = take_stock(deed.store, switches, deed.params.need_integer("line"), customer_id, boxes)
    invoice = add_invoice(
        deed.store,
        NewInvoice(customer_id, line["location_id"], deed.clock.now().date().isoformat(), ecommerce=True),
        deed.stamp,
    )
    add_invoice_item(deed.store, invoice["id"], line, boxes, Terms(_price(deed, line["price_a"])), deed.stamp)
    return {"invoice": invoice["number"], "invoice_id": invoice["id"], "left": line["boxes"] - boxes}


def _buy_future(deed: Deed, customer_id: int, boxes: int) -> Result:
    line = find_line(deed.store, deed.params.need_integer("po_line"))
    order = deed.store.by_id("purchase_orders", line["po_id"])
    assert order is not None
    prebook = add_prebook(
        deed.store,
        NewPrebook(
            customer_id=customer_id,
            location_id=order["location_id"],
            carrier_id=None,
            truck_date=order["ship_date"],
            status=statuses_of(deed.store)[0],
            ecommerce=1,
        ),
        deed.stamp,
    )
    terms = Terms(_price(deed, line["price"]))
    book_future(deed.store, switches_of(deed.store), prebook, line["id"], boxes, terms, deed.stamp)
    left = line["confirmed"] - line["sold"] - line["received"] - boxes
    return {"prebook": prebook["number"], "prebook_id": prebook["id"], "left": left}


def _price(deed: Deed, listed: str | None) -> Decimal:
    """The price that was agreed, else the listed one."""
    price = deed.params.decimal("price", places=2)
    if price is not None and price < 0:
        raise Refused("price cannot be negative")
    return Decimal(listed or 0) if price is None else price


@action("confirm-invoice", "number")
def confirm_invoice(deed: Deed) -> Result:
    """The sales rep confirms a pending or draft invoice (§8)."""
    invoice = _invoice(deed)
    if invoice["status"] not in (InvoiceStatus.PENDING, InvoiceStatus.DRAFT):
        raise Refused(f"invoice {invoice['number']} is {InvoiceStatus(invoice['status']).name.lower()}")
    changes: dict[str, Column] = {"status": int(InvoiceStatus.CONFIRMED), "updated_on": deed.stamp}
    deed.store.update("invoices", invoice["id"], changes)
    return {"invoice": invoice["number"], "status": int(InvoiceStatus.CONFIRMED)}


@action("void-invoice", "number")
def void(deed: Deed) -> Result:
    """The sales rep voids an invoice; its boxes are back in stock."""
    invoice = _invoice(deed)
    if invoice["status"] == InvoiceStatus.VOIDED:
        raise Refused(f"invoice {invoice['number']} is voided")
    void_invoice(deed.store, invoice, deed.stamp)
    return {"invoice": invoice["number"], "status": int(InvoiceStatus.VOIDED)}


def _invoice(deed: Deed) -> StoredRow:
    number = deed.params.need_integer("number")
    found = deed.store.row("SELECT * FROM invoices WHERE number = ?", number)
    if found is None:
        raise Refused(f"there is no invoice {number}")
    return found
