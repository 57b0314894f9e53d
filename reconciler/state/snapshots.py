"""The last reading of the live state, so that a plan can be previewed without a call."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from reconciler.model.value import Json
from reconciler.state.columns import json_text, json_value, moment, moment_text
from reconciler.state.database import Database
from reconciler.state.scope import Scope


class Snapshot(NamedTuple):
    """What was read, in the reader's own form, and when."""

    content: Json
    taken_at: datetime


class Snapshots:
    """One snapshot a scope, the newest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, scope: Scope) -> Snapshot | None:
        """The newest snapshot of the scope."""
        rows = self._database.query(
            """SELECT content, taken_at FROM snapshots
               WHERE project = ? AND environment = ? AND account = ?""",
            scope.key,
        )
        return Snapshot(json_value(rows[0][0]), moment(rows[0][1])) if rows else None

    def put(self, scope: Scope, content: Json, at: datetime) -> None:
        """Remember a snapshot, in place of the one before."""
        self._database.execute(
            """INSERT INTO snapshots (project, environment, account, content, taken_at) VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (project, environment, account) DO UPDATE SET
               content = excluded.content, taken_at = excluded.taken_at""",
            (*scope.key, json_text(content), moment_text(at)),
        )
