"""`reconciler apply`: carry a plan out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.confirmation import is_confirmed, raise_if_nobody_answers
from reconciler.cli.options import selecting
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.model.plan import Plan
    from reconciler.plan.planner import Choices
    from reconciler.session import Session

CANCELLED = 1
INTERRUPTED = 7


@click.command(cls=Command)
@click.option("--plan", "file", metavar="FILE", help="Carry out this saved plan; nothing is asked.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@selecting
@pass_settings
def command(
    settings: Settings,
    file: str | None,
    yes: bool,
    allow: tuple[str, ...],
    targets: tuple[str, ...],
    excludes: tuple[str, ...],
    parallel: int,
) -> int:
    """Plan, ask, and carry it out; or carry out a saved plan.

    Ctrl-C finishes the call in flight and stops in good order; a second one stops at once.
    """
    from reconciler.cli.opening import open_configuration, open_work
    from reconciler.plan.planner import Choices

    if file is not None and (allow or targets or excludes):
        raise UsageError(
            "--allow, --target and --exclude are for planning: all of it stands in a saved plan already"
        )
    if file is None and not yes:
        raise_if_nobody_answers("apply")
    configuration = open_configuration(settings)
    with open_work(settings, configuration, writing=True, parallel=parallel) as session:
        if file is not None:
            return _apply_saved(settings, session, file)
        return _apply_planned(settings, session, Choices(targets, excludes, (), allow), yes)


def _apply_saved(settings: Settings, session: Session, file: str) -> int:
    from reconciler.cli.plan_file import read_plan_file
    from reconciler.workflow import read_saved_plan

    plan = read_saved_plan(session, read_plan_file(settings.path(file)))
    if plan.refusals:
        return _refused(settings, plan)
    return _carry_out(settings, session, plan, saved=True)


def _apply_planned(settings: Settings, session: Session, choices: Choices, yes: bool) -> int:
    from reconciler.cli.planning import make_plan, plan_text
    from reconciler.report.document import plan_document

    plan = make_plan(settings, session, choices)
    if not settings.json:
        screen.put(plan_text(settings, plan_document(plan)))
        screen.flush()
    if plan.refusals:
        return _refused(settings, plan)
    if plan.changes and not yes:
        if settings.json:
            screen.say(plan_text(settings, plan_document(plan)))
        if not is_confirmed(f"\nApply this to account {session.connection.account}?"):
            screen.say("Nothing was applied.")
            return CANCELLED
    return _carry_out(settings, session, plan, saved=False)


def _refused(settings: Settings, plan: Plan) -> int:
    from reconciler.cli.planning import refusal_document, refuse

    if settings.json:
        screen.put_json(refusal_document(plan))
    return refuse(settings, plan)


def _carry_out(settings: Settings, session: Session, plan: Plan, *, saved: bool) -> int:
    """Applies `plan` and prints the summary, however it ends."""
    from reconciler.cli.identity import new_identity
    from reconciler.cli.progress import Progress
    from reconciler.cli.stopping import stopping_gently
    from reconciler.report.summary import render_summary, summary_document
    from reconciler.workflow import apply_changes

    identity = new_identity(session.configuration.root, os.environ)
    with Progress(settings) as progress, stopping_gently(lambda: progress.stays(_STOPPING)) as is_stopping:
        try:
            summary = apply_changes(
                session, plan, identity, notify=progress.event, is_stopping=is_stopping, saved=saved
            )
        except KeyboardInterrupt:
            progress.clear()
            return _stopped_at_once(settings, identity.run)
        progress.clear()
        document = summary_document(summary)
        if settings.json:
            screen.put_json(document)
        elif plan.changes:
            text = render_summary(document, color=screen.has_color(settings))
            screen.put(text if saved else f"\n{text}")
        elif saved:
            screen.put("Nothing to apply: the plan holds no changes.")
        return summary.exit_code


_STOPPING = "stopping: finishing the call in flight; once more stops at once"


def _stopped_at_once(settings: Settings, run: str) -> int:
    """What is true after the second signal: a call may be on its way, and the journal knows which."""
    message = (
        f"stopped at once, in run {run}. A call that was under way may or may not have taken effect; the "
        f"journal knows it (`reconciler history {run}`). Go on with `reconciler plan`: it reads what is "
        "there, and nothing is made twice"
    )
    if settings.json:
        screen.put_json({"error": {"kind": "Interrupted", "message": message}, "exit_code": INTERRUPTED})
    screen.say(f"interrupted: {message}.")
    return INTERRUPTED
