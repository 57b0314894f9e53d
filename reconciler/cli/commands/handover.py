"""`reconciler handover`: what BloomNet's team needs from us."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.progress import Progress
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.config.configuration import Configuration
    from reconciler.model.project import TokenSource
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
    from reconciler.model.address import Address
    from reconciler.reading import read_customer
    from reconciler.verify.handover import Token, handover_document, locations_of, routes_of, token_words

    address = Address("customers", name)
    if address not in configuration.resources:
        known = ", ".join(each.name for each in configuration.resources if each.kind == "customers")
        raise UsageError(f"there is no customer {name!r} in the configuration; there are {known or 'none'}")
    project, desired = configuration.project, configuration.resources[address]
    own = configuration.customer_tokens.get(name)
    methods = project.bloomnet_methods
    tokens = [
        Token("Company", token_words(project.komet.token), True, methods.company),
        Token(
            "Customer", token_words(own), own is not None and _is_there(own, configuration), methods.customer
        ),
    ]
    with (
        open_work(settings, configuration, writing=False, parallel=1) as session,
        Progress(settings) as progress,
    ):
        progress.now(f"reading customer {name}")
        wanted, match, scope = read_customer(session, address)
    routes = routes_of(name, desired, wanted.resolved[address], match, scope)
    places = locations_of(desired, wanted.resolved, scope)
    return handover_document(project.komet.company, name, desired, match, tokens, routes, places)


def _is_there(source: TokenSource, configuration: Configuration) -> bool:
    from reconciler.config.tokens import read_token
    from reconciler.errors import TokenMissing

    try:
        read_token(source, configuration.root, os.environ)
    except TokenMissing:
        return False
    return True
