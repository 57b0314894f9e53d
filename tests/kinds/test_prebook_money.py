"""What prebooks sell, what it costs, and Komet's fee on it: against sums made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
from plan.making import change

from reconciler.kinds.prebooks.money import purchase_commitment, sale_of
from reconciler.model.change import Action, Sale
from reconciler.model.step import ApiStep
from reconciler.model.value import Json
from reconciler.plan.cost import money_of, with_fee

FEE = Decimal("0.015")


def create(lines: Sequence[Mapping[str, Json]], **header: Json) -> ApiStep:
    """A call that adds `lines`."""
    items: list[Json] = [dict(line) for line in lines]
    return ApiStep(1, "prebook.create", {**header, "prebookItems": items}, "create the prebook")


def boxes(
    count: int, bunches: int, stems: int | None, unit: str, price: str, **more: Json
) -> dict[str, Json]:
    """A line in boxes."""
    pack: dict[str, Json] = {"boxes": count, "bunches": bunches, "unitType": unit, "price": price}
    return pack | ({} if stems is None else {"stemsBunch": stems}) | more


def units(count: int, price: str, **more: Json) -> dict[str, Json]:
    """A line in units."""
    return {"totalUnits": count, "unitType": "Stem", "price": price, **more}


PARTS: Json = [{"bunches": 6, "stemsBunch": 10}, {"bunches": 4, "stemsBunch": 20}]


@pytest.mark.parametrize(
    ("lines", "price", "cost", "fee"),
    [
        # 10 boxes × 12 bunches × 25 stems = 3,000 stems
        ([boxes(10, 12, 25, "Stem", "0.85", cost="0.4")], "2550", "1200", "38.25"),
        # 6 boxes × 10 bunches = 60 bunches; the stems do not count
        ([boxes(6, 10, 10, "Bunch", "8.2", cost="4.1")], "492", "246", "7.38"),
        # 250 stems; 3.375 is rounded up
        ([units(250, "0.9", cost="0.5")], "225", "125", "3.38"),
        # 0.33 × 1.5 % = 0.00495
        ([units(1, "0.33", cost="0.1")], "0.33", "0.1", "0.00"),
        # 5 boxes × (6 × 10 + 4 × 20) stems = 700 stems
        ([boxes(5, 10, None, "Stem", "0.7", cost="0.3", breakdowns=PARTS)], "490", "210", "7.35"),
        # together: 2,550 + 492 + 225, and of one line nobody has said what it costs
        (
            [
                boxes(10, 12, 25, "Stem", "0.85", cost="0.4"),
                boxes(6, 10, 10, "Bunch", "8.2"),
                units(250, "0.9", cost="0.5"),
            ],
            "3267",
            None,
            "49.01",
        ),
        # a Vendor token has no price to set
        ([boxes(10, 12, 25, "Stem", "0", cost="0.4")], "0", "1200", "0.00"),
    ],
)
def test_what_is_sold_costs_and_is_charged(
    lines: list[dict[str, Json]], price: str, cost: str | None, fee: str
) -> None:
    """Units × price, units × cost if every line has one, and the fee on the price, half rounded up."""
    sale = sale_of([create(lines)])
    assert sale == Sale(price, cost)
    sold = with_fee(change("prebooks.week-6", Action.CREATE, sale=sale), FEE)
    assert sold.sale == Sale(price, cost, fee)
    assert money_of([sold], FEE).fee == fee


def test_the_fee_of_a_plan_is_rounded_once() -> None:
    """Three prebooks of 3.375 each are shown with 3.38, and together are 10.13, not 10.14."""
    sale = sale_of([create([units(250, "0.9")])])
    sold = [with_fee(change(f"prebooks.week-{week}", sale=sale), FEE) for week in range(3)]
    assert {each.sale.fee for each in sold if each.sale} == {"3.38"}
    assert money_of(sold, FEE).fee == "10.13"


def test_only_what_is_added_is_sold() -> None:
    """A header alone, a change of it, and what is deleted cost nothing; two calls count together."""
    quiet = [
        ApiStep(1, "prebook.create", {"customerId": 1}, "create the prebook"),
        ApiStep(2, "prebook.update", {"prebookId": 1}, "set carrier"),
        ApiStep(3, "prebook.delete", {"prebookId": 1}, "delete"),
    ]
    assert sale_of(quiet) is None
    twice = sale_of([create([units(100, "1")]), *quiet, create([units(50, "1")])])
    assert twice is not None and twice.price == "150"


def test_what_Komet_buys_by_itself_is_committed() -> None:
    """With autoGeneratePOsfromPrebooks the cost is money for vendors; without, nothing is bought."""
    lines = [boxes(10, 12, 25, "Stem", "0.85", cost="0.4")]
    assert purchase_commitment([create(lines, autoGeneratePOsfromPrebooks=1)]) == 1200
    assert purchase_commitment([create(lines)]) == 0
