"""Calls whose effect nobody knows: found, made again, or set aside; in the same run and by the next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from world import ACCOUNT, CUSTOMERS, Killed, World, is_done, untrue

from apply.test_executor import DEARER, FREEDOM, MONDIAL, NEWCOMER, only, order, orders
from reconciler.looking_up import wanted_of
from reconciler.model.address import Address
from reconciler.model.event import Outcome
from reconciler.model.summary import Summary
from reconciler.state.journal import JournalEntry

GROWN = FREEDOM.replace("boxes: 40", "boxes: 50")
ARRIVAL = """\
reservations:
  freedom:
    {customer: bloomnet, location: MIA, product: RSEXP60, box_type: HB, unit: stem, bunches: 12, stems: 25,
     boxes: 120,
     arrival: {vendor: ROSALEDA, awb: "72900001234", ship_date: 2027-01-03, cost: 0.31, boxes: 120}}
"""
LOST = pytest.mark.parametrize("kind", ["lose_request", "lose_answer", "html", "truncated"])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which nothing was applied yet."""
    made = World.make(tmp_path / "repository")
    yield made
    made.close()


@pytest.fixture
def ordered(world: World) -> World:
    """The same once the order stands."""
    world.write(all=CUSTOMERS + orders(order()))
    assert world.apply().exit_code == 0
    return world


def writes(world: World, summary: Summary) -> list[str]:
    """The writing calls of the run, in order."""
    return [each.method for each in world.state.journal.entries(summary.run)]


def settled(world: World, run: str) -> list[tuple[Outcome | None, Outcome | None]]:
    """How each call of a run ended, and how it was settled."""
    return [(each.outcome, each.settled) for each in world.state.journal.entries(run)]


def open_calls(world: World) -> list[JournalEntry]:
    session = world.session(writing=False)
    with session.connection:
        return world.state.journal.open_entries(session.scope)


def agreed(world: World) -> list[Address]:
    """What the next plan need not look into."""
    session = world.session(writing=False)
    with session.connection:
        return [*wanted_of(session).verdicts.before]


def is_settled_world(world: World) -> None:
    """Nothing is left, Komet is as it should be, and the journal knows of everything."""
    plan = world.plan()
    assert is_done(plan) and untrue(world, plan) == []
    assert open_calls(world) == []


def die(world: World, place: int, after_effect: bool) -> None:
    """The process is killed at a call of the apply."""
    plan = world.plan()
    world.border.countdown, world.border.after_effect = place, after_effect
    with pytest.raises(Killed):
        world.apply(plan)
    world.state.lease.break_lease(ACCOUNT)


# in the same run


def test_a_create_that_never_arrived_is_made_in_the_same_run(world: World) -> None:
    """Two looks do not show it, so it is made once more, and the journal says so."""
    world.write(all=CUSTOMERS + orders(order()))
    world.act("fault", kind="lose_request", method="purchase.order.create")
    summary = world.apply()
    assert (only(summary).outcome, summary.exit_code) == (Outcome.DONE, 0)
    assert settled(world, summary.run) == [(Outcome.IN_DOUBT, Outcome.FAILED), (Outcome.DONE, None)]
    is_settled_world(world)


def test_a_create_that_takes_effect_late_is_found_by_the_second_look(world: World) -> None:
    """The first look comes too early; after a wait as long as a call may take, the second finds the order."""
    world.write(all=CUSTOMERS + orders(order()))
    world.act("fault", kind="late_effect", method="purchase.order.create", seconds=2)
    before = world.simulator.now()
    summary = world.apply()
    assert writes(world, summary) == ["purchase.order.create"]
    assert settled(world, summary.run) == [(Outcome.IN_DOUBT, Outcome.DONE)]
    assert (world.simulator.now() - before).total_seconds() >= 30
    is_settled_world(world)


@LOST
def test_a_line_is_appended_once(ordered: World, kind: str) -> None:
    """More boxes are wanted and the answer, or the request, is lost: the boxes are there once."""
    ordered.write(all=CUSTOMERS + orders(order(GROWN, MONDIAL)))
    ordered.act("fault", kind=kind, method="purchase.order.create")
    assert only(ordered.apply()).outcome is Outcome.DONE
    assert sorted(line["boxes"] for line in ordered.order("weekly")["lines"]) == [10, 20, 40]
    is_settled_world(ordered)


