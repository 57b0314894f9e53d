"""The seam to the database: one connection that threads share, whatever stands behind it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from threading import RLock
from typing import Any, ClassVar, Protocol, TypeAlias

from reconciler.errors import StateError

Column: TypeAlias = "str | int | None"
Row: TypeAlias = "tuple[Any, ...]"

PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Cursor(Protocol):
    """What a statement leaves behind, in the words of Python's database API."""

    @property
    def rowcount(self) -> int:
        """The number of rows that it changed."""

    def fetchall(self) -> list[Row]:
        """The rows that it gave."""


class Database(ABC):
    """One connection that threads may share; every failure is a StateError.

    SQL is the subset that SQLite and PostgreSQL share, with `?` for a parameter. Outside of a transaction
    each statement commits, and is on the disk, before the call returns. In a text, what no database takes
    (NUL, half of a surrogate pair) becomes U+FFFD.
    """

    types: ClassVar[Mapping[str, str]]
    """The column types of the migrations, where this database has its own word for them."""

    where: str
    """What it is called in messages; holds no secret."""

    def __init__(self, where: str) -> None:
        self.where = where
        self._lock = RLock()
        self._is_in_transaction = False

    @abstractmethod
    def now(self) -> datetime:
        """The time, by the one clock of all who share this database, in UTC: it judges leases."""

    @abstractmethod
    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""

    @abstractmethod
    def _begin(self) -> None:
        """Begin a transaction alone against every other; what waits longer than PATIENCE fails."""

    @abstractmethod
    def _begin_reading(self) -> None:
        """Begin a transaction that only reads, and nobody waits for."""

    @abstractmethod
    def _run(self, sql: str, values: Sequence[Column]) -> Cursor:
        """Run one statement."""

    @abstractmethod
    def _run_all(self, sql: str, rows: Iterable[Sequence[Column]]) -> None:
        """Run one statement for each of `rows`."""

    @abstractmethod
    def _disconnect(self) -> None:
        """Let go of the connection."""

    @abstractmethod
    def _explained(self) -> AbstractContextManager[None]:
        """Turns what the database raises inside into a StateError that says how to go on."""

    def execute(self, sql: str, values: Sequence[Column] = ()) -> int:
        """Run one statement; the number of rows that it changed."""
        with self._lock, self._explained():
            return self._run(sql, _storable(values)).rowcount

    def note(self, sql: str, values: Sequence[Column] = ()) -> None:
        """Run one statement that survives this process, whatever ends it; a power cut may take it back."""
        self.execute(sql, values)

    def execute_all(self, sql: str, rows: Iterable[Sequence[Column]]) -> None:
        """Run one statement for each of `rows`, all or none of them."""
        with self.transaction(), self._explained():
            self._run_all(sql, map(_storable, rows))

    def query(self, sql: str, values: Sequence[Column] = ()) -> list[Row]:
        """The rows that a SELECT, or a statement with RETURNING, gives."""
        with self._lock, self._explained():
            return self._run(sql, _storable(values)).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what happens inside, alone against every other transaction; may be nested."""
        with self._lock:
            if self._is_in_transaction:
                yield
                return
            self._is_in_transaction = True
            try:
                with self._explained():
                    self._begin()
                yield
                self.execute("COMMIT")
            except BaseException:
                with suppress(StateError):  # what made it fail may have ended it, or the connection
                    self.execute("ROLLBACK")
                raise
            finally:
                self._is_in_transaction = False

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """What is read inside is as it was at one moment, whoever writes meanwhile; nothing is written."""
        with self._lock:
            if self._is_in_transaction:
                yield
                return
            with self._explained():
                self._begin_reading()
            try:
                yield
            finally:
                self.execute("COMMIT")

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock, self._explained():
            self._disconnect()


def _storable(values: Sequence[Column]) -> Sequence[Column]:
    return [
        _UNSTORABLE.sub("\ufffd", each)
        if isinstance(each, str) and not (each.isascii() and "\0" not in each)  # nearly all are, at no cost
        else each
        for each in values
    ]
