"""What a customer may see and buy: the four conditions, the dates, the boxes left, the shop's settings."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import StrEnum
from sqlite3 import Row as StoredRow

from msgspec import Struct

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.lookup import by_code
from reconciler.simulator.store import Column, Store
from reconciler.simulator.switches import Switches

ON_HAND, FUTURE = 1, 2
"""Origins of a row: open market, future sales (Komet API §1.8)."""
COMPANY = 0
"""The customer id under which the settings for all customers stand."""
MONTHS_AHEAD = 2
MOST_DAYS = 36500
"""Days beyond which a limit is none."""


class Whose(StrEnum):
    """Which rows a look at the shop is about: the customer's, everybody's, both of them, all there are."""

    RESERVED = "reserved"
    FREE = "free"
    EITHER = "either"
    ANY = "any"


class ShopSettings(Struct, frozen=True):
    """What the web UI sets for a customer's shop; ages and days count from today (§6.4)."""

    max_age: int | None = None
    min_age: int | None = None
    max_days_ahead: int | None = None
    hide_on_hand: bool = False
    future_if_none: bool = False
    vendor_visible: bool = True


SHOP_NAMES = ShopSettings.__struct_fields__


class Look(Struct, frozen=True):
    """One look of a customer at its shop, `day` None for the next two months."""

    customer_id: int
    whose: Whose
    today: date
    switches: Switches
    day: date | None = None
    location_id: int | None = None
    search: str | None = None
    category_id: int | None = None
    color: str | None = None
    only: tuple[int, tuple[int, ...]] | None = None
    """Only these line ids of this origin."""


class _Terms(Struct, frozen=True):
    """What a look turns on: the customer's settings and price, the Future Sales customer, the window."""

    settings: ShopSettings
    price: str
    future_sales_id: int | None
    first: date
    last: date


class Shelf(Struct, frozen=True):
    """The rows of a page, and how many rows all pages have."""

    rows: list[StoredRow]
    total: int


def shop_settings(store: Store, customer_id: int, switches: Switches) -> ShopSettings:
    """The customer's own settings over those for all customers."""
    found: dict[str, int] = {"vendor_visible": int(switches.vendor_visible == "yes")}
    for owner in (COMPANY, customer_id):
        row = store.row("SELECT * FROM shop_settings WHERE customer_id = ?", owner)
        if row is not None:
            found |= {name: row[name] for name in SHOP_NAMES if row[name] is not None}
    return ShopSettings(
        max_age=found.get("max_age"),
        min_age=found.get("min_age"),
        max_days_ahead=found.get("max_days_ahead"),
        hide_on_hand=bool(found.get("hide_on_hand")),
        future_if_none=bool(found.get("future_if_none")),
        vendor_visible=bool(found["vendor_visible"]),
    )


def future_sales_id(store: Store, switches: Switches) -> int | None:
    """The Future Sales customer, if the settings name one (§6.1)."""
    found = by_code(store, "customers", switches.future_sales_customer)
    return None if found is None else int(found["id"])


def shelf(store: Store, look: Look, limit: int = -1, offset: int = 0) -> Shelf:
    """What the customer sees: on hand first, then by description; `limit` -1 for all rows."""
    terms = _terms(store, look)
    if terms.last < terms.first:
        return Shelf([], 0)
    parts = [part for part in (_on_hand(look, terms), _future(look, terms)) if part is not None]
    if not parts:
        return Shelf([], 0)
    found = " UNION ALL ".join(sql for sql, _ in parts)
    values = [value for _, each in parts for value in each]
    if look.switches.ecommerce_grouping == "off":
        rows_of = f"SELECT *, id AS ids, boxes AS left FROM ({found})"
    else:
        rows_of = f"SELECT *, group_concat(id) AS ids, sum(boxes) AS left FROM ({found}) GROUP BY {_EQUAL}"
    rows = store.rows(
        f"{rows_of} ORDER BY origin, description COLLATE NOCASE, available_from, id LIMIT ? OFFSET ?",
        *values,
        limit,
        offset,
    )
    if offset == 0 and (limit < 0 or len(rows) < limit):
        return Shelf(rows, len(rows))
    total = store.row(f"SELECT count(*) AS rows FROM ({rows_of})", *values)
    return Shelf(rows, 0 if total is None else int(total["rows"]))


_EQUAL = "origin, product_id, box_type_id, bunches, stems, unit, price, vendor, available_from, available_to"
_SHOWN = (
    "l.id, {origin} AS origin, l.product_id, p.code, p.description, l.box_type_id, b.code AS box_type, "
    "{boxes} AS boxes, l.unit, l.bunches, l.stems, {price} AS price, {vendor} AS vendor, "
    "{start} AS available_from, {end} AS available_to"
)


def _terms(store: Store, look: Look) -> _Terms:
    customer = store.by_id("customers", look.customer_id)
    if customer is None:
        raise Refused("Customer not found.")
    settings = shop_settings(store, look.customer_id, look.switches)
    furthest = _months_later(look.today, MONTHS_AHEAD)
    if settings.max_days_ahead is not None:
        reach = look.today + timedelta(days=settings.max_days_ahead)
        furthest = reach if look.day is not None else min(furthest, reach)
    elif look.day is not None:
        furthest = date.max
    first, last = (look.today, furthest) if look.day is None else (look.day, min(look.day, furthest))
    level_b = customer["default_price"] == "B"
    price = "coalesce(l.price_b, l.price_a)" if level_b else "l.price_a"
    return _Terms(settings, price, future_sales_id(store, look.switches), max(first, look.today), last)


