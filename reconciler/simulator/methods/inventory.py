"""On-hand stock by Company token: inventory.add, inventory.update, inventory.list."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.lookup import Unmapped, by_code, find_party, find_product
from reconciler.simulator.method import Answer, Call, Done, Listing, Row, method
from reconciler.simulator.orders import total_units, units_per_box
from reconciler.simulator.stock import (
    MOST_BOXES,
    TYPES,
    NewStock,
    add_boxes,
    add_stock,
    find_stock,
    from_open_market_id,
    open_market_id,
)
from reconciler.simulator.store import Column

STOCK = (
    "SELECT l.*, p.code AS product_code, p.description, p.grade, p.category, p.assorted, "
    "b.code AS box_type, v.name AS vendor, v.port_origin FROM inventory_lines l "
    "JOIN products p ON p.id = l.product_id JOIN box_types b ON b.id = l.box_type_id "
    "JOIN vendors v ON v.id = l.vendor_id"
)
LARGEST_PACK = 99999


@method("inventory.add", "POST QB", "C")
def inventory_add(call: Call) -> Answer:
    """A new on-hand line, at most 100 boxes; an unmapped product is skipped (Komet API §4.2, A10, A23)."""
    _raise_if_encoded_wrong(call)
    boxes = _boxes(call.params.need_integer("quantity"), 1)
    vendor = _grower(call)
    ship_date, arrival = call.params.need_date("shipDate"), call.params.date("arrivalDate")
    awb = call.params.need_text("awb", most=20)
    call.params.flag("isTmpAwb")
    customer = find_party(call.store, call.params, "customers", "Customer", "customer")
    try:
        product_id = find_product(call, call.params, vendor["id"])
    except Unmapped as unmapped:
        if call.switches.skip_unmapped == "error":
            raise Refused(str(unmapped)) from unmapped
        return Done()
    stock = NewStock(
        location_id=_location_of(call, awb),
        product_id=product_id,
        vendor_id=vendor["id"],
        box_type_id=_box_type(call)["id"],
        bunches=_pack(call, "bunches"),
        stems=_pack(call, "stemsBunch"),
        unit=_unit(call),
        boxes=boxes,
        cost=_cost(call),
        ship_date=ship_date.isoformat(),
        arrival_date=_iso(arrival),
        inventory_date=call.now.date().isoformat(),
        customer_id=None if customer is None else customer["id"],
        reference=call.params.text("reference", most=20),
        awb=awb,
        staging=_goes_to_staging(call),
    )
    line_id = add_stock(call.store, stock)
    if call.switches.inventory_add_returns_id == "off":
        return Done()
    return Done({"inventoryId": open_market_id(call.switches, line_id)})


def _raise_if_encoded_wrong(call: Call) -> None:
    wanted = call.switches.inventory_add_encoding
    if wanted == "query" and call.in_body:
        raise Refused("The parameters of inventory.add must be sent in the URL.")
    if wanted == "body" and not call.in_body:
        raise Refused("The parameters of inventory.add must be sent as JSON.")


def _boxes(count: int, least: int) -> int:
    if count > MOST_BOXES:
        raise Refused(f"quantity cannot be greater than {MOST_BOXES} boxes.")
    if count < least:
        raise Refused(f"quantity must be at least {least}.")
    return count


def _grower(call: Call) -> StoredRow:
    """The vendor that growerId or vendorCode names."""
    grower, code = call.params.integer("growerId"), call.params.text("vendorCode", most=20)
    if grower is None and code is None:
        raise Refused("growerId or vendorCode is required.")
    found = (
        by_code(call.store, "vendors", code or "") if grower is None else call.store.by_id("vendors", grower)
    )
    if found is None:
        raise Refused(f"Vendor not found: {code if grower is None else grower}.")
    if not found["active"]:
        raise Refused(f"The vendor {found['name']} is not active.")
    return found


def _box_type(call: Call) -> StoredRow:
    found = find_party(call.store, call.params, "box_types", "Boxtype", "boxType")
    if found is None:
        raise Refused("boxTypeId or boxTypeCode is required.")
    return found


def _pack(call: Call, name: str) -> int:
    count = call.params.need_integer(name)
    if not 0 < count <= LARGEST_PACK:
        raise Refused(f"{name} must be between 1 and {LARGEST_PACK}.")
    return count


def _unit(call: Call) -> str:
    unit = call.params.need_text("unitType", most=10).capitalize()
    if unit not in ("Stem", "Bunch"):
        raise Refused("unitType must be Stem or Bunch.")
    return unit


def _cost(call: Call) -> Decimal:
    cost = call.params.need_decimal("unitCost", places=3)
    if cost < 0:
        raise Refused("unitCost cannot be negative.")
    return cost


def _location_of(call: Call, awb: str) -> int:
    """Where an AWB that is known goes to; else the first location, for no parameter names one."""
    known = call.store.row(
        "SELECT location_id FROM awbs WHERE number = ? AND location_id IS NOT NULL ORDER BY id DESC", awb
    )
    found = known or call.store.row("SELECT id AS location_id FROM locations ORDER BY id")
    if found is None:
        raise Refused("The company has no location.")
    return int(found["location_id"])


def _goes_to_staging(call: Call) -> bool:
    """The newest text adds to the inventory, older ones to the staging area (§4.2)."""
    confirmed = call.params.flag("confirmInventory")
    return call.switches.inventory_add_destination == "staging" if confirmed is None else not confirmed


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


@method("inventory.update", "POST B", "C", text_status=True)
def inventory_update(call: Call) -> Answer:
    """Add boxes, set cost and prices of a line; its customer only where the switch says so (§4.3, A7)."""
    params = call.params
    shown = params.need_integer("inventoryId")
    line = find_stock(call.store, from_open_market_id(call.switches, shown))
    if params.has("customerId") and call.switches.inventory_update_customer == "refused":
        raise Refused("The parameter customerId is not valid.")
    columns = _new_customer(call)
    is_pretended = params.has("customerId") and call.switches.inventory_update_customer == "pretended"
    if not (columns or is_pretended) or params.has("unitCost"):
        columns["cost"] = str(_cost(call))
    for name, column in (("priceA", "price_a"), ("priceB", "price_b")):
        price = params.decimal(name, places=3)
        if price is not None and price < 0:
            raise Refused(f"{name} cannot be negative.")
        if price is not None:
            columns[column] = str(price)
    least = -MOST_BOXES if call.switches.negative_quantity == "allow" else 0
    boxes = _boxes(params.integer("quantity") or 0, least)
    if boxes:
        add_boxes(call.store, line, boxes)
    call.store.update("inventory_lines", line["id"], columns)
    return Done({"inventoryId": shown}, "The inventory was successfully updated.")


def _new_customer(call: Call) -> dict[str, Column]:
    """The customer that the call puts on the line, 0 for none; nothing unless honoured (A7)."""
    key = call.params.integer("customerId")
    if key is None or call.switches.inventory_update_customer != "honoured":
        return {}
    if key != 0 and call.store.by_id("customers", key) is None:
        raise Refused(f"Customer not found: {key}.")
    return {"customer_id": key or None}


@method("inventory.list", "GET Q", "CV", text_ids=True)
def inventory_list(call: Call) -> Answer:
    """The stock by product; type M unless inventoryType says otherwise; no customer, no cost (§4.4, Q11)."""
    params = call.params
    where = Where(call.switches)
    where.add("l.boxes > 0 AND l.staging = 0")
    _only_types(where, call)
    if params.flag("excludeHeldItems"):
        where.add("l.held = 0")
    where.exact("l.lot", params.text("lotNumber", most=20))
    where.exact("l.location_id", params.integer("locationId", "locationid"))
    where.exact("l.vendor_id", call.vendor_id)
    rows = call.store.rows(
        f"{STOCK} WHERE {where.sql} ORDER BY p.description COLLATE NOCASE, l.id", *where.values
    )
    with_boxes = bool(params.flag("includeBoxes"))
    shown = [_stock_row(call, row) | (_box_codes(call, row) if with_boxes else {}) for row in rows]
    return Listing("inventoryItems", shown, "Inventory items")


def _only_types(where: Where, call: Call) -> None:
    """The types wanted; a reserved open-market line counts as the switch's type (§4.1)."""
    wanted = sorted({each.upper() for each in call.params.codes("inventoryType")}) or ["M"]
    unknown = [each for each in wanted if each not in (*TYPES, "ALL")]
    if unknown:
        raise Refused("inventoryType must be a list of M, L, S, P, or all.")
    if "ALL" in wanted:
        return
    marks = ", ".join("?" * len(wanted))
    kind = "CASE WHEN l.customer_id IS NOT NULL AND l.type = 'M' THEN ? ELSE l.type END"
    where.add(f"{kind} IN ({marks})", call.switches.inventory_reserved_type, *wanted)


