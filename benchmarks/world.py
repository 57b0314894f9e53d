"""A configuration of a given size, and the Komet account in which everything already stands as it wants."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

PROJECT = "bench"
COMPANY = 6316
NOW = "2027-01-04T14:00:00Z"
FIRST_DAY = date(2027, 1, 11)
SHIP_DAYS = 50
FILE_LIMIT = 4_500_000
"""Bytes: the loader refuses a file of more than 5 MB."""

FIRST_LINE = "      rose-0:"
"""How the first line of an order or of a prebook begins."""

_PRICE = re.compile(r"price: ([0-9.]+)")
_LOCATIONS = ("MIA", "LAX", "JFK")
_CARRIERS = ("KLA", "ATC", "QCX")
_PACKS = (("HB", 12, 25, "stem"), ("QB", 8, 25, "stem"), ("FB", 24, 25, "stem"), ("QB", 10, 10, "bunch"))


@dataclass(frozen=True, slots=True)
class Mix:
    """How many resources of each kind: as many of each as in the account that the design counts calls for."""

    customers: int
    reservations: int
    purchase_orders: int
    prebooks: int


@dataclass(frozen=True, slots=True)
class World:
    """`sections` are YAML texts of one resource each, by kind; `seed` is what the account holds."""

    sections: dict[str, list[str]]
    seed: dict[str, Any]


def mix_of(size: int) -> Mix:
    """The mix of `size` resources in all: per thousand 140 reservations, 140 prebooks, 30 customers."""
    customers, reservations, prebooks = max(1, size * 3 // 100), size * 14 // 100, size * 14 // 100
    return Mix(customers, reservations, size - customers - reservations - prebooks, prebooks)


def make_world(size: int, seed: int = 1) -> World:
    """The world of `size` resources; the same for the same arguments."""
    draw, mix = random.Random(seed), mix_of(size)
    products = [
        {
            "id": 20_000 + place,
            "code": f"GR{place:05d}",
            "description": f"Roses Candela No {place}",
            "category": "Rose",
        }
        for place in range(max(60, size // 50))
    ]
    vendors = [
        {"id": 2_000 + place, "code": f"FARM{place:04d}", "name": f"Flores Valle {place}"}
        for place in range(max(5, size // 200))
    ]
    customers = [
        {"id": 50_000 + place, "code": f"SHOP{place:05d}", "name": f"Blossom {place}"}
        for place in range(mix.customers)
    ]
    orders = [_order(place, draw, products, vendors, mix.customers) for place in range(mix.purchase_orders)]
    prebooks = [_prebook(place, draw, products, mix.customers) for place in range(mix.prebooks)]
    stock = list(_stock(mix.reservations, products, vendors, mix.customers))
    return World(
        sections={
            "customers": [
                f"  shop-{place}: {{komet: {{code: SHOP{place:05d}}}}}\n" for place in range(mix.customers)
            ],
            "reservations": [text for text, _ in stock],
            "purchase_orders": [text for text, _ in orders],
            "prebooks": [text for text, _ in prebooks],
        },
        seed={
            "extends": "wholesaler",
            "company": {"id": COMPANY, "paid_users": 100_000},
            "products": products,
            "vendors": vendors,
            "customers": customers,
            "inventory": [row for _, row in stock],
            "purchase_orders": [row for _, row in orders],
            "prebooks": [row for _, row in prebooks],
            "next_po_number": 900_000,
        },
    )


def write_project(folder: Path, url: str) -> None:
    """A configuration repository without resources in `folder`, for the account at `url`."""
    folder.mkdir(parents=True)
    project = {
        "version": 1,
        "project": PROJECT,
        "komet": {
            "url": url,
            "company": COMPANY,
            "paid_users": 100_000,
            "token": {"env": "KOMET_COMPANY_TOKEN"},
            "numbers_per_call": 50,
        },
        "guards": {"max_changes": 1_000_000, "max_commitment": 1_000_000_000, "max_price_change": 10},
    }
    (folder / "reconciler.yaml").write_text(json.dumps(project))


def write_layout(world: World, folder: Path, files: int) -> None:
    """The resources in `folder`, spread over `files` files, or over more where the loader takes none so
    large."""
    folder.mkdir(parents=True)
    texts = [(kind, text) for kind, sections in world.sections.items() for text in sections]
    for number, part in enumerate(_parts(texts, -(-len(texts) // files))):
        (folder / f"part-{number:04d}.yaml").write_text("".join(_sections(part)))


def change_some(config: Path, count: int) -> None:
    """Raises by a cent the price of the first line in `count` purchase orders and prebooks, evenly spread."""
    paths = sorted(config.iterdir())
    places = sum(path.read_text().count(FIRST_LINE) for path in paths)
    chosen = {place * places // count for place in range(count)}
    seen = 0
    for path in paths:
        first, *parts = path.read_text().split(FIRST_LINE)
        for place, part in enumerate(parts):
            if seen + place in chosen:
                parts[place] = _PRICE.sub(_raised, part, count=1)
        seen += len(parts)
        path.write_text(FIRST_LINE.join([first, *parts]))


def _raised(price: re.Match[str]) -> str:
    return f"price: {Decimal(price[1]) + Decimal('0.01')}"


def _parts(texts: Sequence[tuple[str, str]], share: int) -> Iterator[list[tuple[str, str]]]:
    """At most `share` texts each, and no more than the loader takes as one file."""
    part: list[tuple[str, str]] = []
    size = 0
    for kind, text in texts:
        if part and (len(part) == share or size + len(text) > FILE_LIMIT):
            yield part
            part, size = [], 0
        part.append((kind, text))
        size += len(text)
    yield part


def _sections(part: Sequence[tuple[str, str]]) -> Iterator[str]:
    section = None
    for kind, text in part:
        if kind != section:
            yield f"{kind}:\n"
            section = kind
        yield text


def _order(
    place: int,
    draw: random.Random,
    products: Sequence[dict[str, Any]],
    vendors: Sequence[dict[str, Any]],
    customers: int,
) -> tuple[str, dict[str, Any]]:
    """A purchase order of three lines: as YAML, and as it stands in Komet."""
    name, vendor, location = f"order-{place}", draw.choice(vendors)["code"], draw.choice(_LOCATIONS)
    customer, carrier = draw.randrange(customers), draw.choice(_CARRIERS)
    day = (FIRST_DAY + timedelta(days=place % SHIP_DAYS)).isoformat()
    lines = [_line(draw, code["code"]) for code in draw.sample(products, 3)]
    items = "".join(f"      rose-{number}: {_flow(line)}\n" for number, line in enumerate(lines))
    text = (
        f"  {name}:\n    vendor: {vendor}\n    ship_date: {day}\n    location: {location}\n"
        f"    customer: shop-{customer}\n    carrier: {carrier}\n    comments: Programme {place}\n"
        f"    confirm: false\n    header_changes: replace\n    items:\n{items}"
    )
    row = {
        "number": f"P{100_000 + place:06d}",
        "vendor": vendor,
        "ship_date": day,
        "location": location,
        "customer": f"SHOP{customer:05d}",
        "carrier": carrier,
        "comments": f"Programme {place} [rc:{PROJECT}/{name}]",
        "status": "A",
        "lines": [_seeded(line) for line in lines],
    }
    return text, row


def _prebook(
    place: int, draw: random.Random, products: Sequence[dict[str, Any]], customers: int
) -> tuple[str, dict[str, Any]]:
    name, customer = f"week-{place}", draw.randrange(customers)
    day = (FIRST_DAY + timedelta(days=place % SHIP_DAYS)).isoformat()
    location, carrier = draw.choice(_LOCATIONS), draw.choice(_CARRIERS)
    lines = [
        {key: value for key, value in _line(draw, code["code"]).items() if key != "cost"}
        for code in draw.sample(products, 2)
    ]
    items = "".join(f"      rose-{number}: {_flow(line)}\n" for number, line in enumerate(lines))
    text = (
        f"  {name}:\n    customer: shop-{customer}\n    ship_date: {day}\n    location: {location}\n"
        f"    carrier: {carrier}\n    customer_po: PO-{place}\n    comments: Standing order {place}\n"
        f"    items:\n{items}"
    )
    row = {
        "number": f"{100_000 + place:06d}",
        "customer": f"SHOP{customer:05d}",
        "truck_date": day,
        "location": location,
        "carrier": carrier,
        "customer_po": f"PO-{place}",
        "comments": f"Standing order {place} [rc:{PROJECT}/{name}]",
        "items": [_seeded(line) for line in lines],
    }
    return text, row


def _stock(
    count: int, products: Sequence[dict[str, Any]], vendors: Sequence[dict[str, Any]], customers: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Reservations, each with one line that serves it to the box."""
    places = product(range(len(products)), _LOCATIONS, _PACKS)
    for place, (which, location, (box_type, bunches, stems, unit)) in zip(range(count), places, strict=False):
        code, customer, boxes = products[which]["code"], place % customers, 4 + place % 30
        text = (
            f"  stock-{place}: {{customer: shop-{customer}, location: {location}, product: {code}, "
            f"box_type: {box_type}, unit: {unit}, bunches: {bunches}, stems: {stems}, boxes: {boxes}}}\n"
        )
        row = {
            "id": 1_000_001 + place,
            "location": location,
            "product": code,
            "vendor": vendors[place % len(vendors)]["code"],
            "box_type": box_type,
            "boxes": boxes,
            "bunches": bunches,
            "stems": stems,
            "unit": unit.capitalize(),
            "cost": "0.28",
            "price_a": "0.42",
            "price_b": "0.40",
            "inventory_date": "2027-01-03",
            "customer": f"SHOP{customer:05d}",
        }
        yield text, row


def _line(draw: random.Random, code: str) -> dict[str, Any]:
    box_type, bunches, stems, unit = draw.choice(_PACKS)
    cents = draw.randint(18, 60) * (1 if unit == "stem" else 10)
    return {
        "product": code,
        "box_type": box_type,
        "boxes": draw.randint(1, 40),
        "unit": unit,
        "bunches": bunches,
        "stems": stems,
        "cost": f"{Decimal(cents) / 100:.2f}",
        "price": f"{Decimal(cents) * 3 / 200:.2f}",
    }


def _flow(line: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in line.items()) + "}"


def _seeded(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "unit": str(line["unit"]).capitalize()}