def _on_hand(look: Look, terms: _Terms) -> tuple[str, list[Column]] | None:
    """On-hand rows: not in staging, not held, of the right age (§4.1, A34, §6.4)."""
    settings = terms.settings
    if settings.hide_on_hand or (look.only is not None and look.only[0] != ON_HAND):
        return None
    where = _on_hand_where(look, settings)
    bound = "min({most}, date(l.inventory_date, '+{days} days'))".format(
        most=f"'{_months_later(look.today, MONTHS_AHEAD)}'", days=settings.max_age
    )
    shown = _SHOWN.format(
        origin=ON_HAND,
        boxes="l.boxes",
        price=terms.price,
        vendor="v.name" if settings.vendor_visible else "NULL",
        start="l.inventory_date",
        end=f"'{_months_later(look.today, MONTHS_AHEAD)}'" if settings.max_age is None else bound,
    )
    sql = (
        f"SELECT {shown} FROM inventory_lines l JOIN products p ON p.id = l.product_id "
        "JOIN box_types b ON b.id = l.box_type_id JOIN vendors v ON v.id = l.vendor_id "
        f"WHERE {where.sql}"
    )
    return sql, where.values


def _on_hand_where(look: Look, settings: ShopSettings) -> Where:
    where = Where(look.switches)
    where.add("l.boxes > 0 AND l.staging = 0 AND l.held = 0")
    own, free = "l.customer_id = ?", "l.customer_id IS NULL AND l.type = 'M'"
    match look.whose:
        case Whose.RESERVED:
            where.add(own, look.customer_id)
        case Whose.FREE:
            where.add(free)
        case Whose.EITHER:
            where.add(f"({own} OR {free})", look.customer_id)
        case Whose.ANY:
            pass
    if settings.max_age is not None:
        where.add("l.inventory_date >= ?", _days_before(look.today, settings.max_age))
    if settings.min_age is not None:
        where.add("l.inventory_date <= ?", _days_before(look.today, settings.min_age))
    where.exact("l.location_id", look.location_id)
    _filter(where, look)
    return where


def _future(look: Look, terms: _Terms) -> tuple[str, list[Column]] | None:
    """Future rows: the four conditions of §6.2, the date, the boxes left (A25)."""
    if look.only is not None and look.only[0] != FUTURE:
        return None
    where = Where(look.switches)
    future_conditions(where, terms.first, terms.last, terms.future_sales_id)
    own = "(o.customer_id = ? AND o.customer_id <> ?)"
    free = "o.customer_id = ?"
    everybody = -1 if terms.future_sales_id is None else terms.future_sales_id
    match look.whose:
        case Whose.RESERVED:
            where.add(own, look.customer_id, everybody)
        case Whose.FREE:
            where.add(free, everybody)
        case Whose.EITHER:
            where.add(f"({own} OR {free})", look.customer_id, everybody, everybody)
        case Whose.ANY:
            where.add("o.customer_id IS NOT NULL")
    where.exact("o.location_id", look.location_id)
    _filter(where, look)
    if terms.settings.future_if_none and not terms.settings.hide_on_hand:
        others = _on_hand_where(look, terms.settings)
        where.add(
            "l.product_id NOT IN (SELECT l.product_id FROM inventory_lines l "
            f"JOIN products p ON p.id = l.product_id WHERE {others.sql})",
            *others.values,
        )
    days = min(look.switches.truck_days_after, MOST_DAYS)
    end = f"'{_months_later(look.today, MONTHS_AHEAD)}'"
    if days:
        end = f"CASE o.customer_id WHEN {everybody} THEN date(o.ship_date, '+{days} days') ELSE {end} END"
    shown = _SHOWN.format(
        origin=FUTURE,
        boxes=FUTURE_LEFT,
        price="l.price",
        vendor="v.name" if terms.settings.vendor_visible else "NULL",
        start="o.ship_date",
        end=end,
    )
    sql = (
        f"SELECT {shown} FROM po_lines l JOIN purchase_orders o ON o.id = l.po_id "
        "JOIN products p ON p.id = l.product_id JOIN box_types b ON b.id = l.box_type_id "
        f"JOIN vendors v ON v.id = o.vendor_id WHERE {where.sql}"
    )
    return sql, where.values


FUTURE_LEFT = "(l.confirmed - l.sold - l.received)"
"""Boxes of an ordered line that can still be sold before they arrive (A25)."""


def future_conditions(where: Where, first: date, last: date, everybody: int | None) -> None:
    """What lines `l` of orders `o` fulfil, whoever looks: no hold, boxes confirmed, a price, the date."""
    switches = where.switches
    where.add("o.hold = 0 AND o.status <> 'CA' AND l.status <> 'Cancelled'")
    where.add(f"{FUTURE_LEFT} > 0 AND l.prebook_item_id IS NULL")
    if switches.price_zero_visible == "off":
        where.add("CAST(l.price AS REAL) > 0")
    if switches.future_visible_from == "ship_date":
        where.add("o.ship_date <= ?", last.isoformat())
    if switches.truck_days_after and everybody is not None:
        oldest = _days_before(first, switches.truck_days_after)
        where.add("(o.customer_id <> ? OR o.ship_date >= ?)", everybody, oldest)


def _filter(where: Where, look: Look) -> None:
    """What the customer searches for."""
    where.like(look.search, "p.description")
    where.exact("p.color", look.color)
    if look.category_id is not None:
        where.add("p.category = (SELECT name FROM categories WHERE id = ?) COLLATE NOCASE", look.category_id)
    if look.only is not None:
        ids = look.only[1]
        where.add(f"l.id IN ({', '.join('?' * len(ids))})", *ids)


def _days_before(day: date, days: int) -> str:
    return (day - timedelta(days=min(days, MOST_DAYS))).isoformat()


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last one."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))
