"""Customers: customer.list, customer.details.get, customer.add, customer.update, and their contacts."""

from __future__ import annotations

from decimal import Decimal
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.method import Answer, Call, Done, Listing, Row, method
from reconciler.simulator.requests import Params
from reconciler.simulator.store import Column

_TEXTS = {
    "name": ("name", 200),
    "code": ("code", 10),
    "phone": ("phone", 20),
    "fax": ("fax", 20),
    "website": ("website", 50),
    "terms": ("terms", 50),
    "emailForInvoices": ("email_for_invoices", 200),
    "emailForStatements": ("email_for_statements", 200),
}
_FLAGS = {"creditHold": "credit_hold"}
_ONLY_ADD_TEXTS = {"paymentMethod": ("payment_method", 50), "sendInvoiceVia": ("send_invoice_via", 50)}
_ONLY_ADD_FLAGS = {"chargeFuelSurcharge": "charge_fuel_surcharge", "chargeTax": "charge_tax"}
_ONLY_UPDATE_TEXTS = {"customerGroup": ("customer_group", 50)}
_ONLY_UPDATE_FLAGS = {"active": "active", "askPaymentUponConfirmation": "ask_payment_upon_confirmation"}
_DETAILS = {
    "name": "name",
    "code": "code",
    "customerType": "type_name",
    "billAddress": "bill_address",
    "billCity": "bill_city",
    "billState": "bill_state",
    "billZipCode": "bill_zipcode",
    "billCountry": "bill_country",
    "shipAddress": "ship_address",
    "shipCity": "ship_city",
    "shipState": "ship_state",
    "shipZipCode": "ship_zipcode",
    "shipCountry": "ship_country",
    "emailForInvoices": "email_for_invoices",
    "emailForStatements": "email_for_statements",
    "phone": "phone",
    "fax": "fax",
    "defaultPrice": "default_price",
    "priceBMarkup": "price_b_markup",
    "priceSellFastMarkup": "price_sell_fast_markup",
}
_CONTACT_TEXTS = {
    "phone": ("phone", 200),
    "ext": ("ext", 50),
    "mobile": ("mobile", 50),
    "fax": ("fax", 50),
    "email": ("email", 50),
    "description": ("description", 200),
    "instantMessaging": ("instant_messaging", 200),
}
_CUSTOMERS = "SELECT c.*, t.name AS type_name FROM customers c LEFT JOIN customer_types t ON t.id = c.type_id"


def own_customer(call: Call, wanted: int | None) -> int | None:
    """The customer that a read may be about; None means that it finds nothing.

    A Customer token may name only its own customer (A37); the switch decides what a foreign one gets.
    """
    own = call.customer_id
    if own is None or wanted is None or wanted == own:
        return wanted if wanted is not None else own
    match call.switches.customer_token_foreign_customer:
        case "allow":
            return wanted
        case "empty":
            return None
        case _:
            raise Refused("Permission denied: this authentication token belongs to another customer.")


@method("customer.list", "GET Q", "CV", text_status=True, text_ids=True)
def customer_list(call: Call) -> Answer:
    """Customers by name; inactive ones only with includeInactive (Komet API §3.1)."""
    params = call.params
    where = Where(call.switches)
    where.exact("c.id", params.integer("id"))
    where.exact("c.code", params.text("code"))
    where.exact("c.sales_person_id", params.integer("salesPersonId"))
    where.like(params.text("name", most=200), "c.name")
    where.active(None if params.flag("includeInactive") else True, "c.active")
    since = params.date("updateAsOf", "updatedAsOf")
    if since is not None:
        where.add("c.updated_on >= ?", since.isoformat())
    rows = call.store.rows(
        f"{_CUSTOMERS} WHERE {where.sql} ORDER BY c.name COLLATE NOCASE, c.id", *where.values
    )
    location = params.integer("locationId")
    return Listing("customers", [_customer(row) for row in rows if _serves(call, row, location)], "Customers")


def _serves(call: Call, row: StoredRow, location_id: int | None) -> bool:
    """Whether a location serves the customer; a customer without locations is served by all."""
    if location_id is None or not row["location_codes"]:
        return True
    location = call.store.by_id("locations", location_id)
    codes = str(row["location_codes"]).lower().split(":")
    return location is not None and str(location["code"]).lower() in codes


def _customer(row: StoredRow) -> Row:
    return {
        "id": row["id"],
        "accountingCode": row["accounting_code"],
        "name": row["name"],
        "code": row["code"],
        "active": row["active"],
        "salesPerson": row["sales_person"],
        "salesPersonId": row["sales_person_id"],
        "customerType": row["type_name"],
        "updatedOn": row["updated_on"],
    }


