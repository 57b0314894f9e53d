"""`reconciler plan`: what would change."""

from __future__ import annotations

import shlex

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.options import selecting
from reconciler.cli.reports import outputs_of, report_option, reporting
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import UsageError

FORMATS = ("text", "json", "markdown", "html")
PENDING = 2


@click.command(cls=Command)
@click.option("--out", metavar="FILE", help="Save the plan, for `apply --plan FILE`.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How to print it.")
@report_option(*FORMATS)
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 when changes are pending.")
@selecting
@click.option(
    "--rewrite",
    multiple=True,
    metavar="ADDRESS",
    help="Plan writing what cannot be compared; may be repeated.",
)
@click.option(
    "--reviewed",
    metavar="FILE",
    help="Only the changes that stand in this saved plan to the letter; end with 6 if there are others.",
)
@click.option("--show-calls", is_flag=True, help="Name every call.")
@click.option("--offline", is_flag=True, help="Preview without a call, from what was read last.")
@click.option("--destroy", is_flag=True, help="Plan the removal of everything that is managed.")
@pass_settings
def command(
    settings: Settings,
    out: str | None,
    form: str,
    reports: tuple[tuple[str, str], ...],
    detailed_exitcode: bool,
    allow: tuple[str, ...],
    targets: tuple[str, ...],
    excludes: tuple[str, ...],
    parallel: int,
    rewrite: tuple[str, ...],
    reviewed: str | None,
    show_calls: bool,
    offline: bool,
    destroy: bool,
) -> int:
    """Show what would change, and what it costs.

    Komet is only read. What the API cannot do is shown as a step for a person. A plan that a guard refuses
    is shown and saved too, and ends with 4.

    With --reviewed, Komet is planned anew, and what differs from the plan that somebody has looked at is left
    out: so what is applied is what was approved, however long ago that was. `apply --reviewed` does both at
    once.

    With --offline no call is made and no token is needed: it previews from what was read last, says how old
    that is, and cannot be applied.
    """
    from reconciler.cli.opening import open_configuration, open_offline_work, open_work
    from reconciler.cli.planning import make_plan, plan_text, refuse
    from reconciler.cli.reviewing import read_reviewed, tell_reviewed
    from reconciler.config.saving import OWNER_ONLY, save_text
    from reconciler.plan.planner import Choices
    from reconciler.plan.review import reviewed_choices
    from reconciler.report.document import plan_document

    if offline and reviewed is not None:
        raise UsageError("--offline previews, and --reviewed is for what is to be applied: take one of them")
    settings.json = settings.json or form == "json"
    saved = [out] if out is not None else []
    outputs = outputs_of(settings, reports, form=form, show_calls=show_calls, beside=saved)
    with reporting(settings, "plan", outputs) as told:
        configuration = told.about(open_configuration(settings))
        with (
            open_offline_work(settings, configuration)
            if offline
            else open_work(settings, configuration, writing=False, parallel=parallel)
        ) as session:
            choices, agreed = Choices(targets, excludes, rewrite, allow), None
            if reviewed is not None:
                agreed = read_reviewed(settings, session, reviewed, choices)
                choices = reviewed_choices(agreed)
            plan = make_plan(settings, session, choices, destroy, agreed)
        told.plan = told.result = document = plan_document(plan)
        if out is not None:
            save_text(settings.path(out), screen.json_text(document), OWNER_ONLY)
    if settings.json:
        screen.put_json(document)
    elif form == "text":
        screen.put(plan_text(settings, document, show_calls))
    if plan.refusals:
        return refuse(settings, plan)
    if out is not None and plan.changes and not offline:
        screen.say(f"Saved. To carry out precisely this: reconciler apply --plan {shlex.quote(out)}")
    if reviewed is not None and agreed is not None:
        code = tell_reviewed(settings, plan, agreed, reviewed)
        if code:
            return code
    return PENDING if detailed_exitcode and plan.changes else 0
