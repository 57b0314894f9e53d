"""Komet's reference lists as they were last read, by account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from reconciler.model.value import Json
from reconciler.state.columns import json_text, json_value, moment, moment_text
from reconciler.state.database import Database


class CachedList(NamedTuple):
    """The rows of a list and when they were read."""

    rows: list[Json]
    fetched_at: datetime


class Lists:
    """The last reading of each list; how old is too old is for the reader to say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: str, name: str) -> CachedList | None:
        """The list as it was last put."""
        rows = self._database.query(
            "SELECT list_rows, fetched_at FROM lists WHERE account = ? AND name = ?", (account, name)
        )
        return CachedList(json_value(rows[0][0]), moment(rows[0][1])) if rows else None

    def put(self, account: str, name: str, rows: Sequence[Json], at: datetime) -> None:
        """Remember a list, in place of the one before."""
        self._database.execute(
            """INSERT INTO lists (account, name, list_rows, fetched_at) VALUES (?, ?, ?, ?)
               ON CONFLICT (account, name) DO UPDATE SET
               list_rows = excluded.list_rows, fetched_at = excluded.fetched_at""",
            (account, name, json_text(rows), moment_text(at)),
        )
