"""What each run changed, and what was recorded before it."""

from __future__ import annotations

from datetime import datetime, timedelta

from reconciler.model.address import Address
from reconciler.model.event import Outcome
from reconciler.model.origin import Origin
from reconciler.model.plan import Agreed
from reconciler.model.resource import Applied, Binding
from reconciler.state.open import State
from reconciler.state.run_changes import RunChange
from reconciler.state.scope import Scope

WEEKLY, SHOP = Address("purchase_orders", "weekly"), Address("customers", "shop")
FORMER = Applied(WEEKLY, {"boxes": 40}, {"protected": True}, (SHOP,), Origin("config/a.yaml", 3, 5))


def test_a_change_comes_back_as_it_was_noted(state: State, scope: Scope, now: datetime) -> None:
    """In the plan's order, with what was recorded before, and without an outcome until the run ends."""
    noted = [RunChange(WEEKLY, {"action": "update"}, FORMER), RunChange(SHOP, {"action": "create"})]
    state.runs.start(scope, "r1", "apply", now)
    state.run_changes.note("r1", noted)
    assert state.run_changes.of("r1") == noted
    state.run_changes.conclude("r1", {SHOP: Outcome.DONE})
    assert [each.outcome for each in state.run_changes.of("r1")] == [None, Outcome.DONE]


def test_later_runs_are_those_that_may_have_moved_something(
    state: State, scope: Scope, now: datetime
) -> None:
    """Of several the first; not one that skipped it, not another scope's; one that was killed may have."""
    outcomes = [Outcome.DONE, Outcome.SKIPPED, Outcome.WAITING, Outcome.DONE]
    for minute, outcome in enumerate(outcomes):
        state.runs.start(scope, f"r{minute}", "apply", now + timedelta(minutes=minute))
        state.run_changes.note(f"r{minute}", [RunChange(WEEKLY, {})])
        state.run_changes.conclude(f"r{minute}", {WEEKLY: outcome})
    state.runs.start(Scope("other", None, scope.account), "foreign", "apply", now + timedelta(minutes=1))
    state.run_changes.note("foreign", [RunChange(SHOP, {})])
    assert state.run_changes.later(scope, "r0") == {WEEKLY: "r2"}
    state.runs.start(scope, "killed", "apply", now + timedelta(minutes=9))
    state.run_changes.note("killed", [RunChange(SHOP, {})])
    assert state.run_changes.later(scope, "r3") == {SHOP: "killed"}
    assert state.run_changes.later(scope, "killed") == {}


def test_it_is_known_which_run_left_a_resource(state: State, scope: Scope) -> None:
    """The last one that recorded it; what no run recorded is left out."""
    agreed = [Agreed(FORMER, Binding(WEEKLY, 1)), Agreed(Applied(SHOP, {}), Binding(SHOP, 2))]
    state.resources.record_all(scope, agreed, "r1")
    state.resources.record(scope, FORMER, "r2")
    assert state.resources.left_by(scope) == {SHOP: "r1", WEEKLY: "r2"}
    state.resources.record(scope, FORMER)
    assert state.resources.left_by(scope) == {SHOP: "r1"}
