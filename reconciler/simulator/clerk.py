"""Operator actions on purchase orders: what a clerk clicks, a farm confirms, an airline carries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from reconciler.simulator.errors import Refused
from reconciler.simulator.gate import switches_of
from reconciler.simulator.lookup import by_code
from reconciler.simulator.operator import Deed, Result, action
from reconciler.simulator.orders import LineStatus, OrderStatus, confirmation_status
from reconciler.simulator.purchasing import (
    NewOrder,
    add_order,
    confirm_line,
    delete_line,
    find_awb,
    find_line,
    lines_of,
    settle_status,
    ship_line,
    touch,
)
from reconciler.simulator.store import Column

FUTURE_SALES = "future-sales"
_POSTPONABLE = (LineStatus.PENDING, LineStatus.PARTIAL, LineStatus.CANCELLED)


def _moved(deed: Deed, number: str, columns: dict[str, Column]) -> Result:
    """Change an order's header; the answer is its number and status."""
    found = deed.store.row("SELECT id FROM purchase_orders WHERE number = ?", number)
    assert found is not None
    deed.store.update("purchase_orders", found["id"], columns | {"updated_on": deed.stamp})
    order = deed.store.by_id("purchase_orders", found["id"])
    assert order is not None
    return {"number": order["number"], "status": order["status"], "hold": bool(order["hold"])}


@action("approve", "number")
def approve(deed: Deed) -> Result:
    """Pending Approval becomes Approved (Komet API §5.6)."""
    order = deed.order()
    if order["status"] != OrderStatus.PENDING:
        raise Refused(f"{order['number']} is not pending approval, it is {order['status']}")
    return _moved(deed, order["number"], {"status": OrderStatus.APPROVED})


@action("send", "number")
def send(deed: Deed) -> Result:
    """An approved order is sent to Cargo Master (§5.6)."""
    order = deed.order()
    if order["status"] != OrderStatus.APPROVED:
        raise Refused(f"{order['number']} is not approved, it is {order['status']}")
    return _moved(deed, order["number"], {"status": OrderStatus.SENT})


@action("confirm", "number lines")
def confirm(deed: Deed) -> Result:
    """The farm confirms the whole order, or of it only `lines`: boxes by line id (§5.6)."""
    order = deed.order()
    wanted = deed.sent.get("lines")
    if wanted is not None and not isinstance(wanted, dict):
        raise Refused("lines gives the confirmed boxes by line id")
    own = {line["id"]: line for line in lines_of(deed.store, order["id"])}
    live = {
        key: line
        for key, line in own.items()
        if line["status"] not in (LineStatus.CANCELLED, LineStatus.SHIPPED)
    }
    boxes: dict[Any, Any] = {key: line["boxes"] for key, line in live.items()} if wanted is None else wanted
    if order["status"] == OrderStatus.CANCELLED:
        raise Refused(f"{order['number']} is cancelled")
    for key, count in boxes.items():
        if not str(key).isdecimal() or int(key) not in own or not str(count).isdecimal():
            raise Refused(f"{order['number']} has no line {key} of which {count} boxes could be confirmed")
        confirm_line(deed.store, find_line(deed.store, int(key)), int(count), deed.stamp)
    if wanted is None:
        return _moved(deed, order["number"], {"status": OrderStatus.CONFIRMED})
    return _moved(deed, order["number"], {})


@action("cancel", "number")
def cancel(deed: Deed) -> Result:
    """The order is cancelled with its lines; nothing stands against it (§5.6)."""
    order = deed.order()
    deed.store.run("UPDATE po_lines SET status = ? WHERE po_id = ?", LineStatus.CANCELLED, order["id"])
    return _moved(deed, order["number"], {"status": OrderStatus.CANCELLED})


@action("delete", "number")
def delete(deed: Deed) -> Result:
    """The order disappears, unless a line of it is on an AWB or partly sold (§5.7, A28)."""
    order = deed.order()
    lines = lines_of(deed.store, order["id"])
    if any(line["awb_id"] is not None for line in lines):
        raise Refused(f"{order['number']} cannot be deleted, it is on an AWB")
    if any(line["sold"] for line in lines):
        raise Refused(f"{order['number']} cannot be deleted, boxes of it are sold")
    deed.store.run("DELETE FROM purchase_orders WHERE id = ?", order["id"])
    return {"number": order["number"], "deleted": True}


