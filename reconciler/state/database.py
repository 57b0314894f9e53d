"""The seam to the database: the few things that the tables need, whatever stands behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

Column: TypeAlias = "str | int | None"
Row: TypeAlias = "tuple[Any, ...]"


class Database(Protocol):
    """One connection that threads may share; every failure is a StateError.

    SQL is the subset that SQLite and PostgreSQL share, with `?` for a parameter. Outside of a transaction
    each statement commits, and is on the disk, before the call returns.
    """

    identity: str
    """The column type of a primary key that counts by itself."""

    def execute(self, sql: str, values: Sequence[Column] = ()) -> int:
        """Run one statement; the number of rows that it changed."""

    def execute_all(self, sql: str, rows: Iterable[Sequence[Column]]) -> None:
        """Run one statement for each of `rows`, all or none of them."""

    def query(self, sql: str, values: Sequence[Column] = ()) -> list[Row]:
        """The rows that a SELECT, or a statement with RETURNING, gives."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing of what happens inside, alone against every other writer; may be nested."""

    def close(self) -> None:
        """Let go of the connection."""
