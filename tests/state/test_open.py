"""Opening the state, and what can be wrong with it."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.state.open import State, open_state
from reconciler.state.schema import MIGRATIONS, migrate, schema_version
from reconciler.state.sqlite import SqliteDatabase

DAY = date(2027, 1, 4)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_state_is_for_its_owner_alone(state: State) -> None:
    """Folder and files are closed to others, the log beside the database too."""
    state.ledger.count("a", DAY, "m")
    assert mode(state.folder) == 0o700
    files = sorted(state.folder.glob("state.db*"))
    assert len(files) >= 2
    assert {mode(file) for file in files} == {0o600}


def test_the_state_is_never_committed(state: State) -> None:
    """The folder tells git to ignore all of it."""
    assert state.folder.name == ".reconciler"
    assert (state.folder / ".gitignore").read_text() == "*\n"


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
    assert (tmp_path / "deep/er/my.db").is_file()


def test_what_was_remembered_is_there_again(tmp_path: Path) -> None:
    """Closing and opening loses nothing."""
    with open_state("sqlite", tmp_path) as state:
        state.ledger.count("a", DAY, "m")
    with open_state("sqlite", tmp_path) as state:
        assert state.ledger.used("a", DAY) == 1


def test_postgresql_is_not_there_yet(tmp_path: Path) -> None:
    """A PostgreSQL URL says so, and shows nothing of its password."""
    with pytest.raises(StateError, match="not available in this version") as refused:
        open_state("postgresql://user:sesame@host/db", tmp_path)
    assert "sesame" not in str(refused.value)


def test_another_database_is_refused(tmp_path: Path) -> None:
    """An unknown scheme names those that there are."""
    with pytest.raises(StateError, match="expected `sqlite`"):
        open_state("mysql://host/db", tmp_path)


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


def test_a_full_disk_says_so(state: State) -> None:
    """Where the file cannot grow, the text says to make room."""
    database = state.ledger._database
    (pages,) = database.query("PRAGMA page_count")[0]
    database.query(f"PRAGMA max_page_count = {pages}")
    now = datetime(2027, 1, 4, tzinfo=UTC)
    with pytest.raises(StateError, match="disk is full"):
        state.lists.put("a", "l", ["x" * 100_000], now)


def test_a_read_only_file_says_so(state: State) -> None:
    """Where the file cannot be written, the text says whose it must be."""
    state.ledger._database.query("PRAGMA query_only = ON")
    with pytest.raises(StateError, match="must be writable by this user"):
        state.ledger.count("a", DAY, "m")


def test_a_failed_write_leaves_the_state_usable(state: State) -> None:
    """After a failure inside of a transaction the next one works."""
    with pytest.raises(StateError), state.ledger._database.transaction():
        state.ledger.count("a", DAY, "m")
        state.ledger._database.execute("INSERT INTO nowhere VALUES (1)")
    state.ledger.count("a", DAY, "n")
    assert state.ledger.by_method("a", DAY) == {"n": 1}


def test_a_newer_state_is_not_touched(tmp_path: Path) -> None:
    """A schema from the future names both versions and the ways on."""
    with open_state("sqlite", tmp_path) as state:
        state.ledger._database.execute("UPDATE schema_version SET version = 999")
    with pytest.raises(StateError, match=r"newer reconciler \(its schema is version 999, this one knows"):
        open_state("sqlite", tmp_path)


def test_an_older_state_migrates_itself(tmp_path: Path) -> None:
    """A state of an earlier version keeps what it holds and gets what is new."""
    with open_state("sqlite", tmp_path) as state:
        state.ledger.count("a", DAY, "m")
    database = SqliteDatabase(tmp_path / ".reconciler" / "state.db")
    migrate(database, "here", (*MIGRATIONS, ("ALTER TABLE calls ADD COLUMN note TEXT",)))
    assert schema_version(database) == len(MIGRATIONS) + 1
    assert database.query("SELECT number, note FROM calls") == [(1, None)]
    database.close()


def test_a_migration_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """One that fails half-way leaves the version and the tables of before."""
    open_state("sqlite", tmp_path).close()
    database = SqliteDatabase(tmp_path / ".reconciler" / "state.db")
    broken = (*MIGRATIONS, ("CREATE TABLE new (a TEXT)", "NONSENSE"))
    with pytest.raises(StateError):
        migrate(database, "here", broken)
    assert schema_version(database) == len(MIGRATIONS)
    assert database.query("SELECT name FROM sqlite_master WHERE name = 'new'") == []
    database.close()


def test_the_disk_is_written_before_it_goes_on(state: State) -> None:
    """Write-ahead log, full synchronisation, foreign keys: what is committed survives a power cut."""
    answers = [
        state.ledger._database.query(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous")
    ]
    assert answers == ["wal", 2]
    assert state.ledger._database.query("PRAGMA foreign_keys") == [(1,)]


OPENER = """
import sys
from pathlib import Path
from reconciler.state.open import open_state

print("ready", flush=True)
sys.stdin.readline()
open_state("sqlite", Path(sys.argv[1])).close()
"""


def test_a_new_state_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    """Processes that meet at a state that does not exist yet all get it."""
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for opener in openers:
        assert opener.stdout is not None
        opener.stdout.readline()
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    assert [opener.communicate(timeout=30)[1] for opener in openers] == [""] * 6


def test_a_closed_state_is_a_state_error(tmp_path: Path) -> None:
    """Using it after closing is told like every other fault."""
    state = open_state("sqlite", tmp_path)
    state.close()
    with pytest.raises(StateError):
        state.ledger.used("a", DAY)


def test_another_writer_is_waited_for(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not let go is named as such once patience has run out."""
    state.ledger._database.query("PRAGMA busy_timeout = 1")
    stranger = sqlite3.connect(state.folder / "state.db", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError, match="in use by another process"):
        state.ledger.count("a", DAY, "m")
    stranger.close()