@action("hold", "number")
def hold(deed: Deed) -> Result:
    """Put the order on hold (A3)."""
    return _moved(deed, deed.order()["number"], {"hold": 1})


@action("release", "number")
def release(deed: Deed) -> Result:
    """Take the hold off (A3)."""
    return _moved(deed, deed.order()["number"], {"hold": 0})


@action("set-customer", "number customer")
def set_customer(deed: Deed) -> Result:
    """Make the order out to `customer` (code or id; `future-sales`; null for none)."""
    order = deed.order()
    customer_id: int | None
    if deed.params.text("customer") == FUTURE_SALES:
        found = by_code(deed.store, "customers", switches_of(deed.store).future_sales_customer)
        if found is None:
            raise Refused("the settings name no Future Sales customer")
        customer_id = int(found["id"])
    else:
        customer_id = deed.named("customers", "customer")
    return _moved(deed, order["number"], {"customer_id": customer_id})


@action("edit-header", "number carrier location comments arrival_date customer_po")
def edit_header(deed: Deed) -> Result:
    """Change what is given of carrier, location, comments, arrival date and customer PO."""
    order = deed.order()
    columns: dict[str, Column] = {}
    if "carrier" in deed.sent:
        columns["carrier_id"] = deed.named("carriers", "carrier")
    if "location" in deed.sent:
        columns["location_id"] = deed.named("locations", "location") or order["location_id"]
    if "comments" in deed.sent:
        columns["comments"] = deed.params.raw_text("comments")
    if "customer_po" in deed.sent:
        columns["customer_po"] = deed.params.text("customer_po", most=20)
    if "arrival_date" in deed.sent:
        day = deed.day("arrival_date")
        columns["arrival_date"] = None if day is None else day.isoformat()
    return _moved(deed, order["number"], columns)


@action(
    "edit-line", "line boxes bunches stems unit cost price product box_type mark_code notes awaiting_checkout"
)
def edit_line(deed: Deed) -> Result:
    """Change what is given of a line that is not shipped; fewer boxes lower the confirmed ones too."""
    line = deed.line()
    if line["status"] in (LineStatus.SHIPPED, LineStatus.CANCELLED):
        raise Refused(f"line {line['id']} cannot be edited, it is {line['status']}")
    columns = _line_columns(deed)
    boxes = int(str(columns.get("boxes", line["boxes"])))
    if boxes < line["sold"]:
        raise Refused(f"{line['sold']} boxes of line {line['id']} are sold already")
    confirmed = min(int(line["confirmed"]), boxes)
    status = confirmation_status(boxes, confirmed)
    deed.store.update("po_lines", line["id"], columns | {"confirmed": confirmed, "status": status})
    touch(deed.store, line["po_id"], deed.stamp)
    return {"line": line["id"], "number": line["number"], "status": status}


def _line_columns(deed: Deed) -> dict[str, Column]:
    params = deed.params
    columns: dict[str, Column] = {}
    for name in ("boxes", "bunches", "stems"):
        if name in deed.sent:
            columns[name] = params.need_integer(name)
            if not 0 < int(str(columns[name])) < 100000:
                raise Refused(f"{name} must be between 1 and 99999")
    for name, places in (("cost", 4), ("price", 3)):
        if name in deed.sent:
            amount = params.decimal(name, places=places)
            columns[name] = None if amount is None else str(amount)
    if columns.get("cost", "") is None:
        columns["cost"] = str(Decimal(0))
    if "unit" in deed.sent:
        columns["unit"] = params.need_text("unit").capitalize()
        if columns["unit"] not in ("Stem", "Bunch"):
            raise Refused("unit must be Stem or Bunch")
    for name, table in (("product", "products"), ("box_type", "box_types")):
        if name in deed.sent:
            columns[f"{name}_id"] = deed.named(table, name)
    for name in ("mark_code", "notes"):
        if name in deed.sent:
            columns[name] = params.text(name)
    if "awaiting_checkout" in deed.sent:
        columns["awaiting_checkout"] = int(bool(params.flag("awaiting_checkout")))
    return columns


