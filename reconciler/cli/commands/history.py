"""`reconciler history`: past runs, and what each did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.value import Json
    from reconciler.state.journal import JournalEntry
    from reconciler.state.run_changes import RunChange
    from reconciler.state.runs import Run


@click.command(cls=Command)
@click.argument("run", required=False)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many runs.")
@pass_settings
def command(settings: Settings, run: str | None, limit: int) -> int:
    """Tell of past runs, or of every change and call of one RUN.

    Who, when, from which commit, and at which cost; `reconciler undo RUN` plans to take one back. No network,
    no token.
    """
    from reconciler.cli.opening import open_configuration, open_memory

    with open_memory(open_configuration(settings)) as (state, scope):
        if run is None:
            return _list(settings, state.runs.list(scope, limit))
        found = state.runs.get(run)
        if found is None or found.scope != scope:
            raise UsageError(f"there is no run {run!r}: `reconciler history` lists them")
        return _show(settings, found, state.run_changes.of(run), state.journal.entries(run))


def _list(settings: Settings, runs: Sequence[Run]) -> int:
    from reconciler.report.history import render_runs

    documents = [_run_document(each) for each in runs]
    if settings.json:
        screen.put_json({"runs": [*documents]})
    else:
        screen.put(render_runs(documents))
    return 0


def _show(settings: Settings, run: Run, changes: Sequence[RunChange], entries: Sequence[JournalEntry]) -> int:
    from reconciler.report.history import render_run

    document: dict[str, Json] = {
        "run": _run_document(run),
        "changes": [_change_document(run, each) for each in changes],
        "calls": [_entry_document(each) for each in entries],
    }
    if settings.json:
        screen.put_json(document)
    else:
        screen.put(render_run(document, color=screen.has_color(settings)))
    return 0


def _change_document(run: Run, change: RunChange) -> Json:
    """The change with its outcome, and what the summary said of it."""
    outcome = change.outcome.value if change.outcome else None
    return {**change.planned, "outcome": outcome, "message": _message(run, str(change.address))}


def _message(run: Run, address: str) -> str:
    told = run.summary.get("changes") if run.summary is not None else None
    for each in told if isinstance(told, list) else []:
        if isinstance(each, dict) and each.get("address") == address:
            return str(each.get("message") or "")
    return ""


def _run_document(run: Run) -> dict[str, Json]:
    return {
        "run": run.id,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "author": run.author,
        "commit": run.commit,
        "plan_digest": run.plan_digest,
        "exit_code": run.exit_code,
        "summary": dict(run.summary) if run.summary is not None else None,
    }


def _entry_document(entry: JournalEntry) -> Json:
    return {
        "address": str(entry.address),
        "step": entry.step,
        "method": entry.method,
        "params": dict(entry.params),
        "intended_at": entry.intended_at.isoformat(),
        "concluded_at": entry.concluded_at.isoformat() if entry.concluded_at else None,
        "outcome": entry.outcome.value if entry.outcome else None,
        "settled": entry.settled.value if entry.settled else None,
        "facts": dict(entry.facts),
        "message": entry.message,
    }
