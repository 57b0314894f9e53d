"""Prebooks that become invoices."""

from __future__ import annotations

from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.prebook_draws import draws_of
from reconciler.simulator.prebook_removal import is_invoiced
from reconciler.simulator.prebooking import ItemType, item_units, items_of, touch_prebook
from reconciler.simulator.selling import NewInvoice, add_invoice
from reconciler.simulator.shop import ON_HAND
from reconciler.simulator.store import Column, Store


def invoice_prebook(store: Store, prebook: StoredRow, stamp: str) -> StoredRow:
    """A pending invoice of every item that is on none yet and has something to sell."""
    items = [
        item
        for item in items_of(store, prebook["id"])
        if item_units(item) and not is_invoiced(store, item["id"])
    ]
    if not items:
        raise Refused(f"The prebook {prebook['number']} has nothing to invoice.")
    for item in items:
        if item["product_id"] is None:
            raise Refused(f"The product of the prebook item {item['id']} is unknown.")
    invoice = add_invoice(
        store,
        NewInvoice(
            customer_id=prebook["customer_id"],
            location_id=prebook["location_id"],
            ship_date=prebook["truck_date"],
            carrier_id=prebook["carrier_id"],
            ship_to_id=prebook["ship_to_id"],
            customer_po=prebook["customer_po"],
            ecommerce=bool(prebook["ecommerce"]),
        ),
        stamp,
    )
    for item in items:
        _invoice_item(store, invoice["id"], item)
    touch_prebook(store, prebook["id"], stamp)
    return invoice


def _invoice_item(store: Store, invoice_id: int, item: StoredRow) -> None:
    """An item's boxes on the invoice: what is allocated from stock by its line, which it leaves to the
    invoice, and the rest. Loose units are one box of that many."""
    if item["item_type"] == ItemType.UNITS:
        _add(store, invoice_id, item, {"boxes": 1, "bunches": item["units"], "stems": 1})
        return
    rest = int(item["boxes"])
    for draw in draws_of(store, item["id"]):
        if draw["origin"] != ON_HAND:
            continue
        line = store.by_id("inventory_lines", draw["line_id"])
        awb = None if line is None else line["awb"]
        _add(store, invoice_id, item, {"boxes": draw["boxes"], "line_id": draw["line_id"], "awb": awb})
        store.run("DELETE FROM prebook_draws WHERE id = ?", draw["id"])
        rest -= draw["boxes"]
    if rest:
        _add(store, invoice_id, item, {"boxes": rest})


def _add(store: Store, invoice_id: int, item: StoredRow, columns: dict[str, Column]) -> None:
    names = ("product_id", "vendor_id", "box_type_id", "bunches", "stems", "unit", "mark_code", "notes")
    copied: dict[str, Column] = {name: item[name] for name in names}
    own: dict[str, Column] = {
        "invoice_id": invoice_id,
        "prebook_item_id": item["id"],
        "price": item["price"] or "0",
    }
    store.insert("invoice_items", copied | own | columns)
