"""The write-ahead journal."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.event import Outcome
from reconciler.model.value import Json
from reconciler.state.journal import JournalEntry
from reconciler.state.open import State
from reconciler.state.scope import Scope
from state.conftest import Place

ORDER = Address("purchase_orders", "valentines")


@pytest.fixture
def run(state: State, scope: Scope, now: datetime) -> str:
    state.runs.start(scope, "run-1", "apply", now)
    return "run-1"


def intend(state: State, run: str, now: datetime, step: int = 1) -> int:
    params: dict[str, Json] = {"vendorId": 77, "comments": "[rc:x/y]"}
    return state.journal.intend(run, ORDER, step, "purchase.order.create", params, now, {"marker": "x/y"})


def test_an_intent_without_outcome_is_open(state: State, scope: Scope, run: str, now: datetime) -> None:
    """What was intended is found again, with all that finding its effect needs."""
    entry = intend(state, run, now)
    assert state.journal.open_entries(scope) == [
        JournalEntry(
            id=entry,
            run=run,
            address=ORDER,
            step=1,
            method="purchase.order.create",
            params={"vendorId": 77, "comments": "[rc:x/y]"},
            notes={"marker": "x/y"},
            intended_at=now,
        )
    ]


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.FAILED, Outcome.STALE, Outcome.SKIPPED])
def test_a_known_outcome_closes_an_entry(
    state: State, scope: Scope, run: str, now: datetime, outcome: Outcome
) -> None:
    """Done, failed or refused: nothing is left to be found out."""
    state.journal.conclude(intend(state, run, now), outcome, now, {"id": 660001}, "OK")
    assert state.journal.open_entries(scope) == []
    (entry,) = state.journal.entries(run)
    assert (entry.outcome, entry.facts, entry.message, entry.concluded_at) == (
        outcome,
        {"id": 660001},
        "OK",
        now,
    )


def test_in_doubt_stays_open_until_settled(state: State, scope: Scope, run: str, now: datetime) -> None:
    """An entry in doubt is open; what reading shows settles it, and both remain to be read."""
    entry = intend(state, run, now)
    state.journal.conclude(entry, Outcome.IN_DOUBT, now, {}, "timed out")
    assert [each.id for each in state.journal.open_entries(scope)] == [entry]
    later = now + timedelta(minutes=5)
    state.journal.settle(entry, Outcome.DONE, later, {"id": 1})
    assert state.journal.open_entries(scope) == []
    (settled,) = state.journal.entries(run)
    assert (settled.outcome, settled.settled, settled.settled_at) == (Outcome.IN_DOUBT, Outcome.DONE, later)
    assert (settled.facts, settled.message) == ({"id": 1}, "timed out")


def test_an_intent_without_outcome_can_be_settled(
    state: State, scope: Scope, run: str, now: datetime
) -> None:
    """A process died in between: reading settles that as well."""
    state.journal.settle(intend(state, run, now), Outcome.NOT_STARTED, now, message="not found")
    assert state.journal.open_entries(scope) == []
    assert state.journal.entries(run)[0].message == "not found"


def test_an_outcome_is_written_once(state: State, run: str, now: datetime) -> None:
    """A second outcome, or one for an unknown entry, is refused."""
    entry = intend(state, run, now)
    state.journal.conclude(entry, Outcome.DONE, now, {})
    for known in (entry, entry + 1):
        with pytest.raises(StateError):
            state.journal.conclude(known, Outcome.FAILED, now, {})
        with pytest.raises(StateError):
            state.journal.settle(known, Outcome.FAILED, now)
    assert state.journal.entries(run)[0].outcome is Outcome.DONE


def test_entries_come_in_the_order_of_their_calls(state: State, run: str, now: datetime) -> None:
    """However they ended, a run's entries stand as the calls were made."""
    ids = [intend(state, run, now, step) for step in (1, 2, 3)]
    for entry in reversed(ids):
        state.journal.conclude(entry, Outcome.DONE, now, {})
    assert [each.id for each in state.journal.entries(run)] == ids


def test_open_entries_are_those_of_the_scope(state: State, run: str, now: datetime) -> None:
    """Another project's calls are its own to settle."""
    intend(state, run, now)
    assert state.journal.open_entries(Scope("other", None, "api.kometsales.com/6316")) == []


def test_an_intent_belongs_to_a_run(state: State, now: datetime) -> None:
    """Without a run that was started nothing is intended."""
    with pytest.raises(StateError):
        intend(state, "never-started", now)


def test_an_intent_is_seen_by_another_process_at_once(
    place: Place, state: State, run: str, now: datetime
) -> None:
    """What `intend` returned from is committed, not merely on its way."""
    intend(state, run, now)
    with place.open() as other:
        assert len(other.journal.entries(run)) == 1


@pytest.mark.parametrize(
    ("said", "kept"),
    [("no\0pe", "no\ufffdpe"), ("rosé \ud83c\0", "rosé \ufffd\ufffd"), ("rosé 🌹", "rosé 🌹")],
)
def test_what_no_database_takes_is_kept_all_the_same(
    state: State, run: str, now: datetime, said: str, kept: str
) -> None:
    """NUL and half a character in what Komet said become replacement characters; nothing else changes."""
    state.journal.conclude(intend(state, run, now), Outcome.FAILED, now, {"name": "a\0"}, said)
    (entry,) = state.journal.entries(run)
    assert (entry.message, entry.facts) == (kept, {"name": "a\0"})
