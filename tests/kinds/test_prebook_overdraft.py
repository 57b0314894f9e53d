"""Prebooks that draw more boxes of an order than it has, and the guard that refuses them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from world import World

from reconciler.errors import GuardRefused
from reconciler.kinds.canonical import Canonical
from reconciler.kinds.prebooks.overdraft import overdrafts
from reconciler.kinds.prebooks.prebook import WantedPrebook
from reconciler.model.address import Address
from reconciler.model.deferred import Deferred
from reconciler.model.origin import Origin
from reconciler.model.resource import ResolvedResource
from reconciler.model.value import Json
from reconciler.plan.planner import Choices

NOTHING = WantedPrebook(
    customer="standing",
    ship_date="2027-02-01",
    carrier_id=1,
    ship_to=None,
    ship_to_title=None,
    ship_to_id=None,
    customer_po=None,
    ship_via=None,
    location_id=1,
    location_code="MIA",
    comments=None,
    ecommerce=None,
    created_by=None,
    status=None,
    auto_allocate=False,
    auto_generate_pos=False,
    recreate=False,
    number=None,
    items=(),
)

ORDER = """\
customers: {standing: {komet: {code: BLOOMSO}}}
purchase_orders:
  roses:
    vendor: ROSALEDA
    ship_date: 2027-02-01
    location: MIA
    customer: standing
    confirm: true
    items:
      short: {product: RSFRE60, box_type: HB, boxes: 40, unit: stem, bunches: 12, stems: 25, cost: 0.28}
      marked: {product: RSFRE60, box_type: HB, boxes: 5, unit: stem, bunches: 12, stems: 25, cost: 0.28, mark_code: X}
      long: {product: RSFRE60, box_type: HB, boxes: 10, unit: stem, bunches: 10, stems: 25, cost: 0.28}
prebooks:
"""  # noqa: E501
PREBOOK = """\
  {name}:
    {{customer: standing, ship_date: 2027-02-0{day}, carrier: FEDEX, location: MIA, items: {{a: {{
    product: RSFRE60, box_type: HB, boxes: {boxes}, unit: stem, bunches: {bunches}, stems: 25, price: 0.85,
    from_po: {order}}}}}}}
"""


def written(*prebooks: tuple[str, int, int, str]) -> str:
    """A configuration with these prebooks: name, boxes, bunches, and what they draw on."""
    rows = [
        PREBOOK.format(name=name, day=day, boxes=boxes, bunches=bunches, order=order)
        for day, (name, boxes, bunches, order) in enumerate(prebooks, start=4)
    ]
    return ORDER + "".join(rows)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path)


@pytest.mark.parametrize(
    ("prebooks", "refused"),
    [
        ([("one", 45, 12, "roses")], []),
        ([("one", 46, 12, "roses")], ["one"]),
        ([("one", 30, 12, "roses"), ("two", 15, 12, "roses")], []),
        ([("one", 30, 12, "roses"), ("two", 16, 12, "roses")], ["one", "two"]),
        ([("one", 45, 12, "roses"), ("two", 10, 10, "roses")], []),
        ([("one", 1, 8, "roses")], ["one"]),
        ([("one", 900, 12, "P057999")], []),
    ],
)
def test_an_order_has_so_many_boxes_of_a_pack(
    world: World, prebooks: list[tuple[str, int, int, str]], refused: list[str]
) -> None:
    """Of product and pack together, whatever the lines are called; what others draw is not left. Of an order
    that nobody manages here nothing is known."""
    world.write(all=written(*prebooks))
    flags = [guard.flag for guard in world.plan().refusals]
    assert flags == [f"oversold:prebooks.{name}" for name in refused]


def test_only_its_own_flag_lets_it_through(world: World) -> None:
    """The figure is named, applying is refused, and the flag of another prebook does not help."""
    world.write(all=written(("one", 30, 12, "roses"), ("two", 16, 12, "roses")))
    plan = world.plan(Choices(allow=("oversold:prebooks.one",)))
    (refusal,) = plan.refusals
    assert refusal.detail == (
        "prebooks.two items.a draws 16 boxes of purchase_orders.roses, which has 45 of that pack, "
        "30 of them drawn by others"
    )
    with pytest.raises(GuardRefused, match="oversold"):
        world.apply(plan)
    both = ("oversold:prebooks.one", "oversold:prebooks.two")
    assert world.plan(Choices(allow=both)).refusals == ()


def test_what_is_drawn_already_is_not_refused_again(world: World) -> None:
    """A prebook that adds nothing is not judged by what it drew before; an order is known by number too."""
    world.write(all=written(("one", 30, 12, "roses")))
    world.apply()
    number = world.order("roses")["number"]
    smaller = written(("one", 30, 12, "roses")).replace("boxes: 40", "boxes: 20")
    world.write(all=smaller)
    flags = [guard.flag for guard in world.plan().refusals]
    assert "oversold:prebooks.one" not in flags
    world.write(all=written(("one", 30, 12, "roses"), ("two", 16, 12, number)))
    assert [guard.flag for guard in world.plan().refusals] == ["oversold:prebooks.two"]


def test_the_others_are_looked_into_only_where_one_draws() -> None:
    """What sells and draws on nothing leaves thousands of others unread."""

    def unread() -> dict[str, Json]:
        raise AssertionError("this one was looked into")

    shelf = Address("prebooks", "from-the-shelf")
    other = ResolvedResource(Address("prebooks", "other"), Deferred(unread), Origin("a.yaml", 1, 1))
    wanted = replace(other, address=shelf, attributes=Canonical(NOTHING))
    assert list(overdrafts({shelf}, {shelf: wanted, other.address: other}, {})) == []
