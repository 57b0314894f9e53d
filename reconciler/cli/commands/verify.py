"""`reconciler verify`: whether the buyer sees it, and if not, why."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.options import parallel as parallel_option
from reconciler.cli.progress import Progress
from reconciler.cli.settings import Settings, pass_settings
from reconciler.report.style import counted

if TYPE_CHECKING:
    from reconciler.config.configuration import Configuration


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
    from reconciler.cli.shops import opening_shops
    from reconciler.report.verify import render_verification
    from reconciler.verify.document import verification_document
    from reconciler.workflow import verify_account

    configuration = open_configuration(settings)
    with (
        open_work(settings, configuration, writing=False, parallel=parallel) as session,
        opening_shops(session) as connect,
        Progress(settings) as progress,
    ):
        found = verify_account(
            session,
            connect,
            addresses,
            announce=lambda calls, what: progress.stays(f"{counted(calls, 'call')} {what}"),
            wait=_waiting(configuration, progress) if wait else None,
        )
        document = verification_document(found, configuration.project.name, session.connection.now())
    if settings.json:
        screen.put_json(document)
    else:
        screen.put(render_verification(document, color=screen.has_color(settings)))
    return found.exit_code


def _waiting(configuration: Configuration, progress: Progress) -> Callable[[float], None]:
    """Sleeps; on the embedded simulator, whose clock stands still, lets its time pass instead."""
    from reconciler.cli import stranger

    is_simulated = configuration.project.komet.url.startswith(stranger.URL)

    def wait(seconds: float) -> None:
        progress.now(f"waiting {seconds:.0f} seconds: BloomNet looks every five minutes")
        if not is_simulated:
            time.sleep(seconds)
            return
        simulator = stranger.open_simulator(*stranger.seed_and_store(configuration))
        try:
            simulator.operator("advance", seconds=int(seconds))
        finally:
            simulator.close()

    return wait
