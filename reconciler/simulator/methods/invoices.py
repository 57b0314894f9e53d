"""Reading invoices: invoice.list and invoice.details.list."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.method import Answer, Call, Listing, Row, method
from reconciler.simulator.methods.customers import own_customer
from reconciler.simulator.orders import amount_text, total_units

LONGEST_LIST = 184
"""Days: six months (Komet API §1.5)."""
LONGEST_DETAILS = 4
MOST_BOXES = 10_000
_INVOICES = (
    "SELECT i.*, c.name AS customer_name, c.code AS customer_code, c.sales_person, c.sales_person_id, "
    "r.name AS carrier_name, s.name AS ship_name, s.address AS ship_address, s.city AS ship_city, "
    "s.state AS ship_state, s.zipcode AS ship_zipcode, s.country AS ship_country FROM invoices i "
    "JOIN customers c ON c.id = i.customer_id LEFT JOIN carriers r ON r.id = i.carrier_id "
    "LEFT JOIN ship_tos s ON s.id = i.ship_to_id"
)


@method("invoice.list", "GET Q", "CK", text_ids=True)
def invoice_list(call: Call) -> Answer:
    """Invoices by ship date, at most six months, or one by its number or id (§8)."""
    rows = _found(call, LONGEST_LIST, None)
    return Listing("invoices", [_header(call, row, _items(call, row["id"])) for row in rows], "Orders")


@method("invoice.details.list", "GET Q", "CK", text_ids=True)
def invoice_details_list(call: Call) -> Answer:
    """Invoices with their items: four days at most, ten thousand boxes at most (§8, §1.5)."""
    rows = _found(call, LONGEST_DETAILS, call.params.date("orderDate"))
    items = {row["id"]: _items(call, row["id"]) for row in rows}
    if sum(item["boxes"] for each in items.values() for item in each) > MOST_BOXES:
        raise Refused(f"The invoices have more than {MOST_BOXES} boxes, please use a shorter period.")
    return Listing("invoices", [_with_details(call, row, items[row["id"]]) for row in rows], "Orders")


def _found(call: Call, longest: int, day: date | None) -> list[StoredRow]:
    params = call.params
    where = Where(call.switches)
    _period(call, where, longest, day)
    where.exact("i.number", params.integer("order"))
    where.exact("i.id", params.integer("orderId"))
    where.exact("i.status", params.integer("status"))
    where.exact("i.location_id", params.integer("locationId"))
    where.any_of("i.location_id", params.codes("locationIds"))
    ecommerce, since = params.flag("isEcommerce"), params.text("updatedAsOf", most=19)
    if ecommerce is not None:
        where.exact("i.ecommerce", int(ecommerce))
    if since is not None:
        where.add("i.updated_on >= ?", since.replace(" ", "T"))
    wanted = params.integer("customerId")
    customer_id = own_customer(call, wanted)
    if customer_id is None and (wanted is not None or call.customer_id is not None):
        return []
    where.exact("i.customer_id", customer_id)
    return call.store.rows(f"{_INVOICES} WHERE {where.sql} ORDER BY i.ship_date, i.id", *where.values)


def _period(call: Call, where: Where, longest: int, day: date | None) -> None:
    """The ship dates asked for; needed unless one invoice is named."""
    params = call.params
    first, last = params.date("orderDateFrom") or day, params.date("orderDateTo") or day
    if first is None or last is None:
        if not (params.has("order") or params.has("orderId")):
            raise Refused("orderDateFrom and orderDateTo, order or orderId is required.")
        return
    if not timedelta(0) <= last - first <= timedelta(days=longest):
        raise Refused(f"The period from orderDateFrom to orderDateTo cannot be longer than {longest} days.")
    where.add("i.ship_date BETWEEN ? AND ?", first.isoformat(), last.isoformat())


def _items(call: Call, invoice_id: int) -> list[StoredRow]:
    return call.store.rows(
        "SELECT x.*, p.code AS product_code, p.description, b.code AS box_type, v.name AS vendor "
        "FROM invoice_items x JOIN products p ON p.id = x.product_id "
        "LEFT JOIN box_types b ON b.id = x.box_type_id LEFT JOIN vendors v ON v.id = x.vendor_id "
        "WHERE x.invoice_id = ? ORDER BY x.id",
        invoice_id,
    )


def amount(item: StoredRow) -> Decimal:
    """What an item costs the customer."""
    units = total_units(item["boxes"], item["bunches"], item["stems"], item["unit"])
    return Decimal(item["price"]) * units


def _header(call: Call, row: StoredRow, items: list[StoredRow]) -> Row:
    total = sum((amount(item) for item in items), Decimal(0))
    return {
        "id": row["id"],
        "number": row["number"],
        "status": row["status"],
        "createdOn": row["created_on"],
        "updatedOn": row["updated_on"],
        "total": amount_text(total, call.switches.commas_in_amounts == "on"),
        "salesPersonName": row["sales_person"],
        "invoiceNotes": row["notes"],
        "carrierName": row["carrier_name"],
    }


def _with_details(call: Call, row: StoredRow, items: list[StoredRow]) -> Row:
    return {
        **_header(call, row, items),
        "shipDate": row["ship_date"],
        "customerId": row["customer_id"],
        "customerCode": row["customer_code"],
        "customerName": row["customer_name"],
        "customerPONumber": row["customer_po"],
        "isEcommerce": row["ecommerce"],
        "totalBoxes": sum(item["boxes"] for item in items),
        "shipName": row["ship_name"],
        "shipAddress": row["ship_address"],
        "shipCity": row["ship_city"],
        "shipState": row["ship_state"],
        "shipZipCode": row["ship_zipcode"],
        "shipCountry": row["ship_country"],
        "details": [_detail(call, item) for item in items],
    }


def _detail(call: Call, item: StoredRow) -> Row:
    return {
        "detailId": item["id"],
        "productId": item["product_id"],
        "productDescription": item["alias"] or item["description"],
        "boxType": item["box_type"],
        "totalBoxes": item["boxes"],
        "bunchesBox": item["bunches"],
        "stemsBunch": item["stems"],
        "unitType": item["unit"],
        "unitPrice": Decimal(item["price"]),
        "amount": amount_text(amount(item), call.switches.commas_in_amounts == "on"),
        "awb": item["awb"],
        "growerId": item["vendor_id"],
        "markCode": item["mark_code"],
    }
