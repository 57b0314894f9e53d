"""What stands beside the changes of a plan: orders by ship date, stock by product and location."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set

from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
from reconciler.model.change import ReservedBoxes
from reconciler.model.plan import ShipDay, Stock
from reconciler.model.resource import ResolvedResource
from reconciler.model.value import Json


def ship_days(
    resolved: Mapping[Address, ResolvedResource],
    touched: Set[Address],
    agreed: Mapping[Address, Agreement],
) -> tuple[ShipDay, ...]:
    """The wanted orders outside `touched`, by ship date and kind; of what is `agreed` on it is known."""
    boxes: dict[tuple[str, str], list[int]] = defaultdict(list)
    wanted = resolved.keys()
    for address, known in agreed.items():
        if address in wanted and address not in touched:
            boxes[known.ship_date, address.kind].append(known.boxes)
    for address in wanted - agreed.keys() - touched:
        day, count = ship_day(resolved[address])
        if day:
            boxes[day, address.kind].append(count)
    return tuple(ShipDay(kind, day, len(found), sum(found)) for (day, kind), found in sorted(boxes.items()))


def ship_day(resource: ResolvedResource) -> tuple[str, int]:
    """Ship date and boxes of a wanted order; "" and nothing for what is no order."""
    day = resource.attributes.get("ship_date")
    return (day, _boxes(resource.attributes.get("items"))) if isinstance(day, str) else ("", 0)


def standing_stock(reserved: Iterable[ReservedBoxes]) -> tuple[Stock, ...]:
    """The boxes of each product and location that a reservation speaks of, as they stand before the plan."""
    known = {each.stock: each for each in reserved}
    return tuple(
        Stock(name, each.reserved, each.total - each.reserved) for name, each in sorted(known.items())
    )


def _boxes(items: Json) -> int:
    """The boxes of an order's items; what is sold by the unit has none."""
    rows = items if isinstance(items, list) else []
    counts = (row.get("boxes") for row in rows if isinstance(row, dict))
    return sum(count for count in counts if isinstance(count, int))
