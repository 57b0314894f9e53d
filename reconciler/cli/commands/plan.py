"""`reconciler plan`: what would change."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.options import selecting
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.value import Json

FORMATS = ("text", "json")
PENDING = 2


def format_and_file(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Each `FORMAT=FILE` of `--report` in two."""
    pairs = [value.partition("=") for value in values]
    for form, _, file in pairs:
        if form not in FORMATS or not file:
            raise click.BadParameter(f"expected FORMAT=FILE with one of {', '.join(FORMATS)}")
    return tuple((form, file) for form, _, file in pairs)


@click.command(cls=Command)
@click.option("--out", metavar="FILE", help="Save the plan, for `apply --plan FILE`.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How to print it.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    callback=format_and_file,
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
    """Show what would change, and what it costs.

    Komet is only read. What the API cannot do is shown as a step for a person. A plan that a guard refuses
    is shown and saved too, and ends with 4.
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
    if out is not None and plan.changes:
        screen.say(f"Saved. To carry out precisely this: reconciler apply --plan {shlex.quote(out)}")
    return PENDING if detailed_exitcode and plan.changes else 0


def _places(settings: Settings, out: str | None, reports: tuple[tuple[str, str], ...]) -> dict[Path, str]:
    """The files to be written, each with its format."""
    wanted = [*([("json", out)] if out is not None else []), *reports]
    places = {settings.path(file): form for form, file in wanted}
    if len(places) < len(wanted):
        raise UsageError("two of --out and --report name the same file")
    return places


def _rendered(document: Mapping[str, Json], form: str, show_calls: bool) -> str:
    if form == "json":
        return screen.json_text(document)
    from reconciler.report.terminal import render_plan

    return render_plan(document, show_calls=show_calls)
