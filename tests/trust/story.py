"""A story made from one integer: what is wanted chapter by chapter, and all that goes wrong. Pure."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

Wanted = dict[str, dict[str, dict[str, Any]]]
"""A configuration as data: section, name, attributes."""

VENDORS, DAYS, CARRIERS = ("ROSALEDA", "ALTAFLOR"), ("2027-02-01", "2027-02-03"), ("KLA", "ATC")
PRODUCTS = ("RSFRE60", "RSMON60", "RSEXP60")
WRITES = ("purchase.order.*", "customer.*", "inventory.*", "*.create", "*.add", "*.update", "*.delete")
CHANCE_OF_DEATH = 0.4


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody else does: to which of the things that stand there, and how much."""

    what: str
    which: int
    amount: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """One change of the configuration, planned and applied in a world that does not stand still.

    `before` is done by others before the plan, `between` between plan and apply. `death` is the moment at
    which the process dies, counted in calls and in what the state writes, 0 for never. With `is_doubled` a
    second run carries the same plan out, and `forgets` loses the state first.
    """

    wanted: Wanted
    before: tuple[Deed, ...]
    between: tuple[Deed, ...]
    faults: tuple[Mapping[str, Any], ...]
    death: int
    is_doubled: bool
    forgets: bool


@dataclass(frozen=True, slots=True)
class Story:
    """What one integer decides."""

    seed: int
    switches: Mapping[str, str]
    chapters: tuple[Chapter, ...]


def story_of(seed: int) -> Story:
    """The story of `seed`: always the same."""
    chance = Random(seed)
    switches, chapters = _switches(chance), tuple(_chapters(chance))
    _add_prebooks(Random(f"prebooks of {seed}"), [chapter.wanted for chapter in chapters])
    return Story(seed, switches, chapters)


def text_of(wanted: Wanted) -> str:
    """The configuration as YAML."""
    return "".join(f"{section}: {_flow(named)}\n" for section, named in wanted.items() if named)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and not isinstance(value, _Bare) and not value.startswith("2027-"):
        return f'"{value}"'
    return str(value)


def _switches(chance: Random) -> dict[str, str]:
    """How Komet behaves where its documents leave it open."""
    choices = {
        "quota_form": ("429", "403", "200"),
        "error_form": ("status", "http_4xx"),
        "po_initial_status": ("PA", "A"),
        "skip_unmapped": ("silent", "error"),
        "empty_list_status": ("1", "0"),
        "empty_list_message": ("plain", "ok_appended"),
        "empty_fields": ("absent", "null", "empty"),
        "status_type": ("by_method", "number", "text"),
        "po_list_status_form": ("words", "codes"),
        "inventory_add_returns_id": ("on", "off"),
    }
    return {name: chance.choice(values) for name, values in choices.items()}


def _chapters(chance: Random) -> Iterator[Chapter]:
    wanted = _first(chance)
    for place in range(chance.choice((1, 2, 2, 3))):
        if place:
            wanted = _changed(chance, wanted)
        yield Chapter(
            wanted=copy.deepcopy(wanted),
            before=_deeds(chance, 2 if place else 1),
            between=_deeds(chance, 1) if chance.random() < 0.3 else (),
            faults=tuple(_fault(chance) for _ in range(chance.choice((0, 1, 1, 2, 3)))),
            death=chance.randint(1, 60) if chance.random() < CHANCE_OF_DEATH else 0,
            is_doubled=chance.random() < 0.15,
            forgets=place > 0 and chance.random() < 0.05,
        )


def _first(chance: Random) -> Wanted:
    customers: dict[str, dict[str, Any]] = {"bloomnet": {"komet": {"code": "BLOOM"}}}
    if chance.random() < 0.3:
        customers["newcomer"] = {"komet": {"code": "NEWCO"}, "create": True, "name": "Newcomer Flowers"}
    wanted: Wanted = {"customers": customers, "reservations": {}, "purchase_orders": {}}
    for name in customers:
        if chance.random() < 0.4:
            customers[name]["ship_to"] = {"north": _ship_to(chance, "North store")}
    for place in range(chance.choice((1, 1, 1, 2, 3))):
        wanted["purchase_orders"][f"order-{place}"] = _order(chance, list(customers))
    if chance.random() < 0.3:
        wanted["reservations"]["freedom"] = _reservation(chance)
    return wanted


