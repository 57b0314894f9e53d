"""Open operator steps."""

from __future__ import annotations

from datetime import datetime, timedelta

from reconciler.model.address import Address
from reconciler.model.step import OperatorStep
from reconciler.state.open import State
from reconciler.state.scope import Scope
from reconciler.state.worklist import OpenStep

STOCK = Address("reservations", "freedom-60")
ORDER = Address("purchase_orders", "valentines")


def step(key: str, number: int = 1, instruction: str = "put BLOOM on line 88123") -> OperatorStep:
    return OperatorStep(
        number, key, "Inventory > Inventory Summary", "88123", instruction, None, {"customer": 1}
    )


def test_a_step_is_open_from_the_day_it_was_given(state: State, scope: Scope, now: datetime) -> None:
    """A step that stays keeps its first-seen time."""
    state.worklist.sync(scope, {STOCK: [step("a")]}, now)
    state.worklist.sync(scope, {STOCK: [step("a")]}, now + timedelta(days=1))
    assert state.worklist.open_steps(scope) == [OpenStep(STOCK, step("a"), now)]


def test_a_step_is_worded_as_it_was_given_last(state: State, scope: Scope, now: datetime) -> None:
    """The same thing to do, put in new words, is the same step."""
    state.worklist.sync(scope, {STOCK: [step("a")]}, now)
    state.worklist.sync(scope, {STOCK: [step("a", 2, "better words")]}, now + timedelta(days=1))
    assert state.worklist.open_steps(scope) == [OpenStep(STOCK, step("a", 2, "better words"), now)]


def test_what_is_no_longer_needed_is_closed(state: State, scope: Scope, now: datetime) -> None:
    """Steps that are not given again are closed, and returned; new ones begin."""
    state.worklist.sync(scope, {STOCK: [step("a"), step("b")]}, now)
    later = now + timedelta(days=1)
    closed = state.worklist.sync(scope, {STOCK: [step("b")], ORDER: [step("c")]}, later)
    assert closed == [OpenStep(STOCK, step("a"), now)]
    assert [(each.step.key, each.since) for each in state.worklist.open_steps(scope)] == [
        ("c", later),
        ("b", now),
    ]


def test_a_look_at_some_addresses_leaves_the_others(state: State, scope: Scope, now: datetime) -> None:
    """A plan of one target says nothing about the rest."""
    state.worklist.sync(scope, {STOCK: [step("a")], ORDER: [step("b")]}, now)
    closed = state.worklist.sync(scope, {}, now, within={STOCK})
    assert [each.address for each in closed] == [STOCK]
    assert [each.address for each in state.worklist.open_steps(scope)] == [ORDER]


def test_a_step_that_comes_back_is_new(state: State, scope: Scope, now: datetime) -> None:
    """Done and needed again, it counts from then."""
    for day in range(3):
        steps = {STOCK: [step("a")]} if day != 1 else {}
        state.worklist.sync(scope, steps, now + timedelta(days=day))
    assert state.worklist.open_steps(scope)[0].since == now + timedelta(days=2)


def test_scopes_have_their_own_worklists(state: State, scope: Scope, now: datetime) -> None:
    """Another environment's steps are neither shown nor closed."""
    staging = Scope(scope.project, "staging", scope.account)
    state.worklist.sync(scope, {STOCK: [step("a")]}, now)
    state.worklist.sync(staging, {}, now)
    assert state.worklist.open_steps(staging) == []
    assert len(state.worklist.open_steps(scope)) == 1
