"""Reading prebooks: prebook.list and prebook.details.list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.method import Answer, Call, Listing, Row, TokenType, method
from reconciler.simulator.methods.customers import own_customer
from reconciler.simulator.orders import amount_text
from reconciler.simulator.prebooking import CANCELLED, item_box_units, item_price, item_units, lead_time

LONGEST = 184
"""Days: six months (Komet API §1.5)."""
UNKNOWN = "UNKNOWN"
"""What a product is called that waits for Object Mapping (A30)."""
_SHIP_VIA = ("Warehouse", "Grower")
_PREBOOKS = (
    "SELECT p.*, c.name AS customer_name, c.code AS customer_code, c.sales_person_id, "
    "g.code AS location_code, g.name AS location_name, r.name AS carrier_name, s.name AS ship_name, "
    "s.address AS ship_address, s.city AS ship_city, s.state AS ship_state, s.zipcode AS ship_zipcode, "
    "s.country AS ship_country FROM prebooks p JOIN customers c ON c.id = p.customer_id "
    "JOIN locations g ON g.id = p.location_id LEFT JOIN carriers r ON r.id = p.carrier_id "
    "LEFT JOIN ship_tos s ON s.id = p.ship_to_id"
)


@method("prebook.list", "GET Q", "CK")
def prebook_list(call: Call) -> Answer:
    """Headers by truck date, at most six months; as in the details, or the bare three members (§7.5, A32)."""
    params = call.params
    if call.token.type is TokenType.CUSTOMER and call.switches.prebook_list_customer_token == "refuse":
        raise Refused("Permission denied: prebook.list is not available for a token of type Customer.")
    where = Where(call.switches)
    _span(where, "p.truck_date", params.need_date("dateFrom"), params.need_date("dateTo"))
    where.exact("p.location_id", params.integer("CompanyLocationId", "companyLocationId"))
    ecommerce, checked_out = params.flag("isEcommerce"), params.flag("checkOutStatus")
    where.exact("p.ecommerce", None if ecommerce is None else int(ecommerce))
    where.exact("p.checked_out", None if checked_out is None else int(checked_out))
    status = params.text("prebookStatus", most=50)
    where.exact("p.status", status)
    rows = _found(call, where, with_cancelled=status is not None)
    items = _items(call, rows)
    shown = [_header(call, row, items[row["id"]]) for row in rows]
    if call.switches.prebook_list_rows == "bare":
        shown = [{name: row[name] for name in ("id", "number", "locationId")} for row in shown]
    return Listing("prebooks", shown, "Orders")


@method("prebook.details.list", "GET Q", "CV", text_ids=True)
def prebook_details_list(call: Call) -> Answer:
    """Prebooks with their items, of one truck date or of a span of vendor ship dates (§7.5)."""
    params = call.params
    where = Where(call.switches)
    day = params.date("date")
    first, last = params.date("vendorShipDateFrom"), params.date("vendorShipDateTo")
    if first is not None and last is not None:
        _span(where, "p.truck_date", first, last, lead_time(call.switches))
    elif day is None:
        raise Refused("date is required.")
    where.exact("p.truck_date", None if day is None else day.isoformat())
    where.exact("p.location_id", params.integer("locationId"))
    since, unable = params.text("updatedAsOf", most=19), params.flag("unableToSource")
    if since is not None:
        where.add("p.updated_on >= ?", since.replace(" ", "T"))
    where.exact("p.unable_to_source", None if unable is None else int(unable))
    rows = _found(call, where, with_cancelled=False)
    items = _items(call, rows)
    if call.vendor_id is not None:
        rows = [row for row in rows if items[row["id"]]]
    parts = _parts(call, [item["id"] for each in items.values() for item in each])
    shown = [_with_details(call, row, items[row["id"]], parts) for row in rows]
    return Listing("prebooks", shown, "Orders")


def _span(where: Where, column: str, first: date, last: date, lead: timedelta = timedelta(0)) -> None:
    if not timedelta(0) <= last - first <= timedelta(days=LONGEST):
        raise Refused(f"The date range cannot exceed {LONGEST} days.")
    where.add(f"{column} BETWEEN ? AND ?", (first + lead).isoformat(), (last + lead).isoformat())


def _found(call: Call, where: Where, *, with_cancelled: bool) -> list[StoredRow]:
    """The prebooks that fulfil `where` and the filters that both lists have."""
    params = call.params
    wanted = params.integer("customerId")
    customer_id = own_customer(call, wanted)
    if customer_id is None and (wanted is not None or call.customer_id is not None):
        return []
    where.exact("p.customer_id", customer_id)
    where.exact("p.number", params.text("prebook", most=10))
    where.like(params.text("customer", most=200), "c.name", "c.code")
    where.like(params.text("carrierName", most=200), "r.name")
    where.exact("p.carrier_id", params.integer("carrierId"))
    where.exact("c.sales_person_id", params.integer("salesPersonId"))
    where.exact("p.standing_order", params.integer("soNumber"))
    where.exact("p.customer_po", params.text("customerPONumber", most=20))
    if params.integer("brandId") is not None:
        where.add("0")
    if not with_cancelled and call.switches.prebook_cancelled == "hidden":
        where.add("p.status <> ?", CANCELLED)
    return call.store.rows(f"{_PREBOOKS} WHERE {where.sql} ORDER BY p.truck_date, p.id", *where.values)


def _items(call: Call, prebooks: Iterable[StoredRow]) -> dict[int, list[StoredRow]]:
    """The items of each prebook; a Vendor token's own that are costed and not shipped long ago (§7.5)."""
    where = Where(call.switches)
    where.add(f"x.prebook_id IN ({_ids(row['id'] for row in prebooks)})")
    if call.vendor_id is not None:
        where.exact("x.vendor_id", call.vendor_id)
        first = call.now.date() - timedelta(days=1) + lead_time(call.switches)
        where.add("x.cost IS NOT NULL AND p.truck_date >= ?", first.isoformat())
    found: dict[int, list[StoredRow]] = defaultdict(list)
    for item in call.store.rows(
        "SELECT x.*, d.description, v.name AS vendor, b.code AS box_type FROM prebook_items x "
        "JOIN prebooks p ON p.id = x.prebook_id LEFT JOIN products d ON d.id = x.product_id "
        "LEFT JOIN vendors v ON v.id = x.vendor_id LEFT JOIN box_types b ON b.id = x.box_type_id "
        f"WHERE {where.sql} ORDER BY x.id",
        *where.values,
    ):
        found[item["prebook_id"]].append(item)
    return found


