"""Rules between the attributes of one resource, which no schema can say."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from reconciler.config.circumstances import Circumstances
from reconciler.config.prebook_rules import prebook_faults
from reconciler.config.repetition import repeated_faults
from reconciler.config.resources import Written
from reconciler.kinds.customers.future_sales import FUTURE_SALES, FUTURE_SALES_DETAIL
from reconciler.kinds.orders.marker import COMMENTS_LIMIT, split_marker, with_marker
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.project import KometCustomer
from reconciler.model.resource import Marker


def own_faults(written: Written, circumstances: Circumstances) -> Iterator[Diagnostic]:
    """The rules that a resource breaks by itself, whatever else is written."""
    match written.address.kind:
        case "customers":
            yield from _customer_faults(written)
            if circumstances.future_sales is not None:
                yield from _future_sales(written, circumstances.future_sales)
        case "reservations":
            yield from _arrival_faults(written)
        case "purchase_orders":
            yield from _order_faults(written, circumstances.project)
        case "prebooks":
            yield from _order_faults(written, circumstances.project)
            yield from prebook_faults(written, written.sound, circumstances.token_type)


def _order_faults(written: Written, project: str | None) -> Iterator[Diagnostic]:
    yield from _equal_items(written)
    if project is not None:
        yield from _comments(written, project)


def _future_sales(written: Written, named: KometCustomer) -> Iterator[Diagnostic]:
    """Nothing may be kept for the Future Sales customer; one that is named otherwise shows when looked up."""
    komet = written.sound["komet"]
    if named.is_meant(komet.get("id"), komet.get("code")):
        yield written.fault(("komet",), FUTURE_SALES, detail=FUTURE_SALES_DETAIL)


def _arrival_faults(written: Written) -> Iterator[Diagnostic]:
    """What is added to the stock must be stock that this reservation speaks of (Komet API §4.2)."""
    attributes = written.sound
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


def _customer_faults(written: Written) -> Iterator[Diagnostic]:
    attributes = written.sound
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
    length = len(separator.join(written.sound.get(key) or ()))
    if length > limit:
        yield written.fault(
            (key,),
            f"'{key}' is too long: joined by '{separator}' it has {length} characters, "
            f"and Komet keeps {limit}",
        )


def _ship_to_names(written: Written) -> list[Diagnostic]:
    """Ship-tos are found by their name in Komet (Komet API §3.3)."""
    ship_tos = written.sound.get("ship_to", {})
    places = (
        (each["name"].strip().lower(), written, ("ship_to", key, "name")) for key, each in ship_tos.items()
    )
    return repeated_faults(
        places,
        lambda name, _: (
            "two ship-tos of a customer cannot have the same name in Komet",
            "ship-tos are found by their name alone",
        ),
    )


def _equal_items(written: Written) -> list[Diagnostic]:
    """Lines are matched by what they are, so two items of an order must differ in it."""
    items = written.sound.get("items", {})
    if len({_product(item) for item in items.values()}) == len(items):
        return []
    places = ((_line_identity(item), written, ("items", name)) for name, item in items.items())

    def say(_: Hashable, earlier: Written) -> tuple[str, str]:
        return (
            "this item cannot be told apart from another of the same order",
            "both have the same product, box type, unit, bunches, stems and mark code: make them one, "
            "or give them mark codes",
        )

    return repeated_faults(places, say)


def _line_identity(item: Mapping[str, Any]) -> Hashable:
    pack = [str(item.get(key)).upper() for key in ("item_type", "box_type", "unit", "bunches", "stems")]
    return (_product(item), *pack, str(item.get("mark_code", "")).strip().upper())


def _product(item: Mapping[str, Any]) -> Hashable:
    product = item["product"]
    return tuple(sorted(product.items())) if isinstance(product, Mapping) else product.strip().upper()


def _comments(written: Written, project: str) -> Iterator[Diagnostic]:
    comments = (written.sound.get("comments") or "").strip()
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
