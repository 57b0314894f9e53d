"""The items of a partner's purchase: web-order-item.add and web-order-item.delete."""

from __future__ import annotations

from collections.abc import Iterator
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.method import Answer, Call, Done, TokenType, method
from reconciler.simulator.methods.customers import own_customer
from reconciler.simulator.methods.ecommerce import wanted_lines
from reconciler.simulator.methods.invoice_writes import find_ship_to, price_of
from reconciler.simulator.prebook_removal import delete_item
from reconciler.simulator.prebook_supply import book_future
from reconciler.simulator.prebooking import DRAFT, NewPrebook, add_prebook, items_of
from reconciler.simulator.selling import (
    Delivery,
    Terms,
    find_buyer,
    raise_if_not_offered,
    return_stock,
    take_stock,
)
from reconciler.simulator.shop import ON_HAND

PENDING, CHECKED_OUT = 1, 2
"""States of a web order."""


def find_web_buyer(call: Call) -> StoredRow:
    """The customer of the call: a Customer token's own, a User token's one of its user's (A37)."""
    wanted = call.params.need_integer("customerId")
    customer_id = own_customer(call, wanted)
    customer = None if customer_id is None else call.store.by_id("customers", customer_id)
    if call.token.type is TokenType.USER:
        user = call.store.by_id("users", call.token.party or 0)
        codes = str(user["customers"]).split() if user is not None else []
        customer = customer if customer is not None and customer["code"] in codes else None
    if customer is None:
        raise Refused(f"Customer not found: {wanted}.")
    return find_buyer(call.store, customer["id"])


def _location_id(call: Call) -> int:
    key = call.params.integer("companyLocationId")
    if key is None and call.switches.multi_location == "on":
        raise Refused("companyLocationId is required.")
    found = (
        call.store.row("SELECT * FROM locations ORDER BY id")
        if key is None
        else call.store.by_id("locations", key)
    )
    if found is None:
        raise Refused(f"Location not found: {key}.")
    return int(found["id"])


def new_order(call: Call, customer_id: int) -> int:
    """A new empty web order; its id."""
    return call.store.insert(
        "web_orders",
        {
            "customer_id": customer_id,
            "location_id": _location_id(call),
            "status": PENDING,
            "created_on": call.stamp,
        },
    )


def pending_order(call: Call, customer_id: int, key: int) -> StoredRow:
    """The customer's web order with that id, as long as it is not checked out."""
    order = call.store.by_id("web_orders", key)
    if order is None or order["customer_id"] != customer_id:
        raise Refused(f"Web order not found: {key}.")
    if order["status"] != PENDING:
        raise Refused(f"The Web Order {key} was already checked out.")
    return order


@method("web-order-item.add", "POST H", "KU", account=True, text_status=True, text_ids=True)
def web_order_item_add(call: Call) -> Answer:
    """Put boxes of a shop row into a web order, the pending one unless webOrderId names one (§8).

    The boxes are taken at once: from the lines in the order in which they are named.
    """
    params = call.params
    customer = find_web_buyer(call)
    origin, ids = wanted_lines(call, "inventoryIds", "inventoryOrigin")
    day, boxes, price = params.need_date("date"), params.need_integer("quantity"), price_of(call)
    carrier_id = params.need_integer("carrierId")
    if call.store.by_id("carriers", carrier_id) is None:
        raise Refused(f"Carrier not found: {carrier_id}.")
    delivery = Delivery(day.isoformat(), carrier_id, find_ship_to(call, customer["id"]))
    terms = Terms(price, params.text("markCode", most=20))
    raise_if_not_offered(call.store, call.switches, customer["id"], origin, ids, (call.now.date(), day))
    order_id = _order_for(call, customer["id"])
    items = [
        _add_item(call, (order_id, customer["id"], origin), line_id, count, terms, delivery)
        for line_id, count in _shares(call, origin, ids, boxes)
    ]
    return Done({"webOrderId": order_id, "webOrderItemId": items[0]}, "Item successfully added to the order")


def _order_for(call: Call, customer_id: int) -> int:
    key = call.params.integer("webOrderId")
    if key is not None:
        return int(pending_order(call, customer_id, key)["id"])
    found = call.store.row(
        "SELECT id FROM web_orders WHERE customer_id = ? AND status = ? ORDER BY id", customer_id, PENDING
    )
    return new_order(call, customer_id) if found is None else int(found["id"])


