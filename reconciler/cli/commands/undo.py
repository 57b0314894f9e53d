"""`reconciler undo`: the plan that takes a run back."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.options import allow as allow_option
from reconciler.cli.options import parallel as parallel_option
from reconciler.cli.progress import Progress
from reconciler.cli.settings import Settings, pass_settings
from reconciler.model.inert import inert

if TYPE_CHECKING:
    from reconciler.model.plan import Plan


@click.command(cls=Command)
@click.argument("run")
@click.option("--out", metavar="FILE", help="Save the plan, for `apply --plan FILE`.")
@click.option("--show-calls", is_flag=True, help="Name every call.")
@allow_option
@parallel_option
@pass_settings
def command(
    settings: Settings, run: str, out: str | None, show_calls: bool, allow: tuple[str, ...], parallel: int
) -> int:
    """Plan to take RUN back, and say what of it cannot be.

    Komet is only read; `apply --plan FILE` carries the plan out. The configuration stays as it is, so that
    its next plan would do all of it again: change that back too, or instead.
    """
    from reconciler.cli.opening import open_configuration, open_work
    from reconciler.cli.plan_file import raise_if_no_place
    from reconciler.cli.planning import plan_text, refuse
    from reconciler.config.saving import OWNER_ONLY, save_text
    from reconciler.plan.planner import Choices
    from reconciler.report.document import plan_document
    from reconciler.undoing import plan_undo

    if out is not None:
        raise_if_no_place(settings.path(out))
    configuration = open_configuration(settings)
    with (
        open_work(settings, configuration, writing=False, parallel=parallel) as session,
        Progress(settings) as progress,
    ):
        progress.now(f"reading account {session.connection.account}")
        plan = plan_undo(session, run, Choices(allow=allow))
    document = plan_document(plan)
    if out is not None:
        save_text(settings.path(out), screen.json_text(document), OWNER_ONLY)
    if settings.json:
        screen.put_json(document)
    elif plan.changes:
        screen.put(plan_text(settings, document, show_calls))
    else:
        screen.put(_nothing(plan))
    if plan.refusals:
        return refuse(settings, plan)
    if out is not None and (plan.changes or plan.gone):
        screen.say(f"Saved. To carry out precisely this: reconciler apply --plan {shlex.quote(out)}")
    return 0


def _nothing(plan: Plan) -> str:
    """Why there is nothing that calls or clicks would take back, and what of the books would be."""
    lines = ["There is nothing to do in Komet."]
    lines += [f"! {each.address}: {inert(each.summary)}" for each in plan.diagnostics if each.address]
    lines += [f"= {each}: no longer managed, once this is applied" for each in plan.gone]
    return "\n".join(lines)
