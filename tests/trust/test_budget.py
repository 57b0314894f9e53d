"""Calls are money: nothing begins that cannot be paid for, the reserve is not spent, every no is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from apply.test_executor import DEARER, MONDIAL, order, orders
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from plan.making import change
from world import ACCOUNT, CUSTOMERS, Border, World, is_done, untrue

from reconciler.errors import BudgetExceeded
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.event import Outcome
from reconciler.model.plan import Plan
from reconciler.model.step import ApiStep
from reconciler.model.summary import Summary
from reconciler.plan.order import needs
from reconciler.plan.selection import fit_within
from reconciler.workflow import RunIdentity, apply_changes

THREE = orders(*(order(name=name) for name in ("first", "second", "third")))
HTML = b"<html><head><title>Komet</title></head><body><h1>API request limit exceeded</h1></body></html>"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which three orders are wanted and none is there."""
    made = World.make(tmp_path / "repository")
    made.write(all=CUSTOMERS + THREE)
    yield made
    made.close()


def apply_within(world: World, plan: Plan, calls: int, partial: bool = True) -> Summary:
    """Carry `plan` out with so many calls left, beside those that are kept for others."""
    kept = plan.calls.daily_limit - used(world) - calls
    session = world.session()
    with session.connection:
        return apply_changes(
            session,
            replace(plan, calls=replace(plan.calls, reserve=kept)),
            RunIdentity(f"run-{next(world.runs)}", "test"),
            partial=partial,
        )


def used(world: World) -> int:
    return world.state.ledger.used(ACCOUNT, world.simulator.now().date())


def outcomes(summary: Summary) -> list[Outcome]:
    return [result.outcome for result in summary.results]


# as much as fits


@pytest.mark.parametrize(("calls", "made"), [(5, 3), (4, 2), (3, 1)])
def test_partial_does_the_whole_changes_that_fit(world: World, calls: int, made: int) -> None:
    """One call to look before, one each to write, one to look after: the rest is left for tomorrow, by name,
    the run ends with 7, and the next day goes on."""
    plan = world.plan()
    before = used(world)
    summary = apply_within(world, plan, calls)
    assert outcomes(summary) == [Outcome.DONE] * made + [Outcome.NOT_STARTED] * (3 - made)
    assert all("tomorrow" in each.message for each in summary.results[made:])
    assert summary.exit_code == (0 if made == 3 else 7)
    assert summary.calls == summary.predicted_calls == used(world) - before <= calls
    world.act("advance", days=1)
    world.apply()
    assert is_done(world.plan()) and untrue(world, world.plan()) == []


def test_partial_with_nothing_that_fits_is_refused(world: World) -> None:
    """Where not even one change can be made, nothing is called, and it ends with 5 as without --partial."""
    plan = world.plan()
    before = used(world)
    for partial in (True, False):
        with pytest.raises(BudgetExceeded) as refusal:
            apply_within(world, plan, 2, partial)
        assert refusal.value.exit_code == 5 and (refusal.value.needed, refusal.value.left) != (0, 0)
    assert used(world) == before


def test_without_partial_one_call_too_few_is_too_few(world: World) -> None:
    """All or nothing."""
    plan = world.plan()
    with pytest.raises(BudgetExceeded):
        apply_within(world, plan, 4, partial=False)
    assert outcomes(apply_within(world, plan, 5, partial=False)) == [Outcome.DONE] * 3


def _made(name: str, calls: int, requires: tuple[str, ...], is_delete: bool) -> Change:
    steps = tuple(ApiStep(place, "purchase.order.create", {}, "") for place in range(calls))
    action = Action.DELETE if is_delete else Action.CREATE
    return replace(
        change(f"purchase_orders.{name}", action, needs=[f"purchase_orders.{each}" for each in requires]),
        steps=steps,
    )


@st.composite
def plans(draw: st.DrawFn) -> list[Change]:
    """Up to seven changes, each of which may depend on earlier ones."""
    made: list[Change] = []
    is_delete = draw(st.booleans())
    for place in range(draw(st.integers(1, 7))):
        earlier = [each.address.name for each in made]
        requires = draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)) if earlier else []
        made.append(_made(f"o{place}", draw(st.integers(0, 4)), tuple(requires), is_delete))
    return made


def writes(changes: Iterable[Change]) -> int:
    return sum(len(each.api_steps) for each in changes)


