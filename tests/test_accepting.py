"""Accepting what people did in Komet: the configuration follows, and nothing else in its files moves."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cases_told import CASES, FOLDER, Told, tell
from thorough import every
from world import CUSTOMERS, World

from reconciler.accepting import Takeover, accept_changes
from reconciler.config.load import load_config
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.value import Json

ORDER = """\
purchase_orders:
  # every Monday
  weekly:
    vendor: ROSALEDA     # the farm
    ship_date: 2027-02-01
    location: MIA
    customer: bloomnet
    carrier: KLA
    items:
      # red
      freedom: {product: RSFRE60,  box_type: HB, boxes: 40, unit: stem, bunches: 12, stems: 9, cost: 0.30} # n
      # white
      mondial:
        product: RSMON60
        box_type: HB
        boxes: 20          # one pallet
        unit: stem
        bunches: 12
        stems: 25
        cost: 0.3100
"""
STOCK = """\
reservations:
  red: {{customer: bloomnet, location: MIA, product: RSFRE60, box_type: HB, boxes: {}}}
"""


def reasons(name: str) -> set[str]:
    """Why the plan of a case on file changes what it changes."""
    file = FOLDER / name / "plan.json"
    if not file.exists():
        return set()
    return {change["reason"] for change in json.loads(file.read_text(encoding="utf-8"))["changes"]}


DRIFTED = [name for name in CASES if reasons(name) == {"drifted"}]
BEYOND_WORDS = {
    "a_clerk_deleted_every_line": "has no lines left",
    "a_person_postponed_the_order": "has no lines left",
    "a_person_took_the_customer_off_the_order": "customer is none in Komet",
}
"""What no configuration can say: these are told, and left."""


def accept(world: World, *patterns: str) -> Takeover:
    """Accepts, and writes the files."""
    session = world.session(writing=False)
    with session.connection:
        takeover = accept_changes(session, patterns, lambda texts: load_config(world.root, texts=texts))
    for name, text in takeover.texts.items():
        (world.root / name).write_text(text, encoding="utf-8")
    return takeover


def left(takeover: Takeover) -> list[str]:
    """What was left, in words."""
    return [each.summary for acceptance in takeover.acceptances for each in acceptance.left]


@contextmanager
def telling(name: str) -> Iterator[Told]:
    """The case `name` in a world of its own."""
    with TemporaryDirectory() as folder:
        told = tell(name, Path(folder) / "repository")
        yield told
        told.world.close()


@contextmanager
def applied(orders: str = ORDER) -> Iterator[World]:
    """A world in which `orders` were applied."""
    with TemporaryDirectory() as folder:
        world = World.make(Path(folder) / "repository")
        world.write(customers=CUSTOMERS, orders=orders)
        world.apply()
        yield world
        world.close()


def text(world: World) -> str:
    """The file of the orders."""
    return (world.root / "config" / "orders.yaml").read_text(encoding="utf-8")


def changed_lines(before: str, after: str) -> list[str]:
    """The lines that went and came."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def line_ids(world: World) -> list[int]:
    """The lines of our order."""
    (order,) = [each for each in world.orders().values() if "[rc:" in (each["comments"] or "")]
    return [line["id"] for line in order["lines"]]


@pytest.mark.parametrize("name", DRIFTED)
def test_after_accepting_drift_the_plan_is_empty(name: str) -> None:
    """Over the cases in which people changed something: nothing is left to plan, or it is told why."""
    with telling(name) as told:
        takeover = accept(told.world, "*")
        plan = told.world.plan()
        if name in BEYOND_WORDS:
            assert any(BEYOND_WORDS[name] in line for line in left(takeover))
            assert takeover.texts == {}
        else:
            assert left(takeover) == []
            assert plan.changes == ()


def test_enough_cases_drift() -> None:
    """The list above is not empty by accident."""
    assert len(DRIFTED) >= 10


@pytest.mark.parametrize("name", every(2, [name for name in CASES if reasons(name) == {"config_changed"}]))
def test_what_the_configuration_changed_stays(name: str) -> None:
    """Nothing that was only edited in the files is taken back, where a record tells both sides apart."""
    with telling(name) as told:
        session = told.world.session(writing=False)
        with session.connection:
            known = session.state.resources.applied(session.scope)
        takeover = accept(told.world, "*")
        assert [
            each.address for each in takeover.acceptances if each.is_written and each.address in known
        ] == []


