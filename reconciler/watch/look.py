"""One look at the account: plan, with `--apply` carry it out, and count what there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.errors import BudgetExceeded, LockHeld
from reconciler.model.address import Address
from reconciler.model.change import Action, Reason
from reconciler.model.event import Event
from reconciler.model.plan import Plan
from reconciler.model.summary import Summary
from reconciler.plan.planner import Choices
from reconciler.session import Session
from reconciler.state.runs import Run
from reconciler.watch.pace import day_ends
from reconciler.workflow import RunIdentity, apply_changes, plan_changes

_DRIFTED = (Reason.DRIFTED, Reason.CONFIG_CHANGED_AND_DRIFTED)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look saw, `at` a moment of the account's clock.

    `pending` are the changes before anything was applied, by action, and `addresses` where they are; `calls`
    is what planning took. `used` of `limit` calls are gone today, `reserve` are kept for others, and the
    quota's day `ends`. `why_not` says why nothing was applied although it was asked for.
    """

    project: str
    environment: str | None
    at: datetime
    ends: datetime
    calls: int
    used: int
    limit: int
    reserve: int
    addresses: frozenset[Address] = frozenset()
    pending: Mapping[str, int] = field(default_factory=dict)
    drifted: int = 0
    refused: tuple[str, ...] = ()
    in_doubt: int = 0
    open_steps: int = 0
    last_apply: Run | None = None
    applied: Summary | None = None
    why_not: str = ""

    @property
    def left(self) -> int:
        """The calls that may still be used today, those kept for others not counted."""
        return self.limit - self.used - self.reserve


@dataclass(frozen=True, slots=True)
class Applying:
    """How `--apply` applies: as whom, who hears of it, who may stop it, and what is left alone."""

    identity: Callable[[], RunIdentity]
    notify: Callable[[Event], None]
    is_stopping: Callable[[], bool]


def look_at_account(session: Session, applying: Applying | None, left_alone: Sequence[Address] = ()) -> Look:
    """One look. With `applying` what is pending is carried out behind the guards, but for what is
    `left_alone` and what depends on that. Errors of the configuration, of access and of Komet are raised."""
    plan = plan_changes(session, Choices())
    summary, why_not = (None, "") if applying is None else _apply(session, plan, applying, left_alone)
    project, state = session.configuration.project, session.state
    now = session.connection.now()
    return Look(
        project=project.name,
        environment=project.environment,
        at=now,
        ends=day_ends(now, project.komet.timezone),
        calls=plan.calls.read,
        used=session.calls_used_today,
        limit=project.komet.daily_limit,
        reserve=project.reserve,
        addresses=frozenset(change.address for change in plan.changes),
        pending=_by_action(plan),
        drifted=sum(change.reason in _DRIFTED for change in plan.changes),
        refused=tuple(dict.fromkeys(guard.name for guard in plan.refusals)),
        in_doubt=len(state.journal.open_entries(session.scope)),
        open_steps=len(state.worklist.open_steps(session.scope)),
        last_apply=next(iter(state.runs.list(session.scope, 1)), None),
        applied=summary,
        why_not=why_not,
    )


def _by_action(plan: Plan) -> dict[str, int]:
    counts = Counter(change.action for change in plan.changes)
    return {action.value: counts[action] for action in Action}


def _apply(
    session: Session, plan: Plan, applying: Applying, left_alone: Sequence[Address]
) -> tuple[Summary | None, str]:
    """What was carried out, or why nothing was. A change that waits for a person alone is no reason to apply
    once more."""
    known = {change.address for change in plan.changes}
    excludes = tuple(str(each) for each in left_alone if each in known)
    chosen = plan if not excludes else plan_changes(session, Choices(excludes=excludes))
    if chosen.refusals:
        return None, f"a guard refuses: {', '.join(dict.fromkeys(each.name for each in chosen.refusals))}"
    asked = {f"{each.address} {each.step.key}" for each in session.state.worklist.open_steps(session.scope)}
    is_new = any(
        change.api_steps
        or not change.operator_steps
        or any(f"{change.address} {step.key}" not in asked for step in change.operator_steps)
        for change in chosen.changes
    )
    if not is_new:
        return None, ""
    try:
        return (
            apply_changes(
                session,
                chosen,
                applying.identity(),
                notify=applying.notify,
                is_stopping=applying.is_stopping,
            ),
            "",
        )
    except (BudgetExceeded, LockHeld) as error:
        return None, str(error)
