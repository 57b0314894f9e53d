"""Operator actions on stock: what a person does in Inventory Summary and at the dock."""

from __future__ import annotations

from decimal import Decimal

from reconciler.simulator.errors import Refused
from reconciler.simulator.gate import switches_of
from reconciler.simulator.operator import Deed, Result, action
from reconciler.simulator.purchasing import find_order
from reconciler.simulator.receiving import receive_line, shipped_lines
from reconciler.simulator.shop import COMPANY, MOST_DAYS, SHOP_NAMES
from reconciler.simulator.stock import TYPES, NewStock, add_boxes, add_stock, split_stock
from reconciler.simulator.store import Column

_MOST = 99999
_FLAGS = ("hide_on_hand", "future_if_none", "vendor_visible")


@action("stock-customer", "line customer")
def stock_customer(deed: Deed) -> Result:
    """Put a customer (code or id) on an on-hand line, change it, or clear it with null (A7)."""
    line = deed.stock()
    if "customer" not in deed.sent:
        raise Refused("customer is required; null takes the customer off")
    customer_id = deed.named("customers", "customer")
    deed.store.update("inventory_lines", line["id"], {"customer_id": customer_id})
    return {"line": line["id"], "customer_id": customer_id}


@action("stock-split", "line boxes customer")
def stock_split(deed: Deed) -> Result:
    """Make a line of its own of some boxes, for `customer` if one is given (A12)."""
    line = deed.stock()
    new_id = split_stock(deed.store, line, deed.params.need_integer("boxes"))
    if "customer" in deed.sent:
        deed.store.update("inventory_lines", new_id, {"customer_id": deed.named("customers", "customer")})
    return {"line": line["id"], "new_line": new_id}


@action("stock-hold", "line")
def stock_hold(deed: Deed) -> Result:
    """Hold a line back from sale (A34)."""
    line = deed.stock()
    deed.store.update("inventory_lines", line["id"], {"held": 1})
    return {"line": line["id"], "held": True}


@action("stock-release", "line")
def stock_release(deed: Deed) -> Result:
    """Offer a held line again (A34)."""
    line = deed.stock()
    deed.store.update("inventory_lines", line["id"], {"held": 0})
    return {"line": line["id"], "held": False}


@action("stock-lower", "line boxes")
def stock_lower(deed: Deed) -> Result:
    """Take boxes off a line: broken, counted wrongly, given away."""
    line, boxes = deed.stock(), deed.params.need_integer("boxes")
    if boxes < 1:
        raise Refused("boxes is how many go, at least 1")
    add_boxes(deed.store, line, -boxes)
    return {"line": line["id"], "boxes": line["boxes"] - boxes}


@action("stock-delete", "line")
def stock_delete(deed: Deed) -> Result:
    """Take a line away with all its boxes."""
    line = deed.stock()
    add_boxes(deed.store, line, -line["boxes"])
    return {"line": line["id"], "deleted": True}


@action("stock-prices", "line cost price_a price_b fob")
def stock_prices(deed: Deed) -> Result:
    """Set what is given of cost, prices A and B and the FOB price of a line; null clears a price."""
    line = deed.stock()
    columns: dict[str, Column] = {}
    for name in ("cost", "price_a", "price_b", "fob"):
        if name in deed.sent:
            amount = _amount(deed, name)
            columns[name] = None if amount is None else str(amount)
    if columns.get("cost", "") is None:
        raise Refused("a line has a cost")
    deed.store.update("inventory_lines", line["id"], columns)
    return {"line": line["id"]}


def _amount(deed: Deed, name: str) -> Decimal | None:
    amount = deed.params.decimal(name, places=3)
    if amount is not None and amount < 0:
        raise Refused(f"{name} cannot be negative")
    return amount


@action("stock-confirm", "line")
def stock_confirm(deed: Deed) -> Result:
    """Confirm a line out of the staging area into the inventory; its age counts from today."""
    line = deed.stock()
    if not line["staging"]:
        raise Refused(f"line {line['id']} is not in the staging area")
    today = deed.clock.now().date().isoformat()
    deed.store.update("inventory_lines", line["id"], {"staging": 0, "inventory_date": today})
    return {"line": line["id"], "staging": False}


