"""From a state URL to the state, its folder and schema made ready."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from reconciler.errors import StateError
from reconciler.state.database import Database
from reconciler.state.journal import Journal
from reconciler.state.lease import Lease
from reconciler.state.ledger import Ledger
from reconciler.state.lists import Lists
from reconciler.state.resources import Resources
from reconciler.state.runs import Runs
from reconciler.state.schema import migrate
from reconciler.state.snapshots import Snapshots
from reconciler.state.sqlite import SqliteDatabase
from reconciler.state.worklist import Worklist

FOLDER = ".reconciler"
FILE = "state.db"


class State:
    """All that is remembered between runs; a context manager.

    `folder` is where local files that belong to it may be kept. Losing all of it costs calls, never
    correctness.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.folder = folder
        self.resources = Resources(database)
        self.journal = Journal(database)
        self.ledger = Ledger(database)
        self.lease = Lease(database)
        self.lists = Lists(database)
        self.snapshots = Snapshots(database)
        self.worklist = Worklist(database)
        self.runs = Runs(database)

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

    `sqlite` is `.reconciler/state.db` in it, `sqlite:PATH` another file. StateError when it cannot be used.
    """
    scheme, _, rest = url.partition(":")
    if scheme in ("postgresql", "postgres"):
        raise StateError("state in PostgreSQL is not available in this version: use `state: sqlite`")
    if scheme != "sqlite":
        raise StateError(
            f"state cannot be kept in a {scheme!r}: expected `sqlite`, `sqlite:PATH` or a PostgreSQL URL"
        )
    path = root / rest if rest else root / FOLDER / FILE
    _make_folder(path.parent)
    _make_file(path)
    return State(_opened(path), path.parent)


def _opened(path: Path) -> Database:
    database = SqliteDatabase(path)
    try:
        migrate(database, str(path))
    except StateError:
        database.close()
        raise
    return database


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
        raise StateError(f"the state folder {folder} cannot be made: {error.strerror}") from None


def _make_file(path: Path) -> None:
    """An empty file that only its owner may read, before SQLite would make one that others may."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StateError(
            f"the state file {path} cannot be written ({error.strerror}): the file and its folder must be "
            "writable by this user"
        ) from None
