"""`reconciler validate`: the configuration alone, without network and token."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.reports import FormatAndFile, outputs_of, report_option, reporting
from reconciler.cli.settings import Settings, pass_settings
from reconciler.cli.words import counted_kinds
from reconciler.config.files import PROJECT_FILE
from reconciler.report.style import counted

if TYPE_CHECKING:
    from reconciler.config.configuration import Configuration
    from reconciler.model.value import Json


FORMATS = ("text", "json", "junit", "sarif")


@click.command(cls=Command)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How to print it.")
@report_option(*FORMATS)
@pass_settings
def command(settings: Settings, form: str, reports: tuple[FormatAndFile, ...]) -> int:
    """Check the configuration; no network, no token.

    Every fault is reported at once, with its place and what was probably meant.
    """
    from reconciler.cli.opening import open_configuration

    settings.json = settings.json or form == "json"
    with reporting(settings, "validate", outputs_of(settings, reports, form=form)) as told:
        configuration = told.about(open_configuration(settings))
        if any(each.template is not None for each in configuration.project.notifications):
            from reconciler.notifying import raise_if_no_template

            raise_if_no_template(configuration)
        told.files = (PROJECT_FILE, *configuration.files)
        told.result = document = _document(configuration)
        told.words = words = _words(configuration)
    if settings.json:
        screen.put_json(document)
    elif form == "text":
        screen.put(words)
    return 0


def _words(configuration: Configuration) -> str:
    kinds = counted_kinds(_counts(configuration)) or "nothing"
    environment = configuration.project.environment
    place = f" (environment {environment})" if environment else ""
    return f"config is valid{place}: {kinds} in {counted(len(configuration.files), 'file')}"


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
