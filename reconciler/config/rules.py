"""Rules between resources, which no schema can say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from reconciler.config.circumstances import circumstances_of
from reconciler.config.own_rules import own_faults
from reconciler.config.prebook_rules import ship_to_faults
from reconciler.config.repetition import repeated_faults
from reconciler.config.resources import Collection, Written
from reconciler.model.address import KINDS
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.project import Project
from reconciler.model.value import Path


def rule_faults(collection: Collection, project: Project | None) -> list[Diagnostic]:
    """Every broken rule of the resources that satisfy their schemas."""
    valid = {kind: _valid(collection, kind) for kind in KINDS}
    customers = valid["customers"]
    faults = [*_shop_codes(customers), *_same_customer(customers), *_purposes(customers)]
    faults.extend(_reserved_for_standing_orders(valid["reservations"], customers))
    ship_tos = {each.address.name: [*each.sound.get("ship_to", {})] for each in customers}
    for prebook in valid["prebooks"]:
        faults.extend(ship_to_faults(prebook, prebook.sound, ship_tos))
    circumstances = circumstances_of(project)
    for of_kind in valid.values():
        faults.extend(_numbers(of_kind))
        for written in of_kind:
            faults.extend(own_faults(written, circumstances))
    return faults


def claims(written: Written) -> Iterator[str]:
    """What nothing else may claim: the shop codes and the Komet customer of a customer, an order's number."""
    if written.address.kind == "customers":
        yield f"customer {_komet_customer(written)}"
        yield from (f"shop code {code}" for code, _, _ in _shop_code_places(written))
    yield from (f"number {written.address.kind} {number}" for number, _, _ in _number_places(written))


def _valid(collection: Collection, kind: str) -> list[Written]:
    """In the order in which they are written, so that of two that clash the later one is at fault."""
    found = [
        each
        for each in collection.resources.values()
        if each.address.kind == kind and each.attributes is not None
    ]
    return sorted(found, key=lambda each: (each.source.name, each.mark))


def _shop_codes(customers: list[Written]) -> list[Diagnostic]:
    return repeated_faults(
        chain.from_iterable(map(_shop_code_places, customers)),
        lambda code, earlier: (
            f"the BloomNet shop code {code} is given twice",
            f"it belongs to {earlier.address} already",
        ),
    )


def _shop_code_places(written: Written) -> Iterator[tuple[str, Written, Path]]:
    attributes = written.sound
    code = attributes.get("bloomnet", {}).get("shop_code")
    if code is not None:
        yield code.strip(), written, ("bloomnet", "shop_code")
    for name, ship_to in attributes.get("ship_to", {}).items():
        if "shop_code" in ship_to:
            yield ship_to["shop_code"].strip(), written, ("ship_to", name, "shop_code")


def _komet_customer(written: Written) -> str:
    komet = written.sound["komet"]
    return f"id {komet['id']}" if "id" in komet else f"code {komet['code'].strip().upper()}"


def _same_customer(customers: list[Written]) -> list[Diagnostic]:
    """A Komet customer under two names; sharing between reserve and standing orders has its own words."""
    places = ((_komet_customer(written), written, ("komet",)) for written in customers)

    def say(key: str, earlier: Written) -> tuple[str, str]:
        return (
            f"the Komet customer with the {key} stands under two names",
            f"it is {earlier.address} already; one name is enough",
        )

    shared = {id(written) for written, _ in _sharing(customers)}
    return repeated_faults((place for place in places if id(place[1]) not in shared), say)


def _purposes(customers: list[Written]) -> list[Diagnostic]:
    return [
        written.fault(
            ("komet",),
            "the customer of standing orders must not be the one that stock is reserved for",
            detail=f"{reserving.address} is the same Komet customer with the purpose reserve: sharing one "
            "makes the counts disagree. Use a customer of its own for standing orders",
            also=(reserving.source.origin(reserving.mark),),
        )
        for written, reserving in _sharing(customers)
    ]


def _sharing(customers: list[Written]) -> list[tuple[Written, Written]]:
    """Customers for standing orders, each with the reserving customer that is the same one in Komet."""
    reserving = {_komet_customer(each): each for each in customers if _purpose(each) == "reserve"}
    return [
        (written, reserving[_komet_customer(written)])
        for written in customers
        if is_for_standing_orders(written) and _komet_customer(written) in reserving
    ]


def _reserved_for_standing_orders(
    reservations: list[Written], customers: list[Written]
) -> Iterator[Diagnostic]:
    """The customer of standing orders has nothing reserved: sharing one makes the counts disagree."""
    standing = {each.address.name: each for each in customers if is_for_standing_orders(each)}
    for written in reservations:
        name = written.sound["customer"]
        if name in standing:
            yield written.fault(
                ("customer",),
                "stock is not reserved for the customer of standing orders",
                detail=f"customers.{name} has the purpose standing_orders: sharing one customer makes the "
                "counts disagree. Reserve for the customer with the purpose reserve",
                also=(standing[name].source.origin(standing[name].mark),),
            )


def is_for_standing_orders(customer: Written) -> bool:
    """Whether a customer is the one that standing orders are sold to."""
    return _purpose(customer) == "standing_orders"


def _purpose(written: Written) -> str | None:
    purpose: str | None = written.sound.get("bloomnet", {}).get("purpose")
    return purpose


def _numbers(orders: list[Written]) -> list[Diagnostic]:
    return repeated_faults(
        chain.from_iterable(map(_number_places, orders)),
        lambda number, earlier: (
            f"the order {number} is bound twice",
            f"it is bound to {earlier.address} already",
        ),
    )


def _number_places(written: Written) -> Iterator[tuple[str, Written, Path]]:
    number = written.sound.get("number")
    if number is not None:
        yield number.strip(), written, ("number",)