@action(
    "stock-add",
    "location product vendor box_type boxes bunches stems unit cost price_a price_b customer reference awb "
    "type inventory_date",
)
def stock_add(deed: Deed) -> Result:
    """New stock arrives by hand; codes or ids, unit Stem or Bunch, type M unless given."""
    params = deed.params
    cost = _amount(deed, "cost")
    day = deed.day("inventory_date") or deed.clock.now().date()
    kind = params.text("type") or "M"
    if kind not in TYPES:
        raise Refused(f"type is one of {', '.join(TYPES)}")
    unit = (params.text("unit") or "Stem").capitalize()
    if unit not in ("Stem", "Bunch") or cost is None:
        raise Refused("unit is Stem or Bunch, and cost is required")
    counts = {name: params.need_integer(name) for name in ("boxes", "bunches", "stems")}
    if not all(0 < count <= _MOST for count in counts.values()):
        raise Refused(f"boxes, bunches and stems must be between 1 and {_MOST}")
    stock = NewStock(
        location_id=_needed(deed, "locations", "location"),
        product_id=_needed(deed, "products", "product"),
        vendor_id=_needed(deed, "vendors", "vendor"),
        box_type_id=_needed(deed, "box_types", "box_type"),
        boxes=counts["boxes"],
        bunches=counts["bunches"],
        stems=counts["stems"],
        unit=unit,
        cost=cost,
        price_a=_amount(deed, "price_a"),
        price_b=_amount(deed, "price_b"),
        customer_id=deed.named("customers", "customer"),
        reference=params.text("reference", most=20),
        awb=params.text("awb", most=20),
        ship_date=day.isoformat(),
        arrival_date=day.isoformat(),
        inventory_date=day.isoformat(),
    )
    line_id = add_stock(deed.store, stock)
    deed.store.update("inventory_lines", line_id, {"type": kind})
    return {"line": line_id}


def _needed(deed: Deed, table: str, name: str) -> int:
    found = deed.named(table, name)
    if found is None:
        raise Refused(f"{name} is required")
    return found


@action("receive", "awb number")
def receive(deed: Deed) -> Result:
    """The warehouse scans every box of an AWB, or of an order's AWBs: unsold boxes are stock from now on."""
    number = deed.params.text("number")
    if number is not None:
        order = find_order(deed.store, number)
        lines = shipped_lines(deed.store, order_id=order["id"])
        if not lines:
            raise Refused(f"{number} has no shipped boxes that are not in stock yet")
    else:
        awb = deed.params.need_text("awb", most=25)
        if not deed.store.rows("SELECT 1 FROM awbs WHERE number = ?", awb):
            raise Refused(f"there is no AWB {awb!r}")
        deed.store.run("UPDATE awbs SET is_open = 0 WHERE number = ?", awb)
        lines = shipped_lines(deed.store, awb=awb)
    switches, today = switches_of(deed.store), deed.clock.now().date()
    added = [receive_line(deed.store, line, switches, today) for line in lines]
    return {"received": True, "lines": [line_id for line_id in added if line_id is not None]}


@action("shop", "customer " + " ".join(SHOP_NAMES))
def shop(deed: Deed) -> Result:
    """Set what is given of the shop settings of a customer, or of all (no customer); null clears (§6.4)."""
    customer_id = deed.named("customers", "customer") or COMPANY
    columns: dict[str, Column] = {name: _setting(deed, name) for name in SHOP_NAMES if name in deed.sent}
    found = deed.store.row("SELECT * FROM shop_settings WHERE customer_id = ?", customer_id)
    kept: dict[str, Column] = {name: None if found is None else found[name] for name in SHOP_NAMES}
    deed.store.run("DELETE FROM shop_settings WHERE customer_id = ?", customer_id)
    deed.store.insert("shop_settings", {"customer_id": customer_id, **kept, **columns})
    return {"customer_id": customer_id or None, **kept, **columns}


def _setting(deed: Deed, name: str) -> Column:
    if name in _FLAGS:
        flag = deed.params.flag(name)
        return None if flag is None else int(flag)
    days = deed.params.integer(name)
    if days is not None and not 0 <= days <= MOST_DAYS:
        raise Refused(f"{name} is a number of days up to {MOST_DAYS}")
    return days
