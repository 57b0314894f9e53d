"""Accepting what people did to prebooks: the configuration follows, and nothing else in its files moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from test_accepting import accept, changed_lines, left
from world import World, seed_with

from reconciler.model.address import Address

CUSTOMERS = """\
customers:
  standing:
    komet: {code: BLOOMSO}
    bloomnet: {purpose: standing_orders}
    ship_to:
      main: {name: Main store}
      airport: {name: Airport store}
"""
PREBOOKS = """\
prebooks:
  # every Monday
  week-6:
    customer: standing
    ship_date: 2027-02-08     # a truck
    carrier: FEDEX
    ship_to: main
    customer_po: BN-6
    location: MIA
    items:
      # red
      freedom: {product: RSFRE60,  box_type: HB, boxes: 10, unit: stem, bunches: 12, \
stems: 9, price: 0.90, cost: 0.40}
      # all sorts
      mixed:
        product: MIXROSE
        box_type: QB
        boxes: 5          # one pallet
        unit: bunch
        bunches: 10
        stems: 10
        price: 4.80
        breakdown:
          - {product: RSFRE60, bunches: 6, stems: 10, cost: 3.00, price: 4.70}
          - {product: RSMON60, bunches: 4, stems: 10, cost: 3.25, price: 4.95}
      greens: {product: GREUC, item_type: unit, units: 40, unit: bunch, price: 2.50, notes: Wet}
