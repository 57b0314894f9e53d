"""Ship-tos of customers: customer.shipto.list, customer.shipto.add, customer.shipto.update."""

from __future__ import annotations

from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.method import Answer, Call, Done, Listing, Row, method
from reconciler.simulator.methods.customers import own_customer
from reconciler.simulator.store import Column

_TEXTS = {
    "name": ("name", 200),
    "address": ("address", 200),
    "city": ("city", 50),
    "state": ("state", 50),
    "zipcode": ("zipcode", 10),
    "country": ("country", 50),
    "phone": ("phone", 20),
    "fax": ("fax", 20),
    "carrierAccount": ("carrier_account", 20),
    "salesPersonCodeForFlowers": ("sales_person_flowers", 20),
    "salesPersonCodeForPlants": ("sales_person_plants", 20),
}


@method("customer.shipto.list", "GET Q", "CVK")
def customer_shipto_list(call: Call) -> Answer:
    """Ship-tos by name; one of customerId, name, updateAsOf is required (Komet API §3.1)."""
    params = call.params
    customer_id = params.integer("customerId")
    name = params.text("name", most=200)
    since = params.date("updateAsOf", "updatedAsOf")
    if customer_id is None and name is None and since is None:
        raise Refused("At least one of customerId, name and updateAsOf is required.")
    if call.customer_id is not None:
        customer_id = own_customer(call, customer_id)
        if customer_id is None:
            return Listing("shiptos", [], "Ship to")
    where = Where(call.switches)
    where.exact("s.id", params.integer("id"))
    where.exact("s.customer_id", customer_id)
    where.like(name, "s.name")
    if since is not None:
        where.add("s.updated_on >= ?", since.isoformat())
    rows = call.store.rows(
        "SELECT s.*, c.name AS carrier_name, c.code AS carrier_code FROM ship_tos s "
        f"LEFT JOIN carriers c ON c.id = s.carrier_id WHERE {where.sql} ORDER BY s.name COLLATE NOCASE, s.id",
        *where.values,
    )
    return Listing("shiptos", [_ship_to(row) for row in rows], "Ship to")


def _ship_to(row: StoredRow) -> Row:
    return {
        "id": row["id"],
        "shipToCode": row["code"],
        "name": row["name"],
        "address": row["address"],
        "city": row["city"],
        "state": row["state"],
        "zipcode": row["zipcode"],
        "country": row["country"],
        "phone": row["phone"],
        "fax": row["fax"],
        "carrierId": row["carrier_id"],
        "carrierName": row["carrier_name"],
        "carrierAccount": row["carrier_account"],
        "carrierCode": row["carrier_code"],
        "updatedOn": row["updated_on"],
    }


@method("customer.shipto.add", "POST B", "C")
def customer_shipto_add(call: Call) -> Answer:
    """A new ship-to; customerId and name are required, its code cannot be set (§3.3)."""
    customer_id = call.params.need_integer("customerId")
    call.params.need_text("name", most=200)
    if call.store.by_id("customers", customer_id) is None:
        raise Refused("Customer not found.")
    ship_to_id = call.store.insert("ship_tos", {"customer_id": customer_id, **_columns(call)})
    return Done({"shipToId": ship_to_id}, "Ship to was successfully saved")


@method("customer.shipto.update", "POST B", "C")
def customer_shipto_update(call: Call) -> Answer:
    """Change a ship-to; what is left out stays (§3.3, A31)."""
    ship_to = call.store.by_id("ship_tos", call.params.need_integer("shipToId"))
    customer_id = call.params.need_integer("customerId")
    if ship_to is None or ship_to["customer_id"] != customer_id:
        raise Refused("Ship to not found.")
    columns = _columns(call)
    if columns.get("name", "") is None:
        raise Refused("name is required.")
    call.store.update("ship_tos", ship_to["id"], columns)
    return Done({"shipToId": ship_to["id"]}, "Ship to was successfully saved")


def _columns(call: Call) -> dict[str, Column]:
    """The ship-to's columns that the request sends; an empty text clears one."""
    columns: dict[str, Column] = {"updated_on": call.stamp}
    for name, (column, most) in _TEXTS.items():
        if call.params.has(name):
            columns[column] = call.params.text(name, most=most)
    if call.params.has("carrierId"):
        carrier_id = call.params.integer("carrierId")
        if carrier_id is not None and call.store.by_id("carriers", carrier_id) is None:
            raise Refused("Carrier not found.")
        columns["carrier_id"] = carrier_id
    return columns
