"""A partner's purchase: web-order.create, .delete, .checkout, web-order-details.list."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.method import Answer, Call, Done, Listing, Row, method
from reconciler.simulator.methods.web_order_items import (
    CHECKED_OUT,
    PENDING,
    find_web_buyer,
    give_back,
    new_order,
    pending_order,
)
from reconciler.simulator.orders import total_units
from reconciler.simulator.prebooking import statuses_of
from reconciler.simulator.selling import NewInvoice, Terms, add_invoice, add_invoice_item
from reconciler.simulator.shop import ON_HAND


@method("web-order.create", "POST H", "KU", account=True, text_status=True, text_ids=True)
def web_order_create(call: Call) -> Answer:
    """An empty web order (Komet API §8)."""
    customer = find_web_buyer(call)
    if str(call.params.need_integer("companyId")) != call.store.setting("company_id", ""):
        raise Refused("companyId is not valid.")
    return Done({"webOrderId": new_order(call, customer["id"])}, "Web order was successfully created.")


@method("web-order.delete", "POST H", "KU", account=True, text_status=True, text_ids=True)
def web_order_delete(call: Call) -> Answer:
    """Cancel a pending web order; its boxes can be bought again (§1.3)."""
    customer = find_web_buyer(call)
    order = pending_order(call, customer["id"], call.params.need_integer("webOrderId"))
    for item in _items(call, order["id"]):
        give_back(call, item)
    call.store.run("DELETE FROM web_orders WHERE id = ?", order["id"])
    return Done({"webOrderId": order["id"]}, "The Web Order was successfully canceled.")


def _items(call: Call, order_id: int) -> list[StoredRow]:
    return call.store.rows("SELECT * FROM web_order_items WHERE web_order_id = ? ORDER BY id", order_id)


@method("web-order.checkout", "POST H", "KU", account=True, text_status=True, text_ids=True)
def web_order_checkout(call: Call) -> Answer:
    """On-hand items become pending invoices, one per date and carrier, future ones prebooks (§8, Q21)."""
    customer = find_web_buyer(call)
    order = pending_order(call, customer["id"], call.params.need_integer("webOrderId"))
    customer_po = call.params.text("customerPo", most=50)
    items = _items(call, order["id"])
    if not items:
        raise Refused(f"The Web Order {order['id']} has no items.")
    on_hand = sorted((item for item in items if item["origin"] == ON_HAND), key=_travel)
    for travel, group in groupby(on_hand, key=_travel):
        _invoice(call, order, customer_po, travel, list(group))
    call.store.run(
        "UPDATE prebooks SET checked_out = 1, status = ?, customer_po = ?, updated_on = ? "
        "WHERE web_order_id = ?",
        statuses_of(call.store)[0],
        customer_po,
        call.stamp,
        order["id"],
    )
    call.store.update("web_orders", order["id"], {"status": CHECKED_OUT, "customer_po": customer_po})
    return Done({"webOrderId": order["id"]}, "The Web Order was successfully checked out.")


def _travel(item: StoredRow) -> tuple[str, int, int]:
    return str(item["date"]), int(item["carrier_id"] or 0), int(item["ship_to_id"] or 0)


def _invoice(
    call: Call,
    order: StoredRow,
    customer_po: str | None,
    travel: tuple[str, int, int],
    items: list[StoredRow],
) -> None:
    day, carrier_id, ship_to_id = travel
    invoice = add_invoice(
        call.store,
        NewInvoice(
            customer_id=order["customer_id"],
            location_id=order["location_id"],
            ship_date=day,
            carrier_id=carrier_id or None,
            ship_to_id=ship_to_id or None,
            customer_po=customer_po,
            ecommerce=True,
        ),
        call.stamp,
    )
    for item in items:
        line = call.store.by_id("inventory_lines", item["line_id"])
        assert line is not None
        terms = Terms(Decimal(item["price"]), item["mark_code"])
        add_invoice_item(call.store, invoice["id"], line, item["boxes"], terms, call.stamp)


@method("web-order-details.list", "GET H", "KU", account=True)
def web_order_details_list(call: Call) -> Answer:
    """One web order with its items; only a pending one unless statusId says otherwise (§1.3)."""
    customer = find_web_buyer(call)
    order = call.store.by_id("web_orders", call.params.need_integer("webOrderId"))
    wanted = call.params.integer("statusId") or PENDING
    if order is None or order["customer_id"] != customer["id"] or order["status"] != wanted:
        return Listing("webOrders", [], "Web orders")
    items = [_item(call, item) for item in _items(call, order["id"])]
    total = sum((item["subtotal"] for item in items), Decimal(0))
    shown = {
        "id": order["id"],
        "number": order["id"],
        "statusId": order["status"],
        "companyLocationId": order["location_id"],
        "customerId": order["customer_id"],
        "subtotal": total,
        "additionalCharges": Decimal(0),
        "total": total,
        "items": items,
    }
    return Listing("webOrders", [shown], "Web orders")


def _item(call: Call, item: StoredRow) -> Row:
    table = "inventory_lines" if item["origin"] == ON_HAND else "po_lines"
    line = call.store.row(
        f"SELECT l.*, p.description FROM {table} l JOIN products p ON p.id = l.product_id WHERE l.id = ?",
        item["line_id"],
    )
    price = Decimal(item["price"])
    units = 0 if line is None else total_units(item["boxes"], line["bunches"], line["stems"], line["unit"])
    return {
        "webOrderItemId": item["id"],
        "inventoryOrigin": item["origin"],
        "productId": None if line is None else line["product_id"],
        "productDescription": None if line is None else line["description"],
        "quantity": item["boxes"],
        "totalUnits": units,
        "unitPrice": price,
        "subtotal": (price * units).quantize(Decimal("0.01")),
        "carrierId": item["carrier_id"],
        "date": item["date"],
        "markCode": item["mark_code"],
    }
