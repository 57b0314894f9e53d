"""What Komet's stock holds otherwise than a reservation wants it: an oracle that compares nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from reconciler.model.value import Value

Line = Mapping[str, Any]


def untrue_stock(
    name: str, wanted: Mapping[str, Value], customer: str, stock: Sequence[Line], today: date
) -> Iterator[str]:
    """The faults of one reservation: more boxes than are wanted, fewer than there could be, lines too old,
    an arrival that was not added once. `customer` is its code in Komet."""
    meant = [line for line in stock if line["boxes"] and _is_meant(line, wanted)]
    mine = [line for line in meant if line["customer"] == customer]
    young = [line["id"] for line in meant if _age(line, today) <= int(str(wanted.get("max_age", 9999)))]
    old = [line["id"] for line in mine if line["id"] not in young]
    if old:
        yield f"{name}: lines {old} are too old"
    free = [line for line in meant if _is_free(line) and line["id"] in young]
    boxes, tolerance = int(str(wanted["boxes"])), int(str(wanted.get("tolerance", 0)))
    held = sum(line["boxes"] for line in mine if line["id"] in young)
    if held > boxes + tolerance:
        yield f"{name}: {held} boxes stand reserved, wanted {boxes}"
    sums = _sums([line["boxes"] for line in (*mine, *free)], boxes + tolerance)
    best = min(max(abs(total - boxes) - tolerance, 0) for total in sums)
    if max(boxes - held - tolerance, 0) > best:
        yield f"{name}: {held} of {boxes} boxes stand reserved, and there is stock for more"
    arrival = wanted.get("arrival")
    if isinstance(arrival, Mapping):
        yield from _untrue_arrival(name, arrival, stock)


def twice_added(stock: Sequence[Line]) -> list[str]:
    """The references of ours that more than one line carries."""
    references = [str(line["reference"]) for line in stock if str(line["reference"] or "").startswith("rc:")]
    return sorted({each for each in references if references.count(each) > 1})


def _untrue_arrival(name: str, arrival: Mapping[str, Value], stock: Sequence[Line]) -> Iterator[str]:
    ours = [
        line
        for line in stock
        if line["awb"] == arrival["awb"] and str(line["reference"] or "").startswith("rc:")
    ]
    arrived = sum(line["boxes"] + line["sold"] + line["lost"] for line in ours)
    if arrived != int(str(arrival["boxes"])):
        yield f"{name}: {arrived} boxes arrived, wanted {arrival['boxes']}"


def _is_meant(line: Line, wanted: Mapping[str, Value]) -> bool:
    packs = (("unit", "unit"), ("bunches", "bunches"), ("stems", "stems"))
    vendors = wanted.get("vendors")
    return (
        not line["staging"]
        and (line["location"], line["product"]) == (wanted["location"], wanted["product"])
        and line["box_type"] == wanted["box_type"]
        and all(key not in wanted or str(line[name]).lower() == str(wanted[key]) for key, name in packs)
        and (not isinstance(vendors, Sequence) or line["vendor"] in vendors)
    )


def _is_free(line: Line) -> bool:
    is_strange = str(line["reference"] or "").startswith("rc:")
    return line["customer"] is None and line["type"] == "M" and not line["held"] and not is_strange


def _age(line: Line, today: date) -> int:
    return (today - date.fromisoformat(line["inventory_date"])).days


def _sums(boxes: Sequence[int], ceiling: int) -> set[int]:
    """Every number of boxes that some of the lines add up to."""
    sums = {0}
    for each in boxes:
        sums |= {total + each for total in sums if total + each <= ceiling}
    return sums
