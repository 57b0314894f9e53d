"""`reconciler verify`: whether the buyer sees it, and if not, why."""

from __future__ import annotations

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.options import parallel as parallel_option
from reconciler.cli.settings import Settings, pass_settings


@click.command(cls=Command)
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@click.option("--wait", is_flag=True, help="Look again while something is too fresh to judge.")
@parallel_option
@pass_settings
def command(settings: Settings, addresses: tuple[str, ...], wait: bool, parallel: int) -> int:
    """Look with each customer's own token whether what is kept for it is seen, and say why not.

    Komet is only read. Of every item: accepted by Komet, stored, visible to the buyer. Ends with 0 when all
    is visible, 11 when something is not, 9 when a customer's token is missing or refused.
    """
    from reconciler.cli.opening import open_configuration, open_work
    from reconciler.cli.verifying import verify
    from reconciler.report.verify import render_verification
    from reconciler.verify.document import verification_document

    configuration = open_configuration(settings)
    with open_work(settings, configuration, writing=False, parallel=parallel) as session:
        found = verify(settings, session, addresses, wait=wait)
        document = verification_document(found, configuration.project.name, session.connection.now())
    if settings.json:
        screen.put_json(document)
    else:
        screen.put(render_verification(document, color=screen.has_color(settings)))
    return found.exit_code
