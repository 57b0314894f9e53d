"""The stages composed: what a script, a test or the command line calls. Nothing here prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler import __version__
from reconciler.errors import (
    BudgetExceeded,
    ConfigurationError,
    GuardRefused,
    PlanUnusable,
    QuotaExhausted,
    ReconcilerError,
    StateError,
)
from reconciler.kinds.kind import LiveIds, Scope
from reconciler.kinds.registry import REGISTRY
from reconciler.komet.passing import TooFast
from reconciler.komet.port import KometPort
from reconciler.looking_up import (
    cached_catalogue,
    located,
    look_up,
    remembered,
    scope_of,
    stale_lists,
)
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.event import Event, Outcome
from reconciler.model.plan import Plan
from reconciler.model.project import TokenSource
from reconciler.model.resource import Applied
from reconciler.model.step import ClosedStep, Ending, Fate
from reconciler.model.summary import ChangeResult, Summary
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
from reconciler.report.history import planned_document, spent_document
from reconciler.report.style import age_words
from reconciler.report.summary import summary_document
from reconciler.session import Session
from reconciler.state.run_changes import RunChange
from reconciler.state.snapshots import Snapshot

if TYPE_CHECKING:  # who plans neither applies nor verifies, and need not wait until both are loaded
    from reconciler.apply.executor import Applying
    from reconciler.apply.recording import StateRecorder
    from reconciler.apply.tools import Tools
    from reconciler.verify.finding import Verification


@dataclass(frozen=True, slots=True)
class RunIdentity:
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
        _start(session, chosen, identity, str(plan_document(plan)["digest"]) if saved else None)
        _remember(session, plan, identity.run)
        recorder = StateRecorder(
            session.state, session.scope, identity.run, grant, session.connection.now, life
        )
        tools = _tools(session, plan, recorder, notify, is_stopping)
        earlier = session.state.journal.open_entries(session.scope)
        calls = session.connection.port.calls_made
        bindings = session.state.resources.bindings(session.scope) if earlier else {}
        applying = Applying(chosen, tools, Writing(tools, _applied(session)), earlier, bindings)
        applying.run()
        with suppress(StateError):  # what costs no more than a call later
            live = {kind: each.values() for kind, each in applying.live.items()}
            renew_snapshot(session, live, applying.gone)
        summary = _summary(session, plan, identity.run, applying, calls)
        return _finish(session, plan, summary, applying.error)
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
    _raise_if_used(session, str(document["digest"]))
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


def _raise_if_used(session: Session, digest: str) -> None:
    used = session.state.runs.used_plan(digest)
    if used is not None:
        raise PlanUnusable(f"the plan was applied already, in run {used}: plan again")


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


def _start(session: Session, plan: Plan, identity: RunIdentity, digest: str | None) -> None:
    """Writes down that the run begins, and what it is about to change. Alone on the account now, it looks
    once more whether a saved plan was used meanwhile."""
    if digest is not None:
        _raise_if_used(session, digest)
    now = session.connection.now()
    session.state.runs.start(
        session.scope, identity.run, "apply", now, identity.commit, identity.author, digest
    )
    _move(session)
    former = _applied(session)
    session.state.run_changes.note(
        identity.run,
        [RunChange(each.address, planned_document(each), former.get(each.address)) for each in plan.changes],
    )


def _finish(session: Session, plan: Plan, summary: Summary, error: ReconcilerError | None) -> Summary:
    """Writes down how the run ended. There is a summary also when the state takes nothing any more."""
    state, now = session.state, session.connection.now()
    try:
        if isinstance(error, QuotaExhausted) and not isinstance(error, TooFast):
            state.ledger.note_exhausted(session.connection.account, session.today)
        summary = _with_worklist(session, summary)
        document = summary_document(summary) | {"money": spent_document(plan.changes, summary)}
        state.run_changes.conclude(summary.run, {each.address: each.outcome for each in summary.results})
        state.runs.finish(summary.run, now, document, summary.exit_code)
    except StateError as broken:
        return replace(
            summary, error=summary.error or str(broken), error_code=summary.error_code or broken.exit_code
        )
    return summary


def _move(session: Session) -> None:
    """Writes down the moves of the configuration, once: a new name that is known already stays."""
    bindings = session.state.resources.bindings(session.scope)
    applied = session.state.resources.applied(session.scope)
    for old, new in session.configuration.moved.items():
        if new not in bindings and new not in applied:
            session.state.resources.move(session.scope, old, new)
            session.state.worklist.move(session.scope, old, new)


def _remember(session: Session, plan: Plan, run: str) -> None:
    """Writes down what the plan found and nobody remembered: what only a marker has told would be lost sight
    of, if this run died and something else were wanted then."""
    if not plan.agreed and not plan.changes:
        return
    resources = session.state.resources
    known = resources.bindings(session.scope)
    agreed = [each for each in plan.agreed if each.binding.address not in known]
    found = [change.binding for change in plan.changes if change.address not in known and change.binding]
    with session.state.together():
        resources.record_all(session.scope, agreed, run)
        for binding in found:
            resources.bind(session.scope, binding)


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
        calls_left=lambda: _left_today(session, plan) - plan.calls.reserve,
        notify=notify,
        is_stopping=is_stopping,
    )


def _scope(session: Session, plan: Plan) -> Scope:
    """What apply compares with: the ids are those that the plan saw."""
    ids = LiveIds({Address.parse(name): id for name, id in plan.ids.items()})
    return replace(scope_of(session), ids=ids, catalogue=cached_catalogue(session))


def _applied(session: Session) -> Mapping[Address, Applied]:
    return remembered(session)[1]


def _within_budget(session: Session, plan: Plan, partial: bool) -> Plan:
    """`plan`, or with `partial` what of it the calls of today suffice for; else `BudgetExceeded`."""
    left, reserve = _left_today(session, plan), plan.calls.reserve
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


def _left_today(session: Session, plan: Plan) -> int:
    return plan.calls.daily_limit - session.calls_used_today


def _summary(session: Session, plan: Plan, run: str, applying: Applying, calls_before: int) -> Summary:
    calls = session.connection.port.calls_made - calls_before
    try:
        left = _left_today(session, plan)
    except StateError:
        left = plan.calls.left - calls
    error = applying.error
    return Summary(
        run=run,
        results=tuple(_placed(session, applying, _result(applying, change)) for change in plan.changes),
        calls=calls,
        predicted_calls=applying.plan.calls.apply + applying.plan.calls.verify,
        left_today=left,
        error=str(error) if error else "",
        error_code=error.exit_code if error else 0,
    )


def _placed(session: Session, applying: Applying, result: ChangeResult) -> ChangeResult:
    """`result` with the file and the line of each of its lines that Komet refused."""
    progress, configuration = applying.progress.get(result.address), session.configuration
    known = result.address in configuration.resources
    if progress is None or not progress.refused or result.outcome is not Outcome.FAILED or not known:
        return result
    told = []
    for path, why in progress.refused:
        origin, _ = configuration.locate(result.address, path)
        told.append(f"{origin.file}:{origin.line}: {why}")
    return replace(result, message="Komet refused " + "; ".join(told))


def _result(applying: Applying, change: Change) -> ChangeResult:
    """How a change ended; one that the calls of today do not suffice for was not even begun."""
    progress = applying.progress.get(change.address)
    if progress is not None:
        return progress.result()
    return ChangeResult(
        change.address, change.action, Outcome.NOT_STARTED, "left for tomorrow: today's calls do not suffice"
    )


def _with_worklist(session: Session, summary: Summary) -> Summary:
    """Opens what the changes wait for, and closes what they need no more; of a change that did not end well
    the steps stay as they are, but for those that were seen to have ended."""
    worklist, scope, now = session.state.worklist, session.scope, session.connection.now()
    waiting = {result.address: result.waiting for result in summary.results if result.waiting}
    fates = {(result.address, step.key): fate for result in summary.results for step, fate in result.ended}
    finished = {result.address for result in summary.results if result.is_finished}
    asked = {(address, step.key) for address, steps in waiting.items() for step in steps}
    for each in worklist.open_steps(scope):
        if each.address in finished and (each.address, each.step.key) not in asked:
            fates.setdefault((each.address, each.step.key), _NOT_ASKED)
    closed = tuple(
        ClosedStep(each.address, each.step, each.since, fates[each.address, each.step.key])
        for each in worklist.open_steps(scope)
        if (each.address, each.step.key) in fates
    )
    if closed:
        worklist.close(scope, closed, now)
    worklist.open(scope, waiting, now)
    return replace(summary, closed=closed)


_NOT_ASKED = Fate(Ending.NOT_WANTED, "no longer wanted: the plan that was applied asks for something else")
