"""An account that people have run for years: customers, orders and kept stock, none of it ours."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from reconciler.simulator.seed import Document

FIRST_DAY = date(2027, 1, 11)
DAYS = 20
_PLACES = ("MIA", "LAX", "JFK")
_PACKS = (("HB", 12, 25, "Stem"), ("QB", 8, 25, "Stem"), ("FB", 24, 25, "Stem"), ("QB", 10, 10, "Bunch"))
_PRODUCTS = (
    "RSFRE50",
    "RSFRE60",
    "RSMON50",
    "RSMON60",
    "RSEXP60",
    "RSVEN60",
    "CNNELF",
    "ALVIR",
    "HYWHT",
    "GYXL",
)
_VENDORS = ("ROSALEDA", "ALTAFLOR", "CAYAMBE", "SABANA", "RIONEGRO", "ELPRADO", "PICHINCHA")

Row = dict[str, Any]


def standing_account(customers: int, orders: int, prebooks: int, stock: int, seed: int = 1) -> Document:
    """What a seed adds to the wholesaler for an account of that size, everything in it on twenty days; the
    same for the same arguments."""
    draw = Random(seed)
    shops = [_customer(place, draw) for place in range(customers)]
    return {
        "customers": shops,
        "purchase_orders": [_order(place, draw, shops) for place in range(orders)],
        "prebooks": [_prebook(place, draw, shops) for place in range(prebooks)],
        "inventory": [_line_on_hand(place, draw, shops[: max(3, customers // 20)]) for place in range(stock)],
        "next_po_number": 300_000,
        "next_prebook_number": 300_000,
    }


def _customer(place: int, draw: Random) -> Row:
    """Every fourth one has ship-tos."""
    names = ["Main store", "Airport", f"Branch {place}"][: draw.randint(1, 3)] if place % 4 == 0 else []
    ship_tos = [
        {"id": 90_000 + 10 * place + number, "name": name, "address": f"{number} Rose St", "city": "Miami"}
        for number, name in enumerate(names)
    ]
    row: Row = {
        "id": 60_000 + place,
        "code": f"SHP{place:04d}",
        "name": f"Blossom {place}",
        "type": "Retailer",
    }
    return row | {"phone": f"305-555-{place:04d}", "ship_tos": ship_tos}


def _order(place: int, draw: Random, shops: list[Row]) -> Row:
    lines = [_line(draw, product) for product in draw.sample(_PRODUCTS, draw.randint(1, 4))]
    if place % 7 == 0:
        lines.append({**lines[0], "boxes": 3})  # as a shipment in two parts leaves it
    return {
        "number": f"P{200_000 + place:06d}",
        "vendor": draw.choice(_VENDORS),
        "ship_date": _day(draw),
        "location": draw.choice(_PLACES),
        "customer": draw.choice(shops)["code"],
        "carrier": draw.choice(("KLA", "ATC", "QCX")),
        "comments": f"Programme {place}" if place % 3 else "",
        "status": draw.choice(("PA", "A", "CF")),
        "lines": [{**line, "notes": "Keep cool"} if place % 5 == 0 else line for line in lines],
    }


def _prebook(place: int, draw: Random, shops: list[Row]) -> Row:
    """Boxes, units and assorted boxes; some to a ship-to, some from the grower, some with lines split."""
    shop = draw.choice(shops)
    items = [_item(draw, product) for product in draw.sample(_PRODUCTS, draw.randint(1, 4))]
    if place % 5 == 0:
        items.append(_assorted(draw))
    if place % 6 == 0:
        items.append({**items[0], "boxes": 2, "vendor": "SABANA"})
    if place % 8 == 0:
        items.append({"product": "GREUC", "item_type": "UN", "units": 40, "unit": "Bunch", "price": "2.50"})
    row: Row = {
        "number": f"{200_000 + place:06d}",
        "customer": shop["code"],
        "location": draw.choice(_PLACES),
        "carrier": draw.choice(("FEDEX", "UPS", "TRK")),
        "truck_date": _day(draw),
        "ship_via": draw.choice(("warehouse", "grower")),
        "items": items,
    }
    if shop["ship_tos"] and place % 3:
        row["ship_to"] = draw.choice(shop["ship_tos"])["name"]
    optional = {"customer_po": f"PO-{place}", "comments": f"Standing order {place}"}
    return row | {name: text for name, text in optional.items() if draw.random() < 0.6}


def _item(draw: Random, product: str) -> Row:
    item = {
        **_line(draw, product),
        "vendor": draw.choice(_VENDORS),
        "price": f"{draw.randint(40, 900) / 100:.2f}",
    }
    hidden = {"notes": "Keep upright", "order_source": "phone call"}
    return {
        **item,
        **(hidden if draw.random() < 0.3 else {}),
        **({"mark_code": "BN"} if draw.random() < 0.2 else {}),
    }


def _assorted(draw: Random) -> Row:
    parts = [
        {"product": product, "bunches": bunches, "stems": 10, "cost": "3.00", "price": "4.70"}
        for product, bunches in (("RSFRE60", draw.randint(2, 6)), ("RSMON60", 4))
    ]
    row: Row = {
        "product": "MIXROSE",
        "box_type": "QB",
        "boxes": draw.randint(1, 9),
        "bunches": 10,
        "stems": 10,
    }
    return row | {"unit": "Bunch", "price": "4.80", "breakdown": parts}


def _line_on_hand(place: int, draw: Random, shops: list[Row]) -> Row:
    """A fifth is kept for one of the larger customers, a few are held, the rest is free."""
    line = _line(draw, draw.choice(_PRODUCTS))
    row: Row = {
        "id": 2_000_001 + place,
        "location": draw.choice(_PLACES),
        "vendor": draw.choice(_VENDORS),
        **{name: value for name, value in line.items() if name != "price"},
        "price_a": line["price"],
        "price_b": line["price"],
        "inventory_date": "2027-01-03",
    }
    if place % 5 == 0:
        return row | {"customer": draw.choice(shops)["code"]}
    return row | ({"held": True} if place % 11 == 0 else {})


def _line(draw: Random, product: str) -> Row:
    box_type, bunches, stems, unit = draw.choice(_PACKS)
    cents = draw.randint(18, 60) * (1 if unit == "Stem" else 10)
    pack = {
        "box_type": box_type,
        "boxes": draw.randint(1, 40),
        "bunches": bunches,
        "stems": stems,
        "unit": unit,
    }
    return {"product": product, **pack, "cost": f"{cents / 100:.2f}", "price": f"{cents * 3 / 200:.2f}"}


def _day(draw: Random) -> str:
    return (FIRST_DAY + timedelta(days=draw.randrange(DAYS))).isoformat()
