"""`reconciler drift`: what is no longer as the last apply left it."""

from __future__ import annotations

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.notifying import telling
from reconciler.cli.options import parallel as parallel_option
from reconciler.cli.progress import Progress
from reconciler.cli.settings import Settings, pass_settings

DRIFTED = 2


@click.command(cls=Command)
@parallel_option
@pass_settings
def command(settings: Settings, parallel: int) -> int:
    """Tell what others changed in Komet since the last apply, and since when.

    Komet is only read, with the calls of a plan. It ends with 2 when something drifted: a change of the
    configuration that was not applied yet is none, nor is reserved stock that was sold.
    """
    from reconciler.cli.opening import open_configuration, open_work
    from reconciler.drifting import drift_document, read_drift
    from reconciler.report.drift import render_drift
    from reconciler.report.notification import occurrence_of_drift

    with telling(settings, "drift") as heard:
        configuration = heard.by(open_configuration(settings))
        with (
            open_work(settings, configuration, writing=False, parallel=parallel) as session,
            Progress(settings) as progress,
        ):
            progress.now(f"reading account {session.connection.account}")
            reading = read_drift(session)
            document = drift_document(session, reading)
        heard.occurrence = lambda: occurrence_of_drift(document)
        if settings.json:
            screen.put_json(document)
        else:
            screen.put(render_drift(document, color=screen.has_color(settings)))
    return DRIFTED if reading.drifts.drifts else 0
