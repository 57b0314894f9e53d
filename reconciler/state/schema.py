"""The tables, as the ordered migrations that make them."""

from __future__ import annotations

from reconciler.errors import StateError
from reconciler.state.database import Database

_SCOPE = "project TEXT NOT NULL, environment TEXT NOT NULL, account TEXT NOT NULL"

_FIRST: tuple[str, ...] = (
    f"""CREATE TABLE bindings ({_SCOPE}, address TEXT NOT NULL, id BIGINT NOT NULL, number TEXT,
        facts TEXT NOT NULL, retired TEXT NOT NULL,
        PRIMARY KEY (project, environment, account, address))""",
    f"""CREATE TABLE applied ({_SCOPE}, address TEXT NOT NULL, attributes TEXT NOT NULL, policy TEXT NOT NULL,
        depends_on TEXT NOT NULL, origin_file TEXT, origin_line INTEGER, origin_column INTEGER,
        PRIMARY KEY (project, environment, account, address))""",
    f"""CREATE TABLE runs (id TEXT PRIMARY KEY, {_SCOPE}, kind TEXT NOT NULL, started_at TEXT NOT NULL,
        commit_id TEXT, author TEXT, plan_digest TEXT, finished_at TEXT, summary TEXT, exit_code INTEGER)""",
    "CREATE INDEX runs_by_start ON runs (project, environment, account, started_at)",
    "CREATE INDEX runs_by_plan ON runs (plan_digest)",
    """CREATE TABLE journal (id {identity}, run TEXT NOT NULL REFERENCES runs (id), address TEXT NOT NULL,
        step INTEGER NOT NULL, method TEXT NOT NULL, params TEXT NOT NULL, notes TEXT NOT NULL,
        intended_at TEXT NOT NULL, outcome TEXT, concluded_at TEXT, facts TEXT NOT NULL,
        message TEXT NOT NULL, settled TEXT, settled_at TEXT)""",
    "CREATE INDEX journal_by_run ON journal (run)",
    "CREATE INDEX journal_open ON journal (settled, outcome)",
    """CREATE TABLE calls (account TEXT NOT NULL, day TEXT NOT NULL, method TEXT NOT NULL,
        number INTEGER NOT NULL, PRIMARY KEY (account, day, method))""",
    "CREATE TABLE exhausted (account TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (account, day))",
    """CREATE TABLE leases (account TEXT PRIMARY KEY, holder TEXT NOT NULL, since TEXT NOT NULL,
        expires TEXT NOT NULL)""",
    """CREATE TABLE lists (account TEXT NOT NULL, name TEXT NOT NULL, fetched_at TEXT NOT NULL,
        list_rows TEXT NOT NULL, PRIMARY KEY (account, name))""",
    f"""CREATE TABLE snapshots ({_SCOPE}, taken_at TEXT NOT NULL, content TEXT NOT NULL,
        PRIMARY KEY (project, environment, account))""",
    f"""CREATE TABLE open_steps ({_SCOPE}, address TEXT NOT NULL, step_key TEXT NOT NULL,
        number INTEGER NOT NULL, screen TEXT NOT NULL, target TEXT NOT NULL, instruction TEXT NOT NULL,
        value_before TEXT NOT NULL, value_after TEXT NOT NULL, since TEXT NOT NULL,
        PRIMARY KEY (project, environment, account, address, step_key))""",
)

_CLOSED_STEPS: tuple[str, ...] = (
    f"""CREATE TABLE closed_steps ({_SCOPE}, address TEXT NOT NULL, step_key TEXT NOT NULL,
        number INTEGER NOT NULL, screen TEXT NOT NULL, target TEXT NOT NULL, instruction TEXT NOT NULL,
        value_before TEXT NOT NULL, value_after TEXT NOT NULL, since TEXT NOT NULL,
        closed_at TEXT NOT NULL, ending TEXT NOT NULL, why TEXT NOT NULL)""",
    "CREATE INDEX closed_steps_by_time ON closed_steps (project, environment, account, closed_at)",
)

# When the machine was started, by its clock at the time: what SQLite's clock counts from.
_BOOTS: tuple[str, ...] = ("CREATE TABLE boots (boot TEXT PRIMARY KEY, began TEXT NOT NULL)",)

# Which run left a resource as it was recorded, and every change of a run with what was recorded before it.
_RUN_CHANGES: tuple[str, ...] = (
    "ALTER TABLE applied ADD COLUMN run TEXT",
    """CREATE TABLE run_changes (run TEXT NOT NULL REFERENCES runs (id), place INTEGER NOT NULL,
        address TEXT NOT NULL, planned TEXT NOT NULL, former TEXT, outcome TEXT,
        PRIMARY KEY (run, place))""",
    "CREATE INDEX run_changes_by_address ON run_changes (address)",
)

# What was read last, row by row; beside it what each row said, into which is seldom looked; and what was
# found to be as wanted then.
_LIVE: tuple[str, ...] = (
    "DROP TABLE snapshots",
    f"""CREATE TABLE snapshots ({_SCOPE}, format TEXT NOT NULL, taken_at TEXT NOT NULL, sought TEXT NOT NULL,
        digest TEXT NOT NULL, PRIMARY KEY (project, environment, account))""",
    f"""CREATE TABLE live ({_SCOPE}, kind TEXT NOT NULL, id BIGINT NOT NULL, number TEXT, marker_project TEXT,
        marker_name TEXT, said TEXT NOT NULL,
        PRIMARY KEY (project, environment, account, kind, id))""",
    f"""CREATE TABLE live_attributes ({_SCOPE}, kind TEXT NOT NULL, id BIGINT NOT NULL,
        attributes TEXT NOT NULL, PRIMARY KEY (project, environment, account, kind, id))""",
    f"""CREATE TABLE glances ({_SCOPE}, kind TEXT NOT NULL, came_in TEXT NOT NULL, known TEXT NOT NULL,
        PRIMARY KEY (project, environment, account, kind, came_in))""",
    f"""CREATE TABLE agreements ({_SCOPE}, address TEXT NOT NULL, background TEXT NOT NULL,
        agreement TEXT NOT NULL,
        PRIMARY KEY (project, environment, account, address))""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _CLOSED_STEPS, _BOOTS, _RUN_CHANGES, _LIVE)
"""Each brings the schema from the version that is its index to the next; a released one is never edited."""


def migrate(database: Database, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS) -> None:
    """Bring the schema to the version that this code knows; StateError when it is already newer."""
    if schema_version(database) == len(migrations):
        return  # who only reads needs no leave to write, and waits for nobody
    with database.transaction():
        version = schema_version(database)
        if version > len(migrations):
            raise StateError(
                f"the state in {database.where} was written by a newer reconciler (its schema is version"
                f" {version}, this one knows {len(migrations)}): use that version, or move the state away;"
                " losing it costs calls, never correctness"
            )
        for statement in (statement for migration in migrations[version:] for statement in migration):
            database.execute(_worded(statement, database))
        database.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
        database.execute("DELETE FROM schema_version")
        database.execute("INSERT INTO schema_version (version) VALUES (?)", (len(migrations),))


def schema_version(database: Database) -> int:
    """The version that the database says it has; 0 for a new one."""
    if not database.has_table("schema_version"):
        return 0
    rows = database.query("SELECT version FROM schema_version")
    return int(rows[0][0]) if rows else 0


def _worded(statement: str, database: Database) -> str:
    """`statement` with the column types that this database has."""
    for written, meant in database.types.items():
        statement = statement.replace(written, meant)
    return statement
