"""`reconciler graph`: what depends on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.settings import Settings, pass_settings

if TYPE_CHECKING:
    from reconciler.config.configuration import Configuration
    from reconciler.model.address import Address

FORMATS = ("mermaid", "dot")


@click.command(cls=Command)
@click.option("--format", "form", type=click.Choice(FORMATS), default="mermaid", help="How to draw it.")
@pass_settings
def command(settings: Settings, form: str) -> int:
    """Draw what depends on what, from the configuration alone; no network, no token.

    An arrow leads from what must be there first to what needs it.
    """
    from reconciler.cli.opening import open_configuration
    from reconciler.report.graph import graph_document, render_dot, render_mermaid

    document = graph_document(_dependencies(open_configuration(settings)))
    if settings.json:
        screen.put_json(document)
    else:
        screen.put(render_mermaid(document) if form == "mermaid" else render_dot(document))
    return 0


def _dependencies(configuration: Configuration) -> dict[Address, list[Address]]:
    """What each resource refers to."""
    from reconciler.config.references import references

    return {
        address: [target for _, target in references(address.kind, resource.attributes)]
        for address, resource in configuration.resources.items()
    }