"""


@contextmanager
def applied() -> Iterator[World]:
    """A world in which the prebook above was applied."""
    with TemporaryDirectory() as folder:
        world = World.make(Path(folder) / "repository")
        world.write(customers=CUSTOMERS, prebooks=PREBOOKS)
        world.apply()
        yield world
        world.close()


def text(world: World) -> str:
    """The file of the prebooks."""
    return (world.root / "config" / "prebooks.yaml").read_text(encoding="utf-8")


def items(world: World) -> dict[str, int]:
    """The ids of our lines, by product."""
    return {line["product"]: line["id"] for line in world.prebook("week-6")["items"]}


def edit(world: World, **header: Any) -> None:
    """A person changes the header."""
    world.act("edit-prebook", prebook=world.prebook("week-6")["number"], **header)


def is_settled(world: World) -> bool:
    """Whether nothing is left to plan."""
    return world.plan().changes == ()


def test_only_the_lines_that_moved_are_touched() -> None:
    """Header, boxes, units and prices; comments, columns and spellings such as 0.90 stay to the letter."""
    with applied() as world:
        edit(world, carrier="UPS", customer_po="BN-7", truck_date="2027-02-09", ship_via=1)
        world.act("edit-prebook-item", item=items(world)["RSFRE60"], boxes=7, price="0.95")
        world.act("edit-prebook-item", item=items(world)["MIXROSE"], boxes=8)
        world.act("edit-prebook-item", item=items(world)["GREUC"], units=55)
        accept(world, "prebooks.*")
        before = (
            "      freedom: {product: RSFRE60,  box_type: HB, boxes: 10, unit: stem, bunches: 12, stems: 9, "
        )
        after = before.replace("boxes: 10", "boxes: 7")
        greens = (
            "      greens: {product: GREUC, item_type: unit, units: 40, unit: bunch, price: 2.50, notes: Wet}"
        )
        assert changed_lines(PREBOOKS, text(world)) == [
            "-    ship_date: 2027-02-08     # a truck",
            "-    carrier: FEDEX",
            "+    ship_date: 2027-02-09     # a truck",
            "+    carrier: UPS",
            "-    customer_po: BN-6",
            "+    customer_po: BN-7",
            f"-{before}price: 0.90, cost: 0.40}}",
            f"+{after}price: 0.95, cost: 0.40}}",
            "-        boxes: 5          # one pallet",
            "+        boxes: 8          # one pallet",
            f"-{greens}",
            f"+{greens.replace('40', '55')}",
        ]
        assert is_settled(world)


def test_a_ship_to_and_what_was_emptied() -> None:
    """A ship-to by its name here; an emptied number becomes null; one that is taken off is not managed."""
    with applied() as world:
        (customer,) = {world.prebook("week-6")["customer_id"]}
        ids = {row["name"]: row["id"] for row in world.ship_tos(customer).values()}
        edit(world, ship_to=ids["Airport store"], customer_po=None)
        accept(world, "prebooks.week-6")
        assert "    ship_to: airport\n    customer_po: null\n" in text(world)
        assert is_settled(world)
        world.apply()
        edit(world, ship_to=None)
        accept(world, "prebooks.week-6")
        assert "ship_to" not in text(world)
        assert is_settled(world)


def test_a_ship_to_without_a_name_here_is_told_and_left() -> None:
    """The configuration cannot say it, and the rest follows."""
    with applied() as world:
        session = world.session()
        with session.connection:
            customer = world.prebook("week-6")["customer_id"]
            session.connection.port.call("customer.shipto.add", {"customerId": customer, "name": "Kiosk"})
        edit(world, ship_to=world.ship_tos(customer)["Kiosk"]["id"], carrier="UPS")
        takeover = accept(world, "prebooks.week-6")
        assert "ship to is Kiosk in Komet" in left(takeover)[0]
        assert changed_lines(PREBOOKS, text(world)) == ["-    carrier: FEDEX", "+    carrier: UPS"]


def test_lines_that_came_and_went() -> None:
    """A new line becomes an item named after what it is, one that is gone takes its comment with it; what
    Komet does not show stays with the items that are still there."""
    with applied() as world:
        world.act("delete-prebook-item", item=items(world)["MIXROSE"])
        add(
            world,
            productId=507,
            boxTypeCode="HB",
            boxes=3,
            bunches=12,
            stemsBunch=25,
            unitType="Stem",
            price="1.10",
        )
        add(world, productId=548, itemType="UN", totalUnits=9, unitType="Bunch", price=2)
        accept(world, "prebooks.week-6")
        assert "# red" in text(world) and "# all sorts" not in text(world)
        assert text(world).endswith(
            "      rsmon60: "
            "{product: RSMON60, box_type: HB, boxes: 3, unit: stem, bunches: 12, stems: 25, price: 1.1}\n"
            "      gyxl: {product: GYXL, item_type: unit, units: 9, unit: bunch, price: 2}\n"
        )
        assert "cost: 0.40" in text(world) and "notes: Wet" in text(world)
        assert is_settled(world)


def add(world: World, **line: Any) -> None:
    """A partner adds a line to our prebook through the API."""
    prebook = world.prebook("week-6")
    header = {
        "customerId": prebook["customer_id"],
        "carrierId": 31,
        "shipDate": "2027-02-08",
        "useExisting": 1,
    }
    header |= {"companyLocationCode": "MIA", "customerPO": "BN-6", "shipToId": prebook["ship_to_id"]}
    session = world.session()
    with session.connection:
        session.connection.port.call(
            "prebook.create", {**header, "prebookItems": [{"identifier": "x", **line}]}
        )


def test_another_pack_vendor_and_mark_code() -> None:
    """Attributes of a line that a person edited; the name and the hidden cost stay."""
    with applied() as world:
        world.act("edit-prebook-item", item=items(world)["RSFRE60"], bunches=10, mark_code="BN")
        accept(world, "prebooks.week-6")
        freedom = "freedom: {product: RSFRE60,  box_type: HB, boxes: 10, unit: stem, bunches: 10, stems: 9, "
        assert f"{freedom}price: 0.90, cost: 0.40, mark_code: BN}}" in text(world)
        assert is_settled(world)


def test_comments_without_our_marker_bind_it_by_its_number() -> None:
    """Somebody wrote over the marker: the prebook is known by its number from then on, nothing is sent."""
    with applied() as world:
        number = world.prebook("week-6")["number"]
        edit(world, comments="Call before delivery")
        accept(world, "prebooks.week-6")
        assert f'    number: "{number}"\n' in text(world)
        assert is_settled(world)
        world.lose_state()
        plan = world.plan()
        assert not [step for change in plan.changes for step in change.api_steps]


def test_a_prebook_that_is_gone_goes() -> None:
    """It is taken out with the comment above it, and how it went is said."""
    with applied() as world:
        number = world.prebook("week-6")["number"]
        world.act("cancel-prebook", prebook=number)
        (acceptance,) = accept(world, "prebooks.*").acceptances
        assert acceptance.gone == f"{number} was cancelled or deleted in Komet"
        assert Address("prebooks", "week-6") not in world.configuration().resources
        assert is_settled(world)


def test_a_prebook_that_was_never_made_is_not_gone() -> None:
    """What no apply has made is no drift."""
    with TemporaryDirectory() as folder:
        world = World.make(Path(folder) / "repository")
        world.write(customers=CUSTOMERS, prebooks=PREBOOKS)
        takeover = accept(world, "prebooks.*")
        assert takeover.texts == {} and "does not exist in Komet yet" in left(takeover)[0]
        world.close()


def test_what_the_configuration_changed_stays_beside_what_a_person_changed() -> None:
    """The boxes follow Komet, the price of the file is still planned."""
    with applied() as world:
        world.act("edit-prebook-item", item=items(world)["RSFRE60"], boxes=7)
        file = world.root / "config" / "prebooks.yaml"
        file.write_text(PREBOOKS.replace("price: 0.90", "price: 1.00"), encoding="utf-8")
        accept(world, "prebooks.week-6")
        (change,) = world.plan().changes
        assert [each.path for each in change.attributes] == [("items", "freedom", "price")]


def test_where_nothing_was_recorded_everything_that_differs_is_taken_over() -> None:
    """What is in an assorted box, with the costs that are written; boxes that are units in Komet."""
    parts = [
        {"product": "RSFRE60", "bunches": 7, "stems": 10, "cost": "1.00", "price": "4.80"},
        {"product": "RSEXP60", "bunches": 3, "stems": 10, "cost": "1.00", "price": "5.00"},
    ]
    pack = {"bunches": 10, "stems": 10, "unit": "Bunch", "price": "4.80"}
    lines = [
        {"product": "MIXROSE", "box_type": "QB", "boxes": 5, **pack, "breakdown": parts},
        {"product": "RSFRE60", "item_type": "UN", "units": 90, "unit": "Stem", "price": "0.90"},
        {"product": "GREUC", "item_type": "UN", "units": 40, "unit": "Bunch", "price": "2.50"},
    ]
    header = {"number": "000771", "customer": "BLOOMSO", "location": "MIA", "carrier": "FEDEX"}
    header |= {"truck_date": "2027-02-08", "ship_to": "Main store", "customer_po": "BN-6"}
    customers = [{"code": "BLOOMSO", "ship_tos": [{"name": "Main store"}, {"name": "Airport store"}]}]
    seed = seed_with(customers=customers, prebooks=[{**header, "items": lines}])
    with TemporaryDirectory() as folder:
        world = World.make(Path(folder) / "repository", seed)
        world.write(
            customers=CUSTOMERS, prebooks=PREBOOKS.replace("    items:", '    number: "000771"\n    items:')
        )
        takeover = accept(world, "prebooks.week-6")
        assert left(takeover) == []
        assert "{product: RSFRE60, bunches: 7, stems: 10, cost: 3.00, price: 4.8}" in text(world)
        assert "{product: RSEXP60, bunches: 3, stems: 10, price: 5}" in text(world)
        assert "item_type: unit, units: 90" in text(world) and "cost: 0.40" in text(world)
        plan = world.plan()
        assert [(change.action.value, change.steps) for change in plan.changes] == [("adopt", ())]
        world.close()