def _ship_to(chance: Random, name: str) -> dict[str, Any]:
    return {"name": name, "address": f"{chance.randint(1, 99)} Rose St", "city": "Miami"}


def _order(chance: Random, customers: list[str]) -> dict[str, Any]:
    products = chance.sample(PRODUCTS, chance.choice((1, 2, 2, 3)))
    return {
        "vendor": chance.choice(VENDORS),
        "ship_date": chance.choice(DAYS),
        "location": "MIA",
        "customer": chance.choice(customers),
        "carrier": chance.choice(CARRIERS),
        "confirm": chance.random() < 0.15,
        "items": {f"item-{product.lower()}": _item(chance, product) for product in products},
    }


def _item(chance: Random, product: str) -> dict[str, Any]:
    pack = {"product": product, "box_type": "HB", "unit": "stem", "bunches": 12, "stems": 25}
    amounts = {"cost": chance.choice(("0.28", "0.3")), "price": chance.choice(("0.42", "0.5"))}
    return (
        pack | {"boxes": chance.choice((1, 5, 8, 13))} | {name: _Bare(text) for name, text in amounts.items()}
    )


def _add_prebooks(chance: Random, chapters: list[Wanted]) -> None:
    """One prebook in some stories; from chapter to chapter its header or an item changes, or it leaves."""
    if chance.random() < 0.6:
        return
    prebook: dict[str, Any] = {
        "customer": "standing",
        "ship_date": "2027-02-08",
        "carrier": "FEDEX",
        "location": "MIA",
        "customer_po": "BN-1",
        "items": {"freedom": _sold(chance, "RSFRE60")} | _second(chance),
    }
    for wanted in chapters:
        wanted["customers"]["standing"] = {"komet": {"code": "BLOOMSO"}}
        wanted["prebooks"] = {"week-6": copy.deepcopy(prebook)}
        match chance.choice(("item", "item", "price", "header", "join", "leave")):
            case "item":
                prebook["items"]["freedom"]["boxes"] = chance.choice((2, 4, 9))
            case "price":
                prebook["items"]["freedom"]["price"] = _Bare(chance.choice(("0.85", "0.9")))
            case "header":
                prebook["customer_po"] = f"BN-{chance.randint(1, 9)}"
            case "join":
                prebook["items"]["mondial"] = _sold(chance, "RSMON60")
            case _:
                prebook["items"].pop("mondial", None)
    if len(chapters) > 1 and chance.random() < 0.2:
        chapters[-1]["prebooks"] = {}


def _sold(chance: Random, product: str) -> dict[str, Any]:
    pack = {"product": product, "box_type": "HB", "unit": "stem", "bunches": 12, "stems": 25}
    return pack | {"boxes": chance.choice((3, 6, 9)), "price": _Bare(chance.choice(("0.85", "0.9")))}


def _second(chance: Random) -> dict[str, Any]:
    return {"mondial": _sold(chance, "RSMON60")} if chance.random() < 0.5 else {}


class _Bare(str):
    """A number as it is written."""


def _reservation(chance: Random) -> dict[str, Any]:
    wish = {"customer": "bloomnet", "location": "MIA", "product": "RSFRE60", "box_type": "HB"}
    pack = {"unit": "stem", "bunches": 12, "stems": 25, "boxes": chance.choice((6, 12, 20))}
    arrival: dict[str, Any] = {
        "vendor": "ROSALEDA",
        "awb": f"7290000{chance.randint(1000, 9999)}",
        "ship_date": "2027-01-03",
        "cost": _Bare("0.31"),
        "boxes": chance.choice((3, 120)),
    }
    if chance.random() < 0.4:
        return wish | pack | {"tolerance": 2}
    return wish | pack | {"tolerance": 2, "boxes": max(pack["boxes"], arrival["boxes"]), "arrival": arrival}


