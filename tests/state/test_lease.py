"""The lease: one apply at a time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from reconciler.errors import LockHeld, StateError
from reconciler.state.database import Database
from reconciler.state.lease import Lease
from reconciler.state.open import State
from state.conftest import Place

TTL = timedelta(minutes=2)


@dataclass
class Clock:
    """A clock that stands still unless it is set."""

    time: datetime

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def lease(database: Database, clock: Clock) -> Lease:
    """The state's leases, judged by a clock of ours in place of the database's."""
    return Lease(database, clock)


def test_a_held_lease_names_its_holder(lease: Lease) -> None:
    """Who comes second is told who holds it, since when and until when, and how to take over."""
    lease.acquire("a", "ivy@desk, process 12", TTL)
    with pytest.raises(LockHeld, match="reconciler unlock") as refused:
        lease.acquire("a", "ci, process 99", TTL)
    assert refused.value.holder == "ivy@desk, process 12"
    assert refused.value.since == "2027-01-04T14:00:00+00:00"
    assert refused.value.expires == "2027-01-04T14:02:00+00:00"


def test_the_same_name_is_no_key(lease: Lease) -> None:
    """A second process under the same name is refused like any other."""
    lease.acquire("a", "ci", TTL)
    with pytest.raises(LockHeld):
        lease.acquire("a", "ci", TTL)


def test_accounts_have_their_own_leases(lease: Lease) -> None:
    """An apply on one account does not hold up another."""
    lease.acquire("a", "x", TTL)
    lease.acquire("b", "y", TTL)


def test_a_released_lease_is_free(lease: Lease) -> None:
    """Whoever releases lets the next one in."""
    lease.release(lease.acquire("a", "x", TTL))
    assert lease.holder("a") is None
    lease.acquire("a", "y", TTL)


def test_a_lease_ends_by_itself(lease: Lease, clock: Clock) -> None:
    """At its end, and not before, another may take it."""
    lease.acquire("a", "x", TTL)
    clock.time += TTL - timedelta(microseconds=1)
    with pytest.raises(LockHeld):
        lease.acquire("a", "y", TTL)
    clock.time += timedelta(microseconds=1)
    lease.acquire("a", "y", TTL)


def test_a_renewed_lease_goes_on(lease: Lease, clock: Clock) -> None:
    """The heartbeat moves the end."""
    grant = lease.acquire("a", "x", TTL)
    clock.time += TTL / 2
    lease.renew(grant, TTL)
    clock.time += TTL / 2
    with pytest.raises(LockHeld):
        lease.acquire("a", "y", TTL)


@pytest.mark.parametrize("name", ["x", "y"])
def test_who_was_taken_over_learns_it(lease: Lease, clock: Clock, name: str) -> None:
    """After a takeover, even under the same name, the old holder can neither renew nor release."""
    old = lease.acquire("a", "x", TTL)
    clock.time += TTL
    new = lease.acquire("a", name, TTL)
    with pytest.raises(LockHeld):
        lease.renew(old, TTL)
    lease.release(old)
    lease.renew(new, TTL)


def test_a_takeover_in_the_same_instant_is_another_grant(lease: Lease) -> None:
    """Two grants are never alike, though the clock stands still."""
    first = lease.acquire("a", "x", timedelta(0))
    assert lease.acquire("a", "x", TTL) != first


def test_a_broken_lease_stops_its_holder(lease: Lease) -> None:
    """`unlock` ends the lease, says whose it was, and the holder learns it at its next heartbeat."""
    grant = lease.acquire("a", "x", TTL)
    broken = lease.break_lease("a")
    assert broken is not None
    assert broken.name == "x"
    with pytest.raises(StateError, match="was ended by somebody"):
        lease.renew(grant, TTL)
    assert lease.break_lease("a") is None


def test_a_clock_set_back_lets_nobody_in(lease: Lease, clock: Clock) -> None:
    """Should even the clock that judges go backwards, the holder keeps what it has."""
    grant = lease.acquire("a", "x", TTL)
    clock.time -= timedelta(hours=1)
    with pytest.raises(LockHeld):
        lease.acquire("a", "y", TTL)
    lease.renew(grant, TTL)


def test_the_clock_of_the_one_who_asks_does_not_count(
    place: Place, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose clock is a day ahead, or behind, is refused like any other."""
    state.lease.acquire("a", "x", TTL)
    for days in (1, -1):
        wrong = datetime.now().astimezone() + timedelta(days=days)
        monkeypatch.setattr("reconciler.state.clock._wall", lambda wrong=wrong: wrong)
        with place.open() as other, pytest.raises(LockHeld):
            other.lease.acquire("a", "y", TTL)


RACER = """
import sys
from datetime import timedelta
from pathlib import Path
from reconciler.errors import LockHeld
from reconciler.state.open import open_state

with open_state(sys.argv[1], Path(sys.argv[2])) as state:
    print("ready", flush=True)
    for account in sys.stdin:
        try:
            state.lease.acquire(account, "racer", timedelta(minutes=2))
        except LockHeld:
            print("held", flush=True)
        else:
            print("won", flush=True)
"""


def test_of_racing_processes_one_wins(place: Place) -> None:
    """Four processes reach for the same lease at once, twenty times: one gets it each time, none fails."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, place.url, str(place.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for round in range(20):
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write(f"account {round}\n")
            racer.stdin.flush()
        said = [racer.stdout.readline() for racer in racers if racer.stdout is not None]
        assert sorted(said) == ["held\n"] * 3 + ["won\n"]
    for racer in racers:
        racer.communicate(timeout=30)