def test_drift_is_accepted_beside_a_change_of_the_configuration() -> None:
    """The boxes that a person changed are written, the price that the file has changed is still planned."""
    with telling("a_person_changed_the_boxes_and_the_configuration_the_price") as told:
        accept(told.world, "purchase_orders.weekly")
        (change,) = told.world.plan().changes
        assert [each.path for each in change.attributes] == [("items", "freedom", "price")]


@pytest.mark.parametrize("name", ["the_order_was_cancelled_in_Komet", "the_order_was_deleted_in_Komet"])
def test_an_order_that_is_gone_goes(name: str) -> None:
    """It is taken out, with how it went, and then nothing is left to plan."""
    with telling(name) as told:
        takeover = accept(told.world, "purchase_orders.*")
        assert [each.gone for each in takeover.acceptances] != [""]
        assert Address("purchase_orders", "weekly") not in told.world.configuration().resources
        assert told.world.plan().changes == ()


@pytest.mark.parametrize(
    "name", ["an_order_is_created", "a_name_is_used_again_with_a_later_date", "a_customer_is_created"]
)
def test_what_is_not_yet_there_is_not_gone(name: str) -> None:
    """A resource that no apply has made is no drift."""
    with telling(name) as told:
        takeover = accept(told.world, "*")
        assert takeover.texts == {}
        assert "does not exist in Komet yet" in left(takeover)[0]


def test_only_the_lines_that_moved_are_touched() -> None:
    """Comments, columns, spellings such as 0.30 and 0.3100 and the order of keys stay to the letter."""
    with applied() as world:
        first, second = line_ids(world)
        world.act("edit-line", line=first, boxes=33)
        world.act("edit-line", line=second, boxes=8, cost="0.335")
        accept(world, "purchase_orders.weekly")
        assert changed_lines(ORDER, text(world)) == [
            "-      freedom: {product: RSFRE60,  box_type: HB, boxes: 40, unit: stem, bunches: 12, stems: 9, "
            "cost: 0.30} # n",
            "+      freedom: {product: RSFRE60,  box_type: HB, boxes: 33, unit: stem, bunches: 12, stems: 9, "
            "cost: 0.30} # n",
            "-        boxes: 20          # one pallet",
            "+        boxes: 8          # one pallet",
            "-        cost: 0.3100",
            "+        cost: 0.335",
        ]
        assert world.plan().changes == ()


def test_lines_that_came_and_went() -> None:
    """A new line becomes an item named after what it is and written as its siblings; a line that is gone
    takes its comment with it."""
    with applied() as world:
        world.act("delete-line", line=line_ids(world)[1])
        (number,) = [each["number"] for each in world.orders().values() if "[rc:" in (each["comments"] or "")]
        line: dict[str, Json] = {
            "identifier": "x",
            "productCode": "RSEXP60",
            "boxTypeId": 9,
            "boxes": 3,
            "bunches": 12,
        }
        line |= {"stemsBunch": 25, "unitType": "Stem", "cost": "0.3"}
        header = {
            "purchaseOrderNumber": number,
            "shipDate": "2027-02-01",
            "vendorId": 77,
            "customerId": 48213,
        }
        session = world.session()
        with session.connection:
            session.connection.port.call("purchase.order.create", {**header, "purchaseOrderItems": [line]})
        accept(world, "purchase_orders.weekly")
        assert "# red" in text(world) and "# white" not in text(world)
        assert text(world).endswith(
            "      rsexp60:\n        product: RSEXP60\n        box_type: HB\n        boxes: 3\n"
            "        unit: stem\n        bunches: 12\n        stems: 25\n        cost: 0.3\n"
        )
        assert world.plan().changes == ()


