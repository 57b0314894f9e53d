"""`reconciler handover`: what BloomNet's team needs from us."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.progress import Progress
from reconciler.cli.settings import Settings, pass_settings

if TYPE_CHECKING:
    from reconciler.config.configuration import Configuration
    from reconciler.model.value import Json

FORMATS = ("text", "csv", "json")


@click.command(cls=Command)
@click.argument("customer")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How to print it.")
@pass_settings
def command(settings: Settings, customer: str, form: str) -> int:
    """Print what BloomNet's team needs for a customer: ids, tokens, methods, and which shop is whom.

    Never a token's value. The ids are read from Komet; nothing is changed.
    """
    from reconciler.cli.opening import open_configuration
    from reconciler.report.handover import handover_csv, render_handover

    configuration = open_configuration(settings)
    document = _document(settings, configuration, customer.removeprefix("customers."))
    if settings.json or form == "json":
        screen.put_json(document)
    else:
        screen.put(handover_csv(document) if form == "csv" else render_handover(document))
    return 0


def _document(settings: Settings, configuration: Configuration, name: str) -> dict[str, Json]:
    from reconciler.cli.opening import open_work
    from reconciler.examining import raise_if_no_customer, read_handover

    raise_if_no_customer(configuration, name)
    with (
        open_work(settings, configuration, writing=False, parallel=1) as session,
        Progress(settings) as progress,
    ):
        progress.now(f"reading customer {name}")
        return read_handover(session, name, os.environ)
