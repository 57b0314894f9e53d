"""The stages composed: what a script, a test or the command line calls. Nothing here prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reconciler import __version__
from reconciler.apply.executor import Applying, Tools
from reconciler.apply.recording import LEASE_LIFE, StateRecorder
from reconciler.errors import BudgetExceeded, ConfigurationError, GuardRefused, PlanUnusable
from reconciler.kinds.kind import LiveIds
from reconciler.kinds.registry import REGISTRY
from reconciler.komet.port import KometPort
from reconciler.model.address import Address
from reconciler.model.event import Event
from reconciler.model.plan import Plan
from reconciler.model.project import TokenSource
from reconciler.model.resource import Applied
from reconciler.model.step import OperatorStep
from reconciler.model.summary import Summary
from reconciler.model.value import Json
from reconciler.plan.planner import Choices, make_plan
from reconciler.reading import (
    cached_catalogue,
    located,
    look_up,
    read_account,
    remembered,
    scope_of,
    stale_lists,
)
from reconciler.report.document import plan_document
from reconciler.report.document_reading import plan_from_document
from reconciler.report.summary import summary_document
from reconciler.session import Session
from reconciler.verify.acceptance import read_acceptance
from reconciler.verify.finding import Verification
from reconciler.verify.visibility import Work, verify_visibility


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """Who applies: the run's id, who started it, and from which commit of the configuration."""

    run: str
    holder: str
    author: str | None = None
    commit: str | None = None


def plan_changes(session: Session, choices: Choices, destroy: bool = False) -> Plan:
    """The plan of the session's configuration. Komet is only read; nothing is locked.

    `ConfigurationError` when a code is unknown or two orders could be meant, each fault with its place.
    """
    try:
        return _plan(session, choices, destroy)
    except ConfigurationError as error:
        raise ConfigurationError([located(session, each) for each in error.diagnostics]) from None


def verify_account(
    session: Session,
    open_shop: Callable[[TokenSource], KometPort],
    patterns: Sequence[str] = (),
    *,
    announce: Callable[[int, str], None] = lambda calls, what: None,
    wait: Callable[[float], None] | None = None,
) -> Verification:
    """What each customer's own token sees of what is kept for it; `open_shop` connects with such a token.

    `announce` hears of calls before they are made. With `wait`, which is called with seconds, what is too
    fresh to judge is looked at again.
    """
    stale = len(stale_lists(session))
    if stale:
        announce(stale, "to read the reference lists anew")
    wanted = look_up(session)
    known = {*wanted.applied, *wanted.bindings}
    work = Work(
        resolved=wanted.resolved,
        bindings=wanted.bindings,
        applied=wanted.applied,
        scope=wanted.scope,
        tokens=session.configuration.customer_tokens,
        acceptance=read_acceptance(session.state, session.scope, known),
        open_steps=session.state.worklist.open_steps(session.scope),
        port=session.connection.port,
        open_shop=open_shop,
        now=session.connection.now,
        announce=announce,
        predicted=stale,
    )
    return verify_visibility(work, patterns, wait=wait)


def apply_changes(
    session: Session,
    plan: Plan,
    identity: RunIdentity,
    *,
    notify: Callable[[Event], None] = lambda event: None,
    is_stopping: Callable[[], bool] = lambda: False,
    wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    saved: bool = False,
) -> Summary:
    """Carries `plan` out on the session's account, alone there, within the budget.

    Raises before the first write: `GuardRefused`, `BudgetExceeded`, `LockHeld`. What happens later stands in
    the summary, with what ended the run early.
    """
    if plan.refusals:
        raise GuardRefused("; ".join(f"{guard.name}: {guard.detail}" for guard in plan.refusals))
    _raise_if_over_budget(session, plan)
    state, now = session.state, session.connection.now
    grant = state.lease.acquire(session.connection.account, identity.holder, wall_clock(), LEASE_LIFE)
    try:
        digest = str(plan_document(plan)["digest"]) if saved else None
        state.runs.start(
            session.scope, identity.run, "apply", now(), identity.commit, identity.author, digest
        )
        _move(session)
        calls = session.connection.port.calls_made
        recorder = StateRecorder(state, session.scope, identity.run, grant, now, wall_clock)
        applying = Applying(plan, _tools(session, plan, recorder, notify, is_stopping), _applied(session))
        applying.run()
        summary = _summary(session, plan, identity.run, applying, calls)
        _sync_worklist(session, plan, summary)
        state.runs.finish(identity.run, now(), summary_document(summary), summary.exit_code)
        return summary
    finally:
        state.lease.release(grant)


