"""SQLite: the file, what can be wrong with it, and the machine's clock."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.errors import LockHeld, StateError
from reconciler.state.clock import Machine, this_machine
from reconciler.state.database import Database
from reconciler.state.open import State, open_state
from reconciler.state.schema import migrate
from reconciler.state.sqlite import SqliteDatabase
from state.conftest import Place

DAY = date(2027, 1, 4)
TTL = timedelta(minutes=5)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place("sqlite", tmp_path)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_state_is_for_its_owner_alone(state: State) -> None:
    """Folder and files are closed to others, the log beside the database too."""
    state.ledger.count("a", DAY, "m")
    assert mode(state.folder) == 0o700
    files = sorted(state.folder.glob("state.db*"))
    assert len(files) >= 2
    assert {mode(file) for file in files} == {0o600}


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """A state file beside other files brings no .gitignore that would hide them."""
    tmp_path.chmod(0o755)
    open_state("sqlite:my.db", tmp_path).close()
    assert mode(tmp_path) == 0o755
    assert not (tmp_path / ".gitignore").exists()


def test_a_path_is_below_the_root(tmp_path: Path) -> None:
    """`sqlite:PATH` makes the folders that it needs."""
    with open_state("sqlite:deep/er/my.db", tmp_path) as state:
        assert state.folder == tmp_path / "deep" / "er"
        assert state.where == str(tmp_path / "deep/er/my.db")
    assert (tmp_path / "deep/er/my.db").is_file()


@pytest.mark.parametrize("path", ["/proc/nobody/state.db", "/proc/state.db"])
def test_a_place_that_cannot_be_written(tmp_path: Path, path: str) -> None:
    """A folder or file that cannot be made is named."""
    with pytest.raises(StateError, match=r"/proc.* cannot be (made|written)"):
        open_state(f"sqlite:{path}", tmp_path)


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    """A directory where the file should be is named."""
    (tmp_path / "my.db").mkdir()
    with pytest.raises(StateError, match=r"my\.db cannot be written"):
        open_state("sqlite:my.db", tmp_path)


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    """A file that is no database is named, with what losing it costs."""
    (tmp_path / "my.db").write_bytes(b"not a database at all " * 100)
    with pytest.raises(StateError, match=r"my\.db is damaged .* costs calls, never correctness"):
        open_state("sqlite:my.db", tmp_path)


def test_damage_inside_is_found_when_it_is_met(tmp_path: Path) -> None:
    """A file that is torn after its first page fails as a StateError too."""
    with open_state("sqlite:my.db", tmp_path) as state:
        for number in range(300):
            state.ledger.count("a", DAY, f"method-{number}" * 20)
    file = tmp_path / "my.db"
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(StateError, match="damaged"), open_state("sqlite:my.db", tmp_path) as state:
        state.ledger.by_method("a", DAY)


def test_a_full_disk_says_so(state: State, database: Database) -> None:
    """Where the file cannot grow, the text says to make room, and what was there is there."""
    state.ledger.count("a", DAY, "m")
    (pages,) = database.query("PRAGMA page_count")[0]
    database.query(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StateError, match="disk is full"):
        state.lists.put("a", "l", ["x" * 100_000], datetime(2027, 1, 4, tzinfo=UTC))
    assert state.ledger.used("a", DAY) == 1


def test_a_read_only_file_says_so(state: State, database: Database) -> None:
    """Where the file cannot be written, the text says whose it must be; it can be read."""
    database.query("PRAGMA query_only = ON")
    with pytest.raises(StateError, match="must be writable by this user"):
        state.ledger.count("a", DAY, "m")
    assert state.ledger.used("a", DAY) == 0


READER = """
import os, sys
from pathlib import Path
from reconciler.errors import StateError
from reconciler.state.open import open_state

open_state("sqlite:mine.db", Path(sys.argv[2])).close()
if os.geteuid() == 0:
    os.setuid(65534)
try:
    open_state("sqlite:theirs.db", Path(sys.argv[1])).close()
except StateError as error:
    print(error)
