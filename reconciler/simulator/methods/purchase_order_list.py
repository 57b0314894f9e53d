"""Reading purchase orders: purchase.order.list and purchase.order.va.details.list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from sqlite3 import Row as StoredRow
from typing import Any

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.method import Answer, Call, Listing, Row, method
from reconciler.simulator.orders import (
    STATUS_WORDS,
    OrderStatus,
    amount_text,
    total_cost,
    total_units,
    units_per_box,
)

FUTURE_DAYS = 4
_FROM = (
    "FROM purchase_orders o JOIN vendors v ON v.id = o.vendor_id JOIN locations g ON g.id = o.location_id "
    "LEFT JOIN customers c ON c.id = o.customer_id LEFT JOIN carriers r ON r.id = o.carrier_id"
)
_LINES = f"{_FROM} JOIN po_lines l ON l.po_id = o.id"


@method("purchase.order.list", "GET Q", "CV", text_ids=True)
def purchase_order_list(call: Call) -> Answer:
    """Orders with their lines; one of date, number, awbId, inboundTruckId is required (Komet API §5.3)."""
    where = _conditions(call)
    orders = call.store.rows(
        "SELECT o.*, v.name AS vendor_name, v.port_origin, g.name AS location_name, "
        f"c.name AS customer_name, r.name AS carrier_name {_FROM} WHERE {where.sql} "
        "ORDER BY o.ship_date, o.id",
        *where.values,
    )
    lines = _grouped(
        "po_id",
        call.store.rows(
            "SELECT l.*, p.description, b.code AS box_type, k.number AS prebook, k.truck_date "
            f"{_LINES} JOIN products p ON p.id = l.product_id JOIN box_types b ON b.id = l.box_type_id "
            "LEFT JOIN prebook_items x ON x.id = l.prebook_item_id "
            "LEFT JOIN prebooks k ON k.id = x.prebook_id "
            f"WHERE {where.sql} ORDER BY l.id",
            *where.values,
        ),
    )
    parts = _Parts(call, where)
    rows = [_order(call, order, lines.get(order["id"], []), parts) for order in orders]
    return Listing("purchaseOrders", rows, "Orders")


def _conditions(call: Call) -> Where:
    params = call.params
    where = Where(call.switches)
    day = params.date("date")
    numbers = params.codes("number")
    awb_id = params.integer("awbId")
    truck_id = params.integer("inboundTruckId")
    by_prebook = params.text("prebook", most=10) if call.switches.po_list_by_prebook == "alone" else None
    if day is None and not numbers and awb_id is None and truck_id is None and by_prebook is None:
        raise Refused("date or number is required.")
    where.exact("o.ship_date", None if day is None else day.isoformat())
    where.any_of("o.number", numbers)
    if awb_id is not None:
        where.add("o.id IN (SELECT po_id FROM po_lines WHERE awb_id = ?)", awb_id)
    if truck_id is not None:
        where.add("0")
    _future_window(call, where)
    where.like(params.text("vendor", most=200), "v.name", "v.code")
    _with_line(where, params.text("product", most=200))
    where.exact("o.vendor_id", params.integer("vendorId"))
    where.exact("o.customer_id", params.integer("customerId"))
    where.exact("o.customer_po", params.text("customerPONumber", most=20))
    where.exact("v.port_origin", params.text("origin", most=4))
    where.exact("o.location_id", params.integer("locationId", "locationid"))
    where.any_of("o.status", _statuses(call))
    _line_conditions(call, where)
    if call.vendor_id is not None:
        where.exact("o.vendor_id", call.vendor_id)
        where.add("o.status <> ?", OrderStatus.PENDING)
    return where


def _with_line(where: Where, product: str | None) -> None:
    """Only orders with a line of such a product."""
    inner = Where(where.switches)
    inner.like(product, "p2.description")
    if inner.parts:
        where.add(
            "o.id IN (SELECT l2.po_id FROM po_lines l2 JOIN products p2 ON p2.id = l2.product_id "
            f"WHERE {inner.sql})",
            *inner.values,
        )


def _line_conditions(call: Call, where: Where) -> None:
    """Only orders with a line of such a state, id or prebook."""
    params = call.params
    inner = Where(call.switches)
    inner.exact("l2.status", params.text("statusLine"))
    prebook = params.text("prebook", most=10)
    if prebook is not None:
        inner.add(
            "l2.prebook_item_id IN (SELECT x.id FROM prebook_items x "
            "JOIN prebooks k ON k.id = x.prebook_id WHERE k.number = ?)",
            prebook,
        )
    inner.any_of("CAST(l2.id AS TEXT)", params.codes("purchaseOrderItemIds"))
    if inner.parts:
        where.add(f"o.id IN (SELECT l2.po_id FROM po_lines l2 WHERE {inner.sql})", *inner.values)


def _future_window(call: Call, where: Where) -> None:
    """Orders whose boxes become available inside a window of at most four days: by their ship date."""
    first = call.params.date("futureInventoryAvailableFrom")
    last = call.params.date("futureInventoryAvailableTo")
    if first is not None and last is not None and not 0 <= (last - first).days <= FUTURE_DAYS:
        raise Refused(f"The date range cannot exceed {FUTURE_DAYS} days.")
    if first is not None:
        where.add("o.ship_date >= ?", first.isoformat())
    if last is not None:
        where.add("o.ship_date <= ?", last.isoformat())


def _statuses(call: Call) -> list[str]:
    """The status that is asked for; a word that Komet does not know finds nothing."""
    wanted = call.params.text("status", most=50)
    if wanted is None:
        return []
    words = {word.lower(): str(status) for status, word in STATUS_WORDS.items()}
    if call.switches.po_list_status_form == "codes":
        words |= {str(status).lower(): str(status) for status in STATUS_WORDS}
    return [words.get(wanted.lower(), "-")]


def _grouped(key: str, rows: Iterable[StoredRow]) -> dict[int, list[StoredRow]]:
    found: dict[int, list[StoredRow]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


class _Parts:
    """Boxes and breakdowns of all listed lines, read at once."""

    def __init__(self, call: Call, where: Where) -> None:
        self.boxes = _grouped(
            "line_id",
            call.store.rows(
                f"SELECT x.* {_LINES} JOIN po_boxes x ON x.line_id = l.id WHERE {where.sql} ORDER BY x.id",
                *where.values,
            ),
        )
        self.breakdowns = _grouped(
            "line_id",
            call.store.rows(
                f"SELECT x.*, p.description {_LINES} JOIN po_breakdowns x ON x.line_id = l.id "
                f"JOIN products p ON p.id = x.product_id WHERE {where.sql} ORDER BY x.id",
                *where.values,
            ),
        )


def _order(call: Call, order: StoredRow, lines: list[StoredRow], parts: _Parts) -> Row:
    costs = [_line_cost(line) for line in lines]
    status = OrderStatus(order["status"])
    return {
        "id": order["id"],
        "number": order["number"],
        "status": STATUS_WORDS[status] if call.switches.po_list_status_form == "words" else str(status),
        "shipDate": order["ship_date"],
        "vendorId": order["vendor_id"],
        "vendorName": order["vendor_name"],
        "origin": order["port_origin"],
        "locationId": order["location_id"],
        "locationName": order["location_name"],
        "comments": order["comments"],
        "totalBoxes": sum(line["boxes"] for line in lines),
        "totalCost": amount_text(sum(costs, Decimal(0)), call.switches.commas_in_amounts == "on"),
        "createdOn": order["created_on"],
        "updatedOn": order["updated_on"],
        "details": [_line(call, order, line, cost, parts) for line, cost in zip(lines, costs, strict=True)],
    }


def _line_cost(line: StoredRow) -> Decimal:
    return total_cost(line["boxes"], line["bunches"], line["stems"], line["unit"], Decimal(line["cost"]))


def _line(call: Call, order: StoredRow, line: StoredRow, cost: Decimal, parts: _Parts) -> Row:
    """A line as the list shows it: no price, no hold; the customer not to Vendor tokens (§1.3, §5.3)."""
    shows_customer = call.vendor_id is None
    boxes = parts.boxes.get(line["id"], ())
    breakdowns = parts.breakdowns.get(line["id"], ())
    return {
        "poItemId": line["id"],
        "productId": line["product_id"],
        "productDescription": line["description"],
        "totalBoxes": line["boxes"],
        "boxType": line["box_type"],
        "bunches": line["bunches"],
        "stemsBunch": line["stems"],
        "unitType": line["unit"],
        "units": units_per_box(line["bunches"], line["stems"], line["unit"]),
        "totalUnits": total_units(line["boxes"], line["bunches"], line["stems"], line["unit"]),
        "unitCost": Decimal(line["cost"]),
        "totalCost": cost,
        "customerId": order["customer_id"] if shows_customer else None,
        "customerName": order["customer_name"] if shows_customer else None,
        "carrierId": order["carrier_id"],
        "carrierName": order["carrier_name"],
        "markCode": line["mark_code"],
        "notes": line["notes"],
        "quantityConfirmed": line["confirmed"],
        "lineItemStatus": line["status"],
        "orderType": line["order_type"],
        "prebook": line["prebook"],
        "prebookItemId": line["prebook_item_id"],
        "prebookTruckDate": line["truck_date"],
        "boxes": [_box(line, box) for box in boxes] or None,
        "breakdowns": [_breakdown(part) for part in breakdowns] or None,
    }


def _box(line: StoredRow, box: StoredRow) -> dict[str, Any]:
    return {
        "boxCode": box["code"],
        "lotNumber": line["lot"],
        "position": box["position"],
        "statusId": 2 if box["received"] else 1,
        "statusName": "Received" if box["received"] else "Shipped",
    }


def _breakdown(part: StoredRow) -> dict[str, Any]:
    return {
        "productId": part["product_id"],
        "productDescription": part["description"],
        "bunches": part["bunches"],
        "stemsBunch": part["stems"],
        "cost": Decimal(part["cost"]),
    }


@method("purchase.order.va.details.list", "GET Q", "C")
def purchase_order_va_details_list(call: Call) -> Answer:
    """Vendor availability behind lines, by order numbers or line ids (§5.1)."""
    params = call.params
    numbers, line_ids = params.codes("purchaseOrderNumbers"), params.codes("purchaseOrderItemIds")
    if not numbers and not line_ids:
        raise Refused("purchaseOrderNumbers or purchaseOrderItemIds is required.")
    day = params.date("shipDate")
    where = Where(call.switches)
    where.any_of("o.number", numbers)
    where.any_of("CAST(l.id AS TEXT)", line_ids)
    where.exact("o.ship_date", None if day is None else day.isoformat())
    where.add("l.va_units IS NOT NULL")
    found = call.store.rows(
        "SELECT l.*, o.number, o.ship_date, p.description "
        f"{_LINES} JOIN products p ON p.id = l.product_id WHERE {where.sql} ORDER BY o.id, l.id",
        *where.values,
    )
    orders: list[Row] = []
    for lines in _grouped("po_id", found).values():
        head = lines[0]
        details = [
            {"poItemId": line["id"], "vendorAvailabilityDetails": [_availability(line)]} for line in lines
        ]
        orders.append(
            {"id": head["po_id"], "number": head["number"], "shipDate": head["ship_date"], "details": details}
        )
    return Listing("purchaseOrders", orders, "Orders")


def _availability(line: StoredRow) -> dict[str, Any]:
    return {
        "productDescription": line["description"],
        "availableFrom": line["ship_date"],
        "unitType": line["unit"],
        "unitsAllocated": line["va_units"],
    }
