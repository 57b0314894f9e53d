"""From a state URL to the state, its folder and schema made ready."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from reconciler.errors import StateError
from reconciler.state.agreements import Agreements
from reconciler.state.database import Database
from reconciler.state.journal import Journal
from reconciler.state.lease import Lease
from reconciler.state.ledger import Ledger
from reconciler.state.lists import Lists
from reconciler.state.resources import Resources
from reconciler.state.run_changes import RunChanges
from reconciler.state.runs import Runs
from reconciler.state.schema import migrate
from reconciler.state.snapshots import Snapshots
from reconciler.state.sqlite import SqliteDatabase
from reconciler.state.worklist import Worklist

FOLDER = ".reconciler"
FILE = "state.db"


class State:
    """All that is remembered between runs; a context manager.

    `folder` is where local files that belong to it may be kept, `where` names it to people. Losing all of it
    costs calls, never correctness.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.folder = folder
        self.where = database.where
        self.resources = Resources(database)
        self.agreements = Agreements(database)
        self.journal = Journal(database)
        self.ledger = Ledger(database)
        self.lease = Lease(database, database.now)
        self.lists = Lists(database)
        self.snapshots = Snapshots(database)
        self.worklist = Worklist(database)
        self.runs = Runs(database)
        self.run_changes = RunChanges(database)

    def together(self) -> AbstractContextManager[None]:
        """What is written inside is written all or not at all."""
        return self._database.transaction()

    def at_one_moment(self) -> AbstractContextManager[None]:
        """What is read inside is as it was at one moment, whoever writes meanwhile."""
        return self._database.one_moment()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> State:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_state(url: str, root: Path) -> State:
    """The state that `url` names, for the configuration repository at `root`.

    `sqlite` is `.reconciler/state.db` in it, `sqlite:PATH` another file, `postgresql://user@host/db` a
    server. StateError when it cannot be used.
    """
    scheme, _, rest = url.partition(":")
    match scheme:
        case "sqlite":
            path = root / rest if rest else root / FOLDER / FILE
            _make_folder(path.parent)
            _make_file(path)
            return _made_ready(SqliteDatabase(path), path.parent)
        case "postgresql" | "postgres":
            _make_folder(root / FOLDER)
            return _made_ready(_postgresql(url), root / FOLDER)
        case _:
            raise StateError(
                f"state cannot be kept in a {scheme!r}: expected `sqlite`, `sqlite:PATH` or a PostgreSQL URL"
            )


def _postgresql(url: str) -> Database:
    try:
        from reconciler.state.postgresql import PostgresDatabase
    except ImportError as error:
        raise StateError(
            f"state in PostgreSQL needs a driver ({error}): pip install 'komet-reconciler[postgresql]'"
        ) from None
    return PostgresDatabase(url)


def _made_ready(database: Database, folder: Path) -> State:
    try:
        migrate(database)
    except StateError:
        database.close()
        raise
    return State(database, folder)


def _make_folder(folder: Path) -> None:
    """A folder of ours, closed to others and kept out of git; one that somebody else made stays as it is."""
    ignore = folder / ".gitignore"
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif folder.name != FOLDER or ignore.exists():
            return
        ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise StateError(f"the state folder {folder} cannot be made or read: {error.strerror}") from None


def _make_file(path: Path) -> None:
    """An empty file that only its owner may read, before SQLite would make one that others may.

    One that is there is not touched: to close it would end the locks that this process has on it.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StateError(
            f"the state file {path} cannot be written ({error.strerror}): the file and its folder must be "
            "writable by this user"
        ) from None
