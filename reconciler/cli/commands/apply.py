"""`reconciler apply`: carry a plan out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from msgspec import Struct
from msgspec.structs import replace

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.confirmation import is_confirmed, raise_if_nobody_answers
from reconciler.cli.notifying import apply_occurrence, telling
from reconciler.cli.options import selecting
from reconciler.cli.reports import FormatAndFile, Told, outputs_of, report_option, reporting
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.cli.afterlook import Afterlook
    from reconciler.model.plan import Plan
    from reconciler.model.summary import Summary
    from reconciler.model.value import Json
    from reconciler.plan.planner import Choices
    from reconciler.session import Session

FORMATS = ("text", "json", "markdown", "html", "junit")
CANCELLED = 1
INTERRUPTED = 7
WAITING = 10


@click.command(cls=Command)
@click.option("--plan", "file", metavar="FILE", help="Carry out this saved plan; nothing is asked.")
@click.option(
    "--reviewed",
    metavar="FILE",
    help="Plan anew and carry out only what stands in this saved plan to the letter; nothing is asked.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--partial", is_flag=True, help="Do what today's calls suffice for, and leave the rest.")
@click.option("--verify", is_flag=True, help="Look afterwards whether the buyers see what was applied.")
@report_option(*FORMATS)
@selecting
@pass_settings
def command(
    settings: Settings,
    file: str | None,
    reviewed: str | None,
    yes: bool,
    partial: bool,
    verify: bool,
    reports: tuple[FormatAndFile, ...],
    allow: tuple[str, ...],
    targets: tuple[str, ...],
    excludes: tuple[str, ...],
    parallel: int,
) -> int:
    """Plan, ask, and carry it out; or carry out a saved plan.

    With --reviewed, Komet is planned anew, and what differs from the plan that somebody has looked at is left
    out, together with what depends on it. The rest is applied, and it ends with 6: so does a merge.

    Ctrl-C finishes the call in flight and stops in good order; a second one stops at once.

    With --verify, which waits until BloomNet can have looked, it ends with 11 when something that was applied
    is not visible; what went wrong with the apply itself wins, and so does 10 where nothing but open operator
    steps keeps it from being seen.
    """
    from reconciler.cli.opening import open_configuration, open_work
    from reconciler.plan.planner import Choices

    if file is not None and reviewed is not None:
        raise UsageError("--plan carries out a saved plan, and --reviewed a new one: take one of them")
    if file is not None and (allow or targets or excludes):
        raise UsageError(
            "--allow, --target and --exclude are for planning: all of it stands in a saved plan already"
        )
    with (
        telling(settings, "apply") as heard,
        reporting(settings, "apply", outputs_of(settings, reports)) as told,
    ):
        heard.occurrence = lambda: apply_occurrence(told)
        if file is None and reviewed is None and not yes:
            raise_if_nobody_answers("apply")
        configuration = heard.by(told.about(open_configuration(settings)))
        with open_work(settings, configuration, writing=True, parallel=parallel) as session:
            manner, choices = Manner(partial, verify), Choices(targets, excludes, (), allow)
            if file is not None:
                return _apply_saved(settings, session, file, manner, told)
            if reviewed is not None:
                return _apply_reviewed(settings, session, reviewed, choices, manner, told)
            return _apply_planned(settings, session, choices, yes, manner, told)


class Manner(Struct, frozen=True):
    """How a plan is carried out: only what today's calls suffice for, and with a look afterwards.

    `at_best` is the exit code when nothing goes wrong, where that is not the usual one: 0 where it is.
    """

    partial: bool
    verify: bool
    at_best: int = 0

    def exit_code(self, ended: int) -> int:
        """The exit code of an apply that `ended` so."""
        went_well = ended in (0, WAITING)
        return self.at_best or ended if went_well else ended


def _apply_saved(settings: Settings, session: Session, file: str, manner: Manner, told: Told) -> int:
    from reconciler.cli.plan_file import read_plan_file
    from reconciler.workflow import read_saved_plan

    document = read_plan_file(settings.path(file))
    plan = read_saved_plan(session, document)
    told.plan = document
    if plan.refusals:
        return _refused(settings, plan, told)
    return _carry_out(settings, session, plan, manner, told, saved=True)


def _apply_reviewed(
    settings: Settings, session: Session, file: str, choices: Choices, manner: Manner, told: Told
) -> int:
    """Carries out what the plan reviewed in `file` and one made now have in common."""
    from reconciler.cli.planning import make_plan
    from reconciler.cli.reviewing import read_reviewed, tell_reviewed
    from reconciler.plan.review import reviewed_choices

    agreed = read_reviewed(settings, session, file, choices)
    plan = make_plan(settings, session, reviewed_choices(agreed), reviewed=agreed)
    _show(settings, plan, told)
    if plan.refusals:
        return _refused(settings, plan, told)
    manner = replace(manner, at_best=tell_reviewed(settings, plan, agreed, file))
    return _carry_out(settings, session, plan, manner, told, saved=False)


def _apply_planned(
    settings: Settings, session: Session, choices: Choices, yes: bool, manner: Manner, told: Told
) -> int:
    from reconciler.cli.planning import make_plan, plan_text

    plan = make_plan(settings, session, choices)
    document = _show(settings, plan, told)
    if plan.refusals:
        return _refused(settings, plan, told)
    if plan.changes and not yes:
        if settings.json:
            screen.say(plan_text(settings, document))
        if not is_confirmed(f"\nApply this to account {session.connection.account}?"):
            screen.say("Nothing was applied.")
            told.ended(_error_document("Cancelled", "nothing was applied: nobody said yes", CANCELLED))
            return CANCELLED
    return _carry_out(settings, session, plan, manner, told, saved=False)


def _show(settings: Settings, plan: Plan, told: Told) -> dict[str, Json]:
    """Prints the plan that is about to be carried out, where that is not the JSON of it all; its document."""
    from reconciler.cli.planning import plan_text
    from reconciler.report.document import plan_document

    told.plan = document = plan_document(plan)
    if not settings.json:
        screen.put(plan_text(settings, document))
        screen.flush()
    return document


def _refused(settings: Settings, plan: Plan, told: Told) -> int:
    from reconciler.cli.planning import refusal_document, refuse

    told.ended(refusal_document(plan))
    if settings.json:
        screen.put_json(refusal_document(plan))
    return refuse(settings, plan)


def _carry_out(
    settings: Settings, session: Session, plan: Plan, manner: Manner, told: Told, *, saved: bool
) -> int:
    """Applies `plan` and prints the summary, however it ends."""
    from reconciler.cli.identity import new_identity
    from reconciler.cli.progress import Progress
    from reconciler.cli.stopping import stopping_gently
    from reconciler.report.summary import render_summary, summary_document
    from reconciler.workflow import apply_changes

    told.identity = identity = new_identity(session.configuration.root, os.environ)
    with Progress(settings) as progress, stopping_gently(lambda: progress.stays(_STOPPING)) as is_stopping:
        try:
            summary = apply_changes(
                session,
                plan,
                identity,
                notify=progress.event,
                is_stopping=is_stopping,
                saved=saved,
                partial=manner.partial,
            )
        except KeyboardInterrupt:
            progress.clear()
            return _stopped_at_once(settings, identity.run, told)
        progress.clear()
        told.summary = document = summary_document(summary)
        if not settings.json and plan.changes:
            text = render_summary(document, color=screen.has_color(settings))
            screen.put(text if saved else f"\n{text}")
        elif not settings.json and saved:
            screen.put("Nothing to apply: the plan holds no changes.")
        seen = _look_after(settings, session, summary) if manner.verify and not summary.error else None
        code = manner.exit_code(seen.exit_code if seen else summary.exit_code)
        told.result = document | (_seen_document(seen) if seen else {}) | {"exit_code": code}
        if settings.json:
            screen.put_json(told.result)
        if summary.error_code == INTERRUPTED:
            screen.say(f"interrupted: {_what_is_true(identity.run)}.")
        return code


def _look_after(settings: Settings, session: Session, summary: Summary) -> Afterlook | None:
    from reconciler.cli.afterlook import look_after

    screen.flush()
    seen = look_after(settings, session, summary)
    if seen is not None and seen.text and not settings.json:
        screen.put(f"\n{seen.text}")
    return seen


def _seen_document(seen: Afterlook) -> dict[str, Json]:
    return {"verification": seen.document}


_STOPPING = "stopping: finishing the call in flight; once more stops at once"


def _what_is_true(run: str) -> str:
    """After the second signal: a call may be on its way, and the journal knows which."""
    return (
        f"stopped at once, in run {run}. A call that was under way may or may not have taken effect; the "
        f"journal knows it (`reconciler history {run}`). Go on with `reconciler plan`: it reads what is "
        "there, and nothing is made twice"
    )


def _stopped_at_once(settings: Settings, run: str, told: Told) -> int:
    """The end of a run that had not begun to write, or could not be summed up any more."""
    message = _what_is_true(run)
    document = _error_document("Interrupted", message, INTERRUPTED)
    told.ended(document)
    if settings.json:
        screen.put_json(document)
    screen.say(f"interrupted: {message}.")
    return INTERRUPTED


def _error_document(kind: str, message: str, exit_code: int) -> dict[str, Json]:
    return {"error": {"kind": kind, "message": message}, "exit_code": exit_code}