def _changed(chance: Random, wanted: Wanted) -> Wanted:
    """What is wanted next; a name that has left does not come back."""
    wanted = copy.deepcopy(wanted)
    for _ in range(chance.randint(1, 3)):
        orders = wanted["purchase_orders"]
        match chance.choice(("item", "item", "item", "header", "leave", "join", "customer", "stock")):
            case "item" if orders:
                _change_item(chance, chance.choice(sorted(orders.items()))[1]["items"])
            case "header" if orders:
                order = chance.choice(sorted(orders.items()))[1]
                name, values = chance.choice(
                    (("vendor", VENDORS), ("ship_date", DAYS), ("carrier", CARRIERS))
                )
                order[name] = chance.choice(values)
            case "leave" if orders:
                del orders[chance.choice(sorted(orders))]
            case "join":
                orders[f"order-{chance.randint(100, 999)}"] = _order(chance, sorted(wanted["customers"]))
            case "customer":
                name = chance.choice(sorted(wanted["customers"]))
                ships = wanted["customers"][name].setdefault("ship_to", {})
                ships[chance.choice(("north", "south"))] = _ship_to(chance, chance.choice(("North", "South")))
            case "stock" if wanted["reservations"]:
                wanted["reservations"] = {"freedom": _reservation(chance)} if chance.random() < 0.7 else {}
    for customer in wanted["customers"].values():
        _make_names_differ(customer.get("ship_to", {}))
    return wanted


def _make_names_differ(ship_tos: dict[str, dict[str, Any]]) -> None:
    for key, ship_to in ship_tos.items():
        ship_to["name"] = f"{key.capitalize()} store"


def _change_item(chance: Random, items: dict[str, dict[str, Any]]) -> None:
    name = chance.choice(sorted(items))
    match chance.choice(("boxes", "boxes", "price", "price", "price", "cost", "leave", "join")):
        case "leave" if len(items) > 1:
            del items[name]
        case "join":
            free = sorted(set(PRODUCTS) - {item["product"] for item in items.values()})
            if free:
                items[f"item-{free[0].lower()}"] = _item(chance, free[0])
        case "price":
            items[name]["price"] = _Bare(chance.choice(("0.42", "0.45", "0.5")))
        case "cost":
            items[name]["cost"] = _Bare(chance.choice(("0.28", "0.29", "0.3")))
        case _:
            items[name]["boxes"] = chance.choice((1, 5, 8, 13, 20))


DEEDS = (
    *("confirm", "confirm", "confirm-part", "fewer-boxes", "delete-line", "as-wanted", "buy", "buy"),
    *("foreign-order", "arrive", "time", "ship-to"),
)


def _deeds(chance: Random, most: int) -> tuple[Deed, ...]:
    return tuple(
        Deed(chance.choice(DEEDS), chance.randint(0, 9), chance.randint(1, 9))
        for _ in range(chance.randint(0, most))
    )


def _fault(chance: Random) -> dict[str, Any]:
    kind = chance.choice(
        (
            *("lose_request", "lose_request", "lose_answer", "lose_answer", "lose_answer", "late_effect"),
            *(
                "late_effect",
                "late_effect",
                "http_429",
                "http_403",
                "http_5xx",
                "html",
                "truncated",
                "wrong_types",
            ),
            *("over_quota", "latency"),
        )
    )
    fault: dict[str, Any] = {"kind": kind, "method": chance.choice(("*", *WRITES, *WRITES))}
    fault |= {"nth": chance.choice((1, 1, 2, 3, 5, 8)), "times": chance.choice((1, 1, 1, 2, 4))}
    if kind == "http_5xx":
        fault["effect"] = chance.random() < 0.5
    if kind == "late_effect":
        adding = chance.choice(("purchase.order.create", "purchase.order.create", *WRITES))
        fault |= {"method": adding, "nth": 1, "seconds": chance.choice((1, 2, 2)), "times": 1}
    if kind == "latency":
        fault["seconds"] = chance.choice((20, 40000))
    if kind == "over_quota" and chance.random() < 0.5:
        fault["times"] = None
    return fault
