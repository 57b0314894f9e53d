"""What reading costs: the calls of a plan that changes nothing, and whom a plan asks whose a line is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from counted_account import FIRST_PRODUCT, Size, make_account
from msgspec.structs import replace
from world import World

from reconciler.asking import asked_shops
from reconciler.kinds.kind import LiveIds
from reconciler.kinds.registry import REGISTRY
from reconciler.kinds.reservations.owners import IN_ANY_CASE
from reconciler.looking_up import look_up, stale_lists
from reconciler.model.resource import Sought
from reconciler.plan.cost import expected_calls
from reconciler.reading import read_account

SHOPS = Size(orders=0, prebooks=0, reservations=42, customers=22, keeping=21, locations=2)
"""More customers than are asked in any case, and nothing else to read."""


def predicted(world: World) -> int:
    """The calls that the kinds expect of the next plan, with those for lists that are too old."""
    session = world.session(writing=False)
    with session.connection:
        wanted = look_up(session)
        ids = {each: bound.id for each, bound in wanted.bindings.items() if each.kind == "customers"}
        scope = replace(wanted.scope, ids=LiveIds(dict(ids)), asked_shops=asked_shops(session))
        sought = [
            Sought(each, resolved, wanted.bindings.get(each), removes=None)
            for each, resolved in sorted(wanted.resolved.items())
        ]
        return len(stale_lists(session)) + expected_calls(REGISTRY, sought, scope)


def settled(root: Path, size: Size) -> World:
    """An account that was planned and applied once: everything is known of it."""
    world = make_account(root, size)
    plan = world.plan()
    assert plan.changes == ()
    world.apply(plan)
    return world


@pytest.mark.parametrize("keeping", [1, 50])
def test_a_plan_that_changes_nothing_costs_sixty_calls_at_most(tmp_path: Path, keeping: int) -> None:
    """1,000 orders on 20 ship dates, 200 reservations at 3 locations, 200 prebooks on 20 truck dates, 50
    customers, of which one keeps all stock, or all do: on another day than the plan before at most 60 where
    one keeps it, and later on that day where all do; and exactly what was predicted."""
    world = settled(tmp_path / "repository", Size(keeping=keeping))
    if keeping == 1:
        world.wait(25 * 3600)
    expected, before = predicted(world), len(world.calls())
    plan = world.plan()
    assert plan.changes == ()
    assert len(world.calls()) - before == plan.calls.read == expected <= 60
    world.close()


def test_orders_and_what_a_call_takes_shrink_alike() -> None:
    """The account above is a small one that costs what the large one would: as many batches of numbers."""
    size = Size()
    assert -(-size.orders // size.numbers_per_call) == -(-1000 // 50)


@pytest.mark.parametrize("answer", ["all", "first", "refuse"])
def test_what_is_read_does_not_rest_on_lists_without_a_location(tmp_path: Path, answer: str) -> None:
    """A39: where such a list shows one location alone, or is refused, the same is read with more calls."""
    world = make_account(tmp_path / "repository", SHOPS)
    world.act("settings", shop_without_location=answer)
    assert mistaken(world, sparing=False) == []
    asked = Counter(world.calls())["ecommerce/inventory.list"]
    assert asked == {"all": 21, "first": 42, "refuse": 63}[answer]
    world.close()


def mistaken(world: World, *, sparing: bool) -> list[int]:
    """The lines of products that are kept which a reading gives to another customer than Komet does."""
    session = world.session(writing=False)
    with session.connection:
        live = read_account(session, is_sparing=sparing).live["reservations"]
    state = world.simulator.state()
    keeping = {each["id"] for each in state["customers"] if each["code"] in KEEPING}
    kept = [each for each in state["inventory"] if each["product_id"] >= FIRST_PRODUCT]
    owners = {each["id"]: {each["customer_id"]} & keeping for each in kept}
    return [
        each.id
        for each in live
        if each.id in owners and {each.attributes["customer_id"]} - {None} != owners[each.id]
    ]


KEEPING = [f"SHOP{each:04d}" for each in range(SHOPS.keeping)]


def something_happens(world: World, draw: Random) -> None:
    """A sale or a person changes stock so that some other list shows it too."""
    line = draw.choice([each for each in world.simulator.state()["inventory"] if each["boxes"] > 0])
    match draw.choice(["free", "take", "sell", "split", "arrive"]):
        case "free":
            world.act("stock-customer", line=line["id"], customer=None)
        case "take" if line["customer_id"] is None:
            world.act("stock-customer", line=line["id"], customer=draw.choice(KEEPING))
        case "sell" if line["boxes"] > 1:
            world.act("stock-lower", line=line["id"], boxes=1)
        case "split" if line["boxes"] > 1:
            world.act("stock-split", line=line["id"], boxes=1, customer=draw.choice(KEEPING))
        case _:
            world.act("stock-delete", line=line["id"])


def test_what_any_list_shows_is_never_taken_from_memory(tmp_path: Path) -> None:
    """Lines that are freed, taken, sold, split and gone: each reading knows whose every line is, although it
    asks only some of the customers."""
    world, draw = make_account(tmp_path / "repository", SHOPS), Random(1)
    calls = []
    for _ in range(15):
        for _ in range(draw.randrange(5)):
            something_happens(world, draw)
        before = len(world.calls())
        assert mistaken(world, sparing=True) == []
        calls.append(len(world.calls()) - before)
    assert min(calls) < max(calls)
    world.close()


def test_who_keeps_a_product_is_asked_first_who_has_taken_it(tmp_path: Path) -> None:
    """One customer more than in any case is asked where its own product arrives for it."""
    world = make_account(tmp_path / "repository", SHOPS)
    mistaken(world, sparing=True)
    place = {"location": "LAX", "product": "GR0009", "vendor": "ROSALEDA", "box_type": "HB"}
    pack = {"boxes": 2, "bunches": 12, "stems": 25, "unit": "Stem", "cost": "0.30"}
    world.act("stock-add", **place, **pack, customer="SHOP0019")  # the 20th reservation is its own
    before = len(world.calls())
    assert mistaken(world, sparing=True) == []
    assert Counter(world.calls()[before:])["ecommerce/inventory.list"] == IN_ANY_CASE + 1
    world.close()


def changes_hands(world: World, to: int) -> int:
    """A person gives a line straight to another customer: no list but these customers' own shows it. It comes
    from the one that was asked last, and goes `to` that place among all, by when they were asked."""
    customers = sorted(asked_of(world), key=lambda each: (asked_of(world)[each], each))
    stock = world.simulator.state()["inventory"]
    line = next(each["id"] for each in stock if each["customer_id"] == customers[-1])
    world.act("stock-customer", line=line, customer=str(customers[to]))
    assert isinstance(line, int)
    return line


def asked_of(world: World) -> dict[int, int]:
    """The turn in which each customer was asked last."""
    session = world.session(writing=False)
    with session.connection:
        return {customer: each.turn for customer, each in asked_shops(session).customers.items()}


@pytest.fixture
def unseen(tmp_path: Path) -> Iterator[tuple[World, int]]:
    """An account where a line has changed hands straight away, which the next plan does not see."""
    world = make_account(tmp_path / "repository", SHOPS)
    for _ in range(2):
        mistaken(world, sparing=True)
    line = changes_hands(world, -2)
    yield world, line
    world.close()


def test_a_line_that_changed_hands_is_seen_in_its_customers_turn(unseen: tuple[World, int]) -> None:
    """A40: a plan may miss it, and says so; after as many plans as a turn takes it is seen."""
    world, line = unseen
    assert mistaken(world, sparing=True) == [line]
    assert any("was asked earlier today" in each.summary for each in world.plan().diagnostics)
    for _ in range(-(-SHOPS.keeping // IN_ANY_CASE)):
        found = mistaken(world, sparing=True)
    assert found == []


def test_whoever_shows_a_line_has_it(tmp_path: Path) -> None:
    """A line that went to a customer who is asked is its own from then on, whatever its former owner said."""
    world = make_account(tmp_path / "repository", SHOPS)
    mistaken(world, sparing=True)
    changes_hands(world, 0)
    assert [mistaken(world, sparing=True) for _ in range(3)] == [[], [], []]
    world.close()


def test_a_line_that_changed_hands_is_seen_on_the_next_day(unseen: tuple[World, int]) -> None:
    """A40: then every customer is asked."""
    world, _ = unseen
    world.wait(24 * 3600)
    assert mistaken(world, sparing=True) == []


def test_everything_but_a_plan_asks_everybody(unseen: tuple[World, int]) -> None:
    """So does drift."""
    world, _ = unseen
    assert mistaken(world, sparing=False) == []


def test_no_more_than_a_few_customers_are_all_asked(tmp_path: Path) -> None:
    """Whatever is remembered of them; and then nothing is to be said."""
    world = settled(tmp_path / "repository", replace(SHOPS, keeping=IN_ANY_CASE, reservations=16))
    before = len(world.calls())
    assert world.plan().diagnostics == ()
    assert Counter(world.calls()[before:])["ecommerce/inventory.list"] == IN_ANY_CASE
    world.close()
