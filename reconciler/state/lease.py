"""The lease: one apply at a time on an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from reconciler.errors import LockHeld, StateError
from reconciler.state.columns import moment, moment_text
from reconciler.state.database import Database


class Grant(Struct, frozen=True):
    """Proof of holding: whoever has it may renew and release, nobody else, not even under the same name."""

    account: str
    holder: str
    since: datetime


class Holder(Struct, frozen=True):
    """Who holds an account's lease, since when, and until when unless it is renewed."""

    name: str
    since: datetime
    expires: datetime


class Lease:
    """Leases by account. Every change is one transaction, alone against all other processes.

    `now` judges when a lease has ended: one clock for all that may want it, whatever theirs say.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def acquire(self, account: str, holder: str, ttl: timedelta) -> Grant:
        """Take the lease for `ttl`; LockHeld when another has it and it has not expired."""
        with self._database.transaction():
            now, current = self._now(), self.holder(account)
            if current is None or current.expires <= now:
                since = now if current is None else max(now, current.since + timedelta(microseconds=1))
                self._database.execute(
                    """INSERT INTO leases (account, holder, since, expires) VALUES (?, ?, ?, ?)
                       ON CONFLICT (account) DO UPDATE SET
                       holder = excluded.holder, since = excluded.since, expires = excluded.expires""",
                    (account, holder, moment_text(since), moment_text(now + ttl)),
                )
                return Grant(account, holder, since)
        raise _held(current)

    def renew(self, grant: Grant, ttl: timedelta) -> None:
        """The heartbeat: hold it for `ttl` from now.

        LockHeld when another has taken it since, StateError when somebody has ended it: stop writing.
        """
        with self._database.transaction():
            changed = self._database.execute(
                "UPDATE leases SET expires = ? WHERE account = ? AND holder = ? AND since = ?",
                (moment_text(self._now() + ttl), grant.account, grant.holder, moment_text(grant.since)),
            )
            current = self.holder(grant.account)
        if changed == 1:
            return
        if current is not None:
            raise _held(current)
        raise StateError(f"the lease on {grant.account} was ended by somebody while this apply held it")

    def release(self, grant: Grant) -> None:
        """Give it back; nothing happens when it is no longer ours."""
        self._database.execute(
            "DELETE FROM leases WHERE account = ? AND holder = ? AND since = ?",
            (grant.account, grant.holder, moment_text(grant.since)),
        )

    def break_lease(self, account: str) -> Holder | None:
        """End the lease whoever has it; who that was."""
        with self._database.transaction():
            current = self.holder(account)
            self._database.execute("DELETE FROM leases WHERE account = ?", (account,))
        return current

    def holder(self, account: str) -> Holder | None:
        """Who has the lease, expired or not; None when nobody has."""
        rows = self._database.query("SELECT holder, since, expires FROM leases WHERE account = ?", (account,))
        if not rows:
            return None
        name, since, expires = rows[0]
        return Holder(name, moment(since), moment(expires))


def _held(current: Holder) -> LockHeld:
    since, expires = (when.isoformat(timespec="seconds") for when in (current.since, current.expires))
    return LockHeld(current.name, since, expires)
