"""Planning against a plan that somebody has reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli import screen
from reconciler.cli.failure import say_error
from reconciler.errors import PlanUnusable, UsageError

if TYPE_CHECKING:
    from reconciler.cli.settings import Settings
    from reconciler.model.plan import Plan
    from reconciler.plan.planner import Choices
    from reconciler.session import Session

NOT_AS_REVIEWED = 6


def read_reviewed(settings: Settings, session: Session, file: str, choices: Choices) -> Plan:
    """The saved plan in `file`, if this project's plans can be compared with it.

    `UsageError` when `choices` says what stands in it already, `PlanUnusable` when it is none of ours, and
    when there is no such file: then nothing was reviewed.
    """
    from reconciler.cli.plan_file import read_plan_file
    from reconciler.plan.review import raise_if_not_reviewable
    from reconciler.report.document_reading import plan_from_document

    if choices.targets or choices.excludes or choices.rewrite or choices.allow:
        raise UsageError(
            "--allow, --target, --exclude and --rewrite stand in the reviewed plan: not with --reviewed"
        )
    path = settings.path(file)
    if not path.exists():
        raise PlanUnusable(f"no plan was reviewed, so nothing is applied: there is no file {path}")
    reviewed = plan_from_document(read_plan_file(path))
    raise_if_not_reviewable(reviewed, session.configuration.project)
    return reviewed


def tell_reviewed(settings: Settings, plan: Plan, reviewed: Plan, file: str) -> int:
    """Says on stderr how much of `plan` stands in the plan reviewed in `file`, and what is left out of it;
    the exit code."""
    from reconciler.plan.review import left_out
    from reconciler.report.style import counted

    addresses = left_out(plan, reviewed)
    if plan.changes:
        stand = "stands" if len(plan.changes) == 1 else "stand"
        screen.say_inert(f"Reviewed: {counted(len(plan.changes), 'change')} {stand} in {file} to the letter.")
    if not addresses:
        return 0
    say_error(f"left out, since it is not what was reviewed: {', '.join(addresses)}", settings)
    return NOT_AS_REVIEWED
