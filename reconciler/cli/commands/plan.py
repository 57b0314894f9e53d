"""`reconciler plan`: what would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.options import selecting
from reconciler.cli.settings import Settings, pass_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.value import Json

FORMATS = ("text", "json")
PENDING = 2


class Report(click.ParamType):
    """`FORMAT=FILE` of `--report`."""

    name = "format=file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Format and file."""
        form, _, file = str(value).partition("=")
        if form not in FORMATS or not file:
            self.fail(f"{value!r} is not of the form FORMAT=FILE with one of {', '.join(FORMATS)}", param, ctx)
        return form, file


@click.command(cls=Command)
@click.option("--out", metavar="FILE", help="Save the plan, for `apply --plan FILE`.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How to print it.")
@click.option(
    "--report",
    "reports",
    type=Report(),
    multiple=True,
    metavar="FORMAT=FILE",
    help="Write it to a file as well; may be repeated.",
)
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 when changes are pending.")
@selecting
@click.option(
    "--rewrite",
    multiple=True,
    metavar="ADDRESS",
    help="Plan writing what cannot be compared; may be repeated.",
)
@click.option("--show-calls", is_flag=True, help="Name every call.")
@click.option("--destroy", is_flag=True, help="Plan the removal of everything that is managed.")
@pass_settings
def command(
    settings: Settings,
    out: str | None,
    form: str,
    reports: tuple[tuple[str, str], ...],
    detailed_exitcode: bool,
    allow: tuple[str, ...],
    targets: tuple[str, ...],
    excludes: tuple[str, ...],
    parallel: int,
    rewrite: tuple[str, ...],
    show_calls: bool,
    destroy: bool,
) -> int:
    """Show what would change, what it costs, and what is for a person.

    Komet is only read. A plan that a guard refuses is shown and saved too, and ends with 4.
    """
    from reconciler.cli.opening import open_configuration, open_work
    from reconciler.cli.plan_file import raise_if_no_place, write_whole
    from reconciler.cli.planning import make_plan, plan_text, refuse
    from reconciler.plan.planner import Choices
    from reconciler.report.document import plan_document

    places = _places(settings, out, reports)
    for path in places:
        raise_if_no_place(path)
    configuration = open_configuration(settings)
    with open_work(settings, configuration, writing=False, parallel=parallel) as session:
        plan = make_plan(settings, session, Choices(targets, excludes, rewrite, allow), destroy)
    document = plan_document(plan)
    for path, written in places.items():
        write_whole(path, _rendered(document, written, show_calls))
    if settings.json or form == "json":
        screen.put_json(document)
    else:
        screen.put(plan_text(settings, document, show_calls))
    if plan.refusals:
        return refuse(settings, plan)
    return PENDING if detailed_exitcode and plan.changes else 0


def _places(settings: Settings, out: str | None, reports: tuple[tuple[str, str], ...]) -> dict[Path, str]:
    """The files to be written, each with its format."""
    wanted = [("json", out)] if out is not None else []
    return {settings.path(file): form for form, file in (*wanted, *reports)}


def _rendered(document: Mapping[str, Json], form: str, show_calls: bool) -> str:
    if form == "json":
        return screen.json_text(document)
    from reconciler.report.terminal import render_plan

    return render_plan(document, show_calls=show_calls)
