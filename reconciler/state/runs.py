"""The history of runs: who did what, when, from which commit, and how it ended."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from reconciler.errors import StateError
from reconciler.model.value import Json
from reconciler.state.columns import json_object, json_text, moment, moment_or_none, moment_text
from reconciler.state.database import Database, Row
from reconciler.state.scope import Scope

APPLY = "apply"

_COLUMNS = """id, project, environment, account, kind, started_at, commit_id, author, plan_digest,
    finished_at, summary, exit_code"""


class Run(Struct, frozen=True):
    """One run; `finished_at`, `summary` and `exit_code` are None while it goes on, or if it was killed."""

    id: str
    scope: Scope
    kind: str
    started_at: datetime
    commit: str | None
    author: str | None
    plan_digest: str | None
    finished_at: datetime | None = None
    summary: Mapping[str, Json] | None = None
    exit_code: int | None = None


class Runs:
    """Every run of every scope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(
        self,
        scope: Scope,
        run: str,
        kind: str,
        at: datetime,
        commit: str | None = None,
        author: str | None = None,
        plan_digest: str | None = None,
    ) -> None:
        """Write down that a run begins; its id is new."""
        self._database.execute(
            """INSERT INTO runs
               (id, project, environment, account, kind, started_at, commit_id, author, plan_digest)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (run, *scope.key, kind, moment_text(at), commit, author, plan_digest),
        )

    def finish(self, run: str, at: datetime, summary: Mapping[str, Json], exit_code: int) -> None:
        """Write down how a run ended."""
        changed = self._database.execute(
            "UPDATE runs SET finished_at = ?, summary = ?, exit_code = ? WHERE id = ?",
            (moment_text(at), json_text(summary), exit_code, run),
        )
        if changed != 1:
            raise StateError(f"run {run} is unknown and cannot be finished")

    def get(self, run: str) -> Run | None:
        """The run with that id."""
        rows = self._database.query(f"SELECT {_COLUMNS} FROM runs WHERE id = ?", (run,))
        return _run(rows[0]) if rows else None

    def list(self, scope: Scope, limit: int = 20) -> builtins.list[Run]:
        """The last runs of the scope, the newest first."""
        rows = self._database.query(
            f"""SELECT {_COLUMNS} FROM runs WHERE project = ? AND environment = ? AND account = ?
                ORDER BY started_at DESC, id DESC LIMIT ?""",
            (*scope.key, limit),
        )
        return [_run(row) for row in rows]

    def used_plan(self, digest: str) -> str | None:
        """The first apply that began to carry out the plan with this digest: a saved plan is applied once."""
        rows = self._database.query(
            "SELECT id FROM runs WHERE plan_digest = ? AND kind = ? ORDER BY started_at, id LIMIT 1",
            (digest, APPLY),
        )
        return rows[0][0] if rows else None


def _run(row: Row) -> Run:
    run, project, environment, account, kind, started, commit, author, digest, finished, summary, code = row
    return Run(
        id=run,
        scope=Scope(project, environment or None, account),
        kind=kind,
        started_at=moment(started),
        commit=commit,
        author=author,
        plan_digest=digest,
        finished_at=moment_or_none(finished),
        summary=None if summary is None else json_object(summary),
        exit_code=code,
    )
