"""A larger seed: the wholesaler grown in proportion, the same for the same numbers."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reconciler.simulator.orders import OrderStatus
from reconciler.simulator.seed import Document, load_seed, merged

SHIP_DAYS = 20
FIRST_SHIP_DATE = date(2027, 1, 11)
FIRST_STOCK_DATE = date(2026, 12, 26)
_VARIETIES = (
    "Amanta",
    "Belleza",
    "Candela",
    "Dorada",
    "Estrella",
    "Fiorella",
    "Gitana",
    "Horizonte",
    "Iguana",
)
_COLORS = ("Red", "White", "Pink", "Yellow", "Orange", "Lavender", "Peach", "Bicolor")
_GRADES = ("40cm", "50cm", "60cm", "70cm")
_PLACES = ("Valle", "Sierra", "Laguna", "Colina", "Paramo", "Rio", "Cumbre", "Llano")
_PORTS = ("BOG", "UIO", "MDE")
_SHOPS = ("Blossom", "Petals", "Garden", "Florist", "Stems", "Bouquet", "Bloom House", "Flower Market")
_STATUSES = (OrderStatus.PENDING, OrderStatus.APPROVED, OrderStatus.CONFIRMED, OrderStatus.CONFIRMED)
_PACKS = (("HB", 12, 25, "Stem"), ("QB", 8, 25, "Stem"), ("FB", 24, 25, "Stem"), ("QB", 10, 10, "Bunch"))


def generate_seed(n: int, rng_seed: int) -> Document:
    """The wholesaler with `n` purchase orders more, on twenty ship dates, and what they need in proportion.

    One vendor more for 40 orders, a customer for 20, a product for 10, a prebook for 5, a line of stock
    for every order. Equal arguments, equal seeds.
    """
    draw = random.Random(rng_seed)
    products = _products(max(10, n // 10), draw)
    vendors = _vendors(max(3, n // 40), draw)
    customers = _customers(max(5, n // 20), draw)
    orders = [_order(place, draw, products, vendors, customers) for place in range(n)]
    booking = random.Random(f"prebooks/{rng_seed}")
    grown = {
        "products": products,
        "vendors": vendors,
        "customers": customers,
        "purchase_orders": orders,
        "inventory": _stock(n, random.Random(f"stock/{rng_seed}"), products, vendors, customers),
        "prebooks": [_prebook(place, booking, products, vendors, customers) for place in range(n // 5)],
        "next_po_number": 100000 + n,
        "next_prebook_number": 100000 + n,
    }
    return merged(load_seed("wholesaler").document, grown)


def _products(count: int, draw: random.Random) -> list[dict[str, Any]]:
    rows = []
    for place in range(count):
        variety, color, grade = draw.choice(_VARIETIES), draw.choice(_COLORS), draw.choice(_GRADES)
        rows.append(
            {
                "id": 20000 + place,
                "code": f"GR{place:05d}",
                "description": f"Roses {variety} {color} {grade} No {place}",
                "category": "Rose",
                "variety": variety,
                "color": color,
                "grade": grade,
            }
        )
    return rows


def _vendors(count: int, draw: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "id": 2000 + place,
            "code": f"FARM{place:04d}",
            "name": f"Flores {draw.choice(_PLACES)} {place}",
            "port_origin": draw.choice(_PORTS),
        }
        for place in range(count)
    ]


def _customers(count: int, draw: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "id": 50000 + place,
            "code": f"SHOP{place:05d}",
            "name": f"{draw.choice(_SHOPS)} {place}",
            "type": "Retailer",
            "locations": [draw.choice(("MIA", "LAX", "JFK"))],
        }
        for place in range(count)
    ]


def _order(
    place: int,
    draw: random.Random,
    products: list[dict[str, Any]],
    vendors: list[dict[str, Any]],
    customers: list[dict[str, Any]],
) -> dict[str, Any]:
    """One order of one to four lines."""
    return {
        "number": f"P{100000 + place:06d}",
        "vendor": draw.choice(vendors)["code"],
        "ship_date": (FIRST_SHIP_DATE + timedelta(days=draw.randrange(SHIP_DAYS))).isoformat(),
        "location": draw.choice(("MIA", "LAX", "JFK")),
        "customer": draw.choice(customers)["code"],
        "carrier": draw.choice(("KLA", "ATC", "QCX")),
        "status": str(draw.choice(_STATUSES)),
        "lines": [_line(draw, products) for _ in range(draw.randint(1, 4))],
    }


def _prebook(
    place: int,
    draw: random.Random,
    products: list[dict[str, Any]],
    vendors: list[dict[str, Any]],
    customers: list[dict[str, Any]],
) -> dict[str, Any]:
    """One prebook of one to four items, its truck two days after the ship dates."""
    return {
        "number": f"{100000 + place:06d}",
        "customer": draw.choice(customers)["code"],
        "location": draw.choice(("MIA", "LAX", "JFK")),
        "carrier": draw.choice(("FEDEX", "UPS", "TRK")),
        "truck_date": (FIRST_SHIP_DATE + timedelta(days=2 + draw.randrange(SHIP_DAYS))).isoformat(),
        "customer_po": f"C-{place}",
        "items": [
            {**_line(draw, products), "vendor": draw.choice(vendors)["code"]}
            for _ in range(draw.randint(1, 4))
        ],
    }


def _stock(
    count: int,
    draw: random.Random,
    products: list[dict[str, Any]],
    vendors: list[dict[str, Any]],
    customers: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Lines on hand, up to nine days old; one in eight is reserved, one in twenty held."""
    rows = []
    for place in range(count):
        line = _line(draw, products)
        price = Decimal(line.pop("price"))
        row = {
            "id": 1_000_001 + place,
            "location": draw.choice(("MIA", "LAX", "JFK")),
            "vendor": draw.choice(vendors)["code"],
            **line,
            "price_a": str(price),
            "price_b": f"{price * Decimal('0.95'):.3f}",
            "inventory_date": (FIRST_STOCK_DATE + timedelta(days=draw.randrange(10))).isoformat(),
        }
        if draw.random() < 1 / 8:
            row["customer"] = draw.choice(customers)["code"]
        if draw.random() < 1 / 20:
            row["held"] = True
        rows.append(row)
    return rows


def _line(draw: random.Random, products: list[dict[str, Any]]) -> dict[str, Any]:
    box_type, bunches, stems, unit = draw.choice(_PACKS)
    cost = Decimal(draw.randint(18, 60)) / 100 if unit == "Stem" else Decimal(draw.randint(180, 600)) / 100
    return {
        "product": draw.choice(products)["code"],
        "box_type": box_type,
        "boxes": draw.randint(1, 40),
        "bunches": bunches,
        "stems": stems,
        "unit": unit,
        "cost": f"{cost:.2f}",
        "price": f"{cost * Decimal('1.5'):.3f}",
    }