@method("customer.details.get", "GET Q", "CK")
def customer_details_get(call: Call) -> Answer:
    """One customer's details; credit limit absent means unlimited (§3.1)."""
    wanted = own_customer(call, call.params.need_integer("customerId"))
    row = call.store.row(f"{_CUSTOMERS} WHERE c.id = ?", wanted)
    if row is None:
        raise Refused("Customer not found.")
    details: Row = {field: row[column] for field, column in _DETAILS.items()}
    limit = row["credit_limit"]
    details["creditLimit"] = None if limit is None else Decimal(limit)
    return Done({"customer": details})


@method("customer.add", "POST B", "C", text_status=True)
def customer_add(call: Call) -> Answer:
    """A new customer; only the name is required; the answer carries the new id (§3.2, A31)."""
    call.params.need_text("name", most=200)
    columns = _columns(call, _TEXTS | _ONLY_ADD_TEXTS, _FLAGS | _ONLY_ADD_FLAGS)
    limit = call.params.decimal("creditLimit", places=2)
    columns["credit_limit"] = None if limit is None else str(limit)
    customer_id = call.store.insert("customers", columns)
    return Done({"customerId": customer_id}, "Customer was successfully saved.")


@method("customer.update", "POST B", "C", text_status=True)
def customer_update(call: Call) -> Answer:
    """Change a customer; needs the name, locationCodes replace all, what is left out stays (§3.2, A31)."""
    customer = call.store.by_id("customers", call.params.need_integer("customerId"))
    call.params.need_text("name", most=200)
    if customer is None:
        raise Refused("Customer not found.")
    columns = _columns(call, _TEXTS | _ONLY_UPDATE_TEXTS, _FLAGS | _ONLY_UPDATE_FLAGS)
    if call.params.has("financeChargePercentage"):
        charge = call.params.decimal("financeChargePercentage", places=2)
        columns["finance_charge_percentage"] = None if charge is None else str(charge)
    call.store.update("customers", customer["id"], columns)
    return Done({"customerId": customer["id"]}, "Customer was successfully saved.")


def _columns(call: Call, texts: dict[str, tuple[str, int]], flags: dict[str, str]) -> dict[str, Column]:
    """The customer's columns that the request sends; an empty text clears one."""
    params = call.params
    columns: dict[str, Column] = {"updated_on": call.stamp}
    for name, (column, most) in texts.items():
        if params.has(name):
            columns[column] = params.text(name, most=most)
    for name, column in flags.items():
        value = params.flag(name)
        if value is not None:
            columns[column] = int(value)
    if params.has("locationCodes"):
        columns["location_codes"] = _location_codes(call)
    if params.has("type"):
        columns["type_id"] = _type_id(call)
    return columns


def _location_codes(call: Call) -> str | None:
    call.params.text("locationCodes", most=50)
    codes = call.params.codes("locationCodes", separator=":")
    for code in codes:
        if call.store.row("SELECT 1 FROM locations WHERE code = ? COLLATE NOCASE", code) is None:
            raise Refused(f"Location not found: {code}.")
    return ":".join(codes) or None


def _type_id(call: Call) -> int | None:
    type_id = call.params.integer("type")
    if type_id is not None and call.store.by_id("customer_types", type_id) is None:
        raise Refused(f"Customer type not found: {type_id}.")
    return type_id


@method("customer.contact.add", "POST B", "C")
def customer_contact_add(call: Call) -> Answer:
    """A new contact of a customer; no list of contacts exists (§3.3)."""
    customer_id = _customer_id(call)
    columns = {"customer_id": customer_id, **_contact(call.params)}
    return Done({"contactId": call.store.insert("contacts", columns)}, "Contact was successfully saved")


@method("customer.contact.update", "POST B", "C")
def customer_contact_update(call: Call) -> Answer:
    """Change a contact; name and type are required (§3.3)."""
    customer_id = _customer_id(call)
    contact = call.store.by_id("contacts", call.params.need_integer("contactId"))
    if contact is None or contact["customer_id"] != customer_id:
        raise Refused("Contact not found.")
    call.store.update("contacts", contact["id"], _contact(call.params))
    return Done({"contactId": contact["id"]}, "Contact was successfully saved")


def _customer_id(call: Call) -> int:
    customer_id = call.params.need_integer("customerId")
    if call.store.by_id("customers", customer_id) is None:
        raise Refused("Customer not found.")
    return customer_id


def _contact(params: Params) -> dict[str, Column]:
    columns: dict[str, Column] = {
        "name": params.need_text("name", most=200),
        "type": params.need_text("type", most=200),
    }
    for name, (column, most) in _CONTACT_TEXTS.items():
        if params.has(name):
            columns[column] = params.text(name, most=most)
    email_pod = params.flag("emailPOD")
    if email_pod is not None:
        columns["email_pod"] = int(email_pod)
    return columns
