"""`reconciler coverage`: what of the account is managed here, and what is not."""

from __future__ import annotations

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.options import parallel as parallel_option
from reconciler.cli.progress import Progress
from reconciler.cli.settings import Settings, pass_settings


@click.command(cls=Command)
@parallel_option
@pass_settings
def command(settings: Settings, parallel: int) -> int:
    """Count what is managed, adopted, another project's and nobody's, by kind and by customer.

    It reads what a plan reads, with as many calls, and changes nothing.
    """
    from reconciler.cli.opening import open_configuration, open_work
    from reconciler.examining import read_coverage
    from reconciler.report.coverage import render_coverage

    configuration = open_configuration(settings)
    with (
        open_work(settings, configuration, writing=False, parallel=parallel) as session,
        Progress(settings) as progress,
    ):
        progress.now(f"reading account {session.connection.account}, as a plan does")
        document = read_coverage(session)
    if settings.json:
        screen.put_json(document)
    else:
        screen.put(render_coverage(document, color=screen.has_color(settings)))
    return 0