def read_saved_plan(session: Session, document: Mapping[str, Json]) -> Plan:
    """The saved plan, if it is ours to apply: unaltered, of this configuration, not expired, not used."""
    plan = plan_from_document(document)
    project = session.configuration.project
    for word, theirs, ours in (
        ("project", plan.project, project.name),
        ("environment", plan.environment, project.environment),
        ("company", plan.company, project.komet.company),
        ("version of reconciler", plan.reconciler, __version__),
    ):
        if theirs != ours:
            raise PlanUnusable(f"the plan was made for the {word} {theirs}, and this is {ours}")
    if plan.config_digest != session.configuration.digest:
        raise PlanUnusable("the configuration has changed since the plan was made: plan again")
    if session.connection.now() >= plan.expires_at:
        raise PlanUnusable(f"the plan expired at {plan.expires_at.isoformat()}: plan again")
    used = session.state.runs.used_plan(str(document["digest"]))
    if used is not None:
        raise PlanUnusable(f"the plan was applied already, in run {used}: plan again")
    return plan


def _plan(session: Session, choices: Choices, destroy: bool) -> Plan:
    reading = read_account(session, destroy)
    plan = make_plan(REGISTRY, reading.basis, choices)
    recorded = session.state.resources.bindings(session.scope)
    moved = [old for old in session.configuration.moved if old in recorded]
    plan = replace(plan, gone=tuple(sorted({*plan.gone, *reading.kept, *moved})))
    plan = replace(plan, diagnostics=tuple(located(session, each) for each in plan.diagnostics))
    if not (choices.targets or choices.excludes or destroy):
        _close_steps(session, plan)
    return plan


def _move(session: Session) -> None:
    """Writes down the moves of the configuration, once: a new name that is known already stays."""
    bindings = session.state.resources.bindings(session.scope)
    applied = session.state.resources.applied(session.scope)
    for old, new in session.configuration.moved.items():
        if new not in bindings and new not in applied:
            session.state.resources.move(session.scope, old, new)


def _tools(
    session: Session,
    plan: Plan,
    recorder: StateRecorder,
    notify: Callable[[Event], None],
    is_stopping: Callable[[], bool],
) -> Tools:
    ids = LiveIds({Address.parse(name): id for name, id in plan.ids.items()})
    scope = replace(scope_of(session), ids=ids, catalogue=cached_catalogue(session))
    return Tools(REGISTRY, session.connection.port, recorder, scope, notify, is_stopping)


def _applied(session: Session) -> Mapping[Address, Applied]:
    return remembered(session)[1]


def _raise_if_over_budget(session: Session, plan: Plan) -> None:
    needed = plan.calls.apply + plan.calls.verify
    left = plan.calls.daily_limit - session.calls_used_today
    if needed > left - plan.calls.reserve:
        raise BudgetExceeded(needed, left, plan.calls.reserve)


def _summary(session: Session, plan: Plan, run: str, applying: Applying, calls_before: int) -> Summary:
    return Summary(
        run=run,
        results=tuple(progress.result() for progress in applying.progress.values()),
        calls=session.connection.port.calls_made - calls_before,
        predicted_calls=plan.calls.apply + plan.calls.verify,
        left_today=plan.calls.daily_limit - session.calls_used_today,
        error=str(applying.error) if applying.error else "",
        error_code=applying.error.exit_code if applying.error else 0,
    )


def _sync_worklist(session: Session, plan: Plan, summary: Summary) -> None:
    """The open operator steps are those that the changes of this plan still wait for."""
    waiting = {result.address: result.waiting for result in summary.results if result.waiting}
    addresses = [result.address for result in summary.results]
    session.state.worklist.sync(session.scope, waiting, session.connection.now(), within=addresses)


def _close_steps(session: Session, plan: Plan) -> None:
    """Closes the open operator steps that a whole plan no longer asks for: reality caught up with them."""
    wanted = {change.address: change.operator_steps for change in plan.changes}
    still_open = session.state.worklist.open_steps(session.scope)
    keys = {(address, step.key) for address, steps in wanted.items() for step in steps}
    remaining: dict[Address, list[OperatorStep]] = {}
    for each in still_open:
        if (each.address, each.step.key) in keys:
            remaining.setdefault(each.address, []).append(each.step)
    session.state.worklist.sync(session.scope, remaining, session.connection.now())
