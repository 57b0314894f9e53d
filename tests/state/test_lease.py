"""The lease: one apply at a time."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reconciler.errors import LockHeld, StateError
from reconciler.state.open import State, open_state

TTL = timedelta(minutes=2)


def test_a_held_lease_names_its_holder(state: State, now: datetime) -> None:
    """Who comes second is told who holds it, since when and until when."""
    state.lease.acquire("a", "ivy@desk, process 12", now, TTL)
    with pytest.raises(LockHeld) as refused:
        state.lease.acquire("a", "ci, process 99", now, TTL)
    assert refused.value.holder == "ivy@desk, process 12"
    assert refused.value.since == "2027-01-04T14:00:00+00:00"
    assert refused.value.expires == "2027-01-04T14:02:00+00:00"


def test_the_same_name_is_no_key(state: State, now: datetime) -> None:
    """A second process under the same name is refused like any other."""
    state.lease.acquire("a", "ci", now, TTL)
    with pytest.raises(LockHeld):
        state.lease.acquire("a", "ci", now, TTL)


def test_accounts_have_their_own_leases(state: State, now: datetime) -> None:
    """An apply on one account does not hold up another."""
    state.lease.acquire("a", "x", now, TTL)
    state.lease.acquire("b", "y", now, TTL)


def test_a_released_lease_is_free(state: State, now: datetime) -> None:
    """Whoever releases lets the next one in."""
    state.lease.release(state.lease.acquire("a", "x", now, TTL))
    assert state.lease.holder("a") is None
    state.lease.acquire("a", "y", now, TTL)


def test_a_lease_ends_by_itself(state: State, now: datetime) -> None:
    """At its end, and not before, another may take it."""
    state.lease.acquire("a", "x", now, TTL)
    with pytest.raises(LockHeld):
        state.lease.acquire("a", "y", now + TTL - timedelta(seconds=1), TTL)
    state.lease.acquire("a", "y", now + TTL, TTL)


def test_a_renewed_lease_goes_on(state: State, now: datetime) -> None:
    """The heartbeat moves the end."""
    grant = state.lease.acquire("a", "x", now, TTL)
    state.lease.renew(grant, now + timedelta(minutes=1), TTL)
    with pytest.raises(LockHeld):
        state.lease.acquire("a", "y", now + TTL, TTL)


@pytest.mark.parametrize("name", ["x", "y"])
def test_who_was_taken_over_learns_it(state: State, now: datetime, name: str) -> None:
    """After a takeover, even under the same name, the old holder can neither renew nor release."""
    old = state.lease.acquire("a", "x", now, TTL)
    state.lease.acquire("a", name, now + TTL, TTL)
    with pytest.raises(LockHeld):
        state.lease.renew(old, now + TTL, TTL)
    state.lease.release(old)
    assert state.lease.holder("a") is not None


def test_a_takeover_in_the_same_instant_is_another_grant(state: State, now: datetime) -> None:
    """Two grants are never alike, though the clock stands still."""
    first = state.lease.acquire("a", "x", now, timedelta(0))
    assert state.lease.acquire("a", "x", now, TTL) != first


def test_a_broken_lease_stops_its_holder(state: State, now: datetime) -> None:
    """`unlock` ends the lease, says whose it was, and the holder learns it at its next heartbeat."""
    grant = state.lease.acquire("a", "x", now, TTL)
    broken = state.lease.break_lease("a")
    assert broken is not None
    assert broken.name == "x"
    with pytest.raises(StateError, match="was ended by somebody"):
        state.lease.renew(grant, now, TTL)
    assert state.lease.break_lease("a") is None


RACER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from reconciler.errors import LockHeld
from reconciler.state.open import open_state

with open_state("sqlite", Path(sys.argv[1])) as state:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        state.lease.acquire("a", "racer", datetime(2027, 1, 4, tzinfo=UTC), timedelta(minutes=2))
    except LockHeld:
        print("held")
    else:
        print("won")
"""


def test_of_racing_processes_one_wins(tmp_path: Path) -> None:
    """Six processes open a new state and reach for the lease at once: one gets it, and none fails."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = sorted(racer.communicate(timeout=30)[0].strip() for racer in racers)
    assert said == ["held"] * 5 + ["won"]
    with open_state("sqlite", tmp_path) as state:
        assert state.lease.holder("a") is not None
