"""Shipping ordered lines: purchase.order.item.awb.add, purchase.order.items.awb.add, awb.list."""

from __future__ import annotations

from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.method import Answer, Call, Done, Listing, Row, method
from reconciler.simulator.purchasing import Shipped, find_awb, find_line, ship_line
from reconciler.simulator.requests import Params


@method("purchase.order.item.awb.add", "POST B", "CV")
def purchase_order_item_awb_add(call: Call) -> Answer:
    """Ship a line; fewer box codes than boxes split it, the answer names the new line (Komet API §5.1)."""
    shipped = _ship(call, call.params)
    return Done({"boxCodes": list(shipped.codes), "newPOItemId": shipped.rest_id})


@method("purchase.order.items.awb.add", "POST B", "CV", text_status=True)
def purchase_order_items_awb_add(call: Call) -> Answer:
    """Ship several lines, each with its own result (§5.1)."""
    rows = [_shipped_row(call, item) for item in call.params.need_objects("poItems")]
    return Done({"purchaseOrderItemDetailsAWBAddAPIResultList": rows})


def _shipped_row(call: Call, item: Params) -> Row:
    line_id = item.integer("poItemId")
    try:
        with call.store.transaction():
            shipped = _ship(call, item)
    except Refused as refusal:
        return {"poItemId": line_id, "status": 0, "message": str(refusal)}
    return {
        "poItemId": line_id,
        "status": 1,
        "message": "OK",
        "boxCodes": list(shipped.codes),
        "lotNumber": item.text("lotNumber"),
        "newPOItemId": shipped.rest_id,
    }


def _ship(call: Call, item: Params) -> Shipped:
    line = find_line(call.store, item.need_integer("poItemId"))
    if call.vendor_id is not None and call.vendor_id != line["vendor_id"]:
        raise Refused(f"Permission denied: the item {line['id']} belongs to another vendor than this token.")
    number = item.need_text("awb", most=25)
    awb_id = find_awb(call.store, number, item.need_date("shipDate"), line)
    lot = item.text("lotNumber", most=10)
    return ship_line(call.store, line, awb_id, item.texts("boxCodes") or None, lot, call.stamp)


@method("awb.list", "GET Q", "C")
def awb_list(call: Call) -> Answer:
    """AWBs by their last four digits or ship date, one of which is required (§5.1)."""
    params = call.params
    ending, day = params.text("awb", most=15), params.date("shipDate")
    if ending is None and day is None:
        raise Refused("awb or shipDate is required.")
    where = Where(call.switches)
    if ending is not None:
        where.add("substr(a.number, -length(?)) = ?", ending, ending)
    where.exact("a.ship_date", None if day is None else day.isoformat())
    where.exact("a.origin", params.text("originCode", most=5))
    where.exact("g.code", params.text("locationCode", most=10))
    rows = call.store.rows(
        "SELECT a.*, g.code AS location_code FROM awbs a LEFT JOIN locations g ON g.id = a.location_id "
        f"WHERE {where.sql} ORDER BY a.ship_date, a.id",
        *where.values,
    )
    return Listing("awbs", [_awb(call, row) for row in rows], "AWBs")


def _awb(call: Call, awb: StoredRow) -> Row:
    boxes = call.store.rows(
        "SELECT x.code, x.received FROM po_boxes x JOIN po_lines l ON l.id = x.line_id "
        "WHERE l.awb_id = ? ORDER BY x.id",
        awb["id"],
    )
    return {
        "awbId": awb["id"],
        "awb": awb["number"],
        "origin": awb["origin"],
        "shipDate": awb["ship_date"],
        "arrivalDate": awb["arrival_date"],
        "pieces": len(boxes),
        "piecesReceived": sum(box["received"] for box in boxes),
        "boxesCodes": ",".join(box["code"] for box in boxes),
        "locationCode": awb["location_code"],
        "status": awb["is_open"],
    }