"""


def test_a_folder_that_may_only_be_read_says_so(tmp_path: Path) -> None:
    """Another user, who may see the file and not write beside it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        open_state("sqlite:theirs.db", folder).close()
        (folder / "theirs.db").chmod(0o444)
        folder.chmod(0o555)
        command = [sys.executable, "-c", READER, name, str(tmp_path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        folder.chmod(0o755)
    assert f"the state file {folder / 'theirs.db'} cannot be written" in said
    assert "must be writable by this user" in said


def test_the_disk_is_written_before_it_goes_on(database: Database) -> None:
    """Write-ahead log, full synchronisation, foreign keys: what is committed survives a power cut."""
    names = ("journal_mode", "synchronous", "foreign_keys")
    assert [database.query(f"PRAGMA {name}")[0][0] for name in names] == ["wal", 2, 1]


def test_another_writer_is_waited_for(state: State, database: Database) -> None:
    """Who does not let go is named as such once patience has run out."""
    database.query("PRAGMA busy_timeout = 1")
    stranger = sqlite3.connect(state.folder / "state.db", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError, match="in use by another process"):
        state.ledger.count("a", DAY, "m")
    stranger.close()


def test_who_meets_another_at_a_new_file_waits_for_its_turn(tmp_path: Path) -> None:
    """SQLite refuses at once, without patience, to turn a file to its log while somebody else does."""
    first = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    first.execute("BEGIN IMMEDIATE")
    refusals: list[bool] = []

    class Second(SqliteDatabase):
        def _is_refused(self, sql: str) -> bool:
            refusals.append(super()._is_refused(sql))
            first.close()
            return refusals[-1]

    second = Second(tmp_path / "new.db")
    assert refusals == [True, False]
    assert second.query("PRAGMA journal_mode") == [("wal",)]
    second.close()


def test_who_never_leaves_a_new_file_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience has an end here too."""
    monkeypatch.setattr("reconciler.state.sqlite.PATIENCE", 0.01)
    first = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError, match="in use by another process"):
        SqliteDatabase(tmp_path / "new.db")
    first.close()


def test_opening_again_ends_no_lock_of_this_process(state: State, place: Place) -> None:
    """To close any handle of a file ends every lock that its process has on it: another process would then
    take itself for the last, and delete the log that is still written to."""
    place.open().close()
    code = "import sys; from pathlib import Path; from reconciler.state.open import open_state\n"
    code += "open_state('sqlite', Path(sys.argv[1])).close()"
    subprocess.run([sys.executable, "-c", code, str(place.root)], check=True, timeout=60)
    assert (state.folder / "state.db-wal").exists()


# the machine's clock


class Clocks:
    """A machine whose clock a person sets, and which can be started again."""

    def __init__(self, path: Path, now: datetime) -> None:
        self.path, self.wall, self.boot, self.ticks = path, now, "first", 1000.0

    def open(self) -> State:
        """The state, as a process on this machine opens it."""
        machine = Machine(self.boot, lambda: self.ticks, lambda: self.wall)
        database = SqliteDatabase(self.path / "state.db", machine)
        migrate(database)
        return State(database, self.path)

    def is_refused(self) -> bool:
        """Whether another process finds the account held."""
        with self.open() as state:
            try:
                state.lease.release(state.lease.acquire("a", "y", TTL))
            except LockHeld:
                return True
            return False


@pytest.fixture
def clocks(tmp_path: Path, now: datetime) -> Iterator[Clocks]:
    """A machine on which an apply holds the account."""
    clocks = Clocks(tmp_path, now)
    with clocks.open() as state:
        state.lease.acquire("a", "x", TTL)
        yield clocks


def test_a_lease_ends_when_its_time_has_run(clocks: Clocks) -> None:
    """Its time is that which has passed on the machine."""
    clocks.ticks += 299
    assert clocks.is_refused()
    clocks.ticks += 1
    assert not clocks.is_refused()


@pytest.mark.parametrize("hours", [-9, 9])
def test_a_clock_that_is_set_changes_nothing(clocks: Clocks, hours: int) -> None:
    """Set forward it ends no lease of a process that lives, set back it prolongs none of one that is gone."""
    clocks.wall += timedelta(hours=hours)
    clocks.ticks += 299
    assert clocks.is_refused()
    clocks.ticks += 1
    assert not clocks.is_refused()


def test_a_machine_that_was_started_again_goes_by_its_clock(clocks: Clocks) -> None:
    """Its ticks begin anew: what it knows of the time between is what its clock says."""
    clocks.boot, clocks.ticks = "second", 1.0
    clocks.wall += TTL - timedelta(seconds=1)
    assert clocks.is_refused()
    clocks.ticks += 1
    assert not clocks.is_refused()


def test_every_process_of_this_machine_has_its_time(place: Place) -> None:
    """The time goes on, is alike for two that ask at once, and is that of the wall where nobody sets it."""
    with place.open() as one, place.open() as other:
        first, second, third = (each.lease._database.now() for each in (one, other, one))
    assert first <= second <= third
    assert abs(third - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_machine_without_such_ticks_has_its_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Elsewhere than on Linux the wall clock's seconds are taken."""
    monkeypatch.setattr("reconciler.state.clock._BOOT", tmp_path / "nothing")
    machine = this_machine()
    assert machine.boot == ""
    assert abs(machine.began() - datetime.fromtimestamp(0, UTC)) < timedelta(minutes=1)
