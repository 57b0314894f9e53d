"""Finding what a request names by id, by code or by description."""

from __future__ import annotations

from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.method import Call
from reconciler.simulator.requests import Params
from reconciler.simulator.store import Store

COMMENTS = 200
"""Characters of comments (§5.2, §7.2)."""
_NOUNS = {"customers": "Customer", "carriers": "Carrier", "vendors": "Vendor", "box_types": "Boxtype"}
_NAMED_BY = {"box_types": "code"}
"""The column that a description means, where it is not the name."""


def by_code(store: Store, table: str, code: str) -> StoredRow | None:
    """The row with that code, case aside; of several the active one, then the first."""
    return _by_column(store, table, "code", code)


def _by_column(store: Store, table: str, column: str, text: str) -> StoredRow | None:
    order = "id" if table in ("box_types",) else "active DESC, id"
    return store.row(f"SELECT * FROM {table} WHERE {column} = ? COLLATE NOCASE ORDER BY {order}", text)


def find_party(store: Store, params: Params, table: str, noun: str, name: str) -> StoredRow | None:
    """What `<name>Id` or `<name>Code` names; None when neither was sent, refused when nothing has it."""
    key, code = params.integer(f"{name}Id"), params.text(f"{name}Code")
    if key is None and code is None:
        return None
    found = store.by_id(table, key) if key is not None else by_code(store, table, code or "")
    if found is None:
        raise Refused(f"{noun} not found: {code if key is None else key}.")
    if key is not None and code is not None and str(found["code"]).lower() != code.lower():
        raise Refused(f"{name}Id and {name}Code name different ones.")
    return found


def find_one(store: Store, params: Params, table: str, name: str, *descriptions: str) -> StoredRow | None:
    """What `<name>Id`, `<name>Code` or a text under one of `descriptions` names; None when none was sent.

    The id excludes the others (Komet API §7.2); a code wins over a description, which is compared whole.
    """
    raise_if_both(params, f"{name}Id", f"{name}Code", *descriptions)
    described = params.text(*descriptions, most=200)
    found = find_party(store, params, table, _NOUNS[table], name)
    if found is not None or described is None:
        return found
    found = _by_column(store, table, _NAMED_BY.get(table, "name"), described)
    if found is None:
        raise Refused(f"{_NOUNS[table]} not found: {described}.")
    return found


def raise_if_both(params: Params, key: str, *others: str) -> None:
    """Refuse an id together with a code or a description of the same thing (§7.2)."""
    second = next((name for name in others if params.text(name) is not None), None)
    if params.text(key) is not None and second is not None:
        raise Refused(f"{key} and {second} cannot be used at the same time.")


def comments_of(call: Call) -> str | None:
    """The comments as they will be read back (A11)."""
    if call.switches.comments_roundtrip == "trimmed":
        return call.params.text("comments", most=COMMENTS)
    sent = call.params.raw_text("comments")
    if call.switches.comments_roundtrip == "cut":
        return sent and sent[:COMMENTS]
    call.params.text("comments", most=COMMENTS)
    return sent


def find_vendor(call: Call) -> StoredRow:
    """The vendor of a Vendor token, or of vendorId or vendorCode, never both (Komet API §5.2)."""
    own = call.vendor_id
    params = call.params
    if own is None and params.has("vendorId") and params.has("vendorCode"):
        raise Refused("vendorId and vendorCode cannot be used at the same time.")
    vendor = (
        call.store.by_id("vendors", own)
        if own is not None
        else find_party(call.store, params, "vendors", "Vendor", "vendor")
    )
    if vendor is None:
        raise Refused("vendorId or vendorCode is required.")
    if not vendor["active"]:
        raise Refused(f"The vendor {vendor['name']} is not active.")
    return vendor


def find_location(call: Call, most: int = 10) -> StoredRow:
    """The location of `companyLocationCode`; required in multi-location companies, else the first one."""
    code = call.params.text("companyLocationCode", most=most)
    if code is None and call.switches.multi_location == "on":
        raise Refused("companyLocationCode is required.")
    found = (
        call.store.row("SELECT * FROM locations ORDER BY id")
        if code is None
        else by_code(call.store, "locations", code)
    )
    if found is None:
        raise Refused(f"Location not found: {code}.")
    return found


def find_carrier(call: Call) -> StoredRow | None:
    """The inbound carrier of an order; required by the setting "Mandatory Carriers on the POs"."""
    found = find_party(call.store, call.params, "carriers", "Carrier", "carrier")
    if found is None and call.switches.mandatory_po_carrier == "on":
        raise Refused("carrierId or carrierCode is required.")
    if found is not None and not (found["inbound"] and found["active"]):
        raise Refused(f"The carrier {found['name']} is not an active inbound carrier.")
    return found


class Unmapped(Exception):
    """A product that the company has not mapped: its line is left out (A23)."""


def find_product(call: Call, params: Params, vendor_id: int | None) -> int:
    """The id of the product that a line names by id, code or description (Komet API §5.2).

    An unknown id is refused (A30). An unknown code or description raises `Unmapped`; what was asked for is
    parked for Object Mapping. A known code with another description makes that the vendor's alias.
    """
    key = params.integer("productId")
    code = params.text("productCode", most=50)
    description = params.text("productDescription", most=200)
    if key is None and code is None and description is None:
        raise Refused("productId, productCode or productDescription is required.")
    if key is not None:
        return _visible(call, call.store.by_id("products", key), f"Product not found: {key}.")
    found = _by_code_or_description(call.store, code, description, vendor_id)
    if found is None or _is_hidden(call, found):
        _park(call, vendor_id, code, description)
        raise Unmapped(f"Product not found: {code or description}.")
    other = description is not None and found["description"].lower() != description.lower()
    if code is not None and description is not None and other and vendor_id is not None:
        _add_alias(call.store, vendor_id, found["id"], description)
    return int(found["id"])


def _visible(call: Call, found: StoredRow | None, otherwise: str) -> int:
    if found is None:
        raise Refused(otherwise)
    if _is_hidden(call, found):
        raise Unmapped(otherwise)
    return int(found["id"])


def _is_hidden(call: Call, product: StoredRow) -> bool:
    """Whether a fault makes this product unknown."""
    return call.hidden_product is not None and call.hidden_product in ("*", product["code"])


def _by_code_or_description(
    store: Store, code: str | None, description: str | None, vendor_id: int | None
) -> StoredRow | None:
    if code is not None:
        return by_code(store, "products", code)
    found = store.row(
        "SELECT * FROM products WHERE description = ? COLLATE NOCASE ORDER BY active DESC, id", description
    )
    return found or store.row(
        "SELECT p.* FROM vendor_aliases a JOIN products p ON p.id = a.product_id "
        "WHERE a.vendor_id = ? AND a.description = ? COLLATE NOCASE ORDER BY a.id",
        vendor_id,
        description,
    )


def _park(call: Call, vendor_id: int | None, code: str | None, description: str | None) -> None:
    if call.switches.unknown_product_code == "refuse":
        raise Refused(f"Product not found: {code or description}.")
    call.store.insert(
        "parked_products",
        {"vendor_id": vendor_id, "code": code, "description": description, "parked_on": call.stamp},
    )


def _add_alias(store: Store, vendor_id: int, product_id: int, description: str) -> None:
    known = store.row(
        "SELECT 1 FROM vendor_aliases "
        "WHERE vendor_id = ? AND product_id = ? AND description = ? COLLATE NOCASE",
        vendor_id,
        product_id,
        description,
    )
    if known is None:
        store.insert(
            "vendor_aliases",
            {"vendor_id": vendor_id, "product_id": product_id, "description": description},
        )
