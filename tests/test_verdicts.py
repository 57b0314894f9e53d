"""What was found to be as wanted is not looked into again until anything that it rests on changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from world import CUSTOMERS, PROJECT, World

from reconciler.kinds.prebooks import reading
from reconciler.kinds.prebooks.answer import parse_prebook
from reconciler.kinds.prebooks.prebook import live_prebook, prebook_json
from reconciler.kinds.row import Row
from reconciler.model.address import Address
from reconciler.model.deferred import Deferred
from reconciler.model.resource import LiveResource
from reconciler.reading import AccountReading, read_account

ORDER = Address("purchase_orders", "weekly")
ORDERS = """\
purchase_orders:
  weekly:
    vendor: ROSALEDA
    ship_date: 2027-02-01
    location: MIA
    customer: bloomnet
    items:
      freedom: {product: RSFRE60, box_type: HB, unit: stem, bunches: 12, stems: 25, boxes: 4, cost: 0.28}
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An order that is applied, and was found to be as wanted."""
    made = World.make(tmp_path / "repository")
    made.write(all=CUSTOMERS + ORDERS)
    made.apply(made.plan())
    assert made.plan().unchanged == 2
    yield made
    made.close()


def read(world: World) -> AccountReading:
    """The account as the next plan reads it."""
    session = world.session(writing=False)
    with session.connection:
        return read_account(session)


def is_agreed(world: World) -> bool:
    """Whether the next plan takes the order for what it was."""
    return ORDER in read(world).basis.matches["purchase_orders"].agreed


def test_what_is_agreed_on_is_not_looked_into(world: World) -> None:
    """Neither what is wanted, nor what is live, nor what was recorded; in whatever order Komet says it."""
    basis = read(world).basis
    live = basis.matches["purchase_orders"].agreed[ORDER]
    for each in (basis.resolved[ORDER], live, basis.applied[ORDER]):
        assert isinstance(each.attributes, Deferred) and not each.attributes.is_made


def test_a_row_that_says_something_else_is_looked_into(world: World) -> None:
    """A vendor who confirms changes the row, and nothing that is wanted."""
    bound = world.binding("weekly")
    assert bound is not None
    world.act("confirm", number=bound.number)
    assert not is_agreed(world)
    assert world.plan().unchanged == 2
    assert is_agreed(world)


def test_another_wish_is_looked_into(world: World) -> None:
    """The same live order is not what is wanted any more."""
    world.write(all=CUSTOMERS + ORDERS.replace("boxes: 4", "boxes: 5"))
    assert not is_agreed(world)
    assert [change.address for change in world.plan().changes] == [ORDER]


def test_another_customer_behind_the_same_name_is_seen(world: World) -> None:
    """Configuration and order are as they were, but the code belongs to another Komet customer now."""
    world.simulator._store.run("UPDATE customers SET code = 'OLD' WHERE code = 'BLOOM'")
    world.simulator._store.run("UPDATE customers SET code = 'BLOOM' WHERE code = 'PETALHSE'")
    assert not is_agreed(world)
    assert ORDER in {change.address for change in world.plan().changes}


def test_another_setting_is_seen(world: World) -> None:
    """A pattern of protected addresses changes what is recorded of each."""
    (world.root / "reconciler.yaml").write_text(PROJECT + "guards: {protected: ['purchase_orders.*']}\n")
    assert not is_agreed(world)
    assert [each.applied.address for each in world.plan().agreed] == [ORDER]


def test_another_reference_list_is_seen(world: World) -> None:
    """A code that means another product now."""
    world.simulator._store.run("UPDATE products SET code = 'OLD' WHERE code = 'RSFRE60'")
    world.simulator._store.run("UPDATE products SET code = 'RSFRE60' WHERE code = 'RSMON60'")
    world.database.execute("DELETE FROM lists")
    assert not is_agreed(world)
    assert [change.address for change in world.plan().changes] == [ORDER]


def test_an_order_with_an_open_step_is_looked_into(world: World) -> None:
    """What a person was asked for is judged each time."""
    world.write(all=CUSTOMERS + ORDERS.replace("2027-02-01", "2027-02-02"))
    world.apply(world.plan())
    world.plan()
    assert not is_agreed(world)


def test_what_another_version_found_is_found_anew(world: World) -> None:
    """Rows and verdicts carry the version that understood them."""
    world.database.execute("UPDATE snapshots SET format = 'another'")
    world.database.execute("UPDATE agreements SET background = 'another'")
    assert not is_agreed(world)
    assert world.plan().changes == ()


PREBOOK = """\
  {name}:
    customer: {customer}
    ship_date: 2027-02-01
    carrier: KLA
    location: MIA
    items:
      red: {{product: RSFRE60, box_type: HB, unit: stem, bunches: 12, stems: 25, boxes: {boxes}, price: 0.42}}
