"""The lease: one apply at a time on an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.errors import LockHeld, StateError
from reconciler.state.columns import moment, moment_text
from reconciler.state.database import Database


@dataclass(frozen=True, slots=True)
class Grant:
    """Proof of holding: whoever has it may renew and release, nobody else, not even under the same name."""

    account: str
    holder: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an account's lease, since when, and until when unless it is renewed."""

    name: str
    since: datetime
    expires: datetime


class Lease:
    """Leases by account. Every change is one transaction alone against all other processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, account: str, holder: str, now: datetime, ttl: timedelta) -> Grant:
        """Take the lease until `now + ttl`; LockHeld when another has it and it has not expired."""
        with self._database.transaction():
            current = self.holder(account)
            if current is not None and current.expires > now:
                raise _held(current)
            since = now if current is None else max(now, current.since + timedelta(microseconds=1))
            self._database.execute(
                """INSERT INTO leases (account, holder, since, expires) VALUES (?, ?, ?, ?)
                   ON CONFLICT (account) DO UPDATE SET
                   holder = excluded.holder, since = excluded.since, expires = excluded.expires""",
                (account, holder, moment_text(since), moment_text(now + ttl)),
            )
        return Grant(account, holder, since)

    def renew(self, grant: Grant, now: datetime, ttl: timedelta) -> None:
        """The heartbeat: hold it until `now + ttl`.

        LockHeld when another has taken it since, StateError when somebody has ended it: stop writing.
        """
        changed = self._database.execute(
            "UPDATE leases SET expires = ? WHERE account = ? AND holder = ? AND since = ?",
            (moment_text(now + ttl), grant.account, grant.holder, moment_text(grant.since)),
        )
        if changed == 1:
            return
        current = self.holder(grant.account)
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
