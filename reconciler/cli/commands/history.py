"""`reconciler history`: past runs, and what each did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import UsageError
from reconciler.model.inert import inert
from reconciler.report.style import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.value import Json
    from reconciler.state.journal import JournalEntry
    from reconciler.state.runs import Run


@click.command(cls=Command)
@click.argument("run", required=False)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many runs.")
@pass_settings
def command(settings: Settings, run: str | None, limit: int) -> int:
    """Tell of past runs, or of every call of one RUN.

    Who, when, from which commit, and at which cost. No network, no token.
    """
    from reconciler.cli.opening import open_configuration, open_memory

    with open_memory(open_configuration(settings)) as (state, scope):
        if run is None:
            return _list(settings, state.runs.list(scope, limit))
        found = state.runs.get(run)
        if found is None or found.scope != scope:
            raise UsageError(f"there is no run {run!r}: `reconciler history` lists them")
        return _show(settings, found, state.journal.entries(run))


def _list(settings: Settings, runs: Sequence[Run]) -> int:
    if settings.json:
        screen.put_json({"runs": [_run_document(each) for each in runs]})
    elif not runs:
        screen.put("Nothing was applied yet.")
    else:
        screen.put("\n".join(_table([_row(each) for each in runs])))
    return 0


def _row(run: Run) -> tuple[str, ...]:
    commit = (run.commit or "no commit")[:10]
    ended = "not finished" if run.exit_code is None else f"exit {run.exit_code}"
    return (run.id, f"{run.started_at:%Y-%m-%d %H:%M}", run.author or "", commit, ended, _did(run))


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    rows = [("run", "started", "by", "commit", "ended", "did"), *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (f"{inert(cell):<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _did(run: Run) -> str:
    """`2 done, 1 failed, 8 calls`."""
    if run.summary is None:
        return "killed, or still under way"
    counts = run.summary.get("counts")
    words = [
        f"{count:,} {name.replace('_', ' ')}"
        for name, count in (counts.items() if isinstance(counts, dict) else ())
        if isinstance(count, int) and count
    ]
    calls = run.summary.get("calls")
    return ", ".join([*(words or ["nothing to do"]), counted(calls if isinstance(calls, int) else 0, "call")])


def _show(settings: Settings, run: Run, entries: Sequence[JournalEntry]) -> int:
    if settings.json:
        document: dict[str, Json] = {"run": _run_document(run)}
        screen.put_json({**document, "calls": [_entry_document(each) for each in entries]})
        return 0
    screen.put("\n".join(_table([_row(run)])))
    screen.put("")
    for each in entries:
        message = f": {inert(each.message)}" if each.message else ""
        place = f"{each.intended_at:%H:%M:%S}  {inert(str(each.address))}  {each.method}"
        screen.put(f"  {place}  {_ended(each)}{message}")
    screen.put(f"{counted(len(entries), 'writing call')}.")
    return 0


def _ended(entry: JournalEntry) -> str:
    """How the call ended, by its answer or by what reading showed."""
    outcome = entry.settled or entry.outcome
    if outcome is None:
        return "no outcome: it was under way when the run ended"
    word = outcome.value.replace("_", " ")
    return f"{word} (found by reading)" if entry.settled is not None else word


def _run_document(run: Run) -> Json:
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