def test_what_a_template_makes_is_told_and_left() -> None:
    """With the template's line, and with what to write there."""
    with applied() as world:
        before = ORDER.replace("boxes: 40", "boxes: {{ 4 * 10 }}")
        (world.root / "config" / "orders.yaml").rename(world.root / "config" / "orders.yaml.j2")
        (world.root / "config" / "orders.yaml.j2").write_text(before, encoding="utf-8")
        world.act("edit-line", line=line_ids(world)[0], boxes=33)
        takeover = accept(world, "purchase_orders.weekly")
        assert takeover.texts == {}
        (refused,) = takeover.acceptances[0].left
        assert refused.origin is not None
        assert (refused.origin.file, refused.origin.line) == ("config/orders.yaml.j2", 3)
        assert "items.freedom.boxes: 33" in refused.detail


def test_what_makes_no_sound_configuration_is_left_alone_and_the_rest_is_written() -> None:
    """Two items that a person made alike cannot be told apart: that order stays, the other one follows."""
    other = ORDER.replace("weekly", "other").replace("2027-02-01", "2027-02-02").partition("\n")[2]
    with applied(ORDER + other) as world:
        orders = [each for each in world.orders().values() if "[rc:" in (each["comments"] or "")]
        (weekly,) = [each for each in orders if each["comments"].endswith("/weekly]")]
        (second,) = [each for each in orders if each["comments"].endswith("/other]")]
        world.act("edit-line", line=second["lines"][0]["id"], boxes=7)
        world.act("set-customer", number=weekly["number"], customer="PETALHSE")
        takeover = accept(world, "purchase_orders.*")
        assert [str(each.address) for each in takeover.acceptances if each.is_written] == [
            "purchase_orders.other"
        ]
        assert "customer is id 48301 in Komet" in left(takeover)[0]
        assert changed_lines(ORDER + other, text(world)) != []


def test_a_shortage_is_accepted_by_name_alone() -> None:
    """A pattern leaves a reservation that is short; named, it wants what stands reserved."""
    stock = STOCK.format(20)
    with TemporaryDirectory() as folder:
        world = World.make(Path(folder) / "repository")
        world.write(customers=CUSTOMERS, stock=stock)
        assert "by name alone" in left(accept(world, "*"))[0]
        world.act("stock-customer", line=88104, customer="BLOOM")
        accept(world, "reservations.red")
        assert world.configuration().resources[Address("reservations", "red")].attributes["boxes"] == 8
        assert world.plan().changes == ()
        world.close()


def test_more_than_was_wanted_is_accepted_by_any_name() -> None:
    """Boxes that people reserved beyond the wish are a person's doing."""
    stock = STOCK.format(2)
    with TemporaryDirectory() as folder:
        world = World.make(Path(folder) / "repository")
        world.write(customers=CUSTOMERS, stock=stock)
        world.act("stock-customer", line=88104, customer="BLOOM")
        accept(world, "*")
        assert world.configuration().resources[Address("reservations", "red")].attributes["boxes"] == 8
        assert world.plan().changes == ()
        world.close()


def test_customers_and_ship_tos() -> None:
    """What can be read of a customer follows; what was emptied becomes null, a ship-to that is gone goes."""
    customer = CUSTOMERS + (
        '    phone: "305-555-0100"   # the desk\n'
        "    email_for_invoices: [ap@bloomnet.example]\n"
        "    ship_to:\n"
        '      main: {name: Main store, shop_code: "48210001", address: 1 Rose St}\n'
    )
    with TemporaryDirectory() as folder:
        world = World.make(Path(folder) / "repository")
        world.write(customers=customer)
        world.apply()
        world.act("edit-customer", customer="BLOOM", phone="305-555-0000", email_for_invoices=None)
        world.act("edit-ship-to", ship_to=6201, address="2 Rose St")
        accept(world, "customers.bloomnet")
        file = (world.root / "config" / "customers.yaml").read_text(encoding="utf-8")
        assert 'phone: "305-555-0000"   # the desk' in file
        assert "email_for_invoices: null" in file
        assert 'shop_code: "48210001", address: 2 Rose St}' in file.replace('"2 Rose St"', "2 Rose St")
        assert world.plan().changes == ()
        world.close()


def test_a_pattern_that_matches_nothing() -> None:
    """Is wrong usage, and reads nothing."""
    with applied() as world:
        calls = len(world.calls())
        with pytest.raises(UsageError):
            accept(world, "purchase_orders.weekly", "nothing.*")
        assert len(world.calls()) == calls
