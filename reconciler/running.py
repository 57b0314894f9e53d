"""What is written down of a run: that it began, what it found, how it ended and what then waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.errors import PlanUnusable, QuotaExhausted, ReconcilerError, StateError
from reconciler.komet.passing import TooFast
from reconciler.looking_up import moved_applied
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.event import Outcome
from reconciler.model.plan import Plan
from reconciler.model.resource import Applied
from reconciler.model.step import ClosedStep, Ending, Fate
from reconciler.model.summary import ChangeResult, Summary
from reconciler.report.history import planned_document, spent_document
from reconciler.report.summary import summary_document
from reconciler.session import Session
from reconciler.state.run_changes import RunChange

if TYPE_CHECKING:
    from reconciler.apply.executor import Applying


def raise_if_used(session: Session, digest: str) -> None:
    """`PlanUnusable` when the saved plan of `digest` was applied already."""
    used = session.state.runs.used_plan(digest)
    if used is not None:
        raise PlanUnusable(f"the plan was applied already, in run {used}: plan again")


def begin_run(
    session: Session, plan: Plan, run: str, commit: str | None, author: str | None, digest: str | None
) -> None:
    """Writes down that the run begins, and what it is about to change. Alone on the account now, it looks
    once more whether a saved plan was used meanwhile."""
    if digest is not None:
        raise_if_used(session, digest)
    now = session.connection.now()
    session.state.runs.start(session.scope, run, "apply", now, commit, author, digest)
    _move(session)
    former = applied_before(session, plan)
    session.state.run_changes.note(
        run,
        [RunChange(each.address, planned_document(each), former.get(each.address)) for each in plan.changes],
    )


def finish_run(session: Session, plan: Plan, summary: Summary, error: ReconcilerError | None) -> Summary:
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
    if not session.configuration.moved:
        return
    bindings = session.state.resources.bindings(session.scope)
    applied = session.state.resources.applied(session.scope)
    for old, new in session.configuration.moved.items():
        if new not in bindings and new not in applied:
            session.state.resources.move(session.scope, old, new)
            session.state.worklist.move(session.scope, old, new)


def remember_found(session: Session, plan: Plan, run: str) -> None:
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


def applied_before(session: Session, plan: Plan) -> Mapping[Address, Applied]:
    """What was last applied, under the addresses of now: as it is before anything of `plan` is written."""
    addresses = {each.address for each in plan.changes}
    applied = session.state.resources.applied_when_asked(session.scope, addresses)
    return moved_applied(applied, session.configuration.moved)


def left_today(session: Session, plan: Plan) -> int:
    """The calls of the account that are left today, those kept for others included."""
    return plan.calls.daily_limit - session.calls_used_today


def summary_of(session: Session, plan: Plan, run: str, applying: Applying, calls_before: int) -> Summary:
    """How each change ended, and what it cost: `calls_before` were made when it began."""
    calls = session.connection.port.calls_made - calls_before
    try:
        left = left_today(session, plan)
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
