"""The history of runs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reconciler.errors import StateError
from reconciler.state.open import State
from reconciler.state.runs import Run
from reconciler.state.scope import Scope


def test_a_run_is_known_from_its_start(state: State, scope: Scope, now: datetime) -> None:
    """A run that goes on, or was killed, has no end."""
    state.runs.start(scope, "r1", "apply", now, "abc123", "ivy", "sha256:1")
    assert state.runs.get("r1") == Run("r1", scope, "apply", now, "abc123", "ivy", "sha256:1")


def test_a_finished_run_says_how_it_ended(state: State, scope: Scope, now: datetime) -> None:
    """Its end, its summary and its exit code come back."""
    state.runs.start(scope, "r1", "apply", now)
    state.runs.finish("r1", now + timedelta(minutes=1), {"done": 3}, 7)
    run = state.runs.get("r1")
    assert run is not None
    assert (run.finished_at, run.summary, run.exit_code) == (now + timedelta(minutes=1), {"done": 3}, 7)


def test_history_begins_with_the_newest(state: State, scope: Scope, now: datetime) -> None:
    """The last runs of the scope, the newest first, no more than asked for."""
    for minute in range(4):
        state.runs.start(scope, f"r{minute}", "plan", now + timedelta(minutes=minute))
    state.runs.start(Scope("other", None, scope.account), "foreign", "plan", now)
    assert [run.id for run in state.runs.list(scope, 3)] == ["r3", "r2", "r1"]


def test_a_plan_is_used_by_its_first_apply(state: State, scope: Scope, now: datetime) -> None:
    """Planning does not use a plan up; beginning to apply it does."""
    state.runs.start(scope, "p1", "plan", now, plan_digest="sha256:1")
    assert state.runs.used_plan("sha256:1") is None
    state.runs.start(scope, "a1", "apply", now, plan_digest="sha256:1")
    assert state.runs.used_plan("sha256:1") == "a1"
    assert state.runs.used_plan("sha256:2") is None


def test_a_run_starts_once(state: State, scope: Scope, now: datetime) -> None:
    """An id that was used is refused."""
    state.runs.start(scope, "r1", "plan", now)
    with pytest.raises(StateError):
        state.runs.start(scope, "r1", "plan", now)


def test_an_unknown_run(state: State, now: datetime) -> None:
    """It is None when asked for, and cannot be finished."""
    assert state.runs.get("r1") is None
    with pytest.raises(StateError, match="unknown"):
        state.runs.finish("r1", now, {}, 0)