def _shares(call: Call, origin: int, ids: tuple[int, ...], boxes: int) -> Iterator[tuple[int, int]]:
    """How many boxes come from which line; all of them from the last one if they do not suffice."""
    for place, line_id in enumerate(ids):
        left = _boxes_left(call, origin, line_id)
        last = place == len(ids) - 1
        share = boxes if last else min(boxes, left)
        if share > 0 or last:
            yield line_id, share
        boxes -= share
        if boxes <= 0:
            return


def _boxes_left(call: Call, origin: int, line_id: int) -> int:
    if origin == ON_HAND:
        line = call.store.by_id("inventory_lines", line_id)
        return 0 if line is None else int(line["boxes"])
    line = call.store.by_id("po_lines", line_id)
    return 0 if line is None else int(line["confirmed"] - line["sold"] - line["received"])


def _add_item(
    call: Call, place: tuple[int, int, int], line_id: int, boxes: int, terms: Terms, delivery: Delivery
) -> int:
    """One line's boxes in a web order; `place` is the order, the customer, the origin."""
    order_id, customer_id, origin = place
    if origin == ON_HAND:
        take_stock(call.store, call.switches, line_id, customer_id, boxes)
    item_id = call.store.insert(
        "web_order_items",
        {
            "web_order_id": order_id,
            "origin": origin,
            "line_id": line_id,
            "boxes": boxes,
            "price": str(terms.price),
            "carrier_id": delivery.carrier_id,
            "date": delivery.date,
            "ship_to_id": delivery.ship_to_id,
            "mark_code": terms.mark_code,
        },
    )
    if origin != ON_HAND:
        book_future(
            call.store,
            call.switches,
            _draft(call, order_id, customer_id, delivery),
            line_id,
            boxes,
            terms,
            call.stamp,
            item_id,
        )
    return item_id


def _draft(call: Call, order_id: int, customer_id: int, delivery: Delivery) -> StoredRow:
    """The draft prebook of the web order for that delivery: future boxes stay in it until checkout (§6.1)."""
    order = call.store.by_id("web_orders", order_id)
    assert order is not None
    return call.store.row(
        "SELECT * FROM prebooks WHERE web_order_id = ? AND truck_date = ? AND carrier_id IS ? "
        "AND ship_to_id IS ? ORDER BY id",
        order_id,
        delivery.date,
        delivery.carrier_id,
        delivery.ship_to_id,
    ) or add_prebook(
        call.store,
        NewPrebook(
            customer_id=customer_id,
            location_id=order["location_id"],
            carrier_id=delivery.carrier_id,
            truck_date=delivery.date,
            status=DRAFT,
            ship_to_id=delivery.ship_to_id,
            ecommerce=1,
            checked_out=0,
            web_order_id=order_id,
        ),
        call.stamp,
    )


@method("web-order-item.delete", "POST H", "KU", account=True, text_status=True, text_ids=True)
def web_order_item_delete(call: Call) -> Answer:
    """Take an item out of a pending web order; its boxes can be bought again (§1.3)."""
    customer = find_web_buyer(call)
    key = call.params.need_integer("webOrderItemId")
    item = call.store.by_id("web_order_items", key)
    if item is None:
        raise Refused(f"Web order item not found: {key}.")
    order = pending_order(call, customer["id"], item["web_order_id"])
    give_back(call, item)
    return Done({"webOrderId": order["id"]}, "The Web Order item was successfully deleted.")


def give_back(call: Call, item: StoredRow) -> None:
    """Take an item out of its web order; its boxes can be bought again."""
    if item["origin"] == ON_HAND:
        return_stock(call.store, item["line_id"], item["boxes"])
    else:
        _drop_from_draft(call, item["id"])
    call.store.run("DELETE FROM web_order_items WHERE id = ?", item["id"])


def _drop_from_draft(call: Call, web_order_item_id: int) -> None:
    """Take an item out of its draft prebook; an empty draft goes."""
    item = call.store.row("SELECT * FROM prebook_items WHERE web_order_item_id = ?", web_order_item_id)
    if item is None:
        return
    delete_item(call.store, item, call.stamp, free=True, vanish=False)
    if not items_of(call.store, item["prebook_id"]):
        call.store.run("DELETE FROM prebooks WHERE id = ?", item["prebook_id"])
