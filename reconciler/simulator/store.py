"""The one SQLite database of a simulated company: a lock, a transaction, rows."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from reconciler.simulator.errors import SimulatorError
from reconciler.simulator.tables import TABLES

Column = str | int | None


class Store:
    """Rows of one company, for all threads of a process; other processes may have the same file open.

    `path` None keeps everything in memory. Nothing is cached, so what another process commits is seen.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        name = ":memory:" if path is None else str(path)
        self._database = sqlite3.connect(name, isolation_level=None, check_same_thread=False, timeout=30)
        self._database.row_factory = sqlite3.Row
        try:
            self._database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError as problem:
            self._database.close()
            raise SimulatorError(f"{name} is not a simulator's store: {problem}") from problem
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        """Give the file back; the store cannot be used afterwards."""
        with self._lock:
            self._database.close()

    def is_new(self) -> bool:
        """Whether no seed has been loaded yet."""
        return self.row("SELECT 1 FROM sqlite_master WHERE name = 'settings'") is None

    def create_tables(self) -> None:
        """Make the empty tables, inside the transaction that is open."""
        for statement in TABLES:
            self._database.execute(statement)

    def drop_tables(self) -> None:
        """Forget everything, inside the open transaction; what refers goes before what is referred to."""
        found = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid DESC")
        for row in found:
            if not row["name"].startswith("sqlite_"):
                self._database.execute(f"DROP TABLE {row['name']}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one at a time; a transaction inside another can be undone by itself."""
        with self._lock:
            mark = f"level_{self._depth}"
            self._database.execute("BEGIN IMMEDIATE" if self._depth == 0 else f"SAVEPOINT {mark}")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                self._undo(mark)
                raise
            self._depth -= 1
            self._database.execute("COMMIT" if self._depth == 0 else f"RELEASE {mark}")

    def _undo(self, mark: str) -> None:
        if self._depth == 0:
            self._database.execute("ROLLBACK")
            return
        self._database.execute(f"ROLLBACK TO {mark}")
        self._database.execute(f"RELEASE {mark}")

    def rows(self, sql: str, *values: Column) -> list[sqlite3.Row]:
        """Every row that `sql` finds."""
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Column) -> sqlite3.Row | None:
        """The first row that `sql` finds."""
        with self._lock:
            found: sqlite3.Row | None = self._database.execute(sql, values).fetchone()
            return found

    def run(self, sql: str, *values: Column) -> None:
        """Carry out `sql`."""
        with self._lock:
            self._database.execute(sql, values)

    def by_id(self, table: str, key: int) -> sqlite3.Row | None:
        """The row of `table` with that id."""
        return self.row(f"SELECT * FROM {table} WHERE id = ?", key)

    def insert(self, table: str, columns: Mapping[str, Column]) -> int:
        """A new row; its id, assigned unless `columns` has one."""
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        with self._lock:
            cursor = self._database.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values())
            )
            return int(cursor.lastrowid or 0)

    def insert_all(self, table: str, names: Iterable[str], rows: Iterable[tuple[Column, ...]]) -> None:
        """Many rows with the columns `names` at once."""
        listed = list(names)
        marks = ", ".join("?" * len(listed))
        with self._lock:
            self._database.executemany(f"INSERT INTO {table} ({', '.join(listed)}) VALUES ({marks})", rows)

    def update(self, table: str, key: int, columns: Mapping[str, Column]) -> None:
        """Change the row of `table` with id `key`; no columns, no change."""
        if columns:
            changes = ", ".join(f"{name} = ?" for name in columns)
            self.run(f"UPDATE {table} SET {changes} WHERE id = ?", *columns.values(), key)

    def setting(self, name: str, default: str) -> str:
        """A value that the simulator keeps for itself."""
        found = self.row("SELECT value FROM settings WHERE name = ?", name)
        return default if found is None else str(found["value"])

    def set_setting(self, name: str, value: str) -> None:
        """Keep `value` under `name`."""
        self.run("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value)
