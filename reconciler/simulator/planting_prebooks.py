"""Filling an empty store with a seed's prebooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from reconciler.simulator.errors import Refused
from reconciler.simulator.gate import switches_of
from reconciler.simulator.prebook_draws import draw_future, draw_stock
from reconciler.simulator.prebooking import ItemType, statuses_of
from reconciler.simulator.requests import date_of
from reconciler.simulator.store import Column, Store

Find: TypeAlias = Callable[[str, str | None, str], int | None]
"""The id of a row by its table and name; the last is where in the seed the name stands."""
SHIP_VIA = ("warehouse", "grower")


def plant_prebook(store: Store, row: Mapping[str, Any], path: str, find: Find, stamp: str) -> None:
    """One prebook with its items; `Refused` when a date is none or more boxes are drawn than there are."""
    if date_of(row["truck_date"]) is None:
        raise Refused(f"{row['truck_date']!r} is not a date")
    customer_id = find("customers", row["customer"], f"{path}.customer")
    columns: dict[str, Column] = {
        "number": row["number"],
        "customer_id": customer_id,
        "location_id": find("locations", row["location"], f"{path}.location"),
        "carrier_id": find("carriers", row.get("carrier"), f"{path}.carrier"),
        "truck_date": row["truck_date"],
        "ship_to_id": _ship_to(store, customer_id, row.get("ship_to")),
        "customer_po": row.get("customer_po"),
        "comments": row.get("comments"),
        "ship_via": SHIP_VIA.index(row.get("ship_via", SHIP_VIA[0])),
        "ecommerce": int(row.get("ecommerce", False)),
        "created_by": find("users", row.get("created_by"), f"{path}.created_by"),
        "status": row.get("status", statuses_of(store)[0]),
        "checked_out": int(row.get("checked_out", True)),
        "standing_order": row.get("standing_order"),
        "unable_to_source": int(row.get("unable_to_source", False)),
        "created_on": row.get("created_on", stamp),
        "updated_on": row.get("created_on", stamp),
    }
    prebook_id = store.insert("prebooks", columns | _own_id(row))
    for place, item in enumerate(row.get("items", [])):
        _item(store, (prebook_id, int(customer_id or 0)), item, f"{path}.items[{place}]", find)


def _ship_to(store: Store, customer_id: int | None, name: str | None) -> int | None:
    if name is None:
        return None
    found = store.row("SELECT id FROM ship_tos WHERE customer_id = ? AND name = ?", customer_id, name)
    if found is None:
        raise Refused(f"the customer has no ship-to {name!r}")
    return int(found["id"])


def _own_id(row: Mapping[str, Any]) -> dict[str, Column]:
    return {"id": row["id"]} if "id" in row else {}


def _item(store: Store, owner: tuple[int, int], item: Mapping[str, Any], path: str, find: Find) -> None:
    """One item; `owner` is its prebook and that one's customer."""
    prebook_id, customer_id = owner
    columns: dict[str, Column] = {
        "prebook_id": prebook_id,
        "product_id": find("products", item.get("product"), f"{path}.product"),
        "unknown_product": item.get("unknown_product"),
        "vendor_id": find("vendors", item.get("vendor"), f"{path}.vendor"),
        "item_type": item.get("item_type", ItemType.BOX),
        "box_type_id": find("box_types", item.get("box_type"), f"{path}.box_type"),
        "boxes": item.get("boxes", 0),
        "bunches": item.get("bunches", 0),
        "stems": item.get("stems", 0),
        "units": item.get("units", 0),
        "unit": item["unit"],
        **_amounts(item),
        "mark_code": item.get("mark_code"),
        "notes": item.get("notes"),
        "order_source": item.get("order_source"),
    }
    item_id = store.insert("prebook_items", columns | _own_id(item))
    for place, part in enumerate(item.get("breakdown", [])):
        product_id = find("products", part["product"], f"{path}.breakdown[{place}].product")
        own: dict[str, Column] = {"item_id": item_id, "product_id": product_id, **_amounts(part)}
        store.insert("prebook_breakdowns", own | {"bunches": part["bunches"], "stems": part["stems"]})
    for draw in item.get("draws", []):
        take, line_id = (draw_stock, draw["line"]) if "line" in draw else (draw_future, draw["po_line"])
        take(store, switches_of(store), item_id, line_id, customer_id, draw["boxes"])


def _amounts(row: Mapping[str, Any]) -> dict[str, Column]:
    return {name: str(Decimal(str(row[name]))) if name in row else None for name in ("price", "cost")}
