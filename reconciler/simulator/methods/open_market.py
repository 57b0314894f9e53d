"""What anyone may buy: inventory.openmarket.list and future.inventory.openmarket.list."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from sqlite3 import Row as StoredRow

from msgspec import Struct

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.method import Answer, Call, Listing, Row, method
from reconciler.simulator.methods.inventory import STOCK, money, stock_row
from reconciler.simulator.shop import FUTURE_LEFT, future_conditions, future_sales_id, shop_settings
from reconciler.simulator.stock import open_market_id


class _Buyer(Struct, frozen=True):
    """What `customerId` changes in these lists: FOB price and vendor visibility (Komet API §4.4)."""

    vendor_visible: bool = True
    markup: Decimal = Decimal(1)


@method("inventory.openmarket.list", "GET Q", "C", text_status=True)
def inventory_openmarket_list(call: Call) -> Answer:
    """Free boxes on hand: no reserved, held or non-M lines; customerId is no filter (§4.4, Q11, A6)."""
    where = Where(call.switches)
    where.add("l.boxes > 0 AND l.staging = 0 AND l.held = 0 AND l.type = 'M'")
    if call.switches.reserved_in_openmarket == "hidden":
        where.add("l.customer_id IS NULL")
    where.exact("l.location_id", call.params.integer("locationId", "locationid"))
    buyer = _buyer(call)
    rows = call.store.rows(
        f"{STOCK} WHERE {where.sql} ORDER BY p.description COLLATE NOCASE, l.id", *where.values
    )
    return Listing("inventoryItems", [_on_hand_row(call, row, buyer) for row in rows], "Inventory items")


def _buyer(call: Call) -> _Buyer:
    """How the customer of `customerId` sees the list; without one as the company does."""
    key = call.params.integer("customerId")
    if key is None:
        return _Buyer()
    customer = call.store.by_id("customers", key)
    if customer is None:
        raise Refused(f"Customer not found: {key}.")
    visible = shop_settings(call.store, key, call.switches).vendor_visible
    markup = customer["price_b_markup"] if customer["default_price"] == "B" else None
    return _Buyer(visible, Decimal(1) if markup is None else 1 + Decimal(markup) / 100)


def _on_hand_row(call: Call, row: StoredRow, buyer: _Buyer) -> Row:
    return {
        "inventoryId": open_market_id(call.switches, row["id"]),
        **stock_row(row),
        "vendor": row["vendor"] if buyer.vendor_visible else None,
        "price": _money(row["price_a"]),
        "priceB": _money(row["price_b"]),
        "fobPrice": _fob(row["fob"], buyer),
    }


def _money(amount: str | None) -> Decimal | None:
    return None if amount is None else money(amount)


def _fob(amount: str | None, buyer: _Buyer) -> Decimal | None:
    if amount is None:
        return None
    return (Decimal(amount) * buyer.markup).quantize(Decimal("0.01"), ROUND_HALF_UP)


@method("future.inventory.openmarket.list", "GET Q", "C")
def future_inventory_openmarket_list(call: Call) -> Answer:
    """Confirmed, priced boxes of the Future Sales customer's orders, never anyone else's (§6.5, A33, Q20)."""
    first, last = call.params.need_date("dateFrom"), call.params.need_date("dateTo")
    if last < first:
        raise Refused("dateTo must not be before dateFrom.")
    buyer = _buyer(call)
    everybody = future_sales_id(call.store, call.switches)
    where = Where(call.switches)
    future_conditions(where, first, last, everybody)
    where.add("o.customer_id = ?", everybody)
    where.exact("o.location_id", call.params.integer("locationId", "locationid"))
    rows = call.store.rows(
        f"SELECT l.id, {FUTURE_LEFT} AS boxes, l.product_id, l.box_type_id, l.bunches, l.stems, l.unit, "
        "l.price, p.code AS product_code, p.description, p.grade, p.category, b.code AS box_type, "
        "v.name AS vendor, v.port_origin FROM po_lines l JOIN purchase_orders o ON o.id = l.po_id "
        "JOIN products p ON p.id = l.product_id JOIN box_types b ON b.id = l.box_type_id "
        f"JOIN vendors v ON v.id = o.vendor_id WHERE {where.sql} "
        "ORDER BY p.description COLLATE NOCASE, l.id",
        *where.values,
    )
    return Listing("inventoryItems", [_future_row(row, buyer) for row in rows], "Inventory items")


def _future_row(row: StoredRow, buyer: _Buyer) -> Row:
    return {
        "inventoryId": row["id"],
        **stock_row(row),
        "vendor": row["vendor"] if buyer.vendor_visible else None,
        "portOfOrigin": row["port_origin"],
        "price": _money(row["price"]),
        "priceB": _money(row["price"]),
    }
