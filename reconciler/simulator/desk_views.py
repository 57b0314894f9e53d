"""What the desk's pages show, read from the store into plain values."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from sqlite3 import Row as StoredRow
from typing import Any

from msgspec.structs import replace

from reconciler.simulator.clock import Clock
from reconciler.simulator.desk_forms import every_form
from reconciler.simulator.filters import Where
from reconciler.simulator.gate import switches_of
from reconciler.simulator.orders import STATUS_WORDS, LineStatus, OrderStatus
from reconciler.simulator.quota import calls_on, quota_day
from reconciler.simulator.shop import Look, Whose, future_sales_id, shelf, shop_settings
from reconciler.simulator.store import Store
from reconciler.simulator.switches import Switches

Page = dict[str, Any]
_UNCONFIRMED = (LineStatus.PENDING, LineStatus.PARTIAL)
MOST_LINES = 150
MOST_ORDERS = 60
MOST_CALLS = 200
MOST_SHELF = 80
CALLS_A_USER = 1000
_LINES = (
    "SELECT l.*, g.code AS location, p.code AS product, p.description, v.name AS vendor, "
    "b.code AS box_type, c.code AS customer, c.name AS customer_name FROM inventory_lines l "
    "JOIN locations g ON g.id = l.location_id JOIN products p ON p.id = l.product_id "
    "JOIN vendors v ON v.id = l.vendor_id JOIN box_types b ON b.id = l.box_type_id "
    "LEFT JOIN customers c ON c.id = l.customer_id"
)
_PO_LINES = (
    "SELECT l.*, o.number, o.ship_date, o.hold, o.status AS order_status, g.code AS location, "
    "p.code AS product, p.description, v.name AS vendor, b.code AS box_type, c.code AS customer, "
    "o.customer_id, a.number AS awb, k.number AS prebook "
    "FROM po_lines l JOIN purchase_orders o ON o.id = l.po_id "
    "JOIN locations g ON g.id = o.location_id JOIN products p ON p.id = l.product_id "
    "JOIN vendors v ON v.id = o.vendor_id JOIN box_types b ON b.id = l.box_type_id "
    "LEFT JOIN customers c ON c.id = o.customer_id LEFT JOIN awbs a ON a.id = l.awb_id "
    "LEFT JOIN prebook_items x ON x.id = l.prebook_item_id LEFT JOIN prebooks k ON k.id = x.prebook_id"
)


def surroundings(store: Store, clock: Clock) -> Page:
    """What every page shows: the company, the time, the quota, the codes to choose from."""
    now, switches = clock.now(), switches_of(store)
    used, quota = calls_on(store, quota_day(now, switches)), switches.quota_users * CALLS_A_USER
    return {
        "company": store.setting("company_name", ""),
        "now": now.strftime("%a %d %b %Y, %H:%M:%S UTC"),
        "used": used,
        "quota": quota,
        "customers": store.rows("SELECT code, name FROM customers WHERE active = 1 ORDER BY code"),
        "locations": [row["code"] for row in store.rows("SELECT code FROM locations ORDER BY id")],
        "future_sales": switches.future_sales_customer,
    }


def stock(store: Store, clock: Clock, asked: dict[str, str]) -> Page:
    """Stock on hand by location and product, as filtered."""
    where = _stock_where(switches_of(store), asked)
    rows = store.rows(
        f"{_LINES} WHERE {where.sql} ORDER BY l.location_id, p.description COLLATE NOCASE, "
        "l.inventory_date, l.id LIMIT ?",
        *where.values,
        MOST_LINES + 1,
    )
    totals = store.row(
        "SELECT sum(l.boxes) AS boxes, "
        "sum(CASE WHEN l.customer_id IS NOT NULL THEN l.boxes END) AS reserved, "
        "sum(CASE WHEN l.held = 1 THEN l.boxes END) AS held, "
        "sum(CASE WHEN l.staging = 1 THEN l.boxes END) AS staging, count(*) AS lines "
        "FROM inventory_lines l JOIN products p ON p.id = l.product_id "
        "JOIN locations g ON g.id = l.location_id LEFT JOIN customers c ON c.id = l.customer_id "
        f"WHERE {where.sql}",
        *where.values,
    )
    assert totals is not None
    today = clock.now().date()
    return {
        "places": _by_place([_line(row, today) for row in rows[:MOST_LINES]]),
        "totals": {name: totals[name] or 0 for name in ("boxes", "reserved", "held", "staging", "lines")},
        "cut": len(rows) > MOST_LINES,
        "most": MOST_LINES,
    }


def _stock_where(switches: Switches, asked: dict[str, str]) -> Where:
    where = Where(switches.searching_parts())
    where.add("l.boxes > 0")
    where.exact("g.code", asked.get("location") or None)
    where.like(asked.get("product", "").strip() or None, "p.code", "p.description", exactly="l.id = ?")
    match asked.get("state"):
        case "free":
            where.add("l.customer_id IS NULL AND l.held = 0 AND l.staging = 0 AND l.type = 'M'")
        case "reserved":
            where.add("l.customer_id IS NOT NULL")
        case "held":
            where.add("l.held = 1")
        case "staging":
            where.add("l.staging = 1")
    where.exact("c.code", asked.get("customer", "").strip() or None)
    return where


def _line(row: StoredRow, today: date) -> Page:
    age = (today - date.fromisoformat(row["inventory_date"])).days
    return {**dict(row), "age": age, "pack": f"{row['bunches']} × {row['stems']}"}


def _by_place(lines: Iterable[Page]) -> list[Page]:
    """Lines grouped by location, and there by product, in the order in which they come."""
    places = []
    for location, found in groupby(lines, key=lambda line: line["location"]):
        groups = [
            {"product": product, "description": description, **_counted(list(own))}
            for (product, description), own in groupby(
                found, key=lambda line: (line["product"], line["description"])
            )
        ]
        boxes, free = (sum(group[name] for group in groups) for name in ("boxes", "free"))
        places.append({"location": location, "groups": groups, "boxes": boxes, "free": free})
    return places


def _counted(lines: list[Page]) -> Page:
    """The lines with their boxes, and how many of these anyone can buy."""
    free = [
        line["boxes"]
        for line in lines
        if line["customer"] is None and line["type"] == "M" and not (line["held"] or line["staging"])
    ]
    return {"lines": lines, "boxes": sum(line["boxes"] for line in lines), "free": sum(free)}


def orders(store: Store, _: Clock, asked: dict[str, str]) -> Page:
    """Purchase orders, the next to ship first, with their lines and what hides them."""
    where = Where(switches_of(store).searching_parts())
    where.like(
        asked.get("number", "").strip() or None,
        *("o.number", "v.name", "v.code", "c.code"),
        exactly="o.id IN (SELECT po_id FROM po_lines WHERE id = ?)",
    )
    where.exact("o.status", asked.get("status") or None)
    rows = store.rows(
        "SELECT o.*, v.name AS vendor, g.code AS location, c.code AS customer, r.code AS carrier "
        "FROM purchase_orders o JOIN vendors v ON v.id = o.vendor_id "
        "JOIN locations g ON g.id = o.location_id LEFT JOIN customers c ON c.id = o.customer_id "
        "LEFT JOIN carriers r ON r.id = o.carrier_id "
        f"WHERE {where.sql} ORDER BY o.ship_date, o.number LIMIT ?",
        *where.values,
        MOST_ORDERS + 1,
    )
    shown = [
        {
            **dict(row),
            "status_words": STATUS_WORDS[OrderStatus(row["status"])],
            "lines": lines,
            "waiting": any(line["status"] in _UNCONFIRMED for line in lines),
        }
        for row in rows[:MOST_ORDERS]
        for lines in [_order_lines(store, "l.po_id = ?", row["id"])]
    ]
    return {
        "orders": shown,
        "cut": len(rows) > MOST_ORDERS,
        "most": MOST_ORDERS,
        "statuses": [(each.value, STATUS_WORDS[each]) for each in OrderStatus],
    }


def _order_lines(store: Store, condition: str, value: int) -> list[Page]:
    return [
        {
            **dict(row),
            "left": max(0, row["confirmed"] - row["sold"] - row["received"]),
            "hidden": _hidden_because(row),
            "pack": f"{row['bunches']} × {row['stems']}",
        }
        for row in store.rows(f"{_PO_LINES} WHERE {condition} ORDER BY o.ship_date, l.id", value)
    ]


def _hidden_because(row: StoredRow) -> list[str]:
    """Which of the conditions for being seen are not met (Komet API §6.2)."""
    if row["order_status"] == OrderStatus.CANCELLED or row["status"] == "Cancelled":
        return ["cancelled"]
    if row["received"]:
        return ["received into stock"]
    if row["prebook"]:
        return [f"bought for prebook {row['prebook']}"]
    found = []
    if row["hold"]:
        found.append("on hold")
    if row["customer_id"] is None:
        found.append("no customer")
    if not float(row["price"] or 0):
        found.append("no price")
    if not row["confirmed"]:
        found.append("not confirmed")
    elif row["confirmed"] <= row["sold"]:
        found.append("sold out")
    return found


def reservations(store: Store, clock: Clock, asked: dict[str, str]) -> Page:
    """What is kept for whom: lines on hand and boxes on order, by customer."""
    everybody = future_sales_id(store, switches_of(store))
    today = clock.now().date()
    found = []
    for customer in store.rows(
        "SELECT * FROM customers c WHERE id <> ? AND (id IN (SELECT customer_id FROM inventory_lines "
        "WHERE boxes > 0) OR id IN (SELECT customer_id FROM purchase_orders WHERE status <> 'CA')) "
        "ORDER BY name COLLATE NOCASE",
        -1 if everybody is None else everybody,
    ):
        if asked.get("customer", "").strip().upper() not in ("", str(customer["code"]).upper()):
            continue
        lines = store.rows(
            f"{_LINES} WHERE l.customer_id = ? AND l.boxes > 0 ORDER BY l.location_id, "
            "p.description COLLATE NOCASE, l.id",
            customer["id"],
        )
        ordered = _order_lines(
            store,
            "l.received = 0 AND o.status <> 'CA' AND l.status <> 'Cancelled' AND l.prebook_item_id IS NULL "
            "AND o.customer_id = ?",
            customer["id"],
        )
        if lines or ordered:
            found.append(
                {
                    "code": customer["code"],
                    "name": customer["name"],
                    "lines": [_line(row, today) for row in lines],
                    "ordered": ordered,
                    "boxes": sum(row["boxes"] for row in lines),
                    "boxes_ordered": sum(row["boxes"] for row in ordered),
                }
            )
    return {"reserved": found[:MOST_ORDERS]}


def shops(store: Store, clock: Clock, _: dict[str, str]) -> Page:
    """For each Customer token: what it sees now, reserved and free, and the shop settings in force."""
    switches, today = switches_of(store), clock.now().date()
    seen = []
    for row in store.rows(
        "SELECT DISTINCT c.* FROM customers c JOIN tokens t ON t.party = c.id AND t.type = 'Customer' "
        "ORDER BY c.name COLLATE NOCASE"
    ):
        look = Look(row["id"], Whose.RESERVED, today, switches)
        seen.append(
            {
                "code": row["code"],
                "name": row["name"],
                "reserved": shelf(store, look, MOST_SHELF),
                "free": shelf(store, replace(look, whose=Whose.FREE), MOST_SHELF),
                "settings": shop_settings(store, row["id"], switches),
            }
        )
    return {"shops": seen, "most": MOST_SHELF, "access": switches.transactional_access}


def sales(store: Store, _: Clock, __: dict[str, str]) -> Page:
    """Invoices and open web orders, the newest first."""
    invoices = store.rows(
        "SELECT i.*, c.code AS customer FROM invoices i JOIN customers c ON c.id = i.customer_id "
        "ORDER BY i.id DESC LIMIT ?",
        MOST_ORDERS,
    )
    return {
        "invoices": [{**dict(row), "items": _invoice_items(store, row["id"])} for row in invoices],
        "open_orders": store.rows(
            "SELECT w.id, c.code AS customer, w.created_on, count(x.id) AS items, sum(x.boxes) AS boxes "
            "FROM web_orders w JOIN customers c ON c.id = w.customer_id "
            "LEFT JOIN web_order_items x ON x.web_order_id = w.id WHERE w.status = 1 "
            "GROUP BY w.id ORDER BY w.id DESC LIMIT ?",
            MOST_ORDERS,
        ),
        "states": {0: "Pending", 1: "Confirmed", 2: "Draft", 4: "Voided"},
    }


def _invoice_items(store: Store, invoice_id: int) -> list[StoredRow]:
    return store.rows(
        "SELECT x.*, p.description, b.code AS box_type FROM invoice_items x "
        "JOIN products p ON p.id = x.product_id JOIN box_types b ON b.id = x.box_type_id "
        "WHERE x.invoice_id = ? ORDER BY x.id",
        invoice_id,
    )


def log(store: Store, _: Clock, __: dict[str, str]) -> Page:
    """The last calls, and the faults that are scripted."""
    calls = store.rows("SELECT * FROM calls ORDER BY number DESC LIMIT ?", MOST_CALLS)
    return {
        "calls": [
            {**dict(row), "params": json.dumps(json.loads(row["params"]), indent=2, ensure_ascii=False)}
            for row in calls
        ],
        "faults": store.rows("SELECT * FROM faults ORDER BY id"),
        "most": MOST_CALLS,
    }


def actions(store: Store, _: Clock, __: dict[str, str]) -> Page:
    """A form for each operator action there is."""
    return {"forms": every_form(switches_of(store))}