"""


def prebooks(boxes: int) -> str:
    """Two with the same header, of which one has so many boxes, and one for somebody else."""
    every = (("grows", "bloomnet", boxes), ("like-it", "bloomnet", 4), ("for-another", "petal", 4))
    written = (PREBOOK.format(name=name, customer=buyer, boxes=count) for name, buyer, count in every)
    return CUSTOMERS + "  petal: {komet: {code: PETALHSE}}\nprebooks:\n" + "".join(written)


def test_what_a_changed_prebook_could_be_taken_for_is_looked_into(tmp_path: Path) -> None:
    """Komet could put a new line into another of the same day and customer, agreed on or not; a prebook for
    somebody else stays as it was."""
    world = World.make(tmp_path / "repository")
    world.write(all=prebooks(4))
    world.apply(world.plan())
    world.plan()
    world.write(all=prebooks(5))
    found = read(world).basis.matches["prebooks"]
    grows, like_it, another = (Address("prebooks", name) for name in ("grows", "like-it", "for-another"))
    assert found.wanted.keys() == {grows} and found.agreed.keys() == {like_it, another}
    assert found.of(grows).live.attributes["rivals"] == [found.agreed[like_it].number, str(like_it)]  # type: ignore[union-attr]
    attributes = found.agreed[another].attributes
    assert isinstance(attributes, Deferred) and not attributes.is_made
    world.close()


def test_a_prebook_that_shows_no_customer_is_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could be taken for any other one, and only what it says tells that."""

    def parse_without_customer(row: Row) -> LiveResource:
        found = parse_prebook(row)
        shown = replace(live_prebook(found.attributes), customer_id=None)
        return replace(found, attributes=prebook_json(shown))

    monkeypatch.setattr(reading, "parse_prebook", parse_without_customer)
    world = World.make(tmp_path / "repository")
    world.write(all=prebooks(4))
    world.apply(world.plan())
    for _ in range(2):
        assert world.plan().changes == ()
    assert len(read(world).basis.matches["prebooks"].wanted) == 3
    world.close()


def test_of_a_prebook_that_somebody_changed_its_purchases_are_asked(tmp_path: Path) -> None:
    """What is wanted was agreed on, and Komet shows more boxes now: the line goes, if it is not bought."""
    world = World.make(tmp_path / "repository")
    world.write(all=prebooks(4))
    world.apply(world.plan())
    bound = world.binding("grows", "prebooks")
    assert bound is not None
    (line,) = world.prebook("grows")["items"]
    bought = {"prebook": bound.number, "item": line["id"], "vendor": "ROSALEDA", "cost": 0.40}
    world.act("purchase-prebook", **bought)
    for _ in range(2):
        assert world.plan().changes == ()
    world.simulator._store.run(f"UPDATE prebook_items SET boxes = 9 WHERE id = {line['id']}")
    found = read(world).basis.matches["prebooks"].of(Address("prebooks", "grows"))
    assert found.live is not None and found.live.attributes["purchases"] != []
    world.close()


@pytest.fixture
def dated(tmp_path: Path) -> Iterator[World]:
    """Two orders of one date that are agreed on: a call for the date is cheaper than their numbers."""
    made = World.make(tmp_path / "dated")
    (made.root / "reconciler.yaml").write_text(PROJECT.replace("users: 3", "users: 3, numbers_per_call: 1"))
    _, _, weekly = ORDERS.partition("purchase_orders:\n")
    made.write(all=CUSTOMERS + ORDERS + weekly.replace("weekly", "second"))
    made.apply(made.plan())
    for _ in range(2):
        assert made.plan().changes == ()
    yield made
    made.close()


SECOND = Address("purchase_orders", "second")


def test_an_order_that_left_its_date_is_asked_by_number(dated: World) -> None:
    """Where it does not show on the day on which it stood, it is no new order yet."""
    number = dated.order("weekly")["number"]
    dated.simulator._store.run(
        f"UPDATE purchase_orders SET ship_date = '2027-02-05' WHERE number = '{number}'"
    )
    found = read(dated).basis.matches["purchase_orders"]
    assert found.agreed.keys() == {SECOND}
    live = found.of(ORDER).live
    assert live is not None and live.number == number


def test_of_two_orders_with_one_marker_both_are_looked_into(dated: World) -> None:
    """One is as it was agreed on, and somebody has made another one out of it."""
    header = "ship_date, vendor_id, location_id, customer_id, comments, status, created_on, updated_on"
    dated.simulator._store.run(
        f"INSERT INTO purchase_orders (number, {header}) SELECT '999999', {header} FROM purchase_orders"
        f" WHERE number = '{dated.order('weekly')['number']}'"
    )
    found = read(dated).basis.matches["purchase_orders"]
    assert found.agreed.keys() == {SECOND} and found.orphans == {}
    assert [each.number for each in found.of(ORDER).retired] == ["999999"]


def test_an_agreed_prebook_that_is_gone_is_missed(tmp_path: Path) -> None:
    """Somebody has deleted it: what is bound to it is known, so that it is not made again unasked."""
    world = World.make(tmp_path / "repository")
    world.write(all=prebooks(4))
    world.apply(world.plan())
    for _ in range(2):
        assert world.plan().changes == ()
    bound = world.binding("grows", "prebooks")
    assert bound is not None
    world.act("delete-prebook", prebook=bound.number)
    gone = read(world).basis.matches["prebooks"].of(Address("prebooks", "grows"))
    assert gone.live is None
    assert gone.cancelled is not None and gone.cancelled.number == bound.number
    world.close()
