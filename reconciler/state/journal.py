"""The write-ahead journal: each call to Komet is on the disk before it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.event import Outcome
from reconciler.model.value import Json
from reconciler.state.columns import address as to_address
from reconciler.state.columns import json_object, json_text, moment, moment_or_none, moment_text
from reconciler.state.database import Database, Row
from reconciler.state.scope import Scope

_COLUMNS = """journal.id, run, address, step, method, params, notes, intended_at, outcome, concluded_at,
    facts, message, settled, settled_at"""

_OPEN = f"settled IS NULL AND (outcome IS NULL OR outcome = '{Outcome.IN_DOUBT}')"


class JournalEntry(Struct, frozen=True):
    """One call: what was intended, how it ended, and for one in doubt how that was settled.

    `outcome` is None from the moment of intent until the answer: a process that died in between left it so.
    """

    id: int
    run: str
    address: Address
    step: int
    method: str
    params: Mapping[str, Json]
    notes: Mapping[str, Json]
    intended_at: datetime
    outcome: Outcome | None = None
    concluded_at: datetime | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)
    message: str = ""
    settled: Outcome | None = None
    settled_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody knows yet if the call took effect."""
        return self.settled is None and self.outcome in (None, Outcome.IN_DOUBT)


class Journal:
    """Intents and outcomes, in the order in which the calls were made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def intend(
        self,
        run: str,
        address: Address,
        step: int,
        method: str,
        params: Mapping[str, Json],
        at: datetime,
        notes: Mapping[str, Json],
    ) -> int:
        """Write down a call that is about to leave; it is on the disk when this returns, with the entry's id.

        `run` has been started. `notes` are what recovery needs to find the call's effect.
        """
        rows = self._database.query(
            """INSERT INTO journal (run, address, step, method, params, notes, intended_at, facts, message)
               VALUES (?, ?, ?, ?, ?, ?, ?, '{}', '') RETURNING id""",
            (run, str(address), step, method, json_text(params), json_text(notes), moment_text(at)),
        )
        return int(rows[0][0])

    def conclude(
        self, entry: int, outcome: Outcome, at: datetime, facts: Mapping[str, Json], message: str = ""
    ) -> None:
        """Write down how the call ended, once; `facts` are what its answer taught."""
        changed = self._database.execute(
            """UPDATE journal SET outcome = ?, concluded_at = ?, facts = ?, message = ?
               WHERE id = ? AND outcome IS NULL""",
            (outcome.value, moment_text(at), json_text(facts), message, entry),
        )
        if changed != 1:
            raise StateError(f"journal entry {entry} is unknown or has its outcome already")

    def settle(
        self,
        entry: int,
        outcome: Outcome,
        at: datetime,
        facts: Mapping[str, Json] | None = None,
        message: str | None = None,
    ) -> None:
        """Write down what reading showed of an open entry: DONE with its facts, or that it took no effect.

        Facts and message stay as they were when None is given.
        """
        changed = self._database.execute(
            f"""UPDATE journal SET settled = ?, settled_at = ?, facts = COALESCE(?, facts),
                message = COALESCE(?, message) WHERE id = ? AND {_OPEN}""",
            (outcome.value, moment_text(at), None if facts is None else json_text(facts), message, entry),
        )
        if changed != 1:
            raise StateError(f"journal entry {entry} is unknown or not open")

    def open_entries(self, scope: Scope) -> list[JournalEntry]:
        """The calls of the scope whose effect nobody knows yet: no outcome, or in doubt and not settled."""
        rows = self._database.query(
            f"""SELECT {_COLUMNS} FROM journal JOIN runs ON runs.id = journal.run
                WHERE project = ? AND environment = ? AND account = ? AND {_OPEN} ORDER BY journal.id""",
            scope.key,
        )
        return [_entry(row) for row in rows]

    def entries(self, run: str) -> list[JournalEntry]:
        """All calls of a run, in order."""
        rows = self._database.query(
            f"SELECT {_COLUMNS} FROM journal WHERE run = ? ORDER BY journal.id", (run,)
        )
        return [_entry(row) for row in rows]


def _entry(row: Row) -> JournalEntry:
    (entry, run, address, step, method, params, notes, intended_at, outcome, concluded_at, facts, message) = (
        row[:12]
    )
    settled, settled_at = row[12:]
    return JournalEntry(
        id=entry,
        run=run,
        address=to_address(address),
        step=step,
        method=method,
        params=json_object(params),
        notes=json_object(notes),
        intended_at=moment(intended_at),
        outcome=None if outcome is None else Outcome(outcome),
        concluded_at=moment_or_none(concluded_at),
        facts=json_object(facts),
        message=message,
        settled=None if settled is None else Outcome(settled),
        settled_at=moment_or_none(settled_at),
    )
