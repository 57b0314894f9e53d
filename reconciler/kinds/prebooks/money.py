"""What the calls of a prebook sell: price and cost of the lines that they add (Komet API §1.5, §7.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from reconciler.kinds.prebooks.calls import CREATE
from reconciler.model.change import Sale
from reconciler.model.step import ApiStep, Step
from reconciler.model.value import Json, decimal_text


def sale_of(steps: Sequence[Step]) -> Sale | None:
    """What `steps` sell to the customer, also the same lines once more; None where they add nothing.

    The cost is only known if every line has one.
    """
    lines = list(_added(steps))
    if not lines:
        return None
    price = sum((_units(line) * Decimal(str(line.get("price") or 0)) for line in lines), Decimal(0))
    costs = [_units(line) * Decimal(str(line["cost"])) for line in lines if "cost" in line]
    cost = decimal_text(sum(costs, Decimal(0))) if len(costs) == len(lines) else None
    return Sale(decimal_text(price), cost)


def purchase_commitment(steps: Sequence[Step]) -> Decimal:
    """What Komet buys by itself for the lines that `steps` add (`autoGeneratePOsfromPrebooks`)."""
    total = Decimal(0)
    for line in _added(steps, buying=True):
        total += _units(line) * Decimal(str(line.get("cost") or 0))
    return total


def _added(steps: Sequence[Step], buying: bool = False) -> Iterator[Mapping[str, Json]]:
    for step in steps:
        if not isinstance(step, ApiStep) or step.method != CREATE:
            continue
        lines = step.params.get("prebookItems")
        if buying and not step.params.get("autoGeneratePOsfromPrebooks"):
            continue
        yield from (line for line in (lines if isinstance(lines, list) else []) if isinstance(line, Mapping))


def _units(line: Mapping[str, Json]) -> int:
    """Units of a line: what is counted by the unit, else boxes × bunches, × stems where sold by the stem.

    A mixed box may say its stems in its breakdown alone (Komet API §7.2).
    """
    if "totalUnits" in line:
        return _whole(line["totalUnits"])
    if line["unitType"] != "Stem":
        return _whole(line["boxes"]) * _whole(line["bunches"])
    if "stemsBunch" in line:
        return _whole(line["boxes"]) * _whole(line["bunches"]) * _whole(line["stemsBunch"])
    parts = line.get("breakdowns")
    rows = [part for part in (parts if isinstance(parts, list) else []) if isinstance(part, Mapping)]
    return _whole(line["boxes"]) * sum(_whole(row["bunches"]) * _whole(row["stemsBunch"]) for row in rows)


def _whole(value: Json) -> int:
    return int(str(value))
