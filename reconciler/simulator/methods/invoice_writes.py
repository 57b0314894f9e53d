"""Making invoices of stock on hand: invoice.create, invoice.item.add, invoice.item.delete."""

from __future__ import annotations

from decimal import Decimal
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.lookup import find_party
from reconciler.simulator.method import Answer, Call, Done, Row, method
from reconciler.simulator.orders import units_per_box
from reconciler.simulator.selling import (
    InvoiceStatus,
    NewInvoice,
    Terms,
    add_invoice,
    add_invoice_item,
    find_buyer,
    return_stock,
    take_stock,
)

_CODES = ("productCode", "boxTypeCode", "unitsPerBox", "unitType")


@method("invoice.create", "POST B", "C", text_status=True)
def invoice_create(call: Call) -> Answer:
    """A new invoice without items, pending or draft; its items come by invoice.item.add (Komet API §8)."""
    params = call.params
    customer = find_party(call.store, params, "customers", "Customer", "customer")
    if customer is None:
        raise Refused("customerId or customerCode is required.")
    find_buyer(call.store, customer["id"])
    carrier = find_party(call.store, params, "carriers", "Carrier", "carrier")
    invoice = add_invoice(
        call.store,
        NewInvoice(
            customer_id=customer["id"],
            location_id=_location(call),
            ship_date=params.need_date("shipDate").isoformat(),
            carrier_id=None if carrier is None else carrier["id"],
            ship_to_id=find_ship_to(call, customer["id"]),
            customer_po=params.text("poNumber", most=20),
            reference=params.text("reference", most=20),
            status=InvoiceStatus.DRAFT if params.flag("statusDraft") else InvoiceStatus.PENDING,
        ),
        call.stamp,
    )
    return Done({"invoiceId": invoice["id"], "invoiceNumber": invoice["number"]}, "success")


def _location(call: Call) -> int:
    """The location of the invoice; the first one unless one is named, which multi-location companies must."""
    found = find_party(call.store, call.params, "locations", "Location", "companyLocation")
    key = call.params.integer("locationId")
    if found is None and key is not None:
        found = call.store.by_id("locations", key)
        if found is None:
            raise Refused(f"Location not found: {key}.")
    if found is None and call.switches.multi_location == "on":
        raise Refused("companyLocationCode is required.")
    found = found or call.store.row("SELECT * FROM locations ORDER BY id")
    if found is None:
        raise Refused("The company has no location.")
    return int(found["id"])


def find_ship_to(call: Call, customer_id: int) -> int | None:
    """The ship-to of `shipToId`, which is one of the customer's."""
    key = call.params.integer("shipToId")
    if key is None:
        return None
    found = call.store.by_id("ship_tos", key)
    if found is None or found["customer_id"] != customer_id:
        raise Refused(f"Ship to not found: {key}.")
    return key


def price_of(call: Call) -> Decimal:
    """The unit price, which is required and not negative."""
    price = call.params.need_decimal("price", places=2)
    if price < 0:
        raise Refused("price cannot be negative.")
    return price


@method("invoice.item.add", "POST B", "C", text_status=True)
def invoice_item_add(call: Call) -> Answer:
    """Sell boxes of a line, named by orderItemId or by codes and pack, never by both (§4.6, A35)."""
    params = call.params
    invoice = _open_invoice(call)
    boxes = params.need_integer("boxes")
    terms = Terms(
        price_of(call),
        params.text("markCode", most=20),
        params.text("notes", most=200),
        params.text("productAlias", most=50),
    )
    line_id = _line_id(call, invoice["customer_id"], boxes)
    line = take_stock(call.store, call.switches, line_id, invoice["customer_id"], boxes)
    item_id = add_invoice_item(call.store, invoice["id"], line, boxes, terms, call.stamp)
    answer = {**_named(invoice), "invoiceItemId": item_id}
    return Done(answer | _left(call, line_id), "success")


def _open_invoice(call: Call) -> StoredRow:
    key = call.params.need_integer("invoiceId")
    invoice = call.store.by_id("invoices", key)
    if invoice is None:
        raise Refused(f"Invoice not found: {key}.")
    if invoice["status"] not in (InvoiceStatus.PENDING, InvoiceStatus.DRAFT):
        raise Refused(f"The invoice {invoice['number']} cannot be edited.")
    return invoice


def _line_id(call: Call, customer_id: int, boxes: int) -> int:
    params = call.params
    key = params.integer("orderItemId")
    named = [name for name in _CODES if params.has(name)]
    if key is not None and named:
        raise Refused(f"orderItemId and {named[0]} cannot be used at the same time.")
    return _oldest_line(call, customer_id, boxes) if key is None else key


def _oldest_line(call: Call, customer_id: int, boxes: int) -> int:
    """The oldest line with that code and pack which has enough boxes for the customer."""
    params = call.params
    code, box_type = params.need_text("productCode", most=50), params.need_text("boxTypeCode", most=3)
    unit, units = params.need_text("unitType", most=5).capitalize(), params.need_integer("unitsPerBox")
    rows = call.store.rows(
        "SELECT l.* FROM inventory_lines l JOIN products p ON p.id = l.product_id "
        "JOIN box_types b ON b.id = l.box_type_id WHERE p.code = ? COLLATE NOCASE "
        "AND b.code = ? COLLATE NOCASE AND l.unit = ? AND l.boxes >= ? AND l.held = 0 AND l.staging = 0 "
        "AND (l.customer_id IS NULL OR l.customer_id = ?) ORDER BY l.inventory_date, l.id",
        code,
        box_type,
        unit,
        boxes,
        customer_id,
    )
    for row in rows:
        if units_per_box(row["bunches"], row["stems"], row["unit"]) == units:
            return int(row["id"])
    raise Refused(f"Inventory item not found: {code}.")


def _named(invoice: StoredRow) -> Row:
    return {"invoiceId": invoice["id"], "invoiceNumber": invoice["number"]}


def _left(call: Call, line_id: int) -> Row:
    """Boxes left on the line, if the request wants to know."""
    if not call.params.flag("returnAvailableBoxes"):
        return {}
    line = call.store.by_id("inventory_lines", line_id)
    return {"availableBoxes": 0 if line is None else line["boxes"]}


@method("invoice.item.delete", "POST B", "C", text_status=True)
def invoice_item_delete(call: Call) -> Answer:
    """Take an item off an invoice; its boxes are back on their line (§1.9)."""
    invoice = _open_invoice(call)
    item = call.store.by_id("invoice_items", call.params.need_integer("invoiceItemId"))
    if item is None or item["invoice_id"] != invoice["id"]:
        raise Refused("Invoice item not found.")
    if item["line_id"] is not None:
        return_stock(call.store, item["line_id"], item["boxes"])
    call.store.run("DELETE FROM invoice_items WHERE id = ?", item["id"])
    call.store.update("invoices", invoice["id"], {"updated_on": call.stamp})
    return Done(_named(invoice) | _left(call, item["line_id"]), "success")
