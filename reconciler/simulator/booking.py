"""Operator actions on prebooks: what a sales rep and a buyer do with them in the web UI."""

from __future__ import annotations

from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.gate import switches_of
from reconciler.simulator.operator import Deed, Result, action
from reconciler.simulator.orders import OrderStatus
from reconciler.simulator.prebook_draws import draws_of, give_back
from reconciler.simulator.prebook_invoicing import invoice_prebook
from reconciler.simulator.prebook_removal import (
    cancel_prebook,
    delete_item,
    delete_prebook,
    is_invoiced,
    purchases_of,
    raise_if_closed,
)
from reconciler.simulator.prebook_supply import purchase
from reconciler.simulator.prebooking import (
    CANCELLED,
    CONFIRMED,
    ItemType,
    find_prebook,
    items_of,
    touch_prebook,
)
from reconciler.simulator.purchasing import LARGEST_BOXES
from reconciler.simulator.store import Column

_ON_ORDER = frozenset({"price"})
"""What of an item can be edited once it is on a purchase order (Komet API §7.1)."""


def _prebook(deed: Deed) -> StoredRow:
    number = deed.params.need_text("prebook")
    found = deed.store.row("SELECT * FROM prebooks WHERE number = ?", number)
    if found is None:
        raise Refused(f"there is no prebook {number!r}")
    return found


def _item(deed: Deed) -> StoredRow:
    key = deed.params.need_integer("item")
    found = deed.store.by_id("prebook_items", key)
    if found is None:
        raise Refused(f"there is no prebook item {key}")
    return found


def _told(deed: Deed, prebook_id: int) -> Result:
    prebook = find_prebook(deed.store, prebook_id)
    return {"prebook": prebook["number"], "prebook_id": prebook_id, "status": prebook["status"]}


@action("confirm-prebook", "prebook")
def confirm(deed: Deed) -> Result:
    """The sales rep confirms a prebook, as a partner's must be (Komet API §8)."""
    prebook = _prebook(deed)
    raise_if_closed(deed.store, prebook)
    if not prebook["checked_out"]:
        raise Refused(f"prebook {prebook['number']} is still in a shop's basket")
    deed.store.update("prebooks", prebook["id"], {"status": CONFIRMED, "updated_on": deed.stamp})
    return _told(deed, prebook["id"])


@action("cancel-prebook", "prebook")
def cancel(deed: Deed) -> Result:
    """A person cancels a prebook; its boxes can be sold again. Not once purchased or invoiced."""
    prebook = _prebook(deed)
    if prebook["status"] == CANCELLED:
        raise Refused(f"prebook {prebook['number']} is cancelled")
    cancel_prebook(deed.store, prebook, deed.stamp)
    return _told(deed, prebook["id"])


@action("delete-prebook", "prebook")
def remove(deed: Deed) -> Result:
    """A person deletes a prebook with its items. Not once purchased or invoiced (§7.6)."""
    prebook = _prebook(deed)
    delete_prebook(deed.store, prebook, deed.stamp, free=False)
    return {"prebook": prebook["number"], "deleted": True}


@action("delete-prebook-item", "item")
def remove_item(deed: Deed) -> Result:
    """A person deletes an item, with its line of a pending purchase order (§5.7)."""
    item = _item(deed)
    delete_item(deed.store, item, deed.stamp, free=False, vanish=False)
    return _told(deed, item["prebook_id"]) | {"item": item["id"], "deleted": True}


@action("purchase-prebook", "prebook item vendor cost")
def buy(deed: Deed) -> Result:
    """Procurement buys the items, or one `item`: one new purchase order for each vendor (§5.6).

    `vendor` and `cost` are set on the items first.
    """
    prebook = _prebook(deed)
    raise_if_closed(deed.store, prebook)
    chosen = deed.params.integer("item")
    for item in items_of(deed.store, prebook["id"]):
        if chosen in (None, item["id"]):
            deed.store.update("prebook_items", item["id"], _source(deed))
    items = [item for item in items_of(deed.store, prebook["id"]) if chosen in (None, item["id"])]
    switches = switches_of(deed.store)
    status = OrderStatus(switches.po_initial_status)
    numbers = purchase(deed.store, switches, prebook, items, status, deed.stamp)
    if not numbers:
        raise Refused(f"prebook {prebook['number']} has nothing to purchase")
    touch_prebook(deed.store, prebook["id"], deed.stamp)
    return _told(deed, prebook["id"]) | {"orders": numbers}


def _source(deed: Deed) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    if deed.params.has("vendor"):
        columns["vendor_id"] = deed.named("vendors", "vendor")
    if deed.params.has("cost"):
        columns["cost"] = _amount(deed, "cost")
    return columns


def _amount(deed: Deed, name: str) -> str | None:
    amount = deed.params.decimal(name, places=2)
    if amount is not None and amount < 0:
        raise Refused(f"{name} cannot be negative")
    return None if amount is None else str(amount)


