"""Rules that no schema can say: between resources, and between attributes of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from reconciler.config.prebook_rules import prebook_faults
from reconciler.config.resources import Collection, Written
from reconciler.kinds.customers.future_sales import FUTURE_SALES, FUTURE_SALES_DETAIL
from reconciler.kinds.orders.marker import COMMENTS_LIMIT, split_marker, with_marker
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.project import KometCustomer, Project
from reconciler.model.resource import Marker
from reconciler.model.value import Path


def rule_faults(collection: Collection, project: Project | None) -> list[Diagnostic]:
    """Every broken rule of the resources that satisfy their schemas."""
    customers = _valid(collection, "customers")
    orders, prebooks = _valid(collection, "purchase_orders"), _valid(collection, "prebooks")
    faults = [*_shop_codes(customers), *_same_customer(customers), *_purposes(customers)]
    if project is not None and project.komet.future_sales_customer is not None:
        faults.extend(_future_sales(customers, project.komet.future_sales_customer))
    faults.extend(_reserved_for_standing_orders(collection, customers))
    for reservation in _valid(collection, "reservations"):
        faults.extend(_arrival_faults(reservation))
    for customer in customers:
        faults.extend(_customer_faults(customer))
    for order in (*orders, *prebooks):
        faults.extend(_equal_items(order))
        if project is not None:
            faults.extend(_comments(order, project.name))
    ship_tos = {each.address.name: [*_attributes(each).get("ship_to", {})] for each in customers}
    token_type = project.komet.token_type if project is not None else "company"
    for prebook in prebooks:
        faults.extend(prebook_faults(prebook, _attributes(prebook), ship_tos, token_type))
    return [*faults, *_numbers(orders), *_numbers(prebooks)]


def _valid(collection: Collection, kind: str) -> list[Written]:
    """In the order in which they are written, so that of two that clash the later one is at fault."""
    found = [each for each in collection.resources.values() if each.address.kind == kind and each.desired]
    return sorted(found, key=lambda each: (each.source.name, each.mark))


def _attributes(written: Written) -> Mapping[str, Any]:
    assert written.desired is not None
    return written.desired.attributes


def _repeated(
    places: Iterable[tuple[str, Written, Path]], say: Callable[[str, Written], tuple[str, str]]
) -> list[Diagnostic]:
    """A fault for every key that was met before; `say` gives its words for the key and the first place."""
    first: dict[str, tuple[Written, Path]] = {}
    faults: list[Diagnostic] = []
    for key, written, path in places:
        if key not in first:
            first[key] = (written, path)
            continue
        earlier, earlier_path = first[key]
        summary, detail = say(key, earlier)
        place = earlier.source.place((earlier.address.kind, earlier.address.name, *earlier_path))
        origin = earlier.source.origin(place.value)
        faults.append(
            written.fault(path, summary, detail=f"{detail} ({origin.file}:{origin.line})", also=(origin,))
        )
    return faults


def _shop_codes(customers: list[Written]) -> list[Diagnostic]:
    def places() -> Iterator[tuple[str, Written, Path]]:
        for written in customers:
            attributes = _attributes(written)
            code = attributes.get("bloomnet", {}).get("shop_code")
            if code is not None:
                yield code.strip(), written, ("bloomnet", "shop_code")
            for name, ship_to in attributes.get("ship_to", {}).items():
                if "shop_code" in ship_to:
                    yield ship_to["shop_code"].strip(), written, ("ship_to", name, "shop_code")

    return _repeated(
        places(),
        lambda code, earlier: (
            f"the BloomNet shop code {code} is given twice",
            f"it belongs to {earlier.address} already",
        ),
    )


def _komet_customer(written: Written) -> str:
    komet = _attributes(written)["komet"]
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
    return _repeated((place for place in places if id(place[1]) not in shared), say)


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
        if _purpose(written) == "standing_orders" and _komet_customer(written) in reserving
    ]


def _future_sales(customers: list[Written], named: KometCustomer) -> Iterator[Diagnostic]:
    """Nothing may be kept for the Future Sales customer; one that is named otherwise shows when looked up."""
    for written in customers:
        komet = _attributes(written)["komet"]
        if named.is_meant(komet.get("id"), komet.get("code")):
            yield written.fault(("komet",), FUTURE_SALES, detail=FUTURE_SALES_DETAIL)


def _reserved_for_standing_orders(collection: Collection, customers: list[Written]) -> Iterator[Diagnostic]:
    """The customer of standing orders has nothing reserved: sharing one makes the counts disagree."""
    standing = {each.address.name: each for each in customers if _purpose(each) == "standing_orders"}
    for written in _valid(collection, "reservations"):
        name = _attributes(written)["customer"]
        if name in standing:
            yield written.fault(
                ("customer",),
                "stock is not reserved for the customer of standing orders",
                detail=f"customers.{name} has the purpose standing_orders: sharing one customer makes the "
                "counts disagree. Reserve for the customer with the purpose reserve",
                also=(standing[name].source.origin(standing[name].mark),),
            )


def _arrival_faults(written: Written) -> Iterator[Diagnostic]:
    """What is added to the stock must be stock that this reservation speaks of (Komet API §4.2)."""
    attributes = _attributes(written)
    arrival = attributes.get("arrival")
    if arrival is None:
        return
    missing = [key for key in ("unit", "bunches", "stems") if key not in attributes]
    if missing:
        yield written.fault(
            ("arrival",),
            f"an arrival needs its pack: write {' and '.join(missing)} of the reservation",
            detail="Komet adds boxes of one pack, and this reservation takes any",
        )
    vendors = attributes.get("vendors")
    if vendors is not None and arrival["vendor"] not in vendors:
        yield written.fault(
            ("arrival", "vendor"),
            "the arrival is of a vendor whose lines this reservation does not take",
            detail="add the vendor to `vendors`",
        )


def _purpose(written: Written) -> str | None:
    purpose: str | None = _attributes(written).get("bloomnet", {}).get("purpose")
    return purpose


def _customer_faults(written: Written) -> Iterator[Diagnostic]:
    attributes = _attributes(written)
    yield from _joined_length(written, "locations", ":", 50)
    yield from _joined_length(written, "email_for_invoices", ";", 200)
    yield from _joined_length(written, "email_for_statements", ";", 200)
    if attributes.get("create"):
        if "name" not in attributes:
            yield written.fault(("create",), "a customer can only be created with a 'name'")
        if "code" not in attributes["komet"]:
            yield written.fault(("create",), "a customer can only be created with a 'code' under komet")
    yield from _ship_to_names(written)


def _joined_length(written: Written, key: str, separator: str, limit: int) -> Iterator[Diagnostic]:
    """Komet keeps such a list in one field (Komet API §3.2)."""
    length = len(separator.join(_attributes(written).get(key) or ()))
    if length > limit:
        yield written.fault(
            (key,),
            f"'{key}' is too long: joined by '{separator}' it has {length} characters, "
            f"and Komet keeps {limit}",
        )


def _ship_to_names(written: Written) -> list[Diagnostic]:
    """Ship-tos are found by their name in Komet (Komet API §3.3)."""
    ship_tos = _attributes(written).get("ship_to", {})
    places = (
        (each["name"].strip().lower(), written, ("ship_to", key, "name")) for key, each in ship_tos.items()
    )
    return _repeated(
        places,
        lambda name, _: (
            "two ship-tos of a customer cannot have the same name in Komet",
            "ship-tos are found by their name alone",
        ),
    )


def _equal_items(written: Written) -> list[Diagnostic]:
    """Lines are matched by what they are, so two items of an order must differ in it."""
    items = _attributes(written).get("items", {})
    places = ((_line_identity(item), written, ("items", name)) for name, item in items.items())

    def say(_: str, earlier: Written) -> tuple[str, str]:
        return (
            "this item cannot be told apart from another of the same order",
            "both have the same product, box type, unit, bunches, stems and mark code: make them one, "
            "or give them mark codes",
        )

    return _repeated(places, say)


def _line_identity(item: Mapping[str, Any]) -> str:
    product = item["product"]
    named = sorted(product.items()) if isinstance(product, Mapping) else str(product).strip().upper()
    pack = [str(item.get(key)).upper() for key in ("item_type", "box_type", "unit", "bunches", "stems")]
    return repr((named, pack, str(item.get("mark_code", "")).strip().upper()))


def _comments(written: Written, project: str) -> Iterator[Diagnostic]:
    comments = (_attributes(written).get("comments") or "").strip()
    if split_marker(comments)[1] is not None:
        yield written.fault(
            ("comments",),
            "'comments' ends with an ownership marker",
            detail="take '[rc:...]' out: it is added when the order is created",
        )
    own = len(with_marker("", Marker(project, written.address.name))) + 1
    room = COMMENTS_LIMIT - own
    if len(comments) > room:
        yield written.fault(
            ("comments",),
            f"'comments' may have at most {room} characters here, and has {len(comments)}",
            detail=f"Komet keeps {COMMENTS_LIMIT}, and {own} of them hold the marker by which this order is "
            "found again",
        )


def _numbers(orders: list[Written]) -> list[Diagnostic]:
    places = (
        (_attributes(written)["number"].strip(), written, ("number",))
        for written in orders
        if "number" in _attributes(written)
    )
    return _repeated(
        places,
        lambda number, earlier: (
            f"the order {number} is bound twice",
            f"it is bound to {earlier.address} already",
        ),
    )
