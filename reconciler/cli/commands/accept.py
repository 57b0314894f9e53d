"""`reconciler accept`: what people did in Komet, taken over into the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.completing import addresses
from reconciler.cli.options import parallel as parallel_option
from reconciler.cli.progress import Progress
from reconciler.cli.settings import Settings, pass_settings

if TYPE_CHECKING:
    from reconciler.accepting import Acceptance, Takeover
    from reconciler.model.value import Json

PARTLY = 7


@click.command(cls=Command)
@click.argument("patterns", metavar="ADDRESS...", nargs=-1, required=True, shell_complete=addresses)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@parallel_option
@pass_settings
def command(settings: Settings, patterns: tuple[str, ...], dry_run: bool, parallel: int) -> int:
    """Write into the YAML what people changed in Komet, keeping comments and layout.

    `*` stands for anything in an ADDRESS. Komet is only read. What you changed in the files since the last
    apply stays as it is; what a template makes is told with its place, for you to write. Ends with 7 when
    something was left to you.
    """
    from reconciler.accepting import accept_changes
    from reconciler.cli.opening import load_again, open_configuration, open_work
    from reconciler.config.saving import save_texts

    configuration = open_configuration(settings)
    with (
        open_work(settings, configuration, writing=False, parallel=parallel) as session,
        Progress(settings) as progress,
    ):
        progress.now(f"reading account {session.connection.account}, as a plan does")
        takeover = accept_changes(session, patterns, load_again(settings))
    if not dry_run:
        save_texts(configuration.root, takeover.texts)
    if settings.json:
        screen.put_json(_document(takeover, dry_run))
    else:
        _tell(settings, takeover, dry_run)
    return PARTLY if any(each.left for each in takeover.acceptances) else 0


def _tell(settings: Settings, takeover: Takeover, dry_run: bool) -> None:
    from reconciler.report.diagnostics import render_diagnostics
    from reconciler.report.style import counted

    written = [each for each in takeover.acceptances if each.is_written]
    for acceptance in written:
        screen.put("\n".join(_lines(acceptance)))
    left = [each for acceptance in takeover.acceptances for each in acceptance.left]
    if left:
        screen.say(render_diagnostics(left, screen.has_color(settings)))
    if not written:
        screen.put("Nothing has moved in Komet that could be accepted.")
        return
    verb = "would be" if dry_run else "were" if len(written) > 1 else "was"
    screen.put(f"\n{counted(len(written), 'resource')} {verb} taken over; {counted(takeover.calls, 'call')}.")


def _lines(acceptance: Acceptance) -> list[str]:
    from reconciler.model.inert import inert
    from reconciler.report.style import shown

    head = f"{acceptance.address}   {inert(acceptance.file)}"
    if acceptance.gone:
        return [head, f"  taken out: {inert(acceptance.gone)}"]
    names = [".".join(str(part) for part in change.path) for change in acceptance.changes]
    width = max(map(len, names))
    return [
        head,
        *(
            f"  {name:{width}}   {shown(change.before, name)} → {shown(change.after, name)}"
            for name, change in zip(names, acceptance.changes, strict=True)
        ),
    ]


def _document(takeover: Takeover, dry_run: bool) -> dict[str, Json]:
    from reconciler.report.document import diagnostic_document

    return {
        "written": not dry_run and bool(takeover.texts),
        "files": [*sorted(takeover.texts)],
        "calls": takeover.calls,
        "resources": [
            {
                "address": str(each.address),
                "file": each.file,
                "gone": each.gone or None,
                "attributes": [
                    {"path": [*change.path], "before": change.before, "after": change.after}
                    for change in each.changes
                ],
                "left": [diagnostic_document(one) for one in each.left],
            }
            for each in takeover.acceptances
        ],
    }
