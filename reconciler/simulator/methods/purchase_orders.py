"""Writing purchase orders: create, mixed.create, item.confirm, item.price.update, item.delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.lookup import (
    Unmapped,
    comments_of,
    find_carrier,
    find_location,
    find_party,
    find_product,
    find_vendor,
)
from reconciler.simulator.method import Answer, Call, Done, Row, method
from reconciler.simulator.orders import LineStatus, OrderStatus
from reconciler.simulator.prebook_supply import purchase_line
from reconciler.simulator.purchasing import (
    NewBreakdown,
    NewLine,
    NewOrder,
    add_line,
    add_order,
    confirm_line,
    delete_line,
    find_line,
    find_order,
    new_temporary_awb,
    settle_status,
    ship_line,
    touch,
)
from reconciler.simulator.quantities import amount_of, count_of, need_amount, unit_of
from reconciler.simulator.requests import Params

LINE_FIELDS = frozenset(
    (
        "prebookItemId",
        "productId",
        "productCode",
        "productDescription",
        "boxTypeId",
        "boxTypeCode",
        "boxes",
        "bunches",
        "stemsBunch",
        "unitType",
        "cost",
        "price",
        "markCode",
        "notes",
        "identifier",
        "breakdowns",
    )
)
ReadLine = Callable[[Call, Params, int], NewLine]


@method("purchase.order.create", "POST B", "CV")
def purchase_order_create(call: Call) -> Answer:
    """A new order, always, unless purchaseOrderNumber names one to append to (Komet API §5.2, A1, A22)."""
    return _create(call, _read_line)


@method("purchase.order.mixed.create", "POST B", "CV", text_status=True)
def purchase_order_mixed_create(call: Call) -> Answer:
    """The same for assorted boxes: every line needs breakdowns (§5.2)."""
    return _create(call, _read_mixed_line)


def _create(call: Call, read_line: ReadLine) -> Answer:
    items = call.params.need_objects("purchaseOrderItems")
    vendor = find_vendor(call)
    ship_date = call.params.need_date("shipDate")
    number = call.params.raw_text("purchaseOrderNumber")
    order = _append_to(call, vendor, ship_date, number) if number else _new_order(call, vendor, ship_date)
    rows = [row for item in items if (row := _line_result(call, order, item, read_line)) is not None]
    failed = [row for row in rows if row["status"] == 0]
    if failed and call.switches.partial_success == "refuse":
        raise Refused(failed[0]["message"])
    settle_status(call.store, order["id"], call.stamp)
    return Done({"purchaseOrderId": order["id"], "purchaseOrderNumber": order["number"], "items": rows})


def _append_to(call: Call, vendor: StoredRow, ship_date: date, number: str) -> StoredRow:
    """The order to append to; what the request says of its header must fit it."""
    order = find_order(call.store, number)
    if order["status"] == OrderStatus.CANCELLED:
        raise Refused(f"The purchase order {number} is cancelled.")
    if order["vendor_id"] != vendor["id"]:
        raise Refused(f"The purchase order {number} belongs to another vendor.")
    if order["ship_date"] != ship_date.isoformat():
        raise Refused(f"The purchase order {number} ships on another date.")
    customer = find_party(call.store, call.params, "customers", "Customer", "customer")
    if customer is not None and customer["id"] != order["customer_id"] and _takes_customer(call):
        raise Refused(f"The purchase order {number} belongs to another customer.")
    return order


def _takes_customer(call: Call) -> bool:
    return call.switches.po_create_customer == "accepted"


def _new_order(call: Call, vendor: StoredRow, ship_date: date) -> StoredRow:
    carrier = find_carrier(call)
    customer = find_party(call.store, call.params, "customers", "Customer", "customer")
    if customer is not None and not customer["active"]:
        raise Refused(f"The customer {customer['name']} is not active.")
    order = NewOrder(
        vendor_id=vendor["id"],
        ship_date=ship_date,
        location_id=find_location(call)["id"],
        carrier_id=None if carrier is None else carrier["id"],
        customer_id=customer["id"] if customer is not None and _takes_customer(call) else None,
        comments=comments_of(call),
        status=_initial_status(call),
    )
    return add_order(call.store, order, call.stamp)


def _initial_status(call: Call) -> OrderStatus:
    """Vendor-made orders are confirmed at once, others follow the company's workflow (§5.2, A2)."""
    if call.vendor_id is not None:
        return OrderStatus.CONFIRMED
    return OrderStatus(call.switches.po_initial_status)


def _line_result(call: Call, order: StoredRow, item: Params, read_line: ReadLine) -> Row | None:
    """The line's part of the answer; None for a line that is left out silently (A23)."""
    result: Row = {}
    try:
        result["identifier"] = item.text("identifier", most=30)
        line = read_line(call, item, order["vendor_id"])
    except Unmapped as unmapped:
        if call.switches.skip_unmapped == "silent":
            return None
        return result | {"status": 0, "message": str(unmapped)}
    except Refused as refusal:
        return result | {"status": 0, "message": str(refusal)}
    line_id = add_line(
        call.store, order["id"], line, order["status"] == OrderStatus.CONFIRMED and _speaks(call)
    )
    _ship_at_once(call, order, line_id)
    return result | {"status": 1, "message": "OK", "poItemId": line_id}


def _speaks(call: Call) -> bool:
    """Whether new lines of a confirmed order are confirmed by whoever adds them."""
    return call.vendor_id is not None or call.switches.po_initial_status == OrderStatus.CONFIRMED