@action("invoice-prebook", "prebook")
def invoice(deed: Deed) -> Result:
    """The items that are not invoiced yet come on a pending invoice of the truck date."""
    prebook = _prebook(deed)
    if prebook["status"] == CANCELLED or not prebook["checked_out"]:
        raise Refused(f"prebook {prebook['number']} is {prebook['status'].lower()}")
    made = invoice_prebook(deed.store, prebook, deed.stamp)
    return _told(deed, prebook["id"]) | {"invoice": made["number"], "invoice_id": made["id"]}


@action(
    "edit-prebook",
    "prebook carrier truck_date ship_via customer_po comments ship_to location status unable_to_source",
)
def edit(deed: Deed) -> Result:
    """Change what is given of a header; `ship_to` is an id, `ship_via` 0 the warehouse, 1 the grower."""
    prebook, params = _prebook(deed), deed.params
    raise_if_closed(deed.store, prebook)
    columns: dict[str, Column] = {"updated_on": deed.stamp}
    if "carrier" in deed.sent:
        columns["carrier_id"] = deed.named("carriers", "carrier")
    if params.has("truck_date"):
        columns["truck_date"] = params.need_date("truck_date").isoformat()
    for name in ("ship_via", "unable_to_source"):
        if params.has(name):
            columns[name] = int(bool(params.flag(name)))
    if "customer_po" in deed.sent:
        columns["customer_po"] = params.text("customer_po", most=20)
    if "comments" in deed.sent:
        columns["comments"] = params.raw_text("comments")
    if "ship_to" in deed.sent:
        columns["ship_to_id"] = _ship_to(deed, prebook["customer_id"])
    if params.has("location"):
        columns["location_id"] = deed.named("locations", "location")
    if params.has("status"):
        columns["status"] = params.need_text("status", most=50)
    deed.store.update("prebooks", prebook["id"], columns)
    return _told(deed, prebook["id"])


def _ship_to(deed: Deed, customer_id: int) -> int | None:
    key = deed.params.integer("ship_to")
    found = None if key is None else deed.store.by_id("ship_tos", key)
    if key is not None and (found is None or found["customer_id"] != customer_id):
        raise Refused(f"the customer has no ship-to {key}")
    return key


@action(
    "edit-prebook-item",
    "item price cost boxes bunches stems units unit product box_type vendor mark_code notes",
)
def edit_item(deed: Deed) -> Result:
    """Change what is given of an item; once it is on a purchase order its price alone (§7.1).

    Fewer boxes give back what is drawn beyond them; more cannot be had of what is drawn from elsewhere.
    """
    item = _item(deed)
    if is_invoiced(deed.store, item["id"]):
        raise Refused(f"prebook item {item['id']} is invoiced")
    others = sorted(set(deed.sent) - _ON_ORDER - {"item"})
    if others and purchases_of(deed.store, item["id"]):
        raise Refused(f"{others[0]} cannot be changed, prebook item {item['id']} is on a purchase order")
    columns = _item_columns(deed)
    _redraw(deed, item, columns)
    deed.store.update("prebook_items", item["id"], columns)
    touch_prebook(deed.store, item["prebook_id"], deed.stamp)
    return _told(deed, item["prebook_id"]) | {"item": item["id"]}


def _item_columns(deed: Deed) -> dict[str, Column]:
    params, columns = deed.params, _source(deed)
    if "price" in deed.sent:
        columns["price"] = _amount(deed, "price")
    for name in ("boxes", "bunches", "stems", "units"):
        if params.has(name):
            columns[name] = params.need_integer(name)
            if not 0 < int(str(columns[name])) <= LARGEST_BOXES:
                raise Refused(f"{name} must be between 1 and {LARGEST_BOXES}")
    if params.has("unit"):
        columns["unit"] = params.need_text("unit").capitalize()
        if columns["unit"] not in ("Stem", "Bunch"):
            raise Refused("unit must be Stem or Bunch")
    for name, table in (("product", "products"), ("box_type", "box_types")):
        if params.has(name):
            columns[f"{name}_id"] = deed.named(table, name)
    if params.has("product"):
        columns["unknown_product"] = None
    for name in ("mark_code", "notes"):
        if name in deed.sent:
            columns[name] = params.text(name, most=1000)
    return columns


def _redraw(deed: Deed, item: StoredRow, columns: dict[str, Column]) -> None:
    """Keep what the item draws in step with its boxes; what it is cannot change while it draws."""
    draws = draws_of(deed.store, item["id"])
    if not draws or item["item_type"] != ItemType.BOX:
        return
    fixed = sorted({"bunches", "stems", "product_id", "box_type_id"} & set(columns))
    if fixed:
        raise Refused(f"{fixed[0]} cannot be changed, boxes of prebook item {item['id']} are taken")
    boxes, drawn = int(str(columns.get("boxes", item["boxes"]))), sum(draw["boxes"] for draw in draws)
    if boxes > item["boxes"]:
        raise Refused(f"prebook item {item['id']} has taken {drawn} boxes, more are to be ordered as an item")
    give_back(deed.store, item["id"], keep=boxes)
