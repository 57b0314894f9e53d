"""What the desk shows of prebooks, read from the store into plain values."""

from __future__ import annotations

from sqlite3 import Row as StoredRow
from typing import Any

from reconciler.simulator.clock import Clock
from reconciler.simulator.filters import Where
from reconciler.simulator.gate import switches_of
from reconciler.simulator.prebook_removal import is_invoiced
from reconciler.simulator.prebook_supply import boxes_wanted
from reconciler.simulator.prebooking import CANCELLED, CONFIRMED, items_of, statuses_of
from reconciler.simulator.store import Store

MOST_PREBOOKS = 60
_PREBOOKS = (
    "SELECT p.*, c.code AS customer, g.code AS location, r.code AS carrier, s.name AS ship_to "
    "FROM prebooks p JOIN customers c ON c.id = p.customer_id JOIN locations g ON g.id = p.location_id "
    "LEFT JOIN carriers r ON r.id = p.carrier_id LEFT JOIN ship_tos s ON s.id = p.ship_to_id"
)


def prebooks(store: Store, _: Clock, asked: dict[str, str]) -> dict[str, Any]:
    """Prebooks, the next truck first, with their items and where the boxes of each come from."""
    where = Where(switches_of(store).searching_parts())
    where.like(asked.get("number", "").strip() or None, "p.number", "c.code", "c.name", "p.customer_po")
    where.exact("p.status", asked.get("status") or None)
    rows = store.rows(
        f"{_PREBOOKS} WHERE {where.sql} ORDER BY p.truck_date, p.id LIMIT ?", *where.values, MOST_PREBOOKS + 1
    )
    known = dict.fromkeys(row["status"] for row in store.rows("SELECT DISTINCT status FROM prebooks"))
    return {
        "prebooks": [_prebook(store, row) for row in rows[:MOST_PREBOOKS]],
        "cut": len(rows) > MOST_PREBOOKS,
        "most": MOST_PREBOOKS,
        "statuses": list(dict.fromkeys((*statuses_of(store), *known))),
        "confirmed": CONFIRMED,
        "cancelled": CANCELLED,
    }


def _prebook(store: Store, row: StoredRow) -> dict[str, Any]:
    items = [_item(store, item) for item in items_of(store, row["id"])]
    wanting = any(boxes_wanted(store, item) > 0 for item in items_of(store, row["id"]))
    return {**dict(row), "items": items, "wanting": wanting}


def _item(store: Store, item: StoredRow) -> dict[str, Any]:
    found = store.row(
        "SELECT p.description, b.code AS box_type, v.code AS vendor FROM prebook_items x "
        "LEFT JOIN products p ON p.id = x.product_id LEFT JOIN box_types b ON b.id = x.box_type_id "
        "LEFT JOIN vendors v ON v.id = x.vendor_id WHERE x.id = ?",
        item["id"],
    )
    assert found is not None
    return {
        **dict(item),
        **dict(found),
        "pack": f"{item['bunches']} × {item['stems']}",
        "sources": _sources(store, item["id"]),
        "orders": store.rows(
            "SELECT o.number, l.status FROM po_lines l JOIN purchase_orders o ON o.id = l.po_id "
            "WHERE l.prebook_item_id = ? ORDER BY l.id",
            item["id"],
        ),
        "invoiced": is_invoiced(store, item["id"]),
    }


def _sources(store: Store, item_id: int) -> list[str]:
    """Where the boxes that an item has taken come from, in words."""
    rows = store.rows(
        "SELECT d.*, o.number FROM prebook_draws d "
        "LEFT JOIN po_lines l ON l.id = d.line_id AND d.origin = 2 "
        "LEFT JOIN purchase_orders o ON o.id = l.po_id WHERE d.item_id = ? ORDER BY d.id",
        item_id,
    )
    return [f"{row['boxes']} of {row['number'] or 'line ' + str(row['line_id'])}" for row in rows]
