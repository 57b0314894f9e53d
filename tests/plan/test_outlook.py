"""What stands beside the changes of a plan."""

from __future__ import annotations

from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
from reconciler.model.change import ReservedBoxes
from reconciler.model.origin import Origin
from reconciler.model.plan import ShipDay, Stock
from reconciler.model.resource import ResolvedResource
from reconciler.model.value import Json
from reconciler.plan.outlook import ship_days, standing_stock


def resolved(address: str, day: str | None, *boxes: int) -> tuple[Address, ResolvedResource]:
    """A wanted order, or with no day something else."""
    items: list[Json] = [{"name": "a", "boxes": count} for count in boxes]
    attributes: dict[str, Json] = {"ship_date": day, "items": [*items, {"name": "u", "units": 250}]}
    parsed = Address.parse(address)
    return parsed, ResolvedResource(parsed, attributes, Origin("a.yaml", 1, 1))


def test_orders_are_counted_by_ship_date_and_kind() -> None:
    """With their boxes, those that a change touches left out; what has no ship date is no order, and what is
    agreed on is not looked into."""
    wanted = dict(
        [
            resolved("purchase_orders.a", "2027-02-02", 4, 6),
            resolved("purchase_orders.b", "2027-02-02", 1),
            resolved("purchase_orders.c", "2027-02-01", 7),
            resolved("purchase_orders.touched", "2027-02-01", 99),
            resolved("prebooks.d", "2027-02-02"),
            resolved("customers.e", None),
            resolved("purchase_orders.agreed", "2027-02-03", 99),
        ]
    )
    agreed = Address("purchase_orders", "agreed")
    known = Agreement(agreed, "", "", "", "2027-02-01", 5, 650101, "P057101", {}, ())
    assert ship_days(wanted, {Address("purchase_orders", "touched")}, {known.address: known}) == (
        ShipDay("purchase_orders", "2027-02-01", 2, 12),
        ShipDay("prebooks", "2027-02-02", 1, 0),
        ShipDay("purchase_orders", "2027-02-02", 2, 11),
    )


def test_each_stock_is_named_once() -> None:
    """However many reservations speak of it; what is not reserved is open."""
    of_one = ReservedBoxes("B in MIA", 16, 4, 0, 51)
    assert standing_stock([of_one, ReservedBoxes("A in MIA", 0, 0, 0, 3), of_one]) == (
        Stock("A in MIA", 0, 3),
        Stock("B in MIA", 16, 35),
    )
