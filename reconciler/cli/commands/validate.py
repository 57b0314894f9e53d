"""`reconciler validate`: the configuration alone, without network and token."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.settings import Settings, pass_settings
from reconciler.cli.words import counted_kinds
from reconciler.report.style import counted

if TYPE_CHECKING:
    from reconciler.config.configuration import Configuration
    from reconciler.model.value import Json


@click.command(cls=Command)
@pass_settings
def command(settings: Settings) -> int:
    """Check the configuration; no network, no token.

    Every fault is reported at once, with its place and what was probably meant.
    """
    from reconciler.cli.opening import open_configuration

    configuration = open_configuration(settings)
    if settings.json:
        screen.put_json(_document(configuration))
        return 0
    kinds = counted_kinds(_counts(configuration)) or "nothing"
    environment = configuration.project.environment
    place = f" (environment {environment})" if environment else ""
    screen.put(f"config is valid{place}: {kinds} in {counted(len(configuration.files), 'file')}")
    return 0


def _counts(configuration: Configuration) -> dict[str, int]:
    return dict(Counter(address.kind for address in configuration.resources))


def _document(configuration: Configuration) -> dict[str, Json]:
    return {
        "valid": True,
        "project": configuration.project.name,
        "environment": configuration.project.environment,
        "resources": dict(_counts(configuration)),
        "files": list(configuration.files),
        "config_digest": configuration.digest,
    }
