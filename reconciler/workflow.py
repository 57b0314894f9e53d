"""The stages composed: what a script, a test or the command line calls. Nothing here prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from reconciler import __version__
from reconciler.apply.executor import Applying, Tools
from reconciler.apply.recording import LEASE_LIFE, StateRecorder
from reconciler.errors import BudgetExceeded, ConfigurationError, GuardRefused, PlanUnusable
from reconciler.kinds.catalogue import LISTS, Catalogue, list_from_rows, rows_from_answer
from reconciler.kinds.kind import LiveIds, Match, Matches, Scope
from reconciler.kinds.registry import REGISTRY
from reconciler.komet.drive import drive
from reconciler.komet.port import KometPort
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.event import Event, Outcome
from reconciler.model.plan import Plan
from reconciler.model.project import TokenSource
from reconciler.model.resource import Applied, Binding, LiveResource, ResolvedResource, Sought
from reconciler.model.step import OperatorStep
from reconciler.model.summary import Summary
from reconciler.model.value import Json
from reconciler.plan.planner import Basis, Choices, make_plan
from reconciler.report.document import plan_document
from reconciler.report.document_reading import plan_from_document
from reconciler.session import Session
from reconciler.verify.acceptance import read_acceptance
from reconciler.verify.finding import Verification
from reconciler.verify.visibility import Work, verify_visibility

_LIST_OF = {
    "vendor": "vendors",
    "carrier": "carriers",
    "location": "locations",
    "locations": "locations",
    "product": "products",
    "box_type": "box_types",
}


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """Who applies: the run's id, who started it, and from which commit of the configuration."""

    run: str
    holder: str
    author: str | None = None
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The configuration with its codes looked up, beside what is remembered of it."""

    resolved: Mapping[Address, ResolvedResource]
    bindings: Mapping[Address, Binding]
    applied: Mapping[Address, Applied]
    scope: Scope


@dataclass(frozen=True, slots=True)
class AccountReading:
    """What a plan rests on, and `live`: all that was read, by kind, also what is nobody's business here.

    `kept` are addresses that left the configuration and stay as they are.
    """

    basis: Basis
    live: Mapping[str, tuple[LiveResource, ...]]
    kept: tuple[Address, ...]


def plan_changes(session: Session, choices: Choices, destroy: bool = False) -> Plan:
    """The plan of the session's configuration. Komet is only read; nothing is locked.

    `ConfigurationError` when a code is unknown or two orders could be meant, each fault with its place.
    """
    try:
        return _plan(session, choices, destroy)
    except ConfigurationError as error:
        raise ConfigurationError([_located(session, each) for each in error.diagnostics]) from None


def read_account(session: Session) -> AccountReading:
    """The account as a plan reads it, with as many calls. `ConfigurationError` as for a plan."""
    try:
        return _read_account(session, destroy=False)
    except ConfigurationError as error:
        raise ConfigurationError([_located(session, each) for each in error.diagnostics]) from None


def look_up(session: Session) -> Wanted:
    """The configuration with its codes looked up: only reference lists are read, those that are old."""
    try:
        return _wanted(session)
    except ConfigurationError as error:
        raise ConfigurationError([_located(session, each) for each in error.diagnostics]) from None


def read_customer(session: Session, address: Address) -> tuple[Wanted, Match, Scope]:
    """One customer as Komet has it, with its ship-tos; nothing else is read but lists that are old."""
    wanted = look_up(session)
    sought = [Sought(address, wanted.resolved[address], wanted.bindings.get(address))]
    kind = REGISTRY[address.kind]
    live = drive(kind.read(sought, wanted.scope), session.connection.port)
    matches = kind.match(sought, live, wanted.scope)
    if matches.diagnostics:
        raise ConfigurationError([_located(session, each) for each in matches.diagnostics])
    return wanted, matches.wanted[address], wanted.scope


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
    stale = len(_stale_lists(session))
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


def summary_document(summary: Summary) -> dict[str, Json]:
    """The summary as JSON."""
    return {
        "run": summary.run,
        "counts": {outcome.value: summary.count(outcome) for outcome in Outcome},
        "calls": summary.calls,
        "predicted_calls": summary.predicted_calls,
        "left_today": summary.left_today,
        "error": summary.error,
        "exit_code": summary.exit_code,
        "changes": [
            {
                "address": str(result.address),
                "action": result.action.value,
                "outcome": result.outcome.value,
                "message": result.message,
                "calls": result.calls,
                "number": result.number,
                "waiting": [step.instruction for step in result.waiting],
            }
            for result in summary.results
        ],
    }


def _plan(session: Session, choices: Choices, destroy: bool) -> Plan:
    reading = _read_account(session, destroy)
    plan = make_plan(REGISTRY, reading.basis, choices)
    recorded = session.state.resources.bindings(session.scope)
    moved = [old for old in session.configuration.moved if old in recorded]
    plan = replace(plan, gone=tuple(sorted({*plan.gone, *reading.kept, *moved})))
    plan = replace(plan, diagnostics=tuple(_located(session, each) for each in plan.diagnostics))
    if not (choices.targets or choices.excludes or destroy):
        _close_steps(session, plan)
    return plan


def _read_account(session: Session, destroy: bool) -> AccountReading:
    project, port = session.configuration.project, session.connection.port
    used = session.calls_used_today
    before = port.calls_made
    made_at = session.connection.now()
    wanted = _wanted(session)
    resolved: Mapping[Address, ResolvedResource] = {} if destroy else wanted.resolved
    matches, live, scope, kept = _read(session, resolved, wanted.bindings, wanted.applied, wanted.scope)
    basis = Basis(
        project=project,
        resolved=resolved,
        matches=matches,
        applied=wanted.applied,
        bindings=wanted.bindings,
        scope=scope,
        made_at=made_at,
        reconciler=__version__,
        config_digest=session.configuration.digest,
        read=port.calls_made - before,
        used=used,
    )
    return AccountReading(basis, live, tuple(kept))


def _wanted(session: Session) -> Wanted:
    resolved, scope = _resolve(session, _scope(session))
    bindings, applied, moved = _remembered(session)
    scope = replace(scope, moved={str(old): new for old, new in moved.items()})
    return Wanted(resolved, bindings, applied, scope)


def _scope(session: Session) -> Scope:
    """What reading and comparing rest on, before anything was read."""
    project = session.configuration.project
    open_steps = session.state.worklist.open_steps(session.scope)
    return Scope(
        project.name,
        session.today.isoformat(),
        numbers_per_call=project.komet.numbers_per_call,
        asked=frozenset(f"{each.address} {each.step.key}" for each in open_steps),
        assigns_by_api=project.komet.assign_customer == "api",
    )


def _resolve(session: Session, scope: Scope) -> tuple[dict[Address, ResolvedResource], Scope]:
    """The configuration with its codes looked up; an unknown one has the lists read anew."""
    catalogue, fresh = _catalogue(session, frozenset())
    resolved, faults = _resolve_all(session, replace(scope, catalogue=catalogue))
    doubtful = {_LIST_OF[str(part)] for fault in faults for part in fault.path if str(part) in _LIST_OF}
    if doubtful - fresh:
        catalogue, _ = _catalogue(session, frozenset(doubtful - fresh))
        resolved, faults = _resolve_all(session, replace(scope, catalogue=catalogue))
    if faults:
        raise ConfigurationError(faults)
    return resolved, replace(scope, catalogue=catalogue)


def _resolve_all(session: Session, scope: Scope) -> tuple[dict[Address, ResolvedResource], list[Diagnostic]]:
    faults: list[Diagnostic] = []
    resolved: dict[Address, ResolvedResource] = {}
    for address, desired in session.configuration.resources.items():
        found = REGISTRY[address.kind].resolve(desired, scope, faults.append)
        if found is not None:
            resolved[address] = found
    return resolved, faults


def _catalogue(session: Session, doubtful: frozenset[str]) -> tuple[Catalogue, frozenset[str]]:
    """The reference lists, at most a day old; those in `doubtful` are read now. Also which ones were read."""
    account, now = session.connection.account, session.connection.now()
    rows: dict[str, list[Json]] = {}
    for name in sorted(LISTS):
        cached = session.state.lists.get(account, name)
        if cached is not None and name not in doubtful and now - cached.fetched_at < timedelta(days=1):
            rows[name] = cached.rows
    missing = [name for name in sorted(LISTS) if name not in rows]
    answers = session.connection.port.ask([LISTS[name].query for name in missing]) if missing else []
    for name, answer in zip(missing, answers, strict=True):
        rows[name] = rows_from_answer(name, answer)
        session.state.lists.put(account, name, rows[name], now)
    lists = {name: list_from_rows(found) for name, found in rows.items()}
    return Catalogue(lists), frozenset(missing)


def _stale_lists(session: Session) -> list[str]:
    """The reference lists that were never read, or not for a day."""
    account, now = session.connection.account, session.connection.now()
    cached = {name: session.state.lists.get(account, name) for name in sorted(LISTS)}
    return [
        name for name, found in cached.items() if found is None or now - found.fetched_at >= timedelta(days=1)
    ]


def _cached_catalogue(session: Session) -> Catalogue:
    """The reference lists as far as they were read before, for words alone: without a call."""
    account = session.connection.account
    cached = {name: session.state.lists.get(account, name) for name in sorted(LISTS)}
    return Catalogue(
        {name: list_from_rows(found.rows) for name, found in cached.items() if found is not None}
    )


def _remembered(
    session: Session,
) -> tuple[dict[Address, Binding], dict[Address, Applied], Mapping[Address, Address]]:
    """Bindings and applied values under the addresses that they have now."""
    bindings = session.state.resources.bindings(session.scope)
    applied = session.state.resources.applied(session.scope)
    moved = session.configuration.moved
    for old, new in moved.items():
        if old in bindings and new not in bindings:
            bindings[new] = replace(bindings.pop(old), address=new)
        if old in applied and new not in applied:
            applied[new] = replace(applied.pop(old), address=new)
    return bindings, applied, moved


def _move(session: Session) -> None:
    """Writes down the moves of the configuration, once: a new name that is known already stays."""
    bindings = session.state.resources.bindings(session.scope)
    applied = session.state.resources.applied(session.scope)
    for old, new in session.configuration.moved.items():
        if new not in bindings and new not in applied:
            session.state.resources.move(session.scope, old, new)


def _read(
    session: Session,
    resolved: Mapping[Address, ResolvedResource],
    bindings: Mapping[Address, Binding],
    applied: Mapping[Address, Applied],
    scope: Scope,
) -> tuple[dict[str, Matches], dict[str, tuple[LiveResource, ...]], Scope, list[Address]]:
    """Reads every kind, customers first since the others are made out to them.

    Also returns all that was read, the scope with the customers' ids, and what left the configuration and is
    to be kept as it is.
    """
    matches: dict[str, Matches] = {}
    read: dict[str, tuple[LiveResource, ...]] = {}
    kept: list[Address] = []
    remembered = {each: bound.id for each, bound in bindings.items() if each.kind == "customers"}
    scope = replace(scope, ids=LiveIds(remembered))
    for name, kind in REGISTRY.items():
        sought: list[Sought] = []
        for address in sorted({*resolved, *bindings}):
            if address.kind != name:
                continue
            former = applied.get(address)
            if address not in resolved and former is not None and former.policy.get("on_remove") == "keep":
                kept.append(address)
            else:
                sought.append(Sought(address, resolved.get(address), bindings.get(address)))
        read[name] = live = drive(kind.read(sought, scope), session.connection.port)
        matches[name] = kind.match(sought, live, scope)
        scope = replace(scope, ids=_with_ids(scope.ids, matches[name]))
    return matches, read, scope, kept


def _with_ids(known: LiveIds, matches: Matches) -> LiveIds:
    found = {address: match.live for address, match in matches.wanted.items()}
    ids = {address: live.id if live else None for address, live in found.items()}
    labels = {
        address: str(live.attributes["code"] or live.attributes["name"])
        for address, live in found.items()
        if live is not None and "code" in live.attributes
    }
    return LiveIds({**known.by_address, **ids}, {**known.labels, **labels})


def _located(session: Session, diagnostic: Diagnostic) -> Diagnostic:
    """`diagnostic` with the place of its address and path in the files, where it has none."""
    address = diagnostic.address
    if diagnostic.origin is not None or address is None or address not in session.configuration.resources:
        return diagnostic
    origin, source = session.configuration.locate(address, diagnostic.path)
    return replace(diagnostic, origin=origin, source=source)


def _tools(
    session: Session,
    plan: Plan,
    recorder: StateRecorder,
    notify: Callable[[Event], None],
    is_stopping: Callable[[], bool],
) -> Tools:
    ids = LiveIds({Address.parse(name): id for name, id in plan.ids.items()})
    scope = replace(_scope(session), ids=ids, catalogue=_cached_catalogue(session))
    return Tools(REGISTRY, session.connection.port, recorder, scope, notify, is_stopping)


def _applied(session: Session) -> Mapping[Address, Applied]:
    return _remembered(session)[1]


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
