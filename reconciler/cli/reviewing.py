"""Planning against a plan that somebody has reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.failure import say_error
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.cli.settings import Settings
    from reconciler.model.plan import Plan
    from reconciler.plan.planner import Choices
    from reconciler.session import Session

NOT_AS_REVIEWED = 6


def read_reviewed(settings: Settings, session: Session, file: str, choices: Choices) -> Plan:
    """The saved plan in `file`, if this project's plans can be compared with it.

    `UsageError` when `choices` says what stands in it already, `PlanUnusable` when it is none of ours.
    """
    from reconciler.cli.plan_file import read_plan_file
    from reconciler.plan.review import raise_if_not_reviewable
    from reconciler.report.document_reading import plan_from_document

    if choices.targets or choices.excludes or choices.rewrite or choices.allow:
        raise UsageError(
            "--allow, --target, --exclude and --rewrite stand in the reviewed plan: not with --reviewed"
        )
    reviewed = plan_from_document(read_plan_file(settings.path(file)))
    raise_if_not_reviewable(reviewed, session.configuration.project)
    return reviewed


def tell_left_out(settings: Settings, plan: Plan, reviewed: Plan) -> int:
    """Says on stderr what is left out of `plan` for not being as it was reviewed; the exit code."""
    from reconciler.plan.review import left_out

    addresses = left_out(plan, reviewed)
    if not addresses:
        return 0
    say_error(f"left out, since it is not what was reviewed: {', '.join(addresses)}", settings)
    return NOT_AS_REVIEWED
