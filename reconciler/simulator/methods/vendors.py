"""Vendors: vendor.list, vendor.add, vendor.update."""

from __future__ import annotations

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.method import Answer, Call, Done, Listing, method
from reconciler.simulator.requests import Params
from reconciler.simulator.store import Column

_LISTED = {
    "id": "id",
    "name": "name",
    "code": "code",
    "portOrigin": "port_origin",
    "cargoMasterCode": "cargo_master_code",
    "active": "active",
}
_TEXTS = {
    ("code",): ("code", 10),
    ("phones", "phone"): ("phone", 100),
    ("webPage", "webpage"): ("web_page", 200),
    ("emailForPOs", "emailForPos"): ("email_for_pos", 200),
    ("contactName",): ("contact_name", 200),
    ("notes",): ("notes", 1000),
    ("address",): ("address", 200),
}


@method("vendor.list", "GET Q", "C")
def vendor_list(call: Call) -> Answer:
    """Vendors by name; inactive ones only with includeInactive (Komet API §2)."""
    where = Where(call.switches)
    where.exact("id", call.params.integer("id"))
    where.exact("code", call.params.text("code"))
    where.exact("port_origin", call.params.text("portOrigin"))
    where.like(call.params.text("name", most=200), "name")
    where.active(None if call.params.flag("includeInactive") else True)
    rows = call.store.rows(
        f"SELECT * FROM vendors WHERE {where.sql} ORDER BY name COLLATE NOCASE, id", *where.values
    )
    found = [{field: row[column] for field, column in _LISTED.items()} for row in rows]
    return Listing("vendors", found, "Vendors")


@method("vendor.add", "POST B", "C")
def vendor_add(call: Call) -> Answer:
    """A new vendor: name, portOrigin and vendorType are required (§2)."""
    columns: dict[str, Column] = {
        "name": call.params.need_text("name", most=200),
        "port_origin": call.params.need_text("portOrigin", most=5),
        "vendor_type": _vendor_type(call.params.need_integer("vendorType")),
        **_optional(call.params),
    }
    vendor_id = call.store.insert("vendors", columns)
    return Done({"vendorId": vendor_id}, "The vendor was successfully saved.")


@method("vendor.update", "POST B", "C")
def vendor_update(call: Call) -> Answer:
    """Change a vendor; what is left out stays; there is no active flag (§2, A31)."""
    vendor = call.store.by_id("vendors", call.params.need_integer("vendorId"))
    if vendor is None:
        raise Refused("Vendor not found.")
    columns = _optional(call.params)
    name = call.params.text("name", most=200)
    port = call.params.text("portOrigin", most=5)
    kind = call.params.integer("vendorType")
    columns |= {} if name is None else {"name": name}
    columns |= {} if port is None else {"port_origin": port}
    columns |= {} if kind is None else {"vendor_type": _vendor_type(kind)}
    call.store.update("vendors", vendor["id"], columns)
    return Done({"vendorId": vendor["id"]}, "The vendor was successfully saved.")


def _vendor_type(kind: int) -> int:
    if kind not in (1, 2, 3):
        raise Refused("vendorType must be 1, 2 or 3.")
    return kind


def _optional(params: Params) -> dict[str, Column]:
    """The optional columns that the request sends; both spellings of the samples count."""
    return {
        column: params.text(*names, most=most)
        for names, (column, most) in _TEXTS.items()
        if any(params.has(name) for name in names)
    }