@LOST
@pytest.mark.parametrize("nth", [1, 2])
def test_stock_is_added_once(world: World, kind: str, nth: int) -> None:
    """An arrival takes two calls; whichever is lost, each reference stands in stock once."""
    world.write(all=CUSTOMERS + ARRIVAL)
    world.act("fault", kind=kind, method="inventory.add", nth=nth)
    assert only(world.apply()).outcome is Outcome.DONE
    added = [line for line in world.simulator.part("inventory") if line["awb"] == "72900001234"]
    assert sorted(line["boxes"] for line in added) == [20, 100]
    assert open_calls(world) == [] and world.plan().changes == ()


@LOST
def test_a_confirmation_is_made_whatever_is_lost(world: World, kind: str) -> None:
    """Confirming twice is confirming once."""
    world.write(all=CUSTOMERS + orders(order(more=", confirm: true")))
    world.act("fault", kind=kind, method="purchase.order.item.confirm")
    assert only(world.apply()).outcome is Outcome.DONE
    assert {line["status"] for line in world.order("weekly")["lines"]} == {"Confirmed"}
    is_settled_world(world)


@LOST
def test_what_waits_for_a_call_in_doubt_goes_on_once_it_is_settled(world: World, kind: str) -> None:
    """The customer's call is lost; in the same run it is found or made, and then its order is made."""
    world.write(all=CUSTOMERS + NEWCOMER.removeprefix("customers:\n") + orders(order(customer="newcomer")))
    world.act("fault", kind=kind, method="customer.add")
    summary = world.apply()
    assert {result.outcome for result in summary.results} == {Outcome.DONE}
    is_settled_world(world)


def test_a_price_in_doubt_is_written_again_at_once(ordered: World) -> None:
    """No reading shows a price, and writing it twice does no harm: nothing is waited for."""
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    ordered.act("fault", kind="lose_answer", method="purchase.order.item.price.update")
    before = ordered.simulator.now()
    assert only(ordered.apply()).outcome is Outcome.DONE
    assert (ordered.simulator.now() - before).total_seconds() < 30
    is_settled_world(ordered)


def test_nobody_waits_for_what_was_asked_to_stop(world: World) -> None:
    """Asked to stop while a call is in doubt: no wait, no second try; the next apply settles it."""
    world.write(all=CUSTOMERS + orders(order()))
    world.act("fault", kind="lose_request", method="purchase.order.create")
    summary = world.apply(is_stopping=lambda: "purchase.order.create" in world.calls())
    assert only(summary).outcome is Outcome.IN_DOUBT and len(open_calls(world)) == 1
    world.apply()
    is_settled_world(world)


def test_something_else_than_was_planned_is_not_tried_again(ordered: World) -> None:
    """While the answer is lost, somebody deletes the other line: what is left is for another plan."""
    ordered.write(all=CUSTOMERS + orders(order(GROWN, MONDIAL)))
    plan = ordered.plan()
    ordered.act("fault", kind="lose_request", method="purchase.order.create")
    calls = len(ordered.calls())

    def interfere() -> None:
        if len(ordered.calls()) == calls + 2:
            ordered.border.on_call = lambda: None
            ordered.act("delete-line", line=910013)

    ordered.border.on_call = interfere
    result = only(ordered.apply(plan))
    assert result.outcome is Outcome.IN_DOUBT and "neither as before nor as wanted" in result.message
    ordered.apply()
    is_settled_world(ordered)


def test_an_account_that_was_taken_over_is_not_written(ordered: World) -> None:
    """Somebody ended the lease right before the first call: nothing was called, so nothing is recorded."""
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    plan = ordered.plan()
    calls = len(ordered.calls())

    def take_over() -> None:
        if len(ordered.calls()) == calls:
            ordered.state.lease.break_lease(ACCOUNT)

    ordered.border.on_call = take_over
    summary = ordered.apply(plan)
    ordered.border.on_call = lambda: None
    assert only(summary).outcome is Outcome.NOT_STARTED and summary.error and summary.exit_code != 0
    assert [change.attributes[0].after for change in ordered.plan().changes] == ["0.45"]


# by the next run


