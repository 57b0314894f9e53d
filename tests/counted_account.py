"""The account by which calls are counted: as many dates, locations and customers as are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct
from world import World, seed_with

PROJECT = "bloomnet-miami"
FIRST_DAY = date(2027, 1, 5)
FIRST_PRODUCT = 20_000
LOCATIONS = ("MIA", "LAX", "JFK")
PACK = "box_type: HB, unit: stem, bunches: 12, stems: 25"


class Size(Struct, frozen=True):
    """How much there is of everything, and how many orders fit into a call.

    What a reading costs depends on dates, places and customers, and on how many batches of numbers the
    orders fill: 60 orders of which 3 fit into a call cost what 1,000 do of which 50 fit.
    """

    orders: int = 60
    prebooks: int = 40
    reservations: int = 200
    customers: int = 50
    keeping: int = 1
    ship_dates: int = 20
    truck_dates: int = 20
    locations: int = 3
    numbers_per_call: int = 3


def make_account(root: Path, size: Size) -> World:
    """A configuration, and a Komet that stands exactly as it wants; nothing is remembered of it yet.

    The reservations stand for the first `keeping` customers, in turn.
    """
    world = World.make(root, seed_with(**_seed(size)))
    (root / "reconciler.yaml").write_text(
        f"version: 1\nproject: {PROJECT}\n"
        f'komet: {{url: "simulator:live.yaml", company: 6316, paid_users: 3, '
        f"numbers_per_call: {size.numbers_per_call}}}\n",
        encoding="utf-8",
    )
    world.write(
        customers="customers:\n" + "".join(_customers(size)),
        reservations="reservations:\n" + "".join(text for text, _ in _stock(size)),
        orders="purchase_orders:\n" + "".join(text for text, _ in _orders(size)),
        prebooks="prebooks:\n" + "".join(text for text, _ in _prebooks(size)),
    )
    return world


def _seed(size: Size) -> dict[str, Any]:
    return {
        "products": [
            {
                "id": FIRST_PRODUCT + each,
                "code": f"GR{each:04d}",
                "description": f"Roses No {each}",
                "category": "Rose",
            }
            for each in range(-(-size.reservations // size.locations))
        ],
        "customers": [
            {"id": 50_000 + each, "code": f"SHOP{each:04d}", "name": f"Blossom {each}"}
            for each in range(size.customers)
        ],
        "inventory": [row for _, row in _stock(size)],
        "purchase_orders": [row for _, row in _orders(size)],
        "prebooks": [row for _, row in _prebooks(size)],
        "next_po_number": 900_000,
    }


def _customers(size: Size) -> Iterator[str]:
    for each in range(size.customers):
        yield f"  shop-{each}: {{komet: {{code: SHOP{each:04d}}}}}\n"


def _day(place: int, dates: int) -> str:
    return (FIRST_DAY + timedelta(days=place % dates)).isoformat()


def _stock(size: Size) -> Iterator[tuple[str, dict[str, Any]]]:
    """Reservations, each with one line that serves it to the box."""
    for place in range(size.reservations):
        customer, product = place % size.keeping, f"GR{place // size.locations:04d}"
        location = LOCATIONS[place % size.locations]
        text = (
            f"  stock-{place}: {{customer: shop-{customer}, location: {location}, product: {product}, "
            f"{PACK}, boxes: 9}}\n"
        )
        yield (
            text,
            {
                "id": 1_000_001 + place,
                "location": location,
                "product": product,
                "vendor": "ROSALEDA",
                "box_type": "HB",
                "boxes": 9,
                "bunches": 12,
                "stems": 25,
                "unit": "Stem",
                "cost": "0.28",
                "price_a": "0.42",
                "price_b": "0.40",
                "inventory_date": "2027-01-03",
                "customer": f"SHOP{customer:04d}",
            },
        )


def _orders(size: Size) -> Iterator[tuple[str, dict[str, Any]]]:
    for place in range(size.orders):
        customer, day = place % size.customers, _day(place, size.ship_dates)
        text = (
            f"  order-{place}:\n    vendor: ROSALEDA\n    ship_date: {day}\n    location: MIA\n"
            f"    customer: shop-{customer}\n    carrier: KLA\n    items:\n"
            f"      rose: {{product: GR0000, {PACK}, boxes: {1 + place % 40}, cost: 0.30, price: 0.45}}\n"
        )
        yield (
            text,
            {
                "number": f"P{100_000 + place:06d}",
                "vendor": "ROSALEDA",
                "ship_date": day,
                "location": "MIA",
                "customer": f"SHOP{customer:04d}",
                "carrier": "KLA",
                "comments": f"[rc:{PROJECT}/order-{place}]",
                "status": "A",
                "lines": [_line(1 + place % 40)],
            },
        )


def _prebooks(size: Size) -> Iterator[tuple[str, dict[str, Any]]]:
    for place in range(size.prebooks):
        customer, day = place % size.customers, _day(place, size.truck_dates)
        text = (
            f"  week-{place}:\n    customer: shop-{customer}\n    ship_date: {day}\n    location: MIA\n"
            f"    carrier: KLA\n    customer_po: PO-{place}\n    items:\n"
            f"      rose: {{product: GR0000, {PACK}, boxes: 3, price: 0.45}}\n"
        )
        yield (
            text,
            {
                "number": f"{100_000 + place:06d}",
                "customer": f"SHOP{customer:04d}",
                "truck_date": day,
                "location": "MIA",
                "carrier": "KLA",
                "customer_po": f"PO-{place}",
                "comments": f"[rc:{PROJECT}/week-{place}]",
                "items": [_line(3)],
            },
        )


def _line(boxes: int) -> dict[str, Any]:
    return {
        "product": "GR0000",
        "box_type": "HB",
        "boxes": boxes,
        "unit": "Stem",
        "bunches": 12,
        "stems": 25,
        "cost": "0.30",
        "price": "0.45",
    }
