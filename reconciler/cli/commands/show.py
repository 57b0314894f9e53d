"""`reconciler show`: a saved plan again."""

from __future__ import annotations

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.commands.plan import FORMATS
from reconciler.cli.settings import Settings, pass_settings


@click.command(cls=Command)
@click.argument("file")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How to print it.")
@click.option("--show-calls", is_flag=True, help="Name every call.")
@pass_settings
def command(settings: Settings, file: str, form: str, show_calls: bool) -> int:
    """Show a saved plan again; no network, no token.

    A plan that was altered since it was saved is not shown.
    """
    from reconciler.cli.plan_file import read_plan_file
    from reconciler.cli.planning import plan_text
    from reconciler.report.document_reading import plan_from_document

    document = read_plan_file(settings.path(file))
    plan_from_document(document)
    if settings.json or form == "json":
        screen.put_json(document)
    else:
        screen.put(plan_text(settings, document, show_calls))
    return 0
