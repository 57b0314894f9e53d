"""SQLite behind the seam: one file, safe against a kill at any instant."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from reconciler.errors import StateError
from reconciler.state.database import Column, Row

_PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""


class SqliteDatabase:
    """One connection to `path`, shared by threads under a lock.

    Write-ahead log and full synchronisation: what is committed survives a kill and a power cut, and a reader
    never waits for the writer.
    """

    identity = "INTEGER PRIMARY KEY"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = RLock()
        self._depth = 0
        with self._explained():
            self._connection = sqlite3.connect(
                path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare()
        except StateError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        if self.query("PRAGMA journal_mode")[0][0] != "wal":
            self.query("PRAGMA journal_mode = WAL")
        self.query("PRAGMA synchronous = FULL")
        self.query("PRAGMA foreign_keys = ON")

    def execute(self, sql: str, values: Sequence[Column] = ()) -> int:
        """Run one statement; the number of rows that it changed."""
        with self._lock, self._explained():
            return self._connection.execute(sql, values).rowcount

    def execute_all(self, sql: str, rows: Iterable[Sequence[Column]]) -> None:
        """Run one statement for each of `rows`, all or none of them."""
        with self.transaction(), self._explained():
            self._connection.executemany(sql, rows)

    def query(self, sql: str, values: Sequence[Column] = ()) -> list[Row]:
        """The rows that a SELECT, or a statement with RETURNING, gives."""
        with self._lock, self._explained():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what happens inside, alone against every other writer; may be nested."""
        with self._lock:
            if self._depth == 0:
                self.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0 and self._connection.in_transaction:
                    self.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._commit()

    def _commit(self) -> None:
        try:
            self.execute("COMMIT")
        except StateError:
            if self._connection.in_transaction:
                self.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock, self._explained():
            self._connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StateError(_explanation(error, self._path)) from None
        except OverflowError:
            raise StateError(f"a number is too large for the state file {self._path}") from None


def _explanation(error: sqlite3.Error, path: Path) -> str:
    """What went wrong with the file, and how to go on."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return (
                f"the state file {path} is damaged ({error}): move it away and run again; losing state costs "
                "calls, never correctness"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"the state file {path} is in use by another process that does not let go: try again"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return (
                f"the state file {path} cannot be written ({error}): the file and its folder must be"
                " writable by this user"
            )
        case sqlite3.SQLITE_FULL:
            return f"the state file {path} cannot grow, the disk is full: make room and run again"
        case sqlite3.SQLITE_IOERR:
            return f"the disk refuses to read or write the state file {path} ({error})"
        case _:
            return f"the state file {path} cannot be used: {error}"
