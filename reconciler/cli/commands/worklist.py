"""`reconciler worklist`: what a person still has to do in Komet's web UI."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.settings import Settings, pass_settings
from reconciler.model.inert import inert
from reconciler.report.csv_cell import csv_cell
from reconciler.report.style import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.config.configuration import Configuration
    from reconciler.model.step import OpenStep
    from reconciler.model.value import Json
    from reconciler.state.worklist import Closing

FORMATS = ("text", "csv", "html", "json")
OPEN = 10
RECENTLY = timedelta(days=1)
"""How long before the list last changed a step may have been closed to be shown still, with why."""


@click.command(cls=Command)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How to print it.")
@pass_settings
def command(settings: Settings, form: str) -> int:
    """List the open operator steps; no network, no token.

    A step is closed by the next plan that sees it done, or not needed any more; what was closed lately is
    listed too, with why. Ends with 10 while any is open.
    """
    from reconciler.cli.opening import chosen_clock, open_configuration, open_memory
    from reconciler.report.document import closed_document

    configuration = open_configuration(settings)
    with open_memory(configuration) as (state, scope):
        steps = sorted(
            state.worklist.open_steps(scope),
            key=lambda each: (each.step.screen, each.step.target, each.address, each.step.number),
        )
        closings = _recent(state.worklist.closings(scope, _BEGINNING), steps)
    closed = [closed_document(each.closed) | {"at": each.at.isoformat()} for each in closings]
    if settings.json or form == "json":
        screen.put_json(
            {"open": len(steps), "steps": [_document(each) for each in steps], "closed": [*closed]}
        )
    elif form == "csv":
        screen.put(_csv(steps))
    elif form == "html":
        now = (chosen_clock() or (lambda: datetime.now(UTC)))()
        screen.put(_page(steps, closed, configuration, scope.account, now))
    else:
        screen.put("\n".join([*_lines(steps), *_closed_lines(closed, settings)]))
    return OPEN if steps else 0


_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def _recent(closings: Sequence[Closing], steps: Sequence[OpenStep]) -> list[Closing]:
    """Those of the last day on which the list changed: no clock but the account's own is asked."""
    changed = [*(each.at for each in closings), *(each.since for each in steps)]
    return [each for each in closings if max(changed) - each.at < RECENTLY]


def _lines(steps: Sequence[OpenStep]) -> Iterator[str]:
    if not steps:
        yield "Nothing is open: no step waits for a person."
        return
    for name, group in groupby(steps, key=lambda each: each.step.screen):
        yield inert(name)
        for each in group:
            yield f"  ☐ {inert(each.step.instruction)}"
            yield f"      {inert(str(each.address))} · open since {each.since:%Y-%m-%d %H:%M} UTC"
        yield ""
    yield f"{counted(len(steps), 'step')} for a person. The next plan sees what was done."


def _closed_lines(closed: Sequence[Mapping[str, Json]], settings: Settings) -> Iterator[str]:
    from reconciler.report.closed import closed_lines
    from reconciler.report.style import Paint

    if closed:
        yield ""
        yield "Off the list lately:"
        yield from closed_lines(closed, Paint(screen.has_color(settings)))


def _page(
    steps: Sequence[OpenStep],
    closed: Sequence[Mapping[str, Json]],
    configuration: Configuration,
    account: str,
    now: datetime,
) -> str:
    """One page to print."""
    from reconciler.report.worklist import render_worklist_page

    return render_worklist_page(
        {
            "project": configuration.project.name,
            "account": account,
            "at": f"printed {now:%Y-%m-%d %H:%M} UTC",
            "steps": [_document(each) | {"location": _location(each, configuration)} for each in steps],
            "closed": closed,
        }
    )


def _location(each: OpenStep, configuration: Configuration) -> str | None:
    """The location of the step's resource, as long as that is in the configuration."""
    resource = configuration.resources.get(each.address)
    written = resource.attributes.get("location") if resource else None
    return str(written) if isinstance(written, str) else None


def _csv(steps: Sequence[OpenStep]) -> str:
    """One row a step. A cell that a spreadsheet would calculate begins with an apostrophe."""
    import csv
    import io

    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("screen", "target", "instruction", "address", "since"))
    for each in steps:
        cells = (each.step.screen, each.step.target, each.step.instruction, str(each.address))
        rows.writerow([*map(csv_cell, cells), each.since.isoformat()])
    return text.getvalue()


def _document(each: OpenStep) -> dict[str, Json]:
    return {
        "address": str(each.address),
        "number": each.step.number,
        "screen": each.step.screen,
        "target": each.step.target,
        "instruction": each.step.instruction,
        "before": each.step.before,
        "after": each.step.after,
        "since": each.since.isoformat(),
    }
