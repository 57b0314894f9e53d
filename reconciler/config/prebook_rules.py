"""What no schema can say of a prebook: which attributes its items need, and where it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.config.nearest import nearest
from reconciler.config.resources import Written
from reconciler.model.diagnostic import Diagnostic

_BOX = ("box_type", "boxes", "bunches", "stems")
_ONLY_BOX = (*_BOX, "breakdown", "from_po")


def prebook_faults(written: Written, attributes: Mapping[str, Any], token_type: str) -> Iterator[Diagnostic]:
    """Every rule that one prebook breaks by itself."""
    for name, item in attributes.get("items", {}).items():
        yield from _item_type_faults(written, name, item)
        if "number" not in attributes:
            yield from _breakdown_faults(written, name, item)
        if "price" not in item and token_type == "company":
            yield written.fault(
                ("items", name),
                f"{_are_missing(['price'])} from items.{name}",
                detail="Komet takes no item without a price from a Company token",
            )
        if attributes.get("auto_generate_pos"):
            yield from _purchase_faults(written, name, item)


def ship_to_faults(
    written: Written, attributes: Mapping[str, Any], ship_tos: Mapping[str, Sequence[str]]
) -> Iterator[Diagnostic]:
    """A ship-to that its customer does not have; `ship_tos` are the names under each customer's ship_to."""
    ship_to, customer = attributes.get("ship_to"), attributes["customer"]
    if not isinstance(ship_to, str) or customer not in ship_tos or ship_to in ship_tos[customer]:
        return
    known = ship_tos[customer]
    yield written.fault(
        ("ship_to",),
        f"there is no '{ship_to}' under the ship_to of customers.{customer}",
        suggestion=nearest(ship_to, known),
        detail="" if known else f"customers.{customer} has no ship_to yet",
    )


def _item_type_faults(written: Written, name: str, item: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Boxes have a box type and a pack, units have neither (Komet API §7.2)."""
    is_box = item.get("item_type", "box") == "box"
    for key in ("units",) if is_box else _ONLY_BOX:
        if key in item:
            other = "item_type: unit" if is_box else "item_type: box"
            yield written.fault(
                ("items", name, key),
                f"'{key}' does not go with item_type {'box' if is_box else 'unit'}",
                detail=f"take it out, or write {other}",
            )
    needed = _BOX if is_box else ("units",)
    missing = [key for key in needed if key not in item and not (key == "stems" and item.get("breakdown"))]
    if missing:
        yield written.fault(
            ("items", name),
            f"{_are_missing(missing)} from items.{name}",
            detail="an item in boxes needs its box type, how many boxes, and the pack: bunches and stems"
            if is_box
            else "an item in units needs to say how many",
        )


def _breakdown_faults(written: Written, name: str, item: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Komet shows no costs of an assorted box: one that stands there can go without (Komet API §7.2)."""
    for place, part in enumerate(item.get("breakdown", ())):
        if "cost" not in part:
            yield written.fault(
                ("items", name, "breakdown", place),
                f"'cost' is missing from items.{name}.breakdown[{place}]",
                detail="only what a `number` binds to may go without, since Komet does not show it",
            )


def _purchase_faults(written: Written, name: str, item: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Komet can only buy what says from whom, and for how much (Komet API §7.2)."""
    missing = [key for key in ("vendor", "cost") if key not in item]
    if missing:
        yield written.fault(
            ("items", name),
            f"{_are_missing(missing)} from items.{name}",
            detail="auto_generate_pos needs a vendor and a cost on every item",
        )


def _are_missing(keys: Sequence[str]) -> str:
    *others, last = [f"'{key}'" for key in keys]
    return f"{', '.join(others)} and {last} are missing" if others else f"{last} is missing"
