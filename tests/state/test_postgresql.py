"""PostgreSQL: the server, what can be wrong with it, and how a password is found."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from postgres import GUARDED, PASSWORD, Server

from reconciler.errors import StateError
from reconciler.state.database import Database
from reconciler.state.open import State, open_state
from reconciler.state.scope import Scope
from state.conftest import Place
from state.test_open import DAY


@pytest.fixture
def place(server: Server, tmp_path: Path) -> Place:
    return Place(server.fresh_url(), tmp_path)


def test_the_tables_have_a_schema_of_their_own(server: Server, tmp_path: Path) -> None:
    """A database that others use too: their tables are neither seen nor touched."""
    name = server.fresh_database()
    server.sql("CREATE TABLE schema_version (version INTEGER)", name)
    server.sql("INSERT INTO schema_version VALUES (999)", name)
    for _ in range(2):
        with open_state(server.url(name), tmp_path) as state:
            state.ledger.count("a", DAY, "m")
    assert state.where == f"postgresql://tests@{str(server.folder).replace('/', '%2F')}/{name}"
    with open_state(server.url(name), tmp_path) as state:
        assert state.ledger.used("a", DAY) == 2
        assert state.ledger._database.query("SELECT version FROM public.schema_version") == [(999,)]


def test_many_meet_at_a_database_that_is_empty(server: Server, tmp_path: Path) -> None:
    """The schema is made by one of them."""
    name, said = server.fresh_database(), []
    start = threading.Barrier(6)

    def opening() -> None:
        start.wait(30)
        try:
            open_state(server.url(name), tmp_path).close()
        except StateError as error:
            said.append(error)

    threads = [threading.Thread(target=opening) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == []


# passwords


def test_a_password_comes_from_the_environment(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PGPASSWORD, as for every program of PostgreSQL's."""
    name = server.fresh_database()
    server.sql(f"GRANT CREATE ON DATABASE {name} TO {GUARDED}", name)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    open_state(server.url(name, GUARDED), tmp_path).close()


def test_a_password_comes_from_a_file(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that PGPASSFILE names, or ~/.pgpass, or the URL's passfile."""
    name = server.fresh_database()
    server.sql(f"GRANT CREATE ON DATABASE {name} TO {GUARDED}", name)
    (tmp_path / "pgpass").write_text(f"*:*:*:{GUARDED}:{PASSWORD}\n")
    (tmp_path / "pgpass").chmod(0o600)
    open_state(server.url(name, GUARDED, passfile=str(tmp_path / "pgpass")), tmp_path).close()
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    open_state(server.url(name, GUARDED), tmp_path).close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://guarded:wrong-sesame@/postgres?host={host}",
        "postgresql://guarded@/postgres?host={host}&password=wrong-sesame",
        "postgresql://guarded:wrong-sesame@127.0.0.1:1/postgres",
        "postgresql://guarded:wrong-sesame@ 127.0.0.1:1/postgres",
        "postgresql://guarded:wrong-sesame@127.0.0.1:port/postgres",
        "postgresql://guarded:wrong-sesame@127.0.0.1:1/postgres?nonsense=1",
        "postgres://guarded:100%wrong-sesame@127.0.0.1:1/postgres",
    ],
)
def test_a_password_is_never_shown(server: Server, tmp_path: Path, url: str) -> None:
    """However wrong the URL, what is said of it holds no part of a password, in no link of the chain."""
    with pytest.raises(StateError) as refused:
        open_state(url.format(host=str(server.folder).replace("/", "%2F")), tmp_path)
    error: BaseException | None = refused.value
    while error is not None:
        assert "sesame" not in f"{error!r} {error}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    """Which server, which user and database, and what the network said."""
    with pytest.raises(
        StateError, match=r"postgresql://ivy@127\.0\.0\.1:1/flowers cannot be reached: .*refused"
    ):
        open_state("postgresql://ivy@127.0.0.1:1/flowers", tmp_path)


def test_a_database_that_is_not_there_is_named(server: Server, tmp_path: Path) -> None:
    """The server's own words, on one line."""
    with pytest.raises(StateError, match='database "nowhere" does not exist') as refused:
        open_state(server.url("nowhere"), tmp_path)
    assert "\n" not in str(refused.value)


