"""The shop of one customer: ecommerce/inventory.list, .get, the available dates, the carriers."""

from __future__ import annotations

from datetime import date, timedelta
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.method import Answer, Call, Done, Listing, Row, method
from reconciler.simulator.methods.customers import own_customer
from reconciler.simulator.methods.inventory import money
from reconciler.simulator.shop import FUTURE, ON_HAND, Look, Shelf, Whose, shelf
from reconciler.simulator.stock import from_shop_id, shop_id

NOUN = "Inventory items"
ORIGINS = (ON_HAND, FUTURE, 3, 4)
MOST_IDS = 1000
MOST_ROWS = 100_000


@method("ecommerce/inventory.list", "GET H", "CK", account=True)
def ecommerce_inventory_list(call: Call) -> Answer:
    """A page of what the customer sees, reserved or free (Komet API §4.5, A4, A6, A17, Q12)."""
    params = call.params
    customer_id = own_customer(call, params.need_integer("customerId"))
    whose = _whose(call)
    rows, offset = _page(call)
    if customer_id is None:
        return Listing("inventoryItems", [], NOUN)
    look = Look(
        customer_id,
        whose,
        call.now.date(),
        call.switches,
        day=params.date("availableDate"),
        location_id=_location(call) or _unnamed_location(call),
        search=params.text("searchText", most=200),
        category_id=params.integer("categoryId"),
        color=params.text("color", most=50),
    )
    found = shelf(call.store, look, rows, offset)
    shown = [shop_row(call, row) for row in found.rows]
    return Listing("inventoryItems", shown, NOUN, {"total": found.total})


def _whose(call: Call) -> Whose:
    """The customer's own lines, or those of nobody; needs Transactional API Access (A20)."""
    reserved = call.params.flag("reservedInventory")
    access = call.switches.transactional_access
    if reserved is not None and access == "missing_refused":
        raise Refused("Permission denied: reservedInventory needs the Transactional API Access.")
    return Whose.RESERVED if reserved and access == "granted" else Whose.FREE


def _page(call: Call) -> tuple[int, int]:
    """Rows of a page, and how many rows stand before the wanted one."""
    base = call.switches.page_base
    page = call.params.integer("page")
    rows = call.params.integer("rows") or call.switches.page_rows
    if not 0 < rows <= MOST_ROWS:
        raise Refused(f"rows must be between 1 and {MOST_ROWS}.")
    place = 0 if page is None else page - base
    if not 0 <= place <= MOST_ROWS:
        raise Refused(f"page must be at least {base}.")
    return rows, place * rows


def _location(call: Call) -> int | None:
    key = call.params.integer("companyLocationId")
    if key is not None and call.store.by_id("locations", key) is None:
        raise Refused(f"Location not found: {key}.")
    return key


def _unnamed_location(call: Call) -> int | None:
    """The one location that the switch leaves where none is named; None for all of them (A39)."""
    match call.switches.shop_without_location:
        case "refuse":
            raise Refused("companyLocationId is required.")
        case "first":
            row = call.store.row("SELECT min(id) AS id FROM locations")
            return None if row is None else row["id"]
        case _:
            return None


def shop_row(call: Call, row: StoredRow) -> Row:
    """One row of the shop (A5)."""
    ids = sorted(int(each) for each in str(row["ids"]).split(","))
    if row["origin"] == ON_HAND:
        ids = [shop_id(call.switches, each) for each in ids]
    return {
        "inventoryLineIds": ",".join(str(each) for each in ids),
        "inventoryOrigin": row["origin"],
        "productId": row["product_id"],
        "productCode": row["code"],
        "productDescription": row["description"],
        "boxTypeId": row["box_type_id"],
        "boxTypeCode": row["box_type"],
        "quantity": row["left"],
        "unitType": row["unit"],
        "bunches": row["bunches"],
        "stemsBunch": row["stems"],
        "price": None if row["price"] is None else money(row["price"]),
        "vendor": row["vendor"],
        "availableFrom": row["available_from"],
        "availableTo": row["available_to"],
    }


def wanted_lines(call: Call, name: str, origin_name: str) -> tuple[int, tuple[int, ...]]:
    """The origin and the line ids of that origin which a request names."""
    origin = call.params.need_integer(origin_name)
    if origin not in ORIGINS:
        raise Refused(f"{origin_name} must be 1, 2, 3 or 4.")
    call.params.need_text(name)
    texts = call.params.codes(name)
    if len(texts) > MOST_IDS or not all(
        each.isascii() and each.isdigit() and len(each) < 19 for each in texts
    ):
        raise Refused(f"{name} must be a list of at most {MOST_IDS} ids, separated by commas.")
    ids = tuple(int(each) for each in texts)
    return origin, tuple(from_shop_id(call.switches, each) for each in ids) if origin == ON_HAND else ids


def _seen(call: Call, day: date | None) -> Shelf:
    """Those of the named lines that the customer sees, reserved or free."""
    customer_id = own_customer(call, call.params.need_integer("customerId"))
    only = wanted_lines(call, "inventoryLineIds", "inventoryOrigin")
    if customer_id is None or only[0] not in (ON_HAND, FUTURE):
        return Shelf([], 0)
    look = Look(
        customer_id,
        Whose.EITHER,
        call.now.date(),
        call.switches,
        day=day,
        location_id=_location(call),
        only=only,
    )
    return shelf(call.store, look)


@method("ecommerce/inventory.get", "GET H", "CK", account=True, text_status=True)
def ecommerce_inventory_get(call: Call) -> Answer:
    """The named lines as the customer sees them on a date; a date range without a carrier (§4.5)."""
    params = call.params
    day = params.need_date("date")
    if params.integer("carrierId") is None:
        params.need_date("availableFrom")
        params.need_date("availableTo")
    found = _seen(call, day)
    return Listing("inventoryItems", [shop_row(call, row) for row in found.rows], NOUN)


@method("ecommerce/inventory-available-dates.list", "GET H", "CK", account=True)
def ecommerce_inventory_available_dates_list(call: Call) -> Answer:
    """The days on which named lines can be bought, from today for two months (§1.3)."""
    found = _seen(call, None)
    if not found.rows:
        return Listing("availableDates", [], NOUN)
    today = call.now.date()
    start = max(today, date.fromisoformat(min(row["available_from"] for row in found.rows)))
    end = date.fromisoformat(max(row["available_to"] for row in found.rows))
    days = [start + timedelta(days=place) for place in range((end - start).days + 1)]
    return Done({"availableDateFrom": start, "availableDateTo": end, "availableDates": days})


@method("ecommerce/customer-carriers.list", "GET H", "CK", account=True)
def ecommerce_customer_carriers_list(call: Call) -> Answer:
    """The active carriers, those of the customer's ship-tos first; the first one is suggested (§1.3)."""
    customer_id = own_customer(call, call.params.need_integer("customerId"))
    for name in ("date", "availableFrom", "availableTo"):
        call.params.need_date(name)
    rows = call.store.rows(
        "SELECT r.*, EXISTS (SELECT 1 FROM ship_tos s "
        "WHERE s.carrier_id = r.id AND s.customer_id = ?) AS own "
        "FROM carriers r WHERE r.active = 1 ORDER BY own DESC, r.name COLLATE NOCASE, r.id",
        customer_id,
    )
    if not rows or customer_id is None:
        return Listing("carriers", [], "Carriers")
    carriers = [{"carrierId": row["id"], "carrierName": row["name"]} for row in rows]
    return Done({**carriers[0], "carriers": carriers})
