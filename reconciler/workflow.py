"""The stages composed: what a script, a test or the command line calls. Nothing here prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from reconciler import __version__
from reconciler.errors import (
    BudgetExceeded,
    ConfigurationError,
    GuardRefused,
    PlanUnusable,
    StateError,
)
from reconciler.kinds.kind import LiveIds, Scope
from reconciler.kinds.registry import REGISTRY
from reconciler.komet.port import KometPort
from reconciler.looking_up import (
    cached_catalogue,
    located,
    look_up,
    scope_of,
    stale_lists,
)
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.event import Event
from reconciler.model.plan import Plan
from reconciler.model.project import TokenSource
from reconciler.model.summary import Summary
from reconciler.model.value import Json
from reconciler.plan.cost import apply_calls, verify_calls
from reconciler.plan.guard import raise_if_unusable
from reconciler.plan.planner import Choices
from reconciler.plan.rejudge import judge_again
from reconciler.plan.review import make_plan_of
from reconciler.plan.selection import fit_within
from reconciler.reading import keep_reading, read_account, read_before, renew_snapshot
from reconciler.report.document import plan_document
from reconciler.report.document_reading import plan_from_document
from reconciler.report.style import age_words
from reconciler.running import (
    applied_before,
    begin_run,
    finish_run,
    left_today,
    raise_if_used,
    remember_found,
    summary_of,
)
from reconciler.session import Session
from reconciler.state.snapshots import Snapshot

if TYPE_CHECKING:  # who plans neither applies nor verifies, and need not wait until both are loaded
    from reconciler.apply.recording import StateRecorder
    from reconciler.apply.tools import Tools
    from reconciler.verify.finding import Verification


class RunIdentity(Struct, frozen=True):
    """Who applies: the run's id, who started it, and from which commit of the configuration."""

    run: str
    holder: str
    author: str | None = None
    commit: str | None = None


def plan_changes(
    session: Session, choices: Choices, destroy: bool = False, reviewed: Plan | None = None
) -> Plan:
    """The plan of the session's configuration. Komet is only read; nothing is locked.

    With `reviewed`, only those of its changes that stand there to the letter, each other one with a warning.
    `ConfigurationError` when a code is unknown or two orders could be meant, each fault with its place.
    """
    for argument in choices.allow:
        raise_if_unusable(argument)
    try:
        return _plan(session, choices, destroy, reviewed)
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
    from reconciler.verify.acceptance import read_acceptance
    from reconciler.verify.visibility import Work, verify_visibility

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
    saved: bool = False,
    partial: bool = False,
) -> Summary:
    """Carries `plan` out on the session's account, alone there, within the budget.

    With `partial` only the changes are made that the calls of today suffice for; the others are not started.

    Raises before the first write: `PlanUnusable` for a preview, `GuardRefused`, `BudgetExceeded`,
    `LockHeld`. What happens later stands in the summary, with what ended the run early.
    """
    from reconciler.apply.executor import Applying
    from reconciler.apply.recording import StateRecorder, lease_life
    from reconciler.apply.writing import Writing

    _raise_if_preview(plan)
    if plan.refusals:
        raise GuardRefused("; ".join(f"{guard.name}: {guard.detail}" for guard in plan.refusals))
    chosen = _within_budget(session, plan, partial)
    life = lease_life(session.configuration.project.komet.timeout)
    grant = session.state.lease.acquire(session.connection.account, identity.holder, life)
    try:
        digest = str(plan_document(plan)["digest"]) if saved else None
        begin_run(session, chosen, identity.run, identity.commit, identity.author, digest)
        remember_found(session, plan, identity.run)
        recorder = StateRecorder(
            session.state, session.scope, identity.run, grant, session.connection.now, life
        )
        tools = _tools(session, plan, recorder, notify, is_stopping)
        earlier = session.state.journal.open_entries(session.scope)
        calls = session.connection.port.calls_made
        bindings = session.state.resources.bindings(session.scope) if earlier else {}
        applying = Applying(chosen, tools, Writing(tools, applied_before(session, plan)), earlier, bindings)
        applying.run()
        with suppress(StateError):  # what costs no more than a call later
            live = {kind: each.values() for kind, each in applying.live.items()}
            renew_snapshot(session, live, applying.gone)
        summary = summary_of(session, plan, identity.run, applying, calls)
        return finish_run(session, plan, summary, applying.error)
    finally:
        with suppress(StateError):  # a lease that cannot be given back ends by itself
            session.state.lease.release(grant)


