"""`reconciler show`: a saved plan again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.commands.plan import FORMATS
from reconciler.cli.reports import Outputs, reporting
from reconciler.cli.settings import Settings, pass_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.plan import Plan
    from reconciler.model.value import Json


@click.command(cls=Command)
@click.argument("file")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How to print it.")
@click.option("--show-calls", is_flag=True, help="Name every call.")
@pass_settings
def command(settings: Settings, file: str, form: str, show_calls: bool) -> int:
    """Show a saved plan again; no network, no token.

    A plan that was altered since it was saved is not shown.
    """
    from reconciler.cli.plan_file import drawing, read_plan_file
    from reconciler.report.document_reading import plan_from_document

    document = read_plan_file(settings.path(file))
    plan = plan_from_document(document)
    with drawing():
        _show(settings, plan, document, form, show_calls)
    return 0


def _show(settings: Settings, plan: Plan, document: Mapping[str, Json], form: str, show_calls: bool) -> None:
    from reconciler.cli.planning import plan_text

    if settings.json or form == "json":
        screen.put_json(document)
    elif form == "text":
        screen.put(plan_text(settings, document, show_calls))
    else:
        with reporting(settings, "plan", Outputs(form, show_calls=show_calls)) as told:
            told.project, told.environment, told.plan = plan.project, plan.environment, document
