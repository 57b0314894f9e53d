"""One look at the account: plan, with `--apply` carry it out, and count what there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.errors import BudgetExceeded, LockHeld
from reconciler.model.address import Address
from reconciler.model.change import Action, Reason
from reconciler.model.event import Event
from reconciler.model.plan import Plan
from reconciler.model.step import OpenStep
from reconciler.model.summary import Summary
from reconciler.plan.planner import Choices
from reconciler.session import Session
from reconciler.state.runs import Run
from reconciler.watch.answers import Answers
from reconciler.watch.pace import day_ends, share_of_looks
from reconciler.watch.remembering import Remembering
from reconciler.workflow import RunIdentity, apply_changes, plan_changes

_DRIFTED = (Reason.DRIFTED, Reason.CONFIG_CHANGED_AND_DRIFTED)


class Look(Struct, frozen=True):
    """What one look saw, `at` a moment of the account's clock.

    `pending` are the changes before anything was applied, by action, and `addresses` where they are; `calls`
    is what planning took. `used` of `limit` calls are gone today, `reserve` are kept for others, and the
    quota's day `ends`. `drifts` are where Komet was changed, `steps` what waits for a person. `why_not` says
    why nothing was applied although it was asked for; `is_short`, that it was for want of calls. `limits`
    are how old the answer to each of its questions may become: they tell what later looks will take.
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
    drifts: frozenset[Address] = frozenset()
    refused: tuple[str, ...] = ()
    in_doubt: int = 0
    steps: tuple[OpenStep, ...] = ()
    last_apply: Run | None = None
    applied: Summary | None = None
    why_not: str = ""
    is_short: bool = False
    limits: tuple[timedelta, ...] = ()

    @property
    def most(self) -> int:
        """The calls of a look for which nothing is remembered."""
        return max(self.calls, len(self.limits))

    def calls_at(self, every: timedelta) -> Fraction:
        """The calls that a look takes on average where one is made so often."""
        if not self.limits:
            return Fraction(self.calls)
        return sum((share_of_looks(each, every) for each in self.limits), Fraction(0))

    @property
    def drifted(self) -> int:
        """How many changes have as their reason that Komet was changed."""
        return len(self.drifts)

    @property
    def open_steps(self) -> int:
        """How many steps wait for a person."""
        return len(self.steps)

    @property
    def left(self) -> int:
        """The calls that may still be used today, those kept for others not counted."""
        return self.limit - self.used - self.reserve


class Applying(Struct, frozen=True):
    """How `--apply` applies: as whom, who hears of it, who may stop it, and what is left alone."""

    identity: Callable[[], RunIdentity]
    notify: Callable[[Event], None]
    is_stopping: Callable[[], bool]


class Done(Struct, frozen=True):
    """What was carried out, or why nothing was; `is_short` says that the calls do not suffice."""

    summary: Summary | None = None
    why_not: str = ""
    is_short: bool = False


class Notebook(Struct):
    """What a watch has read, from look to look; a new business day begins with an empty page, and so does
    another account."""

    page: tuple[str, date] | None = None
    answers: Answers = field(default_factory=Answers)

    def reader(self, session: Session) -> tuple[Session, Remembering]:
        """`session` as one that asks only for what was not read lately."""
        connection = session.connection
        page = connection.account, session.today
        if self.page != page:
            self.page, self.answers = page, Answers()
        port = Remembering(connection.port, self.answers, connection.now, session.today)
        rests = bool(self.answers.by_query)
        return replace(session, connection=replace(connection, port=port), rests_on_memory=rests), port


def look_at_account(
    session: Session,
    applying: Applying | None,
    left_alone: Sequence[Address] = (),
    notebook: Notebook | None = None,
) -> Look:
    """One look, which asks only for what `notebook` has not heard lately. With `applying` what is pending is
    carried out behind the guards, but for what is `left_alone` and what depends on that, once everything was
    read again. Errors of the configuration, of access and of Komet are raised."""
    book = notebook or Notebook()
    reader, port = book.reader(session)
    try:
        plan = plan_changes(reader, Choices())
    finally:
        book.answers = port.known
    book.answers = port.kept
    done = Done() if applying is None else _apply(session, reader, plan, applying, left_alone)
    if done.summary is not None:
        book.answers = Answers()
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
        drifts=frozenset(change.address for change in plan.changes if change.reason in _DRIFTED),
        refused=tuple(dict.fromkeys(guard.name for guard in plan.refusals)),
        in_doubt=len(state.journal.open_entries(session.scope)),
        steps=tuple(state.worklist.open_steps(session.scope)),
        last_apply=next(iter(state.runs.list(session.scope, 1)), None),
        applied=done.summary,
        why_not=done.why_not,
        is_short=done.is_short,
        limits=port.limits,
    )


def _by_action(plan: Plan) -> dict[str, int]:
    counts = Counter(change.action for change in plan.changes)
    return {action.value: counts[action] for action in Action}


def _apply(
    session: Session, reader: Session, plan: Plan, applying: Applying, left_alone: Sequence[Address]
) -> Done:
    """What was carried out. What rests on memory only says that it is time to read everything."""
    known = {change.address for change in plan.changes}
    excludes = tuple(str(each) for each in left_alone if each in known)
    chosen = plan if not excludes else plan_changes(reader, Choices(excludes=excludes))
    if chosen.refusals:
        names = ", ".join(dict.fromkeys(each.name for each in chosen.refusals))
        return Done(why_not=f"a guard refuses: {names}")
    if not _is_new(session, chosen):
        return Done()
    if reader.rests_on_memory:
        return _apply(session, session, plan_changes(session, Choices()), applying, left_alone)
    try:
        return Done(
            apply_changes(
                session,
                chosen,
                applying.identity(),
                notify=applying.notify,
                is_stopping=applying.is_stopping,
            )
        )
    except (BudgetExceeded, LockHeld) as error:
        return Done(why_not=str(error), is_short=isinstance(error, BudgetExceeded))


def _is_new(session: Session, plan: Plan) -> bool:
    """Whether there is something to carry out: a change that waits for a person alone is no reason to apply
    once more."""
    asked = {f"{each.address} {each.step.key}" for each in session.state.worklist.open_steps(session.scope)}
    return any(
        change.api_steps
        or not change.operator_steps
        or any(f"{change.address} {step.key}" not in asked for step in change.operator_steps)
        for change in plan.changes
    )
