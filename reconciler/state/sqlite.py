"""SQLite behind the seam: one file, safe against a kill at any instant."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from reconciler.errors import StateError
from reconciler.state.clock import Machine, this_machine
from reconciler.state.columns import moment, moment_text
from reconciler.state.database import PATIENCE, Column, Database

_ROUNDS = 100
"""How often a new file is tried to be turned to its log: whenever that fails, somebody else got further."""


class SqliteDatabase(Database):
    """One connection to `path`.

    Write-ahead log and full synchronisation: what is committed survives a kill and a power cut, and a reader
    never waits for the writer.
    """

    types: ClassVar[Mapping[str, str]] = {"{identity}": "INTEGER PRIMARY KEY"}

    def __init__(self, path: Path, machine: Machine | None = None) -> None:
        super().__init__(str(path))
        self._machine = machine or this_machine()
        with self._explained():
            self._connection = sqlite3.connect(
                path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare()
        except StateError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        self._use_log()
        self.query("PRAGMA synchronous = FULL")
        self.query("PRAGMA foreign_keys = ON")

    def _use_log(self) -> None:
        """Turn a new file to the write-ahead log, which it keeps.

        SQLite refuses at once who comes while another does so: who is refused waits for its turn with an
        empty transaction, where there is patience, and tries again.
        """
        for _ in range(_ROUNDS):
            with self._explained():
                if self._is_refused("PRAGMA journal_mode = WAL"):
                    self._connection.executescript("BEGIN EXCLUSIVE; COMMIT")
                else:
                    return
        raise StateError(_in_use(self.where))

    def _is_refused(self, sql: str) -> bool:
        try:
            self._run(sql, ())
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY:
                raise
            return True
        return False

    def now(self) -> datetime:
        """The machine's time since it was started, on top of what its clock said then.

        A clock that is set in mid-apply neither ends a lease nor prolongs one.
        """
        boot = self._machine.boot
        with self.transaction():
            rows = self.query("SELECT began FROM boots WHERE boot = ?", (boot,))
            began = moment(rows[0][0]) if rows else self._machine.began()
            if not rows:
                self.execute("DELETE FROM boots")
                self.execute("INSERT INTO boots (boot, began) VALUES (?, ?)", (boot, moment_text(began)))
        return began + timedelta(seconds=self._machine.ticks())

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return bool(self.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)))

    def _begin(self) -> None:
        self._run("BEGIN IMMEDIATE", ())

    def _begin_reading(self) -> None:
        self._run("BEGIN DEFERRED", ())

    def _run(self, sql: str, values: Sequence[Column]) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def _run_all(self, sql: str, rows: Iterable[Sequence[Column]]) -> None:
        self._connection.executemany(sql, rows)

    def note(self, sql: str, values: Sequence[Column] = ()) -> None:
        """As the base says: the write is not waited for until it is on the disk, only until it is logged."""
        with self._lock, self._explained():
            if self._is_in_transaction:
                self.execute(sql, values)
                return
            self._connection.execute("PRAGMA synchronous = NORMAL")
            try:
                self.execute(sql, values)
            finally:
                self._connection.execute("PRAGMA synchronous = FULL")

    def _disconnect(self) -> None:
        self._connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StateError(_explanation(error, self.where)) from None
        except OverflowError:
            raise StateError(f"a number is too large for the state file {self.where}") from None


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _in_use(where: str) -> str:
    return f"the state file {where} is in use by another process that does not let go: try again"


def _explanation(error: sqlite3.Error, where: str) -> str:
    """What went wrong with the file, and how to go on."""
    match _code(error):
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return (
                f"the state file {where} is damaged ({error}): move it away and run again; losing state"
                " costs calls, never correctness"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return _in_use(where)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return (
                f"the state file {where} cannot be written ({error}): the file and its folder must be"
                " writable by this user"
            )
        case sqlite3.SQLITE_FULL:
            return f"the state file {where} cannot grow, the disk is full: make room and run again"
        case sqlite3.SQLITE_IOERR:
            return f"the disk refuses to read or write the state file {where} ({error})"
        case _:
            return f"the state file {where} cannot be used: {error}"
