"""Whenever an apply dies, what it had found or made is not lost sight of, whatever is wanted next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from world import CUSTOMERS, World, new_state

from apply.test_executor import FREEDOM, MONDIAL, NEWCOMER, only, order, orders
from apply.test_recovery import die, is_settled_world, writes
from reconciler.model.event import Outcome
from reconciler.plan.planner import Choices

EARLY, LATE, LAST = "2027-02-01", "2027-02-08", "2027-02-15"
PREBOOK = """\
prebooks:
  week-6: {{customer: {customer}, ship_date: {day}, carrier: FEDEX, location: MIA, items: {{freedom:
    {{product: RSFRE60, box_type: HB, unit: stem, bunches: 12, stems: 25, boxes: 10, price: 0.85}}}}}}
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which nothing was applied yet."""
    made = World.make(tmp_path / "repository")
    yield made
    made.close()


@pytest.fixture
def ordered(world: World) -> World:
    """The same once the order stands."""
    want(world, order())
    assert world.apply().exit_code == 0
    return world


def want(world: World, *texts: str) -> None:
    world.write(all=CUSTOMERS + (orders(*texts) if texts else ""))


def apply_allowed(world: World) -> None:
    """An apply behind no guard: in these worlds everything may go."""
    plan = world.plan()
    world.apply(world.plan(Choices(allow=tuple(guard.flag for guard in plan.refusals))))


def forget(world: World) -> None:
    """The state is lost."""
    world.state.close()
    world.state, world.database = new_state(world.root)


def make_and_die(world: World) -> None:
    """The process dies when Komet has made what is wanted first, and nobody heard of it."""
    plan = world.plan()
    reading = plan.calls.apply - sum(len(change.api_steps) for change in plan.changes)
    die(world, reading + 1, after_effect=True)


def filled(world: World) -> list[str]:
    """The ship dates of our orders that hold lines."""
    ours = [each for each in world.orders().values() if "rc:bloomnet-miami" in (each["comments"] or "")]
    return [each["ship_date"] for each in ours if each["lines"]]


def at(day: str, vendor: str = "ROSALEDA") -> str:
    return order(vendor=vendor).replace(EARLY, day)


# what was made


def test_a_successor_is_known_while_its_predecessor_is_emptied(ordered: World) -> None:
    """The successor was proved and the first of the old lines deleted when the process died; then neither of
    them is wanted any more: both are emptied."""
    want(ordered, at(EARLY, vendor="ALTAFLOR"))
    die(ordered, 4, after_effect=True)
    assert filled(ordered) == [EARLY, EARLY]
    want(ordered)
    apply_allowed(ordered)
    assert filled(ordered) == []


@pytest.mark.parametrize("day", [EARLY, LATE])
@pytest.mark.parametrize(
    ("then", "days"), [((), []), ((at(LAST),), [LAST])], ids=["nothing", "another successor"]
)
def test_a_successor_that_nobody_bound_is_found(
    ordered: World, day: str, then: tuple[str, ...], days: list[str]
) -> None:
    """It was made as the process died, and before anybody looked for it something else was wanted: its day is
    read, and it goes."""
    want(ordered, at(day, vendor="ALTAFLOR"))
    make_and_die(ordered)
    assert filled(ordered) == [EARLY, day]
    want(ordered, *then)
    apply_allowed(ordered)
    assert filled(ordered) == days


def test_a_successor_in_doubt_is_found_although_its_predecessor_is_all_that_shows(ordered: World) -> None:
    """Both attempts to make it were lost, and the second took effect long after the run had ended."""
    want(ordered, at(LATE))
    ordered.act("fault", kind="lose_request", method="purchase.order.create")
    ordered.act("fault", kind="late_effect", method="purchase.order.create", seconds=12, nth=2)
    assert only(ordered.apply()).outcome is Outcome.IN_DOUBT
    assert filled(ordered) == [EARLY]
    for _ in range(6):
        ordered.plan()
    assert filled(ordered) == [EARLY, LATE]
    want(ordered, at(LAST))
    apply_allowed(ordered)
    assert filled(ordered) == [LAST]


def test_a_successor_is_looked_for_no_longer_than_needed(ordered: World) -> None:
    """Once it is found its number says enough."""
    want(ordered, at(LATE))
    make_and_die(ordered)
    ordered.apply()
    binding = ordered.binding("weekly")
    assert binding is not None and dict(binding.facts) == {"ship_date": LATE}


def test_a_successor_outlives_the_day_of_its_predecessor(ordered: World) -> None:
    """The old order has shipped since: it is settled, and the new one is not."""
    want(ordered, at(LATE))
    make_and_die(ordered)
    ordered.simulator.clock.advance(int(timedelta(days=32).total_seconds()))
    assert EARLY < ordered.simulator.now().date().isoformat() < LATE
    want(ordered)
    apply_allowed(ordered)
    assert filled(ordered) == [EARLY]


def test_a_prebook_that_nobody_bound_is_found(world: World) -> None:
    """Another customer and another day make a new prebook; the process dies, and none is wanted any more."""
    customers = CUSTOMERS + "  petals: {komet: {code: PETALHSE}}\n"
    world.write(all=customers + PREBOOK.format(customer="bloomnet", day=EARLY))
    assert world.apply().exit_code == 0
    world.write(all=customers + PREBOOK.format(customer="petals", day=LATE))
    make_and_die(world)
    assert [each["items"] != [] for each in world.prebooks().values()] == [True, True]
    world.write(all=CUSTOMERS)
    apply_allowed(world)
    assert [each for each in world.prebooks().values() if each["items"]] == []


# what was found


@pytest.mark.parametrize("items", [(FREEDOM, MONDIAL), (FREEDOM,)], ids=["as wanted", "to be changed"])
def test_what_a_plan_found_by_its_marker_is_remembered_from_the_first_call_on(
    ordered: World, items: tuple[str, ...]
) -> None:
    """The state was lost, the marker tells the order, and the apply dies as it begins; then the order has
    left the configuration: it is emptied all the same."""
    forget(ordered)
    want(ordered, order(*items), order(name="other"))
    die(ordered, 1, after_effect=True)
    want(ordered)
    apply_allowed(ordered)
    assert filled(ordered) == []


def test_what_a_plan_found_is_remembered_although_it_became_stale(ordered: World) -> None:
    """An order that is known by its marker alone was to go, and a person changed it meanwhile: it is left,
    and goes with the next apply."""
    number = str(ordered.order("weekly")["number"])
    forget(ordered)
    want(ordered, order(name="other"))
    plan = ordered.plan(Choices(allow=("empty", "max_deletes", "max_delete_share")))
    (line, *_) = ordered.orders()[number]["lines"]
    ordered.act("edit-line", line=line["id"], boxes=1)
    outcomes = {str(each.address): each.outcome for each in ordered.apply(plan).results}
    assert outcomes == {
        "purchase_orders.other": Outcome.DONE,
        "purchase_orders.weekly": Outcome.STALE,
    }
    apply_allowed(ordered)
    assert filled(ordered) == [EARLY]


def test_the_journal_learns_what_a_run_found_that_ended_too_early_to_settle_it(world: World) -> None:
    """An order was made as the process died; the next run finds it, and the day's calls are used up. The one
    after that says by which number it is known."""
    want(world, order())
    make_and_die(world)
    want(world, order(), order(name="other"))
    plan = world.plan()
    world.act("fault", kind="over_quota", method="purchase.order.list")
    assert world.apply(plan).exit_code != 0
    world.act("clear-faults")
    world.act("advance", hours=24)
    world.apply()
    (entry,) = world.state.journal.entries("run-1")
    assert (entry.settled, entry.facts["number"]) == (Outcome.DONE, world.order("weekly")["number"])
    is_settled_world(world)


def test_what_was_found_made_already_is_used_by_what_waits_for_it(world: World) -> None:
    """The process died between a new customer and its order: the same plan goes on where it was, within the
    calls that it predicted."""
    world.write(all=CUSTOMERS + NEWCOMER.removeprefix("customers:\n") + orders(order(customer="newcomer")))
    plan = world.plan()
    die(world, 4, after_effect=False)
    before = len(world.calls())
    summary = world.apply(plan)
    assert [result.outcome for result in summary.results] == [Outcome.SKIPPED, Outcome.DONE]
    assert writes(world, summary) == ["purchase.order.create"]
    assert len(world.calls()) - before <= plan.calls.apply + plan.calls.verify
    is_settled_world(world)
