"""The whole state of a simulator as one JSON document, for tests and for the stand-in of the web UI."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from sqlite3 import Row as StoredRow
from typing import Any

from reconciler.simulator.clock import Clock
from reconciler.simulator.gate import switches_of
from reconciler.simulator.quota import calls_on, quota_day
from reconciler.simulator.store import Store


def state_of(store: Store, clock: Clock) -> dict[str, Any]:
    """Orders, stock, invoices, prebooks, customers, tokens without values, calls today, the call log."""
    now = clock.now()
    switches = switches_of(store)
    return {
        "now": now.isoformat(),
        "company": {"id": int(store.setting("company_id", "0")), "name": store.setting("company_name", "")},
        "switches": {name: getattr(switches, name) for name in switches.__dataclass_fields__},
        "calls_today": calls_on(store, quota_day(now, switches)),
        **{name: part(store) for name, part in _PARTS.items()},
    }


def part_of(store: Store, name: str) -> list[dict[str, Any]]:
    """One list of the state alone, such as `purchase_orders`: far less work than the whole."""
    return _PARTS[name](store)


def _rows(store: Store, table: str) -> list[dict[str, Any]]:
    return [dict(row) for row in store.rows(f"SELECT * FROM {table} ORDER BY id")]


def _orders(store: Store) -> list[dict[str, Any]]:
    orders = {
        row["id"]: {**dict(row), "hold": bool(row["hold"]), "lines": []}
        for row in store.rows(
            "SELECT o.*, v.code AS vendor, c.code AS customer, g.code AS location, r.code AS carrier "
            "FROM purchase_orders o JOIN vendors v ON v.id = o.vendor_id "
            "JOIN locations g ON g.id = o.location_id LEFT JOIN customers c ON c.id = o.customer_id "
            "LEFT JOIN carriers r ON r.id = o.carrier_id ORDER BY o.id"
        )
    }
    lines = {
        row["id"]: {**dict(row), "breakdowns": [], "box_codes": []}
        for row in store.rows(
            "SELECT l.*, p.code AS product, b.code AS box_type, a.number AS awb FROM po_lines l "
            "JOIN products p ON p.id = l.product_id JOIN box_types b ON b.id = l.box_type_id "
            "LEFT JOIN awbs a ON a.id = l.awb_id ORDER BY l.id"
        )
    }
    for row in store.rows("SELECT * FROM po_breakdowns ORDER BY id"):
        lines[row["line_id"]]["breakdowns"].append(dict(row))
    for row in store.rows("SELECT * FROM po_boxes ORDER BY id"):
        lines[row["line_id"]]["box_codes"].append(row["code"])
    for line in lines.values():
        orders[line["po_id"]]["lines"].append(line)
    return list(orders.values())


def _stock(store: Store) -> list[dict[str, Any]]:
    """Every on-hand line, sold out ones too, so that boxes can be counted: boxes + sold + lost = arrived."""
    rows = store.rows(
        "SELECT l.*, g.code AS location, p.code AS product, p.description, v.code AS vendor, "
        "b.code AS box_type, c.code AS customer FROM inventory_lines l "
        "JOIN locations g ON g.id = l.location_id JOIN products p ON p.id = l.product_id "
        "JOIN vendors v ON v.id = l.vendor_id JOIN box_types b ON b.id = l.box_type_id "
        "LEFT JOIN customers c ON c.id = l.customer_id ORDER BY l.id"
    )
    flags = ("held", "staging", "sell_fast")
    return [{**dict(row), **{name: bool(row[name]) for name in flags}} for row in rows]


def _prebooks(store: Store) -> list[dict[str, Any]]:
    """Every prebook with its items, and with each item its breakdowns and the boxes that it has taken."""
    prebooks = _with_items(
        store.rows(
            "SELECT p.*, c.code AS customer, g.code AS location, r.code AS carrier FROM prebooks p "
            "JOIN customers c ON c.id = p.customer_id JOIN locations g ON g.id = p.location_id "
            "LEFT JOIN carriers r ON r.id = p.carrier_id ORDER BY p.id"
        ),
        store.rows(
            "SELECT x.*, d.code AS product, v.code AS vendor, b.code AS box_type FROM prebook_items x "
            "LEFT JOIN products d ON d.id = x.product_id LEFT JOIN vendors v ON v.id = x.vendor_id "
            "LEFT JOIN box_types b ON b.id = x.box_type_id ORDER BY x.id"
        ),
        "prebook_id",
    )
    items = {item["id"]: item for prebook in prebooks for item in prebook["items"]}
    for item in items.values():
        item |= {"breakdowns": [], "draws": []}
    for row in store.rows(
        "SELECT y.*, d.code AS product FROM prebook_breakdowns y "
        "LEFT JOIN products d ON d.id = y.product_id ORDER BY y.id"
    ):
        items[row["item_id"]]["breakdowns"].append(dict(row))
    for row in store.rows("SELECT * FROM prebook_draws ORDER BY id"):
        items[row["item_id"]]["draws"].append(dict(row))
    return prebooks


def _invoices(store: Store) -> list[dict[str, Any]]:
    return _with_items(
        store.rows(
            "SELECT i.*, c.code AS customer FROM invoices i "
            "JOIN customers c ON c.id = i.customer_id ORDER BY i.id"
        ),
        store.rows("SELECT * FROM invoice_items ORDER BY id"),
        "invoice_id",
    )


def _web_orders(store: Store) -> list[dict[str, Any]]:
    orders = store.rows("SELECT * FROM web_orders ORDER BY id")
    return _with_items(orders, store.rows("SELECT * FROM web_order_items ORDER BY id"), "web_order_id")


def _with_items(heads: list[StoredRow], items: list[StoredRow], key: str) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {row["id"]: {**dict(row), "items": []} for row in heads}
    for item in items:
        found[item[key]]["items"].append(dict(item))
    return list(found.values())


def _shop_settings(store: Store) -> list[dict[str, Any]]:
    return [dict(row) for row in store.rows("SELECT * FROM shop_settings ORDER BY customer_id")]


def _tokens(store: Store) -> list[dict[str, Any]]:
    return [
        {"name": row["name"], "type": row["type"], "methods": row["methods"].split()}
        for row in store.rows("SELECT * FROM tokens ORDER BY name, value")
    ]


def _calls(store: Store) -> list[dict[str, Any]]:
    rows = store.rows("SELECT * FROM calls ORDER BY number")
    return [{**dict(row), "params": json.loads(row["params"])} for row in rows]


_PARTS: Mapping[str, Callable[[Store], list[dict[str, Any]]]] = {
    "purchase_orders": _orders,
    "inventory": _stock,
    "invoices": _invoices,
    "prebooks": _prebooks,
    "web_orders": _web_orders,
    "loose_units": partial(_rows, table="loose_units"),
    "shop_settings": _shop_settings,
    "customers": partial(_rows, table="customers"),
    "ship_tos": partial(_rows, table="ship_tos"),
    "contacts": partial(_rows, table="contacts"),
    "vendors": partial(_rows, table="vendors"),
    "vendor_aliases": partial(_rows, table="vendor_aliases"),
    "parked_products": partial(_rows, table="parked_products"),
    "awbs": partial(_rows, table="awbs"),
    "tokens": _tokens,
    "faults": partial(_rows, table="faults"),
    "calls": _calls,
}
