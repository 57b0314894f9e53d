"""PostgreSQL behind the seam: one state for a team and its CI."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from reconciler.errors import StateError
from reconciler.state.database import PATIENCE, Column, Cursor, Database, Row

SCHEMA = "reconciler"
"""Where the tables are kept, unless the URL's `options` name another schema: they may share a database."""

_DEFAULTS: Mapping[str, str | int] = {
    "application_name": "reconciler",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "options": f"-c search_path={SCHEMA}",
}
"""Settings that the URL does not name: a server that is gone is noticed in a minute, not in two hours."""

_TURN = 7380965150021457
"""The advisory lock that transactions take one after the other; a number of ours."""

_BEGIN = f"""BEGIN; SET LOCAL lock_timeout = '{PATIENCE:.0f}s';
    SET LOCAL idle_in_transaction_session_timeout = '60s'; SELECT pg_advisory_xact_lock({_TURN})"""


class PostgresDatabase(Database):
    """One connection to the server that `url` names; libpq finds the password (PGPASSWORD, .pgpass).

    Nothing but the schema's name is kept in the server's session, so that a pooler may stand in between.
    """

    types: ClassVar[Mapping[str, str]] = {
        "{identity}": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "TEXT": 'TEXT COLLATE "C"',  # sorted as SQLite and Python sort, whatever the server's language
    }

    def __init__(self, url: str) -> None:
        settings = _settings(url)
        super().__init__(_shown(settings))
        try:
            self._connection: psycopg.Connection[Row] = psycopg.connect(
                make_conninfo(**{**_DEFAULTS, **settings}), autocommit=True, prepare_threshold=None
            )
        except psycopg.Error as error:
            raise StateError(f"the state in {self.where} cannot be reached: {_words(error)}") from None
        if "options" in settings:
            return
        try:
            self._make_schema()
        except StateError:
            self._connection.close()
            raise

    def _make_schema(self) -> None:
        with self.transaction():
            if not self.query("SELECT 1 FROM pg_namespace WHERE nspname = ?", (SCHEMA,)):
                self.execute(f"CREATE SCHEMA {SCHEMA}")

    def now(self) -> datetime:
        """The server's clock, which none of those who share it can set."""
        moment: datetime = self.query("SELECT clock_timestamp()")[0][0]
        return moment.astimezone(UTC)

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name.

        The catalogue is read like any table: `to_regclass` answers from a cache that, after a wait for our
        turn, still knows nothing of what the one before us has made.
        """
        sql = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?"
        return bool(self.query(sql, (name,)))

    def _begin(self) -> None:
        self._run(_BEGIN, ())

    def _begin_reading(self) -> None:
        self._run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ())

    def _run(self, sql: str, values: Sequence[Column]) -> Cursor:
        return self._connection.execute(_marked(sql), values or None)

    def _run_all(self, sql: str, rows: Iterable[Sequence[Column]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_marked(sql), rows)

    def _disconnect(self) -> None:
        self._connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            if self._connection.closed:
                raise StateError(_lost(self.where, error)) from None
            raise StateError(_explanation(error, self.where)) from None


def _marked(sql: str) -> bytes:
    """`sql` with the driver's marks for parameters; it is ours, and has no other `?` and no `%`."""
    return sql.replace("?", "%s").encode()


def _settings(url: str) -> dict[str, Any]:
    """What `url` says. What libpq finds wrong with it is not shown: it may be a piece of a password."""
    try:
        return conninfo_to_dict(url)
    except psycopg.Error:
        raise StateError(
            "the state's URL cannot be read: expected postgresql://user@host/db, blanks and other special"
            " characters as %20 and the like"
        ) from None


def _shown(settings: Mapping[str, Any]) -> str:
    """The server, the user and the database, and never a password."""
    user, host, port, name = (
        quote(str(settings.get(key) or ""), safe=",:") for key in ("user", "host", "port", "dbname")
    )
    return f"postgresql://{user}{'@' if user else ''}{host}{':' if port else ''}{port}/{name}"


def _words(error: psycopg.Error) -> str:
    """What the server said, or the first line of what libpq did; the others guess at causes."""
    return (error.diag.message_primary or str(error)).partition("\n")[0].strip()


def _lost(where: str, error: psycopg.Error) -> str:
    return (
        f"the connection to the state in {where} was lost ({_words(error)}). What was written down before"
        " stands: once the server answers, plan again; it reads what is there, and nothing is made twice"
    )


def _explanation(error: psycopg.Error, where: str) -> str:
    """What went wrong on the server, and how to go on."""
    match error.sqlstate:
        case "55P03":
            return f"the state in {where} is in use by another process that does not let go: try again"
        case "22003":
            return f"a number is too large for the state in {where}"
        case "42501" | "25006" | "3F000":
            return (
                f"the state in {where} cannot be written ({_words(error)}): its user must be allowed to make"
                " tables and write to them there"
            )
        case "53100":
            return f"the state in {where} cannot grow, the server's disk is full: make room and run again"
        case _:
            return f"the state in {where} cannot be used: {_words(error)}"
