"""The ledger: how many calls each account has spent on each day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from reconciler.state.database import Database


class Ledger:
    """Calls by account, day and method; Komet offers no read-out, so this count is the only one (A15)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def used(self, account: str, day: date) -> int:
        """All calls of `account` on `day` that went through this state."""
        rows = self._database.query(
            "SELECT COALESCE(SUM(number), 0) FROM calls WHERE account = ? AND day = ?",
            (account, day.isoformat()),
        )
        return int(rows[0][0])

    def by_method(self, account: str, day: date) -> dict[str, int]:
        """Calls of `account` on `day` by method, ordered by name."""
        rows = self._database.query(
            "SELECT method, number FROM calls WHERE account = ? AND day = ? ORDER BY method",
            (account, day.isoformat()),
        )
        return {method: int(number) for method, number in rows}

    def counter(self, account: str, day_of: Callable[[], date]) -> AccountCounter:
        """Counts the calls of `account`, each on the day that `day_of` says when it leaves."""
        return AccountCounter(self, account, day_of)

    def count(self, account: str, day: date, method: str) -> None:
        """One call more, whatever becomes of this process; a power cut may forget the last ones."""
        self._database.note(
            """INSERT INTO calls (account, day, method, number) VALUES (?, ?, ?, 1)
               ON CONFLICT (account, day, method) DO UPDATE SET number = calls.number + 1""",
            (account, day.isoformat(), method),
        )

    def note_exhausted(self, account: str, day: date) -> None:
        """Komet said on `day` that the quota is used up, whatever our own count is."""
        self._database.execute(
            "INSERT INTO exhausted (account, day) VALUES (?, ?) ON CONFLICT (account, day) DO NOTHING",
            (account, day.isoformat()),
        )

    def is_exhausted(self, account: str, day: date) -> bool:
        """Whether Komet said so on `day`."""
        return bool(
            self._database.query(
                "SELECT 1 FROM exhausted WHERE account = ? AND day = ?", (account, day.isoformat())
            )
        )


class AccountCounter:
    """Counts each call of one account before it leaves; any thread may call it."""

    def __init__(self, ledger: Ledger, account: str, day_of: Callable[[], date]) -> None:
        self._ledger = ledger
        self._account = account
        self._day_of = day_of

    def count(self, method: str) -> None:
        """One call of `method` is about to leave."""
        self._ledger.count(self._account, self._day_of(), method)
