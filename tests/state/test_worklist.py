"""Operator steps: open, closed, and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from reconciler.model.address import Address
from reconciler.model.step import ClosedStep, Ending, Fate, OpenStep, OperatorStep
from reconciler.state.open import State
from reconciler.state.scope import Scope
from reconciler.state.worklist import KEPT, Closing

STOCK = Address("reservations", "freedom-60")
ORDER = Address("purchase_orders", "valentines")
DAY = timedelta(days=1)


def step(key: str, number: int = 1, instruction: str = "put BLOOM on line 88123") -> OperatorStep:
    return OperatorStep(
        number, key, "Inventory > Inventory Summary", "88123", instruction, None, {"customer": 1}
    )


def done(key: str, since: datetime, address: Address = STOCK) -> ClosedStep:
    return ClosedStep(address, step(key), since, Fate(Ending.DONE, "done: line 88123 is BLOOM's now"))


def test_a_step_is_open_from_the_day_it_was_given(state: State, scope: Scope, now: datetime) -> None:
    """A step that stays keeps its first-seen time."""
    state.worklist.open(scope, {STOCK: [step("a")]}, now)
    state.worklist.open(scope, {STOCK: [step("a")]}, now + DAY)
    assert state.worklist.open_steps(scope) == [OpenStep(STOCK, step("a"), now)]


def test_a_step_is_worded_as_it_was_given_last(state: State, scope: Scope, now: datetime) -> None:
    """The same thing to do, put in new words, is the same step."""
    state.worklist.open(scope, {STOCK: [step("a")]}, now)
    state.worklist.open(scope, {STOCK: [step("a", 2, "better words")]}, now + DAY)
    assert state.worklist.open_steps(scope) == [OpenStep(STOCK, step("a", 2, "better words"), now)]


def test_opening_some_leaves_the_others(state: State, scope: Scope, now: datetime) -> None:
    """Nothing is closed by not being given again: that takes a reason."""
    state.worklist.open(scope, {STOCK: [step("a")], ORDER: [step("b")]}, now)
    state.worklist.open(scope, {STOCK: [step("c")]}, now + DAY)
    assert [each.step.key for each in state.worklist.open_steps(scope)] == ["b", "a", "c"]


def test_what_is_closed_is_remembered_with_its_reason(state: State, scope: Scope, now: datetime) -> None:
    """What it was, since when, how it ended, by what that was seen, and when."""
    state.worklist.open(scope, {STOCK: [step("a"), step("b")]}, now)
    state.worklist.close(scope, [done("a", now)], now + DAY)
    assert [each.step.key for each in state.worklist.open_steps(scope)] == ["b"]
    assert state.worklist.closings(scope, now) == [Closing(done("a", now), now + DAY)]
    assert state.worklist.closings(scope, now + DAY) == []


def test_the_latest_closing_comes_first(state: State, scope: Scope, now: datetime) -> None:
    """And what was closed together stands by address."""
    state.worklist.close(scope, [done("a", now)], now)
    state.worklist.close(scope, [done("b", now), done("c", now, ORDER)], now + DAY)
    found = state.worklist.closings(scope, now - DAY)
    assert [each.closed.step.key for each in found] == ["c", "b", "a"]


def test_closings_are_forgotten_in_the_end(state: State, scope: Scope, now: datetime) -> None:
    """The list of what was closed does not grow for ever."""
    state.worklist.close(scope, [done("a", now)], now)
    state.worklist.close(scope, [done("b", now)], now + KEPT + DAY)
    assert [each.closed.step.key for each in state.worklist.closings(scope, now - DAY)] == ["b"]


def test_a_step_that_comes_back_is_new(state: State, scope: Scope, now: datetime) -> None:
    """Done and needed again, it counts from then."""
    state.worklist.open(scope, {STOCK: [step("a")]}, now)
    state.worklist.close(scope, [done("a", now)], now + DAY)
    state.worklist.open(scope, {STOCK: [step("a")]}, now + 2 * DAY)
    assert state.worklist.open_steps(scope)[0].since == now + 2 * DAY


def test_the_steps_of_what_was_renamed_go_along(state: State, scope: Scope, now: datetime) -> None:
    """Under the new name, and still open since they were first given."""
    state.worklist.open(scope, {STOCK: [step("a")]}, now)
    renamed = Address("reservations", "red-60")
    state.worklist.move(scope, STOCK, renamed)
    assert state.worklist.open_steps(scope) == [OpenStep(renamed, step("a"), now)]


def test_scopes_have_their_own_worklists(state: State, scope: Scope, now: datetime) -> None:
    """Another environment's steps are neither shown nor closed."""
    staging = Scope(scope.project, "staging", scope.account)
    state.worklist.open(scope, {STOCK: [step("a")]}, now)
    state.worklist.close(staging, [done("a", now)], now)
    assert state.worklist.open_steps(staging) == []
    assert state.worklist.closings(scope, now - DAY) == []
    assert len(state.worklist.open_steps(scope)) == 1
