"""From desired, live and remembered to a plan. Pure: the same inputs give the same plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from operator import itemgetter

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.errors import ConfigurationError, UsageError
from reconciler.kinds.kind import Comparison, Kind, Match, Matches, Scope, Subject
from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
from reconciler.model.change import Action, Change, ReservedBoxes
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.plan import Agreed, CallBudget, Plan
from reconciler.model.project import Project
from reconciler.model.resource import Applied, Binding, LiveResource, ResolvedResource
from reconciler.model.step import OpenStep
from reconciler.plan.change import agreed_record, judge, live_binding
from reconciler.plan.closing import close_steps, within
from reconciler.plan.cost import apply_calls, money_of, verify_calls, with_fee
from reconciler.plan.guard import Judged, is_protected, judge_plan
from reconciler.plan.order import holding_back, in_order
from reconciler.plan.outlook import ship_day, ship_days, standing_stock
from reconciler.plan.selection import select


class Choices(Struct, frozen=True):
    """What the one who plans asked for: patterns and `--allow` arguments as they were typed."""

    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    rewrite: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    lifetime: timedelta = timedelta(hours=24)


class Basis(Struct, frozen=True):
    """All that a plan rests on. `read` are the calls spent on it, `used` those of the day before it.

    `live` is all that was read, by kind, and `open_steps` what a person was asked to do: by both it is told
    what became of the steps that nothing asks for any more. `files` are those in which something is written.
    `agreed` is what is as it was when both sides last agreed, and `keys` what a new agreement says of what is
    wanted and of what stands around it.
    """

    project: Project
    resolved: Mapping[Address, ResolvedResource]
    matches: Mapping[str, Matches]
    applied: Mapping[Address, Applied]
    bindings: Mapping[Address, Binding]
    scope: Scope
    made_at: datetime
    reconciler: str
    config_digest: str
    read: int
    used: int
    diagnostics: tuple[Diagnostic, ...] = field(default=())
    live: Mapping[str, Sequence[LiveResource]] = field(default_factory=dict)
    open_steps: tuple[OpenStep, ...] = ()
    files: frozenset[str] | None = None
    keys: Mapping[Address, tuple[str, str]] = field(default_factory=dict)
    agreed: Mapping[Address, Agreement] = field(default_factory=dict)


def make_plan(kinds: Mapping[str, Kind], basis: Basis, choices: Choices) -> Plan:
    """The plan. Raises `ConfigurationError` when the configuration does not fit what is live, and
    `UsageError` for a choice that names nothing."""
    faults = [fault for matches in basis.matches.values() for fault in matches.diagnostics]
    if faults:
        raise ConfigurationError(faults)
    outcome = _Outcome()
    rewritten, ahead = _rewritten(basis, choices), basis
    for name, kind in kinds.items():
        _judge_kind(kind, basis.matches.get(name, Matches({})), ahead, rewritten, outcome)
        ahead = _foreseen(basis, outcome.changes)
    known = frozenset(
        chain(basis.resolved, basis.bindings, *(each.orphans for each in basis.matches.values()))
    )
    changes = in_order(select(outcome.changes, known, choices.targets, choices.excludes))
    changes = holding_back(changes, basis.applied)
    closed = close_steps(kinds, basis.open_steps, outcome.changes, basis.matches, basis.live, basis.scope)
    return Plan(
        project=basis.project.name,
        environment=basis.project.environment,
        company=basis.project.komet.company,
        reconciler=basis.reconciler,
        made_at=basis.made_at,
        expires_at=basis.made_at + choices.lifetime,
        config_digest=basis.config_digest,
        calls=CallBudget(
            read=basis.read,
            apply=apply_calls(kinds, changes, basis.scope),
            verify=verify_calls(kinds, changes, basis.scope),
            used_today=basis.used,
            daily_limit=basis.project.komet.daily_limit,
            reserve=basis.project.reserve,
        ),
        money=money_of(changes, basis.project.fee),
        changes=changes,
        unchanged=outcome.unchanged,
        unmanaged=sum(matches.unmanaged for matches in basis.matches.values()),
        unmanaged_by_kind={name: matches.unmanaged for name, matches in sorted(basis.matches.items())},
        settled=sum(len(matches.settled) for matches in basis.matches.values()),
        ids=_referred_ids(basis, changes),
        agreed=tuple(outcome.agreed),
        gone=tuple(sorted(outcome.gone)),
        guards=judge_plan(_judged(basis, known, changes), choices.allow),
        diagnostics=(*basis.diagnostics, *outcome.diagnostics),
        targets=choices.targets,
        excludes=choices.excludes,
        closed=within(closed, choices.targets, choices.excludes),
        calendar=ship_days(basis.resolved, _touched_or_settled(basis, changes), basis.agreed),
        stock=standing_stock(outcome.reserved),
        agreements=tuple(outcome.agreements),
    )


class _Outcome(Struct):
    changes: list[Change] = field(default_factory=list)
    agreed: list[Agreed] = field(default_factory=list)
    gone: list[Address] = field(default_factory=list)
    unchanged: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)
    reserved: list[ReservedBoxes] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)

    def is_unrecorded(self, address: Address) -> bool:
        """Whether the resource that was judged last still has to be recorded as agreed on."""
        return bool(self.agreed) and self.agreed[-1].binding.address == address


def _judge_kind(
    kind: Kind, matches: Matches, basis: Basis, rewrite: frozenset[Address], outcome: _Outcome
) -> None:
    outcome.gone.extend(matches.gone)
    outcome.unchanged += len(matches.settled - set(matches.wanted))
    again = {address: Match(matches.agreed[address]) for address in rewrite & matches.agreed.keys()}
    outcome.unchanged += len(matches.agreed) - len(again)
    found = {**again, **matches.wanted, **matches.orphans}
    for address, match in sorted(found.items(), key=itemgetter(0)):
        subject = Subject(
            address, _protected(basis, address), match, basis.applied.get(address), address in rewrite
        )
        if address in matches.settled:
            outcome.unchanged += 1
            _agree(kind, subject, kind.compare(subject, basis.scope), basis, outcome)
            continue
        judgement = judge(kind, subject, basis.bindings.get(address), basis.scope)
        outcome.diagnostics.extend(judgement.warnings)
        outcome.reserved.extend(judgement.comparison.reserved)
        if judgement.change is not None:
            change = _with_policy(judgement.change, basis)
            outcome.changes.append(with_fee(change, basis.project.fee))
        elif subject.resolved is None:
            outcome.gone.append(address)
        else:
            outcome.unchanged += 1
            _agree(kind, subject, judgement.comparison, basis, outcome)
            if not judgement.warnings:
                _remember(subject, basis, outcome)


def _foreseen(basis: Basis, changes: Sequence[Change]) -> Basis:
    """`basis` with the numbers of orders that `changes` make anew not known before they are made."""
    made = {each.address: None for each in changes if each.action in (Action.CREATE, Action.REPLACE)}
    ids = replace(basis.scope.ids, numbers={**basis.scope.ids.numbers, **made})
    return replace(basis, scope=replace(basis.scope, ids=ids))


def _agree(kind: Kind, subject: Subject, comparison: Comparison, basis: Basis, outcome: _Outcome) -> None:
    """Notes what apply has to record of a resource that is as wanted, if its record is missing or old."""
    binding = live_binding(kind, subject) or _cancelled_binding(kind, subject, basis)
    if binding is None or subject.resolved is None:
        return
    applied = agreed_record(subject.resolved, comparison)
    former = subject.applied
    same = former is not None and (former.attributes, former.policy, former.depends_on) == (
        applied.attributes,
        applied.policy,
        applied.depends_on,
    )
    if not same or basis.bindings.get(subject.address) != binding:
        outcome.agreed.append(Agreed(applied, binding))


def _remember(subject: Subject, basis: Basis, outcome: _Outcome) -> None:
    """Notes what the next plan need not look into, if one row shows all of it and its record is there."""
    live, resolved, key = subject.match.live, subject.resolved, basis.keys.get(subject.address)
    if live is None or resolved is None or key is None or not live.shown or subject.match.retired:
        return
    if subject.rewrite or subject.applied is None or outcome.is_unrecorded(subject.address):
        return
    day, boxes = ship_day(resolved)
    agreement = Agreement(
        address=subject.address,
        wanted=key[0],
        shown=live.shown,
        around=key[1],
        ship_date=day,
        boxes=boxes,
        id=live.id,
        number=live.number,
        policy=dict(resolved.policy),
        depends_on=resolved.depends_on,
    )
    if agreement.binding == basis.bindings.get(subject.address):  # what else is bound, it could not say
        outcome.agreements.append(agreement)


def _cancelled_binding(kind: Kind, subject: Subject, basis: Basis) -> Binding | None:
    """What is remembered of a cancelled order that was found by its marker alone: by its number it is found
    again, whichever dates are read then."""
    cancelled = subject.match.cancelled
    if cancelled is None or subject.address in basis.bindings:
        return None
    return kind.binding(subject.address, cancelled, ())


def _protected(basis: Basis, address: Address) -> ResolvedResource | None:
    """What is wanted at `address`, its protection written into the policy that outlives the file."""
    resolved = basis.resolved.get(address)
    if resolved is None or not is_protected(address, basis.project.guards):
        return resolved
    return replace(resolved, policy=dict(resolved.policy) | {"protected": True})


def _with_policy(change: Change, basis: Basis) -> Change:
    """What is protected now or was when last applied stays so while it is replaced or deleted."""
    applied = basis.applied.get(change.address)
    was_protected = applied is not None and applied.policy.get("protected") is True
    if not was_protected and not is_protected(change.address, basis.project.guards):
        return change
    return replace(change, policy=dict(change.policy) | {"protected": True})


def _rewritten(basis: Basis, choices: Choices) -> frozenset[Address]:
    addresses = set()
    for text in choices.rewrite:
        try:
            address = Address.parse(text)
        except ValueError as error:
            raise UsageError(f"--rewrite {text}: {error}") from None
        if address not in basis.resolved:
            raise UsageError(f"--rewrite {text}: the configuration has no such address")
        addresses.add(address)
    return frozenset(addresses)


def _judged(basis: Basis, known: frozenset[Address], changes: Sequence[Change]) -> Judged:
    managed = Counter(map(itemgetter(0), known))
    new = Counter(
        change.address.kind for change in changes if change.address not in basis.bindings and change.wanted
    )
    return Judged(
        changes=changes,
        managed={kind: count - new.get(kind, 0) for kind, count in managed.items()},
        wanted=Counter(map(itemgetter(0), basis.resolved)),
        today=date.fromisoformat(basis.scope.today),
        settings=basis.project.guards,
        files=basis.files,
        known=known,
        resolved=basis.resolved,
        numbers=basis.scope.ids.numbers,
    )


def _referred_ids(basis: Basis, changes: Sequence[Change]) -> dict[str, int | None]:
    """The ids of what the changes depend on: apply compares with them, and may not ask again."""
    known = basis.scope.ids.by_address
    needed = {address for change in changes for address in (*change.depends_on, change.address)}
    needed |= {address for address in known if address.kind == "customers" and changes}  # to name them alike
    return {str(address): known[address] for address in sorted(needed) if address in known}


def _touched_or_settled(basis: Basis, changes: Sequence[Change]) -> set[Address]:
    settled = {address for matches in basis.matches.values() for address in matches.settled}
    return settled.union(change.address for change in changes)
