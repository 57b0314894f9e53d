"""Names of the configuration, offered where the shell completes an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli.settings import Settings

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def addresses(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The addresses that begin as what was typed; none where there is no sound configuration."""
    from click.shell_completion import CompletionItem

    from reconciler.cli.opening import open_configuration
    from reconciler.errors import ReconcilerError

    try:
        configuration = open_configuration(ctx.find_object(Settings) or Settings())
    except ReconcilerError:
        return []
    known = map(str, configuration.resources)
    return [CompletionItem(address) for address in known if address.startswith(incomplete)]
