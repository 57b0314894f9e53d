"""Loose units and single boxes: inventory.units.add, .delete, box.code.change, box.position.change."""

from __future__ import annotations

from reconciler.simulator.errors import Refused
from reconciler.simulator.lookup import by_code
from reconciler.simulator.method import Answer, Call, Done, Row, method
from reconciler.simulator.requests import Params
from reconciler.simulator.store import Column

_MOST = 10**9


def _named_units(call: Call) -> dict[str, Column]:
    """Product, pack and customer of loose units; the codes must exist."""
    params = call.params
    code = params.need_text("productCode", most=20)
    product = by_code(call.store, "products", code)
    if product is None:
        raise Refused(f"Product not found: {code}.")
    unit = params.need_text("unitType", most=5).capitalize()
    stems = params.need_integer("stemsBunch")
    if unit not in ("Stem", "Bunch") or not 0 < stems < _MOST:
        raise Refused("unitType must be Stem or Bunch, and stemsBunch greater than 0.")
    customer_code = params.text("customerCode", most=20)
    customer = None if customer_code is None else by_code(call.store, "customers", customer_code)
    if customer_code is not None and customer is None:
        raise Refused(f"Customer not found: {customer_code}.")
    return {
        "product_id": product["id"],
        "stems": stems,
        "unit": unit,
        "customer_id": None if customer is None else customer["id"],
        "block": params.text("block", most=20),
        "bed": params.text("bed", most=20),
    }


def _quantity(call: Call) -> int:
    quantity = call.params.need_integer("quantity")
    if not 0 < quantity < _MOST:
        raise Refused("quantity must be greater than 0.")
    return quantity


@method("inventory.units.add", "POST B", "C")
def inventory_units_add(call: Call) -> Answer:
    """Loose units come in; whether the customer reserves them is unknown, no list shows them (§4.6)."""
    day = call.params.date("cutDate")
    columns = _named_units(call) | {
        "units": _quantity(call),
        "cutter": call.params.text("cutter", most=10),
        "cut_date": None if day is None else day.isoformat(),
    }
    call.store.insert("loose_units", columns)
    return Done(message="The units were successfully added.")


@method("inventory.units.delete", "POST B", "C")
def inventory_units_delete(call: Call) -> Answer:
    """Loose units go, the oldest first; more than there are is refused (§4.6)."""
    named, quantity = _named_units(call), _quantity(call)
    tests = " AND ".join(f"{name} IS ?" for name in named)
    rows = call.store.rows(f"SELECT * FROM loose_units WHERE {tests} ORDER BY id", *named.values())
    if sum(row["units"] for row in rows) < quantity:
        raise Refused("There are not enough units.")
    for row in rows:
        gone = min(quantity, row["units"])
        call.store.update("loose_units", row["id"], {"units": row["units"] - gone})
        quantity -= gone
    call.store.run("DELETE FROM loose_units WHERE units = 0")
    return Done(message="The units were successfully deleted.")


@method("box.code.change", "POST B", "CV")
def box_code_change(call: Call) -> Answer:
    """Give boxes other codes, each with its own result; failed ones do not fail the call (§1.4)."""
    return Done({"boxes": [_changed(call, each) for each in call.params.need_objects("boxes")]})


def _changed(call: Call, box: Params) -> Row:
    current = box.text("currentBoxCode", most=50)
    result: Row = {"currentBoxCode": current, "newBoxCode": box.text("newBoxCode", most=50)}
    found = call.store.row(
        "SELECT x.id FROM po_boxes x JOIN po_lines l ON l.id = x.line_id "
        "JOIN purchase_orders o ON o.id = l.po_id WHERE x.code = ? AND (? IS NULL OR o.vendor_id = ?)",
        current,
        call.vendor_id,
        call.vendor_id,
    )
    if found is None or result["newBoxCode"] is None:
        return result | {"status": 0, "message": f"Box not found: {current}."}
    if call.store.row("SELECT 1 FROM po_boxes WHERE code = ?", result["newBoxCode"]) is not None:
        return result | {"status": 0, "message": f"The box code {result['newBoxCode']} is in use."}
    call.store.update("po_boxes", found["id"], {"code": result["newBoxCode"]})
    return result | {"status": 1, "message": "OK"}


@method("box.position.change", "POST B", "C")
def box_position_change(call: Call) -> Answer:
    """Say where in the warehouse a box stands (§4.6)."""
    code = call.params.need_text("boxCode", most=50)
    found = call.store.row("SELECT id FROM po_boxes WHERE code = ?", code)
    if found is None:
        raise Refused(f"Box not found: {code}.")
    call.store.update("po_boxes", found["id"], {"position": call.params.text("position", most=50)})
    return Done()
