"""Opening the state, whichever database it is kept in."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.resource import Applied, Binding
from reconciler.state.database import Database
from reconciler.state.open import State, open_state
from reconciler.state.schema import MIGRATIONS, migrate, schema_version
from reconciler.state.scope import Scope
from reconciler.state.sqlite import SqliteDatabase
from state.conftest import Place

DAY = date(2027, 1, 4)


def test_the_state_is_never_committed(state: State) -> None:
    """The folder tells git to ignore all of it."""
    assert state.folder.name == ".reconciler"
    assert (state.folder / ".gitignore").read_text() == "*\n"


def test_what_was_remembered_is_there_again(place: Place) -> None:
    """Closing and opening loses nothing."""
    with place.open() as state:
        state.ledger.count("a", DAY, "m")
    with place.open() as state:
        assert state.ledger.used("a", DAY) == 1


def test_another_database_is_refused(tmp_path: Path) -> None:
    """An unknown scheme names those that there are."""
    with pytest.raises(StateError, match="expected `sqlite`"):
        open_state("mysql://host/db", tmp_path)


def test_a_failed_write_leaves_the_state_usable(state: State, database: Database) -> None:
    """After a failure inside of a transaction nothing of it is there, and the next one works."""
    with pytest.raises(StateError), database.transaction():
        state.ledger.count("a", DAY, "m")
        database.execute("INSERT INTO nowhere VALUES (1)")
    state.ledger.count("a", DAY, "n")
    assert state.ledger.by_method("a", DAY) == {"n": 1}


def test_a_transaction_inside_of_another_is_part_of_it(state: State, database: Database) -> None:
    """What the inner one did is taken back with the outer one."""
    with pytest.raises(KeyError), database.transaction():
        with database.transaction():
            state.ledger.count("a", DAY, "m")
        raise KeyError
    assert state.ledger.used("a", DAY) == 0


def test_a_transaction_is_alone(place: Place, state: State, database: Database) -> None:
    """Whoever begins another waits until the first has ended, in the same process too."""
    order: list[str] = []

    def second() -> None:
        with place.open() as other, other.ledger._database.transaction():
            order.append("second")

    waiting = threading.Thread(target=second)
    with database.transaction():
        state.ledger.count("a", DAY, "m")
        waiting.start()
        waiting.join(0.2)  # it could have come first by then
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]


def test_a_newer_state_is_not_touched(place: Place, state: State, database: Database) -> None:
    """A schema from the future names both versions and the ways on."""
    state.ledger.count("a", DAY, "m")
    database.execute("UPDATE schema_version SET version = 999")
    with pytest.raises(StateError, match=r"newer reconciler \(its schema is version 999, this one knows"):
        place.open()
    assert database.query("SELECT version FROM schema_version") == [(999,)]


@pytest.fixture
def bare(place: Place) -> Iterator[Database]:
    """A database without any table."""
    if place.url == "sqlite":
        database: Database = SqliteDatabase(place.root / "bare.db")
    else:
        from reconciler.state.postgresql import PostgresDatabase

        database = PostgresDatabase(place.url)
    yield database
    database.close()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_an_older_state_migrates_itself(bare: Database, scope: Scope, tmp_path: Path, version: int) -> None:
    """A state of each earlier version keeps what it holds and gets what is new."""
    order = Address("purchase_orders", "valentines")
    migrate(bare, MIGRATIONS[:version])
    assert schema_version(bare) == version
    old = State(bare, tmp_path)
    bare.execute(
        """INSERT INTO bindings (project, environment, account, address, id, number, facts, retired)
           VALUES (?, ?, ?, ?, 1, 'P057101', '{}', '[]')""",
        (*scope.key, str(order)),
    )
    bare.execute(
        """INSERT INTO applied (project, environment, account, address, attributes, policy, depends_on)
           VALUES (?, ?, ?, ?, '{"boxes":4}', '{}', '[]')""",
        (*scope.key, str(order)),
    )
    migrate(bare, (*MIGRATIONS, ("ALTER TABLE bindings ADD COLUMN note TEXT",)))
    assert schema_version(bare) == len(MIGRATIONS) + 1
    assert bare.query("SELECT number, note FROM bindings") == [("P057101", None)]
    assert old.resources.applied(scope) == {order: Applied(order, {"boxes": 4})}
    assert old.resources.bindings(scope) == {order: Binding(order, 1, "P057101")}


def test_a_migration_is_whole_or_not_at_all(bare: Database) -> None:
    """One that fails half-way leaves the version and the tables of before."""
    migrate(bare)
    with pytest.raises(StateError):
        migrate(bare, (*MIGRATIONS, ("CREATE TABLE new (a TEXT)", "NONSENSE")))
    assert schema_version(bare) == len(MIGRATIONS)
    assert not bare.has_table("new")


OPENER = """
import sys
from pathlib import Path
from reconciler.state.open import open_state

print("ready", flush=True)
sys.stdin.readline()
open_state(sys.argv[1], Path(sys.argv[2])).close()
"""


def test_a_new_state_may_be_opened_by_many_at_once(place: Place) -> None:
    """Processes that meet at a state that does not exist yet all get it."""
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, place.url, str(place.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(5)
    ]
    for opener in openers:
        assert opener.stdout is not None
        opener.stdout.readline()
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    assert [opener.communicate(timeout=60)[1] for opener in openers] == [""] * 5


def test_a_closed_state_is_a_state_error(place: Place) -> None:
    """Using it after closing is told like every other fault."""
    state = place.open()
    state.close()
    with pytest.raises(StateError):
        state.ledger.used("a", DAY)