@given(plans(), st.integers(0, 12))
def test_what_is_chosen_is_whole_and_fits(changes: list[Change], allowance: int) -> None:
    """Whatever is chosen comes with all that it needs, in order, within the calls; and nothing that would
    still fit with what it needs is left."""
    chosen = fit_within(changes, writes, allowance)
    names = {each.address for each in chosen}
    assert list(chosen) == [each for each in changes if each.address in names]
    assert writes(chosen) <= allowance
    by_address = {each.address: each for each in changes}
    for each in chosen:
        assert names.issuperset(need for need in needs(each, changes) if need in by_address)
    for each in changes:
        whole = _whole(each, by_address, changes) | names
        assert each.address in names or writes(by_address[one] for one in whole) > allowance


def _whole(each: Change, by_address: Mapping[Address, Change], changes: list[Change]) -> set[Address]:
    found = {each.address}
    for need in needs(each, changes):
        found |= _whole(by_address[need], by_address, changes)
    return found


# the reserve, and the day


def test_calls_that_are_made_again_do_not_come_out_of_the_reserve(world: World) -> None:
    """Komet answers the first look only the fourth time: the three calls are missing, so two orders wait."""
    plan = world.plan()
    world.act("fault", kind="http_5xx", method="purchase.order.list", times=3)
    before = used(world)
    summary = apply_within(world, plan, 6)
    assert outcomes(summary) == [Outcome.DONE, Outcome.NOT_STARTED, Outcome.NOT_STARTED]
    assert used(world) - before == 6 and summary.exit_code == 7
    world.apply()
    assert is_done(world.plan()) and untrue(world, world.plan()) == []


def test_nothing_is_tried_again_with_calls_that_are_kept_for_others(world: World) -> None:
    """A call in doubt costs looks and a second try: without calls for them it is set aside, and named."""
    plan = world.plan()
    world.act("fault", kind="lose_request", method="purchase.order.create", nth=3)
    before = used(world)
    summary = apply_within(world, plan, 5)
    assert outcomes(summary).count(Outcome.IN_DOUBT) == 1
    assert used(world) - before <= 5
    world.apply()
    assert is_done(world.plan()) and untrue(world, world.plan()) == []


def test_a_day_that_ends_in_mid_run_ends_nothing(world: World) -> None:
    """The second order is made after midnight: each call is counted on its own day."""
    plan = world.plan()
    first = world.simulator.now().date()
    world.act("fault", kind="latency", method="purchase.order.create", nth=2, seconds=36000)
    spent = used(world)
    summary = apply_within(world, plan, 5)
    assert outcomes(summary) == [Outcome.DONE] * 3
    today = world.simulator.now().date()
    assert today > first
    counted = [world.state.ledger.used(ACCOUNT, day) for day in (first, today)]
    assert sum(counted) == spent + 5 and all(counted)


# Komet's own no


class Page(Border):
    """A Komet that answers one call, and all that follow, with a page that says no more calls."""

    def __init__(self, world: World, first: int) -> None:
        super().__init__(world.simulator)
        self._left = first

    def __call__(self, environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One request."""
        self._left -= 1
        if self._left > 0:
            return super().__call__(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(HTML)))])
        return [HTML]


@pytest.mark.parametrize("place", range(1, 6))
@pytest.mark.parametrize("form", ["429", "403", "200", "page"])
def test_an_exhausted_day_ends_the_run_at_any_call(world: World, form: str, place: int) -> None:
    """In every form and at every call: nothing more is called, what was done is recorded, what was not is
    told, the day is known to be used up, and tomorrow all of it comes true."""
    plan = world.plan()
    if form == "page":
        world.border = Page(world, place)
    else:
        world.act("settings", quota_form=form)
        world.act("fault", kind="over_quota", nth=place, times=None)
    calls = used(world)
    summary = world.apply(plan)
    assert used(world) - calls == place == summary.calls
    assert "used up" in summary.error
    assert summary.exit_code == (5 if place <= 2 else 7)
    assert world.state.ledger.is_exhausted(ACCOUNT, world.simulator.now().date())
    world.act("clear-faults")
    world.border = Border(world.simulator)
    world.act("advance", days=1)
    world.apply()
    assert is_done(world.plan()) and untrue(world, world.plan()) == []


def test_a_price_that_was_refused_for_want_of_calls_is_not_recorded(world: World) -> None:
    """The day ends before the price is set: it is still to be set tomorrow."""
    world.write(all=CUSTOMERS + orders(order()))
    world.apply()
    world.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    world.act("fault", kind="over_quota", method="purchase.order.item.price.update", times=None)
    assert world.apply().exit_code == 5
    world.act("clear-faults")
    assert [each.attributes[0].after for each in world.plan().changes] == ["0.45"]