def test_without_a_driver_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver is an extra."""
    monkeypatch.setitem(sys.modules, "reconciler.state.postgresql", None)
    with pytest.raises(StateError, match=r"pip install 'komet-reconciler\[postgresql\]'"):
        open_state("postgresql://ivy@127.0.0.1:1/flowers", tmp_path)


# what can be wrong


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("55P03", "in use by another process"),
        ("53100", "server's disk is full"),
        ("42501", "must be allowed to make tables"),
        ("25006", "must be allowed to make tables"),
        ("XX001", "cannot be used: oh"),
    ],
)
def test_what_the_server_says_is_explained(state: State, database: Database, code: str, words: str) -> None:
    """Each fault that a person can mend is told with how; and the state is usable when it has passed."""
    with pytest.raises(StateError, match=words):
        database.execute(f"DO $$ BEGIN RAISE EXCEPTION 'oh' USING ERRCODE = '{code}'; END $$")
    state.ledger.count("a", DAY, "m")


def test_a_server_that_only_reads_is_enough_to_read(place: Place, state: State) -> None:
    """A standby gives what it has, and says why it takes nothing."""
    state.ledger.count("a", DAY, "m")
    with open_state(f"{place.url}%20-c%20default_transaction_read_only%3Don", place.root) as reader:
        assert reader.ledger.used("a", DAY) == 1
        with pytest.raises(StateError, match=r"cannot be written .*read-only"):
            reader.ledger.count("a", DAY, "m")


def test_a_user_who_may_not_make_tables_is_told(server: Server, tmp_path: Path) -> None:
    """The first opening needs the right to make the schema."""
    server.sql("CREATE ROLE stranger LOGIN")
    with pytest.raises(StateError, match=r"cannot be written .*must be allowed to make tables"):
        open_state(server.url(server.fresh_database(), "stranger"), tmp_path)


def test_another_writer_is_waited_for(state: State, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not let go is named as such once patience has run out."""
    monkeypatch.setattr(
        "reconciler.state.postgresql._BEGIN",
        "BEGIN; SET LOCAL lock_timeout = '1ms'; SELECT pg_advisory_xact_lock(7380965150021457)",
    )
    with place.open() as other, other.ledger._database.transaction():
        with pytest.raises(StateError, match="in use by another process"):
            state.lease.acquire("a", "x", timedelta(minutes=1))
        other.ledger.count("a", DAY, "m")
    state.lease.acquire("a", "x", timedelta(minutes=1))


@pytest.mark.parametrize("is_writing", [False, True])
def test_a_connection_that_is_lost_says_how_to_go_on(
    place: Place, state: State, scope: Scope, is_writing: bool
) -> None:
    """Cut in mid-run, in a transaction or between two: an error of ours, and what was committed stands."""
    state.ledger.count("a", DAY, "m")
    with pytest.raises(StateError, match=r"was lost \(.*plan again.*nothing is made twice"):
        if is_writing:
            with state.ledger._database.transaction():
                state.ledger.count("a", DAY, "m")
                cut(place, state)
                state.ledger.count("a", DAY, "m")
        else:
            cut(place, state)
            state.ledger.count("a", DAY, "m")
    state.close()
    with place.open() as again:
        assert again.ledger.used("a", DAY) == 1


def cut(place: Place, state: State) -> None:
    """The server ends the session of `state`."""
    (pid,) = state.ledger._database.query("SELECT pg_backend_pid()")[0]
    with place.open() as administrator:
        administrator.ledger._database.query("SELECT pg_terminate_backend(?, 5000)", (pid,))


def test_a_server_that_crashed_has_kept_what_was_written(server: Server, place: Place, state: State) -> None:
    """While it is away nothing can be written; once it is back, all that was committed is there."""
    state.ledger.count("a", DAY, "m")
    server.stop()
    try:
        with pytest.raises(StateError, match="was lost"):
            state.ledger.count("a", DAY, "m")
        with pytest.raises(StateError, match="cannot be reached"):
            place.open()
    finally:
        server.begin()
    with place.open() as again:
        assert again.ledger.used("a", DAY) == 1


# time


def test_the_time_is_the_servers(server: Server, tmp_path: Path) -> None:
    """Leases are judged by the one clock that all who share the state have in common."""
    schema = server.fresh_schema()
    server.sql(
        f"CREATE FUNCTION {schema}.clock_timestamp() RETURNS timestamptz LANGUAGE sql"
        " AS $$ SELECT timestamptz '2031-05-06 07:08:09+02' $$"
    )
    with open_state(server.url(options=f"-c search_path={schema},pg_catalog"), tmp_path) as state:
        assert state.lease.acquire("a", "x", timedelta(0)).since == datetime(2031, 5, 6, 5, 8, 9, tzinfo=UTC)


def test_a_driver_is_loaded_only_where_it_is_needed(tmp_path: Path) -> None:
    """Who keeps the state in a file does not wait for it, nor need it."""
    code = (
        "import sys; from pathlib import Path; import reconciler.workflow\n"
        "from reconciler.state.open import open_state\n"
        "open_state('sqlite', Path(sys.argv[1])).close()\n"
        "sys.exit('psycopg' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=60)