def _stock_row(call: Call, row: StoredRow) -> Row:
    shown = stock_row(row)
    price = row["price_a"]
    return {
        "orderItemId": row["id"],
        **shown,
        "isAssorted": row["assorted"],
        "growerId": row["vendor_id"],
        "growerName": row["vendor"],
        "price": None if price is None or call.vendor_id is not None else money(price),
        "inventoryDate": row["inventory_date"],
        "sellFast": row["sell_fast"],
        "reference": row["reference"] if call.switches.inventory_list_reference == "on" else None,
    }


def stock_row(row: StoredRow) -> Row:
    """What every list shows of boxes: product, amount, pack."""
    pack = (row["bunches"], row["stems"], row["unit"])
    return {
        "companyProductId": row["product_id"],
        "productDescription": row["description"],
        "productCode": row["product_code"],
        "grade": row["grade"],
        "category": row["category"],
        "quantity": row["boxes"],
        "totalUnits": total_units(row["boxes"], *pack),
        "boxTypeId": row["box_type_id"],
        "boxTypeCode": row["box_type"],
        "unitType": row["unit"],
        "bunches": row["bunches"],
        "unitsPerBox": units_per_box(*pack),
        "stemsBunch": row["stems"],
    }


def money(amount: str) -> Decimal:
    """An amount as the lists show it, with two decimals (§1.7)."""
    return Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _box_codes(call: Call, row: StoredRow) -> Row:
    """The codes of the boxes that are left; only boxes that came with a purchase order have codes."""
    if row["po_line_id"] is None:
        return {"boxes": []}
    boxes = call.store.rows(
        "SELECT code, position FROM po_boxes WHERE line_id = ? ORDER BY id DESC LIMIT ?",
        row["po_line_id"],
        row["boxes"],
    )
    return {"boxes": [{"boxCode": box["code"], "position": box["position"]} for box in boxes]}
