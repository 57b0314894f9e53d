"""Making a plan for a command, and showing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli import screen
from reconciler.cli.failure import say_error
from reconciler.cli.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.cli.settings import Settings
    from reconciler.model.plan import Plan
    from reconciler.model.value import Json
    from reconciler.plan.planner import Choices
    from reconciler.session import Session

GUARD = 4
MOST_FLAGS = 5
FIRST_FLAGS = 3
"""Ways through that are all named at the end; of more the first are, and the rest is counted."""


def make_plan(
    settings: Settings,
    session: Session,
    choices: Choices,
    destroy: bool = False,
    reviewed: Plan | None = None,
) -> Plan:
    """The plan, while a line on stderr says what is going on."""
    from reconciler.workflow import plan_changes

    with Progress(settings) as progress:
        progress.now(f"reading account {session.connection.account}")
        return plan_changes(session, choices, destroy, reviewed)


def plan_text(settings: Settings, document: Mapping[str, Json], show_calls: bool = False) -> str:
    """The plan of a document as text, in colour and in the width of a terminal where stdout is one."""
    from reconciler.report.terminal import render_plan

    return render_plan(
        document, color=screen.has_color(settings), show_calls=show_calls, width=screen.width()
    )


def refuse(settings: Settings, plan: Plan) -> int:
    """Says on stderr which guards refused `plan`, and how each is allowed; the exit code."""
    names = ", ".join(dict.fromkeys(guard.name for guard in plan.refusals))
    say_error(f"a guard refuses this plan, so it cannot be applied: {names}", settings)
    flags = list(dict.fromkeys(f"--allow {guard.flag}" for guard in plan.refusals))
    words = " ".join(flags)
    if len(flags) > MOST_FLAGS:
        more = f" and {len(flags) - FIRST_FLAGS:,} more: each stands below its refusal"
        words = " ".join(flags[:FIRST_FLAGS]) + more
    screen.say_inert(f"If it is what you want, plan again with {words}")
    return GUARD


def refusal_document(plan: Plan) -> dict[str, Json]:
    """The refusals as the JSON of an error."""
    guards: list[Json] = [
        {"name": guard.name, "detail": guard.detail, "flag": f"--allow {guard.flag}"}
        for guard in plan.refusals
    ]
    message = "a guard refuses this plan, so it cannot be applied"
    return {"error": {"kind": "GuardRefused", "message": message, "guards": guards}, "exit_code": GUARD}