def _parts(call: Call, item_ids: Iterable[int]) -> dict[int, list[StoredRow]]:
    found: dict[int, list[StoredRow]] = defaultdict(list)
    for part in call.store.rows(
        "SELECT y.*, d.description FROM prebook_breakdowns y LEFT JOIN products d ON d.id = y.product_id "
        f"WHERE y.item_id IN ({_ids(item_ids)}) ORDER BY y.id"
    ):
        found[part["item_id"]].append(part)
    return found


def _ids(keys: Iterable[int]) -> str:
    """Our own row ids as a list for SQL: there may be more of them than a statement has variables."""
    return ", ".join(str(int(key)) for key in keys)


def _header(call: Call, row: StoredRow, items: Iterable[StoredRow]) -> Row:
    """A prebook as both lists show it: no ship-to id, status, e-commerce flag; no customer to a vendor."""
    total = sum((item_price(item) for item in items), Decimal(0))
    words = call.switches.prebook_ship_via_form == "words"
    header: Row = {
        "id": row["id"],
        "number": row["number"],
        "type": "P" if row["standing_order"] is None else "S",
        "truckDate": row["truck_date"],
        "locationId": row["location_id"],
        "locationCode": row["location_code"],
        "locationName": row["location_name"],
        "carrierId": row["carrier_id"],
        "carrierName": row["carrier_name"],
        "shipVia": _SHIP_VIA[row["ship_via"]] if words else row["ship_via"],
        "comments": row["comments"],
    }
    if call.vendor_id is not None:
        return header
    return header | {
        "customerId": row["customer_id"],
        "customerCode": row["customer_code"],
        "customerName": row["customer_name"],
        "customerPONumber": row["customer_po"],
        "totalPrice": amount_text(total, call.switches.commas_in_amounts == "on"),
        "shipName": row["ship_name"],
        "shipAddress": row["ship_address"],
        "shipCity": row["ship_city"],
        "shipState": row["ship_state"],
        "shipZipCode": row["ship_zipcode"],
        "shipCountry": row["ship_country"],
    }


def _with_details(
    call: Call, row: StoredRow, items: list[StoredRow], parts: dict[int, list[StoredRow]]
) -> Row:
    details = [_detail(call, item, parts[item["id"]]) for item in items]
    return {**_header(call, row, items), "details": details}


def _detail(call: Call, item: StoredRow, parts: list[StoredRow]) -> Row:
    """An item as it is listed: no cost, notes, order source, item type, order number; nor brand (§7.5)."""
    shows_price = call.vendor_id is None and item["price"] is not None
    return {
        "prebookItemId": item["id"],
        "productId": item["product_id"],
        "productDescription": item["description"] or UNKNOWN,
        "vendorId": item["vendor_id"],
        "vendorName": item["vendor"],
        "boxType": item["box_type"],
        "totalBoxes": item["boxes"],
        "bunches": item["bunches"],
        "stemsBunch": item["stems"],
        "units": item_box_units(item),
        "unitType": item["unit"],
        "totalUnits": item_units(item),
        "unitPrice": Decimal(item["price"]) if shows_price else None,
        "totalPrice": item_price(item) if shows_price else None,
        "markCode": item["mark_code"],
        "breakdowns": [_part(call, part) for part in parts] or None,
    }


def _part(call: Call, part: StoredRow) -> Row:
    shows_price = call.vendor_id is None and part["price"] is not None
    return {
        "productId": part["product_id"],
        "productDescription": part["description"] or UNKNOWN,
        "stemsBunch": part["stems"],
        "bunches": part["bunches"],
        "price": Decimal(part["price"]) if shows_price else None,
    }