def _ship_at_once(call: Call, order: StoredRow, line_id: int) -> None:
    """With temporary AWBs a line is on one from the start (§5.2)."""
    vendor = call.store.by_id("vendors", order["vendor_id"])
    if call.switches.temporary_awb == "on" or (vendor is not None and vendor["temporary_awb"]):
        line = find_line(call.store, line_id)
        awb_id = new_temporary_awb(call.store, date.fromisoformat(order["ship_date"]), line)
        ship_line(call.store, line, awb_id, None, None, call.stamp)


def _read_line(call: Call, item: Params, vendor_id: int) -> NewLine:
    """One line in the vocabulary of A1."""
    unknown = sorted(set(item.names()) - LINE_FIELDS)
    if unknown and call.switches.po_line_unknown_fields == "refuse":
        raise Refused(f"Unknown field: {unknown[0]}.")
    if item.integer("prebookItemId") is not None:
        return _prebook_line(call, item, vendor_id)
    product_id = find_product(call, item, vendor_id)
    box_type = find_party(call.store, item, "box_types", "Boxtype", "boxType")
    if box_type is None:
        raise Refused("boxTypeId or boxTypeCode is required.")
    breakdowns = _breakdowns(call, item, vendor_id)
    stems = item.integer("stemsBunch")
    return NewLine(
        product_id=product_id,
        box_type_id=box_type["id"],
        boxes=count_of(item, "boxes"),
        bunches=count_of(item, "bunches"),
        stems=0 if stems is None and breakdowns else count_of(item, "stemsBunch"),
        unit=unit_of(item),
        cost=need_amount(item, "cost", 4),
        price=_price(call, item),
        mark_code=item.text("markCode", most=50),
        notes=item.text("notes", most=1000),
        breakdowns=breakdowns,
    )


def _prebook_line(call: Call, item: Params, vendor_id: int) -> NewLine:
    """A line that is bought for a prebook item, as that item says; a cost that is sent wins (§5.2)."""
    key = item.need_integer("prebookItemId")
    found = call.store.by_id("prebook_items", key)
    if found is None or found["vendor_id"] not in (None, vendor_id):
        raise Refused(f"Prebook item not found: {key}.")
    cost = amount_of(item, "cost", 4)
    return purchase_line(call.store, found, vendor_id, cost)


def _read_mixed_line(call: Call, item: Params, vendor_id: int) -> NewLine:
    """A line of an assorted box."""
    item.need_objects("breakdowns")
    return _read_line(call, item, vendor_id)


def _breakdowns(call: Call, item: Params, vendor_id: int) -> list[NewBreakdown]:
    """The products of an assorted box; unmapped ones are left out silently (§5.2)."""
    found = []
    for part in item.objects("breakdowns") or []:
        try:
            product_id = find_product(call, part, vendor_id)
        except Unmapped:
            if call.switches.skip_unmapped == "silent":
                continue
            raise
        found.append(
            NewBreakdown(
                product_id=product_id,
                bunches=count_of(part, "bunches"),
                stems=count_of(part, "stemsBunch"),
                cost=need_amount(part, "cost", 4),
                price=_price(call, part),
            )
        )
    return found


def _price(call: Call, item: Params) -> Decimal | None:
    """The selling price; a Vendor token's is ignored (§1.3)."""
    item.decimal("price", places=3)
    return None if call.vendor_id is not None else amount_of(item, "price", 3)


@method("purchase.order.item.confirm", "POST B", "C", text_status=True)
def purchase_order_item_confirm(call: Call) -> Answer:
    """Confirm boxes of a line, an absolute number; allowed on Pending Approval by the switch (§5.4, A24)."""
    line = find_line(call.store, call.params.need_integer("poItemId"))
    boxes = call.params.need_integer("quantityConfirmed")
    if line["awaiting_checkout"]:
        raise Refused("The customer has not checked out yet. Please try again in 60 minutes.")
    if line["order_status"] == OrderStatus.PENDING and call.switches.po_confirm_from_pa == "refuse":
        raise Refused(f"The purchase order {line['number']} is pending approval.")
    confirm_line(call.store, line, boxes, call.stamp)
    return Done(message="The purchase order item was successfully confirmed.")


@method("purchase.order.item.price.update", "POST B", "C")
def purchase_order_item_price_update(call: Call) -> Answer:
    """Set the unit selling price of a live line (§5.4, A25)."""
    line = find_line(call.store, call.params.need_integer("purchaseOrderItemId"))
    price = need_amount(call.params, "price", 3)
    if line["status"] == LineStatus.CANCELLED or line["order_status"] == OrderStatus.CANCELLED:
        raise Refused(f"The purchase order item {line['id']} is cancelled.")
    call.store.update("po_lines", line["id"], {"price": str(price)})
    touch(call.store, line["po_id"], call.stamp)
    return Done(message="success")


@method("purchase.order.item.delete", "POST B", "CV", text_status=True)
def purchase_order_item_delete(call: Call) -> Answer:
    """Delete a line; a Vendor token only its own vendor's; not once on an AWB (§5.4, A36, A26)."""
    line = find_line(call.store, call.params.need_integer("poItemId"))
    if call.vendor_id is not None and call.vendor_id != line["vendor_id"]:
        raise Refused(f"Permission denied: the item {line['id']} belongs to another vendor than this token.")
    free = call.switches.delete_rules == "free"
    delete_line(call.store, line, call.stamp, free=free, vanish=call.switches.po_emptied == "vanish")
    return Done(message="The purchase order item was successfully deleted. ")
