"""`reconciler worklist`: what a person still has to do in Komet's web UI."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.settings import Settings, pass_settings
from reconciler.model.inert import inert
from reconciler.report.style import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.config.configuration import Configuration
    from reconciler.model.value import Json
    from reconciler.state.worklist import OpenStep

FORMATS = ("text", "csv", "html", "json")
OPEN = 10


@click.command(cls=Command)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How to print it.")
@pass_settings
def command(settings: Settings, form: str) -> int:
    """List the open operator steps; no network, no token.

    A step is closed by the next plan that sees it done. Ends with 10 while any is open.
    """
    from reconciler.cli.opening import open_configuration, open_memory

    configuration = open_configuration(settings)
    with open_memory(configuration) as (state, scope):
        steps = sorted(
            state.worklist.open_steps(scope),
            key=lambda each: (each.step.screen, each.step.target, each.address, each.step.number),
        )
    if settings.json or form == "json":
        screen.put_json({"open": len(steps), "steps": [_document(each) for each in steps]})
    elif form == "csv":
        screen.put(_csv(steps))
    elif form == "html":
        screen.put(_page(steps, configuration, scope.account))
    else:
        screen.put("\n".join(_lines(steps)))
    return OPEN if steps else 0


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


def _page(steps: Sequence[OpenStep], configuration: Configuration, account: str) -> str:
    """One page to print."""
    from reconciler.cli.opening import chosen_clock
    from reconciler.report.worklist import render_worklist_page

    now = (chosen_clock() or (lambda: datetime.now(UTC)))()
    return render_worklist_page(
        {
            "project": configuration.project.name,
            "account": account,
            "at": f"printed {now:%Y-%m-%d %H:%M} UTC",
            "steps": [_document(each) | {"location": _location(each, configuration)} for each in steps],
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
        rows.writerow([*map(_cell, cells), each.since.isoformat()])
    return text.getvalue()


def _cell(text: str) -> str:
    shown = inert(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown


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