@action("cancel-line", "line")
def cancel_line(deed: Deed) -> Result:
    """The vendor cancels a line (§5.6)."""
    line = deed.line()
    if line["status"] == LineStatus.SHIPPED:
        raise Refused(f"line {line['id']} is shipped")
    deed.store.update("po_lines", line["id"], {"status": LineStatus.CANCELLED, "confirmed": 0})
    settle_status(deed.store, line["po_id"], deed.stamp)
    return {"line": line["id"], "number": line["number"], "status": LineStatus.CANCELLED}


@action("delete-line", "line")
def remove_line(deed: Deed) -> Result:
    """Procurement deletes a line, unless it is on an AWB (§5.7)."""
    line = deed.line()
    delete_line(deed.store, line, deed.stamp, free=False, vanish=False)
    return {"line": line["id"], "number": line["number"], "deleted": True}


@action("ship", "number line awb boxes ship_date")
def ship(deed: Deed) -> Result:
    """The vendor puts a line, all of it or some `boxes`, on an AWB; without `line` the whole order (§5.6)."""
    number = deed.params.need_text("awb", most=25)
    boxes = deed.params.integer("boxes")
    if deed.params.has("line"):
        lines = [deed.line()]
    else:
        live = (LineStatus.CANCELLED, LineStatus.SHIPPED)
        own = lines_of(deed.store, deed.order()["id"])
        lines = [find_line(deed.store, each["id"]) for each in own if each["status"] not in live]
    shipped = []
    for line in lines:
        order = deed.store.by_id("purchase_orders", line["po_id"])
        assert order is not None
        day = deed.day("ship_date") or date.fromisoformat(order["ship_date"])
        awb_id = find_awb(deed.store, number, day, line)
        if boxes is not None and not 0 < boxes <= line["boxes"]:
            raise Refused(f"line {line['id']} has {line['boxes']} boxes")
        codes = None if boxes is None else [f"{number}-{line['id']}-{place + 1}" for place in range(boxes)]
        result = ship_line(deed.store, line, awb_id, codes, None, deed.stamp)
        shipped.append({"line": line["id"], "boxes": len(result.codes), "rest": result.rest_id})
    return {"awb": number, "lines": shipped}


@action("postpone", "number ship_date vendor lines")
def postpone(deed: Deed) -> Result:
    """Move lines to another ship date or vendor (§5.7).

    They join that vendor's pending order of the date, or make a new approved one. Only lines that are
    Pending, Partially Confirmed or Cancelled move, all of them or those in `lines`.
    """
    order = deed.order()
    vendor_id = deed.named("vendors", "vendor") or order["vendor_id"]
    day = deed.day("ship_date") or date.fromisoformat(order["ship_date"])
    if vendor_id == order["vendor_id"] and day.isoformat() == order["ship_date"]:
        raise Refused("postpone needs another ship_date or vendor")
    chosen = deed.params.texts("lines")
    moving = [
        line
        for line in lines_of(deed.store, order["id"])
        if line["status"] in _POSTPONABLE and (chosen is None or str(line["id"]) in chosen)
    ]
    if not moving:
        raise Refused(f"{order['number']} has no line that can be postponed")
    target = deed.store.row(
        "SELECT * FROM purchase_orders WHERE vendor_id = ? AND ship_date = ? AND status = ? AND id <> ? "
        "ORDER BY id",
        vendor_id,
        day.isoformat(),
        OrderStatus.PENDING,
        order["id"],
    ) or add_order(
        deed.store,
        NewOrder(
            vendor_id=vendor_id,
            ship_date=day,
            location_id=order["location_id"],
            carrier_id=order["carrier_id"],
            customer_id=order["customer_id"],
            comments=order["comments"],
            status=OrderStatus.APPROVED,
        ),
        deed.stamp,
    )
    for line in moving:
        changes: dict[str, Column] = {"po_id": target["id"], "confirmed": 0, "status": LineStatus.PENDING}
        deed.store.update("po_lines", line["id"], changes)
    touch(deed.store, order["id"], deed.stamp)
    touch(deed.store, target["id"], deed.stamp)
    return {"number": target["number"], "lines": [line["id"] for line in moving]}