def read_saved_plan(session: Session, document: Mapping[str, Json]) -> Plan:
    """The saved plan, if it is ours to apply: unaltered, of this configuration, not expired, not used.

    `GuardRefused` when a guard refuses today what the plan does not say was allowed.
    """
    plan = plan_from_document(document)
    _raise_if_preview(plan)
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
    raise_if_used(session, str(document["digest"]))
    refusals = judge_again(plan, project.guards, session.today)
    if refusals and not plan.refusals:
        raise GuardRefused("; ".join(f"{guard.name}: {guard.detail}" for guard in refusals))
    return plan


def _preview(plan: Plan, before: Snapshot, at: datetime) -> Plan:
    """`plan` as one that rests on a reading of `at`: how old that is, and what was not looked for then."""
    unread = [each.address for each in plan.changes if each.address not in before.sought]
    age = f"no call was made: this rests on what was read {age_words(plan.made_at - at)} ago"
    text = "it was not looked for then: whether it stands in Komet already shows only a plan with calls"
    remarks = (
        Diagnostic(Severity.WARNING, age),
        *(Diagnostic(Severity.WARNING, text, address=each) for each in unread),
    )
    return replace(plan, basis_at=at, closed=(), diagnostics=(*remarks, *plan.diagnostics))


def _raise_if_preview(plan: Plan) -> None:
    if plan.basis_at is not None:
        raise PlanUnusable("the plan was made offline, as a preview: plan again without --offline")


def _plan(session: Session, choices: Choices, destroy: bool, reviewed: Plan | None) -> Plan:
    reading = read_account(session, destroy, is_sparing=True)
    plan = make_plan_of(REGISTRY, reading.basis, choices, reviewed)
    moved = _recorded_moves(session)
    plan = replace(plan, gone=tuple(sorted({*plan.gone, *reading.kept, *moved})))
    plan = replace(plan, diagnostics=tuple(located(session, each) for each in plan.diagnostics))
    if session.snapshot is not None:
        return _preview(plan, read_before(session.snapshot), session.snapshot.taken_at)
    if not destroy and not session.rests_on_memory:
        keep_reading(session, reading, plan)
    if plan.closed:
        session.state.worklist.close(session.scope, plan.closed, session.connection.now())
    return plan


def _recorded_moves(session: Session) -> list[Address]:
    """The addresses of the configuration's moves under which something is still remembered."""
    moved = session.configuration.moved
    recorded = session.state.resources.bindings(session.scope) if moved else {}
    return [old for old in moved if old in recorded]


def _tools(
    session: Session,
    plan: Plan,
    recorder: StateRecorder,
    notify: Callable[[Event], None],
    is_stopping: Callable[[], bool],
) -> Tools:
    from reconciler.apply.tools import Tools

    return Tools(
        kinds=REGISTRY,
        port=session.connection.port,
        recorder=recorder,
        scope=_scope(session, plan),
        now=session.connection.now,
        wait=session.connection.wait,
        patience=float(session.configuration.project.komet.timeout),
        calls_left=lambda: left_today(session, plan) - plan.calls.reserve,
        notify=notify,
        is_stopping=is_stopping,
    )


def _scope(session: Session, plan: Plan) -> Scope:
    """What apply compares with: the ids are those that the plan saw."""
    ids = LiveIds({Address.parse(name): id for name, id in plan.ids.items()})
    return replace(scope_of(session), ids=ids, catalogue=cached_catalogue(session))


def _within_budget(session: Session, plan: Plan, partial: bool) -> Plan:
    """`plan`, or with `partial` what of it the calls of today suffice for; else `BudgetExceeded`."""
    left, reserve = left_today(session, plan), plan.calls.reserve
    if plan.calls.apply + plan.calls.verify <= left - reserve:
        return plan
    scope = _scope(session, plan)

    def calls(changes: Sequence[Change]) -> tuple[int, int]:
        return apply_calls(REGISTRY, changes, scope), verify_calls(REGISTRY, changes, scope)

    changes = fit_within(plan.changes, lambda some: sum(calls(some)), left - reserve) if partial else ()
    if not changes:
        raise BudgetExceeded(plan.calls.apply + plan.calls.verify, left, reserve)
    apply, verify = calls(changes)
    return replace(plan, changes=changes, calls=replace(plan.calls, apply=apply, verify=verify))
