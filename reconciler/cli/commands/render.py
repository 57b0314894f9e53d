"""`reconciler render`: what the configuration says once everything was merged."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.completing import addresses
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.config.configuration import Configuration
    from reconciler.model.address import Address
    from reconciler.model.value import Json


@click.command(cls=Command)
@click.argument("patterns", metavar="[ADDRESS]...", nargs=-1, shell_complete=addresses)
@pass_settings
def command(settings: Settings, patterns: tuple[str, ...]) -> int:
    """Print the configuration after templates, environment and variables; no network, no token.

    Every value is followed by the file and line that it comes from; tokens are never shown. `*` stands for
    anything in an ADDRESS; without one the project's settings come first, then every resource.
    """
    from reconciler.cli.opening import open_configuration, variables_of

    configuration = open_configuration(settings)
    chosen = _chosen(configuration, patterns)
    given = {*variables_of(os.environ), *settings.variables}
    if settings.json:
        screen.put_json(_document(configuration, chosen, given, whole=not patterns))
    else:
        screen.put("\n".join(_lines(configuration, chosen, given, whole=not patterns)))
    return 0


def _chosen(configuration: Configuration, patterns: tuple[str, ...]) -> list[Address]:
    known = list(configuration.resources)
    for pattern in patterns:
        if not any(fnmatchcase(str(address), pattern) for address in known):
            raise UsageError(f"{pattern!r} matches no address of the configuration")
    if not patterns:
        return known
    return [each for each in known if any(fnmatchcase(str(each), pattern) for pattern in patterns)]


def _lines(
    configuration: Configuration, chosen: list[Address], given: set[str], whole: bool
) -> Iterator[str]:
    from reconciler.config.final_form import Leaf, final_project, final_resource, form_lines
    from reconciler.model.inert import inert

    if whole:
        project = final_project(configuration, given)
        assert isinstance(project, dict)
        for name, form in project.items():
            yield from map(inert, form_lines(name, form))
    kind = ""
    for address in chosen:
        if address.kind != kind:
            kind = address.kind
            yield f"{kind}:"
        form = final_resource(configuration, address)
        assert not isinstance(form, Leaf)
        yield from map(inert, form_lines(address.name, form, indent=2))


def _document(
    configuration: Configuration, chosen: list[Address], given: set[str], whole: bool
) -> dict[str, Json]:
    from reconciler.config.final_form import final_project, final_resource, form_json

    resources: dict[str, Json] = {
        str(address): form_json(final_resource(configuration, address)) for address in chosen
    }
    document: dict[str, Json] = {"resources": resources}
    if whole:
        document["project"] = form_json(final_project(configuration, given))
    return document
