"""What happens to stored prebooks, whoever does it: the API, a partner, or a person in the web UI."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from sqlite3 import Row as StoredRow

from msgspec import Struct
from msgspec.structs import asdict

from reconciler.simulator.errors import Refused
from reconciler.simulator.orders import total_units, units_per_box
from reconciler.simulator.store import Column, Store
from reconciler.simulator.switches import Switches

DRAFT, CONFIRMED, CANCELLED = "Draft", "Confirmed", "Cancelled"
"""Statuses that Komet itself gives: in a shop's basket, confirmed by the sales rep, cancelled."""
STATUSES = ("Pending", CONFIRMED, "Approved")
"""Statuses of a company that has defined none of its own; the first is the default (A29)."""

MOST_LEAD_DAYS = 365


class ItemType(StrEnum):
    """What an item counts (Komet API §7.2)."""

    BOX = "BOX"
    UNITS = "UN"


class NewPrebook(Struct, frozen=True):
    """The header of a prebook that is about to be made; the truck date is ISO text, `ship_via` 0 or 1."""

    customer_id: int
    location_id: int
    carrier_id: int | None
    truck_date: str
    status: str
    ship_to_id: int | None = None
    customer_po: str | None = None
    comments: str | None = None
    ship_via: int = 0
    ecommerce: int = 0
    created_by: int | None = None
    checked_out: int = 1
    web_order_id: int | None = None


class NewPart(Struct, frozen=True):
    """One product of an assorted box; `product_id` None while the product waits for Object Mapping."""

    product_id: int | None
    unknown_product: str | None
    bunches: int
    stems: int
    cost: Decimal | None
    price: Decimal | None


class NewItem(Struct, frozen=True):
    """An item that is about to be booked; `unit` is Stem or Bunch, cost and price are per unit.

    An item of type UN has `units` and no boxes. `product_id` None: the product waits for Object Mapping.
    """

    product_id: int | None
    item_type: ItemType
    boxes: int
    bunches: int
    stems: int
    unit: str
    price: Decimal | None
    cost: Decimal | None = None
    units: int = 0
    unknown_product: str | None = None
    vendor_id: int | None = None
    box_type_id: int | None = None
    mark_code: str | None = None
    notes: str | None = None
    order_source: str | None = None
    web_order_item_id: int | None = None


def statuses_of(store: Store) -> tuple[str, ...]:
    """The prebook statuses that the company has defined, the default first (A29)."""
    return tuple(json.loads(store.setting("prebook_statuses", json.dumps(STATUSES))))


def lead_time(switches: Switches) -> timedelta:
    """The time from the vendor's ship date to the truck date, at most a year."""
    return timedelta(days=min(switches.vendor_lead_days, MOST_LEAD_DAYS))


def vendor_ship_date(switches: Switches, truck_date: str) -> date:
    """The day on which the vendor ships what leaves on the truck that day."""
    return date.fromisoformat(truck_date) - lead_time(switches)


def find_prebook(store: Store, key: int) -> StoredRow:
    """The prebook with that id."""
    found = store.by_id("prebooks", key)
    if found is None:
        raise Refused(f"Prebook not found: {key}.")
    return found


def find_item(store: Store, prebook_id: int, key: int) -> StoredRow:
    """The item of that prebook with that id."""
    found = store.by_id("prebook_items", key)
    if found is None or found["prebook_id"] != prebook_id:
        raise Refused(f"Prebook item not found: {key}.")
    return found


def items_of(store: Store, prebook_id: int) -> list[StoredRow]:
    """The items of a prebook in the order in which they were made."""
    return store.rows("SELECT * FROM prebook_items WHERE prebook_id = ? ORDER BY id", prebook_id)


def add_prebook(store: Store, prebook: NewPrebook, stamp: str) -> StoredRow:
    """A new prebook under the next number: six digits, zeros in front (§7.3)."""
    number = int(store.setting("next_prebook_number", "10301"))
    while store.row("SELECT 1 FROM prebooks WHERE number = ?", f"{number:06d}") is not None:
        number += 1
    store.set_setting("next_prebook_number", str(number + 1))
    stamps: dict[str, Column] = {"number": f"{number:06d}", "created_on": stamp, "updated_on": stamp}
    return find_prebook(store, store.insert("prebooks", _columns(asdict(prebook)) | stamps))


def add_item(store: Store, prebook_id: int, item: NewItem, parts: Sequence[NewPart], stamp: str) -> int:
    """A new item of a prebook; its id."""
    item_id = store.insert("prebook_items", _columns(asdict(item)) | {"prebook_id": prebook_id})
    for part in parts:
        store.insert("prebook_breakdowns", _columns(asdict(part)) | {"item_id": item_id})
    touch_prebook(store, prebook_id, stamp)
    return item_id


def _columns(values: dict[str, object]) -> dict[str, Column]:
    return {
        name: value if value is None or isinstance(value, int) else str(value)
        for name, value in values.items()
    }


def touch_prebook(store: Store, prebook_id: int, stamp: str) -> None:
    """The prebook was changed now."""
    store.update("prebooks", prebook_id, {"updated_on": stamp})


def item_units(item: StoredRow) -> int:
    """Stems, or bunches, of an item."""
    if item["item_type"] == ItemType.UNITS:
        return int(item["units"])
    return total_units(item["boxes"], item["bunches"], item["stems"], item["unit"])


def item_box_units(item: StoredRow) -> int | None:
    """Stems, or bunches, of one box; None for an item in units."""
    if item["item_type"] == ItemType.UNITS:
        return None
    return units_per_box(item["bunches"], item["stems"], item["unit"])


def item_price(item: StoredRow) -> Decimal:
    """What an item costs the customer."""
    return Decimal(item["price"] or 0) * item_units(item)