@pytest.mark.parametrize("after_effect", [False, True])
def test_the_next_apply_settles_what_a_killed_one_left(world: World, after_effect: bool) -> None:
    """The journal's open call is found or not, and says so; its order is there once."""
    world.write(all=CUSTOMERS + orders(order()))
    die(world, 2, after_effect)
    assert [entry.outcome for entry in open_calls(world)] == [None]
    world.apply()
    (entry,) = world.state.journal.entries("run-1")
    assert entry.settled is (Outcome.DONE if after_effect else Outcome.FAILED)
    if after_effect:
        assert entry.facts["number"] == world.order("weekly")["number"]
    is_settled_world(world)


def test_a_call_that_is_still_on_its_way_is_waited_for(world: World) -> None:
    """The process died while Komet was slow, and is started again at once: no second order is made."""
    world.write(all=CUSTOMERS + orders(order()))
    world.act("fault", kind="late_effect", method="purchase.order.create", seconds=4)
    plan = world.plan()
    world.border.countdown = 3
    with pytest.raises(Killed):
        world.apply(plan)
    world.state.lease.break_lease(ACCOUNT)
    summary = world.apply()
    assert only(summary).outcome is Outcome.SKIPPED and writes(world, summary) == []
    is_settled_world(world)


def test_a_price_that_was_sent_is_known_although_the_process_died(world: World) -> None:
    """The order was made and nobody recorded it; the configuration moves on: the difference is seen."""
    world.write(all=CUSTOMERS + orders(order()))
    die(world, 2, after_effect=True)
    world.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    (change,) = world.plan().changes
    assert [(each.before, each.after) for each in change.attributes] == [("0.42", "0.45")]
    world.apply()
    is_settled_world(world)


def test_an_order_that_nobody_bound_is_taken_away_when_it_is_not_wanted(world: World) -> None:
    """It was made as the process died, and then left the configuration: its day is read, and it goes."""
    world.write(all=CUSTOMERS + orders(order(), order(name="other").replace("2027-02-01", "2027-02-08")))
    die(world, 3, after_effect=True)
    world.write(all=CUSTOMERS)
    world.apply()
    ours = [each for each in world.orders().values() if "rc:bloom" in (each["comments"] or "")]
    assert [each["lines"] for each in ours] == [[]]


def test_a_successor_is_not_taken_for_what_it_was_to_replace(ordered: World) -> None:
    """It was made as the process died, and neither is wanted any more: the call made the new one."""
    former = ordered.order("weekly")["number"]
    ordered.write(all=CUSTOMERS + orders(order().replace("ROSALEDA", "ALTAFLOR")))
    die(ordered, 2, after_effect=True)
    (left,) = open_calls(ordered)
    assert left.method == "purchase.order.create"
    ordered.write(all=CUSTOMERS)
    ordered.apply()
    (entry,) = [each for each in ordered.state.journal.entries(left.run) if each.id == left.id]
    ours = {number for number, each in ordered.orders().items() if "rc:bloom" in (each["comments"] or "")}
    assert entry.settled is Outcome.DONE and {entry.facts["number"]} == ours - {former}


def test_a_create_that_never_was_is_forgotten_with_its_configuration(world: World) -> None:
    """Nothing was made and nothing is wanted: nothing is remembered."""
    world.write(all=CUSTOMERS + orders(order()))
    die(world, 2, after_effect=False)
    world.write(all=CUSTOMERS)
    world.apply()
    assert world.binding("weekly") is None and world.plan().changes == () and world.plan().gone == ()
    assert open_calls(world) == []


def test_every_attempt_is_bounded(world: World) -> None:
    """Komet never answers a create: each run tries twice, waits once, and ends."""
    world.write(all=CUSTOMERS + orders(order()))
    faults: dict[str, Any] = {"kind": "lose_request", "method": "purchase.order.create", "times": None}
    world.act("fault", **faults)
    for _ in range(2):
        summary = world.apply()
        assert only(summary).outcome is Outcome.IN_DOUBT and only(summary).calls == 2
    world.act("clear-faults")
    world.apply()
    is_settled_world(world)


def test_nothing_is_agreed_on_while_it_is_written(ordered: World) -> None:
    """Its row may look as before, since Komet shows no price: what was found to be as wanted holds no more
    from the first call on, though the process dies with it and the configuration goes back."""
    ordered.plan()
    assert [str(address) for address in agreed(ordered)] == ["purchase_orders.weekly"]
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    die(ordered, 2, after_effect=True)
    assert agreed(ordered) == []
