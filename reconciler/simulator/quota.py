"""The company's daily quota: a thousand calls for each paid user, all tokens and failed calls together."""

from __future__ import annotations

from datetime import datetime, timedelta

from reconciler.simulator.store import Store
from reconciler.simulator.switches import Switches

CALLS_PER_USER = 1000


def quota_day(now: datetime, switches: Switches) -> str:
    """The day that a call at `now` is counted on; it begins at `quota_reset` (A9)."""
    hours, minutes = switches.quota_reset.split(":")
    return (now - timedelta(hours=int(hours), minutes=int(minutes))).date().isoformat()


def count_call(store: Store, day: str) -> int:
    """One more call on `day`; how many there are now (A15)."""
    store.run(
        "INSERT INTO call_counts (day, calls) VALUES (?, 1) "
        "ON CONFLICT (day) DO UPDATE SET calls = calls + 1",
        day,
    )
    return calls_on(store, day)


def calls_on(store: Store, day: str) -> int:
    """Calls counted on `day`."""
    found = store.row("SELECT calls FROM call_counts WHERE day = ?", day)
    return 0 if found is None else int(found["calls"])


def is_over(calls: int, switches: Switches) -> bool:
    """Whether the call that made the count `calls` is one too many."""
    return calls > switches.quota_users * CALLS_PER_USER
