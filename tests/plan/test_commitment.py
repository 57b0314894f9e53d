"""What a plan commits: what it adds to an order beyond what it takes away."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from world import CUSTOMERS, World

ORDER = """\
purchase_orders:
  freedom:
    vendor: ROSALEDA
    ship_date: 2027-02-01
    location: MIA
    customer: bloomnet
    items:
      main:
        {product: RSFRE60, box_type: HB, boxes: 40, unit: stem, bunches: 12, stems: 25, cost: 0.28,
         price: 0.42}
      mixed: {product: MIXROSE, box_type: QB, boxes: 5, unit: bunch, bunches: 10, stems: 10, cost: 3.10,
              price: 4.80,
              breakdown: [{product: RSFRE60, bunches: 6, stems: 10, cost: 3.00, price: 4.70},
                          {product: RSMON60, bunches: 4, stems: 10, cost: 3.25, price: 4.95}]}
"""
OTHER = """\
  other:
    vendor: ROSALEDA
    ship_date: 2027-02-03
    customer: bloomnet
    items:
      main: {product: RSFRE60, box_type: HB, boxes: 1, unit: stem, bunches: 12, stems: 25, cost: 0.28}
"""
BOX = Decimal("84.00")
"""What a box of the first item costs: 12 × 25 × 0.28."""


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An order that was applied."""
    world = World.make(tmp_path_factory.mktemp("repository"))
    world.write(all=CUSTOMERS + ORDER)
    assert world.plan().money.commitment == f"{40 * BOX + 5 * 10 * Decimal('3.10'):.2f}"
    world.apply()
    yield world
    world.close()


@pytest.mark.parametrize(
    ("before", "after", "committed"),
    [
        ("boxes: 40", "boxes: 48", 8 * BOX),
        ("boxes: 40", "boxes: 30", Decimal(0)),
        ("cost: 0.28", "cost: 0.30", 40 * 12 * 25 * Decimal("0.02")),
        ("cost: 0.28", "cost: 0.26", Decimal(0)),
        ("boxes: 5", "boxes: 6", 10 * Decimal("3.10")),
        ("boxes: 5", "boxes: 4", Decimal(0)),
        ("2027-02-01", "2027-02-02", Decimal(0)),
        ("2027-02-01\n    location: MIA", "2027-02-02\n    location: LAX", Decimal(0)),
        ("price: 0.42", "price: 0.44", Decimal(0)),
        (ORDER, "", Decimal(0)),
    ],
)
def test_what_is_added_beyond_what_goes(ordered: World, before: str, after: str, committed: Decimal) -> None:
    """An order that grows commits its growth; one that shrinks, goes or is replaced by an equal one, none."""
    assert before in CUSTOMERS + ORDER
    ordered.write(all=(CUSTOMERS + ORDER).replace(before, after))
    assert ordered.plan().money.commitment == f"{committed:.2f}"


def test_a_replacement_commits_what_it_is_dearer(ordered: World) -> None:
    """The new order less the one that it replaces."""
    text = ORDER.replace("2027-02-01", "2027-02-02").replace("boxes: 40", "boxes: 43")
    ordered.write(all=CUSTOMERS + text)
    assert ordered.plan().money.commitment == f"{3 * BOX:.2f}"


def test_one_order_does_not_pay_for_another(ordered: World) -> None:
    """What one gives back takes nothing off what the other adds."""
    ordered.write(all=CUSTOMERS + ORDER.replace("boxes: 40", "boxes: 30") + OTHER)
    assert ordered.plan().money.commitment == f"{BOX:.2f}"
